"""FTRL: follow the regularized leader, for sparse linear models."""

from typing import Any, Unpack

import jax.numpy as jnp

from .adagrad import constant
from .optimizer import Optimizer, Options, hyperparameters


class Ftrl(Optimizer):
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

    slots = (("accumulator", "linear"),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        if learning_rate_power > 0:
            raise ValueError(f"learning_rate_power is not positive. Received: {learning_rate_power!r}")
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is not negative. Received: {getattr(self, name)!r}")

    def initial(self, slot: str) -> Any:
        """The initializer of a slot."""
        return constant(self.initial_accumulator_value) if slot == "accumulator" else "zeros"

    def update(self, gradient: Any, weight: Any, n: Any, z: Any, rate: Any, step: Any) -> Any:
        """One step."""
        power, new = -self.learning_rate_power, n + jnp.square(gradient)
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * weight
        z = z + shrunk - (new**power - n**power) / rate * weight
        curvature = new**power / rate + 2 * (self.l2_regularization_strength + self.beta / (2 * rate))
        strength = self.l1_regularization_strength
        return (jnp.clip(z, -strength, strength) - z) / curvature, (new, z)
