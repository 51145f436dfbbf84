"""Elements by position: take, slice, scatter, sort, search."""

from collections.abc import Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp

from ..core.op import op
from ..core.types import ArrayLike, ShapeLike
from .declared import op_of
from .tensors import tensor

__all__ = [
    "get_item", "scatter", "scatter_update", "segment_max", "segment_min", "segment_prod", "segment_sum", "select",
    "slice", "slice_update", "take", "take_along_axis", "unravel_index", "where",
]  # fmt: skip


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
def where(condition: Any, x1: ArrayLike | None = None, x2: ArrayLike | None = None) -> Any:
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
def scatter_update(
    inputs: ArrayLike,
    indices: ArrayLike,
    updates: ArrayLike,
    reduction: Literal["add", "max", "min", "mul"] | None = None,
) -> Any:
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
    if reduction not in methods:
        raise ValueError(f"reduction is None, 'add', 'max', 'min' or 'mul'. Received: {reduction!r}")
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
