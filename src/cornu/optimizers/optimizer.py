"""The base of optimizers: everything that composes around an update rule."""

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..core import state
from ..core.arguments import arguments, default
from ..core.declared import Declared
from ..core.lookup import Table
from ..core.types import Name
from ..core.variable import Variable
from .state import LearningRate, OptimizerState, value_of

__all__ = ["Optimizer"]


@arguments(kw_only=True)
class Optimizer(OptimizerState):
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

    learning_rate: LearningRate  # type: ignore[assignment]
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
        steps, every, momentum = self.gradient_accumulation_steps, self.ema_overwrite_frequency, self.ema_momentum
        if steps and not (isinstance(steps, int) and steps >= 2):
            raise ValueError(f"gradient_accumulation_steps is an integer of at least 2, or None. Received: {steps!r}")
        if every is not None and not (isinstance(every, int) and every >= 1):
            raise ValueError(f"ema_overwrite_frequency is an integer of at least 1, or None. Received: {every!r}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"ema_momentum lies between 0 and 1. Received: {momentum!r}")
        self._excluded: tuple[set[int], Any] = (set(), None)
        super()._complete()

    def update(self, gradient: Any, weight: Any, *slots_rate_step: Any) -> tuple[Any, tuple[Any, ...]]:
        """The rule: new weight and new slots, as a function of arrays; a subclass writes it.

        Args:
            gradient: gradient of the loss with respect to the weight.
            weight: the weight.
            *slots_rate_step: the slots in the order of `slots`, then the learning rate, then the number of this
                update, from 1, both scalars of float32.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method update(self, gradient, weight, ...).")

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
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One step.

        Args:
            grads: gradients; None for a weight that the loss does not depend on.
            trainable_variables: their weights; by default those it was built for.

        Raises:
            ValueError: there is no gradient, or it was built for other weights.
        """
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
                variable.store(variable.constraint(variable.stored))
        self._iterations.assign_add(1)

    def _matched(self, grads: Sequence[Any], variables: Sequence[Variable] | None) -> tuple[list[Any], list[Variable]]:
        """Gradients that exist, and their weights."""
        if variables is None and not self.built:
            raise ValueError("Give the weights too, apply(grads, variables), or call build(variables) first.")
        variables = self._trainable if variables is None else variables
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
            for variable in var_list:
                variable.store(self._averages[self._get_variable_index(variable)].value)

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

    # For rules written as `update_step`
    assign = staticmethod(Variable.assign)
    assign_add = staticmethod(Variable.assign_add)
    assign_sub = staticmethod(Variable.assign_sub)


class Rule(Declared, Optimizer):
    """Base of the library's own rules: the learning rate is their first argument."""

    learning_rate: LearningRate = default(0.001)


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
