"""Losses: how wrong predictions are, per sample and reduced to one number."""

from ..core.public import publish as _publish
from .crossentropy import *
from .hinge import *
from .loss import *
from .loss import SHORT as _SHORT
from .loss import table as _table
from .probabilities import *
from .regression import *

_publish(globals())
_items = [item for item in list(globals().values()) if isinstance(item, type) or hasattr(item, "__wrapped__")]
_table.add(*_items, huber_loss=huber)
_table.add(**{short: _table.find(name) for short, name in _SHORT.items()})
