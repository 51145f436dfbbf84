"""Where the channels are: the default data format, and axes moved to fit channels-last code."""

from typing import Any

import jax
import jax.numpy as jnp

from .checks import positive

_state = {"data_format": "channels_last"}


def image_data_format() -> str:
    """The default data format, `"channels_last"` unless changed by `set_image_data_format`."""
    return _state["data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the default data format: `"channels_last"` or `"channels_first"`."""
    _state["data_format"] = check_data_format(data_format)


def check_data_format(data_format: str | None) -> str:
    """The data format, the default one for None; raises `ValueError` if it is no data format."""
    data_format = data_format or image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'. Received: {data_format!r}")
    return data_format


def to_channels_last(x: jax.Array, data_format: str | None) -> jax.Array:
    """`x` with its channels moved behind the spatial axes, if they are not there yet."""
    return x if check_data_format(data_format) == "channels_last" else jnp.moveaxis(x, 1, -1)


def from_channels_last(x: jax.Array, data_format: str | None) -> jax.Array:
    """Undo `to_channels_last`."""
    return x if check_data_format(data_format) == "channels_last" else jnp.moveaxis(x, -1, 1)


def per_axis(value: Any, count: int) -> tuple[int, ...]:
    """An integer for each of `count` spatial axes, from one for all or from a sequence."""
    values = (value,) * count if isinstance(value, int) else tuple(value)
    if len(values) != count:
        raise ValueError(f"Expected an integer, or {count} of them for {count} spatial axes. Received: {value!r}")
    return values


def steps(rank: int, **values: Any) -> list[tuple[int, ...]]:
    """Positive integers for each of `rank` spatial axes, of each of the named values."""
    found = [per_axis(value, rank) for value in values.values()]
    for name, sizes in zip(values, found, strict=True):
        for size in sizes:
            positive(**{name: size})
    return found
