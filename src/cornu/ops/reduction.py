"""Reductions over axes: sums, means, extremes, and running sums."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor, to_axes


@op
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum over `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.sum([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([4., 7.], dtype=float32)
    """
    return jnp.sum(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Mean over `axis`; integers give floats.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.mean([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """
    return jnp.mean(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Variance over `axis`, the mean of `(x - mean)**2`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.var([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1.  , 2.25], dtype=float32)
    """
    return jnp.var(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Standard deviation over `axis`, the square root of the variance.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.std([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1. , 1.5], dtype=float32)
    """
    return jnp.std(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether any element along `axis` is true.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.any([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ True,  True], dtype=bool)
    """
    return jnp.any(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements along `axis` are true.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.all([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ True,  True], dtype=bool)
    """
    return jnp.all(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Largest element along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.amax([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([3., 5.], dtype=float32)
    """
    return jnp.amax(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.amin([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1., 2.], dtype=float32)
    """
    return jnp.amin(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Median along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.median([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """
    return jnp.median(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Largest minus smallest element along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.ptp([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2., 3.], dtype=float32)
    """
    return jnp.ptp(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Largest element along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        initial: value to begin with; needed for empty arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.max([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([3., 5.], dtype=float32)
    """
    return jnp.max(tensor(x), axis=to_axes(axis), keepdims=keepdims, initial=initial)


@op
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
    """Smallest element along `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        initial: value to begin with; needed for empty arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.min([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1., 2.], dtype=float32)
    """
    return jnp.min(tensor(x), axis=to_axes(axis), keepdims=keepdims, initial=initial)


@op
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """Product over `axis`.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.prod([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ 3., 10.], dtype=float32)
    """
    return jnp.prod(tensor(x), axis=to_axes(axis), keepdims=keepdims, dtype=dtype)


@op
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`log(sum(exp(x)))` over `axis`, without overflow.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logsumexp([1.0, 2.0])).round(3)
        np.float32(2.313)
    """
    return jax.scipy.special.logsumexp(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many elements along `axis` are not 0.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.

    Example:
        >>> import cornu
        >>> cornu.ops.count_nonzero([1.0, 0.0, 2.0])
        Array(2, dtype=int32)
    """
    return jnp.count_nonzero(tensor(x), axis=to_axes(axis)).astype("int32")


@op
def average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    """Weighted mean, `sum(x * weights) / sum(weights)`.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        weights: array of the shape of `x`, or of its size along `axis`; None for equal ones.

    Example:
        >>> import cornu
        >>> cornu.ops.average([1.0, 4.0], weights=[3.0, 1.0])
        Array(1.75, dtype=float32)
    """
    return jnp.average(tensor(x), axis=to_axes(axis), weights=None if weights is None else tensor(weights))


@op
def cumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sum along `axis`.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.cumsum([1.0, 2.0, 3.0])
        Array([1., 3., 6.], dtype=float32)
    """
    return jnp.cumsum(tensor(x), axis=axis, dtype=dtype)


@op
def cumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running product along `axis`.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.cumprod([1.0, 2.0, 3.0])
        Array([1., 2., 6.], dtype=float32)
    """
    return jnp.cumprod(tensor(x), axis=axis, dtype=dtype)


@op
def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Differences of neighbours along `axis`, `n` times.

    Args:
        a: array.
        n: how often to take differences.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.diff([1.0, 3.0, 6.0])
        Array([2., 3.], dtype=float32)
    """
    return jnp.diff(tensor(a), n=n, axis=axis)


@op
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """Integral along `axis` by the trapezoidal rule.

    Args:
        y: values of the integrand.
        x: places of the values; None for equal distances.
        dx: distance if `x` is None.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.trapezoid([1.0, 2.0, 3.0])
        Array(4., dtype=float32)
    """
    return jnp.trapezoid(tensor(y), None if x is None else tensor(x), dx=dx, axis=axis)
