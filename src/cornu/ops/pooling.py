"""Pooling: the largest or the mean of each window."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.symbolic import known_shape
from ..core.types import DataFormat, Padding, ShapeLike, SizesLike
from ..kernels import pooling
from .making import ArrayLike, floating, from_channels_last, one_of, op, per_axis, steps, tensor, to_channels_last

__all__ = ["adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool"]


@op
def max_pool(
    inputs: ArrayLike,
    pool_size: SizesLike,
    strides: SizesLike | None = None,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
) -> Any:
    """Largest element of each window.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        pool_size: size of the window; integer, or one for each spatial axis.
        strides: distance between windows, likewise; None for `pool_size`.
        padding: `"valid"` (whole windows only) or `"same"` (windows may reach over the border).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: an unknown `padding`, or a window that is larger than the inputs.

    Example:
        >>> import cornu
        >>> cornu.ops.max_pool([[[1.0], [3.0], [2.0], [0.0]]], 2)
        Array([[[3.],
                [2.]]], dtype=float32)
    """
    x = to_channels_last(tensor(inputs), data_format)
    numbers = x.astype("uint8") if x.dtype == bool else x
    y = pooling.max_pool(numbers, *_windows(x, pool_size, strides, padding), padding)
    return from_channels_last(y.astype(x.dtype), data_format)


@op
def average_pool(
    inputs: ArrayLike,
    pool_size: SizesLike,
    strides: SizesLike | None = None,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
) -> Any:
    """Mean of each window, of the elements that are not padding.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        pool_size: size of the window; integer, or one for each spatial axis.
        strides: distance between windows, likewise; None for `pool_size`.
        padding: `"valid"` (whole windows only) or `"same"` (windows may reach over the border).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: an unknown `padding`, or a window that is larger than the inputs.

    Example:
        >>> import cornu
        >>> cornu.ops.average_pool([[[1.0], [3.0], [2.0], [0.0]]], 2)
        Array([[[2.],
                [1.]]], dtype=float32)
    """
    x = to_channels_last(floating(inputs), data_format)
    return from_channels_last(pooling.average_pool(x, *_windows(x, pool_size, strides, padding), padding), data_format)


def _windows(x: Any, pool_size: Any, strides: Any, padding: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Size of the window and distance between windows for each spatial axis."""
    one_of("valid", "same", padding=padding)
    sizes = x.shape[1:-1]
    window, stride = steps(len(sizes), pool_size=pool_size, strides=pool_size if strides is None else strides)
    if padding == "valid" and any(n is not None and w > n for w, n in zip(window, known_shape(sizes), strict=True)):
        raise ValueError(
            f"The pooling leaves nothing of inputs with spatial sizes {sizes}: pool_size {window} is larger. Use "
            "padding='same', a smaller window or larger inputs."
        )
    return window, stride


@op
def adaptive_max_pool(inputs: ArrayLike, output_size: int | ShapeLike, data_format: DataFormat | None = None) -> Any:
    """Largest element of windows that divide each spatial axis into `output_size` parts.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        output_size: number of windows; integer, or one for each spatial axis.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: no spatial axes, or more than three; or an `output_size` that is no positive integer.

    Example:
        >>> import cornu
        >>> cornu.ops.adaptive_max_pool([[[1.0], [3.0], [2.0]]], 2)
        Array([[[3.],
                [3.]]], dtype=float32)
    """
    return _adapted(jnp.max, inputs, output_size, data_format)


@op
def adaptive_average_pool(
    inputs: ArrayLike, output_size: int | ShapeLike, data_format: DataFormat | None = None
) -> Any:
    """Mean of windows that divide each spatial axis into `output_size` parts.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        output_size: number of windows; integer, or one for each spatial axis.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: no spatial axes, or more than three; or an `output_size` that is no positive integer.

    Example:
        >>> import cornu
        >>> cornu.ops.adaptive_average_pool([[[1.0], [3.0], [2.0]]], 2)
        Array([[[2. ],
                [2.5]]], dtype=float32)
    """
    return _adapted(jnp.mean, inputs, output_size, data_format)


def _adapted(reduce: Any, inputs: ArrayLike, output_size: Any, data_format: str | None) -> jax.Array:
    """Windows along each spatial axis, as many as `output_size` says, reduced."""
    x = to_channels_last(tensor(inputs), data_format)
    sizes = x.shape[1:-1]
    if not 1 <= len(sizes) <= 3:
        raise ValueError(f"Adaptive pooling takes inputs with 1, 2 or 3 spatial axes. Received {len(sizes)} of them.")
    given = zip(per_axis(output_size, len(sizes)), sizes, strict=True)
    (counts,) = steps(len(sizes), output_size=[size if count is None else count for count, size in given])
    for axis, (count, size) in enumerate(zip(counts, sizes, strict=True), start=1):
        if size % count == 0:
            x = reduce(x.reshape(*x.shape[:axis], count, size // count, *x.shape[axis + 1 :]), axis=axis + 1)
        else:  # window `i` reaches from `floor(i * size / count)` to `ceil((i + 1) * size / count)`
            edges = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
            x = jnp.stack([reduce(jax.lax.slice_in_dim(x, a, b, axis=axis), axis=axis) for a, b in edges], axis)
    return from_channels_last(x, data_format)
