"""Several optimizers, each for some of the weights, and learning rates for each layer."""

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any

from ..core import codec, lookup, names
from ..core.arguments import arguments
from ..core.variable import Variable
from .optimizer import Optimizer, table, value_of
from .outer import Outer
from .schedules import LearningRateSchedule

__all__ = ["MultiOptimizer", "OptimizerMap"]


class OptimizerMap(MutableMapping[Any, Any]):
    """Which optimizer, or which share of the learning rate, a weight gets.

    A key is a layer, for its weights; the path of a weight; a regular expression for whole paths; or the name of a
    layer, or several names with slashes between, anywhere in the path. Paths and expressions count before names. A
    value is an optimizer, or a number, which stands for the default optimizer with its learning rate times that number.

    Args:
        default_optimizer: the optimizer of all other weights.
        optimizer_map: optimizers or numbers by key.

    Raises:
        TypeError: the default is no optimizer, or the map no dictionary.
        ValueError: a key is set twice, or a value is neither optimizer nor number.

    Example:
        >>> import cornu
        >>> rates = cornu.optimizers.OptimizerMap(cornu.optimizers.SGD(0.1), {"backbone": 0.1, "head/.*": 2.0})
        >>> optimizer = cornu.optimizers.MultiOptimizer(rates)
        >>> w = cornu.Variable([1.0], name="w")
        >>> optimizer.apply([cornu.ops.array([1.0])], [w])
        >>> round(float(w.numpy()[0]), 3)
        0.9
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[Any, Optimizer | float] | None = None) -> None:
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"default_optimizer is an optimizer, such as Adam(1e-3). Received: {default_optimizer!r}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"optimizer_map is a dictionary from layers or paths. Received: {optimizer_map!r}")
        self._default, self._map, self._scaled = default_optimizer, {}, {}  # type: Optimizer, dict[Any, Any], dict[Any, Any]
        for key, value in (optimizer_map or {}).items():
            self[key] = value

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer of what no key names."""
        return self._default

    def __call__(self, variable: Variable) -> Optimizer:
        """The optimizer of a weight."""
        layers = [key for key in self._map if not isinstance(key, str)]
        keys = [key for key in layers if any(weight is variable for weight in key.weights)]
        if not keys:
            return self[variable.path]
        return self._of(min(keys, key=lambda layer: len(layer.weights)))  # that of the innermost layer

    def of_nothing(self, weights: Sequence[Variable]) -> list[Any]:
        """The keys that are for none of some weights.

        Args:
            weights: those of a model.
        """
        met = {own for weight in weights for own in (weight.path, *self._fitting(weight.path))}
        known = {id(weight) for weight in weights}
        layers = [key for key in self._map if not isinstance(key, str) and not {*map(id, key.weights)} & known]
        return [*(key.name for key in layers), *(key for key in self._map if isinstance(key, str) and key not in met)]

    def _fitting(self, path: str) -> list[str]:
        named = [own for own in self._map if isinstance(own, str)]
        try:
            return names.fitting(named, path) or [own for own in named if f"/{own}/" in f"/{path}/"]
        except re.error as error:
            raise ValueError(
                f"The key {error.pattern!r} of the OptimizerMap is no regular expression: {error}."
            ) from None

    def __getitem__(self, key: Any) -> Optimizer:
        if key in self._map:
            return self._of(key)
        fitting = self._fitting(key)
        if len(fitting) > 1:
            raise ValueError(f"The weight {key!r} fits several keys of the OptimizerMap: {fitting}. Make them differ.")
        return self._of(fitting[0]) if fitting else self._default

    def all(self) -> list[Optimizer]:
        """Each optimizer once: those of the keys, then the default one."""
        return list({id(o): o for o in (*map(self._of, self._map), self._default)}.values())

    def _of(self, key: Any) -> Optimizer:
        value = self._map[key]
        if isinstance(value, Optimizer):
            return value
        if key not in self._scaled:  # the default one, with a rate of its own
            copy = type(self._default).from_config({**self._default.get_config(), "name": None})
            copy.learning_rate = _Share(self._default, copy, float(value))
            self._scaled[key] = copy
        return self._scaled[key]  # type: ignore[no-any-return]

    def __setitem__(self, key: Any, optimizer: Optimizer | float) -> None:
        if key in self._map:
            raise ValueError(f"The OptimizerMap has {key!r} already. Delete it first.")
        if not isinstance(key, str) and not hasattr(key, "weights"):
            raise ValueError(f"A key of an OptimizerMap is a layer, or the path or name of one. Received: {key!r}")
        is_number = isinstance(optimizer, int | float) and not isinstance(optimizer, bool) and optimizer >= 0
        if not is_number and (not isinstance(optimizer, Optimizer) or isinstance(optimizer, Outer)):
            raise ValueError(
                "A value of an OptimizerMap is an optimizer, but no MultiOptimizer or LossScaleOptimizer, or a factor "
                f"of the learning rate. Received for {key!r}: {optimizer!r}"
            )
        self._map[key] = optimizer

    def __delitem__(self, key: Any) -> None:
        del self._map[key]
        self._scaled.pop(key, None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._map)

    def __len__(self) -> int:
        return len(self._map)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; a layer by its path."""
        named = {key if isinstance(key, str) else key.path: codec.encode(value) for key, value in self._map.items()}
        return {"default_optimizer": codec.encode(self._default), "optimizer_map": named}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> "OptimizerMap":
        """Make a map from what `get_config` gave."""
        with lookup.custom_object_scope(custom_objects):
            each = {key: codec.decode_value(value) for key, value in config["optimizer_map"].items()}
            return cls(codec.decode_value(config["default_optimizer"]), each)


class _Share:
    """A part of another optimizer's learning rate, at the step of the one that has it."""

    def __init__(self, default: Optimizer, own: Optimizer, factor: float) -> None:
        self.default, self.own, self.factor = default, own, factor

    def __call__(self) -> Any:
        rate = self.default._rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self.own._iterations.value) * self.factor
        return value_of(self.default.learning_rate) * self.factor


