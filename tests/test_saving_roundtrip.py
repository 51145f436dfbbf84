"""What is saved comes back bit for bit, for every kind of model and every layout."""

import copy
import io
import json
import os
import pickle

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers, ops

PATHS = ("model.h5", "model.hdf5", "model.keras")


def sequential():
    return cornu.Sequential(
        [
            cornu.Input((6, 5)),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.GRU(4),
            layers.Dense(2, activation="softmax", kernel_regularizer="l2"),
        ]
    )


def functional():
    """Two inputs, a shared layer, ops, an inner functional model and an inner Sequential, two outputs."""
    a, b = cornu.Input((4,), name="a"), cornu.Input((4,), name="b")
    shared = layers.Dense(3, activation="relu", name="shared")
    inner = cornu.Sequential([cornu.Input((3,)), layers.Dense(3), layers.BatchNormalization()], name="inner")
    begin = cornu.Input((3,))
    twice = cornu.Model(begin, layers.Dense(3)(begin), name="twice")
    x = twice(shared(a)) + twice(inner(shared(b))) * 2.0
    x = ops.concatenate([x, x[:, 1:]], axis=-1) - ops.mean(x, axis=-1, keepdims=True)
    x = layers.Concatenate()([x, ops.relu(x)])
    return cornu.Model([a, b], [layers.Dense(1, name="one")(x), layers.Dense(2, name="two")(x)], name="whole")


