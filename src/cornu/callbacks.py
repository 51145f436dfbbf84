"""Callbacks, under the name that Keras gives them."""

from .core.public import publish as _publish
from .training.callbacks import *  # noqa: F403

_publish(globals())
