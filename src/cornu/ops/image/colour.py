"""Colours: shades of gray, and hue, saturation and value."""

from typing import Any

import jax
import jax.numpy as jnp

from ...core.symbolic import known_shape
from ...core.types import DataFormat
from ..making import ArrayLike, floating, limits, op
from .layout import of_floats, with_axes

__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]


@op
def rgb_to_grayscale(images: ArrayLike, data_format: DataFormat | None = None) -> Any:
    """Shades of gray, `0.2989 red + 0.5870 green + 0.1140 blue`, in one channel.

    Args:
        images: image `(height, width, 3)` or batch `(batch, height, width, 3)`, channels before the height for
            `"channels_first"`; with one channel they are gray already.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images with one channel, in the dtype given; of integers the fraction is cut off.

    Raises:
        ValueError: another number of axes or channels.

    Example:
        >>> import cornu
        >>> cornu.ops.image.rgb_to_grayscale([[[1.0, 0.0, 1.0]]])
        Array([[[0.4129]]], dtype=float32)

    Source: https://en.wikipedia.org/wiki/Luma_(video)
    """
    x, (_, _, channels) = with_axes(images, data_format, "rgb_to_grayscale")
    count = known_shape(x.shape)[channels]
    if count == 1:
        return x
    colours = _three(floating(x), count, channels, "rgb_to_grayscale", "3 channels (red, green, blue) or 1 (gray)")
    gray = jnp.tensordot(colours, jnp.asarray([0.2989, 0.5870, 0.1140], colours.dtype), (channels, 0))
    return jnp.expand_dims(gray, channels).astype(x.dtype)


@op
def rgb_to_hsv(images: ArrayLike, data_format: DataFormat | None = None) -> Any:
    """Hue, saturation and value of colours, all in `[0, 1]` for colours in `[0, 1]`.

    The value is the largest of red, green and blue, and the saturation `spread / value`, where the spread is the
    largest less the smallest. The hue goes round: red is 0, green 1/3, blue 2/3; of gray it is 0.

    Args:
        images: floats `(height, width, 3)` or `(batch, height, width, 3)`, channels before the height for
            `"channels_first"`.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: another number of axes or channels, or integers.

    Example:
        >>> import cornu
        >>> cornu.ops.image.rgb_to_hsv([[[0.5, 0.0, 0.0]]])
        Array([[[0. , 1. , 0.5]]], dtype=float32)

    Source: https://en.wikipedia.org/wiki/HSL_and_HSV
    """
    x, axis = _colours(images, data_format, "rgb_to_hsv", "red, green, blue")
    red, green, blue = _planes(jnp.where(jnp.abs(x) < limits(x.dtype).eps, 0.0, x), axis)
    value = jnp.maximum(jnp.maximum(red, green), blue)
    spread = value - jnp.minimum(jnp.minimum(red, green), blue)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1.0), 0.0)
    sixth = 1.0 / (6.0 * jnp.where(spread > 0, spread, 1.0))  # of the way round, for each unit of difference
    hue = jnp.where(value == green, sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3)
    hue = jnp.where(value == red, sixth * (green - blue), hue)
    hue = jnp.where(spread > 0, hue, 0.0)
    return jnp.stack([hue + (hue < 0), saturation, value], axis)


@op
def hsv_to_rgb(images: ArrayLike, data_format: DataFormat | None = None) -> Any:
    """Red, green and blue from hue, saturation and value: undoes `rgb_to_hsv`.

    Args:
        images: floats `(height, width, 3)` or `(batch, height, width, 3)`, channels before the height for
            `"channels_first"`; a hue counts up to whole turns.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: another number of axes or channels, or integers.

    Example:
        >>> import cornu
        >>> cornu.ops.image.hsv_to_rgb([[[0.5, 1.0, 0.5]]])
        Array([[[0. , 0.5, 0.5]]], dtype=float32)

    Source: https://en.wikipedia.org/wiki/HSL_and_HSV
    """
    x, axis = _colours(images, data_format, "hsv_to_rgb", "hue, saturation, value")
    hue, saturation, value = _planes(x, axis)
    sixths = jnp.mod(hue, 1.0) * 6.0
    pure = jnp.abs(sixths - 3.0) - 1.0, 2.0 - jnp.abs(sixths - 2.0), 2.0 - jnp.abs(sixths - 4.0)
    return jnp.stack([value * (1.0 - saturation + saturation * jnp.clip(c, 0.0, 1.0)) for c in pure], axis)


def _colours(images: Any, data_format: str | None, op: str, meaning: str) -> tuple[jax.Array, int]:
    """Images of three channels of floats, and the axis of these."""
    x, (_, _, axis) = with_axes(images, data_format, op)
    return _three(of_floats(x, op), known_shape(x.shape)[axis], axis, op, f"3 channels ({meaning})"), axis


def _three(x: jax.Array, count: int | None, axis: int, op: str, expected: str) -> jax.Array:
    """The three channels of images; also where their number is not known and something else stands for it."""
    if count not in (None, 3):
        raise ValueError(f"{op} takes images of {expected}. Received {count} channels: check data_format.")
    return x if count == 3 else jax.lax.slice_in_dim(x, 0, 3, axis=axis)


def _planes(x: jax.Array, axis: int) -> list[jax.Array]:
    return [plane.squeeze(axis) for plane in jnp.split(x, 3, axis)]
