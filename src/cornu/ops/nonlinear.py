"""Nonlinearities of neural networks, elementwise or along an axis."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.attached import keep_logits
from .making import ArrayLike, Axis, existing_axes, floating, op, op_of, to_axes

__all__ = [
    "celu", "elu", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
    "log_sigmoid", "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus",
    "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh_shrink", "threshold",
]  # fmt: skip


@op_of(jax.nn.relu)
def relu(x: ArrayLike) -> Any:
    """Rectifier, `max(x, 0)`.

    Example:
        >>> import cornu
        >>> cornu.ops.relu([-1.0, 2.0])
        Array([0., 2.], dtype=float32)
    """


@op_of(jax.nn.relu6)
def relu6(x: ArrayLike) -> Any:
    """Rectifier with a ceiling, `min(max(x, 0), 6)`.

    Example:
        >>> import cornu
        >>> cornu.ops.relu6([-1.0, 8.0])
        Array([0., 6.], dtype=float32)
    """


@op
def sigmoid(x: ArrayLike) -> Any:
    """Logistic function, `1 / (1 + exp(-x))`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sigmoid([0.0, 2.0])).round(3)
        array([0.5  , 0.881], dtype=float32)
    """
    x = floating(x)
    return keep_logits(jax.nn.sigmoid(x), "sigmoid", x)


@op_of(jax.nn.sparse_sigmoid)
def sparse_sigmoid(x: ArrayLike) -> Any:
    """`(x + 1) / 2` within [-1, 1], 0 below and 1 above.

    Example:
        >>> import cornu
        >>> cornu.ops.sparse_sigmoid([-2.0, 0.5])
        Array([0.  , 0.75], dtype=float32)
    """


@op_of(jax.nn.log_sigmoid, floating)
def log_sigmoid(x: ArrayLike) -> Any:
    """`log(sigmoid(x))`, without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log_sigmoid([0.0, 2.0])).round(3)
        array([-0.693, -0.127], dtype=float32)
    """


@op_of(jax.nn.hard_sigmoid)
def hard_sigmoid(x: ArrayLike) -> Any:
    """`min(max(x / 6 + 1 / 2, 0), 1)`.

    Example:
        >>> import cornu
        >>> cornu.ops.hard_sigmoid([-4.0, 1.5])
        Array([0.  , 0.75], dtype=float32)
    """


@op_of(jax.nn.silu, floating)
def silu(x: ArrayLike) -> Any:
    """`x * sigmoid(x)`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.silu([-1.0, 2.0])).round(3)
        array([-0.269,  1.762], dtype=float32)
    """


@op_of(jax.nn.hard_silu)
def hard_silu(x: ArrayLike) -> Any:
    """`x * hard_sigmoid(x)`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.hard_silu([-1.0, 2.0])).round(3)
        array([-0.333,  1.667], dtype=float32)
    """


@op_of(lambda x: x - jnp.tanh(x))
def tanh_shrink(x: ArrayLike) -> Any:
    """`x - tanh(x)`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.tanh_shrink([-1.0, 2.0])).round(3)
        array([-0.238,  1.036], dtype=float32)
    """


@op_of(jax.nn.hard_tanh)
def hard_tanh(x: ArrayLike) -> Any:
    """`min(max(x, -1), 1)`.

    Example:
        >>> import cornu
        >>> cornu.ops.hard_tanh([-2.0, 0.5])
        Array([-1. ,  0.5], dtype=float32)
    """


@op_of(jax.nn.softplus)
def softplus(x: ArrayLike) -> Any:
    """`log(exp(x) + 1)`, without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.softplus([0.0, 2.0])).round(3)
        array([0.693, 2.127], dtype=float32)
    """


@op_of(jax.nn.sparse_plus)
def sparse_plus(x: ArrayLike) -> Any:
    """0 below -1, `(x + 1)**2 / 4` within [-1, 1], `x` above.

    Example:
        >>> import cornu
        >>> cornu.ops.sparse_plus([-2.0, 0.0])
        Array([0.  , 0.25], dtype=float32)
    """


@op_of(jax.nn.soft_sign, floating)
def softsign(x: ArrayLike) -> Any:
    """`x / (1 + abs(x))`.

    Example:
        >>> import cornu
        >>> cornu.ops.softsign([-1.0, 3.0])
        Array([-0.5 ,  0.75], dtype=float32)
    """


@op_of(jax.nn.selu)
def selu(x: ArrayLike) -> Any:
    """`1.0507 x` above 0, `1.7581 (exp(x) - 1)` below: activations keep mean 0 and variance 1.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.selu([-1.0, 2.0])).round(3)
        array([-1.111,  2.101], dtype=float32)
    """


@op_of(jax.nn.leaky_relu)
def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> Any:
    """`x` above 0, `negative_slope * x` below.

    Args:
        x: array.
        negative_slope: slope below 0.

    Example:
        >>> import cornu
        >>> cornu.ops.leaky_relu([-1.0, 2.0])
        Array([-0.2,  2. ], dtype=float32)
    """


@op_of(jax.nn.elu)
def elu(x: ArrayLike, alpha: float = 1.0) -> Any:
    """`x` above 0, `alpha * (exp(x) - 1)` below.

    Args:
        x: array.
        alpha: value that is approached at minus infinity, negated.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.elu([-1.0, 2.0])).round(3)
        array([-0.632,  2.   ], dtype=float32)

    Source:
        Clevert et al., Fast and accurate deep network learning by exponential linear units, 2016.
    """


@op_of(jax.nn.celu)
def celu(x: ArrayLike, alpha: float = 1.0) -> Any:
    """`x` above 0, `alpha * (exp(x / alpha) - 1)` below.

    Args:
        x: array.
        alpha: value that is approached at minus infinity, negated.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.celu([-1.0, 2.0])).round(3)
        array([-0.632,  2.   ], dtype=float32)

    Source:
        Barron, Continuously differentiable exponential linear units, 2017.
    """


@op_of(jax.nn.gelu)
def gelu(x: ArrayLike, approximate: bool = True) -> Any:
    """`x * P(X <= x)` for a standard normal `X`.

    Args:
        x: array.
        approximate: whether to use `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x**3)))`, rather than the error
            function.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.gelu([-1.0, 2.0])).round(3)
        array([-0.159,  1.955], dtype=float32)

    Source:
        Hendrycks and Gimpel, Gaussian error linear units, 2016.
    """


@op
def glu(x: ArrayLike, axis: int = -1) -> Any:
    """Gated linear unit: the first half along `axis` times the sigmoid of the second.

    Args:
        x: array.
        axis: axis that is halved; its size is even.

    Raises:
        ValueError: its size is odd, or there is no such axis.

    Example:
        >>> import cornu
        >>> cornu.ops.glu([1.0, 2.0, 0.0, 0.0])
        Array([0.5, 1. ], dtype=float32)

    Source:
        Dauphin et al., Language modeling with gated convolutional networks, 2017.
    """
    x = floating(x)
    (halved,) = existing_axes(axis, x.ndim)
    if x.shape[halved] % 2:
        raise ValueError(f"glu halves axis {axis}, so its size is even. Received shape {x.shape}.")
    return jax.nn.glu(x, axis)


@op_of(jax.nn.squareplus, floating)
def squareplus(x: ArrayLike, b: float = 4) -> Any:
    """`(x + sqrt(x**2 + b)) / 2`.

    Args:
        x: array.
        b: how smooth it is; 0 gives the rectifier.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.squareplus([-1.0, 2.0])).round(3)
        array([0.618, 2.414], dtype=float32)
    """


@op_of(lambda x, threshold: jnp.where(jnp.abs(x) > threshold, x, 0.0), floating)
def hard_shrink(x: ArrayLike, threshold: float = 0.5) -> Any:
    """`x` where `abs(x) > threshold`, 0 elsewhere.

    Args:
        x: array.
        threshold: where it switches.

    Example:
        >>> import cornu
        >>> cornu.ops.hard_shrink([-1.0, 0.2])
        Array([-1.,  0.], dtype=float32)
    """


@op
def soft_shrink(x: ArrayLike, threshold: float = 0.5) -> Any:
    """`x` moved towards 0 by `threshold`, at most up to 0.

    Args:
        x: array.
        threshold: where it switches.

    Example:
        >>> import cornu
        >>> cornu.ops.soft_shrink([-1.0, 0.2])
        Array([-0.5,  0. ], dtype=float32)
    """
    x = floating(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0.0))


@op_of(lambda x, threshold, default_value: jnp.where(x > threshold, x, default_value))
def threshold(x: ArrayLike, threshold: float, default_value: float) -> Any:
    """`x` where it is above `threshold`, `default_value` elsewhere.

    Args:
        x: array.
        threshold: where it switches.
        default_value: value up to `threshold`.

    Example:
        >>> import cornu
        >>> cornu.ops.threshold([-1.0, 2.0], 0.0, 9.0)
        Array([9., 2.], dtype=float32)
    """


@op
def softmax(x: ArrayLike, axis: Axis = -1) -> Any:
    """`exp(x) / sum(exp(x))` along `axis`, without overflow.

    Args:
        x: array.
        axis: axis, or a tuple of axes, that sums to 1; None for all.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.softmax([0.0, 1.0])).round(3)
        array([0.269, 0.731], dtype=float32)
    """
    x, axis = floating(x), to_axes(axis)
    return keep_logits(jax.nn.softmax(x, axis=axis), "softmax", x, axis)


@op_of(jax.nn.log_softmax, floating)
def log_softmax(x: ArrayLike, axis: Axis = -1) -> Any:
    """`log(softmax(x))` along `axis`, without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log_softmax([0.0, 1.0])).round(3)
        array([-1.313, -0.313], dtype=float32)
    """


@op
def sparsemax(x: ArrayLike, axis: int = -1) -> Any:
    """The point of the probability simplex nearest to `x`: like softmax, with exact zeros.

    Args:
        x: array.
        axis: axis that sums to 1.

    Example:
        >>> import cornu
        >>> cornu.ops.sparsemax([0.0, 0.5, 2.0])
        Array([0., 0., 1.], dtype=float32)

    Source:
        Martins and Astudillo, From softmax to sparsemax, 2016.
    """
    x = floating(x)
    (along,) = existing_axes(axis, x.ndim)
    falling = jnp.flip(jnp.sort(x, axis=axis), axis)
    rank = jnp.arange(1, x.shape[along] + 1, dtype=x.dtype).reshape([-1 if i == along else 1 for i in range(x.ndim)])
    inside = (rank == 1) | (1 + rank * falling > jnp.cumsum(falling, axis=axis))  # NaN stays NaN
    count = jnp.sum(inside, axis=axis, keepdims=True)
    cut = (jnp.sum(jnp.where(inside, falling, 0), axis=axis, keepdims=True) - 1) / count
    return jnp.maximum(x - cut, 0)


swish = silu
hard_swish = hard_silu
