"""Dropout inside recurrent cells: one mask for all steps of a sequence."""

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from ... import ops
from ...core import parts
from ...core.seeds import SeedGenerator
from ...ops.random import dropout
from .. import checks
from ..layer import Layer

_held: ContextVar[Mapping[int, Any]] = ContextVar(
    "held_masks", default=MappingProxyType({})
)  # by cell, while a sequence is read


class DropoutCell(Layer):
    """A cell that drops inputs with rate `dropout` and its own state with `recurrent_dropout`.

    The masks stay the same from step to step. With recurrent dropout (or `implementation=1`) every gate has masks
    of its own.

    Source: Gal and Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent Neural Networks, 2016.
    """

    gates = 1
    units: int
    dropout: float
    recurrent_dropout: float
    seed: int | None

    def __init__(self, implementation: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "units")
        checks.between(self, "dropout", 0, 1)
        checks.between(self, "recurrent_dropout", 0, 1)
        self.masks_per_gate = self.gates > 1 and (implementation == 1 or self.recurrent_dropout > 0)
        self.seed_generator = SeedGenerator(self.seed)
        self.state_size: Any = self.units
        self.output_size = self.units

    def add_kernels(self, features: int) -> None:
        """Make the matrix for the inputs and the one for the state."""
        columns = self.gates * self.units
        self.kernel = self.add_weight((features, columns), name="kernel")
        self.recurrent_kernel = self.add_weight(
            (self.units, columns),
            self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            name="recurrent_kernel",
        )

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros, an array of shape (batch, units) for each state."""
        count = len(self.state_size) if isinstance(self.state_size, list) else 1
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(count)]

    def masks(self, batch_size: int, training: bool) -> tuple[Any, Any]:
        """Masks for inputs and state: lists of one, or of one per gate; None where nothing is dropped."""
        if not training:
            return None, None
        return _held.get().get(id(self)) or self._draw(batch_size)

    def _draw(self, batch_size: int) -> tuple[Any, Any]:
        def draw(rate: float, size: int) -> list[Any] | None:
            ones = ops.ones((batch_size, size), dtype=self.compute_dtype)
            count = self.gates if self.masks_per_gate else 1
            return [dropout(ones, rate, seed=self.seed_generator) for _ in range(count)] if rate else None

        return draw(self.dropout, self.kernel.shape[0]), draw(self.recurrent_dropout, self.units)


@contextlib.contextmanager
def masks_of_sequence(cell: Any, batch_size: int) -> Iterator[None]:
    """Inside the `with` block every cell in `cell`, at any depth, sees the same masks at all steps."""
    cells = [part for _, part in parts.walk(cell) if isinstance(part, DropoutCell)] if hasattr(cell, "__dict__") else []
    token = _held.set({**_held.get(), **{id(inner): inner._draw(batch_size) for inner in cells}})
    try:
        yield
    finally:
        _held.reset(token)


def product(x: Any, kernel: Any, masks: Any) -> Any:
    """`x @ kernel`, where the columns of each gate see `x` through that gate's dropout mask.

    Args:
        x: array of shape (batch, size).
        kernel: matrix of shape (size, gates * units).
        masks: None, or a list of one mask for all columns, or of one for each gate.
    """
    if masks is None:
        return ops.matmul(x, kernel)
    columns = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([ops.matmul(x * mask, k) for mask, k in zip(masks, columns, strict=True)], axis=-1)
