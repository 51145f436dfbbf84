"""The best of one rate while another is at least a given value."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ..core.arguments import arguments
from .confusion import ConfusionMetric

# Each rate: the counted kind, then the kind that completes the whole.
SENSITIVITY = RECALL = ("true_positives", "false_negatives")
SPECIFICITY = ("true_negatives", "false_positives")
PRECISION = ("true_positives", "false_positives")


class _OperatingPoint(ConfusionMetric):
    """Base: the largest `wanted` rate over all thresholds where the `bound` rate reaches a value."""

    _direction = "up"
    bound: tuple[str, str]
    wanted: tuple[str, str]

    def __init__(self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any) -> None:
        if not 0 <= value <= 1:
            raise ValueError(f"{type(self).__name__} takes a value between 0 and 1. Received: {value!r}")
        if num_thresholds <= 0:
            raise ValueError(f"num_thresholds is an integer greater than 0. Received: {num_thresholds!r}")
        self.value = value
        grid = [0.5] if num_thresholds == 1 else np.linspace(0, 1, num_thresholds)
        super().__init__(grid, name, dtype, class_id=class_id)

    def result(self) -> Any:
        """The best rate, 0 if no threshold reaches the value."""
        return jnp.max(jnp.where(self.rate(*self.bound) >= self.value, self.rate(*self.wanted), 0))


class SensitivityAtSpecificity(_OperatingPoint):
    """Best sensitivity among thresholds with at least the given specificity.

    Args:
        specificity: the least share of negatives that must be found, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    bound, wanted = SPECIFICITY, SENSITIVITY

    @arguments
    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_OperatingPoint):
    """Best specificity among thresholds with at least the given sensitivity.

    Args:
        sensitivity: the least share of positives that must be found, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    bound, wanted = SENSITIVITY, SPECIFICITY

    @arguments
    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_OperatingPoint):
    """Best precision among thresholds with at least the given recall.

    Args:
        recall: the least recall, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    bound, wanted = RECALL, PRECISION

    @arguments
    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_OperatingPoint):
    """Best recall among thresholds with at least the given precision.

    Args:
        precision: the least precision, in [0, 1].
        num_thresholds: how many thresholds are tried.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
        0.5
    """

    bound, wanted = PRECISION, RECALL

    @arguments
    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
