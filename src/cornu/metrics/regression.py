"""Metrics between numbers: errors, similarity, R squared."""

from typing import Any

import jax.numpy as jnp

from .. import losses
from ..core.arguments import arguments
from ..core.op import recorded
from ..core.symbolic import unwrap
from ..losses.alignment import pair
from .metric import Metric
from .reduction import Mean, MeanMetricWrapper


class MeanSquaredError(MeanMetricWrapper):
    r"""Mean of :math:`(y - \hat y)^2`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanSquaredError()([[0.0, 2.0]], [[1.0, 0.0]]))
        2.5
    """

    @arguments
    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    r"""Root of the mean of :math:`(y - \hat y)^2` over all batches.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.RootMeanSquaredError()([[0.0, 0.0]], [[2.0, 2.0]]))
        2.0
    """

    _direction = "down"

    @arguments
    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]  # a mean of values becomes one of a function of two
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch.

        Args:
            y_true: targets.
            y_pred: predictions of the same shape.
            sample_weight: weights, one per sample or per entry.
        """
        y_true, y_pred = pair(unwrap(y_true), jnp.asarray(unwrap(y_pred), self.dtype), self.name)
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """The root of the mean."""
        return jnp.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    r"""Mean of :math:`|y - \hat y|`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 0.0]]))
        1.5
    """

    @arguments
    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    r"""Mean of :math:`|y - \hat y| / |y|`, in percent.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 2.0]]))
        50.0
    """

    @arguments
    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    r"""Mean of :math:`(\log(1 + y) - \log(1 + \hat y))^2`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.MeanSquaredLogarithmicError()([[1.0]], [[3.0]])), 4)
        0.4805
    """

    @arguments
    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    r"""Mean of :math:`\log \cosh(\hat y - y)`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.LogCoshError()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    @arguments
    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


@recorded
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    r"""Cosine of the angle between targets and predictions, :math:`y \cdot \hat y / (\|y\| \|\hat y\|)`.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis along which the vectors lie.

    Returns:
        Array without that axis.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> from cornu.metrics.regression import cosine_similarity
        >>> cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]).tolist()
        [1.0]
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between targets and predictions; 1 where they agree.

    Args:
        name: its name.
        dtype: dtype of the result.
        axis: axis along which the vectors lie.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CosineSimilarity()([[0.0, 1.0]], [[0.0, 2.0]]))
        1.0
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)


class R2Score(Metric):
    r"""Share of the variance that is explained, :math:`1 - \sum w (y - \hat y)^2 / \sum w (y - \bar y)^2`.

    With :math:`p` regressors and :math:`n` numbers seen it is adjusted to
    :math:`1 - (1 - R^2)(n - 1) / (n - p - 1)` where that is defined.

    Args:
        class_aggregation: `"uniform_average"` over outputs, `"variance_weighted_average"`, or None for one score
            per output.
        num_regressors: :math:`p`; 0 for no adjustment.
        name: its name.
        dtype: dtype of the result.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]]))
        0.5
    """

    _direction = "up"

    @arguments
    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        ways = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in ways:
            raise ValueError(f"class_aggregation is one of {ways}. Received: {class_aggregation!r}")
        if num_regressors < 0:
            raise ValueError(f"num_regressors is not negative. Received: {num_regressors!r}")
        self.num_samples = self.add_variable((), name="num_samples")
        self.count: Any = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch.

        Args:
            y_true: targets, `(batch, outputs)`.
            y_pred: predictions of the same shape.
            sample_weight: weights, one per sample or per entry.

        Raises:
            ValueError: the arrays have other ranks.
        """
        y_true, y_pred = pair(unwrap(y_true), jnp.asarray(unwrap(y_pred), self.dtype), self.name)
        if y_true.ndim != 2 or y_pred.ndim != 2:
            raise ValueError(
                f"R2Score expects arrays (batch, outputs). Received y_true of shape {y_true.shape} and y_pred of "
                f"shape {y_pred.shape}; for one output write y[:, None]."
            )
        if self.count is None:
            outputs = y_pred.shape[-1:]
            self.squared_sum = self.add_variable(outputs, name="squared_sum")
            self.sum = self.add_variable(outputs, name="sum")
            self.residual = self.add_variable(outputs, name="residual")
            self.count = self.add_variable(outputs, name="count")
        weight = jnp.asarray(1.0 if sample_weight is None else unwrap(sample_weight), self.dtype)
        weight = jnp.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        self.sum.assign_add(jnp.sum(weight * y_true, axis=0))
        self.squared_sum.assign_add(jnp.sum(weight * jnp.square(y_true), axis=0))
        self.residual.assign_add(jnp.sum(weight * jnp.square(y_true - y_pred), axis=0))
        self.count.assign_add(jnp.sum(weight, axis=0))
        self.num_samples.assign_add(float(y_true.size))

    def result(self) -> Any:
        """The score."""
        total = self.squared_sum.value - self.sum.value * (self.sum.value / self.count.value)
        scores = 1 - self.residual.value / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(total * scores) / jnp.sum(total)
        if not self.num_regressors:
            return scores
        n, left = self.num_samples.value, self.num_samples.value - self.num_regressors - 1
        return jnp.where(left > 0, 1 - (1 - scores) * (n - 1) / jnp.where(left > 0, left, 1), scores)
