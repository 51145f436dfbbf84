"""Sorting, searching and counting."""

from typing import Any, Literal

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.op import op
from ..core.types import ArrayLike
from .declared import op_of
from .tensors import refuse_sparse, tensor

__all__ = [
    "argmax", "argmin", "argpartition", "argsort", "bincount", "digitize", "in_top_k", "nanargmax", "nanargmin",
    "nonzero", "searchsorted", "sort", "top_k", "unique",
]  # fmt: skip


@op_of(jnp.nonzero)
def nonzero(x: ArrayLike) -> Any:
    """Indices of the elements that are not 0, one array for each axis.

    Example:
        >>> import cornu
        >>> cornu.ops.nonzero([0, 3, 4])
        (Array([1, 2], dtype=int32),)
    """


@op_of(jnp.argmax)
def argmax(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Any:
    """Index of the largest element along `axis`; the first of equal ones.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.argmax([1.0, 3.0, 2.0])
        Array(1, dtype=int32)
    """


@op_of(jnp.nanargmax)
def nanargmax(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Any:
    """Index of the largest element along `axis` that is not NaN; -1 where all are.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanargmax([1.0, float("nan"), 2.0])
        Array(2, dtype=int32)
    """


@op_of(jnp.argmin)
def argmin(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Any:
    """Index of the smallest element along `axis`; the first of equal ones.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.argmin([1.0, 3.0, 2.0])
        Array(0, dtype=int32)
    """


@op_of(jnp.nanargmin)
def nanargmin(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Any:
    """Index of the smallest element along `axis` that is not NaN; -1 where all are.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.nanargmin([1.0, float("nan"), 2.0])
        Array(0, dtype=int32)
    """


@op_of(jnp.sort)
def sort(x: ArrayLike, axis: int | None = -1) -> Any:
    """Sorted upward along an axis.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.sort([3, 1, 2])
        Array([1, 2, 3], dtype=int32)
    """


@op
def argsort(x: ArrayLike, axis: int | None = -1) -> Any:
    """The indices that would sort along an axis.

    Args:
        x: array.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.argsort([3, 1, 2])
        Array([1, 2, 0], dtype=int32)
    """
    x = tensor(x)
    return jnp.argsort(x, axis=axis if x.ndim else None)


@op
def argpartition(x: ArrayLike, kth: int, axis: int | None = -1) -> Any:
    """Indices that put the `kth` smallest element in its place, smaller ones before and larger ones behind it.

    Args:
        x: array.
        kth: place in the sorted order.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.argpartition([3, 1, 2], 0)
        Array([1, 0, 2], dtype=int32)
    """
    x, axis = (jnp.ravel(tensor(x)), 0) if axis is None else (tensor(x), axis)
    return jnp.argpartition(x, kth, axis).astype("int32")


@op
def top_k(x: ArrayLike, k: int, sorted: bool = True) -> Any:
    """The `k` largest elements of the last axis, and their indices.

    Args:
        x: array.
        k: how many.
        sorted: accepted for compatibility; they are sorted downward.

    Example:
        >>> import cornu
        >>> cornu.ops.top_k([3, 1, 2], 2)
        (Array([3, 2], dtype=int32), Array([0, 2], dtype=int32))
    """
    return tuple(jax.lax.top_k(tensor(x), k))


@op
def in_top_k(targets: ArrayLike, predictions: ArrayLike, k: int) -> Any:
    """Whether each target is among the `k` largest predictions of its row.

    Args:
        targets: class indices `(batch,)`.
        predictions: scores `(batch, classes)`.
        k: how many count.

    Raises:
        ValueError: targets are no integers, or not one for each row.

    Example:
        >>> import cornu
        >>> cornu.ops.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1)
        Array([ True, False], dtype=bool)
    """
    targets, predictions = tensor(targets), tensor(predictions)
    if targets.shape != predictions.shape[:-1] or not predictions.ndim or dtypes.is_float(targets.dtype):
        raise ValueError(
            "in_top_k expects integer targets (batch,) and predictions (batch, classes). Received targets of shape "
            f"{targets.shape} and dtype {targets.dtype}, and predictions of shape {predictions.shape}."
        )
    score = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    score = jnp.where(jnp.isnan(score), -jnp.inf, score)
    return jnp.sum(predictions > score, axis=-1) < k


@op
def searchsorted(sorted_sequence: ArrayLike, values: ArrayLike, side: Literal["left", "right"] = "left") -> Any:
    """Where values would go into a sorted vector.

    Args:
        sorted_sequence: vector, sorted upward.
        values: values to place.
        side: `"left"` to go before equal values, `"right"` to go behind them.

    Raises:
        ValueError: `sorted_sequence` is not a vector.

    Example:
        >>> import cornu
        >>> cornu.ops.searchsorted([1, 3, 5], [3, 4])
        Array([1, 2], dtype=int32)
    """
    sorted_sequence, values = tensor(sorted_sequence), tensor(values)
    if sorted_sequence.ndim != 1:
        raise ValueError(f"sorted_sequence is a vector. Received shape {sorted_sequence.shape}.")
    return jnp.searchsorted(sorted_sequence, values, side=side)


@op
def digitize(x: ArrayLike, bins: ArrayLike) -> Any:
    """Index of the bin that each value falls into.

    Args:
        x: array.
        bins: the edges, in order.

    Example:
        >>> import cornu
        >>> cornu.ops.digitize([0.5, 2.5], [1.0, 2.0])
        Array([0, 2], dtype=int32)
    """
    return jnp.digitize(tensor(x), tensor(bins)).astype("int32")


@op
def unique(
    x: ArrayLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements, sorted; every NaN is different from all others.

    Args:
        x: array.
        sorted: accepted for compatibility; they are sorted.
        return_index: whether to give where each occurs first.
        return_inverse: whether to give the indices that rebuild `x`.
        return_counts: whether to give how often each occurs.
        axis: axis whose slices are compared; None for single elements.
        size: number of results; needed inside compiled functions.
        fill_value: value for results beyond the last.

    Example:
        >>> import cornu
        >>> cornu.ops.unique([3, 1, 3])
        Array([1, 3], dtype=int32)
    """
    also = (return_index, return_inverse, return_counts)
    return jnp.unique(tensor(x), *also, axis=axis, equal_nan=False, size=size, fill_value=fill_value)


@op
def bincount(x: ArrayLike, weights: ArrayLike | None = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each integer from 0 on occurs.

    Args:
        x: integers, a vector or the rows of a matrix.
        weights: what each one counts; None for 1.
        minlength: smallest number of results.
        sparse: accepted for compatibility; results are dense.

    Example:
        >>> import cornu
        >>> cornu.ops.bincount([0, 2, 2])
        Array([1, 0, 2], dtype=int32)
    """
    refuse_sparse(sparse)
    x, weights = tensor(x), None if weights is None else tensor(weights)
    if x.ndim == 2:
        length = max(minlength, int(jnp.max(x)) + 1) if not isinstance(x, jax.core.Tracer) else minlength
        rows = [jnp.bincount(x[i], None if weights is None else weights[i], length=length) for i in range(x.shape[0])]
        return jnp.stack(rows)
    return jnp.bincount(x, weights, minlength)
