"""Loss scaling that adapts: against underflow of gradients in float16."""

import inspect
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core.arguments import arguments
from ..core.lookup import nearest
from ..core.variable import Variable
from ..initializers import Constant
from .optimizer import Optimizer, choose
from .outer import Outer

__all__ = ["LossScaleOptimizer"]


@arguments
class LossScaleOptimizer(Outer):
    """Multiplies the loss by a scale that adapts, and divides the gradients by it before another optimizer.

    A step whose gradients are not finite is left out and halves the scale; after `dynamic_growth_steps` finite
    steps the scale doubles.

    Args:
        inner_optimizer: the optimizer that makes the steps.
        initial_scale: the first scale.
        dynamic_growth_steps: number of finite steps after which the scale doubles.
        name: its name.
        **options: refused; they belong to the optimizer inside.

    Raises:
        ValueError: `inner_optimizer` is none, or gets an argument of it, such as `clipnorm`.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> optimizer = cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.5), initial_scale=4.0)
        >>> optimizer.build([w])
        >>> optimizer.apply([cornu.ops.array([4.0])], [w])
        >>> w.numpy().tolist()
        [0.5]

    Source: Micikevicius et al., Mixed precision training, https://arxiv.org/abs/1710.03740
    """

    inner_optimizer: Optimizer
    initial_scale: float
    dynamic_growth_steps: int

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **options: Any,
    ) -> None:
        for option in options:
            if option not in inspect.signature(Optimizer).parameters:
                raise TypeError(f"LossScaleOptimizer has no argument {option!r}. {nearest(option, self._arguments)}")
            raise ValueError(
                f"LossScaleOptimizer takes no {option}, as it only scales the loss. Give it to the optimizer inside: "
                f"LossScaleOptimizer(SGD(0.01, {option}={options[option]!r}))."
            )
        if not isinstance(inner_optimizer, Optimizer):
            raise ValueError(f"inner_optimizer is an optimizer, such as SGD(0.1). Received: {inner_optimizer!r}")
        super().__init__(learning_rate=0.0, name=name)
        vars(inner_optimizer)["loss_scale_factor"] = None

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots of the inner optimizer, and once the scale and its counter."""
        self.inner_optimizer.build(variables)
        if not self.built:
            self.step_counter = self.add_variable((), "zeros", "int32", "step_counter")
            self.dynamic_scale = self.add_variable((), Constant(self.initial_scale), "float32", "dynamic_scale")

    def inner(self) -> Sequence[Optimizer]:
        """The optimizer that makes the steps."""
        return [self.inner_optimizer]

    def leader(self) -> Optimizer:
        """The optimizer that makes the steps."""
        return self.inner_optimizer

    def updated(self) -> list[Variable]:
        """The weights that the inner optimizer has slots for."""
        return self.inner_optimizer.updated()

    @property
    def iterations(self) -> Any:
        """Number of updates of the inner optimizer."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the scale.

        Args:
            loss: the loss.
        """
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One step, unless a gradient is not finite.

        Args:
            grads: gradients of the scaled loss.
            trainable_variables: their weights.
        """
        grads, weights = self._matched(grads, trainable_variables)
        finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(g)) for g in grads]))

        def step() -> None:
            scale = self.dynamic_scale.value
            unscaled = [g if v.overwrite_with_gradient else g / scale for g, v in zip(grads, weights, strict=True)]
            self.inner_optimizer.apply(unscaled, weights)
            grown = self.step_counter.value == self.dynamic_growth_steps - 1
            self.step_counter.assign(jnp.where(grown, 0, self.step_counter.value + 1))
            self.dynamic_scale.assign(self.dynamic_scale.value * jnp.where(grown, 2.0, 1.0))

        def skip() -> None:
            self.step_counter.assign(np.int32(0))
            self.dynamic_scale.assign(self.dynamic_scale.value * 0.5)

        choose(finite, step, skip, [*weights, *self.variables])

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """What the inner optimizer does at the end of training.

        Args:
            var_list: the weights it was built for.
        """
        self.inner_optimizer.finalize_variable_values(var_list)
