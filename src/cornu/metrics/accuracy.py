"""Accuracies: how often a prediction equals the label."""

from typing import Any

import jax.numpy as jnp

from .. import ops
from ..core import dtypes
from ..core.arguments import arguments
from ..core.op import recorded
from ..losses.alignment import check_one_hot, check_sparse, pair
from .reduction import MeanMetricWrapper


@recorded
def accuracy(y_true: Any, y_pred: Any) -> Any:
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
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
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
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
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
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    check_one_hot(y_true, y_pred, "categorical_accuracy")
    return (jnp.argmax(y_true, axis=-1) == jnp.argmax(y_pred, axis=-1)).astype(dtypes.floatx())


def indices(y_true: Any, y_pred: Any, name: str) -> Any:
    """Labels as int32 indices of the shape of the predictions without classes."""
    y_true = jnp.asarray(y_true)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    check_sparse(y_true, y_pred, -1, name)
    return y_true.astype("int32")


@recorded
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
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
    y_pred = jnp.asarray(y_pred)
    labels = indices(y_true, y_pred, "sparse_categorical_accuracy")
    return (labels == jnp.argmax(y_pred, axis=-1)).astype(dtypes.floatx())


@recorded
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
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
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    check_one_hot(y_true, y_pred, "top_k_categorical_accuracy")
    return ops.in_top_k(jnp.argmax(y_true, axis=-1), y_pred, k).astype(dtypes.floatx())


@recorded
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Any:
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
    y_pred = jnp.asarray(y_pred)
    labels = indices(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    if from_sorted_ids:
        return jnp.any(labels[..., None] == y_pred[..., :k], axis=-1).astype(dtypes.floatx())
    return ops.in_top_k(labels, y_pred, k).astype(dtypes.floatx())


class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
        0.75
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often probabilities lie on the label's side of the threshold.

    Args:
        name: its name.
        dtype: dtype of the result.
        threshold: above it the predicted label is 1.

    Raises:
        ValueError: the threshold does not lie between 0 and 1.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.BinaryAccuracy()([0, 1], [0.3, 0.4]))
        0.5
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is that of a one-hot label.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.3, 0.7], [0.2, 0.8]]))
        0.5
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is the label.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SparseCategoricalAccuracy()([1, 0], [[0.3, 0.7], [0.2, 0.8]]))
        0.5
    """

    _direction = "up"

    @arguments
    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of a one-hot label is among the `k` most probable.

    Args:
        k: how many classes count.
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.6, 0.3]]))
        1.0
    """

    _direction = "up"

    @arguments
    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the label is among the `k` most probable classes.

    Args:
        k: how many classes count.
        name: its name.
        dtype: dtype of the result.
        from_sorted_ids: whether predictions hold indices of classes, best first.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.6, 0.3]]))
        1.0
    """

    _direction = "up"

    @arguments
    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
