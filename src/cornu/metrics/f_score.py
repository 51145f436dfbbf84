"""F scores: the harmonic mean of precision and recall."""

from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import arguments
from ..core.symbolic import unwrap
from .metric import Metric


class FBetaScore(Metric):
    r"""Weighted harmonic mean of precision and recall of each class.

    .. math:: F_\beta = (1 + \beta^2) \frac{P R}{\beta^2 P + R}

    Args:
        average: None for one score per class, `"macro"` for their mean, `"weighted"` for their mean by frequency,
            `"micro"` for the score of all classes counted together.
        beta: how much more recall counts than precision.
        threshold: above it a class is predicted, in (0, 1]; by default the most probable class is.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.FBetaScore(average="micro", beta=1.0, threshold=0.5)
        >>> round(float(metric([[1, 1, 0]], [[0.9, 0.2, 0.7]])), 4)
        0.5
    """

    _direction = "up"

    @arguments
    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(f"average is None, 'micro', 'macro' or 'weighted'. Received: average={average!r}")
        if not isinstance(beta, float) or not beta > 0:
            raise ValueError(f"beta is a float greater than 0, such as 2.0. Received: beta={beta!r}")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(f"threshold is a float above 0 and not above 1. Received: threshold={threshold!r}")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: labels 0 or 1, `(batch, classes)`.
            y_pred: probabilities of the same shape.
            sample_weight: one weight per sample.

        Raises:
            ValueError: the arrays have other ranks.
        """
        y_true, y_pred = (jnp.asarray(unwrap(y)).astype(self.dtype) for y in (y_true, y_pred))
        if y_true.ndim != 2 or y_pred.ndim != 2:
            raise ValueError(
                f"{type(self).__name__} expects arrays (batch, classes). Received y_true of shape {y_true.shape} and "
                f"y_pred of shape {y_pred.shape}. Convert indices of classes with to_categorical."
            )
        if not self.variables:
            shape = () if self.average == "micro" else y_pred.shape[1:]
            for kind in ("true_positives", "false_positives", "false_negatives", "intermediate_weights"):
                setattr(self, kind, self.add_variable(shape, dtype=self.dtype, name=kind))
        if self.threshold is None:
            said = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            said = y_pred > self.threshold
        said = said.astype(self.dtype)
        weight = 1.0 if sample_weight is None else jnp.asarray(unwrap(sample_weight), self.dtype).reshape(-1, 1)
        axis = None if self.average == "micro" else 0
        for variable, values in (
            (self.true_positives, said * y_true),
            (self.false_positives, said * (1 - y_true)),
            (self.false_negatives, (1 - said) * y_true),
            (self.intermediate_weights, y_true),
        ):
            variable.assign_add(jnp.sum(values * weight, axis=axis))

    def result(self) -> Any:
        """The score, one per class if `average` is None."""
        epsilon, squared = dtypes.epsilon(), self.beta**2
        tp = self.true_positives.value
        precision = tp / (tp + self.false_positives.value + epsilon)
        recall = tp / (tp + self.false_negatives.value + epsilon)
        scores = (1 + squared) * precision * recall / (squared * precision + recall + epsilon)
        if self.average == "weighted":
            share = self.intermediate_weights.value
            return jnp.sum(scores * share / (jnp.sum(share) + epsilon))
        return scores if self.average is None else jnp.mean(scores)


class F1Score(FBetaScore):
    r"""Harmonic mean of precision and recall of each class, :math:`2 P R / (P + R)`.

    Args:
        average: None for one score per class, `"macro"` for their mean, `"weighted"` for their mean by frequency,
            `"micro"` for the score of all classes counted together.
        threshold: above it a class is predicted, in (0, 1]; by default the most probable class is.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.F1Score(average="micro", threshold=0.5)
        >>> round(float(metric([[1, 1, 0]], [[0.9, 0.2, 0.7]])), 4)
        0.5
    """

    @arguments
    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
