"""Losses of labels as metrics: crossentropies, divergence, counts, margins."""

from typing import Any

from .. import losses
from ..core.arguments import arguments
from .reduction import MeanMetricWrapper


class BinaryCrossentropy(MeanMetricWrapper):
    """Mean crossentropy between labels 0 or 1 and probabilities; see `losses.binary_crossentropy`.

    Args:
        name: its name.
        dtype: dtype of the result.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(losses.binary_crossentropy, name, dtype, **options)


class CategoricalCrossentropy(MeanMetricWrapper):
    """Mean crossentropy between one-hot labels and probabilities; see `losses.categorical_crossentropy`.

    Args:
        name: its name.
        dtype: dtype of the result.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name, dtype, **options)


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """Mean crossentropy between class indices and probabilities; see `losses.sparse_categorical_crossentropy`.

    Args:
        name: its name.
        dtype: dtype of the result.
        from_logits: whether predictions are logits.
        ignore_class: index whose entries have loss 0.
        axis: axis of the classes.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, **options)


class KLDivergence(MeanMetricWrapper):
    """Mean Kullback-Leibler divergence; see `losses.kl_divergence`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """Mean negative log-likelihood of counts; see `losses.poisson`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    @arguments
    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(losses.poisson, name, dtype)


class Hinge(MeanMetricWrapper):
    r"""Mean of :math:`\max(1 - y \hat y, 0)`; see `losses.hinge`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    @arguments
    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    r"""Mean of :math:`\max(1 - y \hat y, 0)^2`; see `losses.squared_hinge`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    @arguments
    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """Mean shortfall of the right class's score; see `losses.categorical_hinge`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    @arguments
    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)
