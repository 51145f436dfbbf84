"""RMSprop: steps scaled by the root of a running mean square."""

from typing import Any, Unpack

import jax.numpy as jnp

from .optimizer import Optimizer, Options, hyperparameters


class RMSprop(Optimizer):
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

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        names = ["velocity"] + ["momentum"] * (momentum > 0) + ["average_gradient"] * bool(centered)
        self.slots = tuple((name,) for name in names)

    def update(self, gradient: Any, weight: Any, velocity: Any, *args: Any) -> Any:
        """One step."""
        *slots, rate, _ = args
        kept = dict(zip([name for (name,) in self.slots[1:]], slots, strict=True))
        velocity = self.rho * velocity + (1 - self.rho) * jnp.square(gradient)
        variance = velocity
        if self.centered:
            kept["average_gradient"] = self.rho * kept["average_gradient"] + (1 - self.rho) * gradient
            variance = velocity - jnp.square(kept["average_gradient"])
        change = rate * gradient / jnp.sqrt(variance + self.epsilon)
        if "momentum" in kept:
            change = kept["momentum"] = self.momentum * kept["momentum"] + change
        return weight - change, (velocity, *kept.values())
