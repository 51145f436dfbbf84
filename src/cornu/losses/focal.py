"""Focal crossentropies: less weight on what is classified well."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import ops
from ..core.arguments import arguments
from ..core.op import recorded
from ..ops.crossentropy import clipped, normalized
from .alignment import check_equal, check_one_hot
from .crossentropy import arrays, check_axis, smoothed
from .loss import LossFunctionWrapper


@recorded
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    r"""Binary crossentropy with less weight on what is already classified well.

    .. math:: L = - \frac{1}{d} \sum_j w_j (1 - q_j)^\gamma \log q_j, \qquad
        q = \begin{cases} p & y = 1 \\ 1 - p & y = 0 \end{cases}

    where :math:`w` is 1, or with class balancing :math:`\alpha` for label 1 and :math:`1 - \alpha` for label 0.

    Args:
        y_true: labels in [0, 1], `(batch, ..., d)`.
        y_pred: probabilities or logits of the same shape.
        apply_class_balancing: whether to weight the classes by `alpha`.
        alpha: weight of label 1.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733

    Source: Lin et al., Focal loss for dense object detection, https://arxiv.org/abs/1708.02002
    """
    y_true, y_pred = arrays(y_true, y_pred)
    check_equal(y_true, y_pred, "binary_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, 2)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    q = y_true * p + (1 - y_true) * (1 - p)
    loss = jnp.power(1.0 - q, gamma) * ops.binary_crossentropy(y_true, p)
    if apply_class_balancing:
        loss = loss * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(loss, axis=axis)


@recorded
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    r"""Categorical crossentropy with less weight on what is already classified well.

    .. math:: L = - \sum_c \alpha \, (1 - p_c)^\gamma \, y_c \log p_c

    Args:
        y_true: distributions over classes, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        alpha: weight, one number or one per class.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.0433

    Source: Lin et al., Focal loss for dense object detection, https://arxiv.org/abs/1708.02002
    """
    check_axis(axis)
    y_true, y_pred = arrays(y_true, y_pred)
    check_one_hot(y_true, y_pred, "categorical_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    p = clipped(normalized(y_pred, axis))
    weight = jnp.power(1.0 - p, gamma) * jnp.asarray(alpha, p.dtype)
    return -jnp.sum(weight * y_true * jnp.log(p), axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    r"""Binary crossentropy with less weight on what is classified well; see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether to weight the classes by `alpha`.
        alpha: weight of label 1.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733
    """

    @arguments
    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        options |= {"apply_class_balancing": apply_class_balancing, "label_smoothing": label_smoothing}
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **options)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    r"""Categorical crossentropy with less weight on what is classified well; see `categorical_focal_crossentropy`.

    Args:
        alpha: weight, one number or one per class.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    @arguments
    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        options |= {"label_smoothing": label_smoothing}
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, **options)
