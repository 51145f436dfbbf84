"""Adamax, Nadam and Lamb: Adam with another norm, another momentum, another length of step."""

from collections.abc import Sequence
from typing import Any, Unpack

import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from ..core.variable import Variable
from .optimizer import Optimizer, Options, hyperparameters


class Adamax(Optimizer):
    r"""Adam with the largest absolute gradient in place of the mean square.

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
        u &\leftarrow \max(\beta_2 u, |g|) \\
        w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \epsilon}

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_1: :math:`\beta_1`, decay of the mean.
        beta_2: :math:`\beta_2`, decay of the norm.
        epsilon: :math:`\epsilon`, against division by zero.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adamax(0.1).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Kingma and Ba, https://arxiv.org/abs/1412.6980, section 7.
    """

    slots = (("momentum", "norm"),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)

    def update(self, gradient: Any, weight: Any, m: Any, u: Any, rate: Any, step: Any) -> Any:
        """One step."""
        m = m + (gradient - m) * (1 - self.beta_1)
        u = jnp.maximum(self.beta_2 * u, jnp.abs(gradient))
        return weight - rate / (1 - self.beta_1**step) * m / (u + self.epsilon), (m, u)


class Nadam(Optimizer):
    r"""Adam with Nesterov's momentum, whose strength grows over time.

    .. math::
        \mu_t &= \beta_1 (1 - \tfrac12 \, 0.96^t), \qquad \pi_t = \prod_{i \le t} \mu_i \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \left( \frac{\mu_{t+1} m}{1 - \pi_{t+1}} + \frac{(1 - \mu_t) g}{1 - \pi_t} \right)
            \Big/ \left( \sqrt{v / (1 - \beta_2^t)} + \epsilon \right)

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_1: :math:`\beta_1`, decay of the mean.
        beta_2: :math:`\beta_2`, decay of the mean square.
        epsilon: :math:`\epsilon`, against division by zero.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Nadam(0.1).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 2)
        0.89

    Source: Dozat, Incorporating Nesterov momentum into Adam, 2016.
    """

    slots = (("momentum", "velocity"),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots, and once the product of all momenta so far."""
        super().make_slots(variables)
        if self.built:
            return
        dtype = variables[0].dtype if variables else dtypes.floatx()
        self._product = self.add_variable((), lambda shape, dtype: np.ones(shape, dtype), dtype)

    def update_all(self, grads: Sequence[Any], trainable_variables: Sequence[Variable]) -> None:
        """Multiply this step's momentum onto the product, then update all weights."""
        self._product.assign(self._product.value * self._momentum(self._step_number()))
        super().update_all(grads, trainable_variables)

    def _momentum(self, step: Any) -> Any:
        return self.beta_1 * (1.0 - 0.5 * 0.96**step)

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        now, following, product = self._momentum(step), self._momentum(step + 1), self._product.value
        m = m + (gradient - m) * (1 - self.beta_1)
        v = v + (jnp.square(gradient) - v) * (1 - self.beta_2)
        ahead = following / (1 - product * following) * m + (1 - now) / (1 - product) * gradient
        return weight - rate * ahead / (jnp.sqrt(v / (1 - self.beta_2**step)) + self.epsilon), (m, v)


class Lamb(Optimizer):
    r"""Adam's direction, with the step of each weight as long as a share of the weight itself.

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}, \qquad
        w \leftarrow w - \eta \frac{\|w\|}{\|u\|} u

    with the quotient 1 where a norm is 0.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_1: :math:`\beta_1`, decay of the mean.
        beta_2: :math:`\beta_2`, decay of the mean square.
        epsilon: :math:`\epsilon`, against division by zero.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([2.0])
        >>> cornu.optimizers.Lamb(0.1).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        1.8

    Source: You et al., https://arxiv.org/abs/1904.00962
    """

    slots = (("momentum", "velocity"),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        m = m + (gradient - m) * (1 - self.beta_1)
        v = v + (jnp.square(gradient) - v) * (1 - self.beta_2)
        direction = m / (1 - self.beta_1**step) / (jnp.sqrt(v / (1 - self.beta_2**step)) + self.epsilon)
        length, size = (jnp.sqrt(jnp.sum(jnp.square(x))) for x in (weight, direction))
        ratio = jnp.where((length > 0) & (size > 0), length / jnp.where(size > 0, size, 1.0), 1.0)
        return weight - ratio * rate * direction, (m, v)
