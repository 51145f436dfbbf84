"""Models, weights and objects to files and back, as plain data that runs no code."""

from ..core.public import publish as _publish
from .api import *
from .objects import *

_publish(globals())
