"""Layers that Keras had once: beside their formulas, in models, in files."""

import itertools

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


def places(size, kernel, stride, padding):
    """For each place along one axis, the elements in its window that exist, and where in the window they are."""
    if padding == "same":
        starts = range(-(kernel // 2), size - kernel // 2, stride)
    else:
        starts = range(0, size - kernel + 1, stride)
    return [[(i, i - start) for i in range(start, start + kernel) if 0 <= i < size] for start in starts]


def locally_connected(x, weight, filters, kernel_size, strides, padding):
    """The sum by its definition, x with channels last; weight(place, offset, channel, filter, input)."""
    axes = [places(*sides, padding) for sides in zip(x.shape[1:-1], kernel_size, strides, strict=True)]
    y = np.zeros((len(x), *map(len, axes), filters))
    for place in itertools.product(*(range(len(axis)) for axis in axes)):
        for element in itertools.product(*(axis[p] for axis, p in zip(axes, place, strict=True))):
            at, offset = zip(*element, strict=True)
            for c, f in itertools.product(range(x.shape[-1]), range(filters)):
                y[(slice(None), *place, f)] += x[(slice(None), *at, c)] * weight(place, offset, c, f, at)
    return y


@pytest.mark.parametrize("rank", [1, 2])
@pytest.mark.parametrize("implementation", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("stride", [1, 2])
def test_kernels_of_every_place(rank, implementation, padding, first, stride):
    """The layouts of kernels are those of files: by place, by input and output, and as a sorted vector."""
    filters, kernel_size, strides = 2, (3, 2)[:rank], (stride, 1)[:rank]
    of = {"padding": padding, "implementation": implementation, "strides": strides}
    make = getattr(layers, f"LocallyConnected{rank}D")
    if padding == "same" and implementation == 1:
        with pytest.raises(ValueError, match="implementation=2"):
            make(filters, kernel_size, **of)
        return
    layer = make(filters, kernel_size, data_format="channels_first" if first else "channels_last", **of)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 4)[: rank + 1] + (3,)).astype("float32")
    given = np.moveaxis(x, -1, 1) if first else x
    layer.build(given.shape)
    kernel, bias = (rng.normal(size=w.shape).astype("float32") for w in layer.weights)
    layer.set_weights([kernel, bias])
    out = bias.shape[:-1]

    def numbers(sizes, at, c):
        """The place of an element in a flat sample."""
        return np.ravel_multi_index((c, *at) if first else (*at, c), (sizes[-1], *sizes[:-1]) if first else sizes)

    connected = set()

    def weight(place, offset, c, f, at):
        if implementation == 1:
            return kernel[np.ravel_multi_index(place, out), numbers((*kernel_size, 3), offset, c), f]
        if implementation == 2:
            return kernel[(c, *at, f, *place) if first else (*at, c, *place, f)]
        pair = numbers((*out, filters), place, f), numbers(x.shape[1:], at, c)
        connected.add(pair)
        return kernel[order.index(pair)] if order else 0

    order = []
    if implementation == 3:
        locally_connected(x, weight, filters, kernel_size, strides, padding)
        order = sorted(connected)
        assert kernel.shape == (len(order),)
    expected = locally_connected(x, weight, filters, kernel_size, strides, padding)
    expected = np.moveaxis(expected, -1, 1) + bias.reshape(filters, *out) if first else expected + bias
    np.testing.assert_allclose(layer(given), expected, rtol=1e-4, atol=1e-5)
    # it is linear: its gradients are its values for what one changes
    direction = rng.normal(size=kernel.shape).astype("float32")
    slope = cornu.grad(lambda: cornu.ops.sum(layer(given) * expected), layer)()[0]
    layer.set_weights([direction, bias * 0])
    np.testing.assert_allclose(np.sum(slope * direction), np.sum(layer(given) * expected), rtol=1e-3)


@pytest.mark.parametrize("implementation", [1, 2, 3])
def test_locally_connected_models(implementation, tmp_path):
    options = {"implementation": implementation, "kernel_regularizer": "l2", "activation": "relu"}
    stack = [layers.LocallyConnected2D(3, 3, **options), layers.Flatten(), layers.Dense(1)]
    model = cornu.Sequential([cornu.Input((6, 5, 2)), *stack])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(16, 6, 5, 2)).astype("float32")
    losses = model.fit(x, x[:, :1, 0, 0], epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        np.testing.assert_allclose(cornu.saving.load_model(tmp_path / f"m.{ending}")(x), model(x), rtol=1e-6)
    assert model(x[:0]).shape == (0, 1)
    half = layers.LocallyConnected2D(3, 3, dtype="mixed_bfloat16", **options)
    assert half(x).dtype == "bfloat16" and half(cornu.Input((6, 5, 2))).shape == (None, 4, 3, 3)


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
        (lambda: layers.LocallyConnected1D(2, 3, implementation=4), "implementation"),
        (lambda: layers.LocallyConnected1D(2, 9)(np.ones((2, 8, 4))), "kernel_size"),
        (lambda: layers.LocallyConnected2D(2, 3)(cornu.Input((None, 8, 4))), "size must be known"),
    ):
        with pytest.raises(ValueError, match=word):
            make()
