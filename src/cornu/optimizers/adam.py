"""Adam and its relatives: steps scaled by running moments of the gradient."""

from typing import Any, Unpack

import jax.numpy as jnp

from .optimizer import Optimizer, Options, hyperparameters


class Adam(Optimizer):
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

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.slots = (("momentum", "velocity"), ("velocity_hat",)) if amsgrad else (("momentum", "velocity"),)

    def update(self, gradient: Any, weight: Any, m: Any, v: Any, *args: Any) -> Any:
        """One step."""
        *hat, rate, step = args
        m = m + (gradient - m) * (1 - self.beta_1)
        v = v + (jnp.square(gradient) - v) * (1 - self.beta_2)
        if hat:
            hat = [jnp.maximum(hat[0], v)]
        scale = rate * jnp.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        weight = weight - scale * m / (jnp.sqrt(hat[0] if hat else v) + self.epsilon)
        return weight, (m, v, *hat)


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

    @hyperparameters
    def __init__(  # type: ignore[misc]  # another default than the shared one
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[Options],
    ) -> None:
        if weight_decay is None:
            raise ValueError("AdamW needs weight_decay, a number such as 0.004; without weight decay it is Adam.")
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options)
