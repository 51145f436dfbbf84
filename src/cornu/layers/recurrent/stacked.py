"""StackedRNNCells: several cells, one on top of the other, as a single cell."""

from collections.abc import Sequence
from typing import Any

import jax

from ... import ops
from ...core.arguments import Declared
from ..layer import Layer

__all__ = ["StackedRNNCells"]


class StackedRNNCells(Declared, Layer):
    """A stack of cells as one cell: each takes the output of the one below.

    Args:
        cells: list of cells, the first one takes the inputs.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Raises:
        ValueError: a cell has no `call` or no `state_size`.

    Example:
        >>> import cornu
        >>> import numpy as np
        >>> cells = [cornu.layers.LSTMCell(8), cornu.layers.GRUCell(4)]
        >>> cornu.layers.RNN(cornu.layers.StackedRNNCells(cells))(np.zeros((2, 5, 3))).shape
        (2, 4)
    """

    cells: Sequence[Any]

    def _complete(self) -> None:
        self.cells = list(self.cells)
        for cell in self.cells:
            check_cell(cell)

    @property
    def state_size(self) -> list[Any]:
        """For each cell its state size."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """Size of the last cell's output."""
        return output_size(self.cells[-1])

    def build(self, input_shape: Any) -> None:
        """Build the cells from the bottom up."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], *getattr(cell, "state_sizes", [output_size(cell)]))

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """One step of all cells.

        Args:
            inputs: array of shape (batch, features).
            states: for each cell its states.
            training: whether dropout is active.
        """
        after = []
        for cell, own in zip(self.cells, states, strict=True):
            inputs, new = call_cell(cell, inputs, own if isinstance(own, list | tuple) else [own])
            after.append(jax.tree.unflatten(jax.tree.structure(own), jax.tree.leaves(new)))
        return inputs, after

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """For each cell its initial states."""
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]


def check_cell(cell: Any) -> None:
    """Raise `ValueError` unless the object can serve as a cell."""
    for needed, what in (("call", "method"), ("state_size", "attribute")):
        if not hasattr(cell, needed):
            raise ValueError(
                f"A recurrent cell has a `call(inputs, states)` method and a `state_size` (an integer, or a list of "
                f"integers, one for each state). {cell!r} has no {needed!r} {what}."
            )


def call_cell(cell: Any, inputs: Any, states: Any) -> tuple[Any, Any]:
    """One step of a cell, which may be a layer or any object with `call`."""
    return cell(inputs, states) if callable(cell) else cell.call(inputs, states)


def output_size(cell: Any) -> int:
    """Size of a cell's output: `output_size`, or else that of its first state."""
    size = getattr(cell, "output_size", None)
    return int(jax.tree.leaves(cell.state_size)[0] if size is None else size)


def initial_state(cell: Any, batch_size: int | None, dtype: str) -> Any:
    """What the cell begins with: its `get_initial_state`, or zeros of its `state_size`."""
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(batch_size=batch_size)
    return jax.tree.map(lambda size: ops.zeros((batch_size, size), dtype=dtype), cell.state_size)
