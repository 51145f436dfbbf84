"""Trigonometric and hyperbolic functions, elementwise, in radians."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor


@op
def sin(x: Any) -> Any:
    """Sine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sin([0.0, 1.0])).round(3)
        array([0.   , 0.841], dtype=float32)
    """
    return jnp.sin(tensor(x))


@op
def cos(x: Any) -> Any:
    """Cosine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cos([0.0, 1.0])).round(3)
        array([1.  , 0.54], dtype=float32)
    """
    return jnp.cos(tensor(x))


@op
def tan(x: Any) -> Any:
    """Tangent.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.tan([0.0, 1.0])).round(3)
        array([0.   , 1.557], dtype=float32)
    """
    return jnp.tan(tensor(x))


@op
def arcsin(x: Any) -> Any:
    """Inverse sine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arcsin([0.0, 0.5])).round(3)
        array([0.   , 0.524], dtype=float32)
    """
    return jnp.arcsin(tensor(x))


@op
def arccos(x: Any) -> Any:
    """Inverse cosine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arccos([0.0, 0.5])).round(3)
        array([1.571, 1.047], dtype=float32)
    """
    return jnp.arccos(tensor(x))


@op
def arctan(x: Any) -> Any:
    """Inverse tangent.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctan([0.0, 1.0])).round(3)
        array([0.   , 0.785], dtype=float32)
    """
    return jnp.arctan(tensor(x))


@op
def sinh(x: Any) -> Any:
    """Hyperbolic sine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sinh([0.0, 1.0])).round(3)
        array([0.   , 1.175], dtype=float32)
    """
    return jnp.sinh(tensor(x))


@op
def cosh(x: Any) -> Any:
    """Hyperbolic cosine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cosh([0.0, 1.0])).round(3)
        array([1.   , 1.543], dtype=float32)
    """
    return jnp.cosh(tensor(x))


@op
def tanh(x: Any) -> Any:
    """Hyperbolic tangent, `(e**x - e**-x) / (e**x + e**-x)`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.tanh([0.0, 1.0])).round(3)
        array([0.   , 0.762], dtype=float32)
    """
    return jnp.tanh(tensor(x))


@op
def arcsinh(x: Any) -> Any:
    """Inverse hyperbolic sine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arcsinh([0.0, 1.0])).round(3)
        array([0.   , 0.881], dtype=float32)
    """
    return jnp.arcsinh(tensor(x))


@op
def arccosh(x: Any) -> Any:
    """Inverse hyperbolic cosine.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arccosh([1.0, 2.0])).round(3)
        array([0.   , 1.317], dtype=float32)
    """
    return jnp.arccosh(tensor(x))


@op
def arctanh(x: Any) -> Any:
    """Inverse hyperbolic tangent.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctanh([0.0, 0.5])).round(3)
        array([0.   , 0.549], dtype=float32)
    """
    return jnp.arctanh(tensor(x))


@op
def deg2rad(x: Any) -> Any:
    """Degrees to radians.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.deg2rad([0.0, 180.0])).round(3)
        array([0.   , 3.142], dtype=float32)
    """
    return jnp.deg2rad(tensor(x))


@op
def rad2deg(x: Any) -> Any:
    """Radians to degrees.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.rad2deg([0.0, 1.0])
        Array([ 0.     , 57.29578], dtype=float32)
    """
    return jnp.rad2deg(tensor(x))


@op
def arctan2(x1: Any, x2: Any) -> Any:
    """Angle of the point `(x2, x1)` from the first axis, in (-pi, pi].

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.arctan2([1.0, -1.0], [0.0, -1.0])).round(3)
        array([ 1.571, -2.356], dtype=float32)
    """
    return jnp.arctan2(tensor(x1), tensor(x2))
