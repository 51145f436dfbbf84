"""Errors: losses as metrics, and between numbers cosine similarity, R squared and correlations."""

from typing import Any, Literal

import jax.numpy as jnp

from .. import losses
from ..core import dtypes
from ..core.arguments import default
from ..core.op import recorded
from ..core.symbolic import unwrap
from ..core.types import ArrayLike
from ..losses.alignment import pair
from .metric import Metric
from .reduction import FunctionMetric, Mean

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "ConcordanceCorrelation", "CosineSimilarity",
    "Hinge", "KLDivergence", "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "PearsonCorrelation", "Poisson", "R2Score", "RootMeanSquaredError",
    "SparseCategoricalCrossentropy", "SquaredHinge", "concordance_correlation", "pearson_correlation",
]  # fmt: skip

Aggregation = Literal[None, "uniform_average", "variance_weighted_average"]


class MeanSquaredError(FunctionMetric):
    r"""Mean of :math:`(y - \hat y)^2`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanSquaredError()([[0.0, 2.0]], [[1.0, 0.0]]))
        2.5
    """

    fn = staticmethod(losses.mean_squared_error)


class RootMeanSquaredError(Mean):
    r"""Root of the mean of :math:`(y - \hat y)^2` over all batches.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.RootMeanSquaredError()([[0.0, 0.0]], [[2.0, 2.0]]))
        2.0
    """

    name = default("root_mean_squared_error")
    _direction = "down"

    # A mean of values becomes one of a function of two.
    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:  # type: ignore[override]
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


class MeanAbsoluteError(FunctionMetric):
    r"""Mean of :math:`|y - \hat y|`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 0.0]]))
        1.5
    """

    fn = staticmethod(losses.mean_absolute_error)


