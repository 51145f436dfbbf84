"""Losses: how wrong predictions are, per sample and reduced to one number."""

from typing import Any

from ..core import codec
from .crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from .ctc import CTC, ctc
from .focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from .hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from .likelihood import (
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    Poisson,
    categorical_generalized_cross_entropy,
    kl_divergence,
    poisson,
)
from .loss import Loss, LossFunctionWrapper, table
from .overlap import Dice, Tversky, dice, tversky
from .regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from .similarity import Circle, circle

table.add(
    *[
        value
        for name, value in list(globals().items())
        if (isinstance(value, type) and issubclass(value, Loss)) or (callable(value) and hasattr(value, "__wrapped__"))
    ],
    mse=mean_squared_error,
    mae=mean_absolute_error,
    mape=mean_absolute_percentage_error,
    msle=mean_squared_logarithmic_error,
    bce=binary_crossentropy,
    kld=kl_divergence,
    logcosh=log_cosh,
    huber_loss=huber,
    kullback_leibler_divergence=kl_divergence,
)


def get(identifier: Any) -> Any:
    """A loss from its name, config, class, or itself.

    Args:
        identifier: `"mse"` or `"MeanSquaredError"`, a config, a class, a function or a loss; None gives None.

    Returns:
        A `Loss`, or a function `(y_true, y_pred) -> loss of each sample`.

    Raises:
        ValueError: there is no loss of that name.
        TypeError: `identifier` is none of these.

    Example:
        >>> import cornu
        >>> cornu.losses.get("mse").__name__
        'mean_squared_error'
    """
    return table.get(identifier)


def as_loss(identifier: Any, name: str | None = None) -> Loss:
    """`get`, with a function wrapped into a `Loss` of its name.

    Args:
        identifier: what `get` takes, except None.
        name: name of the wrapped loss, by default the function's.

    Raises:
        ValueError: there is no loss of that name.
        TypeError: `identifier` names no loss.

    Example:
        >>> import cornu
        >>> float(cornu.losses.as_loss("mse")([[0.0]], [[2.0]]))
        4.0
    """
    loss = get(identifier)
    if isinstance(loss, Loss):
        return loss
    if loss is None:
        raise TypeError("Expected a loss: a name, an instance, a function or a config. Received None.")
    return LossFunctionWrapper(loss, name=name or getattr(loss, "__name__", None))


def serialize(loss: Any) -> Any:
    """A loss as plain data that `deserialize` takes.

    Args:
        loss: a `Loss` or a named function.

    Example:
        >>> import cornu
        >>> cornu.losses.serialize(cornu.losses.Huber())["class_name"]
        'Huber'
    """
    return codec.encode(loss)


def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """A loss from what `serialize` gave.

    Args:
        name: a config, or the name of a function.
        custom_objects: names of your own classes and functions.

    Raises:
        ValueError: the name is in no table and not among the custom objects.

    Example:
        >>> import cornu
        >>> cornu.losses.deserialize(cornu.losses.serialize(cornu.losses.Huber(delta=2.0))).delta
        2.0
    """
    return codec.decode(name, table, custom_objects)


__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CTC",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "as_loss",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]
