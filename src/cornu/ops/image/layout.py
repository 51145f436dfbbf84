"""Where images have their height, width and channels, alone or in a batch, and their margins."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ...core import dtypes
from ..making import check_data_format, tensor

__all__: list[str] = []


def with_axes(images: Any, data_format: str | None, op: str) -> tuple[jax.Array, tuple[int, int, int]]:
    """One image or a batch as an array, and the axes of height, width and channels, counted from the end."""
    x = tensor(images)
    last = check_data_format(data_format) == "channels_last"
    if x.ndim not in (3, 4):
        layout = "(height, width, channels)" if last else "(channels, height, width)"
        raise ValueError(
            f"{op} takes one image {layout} or a batch of them, an array of 3 or 4 axes. Received shape {x.shape}."
        )
    return x, (-3, -2, -1) if last else (-2, -1, -3)


def as_batch(images: Any, data_format: str | None, op: str) -> tuple[jax.Array, Callable[[jax.Array], jax.Array]]:
    """Images as `(batch, height, width, channels)`, and the function that brings such into the layout given."""
    x, (_, _, channels) = with_axes(images, data_format, op)

    def back(batch: jax.Array) -> jax.Array:
        moved = jnp.moveaxis(batch, -1, channels)
        return moved if x.ndim == 4 else moved[0]

    return jnp.moveaxis(x if x.ndim == 4 else x[None], channels, -1), back


def with_margins(x: jax.Array, axes: Sequence[int], margins: Sequence[tuple[int, int]], value: float = 0) -> jax.Array:
    """`x` with `(before, after)` elements of a value added along each axis, or cut off where they are negative."""
    config = [(0, 0, 0)] * x.ndim
    for axis, (before, after) in zip(axes, margins, strict=True):
        config[axis] = (before, after, 0)
    return jax.lax.pad(x, jnp.asarray(value, x.dtype), config)


def of_floats(x: jax.Array, op: str) -> jax.Array:
    """`x`, if it holds floats; `ValueError` otherwise."""
    if not dtypes.is_float(x.dtype):
        raise ValueError(
            f"{op} takes images of floats. Received dtype {x.dtype}: write images.astype('float32') / 255."
        )
    return x


def pair(**values: Any) -> tuple[Any, Any]:
    """The one value given by its name, which is a sequence of two; `ValueError` otherwise."""
    ((name, value),) = values.items()
    if not isinstance(value, list | tuple) and getattr(value, "ndim", 0) != 1 or len(value) != 2:
        raise ValueError(f"{name} is a pair, such as ({value}, {value}). Received: {name}={value!r}")
    return value[0], value[1]
