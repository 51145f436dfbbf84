"""Adafactor: mean squares of matrices kept as one row and one column."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core.variable import Variable
from .optimizer import Rule

__all__ = ["Adafactor"]


class Adafactor(Rule):
    r"""Steps scaled by a mean square that is kept as row sums and column sums.

    With :math:`\hat\beta_t = 1 - t^{\tau}`, and :math:`s = g^2 + \epsilon_1`,

    .. math::
        r &\leftarrow \hat\beta_t r + (1 - \hat\beta_t) \, \mathrm{mean}_{\text{columns}} \, s, \qquad
        c \leftarrow \hat\beta_t c + (1 - \hat\beta_t) \, \mathrm{mean}_{\text{rows}} \, s, \qquad
        v = \frac{r c^\top}{\mathrm{mean}(r)} \\
        u &= \frac{g}{\sqrt v}, \qquad
        w \leftarrow w - \max(\epsilon_2, \mathrm{rms}(w)) \, \rho_t \, \frac{u}{\max(1, \mathrm{rms}(u) / d)}

    where :math:`\rho_t = \min(\eta, 1 / \sqrt t)`. A vector keeps its whole mean square.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_2_decay: :math:`\tau`, negative.
        epsilon_1: :math:`\epsilon_1`, added to squares.
        epsilon_2: :math:`\epsilon_2`, least size of a weight, relative to which steps are.
        clip_threshold: :math:`d`, largest root mean square of a step.
        relative_step: accepted for compatibility; the rate is limited by :math:`1 / \sqrt t` in any case.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([[1.0, 1.0], [1.0, 1.0]])
        >>> cornu.optimizers.Adafactor(0.1).apply([cornu.ops.ones((2, 2))], [w])
        >>> w.numpy().round(4).tolist()
        [[0.8999999761581421, 0.8999999761581421], [0.8999999761581421, 0.8999999761581421]]

    Source: Shazeer and Stern, https://arxiv.org/abs/1804.04235
    """

    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 0.001
    clip_threshold: float = 1.0
    relative_step: bool = True

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make a row, a column and a mean square per weight; of vectors, row and column are unused scalars."""
        for variable in variables:
            matrix, shape = variable.ndim >= 2, variable.shape
            shapes, dtype = ([shape[:-1], (*shape[:-2], shape[-1])], variable.dtype) if matrix else ([(), ()], "int32")
            factors = [self.add_variable(shape, "zeros", dtype, variable.name) for shape in shapes]
            self._kept.append([*factors, self.add_variable_from_reference(variable, "velocity")])

    def update(self, gradient: Any, weight: Any, row: Any, column: Any, velocity: Any, rate: Any, step: Any) -> Any:
        """One step."""
        rho = jnp.minimum(rate, 1 / jnp.sqrt(step))
        decay = 1 - step**self.beta_2_decay
        square = jnp.square(gradient) + self.epsilon_1
        if gradient.ndim >= 2:
            row = decay * row + (1 - decay) * jnp.mean(square, axis=-1)
            column = decay * column + (1 - decay) * jnp.mean(square, axis=-2)
            velocity = (row / jnp.mean(row, axis=-1, keepdims=True))[..., None] * column[..., None, :]
        else:
            velocity = decay * velocity + (1 - decay) * square
        change = gradient / jnp.sqrt(velocity)
        change = change / jnp.maximum(1.0, _rms(change) / self.clip_threshold)
        return weight - jnp.maximum(self.epsilon_2, _rms(weight)) * rho * change, (row, column, velocity)


def _rms(x: Any) -> Any:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
