"""Adagrad, Adadelta, RMSprop and Ftrl: steps scaled by squares of gradients, summed or averaged."""

from typing import Any

import jax.numpy as jnp

from ..initializers import Constant
from .optimizer import Rule

__all__ = ["Adadelta", "Adagrad", "Ftrl", "RMSprop"]


class Adagrad(Rule):
    r"""Each entry of the gradient divided by the root of the sum of its squares so far.

    .. math:: a \leftarrow a + g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt{a + \epsilon}}

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        initial_accumulator_value: :math:`a` at the start; not negative.
        epsilon: :math:`\epsilon`, against division by zero.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adagrad(0.1, initial_accumulator_value=0.0).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Duchi et al., Adaptive subgradient methods, JMLR 12, 2011.
    """

    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7
    slots = (("accumulator",),)

    def initial(self, slot: str) -> Any:
        """The accumulator's initializer."""
        return Constant(self.initial_accumulator_value)

    def update(self, gradient: Any, weight: Any, accumulator: Any, rate: Any, step: Any) -> Any:
        """One step."""
        accumulator = accumulator + jnp.square(gradient)
        return weight - rate * gradient / jnp.sqrt(accumulator + self.epsilon), (accumulator,)


class Adadelta(Rule):
    r"""Steps as large as earlier steps, relative to the size of gradients.

    .. math::
        a &\leftarrow \rho a + (1 - \rho) g^2, \qquad
        \Delta = - g \sqrt{\frac{d + \epsilon}{a + \epsilon}} \\
        d &\leftarrow \rho d + (1 - \rho) \Delta^2, \qquad w \leftarrow w + \eta \Delta

    Args:
        learning_rate: :math:`\eta`, a number or a schedule; 1 in the paper.
        rho: :math:`\rho`, decay of the mean squares.
        epsilon: :math:`\epsilon`, which also sets the size of the first steps.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adadelta(1.0, rho=0.0, epsilon=0.01).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Zeiler, https://arxiv.org/abs/1212.5701
    """

    rho: float = 0.95
    epsilon: float = 1e-7
    slots = (("accumulated_grad", "accumulated_delta_var"),)

    def update(self, gradient: Any, weight: Any, squares: Any, changes: Any, rate: Any, step: Any) -> Any:
        """One step."""
        squares = self.rho * squares + (1 - self.rho) * jnp.square(gradient)
        change = -jnp.sqrt(changes + self.epsilon) * gradient / jnp.sqrt(squares + self.epsilon)
        changes = self.rho * changes + (1 - self.rho) * jnp.square(change)
        return weight + rate * change, (squares, changes)


class RMSprop(Rule):
    r"""Each entry of the gradient divided by the root of its running mean square.

    .. math:: v \leftarrow \rho v + (1 - \rho) g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt{v + \epsilon}}

    Centered, the running mean of the gradient is squared and taken from :math:`v`. With momentum :math:`\mu` the
    step is :math:`u \leftarrow \mu u + \eta g / \sqrt{v + \epsilon}` and :math:`w \leftarrow w - u`.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        rho: :math:`\rho`, decay of the mean square, in [0, 1).
        momentum: :math:`\mu`.
        epsilon: :math:`\epsilon`, against division by zero.
        centered: whether to scale by the variance in place of the mean square.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.RMSprop(0.1, rho=0.75).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.8

    Source: Hinton, Neural networks for machine learning, lecture 6e, 2012.
    """

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def _complete(self) -> None:
        super()._complete()
        names = ["velocity"] + ["momentum"] * (self.momentum > 0) + ["average_gradient"] * bool(self.centered)
        self.slots = tuple((name,) for name in names)

    def update(self, gradient: Any, weight: Any, velocity: Any, *args: Any) -> Any:
        """One step."""
        *slots, rate, _ = args
        kept = dict(zip([name for (name,) in self.slots[1:]], slots, strict=True))
        variance = velocity = self.rho * velocity + (1 - self.rho) * jnp.square(gradient)
        if self.uses("average_gradient", self.centered):
            kept["average_gradient"] = self.rho * kept["average_gradient"] + (1 - self.rho) * gradient
            variance = velocity - jnp.square(kept["average_gradient"])
        change = rate * gradient / jnp.sqrt(variance + self.epsilon)
        if self.uses("momentum", self.momentum):
            change = kept["momentum"] = self.momentum * kept["momentum"] + change
        return weight - change, (velocity, *kept.values())


class Ftrl(Rule):
    r"""Follow the regularized leader: weights with small evidence are exactly zero.

    .. math::
        n' &= n + g^2, \qquad
        z \leftarrow z + g + 2 \lambda_s w - \frac{n'^{-p} - n^{-p}}{\eta} w, \qquad n \leftarrow n' \\
        w &\leftarrow \frac{\mathrm{clip}(z, -\lambda_1, \lambda_1) - z}
            {n^{-p} / \eta + 2 (\lambda_2 + \beta / (2 \eta))}

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        learning_rate_power: :math:`p`, how the rate falls; not positive.
        initial_accumulator_value: :math:`n` at the start; not negative.
        l1_regularization_strength: :math:`\lambda_1`; not negative.
        l2_regularization_strength: :math:`\lambda_2`; not negative.
        l2_shrinkage_regularization_strength: :math:`\lambda_s`; not negative.
        beta: :math:`\beta`.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Ftrl(0.1, l1_regularization_strength=9.0).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.6574

    Source: McMahan et al., Ad click prediction: a view from the trenches, 2013.
    """

    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0
    slots = (("accumulator", "linear"),)

    def _complete(self) -> None:
        super()._complete()
        if self.learning_rate_power > 0:
            raise ValueError(f"learning_rate_power is not positive. Received: {self.learning_rate_power!r}")
        for name in ("initial_accumulator_value", *(f"{kind}_regularization_strength" for kind in _STRENGTHS)):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is not negative. Received: {getattr(self, name)!r}")

    def initial(self, slot: str) -> Any:
        """The initializer of a slot."""
        return Constant(self.initial_accumulator_value) if slot == "accumulator" else "zeros"

    def update(self, gradient: Any, weight: Any, n: Any, z: Any, rate: Any, step: Any) -> Any:
        """One step."""
        power, new = -self.learning_rate_power, n + jnp.square(gradient)
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * weight
        z = z + shrunk - (new**power - n**power) / rate * weight
        curvature = new**power / rate + 2 * (self.l2_regularization_strength + self.beta / (2 * rate))
        strength = self.l1_regularization_strength
        return (jnp.clip(z, -strength, strength) - z) / curvature, (new, z)


_STRENGTHS = ("l1", "l2", "l2_shrinkage")
