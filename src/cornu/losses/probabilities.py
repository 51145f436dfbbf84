"""Other losses of probabilities: divergence, counts, sequences, crossentropy that bears wrong labels, overlap."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import ops
from ..core import dtypes
from ..core.arguments import default
from ..core.op import recorded
from ..core.types import ArrayLike, Axis
from ..ops.making import to_axes
from .alignment import indices, mismatch, pair
from .loss import FunctionLoss

__all__ = [
    "CTC", "CategoricalGeneralizedCrossEntropy", "Dice", "KLDivergence", "Poisson", "Tversky",
    "categorical_generalized_cross_entropy", "ctc", "dice", "kl_divergence", "poisson", "tversky",
]  # fmt: skip


@recorded
def kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
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
def poisson(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
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
def categorical_generalized_cross_entropy(y_true: ArrayLike, y_pred: ArrayLike, q: float) -> Any:
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
    labels, y_pred = indices(y_true, y_pred, "categorical_generalized_cross_entropy")
    chosen = jax.nn.one_hot(labels, y_pred.shape[-1], dtype=bool)
    return (1 - jnp.power(jnp.sum(jnp.where(chosen, y_pred, 0), axis=-1), q)) / q


@recorded
def ctc(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Connectionist temporal classification: minus the log-probability of all alignments of a label sequence.

    .. math:: L = - \log \sum_{\pi \in B^{-1}(y)} \prod_t p_t(\pi_t)

    where :math:`B` merges repeated labels and removes blanks; :math:`p_t` is the softmax of the logits.

    Args:
        y_true: labels, integers from 1, `(batch, labels)`; 0 pads the end and is the blank class. As many of the
            first ones count as are not 0.
        y_pred: logits, `(batch, time, classes)`.

    Returns:
        Array `(batch,)`, in nats.

    Raises:
        ValueError: the ranks are others.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.ctc([[1]], cornu.ops.zeros((1, 2, 2)))[0]), 4)
        0.2877

    Source: Graves et al., Connectionist temporal classification, 2006.
    """
    labels, y_pred = jnp.asarray(y_true).astype("int32"), jnp.asarray(y_pred)
    if labels.ndim != 2 or y_pred.ndim != 3:
        expected = "It expects labels (batch, labels), padded with 0, and logits (batch, time, classes)."
        raise mismatch("ctc", labels, y_pred, expected)
    lengths = jnp.full(labels.shape[:1], y_pred.shape[1])
    return ops.ctc_loss(labels, y_pred, jnp.sum(labels != 0, axis=-1), lengths)


@recorded
def dice(y_true: ArrayLike, y_pred: ArrayLike, axis: Axis = None) -> Any:
    r"""One minus the Dice coefficient of two regions.

    .. math:: L = 1 - \frac{2 \sum y \hat y}{\sum y + \sum \hat y + \epsilon}

    Args:
        y_true: region, values in [0, 1].
        y_pred: predicted region of the same shape.
        axis: axes of the sums; None for all.

    Returns:
        Array without these axes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.dice([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.3333
    """
    y_true, y_pred = pair(y_true, y_pred, "dice")
    axis = to_axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    return 1 - 2.0 * both / (jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis) + dtypes.epsilon())


@recorded
def tversky(y_true: ArrayLike, y_pred: ArrayLike, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None) -> Any:
    r"""One minus the Tversky index, an overlap that weighs the two kinds of error.

    .. math:: L = 1 - \frac{\sum y \hat y}
        {\sum y \hat y + \alpha \sum y (1 - \hat y) + \beta \sum (1 - y) \hat y + \epsilon}

    With both weights 0.5 it is `dice`.

    Args:
        y_true: region, values in [0, 1].
        y_pred: predicted region of the same shape.
        alpha: weight of what was missed.
        beta: weight of what was predicted in excess.
        axis: axes of the sums; None for all.

    Returns:
        Array without these axes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.tversky([1.0, 1.0, 0.0], [1.0, 0.0, 0.0], alpha=1.0)), 4)
        0.5

    Source: Salehi et al., https://arxiv.org/abs/1706.05721
    """
    y_true, y_pred = pair(y_true, y_pred, "tversky")
    axis = to_axes(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    missed = jnp.sum(y_true * (1 - y_pred), axis=axis)
    excess = jnp.sum((1 - y_true) * y_pred, axis=axis)
    return 1 - both / (both + alpha * missed + beta * excess + dtypes.epsilon())


class KLDivergence(FunctionLoss):
    r"""Kullback-Leibler divergence, :math:`\sum_c y_c \log (y_c / p_c)`; see `kl_divergence`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(kl_divergence)


class Poisson(FunctionLoss):
    r"""Negative log-likelihood of counts, :math:`\hat y - y \log \hat y`; see `poisson`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    fn = staticmethod(poisson)


class CategoricalGeneralizedCrossEntropy(FunctionLoss):
    r"""Crossentropy that bears wrong labels, :math:`(1 - p_y^q) / q`.

    See `categorical_generalized_cross_entropy`.

    Raises:
        ValueError: `q` does not lie between 0 and 1.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]]))
        1.0
    """

    fn = staticmethod(categorical_generalized_cross_entropy)
    q: float = 0.5

    def _complete(self) -> None:
        super()._complete()
        if not 0 < self.q < 1:
            raise ValueError(f"q lies between 0 and 1. Received: q={self.q!r}")


class CTC(FunctionLoss):
    """Connectionist temporal classification; see `ctc`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CTC()([[1]], cornu.ops.zeros((1, 2, 2)))), 4)
        0.2877
    """

    fn = staticmethod(ctc)


class Dice(FunctionLoss):
    """One minus the Dice coefficient; see `dice`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Dice()([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.3333
    """

    fn = staticmethod(dice)
    reduction = default("sum_over_batch_size", here=True)
    name = default("dice", here=True)
    axis: Axis = None


class Tversky(FunctionLoss):
    """One minus the Tversky index; see `tversky`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Tversky(alpha=1.0)([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.5
    """

    fn = staticmethod(tversky)
    alpha: float = 0.5
    beta: float = 0.5
    reduction = default("sum_over_batch_size", here=True)
    name = default("tversky", here=True)
    axis: Axis = None
