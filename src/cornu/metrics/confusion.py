"""Counts of right and wrong decisions at thresholds, and what is made of them: precision, recall, F scores."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes
from ..core.arguments import default
from ..core.symbolic import unwrap
from ..core.types import ArrayLike, DTypeLike, Given
from ..losses.alignment import same_rank
from ..ops import divide_no_nan
from .metric import Metric

__all__ = [
    "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "Precision", "Recall", "TrueNegatives",
    "TruePositives",
]  # fmt: skip

Thresholds = Given[float | Sequence[float] | None, list[float]]
Average = Literal[None, "micro", "macro", "weighted"]
KINDS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
_LOWEST = -1e10  # below every prediction: what top_k leaves out


class ConfusionMetric(Metric, kw_only=True):
    """Base of metrics that are functions of confusion counts; a subclass names those it keeps in `kinds`.

    Args:
        top_k: whether only the `top_k` largest predictions of a sample may be positive.
        class_id: the class that is looked at, or None for all.
    """

    name = default(None, here=True)
    kinds: ClassVar[tuple[str, ...]] = KINDS

    def _complete(self) -> None:
        super()._complete()
        grid = self._grid()
        self.init_thresholds = getattr(self, "thresholds", None)  # as they were given
        self.thresholds = [float(threshold) for threshold in grid]
        self.grid = np.asarray(grid, "float32")
        self._make(self.grid.shape)

    def _grid(self) -> Sequence[float]:
        """The thresholds of all counts: by default those that were given."""
        if self.thresholds is None:
            return [0.5 if getattr(self, "top_k", None) is None else _LOWEST]
        given = list(self.thresholds) if isinstance(self.thresholds, Sequence | np.ndarray) else [self.thresholds]
        if not all(t is not None and 0 <= t <= 1 for t in given):
            raise ValueError(f"Thresholds lie between 0 and 1. Received: thresholds={self.thresholds!r}")
        return given

    def _make(self, shape: tuple[int, ...]) -> None:
        for kind in self.kinds:
            setattr(self, kind, self.add_variable(shape, name=kind))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; thresholds as they were given."""
        config = super().get_config()
        return {**config, "thresholds": codec.encode(self.init_thresholds)} if "thresholds" in config else config

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add a batch.

        Args:
            y_true: labels 0 or 1, `(batch, ...)`.
            y_pred: probabilities of the same shape.
            sample_weight: weights, one per sample or per entry.
        """
        top_k, class_id = getattr(self, "top_k", None), getattr(self, "class_id", None)
        true, pred, weight = decisions(y_true, y_pred, sample_weight, top_k, class_id)
        self._add(count(true.reshape(-1), pred.reshape(-1), weight.reshape(-1), self.grid))

    def _add(self, counts: dict[str, Any]) -> None:
        self.add_up(None, **{kind: counts[kind] for kind in self.kinds})

    def rate(self, kind: str, *others: str) -> Any:
        """Counts of one kind as a share of those of several kinds, 0 where there are none.

        Args:
            kind: the counted kind.
            *others: the kinds that, with `kind`, make the whole.
        """
        part = getattr(self, kind).value
        return divide_no_nan(part, part + sum(getattr(self, other).value for other in others))


def decisions(y_true: Any, y_pred: Any, weight: Any, top_k: int | None = None, class_id: int | None = None) -> Any:
    """Labels, predictions and weights of one shape.

    Args:
        y_true: labels.
        y_pred: predictions.
        weight: weights, or None for ones.
        top_k: whether all but the `top_k` largest predictions of a sample become very small.
        class_id: index on the last axis to keep, or None for all.

    Raises:
        ValueError: `class_id` is given for predictions without an axis of classes.
    """
    y_true, y_pred = (jnp.asarray(unwrap(y)).astype(dtypes.floatx()) for y in (y_true, y_pred))
    y_pred, y_true = same_rank(y_pred, y_true)
    if y_true.ndim != y_pred.ndim or any(1 != a != b != 1 for a, b in zip(y_true.shape, y_pred.shape, strict=True)):
        raise ValueError(
            f"Each label is compared with a prediction, but labels have shape {y_true.shape} and predictions "
            f"{y_pred.shape}. For class numbers and a prediction per class pass to_categorical(y, {y_pred.shape[-1]})."
        )
    weight = jnp.asarray(1 if weight is None else unwrap(weight)).astype(y_pred.dtype)
    if weight.ndim:
        weight = same_rank(y_true, weight[..., None], expand_rank_1=False)[1]
    if top_k is not None:
        largest = jax.lax.top_k(y_pred, top_k)[1]
        kept = jnp.any(jax.nn.one_hot(largest, y_pred.shape[-1], dtype=bool), axis=-2)
        y_pred = jnp.where(kept, y_pred, _LOWEST)
    if class_id is not None:
        if y_pred.ndim == 1:
            raise ValueError(f"class_id needs predictions (batch, classes). Received shape {y_pred.shape}.")
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    return y_true, y_pred, jnp.broadcast_to(weight, y_pred.shape)


def count(y_true: Any, y_pred: Any, weight: Any, grid: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Weighted confusion counts at every threshold.

    Args:
        y_true: labels, `(n,)`.
        y_pred: probabilities, `(n,)`.
        weight: weights, `(n,)`.
        grid: thresholds, increasing.

    Returns:
        For each kind an array of the shape of `grid`.
    """
    label = y_true.astype(bool)
    positive, negative = jnp.where(label, weight, 0), jnp.where(label, 0, weight)
    if len(grid) >= 3 and np.allclose(grid, np.linspace(0, 1, len(grid)), atol=2 * dtypes.epsilon()):
        # Evenly spaced: a histogram costs one pass, however many thresholds there are.
        last = len(grid) - 1
        bucket = jnp.ceil(jnp.clip(y_pred, 0.0, 1.0) * last) - 1
        bucket = (jnp.maximum(bucket, 0) if grid[0] < 0 else bucket).astype("int32")
        held = (jax.ops.segment_sum(side, bucket, len(grid)) for side in (positive, negative))
        true, false = (jnp.cumsum(counts[::-1])[::-1] for counts in held)
    else:
        above = y_pred > jnp.asarray(grid)[:, None]  # (thresholds, n)
        true, false = (jnp.sum(jnp.where(above, side, 0), axis=1) for side in (positive, negative))
    rest = jnp.sum(negative) - false, jnp.sum(positive) - true
    return dict(zip(KINDS, (true, false, *rest), strict=True))


