"""Quantiles, correlations and histograms."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from ..core.types import ArrayLike, Axis
from .checks import positive
from .declared import op_of
from .tensors import tensor

__all__ = ["corrcoef", "correlate", "histogram", "nanpercentile", "nanquantile", "percentile", "quantile"]


@op_of(jnp.quantile)
def quantile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
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
def nanquantile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
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
def percentile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
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
def nanpercentile(x: ArrayLike, q: ArrayLike, axis: Axis = None, method: str = "linear", keepdims: bool = False) -> Any:
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
def correlate(x1: ArrayLike, x2: ArrayLike, mode: str = "valid") -> Any:
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
def histogram(x: Any, bins: int = 10, range: Any = None) -> Any:
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
    counts, edges = jnp.histogram(x, bins=bins, range=range)
    return counts, edges
