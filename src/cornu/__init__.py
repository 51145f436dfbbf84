"""Cornu: the Keras you know, on JAX."""

from . import (
    activations,
    callbacks,
    config,
    constraints,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    saving,
    tree,
    utils,
)
from .compat import classes as _classes
from .compat import configs as _configs
from .compat import generators as _generators
from .compat import modules as _modules
from .core.derivatives import grad, value_and_grad
from .core.device import device
from .core.dtypes import DTypePolicy
from .core.names import name_scope
from .core.operation import Operation
from .core.public import explain_missing as _explain_missing
from .core.scopes import StatelessScope, SymbolicScope
from .core.spec import InputSpec
from .core.symbolic import KerasTensor
from .core.variable import Variable
from .dtype_policies import FloatDTypePolicy
from .initializers import Initializer
from .layers import Layer
from .layers.remat import RematScope, remat
from .losses import Loss
from .metrics import Metric
from .models import Input, Model, Sequential
from .models.function import Function
from .ops import random
from .optimizers import Optimizer
from .regularizers import Regularizer
from .version import __version__

__all__ = [
    "DTypePolicy", "FloatDTypePolicy", "Function", "Initializer", "Input", "InputSpec", "KerasTensor", "Layer", "Loss",
    "Metric", "Model", "Operation", "Optimizer", "Regularizer", "RematScope", "Sequential", "StatelessScope",
    "SymbolicScope", "Variable", "__version__", "activations", "callbacks", "config", "constraints", "device",
    "dtype_policies", "grad", "initializers", "layers", "losses", "metrics", "models", "name_scope", "ops",
    "optimizers", "random", "regularizers", "remat", "saving", "tree", "utils", "value_and_grad",
]  # fmt: skip

_explain_missing(globals())
