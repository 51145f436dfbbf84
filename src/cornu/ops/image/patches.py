"""Patches of images and volumes, side by side as channels."""

from typing import Any

import jax
import jax.numpy as jnp

from ...core.symbolic import known_shape
from ...core.types import DataFormat, Padding
from ...kernels.windows import pad, pad_widths
from ..making import ArrayLike, SizesLike, check_data_format, one_of, op, per_axis, steps, tensor

__all__ = ["extract_patches", "extract_patches_3d"]


@op
def extract_patches(
    images: ArrayLike,
    size: SizesLike,
    strides: SizesLike | None = None,
    dilation_rate: SizesLike = 1,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
) -> Any:
    """Patches of images, or of volumes where `size` has three numbers.

    Args:
        images: `(height, width, channels)` or `(batch, height, width, channels)`; for volumes with a depth before the
            height; channels before these for `"channels_first"`.
        size: height and width of a patch, or one integer for both; depth, height and width for volumes.
        strides: distance between patches, an integer or one for each axis; None for `size`, so that none overlap.
        dilation_rate: distance of neighbours in a patch.
        padding: `"valid"` (none) or `"same"` (zeros, so that stride 1 keeps the size).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        The patches of each place, `(batch, rows, columns, height * width * channels)`, in the layout given.

    Raises:
        ValueError: a wrong number of axes, sizes that are no positive integers, or patches larger than the images.

    Example:
        >>> import cornu
        >>> cornu.ops.image.extract_patches(cornu.ops.ones((2, 20, 20, 3)), 5).shape
        (2, 4, 4, 75)
    """
    x = tensor(images)
    rank = 2 if isinstance(size, int) else len(size)
    if rank not in (2, 3):
        raise ValueError(f"size is an integer, two for images or three for volumes. Received: size={size!r}")
    if x.ndim not in (rank + 1, rank + 2):
        raise ValueError(
            f"Patches of size {size} are taken from an array of {rank + 1} axes, or {rank + 2} in a batch. Received "
            f"shape {x.shape}."
        )
    strides = size if strides is None else strides
    lengths, strides, gaps = steps(rank, size=size, strides=strides, dilation_rate=dilation_rate)
    one_of("valid", "same", padding=padding)
    channels = -1 if check_data_format(data_format) == "channels_last" else -1 - rank
    batch = jnp.moveaxis(x if x.ndim == rank + 2 else x[None], channels, -1)
    batch = pad(batch, pad_widths(batch.shape[1:-1], lengths, strides, padding, gaps))
    for axis, length, stride, gap in zip(range(1, 2 * rank, 2), lengths, strides, gaps, strict=True):
        batch = _windows(batch, axis, length, stride, gap)
    batch = batch.transpose(0, *range(1, 2 * rank, 2), *range(2, 2 * rank + 1, 2), 2 * rank + 1)
    batch = batch.reshape(*batch.shape[: rank + 1], -1)
    batch = jnp.moveaxis(batch, -1, channels)
    return batch if x.ndim == rank + 2 else batch[0]


def extract_patches_3d(
    volumes: ArrayLike,
    size: SizesLike,
    strides: SizesLike | None = None,
    dilation_rate: SizesLike = 1,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
) -> Any:
    """Patches of volumes: `extract_patches` with three numbers, which one integer stands for.

    Args:
        volumes: `(depth, height, width, channels)` or `(batch, depth, height, width, channels)`; channels before the
            depth for `"channels_first"`.
        size: depth, height and width of a patch, or one integer for all.
        strides: distance between patches, an integer or one for each axis; None for `size`, so that none overlap.
        dilation_rate: distance of neighbours in a patch.
        padding: `"valid"` (none) or `"same"` (zeros, so that stride 1 keeps the size).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        The patches of each place, `(batch, *places, depth * height * width * channels)`, in the layout given.

    Raises:
        ValueError: as `extract_patches`.

    Example:
        >>> import cornu
        >>> cornu.ops.image.extract_patches_3d(cornu.ops.ones((10, 10, 10, 3)), 3).shape
        (3, 3, 3, 81)
    """
    return extract_patches(volumes, per_axis(size, 3), strides, dilation_rate, padding, data_format)


def _windows(x: jax.Array, axis: int, length: int, stride: int, gap: int) -> jax.Array:
    """`x` with an axis as two: windows along it, and what each sees."""
    size = known_shape(x.shape)[axis]
    if size is not None and size < (length - 1) * gap + 1:
        raise ValueError(f"Patches of {length} elements, {gap} apart, are larger than an axis of {size}.")
    count = (x.shape[axis] - (length - 1) * gap - 1) // stride + 1
    if stride == length and gap == 1:  # no gather is needed, neither on the way back
        whole = jax.lax.slice_in_dim(x, 0, count * length, axis=axis)
        return whole.reshape(*x.shape[:axis], count, length, *x.shape[axis + 1 :])
    places = jnp.arange(count)[:, None] * stride + jnp.arange(length) * gap
    return jnp.take(x, places, axis, mode="clip")
