"""Adagrad and Adadelta: steps scaled by accumulated squares of gradients."""

from typing import Any, Unpack

import jax.numpy as jnp
import numpy as np

from .optimizer import Optimizer, Options, hyperparameters


def constant(value: float) -> Any:
    """An initializer that fills an array with `value`."""
    return lambda shape, dtype=None: np.full(shape, value, dtype)


class Adagrad(Optimizer):
    r"""Each entry of the gradient divided by the root of the sum of its squares so far.

    .. math:: a \leftarrow a + g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt{a + \epsilon}}

    Args:
        learning_rate: :math:`\eta`, a number or a schedule.
        initial_accumulator_value: :math:`a` at the start; not negative.
        epsilon: :math:`\epsilon`, against division by zero.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adagrad(0.1, initial_accumulator_value=0.0).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Duchi et al., Adaptive subgradient methods, JMLR 12, 2011.
    """

    slots = (("accumulator",),)

    @hyperparameters
    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)

    def initial(self, slot: str) -> Any:
        """The accumulator's initializer."""
        return constant(self.initial_accumulator_value)

    def update(self, gradient: Any, weight: Any, accumulator: Any, rate: Any, step: Any) -> Any:
        """One step."""
        accumulator = accumulator + jnp.square(gradient)
        return weight - rate * gradient / jnp.sqrt(accumulator + self.epsilon), (accumulator,)


class Adadelta(Optimizer):
    r"""Steps as large as earlier steps, relative to the size of gradients.

    .. math::
        a &\leftarrow \rho a + (1 - \rho) g^2, \qquad
        \Delta = - g \sqrt{\frac{d + \epsilon}{a + \epsilon}} \\
        d &\leftarrow \rho d + (1 - \rho) \Delta^2, \qquad w \leftarrow w + \eta \Delta

    Args:
        learning_rate: :math:`\eta`, a number or a schedule; 1 in the paper.
        rho: :math:`\rho`, decay of the mean squares.
        epsilon: :math:`\epsilon`, which also sets the size of the first steps.
        **options: what every optimizer takes, see `Optimizer`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0])
        >>> cornu.optimizers.Adadelta(1.0, rho=0.0, epsilon=0.01).apply([cornu.ops.array([5.0])], [w])
        >>> round(float(w[0]), 4)
        0.9

    Source: Zeiler, https://arxiv.org/abs/1212.5701
    """

    slots = (("accumulated_grad", "accumulated_delta_var"),)

    @hyperparameters
    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **options: Unpack[Options]
    ) -> None:
        super().__init__(learning_rate, **options)

    def update(self, gradient: Any, weight: Any, squares: Any, changes: Any, rate: Any, step: Any) -> Any:
        """One step."""
        squares = self.rho * squares + (1 - self.rho) * jnp.square(gradient)
        change = -jnp.sqrt(changes + self.epsilon) * gradient / jnp.sqrt(squares + self.epsilon)
        changes = self.rho * changes + (1 - self.rho) * jnp.square(change)
        return weight + rate * change, (squares, changes)
