"""Arithmetic, elementwise: sums, products, quotients, remainders; signs, roots, rounding, limits, complex parts."""

from typing import Any

import jax.numpy as jnp
from jax import lax

from .making import ArrayLike, floating, limits, op, op_of, tensor

__all__ = [
    "abs", "absolute", "add", "angle", "cbrt", "ceil", "clip", "conj", "conjugate", "divide", "divide_no_nan", "fabs",
    "floor", "floor_divide", "fmax", "fmin", "fmod", "gcd", "heaviside", "hypot", "imag", "lcm", "ldexp", "maximum",
    "minimum", "mod", "multiply", "nan_to_num", "negative", "nextafter", "power", "real", "reciprocal", "round",
    "rsqrt", "sign", "signbit", "sqrt", "square", "subtract", "true_divide", "trunc",
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


@op_of(lambda x1, x2: jnp.gcd(_magnitude(x1), _magnitude(x2)).astype(jnp.result_type(x1, x2)))
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


def _lcm(x1: Any, x2: Any) -> Any:
    dtype = jnp.result_type(x1, x2)  # which the result may need
    return jnp.lcm(_magnitude(x1.astype(dtype)), _magnitude(x2.astype(dtype))).astype(dtype)


@op_of(_lcm)
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


@op_of(jnp.negative)
def negative(x: ArrayLike) -> Any:
    """The negative, `-x`.

    Example:
        >>> import cornu
        >>> cornu.ops.negative([0.5, 2.0])
        Array([-0.5, -2. ], dtype=float32)
    """


@op_of(jnp.absolute)
def absolute(x: ArrayLike) -> Any:
    """Absolute value, the modulus of a complex number.

    Example:
        >>> import cornu
        >>> cornu.ops.absolute([-1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.fabs)
def fabs(x: ArrayLike) -> Any:
    """Absolute value as a float.

    Example:
        >>> import cornu
        >>> cornu.ops.fabs([-1, 2])
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.sign)
def sign(x: ArrayLike) -> Any:
    """-1, 0 or 1.

    Example:
        >>> import cornu
        >>> cornu.ops.sign([-3.0, 0.0, 2.0])
        Array([-1.,  0.,  1.], dtype=float32)
    """


@op_of(jnp.signbit)
def signbit(x: ArrayLike) -> Any:
    """Whether the sign bit is set.

    Example:
        >>> import cornu
        >>> cornu.ops.signbit([-3.0, 2.0])
        Array([ True, False], dtype=bool)
    """


@op_of(jnp.square)
def square(x: ArrayLike) -> Any:
    """Square, `x ** 2`.

    Example:
        >>> import cornu
        >>> cornu.ops.square([0.5, 2.0])
        Array([0.25, 4.  ], dtype=float32)
    """


@op_of(jnp.sqrt)
def sqrt(x: ArrayLike) -> Any:
    """Square root.

    Example:
        >>> import cornu
        >>> cornu.ops.sqrt([4.0, 9.0])
        Array([2., 3.], dtype=float32)
    """


@op_of(lax.rsqrt, floating)
def rsqrt(x: ArrayLike) -> Any:
    """Reciprocal of the square root.

    Example:
        >>> import cornu
        >>> cornu.ops.rsqrt([4.0, 16.0])
        Array([0.5 , 0.25], dtype=float32)
    """


@op_of(jnp.cbrt)
def cbrt(x: ArrayLike) -> Any:
    """Cube root.

    Example:
        >>> import cornu
        >>> cornu.ops.cbrt([8.0, 27.0])
        Array([2., 3.], dtype=float32)
    """


@op_of(jnp.reciprocal)
def reciprocal(x: ArrayLike) -> Any:
    """Reciprocal, `1 / x`.

    Example:
        >>> import cornu
        >>> cornu.ops.reciprocal([0.5, 2.0])
        Array([2. , 0.5], dtype=float32)
    """


