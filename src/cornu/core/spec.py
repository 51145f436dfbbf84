"""InputSpec: what a layer asks of its input, and the sentence it answers otherwise."""

from collections.abc import Sequence
from typing import Any


class InputSpec:
    """Rank, dtype and sizes that a layer expects.

    Args:
        dtype: name of the dtype, or None for any.
        shape: full shape, None where any size goes.
        ndim: exact rank, the batch included.
        max_ndim: largest rank.
        min_ndim: smallest rank.
        axes: axis to size, for axes whose size matters.
        allow_last_axis_squeeze: accepted for compatibility.
        name: name of the input.
        optional: whether None may be given.
    """

    def __init__(
        self,
        dtype: str | None = None,
        shape: tuple[int | None, ...] | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype, self.shape = dtype, None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional

    def check(self, shape: tuple[Any, ...], owner: str) -> None:
        """Raise `ValueError`, naming the layer, unless `shape` fits."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim:
            raise ValueError(_rank_message(owner, f"{self.ndim} dimensions", self.ndim, shape))
        if self.min_ndim is not None and rank < self.min_ndim:
            raise ValueError(_rank_message(owner, f"at least {self.min_ndim} dimensions", self.min_ndim, shape))
        if self.max_ndim is not None and rank > self.max_ndim:
            raise ValueError(_rank_message(owner, f"at most {self.max_ndim} dimensions", self.max_ndim, shape))
        for axis, size in (*self.axes.items(), *enumerate(self.shape or ())):
            if size is not None and shape[axis] is not None and shape[axis] != size:
                raise ValueError(
                    f"Layer {owner!r} expected size {size} on axis {axis} of its input, but received an input of "
                    f"shape {shown(shape)}. It was built for that size: feed inputs of that, or make a new layer."
                )


def _rank_message(owner: str, expected: str, rank: int, shape: tuple[Any, ...]) -> str:
    if len(shape) == rank - 1:
        fix = "A single axis is missing: for one sample add the batch with x[None], for one channel x[..., None]."
        if rank == 3 and shape[0] is None:
            fix += " A recurrent layer before this one needs return_sequences=True."
    elif len(shape) < rank:
        fix = "Add the missing axes, for instance with x[..., None] or a Reshape layer."
    else:
        fix = "Merge axes with a Flatten or Reshape layer, or drop them with GlobalAveragePooling."
    received = f"(the batch included), but received shape {shown(shape)}"
    return f"Layer {owner!r} expected an input of {expected} {received}. {fix}"


def shown(shape: tuple[Any, ...]) -> str:
    """A shape for messages: `(batch, 3)`."""
    return "(" + ", ".join("batch" if i == 0 and s is None else str(s) for i, s in enumerate(shape)) + ")"


def checked_sizes(shape: Sequence[Any]) -> tuple[Any, ...]:
    """A shape as a tuple.

    Args:
        shape: sizes, None where any size goes.

    Raises:
        ValueError: a size is neither None nor an integer from 0 on.
    """
    for size in shape:
        if size is not None and (isinstance(size, bool) or not hasattr(size, "__index__") or size < 0):
            raise ValueError(
                f"Sizes are non-negative integers, or None where any size goes. Received: {tuple(shape)!r}"
            )
    return tuple(shape)
