"""Optimizers: rules that move weights against the gradient of the loss."""

import typing

from ..core import codec
from ..core.public import publish as _publish
from . import schedules
from .adafactor import *
from .adagrad import *
from .adam import *
from .loss_scale import *
from .multi import *
from .muon import *
from .optax import *
from .optimizer import *
from .optimizer import table as _table
from .sgd import *

_all = [value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, Optimizer)]
_table.add(*_all, **{cls.__name__.lower(): cls for cls in _all})


def get(identifier: typing.Any) -> typing.Any:
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
    found = _table.get(identifier)
    if found is not None and not isinstance(found, Optimizer):
        call = f" Call it: {identifier.__name__}(...)." if hasattr(identifier, "__name__") else ""
        raise TypeError(f"Expected an optimizer: a name, an instance or a config. Received {identifier!r}.{call}")
    return found


serialize, deserialize = _table.serialize, _table.deserialize
_publish(globals(), "schedules")
