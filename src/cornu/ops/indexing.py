"""Elements by position: take, slice, scatter, sort, search, count."""

from collections.abc import Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.types import ShapeLike
from .making import ArrayLike, one_of, op, op_of, refuse_sparse, tensor

__all__ = [
    "argmax", "argmin", "argpartition", "argsort", "bincount", "digitize", "get_item", "in_top_k", "nanargmax",
    "nanargmin", "nonzero", "scatter", "scatter_update", "searchsorted", "segment_max", "segment_min", "segment_prod",
    "segment_sum", "select", "slice", "slice_update", "sort", "take", "take_along_axis", "top_k", "unique",
    "unravel_index", "where",
]  # fmt: skip


Reduction = Literal["add", "max", "min", "mul"] | None  # how to combine with what is there


@op
def get_item(x: Any, key: Any) -> Any:
    """`x[key]`.

    Args:
        x: array.
        key: integer, slice, array or tuple of these.

    Example:
        >>> import cornu
        >>> cornu.ops.get_item(cornu.ops.array([[1, 2], [3, 4]]), 1)
        Array([3, 4], dtype=int32)
    """
    return x[key]


@op_of(jnp.take)
def take(x: ArrayLike, indices: ArrayLike, axis: int | None = None) -> Any:
    """Elements by index; negative indices count from the end, and those beyond it give NaN.

    Args:
        x: array.
        indices: integers.
        axis: axis; None for the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.take([5, 6, 7], [0, -1])
        Array([5, 7], dtype=int32)
    """


@op_of(jnp.take_along_axis)
def take_along_axis(x: ArrayLike, indices: ArrayLike, axis: int | None = None) -> Any:
    """Elements by index along one axis, for every place of the others.

    Args:
        x: array.
        indices: integers, of the shape of `x` outside `axis`.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.take_along_axis([[5, 6], [7, 8]], [[1], [0]], axis=1)
        Array([[6],
               [7]], dtype=int32)
    """


@op
def where(condition: ArrayLike, x1: ArrayLike | None = None, x2: ArrayLike | None = None) -> Any:
    """`x1` where the condition is true, `x2` elsewhere.

    Args:
        condition: booleans.
        x1: values where true; without `x1` and `x2`, the indices of the true ones are given.
        x2: values where false.

    Example:
        >>> import cornu
        >>> cornu.ops.where([True, False], [1, 2], [3, 4])
        Array([1, 4], dtype=int32)
    """
    condition = tensor(condition)
    if x1 is None and x2 is None:
        return jnp.where(condition)
    return jnp.where(condition.astype(bool), tensor(x1), tensor(x2))


@op_of(jnp.select)
def select(condlist: Sequence[ArrayLike], choicelist: Sequence[ArrayLike], default: Any = 0) -> Any:
    """The choice of the first condition that is true.

    Args:
        condlist: list of boolean arrays.
        choicelist: list of arrays, one for each.
        default: value where none is true.

    Example:
        >>> import cornu
        >>> cornu.ops.select([[True, False]], [[1, 2]], 9)
        Array([1, 9], dtype=int32)
    """


@op
def slice(inputs: ArrayLike, start_indices: Any, shape: ShapeLike) -> Any:
    """A block of an array.

    Args:
        inputs: array.
        start_indices: where it begins, for each axis.
        shape: its sizes; -1 for all that is left.

    Example:
        >>> import cornu
        >>> cornu.ops.slice([1, 2, 3, 4], [1], [2])
        Array([2, 3], dtype=int32)
    """
    inputs = tensor(inputs)
    sizes = [inputs.shape[i] - start_indices[i] if size == -1 else size for i, size in enumerate(shape)]
    return jax.lax.dynamic_slice(inputs, tuple(start_indices), sizes)


@op
def slice_update(inputs: ArrayLike, start_indices: Any, updates: ArrayLike) -> Any:
    """An array with a block replaced.

    Args:
        inputs: array.
        start_indices: where the block begins, for each axis.
        updates: the block.

    Example:
        >>> import cornu
        >>> cornu.ops.slice_update([1, 2, 3, 4], [1], [8, 9])
        Array([1, 8, 9, 4], dtype=int32)
    """
    inputs = tensor(inputs)
    return jax.lax.dynamic_update_slice(inputs, tensor(updates).astype(inputs.dtype), tuple(start_indices))