class _Count(ConfusionMetric):
    """Base of the four counts.

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default.
    """

    kind: ClassVar[str]
    thresholds: Thresholds = default(None)

    def _make(self, shape: tuple[int, ...]) -> None:
        self.accumulator = self.add_variable(shape, name="accumulator")

    def _add(self, counts: dict[str, Any]) -> None:
        self.accumulator.assign_add(counts[self.kind])

    def result(self) -> Any:
        """The count; one per threshold if there are several."""
        return self.accumulator.value[0] if len(self.grid) == 1 else self.accumulator.value


class TruePositives(_Count):
    """How many predictions lie above the threshold where the label is 1.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.TruePositives()([0, 1, 1], [0.9, 0.8, 0.1]))
        1.0
    """

    kind = "true_positives"


class FalsePositives(_Count):
    """How many predictions lie above the threshold where the label is 0.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.FalsePositives()([0, 1, 1], [0.9, 0.8, 0.1]))
        1.0
    """

    kind = "false_positives"


class TrueNegatives(_Count):
    """How many predictions do not lie above the threshold where the label is 0.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.TrueNegatives()([0, 0, 1], [0.4, 0.8, 0.1]))
        1.0
    """

    kind = "true_negatives"


class FalseNegatives(_Count):
    """How many predictions do not lie above the threshold where the label is 1.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.FalseNegatives()([0, 1, 1], [0.9, 0.8, 0.1]))
        1.0
    """

    kind = "false_negatives"


