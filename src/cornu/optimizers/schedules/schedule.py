"""The base of learning rate schedules."""

from typing import Any

from ...core.config import Configurable
from ...core.lookup import Table


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


table = Table("learning rate schedule", "keras.optimizers.schedules", LearningRateSchedule)


def checked_steps(steps: Any, name: str) -> None:
    """Raise `ValueError` unless a number of steps is positive."""
    if not steps > 0:
        raise ValueError(f"{name} is a number of steps greater than 0. Received: {name}={steps!r}")
