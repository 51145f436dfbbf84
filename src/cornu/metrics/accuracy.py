"""Accuracies: how often a prediction equals the label."""

from typing import Any

import jax.numpy as jnp

from .. import ops
from ..core import dtypes
from ..core.op import recorded
from ..core.types import ArrayLike, DTypeLike
from ..losses.alignment import indices, one_hot, pair
from .reduction import FunctionMetric, Mean

__all__ = [
    "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy", "top_k_categorical_accuracy",
]  # fmt: skip


@recorded
def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """1 where predictions equal targets, else 0.

    Args:
        y_true: targets, `(batch, ...)`.
        y_pred: predictions of the same shape.

    Returns:
        Array of zeros and ones, of that shape.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> from cornu.metrics.accuracy import accuracy
        >>> accuracy([1, 2, 3], [1, 0, 3]).tolist()
        [1.0, 0.0, 1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "accuracy", exact=True)
    return (y_true == y_pred).astype(dtypes.floatx())


@recorded
def binary_accuracy(y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5) -> Any:
    """1 where a prediction lies on the label's side of the threshold, else 0.

    Args:
        y_true: labels 0 or 1, `(batch, ...)`.
        y_pred: probabilities of the same shape.
        threshold: above it the predicted label is 1.

    Returns:
        Array of zeros and ones, of that shape.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.metrics.binary_accuracy([0, 1], [0.3, 0.4]).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "binary_accuracy")
    return (y_true == (y_pred > threshold)).astype(dtypes.floatx())


@recorded
def categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """1 where the most probable class is that of a one-hot label, else 0.

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.

    Returns:
        Array of zeros and ones, `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> cornu.metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.3, 0.7], [0.2, 0.8]]).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = one_hot(y_true, y_pred, "categorical_accuracy", exact=True)
    return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(dtypes.floatx())


@recorded
def sparse_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """1 where the most probable class is the label, else 0.

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.

    Returns:
        Array of zeros and ones, `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.metrics.sparse_categorical_accuracy([1, 0], [[0.3, 0.7], [0.2, 0.8]]).tolist()
        [1.0, 0.0]
    """
    labels, y_pred = indices(y_true, y_pred, "sparse_categorical_accuracy")
    return (labels == jnp.argmax(y_pred, axis=-1)).astype(dtypes.floatx())


@recorded
def top_k_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike, k: int = 5) -> Any:
    """1 where the class of a one-hot label is among the `k` most probable, else 0.

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        k: how many classes count.

    Returns:
        Array of zeros and ones, `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> cornu.metrics.top_k_categorical_accuracy([[0, 0, 1]], [[0.1, 0.6, 0.3]], k=2).tolist()
        [1.0]
    """
    y_true, y_pred = one_hot(y_true, y_pred, "top_k_categorical_accuracy", exact=True)
    return ops.in_top_k(jnp.argmax(y_true, axis=-1), y_pred, k).astype(dtypes.floatx())


@recorded
def sparse_top_k_categorical_accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where the label is among the `k` most probable classes, else 0.

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`; or the indices of classes, best first.
        k: how many classes count.
        from_sorted_ids: whether `y_pred` holds indices, best first.

    Returns:
        Array of zeros and ones, `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.metrics.sparse_top_k_categorical_accuracy([2], [[0.1, 0.6, 0.3]], k=2).tolist()
        [1.0]
    """
    labels, y_pred = indices(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    if from_sorted_ids:
        return jnp.any(labels[..., None] == y_pred[..., :k], axis=-1).astype(dtypes.floatx())
    return ops.in_top_k(labels, y_pred, k).astype(dtypes.floatx())


class Accuracy(FunctionMetric):
    """How often predictions equal targets.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75
    """

    fn = staticmethod(accuracy)


class BinaryAccuracy(FunctionMetric):
    """How often probabilities lie on the label's side of the threshold.

    Raises:
        ValueError: the threshold does not lie between 0 and 1.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.BinaryAccuracy()([0, 1], [0.3, 0.4]))
        0.5
    """

    fn = staticmethod(binary_accuracy)
    threshold: float = 0.5


class CategoricalAccuracy(FunctionMetric):
    """How often the most probable class is that of a one-hot label.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.3, 0.7], [0.2, 0.8]]))
        0.5
    """

    fn = staticmethod(categorical_accuracy)


class SparseCategoricalAccuracy(FunctionMetric):
    """How often the most probable class is the label.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SparseCategoricalAccuracy()([1, 0], [[0.3, 0.7], [0.2, 0.8]]))
        0.5
    """

    fn = staticmethod(sparse_categorical_accuracy)


class TopKCategoricalAccuracy(FunctionMetric):
    """How often the class of a one-hot label is among the `k` most probable.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.6, 0.3]]))
        1.0
    """

    fn = staticmethod(top_k_categorical_accuracy)

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: DTypeLike = None) -> None:
        Mean.__init__(self, name=name, dtype=dtype)


class SparseTopKCategoricalAccuracy(FunctionMetric):
    """How often the label is among the `k` most probable classes.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.6, 0.3]]))
        1.0
    """

    fn = staticmethod(sparse_top_k_categorical_accuracy)

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: DTypeLike = None,
        from_sorted_ids: bool = False,
    ) -> None:
        Mean.__init__(self, name=name, dtype=dtype)