@op_of(jnp.ceil, floating)
def ceil(x: ArrayLike) -> Any:
    """The next integer upward, as a float.

    Example:
        >>> import cornu
        >>> cornu.ops.ceil([1.2, -1.2])
        Array([ 2., -1.], dtype=float32)
    """


@op_of(jnp.floor, floating)
def floor(x: ArrayLike) -> Any:
    """The next integer downward, as a float.

    Example:
        >>> import cornu
        >>> cornu.ops.floor([1.2, -1.2])
        Array([ 1., -2.], dtype=float32)
    """


@op_of(jnp.trunc)
def trunc(x: ArrayLike) -> Any:
    """The next integer towards zero.

    Example:
        >>> import cornu
        >>> cornu.ops.trunc([1.7, -1.7])
        Array([ 1., -1.], dtype=float32)
    """


@op_of(jnp.real)
def real(x: ArrayLike) -> Any:
    """Real part.

    Example:
        >>> import cornu
        >>> cornu.ops.real([0.5, 2.0])
        Array([0.5, 2. ], dtype=float32)
    """


@op_of(jnp.imag)
def imag(x: ArrayLike) -> Any:
    """Imaginary part.

    Example:
        >>> import cornu
        >>> cornu.ops.imag([0.5, 2.0])
        Array([0., 0.], dtype=float32)
    """


@op_of(jnp.conjugate)
def conjugate(x: ArrayLike) -> Any:
    """Complex conjugate.

    Example:
        >>> import cornu
        >>> cornu.ops.conjugate([0.5, 2.0])
        Array([0.5, 2. ], dtype=float32)
    """


@op_of(jnp.angle)
def angle(x: ArrayLike) -> Any:
    """Angle of a complex number, in radians.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.angle([1.0, -1.0])).round(3)
        array([0.   , 3.142], dtype=float32)
    """


@op
def round(x: ArrayLike, decimals: int = 0) -> Any:
    """The nearest number with that many decimals; halves go to the even one.

    Args:
        x: array.
        decimals: digits after the point; negative ones count before it.

    Example:
        >>> import cornu
        >>> cornu.ops.round([1.25, 2.5], decimals=0)
        Array([1., 2.], dtype=float32)
    """
    x = tensor(x)
    if decimals < 0 and jnp.issubdtype(x.dtype, jnp.integer):
        return _round_integers(x, -decimals)
    return jnp.round(x, decimals)


def _round_integers(x: Any, digits: int) -> Any:
    """Integers to the nearest multiple of `10 ** digits`, exactly; halves go to the even multiple."""
    wide = jnp.promote_types(x.dtype, "uint32" if jnp.issubdtype(x.dtype, jnp.unsignedinteger) else "int32")
    unit = 10**digits
    if unit > limits(wide).max:
        return jnp.zeros_like(x)
    multiple, rest = jnp.divmod(x.astype(wide), unit)
    up = (rest > unit - rest) | ((rest == unit - rest) & (multiple % 2 == 1))
    return ((multiple + up) * unit).astype(x.dtype)


@op_of(lambda x, x_min, x_max: jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max))
def clip(x: ArrayLike, x_min: Any, x_max: Any) -> Any:
    """Limited to an interval.

    Args:
        x: array.
        x_min: lower limit, or None.
        x_max: upper limit, or None.

    Example:
        >>> import cornu
        >>> cornu.ops.clip([-1.0, 0.5, 3.0], 0.0, 1.0)
        Array([0. , 0.5, 1. ], dtype=float32)
    """


@op_of(jnp.nan_to_num)
def nan_to_num(x: ArrayLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """NaN and infinities replaced by numbers.

    Args:
        x: array.
        nan: value for NaN.
        posinf: value for infinity; None for the largest float.
        neginf: value for minus infinity; None for the lowest float.

    Example:
        >>> import cornu
        >>> cornu.ops.nan_to_num([float("nan"), 1.0])
        Array([0., 1.], dtype=float32)
    """


divide = true_divide
abs = absolute
conj = conjugate