@arguments
class MultiOptimizer(Outer):
    """Hands each weight to an optimizer of its own.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a weight (a Variable) to its optimizer.
        loss_scale_factor: number that the loss is multiplied by; it counts for all.
        name: its name.

    Raises:
        ValueError: the function gives something else than an optimizer.

    Example:
        >>> import cornu
        >>> slow, fast = cornu.optimizers.SGD(0.1), cornu.optimizers.SGD(1.0)
        >>> optimizer = cornu.optimizers.MultiOptimizer(lambda v: slow if "kernel" in v.name else fast)
        >>> k, b = cornu.Variable([1.0], name="kernel"), cornu.Variable([1.0], name="bias")
        >>> optimizer.apply([cornu.ops.ones(1), cornu.ops.ones(1)], [k, b])
        >>> round(float(k.numpy()[0]), 2), round(float(b.numpy()[0]), 2)
        (0.9, 0.0)
    """

    _no_facts = Optimizer._no_facts | {"_of"}
    optimizer_map: Any

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ) -> None:
        if not callable(optimizer_map):
            raise ValueError(f"optimizer_map is an OptimizerMap or a function of a weight. Received: {optimizer_map!r}")
        known = optimizer_map.all() if isinstance(optimizer_map, OptimizerMap) else []
        self.optimizers: list[Optimizer] = known  # in the order of Keras's files
        self._of: dict[int, Optimizer] = {}
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Build each optimizer for its weights.

        Args:
            variables: weights that have no optimizer yet.
        """
        for variable in variables:
            optimizer = self.optimizer_map(variable)
            if not isinstance(optimizer, Optimizer) or isinstance(optimizer, Outer):
                raise ValueError(
                    f"For the weight {variable.path!r} the map gives {optimizer!r}. Give an optimizer such as "
                    "Adam(1e-3), but no MultiOptimizer or LossScaleOptimizer."
                )
            self._of[id(variable)] = optimizer
            if all(optimizer is not other for other in self.optimizers):
                self.optimizers.append(optimizer)
        for optimizer, own in self._parts([*self._trainable, *variables]):
            optimizer.build(own)

    def _parts(self, variables: Sequence[Variable]) -> list[tuple[Optimizer, list[Variable]]]:
        """The optimizers that have some of the weights, and which."""
        each = [(o, [v for v in variables if self._of[id(v)] is o]) for o in self.optimizers]
        return [(optimizer, own) for optimizer, own in each if own]

    def inner(self) -> Sequence[Optimizer]:
        """Its optimizers."""
        return self.optimizers

    def leader(self) -> Optimizer:
        """The default optimizer; the others have learning rates of their own."""
        default: Optimizer | None = getattr(self.optimizer_map, "default_optimizer", None)
        if default is None:
            raise AttributeError(
                f"{self.name!r} has no learning rate of its own: each of its .optimizers has one. With an OptimizerMap "
                "it is that of the default optimizer."
            )
        return default

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One step of each optimizer.

        Args:
            grads: gradients; None for a weight that the loss does not depend on.
            trainable_variables: their weights; by default those it was built for.
        """
        if len(grads) == 0:
            return
        grads, variables = self._matched(grads, trainable_variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        by_id = {id(v): g for v, g in zip(variables, grads, strict=True)}
        for optimizer, own in self._parts(variables):
            optimizer.apply([by_id[id(v)] for v in own], own)
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """What each optimizer does at the end of training.

        Args:
            var_list: the weights it was built for.
        """
        for optimizer, own in self._parts(var_list):
            optimizer.finalize_variable_values(own)


table.add(OptimizerMap)
