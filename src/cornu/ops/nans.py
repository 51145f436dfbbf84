"""Reductions that leave NaN out."""

from typing import Any

import jax.numpy as jnp

from ..core.types import ArrayLike, Axis, DTypeLike
from .declared import op_of

__all__ = [
    "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanprod", "nanstd", "nansum", "nanvar",
]  # fmt: skip


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
