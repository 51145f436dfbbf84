"""Activations against the real Keras: values, gradients, names and configs."""

import jax
import keras
import numpy as np
import pytest

import cornu.activations as ours
from cornu.core.symbolic import KerasTensor

X = (3 * np.random.default_rng(0).normal(size=(4, 6))).astype("float32")
NAMES = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
]
CALLS = [(name, {}) for name in NAMES if name != "sparsemax"] + [
    ("relu", {"negative_slope": 0.3}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 0.5}),
    ("relu", {"negative_slope": 0.3, "max_value": 2.0, "threshold": 0.5}),
    ("relu", {"negative_slope": 0.1, "threshold": -0.5}),
    ("gelu", {"approximate": True}),
    ("leaky_relu", {"negative_slope": 0.05}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.0}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("glu", {"axis": 0}),
    ("threshold", {"threshold": 0.5, "default_value": 7.0}),
    ("squareplus", {"b": 1}),
    ("hard_shrink", {"threshold": 1.0}),
    ("soft_shrink", {"threshold": 1.0}),
]


# Keras 3.15.1 computes sparsemax wrongly; test_ops_values compares it with its definition.
@pytest.mark.parametrize("name, options", CALLS)
def test_values_gradients_and_shapes(name, options):
    mine, theirs = getattr(ours, name), getattr(keras.activations, name)
    value = mine(X, **options)
    assert value.dtype == "float32"
    np.testing.assert_allclose(value, theirs(X, **options), rtol=1e-5, atol=1e-6)
    weights = np.random.default_rng(1).normal(size=value.shape).astype("float32")

    def gradient(fn):
        return jax.grad(lambda x: (fn(x, **options) * weights).sum())(X)

    np.testing.assert_allclose(gradient(mine), gradient(theirs), rtol=1e-5, atol=1e-5)
    symbol = mine(KerasTensor(X.shape), **options)
    assert (symbol.shape, symbol.dtype) == (value.shape, "float32")
    if options.get("axis", -1) != 0:
        assert mine(KerasTensor((None, 6)), **options).shape == (None, value.shape[1])


@pytest.mark.parametrize("name", NAMES)
def test_configs_equal_those_of_keras(name):
    config = ours.serialize(ours.get(name))
    assert config == keras.activations.serialize(keras.activations.get(name))
    assert ours.deserialize(config) is ours.get(name)


# Of integers the real Keras computes these with overflow, or not at all; ours are those of the same floats.
OF_FLOATS = {"softmax", "log_softmax", "softsign", "squareplus", "log_sigmoid", "hard_shrink"}
OF_FLOATS |= {"sigmoid", "silu", "swish", "glu"}


@pytest.mark.parametrize("dtype", ["int8", "int32", "float16", "bfloat16", "float32"])
def test_odd_values_and_dtypes(dtype):
    """All activations in one program: zeros, halves, large values, infinities and NaN."""
    odd = [0, -0.0, 0.5, -0.5, 1, -1, 6, -6, 30, -30, 100, -100, 3e4, np.inf, -np.inf, np.nan]
    values = np.array(odd if "float" in dtype else [0, 1, -1, 2, 6, -6, 100, -100]).astype(jax.numpy.dtype(dtype))
    calls = [(name, options) for name, options in CALLS if options.get("axis") != 0]

    def run(module, x):
        exact = module is ours or "float" in dtype
        return [
            getattr(module, name)(x if exact or name not in OF_FLOATS else x.astype("float32"), **options)
            for name, options in calls
        ]

    mine, theirs = (jax.jit(lambda x, m=module: run(m, x))(values) for module in (ours, keras.activations))
    tolerance = 1e-2 if "16" in dtype else 1e-6
    for (name, options), a, b in zip(calls, mine, theirs, strict=True):
        assert a.dtype == b.dtype, (name, options)
        a, b = np.asarray(a, "float32"), np.asarray(b, "float32")
        if name == "relu" and options.get("threshold"):  # Keras has infinity * 0, which is NaN
            a, b = a[~np.isinf(values.astype("float32"))], b[~np.isinf(values.astype("float32"))]
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=f"{name} {options}")


def test_a_threshold_holds_at_infinity():
    np.testing.assert_array_equal(ours.relu([-np.inf, 4.0, 5.0, 6.0], threshold=5.0), [0.0, 0.0, 0.0, 6.0])


def test_half_precision_is_kept():
    for name in NAMES:
        assert getattr(ours, name)(X.astype("float16")).dtype == "float16"


def test_names():
    assert ours.get(None) is ours.linear
    assert ours.get(ours.relu) is ours.relu
    for name in dir(keras.activations):
        if not name.startswith("_"):
            assert hasattr(ours, name), name
    with pytest.raises(ValueError, match="'leaky_relu'"):
        ours.get("leakyrelu")


def test_custom_functions():
    def double(x):
        return 2 * x

    assert ours.get(double) is double
    assert ours.deserialize("double", custom_objects={"double": double}) is double
    with pytest.raises(TypeError, match="named function"):
        ours.serialize(lambda x: x)
