"""The ops that NumPy has too, and what is closest to them."""

from ..core.public import publish as _publish
from .arithmetic import *
from .control import vectorize
from .creation import *
from .exponential import *
from .indexing import *
from .linalg import slogdet
from .linear import *
from .logic import *
from .reduction import *
from .shaping import *
from .tensors import copy, ndim, size, view

_publish(globals())
