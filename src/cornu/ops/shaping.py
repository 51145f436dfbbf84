"""The same elements in another shape or order: reshape, transpose, join, split, repeat, pad."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import core

from ..core.types import ShapeLike
from .making import ArrayLike, Axis, SizesLike, existing_axes, of_two_axes, op, op_of, tensor

__all__ = [
    "append", "array_split", "broadcast_to", "concatenate", "diag", "diagflat", "diagonal", "dsplit", "dstack",
    "expand_dims", "flip", "fliplr", "flipud", "hsplit", "hstack", "moveaxis", "pad", "ravel", "repeat", "reshape",
    "roll", "rot90", "split", "squeeze", "stack", "swapaxes", "tile", "trace", "transpose", "tril", "triu", "unstack",
    "vsplit", "vstack",
]  # fmt: skip


@op
def reshape(x: Any, newshape: int | ShapeLike) -> Any:
    """The same elements in another shape.

    Args:
        x: array.
        newshape: tuple of sizes; one may be -1, or None where it is not known, and follows from the others.

    Raises:
        ValueError: several sizes are -1.

    Example:
        >>> import cornu
        >>> cornu.ops.reshape([1, 2, 3, 4], (2, -1))
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """
    if isinstance(newshape, list | tuple):
        newshape = tuple(-1 if size is None else size for size in newshape)
        if sum(isinstance(size, int) and size == -1 for size in newshape) > 1:
            raise ValueError(f"At most one size may be -1 or None. Received: newshape={newshape!r}")
    return jnp.reshape(tensor(x), newshape)


@op_of(jnp.ravel)
def ravel(x: ArrayLike) -> Any:
    """All elements in a row.

    Example:
        >>> import cornu
        >>> cornu.ops.ravel([[1, 2], [3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """


@op
def transpose(x: ArrayLike, axes: Sequence[int] | None = None) -> Any:
    """Axes in another order.

    Args:
        x: array.
        axes: the old axis for every new one; None reverses them.

    Raises:
        ValueError: `axes` does not name each axis once.

    Example:
        >>> import cornu
        >>> cornu.ops.transpose([[1, 2], [3, 4]])
        Array([[1, 3],
               [2, 4]], dtype=int32)
    """
    x = tensor(x)
    if axes is not None and sorted(existing_axes(axes, x.ndim)) != [*range(x.ndim)]:
        raise ValueError(f"axes names each of the {x.ndim} axes of the array once. Received: axes={axes!r}")
    return jnp.transpose(x, axes)


@op_of(jnp.swapaxes)
def swapaxes(x: ArrayLike, axis1: int, axis2: int) -> Any:
    """Two axes exchanged.

    Args:
        x: array.
        axis1: first axis.
        axis2: second axis.

    Example:
        >>> import cornu
        >>> cornu.ops.swapaxes([[1, 2]], 0, 1)
        Array([[1],
               [2]], dtype=int32)
    """


@op_of(jnp.moveaxis)
def moveaxis(x: ArrayLike, source: SizesLike, destination: SizesLike) -> Any:
    """Axes moved to other places; the rest keep their order.

    Args:
        x: array.
        source: axis or axes to move.
        destination: where they go.

    Example:
        >>> import cornu
        >>> cornu.ops.moveaxis([[1, 2]], 0, 1)
        Array([[1],
               [2]], dtype=int32)
    """


@op_of(jnp.expand_dims)
def expand_dims(x: ArrayLike, axis: Axis) -> Any:
    """A new axis of size 1.

    Args:
        x: array.
        axis: its place in the result, or several.

    Example:
        >>> import cornu
        >>> cornu.ops.expand_dims([1, 2], 0)
        Array([[1, 2]], dtype=int32)
    """


@op_of(jnp.squeeze)
def squeeze(x: ArrayLike, axis: Axis = None) -> Any:
    """Axes of size 1 removed.

    Args:
        x: array.
        axis: axis or axes of size 1; None for all of them.

    Example:
        >>> import cornu
        >>> cornu.ops.squeeze([[1, 2]], 0)
        Array([1, 2], dtype=int32)
    """


@op_of(jnp.broadcast_to)
def broadcast_to(x: ArrayLike, shape: ShapeLike) -> Any:
    """Repeated along axes of size 1 until the shape fits.

    Args:
        x: array.
        shape: tuple of sizes.

    Example:
        >>> import cornu
        >>> cornu.ops.broadcast_to([1, 2], (2, 2))
        Array([[1, 2],
               [1, 2]], dtype=int32)
    """


@op_of(jnp.flip)
def flip(x: ArrayLike, axis: Axis = None) -> Any:
    """Reversed along an axis.

    Args:
        x: array.
        axis: axis or axes; None for all.

    Example:
        >>> import cornu
        >>> cornu.ops.flip([1, 2])
        Array([2, 1], dtype=int32)
    """


@op_of(jnp.fliplr)
def fliplr(x: ArrayLike) -> Any:
    """Reversed along the second axis.

    Example:
        >>> import cornu
        >>> cornu.ops.fliplr([[1, 2]])
        Array([[2, 1]], dtype=int32)
    """


@op_of(jnp.flipud)
def flipud(x: ArrayLike) -> Any:
    """Reversed along the first axis.

    Example:
        >>> import cornu
        >>> cornu.ops.flipud([[1], [2]])
        Array([[2],
               [1]], dtype=int32)
    """


@op_of(jnp.roll)
def roll(x: ArrayLike, shift: int | Sequence[int], axis: Axis = None) -> Any:
    """Moved along an axis; what leaves at the end enters at the beginning.

    Args:
        x: array.
        shift: by how many places.
        axis: axis or axes; None rolls the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.roll([1, 2, 3], 1)
        Array([3, 1, 2], dtype=int32)
    """


@op_of(jnp.rot90)
def rot90(array: ArrayLike, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """Turned by 90 degrees, `k` times.

    Args:
        array: array.
        k: number of turns.
        axes: the plane, turned from the first axis towards the second.

    Example:
        >>> import cornu
        >>> cornu.ops.rot90([[1, 2], [3, 4]])
        Array([[2, 4],
               [1, 3]], dtype=int32)
    """


@op
def diag(x: ArrayLike, k: int = 0) -> Any:
    """The diagonal of a matrix, or a matrix with a vector on its diagonal.

    Args:
        x: array.
        k: which diagonal; 0 is the main one, positive ones lie above it.

    Example:
        >>> import cornu
        >>> cornu.ops.diag([[1, 2], [3, 4]])
        Array([1, 4], dtype=int32)
    """
    x = tensor(x)
    return diagonal(x, k) if x.ndim == 2 else jnp.diag(x, k)


@op
def diagflat(x: ArrayLike, k: int = 0) -> Any:
    """A matrix with all elements of `x` on its diagonal.

    Args:
        x: array.
        k: which diagonal; 0 is the main one, positive ones lie above it.

    Example:
        >>> import cornu
        >>> cornu.ops.diagflat([1, 2])
        Array([[1, 0],
               [0, 2]], dtype=int32)
    """
    return jnp.diag(jnp.ravel(tensor(x)), k)


@op
def diagonal(x: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Diagonal over two axes.

    Args:
        x: array.
        offset: which diagonal; 0 is the main one.
        axis1: first axis.
        axis2: second axis.

    Raises:
        ValueError: both axes are one.

    Example:
        >>> import cornu
        >>> cornu.ops.diagonal([[1, 2], [3, 4]])
        Array([1, 4], dtype=int32)
    """
    x = jnp.moveaxis(of_two_axes(x, axis1, axis2), (axis1, axis2), (-2, -1))
    down, right = max(-offset, 0), max(offset, 0)
    # Sizes that are not known have a smaller one, too: neither of them is the length.
    place = jnp.arange(core.max_dim(core.min_dim(x.shape[-2] - down, x.shape[-1] - right), 0))
    return x[..., place + down, place + right]


@op
def trace(x: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Sum of a diagonal.

    Args:
        x: array.
        offset: which diagonal; 0 is the main one.
        axis1: first axis.
        axis2: second axis.

    Raises:
        ValueError: both axes are one.

    Example:
        >>> import cornu
        >>> cornu.ops.trace([[1, 2], [3, 4]])
        Array(5, dtype=int32)
    """
    return jnp.trace(of_two_axes(x, axis1, axis2), offset, axis1, axis2)


@op_of(jnp.tril)
def tril(x: ArrayLike, k: int = 0) -> Any:
    """Zeros above a diagonal.

    Args:
        x: array.
        k: which diagonal; 0 is the main one, positive ones lie above it.

    Example:
        >>> import cornu
        >>> cornu.ops.tril([[1, 2], [3, 4]])
        Array([[1, 0],
               [3, 4]], dtype=int32)
    """


@op_of(jnp.triu)
def triu(x: ArrayLike, k: int = 0) -> Any:
    """Zeros below a diagonal.

    Args:
        x: array.
        k: which diagonal; 0 is the main one, positive ones lie above it.

    Example:
        >>> import cornu
        >>> cornu.ops.triu([[1, 2], [3, 4]])
        Array([[1, 2],
               [0, 4]], dtype=int32)
    """


@op_of(jnp.concatenate)
def concatenate(xs: Sequence[ArrayLike], axis: int | None = 0) -> Any:
    """Arrays joined along an axis they have.

    Args:
        xs: sequence of arrays.
        axis: axis to join along.

    Example:
        >>> import cornu
        >>> cornu.ops.concatenate([[1, 2], [3]])
        Array([1, 2, 3], dtype=int32)
    """


@op_of(jnp.stack)
def stack(x: Sequence[ArrayLike], axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis.

    Args:
        x: sequence of arrays.
        axis: place of the new axis.

    Example:
        >>> import cornu
        >>> cornu.ops.stack([[1, 2], [3, 4]])
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """


@op
def unstack(x: ArrayLike, num: int | None = None, axis: int = 0) -> Any:
    """A list of the slices along an axis.

    Args:
        x: array.
        num: number of slices; accepted for compatibility.
        axis: axis to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.unstack([[1, 2], [3, 4]])
        [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """
    return [*jnp.unstack(tensor(x), axis=axis)]


@op_of(jnp.hstack)
def hstack(xs: Sequence[ArrayLike]) -> Any:
    """Arrays joined along the second axis, vectors along the first.

    Args:
        xs: sequence of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.hstack([[1, 2], [3, 4]])
        Array([1, 2, 3, 4], dtype=int32)
    """


@op_of(jnp.vstack)
def vstack(xs: Sequence[ArrayLike]) -> Any:
    """Arrays joined along the first axis, vectors as rows.

    Args:
        xs: sequence of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.vstack([[1, 2], [3, 4]])
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """


@op_of(jnp.dstack)
def dstack(xs: Sequence[ArrayLike]) -> Any:
    """Arrays joined along the third axis.

    Args:
        xs: sequence of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.dstack([[1, 2], [3, 4]])
        Array([[[1, 3],
                [2, 4]]], dtype=int32)
    """


@op_of(jnp.append)
def append(x1: ArrayLike, x2: ArrayLike, axis: int | None = None) -> Any:
    """`x2` behind `x1`.

    Args:
        x1: first array.
        x2: second array.
        axis: axis to join along; None flattens both.

    Example:
        >>> import cornu
        >>> cornu.ops.append([1, 2], [3])
        Array([1, 2, 3], dtype=int32)
    """


@op_of(jnp.split)
def split(x: ArrayLike, indices_or_sections: SizesLike, axis: int = 0) -> Any:
    """Cut along an axis.

    Args:
        x: array.
        indices_or_sections: number of equal parts, or the indices where to cut.
        axis: axis to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.split([1, 2, 3, 4], 2)
        [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """


@op_of(jnp.array_split)
def array_split(x: ArrayLike, indices_or_sections: SizesLike, axis: int = 0) -> Any:
    """Cut along an axis into parts that may differ by one in size.

    Args:
        x: array.
        indices_or_sections: number of equal parts, or the indices where to cut.
        axis: axis to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.array_split([1, 2, 3], 2)
        [Array([1, 2], dtype=int32), Array([3], dtype=int32)]
    """


@op_of(jnp.hsplit)
def hsplit(x: ArrayLike, indices_or_sections: SizesLike) -> Any:
    """Cut along the second axis, a vector along the first.

    Args:
        x: array.
        indices_or_sections: number of equal parts, or the indices where to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.hsplit([1, 2], 2)
        [Array([1], dtype=int32), Array([2], dtype=int32)]
    """


@op_of(jnp.vsplit)
def vsplit(x: ArrayLike, indices_or_sections: SizesLike) -> Any:
    """Cut along the first axis.

    Args:
        x: array.
        indices_or_sections: number of equal parts, or the indices where to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.vsplit([[1], [2]], 2)
        [Array([[1]], dtype=int32), Array([[2]], dtype=int32)]
    """


@op_of(jnp.dsplit)
def dsplit(x: ArrayLike, indices_or_sections: SizesLike) -> Any:
    """Cut along the third axis.

    Args:
        x: array.
        indices_or_sections: number of equal parts, or the indices where to cut.

    Example:
        >>> import cornu
        >>> cornu.ops.dsplit([[[1, 2]]], 2)
        [Array([[[1]]], dtype=int32), Array([[[2]]], dtype=int32)]
    """


@op
def repeat(x: ArrayLike, repeats: int | Sequence[int], axis: int | None = None) -> Any:
    """Each element several times, one after the other.

    Args:
        x: array.
        repeats: how often, for all or for each.
        axis: axis; None for all of the flattened array.

    Example:
        >>> import cornu
        >>> cornu.ops.repeat([1, 2], 2)
        Array([1, 1, 2, 2], dtype=int32)
    """
    return jnp.repeat(tensor(x), np.asarray(repeats) if isinstance(repeats, Sequence) else repeats, axis)


@op_of(jnp.tile, repeats="reps")
def tile(x: ArrayLike, repeats: SizesLike) -> Any:
    """The whole array several times along its axes.

    Args:
        x: array.
        repeats: how often, for each axis.

    Example:
        >>> import cornu
        >>> cornu.ops.tile([1, 2], 2)
        Array([1, 2, 1, 2], dtype=int32)
    """


@op
def pad(
    x: ArrayLike, pad_width: int | Sequence[Any], mode: str = "constant", constant_values: float | None = None
) -> Any:
    """Values added around an array.

    Args:
        x: array.
        pad_width: numbers of values `(before, after)`, for all axes or for each.
        mode: `"constant"`, `"reflect"`, `"symmetric"` or another mode of `numpy.pad`.
        constant_values: the value for `"constant"`; None for 0.

    Raises:
        ValueError: `constant_values` with another mode.

    Example:
        >>> import cornu
        >>> cornu.ops.pad([1, 2], (1, 1))
        Array([0, 1, 2, 0], dtype=int32)
    """
    if constant_values is not None and mode != "constant":
        raise ValueError(f"constant_values is for mode='constant' only. Received mode={mode!r}.")
    options = {"constant_values": constant_values or 0} if mode == "constant" else {}
    return jnp.pad(tensor(x), pad_width, mode, **options)
