"""Adam and its relatives: steps scaled by running moments of the gradient."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import default
from ..core.variable import Variable
from .optimizer import Rule

__all__ = ["Adam", "AdamW", "Adamax", "Lamb", "Nadam", "ScheduleFreeAdamW"]


class _Moments(Rule):
    """Base of the rules that keep a running mean and a running mean square of the gradient."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    slots = (("momentum", "velocity"),)

    def moved(self, gradient: Any, m: Any, v: Any) -> tuple[Any, Any]:
        """Mean and mean square, moved towards the gradient and its square."""
        return m + (gradient - m) * (1 - self.beta_1), v + (jnp.square(gradient) - v) * (1 - self.beta_2)

    def root(self, v: Any, step: Any) -> Any:
        """The root of the mean square, which is corrected for having begun at zero."""
        return jnp.sqrt(v / (1 - self.beta_2**step)) + self.epsilon


class Adam(_Moments):
    r"""Steps along the running mean of gradients, each entry scaled by the root of its running square.

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt{v} + \epsilon}

    This :math:`\epsilon` is the paper's :math:`\hat\epsilon`, added before the correction of the bias. With
    `amsgrad` the largest :math:`v` so far takes the place of :math:`v`.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        beta_1: :math:`\beta_1`, decay of the mean, in [0, 1).
        beta_2: :math:`\beta_2`, decay of the mean square, in [0, 1).
        epsilon: :math:`\epsilon`, against division by zero.
        amsgrad: whether the scale never grows again.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adam(0.1).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Kingma and Ba, https://arxiv.org/abs/1412.6980; Reddi et al. for AMSGrad,
    https://openreview.net/forum?id=ryQu7f-RZ
    """

    amsgrad: bool = False

    def _complete(self) -> None:
        super()._complete()
        if self.amsgrad:
            self.slots = (("momentum", "velocity"), ("velocity_hat",))  # type: ignore[assignment]

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, *args: Any) -> Any:
        """One step."""
        *hat, rate, step = args
        m, v = self.moved(gradient, m, v)
        largest = v
        if self.uses("velocity_hat", self.amsgrad):
            hat = [largest := jnp.maximum(hat[0], v)]
        scale = rate * jnp.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        return weight - scale * m / (jnp.sqrt(largest) + self.epsilon), (m, v, *hat)


class AdamW(Adam):
    r"""Adam with weight decay that does not pass through the moments.

    Before the step of `Adam`, :math:`w \leftarrow w - \eta \lambda w`.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        weight_decay: :math:`\lambda`.
        beta_1: :math:`\beta_1`, decay of the mean, in [0, 1).
        beta_2: :math:`\beta_2`, decay of the mean square, in [0, 1).
        epsilon: :math:`\epsilon`, against division by zero.
        amsgrad: whether the scale never grows again.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: `weight_decay` is None, or an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.AdamW(0.1, weight_decay=0.5).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.85

    Source: Loshchilov and Hutter, Decoupled weight decay regularization, https://arxiv.org/abs/1711.05101
    """

    weight_decay: float = default(0.004, after="learning_rate")

    def _complete(self) -> None:
        if self.weight_decay is None:
            raise ValueError("AdamW needs weight_decay, a number such as 0.004; without weight decay it is Adam.")
        super()._complete()


class Adamax(_Moments):
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

    def update(self, gradient: Any, weight: Any, m: Any, u: Any, rate: Any, step: Any) -> Any:
        """One step."""
        m = m + (gradient - m) * (1 - self.beta_1)
        u = jnp.maximum(self.beta_2 * u, jnp.abs(gradient))
        return weight - rate / (1 - self.beta_1**step) * m / (u + self.epsilon), (m, u)


class Nadam(_Moments):
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

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots, and once the product of all momenta so far."""
        super().make_slots(variables)
        if not self.built:
            self._product = self.add_variable((), "ones", variables[0].dtype if variables else dtypes.floatx())

    def update_all(self, grads: Sequence[Any], trainable_variables: Sequence[Variable]) -> None:
        """Multiply this step's momentum onto the product, then update all weights."""
        self._product.assign(self._product.value * self._momentum(self._step_number()))
        super().update_all(grads, trainable_variables)

    def _momentum(self, step: Any) -> Any:
        return self.beta_1 * (1.0 - 0.5 * 0.96**step)

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        now, following, product = self._momentum(step), self._momentum(step + 1), self._product.value
        m, v = self.moved(gradient, m, v)
        ahead = following / (1 - product * following) * m + (1 - now) / (1 - product) * gradient
        return weight - rate * ahead / self.root(v, step), (m, v)


class Lamb(_Moments):
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

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        m, v = self.moved(gradient, m, v)
        direction = m / (1 - self.beta_1**step) / self.root(v, step)
        length, size = (jnp.sqrt(jnp.sum(jnp.square(x))) for x in (weight, direction))
        ratio = jnp.where((length > 0) & (size > 0), length / jnp.where(size > 0, size, 1.0), 1.0)
        return weight - ratio * rate * direction, (m, v)


class ScheduleFreeAdamW(_Moments):
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

    learning_rate = default(0.0025)
    epsilon = 1e-8
    warmup_steps: int = 0

    def make_slots(self, variables: Sequence[Variable]) -> None:
        """Make the slots; the point begins at the weight."""
        super().make_slots(variables)
        for variable, (point, _) in zip(variables, self._kept[len(self._trainable) :], strict=True):
            point.assign(variable.stored)

    def update(self, gradient: Any, weight: Any, z: Any, v: Any, rate: Any, step: Any) -> Any:
        """One step."""
        if self.warmup_steps > 0:
            rate = rate * jnp.minimum(step / self.warmup_steps, 1.0)
        _, v = self.moved(gradient, z, v)
        x = (weight - (1 - self.beta_1) * z) / self.beta_1
        z = z - rate * gradient / self.root(v, step)
        x = (1 - 1 / step) * x + z / step
        return (1 - self.beta_1) * z + self.beta_1 * x, (z, v)
