"""Connectionist temporal classification: sequences of labels whose times are not known."""

from typing import Any

import jax.numpy as jnp

from .. import ops
from ..core.arguments import arguments
from ..core.op import recorded
from .loss import LossFunctionWrapper


@recorded
def ctc(y_true: Any, y_pred: Any) -> Any:
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
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim != 2 or y_pred.ndim != 3:
        raise ValueError(
            f"ctc cannot compare y_true of shape {y_true.shape} with y_pred of shape {y_pred.shape}. It expects "
            "labels (batch, labels), padded with 0, and logits (batch, time, classes)."
        )
    labels = y_true.astype("int32")
    lengths = jnp.full(labels.shape[:1], y_pred.shape[1])
    return ops.ctc_loss(labels, y_pred, jnp.sum(labels != 0, axis=-1), lengths)


class CTC(LossFunctionWrapper):
    """Connectionist temporal classification; see `ctc`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CTC()([[1]], cornu.ops.zeros((1, 2, 2)))), 4)
        0.2877
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "ctc", dtype: Any = None
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
