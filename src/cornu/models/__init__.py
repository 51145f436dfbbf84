"""Models: Sequential, functional and subclassed, and what can be done with a whole one."""

from .clone import clone_model
from .input import Input
from .model import Model
from .sequential import Sequential

__all__ = ["Input", "Model", "Sequential", "clone_model"]
