"""Models: Sequential, functional and subclassed, and what can be done with a whole one."""

from ..layers import Input
from ..saving import load_model, model_from_json, save_model
from .clone import clone_model
from .model import Model
from .sequential import Sequential

__all__ = ["Input", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
