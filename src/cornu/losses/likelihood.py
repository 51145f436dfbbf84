"""Other losses of probabilities: divergence, likelihood of counts, crossentropy that bears wrong labels."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import arguments
from ..core.op import recorded
from .alignment import check_sparse, pair
from .loss import LossFunctionWrapper


@recorded
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    r"""Kullback-Leibler divergence of the predicted distribution from the target.

    .. math:: L = \sum_c y_c \log \frac{y_c}{p_c}

    with both clipped to :math:`[\epsilon, 1]`.

    Args:
        y_true: distributions, `(batch, ..., classes)`.
        y_pred: predicted distributions of the same shape.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.kl_divergence([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = pair(y_true, y_pred, "kl_divergence")
    true, pred = (jnp.clip(y, dtypes.epsilon(), 1) for y in (y_true, y_pred))
    return jnp.sum(true * jnp.log(true / pred), axis=-1)


@recorded
def poisson(y_true: Any, y_pred: Any) -> Any:
    r"""Negative log-likelihood of counts under a Poisson distribution with the predicted rate.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \hat y_j - y_j \log(\hat y_j + \epsilon)

    without the term that does not depend on the prediction.

    Args:
        y_true: counts, `(batch, ..., d)`.
        y_pred: rates of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.poisson([[2.0]], [[1.0]]).round(4).tolist()
        [1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "poisson")
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + dtypes.epsilon()), axis=-1)


@recorded
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    r"""Between crossentropy (`q` near 0) and absolute error (`q` near 1), to bear wrong labels.

    .. math:: L = \frac{1 - p_y^q}{q}

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities, `(batch, ..., classes)`.
        q: exponent, in (0, 1).

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
        [1.0]

    Source: Zhang and Sabuncu, https://arxiv.org/abs/1805.07836
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    check_sparse(y_true, y_pred, -1, "categorical_generalized_cross_entropy")
    chosen = jax.nn.one_hot(y_true.astype("int32"), y_pred.shape[-1], dtype=bool)
    return (1 - jnp.power(jnp.sum(jnp.where(chosen, y_pred, 0), axis=-1), q)) / q


class KLDivergence(LossFunctionWrapper):
    r"""Kullback-Leibler divergence, :math:`\sum_c y_c \log (y_c / p_c)`; see `kl_divergence`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    r"""Negative log-likelihood of counts, :math:`\hat y - y \log \hat y`; see `poisson`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    r"""Crossentropy that bears wrong labels, :math:`(1 - p_y^q) / q`.

    See `categorical_generalized_cross_entropy`.

    Args:
        q: exponent, in (0, 1).
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Raises:
        ValueError: `q` does not lie between 0 and 1.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]]))
        1.0
    """

    @arguments
    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"q lies between 0 and 1. Received: q={q!r}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
