"""A functional model called on arrays in inference mode: compiled once per shape, rather than op by op."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import engine
from ..core import attached, facts, holders, lending, parts, seeds, state
from ..core.quiet import quiet
from ..layers import Lambda
from ..layers.layer import Layer
from ..training import doubts


class EagerCall:
    """The compiled call of a model as it is now.

    Args:
        model: a functional model.
    """

    def __init__(self, model: Any) -> None:
        self.variables = parts.all_variables(model)
        self.possible = all(_is_pure(part) for _, part in parts.walk(model) if isinstance(part, Layer))
        run = state.pure_changes(
            lambda x: attached.pack(Layer.__call__(model, x, training=False), logits=False),
            [*self.variables, seeds.session_variable()],
        )
        self._model = model if doubts.embeds(model) else None  # whose inputs are looked at
        self.facts: facts.Facts | None = None  # what it was made from
        self._engine = engine.eager()
        self._program = self._engine.compile(run)
        self._no_stream = self._engine.own(np.zeros(2, "uint32"))
        self._draws = True  # whether it takes random numbers without a seed, until a call shows that it does not

    @quiet
    def __call__(self, x: Any) -> Any:
        """The model's outputs; the Variables it assigned have their new values afterwards."""
        if self._model is not None:
            doubts.about_inputs(self._model, x)
        with facts.tracing(self.facts), lending.reading(self.variables, self._engine) as values:
            stream = seeds.new_stream() if self._draws else self._no_stream
            result, changes = self._program([*values, stream], x)
            self._draws = changes.pop(len(self.variables), None) is not None
            if changes:
                lending.give([self.variables[index] for index in changes], list(changes.values()))
        return attached.unpack(result)


def concrete(x: Any) -> bool:
    """Whether x is arrays with values, so that a program can be run on them now."""
    if isinstance(x, list | tuple):
        return bool(x) and all(concrete(item) for item in x)
    if isinstance(x, dict):
        return all(concrete(item) for item in x.values())
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "fiub"
    return isinstance(x, jnp.ndarray) and not isinstance(x, jax.core.Tracer) and attached.get_mask(x) is None


def _is_pure(layer: Layer) -> bool:
    """Whether a layer is Cornu's own, whose call does nothing but compute: what it adds to `losses` would be lost."""
    if layer.on_host:
        return True  # it computes beforehand
    if holders.is_users(type(layer)) or isinstance(layer, Lambda) or layer.activity_regularizer is not None:
        return False
    called = [value for value in vars(layer).values() if callable(value) and not isinstance(value, Layer)]
    return not any(holders.is_users(value if hasattr(value, "__module__") else type(value)) for value in called)
