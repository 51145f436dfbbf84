"""Losses of labels as metrics: crossentropies, divergence, counts, margins."""

from .. import losses
from ..core.arguments import arguments
from .reduction import FunctionMetric

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "Hinge", "KLDivergence", "Poisson",
    "SparseCategoricalCrossentropy", "SquaredHinge",
]  # fmt: skip


@arguments
class BinaryCrossentropy(FunctionMetric):
    """Mean crossentropy between labels 0 or 1 and probabilities; see `losses.binary_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.binary_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0


@arguments
class CategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy between one-hot labels and probabilities; see `losses.categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.categorical_crossentropy)
    from_logits: bool = False
    label_smoothing: float = 0
    axis: int = -1


@arguments
class SparseCategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy between class indices and probabilities; see `losses.sparse_categorical_crossentropy`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.sparse_categorical_crossentropy)
    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1


@arguments
class KLDivergence(FunctionMetric):
    """Mean Kullback-Leibler divergence; see `losses.kl_divergence`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    fn = staticmethod(losses.kl_divergence)


@arguments
class Poisson(FunctionMetric):
    """Mean negative log-likelihood of counts; see `losses.poisson`.

    Example:
        >>> import cornu
        >>> round(float(cornu.metrics.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    fn = staticmethod(losses.poisson)


@arguments
class Hinge(FunctionMetric):
    r"""Mean of :math:`\max(1 - y \hat y, 0)`; see `losses.hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    fn = staticmethod(losses.hinge)


@arguments
class SquaredHinge(FunctionMetric):
    r"""Mean of :math:`\max(1 - y \hat y, 0)^2`; see `losses.squared_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    fn = staticmethod(losses.squared_hinge)


@arguments
class CategoricalHinge(FunctionMetric):
    """Mean shortfall of the right class's score; see `losses.categorical_hinge`.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    fn = staticmethod(losses.categorical_hinge)
