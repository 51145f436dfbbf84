"""A functional model called on arrays in inference mode: compiled once per shape, rather than op by op."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import seeds, state, tracking
from ..core.masks import get_mask
from ..engine.jax import JaxEngine
from ..layers import Lambda
from ..layers.layer import Layer


class EagerCall:
    """The compiled call of a model.

    Args:
        model: a functional model.
    """

    def __init__(self, model: Any) -> None:
        self.variables = [*tracking.all_variables(model), *seeds.default_variables()]
        self.possible = _is_pure(model)
        run = state.pure_changes(lambda x: Layer.__call__(model, x, training=False), self.variables)

        def traced(values: list[Any], x: Any) -> Any:
            result, changes = run(values, x)
            if any(get_mask(leaf) is not None for leaf in jax.tree.leaves(result)):
                self.possible = False  # a mask on the output could not leave the program
            return result, changes

        self._program = JaxEngine().compile(traced)  # whatever engine trains: calls give JAX arrays

    def __call__(self, x: Any) -> Any:
        """The model's outputs; the Variables it assigned have their new values afterwards."""
        result, changes = self._program([v.array() for v in self.variables], x)
        for index, value in changes.items():
            self.variables[index].give(value)
        return result


def concrete(x: Any) -> bool:
    """Whether x is arrays with values, so that a program can be run on them now."""
    if isinstance(x, list | tuple):
        return bool(x) and all(concrete(item) for item in x)
    if isinstance(x, dict):
        return all(concrete(item) for item in x.values())
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "fiub"
    return isinstance(x, jnp.ndarray) and not isinstance(x, jax.core.Tracer)


def _is_pure(layer: Any) -> bool:
    """Whether a layer and those inside are Cornu's own, whose calls do nothing but compute."""
    if isinstance(layer, Lambda) or not type(layer).__module__.startswith("cornu."):
        return False
    if layer.activity_regularizer is not None:
        return False  # what it adds to `losses` must be seen outside
    return all(_is_pure(inner) for inner in layer._sublayers())