class _Share(ConfusionMetric):
    """Base of precision and recall.

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default, none with `top_k`.
    """

    _direction = "up"
    thresholds: Thresholds = default(None)
    top_k: int | None = None
    class_id: int | None = None

    def result(self) -> Any:
        """The share; one per threshold if there are several."""
        shares = self.rate(*self.kinds)
        return shares[0] if len(self.grid) == 1 else shares


class Precision(_Share):
    r"""Share of the predicted positives that are positive, :math:`TP / (TP + FP)`.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Precision()([0, 1, 1], [0.9, 0.8, 0.1]))
        0.5
    """

    kinds = ("true_positives", "false_positives")


class Recall(_Share):
    r"""Share of the positives that are predicted, :math:`TP / (TP + FN)`.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Recall()([0, 1, 1], [0.9, 0.8, 0.1]))
        0.5
    """

    kinds = ("true_positives", "false_negatives")


class FBetaScore(Metric):
    r"""Weighted harmonic mean of precision and recall of each class.

    .. math:: F_\beta = (1 + \beta^2) \frac{P R}{\beta^2 P + R}

    Args:
        average: None for one score per class, `"macro"` for their mean, `"weighted"` for their mean by frequency,
            `"micro"` for the score of all classes counted together.
        beta: how much more recall counts than precision.
        threshold: above it a class is predicted, in (0, 1]; by default the most probable class is.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.FBetaScore(average="micro", beta=1.0, threshold=0.5)
        >>> round(float(metric([[1, 1, 0]], [[0.9, 0.2, 0.7]])), 4)
        0.5
    """

    _direction = "up"
    average: Average = None
    beta: float = 1.0
    threshold: float | None = None
    name = default("fbeta_score", here=True)

    def _complete(self) -> None:
        super()._complete()
        self.check_choice("average", Average)
        if not isinstance(self.beta, float) or not self.beta > 0:
            raise ValueError(f"beta is a float greater than 0, such as 2.0. Received: beta={self.beta!r}")
        if self.threshold is not None and not (isinstance(self.threshold, float) and 0 < self.threshold <= 1):
            raise ValueError(f"threshold is a float above 0 and not above 1. Received: threshold={self.threshold!r}")

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
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
        if self.threshold is None:
            said = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            said = y_pred > self.threshold
        said = said.astype(self.dtype)
        weight = 1.0 if sample_weight is None else jnp.asarray(unwrap(sample_weight), self.dtype).reshape(-1, 1)
        axis = None if self.average == "micro" else 0
        self.add_up(
            self.dtype,
            true_positives=jnp.sum(said * y_true * weight, axis=axis),
            false_positives=jnp.sum(said * (1 - y_true) * weight, axis=axis),
            false_negatives=jnp.sum((1 - said) * y_true * weight, axis=axis),
            intermediate_weights=jnp.sum(y_true * weight, axis=axis),
        )

    def result(self) -> Any:
        """The score, one per class if `average` is None."""
        epsilon, squared = dtypes.epsilon(), self.beta**2
        counts = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        tp, fp, fn, share = (getattr(self, name).value for name in counts)
        precision, recall = tp / (tp + fp + epsilon), tp / (tp + fn + epsilon)
        scores = (1 + squared) * precision * recall / (squared * precision + recall + epsilon)
        if self.average == "weighted":
            return jnp.sum(scores * share / (jnp.sum(share) + epsilon))
        return scores if self.average is None else jnp.mean(scores)


class F1Score(FBetaScore):
    r"""Harmonic mean of precision and recall of each class, :math:`2 P R / (P + R)`.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> metric = cornu.metrics.F1Score(average="micro", threshold=0.5)
        >>> round(float(metric([[1, 1, 0]], [[0.9, 0.2, 0.7]])), 4)
        0.5
    """

    def __init__(
        self,
        average: Average = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(average, threshold=threshold, name=name, dtype=dtype)
