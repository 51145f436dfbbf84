"""Signs, roots, rounding, limits and the parts of complex numbers, elementwise."""

from typing import Any

import jax.numpy as jnp
from jax import lax

from ..core.op import op
from ..core.types import ArrayLike
from .declared import op_of
from .tensors import floating, limits, tensor

__all__ = [
    "abs", "absolute", "angle", "cbrt", "ceil", "clip", "conj", "conjugate", "fabs", "floor", "imag", "nan_to_num",
    "negative", "real", "reciprocal", "round", "rsqrt", "sign", "signbit", "sqrt", "square", "trunc",
]  # fmt: skip


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


@op
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
    x = tensor(x)
    return jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max)


@op_of(jnp.nan_to_num)
def nan_to_num(x: ArrayLike, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
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


abs = absolute


conj = conjugate
