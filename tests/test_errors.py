"""Bad input gets a sentence that names what was expected, what came, and what to write instead."""

import numpy as np
import pytest

import cornu
from cornu import layers


def model(units=3, activation="softmax", loss="sparse_categorical_crossentropy", metrics=("accuracy",)):
    m = cornu.Sequential(
        [layers.Input((4,)), layers.Dense(5, name="hidden"), layers.Dense(units, activation, name="out")]
    )
    m.compile("sgd", loss, metrics=list(metrics))
    return m


X, Y = np.ones((10, 4), "float32"), np.zeros(10, "int32")


@pytest.mark.parametrize(
    "act,error,words",
    [
        (lambda: model().fit(np.ones((10, 5)), Y, verbose=0), ValueError, ["sequential", "(4)", "(5)"]),
        (lambda: model().predict(np.ones(4)), ValueError, ["(4)", "x[None]"]),
        (lambda: model().predict(np.ones((10, 2, 2))), ValueError, ["reshape((len(x), 4))"]),
        (lambda: layers.Dense(3, name="d")(np.ones(4)), ValueError, ["'d'", "at least 2 dimensions", "(4)"]),
        (lambda: model().fit(X, Y[:7], verbose=0), ValueError, ["x has 10", "y has 7"]),
        (lambda: model().fit(X, Y + 3, verbose=0), ValueError, ["'out'", "go up to 3", "3 classes", "0 to 2"]),
        (lambda: model().fit(X, Y - 1, verbose=0), ValueError, ["begin at -1", "numbered from 0"]),
        (lambda: model().fit(X[:0], Y[:0], verbose=0), ValueError, ["0 samples"]),
        (lambda: model().fit(X, Y, batch_size=0), ValueError, ["batch_size", "at least 1", "0"]),
        (lambda: model().fit(X, Y, batch_size=2.5), ValueError, ["batch_size", "2.5"]),
        (lambda: model().fit(X, Y, validation_split=1.5), ValueError, ["validation_split", "1.5"]),
        (lambda: model().fit(X, verbose=0), ValueError, ["fit(x, y)"]),
        (lambda: model().fit(X.astype(str), Y), TypeError, ["x holds", "not numbers"]),
        (lambda: model().fit([[1, 2], [3]], Y), TypeError, ["unequal length", "pad_sequences"]),
        (lambda: model().fit(X, Y, callbacks=[cornu.callbacks.EarlyStopping]), TypeError, ["EarlyStopping(...)"]),
        (lambda: model().compile("adamm", "mse"), ValueError, ["adamm", "'adam'"]),
        (lambda: model().compile("adam", "mean_square_error"), ValueError, ["mean_square_error", "mean_squared_error"]),
        (lambda: model().compile("adam", "mse", metrics=["acuracy"]), ValueError, ["acuracy", "accuracy"]),
        (lambda: layers.Dense(3, activation="rellu"), ValueError, ["rellu", "relu"]),
        (lambda: layers.Dense(3, kernel_initializer="glorot"), ValueError, ["glorot", "glorot_"]),
        (lambda: layers.Dense(0), ValueError, ["units", "0"]),
        (lambda: layers.Dense(3, unit=3), TypeError, ["'unit'", "units"]),
        (lambda: cornu.Sequential([layers.Dense]), TypeError, ["Dense(...)"]),
        (lambda: cornu.Sequential([3]), TypeError, ["layer", "int"]),
        (lambda: cornu.Sequential("dense"), TypeError, ["layer", "str", "'dense'"]),
        (lambda: cornu.Sequential([layers.Dense(1)]).fit(X, Y), RuntimeError, ["compiled", "model.compile"]),
        (lambda: cornu.Sequential([layers.Dense(1)]).evaluate(X, Y), RuntimeError, ["compiled"]),
        (lambda: cornu.Sequential([layers.Dense(1)]).count_params(), ValueError, ["has no weights to count yet"]),
        (lambda: cornu.Sequential().predict(X), ValueError, ["no layers"]),
        (lambda: cornu.Model()(X), NotImplementedError, ["call()"]),
        (
            lambda: cornu.Model(layers.Input((3,)), layers.Dense(1)(layers.Input((3,)))),
            ValueError,
            ["not among", "inputs"],
        ),
        (lambda: model().get_layer("hiden"), ValueError, ["hiden", "hidden"]),
        (lambda: model().set_weights([np.ones(3)]), ValueError, ["4 weights", "1 arrays"]),
        (lambda: model().layers[0].set_weights([np.ones((4, 6)), np.ones(5)]), ValueError, ["(4, 5)", "(4, 6)"]),
        (lambda: cornu.models.load_model("no-such-file.h5"), FileNotFoundError, ["no-such-file.h5"]),
        (
            lambda: layers.Concatenate()([np.ones((2, 3, 4)), np.ones((2, 5, 4))]),
            ValueError,
            ["(2, 3, 4)", "(2, 5, 4)"],
        ),
        (lambda: bool(layers.Input((3,)) > 0), TypeError, ["no value yet", "where"]),
        (lambda: np.sum(layers.Input((3,))), TypeError, ["cornu.ops"]),
        (
            lambda: model(loss="categorical_crossentropy").fit(X, Y, verbose=0),
            ValueError,
            ["sparse_categorical_crossentropy"],
        ),
        (lambda: model().fit(iter([]), steps_per_epoch=1), ValueError, ["no batches"]),
        (lambda: cornu.Model(None, layers.Input((2,))), ValueError, ["inputs", "outputs"]),
    ],
)
def test_the_error_teaches(act, error, words):
    with pytest.raises(error) as caught:
        act()
    message = str(caught.value)
    for word in words:
        assert word in message, message
    assert "Tracer" not in message and "jaxpr" not in message and "DynamicJaxpr" not in message


def test_nan_in_the_data_warns_once():
    x = X.copy()
    x[3, 1] = np.nan
    with pytest.warns(UserWarning, match="x holds NaN .in 1 of 10 samples, first in sample 3") as caught:
        model().fit(x, Y, epochs=2, verbose=0)
    assert len(caught) == 1


def test_a_failed_fit_leaves_the_weights():
    m = model()
    m.fit(X, Y, verbose=0)
    before = m.get_weights()
    with pytest.raises(ValueError):
        m.fit(np.ones((10, 5)), Y, verbose=0)
    for a, b in zip(before, m.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_that_forgets_super_says_so():
    class Forgetful(layers.Layer):
        def __init__(self):
            self.units = 3

        def call(self, x):
            return x

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgetful()(X)
