"""Rematerialization: the same numbers, with the forward pass in the backward one."""

import jax
import numpy as np
import pytest

import cornu
from cornu import layers, ops

X = np.random.default_rng(0).normal(size=(32, 6, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(32, 1)).astype("float32")


class Block(layers.Layer):
    """Layers inside a layer, with noise, state and a loss of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense, self.norm = layers.Dense(4, "gelu", activity_regularizer="l2"), layers.BatchNormalization()

    def call(self, x, training=False):
        y = self.norm(self.dense(x), training=training)
        self.add_loss(ops.mean(y) ** 2)
        return x + y


def net():
    cornu.utils.set_random_seed(1)
    parts = [layers.Masking(), Block(), layers.Dropout(0.5), layers.LSTM(5), layers.Dense(1)]
    return cornu.Sequential([cornu.Input((6, 4)), *parts])


def trained(mode, **options):
    with cornu.RematScope(mode, **options):
        model = net()
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=3, batch_size=16, verbose=0).history
    return model, history


def recomputed(fn, *args):
    """How many calls the program of a gradient computes again."""
    return str(jax.make_jaxpr(jax.grad(fn))(*args)).count("= remat2[")


def programs_of(model):
    apply, params = model.functional()
    return recomputed(lambda p: apply(p, X).sum(), params)


@pytest.mark.parametrize("mode", ["full", "activations", "larger_than", "list_of_layers"])
def test_training_gives_the_same_numbers(mode):
    plain, expected = trained(None)
    options = {"output_size_threshold": 100, "layer_names": ["block", "lstm", "block_1", "lstm_1"]}
    model, history = trained(mode, **options)
    assert programs_of(model) > 0 and programs_of(plain) == 0
    for key, values in expected.items():
        np.testing.assert_allclose(history[key], values, rtol=1e-5)
    for a, b in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_threshold_above_all_outputs_changes_nothing():
    assert programs_of(trained("larger_than", output_size_threshold=10**6)[0]) == 0


def test_scopes_nest_and_end():
    with cornu.RematScope("full"):
        first = layers.Dense(1)
        with cornu.RematScope(None):
            second = layers.Dense(1)
        third = layers.Dense(1)
    fourth = layers.Dense(1)
    assert [layer._remat is not None for layer in (first, second, third, fourth)] == [True, False, True, False]
    with pytest.raises(ValueError, match=r"modes full, activations.*Received: mode='all'"):
        cornu.RematScope("all")


def test_a_function_of_ones_own():
    calls = []

    def inner(x):
        calls.append(1)
        return ops.sin(ops.exp(x))

    def fn(x):
        return ops.sum(cornu.remat(inner)(x) ** 2)

    x = np.array([0.1, 0.5], "float32")
    np.testing.assert_allclose(cornu.grad(fn, 0)(x), 2 * np.sin(np.exp(x)) * np.cos(np.exp(x)) * np.exp(x), rtol=1e-5)
    assert recomputed(fn, x) == 1
    counter = cornu.Variable(0.0)
    assert cornu.remat(lambda: counter.assign_add(1.0))() == 1.0 and counter.numpy() == 1.0


def test_a_layer_says_itself_how_it_is_called():
    class Own(layers.Dense):
        def rematerialized_call(self, layer_call, *args, **kwargs):
            seen.append(kwargs)
            return layer_call

    seen = []
    with cornu.RematScope("full"):
        layer = Own(2)
    layer(X)
    assert len(seen) > 0


def test_names_and_devices():
    with cornu.name_scope("encoder"):
        layer = layers.Dense(1, name="top")
        layer.build((None, 2))
    assert layer.kernel.path == "encoder/top/kernel"
    with pytest.raises(ValueError, match="path separator"), cornu.name_scope("a/b"):
        pass
    with cornu.device("cpu:0"):
        assert ops.ones(2).device.platform == "cpu"
    for wrong in ("tpu:0", "cpu:999", "cpu:x", 3):
        with pytest.raises(ValueError, match="no device"):
            cornu.device(wrong)