class MeanAbsolutePercentageError(FunctionMetric):
    r"""Mean of :math:`|y - \hat y| / |y|`, in percent.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 2.0]]))
        50.0
    """

    fn = staticmethod(losses.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(FunctionMetric):
    r"""Mean of :math:`(\log(1 + y) - \log(1 + \hat y))^2`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.MeanSquaredLogarithmicError()([[1.0]], [[3.0]])), 4)
        0.4805
    """

    fn = staticmethod(losses.mean_squared_logarithmic_error)


class LogCoshError(FunctionMetric):
    r"""Mean of :math:`\log \cosh(\hat y - y)`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.LogCoshError()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    fn = staticmethod(losses.log_cosh)
    name = default("logcosh")


class BinaryCrossentropy(FunctionMetric):
    """Mean crossentropy between labels 0 or 1 and probabilities; see `losses.binary_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.binary_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0


class CategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy between one-hot labels and probabilities; see `losses.categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.categorical_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


class SparseCategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy between class indices and probabilities; see `losses.sparse_categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.sparse_categorical_crossentropy)
    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1


class KLDivergence(FunctionMetric):
    """Mean Kullback-Leibler divergence; see `losses.kl_divergence`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.kl_divergence)


class Poisson(FunctionMetric):
    """Mean negative log-likelihood of counts; see `losses.poisson`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    fn = staticmethod(losses.poisson)


class Hinge(FunctionMetric):
    r"""Mean of :math:`\max(1 - y \hat y, 0)`; see `losses.hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    fn = staticmethod(losses.hinge)


class SquaredHinge(FunctionMetric):
    r"""Mean of :math:`\max(1 - y \hat y, 0)^2`; see `losses.squared_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    fn = staticmethod(losses.squared_hinge)


class CategoricalHinge(FunctionMetric):
    """Mean shortfall of the right class's score; see `losses.categorical_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    fn = staticmethod(losses.categorical_hinge)


@recorded
def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
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
        >>> from cornu.metrics.errors import cosine_similarity
        >>> cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]).tolist()
        [1.0]
    """
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class CosineSimilarity(FunctionMetric):
    """Mean cosine of the angle between targets and predictions; 1 where they agree.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CosineSimilarity()([[0.0, 1.0]], [[0.0, 2.0]]))
        1.0
    """

    fn = staticmethod(cosine_similarity)
    axis: int = -1


class R2Score(Metric):
    r"""Share of the variance that is explained, :math:`1 - \sum w (y - \hat y)^2 / \sum w (y - \bar y)^2`.

    With :math:`p` regressors and :math:`n` numbers seen it is adjusted to
    :math:`1 - (1 - R^2)(n - 1) / (n - p - 1)` where that is defined.

    Args:
        class_aggregation: `"uniform_average"` over outputs, `"variance_weighted_average"`, or None for one score
            per output.
        num_regressors: :math:`p`; 0 for no adjustment.

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]]))
        0.5
    """

    _direction = "up"
    class_aggregation: Aggregation = "uniform_average"
    num_regressors: int = 0
    name = default("r2_score", here=True)

    def _complete(self) -> None:
        super()._complete()
        self.check_choice("class_aggregation", Aggregation)
        if self.num_regressors < 0:
            raise ValueError(f"num_regressors is not negative. Received: {self.num_regressors!r}")
        self.num_samples = self.add_variable((), name="num_samples")

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
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
        weight = jnp.asarray(1.0 if sample_weight is None else unwrap(sample_weight), self.dtype)
        weight = jnp.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        self.add_up(
            None,
            squared_sum=jnp.sum(weight * jnp.square(y_true), axis=0),
            sum=jnp.sum(weight * y_true, axis=0),
            residual=jnp.sum(weight * jnp.square(y_true - y_pred), axis=0),
            count=jnp.sum(weight, axis=0),
        )
        self.num_samples.assign_add(float(y_true.size))

    def result(self) -> Any:
        """The score."""
        squares, sums, residual, count = (
            getattr(self, name).value for name in ("squared_sum", "sum", "residual", "count")
        )
        total = squares - sums * (sums / count)
        scores = 1 - residual / total
        scores = jnp.where(jnp.isinf(scores), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = jnp.sum(total * scores) / jnp.sum(total)
        if not self.num_regressors:
            return scores
        n, left = self.num_samples.value, self.num_samples.value - self.num_regressors - 1
        return jnp.where(left > 0, 1 - (1 - scores) * (n - 1) / jnp.where(left > 0, left, 1), scores)


def _centered(y: Any, axis: int) -> tuple[Any, Any, Any]:
    """Values without their mean, the mean, and the variance."""
    mean = jnp.mean(y, axis=axis, keepdims=True)
    return y - mean, mean, jnp.mean(jnp.square(y - mean), axis=axis, keepdims=True)


@recorded
def pearson_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    r"""Pearson's correlation, :math:`\mathrm{cov}(y, \hat y) / (\sigma_y \sigma_{\hat y})`.

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the observations.

    Returns:
        Array without that axis, in [-1, 1].

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]])[0]), 4)
        1.0
    """
    y_true, y_pred = pair(y_true, y_pred, "pearson_correlation")
    (true, _, true_variance), (pred, _, pred_variance) = _centered(y_true, axis), _centered(y_pred, axis)
    return jnp.mean(true / jnp.sqrt(true_variance) * (pred / jnp.sqrt(pred_variance)), axis=axis)


@recorded
def concordance_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    r"""Concordance: correlation that also asks for equal mean and scale.

    .. math:: \frac{2 \, \mathrm{cov}(y, \hat y)}{\sigma_y^2 + \sigma_{\hat y}^2 + (\bar y - \bar{\hat y})^2}

    Args:
        y_true: targets.
        y_pred: predictions of the same shape.
        axis: axis of the observations.

    Returns:
        Array without that axis, in [-1, 1].

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.concordance_correlation([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])[0]), 4)
        1.0

    Source: Lin, A concordance correlation coefficient, Biometrics 45, 1989.
    """
    y_true, y_pred = pair(y_true, y_pred, "concordance_correlation")
    (_, true_mean, true_variance), (pred, pred_mean, pred_variance) = _centered(y_true, axis), _centered(y_pred, axis)
    covariance = (y_true - pred_mean) * pred  # either mean may be taken from y_true: pred sums to zero
    spread = true_variance + pred_variance + jnp.square(true_mean - pred_mean)
    return jnp.mean(2 * covariance / (spread + dtypes.epsilon()), axis=axis)


class PearsonCorrelation(FunctionMetric):
    """Mean of Pearson's correlation; see `pearson_correlation`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.PearsonCorrelation()([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]])), 4)
        1.0
    """

    fn = staticmethod(pearson_correlation)
    axis: int = -1


class ConcordanceCorrelation(FunctionMetric):
    """Mean of the concordance correlation; see `concordance_correlation`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.ConcordanceCorrelation()([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])), 4)
        1.0
    """

    fn = staticmethod(concordance_correlation)
    axis: int = -1
