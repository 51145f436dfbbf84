"""What an optimizer keeps: step, learning rate and arrays per weight, by the names and in the order of files."""

import contextlib
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes, names
from ..core.config import Configurable
from ..core.parts import Part
from ..core.types import Config, DTypeLike, Given, Name, Shape
from ..core.undo import undone_if_broken
from ..core.variable import Variable
from .schedules import LearningRateSchedule

LearningRate = Given[float | np.generic | jax.Array | Variable | Callable[..., Any] | Config, Any]


class OptimizerState(Configurable, Part):
    """The Variables of an optimizer; `Optimizer` adds the step."""

    slots: tuple[tuple[str, ...], ...] = ()  # per weight, in the order of files; those of a group lie together
    name: Name
    use_ema: bool
    gradient_accumulation_steps: int | None
    _rate: Any
    _no_facts = frozenset({"built", "_slots", "_trainable", "_index", "_averages", "_sums", "_kept"})

    def _complete(self) -> None:
        self.name = self.name or names.unique_name(type(self).__name__)
        self.built = False
        self._slots: list[Variable] = []
        self._trainable: list[Variable] = []
        self._index: dict[int, int] = {}
        self._averages: list[Variable] = []
        self._sums: list[Variable] = []
        self._kept: list[list[Variable]] = []  # by weight, the arrays of the rule
        with names.name_scope(self.name):
            self._iterations = Variable(np.int32(0), dtype="int32", trainable=False, name="iteration")
        given, self._rate = self._rate, None
        self.learning_rate = given

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots of those of the given weights that have none yet.

        Args:
            variables: all weights that it is going to update.
        """
        new = [v for v in variables if id(v) not in self._index]
        every = [*self._trainable, *new]
        averaged = every[len(self._averages) :] if self.use_ema else []
        summed = every[len(self._sums) :] if self.gradient_accumulation_steps else []
        if self.built and not (new or averaged or summed):
            return
        with undone_if_broken(self):
            averages = self.add_optimizer_variables(averaged, "average")
            for average, variable in zip(averages, averaged, strict=True):
                if id(variable) in self._index:  # it was trained before averages were asked for
                    average.assign(variable.stored)
            self._averages += averages
            self._sums += self.add_optimizer_variables(summed, "gradient_accumulator")
            self.make_slots(new)
            self._index.update({id(v): i for i, v in enumerate(new, len(self._trainable))})
            self._trainable += new
            self.built = True

    def updated(self) -> list[Variable]:
        """The weights that it has slots for, in the order of the slots."""
        return list(self._trainable)

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots that the rule needs for weights that have none; a subclass may extend it.

        Args:
            variables: the weights.
        """
        made: list[list[Variable]] = [[] for _ in variables]
        for group in self.slots:
            for variable, kept in zip(variables, made, strict=True):
                named = [slot for slot in group if self._needs(slot, variable)]
                kept += [self.add_variable_from_reference(variable, slot, self.initial(slot)) for slot in named]
        self._kept += made

    def _needs(self, slot: str, variable: Variable) -> bool:
        """Whether a weight has that slot."""
        return True

    def initial(self, slot: str) -> Any:
        """Initializer of a slot.

        Args:
            slot: one of the names in `slots`.
        """
        return "zeros"

    def add_variable(
        self, shape: Shape, initializer: Any = "zeros", dtype: DTypeLike = None, name: str | None = None, **_: Any
    ) -> Variable:
        """Make a Variable of the optimizer's state.

        Args:
            shape: tuple of sizes.
            initializer: name, function or array.
            dtype: dtype, by default `floatx`.
            name: its name.
            **_: further arguments of Keras, without effect.
        """
        with names.name_scope(self.name):
            variable = Variable(initializer, tuple(shape), dtype, trainable=False, name=name)
        self._slots.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a Variable of the shape and dtype of another.

        Args:
            reference_variable: the other one.
            name: the last part of its name.
            initializer: name, function or array.
        """
        path = getattr(reference_variable, "path", None) or reference_variable.name
        path = path.replace("/", "_").replace(":", "_")
        shape = getattr(reference_variable, "stored_shape", reference_variable.shape)
        dtype = getattr(reference_variable, "stored_dtype", reference_variable.dtype)
        return self.add_variable(shape, initializer, dtype, f"{path}_{name or 'var'}")

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Make slots of the given weights.

        Args:
            trainable_variables: the weights.
            name: name of the slot, or a list of names.
            initializer: initializer, or one per name.

        Returns:
            A list of Variables, one per weight; a tuple of such lists if `name` is a list.
        """
        if isinstance(name, str):
            return [self.add_variable_from_reference(v, name, initializer) for v in trainable_variables]
        each = list(initializer) if isinstance(initializer, list | tuple) else [initializer] * len(name)
        if len(each) != len(name):
            raise ValueError(f"Give one initializer per name. Received: name={name!r}, initializer={initializer!r}")
        of_each = list(zip(name, each, strict=True))
        rows = [[self.add_variable_from_reference(v, *pair) for pair in of_each] for v in trainable_variables]
        return tuple([row[k] for row in rows] for k in range(len(name)))

    @property
    def variables(self) -> list[Variable]:
        """The state: iteration, learning rate unless it is a schedule, then slots."""
        rate = [self._rate] if isinstance(self._rate, Variable) else []
        return [self._iterations, *rate, *self._slots]

    @property
    def iterations(self) -> Any:
        """Number of updates so far, an int32 Variable; with accumulation an array."""
        if self.gradient_accumulation_steps:
            return self._iterations.value // self.gradient_accumulation_steps
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a Variable, or for a schedule its value at this step. Assign a number to change it."""
        if isinstance(self._rate, LearningRateSchedule):
            return self._rate(self._iterations.value)
        return self._rate() if callable(self._rate) else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        value = codec.decode(value) if isinstance(value, dict) else value
        if callable(value) or "_iterations" not in vars(self):  # `_complete` assigns it again, and checks it
            self._rate = value
        elif isinstance(self._rate, LearningRateSchedule):
            raise TypeError(
                f"The learning rate of {self.name!r} follows {type(self._rate).__name__} and cannot be assigned a "
                "number. Make the optimizer with a number as learning_rate, or assign another schedule."
            )
        elif isinstance(self._rate, Variable):
            self._rate.assign(checked_rate(value) if isinstance(value, int | float | str) else value)
        else:
            with names.name_scope(self.name):
                rate = checked_rate(value)
                self._rate = Variable(rate, (), dtypes.floatx(), trainable=False, name="learning_rate")

    @property
    def lr(self) -> Any:
        """The learning rate, as older scripts call it."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        self.learning_rate = value

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign `variables` in their order.

        Args:
            weights: arrays.

        Raises:
            ValueError: the number or a shape differs.
        """
        if len(weights) != len(self.variables):
            raise ValueError(f"{self.name!r} has {len(self.variables)} variables; {len(weights)} arrays were given.")
        for variable, weight in zip(self.variables, weights, strict=True):
            variable.assign(weight)

    def get_weights(self) -> list[Any]:
        """Values of `variables`, as NumPy arrays."""
        return [v.numpy() for v in self.variables]

    def _get_variable_index(self, variable: Variable) -> int:
        if id(variable) not in self._index:
            raise ValueError(
                f"The optimizer {self.name!r} was built for other weights than {variable.path!r}. Make a new optimizer "
                "for a new model, or compile the model again after changing which layers are trainable."
            )
        return self._index[id(variable)]

    def _step_number(self) -> Any:
        return (value_of(self.iterations) + 1).astype("float32")

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; the learning rate as it is now."""
        named = super().captured(cls)
        rate = float(self._rate) if isinstance(self._rate, Variable) else self._rate
        return {**named, "learning_rate": rate} if "learning_rate" in named else named


def checked_rate(value: Any) -> float:
    """A learning rate as a float, or an error that says what one is."""
    with contextlib.suppress(TypeError, ValueError):
        rate = math.nan if isinstance(value, str | bool) else float(value)
        if math.isfinite(rate) and rate >= 0:
            return rate
    raise ValueError(
        "learning_rate is a number that is not negative, such as 0.001, or a schedule from "
        f"cornu.optimizers.schedules. Received: learning_rate={value!r}"
    )


def value_of(value: Any) -> Any:
    """The array of a Variable or a number."""
    return value.value if isinstance(value, Variable) else jnp.asarray(value)
