"""Rates over all thresholds: the area under their curve; the best of one while another is at least so large."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from ..core.arguments import default
from ..core.symbolic import unwrap
from ..core.types import ArrayLike, Given
from ..ops import divide_no_nan
from .confusion import KINDS, ConfusionMetric, count, decisions

__all__ = ["AUC", "PrecisionAtRecall", "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity"]

Curve = Literal["ROC", "PR", "PRGAIN"]
Summation = Literal["interpolation", "minoring", "majoring"]
# The rates: the counted kind, then the kind that completes the whole.
RATES = {
    "recall": ("true_positives", "false_negatives"),
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "precision": ("true_positives", "false_positives"),
}


class AUC(ConfusionMetric):
    r"""Area under a curve, as a Riemann sum over thresholds.

    `"ROC"`: recall over the rate of false positives. `"PR"`: precision over recall. `"PRGAIN"`: their gains over
    a classifier that always says yes.

    Args:
        num_thresholds: how many thresholds divide [0, 1]; more are more exact.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"`.
        summation_method: height of a step: `"interpolation"` between its sides, the lower one (`"minoring"`)
            or the higher one (`"majoring"`).
        thresholds: thresholds in [0, 1], in place of `num_thresholds`; 0 and 1 are added.
        multi_label: whether the area is computed per label, and then averaged.
        num_labels: number of labels; by default known at the first batch.
        label_weights: weights of the labels.
        from_logits: whether predictions are logits.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75

    Source: Davis and Goadrich, The relationship between precision-recall and ROC curves, 2006, for the
    interpolation of `"PR"`.
    """

    _direction = "up"
    num_thresholds: int = 200
    curve: Given[Curve | Literal["roc", "pr", "prgain"], str] = default("ROC")
    summation_method: Given[Summation, str] = default("interpolation")
    name = default(None, here=True)
    dtype = default(None, here=True)
    thresholds: Given[Sequence[float] | None, list[float]] = default(None)
    multi_label: bool = False
    num_labels: int | None = None
    label_weights: Given[ArrayLike | None, list[float] | None] = default(None)
    from_logits: bool = False

    def _grid(self) -> Sequence[float]:
        self.curve = cast(Any, str(getattr(self.curve, "value", self.curve)).upper())  # or a member of an enumeration
        self.summation_method = cast(Any, str(getattr(self.summation_method, "value", self.summation_method)).lower())
        self.check_choice("curve", Curve)
        self.check_choice("summation_method", Summation)
        if self.thresholds is None and self.num_thresholds <= 1:
            raise ValueError(f"num_thresholds is an integer greater than 1. Received: {self.num_thresholds!r}")
        if self.num_labels and not self.multi_label:
            raise ValueError("num_labels is only used with multi_label=True.")
        if self.label_weights is not None:
            self.label_weights = np.asarray(self.label_weights).tolist()
        given = np.linspace(0, 1, self.num_thresholds)[1:-1] if self.thresholds is None else sorted(self.thresholds)
        self.num_thresholds = len(given) + 2
        return [-dtypes.epsilon(), *given, 1 + dtypes.epsilon()]

    def _make(self, shape: tuple[int, ...]) -> None:
        if self.num_labels or not self.multi_label:  # else the first batch makes them
            super()._make((*shape, self.num_labels) if self.num_labels else shape)

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add a batch.

        Args:
            y_true: labels 0 or 1, `(batch, ...)`.
            y_pred: probabilities of the same shape; `(batch, labels)` with `multi_label`.
            sample_weight: weights, one per sample or per entry.

        Raises:
            ValueError: with `multi_label`, predictions have another rank.
        """
        y_pred = jnp.asarray(unwrap(y_pred))
        if self.from_logits:
            y_pred = jax.nn.sigmoid(y_pred)
        true, pred, weight = decisions(y_true, y_pred, sample_weight)
        if not self.multi_label:
            if self.label_weights is not None:
                weight = weight * jnp.asarray(self.label_weights, weight.dtype)
            self._add(count(true.reshape(-1), pred.reshape(-1), weight.reshape(-1), self.grid))
            return
        if pred.ndim != 2:
            raise ValueError(f"AUC with multi_label=True expects (batch, labels). Received shape {pred.shape}.")
        by_label = jax.vmap(lambda t, p, w: count(t, p, w, self.grid), in_axes=1, out_axes=1)
        self._add(by_label(true, pred, weight))

    def result(self) -> Any:
        """The area; with `multi_label` the mean of those of all labels."""
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated()
        else:
            x, y = self._curve()
            heights: Any = {"interpolation": jnp.mean, "minoring": jnp.min, "majoring": jnp.max}[self.summation_method]
            areas = jnp.sum((x[:-1] - x[1:]) * heights(jnp.stack((y[:-1], y[1:])), axis=0), axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, areas.dtype)
        return divide_no_nan(jnp.sum(areas * weights), jnp.sum(weights))

    def _curve(self) -> tuple[Any, Any]:
        recall = self.rate("true_positives", "false_negatives")
        if self.curve == "ROC":
            return self.rate("false_positives", "true_negatives"), recall
        if self.curve == "PR":
            return recall, self.rate("true_positives", "false_positives")
        tp, fp, tn, fn = (getattr(self, kind).value for kind in KINDS)
        odds = divide_no_nan(tp + fn, tn + fp)
        recall_gain = jnp.where(tp == 0, 0.0, 1.0 - odds * divide_no_nan(fn, tp))
        return jnp.maximum(recall_gain, 0.0), jnp.where(tp == 0, 1.0, 1.0 - odds * divide_no_nan(fp, tp))

    def _interpolated(self) -> Any:
        """Area between thresholds, with the number of true positives in proportion to the positives said."""
        tp, fp, _, fn = (getattr(self, kind).value for kind in KINDS)
        said = tp + fp
        gained = tp[:-1] - tp[1:]
        slope = divide_no_nan(gained, jnp.maximum(said[:-1] - said[1:], 0))
        intercept = tp[1:] - slope * said[1:]
        known = (said[:-1] > 0) & (said[1:] > 0)
        ratio = jnp.where(known, divide_no_nan(said[:-1], said[1:]), 1.0)
        return jnp.sum(divide_no_nan(slope * (gained + intercept * jnp.log(ratio)), tp[1:] + fn[1:]), axis=0)


