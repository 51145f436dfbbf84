"""Comparisons, logic and bits, elementwise."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor


@op
def equal(x1: Any, x2: Any) -> Any:
    """Whether `x1 == x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.equal([1.0, 4.0], [3.0, 2.0])
        Array([False, False], dtype=bool)
    """
    return jnp.equal(tensor(x1), tensor(x2))


@op
def not_equal(x1: Any, x2: Any) -> Any:
    """Whether `x1 != x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.not_equal([1.0, 4.0], [3.0, 2.0])
        Array([ True,  True], dtype=bool)
    """
    return jnp.not_equal(tensor(x1), tensor(x2))


@op
def less(x1: Any, x2: Any) -> Any:
    """Whether `x1 < x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.less([1.0, 4.0], [3.0, 2.0])
        Array([ True, False], dtype=bool)
    """
    return jnp.less(tensor(x1), tensor(x2))


@op
def less_equal(x1: Any, x2: Any) -> Any:
    """Whether `x1 <= x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.less_equal([1.0, 4.0], [3.0, 2.0])
        Array([ True, False], dtype=bool)
    """
    return jnp.less_equal(tensor(x1), tensor(x2))


@op
def greater(x1: Any, x2: Any) -> Any:
    """Whether `x1 > x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.greater([1.0, 4.0], [3.0, 2.0])
        Array([False,  True], dtype=bool)
    """
    return jnp.greater(tensor(x1), tensor(x2))


@op
def greater_equal(x1: Any, x2: Any) -> Any:
    """Whether `x1 >= x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.greater_equal([1.0, 4.0], [3.0, 2.0])
        Array([False,  True], dtype=bool)
    """
    return jnp.greater_equal(tensor(x1), tensor(x2))


@op
def logical_and(x1: Any, x2: Any) -> Any:
    """Whether both are true.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_and([True, False], [True, True])
        Array([ True, False], dtype=bool)
    """
    return jnp.logical_and(tensor(x1), tensor(x2))


@op
def logical_or(x1: Any, x2: Any) -> Any:
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


@op
def logical_xor(x1: Any, x2: Any) -> Any:
    """Whether exactly one is true.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_xor([True, False], [True, True])
        Array([False,  True], dtype=bool)
    """
    return jnp.logical_xor(tensor(x1), tensor(x2))


@op
def logical_not(x: Any) -> Any:
    """Whether it is false.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.logical_not([True, False])
        Array([False,  True], dtype=bool)
    """
    return jnp.logical_not(tensor(x))


@op
def isfinite(x: Any) -> Any:
    """Whether it is neither infinite nor NaN.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isfinite([1.0, float("inf")])
        Array([ True, False], dtype=bool)
    """
    return jnp.isfinite(tensor(x))


@op
def isinf(x: Any) -> Any:
    """Whether it is infinite.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isinf([1.0, float("inf")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isinf(tensor(x))


@op
def isnan(x: Any) -> Any:
    """Whether it is NaN.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isnan([1.0, float("nan")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isnan(tensor(x))


@op
def isneginf(x: Any) -> Any:
    """Whether it is minus infinity.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isneginf([1.0, -float("inf")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isneginf(tensor(x))


@op
def isposinf(x: Any) -> Any:
    """Whether it is plus infinity.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isposinf([1.0, float("inf")])
        Array([False,  True], dtype=bool)
    """
    return jnp.isposinf(tensor(x))


@op
def isreal(x: Any) -> Any:
    """Whether the imaginary part is 0.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.isreal([1.0, 1j])
        Array([ True, False], dtype=bool)
    """
    return jnp.isreal(tensor(x))


@op
def isclose(x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
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
    return jnp.isclose(tensor(x1), tensor(x2), rtol, atol, equal_nan)


@op
def allclose(x1: Any, x2: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
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
    return jnp.allclose(tensor(x1), tensor(x2), rtol, atol, equal_nan)


@op
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
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
    return jnp.isin(tensor(x1), tensor(x2), assume_unique=assume_unique, invert=invert)
