"""The array language: functions over `jax.numpy` that also take Variables and symbolic tensors."""

from ..core import operators as _operators
from ..core.op import ops as _table
from ..core.public import publish as _publish
from . import image, linalg, nn, numpy
from .control import *
from .linalg import *
from .nn import *
from .numpy import *
from .signal import *
from .tensors import *

# Names that an op has besides its own, such as `abs` and `divide`, are found in files as well.
_table.add(**{name: op for name, op in globals().items() if op in _table.entries.values()})
_operators.define(_table.entries)
_publish(globals(), "image", "linalg", "nn", "numpy")
