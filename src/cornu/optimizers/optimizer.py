"""The base of optimizers: all that composes around an update rule, and the state, as files name and order it."""

import contextlib
import math
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes, lending, names, state
from ..core.arguments import Declared, arguments, default
from ..core.config import Configurable
from ..core.lookup import Table
from ..core.parts import Part
from ..core.types import Config, DTypeLike, Given, Name, Shape
from ..core.undo import undone_if_broken
from ..core.variable import Variable
from .schedules import LearningRateSchedule

__all__ = ["Optimizer"]

LearningRate = Given[float | np.generic | jax.Array | Variable | Callable[..., Any] | Config, Any]
_NO_SLOTS: tuple[tuple[str, ...], ...] = ()


@arguments(kw_only=True)
class Optimizer(Configurable, Part):
    r"""Base of optimizers. A subclass names its `slots`, the arrays it keeps per weight, and writes `update`.

    One step, for gradients :math:`g` of the loss with respect to the weights:

    1. gradients are divided by `loss_scale_factor`, averaged over `gradient_accumulation_steps` and clipped;
    2. weight decay: :math:`w \leftarrow w - \eta \lambda w`;
    3. the rule of the subclass, `update`;
    4. the moving average of the weights, if `use_ema`;
    5. the constraints of the weights.

    Args:
        learning_rate: :math:`\eta`, a number, a schedule, or a function without arguments that gives a number.
        weight_decay: :math:`\lambda`, or None.
        clipnorm: largest norm of the gradient of one weight.
        clipvalue: largest absolute value of a gradient's entry.
        global_clipnorm: largest norm of all gradients together.
        use_ema: whether to keep a moving average of the weights.
        ema_momentum: share of the old average that stays, in [0, 1].
        ema_overwrite_frequency: number of steps after which the average replaces the weights; by default only
            `finalize_variable_values` does.
        loss_scale_factor: number that the loss is multiplied by, against underflow in float16.
        gradient_accumulation_steps: number of steps whose gradients are averaged for one update, at least 2.
        name: its name; by default the class's in snake case.

    Raises:
        ValueError: an argument is out of its range, or more than one way of clipping is given.

    Example:
        >>> import cornu
        >>> class Signs(cornu.optimizers.Optimizer):
        ...     def update(self, gradient, weight, rate, step):
        ...         return weight - rate * cornu.ops.sign(gradient), ()
        >>> w = cornu.Variable([1.0, 2.0])
        >>> Signs(learning_rate=0.5).apply([cornu.ops.array([3.0, -4.0])], [w])
        >>> w.numpy().tolist()
        [0.5, 2.5]
    """

    slots = _NO_SLOTS  # per weight, in the order of files; those of a group lie together
    _no_facts = frozenset({"built", "_slots", "_trainable", "_index", "_averages", "_sums", "_kept"})
    learning_rate: LearningRate
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None
    name: Name = default(None)

    def _complete(self) -> None:
        clips = {key: getattr(self, key) for key in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(value is not None for value in clips.values()) > 1:
            raise ValueError(f"Clip gradients in one way: give only one of {', '.join(clips)}. Received: {clips}")
        wrong = next((f"{key}={value!r}" for key, value in clips.items() if value is not None and value <= 0), None)
        if wrong is not None:
            raise ValueError(f"Gradients are clipped to a number above 0. Received: {wrong}")
        if isinstance(self.weight_decay, bool) or not isinstance(getattr(self, "nesterov", False), bool | np.bool_):
            named = {key: getattr(self, key) for key in ("nesterov", "weight_decay") if hasattr(self, key)}
            raise ValueError(
                f"{type(self).__name__} received {named}, where nesterov is True or False and weight_decay a number. "
                "Their places were others in older versions: name them, as in SGD(0.01, momentum=0.9, nesterov=True)."
            )
        steps, every, momentum = self.gradient_accumulation_steps, self.ema_overwrite_frequency, self.ema_momentum
        if steps and not (isinstance(steps, int) and steps >= 2):
            raise ValueError(f"gradient_accumulation_steps is an integer of at least 2, or None. Received: {steps!r}")
        if every is not None and not (isinstance(every, int) and every >= 1):
            raise ValueError(f"ema_overwrite_frequency is an integer of at least 1, or None. Received: {every!r}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"ema_momentum lies between 0 and 1. Received: {momentum!r}")
        self._excluded: tuple[set[int], Any] = (set(), None)
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
        given = self._rate
        self._rate: Any = None
        self.learning_rate = given

    def update(self, gradient: Any, weight: Any, *slots_rate_step: Any) -> tuple[Any, tuple[Any, ...]]:
        """The rule: new weight and new slots, as a function of arrays; a subclass writes it.

        Args:
            gradient: gradient of the loss with respect to the weight.
            weight: the weight.
            *slots_rate_step: the slots in the order of `slots`, then the learning rate, then the number of this
                update, from 1, both scalars of float32.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method update(self, gradient, weight, ...).")

    def uses(self, slot: str, wanted: Any) -> bool:
        """Whether a rule uses a slot that not all have.

        Args:
            slot: its name.
            wanted: whether the arguments ask for it as they are now.

        Raises:
            ValueError: it is wanted, but was not when the optimizer was made.
        """
        if wanted and all(slot not in group for group in self.slots):
            raise ValueError(f"{self.name!r} was made without {slot} and has no arrays for it. Make a new optimizer.")
        return bool(wanted)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Update one weight in place. A subclass may write this in place of `update`.

        Args:
            gradient: gradient of the loss with respect to the weight.
            variable: the weight.
            learning_rate: the learning rate.
        """
        kept = self._kept[self._get_variable_index(variable)]
        rest = (*[slot.value for slot in kept], value_of(learning_rate), self._step_number())
        weight, values = self.update(gradient, variable.stored, *rest)
        variable.store(weight)
        for slot, value in zip(kept, values, strict=True):
            slot.assign(value)

    def update_all(self, grads: Sequence[Any], trainable_variables: Sequence[Variable]) -> None:
        """Update all weights in place; a subclass with state that all weights share extends it.

        Args:
            grads: clipped gradients.
            trainable_variables: their weights.
        """
        rate = self.learning_rate
        for gradient, variable in zip(grads, trainable_variables, strict=True):
            self.update_step(gradient, variable, rate)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """One step, from pairs.

        Args:
            grads_and_vars: pairs of gradient and weight.

        Returns:
            The number of steps so far.
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One step.

        Args:
            grads: gradients; None for a weight that the loss does not depend on.
            trainable_variables: their weights; by default those it was built for.

        Raises:
            ValueError: there is no gradient, or it was built for other weights.
        """
        known = trainable_variables is None or isinstance(trainable_variables, list | tuple)
        if not known or not all(isinstance(v, Variable) for v in trainable_variables or ()):
            raise ValueError(
                "apply(gradients, weights) takes a list of gradients and the list of their weights, such as "
                f"model.trainable_variables. Received as weights: {str(trainable_variables)[:200]}"
            )
        if len(grads) == 0:
            return
        everything = self._trainable if trainable_variables is None else list(trainable_variables)
        grads, variables = self._matched(grads, trainable_variables)
        grads, rest = self._overwritten(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, rest)
        else:
            self._step(grads, rest)
        if self.use_ema:
            self._average(everything)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign_add(1)

    def _matched(self, grads: Sequence[Any], variables: Sequence[Variable] | None) -> tuple[list[Any], list[Variable]]:
        """Gradients that exist, and their weights."""
        if variables is None and not self.built:
            raise ValueError("Give the weights too, apply(grads, variables), or call build(variables) first.")
        variables = self._trainable if variables is None else variables
        for gradient, variable in zip(grads, variables, strict=False):
            if getattr(gradient, "shape", None) not in (None, tuple(variable.shape)):
                raise ValueError(
                    f"The gradient of {variable.path!r} has its shape, {tuple(variable.shape)}. Received one of shape "
                    f"{gradient.shape}: give gradients in the order of the weights."
                )
        if len(grads) != len(variables):
            raise ValueError(f"{len(grads)} gradients were given for {len(variables)} weights; give one for each.")
        if not self.built:
            self.build(variables)
        for variable in variables:
            self._get_variable_index(variable)
        pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        if not pairs:
            raise ValueError(
                "There is no gradient for any weight: the loss does not depend on them. Check that the loss uses the "
                "model's output and that the layers are trainable."
            )
        if len(pairs) < len(variables):
            missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
            warnings.warn(f"The loss does not depend on the weights {missing}; they stay as they are.", stacklevel=3)
        return [g for g, _ in pairs], [v for _, v in pairs]

    def _overwritten(self, grads: list[Any], variables: list[Variable]) -> tuple[list[Any], list[Variable]]:
        """Put in place the gradients that are new values themselves, with accumulation their maximum; give the rest."""
        rest = []
        for gradient, variable in zip(grads, variables, strict=True):
            if not variable.overwrite_with_gradient:
                rest.append((gradient, variable))
                continue
            if self.gradient_accumulation_steps:
                largest = self._sums[self._get_variable_index(variable)]
                due = (self._iterations.value + 1) % self.gradient_accumulation_steps == 0
                gradient = jnp.maximum(gradient, largest.value)
                largest.assign(jnp.where(due, 0, gradient))
                gradient = jnp.where(due, gradient, variable.stored)
            variable.store(gradient)
        return [g for g, _ in rest], [v for _, v in rest]

    def _step(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        grads = self._clipped(grads)
        for variable in variables:
            decay, (identities, pattern) = self._decay_of(variable), self._excluded
            excluded = id(variable) in identities or (pattern and pattern.search(variable.name))
            if decay is not None and not excluded:
                variable.store(variable.stored - variable.stored * decay * value_of(self.learning_rate))
        self.update_all(grads, variables)

    def _clipped(self, grads: Sequence[Any]) -> Sequence[Any]:
        r"""Gradients clipped in the one way that is asked for: to a range, or scaled by :math:`\min(1, c / \|g\|)`."""
        if self.clipvalue:
            return [jnp.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        largest = self.clipnorm or self.global_clipnorm
        if not largest:
            return grads
        squares: list[Any] = [jnp.sum(jnp.square(g)) for g in grads]
        if self.global_clipnorm:  # the norm of all as one vector
            squares = [sum(squares)] * len(grads)
        norms = [jnp.sqrt(square) for square in squares]
        return [g * (largest / jnp.maximum(norm, largest)) for g, norm in zip(grads, norms, strict=True)]

    def _accumulate(self, grads: Sequence[Any], variables: Sequence[Variable]) -> None:
        """Add to the sums of gradients, or, when due, make a step with their mean."""
        steps = self.gradient_accumulation_steps
        sums = [self._sums[self._get_variable_index(v)] for v in variables]

        def add() -> None:
            for gradient, total in zip(grads, sums, strict=True):
                total.assign_add(gradient)

        def step() -> None:
            self._step([(g + s.value) / steps for g, s in zip(grads, sums, strict=True)], variables)
            for total in sums:
                total.assign(jnp.zeros(total.shape, total.dtype))

        due = (self._iterations.value + 1) % steps == 0
        choose(due, step, add, [*variables, *self._slots])

    def _decay_of(self, variable: Variable) -> float | None:
        """The weight decay of one weight, unless it is excluded; None for none."""
        return self.weight_decay

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Name weights that weight decay leaves alone; call it before the first step.

        Args:
            var_list: weights.
            var_names: parts of names, such as `"bias"`; regular expressions.

        Raises:
            ValueError: the optimizer is built already.
        """
        if self.built:
            raise ValueError("Call exclude_from_weight_decay() before the optimizer is built, that is, before fit().")
        pattern = re.compile("|".join(sorted(set(var_names)))) if var_names else None
        self._excluded = ({id(v) for v in var_list or ()}, pattern)

    def _average(self, variables: Sequence[Variable]) -> None:
        """Move the averages towards the weights; when due, put them in the weights' place."""
        count, every = value_of(self.iterations), self.ema_overwrite_frequency
        momentum = jnp.where(count == 0, 0.0, self.ema_momentum)
        for variable in variables:
            average = self._averages[self._get_variable_index(variable)]
            average.assign(momentum * average.value + (1 - momentum) * variable.stored)
            if every:
                variable.store(jnp.where((count + 1) % every == 0, average.value, variable.stored))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Put the moving averages in the weights' place, if `use_ema`; training ends with it.

        Args:
            var_list: the weights it was built for.
        """
        if self.use_ema:
            lending.store(var_list, [self._averages[self._get_variable_index(v)].value for v in var_list])

    def scale_loss(self, loss: Any) -> Any:
        """The loss times `loss_scale_factor`, before its gradient is taken.

        Args:
            loss: the loss.
        """
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """New weights and new state, from values before a step.

        Args:
            optimizer_variables: values of `variables`.
            grads: gradients.
            trainable_variables: values of the weights it was built for.
        """
        if not self.built:
            raise ValueError("Call build(trainable_variables) before stateless_apply().")
        run = state.pure(lambda: self.apply(grads), [*self._trainable, *self.variables])
        values, count = run([*trainable_variables, *optimizer_variables])[1], len(self._trainable)
        return values[:count], values[count:]

    # What it keeps

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the slots of those of the given weights that have none yet.

        Args:
            variables: all weights that it is going to update.

        Raises:
            TypeError: one holds integers, which have no gradient.
        """
        new = [v for v in variables if id(v) not in self._index]
        for v in new:
            if not dtypes.is_float(v.stored_dtype) and v.stored_dtype[:7] != "complex":
                raise TypeError(f"{v.path!r} is {v.stored_dtype} and has no gradient: add it with trainable=False.")
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

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Put the state into what a file keeps of it. A subclass may write something else.

        Args:
            store: dictionary to fill: names to Variables or arrays.
        """
        store.update({str(index): variable for index, variable in enumerate(self.variables)})

    def load_own_variables(self, store: dict[str, Any]) -> None:
        """Take the state from what a file keeps of it.

        Args:
            store: what `save_own_variables` filled.

        Raises:
            ValueError: it holds another number of arrays.
        """
        own = self.variables
        if len(store) != len(own):
            raise ValueError(
                f"The optimizer {self.name!r} has a state of {len(own)} arrays, and received {len(store)}. Call "
                "build(trainable_variables) first, with the weights that the other one was built for."
            )
        for index, variable in enumerate(own):
            variable.assign(np.asarray(store[str(index)]))

    @property
    def iterations(self) -> Any:
        """Number of updates so far, an int32 Variable; with accumulation an array."""
        if self.gradient_accumulation_steps:
            return self._iterations.value // self.gradient_accumulation_steps
        return self._iterations

    @property  # type: ignore[no-redef]
    def learning_rate(self) -> Any:
        """The learning rate: a Variable, or for a schedule its value at this step. Assign a number to change it."""
        if isinstance(self._rate, LearningRateSchedule):
            return self._rate(self._iterations.value)
        return self._rate() if callable(self._rate) else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        value = codec.decode(value) if isinstance(value, dict) else value
        if callable(value) or not hasattr(self, "_iterations"):  # `_complete` assigns it again, and checks it
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

    lr = learning_rate

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign `variables` in their order.

        Args:
            weights: arrays.

        Raises:
            ValueError: the number or a shape differs.
        """
        if len(weights) != len(self.variables):
            raise ValueError(f"{self.name!r} has {len(self.variables)} variables; {len(weights)} arrays were given.")
        lending.store(self.variables, weights)

    def get_weights(self) -> list[Any]:
        """Values of `variables`, as NumPy arrays."""
        return lending.copies(self.variables)

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

    # For rules written as `update_step`

    def assign(self, variable: Variable, value: Any) -> None:
        """Replace the value of a Variable.

        Args:
            variable: the Variable.
            value: array of its shape.
        """
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a Variable.

        Args:
            variable: the Variable.
            value: array.
        """
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a Variable.

        Args:
            variable: the Variable.
            value: array.
        """
        variable.assign_sub(value)


class Rule(Declared, Optimizer):
    """Base of the library's own rules: the learning rate is their first argument."""

    learning_rate: LearningRate = default(0.001)


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


def choose(holds: Any, if_true: Callable[[], None], if_false: Callable[[], None], variables: list[Variable]) -> None:
    """Run one of two functions that assign Variables, by a condition that may be traced.

    Args:
        holds: boolean scalar.
        if_true: function that assigns `variables`.
        if_false: function that assigns `variables`.
        variables: all Variables that either assigns.
    """
    branches = [lambda values, fn=fn: state.pure(fn, variables)(values)[1] for fn in (if_true, if_false)]
    values = jax.lax.cond(holds, *branches, [v.stored for v in variables])
    for variable, value in zip(variables, values, strict=True):
        variable.store(value)


table = Table("optimizer", "keras.optimizers", Optimizer)
