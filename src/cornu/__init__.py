"""Cornu: the Keras you know, on JAX."""

from . import (
    activations,
    callbacks,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    saving,
    utils,
)
from .compat import configs as _configs  # older configs, known from here on
from .core.dtypes import DTypePolicy
from .core.spec import InputSpec
from .core.symbolic import KerasTensor
from .core.variable import Variable
from .initializers import Initializer
from .layers import Layer
from .losses import Loss
from .metrics import Metric
from .models import Input, Model, Sequential
from .ops import random
from .optimizers import Optimizer
from .regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "utils",
]
