"""Layers that Keras had once: beside their formulas, in models, in files."""

import jax
import numpy as np
import pytest

import cornu
from cornu import layers

X = np.random.default_rng(0).normal(size=(16, 5)).astype("float32")
MAKE = {
    "ThresholdedReLU": lambda **more: layers.ThresholdedReLU(0.5, **more),
    "MaxoutDense": lambda **more: layers.MaxoutDense(3, nb_feature=2, **more),
    "MaxoutDense without bias": lambda **more: layers.MaxoutDense(3, use_bias=False, **more),
    "Highway": lambda **more: layers.Highway("tanh", kernel_regularizer="l2", **more),
    "Highway without bias": lambda **more: layers.Highway(use_bias=False, **more),
}


def drawn(name, **more):
    layer = MAKE[name](**more)
    layer.build((None, 5))
    layer.set_weights([np.random.default_rng(i).normal(size=w.shape) for i, w in enumerate(layer.weights)])
    return layer


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def formula(layer, x):
    w = [v.numpy() for v in layer.weights]
    if isinstance(layer, layers.ThresholdedReLU):
        return np.where(x > 0.5, x, 0)
    if isinstance(layer, layers.MaxoutDense):
        return np.max([x @ k + (w[1][i] if len(w) > 1 else 0) for i, k in enumerate(w[0])], axis=0)
    bias, gate_bias = w[2:] or (0, 0)
    t = sigmoid(x @ w[1] + gate_bias)
    h = x @ w[0] + bias
    return t * (np.tanh(h) if len(w) > 2 else h) + (1 - t) * x


@pytest.mark.parametrize("name", MAKE)
def test_it_computes_its_formula(name):
    layer = drawn(name)
    np.testing.assert_allclose(layer(X), formula(layer, X), rtol=1e-4, atol=1e-5)
    direction = np.random.default_rng(9).normal(size=X.shape).astype("float32")
    slope = jax.grad(lambda x: layer(x).sum())(X)
    moved = [formula(layer, (X + sign * 1e-3 * direction).astype("float64")).sum() for sign in (1, -1)]
    np.testing.assert_allclose(np.sum(slope * direction), (moved[0] - moved[1]) / 2e-3, rtol=2e-2)


@pytest.mark.parametrize("name", MAKE)
def test_it_is_trained_saved_and_cloned(name, tmp_path):
    model = cornu.Sequential([cornu.Input((5,)), drawn(name), layers.Dense(1)])
    model.compile("adam", "mse")
    losses = model.fit(X, X[:, :1], epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        np.testing.assert_allclose(cornu.saving.load_model(tmp_path / f"m.{ending}")(X), model(X), rtol=1e-6)
    assert cornu.models.clone_model(model).layers[0].get_config() == model.layers[0].get_config()
    half = drawn(name, dtype="mixed_bfloat16")
    assert half(X).dtype == "bfloat16" and half(cornu.Input((5,))).shape == half(X).shape[:0] + (None, half(X).shape[1])


def test_scripts_of_keras_1_make_them():
    with pytest.warns(UserWarning, match="is called"):
        layer = layers.MaxoutDense(output_dim=3, init="uniform", W_regularizer="l2")
    assert (layer.units, type(layer.kernel_regularizer).__name__) == (3, "L2")
    with pytest.warns(UserWarning, match="is called"):
        assert layers.Highway(init="one", bias=False).use_bias is False
    gate = layers.Highway(transform_bias=-4.0)
    gate.build((None, 2))
    np.testing.assert_array_equal(gate.gate_bias.numpy(), [-4, -4])
    assert type(layers.CuDNNLSTM(3)) is layers.LSTM and isinstance(layers.CuDNNGRU(3), layers.GRU)


def test_mistakes_are_named():
    for make, word in (
        (lambda: layers.MaxoutDense(0), "units"),
        (lambda: layers.MaxoutDense(2, nb_feature=0), "nb_feature"),
        (lambda: layers.ThresholdedReLU(-1.0), "theta"),
        (lambda: layers.Highway()(np.ones((2, 3, 4))), "highway"),
    ):
        with pytest.raises(ValueError, match=word):
            make()
