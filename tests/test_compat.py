"""Older Keras: what its words mean today, in files, configs and constructors."""

import importlib
import json
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.compat.tables import Era, era

OLD = ["1.2.2", "2.2.4", "2.3.0-tf", "2.15.0"]
VERSIONS = {version: True for version in OLD} | {"3.0.5": False, "3.15.1": False}


def test_the_era_of_a_version():
    assert [era(version) for version in OLD] == [Era(1), Era(2), Era(2, True), Era(2, True)]
    assert era("3.15.1") == era("nightly") == era(None) == Era(3)


def test_no_other_file_mentions_an_era():
    root = Path(cornu.__file__).parent
    found = [
        f"{path.relative_to(root)}: {mention}"
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] != "compat"
        for mention in re.findall(r"Keras [0-9]|tf\.keras|keras-team/keras/.*/v[0-9]", path.read_text())
    ]
    assert not found


def slope(old):
    """The hard sigmoid of an era."""
    return lambda x: np.clip(x * (0.2 if old else 1 / 6) + 0.5, 0, 1)


def lstm(x, kernel, recurrent, bias, gate):
    """An LSTM's last output, step by step."""
    h = c = np.zeros((len(x), len(recurrent)))
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
    return h


def rewritten(path, version):
    """The .h5 file as if a version of Keras had written it."""
    with h5py.File(path, "a") as file:
        file.attrs["keras_version"] = version
    return path


@pytest.mark.parametrize("version", VERSIONS)
def test_the_hard_sigmoid_of_a_file_is_that_of_its_era(version, tmp_path, rng):
    made = cornu.Sequential([layers.Input((5, 3)), layers.LSTM(4, recurrent_activation="hard_sigmoid")])
    made.set_weights([2 * rng.normal(size=w.shape) for w in made.weights])
    made.save(tmp_path / "m.h5")
    loaded = cornu.models.load_model(rewritten(tmp_path / "m.h5", version))
    x = rng.normal(size=(6, 5, 3)).astype("float32")
    expected = lstm(x, *made.get_weights(), slope(VERSIONS[version]))
    np.testing.assert_allclose(loaded.predict(x), expected, 1e-5, 1e-5)
    loaded.save(tmp_path / "again.keras")  # written today, it still means what it meant
    again = cornu.models.load_model(tmp_path / "again.keras")
    np.testing.assert_allclose(again.predict(x), expected, 1e-5, 1e-5)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("wrap", ["Activation", "Dense", "Bidirectional", "TimeDistributed"])
def test_the_era_reaches_every_activation(version, wrap, rng):
    layer = {
        "Activation": lambda: layers.Activation("hard_sigmoid"),
        "Dense": lambda: layers.Dense(2, "hard_sigmoid"),
        "Bidirectional": lambda: layers.Bidirectional(layers.GRU(2, recurrent_activation="hard_sigmoid")),
        "TimeDistributed": lambda: layers.TimeDistributed(layers.Dense(2, activation="hard_sigmoid")),
    }[wrap]
    model = cornu.Sequential([layers.Input((5, 3)), layer()])
    text = json.dumps({**json.loads(model.to_json()), "keras_version": version})
    found = str(cornu.models.model_from_json(text).get_config())
    assert ("hard_sigmoid_of_keras_2" in found) == VERSIONS[version]


