"""Comparisons, logic and bits, elementwise."""

from typing import Any

import jax.numpy as jnp

from .making import ArrayLike, op, op_of, tensor

__all__ = [
    "allclose", "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "equal", "greater", "greater_equal", "isclose", "isfinite", "isin", "isinf",
    "isnan", "isneginf", "isposinf", "isreal", "left_shift", "less", "less_equal", "logical_and", "logical_not",
    "logical_or", "logical_xor", "not_equal", "right_shift",
]  # fmt: skip


@op_of(jnp.equal)
def equal(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 == x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.equal([1.0, 4.0], [3.0, 2.0])
        Array([False, False], dtype=bool)
    """


@op_of(jnp.not_equal)
def not_equal(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 != x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.not_equal([1.0, 4.0], [3.0, 2.0])
        Array([ True,  True], dtype=bool)
    """


@op_of(jnp.less)
def less(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 < x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.less([1.0, 4.0], [3.0, 2.0])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.less_equal)
def less_equal(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 <= x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.less_equal([1.0, 4.0], [3.0, 2.0])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.greater)
def greater(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 > x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.greater([1.0, 4.0], [3.0, 2.0])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.greater_equal)
def greater_equal(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether `x1 >= x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.greater_equal([1.0, 4.0], [3.0, 2.0])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.logical_and)
def logical_and(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether both are true.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_and([True, False], [True, True])
        Array([ True, False], dtype=bool)
    """


@op
def logical_or(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether either is true.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_or([True, False], [True, True])
        Array([ True,  True], dtype=bool)
    """
    return jnp.logical_or(tensor(x1), tensor(x2))


@op_of(jnp.logical_xor)
def logical_xor(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Whether exactly one is true.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_xor([True, False], [True, True])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.logical_not)
def logical_not(x: ArrayLike) -> Any:
    """Whether it is false.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_not([True, False])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.isfinite)
def isfinite(x: ArrayLike) -> Any:
    """Whether it is neither infinite nor NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.isfinite([1.0, float("inf")])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.isinf)
def isinf(x: ArrayLike) -> Any:
    """Whether it is infinite.

    Example:
        >>> import cornu
        >>> cornu.ops.isinf([1.0, float("inf")])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.isnan)
def isnan(x: ArrayLike) -> Any:
    """Whether it is NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.isnan([1.0, float("nan")])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.isneginf)
def isneginf(x: ArrayLike) -> Any:
    """Whether it is minus infinity.

    Example:
        >>> import cornu
        >>> cornu.ops.isneginf([1.0, -float("inf")])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.isposinf)
def isposinf(x: ArrayLike) -> Any:
    """Whether it is plus infinity.

    Example:
        >>> import cornu
        >>> cornu.ops.isposinf([1.0, float("inf")])
        Array([False,  True], dtype=bool)
    """


@op_of(jnp.isreal)
def isreal(x: ArrayLike) -> Any:
    """Whether the imaginary part is 0.

    Example:
        >>> import cornu
        >>> cornu.ops.isreal([1.0, 1j])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.isclose)
def isclose(x1: ArrayLike, x2: ArrayLike, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether `|x1 - x2| <= atol + rtol * |x2|`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether NaN equals NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.isclose([1.0, 2.0], [1.0, 2.1])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.allclose)
def allclose(x1: ArrayLike, x2: ArrayLike, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether `|x1 - x2| <= atol + rtol * |x2|` everywhere.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether NaN equals NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.allclose([1.0, 2.0], [1.0, 2.1])
        Array(False, dtype=bool)
    """


@op_of(jnp.isin)
def isin(x1: ArrayLike, x2: ArrayLike, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of `x1` occurs in `x2`.

    Args:
        x1: first array.
        x2: the values to look for.
        assume_unique: whether both hold no value twice; accepted for speed.
        invert: whether to ask the opposite.

    Example:
        >>> import cornu
        >>> cornu.ops.isin([1, 2, 3], [3, 1])
        Array([ True, False,  True], dtype=bool)
    """


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

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_and([6], [3])
        Array([2], dtype=int32)
    """


@op_of(jnp.bitwise_or)
def bitwise_or(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits set in either.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_or([6], [3])
        Array([7], dtype=int32)
    """


@op_of(jnp.bitwise_xor)
def bitwise_xor(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits set in exactly one.

    Example:
        >>> import cornu
        >>> cornu.ops.bitwise_xor([6], [3])
        Array([5], dtype=int32)
    """


@op_of(jnp.left_shift)
def left_shift(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits moved up by `y` places.

    Example:
        >>> import cornu
        >>> cornu.ops.left_shift([3], [2])
        Array([12], dtype=int32)
    """


@op_of(jnp.right_shift)
def right_shift(x: ArrayLike, y: ArrayLike) -> Any:
    """Bits moved down by `y` places, the sign kept.

    Example:
        >>> import cornu
        >>> cornu.ops.right_shift([12], [2])
        Array([3], dtype=int32)
    """


bitwise_invert = bitwise_not
bitwise_left_shift = left_shift
bitwise_right_shift = right_shift