@op
def scatter(indices: ArrayLike, values: ArrayLike, shape: ShapeLike) -> Any:
    """Zeros with values added at some places.

    Args:
        indices: integers `(..., number of axes indexed)`.
        values: what to add at each index.
        shape: tuple of sizes.

    Example:
        >>> import cornu
        >>> cornu.ops.scatter([[0], [2]], [1.0, 2.0], (4,))
        Array([1., 0., 2., 0.], dtype=float32)
    """
    values, indices = tensor(values), tensor(indices)
    return jnp.zeros(shape, values.dtype).at[tuple(jnp.moveaxis(indices, -1, 0))].add(values)


@op
def scatter_update(inputs: ArrayLike, indices: ArrayLike, updates: ArrayLike, reduction: Reduction = None) -> Any:
    """An array with some places replaced, or combined with what is there.

    Args:
        inputs: array.
        indices: integers `(..., number of axes indexed)`.
        updates: values, one for each index.
        reduction: None to replace, `"add"`, `"max"`, `"min"` or `"mul"` to combine.

    Raises:
        ValueError: an unknown `reduction`.

    Example:
        >>> import cornu
        >>> cornu.ops.scatter_update([1.0, 2.0, 3.0], [[1]], [9.0])
        Array([1., 9., 3.], dtype=float32)
    """
    place = tensor(inputs).at[tuple(jnp.moveaxis(tensor(indices), -1, 0))]
    methods = {None: place.set, "add": place.add, "max": place.max, "min": place.min, "mul": place.multiply}
    one_of(*methods, reduction=reduction)
    return methods[reduction](tensor(updates))  # type: ignore[operator]


@op_of(jnp.unravel_index)
def unravel_index(indices: ArrayLike, shape: ShapeLike) -> Any:
    """Flat indices as one index for each axis.

    Args:
        indices: integers.
        shape: tuple of sizes.

    Example:
        >>> import cornu
        >>> cornu.ops.unravel_index([3], (2, 2))
        (Array([1], dtype=int32), Array([1], dtype=int32))
    """


@op_of(jax.ops.segment_sum, sorted="indices_are_sorted")
def segment_sum(data: ArrayLike, segment_ids: ArrayLike, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Sum of the rows that belong to the same segment.

    Args:
        data: rows.
        segment_ids: integers, the segment of each row.
        num_segments: number of segments; None for the largest id plus 1.
        sorted: whether the ids grow.

    Example:
        >>> import cornu
        >>> cornu.ops.segment_sum([1.0, 2.0, 3.0], [0, 0, 1])
        Array([3., 3.], dtype=float32)
    """


@op_of(jax.ops.segment_max, sorted="indices_are_sorted")
def segment_max(data: ArrayLike, segment_ids: ArrayLike, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Largest element of the rows that belong to the same segment.

    Args:
        data: rows.
        segment_ids: integers, the segment of each row.
        num_segments: number of segments; None for the largest id plus 1.
        sorted: whether the ids grow.

    Example:
        >>> import cornu
        >>> cornu.ops.segment_max([1.0, 2.0, 3.0], [0, 0, 1])
        Array([2., 3.], dtype=float32)
    """


@op_of(jax.ops.segment_min, sorted="indices_are_sorted")
def segment_min(data: ArrayLike, segment_ids: ArrayLike, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Smallest element of the rows that belong to the same segment.

    Args:
        data: rows.
        segment_ids: integers, the segment of each row.
        num_segments: number of segments; None for the largest id plus 1.
        sorted: whether the ids grow.

    Example:
        >>> import cornu
        >>> cornu.ops.segment_min([1.0, 2.0, 3.0], [0, 0, 1])
        Array([1., 3.], dtype=float32)
    """


@op_of(jax.ops.segment_prod, sorted="indices_are_sorted")
def segment_prod(data: ArrayLike, segment_ids: ArrayLike, num_segments: int | None = None, sorted: bool = False) -> Any:
    """Product of the rows that belong to the same segment.

    Args:
        data: rows.
        segment_ids: integers, the segment of each row.
        num_segments: number of segments; None for the largest id plus 1.
        sorted: whether the ids grow.

    Example:
        >>> import cornu
        >>> cornu.ops.segment_prod([1.0, 2.0, 3.0], [0, 0, 1])
        Array([2., 3.], dtype=float32)
    """


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


@op_of(lambda x, axis: jnp.argsort(x, axis if x.ndim else None))
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
    fill_value: float | None = None,
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
        length = len(jnp.bincount(jnp.ravel(x), minlength=minlength))
        rows = [jnp.bincount(x[i], None if weights is None else weights[i], length=length) for i in range(x.shape[0])]
        return jnp.stack(rows)
    return jnp.bincount(x, weights, minlength)
