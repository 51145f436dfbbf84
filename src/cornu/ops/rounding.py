"""Signs, roots, rounding, limits and the parts of complex numbers, elementwise."""

from typing import Any

import jax.numpy as jnp
from jax import lax

from ..core.op import op
from .tensors import floating, limits, tensor


@op
def negative(x: Any) -> Any:
    """The negative, `-x`.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.negative([0.5, 2.0])
        Array([-0.5, -2. ], dtype=float32)
    """
    return jnp.negative(tensor(x))


@op
def absolute(x: Any) -> Any:
    """Absolute value, the modulus of a complex number.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.absolute([-1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """
    return jnp.absolute(tensor(x))


@op
def fabs(x: Any) -> Any:
    """Absolute value as a float.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.fabs([-1, 2])
        Array([1., 2.], dtype=float32)
    """
    return jnp.fabs(tensor(x))


@op
def sign(x: Any) -> Any:
    """-1, 0 or 1.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.sign([-3.0, 0.0, 2.0])
        Array([-1.,  0.,  1.], dtype=float32)
    """
    return jnp.sign(tensor(x))


@op
def signbit(x: Any) -> Any:
    """Whether the sign bit is set.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.signbit([-3.0, 2.0])
        Array([ True, False], dtype=bool)
    """
    return jnp.signbit(tensor(x))


@op
def square(x: Any) -> Any:
    """Square, `x ** 2`.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.square([0.5, 2.0])
        Array([0.25, 4.  ], dtype=float32)
    """
    return jnp.square(tensor(x))


@op
def sqrt(x: Any) -> Any:
    """Square root.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.sqrt([4.0, 9.0])
        Array([2., 3.], dtype=float32)
    """
    return jnp.sqrt(tensor(x))


@op
def rsqrt(x: Any) -> Any:
    """Reciprocal of the square root.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.rsqrt([4.0, 16.0])
        Array([0.5 , 0.25], dtype=float32)
    """
    return lax.rsqrt(floating(x))


@op
def cbrt(x: Any) -> Any:
    """Cube root.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.cbrt([8.0, 27.0])
        Array([2., 3.], dtype=float32)
    """
    return jnp.cbrt(tensor(x))


@op
def reciprocal(x: Any) -> Any:
    """Reciprocal, `1 / x`.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.reciprocal([0.5, 2.0])
        Array([2. , 0.5], dtype=float32)
    """
    return jnp.reciprocal(tensor(x))


@op
def ceil(x: Any) -> Any:
    """The next integer upward, as a float.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.ceil([1.2, -1.2])
        Array([ 2., -1.], dtype=float32)
    """
    return jnp.ceil(floating(x))


@op
def floor(x: Any) -> Any:
    """The next integer downward, as a float.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.floor([1.2, -1.2])
        Array([ 1., -2.], dtype=float32)
    """
    return jnp.floor(floating(x))


@op
def trunc(x: Any) -> Any:
    """The next integer towards zero.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.trunc([1.7, -1.7])
        Array([ 1., -1.], dtype=float32)
    """
    return jnp.trunc(tensor(x))


@op
def real(x: Any) -> Any:
    """Real part.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.real([0.5, 2.0])
        Array([0.5, 2. ], dtype=float32)
    """
    return jnp.real(tensor(x))


@op
def imag(x: Any) -> Any:
    """Imaginary part.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.imag([0.5, 2.0])
        Array([0., 0.], dtype=float32)
    """
    return jnp.imag(tensor(x))


@op
def conjugate(x: Any) -> Any:
    """Complex conjugate.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.conjugate([0.5, 2.0])
        Array([0.5, 2. ], dtype=float32)
    """
    return jnp.conjugate(tensor(x))


@op
def angle(x: Any) -> Any:
    """Angle of a complex number, in radians.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.angle([1.0, -1.0])).round(3)
        array([0.   , 3.142], dtype=float32)
    """
    return jnp.angle(tensor(x))


@op
def round(x: Any, decimals: Any = 0) -> Any:
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
    return (
        _round_integers(x, -decimals)
        if decimals < 0 and jnp.issubdtype(x.dtype, jnp.integer)
        else jnp.round(x, decimals)
    )


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
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
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


@op
def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
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
    return jnp.nan_to_num(tensor(x), nan=nan, posinf=posinf, neginf=neginf)


abs = absolute


conj = conjugate
