"""Reductions that leave NaN out."""

from typing import Any

import jax.numpy as jnp

from ..core.op import op
from .tensors import tensor, to_axes


@op
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Sum over `axis`, NaN counted as 0.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nansum([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([4., 7.], dtype=float32)
    """
    return jnp.nansum(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Product over `axis`, NaN counted as 1.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanprod([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([ 3., 10.], dtype=float32)
    """
    return jnp.nanprod(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Mean over `axis` of all that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmean([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """
    return jnp.nanmean(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Variance over `axis` of all that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanvar([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1.  , 2.25], dtype=float32)
    """
    return jnp.nanvar(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Standard deviation over `axis` of all that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanstd([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1. , 1.5], dtype=float32)
    """
    return jnp.nanstd(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Largest element along `axis` that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmax([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([3., 5.], dtype=float32)
    """
    return jnp.nanmax(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Smallest element along `axis` that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmin([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([1., 2.], dtype=float32)
    """
    return jnp.nanmin(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Median along `axis` of all that is not NaN.

    Args:
        x: array.
        axis: axis, or a tuple of axes; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanmedian([[1.0, 2.0], [3.0, 5.0]], axis=0)
        Array([2. , 3.5], dtype=float32)
    """
    return jnp.nanmedian(tensor(x), axis=to_axes(axis), keepdims=keepdims)


@op
def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
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
    return jnp.nancumsum(tensor(x), axis=axis, dtype=dtype)


@op
def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
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
    return jnp.nancumprod(tensor(x), axis=axis, dtype=dtype)
