"""Schedule-free AdamW: averaging of weights in place of a schedule."""

from collections.abc import Sequence
from typing import Any, Unpack

import jax.numpy as jnp

from ..core.variable import Variable
from .optimizer import Optimizer, Options, hyperparameters


class ScheduleFreeAdamW(Optimizer):
    r"""Adam steps of a point :math:`z`, with the weights between :math:`z` and its average :math:`x`.

    .. math::
        v &\leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        z' = z - \eta \frac{g}{\sqrt{v / (1 - \beta_2^t)} + \epsilon} \\
        x &= \frac{w - (1 - \beta_1) z}{\beta_1}, \qquad x' = (1 - \tfrac1t) x + \tfrac1t z', \qquad
        w \leftarrow (1 - \beta_1) z' + \beta_1 x'

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_1: :math:`\beta_1`, weight of the average, in (0, 1).
        beta_2: :math:`\beta_2`, decay of the mean square.
        epsilon: :math:`\epsilon`, against division by zero.
        warmup_steps: number of steps over which the rate rises in a line.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.ScheduleFreeAdamW(0.1).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Defazio et al., https://arxiv.org/abs/2405.15682
    """

    slots = (("momentum", "velocity"),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots; the point begins at the weight."""
        begun = len(self._trainable)
        super().make_slots(variables)
        for variable, point in zip(variables, self._kept["momentum"][begun:], strict=True):
            point.assign(variable.stored)

    def update(self, gradient: Any, weight: Any, z: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        if self.warmup_steps > 0:
            rate = rate * jnp.minimum(step / self.warmup_steps, 1.0)
        v = v + (jnp.square(gradient) - v) * (1 - self.beta_2)
        x = (weight - (1 - self.beta_1) * z) / self.beta_1
        z = z - rate * gradient / (jnp.sqrt(v / (1 - self.beta_2**step)) + self.epsilon)
        x = (1 - 1 / step) * x + z / step
        return (1 - self.beta_1) * z + self.beta_1 * x, (z, v)
