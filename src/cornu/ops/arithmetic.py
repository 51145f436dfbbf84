"""Arithmetic, elementwise: sums, products, quotients, remainders, rounding."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor


@op
def add(x1: Any, x2: Any) -> Any:
    """Sum, `x1 + x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.add([1.0, 4.0], [3.0, 2.0])
        Array([4., 6.], dtype=float32)
    """
    return jnp.add(tensor(x1), tensor(x2))


@op
def subtract(x1: Any, x2: Any) -> Any:
    """Difference, `x1 - x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.subtract([1.0, 4.0], [3.0, 2.0])
        Array([-2.,  2.], dtype=float32)
    """
    return jnp.subtract(tensor(x1), tensor(x2))


@op
def multiply(x1: Any, x2: Any) -> Any:
    """Product, `x1 * x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.multiply([1.0, 4.0], [3.0, 2.0])
        Array([3., 8.], dtype=float32)
    """
    return jnp.multiply(tensor(x1), tensor(x2))


@op
def true_divide(x1: Any, x2: Any) -> Any:
    """Quotient, `x1 / x2`; integers give floats.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.true_divide([1.0, 4.0], [3.0, 2.0])).round(3)
        array([0.333, 2.   ], dtype=float32)
    """
    return jnp.true_divide(tensor(x1), tensor(x2))


@op
def floor_divide(x1: Any, x2: Any) -> Any:
    """Quotient rounded down, `floor(x1 / x2)`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.floor_divide([7, -7], [2, 2])
        Array([ 3, -4], dtype=int32)
    """
    return jnp.floor_divide(tensor(x1), tensor(x2))


@op
def mod(x1: Any, x2: Any) -> Any:
    """Remainder with the sign of `x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.mod([7, -7], [3, 3])
        Array([1, 2], dtype=int32)
    """
    return jnp.mod(tensor(x1), tensor(x2))


@op
def fmod(x1: Any, x2: Any) -> Any:
    """Remainder with the sign of `x1`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.fmod([7, -7], [3, 3])
        Array([ 1, -1], dtype=int32)
    """
    return jnp.fmod(tensor(x1), tensor(x2))


@op
def power(x1: Any, x2: Any) -> Any:
    """Power, `x1 ** x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.power([1.0, 4.0], [3.0, 2.0])
        Array([ 1., 16.], dtype=float32)
    """
    return jnp.power(tensor(x1), tensor(x2))


@op
def maximum(x1: Any, x2: Any) -> Any:
    """The larger one; NaN if either is.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.maximum([1.0, 4.0], [3.0, 2.0])
        Array([3., 4.], dtype=float32)
    """
    return jnp.maximum(tensor(x1), tensor(x2))


@op
def minimum(x1: Any, x2: Any) -> Any:
    """The smaller one; NaN if either is.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.minimum([1.0, 4.0], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.minimum(tensor(x1), tensor(x2))


@op
def fmax(x1: Any, x2: Any) -> Any:
    """The larger one; NaN only if both are.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.fmax([1.0, 4.0], [3.0, 2.0])
        Array([3., 4.], dtype=float32)
    """
    return jnp.fmax(tensor(x1), tensor(x2))


@op
def fmin(x1: Any, x2: Any) -> Any:
    """The smaller one; NaN only if both are.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.fmin([1.0, 4.0], [3.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.fmin(tensor(x1), tensor(x2))


@op
def hypot(x1: Any, x2: Any) -> Any:
    """Hypotenuse, `sqrt(x1**2 + x2**2)`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.hypot(3.0, 4.0)
        Array(5., dtype=float32, weak_type=True)
    """
    return jnp.hypot(tensor(x1), tensor(x2))


@op
def gcd(x1: Any, x2: Any) -> Any:
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
def lcm(x1: Any, x2: Any) -> Any:
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


@op
def ldexp(x1: Any, x2: Any) -> Any:
    """`x1 * 2 ** x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.ldexp([1.0, 3.0], [2, 3])
        Array([ 4., 24.], dtype=float32)
    """
    return jnp.ldexp(tensor(x1), tensor(x2))


@op
def nextafter(x1: Any, x2: Any) -> Any:
    """The next float after `x1` in the direction of `x2`.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.nextafter([1.0], [1.0])
        Array([1.], dtype=float32)
    """
    return jnp.nextafter(tensor(x1), tensor(x2))


@op
def heaviside(x1: Any, x2: Any) -> Any:
    """0 where `x1 < 0`, `x2` where it is 0, 1 where it is greater.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu
        >>> cornu.ops.heaviside([-1.0, 0.0, 2.0], 0.5)
        Array([0. , 0.5, 1. ], dtype=float32)
    """
    return jnp.heaviside(tensor(x1), tensor(x2))


@op
def divide_no_nan(x1: Any, x2: Any) -> Any:
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