def convolutional():
    return cornu.Sequential(
        [
            cornu.Input((8, 8, 3)),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


class Branches(cornu.Model):
    """A subclassed model with layers in attributes, a list and a dictionary, and a weight of its own."""

    def __init__(self):
        super().__init__()
        self.stem = layers.Dense(4, activation="tanh")
        self.blocks = [layers.Dense(4), layers.Dense(4)]
        self.heads = {"left": layers.Dense(1), "right": layers.Dense(2)}
        self.scale = self.add_weight((), "ones", name="scale")

    def call(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return ops.concatenate([head(x) for head in self.heads.values()], axis=-1) * self.scale


def randomize(model, seed=0):
    """Random weights, so that two that are swapped show."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.1, 1.0, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def data(model, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(3, *t.shape[1:])).astype("float32") for t in model.inputs]


def outputs(model, x):
    result = model(x if len(x) > 1 else x[0])
    return [np.asarray(r) for r in (result if isinstance(result, list | tuple) else [result])]


def assert_equal(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [sequential, functional, convolutional])
@pytest.mark.parametrize("name", PATHS)
def test_whole_models_come_back(make, name, tmp_path):
    model = randomize(make())
    model.save(tmp_path / name)
    again = cornu.saving.load_model(tmp_path / name)
    x = data(model)
    assert_equal(outputs(model, x), outputs(again, x))
    assert_equal(model.get_weights(), again.get_weights())
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert again.name == model.name


@pytest.mark.parametrize("make", [sequential, functional, convolutional])
def test_json_comes_back(make):
    model = make()
    again = cornu.models.model_from_json(model.to_json(indent=1))
    assert again.get_config() == model.get_config()
    again.set_weights(randomize(model).get_weights())
    assert_equal(outputs(model, data(model)), outputs(again, data(model)))


@pytest.mark.parametrize("name", ["model.weights.h5", "model.h5"])
def test_weights_of_a_subclassed_model_come_back(name, tmp_path):
    x = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    model, again = Branches(), Branches()
    model(x), again(x)
    randomize(model).save_weights(tmp_path / name)
    again.load_weights(tmp_path / name)
    np.testing.assert_array_equal(model(x), again(x))


def test_a_registered_model_of_ones_own_comes_back(tmp_path):
    @cornu.saving.register_keras_serializable("tests")
    class Twice(layers.Layer):
        def __init__(self, factor, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, shape):
            self.offset = self.add_weight((shape[-1],), "random_normal", name="offset")

        def call(self, x):
            return self.factor * x + self.offset

    model = cornu.Sequential([cornu.Input((3,)), Twice(2.5)])
    for name in PATHS:
        model.save(tmp_path / name)
        again = cornu.saving.load_model(tmp_path / name)
        assert_equal(outputs(model, data(model)), outputs(again, data(model)))


def test_a_layer_may_store_itself(tmp_path):
    class Own(layers.Layer):
        def build(self, shape):
            self.table = self.add_weight((2,), "zeros", name="table")

        def save_own_variables(self, store):
            store["my table"] = self.table.numpy() + 1

        def load_own_variables(self, store):
            self.table.assign(store["my table"] - 1)

        def call(self, x):
            return x + self.table

    def make():
        return cornu.Sequential([cornu.Input((2,)), Own()])

    model, again = randomize(make()), make()
    model.save_weights(tmp_path / "own.weights.h5")
    again.load_weights(tmp_path / "own.weights.h5")
    np.testing.assert_allclose(again.get_weights()[0], model.get_weights()[0], rtol=1e-6)


def test_bfloat16_and_integer_weights_come_back(tmp_path):
    class Mixed(layers.Layer):
        def build(self, shape):
            self.half = self.add_weight((2,), "random_normal", dtype="bfloat16", name="half")
            self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")

        def call(self, x):
            return x

    for name in ("w.weights.h5", "w.h5"):
        model = cornu.Sequential([cornu.Input((2,)), Mixed()])
        again = cornu.Sequential([cornu.Input((2,)), Mixed()])
        model.layers[0].count.assign(7)
        model.save_weights(tmp_path / name)
        again.load_weights(tmp_path / name)
        assert_equal(again.get_weights(), model.get_weights())
        assert str(again.layers[0].half.dtype) == "bfloat16" and int(again.layers[0].count) == 7


def test_frozen_layers_keep_their_place(tmp_path):
    model = randomize(convolutional())
    model.layers[0].trainable = False
    for name in ("model.h5", "model.keras"):
        model.save(tmp_path / name)
        again = cornu.saving.load_model(tmp_path / name)
        assert again.layers[0].trainable is False
        assert_equal(again.get_weights(), model.get_weights())


def test_long_lists_of_names_are_split(tmp_path):
    names = [f"layer_{i:04d}_" + "x" * 240 for i in range(270)]
    model = cornu.Sequential([cornu.Input((2,)), *(layers.Activation("tanh", name=n) for n in names), layers.Dense(1)])
    model.save_weights(tmp_path / "long.h5")
    with h5py.File(tmp_path / "long.h5") as file:
        assert "layer_names" not in file.attrs and "layer_names1" in file.attrs
    before = model.get_weights()
    randomize(model).load_weights(tmp_path / "long.h5")
    assert_equal(model.get_weights(), before)


def test_two_weights_of_one_name(tmp_path):
    class Same(layers.Layer):
        def build(self, shape):
            self.a = self.add_weight((2,), "random_normal", name="w")
            self.b = self.add_weight((2,), "random_normal", name="w")

        def call(self, x):
            return x * self.a + self.b

    model, again = (cornu.Sequential([cornu.Input((2,)), Same()]) for _ in range(2))
    model.save_weights(tmp_path / "same.h5")
    again.load_weights(tmp_path / "same.h5")
    assert_equal(again.get_weights(), model.get_weights())


def test_by_name_loads_what_agrees(tmp_path):
    first = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="base"), layers.Dense(2, name="old")])
    second = cornu.Sequential([cornu.Input((4,)), layers.Dense(5, name="new"), layers.Dense(3), layers.Dense(3)])
    third = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="base"), layers.Dense(5, name="new")])
    randomize(first).save_weights(tmp_path / "w.h5")
    kept = third.layers[1].get_weights()
    third.load_weights(tmp_path / "w.h5", by_name=True)
    assert_equal(third.layers[0].get_weights(), first.layers[0].get_weights())
    assert_equal(third.layers[1].get_weights(), kept)
    before = second.get_weights()
    second.load_weights(tmp_path / "w.h5", by_name=True)
    assert_equal(second.get_weights(), before)


@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5"])
def test_a_mismatch_is_told_and_changes_nothing(name, tmp_path):
    first = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="base"), layers.Dense(2, name="top")])
    second = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="base"), layers.Dense(5, name="top")])
    randomize(first).save_weights(tmp_path / name)
    before = second.get_weights()
    with pytest.raises(
        ValueError, match=r"Layer 'top'.*'kernel' expects shape \(3, 5\), but the file has shape \(3, 2\)"
    ):
        second.load_weights(tmp_path / name)
    assert_equal(second.get_weights(), before)
    with pytest.warns(UserWarning, match="left out"):
        second.load_weights(tmp_path / name, skip_mismatch=True)
    assert_equal(second.layers[0].get_weights(), first.layers[0].get_weights())
    assert_equal(second.layers[1].get_weights(), before[2:])


def test_another_number_of_layers_is_told(tmp_path):
    randomize(sequential()).save_weights(tmp_path / "w.h5")
    with pytest.raises(
        ValueError, match="3 layers with weights .* the file has 3|has 2 layers with weights.*the file has 3"
    ):
        convolutional_two = cornu.Sequential([cornu.Input((4,)), layers.Dense(3), layers.Dense(2)])
        convolutional_two.load_weights(tmp_path / "w.h5")


def test_compile_state_and_optimizer_come_back(tmp_path):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(32, 4)).astype("float32"), rng.normal(size=(32, 1)).astype("float32")

    def make():
        model = cornu.Sequential([cornu.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(1)])
        model.compile(cornu.optimizers.Adam(0.01, amsgrad=True), loss="mse", metrics=["mae"])
        return model

    whole = randomize(make())
    whole.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0)
    for name in PATHS:
        half = randomize(make())
        half.fit(x, y, epochs=1, batch_size=8, shuffle=False, verbose=0)
        half.save(tmp_path / name)
        again = cornu.saving.load_model(tmp_path / name)
        assert int(again.optimizer.iterations) == 4
        again.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        for a, b in zip(again.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-5)
    half.save_weights(tmp_path / "half.weights.h5")
    other = make()
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "half.weights.h5")
    assert_equal(other.optimizer.get_weights(), half.optimizer.get_weights())
    assert not cornu.saving.load_model(tmp_path / "model.h5", compile=False).compiled
    fresh = make()
    fresh.save(tmp_path / "fresh.keras")  # its optimizer knows no weights yet
    assert int(cornu.saving.load_model(tmp_path / "fresh.keras").optimizer.iterations) == 0
    half.save(tmp_path / "bare.h5", include_optimizer=False)
    assert not cornu.saving.load_model(tmp_path / "bare.h5").compiled


def test_open_files_are_targets_and_sources(tmp_path):
    model = randomize(functional())
    model.compile("adam", "mse")
    memory = io.BytesIO()
    cornu.saving.save_model(model, memory)
    with h5py.File(tmp_path / "m.h5", "w") as file:
        cornu.saving.save_model(model, file)
        again = cornu.saving.load_model(file)
        assert_equal(again.get_weights(), model.get_weights())
    with open(tmp_path / "m.h5", "rb") as file:
        again = cornu.saving.load_model(file)
        again.load_weights(file)
        assert_equal(again.get_weights(), model.get_weights())
    assert_equal(cornu.saving.load_model(memory).get_weights(), model.get_weights())
    other = functional()
    other.load_weights(memory)
    assert_equal(other.get_weights(), model.get_weights())
    with open(tmp_path / "m.keras", "wb") as file:
        cornu.saving.save_model(model, file)
    assert_equal(cornu.saving.load_model(tmp_path / "m.keras").get_weights(), model.get_weights())
    for source, name in ((io.BytesIO(b"PK\x03\x04x"), "<BytesIO>"), (io.BytesIO(b"x"), "<BytesIO>")):
        with pytest.raises(ValueError, match=name):
            cornu.saving.load_model(source)
    with pytest.raises(TypeError, match="Expected a path or an open binary file"):
        cornu.saving.load_model(3)


def test_endings_and_arguments_teach(tmp_path):
    model = sequential()
    with pytest.raises(ValueError, match=r"ending in .h5, .hdf5 or .keras"):
        model.save(tmp_path / "model")
    with pytest.raises(ValueError, match="save_weights"):
        model.save(tmp_path / "model.weights.h5")
    with pytest.raises(ValueError, match=r"\.weights\.h5"):
        model.save_weights(tmp_path / "model.txt")
    with pytest.raises(TypeError, match="no argument 'overwrit'"):
        cornu.saving.save_model(model, tmp_path / "model.h5", overwrit=True)
    with pytest.raises(TypeError, match="Expected a path"):
        model.save(3)
    with pytest.raises(ValueError, match=r"path ending in .weights.json"):
        model.save_weights(tmp_path / "model.weights.h5", max_shard_size=1)
    with pytest.raises(ValueError, match="more than the 1 of a shard"):
        model.save_weights(tmp_path / "model.weights.json", max_shard_size=1 / 2**30)
    assert os.listdir(tmp_path) == []
    with pytest.raises(ValueError, match="no weights to save yet"):
        cornu.Sequential([layers.Dense(2)]).save_weights(tmp_path / "w.h5")
    model.save(tmp_path / "model.h5")
    model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(FileNotFoundError, match="Did you mean .*model.h5"):
        cornu.saving.load_model(tmp_path / "modl.h5")
    with pytest.raises(FileNotFoundError, match="folder .* does not exist"):
        cornu.saving.load_model(tmp_path / "none" / "model.h5")
    with pytest.raises(ValueError, match="weights, but no architecture"):
        cornu.saving.load_model(tmp_path / "model.weights.h5")
    with pytest.raises(ValueError, match="keeps its weights by their place"):
        model.load_weights(tmp_path / "model.weights.h5", by_name=True)
    with pytest.raises(ValueError, match="is a folder"):
        cornu.saving.load_model(tmp_path)


def test_objects_to_data_and_back():
    with cornu.saving.CustomObjectScope({"mine": ops.relu}):
        assert cornu.saving.get_registered_object("mine") is ops.relu
    assert "mine" not in cornu.saving.get_custom_objects()
    tree = {"layer": layers.Dense(3, name="d"), "rate": 0.5, "list": [cornu.losses.Huber(), None]}
    encoded = json.loads(json.dumps(cornu.saving.serialize_keras_object(tree)))
    again = cornu.saving.deserialize_keras_object(encoded)
    assert again["layer"].units == 3 and again["rate"] == 0.5 and isinstance(again["list"][0], cornu.losses.Huber)


def doubled(y_true, y_pred):
    """A loss of one's own."""
    return 2 * ops.mean(ops.square(y_true - y_pred), -1)


class Steady(cornu.optimizers.schedules.LearningRateSchedule):
    """A schedule of one's own."""

    def __call__(self, step):
        return 0.01

    def get_config(self):
        return {}


@pytest.mark.parametrize("way", ["model.keras", "model.h5", "deepcopy", "pickle", "clone"])
def test_functions_and_schedules_of_ones_own_need_no_registration(way, tmp_path):
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(1)])
    model.compile(cornu.optimizers.SGD(Steady()), doubled, metrics=[doubled, "mae"])
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    model.fit(x, y, verbose=0)
    if way in PATHS:
        model.save(tmp_path / way)
        with pytest.raises(ValueError, match="custom_objects"):
            cornu.saving.load_model(tmp_path / way)
        known = {"doubled": doubled, "Steady": Steady}
        again = cornu.saving.load_model(tmp_path / way, custom_objects=known)
    else:
        copies = {"deepcopy": copy.deepcopy, "pickle": lambda m: pickle.loads(pickle.dumps(m))}
        again = copies.get(way, cornu.models.clone_model)(model)
        again.set_weights(model.get_weights())
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert again.fit(x, y, verbose=0).history == model.fit(x, y, verbose=0).history


class Dense(layers.Dense):
    """A class of one's own with the name of one of the library's."""

    def call(self, x):
        return super().call(x) + 5


@pytest.mark.parametrize("path", ["model.h5", "model.keras"])
def test_a_class_named_like_one_of_the_library_is_not_taken_for_it(path, tmp_path):
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2), Dense(2)])
    model.save(tmp_path / path)
    with pytest.raises(ValueError, match="registered as 'Dense', which is not known here"):
        cornu.saving.load_model(tmp_path / path)
    again = cornu.saving.load_model(tmp_path / path, custom_objects={"Dense": Dense})
    assert [type(layer) for layer in again.layers] == [layers.Dense, Dense]
    x = np.ones((2, 3), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@cornu.saving.register_keras_serializable("tests")
class CompiledItsWay(cornu.Model):
    """Compiles with an argument of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.out = layers.Dense(1)

    def call(self, x):
        return self.out(x)

    def compile(self, strength=0, **kwargs):
        super().compile(**kwargs)
        self.strength = strength

    def get_compile_config(self):
        return {**super().get_compile_config(), "strength": self.strength}

    def compile_from_config(self, config):
        strength = config.pop("strength")
        super().compile_from_config(config)
        self.strength = strength


@pytest.mark.parametrize("path", ["model.h5", "model.keras"])
def test_a_model_that_compiles_in_its_own_way(path, tmp_path):
    model, x, y = CompiledItsWay(), np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.compile(strength=5, optimizer="sgd", loss="mse")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / path)
    again = cornu.saving.load_model(tmp_path / path)
    assert again.strength == 5 and again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


class Made(cornu.Model):
    """Makes its own tensors."""

    def __init__(self, units=2, **kwargs):
        x = layers.Input((4,))
        super().__init__(x, layers.Dense(units)(x), **kwargs)
        self.units = units


class Stacked(cornu.Sequential):
    """Makes its own layers."""

    def __init__(self, units=2, **kwargs):
        super().__init__([layers.Input((4,)), layers.Dense(units)], **kwargs)
        self.units = units


WAYS = ["model.h5", "model.keras", "json", "clone", "deepcopy"]


def made_again(model, way, tmp_path):
    """The model of a class of one's own, made again in one of the ways; with equal weights it gives what it gave."""
    known = {type(model).__name__: type(model)}
    if way in PATHS:
        model.save(tmp_path / way)
        again = cornu.saving.load_model(tmp_path / way, custom_objects=known)
    elif way == "json":
        again = cornu.models.model_from_json(model.to_json(), custom_objects=known)
    else:
        again = (cornu.models.clone_model if way == "clone" else copy.deepcopy)(model)
    again.set_weights(model.get_weights())
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    return again


@pytest.mark.parametrize("cls", [Made, Stacked])
@pytest.mark.parametrize("way", WAYS)
def test_a_model_whose_constructor_makes_its_layers(way, cls, tmp_path):
    model = cls(units=3)
    again = made_again(model, way, tmp_path)
    assert type(again) is cls and again.units == 3 and len(again.layers) == len(model.layers)


@pytest.mark.parametrize("way", WAYS)
def test_a_functional_subclass_with_an_argument_of_its_own(way, tmp_path):
    """It is made of tensors, and its config says more than how they are connected."""

    class Own(cornu.Model):
        def __init__(self, *args, alpha=0.1, **kwargs):
            super().__init__(*args, **kwargs)
            self.alpha = alpha

        def get_config(self):
            return {**super().get_config(), "alpha": self.alpha}

    inputs = layers.Input((4,))
    again = made_again(Own(inputs, layers.Dense(3)(inputs), alpha=0.7), way, tmp_path)
    assert type(again) is Own and again.alpha == 0.7


def test_a_weight_is_told_in_words_that_are_known():
    layer = layers.Layer()
    with pytest.raises(TypeError, match="no argument 'initialiser'.*'initializer'"):
        layer.add_weight(shape=(2,), initialiser="ones")
    with pytest.warns(UserWarning, match="'synchronization' says nothing any more"):
        assert layer.add_weight(shape=(2,), synchronization=None).shape == (2,)
    with pytest.warns(UserWarning, match="'experimental_autocast' is called 'autocast' today"):
        assert not layer.add_weight(shape=(2,), experimental_autocast=False).autocast


class Compared(cornu.losses.MeanSquaredError):
    """A loss of one's own that says what it equals, and so has no hash."""

    def __eq__(self, other):
        return type(self) is type(other)


def test_a_loss_without_a_hash_is_copied():
    model = cornu.Sequential([cornu.Input((2,)), layers.Dense(1)])
    model.compile("sgd", Compared())
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    again = copy.deepcopy(model)
    assert again.fit(x, y, verbose=0).history == model.fit(x, y, verbose=0).history


@cornu.saving.register_keras_serializable("tests")
class Cap(layers.Layer):
    """Its get_config gives what it was given, of whatever type."""

    def __init__(self, cap, **options):
        super().__init__(**options)
        self.cap = cap

    def call(self, x):
        return x if isinstance(self.cap, set) else ops.minimum(x, ops.sum(self.cap))

    def get_config(self):
        return {**super().get_config(), "cap": self.cap}


CAPS = [np.float32(0.5), np.int64(1), np.array([0.25, 0.5], "float32"), (np.float64(0.5),), [np.int32(1), 2]]


@pytest.mark.parametrize("cap", CAPS, ids=lambda cap: type(cap).__name__)
@pytest.mark.parametrize("path", [*PATHS, "json"])
def test_numbers_of_numpy_in_a_config_of_ones_own(cap, path, tmp_path):
    model = cornu.Sequential([cornu.Input((4,)), Cap(cap), layers.Dense(1)])
    if path == "json":
        again = cornu.models.model_from_json(model.to_json())
        again.set_weights(model.get_weights())
    else:
        model.save(tmp_path / path)
        again = cornu.models.load_model(tmp_path / path)
    x = np.linspace(-1, 2, 8, dtype="float32").reshape(2, 4)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert json.loads(json.dumps(again.layers[0].cap)) == again.layers[0].cap


def test_what_no_config_can_hold_is_named_with_its_layer(tmp_path):
    model = cornu.Sequential([cornu.Input((4,)), Cap({1, 2}, name="capped")])
    for save in (model.to_json, lambda: model.save(tmp_path / "m.keras"), lambda: model.save(tmp_path / "m.h5")):
        with pytest.raises(TypeError, match=r"get_config\(\) of 'capped': \{1, 2\} of type set cannot be written"):
            save()
    assert not list(tmp_path.iterdir())
