"""Outer: an optimizer that steps through others, whose state and learning rate are a part of its own."""

from collections.abc import Sequence
from typing import Any

from ..core.variable import Variable
from .optimizer import Optimizer


class Outer(Optimizer):
    """Base of optimizers that are made of others."""

    def inner(self) -> Sequence[Optimizer]:
        """The others."""
        raise NotImplementedError

    def leader(self) -> Optimizer:
        """The one whose learning rate counts as its own."""
        raise NotImplementedError

    @property
    def variables(self) -> list[Variable]:
        """Its own state, then that of the others."""
        return [*super().variables, *(v for optimizer in self.inner() for v in optimizer.variables)]

    @property  # type: ignore[misc]
    def learning_rate(self) -> Any:
        """The learning rate of the optimizer inside that leads."""
        return self.leader().learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if vars(self).get("_rate") is None:  # that of the constructor
            Optimizer.learning_rate.fset(self, value)  # type: ignore[attr-defined]
        else:
            self.leader().learning_rate = value
