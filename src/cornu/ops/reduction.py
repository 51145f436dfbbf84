"""Reductions over axes: sums, means, extremes, and running sums."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.op import op
from ..core.types import ArrayLike, Axis, DTypeLike
from .declared import op_of
from .tensors import tensor, to_axes

__all__ = [
    "all", "amax", "amin", "any", "average", "count_nonzero", "cumprod", "cumsum", "diff", "logsumexp", "max", "mean",
    "median", "min", "prod", "ptp", "std", "sum", "trapezoid", "var",
]  # fmt: skip


@op_of(jnp.sum)
def sum(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Sum over `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.sum([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([4., 7.], dtype=float32)
    """


@op_of(jnp.mean)
def mean(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean over `axis`; integers give floats.

    Example:
        >>> import cornu
        >>> cornu.ops.mean([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """


@op_of(jnp.var)
def var(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Variance over `axis`, the mean of `(x - mean)**2`.

    Example:
        >>> import cornu
        >>> cornu.ops.var([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1.  , 2.25], dtype=float32)
    """


@op_of(jnp.std)
def std(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Standard deviation over `axis`, the square root of the variance.

    Example:
        >>> import cornu
        >>> cornu.ops.std([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1. , 1.5], dtype=float32)
    """


@op_of(jnp.any)
def any(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether any element along `axis` is true.

    Example:
        >>> import cornu
        >>> cornu.ops.any([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ True,  True], dtype=bool)
    """


@op_of(jnp.all)
def all(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether all elements along `axis` are true.

    Example:
        >>> import cornu
        >>> cornu.ops.all([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ True,  True], dtype=bool)
    """


@op_of(jnp.amax)
def amax(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Largest element along `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.amax([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([3., 5.], dtype=float32)
    """


@op_of(jnp.amin)
def amin(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.amin([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.median)
def median(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Median along `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.median([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """


@op_of(jnp.ptp)
def ptp(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Largest minus smallest element along `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.ptp([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2., 3.], dtype=float32)
    """


@op_of(jnp.max)
def max(x: ArrayLike, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
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


@op_of(jnp.min)
def min(x: ArrayLike, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
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


@op_of(jnp.prod)
def prod(x: ArrayLike, axis: Axis = None, keepdims: bool = False, dtype: DTypeLike = None) -> Any:
    """Product over `axis`.

    Example:
        >>> import cornu
        >>> cornu.ops.prod([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ 3., 10.], dtype=float32)
    """


@op_of(jax.scipy.special.logsumexp)
def logsumexp(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """`log(sum(exp(x)))` over `axis`, without overflow.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logsumexp([1.0, 2.0])).round(3)
        np.float32(2.313)
    """


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


@op_of(jnp.cumsum)
def cumsum(x: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> Any:
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


@op_of(jnp.cumprod)
def cumprod(x: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> Any:
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


@op_of(jnp.diff)
def diff(a: ArrayLike, n: int = 1, axis: int = -1) -> Any:
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
