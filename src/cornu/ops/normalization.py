"""Moments and normalizations."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from .making import ArrayLike, Axis, existing_axes, floating, limits, of_one_shape, op, tensor, to_axes, widened

__all__ = ["batch_normalization", "layer_normalization", "moments", "normalize", "psnr", "rms_normalization"]


@op
def moments(x: ArrayLike, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> Any:
    """Mean and variance over `axes`, computed in at least float32; those of integers are floats.

    Args:
        x: array.
        axes: axis, or a list of axes.
        keepdims: whether reduced axes stay, with size 1.
        synchronized: accepted for compatibility; must be false.

    Raises:
        ValueError: `synchronized` is true.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.moments([1.0, 3.0], 0)]
        [2.0, 1.0]
    """
    if synchronized:
        raise ValueError("Moments over several devices need no flag: shard the batch over a mesh, and they span it.")
    x = tensor(x)
    wide = widened(x)
    mean = jnp.mean(wide, to_axes(axes), keepdims=keepdims)
    variance = jnp.var(wide, to_axes(axes), keepdims=keepdims)
    if x.dtype in (jnp.float16, jnp.bfloat16):
        limit = float(limits(jnp.float16).max)
        mean, variance = jnp.clip(mean, -limit, limit), jnp.clip(variance, -limit, limit)
    return (mean, variance) if not dtypes.is_float(x.dtype) else (mean.astype(x.dtype), variance.astype(x.dtype))


@op
def batch_normalization(
    x: ArrayLike,
    mean: ArrayLike,
    variance: ArrayLike,
    axis: int,
    offset: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    epsilon: float = 0.001,
) -> Any:
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, for every channel.

    Args:
        x: array.
        mean: mean of each channel.
        variance: variance of each channel.
        axis: axis of the channels.
        offset: shift of each channel, or None.
        scale: factor of each channel, or None.
        epsilon: small number added for stability.

    Raises:
        ValueError: a vector has another length than the axis of the channels.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.batch_normalization([[1.0, 2.0]], [0.0, 1.0], [1.0, 4.0], axis=-1)).round(3)
        array([[1. , 0.5]], dtype=float32)
    """
    x = tensor(x)
    (channels,) = existing_axes(axis, x.ndim)

    def vector(name: str, value: Any) -> Any:
        if value is None:
            return None
        value = tensor(value)
        if value.shape != (x.shape[channels],):
            raise ValueError(
                f"{name} is a vector of {x.shape[channels]}, one per channel (axis {axis}). Received {value.shape}."
            )
        return jnp.reshape(value, [-1 if i == channels else 1 for i in range(x.ndim)])

    factor, beta = _factor(vector("variance", variance), epsilon, vector("scale", scale)), vector("offset", offset)
    shift = -vector("mean", mean) * factor
    return x * factor + (shift if beta is None else shift + beta)


