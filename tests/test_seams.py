"""Doors for what comes later: adapters of weights, placement on many devices, export with an unknown batch."""

import copy
import io
import os
import pickle
import subprocess
import sys

import grid
import jax
import numpy as np
import pytest
from jax import export

import cornu
from cornu import layers
from cornu.core import parts, state
from cornu.core.reading import Reading
from cornu.kernels.platform import target

# A low-rank adapter: what is read of a weight is what it stores and a product of two thin matrices


class LowRank(Reading):
    """Reads `W + A B`, with W as rows of its last axis."""

    def __init__(self, variable, rank=2):
        super().__init__(variable)
        rows = int(np.prod(self.shape[:-1]))
        self.a = self.add_variable((rows, rank), "glorot_uniform", "lora_a")
        self.b = self.add_variable((rank, self.shape[-1]), "zeros", "lora_b")

    def read(self, stored):
        return stored + (self.a.value @ self.b.value).reshape(self.shape)


def adapted(model):
    """Freeze every weight, and give each matrix an adapter."""
    for weight in model.weights:
        weight.trainable = False
        if weight.ndim > 1:
            weight.reading = LowRank(weight)
    return model


def texts():
    words = layers.Input((6,), dtype="int32")
    x = layers.LSTM(4, return_sequences=True)(layers.Embedding(9, 5)(words))
    x = layers.Conv2D(3, 2)(layers.Reshape((6, 4, 1))(x))
    return cornu.Model(words, layers.Dense(2, "softmax")(layers.Flatten()(x)))


class Subclassed(cornu.Model):
    def __init__(self):
        super().__init__()
        self.inner = [texts(), layers.Dense(2, "softmax")]

    def call(self, inputs):
        return self.inner[1](self.inner[0](inputs))


