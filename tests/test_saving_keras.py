"""The real Keras reads what Cornu writes, and Cornu what Keras writes: equal outputs, and training goes on alike."""

import functools

import h5py
import keras
import numpy as np
import pytest

import cornu

ZEROS = {"kernel_initializer": "zeros"}  # Keras compiles a program per random initializer and shape
RECURRENT = {**ZEROS, "recurrent_initializer": "zeros"}


@functools.cache
def sequential(k):
    return k.Sequential(
        [
            k.Input((6, 4)),
            k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, dropout=0.1, **RECURRENT)),
            k.layers.GRU(4, return_sequences=True, **RECURRENT),
            k.layers.TimeDistributed(k.layers.Dense(3, **ZEROS)),
            k.layers.Flatten(),
            k.layers.Dense(2, activation="softmax", kernel_regularizer="l2", **ZEROS),
        ]
    )


@functools.cache
def functional(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="relu", name="shared")
    inner = k.Sequential(
        [k.Input((3,)), k.layers.Dense(3), k.layers.BatchNormalization(), k.layers.Dropout(0.5)], name="inner"
    )
    begin = k.Input((3,))
    twice = k.Model(begin, k.layers.Dense(3)(begin), name="twice")
    x = twice(shared(a)) + twice(inner(shared(b))) * 2.0
    x = k.ops.concatenate([x, x[:, 1:]], axis=-1) - k.ops.mean(x, axis=-1, keepdims=True)
    x = k.layers.Add()([k.ops.relu(x), k.layers.Activation("tanh")(x)])
    return k.Model([a, b], [k.layers.Dense(1, name="one")(x), twice(k.layers.Dense(3)(x))], name="whole")


@functools.cache
def convolutional(k):
    return k.Sequential(
        [
            k.Input((8, 8, 3)),
            k.layers.Conv2D(4, 3, padding="same", activation="relu", **ZEROS),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(),
            k.layers.DepthwiseConv2D(3, depthwise_initializer="zeros"),
            k.layers.SeparableConv2D(
                3, 2, padding="same", depthwise_initializer="zeros", pointwise_initializer="zeros"
            ),
            k.layers.GlobalAveragePooling2D(),
            k.layers.Dense(2),
        ]
    )


MODELS = [sequential, functional, convolutional]


def randomize(model, seed=0):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.1, 1.0, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def outputs(model, seed=1):
    rng = np.random.default_rng(seed)
    x = [rng.normal(size=(3, *t.shape[1:])).astype("float32") for t in model.inputs]
    result = model.predict(x if len(x) > 1 else x[0], verbose=0)
    return [np.asarray(r) for r in (result if isinstance(result, list | tuple) else [result])]


def assert_close(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_keras_loads_our_models(make, name, tmp_path):
    ours = randomize(make(cornu))
    ours.save(tmp_path / name)
    theirs = keras.saving.load_model(tmp_path / name)
    assert_close(outputs(ours), outputs(theirs))
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_we_load_keras_models(make, name, tmp_path):
    theirs = randomize(make(keras))
    theirs.save(tmp_path / name)
    ours = cornu.saving.load_model(tmp_path / name)
    assert_close(outputs(ours), outputs(theirs))
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5"])
def test_weights_go_both_ways(make, name, tmp_path):
    ours, theirs = randomize(make(cornu)), randomize(make(keras), seed=5)
    ours.save_weights(tmp_path / name)
    theirs.load_weights(tmp_path / name)
    assert_close(outputs(ours), outputs(theirs))
    randomize(theirs, seed=6)
    if name == "w.h5":
        theirs.save(tmp_path / name)  # Keras 3 writes weights alone only in its own layout
    else:
        theirs.save_weights(tmp_path / name)
    ours.load_weights(tmp_path / name)
    assert_close(outputs(ours), outputs(theirs))


@pytest.mark.parametrize("make", MODELS)
def test_the_same_arrays_lie_at_the_same_places(make, tmp_path):
    def places(path):
        found = {}
        with h5py.File(path) as file:
            file.visititems(
                lambda name, item: found.update({name: item.shape}) if isinstance(item, h5py.Dataset) else None
            )
        return found

    for k, path in ((cornu, tmp_path / "ours.weights.h5"), (keras, tmp_path / "theirs.weights.h5")):
        model = make(k)
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
        model.save_weights(path)
    assert places(tmp_path / "ours.weights.h5") == places(tmp_path / "theirs.weights.h5")


@pytest.mark.parametrize("make", MODELS)
def test_json_goes_both_ways(make):
    ours, theirs = randomize(make(cornu)), randomize(make(keras))
    back = keras.models.model_from_json(ours.to_json())
    back.set_weights(ours.get_weights())
    assert_close(outputs(back), outputs(ours))
    again = cornu.models.model_from_json(theirs.to_json())
    again.set_weights(theirs.get_weights())
    assert_close(outputs(again), outputs(theirs))


def test_subclassed_weights_go_both_ways(tmp_path):
    def make(k):
        class Net(k.Model):
            def __init__(self):
                super().__init__()
                self.z_first = k.layers.Dense(4, activation="tanh")
                self.blocks = [k.layers.Dense(4), k.layers.Dense(4)]
                self._hidden = k.layers.BatchNormalization()
                self.a_last = k.layers.Dense(2)

            def call(self, x):
                x = self.z_first(x)
                for block in self.blocks:
                    x = x + block(x)
                return self.a_last(self._hidden(x))

        net = Net()
        net(np.ones((1, 3), "float32"))
        return net

    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    ours, theirs = randomize(make(cornu)), randomize(make(keras), seed=4)
    ours.save_weights(tmp_path / "w.weights.h5")
    theirs.load_weights(tmp_path / "w.weights.h5")
    assert_close([np.asarray(ours(x))], [np.asarray(theirs(x))])
    randomize(theirs, seed=9).save_weights(tmp_path / "w.weights.h5")
    ours.load_weights(tmp_path / "w.weights.h5")
    assert_close([np.asarray(ours(x))], [np.asarray(theirs(x))])


OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda k: k.optimizers.Adam(0.01, amsgrad=True),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01, momentum=0.5),
    "nadam": lambda k: k.optimizers.Nadam(0.01),
    "schedule": lambda k: k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.05, 3, 0.7)),
}


