"""Arithmetic, elementwise: sums, products, quotients, remainders, rounding."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from ..core.types import ArrayLike
from .declared import op_of
from .tensors import tensor

__all__ = [
    "add", "divide", "divide_no_nan", "floor_divide", "fmax", "fmin", "fmod", "gcd", "heaviside", "hypot", "lcm",
    "ldexp", "maximum", "minimum", "mod", "multiply", "nextafter", "power", "subtract", "true_divide",
]  # fmt: skip


@op_of(jnp.add)
def add(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Sum, `x1 + x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.add([1.0, 4.0], [3.0, 2.0])
        Array([4., 6.], dtype=float32)
    """


@op_of(jnp.subtract)
def subtract(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Difference, `x1 - x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.subtract([1.0, 4.0], [3.0, 2.0])
        Array([-2.,  2.], dtype=float32)
    """


@op_of(jnp.multiply)
def multiply(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Product, `x1 * x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.multiply([1.0, 4.0], [3.0, 2.0])
        Array([3., 8.], dtype=float32)
    """


@op_of(jnp.true_divide)
def true_divide(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Quotient, `x1 / x2`; integers give floats.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.true_divide([1.0, 4.0], [3.0, 2.0])).round(3)
        array([0.333, 2.   ], dtype=float32)
    """


@op_of(jnp.floor_divide)
def floor_divide(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Quotient rounded down, `floor(x1 / x2)`.

    Example:
        >>> import cornu
        >>> cornu.ops.floor_divide([7, -7], [2, 2])
        Array([ 3, -4], dtype=int32)
    """


@op_of(jnp.mod)
def mod(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Remainder with the sign of `x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.mod([7, -7], [3, 3])
        Array([1, 2], dtype=int32)
    """


@op_of(jnp.fmod)
def fmod(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Remainder with the sign of `x1`.

    Example:
        >>> import cornu
        >>> cornu.ops.fmod([7, -7], [3, 3])
        Array([ 1, -1], dtype=int32)
    """


@op_of(jnp.power)
def power(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Power, `x1 ** x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.power([1.0, 4.0], [3.0, 2.0])
        Array([ 1., 16.], dtype=float32)
    """


@op_of(jnp.maximum)
def maximum(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The larger one; NaN if either is.

    Example:
        >>> import cornu
        >>> cornu.ops.maximum([1.0, 4.0], [3.0, 2.0])
        Array([3., 4.], dtype=float32)
    """


@op_of(jnp.minimum)
def minimum(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The smaller one; NaN if either is.

    Example:
        >>> import cornu
        >>> cornu.ops.minimum([1.0, 4.0], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.fmax)
def fmax(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The larger one; NaN only if both are.

    Example:
        >>> import cornu
        >>> cornu.ops.fmax([1.0, 4.0], [3.0, 2.0])
        Array([3., 4.], dtype=float32)
    """


@op_of(jnp.fmin)
def fmin(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The smaller one; NaN only if both are.

    Example:
        >>> import cornu
        >>> cornu.ops.fmin([1.0, 4.0], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.hypot)
def hypot(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Hypotenuse, `sqrt(x1**2 + x2**2)`.

    Example:
        >>> import cornu
        >>> cornu.ops.hypot(3.0, 4.0)
        Array(5., dtype=float32, weak_type=True)
    """


@op
def gcd(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Greatest common divisor of integers.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.gcd(12, 18)
        Array(6, dtype=int32)
    """
    x1, x2 = tensor(x1), tensor(x2)
    return jnp.gcd(_magnitude(x1), _magnitude(x2)).astype(jnp.result_type(x1, x2))


@op
def lcm(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Least common multiple of integers.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.lcm(4, 6)
        Array(12, dtype=int32)
    """
    x1, x2 = tensor(x1), tensor(x2)
    return jnp.lcm(_magnitude(x1), _magnitude(x2)).astype(jnp.result_type(x1, x2))


def _magnitude(x: Any) -> Any:
    """`|x|` as an unsigned integer, which the lowest integer has too: Euclid's algorithm ends for it as well."""
    return jnp.abs(x).astype(f"u{x.dtype.name}") if jnp.issubdtype(x.dtype, jnp.signedinteger) else x


@op_of(jnp.ldexp)
def ldexp(x1: ArrayLike, x2: ArrayLike) -> Any:
    """`x1 * 2 ** x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.ldexp([1.0, 3.0], [2, 3])
        Array([ 4., 24.], dtype=float32)
    """


@op_of(jnp.nextafter)
def nextafter(x1: ArrayLike, x2: ArrayLike) -> Any:
    """The next float after `x1` in the direction of `x2`.

    Example:
        >>> import cornu
        >>> cornu.ops.nextafter([1.0], [1.0])
        Array([1.], dtype=float32)
    """


@op_of(jnp.heaviside)
def heaviside(x1: ArrayLike, x2: ArrayLike) -> Any:
    """0 where `x1 < 0`, `x2` where it is 0, 1 where it is greater.

    Example:
        >>> import cornu
        >>> cornu.ops.heaviside([-1.0, 0.0, 2.0], 0.5)
        Array([0. , 0.5, 1. ], dtype=float32)
    """


@op
def divide_no_nan(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Quotient, `x1 / x2`, and 0 where `x2` is 0.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.divide_no_nan([1.0, 4.0], [0.0, 2.0])
        Array([0., 2.], dtype=float32)
    """
    x1, x2 = tensor(x1), tensor(x2)
    safe = jnp.where(x2 == 0, 1, x2)  # so that the gradient stays finite too
    return jnp.where(x2 == 0, 0, jnp.divide(x1, safe))


divide = true_divide
