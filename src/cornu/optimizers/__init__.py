"""Optimizers: rules that move weights against the gradient of the loss."""

from typing import Any

from ..core import codec
from . import schedules
from .adafactor import Adafactor
from .adagrad import Adadelta, Adagrad
from .adam import Adam, AdamW
from .adam_variants import Adamax, Lamb, Nadam
from .ftrl import Ftrl
from .lion import Lion
from .loss_scale import LossScaleOptimizer
from .muon import Muon
from .optimizer import Optimizer, table
from .rmsprop import RMSprop
from .schedule_free import ScheduleFreeAdamW
from .sgd import SGD

_all = [value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, Optimizer)]
table.add(*_all, **{cls.__name__.lower(): cls for cls in _all})


def get(identifier: Any) -> Any:
    """An optimizer from its name, config, class, or itself.

    Args:
        identifier: `"adam"` or `"Adam"`, a config, a class or an optimizer; None gives None.

    Raises:
        ValueError: there is no optimizer of that name.
        TypeError: `identifier` is none of these.

    Example:
        >>> import cornu
        >>> type(cornu.optimizers.get("adam")).__name__
        'Adam'
    """
    found = table.get(identifier)
    if found is not None and not isinstance(found, Optimizer):
        raise TypeError(f"Expected an optimizer: a name, an instance or a config. Received {identifier!r}.")
    return found


def serialize(optimizer: Optimizer) -> Any:
    """An optimizer as plain data that `deserialize` takes; its state is not part of it.

    Args:
        optimizer: the optimizer.

    Example:
        >>> import cornu
        >>> cornu.optimizers.serialize(cornu.optimizers.SGD(0.5))["class_name"]
        'SGD'
    """
    return codec.encode(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """An optimizer from what `serialize` gave.

    Args:
        config: a config.
        custom_objects: names of your own classes.

    Raises:
        ValueError: the name is in no table and not among the custom objects.

    Example:
        >>> import cornu
        >>> float(cornu.optimizers.deserialize(cornu.optimizers.serialize(cornu.optimizers.SGD(0.5))).learning_rate)
        0.5
    """
    return codec.decode(config, table, custom_objects)


__all__ = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