def network(k, optimizer):
    model = k.Sequential([k.Input((4,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(1)])
    model.compile(OPTIMIZERS[optimizer](k), loss="mean_squared_error", metrics=["mae"])
    return model


def train(model, steps):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(16, 4)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")
    model.fit(x, y, batch_size=16, epochs=steps, shuffle=False, verbose=0)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
def test_training_begun_in_keras_goes_on_here(optimizer, name, tmp_path):
    theirs = randomize(network(keras, optimizer))
    train(theirs, 5)
    theirs.save(tmp_path / name)
    ours = cornu.saving.load_model(tmp_path / name)
    assert int(ours.optimizer.iterations) == 5
    train(theirs, 10)
    train(ours, 10)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_begun_here_goes_on_in_keras(optimizer, tmp_path):
    ours = randomize(network(cornu, optimizer))
    train(ours, 5)
    ours.save(tmp_path / "model.keras")
    theirs = keras.saving.load_model(tmp_path / "model.keras")
    assert int(theirs.optimizer.iterations.value) == 5
    ours.save(
        tmp_path / "model.h5"
    )  # of these Keras 3.15.1 restores the compile state, but not the slots, its own included
    assert keras.saving.load_model(tmp_path / "model.h5").compiled
    train(theirs, 10)
    train(ours, 10)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_older_configs_are_understood():
    """As Keras 1.2 and 2.3 wrote them."""
    first = {
        "class_name": "Sequential",
        "config": [
            {
                "class_name": "Dense",
                "config": {"name": "dense_1", "batch_input_shape": [None, 8], "input_dtype": "float32", "output_dim": 6,
                           "init": "glorot_uniform", "activation": "relu", "W_regularizer": None, "b_regularizer": None,
                           "activity_regularizer": None, "W_constraint": None, "b_constraint": None, "bias": True,
                           "input_dim": 8, "trainable": True},
            },
            {"class_name": "BatchNormalization",
             "config": {"name": "b", "epsilon": 0.001, "mode": 0, "axis": [1], "momentum": 0.9}},
            {"class_name": "Dropout", "config": {"name": "d", "p": 0.3}},
        ],
    }  # fmt: skip
    import json

    model = cornu.models.model_from_json(json.dumps(first))
    assert model.input_shape == (None, 8) and model.output_shape == (None, 6)
    assert model.layers[2].rate == 0.3 and model.layers[1].axis in (1, -1)
    second = {
        "class_name": "Model",
        "config": {
            "name": "m",
            "layers": [
                {"name": "x", "class_name": "InputLayer", "inbound_nodes": [],
                 "config": {"batch_input_shape": [None, 5, 3], "dtype": "float32", "sparse": False, "name": "x"}},
                {"name": "g", "class_name": "GRU", "inbound_nodes": [[["x", 0, 0, {}]]],
                 "config": {"name": "g", "units": 2, "implementation": 2, "time_major": False}},
                {"name": "s", "class_name": "Sequential", "inbound_nodes": [[["g", 0, 0, {}]], [["s", 1, 0, {}]]],
                 "config": {"name": "s", "layers": [
                     {"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [None, 2]}}]}},
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["s", 2, 0]],
        },
    }  # fmt: skip
    model = cornu.models.model_from_json(json.dumps(second))
    assert model.output_shape == (None, 2) and model.get_layer("g").reset_after is False
    rate = cornu.optimizers.deserialize({"class_name": "SGD", "config": {"lr": 0.1, "decay": 0.5, "momentum": 0.0}})
    rate.iterations.assign(2)
    np.testing.assert_allclose(float(rate.learning_rate), 0.05, rtol=1e-6)
