"""Blocks of images: depth to space and back, unfold and fold; and rearrange by a pattern."""

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core.op import op
from ..core.types import ArrayLike, DataFormat, SizesLike
from .checks import positive
from .layout import check_data_format, per_axis
from .tensors import tensor

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
    x, b, last = _image(x, block_size, data_format)
    if (channels := x.shape[-1 if last else 1]) % b**2:
        raise ValueError(f"block_size**2={b**2} does not divide the {channels} channels of shape {x.shape}.")
    if last:
        n, h, w, c = x.shape
        x = x.reshape(n, h, w, b, b, c // b**2).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h * b, w * b, c // b**2)
    n, c, h, w = x.shape
    return x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, c // b**2, h * b, w * b)


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
    x, b, last = _image(x, block_size, data_format)
    if any(size % b for size in (x.shape[1:3] if last else x.shape[2:])):
        raise ValueError(f"block_size={b} does not divide height and width of shape {x.shape}.")
    if last:
        n, h, w, c = x.shape
        x = x.reshape(n, h // b, b, w // b, b, c).transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(n, h // b, w // b, c * b**2)
    n, c, h, w = x.shape
    return x.reshape(n, c, h // b, b, w // b, b).transpose(0, 1, 3, 5, 2, 4).reshape(n, c * b**2, h // b, w // b)


def _image(x: Any, block_size: int, data_format: str | None) -> tuple[jax.Array, int, bool]:
    """The images, the size of a block, and whether the channels come last."""
    x = tensor(x)
    if not isinstance(block_size, int) or block_size < 2:
        raise ValueError(f"block_size is an integer from 2 on. Received: block_size={block_size!r}")
    if x.ndim != 4:
        raise ValueError(f"Expected images, an array of 4 axes. Received shape {x.shape}.")
    return x, block_size, check_data_format(data_format) == "channels_last"


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
    x, pad = tensor(x), per_axis(padding, 2)
    if x.ndim != 4:
        raise ValueError(f"unfold expects images (batch, channels, height, width). Received shape {x.shape}.")
    x = jnp.pad(x, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])))
    rows, columns = _places(x.shape[2:], kernel_size, dilation, stride)
    blocks = x[:, :, rows, columns]  # (batch, channels, kernel height, kernel width, blocks down, blocks across)
    n, channels, *taps, down, across = blocks.shape
    return blocks.reshape(n, channels * taps[0] * taps[1], down * across)


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
    x, pad, kernel = tensor(x), per_axis(padding, 2), per_axis(kernel_size, 2)
    height, width = (size + 2 * p for size, p in zip(per_axis(output_size, 2), pad, strict=True))
    rows, columns = _places((height, width), kernel_size, dilation, stride)
    taps, count = kernel[0] * kernel[1], rows.size // kernel[0] * (columns.size // kernel[1])
    if x.ndim != 3 or x.shape[1] % taps or x.shape[2] != count:
        raise ValueError(
            f"fold expects blocks of shape (batch, {taps} * channels, {count}) for an image of height and width "
            f"{per_axis(output_size, 2)}. Received shape {x.shape}."
        )
    blocks = x.reshape(x.shape[0], x.shape[1] // taps, *kernel, rows.shape[-2], columns.shape[-1])
    image = jnp.zeros((x.shape[0], blocks.shape[1], height, width), x.dtype).at[:, :, rows, columns].add(blocks)
    return image[:, :, pad[0] : height - pad[0], pad[1] : width - pad[1]]


def _places(sizes: tuple[int, ...], kernel_size: Any, dilation: Any, stride: Any) -> tuple[Any, Any]:
    """Row and column of each element of each block, broadcasting to `(kh, kw, blocks down, blocks across)`."""
    found = []
    options = (per_axis(option, 2) for option in (kernel_size, dilation, stride))
    for size, taps, gap, step in zip(sizes, *options, strict=True):
        positive(kernel_size=taps, dilation=gap, stride=step)
        starts = np.arange(0, size - (taps - 1) * gap, step)
        found.append(np.arange(taps)[:, None] * gap + starts)
    return found[0][:, None, :, None], found[1][None, :, None, :]


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
            sizes[unknown[0]] = size // int(np.prod([sizes[name] for name in group if name in sizes]))
    before, after = [n for g in left for n in g], [n for g in right for n in g]
    if sorted(before) != sorted(after):
        raise ValueError(f"Both sides of {pattern!r} name the same axes.")
    array = array.reshape([sizes[name] for name in before]).transpose([before.index(name) for name in after])
    return array.reshape([int(np.prod([sizes[name] for name in group])) for group in right])


def _groups(side: str) -> list[list[str]]:
    return [part.strip("()").split() for part in re.findall(r"\([^)]*\)|\S+", side)]
