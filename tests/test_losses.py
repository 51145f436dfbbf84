"""Every loss and its gradient, against the real Keras; weights, masks, reductions, configs and messages."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu.losses
from cornu.core.attached import set_mask
from cornu.core.symbolic import KerasTensor

REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]


def draw(kind, seed=0, batch=6, steps=4, classes=5):
    """Random targets and predictions of one kind."""
    rng = np.random.default_rng(seed)
    shape = (batch, steps, classes)
    scores = rng.normal(size=shape)
    softmax = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    index = rng.integers(0, classes, shape[:-1])
    pairs = {
        "numbers": (rng.normal(size=shape), scores),
        "positive": (rng.gamma(2.0, size=shape), rng.gamma(2.0, size=shape)),
        "one_hot": (np.eye(classes)[index], softmax),
        "one_hot_logits": (np.eye(classes)[index], scores),
        "index": (index, softmax),
        "index_logits": (index, scores),
        "index_column": (index[..., None], softmax),
        "binary": (rng.integers(0, 2, shape), 1 / (1 + np.exp(-3 * scores))),
        "binary_logits": (rng.integers(0, 2, shape), scores),
        "signs": (rng.choice([-1, 1], shape), scores),
        "distributions": (rng.dirichlet(np.ones(classes), shape[:-1]), softmax),
    }
    if kind == "embeddings":
        x = rng.normal(size=(batch, classes))
        pairs[kind] = (np.array([0, 1, 0, 2, 1, 0])[:batch], x / np.linalg.norm(x, axis=-1, keepdims=True))
    if kind == "sequences":
        labels = np.array([[1, 2, 2, 0], [3, 0, 0, 0], [1, 1, 4, 2], [2, 3, 4, 0], [4, 4, 4, 0], [1, 2, 3, 4]])
        pairs[kind] = (labels[:batch], rng.normal(size=(batch, 9, classes)))
    if kind == "sequences_with_blanks":  # as many labels count as are not 0, wherever the zeros are
        labels = np.array([[1, 0, 2, 0], [0, 3, 0, 0], [1, 0, 1, 2], [0, 0, 0, 4], [4, 4, 0, 4], [0, 0, 0, 0]])
        pairs[kind] = (labels[:batch], rng.normal(size=(batch, 9, classes)))
    true, pred = pairs[kind]
    return np.asarray(true, "int32" if true.dtype.kind == "i" else "float32"), np.asarray(pred, "float32")


CASES = [
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("Huber", {"delta": 0.7}, "numbers"),
    ("LogCosh", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("CosineSimilarity", {"axis": 1}, "numbers"),
    ("BinaryCrossentropy", {}, "binary"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, "binary_logits"),
    ("BinaryFocalCrossentropy", {"gamma": 1.5}, "binary"),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "from_logits": True}, "binary_logits"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one_hot"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one_hot_logits"),
    ("CategoricalFocalCrossentropy", {"gamma": 1.5, "alpha": 0.4}, "one_hot"),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "one_hot_logits"),
    ("SparseCategoricalCrossentropy", {}, "index"),
    ("SparseCategoricalCrossentropy", {}, "index_column"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "index_logits"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "index"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0, "from_logits": True}, "index_logits"),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.3}, "index"),
    ("KLDivergence", {}, "distributions"),
    ("Poisson", {}, "positive"),
    ("Hinge", {}, "signs"),
    ("Hinge", {}, "binary_logits"),
    ("SquaredHinge", {}, "signs"),
    ("CategoricalHinge", {}, "one_hot_logits"),
    ("Dice", {}, "binary"),
    ("Dice", {"axis": [1, 2]}, "binary"),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": [1, 2]}, "binary"),
    ("CTC", {}, "sequences"),
    ("CTC", {}, "sequences_with_blanks"),
    ("Circle", {"gamma": 3.0, "margin": 0.3}, "embeddings"),
    ("Circle", {"gamma": 30.0, "remove_diagonal": False}, "embeddings"),
]


def close(ours, theirs, message=""):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=2e-5, atol=1e-5, err_msg=message)


def ids(case):
    return str(case)


@pytest.mark.parametrize(("name", "options", "kind"), CASES, ids=ids)
def test_values_and_gradients_equal_those_of_keras(name, options, kind):
    true, pred = draw(kind)
    ours, theirs = getattr(cornu.losses, name)(**options), getattr(keras.losses, name)(**options)

    @functools.partial(jax.jit, static_argnums=0)
    def program(loss, y_true, y_pred):
        return loss.call(y_true, y_pred), *jax.value_and_grad(lambda p: loss(y_true, p))(y_pred)

    got, expected = program(ours, jnp.asarray(true), pred), program(theirs, jnp.asarray(true), pred)
    for what, a, b in zip(("per sample", "reduced", "gradient"), got, expected, strict=True):
        close(a, b, what)
    assert np.abs(expected[2]).max() > 0


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["MeanAbsoluteError", "SparseCategoricalCrossentropy"])
def test_reductions_with_weights_and_masks(name, reduction):
    true, pred = draw("index" if name.startswith("Sparse") else "numbers")
    rng = np.random.default_rng(5)
    masks = [None, rng.random((6, 4)) > 0.4, np.zeros((6, 4), bool)]
    weights = [None, rng.random((6, 1)), rng.random((6, 4)), rng.random((6, 4, 1)), 0.0 * rng.random((6, 4))]
    options = [{}, {"ignore_class": 1}] if name.startswith("Sparse") else [{}]
    for option in options:
        ours = getattr(cornu.losses, name)(reduction=reduction, **option)
        theirs = getattr(keras.losses, name)(reduction=reduction, **option)
        for mask in masks:
            for weight in weights:
                a, b = jnp.array(pred), jnp.array(pred)
                if mask is not None:
                    set_mask(a, jnp.asarray(mask))
                    keras.src.backend.set_keras_mask(b, jnp.asarray(mask))
                close(ours(true, a, weight), theirs(true, b, weight))
                close(ours(true, pred, weight, mask=mask), theirs(true, b, weight))


@pytest.mark.parametrize(("true", "pred"), [((6,), (6, 1)), ((6, 1), (6,)), ((6, 4), (6, 4, 1)), ((6, 4, 1), (6, 4))])
def test_a_last_axis_of_one_is_added_or_dropped(true, pred):
    rng = np.random.default_rng(2)
    y, p, w = rng.normal(size=true), rng.normal(size=pred), rng.random(6)
    for name in ("MeanSquaredError", "Huber", "Poisson"):
        p = np.abs(p) if name == "Poisson" else p
        ours, theirs = getattr(cornu.losses, name)(), getattr(keras.losses, name)()
        close(ours(y, p), theirs(y, p))
        if true[1:] in ((), (1,)):
            close(ours(y, p, w), theirs(y, p, w))
            close(ours(y, p, w[:, None]), theirs(y, p, w[:, None]))


def test_losses_of_images_of_bytes_do_not_overflow():
    """The real Keras computes in the dtype of the predictions, where 0 - 255 is 1."""
    true, pred = np.array([[0, 255, 3, 1]], "uint8"), np.array([[255, 0, 1, 1]], "uint8")
    names = (
        "mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error huber "
    )
    names += (
        "log_cosh cosine_similarity hinge squared_hinge categorical_hinge poisson tversky binary_focal_crossentropy"
    )
    for name in names.split():
        loss = getattr(cornu.losses, name)
        close(loss(true, pred), loss(true.astype("float32"), pred.astype("float32")), name)
    close(cornu.losses.mean_squared_error(true, pred), [(255**2 + 255**2 + 4) / 4])
    big = np.array([2**24 + 1, 2**24], "int32")
    assert float(cornu.metrics.Accuracy()(big, big[::-1])) == 0.0  # whole numbers are compared as they are


SHAPES = [(6,), (6, 1), (6, 5), (6, 4, 5)]
SWEEP = {  # loss: what its targets and predictions are, and options beside none
    "MeanSquaredError": ("numbers", []),
    "MeanAbsoluteError": ("numbers", []),
    "MeanAbsolutePercentageError": ("numbers", []),
    "MeanSquaredLogarithmicError": ("positive", []),
    "Huber": ("numbers", [{"delta": 0.2}]),
    "LogCosh": ("numbers", []),
    "CosineSimilarity": ("numbers", [{"axis": 0}]),
    "BinaryCrossentropy": ("binary", [{"label_smoothing": 0.3}, {"axis": 0}]),
    "BinaryFocalCrossentropy": ("binary", [{"label_smoothing": 0.3, "gamma": 0.5}]),
    "KLDivergence": ("positive", []),
    "Poisson": ("positive", []),
    "Hinge": ("binary", []),
    "SquaredHinge": ("signs", []),
    "CategoricalHinge": ("one_hot_logits", []),
    "Dice": ("binary", [{"axis": 0}]),
    "Tversky": ("binary", [{"axis": 0, "alpha": 0.2}]),
    "CategoricalCrossentropy": ("one_hot", [{"label_smoothing": 0.3}]),
    "CategoricalFocalCrossentropy": ("one_hot", [{"alpha": 0.6, "label_smoothing": 0.3}]),
}


@pytest.mark.filterwarnings("ignore:In loss categorical")  # the real Keras minds a single class
@pytest.mark.parametrize("name", SWEEP)
def test_shapes_dtypes_and_weights(name):
    """Vectors, columns, matrices and sequences; whole, true or false, and half precise targets; all in one program."""
    kind, options = SWEEP[name]
    calls = []
    for shape in SHAPES:
        true, pred = (a.reshape(-1)[: np.prod(shape)].reshape(shape) for a in draw(kind))
        weight = np.random.default_rng(7).random(shape[:-1] or shape).astype("float32")
        calls += [(option, true, pred, None) for option in options]
        calls += [({}, true, pred, given) for given in (None, weight)]
        calls += [({}, (true > 0.5).astype(dtype), pred, None) for dtype in ("int32", "bool")]
        calls += [
            ({"reduction": "none"}, true, pred.astype("float16"), None),
            ({"dtype": "bfloat16"}, true, pred, None),
        ]

    def run(library, arrays):
        return [
            getattr(library.losses, name)(**option)(*given) for (option, *_), given in zip(calls, arrays, strict=True)
        ]

    arrays = [call[1:] for call in calls]
    ours, theirs = (jax.jit(lambda a, library=library: run(library, a))(arrays) for library in (cornu, keras))
    for call, a, b in zip(calls, ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), call
        tolerance = 2e-5 if call[2].dtype == "float32" and not call[0].get("dtype") else 2e-2
        np.testing.assert_allclose(
            np.asarray(a, "float32"), np.asarray(b, "float32"), rtol=tolerance, atol=tolerance, err_msg=str(call[0])
        )


def test_extreme_probabilities_are_clipped_as_in_keras():
    pred = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1e-9, 2e-8, 1.0]], "float32")
    true = np.array([1, 2, 0])
    for name, y in [("sparse_categorical_crossentropy", true), ("categorical_crossentropy", np.eye(3)[true])]:
        ours, theirs = getattr(cornu.losses, name), getattr(keras.losses, name)
        close(ours(y, pred), theirs(y, pred))
        close(*[jax.grad(lambda p, f=f, y=y: f(y, p).sum())(jnp.asarray(pred)) for f in (ours, theirs)])
    close(cornu.losses.sparse_categorical_crossentropy([-1, 7], pred[:2]), [0.0, 0.0])
    close(cornu.losses.binary_crossentropy(np.eye(3), pred), keras.losses.binary_crossentropy(np.eye(3), pred))


def test_the_class_axis_can_be_another():
    rng = np.random.default_rng(4)
    pred = rng.dirichlet(np.ones(5), (6, 4)).astype("float32")
    index = rng.integers(0, 5, (6, 4))
    moved = np.moveaxis(pred, -1, 1)
    close(
        cornu.losses.sparse_categorical_crossentropy(index, moved, axis=1, ignore_class=2),
        keras.losses.sparse_categorical_crossentropy(index, pred, ignore_class=2),
    )
    one_hot = np.eye(5)[index]
    close(
        cornu.losses.categorical_crossentropy(np.moveaxis(one_hot, -1, 1), moved, axis=1),
        keras.losses.categorical_crossentropy(one_hot, pred),
    )


@pytest.mark.parametrize(("name", "options", "kind"), CASES, ids=ids)
def test_configs_are_interchangeable(name, options, kind):
    ours = getattr(cornu.losses, name)(**options, reduction="sum")
    again = cornu.losses.deserialize(cornu.losses.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()
    theirs = getattr(keras.losses, name).from_config(dict(ours.get_config()))
    back = type(ours).from_config(theirs.get_config())
    assert back.reduction == "sum" and back.name == ours.name == theirs.name
    assert again.fn is ours.fn and again.fn_kwargs == ours.fn_kwargs


def test_names():
    for name in ("mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD"):
        assert cornu.losses.get(name).__name__ == keras.losses.get(name).__name__
    assert cornu.losses.get("logcosh") is cornu.losses.log_cosh
    assert isinstance(cornu.losses.get("MeanSquaredError"), cornu.losses.MeanSquaredError)
    assert cornu.losses.get(None) is None
    identifier = {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}
    assert cornu.losses.get(identifier).fn_kwargs["from_logits"] is True
    assert {n for n in vars(keras.losses) if not n.startswith("_")} <= set(vars(cornu.losses))
    with pytest.raises(ValueError, match="'mean_squared_error'"):
        cornu.losses.get("mean_square_error")
    with pytest.raises(TypeError, match="stands for no loss"):
        cornu.losses.get(3)


def test_functions_and_classes_of_the_user():
    def doubled(y_true, y_pred):
        return 2 * jnp.abs(y_true - y_pred)

    loss = cornu.losses.as_loss(doubled)
    theirs = keras.src.losses.LossFunctionWrapper(doubled, name="doubled")
    true, pred = draw("numbers")
    close(loss(true, pred, np.arange(6.0)[:, None, None]), theirs(true, pred, np.arange(6.0)[:, None, None]))
    assert loss.name == "doubled"
    again = cornu.losses.deserialize(cornu.losses.serialize(loss), {"doubled": doubled})
    close(again(true, pred), loss(true, pred))

    class Scaled(cornu.losses.Loss):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, y_true, y_pred):
            return self.factor * jnp.mean(y_pred["a"] - y_true["a"], axis=-1)

    scaled = Scaled(3.0, reduction="sum")
    assert float(scaled({"a": [[1.0]]}, {"a": [[2.0]]})) == 3.0
    assert Scaled.from_config(scaled.get_config()).factor == 3.0


def test_symbolic_losses():
    pred = KerasTensor((None, 4, 5))
    loss = cornu.losses.mean_squared_error(KerasTensor((None, 4, 5)), pred)
    assert loss.shape == (None, 4) and loss.node.inputs[1] is pred


def test_reductions_of_keras_2():
    assert cornu.losses.MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"
    with pytest.raises(ValueError, match="reduction is one of"):
        cornu.losses.MeanSquaredError(reduction="average")


@pytest.mark.parametrize(
    ("loss", "true", "pred", "message"),
    [
        ("categorical_crossentropy", (8,), (8, 3), "sparse_categorical_crossentropy"),
        ("categorical_crossentropy", (8, 1), (8, 3), r"to_categorical\(y_true, 3\)"),
        ("categorical_crossentropy", (8, 4), (8, 3), "last layer 4 units"),
        ("sparse_categorical_crossentropy", (8, 3), (8, 3), "use categorical_crossentropy"),
        ("sparse_categorical_crossentropy", (8,), (8, 5, 3), "Flatten"),
        ("binary_crossentropy", (8, 1), (8, 2), "Dense\\(1, activation='sigmoid'\\)"),
        ("binary_crossentropy", (8,), (8, 5), "sparse_categorical_crossentropy"),
        ("mean_squared_error", (8, 4), (8, 3), r"\(8, 4\).*\(8, 3\).*last layer 4 units"),
        ("mean_squared_error", (7, 3), (8, 3), "different numbers of samples, 7 and 8"),
        ("huber", (8, 3), (8, 5, 2), "more axes than the targets"),
        ("ctc", (8,), (8, 5, 2), r"logits \(batch, time, classes\)"),
    ],
)
def test_shapes_that_do_not_fit_are_explained(loss, true, pred, message):
    for call in (getattr(cornu.losses, loss), cornu.losses.as_loss(loss)):
        with pytest.raises(ValueError, match=message):
            call(np.ones(true), np.ones(pred))


def test_weights_that_do_not_fit_are_explained():
    with pytest.raises(ValueError, match=r"shape \(3,\).*losses of shape \(8, 4\).*\(8, 1\)"):
        cornu.losses.MeanSquaredError()(np.ones((8, 4, 2)), np.ones((8, 4, 2)), np.ones(3))


SATURATED = np.array([[0.0, 2.0, 40.0], [30.0, -30.0, 0.0]], "float32")


@pytest.mark.parametrize(
    ("loss", "activation", "target", "expected"),
    [
        ("categorical_crossentropy", "softmax", np.eye(3, dtype="float32")[[0, 1]], 50.0),
        ("sparse_categorical_crossentropy", "softmax", np.array([0, 1]), 50.0),
        ("binary_crossentropy", "sigmoid", np.array([[1, 1, 0], [0, 0, 0]], "float32"), None),
    ],
)
def test_after_softmax_or_sigmoid_a_model_trains_on_the_logits(loss, activation, target, expected):
    """Clipped probabilities would give at most 16.1 per sample, and no gradient."""

    def gradients_and_loss(last, fn):
        model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(3, "linear"), *last])
        model.layers[0].set_weights([np.eye(3), np.zeros(3)])
        model.compile(cornu.optimizers.SGD(1.0), fn, metrics=["accuracy"])
        evaluated = model.evaluate(SATURATED, target, verbose=0)[0]
        fitted = model.fit(SATURATED, target, verbose=0).history["loss"][0]
        return model.layers[0].get_weights()[1], evaluated, fitted

    wrapper = {
        "categorical_crossentropy": cornu.losses.CategoricalCrossentropy,
        "sparse_categorical_crossentropy": cornu.losses.SparseCategoricalCrossentropy,
        "binary_crossentropy": cornu.losses.BinaryCrossentropy,
    }[loss]
    ours = gradients_and_loss([cornu.layers.Activation(activation)], loss)
    logits = gradients_and_loss([], wrapper(from_logits=True))
    for one, other in zip(ours, logits, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    if expected is not None:
        np.testing.assert_allclose(ours[1], expected, rtol=1e-6)
    assert np.abs(ours[0]).max() > 0.1


def test_logits_serve_only_a_softmax_along_the_classes():
    import jax

    x = np.array([[0.0, 40.0], [1.0, 2.0]], "float32")
    target = np.array([[1.0, 0.0], [0.0, 1.0]], "float32")

    def loss(x, axis):
        return cornu.losses.categorical_crossentropy(target, cornu.ops.softmax(x, axis=axis))

    exact = jax.jit(lambda x: loss(x, -1))(x)
    np.testing.assert_allclose(exact, [40.0, np.log(1 + np.exp(-1.0))], rtol=1e-6)
    other = jax.jit(lambda x: loss(x, 0))(x)  # normalized along the classes again, and clipped
    np.testing.assert_allclose(other, loss(x, 0), rtol=1e-5)
    np.testing.assert_allclose(loss(x, -1)[0], -np.log(1e-7), rtol=1e-4)  # of plain arrays: as given
