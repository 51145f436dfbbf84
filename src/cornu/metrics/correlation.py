"""Correlations between targets and predictions: Pearson's and concordance."""

from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import arguments
from ..core.op import recorded
from ..losses.alignment import pair
from .reduction import MeanMetricWrapper


def _centered(y: Any, axis: int) -> tuple[Any, Any, Any]:
    """Values without their mean, the mean, and the variance."""
    mean = jnp.mean(y, axis=axis, keepdims=True)
    return y - mean, mean, jnp.mean(jnp.square(y - mean), axis=axis, keepdims=True)


@recorded
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
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
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
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


class PearsonCorrelation(MeanMetricWrapper):
    """Mean of Pearson's correlation; see `pearson_correlation`.

    Args:
        name: its name.
        dtype: dtype of the result.
        axis: axis of the observations.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.PearsonCorrelation()([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]])), 4)
        1.0
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of the concordance correlation; see `concordance_correlation`.

    Args:
        name: its name.
        dtype: dtype of the result.
        axis: axis of the observations.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.ConcordanceCorrelation()([[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]])), 4)
        1.0
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
