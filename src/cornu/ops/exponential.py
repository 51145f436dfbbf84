"""Exponentials, logarithms and the error function, elementwise."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor


@op
def exp(x: Any) -> Any:
    """Exponential, `e ** x`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.exp([0.0, 1.0])).round(3)
        array([1.   , 2.718], dtype=float32)
    """
    return jnp.exp(tensor(x))


@op
def exp2(x: Any) -> Any:
    """Power of two, `2 ** x`.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.exp2([0.0, 3.0])
        Array([1., 8.], dtype=float32)
    """
    return jnp.exp2(tensor(x))


@op
def expm1(x: Any) -> Any:
    """`e ** x - 1`, accurate near 0.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.expm1([0.0, 1.0])).round(3)
        array([0.   , 1.718], dtype=float32)
    """
    return jnp.expm1(tensor(x))


@op
def log(x: Any) -> Any:
    """Natural logarithm.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log([1.0, 2.0])).round(3)
        array([0.   , 0.693], dtype=float32)
    """
    return jnp.log(tensor(x))


@op
def log10(x: Any) -> Any:
    """Logarithm to base 10.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.log10([1.0, 100.0])
        Array([0., 2.], dtype=float32)
    """
    return jnp.log10(tensor(x))


@op
def log1p(x: Any) -> Any:
    """`log(1 + x)`, accurate near 0.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.log1p([0.0, 1.0])).round(3)
        array([0.   , 0.693], dtype=float32)
    """
    return jnp.log1p(tensor(x))


@op
def log2(x: Any) -> Any:
    """Logarithm to base 2.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.log2([1.0, 8.0])
        Array([0., 3.], dtype=float32)
    """
    return jnp.log2(tensor(x))


@op
def erf(x: Any) -> Any:
    """Error function, `2 / sqrt(pi) * integral of exp(-t**2) from 0 to x`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erf([0.0, 1.0])).round(3)
        array([0.   , 0.843], dtype=float32)
    """
    return jax.scipy.special.erf(tensor(x))


@op
def erfc(x: Any) -> Any:
    """Complement of the error function, `1 - erf(x)`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erfc([0.0, 1.0])).round(3)
        array([1.   , 0.157], dtype=float32)
    """
    return jax.scipy.special.erfc(tensor(x))


@op
def erfinv(x: Any) -> Any:
    """Inverse of the error function.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.erfinv([0.0, 0.5])).round(3)
        array([0.   , 0.477], dtype=float32)
    """
    return jax.scipy.special.erfinv(tensor(x))


@op
def i0(x: Any) -> Any:
    """Modified Bessel function of the first kind, order 0.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.i0([0.0, 1.0])).round(3)
        array([1.   , 1.266], dtype=float32)
    """
    return jnp.i0(tensor(x))


@op
def sinc(x: Any) -> Any:
    """`sin(pi x) / (pi x)`, and 1 at 0.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sinc([0.0, 0.5])).round(3)
        array([1.   , 0.637], dtype=float32)
    """
    return jnp.sinc(tensor(x))


@op
def logaddexp(x1: Any, x2: Any) -> Any:
    """`log(exp(x1) + exp(x2))` without overflow.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logaddexp([1.0, 4.0], [3.0, 2.0])).round(3)
        array([3.127, 4.127], dtype=float32)
    """
    return jnp.logaddexp(tensor(x1), tensor(x2))


@op
def logaddexp2(x1: Any, x2: Any) -> Any:
    """`log2(2 ** x1 + 2 ** x2)` without overflow.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logaddexp2([1.0, 4.0], [3.0, 2.0])).round(3)
        array([3.322, 4.322], dtype=float32)
    """
    return jnp.logaddexp2(tensor(x1), tensor(x2))