def of_one(class_name, config, version):
    """The layer in the JSON of a Sequential with one."""
    config = {"name": "it", "batch_input_shape": [None, 4, 2], **config}
    inner = {"name": "s", "layers": [{"class_name": class_name, "config": config}]}
    text = json.dumps({"class_name": "Sequential", "config": inner, "keras_version": version, "backend": "tensorflow"})
    return cornu.models.model_from_json(text).layers[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_gru_that_says_nothing_about_reset_after(version):
    assert of_one("GRU", {"units": 3}, version).reset_after == (not VERSIONS[version])
    assert of_one("GRU", {"units": 3, "reset_after": True}, version).reset_after


def test_a_gru_without_a_file_is_one_of_today():
    assert layers.GRU.from_config({"units": 3}).reset_after
    assert layers.deserialize({"class_name": "GRU", "config": {"units": 3}}).reset_after


@pytest.mark.parametrize(("name", "old"), [("Adadelta", 1.0), ("Adagrad", 0.01), ("Nadam", 0.002), ("Adamax", 0.002)])
def test_rates_that_a_file_does_not_name(name, old, tmp_path):
    def loaded(version):
        model = cornu.Sequential([layers.Input((2,)), layers.Dense(1)])
        model.compile(name.lower(), "mse")
        model.save(tmp_path / "m.h5")
        with h5py.File(tmp_path / "m.h5", "a") as file:
            training = json.loads(file.attrs["training_config"])
            del training["optimizer_config"]["config"]["learning_rate"]
            file.attrs["training_config"] = json.dumps(training)
        rewritten(tmp_path / "m.h5", version)
        return float(cornu.models.load_model(tmp_path / "m.h5").optimizer.learning_rate)

    assert loaded("2.2.4") == pytest.approx(old)
    assert loaded("2.15.0") == loaded("3.15.1") == pytest.approx(0.001)


def test_a_class_of_ones_own_keeps_its_arguments():
    class Own(layers.Layer):
        def __init__(self, implementation, time_major=False, alpha=1.0, **kwargs):
            super().__init__(**kwargs)
            self.implementation, self.time_major, self.alpha = implementation, time_major, alpha

        def call(self, x):
            return x

        def get_config(self):
            own = {name: getattr(self, name) for name in ("implementation", "time_major", "alpha")}
            return {**super().get_config(), **own}

    for name in ("Own", "LeakyReLU", "LSTM"):  # whatever it is called
        Own.__name__ = name
        model = cornu.Sequential([layers.Input((2,)), Own(3, time_major=True, alpha=0.7)])
        loaded = cornu.models.model_from_json(model.to_json(), custom_objects={name: Own})
        found = loaded.layers[-1]
        assert type(found) is Own
        assert (found.implementation, found.time_major, found.alpha) == (3, True, 0.7)


def test_a_subclass_passes_old_arguments_on():
    class Own(layers.LSTM):
        pass

    with pytest.warns(UserWarning, match="LSTM: the argument 'time_major' says nothing any more"):
        made = Own.from_config({"units": 3, "implementation": 1, "time_major": False, "dropout": 0.1})
    assert made.units == 3
    assert made.cell.masks_per_gate


def test_separable_convolutions_of_keras_1():
    config = {"nb_filter": 4, "nb_row": 2, "nb_col": 3, "border_mode": "same", "subsample": [1, 1], "init": "zero"}
    config |= {"batch_input_shape": [None, 5, 5, 2], "dim_ordering": "tf", "bias": False, "b_regularizer": None}
    layer = of_one("SeparableConvolution2D", config, "1.2.2")
    assert (layer.filters, tuple(layer.kernel_size), layer.padding, layer.use_bias) == (4, (2, 3), "same", False)
    assert [type(i).__name__ for i in (layer.depthwise_initializer, layer.pointwise_initializer)] == ["Zeros", "Zeros"]


CONSTRUCTORS = {
    "Dense": (lambda: layers.Dense(output_dim=3, init="zero", bias=False), {"units": 3, "use_bias": False}),
    "LSTM": (
        lambda: layers.LSTM(output_dim=3, inner_init="zero", dropout_W=0.1),
        {"units": 3, "dropout": 0.1, "recurrent_activation": "hard_sigmoid_of_keras_2"},
    ),
    "GRU": (lambda: layers.GRU(output_dim=3, consume_less="cpu"), {"units": 3, "reset_after": False}),
    "Conv2D": (
        lambda: layers.Conv2D(8, 3, 5, border_mode="same", subsample=(2, 2), dim_ordering="th"),
        {"kernel_size": [3, 5], "strides": [2, 2], "padding": "same", "data_format": "channels_first"},
    ),
    "MaxPooling2D": (lambda: layers.MaxPooling2D((2, 2), border_mode="same"), {"padding": "same"}),
    "Dropout": (lambda: layers.Dropout(p=0.25), {"rate": 0.25}),
    "LeakyReLU": (lambda: layers.LeakyReLU(alpha=0.25), {"negative_slope": 0.25}),
    "SGD": (lambda: cornu.optimizers.SGD(lr=0.5), {"learning_rate": 0.5}),
    "Adadelta": (lambda: cornu.optimizers.Adadelta(lr=0.5), {"learning_rate": 0.5}),
}


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_constructors_know_the_old_words(name):
    make, expected = CONSTRUCTORS[name]
    with pytest.warns(UserWarning, match=rf"{name}: the argument '.+' (is called '.+' today|says nothing any more)"):
        made = make()
    config = made.get_config()
    assert {key: config[key] for key in expected} == expected
    assert type(made).from_config(config).get_config() == config  # in today's words alone


@pytest.mark.filterwarnings("ignore:.*the argument '.+' (is called|says nothing)")
def test_words_that_keras_1_used_for_more_layers():
    one_side = layers.Conv2D(4, 3, border_mode="same", atrous_rate=2)
    assert (one_side.kernel_size, one_side.dilation_rate, one_side.padding) == ((3, 3), (2, 2), "same")
    volume = layers.Conv3D(4, 2, 3, 5, init="one")
    assert volume.kernel_size == (2, 3, 5)
    norm = layers.BatchNormalization(beta_init="one", gamma_init="zero")
    norm(np.ones((2, 3), "float32"))
    assert [w.tolist() for w in norm.get_weights()[:2]] == [[0, 0, 0], [1, 1, 1]]
    table = layers.Embedding(3, 2, init="one", dropout=0.0)
    assert table(np.array([[1]])).tolist() == [[[1, 1]]]
    config = {
        "name": "b",
        "mode": 0,
        "axis": -1,
        "momentum": 0.9,
        "epsilon": 1e-3,
        "beta_init": "zero",
        "gamma_init": "one",
    }
    assert layers.BatchNormalization.from_config(config).momentum == 0.9


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_decay_beside_a_rate_of_today(name):
    """As Keras 2.3 wrote it: `SGD(learning_rate=0.01, decay=1e-6)`."""
    with pytest.warns(UserWarning, match="'decay' is a schedule of the learning rate today"):
        optimizer = getattr(cornu.optimizers, name)(learning_rate=0.5, decay=0.25)
    optimizer.iterations.assign(2)
    assert float(optimizer.learning_rate) == pytest.approx(0.5 / (1 + 0.25 * 2))
    with pytest.warns(UserWarning):
        assert float(getattr(cornu.optimizers, name)(learning_rate=0.5, decay=0.0).learning_rate) == 0.5


@pytest.mark.parametrize(
    ("name", "config", "word"),
    [
        ("BatchNormalization", {"mode": 1}, "mode=1"),
        ("BatchNormalization", {"mode": 2}, "mode=2"),
        ("LSTM", {"units": 2, "time_major": True}, "time_major=True"),
    ],
)
def test_what_has_no_counterpart_is_refused(name, config, word):
    with pytest.raises(ValueError, match=f"{name} with {word}, of an older Keras, has no counterpart today"):
        layers.deserialize({"class_name": name, "config": config})
    with pytest.raises(ValueError, match=word), pytest.warns(UserWarning):
        getattr(layers, name)(**config)
    harmless = {key: value for key, value in config.items() if key == "units"} | {"mode": 0, "time_major": False}
    taken = {key: value for key, value in harmless.items() if key in config}
    assert isinstance(layers.deserialize({"class_name": name, "config": taken}), getattr(layers, name))


def test_a_subclass_in_a_file_means_what_its_words_meant():
    class MyLSTM(layers.LSTM):
        pass

    config = {"units": 2, "recurrent_activation": "hard_sigmoid", "activation": "tanh"}
    old = {"class_name": "Sequential", "config": [{"class_name": "MyLSTM", "config": config}], "keras_version": "2.2.4"}
    known = {"MyLSTM": MyLSTM}
    made = cornu.models.model_from_json(json.dumps(old), custom_objects=known).layers[0]
    assert type(made) is MyLSTM and float(made.recurrent_activation(1.0)) == pytest.approx(0.7)
    today = cornu.models.model_from_json(
        json.dumps({**old, "keras_version": "3.15.1"}), custom_objects={"MyLSTM": MyLSTM}
    )
    assert float(today.layers[0].recurrent_activation(1.0)) == pytest.approx(1 / 6 + 0.5)


def test_a_weight_whose_name_comes_first():
    """As tf.keras ordered the arguments; a dtype in that place counts too."""

    class Own(layers.Layer):
        def build(self, input_shape):
            self.a = self.add_weight("a", (3,), "float16", "ones", "l2", False)
            self.b = self.add_weight("b", shape=(2,), initializer="zeros")
            self.c = self.add_weight((2,), "ones", name="c")

        def call(self, x):
            return x

    own = Own()
    own.build((None, 1))
    assert [(w.name, w.shape, w.dtype, w.trainable) for w in (own.a, own.b, own.c)] == [
        ("a", (3,), "float16", False), ("b", (2,), "float32", True), ("c", (2,), "float32", True)
    ]  # fmt: skip
    assert own.a.regularizer is not None
    assert [float(w.numpy()[0]) for w in (own.a, own.b, own.c)] == [1, 0, 1]


def test_older_words_for_values():
    assert cornu.losses.MeanSquaredError(reduction="auto").get_config()["reduction"] == "sum_over_batch_size"
    assert layers.MaxPooling2D(data_format="th").get_config()["data_format"] == "channels_first"
    assert layers.Conv2D(1, 1, data_format="tf").data_format == "channels_last"
    with pytest.raises(ValueError, match="reduction is one of .* Received: reduction='atuo'"):
        cornu.losses.MeanSquaredError(reduction="atuo")
    with pytest.raises(ValueError, match="data_format"):
        layers.Conv2D(1, 1, data_format=["tf"])


def test_older_words_for_arguments_of_ops():
    with pytest.warns(UserWarning, match="'num_tokens' is called 'num_classes' today"):
        assert cornu.ops.multi_hot([0, 2], num_tokens=3).tolist() == [1, 0, 1]
    with pytest.raises(TypeError, match="multi_hot has no argument 'num_clases'. Did you mean 'num_classes'"):
        cornu.ops.multi_hot([0, 2], num_clases=3)
    with pytest.raises(TypeError, match="gama"):
        cornu.ops.layer_normalization([1.0, 2.0], gama=1.0)


def test_a_wrong_word_is_still_an_error():
    with pytest.raises(TypeError, match="has no argument 'untis'"):
        layers.Dense(3, untis=3)
    with pytest.raises(TypeError, match="Dense received 'units' twice, the second time as 'output_dim'"):
        layers.Dense(3, output_dim=3)


@pytest.mark.parametrize(
    ("module", "today", "names"),
    [
        ("layers.convolutional", "layers", ["Conv2D", "MaxPooling2D"]),
        ("layers.advanced_activations", "layers", ["LeakyReLU"]),
        ("layers.embeddings", "layers", ["Embedding"]),
        ("layers.merge", "layers", ["concatenate", "Add"]),
        ("layers.noise", "layers", ["GaussianNoise"]),
        ("utils.np_utils", "utils", ["to_categorical"]),
        ("engine.topology", "", ["Layer", "Input", "InputSpec"]),
        ("engine.training", "", ["Model"]),
    ],
)
def test_modules_by_their_older_names(module, today, names):
    sys.modules.pop(f"cornu.{module}", None)
    with pytest.warns(UserWarning, match=f"'cornu.{module}' is called 'cornu{'.' * bool(today)}{today}' today") as told:
        found = importlib.import_module(f"cornu.{module}")
    assert len(told) == 1
    for name in names:
        assert getattr(found, name) is getattr(importlib.import_module(f"cornu.{today}".rstrip(".")), name)


def test_packages_that_had_more_in_them():
    from cornu.engine import Layer, Model
    from cornu.layers.core import Dropout, Flatten

    assert (Dropout, Flatten, Layer, Model) == (layers.Dropout, layers.Flatten, cornu.Layer, cornu.Model)
    with pytest.raises(ImportError):
        from cornu.layers.core import Nothing  # noqa: F401
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("cornu.layers.nothing")


@pytest.mark.parametrize(
    ("module", "older", "today"),
    [
        ("layers", "TimeDistributedDense", "Dense"),
        ("losses", "mse", "mean_squared_error"),
        ("losses", "MSE", "mean_squared_error"),
        ("losses", "mae", "mean_absolute_error"),
        ("losses", "MAPE", "mean_absolute_percentage_error"),
        ("losses", "msle", "mean_squared_logarithmic_error"),
        ("losses", "kld", "kl_divergence"),
        ("losses", "kullback_leibler_divergence", "kl_divergence"),
        ("losses", "logcosh", "log_cosh"),
        ("losses", "cosine_proximity", "cosine_similarity"),
        ("metrics", "cosine", "CosineSimilarity"),
        ("initializers", "normal", "RandomNormal"),
        ("initializers", "uniform", "RandomUniform"),
        ("initializers", "zero", "Zeros"),
        ("constraints", "maxnorm", "MaxNorm"),
        ("constraints", "unitnorm", "UnitNorm"),
        ("optimizers", "adam", "Adam"),
        ("optimizers", "rmsprop", "RMSprop"),
    ],
)
def test_names_in_modules_by_their_older_spelling(module, older, today):
    where = getattr(cornu, module)
    with pytest.warns(UserWarning, match=f"cornu.{module}.{older} is called cornu.{module}.{today} today"):
        found = getattr(where, older)
    assert found is getattr(where, today)
    assert module == "layers" or where.get(older) is not None


def test_metrics_of_an_older_keras_were_functions(rng):
    true, pred = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    with pytest.warns(UserWarning, match="mean_squared_error"):
        np.testing.assert_allclose(cornu.metrics.mse(true, pred), ((true - pred) ** 2).mean(-1), 1e-5)
