"""Schedules that lower the learning rate: exponential, inverse, polynomial, piecewise, cosine."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ...core import dtypes
from ...core.arguments import arguments
from ...core.symbolic import unwrap
from .schedule import LearningRateSchedule, checked_steps


def _float(step: Any) -> Any:
    return jnp.asarray(unwrap(step)).astype(dtypes.floatx())


class ExponentialDecay(LearningRateSchedule):
    r"""Exponential decay, :math:`\eta_t = \eta_0 \, \rho^{t / T}`.

    Args:
        initial_learning_rate: :math:`\eta_0`.
        decay_steps: :math:`T`, steps per factor :math:`\rho`; positive.
        decay_rate: :math:`\rho`.
        staircase: whether :math:`t / T` is rounded down, so that the rate falls in steps.
        name: its name.

    Raises:
        ValueError: `decay_steps` is not positive.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
        >>> round(float(schedule(200)), 4)
        0.025
    """

    @arguments
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        checked_steps(decay_steps, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        periods = _float(step) / self.decay_steps
        periods = jnp.floor(periods) if self.staircase else periods
        return self.initial_learning_rate * jnp.power(self.decay_rate, periods)


class InverseTimeDecay(LearningRateSchedule):
    r"""Decay with the inverse of time, :math:`\eta_t = \eta_0 / (1 + \rho t / T)`.

    Args:
        initial_learning_rate: :math:`\eta_0`.
        decay_steps: :math:`T`; positive.
        decay_rate: :math:`\rho`.
        staircase: whether :math:`t / T` is rounded down, so that the rate falls in steps.
        name: its name.

    Raises:
        ValueError: `decay_steps` is not positive.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=100, decay_rate=1.0)
        >>> round(float(schedule(100)), 4)
        0.05
    """

    @arguments
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        checked_steps(decay_steps, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        periods = _float(step) / self.decay_steps
        periods = jnp.floor(periods) if self.staircase else periods
        return self.initial_learning_rate / (1.0 + self.decay_rate * periods)


class PolynomialDecay(LearningRateSchedule):
    r"""Polynomial decay to an end, :math:`\eta_t = (\eta_0 - \eta_T)(1 - t / T)^p + \eta_T` up to step :math:`T`.

    Args:
        initial_learning_rate: :math:`\eta_0`.
        decay_steps: :math:`T`; positive.
        end_learning_rate: :math:`\eta_T`, kept after step :math:`T`.
        power: :math:`p`; 1 is a straight line.
        cycle: whether, in place of staying, :math:`T` grows to the next multiple.
        name: its name.

    Raises:
        ValueError: `decay_steps` is not positive.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)
        >>> round(float(schedule(75)), 4)
        0.025
    """

    @arguments
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        checked_steps(decay_steps, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        step, length = _float(step), _float(self.decay_steps)
        if self.cycle:
            length = length * jnp.where(step == 0, 1.0, jnp.ceil(step / length))
        else:
            step = jnp.minimum(step, length)
        left = jnp.power(1.0 - step / length, self.power)
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate


class PiecewiseConstantDecay(LearningRateSchedule):
    """Constant between boundaries: `values[i]` while `boundaries[i - 1] < step <= boundaries[i]`.

    Args:
        boundaries: steps after which the next value holds, increasing.
        values: learning rates, one more than boundaries.
        name: its name.

    Raises:
        ValueError: there is not one value more than boundaries.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
        >>> [round(float(schedule(step)), 4) for step in (10, 11, 21)]
        [0.1, 0.01, 0.001]
    """

    @arguments
    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"Give one value more than boundaries, {len(boundaries) + 1}. Received {len(values)} values."
            )

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        passed = sum((jnp.asarray(unwrap(step)) > b).astype("int32") for b in self.boundaries)
        return jnp.asarray(self.values, dtypes.floatx())[passed]


class CosineDecay(LearningRateSchedule):
    r"""Half a cosine down to a share of the first rate, after a straight warm-up if asked for.

    .. math:: \eta_t = \eta_0 \left( (1 - \alpha) \frac{1 + \cos(\pi t / T)}{2} + \alpha \right), \quad t \le T

    With a warm-up the rate rises in a line from :math:`\eta_0` to `warmup_target`, and decays from there.

    Args:
        initial_learning_rate: :math:`\eta_0`.
        decay_steps: :math:`T`; positive.
        alpha: :math:`\alpha`, share of the rate that is left at the end.
        name: its name.
        warmup_target: rate at the end of the warm-up; None for no warm-up.
        warmup_steps: length of the warm-up.

    Raises:
        ValueError: `decay_steps` is not positive.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.CosineDecay(0.1, decay_steps=100)
        >>> round(float(schedule(50)), 4)
        0.05

    Source: Loshchilov and Hutter, https://arxiv.org/abs/1608.03983
    """

    @arguments
    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        checked_steps(decay_steps, "decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        step, first = _float(step), self.initial_learning_rate
        if self.warmup_target is None:
            return self._decayed(step, first)
        warm = first + (self.warmup_target - first) * step / max(self.warmup_steps, 1)
        return jnp.where(step < self.warmup_steps, warm, self._decayed(step - self.warmup_steps, self.warmup_target))

    def _decayed(self, step: Any, first: float) -> Any:
        share = jnp.minimum(step, float(self.decay_steps)) / self.decay_steps
        return first * ((1 - self.alpha) * 0.5 * (1.0 + jnp.cos(math.pi * share)) + self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    r"""Half cosines one after another, each longer and lower than the last.

    .. math:: \eta_t = \eta_0 \left( (1 - \alpha) \, m^i \, \frac{1 + \cos(\pi s)}{2} + \alpha \right)

    where :math:`s` is the share of period :math:`i` that has passed; period :math:`i` is :math:`T k^i` long.

    Args:
        initial_learning_rate: :math:`\eta_0`.
        first_decay_steps: :math:`T`; positive.
        t_mul: :math:`k`, factor from one period's length to the next.
        m_mul: :math:`m`, factor from one period's rate to the next.
        alpha: :math:`\alpha`, share of the rate that is left at the end of a period.
        name: its name.

    Raises:
        ValueError: `first_decay_steps` is not positive.

    Example:
        >>> import cornu
        >>> schedule = cornu.optimizers.schedules.CosineDecayRestarts(0.1, first_decay_steps=100)
        >>> round(float(schedule(100)), 4)
        0.1

    Source: Loshchilov and Hutter, https://arxiv.org/abs/1608.03983
    """

    @arguments
    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        checked_steps(first_decay_steps, "first_decay_steps")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far.
        """
        passed = _float(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            period = jnp.floor(passed)
            share = passed - period
        else:
            k = float(self.t_mul)
            period = jnp.floor(jnp.log(1.0 - passed * (1.0 - k)) / math.log(k))
            share = (passed - (1.0 - k**period) / (1.0 - k)) / k**period
        cosine = 0.5 * self.m_mul**period * (1.0 + jnp.cos(math.pi * share))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)