@pytest.mark.parametrize("make", [texts, Subclassed])
def test_adapters_train_and_the_base_stands_still(make, rng, tmp_path):
    x = rng.integers(0, 9, (40, 6))
    y = (x.sum(axis=1) % 2).astype("int32")
    model = make()
    before = model.predict(x)
    adapted(model)
    np.testing.assert_array_equal(model.predict(x), before)  # B begins with zeros
    base = {w.path: np.array(w.stored) for w in model.weights if "lora" not in w.path}
    matrices = [w for w in model.weights if w.ndim > 1 and "lora" not in w.path]
    assert [w.path for w in model.trainable_weights] == [f"{w.path}/lora_{k}" for w in matrices for k in "ab"]
    model.compile(cornu.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    losses = model.fit(x, y, epochs=20, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
    for weight in model.weights:
        if weight.path in base:
            np.testing.assert_array_equal(np.array(weight.stored), base[weight.path])
    assert all((np.array(w.stored) != w.numpy()).any() for w in matrices)
    assert len(model.optimizer.variables) == 2 + 2 * len(model.trainable_weights)
    tuned = model.predict(x)
    assert np.abs(tuned - before).max() > 0.05
    np.testing.assert_allclose(np.asarray(model(x)), tuned, rtol=1e-5, atol=1e-6)
    model.save_weights(tmp_path / "m.weights.h5")
    for adapter in (part for _, part in parts.walk(model) if isinstance(part, LowRank)):
        adapter.b.assign(np.zeros(adapter.b.shape))
    np.testing.assert_allclose(model.predict(x), before, rtol=1e-5, atol=1e-6)
    model.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(model.predict(x), tuned)
    merged = [w.numpy() for w in matrices]
    for weight, value in zip(matrices, merged, strict=True):
        weight.reading = None
        weight.assign(value)
    np.testing.assert_allclose(model.predict(x), tuned, rtol=1e-5, atol=1e-6)


def test_what_is_read_cannot_be_assigned():
    weight = cornu.Variable(np.ones((2, 3), "float32"))
    weight.reading = LowRank(weight)
    with pytest.raises(ValueError, match="use variable.store"):
        weight.assign(np.zeros((2, 3)))


# Placement: four devices and one give the same numbers

SHARDED = """
import jax, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import cornu
from cornu import engine, layers

def train():
    cornu.utils.set_random_seed(1)
    model = cornu.Sequential(
        [layers.Input((6,)), layers.Dense(8, "tanh"), layers.BatchNormalization(), layers.Dense(3, "softmax")]
    )
    model.compile(cornu.optimizers.SGD(0.1, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 6)), rng.integers(0, 3, 100)
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, validation_split=0.2).history
    return [*model.get_weights(), *history.values(), model.predict(x)]

one = train()
mesh, put = Mesh(np.array(jax.devices()), ("batch",)), []

def place(kind, array):
    split = kind in KINDS and np.ndim(array) and array.shape[0] % 4 == 0
    put.append((kind, np.shape(array), bool(split)))
    return NamedSharding(mesh, PartitionSpec("batch") if split else PartitionSpec())

engine.current().place = place
four = train()
for a, b in zip(one, four, strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
assert len(jax.devices()) == 4 and any(split for _, _, split in put)
placed = [shape for kind, shape, _ in put if kind == "state"]
for shape in ((6, 8), (8, 3)):  # a kernel, and its momentum
    assert placed.count(shape) >= 2, placed
"""


@pytest.mark.parametrize("kinds", [["batch"], ["state"], ["batch", "state"]], ids="-".join)
def test_what_is_split_over_four_devices_gives_the_same_numbers(kinds):
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=4".strip()
    environment = {**os.environ, "XLA_FLAGS": flags, "CORNU_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", f"KINDS = {kinds}\n{SHARDED}"], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr


# Export: a batch of unknown size passes through every layer, for one platform and for several


@pytest.mark.parametrize("case", grid.LAYERS, ids=lambda c: c.id)
def test_an_unknown_batch_passes(case):
    layer, x = case.make(cornu), case.data()
    layer(*grid.given(case.tensors(cornu)))
    variables = parts.all_variables(layer)
    run = state.pure(lambda inputs: layer(*grid.given(inputs)), variables)
    values = [v.array() for v in variables]
    batches = [jax.tree.map(lambda a, count=count: np.concatenate([a] * 5)[:count], x) for count in (1, 5)]
    expected = jax.jit(run)(values, batches[1])[0]  # no sample changes another
    size = export.symbolic_shape("size")[0]
    specs = jax.tree.map(lambda a: jax.ShapeDtypeStruct((size, *a.shape[1:]), a.dtype), x)
    for platforms in (["cpu"], ["cpu", "cuda", "tpu"]):
        with target(platforms[0] if len(platforms) == 1 else "any"):
            program = jax.jit(lambda v, inputs: run(v, inputs)[0])  # traced anew for each target
            exported = export.export(program, platforms=platforms)([v.spec() for v in variables], specs)
        for batch in batches:
            ours = jax.tree.leaves(exported.call(values, batch))
            for a, b in zip(ours, jax.tree.leaves(expected), strict=True):
                np.testing.assert_allclose(a, b[: len(a)], rtol=1e-4, atol=1e-5)


# What is read through something else is not lost in silence


def test_adapters_are_frozen_saved_and_missed(tmp_path):
    def two():
        return cornu.Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)])

    x, y = np.ones((8, 4), "float32"), np.ones((8, 2), "float32")
    model = adapted(two())
    model.compile("sgd", "mse")
    model.layers[0].trainable = False
    assert [v.name for v in model.trainable_weights] == ["lora_a", "lora_b"]  # those of the other layer
    before = [v.numpy() for v in model.layers[0].variables]
    model.fit(x, y, epochs=3, verbose=0)
    for old, new in zip(before, model.layers[0].variables, strict=True):
        np.testing.assert_array_equal(old, new.numpy())
    for name in ("model.keras", "model.h5"):
        with pytest.raises(ValueError, match="read through something else"):
            model.save(tmp_path / name)
    path = tmp_path / "w.weights.h5"
    model.save_weights(path)
    again = adapted(two())
    again.load_weights(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    with pytest.raises(ValueError, match="such as adapters, at"):
        two().load_weights(path)


class Doubled(Reading):
    """Has no Variables of its own."""

    def read(self, stored):
        return 2 * stored


class Both(Reading):
    """Two adapters, one behind the other, in a list."""

    def __init__(self, variable):
        super().__init__(variable)
        self.parts = [LowRank(variable), LowRank(variable)]

    def read(self, stored):
        for part in self.parts:
            stored = part.read(stored)
        return stored


def read_through(reading, rng):
    """A model whose kernel is read through something; all weights are random."""
    model = cornu.Sequential([layers.Input((4,)), layers.Dense(3)])
    kernel = model.layers[0].kernel
    kernel.reading = reading(kernel)
    model.compile("adam", "mse")
    for variable in model.weights:
        variable.store(rng.normal(size=variable.stored_shape).astype("float32"))
    return model


READINGS = [LowRank, Doubled, Both]
COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model))}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("way", COPIES)
def test_copies_read_as_the_model_does(way, reading, rng):
    model, x, y = read_through(reading, rng), np.ones((5, 4), "float32"), np.ones((5, 3), "float32")
    model.fit(x, y, verbose=0)
    before = model.predict(x, verbose=0)
    other = COPIES[way](model)
    np.testing.assert_array_equal(other.predict(x, verbose=0), before)
    assert [v.trainable for v in other.variables] == [v.trainable for v in model.variables]
    other.fit(x, y, verbose=0)
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)  # they share nothing
    model.fit(x, y, verbose=0)
    np.testing.assert_allclose(other.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)  # slots included


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("path", ["w.weights.h5", "w.h5"])
def test_files_of_weights_hold_what_they_are_read_through(path, reading, rng, tmp_path):
    model, x = read_through(reading, rng), np.ones((5, 4), "float32")
    model.save_weights(tmp_path / path)
    other = read_through(reading, rng)
    other.load_weights(tmp_path / path)
    np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))
    plain = cornu.Sequential([layers.Input((4,)), layers.Dense(3)])
    with pytest.raises(ValueError, match="read through something else"):
        plain.load_weights(tmp_path / path)


