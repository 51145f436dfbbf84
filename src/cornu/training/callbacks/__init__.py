"""Callbacks: what happens at the beginnings and ends of epochs and batches."""

from ...core.public import publish as _publish
from .callback import *
from .watching import *

_publish(globals())
