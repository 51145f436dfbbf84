"""StatelessScope and SymbolicScope: what the library does with Variables, for code of one's own that is to be pure."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from . import state
from .variable import Variable


class StatelessScope:
    """Inside the `with` block Variables have other values, and what is assigned stays in the scope.

    Args:
        state_mapping: pairs of a Variable and the value that it has inside.
        collect_losses: accepted for compatibility; `add_loss` always collects here.
        initialize_variables: accepted for compatibility.

    Raises:
        ValueError: a pair is none, or a value has another shape than the Variable.

    Example:
        >>> import cornu
        >>> v = cornu.Variable(1.0)
        >>> with cornu.StatelessScope([(v, 5.0)]) as scope:
        ...     double = v * 2.0
        ...     _ = v.assign(7.0)
        >>> float(double), float(scope.get_current_value(v)), float(v.numpy())
        (10.0, 7.0, 1.0)
    """

    def __init__(
        self,
        state_mapping: Sequence[tuple[Variable, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        self.losses: list[Any] = []
        self._scope = state.Collecting()
        for pair in state_mapping or ():
            self.add_update(pair)

    def __enter__(self) -> "StatelessScope":
        self._scope.parent = state.active()
        self._open = state.opened(self._scope)
        self._open.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def add_loss(self, loss: Any) -> None:
        """Keep a loss in `losses`.

        Args:
            loss: a scalar.
        """
        self.losses.append(loss)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Give a Variable a value inside.

        Args:
            update: the Variable and the value.
        """
        variable, value = update if isinstance(update, tuple | list) and len(update) == 2 else (None, None)
        if not isinstance(variable, Variable):
            raise ValueError(f"A StatelessScope takes pairs of a Variable and a value. Received: {update!r}")
        value = jnp.asarray(value, variable.stored_dtype)
        if value.shape != variable.stored_shape:
            raise ValueError(f"{variable.path!r} has shape {variable.stored_shape}; received one of {value.shape}.")
        self._scope.write(variable, value)

    def get_current_value(self, variable: Variable) -> Any:
        """The value that a Variable has inside; None if it has none of its own there.

        Args:
            variable: the Variable.
        """
        return self._scope.values.get(id(variable))


class SymbolicScope:
    """Inside the `with` block shapes alone count: a Variable without a value reads as zeros, and nothing is assigned.

    Example:
        >>> import cornu
        >>> v = cornu.Variable(1.0)
        >>> with cornu.SymbolicScope():
        ...     _ = v.assign(7.0)
        >>> float(v.numpy())
        1.0
    """

    def __enter__(self) -> "SymbolicScope":
        self._open = state.opened(state.Scope({}, abstract=True))
        self._open.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)
