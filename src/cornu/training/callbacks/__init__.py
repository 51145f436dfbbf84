"""Callbacks: what happens at the beginnings and ends of epochs and batches."""
# ruff: noqa: F403 - each file lists its public names

from ...core.public import publish as _publish
from .callback import *
from .watching import *

_publish(globals())
