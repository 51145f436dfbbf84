"""Bits of integers, elementwise."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor


@op
def bitwise_not(x: Any) -> Any:
    """All bits flipped.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_not([0, 1])
        Array([-1, -2], dtype=int32)
    """
    return jnp.bitwise_not(tensor(x))


@op
def bitwise_and(x: Any, y: Any) -> Any:
    """Bits set in both.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_and([6], [3])
        Array([2], dtype=int32)
    """
    return jnp.bitwise_and(tensor(x), tensor(y))


@op
def bitwise_or(x: Any, y: Any) -> Any:
    """Bits set in either.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_or([6], [3])
        Array([7], dtype=int32)
    """
    return jnp.bitwise_or(tensor(x), tensor(y))


@op
def bitwise_xor(x: Any, y: Any) -> Any:
    """Bits set in exactly one.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_xor([6], [3])
        Array([5], dtype=int32)
    """
    return jnp.bitwise_xor(tensor(x), tensor(y))


@op
def left_shift(x: Any, y: Any) -> Any:
    """Bits moved up by `y` places.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.left_shift([3], [2])
        Array([12], dtype=int32)
    """
    return jnp.left_shift(tensor(x), tensor(y))


@op
def right_shift(x: Any, y: Any) -> Any:
    """Bits moved down by `y` places, the sign kept.

    Args:
        x: array.
        y: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.right_shift([12], [2])
        Array([3], dtype=int32)
    """
    return jnp.right_shift(tensor(x), tensor(y))


bitwise_invert = bitwise_not
bitwise_left_shift = left_shift
bitwise_right_shift = right_shift
