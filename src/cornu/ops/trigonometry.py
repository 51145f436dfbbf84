"""Trigonometric and hyperbolic functions, elementwise, in radians."""

from typing import Any

import jax.numpy as jnp

from ..core.types import ArrayLike
from .declared import op_of

__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "deg2rad", "rad2deg",
    "sin", "sinh", "tan", "tanh",
]  # fmt: skip


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
