"""Lion: steps of one size along the sign of the momentum."""

from typing import Any, Unpack

import jax.numpy as jnp

from .optimizer import Optimizer, Options, hyperparameters


class Lion(Optimizer):
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

    slots = (("momentum",),)

    @hyperparameters
    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **options: Unpack[Options]
    ) -> None:
        super().__init__(learning_rate, **options)
        if not 0 < beta_1 <= 1:
            raise ValueError(f"beta_1 lies above 0 and not above 1; at 0, Lion forgets. Received: beta_1={beta_1!r}")

    def update(self, gradient: Any, weight: Any, m: Any, rate: Any, step: Any) -> Any:
        """One step."""
        direction = jnp.sign(m * self.beta_1 + gradient * (1 - self.beta_1))
        return weight - rate * direction, (m * self.beta_2 + gradient * (1 - self.beta_2),)
