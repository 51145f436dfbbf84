"""Metrics: summaries of how good predictions are, updated batch by batch."""

from typing import Any

from ..core import codec
from ..losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from .accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .auc import AUC
from .confusion import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives
from .correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from .crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from .f_score import F1Score, FBetaScore
from .iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from .metric import Metric, table
from .operating_point import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from .reduction import Mean, MeanMetricWrapper, Sum
from .regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    R2Score,
    RootMeanSquaredError,
)

table.add(
    *[value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, Metric)],
    mse=MeanSquaredError,
    mae=MeanAbsoluteError,
    mape=MeanAbsolutePercentageError,
    msle=MeanSquaredLogarithmicError,
    bce=BinaryCrossentropy,
    kld=KLDivergence,
    kullback_leibler_divergence=KLDivergence,
    logcosh=LogCoshError,
    log_cosh=LogCoshError,
    rmse=RootMeanSquaredError,
    auc=AUC,
)


def get(identifier: Any) -> Any:
    """A metric from its name, config, class, or itself.

    Args:
        identifier: `"mse"` or `"MeanSquaredError"`, a config, a class, a function or a metric; None gives None.

    Returns:
        A `Metric`, or the function that was given.

    Raises:
        ValueError: there is no metric of that name.
        TypeError: `identifier` is none of these.

    Example:
        >>> import cornu
        >>> cornu.metrics.get("mse")
        <MeanSquaredError name=mean_squared_error>
    """
    return table.get(identifier)


def as_metric(identifier: Any, name: str | None = None) -> Metric:
    """`get`, with a function wrapped into a mean of its values.

    Args:
        identifier: what `get` takes, except None.
        name: name of the wrapped metric, by default the function's.

    Raises:
        ValueError: there is no metric of that name.
        TypeError: `identifier` names no metric.

    Example:
        >>> import cornu
        >>> cornu.metrics.as_metric(lambda y_true, y_pred: abs(y_true - y_pred), name="gap")
        <MeanMetricWrapper name=gap>
    """
    metric = get(identifier)
    if isinstance(metric, Metric):
        return metric
    if metric is None:
        raise TypeError("Expected a metric: a name, an instance, a function or a config. Received None.")
    name = name or getattr(metric, "name", None) or getattr(metric, "__name__", None)
    return MeanMetricWrapper(metric, name=name)


def serialize(metric: Any) -> Any:
    """A metric as plain data that `deserialize` takes.

    Args:
        metric: a `Metric` or a named function.

    Example:
        >>> import cornu
        >>> cornu.metrics.serialize(cornu.metrics.Mean())["config"]
        {'name': 'mean', 'dtype': 'float32'}
    """
    return codec.encode(metric)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """A metric from what `serialize` gave.

    Args:
        config: a config, or a name.
        custom_objects: names of your own classes and functions.

    Raises:
        ValueError: the name is in no table and not among the custom objects.

    Example:
        >>> import cornu
        >>> cornu.metrics.deserialize(cornu.metrics.serialize(cornu.metrics.Mean("loss"))).name
        'loss'
    """
    return codec.decode(config, table, custom_objects)


__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "as_metric",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]
