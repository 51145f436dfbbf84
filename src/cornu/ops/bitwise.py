"""Bits of integers, elementwise."""

from typing import Any

import jax.numpy as jnp

from ..core.types import ArrayLike
from .declared import op_of

__all__ = [
    "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "left_shift", "right_shift",
]  # fmt: skip


@op_of(jnp.bitwise_not)
def bitwise_not(x: ArrayLike) -> Any:
    """All bits flipped.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_not([0, 1])
        Array([-1, -2], dtype=int32)
    """


@op_of(jnp.bitwise_and)
def bitwise_and(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits set in both.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_and([6], [3])
        Array([2], dtype=int32)
    """


@op_of(jnp.bitwise_or)
def bitwise_or(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits set in either.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_or([6], [3])
        Array([7], dtype=int32)
    """


@op_of(jnp.bitwise_xor)
def bitwise_xor(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits set in exactly one.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_xor([6], [3])
        Array([5], dtype=int32)
    """


@op_of(jnp.left_shift)
def left_shift(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits moved up by `y` places.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.left_shift([3], [2])
        Array([12], dtype=int32)
    """


@op_of(jnp.right_shift)
def right_shift(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits moved down by `y` places, the sign kept.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.right_shift([12], [2])
        Array([3], dtype=int32)
    """


bitwise_invert = bitwise_not
bitwise_left_shift = left_shift
bitwise_right_shift = right_shift
