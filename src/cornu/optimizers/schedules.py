"""Learning rates as functions of the step: exponential, inverse, polynomial, piecewise, cosine."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import Declared
from ..core.config import Configurable
from ..core.lookup import Table
from ..core.symbolic import unwrap

__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "LearningRateSchedule",
    "PiecewiseConstantDecay", "PolynomialDecay", "deserialize", "serialize",
]  # fmt: skip


class LearningRateSchedule(Configurable):
    """Base of schedules: a subclass writes `__call__(step)`, the learning rate at a step.

    Example:
        >>> import cornu
        >>> class Halving(cornu.optimizers.schedules.LearningRateSchedule):
        ...     def __init__(self, first):
        ...         self.first = first
        ...     def __call__(self, step):
        ...         return self.first * 0.5 ** step
        >>> Halving(0.1)(1)
        0.05
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step.

        Args:
            step: number of steps so far, an integer scalar.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method __call__(self, step).")


def _float(step: Any) -> Any:
    return jnp.asarray(unwrap(step)).astype(dtypes.floatx())


class _Decay(Declared, LearningRateSchedule):
    """Base of the schedules that begin somewhere and take a number of steps."""

    initial_learning_rate: float

    def _complete(self) -> None:
        for name, value in vars(self).items():
            if name.endswith("decay_steps") and not value > 0:
                raise ValueError(f"{name} is a number of steps greater than 0. Received: {name}={value!r}")


class _PeriodicDecay(_Decay):
    """Base of the schedules that decay by a rate in each period."""

    decay_steps: float
    decay_rate: float
    staircase: bool = False
    name: str = ""

    def periods(self, step: Any) -> Any:
        """How many periods have passed."""
        periods = _float(step) / self.decay_steps
        return jnp.floor(periods) if self.staircase else periods


class ExponentialDecay(_PeriodicDecay):
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

    name = "ExponentialDecay"

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        return self.initial_learning_rate * jnp.power(self.decay_rate, self.periods(step))


class InverseTimeDecay(_PeriodicDecay):
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

    name = "InverseTimeDecay"

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        return self.initial_learning_rate / (1.0 + self.decay_rate * self.periods(step))


class PolynomialDecay(_Decay):
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

    decay_steps: float
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        step, length = _float(step), _float(self.decay_steps)
        if self.cycle:
            length = length * jnp.where(step == 0, 1.0, jnp.ceil(step / length))
        else:
            step = jnp.minimum(step, length)
        left = jnp.power(1.0 - step / length, self.power)
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate


class PiecewiseConstantDecay(Declared, LearningRateSchedule):
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

    boundaries: Sequence[float]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def _complete(self) -> None:
        wanted, given = len(self.boundaries) + 1, len(self.values)
        if wanted != given:
            raise ValueError(f"Give one value more than boundaries, {wanted}. Received {given} values.")

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        passed = sum((jnp.asarray(unwrap(step)) > b).astype("int32") for b in self.boundaries)
        return jnp.asarray(self.values, dtypes.floatx())[passed]


class CosineDecay(_Decay):
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

    decay_steps: float
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        step, first = _float(step), self.initial_learning_rate
        if self.warmup_target is None:
            return self._decayed(step, first)
        warm = first + (self.warmup_target - first) * step / max(self.warmup_steps, 1)
        return jnp.where(step < self.warmup_steps, warm, self._decayed(step - self.warmup_steps, self.warmup_target))

    def _decayed(self, step: Any, first: float) -> Any:
        share = jnp.minimum(step, float(self.decay_steps)) / self.decay_steps
        return first * ((1 - self.alpha) * 0.5 * (1.0 + jnp.cos(math.pi * share)) + self.alpha)


class CosineDecayRestarts(_Decay):
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

    first_decay_steps: float
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        passed, k = _float(step) / self.first_decay_steps, float(self.t_mul)
        if k == 1.0:
            period = jnp.floor(passed)
            share = passed - period
        else:
            period = jnp.floor(jnp.log(1.0 - passed * (1.0 - k)) / math.log(k))
            share = (passed - (1.0 - k**period) / (1.0 - k)) / k**period
        cosine = 0.5 * self.m_mul**period * (1.0 + jnp.cos(math.pi * share))
        return self.initial_learning_rate * ((1 - self.alpha) * cosine + self.alpha)


table = Table("learning rate schedule", "keras.optimizers.schedules", LearningRateSchedule)
table.add(CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay)

serialize, deserialize = table.serialize, table.deserialize
