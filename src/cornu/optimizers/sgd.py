"""Stochastic gradient descent, with momentum and Nesterov's momentum."""

from typing import Any, Unpack

from .optimizer import Optimizer, Options, hyperparameters


class SGD(Optimizer):
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

    @hyperparameters
    def __init__(
        self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, **options: Unpack[Options]
    ) -> None:
        super().__init__(learning_rate, **options)
        if isinstance(momentum, bool | str) or not 0 <= momentum <= 1:
            raise ValueError(f"momentum lies between 0 and 1. Received: momentum={momentum!r}")
        if momentum:
            self.slots = (("momentum",),)

    def update(self, gradient: Any, weight: Any, *args: Any) -> Any:
        """One step."""
        *slots, rate, _ = args
        if not slots:
            return weight - rate * gradient, ()
        velocity = self.momentum * slots[0] - rate * gradient
        if self.nesterov:
            return weight + self.momentum * velocity - rate * gradient, (velocity,)
        return weight + velocity, (velocity,)
