"""Exponentials and logarithms, the error function, trigonometric and hyperbolic functions (in radians), elementwise."""

from typing import Any

import jax
import jax.numpy as jnp

from .making import ArrayLike, op_of

__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "deg2rad", "erf", "erfc",
    "erfinv", "exp", "exp2", "expm1", "i0", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "rad2deg",
    "sin", "sinc", "sinh", "tan", "tanh",
]  # fmt: skip


@op_of(jnp.exp)
def exp(x: ArrayLike) -> Any:
    """Exponential, `e ** x`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.exp([0.0, 1.0])).round(3)
        array([1.   , 2.718], dtype=float32)
    """


@op_of(jnp.exp2)
def exp2(x: ArrayLike) -> Any:
    """Power of two, `2 ** x`.

    Example:
        >>> import cornu
        >>> cornu.ops.exp2([0.0, 3.0])
        Array([1., 8.], dtype=float32)
    """


@op_of(jnp.expm1)
def expm1(x: ArrayLike) -> Any:
    """`e ** x - 1`, accurate near 0.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.expm1([0.0, 1.0])).round(3)
        array([0.   , 1.718], dtype=float32)
    """


@op_of(jnp.log)
def log(x: ArrayLike) -> Any:
    """Natural logarithm.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log([1.0, 2.0])).round(3)
        array([0.   , 0.693], dtype=float32)
    """


@op_of(jnp.log10)
def log10(x: ArrayLike) -> Any:
    """Logarithm to base 10.

    Example:
        >>> import cornu
        >>> cornu.ops.log10([1.0, 100.0])
        Array([0., 2.], dtype=float32)
    """


@op_of(jnp.log1p)
def log1p(x: ArrayLike) -> Any:
    """`log(1 + x)`, accurate near 0.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log1p([0.0, 1.0])).round(3)
        array([0.   , 0.693], dtype=float32)
    """


@op_of(jnp.log2)
def log2(x: ArrayLike) -> Any:
    """Logarithm to base 2.

    Example:
        >>> import cornu
        >>> cornu.ops.log2([1.0, 8.0])
        Array([0., 3.], dtype=float32)
    """


@op_of(jax.scipy.special.erf)
def erf(x: ArrayLike) -> Any:
    """Error function, `2 / sqrt(pi) * integral of exp(-t**2) from 0 to x`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erf([0.0, 1.0])).round(3)
        array([0.   , 0.843], dtype=float32)
    """


@op_of(jax.scipy.special.erfc)
def erfc(x: ArrayLike) -> Any:
    """Complement of the error function, `1 - erf(x)`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erfc([0.0, 1.0])).round(3)
        array([1.   , 0.157], dtype=float32)
    """


@op_of(jax.scipy.special.erfinv)
def erfinv(x: ArrayLike) -> Any:
    """Inverse of the error function.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erfinv([0.0, 0.5])).round(3)
        array([0.   , 0.477], dtype=float32)
    """


@op_of(jnp.i0)
def i0(x: ArrayLike) -> Any:
    """Modified Bessel function of the first kind, order 0.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.i0([0.0, 1.0])).round(3)
        array([1.   , 1.266], dtype=float32)
    """


@op_of(jnp.sinc)
def sinc(x: ArrayLike) -> Any:
    """`sin(pi x) / (pi x)`, and 1 at 0.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sinc([0.0, 0.5])).round(3)
        array([1.   , 0.637], dtype=float32)
    """


@op_of(jnp.logaddexp)
def logaddexp(x1: ArrayLike, x2: ArrayLike) -> Any:
    """`log(exp(x1) + exp(x2))` without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logaddexp([1.0, 4.0], [3.0, 2.0])).round(3)
        array([3.127, 4.127], dtype=float32)
    """


@op_of(jnp.logaddexp2)
def logaddexp2(x1: ArrayLike, x2: ArrayLike) -> Any:
    """`log2(2 ** x1 + 2 ** x2)` without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logaddexp2([1.0, 4.0], [3.0, 2.0])).round(3)
        array([3.322, 4.322], dtype=float32)
    """


@op_of(jnp.sin)
def sin(x: ArrayLike) -> Any:
    """Sine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sin([0.0, 1.0])).round(3)
        array([0.   , 0.841], dtype=float32)
    """


@op_of(jnp.cos)
def cos(x: ArrayLike) -> Any:
    """Cosine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cos([0.0, 1.0])).round(3)
        array([1.  , 0.54], dtype=float32)
    """


@op_of(jnp.tan)
def tan(x: ArrayLike) -> Any:
    """Tangent.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.tan([0.0, 1.0])).round(3)
        array([0.   , 1.557], dtype=float32)
    """


@op_of(jnp.arcsin)
def arcsin(x: ArrayLike) -> Any:
    """Inverse sine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arcsin([0.0, 0.5])).round(3)
        array([0.   , 0.524], dtype=float32)
    """


@op_of(jnp.arccos)
def arccos(x: ArrayLike) -> Any:
    """Inverse cosine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arccos([0.0, 0.5])).round(3)
        array([1.571, 1.047], dtype=float32)
    """


@op_of(jnp.arctan)
def arctan(x: ArrayLike) -> Any:
    """Inverse tangent.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctan([0.0, 1.0])).round(3)
        array([0.   , 0.785], dtype=float32)
    """


@op_of(jnp.sinh)
def sinh(x: ArrayLike) -> Any:
    """Hyperbolic sine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sinh([0.0, 1.0])).round(3)
        array([0.   , 1.175], dtype=float32)
    """


@op_of(jnp.cosh)
def cosh(x: ArrayLike) -> Any:
    """Hyperbolic cosine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cosh([0.0, 1.0])).round(3)
        array([1.   , 1.543], dtype=float32)
    """


@op_of(jnp.tanh)
def tanh(x: ArrayLike) -> Any:
    """Hyperbolic tangent, `(e**x - e**-x) / (e**x + e**-x)`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.tanh([0.0, 1.0])).round(3)
        array([0.   , 0.762], dtype=float32)
    """


@op_of(jnp.arcsinh)
def arcsinh(x: ArrayLike) -> Any:
    """Inverse hyperbolic sine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arcsinh([0.0, 1.0])).round(3)
        array([0.   , 0.881], dtype=float32)
    """


@op_of(jnp.arccosh)
def arccosh(x: ArrayLike) -> Any:
    """Inverse hyperbolic cosine.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arccosh([1.0, 2.0])).round(3)
        array([0.   , 1.317], dtype=float32)
    """


@op_of(jnp.arctanh)
def arctanh(x: ArrayLike) -> Any:
    """Inverse hyperbolic tangent.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctanh([0.0, 0.5])).round(3)
        array([0.   , 0.549], dtype=float32)
    """


@op_of(jnp.deg2rad)
def deg2rad(x: ArrayLike) -> Any:
    """Degrees to radians.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.deg2rad([0.0, 180.0])).round(3)
        array([0.   , 3.142], dtype=float32)
    """


@op_of(jnp.rad2deg)
def rad2deg(x: ArrayLike) -> Any:
    """Radians to degrees.

    Example:
        >>> import cornu
        >>> cornu.ops.rad2deg([0.0, 1.0])
        Array([ 0.     , 57.29578], dtype=float32)
    """


@op_of(jnp.arctan2)
def arctan2(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Angle of the point `(x2, x1)` from the first axis, in (-pi, pi].

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctan2([1.0, -1.0], [0.0, -1.0])).round(3)
        array([ 1.571, -2.356], dtype=float32)
    """
