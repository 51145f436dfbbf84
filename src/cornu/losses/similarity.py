"""The circle loss between embeddings: close within a class, far between classes."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.arguments import arguments
from ..core.attached import set_mask
from ..core.op import recorded
from .loss import LossFunctionWrapper


@recorded
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
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
    different = ~same
    if remove_diagonal:
        same = same & ~jnp.eye(same.shape[0], same.shape[1], dtype=bool)
    near = gamma * (margin + distance) * (distance - margin)
    far = gamma * jnp.maximum(1 + margin - distance, 0.0) * (1 - margin - distance)
    positive = jax.nn.logsumexp(jnp.where(same, near, -jnp.inf), axis=1)
    negative = jax.nn.logsumexp(jnp.where(different, far, -jnp.inf), axis=1)
    loss = jax.nn.softplus(positive + negative)
    set_mask(loss, loss > 0)
    return loss


class Circle(LossFunctionWrapper):
    """Circle loss between the embeddings of a batch; see `circle`.

    Args:
        gamma: how much harder the worst pairs count.
        margin: margin between near and far.
        remove_diagonal: whether an embedding is not compared with itself.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> x = cornu.ops.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
        >>> round(float(cornu.losses.Circle(gamma=2.0)([0, 0, 1, 1], x)), 3)
        3.517
    """

    @arguments
    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **options)
