"""Losses between numbers: squared, absolute, logarithmic, Huber, cosine."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from ..core.arguments import default
from ..core.op import recorded
from ..core.types import ArrayLike
from .alignment import pair
from .loss import FunctionLoss

__all__ = [
    "CosineSimilarity", "Huber", "LogCosh", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "cosine_similarity", "huber", "log_cosh", "mean_absolute_error",
    "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
]  # fmt: skip


@recorded
def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean of squared differences over the last axis.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} (y_j - \hat y_j)^2

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.mean_squared_error([[0.0, 2.0]], [[1.0, 0.0]]).tolist()
        [2.5]
    """
    y_true, y_pred = pair(y_true, y_pred, "mean_squared_error")
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


@recorded
def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean of absolute differences over the last axis.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} |y_j - \hat y_j|

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.mean_absolute_error([[0.0, 2.0]], [[1.0, 0.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = pair(y_true, y_pred, "mean_absolute_error")
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@recorded
def mean_absolute_percentage_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean of absolute differences relative to the target, in percent.

    .. math:: L = \frac{100}{d} \sum_{j=1}^{d} \frac{|y_j - \hat y_j|}{\max(|y_j|, \epsilon)}

    with :math:`\epsilon` = `epsilon()`.

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.

    Returns:
        Array `(batch, ...)`, in percent.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.mean_absolute_percentage_error([[1.0, 2.0]], [[2.0, 2.0]]).tolist()
        [50.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "mean_absolute_percentage_error")
    relative = jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), dtypes.epsilon()))
    return 100.0 * jnp.mean(relative, axis=-1)


@recorded
def mean_squared_logarithmic_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean of squared differences of logarithms: relative errors of numbers that are not negative.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d}
        \left( \log(1 + \max(y_j, \epsilon)) - \log(1 + \max(\hat y_j, \epsilon)) \right)^2

    with :math:`\epsilon` = `epsilon()`.

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.mean_squared_logarithmic_error([[1.0]], [[3.0]])[0]), 4)
        0.4805
    """
    y_true, y_pred = pair(y_true, y_pred, "mean_squared_logarithmic_error")
    true, pred = (jnp.log(jnp.maximum(y, dtypes.epsilon()) + 1.0) for y in (y_true, y_pred))
    return jnp.mean(jnp.square(true - pred), axis=-1)


@recorded
def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0) -> Any:
    r"""Squared for small errors, linear for large ones, so that outliers pull less.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \begin{cases}
        \frac12 e_j^2 & |e_j| \le \delta \\ \delta |e_j| - \frac12 \delta^2 & \text{else}
        \end{cases}, \qquad e_j = \hat y_j - y_j

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.
        delta: error at which the loss turns linear.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Source: Huber, Robust estimation of a location parameter, 1964.
    """
    y_true, y_pred = pair(y_true, y_pred, "huber")
    size = jnp.abs(y_pred - y_true)
    return jnp.mean(jnp.where(size <= delta, 0.5 * jnp.square(size), delta * size - 0.5 * delta**2), axis=-1)


@recorded
def log_cosh(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Logarithm of the hyperbolic cosine of the error: about squared when small, absolute when large.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \log \cosh(\hat y_j - y_j)

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.log_cosh([[0.0]], [[1.0]])[0]), 4)
        0.4338
    """
    y_true, y_pred = pair(y_true, y_pred, "log_cosh")
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - np.log(2.0).item(), axis=-1)


@recorded
def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    r"""Minus the cosine of the angle between targets and predictions.

    .. math:: L = - \frac{y \cdot \hat y}{\|y\| \, \|\hat y\|}

    -1 where the directions agree, 0 where they are orthogonal or a vector is zero, 1 where they oppose.

    Args:
        y_true: targets, `(batch, ..., d)`.
        y_pred: predictions of the same shape.
        axis: axis along which the vectors lie.

    Returns:
        Array without that axis.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]).tolist()
        [-1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "cosine_similarity")
    return -jnp.sum(unit(y_true, axis) * unit(y_pred, axis), axis=axis)


def unit(x: Any, axis: int) -> Any:
    """`x` scaled to length one along `axis`; zero vectors stay zero."""
    squared = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    smallest = max(dtypes.epsilon() ** 2, float(jnp.finfo(x.dtype).tiny))
    return x * jax.lax.rsqrt(jnp.maximum(squared, smallest))


class MeanSquaredError(FunctionLoss):
    r"""Mean of squared differences, :math:`\frac{1}{d} \sum_j (y_j - \hat y_j)^2`; see `mean_squared_error`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.MeanSquaredError()([[0.0, 2.0]], [[1.0, 0.0]]))
        2.5
    """

    fn = staticmethod(mean_squared_error)


class MeanAbsoluteError(FunctionLoss):
    r"""Mean of absolute differences, :math:`\frac{1}{d} \sum_j |y_j - \hat y_j|`; see `mean_absolute_error`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.MeanAbsoluteError()([[0.0, 2.0]], [[1.0, 0.0]]))
        1.5
    """

    fn = staticmethod(mean_absolute_error)


class MeanAbsolutePercentageError(FunctionLoss):
    r"""Mean of absolute differences in percent of the target; see `mean_absolute_percentage_error`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.MeanAbsolutePercentageError()([[1.0, 2.0]], [[2.0, 2.0]]))
        50.0
    """

    fn = staticmethod(mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(FunctionLoss):
    r"""Mean of squared differences of logarithms; see `mean_squared_logarithmic_error`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.MeanSquaredLogarithmicError()([[1.0]], [[3.0]])), 4)
        0.4805
    """

    fn = staticmethod(mean_squared_logarithmic_error)


class Huber(FunctionLoss):
    r"""Squared up to `delta`, linear beyond; see `huber`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.Huber(delta=1.0)([[0.0, 0.0]], [[1.0, 3.0]]))
        1.5
    """

    fn = staticmethod(huber)
    delta: float = 1.0
    name = default("huber_loss")


class LogCosh(FunctionLoss):
    r"""Mean of :math:`\log \cosh(\hat y - y)`; see `log_cosh`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.LogCosh()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    fn = staticmethod(log_cosh)


class CosineSimilarity(FunctionLoss):
    r"""Minus the cosine between targets and predictions; see `cosine_similarity`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CosineSimilarity()([[0.0, 1.0]], [[0.0, 2.0]]))
        -1.0
    """

    fn = staticmethod(cosine_similarity)
    axis: int = -1
