"""Losses of margins: right is not enough, it must be right by a margin; the circle loss asks that of embeddings."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.attached import set_mask
from ..core.op import recorded
from ..core.types import ArrayLike
from .alignment import pair
from .loss import FunctionLoss

__all__ = [
    "CategoricalHinge", "Circle", "Hinge", "SquaredHinge", "categorical_hinge", "circle", "hinge", "squared_hinge",
]  # fmt: skip


def signs(y_true: Any) -> Any:
    """Labels as -1 and 1; those that are all 0 or 1 are converted."""
    binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(binary, 2.0 * y_true - 1.0, y_true)


@recorded
def hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean shortfall below a margin of one.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \max(1 - y_j \hat y_j, 0)

    Args:
        y_true: labels -1 or 1, `(batch, ..., d)`; labels 0 or 1 are converted.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "hinge")
    return jnp.mean(jnp.maximum(1.0 - signs(y_true) * y_pred, 0.0), axis=-1)


@recorded
def squared_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Mean squared shortfall below a margin of one.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \max(1 - y_j \hat y_j, 0)^2

    Args:
        y_true: labels -1 or 1, `(batch, ..., d)`; labels 0 or 1 are converted.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    y_true, y_pred = pair(y_true, y_pred, "squared_hinge")
    return jnp.mean(jnp.square(jnp.maximum(1.0 - signs(y_true) * y_pred, 0.0)), axis=-1)


@recorded
def categorical_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    r"""Shortfall of the right class's score below the best wrong one's plus one.

    .. math:: L = \max \left( \max_c (1 - y_c) \hat y_c - \sum_c y_c \hat y_c + 1, 0 \right)

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
        [0.5]
    """
    y_true, y_pred = pair(y_true, y_pred, "categorical_hinge")
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0.0)


@recorded
def circle(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    ref_labels: ArrayLike | None = None,
    ref_embeddings: ArrayLike | None = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    r"""Circle loss: pairs of a class are drawn together, others apart, the worst hardest.

    With cosine distances :math:`d = \max(1 - x \cdot r, 0)`, over pairs of a class (p) and others (n),

    .. math:: L = \mathrm{softplus} \left(
        \log \sum_p e^{\gamma (d_p + m)(d_p - m)} + \log \sum_n e^{\gamma \max(1 + m - d_n, 0)(1 - m - d_n)} \right)

    Args:
        y_true: labels, integers `(batch,)`.
        y_pred: embeddings of length one, `(batch, d)`.
        ref_labels: labels to compare with; by default `y_true`.
        ref_embeddings: embeddings to compare with; by default `y_pred`.
        remove_diagonal: whether entry i is not compared with reference i, which by default is itself.
        gamma: :math:`\gamma`, how much harder the worst pairs count.
        margin: :math:`m`.

    Returns:
        Array `(batch,)`; entries at zero do not count in a mean.

    Example:
        >>> import cornu
        >>> x = cornu.ops.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> cornu.losses.circle([0, 0, 1], x)[:2].round(4).tolist()
        [0.0, 0.0]

    Source: Sun et al., https://arxiv.org/abs/2002.10857
    """
    y_pred, labels = jnp.asarray(y_pred), jnp.asarray(y_true).astype("int32").reshape(-1)
    others = y_pred if ref_embeddings is None else jnp.asarray(ref_embeddings)
    other_labels = labels if ref_labels is None else jnp.asarray(ref_labels).astype("int32").reshape(-1)
    distance = jnp.maximum(1 - y_pred @ others.T, 0.0)  # (batch, references)
    same = labels[:, None] == other_labels[None, :]
    near = gamma * (margin + distance) * (distance - margin)
    far = gamma * jnp.maximum(1 + margin - distance, 0.0) * (1 - margin - distance)
    negative = jax.nn.logsumexp(jnp.where(same, -jnp.inf, far), axis=1)
    if remove_diagonal:
        same = same & ~jnp.eye(len(labels), len(other_labels), dtype=bool)
    positive = jax.nn.logsumexp(jnp.where(same, near, -jnp.inf), axis=1)
    loss = jax.nn.softplus(positive + negative)
    set_mask(loss, loss > 0)
    return loss


class Hinge(FunctionLoss):
    r"""Mean of :math:`\max(1 - y \hat y, 0)`; see `hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    fn = staticmethod(hinge)


class SquaredHinge(FunctionLoss):
    r"""Mean of :math:`\max(1 - y \hat y, 0)^2`; see `squared_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    fn = staticmethod(squared_hinge)


class CategoricalHinge(FunctionLoss):
    """Shortfall of the right class's score below the best wrong one's plus one; see `categorical_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    fn = staticmethod(categorical_hinge)


class Circle(FunctionLoss):
    """Circle loss between the embeddings of a batch; see `circle`.

    Example:
        >>> import cornu
        >>> x = cornu.ops.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
        >>> round(float(cornu.losses.Circle(gamma=2.0)([0, 0, 1, 1], x)), 3)
        3.517
    """

    fn = staticmethod(circle)
    gamma: float = 80.0
    margin: float = 0.4
    remove_diagonal: bool = True
