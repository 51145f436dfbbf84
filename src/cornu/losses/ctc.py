"""Connectionist temporal classification: sequences of labels whose times are not known."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.config import arguments
from ..core.op import recorded
from .loss import LossFunctionWrapper

_NEVER = -1e5  # log-probability of what cannot happen; finite, so that gradients are


def forward_loss(labels: Any, logits: Any, label_length: Any, input_length: Any, blank: int = 0) -> Any:
    """Negative log-probability of label sequences, by the forward algorithm.

    Args:
        labels: integers, `(batch, labels)`.
        logits: scores of the classes at each time, `(batch, time, classes)`.
        label_length: how many of the labels count, `(batch,)`.
        input_length: how many of the times count, `(batch,)`.
        blank: class that stands for no label.

    Returns:
        Array `(batch,)`, in nats.
    """
    log_p = jax.nn.log_softmax(logits.astype(jnp.promote_types(logits.dtype, "float32")))
    states = jnp.full((labels.shape[0], 2 * labels.shape[1] + 1), blank).at[:, 1::2].set(labels)
    # A label may follow the one before it without a blank between, unless both are equal.
    skips = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    emitted = jnp.take_along_axis(log_p, states[:, None, :], axis=2)  # (batch, time, states)
    start = jnp.where(jnp.arange(states.shape[1]) < 2, emitted[:, 0], _NEVER)

    def shifted(alpha: Any, by: int) -> Any:
        return jnp.pad(alpha, ((0, 0), (by, 0)), constant_values=_NEVER)[:, : alpha.shape[1]]

    def step(alpha: Any, now: tuple[Any, Any]) -> tuple[Any, None]:
        time, scores = now
        skipped = jnp.where(jnp.pad(skips, ((0, 0), (2, 0))), shifted(alpha, 2), _NEVER)
        new = jnp.logaddexp(jnp.logaddexp(alpha, shifted(alpha, 1)), skipped) + scores
        return jnp.where((time < input_length)[:, None], new, alpha), None

    times = jnp.arange(1, logits.shape[1])
    alpha, _ = jax.lax.scan(step, start, (times, jnp.moveaxis(emitted, 1, 0)[1:]))
    place = jnp.arange(states.shape[1])[None, :]
    last = 2 * label_length[:, None]  # the blank after the last label, or that label
    return -jax.nn.logsumexp(jnp.where((place == last) | (place == last - 1), alpha, -jnp.inf), axis=1)


@recorded
def ctc(y_true: Any, y_pred: Any) -> Any:
    r"""Connectionist temporal classification: minus the log-probability of all alignments of a label sequence.

    .. math:: L = - \log \sum_{\pi \in B^{-1}(y)} \prod_t p_t(\pi_t)

    where :math:`B` merges repeated labels and removes blanks; :math:`p_t` is the softmax of the logits.

    Args:
        y_true: labels, integers from 1, `(batch, labels)`; 0 pads the end and is the blank class.
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
    return forward_loss(labels, y_pred, jnp.sum(labels != 0, axis=-1), lengths)


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
