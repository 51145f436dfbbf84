"""Crossentropy between labels and predicted probabilities; focal: with less weight on what is classified well."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import ops
from ..core.arguments import default
from ..core.attached import set_mask
from ..core.op import recorded
from ..core.types import ArrayLike
from ..ops.crossentropy import clipped, normalized, predicted
from .alignment import binary, indices, one_hot
from .loss import FunctionLoss

__all__ = [
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
    "SparseCategoricalCrossentropy", "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "sparse_categorical_crossentropy",
]  # fmt: skip


def smoothed(y_true: jax.Array, smoothing: float, classes: int) -> jax.Array:
    """Labels with the share `smoothing` of their weight spread evenly over all classes."""
    return y_true * (1.0 - smoothing) + smoothing / classes if smoothing else y_true


def check_axis(axis: Any) -> None:
    """Raise `ValueError` unless `axis` is an integer."""
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise ValueError(f"axis is the number of the class axis, such as -1. Received: axis={axis!r}")


@recorded
def categorical_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    r"""Crossentropy between one-hot labels (or distributions) and predicted probabilities of classes.

    .. math:: L = - \sum_{c} y_c \log p_c

    where :math:`p` is `y_pred` divided by its sum and clipped to :math:`[\epsilon, 1 - \epsilon]`, or its
    softmax if `from_logits`. With smoothing :math:`s`, :math:`y_c` is :math:`(1 - s) y_c + s / C`.
    In a model, `y_pred` straight from a softmax counts as its logits: nothing is clipped.

    Args:
        y_true: distributions over classes, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits, that is, no softmax was applied.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    check_axis(axis)
    y_true, y_pred = one_hot(y_true, y_pred, "categorical_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits, axis)


@recorded
def sparse_categorical_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    r"""Crossentropy between class indices and predicted probabilities of classes.

    .. math:: L = - \log p_y

    where :math:`p` is `y_pred` divided by its sum and clipped to :math:`[\epsilon, 1 - \epsilon]`, or its
    softmax if `from_logits`. An index outside of the classes has loss 0.
    In a model, `y_pred` straight from a softmax counts as its logits: nothing is clipped.

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.
        from_logits: whether `y_pred` are logits, that is, no softmax was applied.
        ignore_class: index whose entries have loss 0 and do not count in a mean.
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    check_axis(axis)
    labels, y_pred = indices(y_true, y_pred, "sparse_categorical_crossentropy", axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(labels, y_pred, from_logits, axis)
    pred, from_logits = predicted(y_pred, from_logits, "softmax", axis)  # before what follows hides them
    valid = labels != ignore_class
    pred = jnp.where(jnp.expand_dims(valid, axis), pred, 0)
    loss = ops.sparse_categorical_crossentropy(jnp.where(valid, labels, 0), pred, from_logits, axis)
    loss = jnp.where(valid, loss, 0)
    set_mask(loss, valid)
    return loss


@recorded
def binary_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    r"""Crossentropy between labels 0 or 1 and predicted probabilities, each output on its own.

    .. math:: L = - \frac{1}{d} \sum_{j=1}^{d} y_j \log p_j + (1 - y_j) \log (1 - p_j)

    where :math:`p` is `y_pred` clipped to :math:`[\epsilon, 1 - \epsilon]`, or its sigmoid if `from_logits`.
    With smoothing :math:`s`, :math:`y` is :math:`(1 - s) y + s / 2`.
    In a model, `y_pred` straight from a sigmoid counts as its logits: nothing is clipped.

    Args:
        y_true: labels in [0, 1], `(batch, ..., d)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits, that is, no sigmoid was applied.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = binary(y_true, y_pred, "binary_crossentropy")
    return jnp.mean(ops.binary_crossentropy(smoothed(y_true, label_smoothing, 2), y_pred, from_logits), axis=axis)


@recorded
def binary_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
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
    y_true, y_pred = binary(y_true, y_pred, "binary_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, 2)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    q = y_true * p + (1 - y_true) * (1 - p)
    loss = jnp.power(1.0 - q, gamma) * ops.binary_crossentropy(y_true, p)
    if apply_class_balancing:
        loss = loss * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(loss, axis=axis)


@recorded
def categorical_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
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
    y_true, y_pred = one_hot(y_true, y_pred, "categorical_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    p = clipped(normalized(y_pred, axis))
    weight = jnp.power(1.0 - p, gamma) * jnp.asarray(alpha, p.dtype)
    return -jnp.sum(weight * y_true * jnp.log(p), axis=axis)


class CategoricalCrossentropy(FunctionLoss):
    r"""Crossentropy between one-hot labels and predicted classes, :math:`- \sum_c y_c \log p_c`.

    See `categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(categorical_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1


class SparseCategoricalCrossentropy(FunctionLoss):
    r"""Crossentropy between class indices and predicted classes, :math:`- \log p_y`.

    See `sparse_categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(sparse_categorical_crossentropy)
    from_logits: bool = False
    ignore_class: int | None = None
    reduction = default("sum_over_batch_size", here=True)
    axis: int = -1


class BinaryCrossentropy(FunctionLoss):
    r"""Crossentropy between labels 0 or 1 and predicted probabilities.

    See `binary_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(binary_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1


class BinaryFocalCrossentropy(FunctionLoss):
    r"""Binary crossentropy with less weight on what is classified well; see `binary_focal_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733
    """

    fn = staticmethod(binary_focal_crossentropy)
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1


class CategoricalFocalCrossentropy(FunctionLoss):
    r"""Categorical crossentropy with less weight on what is classified well; see `categorical_focal_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    fn = staticmethod(categorical_focal_crossentropy)
    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1