class _OperatingPoint(ConfusionMetric, kw_only=True):
    """Base: the largest `wanted` rate over all thresholds where the `bound` rate reaches a value.

    Args:
        num_thresholds: how many thresholds are tried.
    """

    _direction = "up"
    bound: ClassVar[str]
    wanted: ClassVar[str]
    num_thresholds: int = 200
    class_id: int | None = None

    def _grid(self) -> Sequence[float]:
        self.value = getattr(self, self.bound)
        if not 0 <= self.value <= 1:
            raise ValueError(f"{type(self).__name__} takes a value between 0 and 1. Received: {self.value!r}")
        if self.num_thresholds <= 0:
            raise ValueError(f"num_thresholds is an integer greater than 0. Received: {self.num_thresholds!r}")
        return [0.5] if self.num_thresholds == 1 else np.linspace(0, 1, self.num_thresholds).tolist()

    def result(self) -> Any:
        """The best rate, 0 if no threshold reaches the value."""
        return jnp.max(jnp.where(self.rate(*RATES[self.bound]) >= self.value, self.rate(*RATES[self.wanted]), 0))


class SensitivityAtSpecificity(_OperatingPoint):
    """Best sensitivity among thresholds with at least the given specificity.

    Args:
        specificity: the least share of negatives that must be found, in [0, 1].

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    specificity: float
    bound, wanted = "specificity", "sensitivity"


class SpecificityAtSensitivity(_OperatingPoint):
    """Best specificity among thresholds with at least the given sensitivity.

    Args:
        sensitivity: the least share of positives that must be found, in [0, 1].

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    sensitivity: float
    bound, wanted = "sensitivity", "specificity"


class PrecisionAtRecall(_OperatingPoint):
    """Best precision among thresholds with at least the given recall.

    Args:
        recall: the least recall, in [0, 1].

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    recall: float
    bound, wanted = "recall", "precision"


class RecallAtPrecision(_OperatingPoint):
    """Best recall among thresholds with at least the given precision.

    Args:
        precision: the least precision, in [0, 1].

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
        0.5
    """

    precision: float
    bound, wanted = "precision", "recall"
