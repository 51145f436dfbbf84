"""Any gradient transformation of Optax as an optimizer."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..core import codec, lookup
from ..core.arguments import arguments
from ..core.doubt import tell
from ..core.variable import Variable, by_path
from .optimizer import Optimizer, table, value_of

__all__ = ["Optax"]


@arguments
class Optax(Optimizer):
    r"""A gradient transformation of Optax: :math:`w \leftarrow w + \eta\,u`, where it makes :math:`u` of the gradients.

    `compile(optimizer=optax.adam(1e-3))` makes one. The transformation sees all weights as one dictionary by their
    paths, so that masks and labels of Optax go by names. Files hold its state; what it is they cannot hold, so that a
    model is loaded with `custom_objects={name: transformation}`.

    Args:
        transformation: what functions of Optax such as `optax.adam(1e-3)` give; it has its own learning rate.
        learning_rate: :math:`\eta`, a factor of what the transformation gives.
        name: its name, and that of the transformation in `custom_objects`.
        **options: `clipnorm`, `use_ema`, `gradient_accumulation_steps`, ... of `Optimizer`.

    Raises:
        ValueError: it is no transformation, or is given `weight_decay`, for which Optax has a transformation.

    Example:
        >>> import cornu, optax
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Optax(optax.sgd(0.5)).apply([cornu.ops.array([1.0])], [w])
        >>> w.numpy().tolist()
        [0.5]
    """

    _no_facts = Optimizer._no_facts | {"_leaves", "_tree", "_made_by"}
    transformation: Any

    def __init__(
        self, transformation: Any, learning_rate: Any = 1.0, *, name: str | None = "optax", **options: Any
    ) -> None:
        if not is_transformation(transformation):
            raise ValueError(
                f"Optax(...) takes a transformation, such as optax.adam(1e-3). Received: {transformation!r}"
            )
        if options.get("weight_decay") is not None:
            raise ValueError("Optax has a weight decay of its own: optax.chain(..., optax.add_decayed_weights(0.01)).")
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self._leaves: list[Variable] = []

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the state of the transformation for all weights.

        Args:
            variables: weights that have none yet.
        """
        if self._leaves:
            tell(f"{self.name!r} begins anew, since weights are trained now that were not when its state was made.")
            self._slots = [slot for slot in self._slots if all(slot is not leaf for leaf in self._leaves)]
        self._made_by = self.transformation
        state = self.transformation.init(_values([*self._trainable, *variables]))
        leaves, self._tree = jax.tree.flatten(state)
        self._leaves = [
            self.add_variable(jnp.shape(leaf), jnp.asarray(leaf), jnp.asarray(leaf).dtype, f"state_{index}")
            for index, leaf in enumerate(leaves)
        ]

    def update_all(self, grads: Sequence[Any], trainable_variables: Sequence[Variable]) -> None:
        """Update all weights in place.

        Args:
            grads: clipped gradients.
            trainable_variables: their weights.
        """
        if self.transformation is not self._made_by:
            raise ValueError(
                f"{self.name!r} keeps the state of another transformation. Make an optimizer for this one."
            )
        known = {id(v): g for v, g in zip(trainable_variables, grads, strict=True)}
        each = [known.get(id(v), jnp.zeros(v.stored_shape, v.stored_dtype)) for v in self._trainable]
        state = jax.tree.unflatten(self._tree, [leaf.value for leaf in self._leaves])
        weights = _values(self._trainable)
        slopes = dict(zip(weights, each, strict=True))
        updates, state = self.transformation.update(slopes, state, weights)
        rate = value_of(self.learning_rate)
        for variable, path in zip(self._trainable, weights, strict=True):
            if id(variable) in known:
                variable.store(variable.stored + rate.astype(variable.stored_dtype) * updates[path])
        for leaf, value in zip(self._leaves, jax.tree.leaves(state), strict=True):
            leaf.assign(value)

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; the transformation by the optimizer's name."""
        return {**super().captured(cls), "transformation": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "Optax":
        """Make the optimizer; the transformation is found in the custom objects, by its name."""
        name = config["transformation"]
        with lookup.custom_object_scope(custom_objects):
            found = lookup.get_registered_object(name) if isinstance(name, str) else name
        if found is None:
            raise ValueError(
                f"The optimizer {name!r} is a transformation of Optax, which a file cannot hold. Give it again: "
                f"custom_objects={{{name!r}: optax.adam(1e-3)}}, or load with compile=False and compile."
            )
        others = {key: codec.decode_value(value) for key, value in config.items() if key != "transformation"}
        return cls(found, **others)


def is_transformation(value: Any) -> bool:
    """Whether an object is a gradient transformation of Optax."""
    return isinstance(value, tuple) and getattr(value, "_fields", None) == ("init", "update")


def _values(variables: Sequence[Variable]) -> dict[str, Any]:
    """What weights hold, by their paths."""
    return {path: variable.stored for path, variable in by_path(variables).items()}


table.convert = lambda given: Optax(given) if is_transformation(given) else given
