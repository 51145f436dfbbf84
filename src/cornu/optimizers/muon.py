"""Muon: momentum of matrices made orthogonal; everything else by Adam."""

import re
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core.arguments import default
from ..core.types import Given
from ..core.variable import Variable
from .optimizer import Rule

__all__ = ["Muon"]


class Muon(Rule):
    r"""Steps along the orthogonal matrix nearest to the momentum, for matrices in hidden layers.

    .. math:: m \leftarrow \mu m + g, \qquad
        w \leftarrow w - \eta \, r \sqrt{\max(\text{rows}, \text{columns})} \; \mathrm{orth}(g + \mu m)

    where orth runs `ns_steps` of the iteration :math:`x \leftarrow a x + (b A + c A^2) x`, :math:`A = x x^\top`, from
    :math:`x / \|x\|`. Embeddings, weights that are not matrices and excluded ones are updated by `Adam`.

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        adam_beta_1: decay of Adam's mean.
        adam_beta_2: decay of Adam's mean square.
        adam_weight_decay: weight decay of weights that Adam updates.
        epsilon: Adam's, against division by zero.
        weight_decay: weight decay of the other weights.
        clipnorm: see `Optimizer`.
        clipvalue: see `Optimizer`.
        global_clipnorm: see `Optimizer`.
        use_ema: see `Optimizer`.
        ema_momentum: see `Optimizer`.
        ema_overwrite_frequency: see `Optimizer`.
        loss_scale_factor: see `Optimizer`.
        gradient_accumulation_steps: see `Optimizer`.
        name: its name.
        exclude_layers: regular expressions of paths that Adam updates.
        exclude_embeddings: whether Adam updates embeddings.
        muon_a: :math:`a`.
        muon_b: :math:`b`.
        muon_c: :math:`c`.
        adam_lr_ratio: Adam's learning rate relative to :math:`\eta`.
        momentum: :math:`\mu`.
        ns_steps: number of iterations.
        nesterov: whether the gradient is added to the momentum; without, the momentum alone is used.
        rms_rate: :math:`r`; None for steps without that factor and the root.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([[1.0, 0.0], [0.0, 1.0]])
        >>> cornu.optimizers.Muon(0.1).apply([cornu.ops.ones((2, 2))], [w])
        >>> w.shape
        (2, 2)

    Source: Jordan et al., https://kellerjordan.github.io/posts/muon/
    """

    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float | None = 0.004
    epsilon: float = 1e-7
    weight_decay = default(0.004, here=True)
    clipnorm = clipvalue = global_clipnorm = default(None, here=True)
    use_ema = default(False, here=True)
    ema_momentum = default(0.99, here=True)
    ema_overwrite_frequency = loss_scale_factor = gradient_accumulation_steps = name = default(None, here=True)
    exclude_layers: Given[Sequence[str] | None, list[str]] = default(None)
    exclude_embeddings: bool = True
    muon_a: float = 3.4445
    muon_b: float = -4.775
    muon_c: float = 2.0315
    adam_lr_ratio: float = 1
    momentum: float = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2
    slots = (("momentum", "velocity"),)

    def _complete(self) -> None:
        super()._complete()
        self.exclude_layers = list(self.exclude_layers or [])

    def _by_adam(self, variable: Variable) -> bool:
        if variable.ndim != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def _needs(self, slot: str, variable: Variable) -> bool:
        """A mean square is needed where Adam updates."""
        return slot == "momentum" or self._by_adam(variable)

    def update(self, gradient: Any, weight: Any, m: Any, *args: Any) -> Any:
        """One step."""
        *squares, rate, step = args
        if squares:
            m = m + (gradient - m) * (1 - self.adam_beta_1)
            v = squares[0] + (jnp.square(gradient) - squares[0]) * (1 - self.adam_beta_2)
            scale = self.adam_lr_ratio * rate * jnp.sqrt(1 - self.adam_beta_2**step) / (1 - self.adam_beta_1**step)
            return weight - scale * m / (jnp.sqrt(v) + self.epsilon), (m, v)
        m = self.momentum * m + gradient
        change = rate * self.orthogonal(gradient + self.momentum * m if self.nesterov else m)
        if self.rms_rate is not None:
            change = change * (max(weight.shape) ** 0.5 * self.rms_rate)
        return weight - change, (m,)

    def orthogonal(self, x: Any) -> Any:
        """About the orthogonal matrix nearest to `x`, by a polynomial iteration on its singular values.

        Args:
            x: matrix.
        """
        wide = x.shape[-2] <= x.shape[-1]
        x = x if wide else x.T
        x = x / (jnp.linalg.norm(x) + 1e-7)
        for _ in range(self.ns_steps):
            gram = x @ x.T
            x = self.muon_a * x + (self.muon_b * gram + self.muon_c * gram @ gram) @ x
        return x if wide else x.T

    def _decay_of(self, variable: Variable) -> float | None:
        return self.adam_weight_decay if self._by_adam(variable) else self.weight_decay
