"""Intersection over union of predicted and true regions of classes."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import default
from ..core.symbolic import unwrap
from ..core.types import ArrayLike, DTypeLike
from .metric import Metric

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


class IoU(Metric):
    r"""Mean over chosen classes of intersection over union, :math:`TP / (TP + FP + FN)`.

    Classes that neither occur nor are predicted do not count in the mean.

    Args:
        num_classes: number of classes.
        target_class_ids: the classes in the mean.
        dtype: dtype of the counts, int32 by default; sample weights are converted to it.
        ignore_class: label whose entries do not count.
        sparse_y_true: whether labels are indices; else they are one-hot.
        sparse_y_pred: whether predictions are indices; else the most probable class is taken.
        axis: axis of the classes.

    Raises:
        ValueError: a class is out of range.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    _direction = "up"
    num_classes: int
    target_class_ids: Sequence[int]
    name = default(None, here=True)
    dtype = default(None, here=True)
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1

    def _complete(self) -> None:
        self.dtype = self.dtype or "int32"
        super()._complete()
        self.target_class_ids = list(self.target_class_ids)
        if not all(0 <= c < self.num_classes for c in self.target_class_ids):
            below = f"below num_classes={self.num_classes}"
            raise ValueError(f"target_class_ids are {below}. Received: {self.target_class_ids!r}")
        self.total_cm = self.add_variable((self.num_classes,) * 2, dtype=self.dtype, name="total_confusion_matrix")

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add a batch.

        Args:
            y_true: labels.
            y_pred: predictions.
            sample_weight: weights, one per label.
        """
        true, pred = self._indices(y_true, self.sparse_y_true), self._indices(y_pred, self.sparse_y_pred)
        if true.shape != pred.shape:
            raise ValueError(
                f"{self.name!r} compares a class number with each label, but there are {true.size} labels (shape "
                f"{jnp.shape(unwrap(y_true))}) and {pred.size} predictions (shape {jnp.shape(unwrap(y_pred))}). For a "
                "prediction per class pass sparse_y_pred=False; for one-hot labels sparse_y_true=False."
            )
        weight = jnp.asarray(1 if sample_weight is None else unwrap(sample_weight)).astype(self.dtype)
        weight = jnp.broadcast_to(weight.reshape(-1) if weight.ndim else weight, true.shape)
        known = (true >= 0) & (true < self.num_classes) & (pred >= 0) & (pred < self.num_classes)
        if self.ignore_class is not None:
            known &= true != self.ignore_class
        places = jnp.where(known, true, 0), jnp.where(known, pred, 0)
        self.total_cm.assign(self.total_cm.value.at[places].add(jnp.where(known, weight, 0)))

    def _indices(self, y: Any, sparse: bool) -> Any:
        y = jnp.asarray(unwrap(y))
        return (y if sparse else jnp.argmax(y, axis=self.axis)).astype("int32").reshape(-1)

    def result(self) -> Any:
        """The mean over the chosen classes."""
        matrix = self.total_cm.value
        both = jnp.diagonal(matrix)
        either = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - both
        chosen = jnp.asarray(self.target_class_ids)
        both, either = (values[chosen].astype("float32") for values in (both, either))
        present = either > 1e-9
        shares = jnp.where(present, both / (either + dtypes.epsilon()), 0.0)
        return jnp.sum(shares) / (jnp.sum(present) + dtypes.epsilon())


class BinaryIoU(IoU):
    """Intersection over union of two classes that a threshold tells apart.

    Args:
        threshold: from it on class 1 is predicted.

    Raises:
        ValueError: a class is neither 0 nor 1.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.BinaryIoU(threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add a batch.

        Args:
            y_true: labels 0 or 1.
            y_pred: probabilities.
            sample_weight: weights, one per label.
        """
        super().update_state(y_true, jnp.asarray(unwrap(y_pred)) >= self.threshold, sample_weight)


class MeanIoU(IoU):
    """Mean over all classes of intersection over union.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: DTypeLike = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        self.target_class_ids = range(num_classes)
        self._complete()  # all else is kept already


class OneHotIoU(IoU):
    """`IoU` of one-hot labels and probabilities.

    Raises:
        ValueError: a class is out of range.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.OneHotIoU(2, [1])([[1, 0], [0, 1]], [[0.6, 0.4], [0.3, 0.7]])), 4)
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: DTypeLike = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        self.sparse_y_true = False
        self._complete()  # all else is kept already


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` of one-hot labels and probabilities.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.6, 0.4], [0.3, 0.7]])), 4)
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: DTypeLike = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
