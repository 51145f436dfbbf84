"""The shapes that layers were built for lie in their files, as Keras writes them, and build what is loaded."""

import json
import zipfile

import keras
import numpy as np
import pytest

import cornu
from cornu import layers


def graph(k):
    """Layers of one input, of several, of lists, and with layers inside."""

    class Two(k.layers.Layer):
        def build(self, a_shape, b_shape):
            self.k = self.add_weight(shape=(a_shape[-1],), name="k")

        def call(self, a, b):
            return a * self.k + b

    a, b = k.Input((4,)), k.Input((4,))
    x = k.layers.Add()([Two()(a, b), b])
    x = k.layers.RepeatVector(3)(x)
    x = k.layers.Bidirectional(k.layers.LSTM(2, return_sequences=True))(x)
    x = k.layers.TimeDistributed(k.layers.Dense(3))(x)
    inner = k.Sequential([k.Input((3, 3)), k.layers.Conv1D(2, 2), k.layers.BatchNormalization()], name="inner")
    return k.Model([a, b], k.layers.GRU(2)(inner(x)))


def shapes(entries):
    """Build configurations by class, inner models' too."""
    found = [(entry["class_name"], entry.get("build_config")) for entry in entries]
    return found + [item for entry in entries for item in shapes(entry["config"].get("layers", []))]


def test_shapes_are_written_as_keras_writes_them():
    ours, theirs = (shapes(json.loads(graph(k).to_json())["config"]["layers"]) for k in (cornu, keras))
    assert len(ours) == len(theirs) == 12
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == other or mine == ("Sequential", None)  # whose config has the shape


class Net(cornu.Model):
    """Knows its weights only once it has seen data."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.first, self.last = layers.Dense(units), cornu.Sequential([layers.Dense(2)])
        self.seen = None

    def build(self, input_shape):
        self.seen = input_shape
        super().build(input_shape)

    def get_build_config(self):
        return {"input_shape": self.seen}

    def call(self, x):
        return self.last(self.first(x))

    def get_config(self):
        return {"name": self.name, "units": self.first.units}


@pytest.mark.parametrize("name", ["net.keras", "net.h5"])
def test_a_subclassed_model_is_built_when_it_is_loaded(name, tmp_path):
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    net = Net(units=6)
    net.compile("adam", "mse")
    net.fit(x, x[:, :2], verbose=0)
    net.save(tmp_path / name)
    again = cornu.saving.load_model(tmp_path / name, custom_objects={"Net": Net})
    np.testing.assert_array_equal(net.predict(x, verbose=0), again.predict(x, verbose=0))
    assert int(again.optimizer.iterations) == 1
    with pytest.raises(ValueError, match="custom_objects"):
        cornu.saving.load_model(tmp_path / name)


def test_a_subclassed_model_that_keras_saved(tmp_path):
    def make(k):
        @k.saving.register_keras_serializable("build")
        class Plain(k.Model):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.first, self.last = k.layers.Dense(3), k.Sequential([k.layers.Dense(2)])

            def call(self, x):
                return self.last(self.first(x))

        return Plain

    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    theirs = make(keras)()
    expected = np.asarray(theirs(x))
    theirs.save(tmp_path / "theirs.keras")
    with zipfile.ZipFile(tmp_path / "theirs.keras") as archive:
        assert json.loads(archive.read("config.json"))["build_config"] == {"input_shape": [5, 4]}
    make(cornu)
    ours = cornu.saving.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(ours(x), expected, rtol=1e-5, atol=1e-6)


def test_a_layer_with_a_way_of_its_own_to_make_its_weights(tmp_path):
    class Table(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.rows = None

        def read(self, rows):
            self.rows = self.add_weight((rows,), "zeros", name="rows")
            self.built = True

        def get_build_config(self):
            return {"rows": self.rows.shape[0]}

        def build_from_config(self, config):
            self.read(config["rows"])

        def call(self, x):
            return x + self.rows[0]

    table = Table(name="t")
    table.read(7)
    model = cornu.Sequential([cornu.Input((2,)), table])
    table.rows.assign(np.arange(7.0))
    model.save(tmp_path / "t.keras")
    again = cornu.saving.load_model(tmp_path / "t.keras", custom_objects={"Table": Table})
    np.testing.assert_array_equal(again.layers[0].rows.numpy(), np.arange(7.0))


def test_shapes_of_a_layer():
    layer = layers.Dense(2)
    assert layer.get_build_config() is None
    layer(cornu.Input((3,)))
    assert layer.get_build_config() == {"input_shape": (None, 3)}
    other = layers.Dense(2)
    other.build_from_config({"input_shape": [None, 3]})
    assert [w.shape for w in other.weights] == [w.shape for w in layer.weights]
    merge = layers.Concatenate()
    merge([cornu.Input((3,)), cornu.Input((4,))])
    assert merge.get_build_config() == {"input_shape": [(None, 3), (None, 4)]}


def test_a_class_adds_to_what_the_base_saves(tmp_path):
    @cornu.saving.register_keras_serializable()
    class Counting(cornu.layers.Dense):
        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["seen"] = np.array(7)

        def load_own_variables(self, store):
            self.seen = int(store.pop("seen"))
            super().load_own_variables(store)

    model = cornu.Sequential([cornu.Input((3,)), Counting(2)])
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = cornu.models.load_model(path)
    assert loaded.layers[0].seen == 7
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="2 Variables of its own, the file 1"):
        loaded.layers[0].load_own_variables({"seen": 1, "0": np.ones((3, 2))})
