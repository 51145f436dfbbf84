"""The base of metrics: a summary that is updated batch by batch."""

import weakref
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..core import names, state
from ..core.arguments import default
from ..core.lookup import Table
from ..core.parts import Part, all_variables
from ..core.types import ArrayLike, DTypeLike, InitializerLike
from ..core.variable import Variable
from ..losses.loss import Named

__all__ = ["Metric", "deserialize", "get", "serialize"]


class Metric(Named, Part, kw_only=True):
    """Base of metrics: Variables, `update_state` that adds a batch to them, and `result`.

    Args:
        dtype: dtype of the result, by default `floatx`.
        name: its name; by default the class's in snake case.

    Example:
        >>> import cornu
        >>> class Positives(cornu.metrics.Metric):
        ...     def __init__(self, name="positives", **kwargs):
        ...         super().__init__(name=name, **kwargs)
        ...         self.total = self.add_variable((), "zeros", name="total")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.total.assign_add(cornu.ops.sum(cornu.ops.greater(y_pred, 0.5)))
        ...     def result(self):
        ...         return self.total.value
        >>> float(Positives()([0, 1], [0.9, 0.1]))
        1.0
    """

    dtype = default(None, here=True)
    _direction: ClassVar[str | None] = None  # "up" if larger is better, "down" if smaller is

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: InitializerLike = None,
        dtype: DTypeLike = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a Variable of the metric's state.

        Args:
            shape: tuple of sizes.
            initializer: name, function or array; by default zeros.
            dtype: dtype, by default `floatx`.
            aggregation: accepted for compatibility.
            name: its name.
        """
        with names.name_scope(self.name.replace("/", ">")):
            initial = np.zeros if initializer is None else initializer
            variable = Variable(initial, shape, dtype, trainable=False, aggregation=aggregation, name=name)
        self._made.append(weakref.ref(variable))
        return variable

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: InitializerLike = None,
        dtype: DTypeLike = None,
        name: str | None = None,
    ) -> Variable:
        """Another name of `add_variable`.

        Args:
            shape: tuple of sizes.
            initializer: name, function or array; by default zeros.
            dtype: dtype, by default `floatx`.
            name: its name.
        """
        return self.add_variable(shape, initializer, dtype, name=name)

    def add_up(self, dtype: DTypeLike, **totals: Any) -> None:
        """Add to Variables of the state, by their names; those that there are not yet are made.

        Args:
            dtype: dtype of those.
            **totals: arrays.
        """
        for name, total in totals.items():
            if not hasattr(self, name):
                setattr(self, name, self.add_variable(total.shape, dtype=dtype, name=name))
            getattr(self, name).assign_add(total)

    @property
    def variables(self) -> list[Variable]:
        """The state: its own Variables in the order they were made, then those of metrics inside."""
        return all_variables(self)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch to the state; a subclass writes it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update_state(self, ...).")

    def result(self) -> Any:
        """The value for all batches since the last reset; a subclass writes it."""
        raise NotImplementedError(f"{type(self).__name__} needs a method result(self).")

    def reset_state(self) -> None:
        """Set the state back to zero."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Another name of `reset_state`."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`update_state`, then `result`."""
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables: Sequence[ArrayLike], *args: Any, **kwargs: Any) -> list[Any]:
        """New values of `variables` after a batch, from their values before.

        Args:
            metric_variables: values of `variables`.
            *args: what `update_state` takes.
            **kwargs: what `update_state` takes.
        """
        return state.pure(self.update_state, self.variables)(metric_variables, *args, **kwargs)[1]

    def stateless_result(self, metric_variables: Sequence[ArrayLike]) -> Any:
        """The result for given values of `variables`.

        Args:
            metric_variables: values of `variables`.
        """
        return state.pure(self.result, self.variables)(metric_variables)[0]

    def stateless_reset_state(self) -> list[Any]:
        """Values of `variables` after a reset."""
        return state.pure(self.reset_state, self.variables)([v.value for v in self.variables])[1]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


table = Table("metric", "keras.metrics", Metric)

get, serialize, deserialize = table.get, table.serialize, table.deserialize
