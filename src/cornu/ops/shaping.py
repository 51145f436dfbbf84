"""The same elements in another shape or order: reshape, transpose, join, split, repeat, pad."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core.op import op
from ..core.types import ArrayLike, Axis, ShapeLike, SizesLike
from .checks import distinct_axes, existing_axes
from .declared import op_of
from .tensors import tensor

__all__ = [
    "broadcast_to", "diag", "diagflat", "diagonal", "expand_dims", "flip", "fliplr", "flipud", "moveaxis", "ravel",
    "reshape", "roll", "rot90", "squeeze", "swapaxes", "trace", "transpose", "tril", "triu",
]  # fmt: skip


@op
def reshape(x: Any, newshape: int | ShapeLike) -> Any:
    """The same elements in another shape.

    Args:
        x: array.
        newshape: tuple of sizes; one may be -1 and follows from the others.

    Raises:
        ValueError: several sizes are -1.

    Example:
        >>> import cornu
        >>> cornu.ops.reshape([1, 2, 3, 4], (2, -1))
        Array([[1, 2],
               [3, 4]], dtype=int32)
    """
    if isinstance(newshape, list | tuple) and sum(isinstance(size, int) and size == -1 for size in newshape) > 1:
        raise ValueError(f"At most one size may be -1. Received: newshape={newshape!r}")
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
def roll(x: ArrayLike, shift: Any, axis: Axis = None) -> Any:
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


@op_of(jnp.diag)
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


@op_of(jnp.diagflat)
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
    x = tensor(x)
    distinct_axes(axis1, axis2, x.ndim)
    return jnp.diagonal(x, offset, axis1, axis2)


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
    x = tensor(x)
    distinct_axes(axis1, axis2, x.ndim)
    return jnp.trace(x, offset, axis1, axis2)


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
