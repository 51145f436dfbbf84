"""Learning rates as functions of the step."""

from typing import Any

from ...core import codec
from .decay import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from .schedule import LearningRateSchedule, table

table.add(CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay)


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """A schedule as plain data that `deserialize` takes.

    Args:
        learning_rate_schedule: the schedule.

    Example:
        >>> import cornu
        >>> schedules = cornu.optimizers.schedules
        >>> schedules.serialize(schedules.CosineDecay(0.1, 100))["class_name"]
        'CosineDecay'
    """
    return codec.encode(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """A schedule from what `serialize` gave.

    Args:
        config: a config.
        custom_objects: names of your own classes.

    Raises:
        ValueError: the name is in no table and not among the custom objects.

    Example:
        >>> import cornu
        >>> schedules = cornu.optimizers.schedules
        >>> schedules.deserialize(schedules.serialize(schedules.CosineDecay(0.1, 100))).decay_steps
        100
    """
    return codec.decode(config, table, custom_objects)


__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
