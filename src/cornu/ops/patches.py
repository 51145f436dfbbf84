"""Blocks of images: depth to space and back, unfold and fold; and rearrange by a pattern."""

import functools
import math
import re
from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.types import DataFormat
from .making import ArrayLike, SizesLike, check_data_format, op, per_axis, steps, tensor, windows

__all__ = ["depth_to_space", "fold", "rearrange", "space_to_depth", "unfold"]


@op
def depth_to_space(x: ArrayLike, block_size: int, data_format: DataFormat = "channels_last") -> Any:
    """Channels become blocks of pixels: `block_size` times as high and wide, with fewer channels.

    Args:
        x: array `(batch, height, width, channels)`, or `(batch, channels, height, width)` for
            `"channels_first"`.
        block_size: height and width of a block.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: `block_size` is below 2 or does not divide the array.

    Example:
        >>> import cornu
        >>> cornu.ops.depth_to_space(cornu.ops.ones((1, 2, 2, 4)), 2).shape
        (1, 4, 4, 1)
    """
    x, last = _image(x, block_size, data_format)
    if (channels := x.shape[-1 if last else 1]) % block_size**2:
        raise ValueError(f"block_size**2={block_size**2} does not divide the {channels} channels of shape {x.shape}.")
    pattern = "n h w (a b c) -> n (h a) (w b) c" if last else "n (c a b) h w -> n c (h a) (w b)"
    return rearrange(x, pattern, a=block_size, b=block_size)


@op
def space_to_depth(x: ArrayLike, block_size: int, data_format: DataFormat = "channels_last") -> Any:
    """Blocks of pixels become channels: the inverse of `depth_to_space`.

    Args:
        x: array `(batch, height, width, channels)`, or `(batch, channels, height, width)` for
            `"channels_first"`.
        block_size: height and width of a block.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: `block_size` is below 2 or does not divide the array.

    Example:
        >>> import cornu
        >>> cornu.ops.space_to_depth(cornu.ops.ones((1, 4, 4, 1)), 2).shape
        (1, 2, 2, 4)
    """
    x, last = _image(x, block_size, data_format)
    if any(size % block_size for size in (x.shape[1:3] if last else x.shape[2:])):
        raise ValueError(f"block_size={block_size} does not divide height and width of shape {x.shape}.")
    pattern = "n (h a) (w b) c -> n h w (a b c)" if last else "n c (h a) (w b) -> n (c a b) h w"
    return rearrange(x, pattern, a=block_size, b=block_size)


def _image(x: Any, block_size: int, data_format: str | None) -> tuple[jax.Array, bool]:
    """The images, and whether the channels come last; checks the size of a block."""
    x = tensor(x)
    if not isinstance(block_size, int) or block_size < 2:
        raise ValueError(f"block_size is an integer from 2 on. Received: block_size={block_size!r}")
    if x.ndim != 4:
        raise ValueError(f"Expected images, an array of 4 axes. Received shape {x.shape}.")
    return x, check_data_format(data_format) == "channels_last"


@op
def unfold(
    x: ArrayLike, kernel_size: SizesLike, dilation: SizesLike = 1, padding: SizesLike = 0, stride: SizesLike = 1
) -> Any:
    """All blocks of an image as columns, `(batch, channels * kernel height * kernel width, blocks)`.

    Args:
        x: array `(batch, channels, height, width)`.
        kernel_size: height and width of a block, or one integer for both.
        dilation: distance of neighbours in a block.
        padding: zeros added on each side.
        stride: distance between blocks.

    Raises:
        ValueError: `x` has not four axes.

    Example:
        >>> import cornu
        >>> cornu.ops.unfold(cornu.ops.ones((1, 2, 4, 4)), 2).shape
        (1, 8, 9)
    """
    x = tensor(x)
    if x.ndim != 4:
        raise ValueError(f"unfold expects images (batch, channels, height, width). Received shape {x.shape}.")
    kernel, gaps, strides = steps(2, kernel_size=kernel_size, dilation=dilation, stride=stride)
    x = jnp.pad(x, ((0, 0), (0, 0), *((zeros, zeros) for zeros in per_axis(padding, 2))))
    rows, columns = map(windows, x.shape[2:], kernel, strides, gaps)
    return rearrange(x[:, :, rows][..., columns], "n c down h across w -> n (c h w) (down across)")


@op
def fold(
    x: ArrayLike,
    output_size: SizesLike,
    kernel_size: SizesLike,
    dilation: SizesLike = 1,
    padding: SizesLike = 0,
    stride: SizesLike = 1,
) -> Any:
    """An image from its blocks, overlapping ones added.

    Args:
        x: blocks `(batch, channels * kernel height * kernel width, blocks)`.
        output_size: height and width of the image, or one integer for both.
        kernel_size: height and width of a block, or one integer for both.
        dilation: distance of neighbours in a block.
        padding: zeros added on each side.
        stride: distance between blocks.

    Raises:
        ValueError: the blocks do not make up such an image.

    Example:
        >>> import cornu
        >>> cornu.ops.fold(cornu.ops.ones((1, 8, 4)), 4, 2, stride=2).shape
        (1, 2, 4, 4)
    """
    x, size = tensor(x), per_axis(output_size, 2)
    unfolded = functools.partial(unfold, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride)
    _, taps, count = jax.eval_shape(unfolded, dtypes.spec((1, 1, *size), x.dtype)).shape
    if x.ndim != 3 or x.shape[1] % taps or x.shape[2] != count:
        raise ValueError(
            f"fold expects blocks of shape (batch, {taps} * channels, {count}) for an image of height and width "
            f"{size}. Received shape {x.shape}."
        )
    numbers = x.astype("int32") if x.dtype == bool else x  # booleans have no sums
    image = dtypes.spec((x.shape[0], x.shape[1] // taps, *size), numbers.dtype)
    return jax.linear_transpose(unfolded, image)(numbers)[0].astype(x.dtype)


@op
def rearrange(tensor: ArrayLike, pattern: str, **axes_lengths: int) -> Any:
    """Axes split, reordered and merged by a pattern such as `"b (h w) c -> b c h w"`.

    Args:
        tensor: array.
        pattern: names of the axes before and after; parentheses group axes that are one.
        **axes_lengths: sizes that do not follow from the array.

    Raises:
        ValueError: the pattern does not fit the array.

    Example:
        >>> import cornu
        >>> cornu.ops.rearrange([[1, 2], [3, 4]], "a b -> (b a)")
        Array([1, 3, 2, 4], dtype=int32)
    """
    array = jnp.asarray(tensor)
    left, right = (_groups(side) for side in pattern.split("->"))
    if len(left) != array.ndim:
        raise ValueError(f"The left side of {pattern!r} has {len(left)} axes; the array has shape {array.shape}.")
    sizes: dict[str, int] = dict(axes_lengths)
    for group, size in zip(left, array.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        if len(unknown) > 1:
            raise ValueError(f"Give the sizes of all but one of {unknown} in {pattern!r}, such as {unknown[0]}=2.")
        if unknown:
            sizes[unknown[0]] = size // math.prod(sizes[name] for name in group if name in sizes)
    before, after = [n for g in left for n in g], [n for g in right for n in g]
    if sorted(before) != sorted(after):
        raise ValueError(f"Both sides of {pattern!r} name the same axes.")
    array = array.reshape([sizes[name] for name in before]).transpose([before.index(name) for name in after])
    return array.reshape([math.prod(sizes[name] for name in group) for group in right])


def _groups(side: str) -> list[list[str]]:
    return [part.strip("()").split() for part in re.findall(r"\([^)]*\)|\S+", side)]
