"""Counts of right and wrong decisions at thresholds: true and false, positives and negatives."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes
from ..core.arguments import arguments
from ..core.symbolic import unwrap
from ..losses.alignment import same_rank
from ..losses.loss import divide_no_nan
from .metric import Metric

KINDS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
_LOWEST = -1e10  # below every prediction: what top_k leaves out


class ConfusionMetric(Metric):
    """Base of metrics that are functions of confusion counts; a subclass names those it keeps in `kinds`.

    Args:
        grid: thresholds of all counts.
        name: its name.
        dtype: dtype of the result.
        top_k: whether only the `top_k` largest predictions of a sample may be positive.
        class_id: the class that is looked at, or None for all.
    """

    kinds: tuple[str, ...] = KINDS

    def __init__(
        self, grid: Any, name: str | None, dtype: Any, top_k: int | None = None, class_id: int | None = None
    ) -> None:
        super().__init__(dtype, name)
        self.init_thresholds = getattr(self, "thresholds", None)  # as they were given
        self.thresholds = [float(threshold) for threshold in grid]
        self.grid, self.top_k, self.class_id = np.asarray(grid, "float32"), top_k, class_id
        self._make(self.grid.shape)

    def _make(self, shape: tuple[int, ...]) -> None:
        for kind in self.kinds:
            setattr(self, kind, self.add_variable(shape, name=kind))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; thresholds as they were given."""
        config = super().get_config()
        return {**config, "thresholds": codec.encode(self.init_thresholds)} if "thresholds" in config else config

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: labels 0 or 1, `(batch, ...)`.
            y_pred: probabilities of the same shape.
            sample_weight: weights, one per sample or per entry.
        """
        y_true, y_pred, weight = decisions(y_true, y_pred, sample_weight, self.top_k, self.class_id)
        self._add(count(y_true.reshape(-1), y_pred.reshape(-1), weight.reshape(-1), self.grid))

    def _add(self, counts: dict[str, Any]) -> None:
        for kind in self.kinds:
            getattr(self, kind).assign_add(counts[kind])

    def rate(self, kind: str, *others: str) -> Any:
        """Counts of one kind as a share of those of several kinds, 0 where there are none.

        Args:
            kind: the counted kind.
            *others: the kinds that, with `kind`, make the whole.
        """
        part = getattr(self, kind).value
        return divide_no_nan(part, part + sum(getattr(self, other).value for other in others))


def decisions(
    y_true: Any, y_pred: Any, sample_weight: Any, top_k: int | None = None, class_id: int | None = None
) -> tuple[Any, Any, Any]:
    """Labels, predictions and weights of one shape.

    Args:
        y_true: labels.
        y_pred: predictions.
        sample_weight: weights, or None for ones.
        top_k: whether all but the `top_k` largest predictions of a sample become very small.
        class_id: index on the last axis to keep, or None for all.

    Raises:
        ValueError: `class_id` is given for predictions without an axis of classes.
    """
    y_true, y_pred = (jnp.asarray(unwrap(y)).astype(dtypes.floatx()) for y in (y_true, y_pred))
    y_pred, y_true = same_rank(y_pred, y_true)
    weight = jnp.ones((), y_pred.dtype)
    if sample_weight is not None:
        weight = jnp.asarray(unwrap(sample_weight)).astype(y_pred.dtype)[..., None]
        weight = same_rank(y_true, weight, expand_rank_1=False)[1]
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
    if evenly_spaced(grid):
        # A histogram costs one pass, however many thresholds there are.
        last = len(grid) - 1
        bucket = jnp.ceil(jnp.clip(y_pred, 0.0, 1.0) * last) - 1
        bucket = (jnp.maximum(bucket, 0) if grid[0] < 0 else bucket).astype("int32")
        true, false = (
            jnp.cumsum(jax.ops.segment_sum(side, bucket, len(grid))[::-1])[::-1] for side in (positive, negative)
        )
    else:
        above = y_pred > jnp.asarray(grid)[:, None]  # (thresholds, n)
        true, false = (jnp.sum(jnp.where(above, side, 0), axis=1) for side in (positive, negative))
    rest = jnp.sum(negative) - false, jnp.sum(positive) - true
    return dict(zip(KINDS, (true, false, *rest), strict=True))


def evenly_spaced(grid: np.ndarray[Any, Any]) -> bool:
    """Whether thresholds divide [0, 1] into equal parts.

    Args:
        grid: thresholds.
    """
    return len(grid) >= 3 and np.allclose(grid, np.linspace(0, 1, len(grid)), atol=2 * dtypes.epsilon())


def checked_thresholds(thresholds: Any, default: float) -> list[float]:
    """Thresholds as a list, or an error if one does not lie between 0 and 1."""
    if thresholds is None:
        return [default]
    given = list(thresholds) if isinstance(thresholds, Sequence | np.ndarray) else [thresholds]
    if not all(t is not None and 0 <= t <= 1 for t in given):
        raise ValueError(f"Thresholds lie between 0 and 1. Received: thresholds={thresholds!r}")
    return given


class _Count(ConfusionMetric):
    """Base of the four counts."""

    kind: str

    @arguments
    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(checked_thresholds(thresholds, 0.5), name, dtype)

    def _make(self, shape: tuple[int, ...]) -> None:
        self.accumulator = self.add_variable(shape, name="accumulator")

    def _add(self, counts: dict[str, Any]) -> None:
        self.accumulator.assign_add(counts[self.kind])

    def result(self) -> Any:
        """The count; one per threshold if there are several."""
        return self.accumulator.value[0] if len(self.grid) == 1 else self.accumulator.value


class TruePositives(_Count):
    """How many predictions lie above the threshold where the label is 1.

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default.
        name: its name.
        dtype: dtype of the result.

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

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default.
        name: its name.
        dtype: dtype of the result.

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

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default.
        name: its name.
        dtype: dtype of the result.

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

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.FalseNegatives()([0, 1, 1], [0.9, 0.8, 0.1]))
        1.0
    """

    kind = "false_negatives"


class _Share(ConfusionMetric):
    """Base of precision and recall."""

    _direction = "up"

    @arguments
    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        grid = checked_thresholds(thresholds, 0.5 if top_k is None else _LOWEST)
        super().__init__(grid, name, dtype, top_k, class_id)

    def result(self) -> Any:
        """The share; one per threshold if there are several."""
        shares = self.rate(*self.kinds)
        return shares[0] if len(self.grid) == 1 else shares


class Precision(_Share):
    r"""Share of the predicted positives that are positive, :math:`TP / (TP + FP)`.

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default, none with `top_k`.
        top_k: whether only the `top_k` largest predictions of a sample may be positive.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

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

    Args:
        thresholds: one or several, in [0, 1]; 0.5 by default, none with `top_k`.
        top_k: whether only the `top_k` largest predictions of a sample may be positive.
        class_id: the class that is looked at, or None for all.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: a threshold lies outside of [0, 1].

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Recall()([0, 1, 1], [0.9, 0.8, 0.1]))
        0.5
    """

    kinds = ("true_positives", "false_negatives")
