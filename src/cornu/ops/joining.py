"""Arrays joined, cut, repeated and extended."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core.op import op
from ..core.types import ArrayLike, SizesLike
from .declared import op_of
from .tensors import tensor

__all__ = [
    "append", "array_split", "concatenate", "dsplit", "dstack", "hsplit", "hstack", "pad", "repeat", "split", "stack",
    "tile", "unstack", "vsplit", "vstack",
]  # fmt: skip


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


@op
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
    return [*jnp.split(tensor(x), cuts(indices_or_sections), axis)]


@op
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
    return [*jnp.array_split(tensor(x), cuts(indices_or_sections), axis)]


@op
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
    return [*jnp.hsplit(tensor(x), cuts(indices_or_sections))]


@op
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
    return [*jnp.vsplit(tensor(x), cuts(indices_or_sections))]


@op
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
    return [*jnp.dsplit(tensor(x), cuts(indices_or_sections))]


@op
def repeat(x: ArrayLike, repeats: Any, axis: int | None = None) -> Any:
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
    return jnp.repeat(tensor(x), np.asarray(repeats) if isinstance(repeats, list | tuple) else repeats, axis)


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
def pad(x: ArrayLike, pad_width: int | Sequence[Any], mode: str = "constant", constant_values: Any = None) -> Any:
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


def cuts(indices_or_sections: Any) -> Any:
    """Where to cut, as `jax.numpy` takes it: an integer or a tuple."""
    return indices_or_sections if isinstance(indices_or_sections, int) else tuple(indices_or_sections)
