"""Crossentropy between labels and predicted probabilities."""

from typing import Any

import jax.numpy as jnp

from .. import ops
from ..core.arguments import arguments
from ..core.attached import set_mask
from ..core.op import recorded
from ..ops.crossentropy import predicted
from ..ops.tensors import floating
from .alignment import check_equal, check_one_hot, check_sparse
from .loss import LossFunctionWrapper


def smoothed(y_true: Any, smoothing: float, classes: int) -> Any:
    """Labels with the share `smoothing` of their weight spread evenly over all classes."""
    return y_true * (1.0 - smoothing) + smoothing / classes if smoothing else y_true


def arrays(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets and predictions as arrays of the dtype of the predictions, a float."""
    y_pred = floating(y_pred)
    return jnp.asarray(y_true).astype(y_pred.dtype), y_pred


def check_axis(axis: Any) -> None:
    """Raise `ValueError` unless `axis` is an integer."""
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise ValueError(f"axis is the number of the class axis, such as -1. Received: axis={axis!r}")


@recorded
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
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
    y_true, y_pred = arrays(y_true, y_pred)
    check_one_hot(y_true, y_pred, "categorical_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return ops.categorical_crossentropy(y_true, y_pred, from_logits, axis)


@recorded
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
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
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1:
        y_true = jnp.squeeze(y_true, axis)
    check_sparse(y_true, y_pred, axis, "sparse_categorical_crossentropy")
    labels = y_true.astype("int32")
    valid = None
    if ignore_class is not None:
        y_pred, from_logits = predicted(y_pred, from_logits, "softmax", axis)  # before what follows hides them
        valid = labels != ignore_class
        labels = jnp.where(valid, labels, 0)
        y_pred = jnp.where(jnp.expand_dims(valid, axis), y_pred, 0)
    loss = ops.sparse_categorical_crossentropy(labels, y_pred, from_logits, axis)
    if valid is not None:
        loss = jnp.where(valid, loss, 0)
        set_mask(loss, valid)
    return loss


@recorded
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
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
    y_true, y_pred = arrays(y_true, y_pred)
    check_equal(y_true, y_pred, "binary_crossentropy")
    return jnp.mean(ops.binary_crossentropy(smoothed(y_true, label_smoothing, 2), y_pred, from_logits), axis=axis)


class CategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between one-hot labels and predicted classes, :math:`- \sum_c y_c \log p_c`.

    See `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no softmax was applied.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between class indices and predicted classes, :math:`- \log p_y`.

    See `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no softmax was applied.
        ignore_class: index whose entries have loss 0 and do not count in a mean.
        reduction: how the losses of the samples become one, see `Loss`.
        axis: axis of the classes.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)


class BinaryCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between labels 0 or 1 and predicted probabilities.

    See `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no sigmoid was applied.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)