def test_an_open_file_of_a_whole_model_has_no_place_for_them_either(rng):
    with pytest.raises(ValueError, match="no place"):
        read_through(LowRank, rng).save(io.BytesIO())


def test_a_weight_called_like_a_layer_beside_it(tmp_path):
    """HDF5 cannot have an array and a group of one name; a save looked for another name without end."""

    class Own(layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight((2,), "ones", name="scale")
            self.inner = layers.Dense(2, name="scale")
            self.inner.build(input_shape)

        def call(self, x):
            return self.inner(x) * self.scale

    model = cornu.Sequential([layers.Input((2,)), Own(name="own")])
    kept = model.get_weights()
    model.save_weights(tmp_path / "w.h5")
    model.set_weights([0 * array for array in kept])
    model.load_weights(tmp_path / "w.h5")
    for ours, expected in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(ours, expected)


class Halved(Doubled):
    """Knows what to store."""

    def store(self, value):
        return value / 2


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_a_constraint_holds_for_what_is_read(policy):
    limit = cornu.constraints.MaxNorm(0.5)
    layer = layers.Dense(3, kernel_constraint=limit, dtype=policy)
    model = cornu.Sequential([layers.Input((4,)), layer, layers.Dense(1)])
    layer.kernel.reading = Halved(layer.kernel)
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0)
    norms = np.linalg.norm(layer.kernel.numpy(), axis=0)
    np.testing.assert_allclose(norms, 0.5, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(np.asarray(layer.kernel.stored), axis=0), 0.25, rtol=1e-4)


def test_slots_would_hide_weights():
    with pytest.raises(TypeError, match="Hidden has __slots__"):

        class Hidden(cornu.Model):
            __slots__ = ("inner",)