@op
def layer_normalization(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    axis: Axis = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> Any:
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, moments over `axis`, in at least float32.

    Args:
        x: array.
        gamma: factor of the shape of the normalized axes, or None.
        beta: shift of that shape, or None.
        axis: axis, or a list of axes.
        epsilon: small number added to the variance; None for `config.epsilon()`.
        rms_scaling: whether to leave out the mean and `beta`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.layer_normalization([1.0, 2.0, 3.0])).round(3)
        array([-1.225,  0.   ,  1.225], dtype=float32)

    Source:
        Ba et al., Layer normalization, 2016.
    """
    x = tensor(x)
    wide, axes = widened(x), tuple(sorted(existing_axes(axis, x.ndim)))
    gamma, beta = _spread(gamma, wide, axes), _spread(beta, wide, axes)
    factor = _factor(jnp.var(wide, axes, keepdims=True), epsilon, gamma)
    if rms_scaling:
        return (wide * factor).astype(x.dtype)
    shift = -jnp.mean(wide, axes, keepdims=True) * factor
    return (wide * factor + (shift if beta is None else shift + beta)).astype(x.dtype)


def _spread(parameter: Any, x: jax.Array, axes: tuple[int, ...]) -> jax.Array | None:
    """A parameter of the normalized axes, in the dtype of `x` and so that it broadcasts with it."""
    if parameter is None:
        return None
    parameter = tensor(parameter).astype(x.dtype)
    if parameter.ndim in (0, x.ndim) or axes == (x.ndim - 1,):
        return parameter
    return jnp.reshape(parameter, [x.shape[i] if i in axes else 1 for i in range(x.ndim)])


def _factor(moment: jax.Array, epsilon: float | None, scale: jax.Array | None) -> jax.Array:
    """What brings a second moment to 1, times the scale."""
    factor = jax.lax.rsqrt(moment + (dtypes.epsilon() if epsilon is None else epsilon))
    return factor if scale is None else factor * scale


@op
def rms_normalization(
    x: ArrayLike, scale: ArrayLike | None = None, axis: Axis = -1, epsilon: float | None = None
) -> Any:
    """`x / sqrt(mean(x**2) + epsilon) * scale`, the mean over `axis`, in at least float32.

    Args:
        x: array.
        scale: factor of the shape of the normalized axes, or one that broadcasts with `x`, or None.
        axis: axis, or a tuple of axes; None for all.
        epsilon: small number added to the mean square; None for `config.epsilon()`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.rms_normalization([1.0, 2.0, 3.0])).round(3)
        array([0.463, 0.926, 1.389], dtype=float32)

    Source:
        Zhang and Sennrich, Root mean square layer normalization, 2019.
    """
    x = tensor(x)
    wide, axes = widened(x), tuple(sorted(existing_axes(range(x.ndim) if axis is None else axis, x.ndim)))
    factor = _factor(jnp.mean(jnp.square(wide), axes, keepdims=True), epsilon, _spread(scale, wide, axes))
    return (wide * factor).astype(x.dtype)


@op
def normalize(x: ArrayLike, axis: Axis = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """`x` divided by its norm of order `order` along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes.
        order: order of the norm.
        epsilon: smallest norm to divide by; None for `config.epsilon()`.

    Raises:
        ValueError: `order` is not a positive integer.

    Example:
        >>> import cornu
        >>> cornu.ops.normalize([3.0, 4.0])
        Array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"The order of the norm is an integer from 1 on. Received: order={order!r}.")
    x, epsilon = jnp.atleast_1d(floating(x)), dtypes.epsilon() if epsilon is None else epsilon
    if order == 2:
        square = jnp.sum(jnp.square(x), to_axes(axis), keepdims=True)
        return x * jnp.minimum(jax.lax.rsqrt(square), 1 / epsilon)
    norm = jnp.sum(jnp.abs(x) ** order, to_axes(axis), keepdims=True) ** (1 / order)
    return x / jnp.maximum(norm, epsilon)


@op
def psnr(x1: ArrayLike, x2: ArrayLike, max_val: ArrayLike) -> Any:
    """Peak signal-to-noise ratio in decibels, `20 log10(max_val) - 10 log10(mean((x1 - x2)**2))`.

    Args:
        x1: first array.
        x2: second array, of the same shape.
        max_val: largest possible value.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.psnr([0.0, 1.0], [0.0, 0.9], 1.0)).round(3)
        np.float32(23.01)
    """
    x1, x2 = tensor(x1), tensor(x2)
    of_one_shape(x1, x2, "psnr compares arrays of one shape.")
    scale = floating(x2).dtype
    if not jnp.issubdtype(jnp.result_type(x1, x2), jnp.inexact):  # their difference would overflow
        x1, x2 = floating(x1), floating(x2)
    return 20 * jnp.log10(jnp.asarray(max_val, scale)) - 10 * jnp.log10(jnp.mean(jnp.square(x1 - x2)))
