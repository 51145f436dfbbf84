"""Gradient descent with momentum: SGD, and Lion, which goes along the sign."""

from typing import Any

import jax.numpy as jnp

from ..core.arguments import default
from .optimizer import Rule

__all__ = ["Lion", "SGD"]


class SGD(Rule):
    r"""Gradient descent with momentum.

    Without momentum :math:`w \leftarrow w - \eta g`; with it

    .. math:: v \leftarrow \mu v - \eta g, \qquad w \leftarrow w + v

    and with Nesterov's, :math:`w \leftarrow w + \mu v - \eta g`.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        momentum: :math:`\mu`, in [0, 1].
        nesterov: whether the step looks ahead along the momentum.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.SGD(0.1).apply([cornu.ops.array([2.0])], [w])
        >>> round(float(w[0]), 4)
        0.8

    Source: Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
    """

    learning_rate = default(0.01)
    momentum: float = 0.0
    nesterov: bool = False

    def _complete(self) -> None:
        super()._complete()
        if isinstance(self.momentum, bool | str) or not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum lies between 0 and 1. Received: momentum={self.momentum!r}")
        self.slots = (("momentum",),) if self.momentum else ()

    def update(self, gradient: Any, weight: Any, *args: Any) -> Any:
        """One step."""
        *slots, rate, _ = args
        if not self.uses("momentum", self.momentum):
            return weight - rate * gradient, slots
        velocity = self.momentum * slots[0] - rate * gradient
        change = self.momentum * velocity - rate * gradient if self.nesterov else velocity
        return weight + change, (velocity,)


class Lion(Rule):
    r"""Steps of one size per entry, along the sign of momentum and gradient.

    .. math:: w \leftarrow w - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g), \qquad
        m \leftarrow \beta_2 m + (1 - \beta_2) g

    Args:
        learning_rate: :math:`\eta`, a number or a schedule; about a tenth of Adam's.
        beta_1: :math:`\beta_1`, in (0, 1].
        beta_2: :math:`\beta_2`, decay of the momentum.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0, 1.0])
        >>> cornu.optimizers.Lion(0.5).apply([cornu.ops.array([5.0, -0.1])], [w])
        >>> w.numpy().tolist()
        [0.5, 1.5]

    Source: Chen et al., https://arxiv.org/abs/2302.06675
    """

    beta_1: float = 0.9
    beta_2: float = 0.99
    slots = (("momentum",),)

    def _complete(self) -> None:
        super()._complete()
        if not 0 < self.beta_1 <= 1:
            raise ValueError(f"beta_1 is above 0 and not above 1; at 0, Lion forgets. Received: beta_1={self.beta_1!r}")

    def update(self, gradient: Any, weight: Any, m: Any, rate: Any, step: Any) -> Any:
        """One step."""
        direction = jnp.sign(m * self.beta_1 + gradient * (1 - self.beta_1))
        return weight - rate * direction, (m * self.beta_2 + gradient * (1 - self.beta_2),)
