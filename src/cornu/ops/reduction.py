"""Reductions along axes and running sums, the same of all that is not NaN, and statistics."""

from collections.abc import Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp

from .making import ArrayLike, Axis, DTypeLike, op, op_of, positive, tensor, to_axes

__all__ = [
    "all", "amax", "amin", "any", "average", "corrcoef", "correlate", "count_nonzero", "cumprod", "cumsum", "diff",
    "histogram", "logsumexp", "max", "mean", "median", "min", "nancumprod", "nancumsum", "nanmax", "nanmean",
    "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "percentile",
    "prod", "ptp", "quantile", "std", "sum", "trapezoid", "var",
]  # fmt: skip

Method = Literal["linear", "lower", "higher", "midpoint", "nearest"]  # how to choose between two neighbours


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
def max(x: ArrayLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None) -> Any:
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
def min(x: ArrayLike, axis: Axis = None, keepdims: bool = False, initial: float | None = None) -> Any:
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
def count_nonzero(x: ArrayLike, axis: Axis = None) -> Any:
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


@op_of(jnp.average)
def average(x: ArrayLike, axis: Axis = None, weights: ArrayLike | None = None) -> Any:
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


@op_of(jnp.trapezoid)
def trapezoid(y: ArrayLike, x: ArrayLike | None = None, dx: float = 1.0, axis: int = -1) -> Any:
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


@op_of(jnp.nansum)
def nansum(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Sum over `axis`, NaN counted as 0.

    Example:
        >>> import cornu
        >>> cornu.ops.nansum([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([4., 7.], dtype=float32)
    """


@op_of(jnp.nanprod)
def nanprod(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Product over `axis`, NaN counted as 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanprod([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ 3., 10.], dtype=float32)
    """


@op_of(jnp.nanmean)
def nanmean(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Mean over `axis` of all that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmean([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """


@op_of(jnp.nanvar)
def nanvar(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Variance over `axis` of all that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanvar([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1.  , 2.25], dtype=float32)
    """


@op_of(jnp.nanstd)
def nanstd(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Standard deviation over `axis` of all that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanstd([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1. , 1.5], dtype=float32)
    """


@op_of(jnp.nanmax)
def nanmax(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Largest element along `axis` that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmax([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([3., 5.], dtype=float32)
    """


@op_of(jnp.nanmin)
def nanmin(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis` that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmin([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1., 2.], dtype=float32)
    """


@op_of(jnp.nanmedian)
def nanmedian(x: ArrayLike, axis: Axis = None, keepdims: bool = False) -> Any:
    """Median along `axis` of all that is not NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmedian([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """


@op_of(jnp.nancumsum)
def nancumsum(x: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> Any:
    """Running sum, NaN counted as 0, along `axis`.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.nancumsum([1.0, 2.0, 3.0])
        Array([1., 3., 6.], dtype=float32)
    """


@op_of(jnp.nancumprod)
def nancumprod(x: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> Any:
    """Running product, NaN counted as 1, along `axis`.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.nancumprod([1.0, 2.0, 3.0])
        Array([1., 2., 6.], dtype=float32)
    """


@op_of(jnp.quantile)
def quantile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: Method = "linear", keepdims: bool = False) -> Any:
    """Quantiles, along `axis`.

    Args:
        x: array.
        q: probability in [0, 1], or several.
        axis: axis, or a tuple of axes; None for all.
        method: how to choose between two neighbours: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.quantile([1.0, 2.0, 4.0], 0.5)
        Array(2., dtype=float32)
    """


@op_of(jnp.nanquantile)
def nanquantile(
    x: ArrayLike, q: ArrayLike, axis: Axis = None, method: Method = "linear", keepdims: bool = False
) -> Any:
    """Quantiles of all that is not NaN, along `axis`.

    Args:
        x: array.
        q: probability in [0, 1], or several.
        axis: axis, or a tuple of axes; None for all.
        method: how to choose between two neighbours: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanquantile([1.0, 2.0, 4.0], 0.5)
        Array(2., dtype=float32)
    """


@op_of(jnp.percentile)
def percentile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: Method = "linear", keepdims: bool = False) -> Any:
    """Percentiles, along `axis`.

    Args:
        x: array.
        q: per cent in [0, 100], or several.
        axis: axis, or a tuple of axes; None for all.
        method: how to choose between two neighbours: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.percentile([1.0, 2.0, 4.0], 50.0)
        Array(2., dtype=float32)
    """


@op_of(jnp.nanpercentile)
def nanpercentile(
    x: ArrayLike, q: ArrayLike, axis: Axis = None, method: Method = "linear", keepdims: bool = False
) -> Any:
    """Percentiles of all that is not NaN, along `axis`.

    Args:
        x: array.
        q: per cent in [0, 100], or several.
        axis: axis, or a tuple of axes; None for all.
        method: how to choose between two neighbours: `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or
            `"nearest"`.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanpercentile([1.0, 2.0, 4.0], 50.0)
        Array(2., dtype=float32)
    """


@op_of(jnp.corrcoef)
def corrcoef(x: ArrayLike) -> Any:
    """Correlation coefficients between the rows.

    Example:
        >>> import cornu
        >>> cornu.ops.corrcoef([[1.0, 2.0], [2.0, 1.0]])
        Array([[ 0.99999994, -0.99999994],
               [-0.99999994,  0.99999994]], dtype=float32)
    """


@op_of(jnp.correlate)
def correlate(x1: ArrayLike, x2: ArrayLike, mode: Literal["valid", "same", "full"] = "valid") -> Any:
    """Cross-correlation of two vectors, `c[k] = sum_n x1[n + k] * x2[n]`.

    Args:
        x1: vector.
        x2: vector.
        mode: `"valid"`, `"same"` or `"full"`.

    Example:
        >>> import cornu
        >>> cornu.ops.correlate([1.0, 2.0, 3.0], [1.0, 1.0])
        Array([3., 5.], dtype=float32)
    """


@op
def histogram(x: ArrayLike, bins: int = 10, range: Sequence[float] | None = None) -> Any:
    """How many elements fall into each bin, and the edges of the bins.

    Args:
        x: array.
        bins: number of bins.
        range: smallest and largest edge; None for those of `x`.

    Raises:
        ValueError: `bins` is no positive integer, or `range` is empty.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.histogram([1.0, 2.0, 2.0], bins=2)]
        [[1.0, 2.0], [1.0, 1.5, 2.0]]
    """
    x = tensor(x)
    positive(bins=bins)
    if range is not None and not range[0] < range[1]:
        raise ValueError(f"range is a pair, the smaller edge first. Received: range={range!r}")
    return jnp.histogram(x, bins=bins, range=range)
