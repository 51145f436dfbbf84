"""Activations: the functions of neural networks that layers know by name."""

from typing import Any

from . import ops
from .core.arguments import explained
from .core.lookup import Table

# isort: off
from .ops import (
    celu, elu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, log_sigmoid, log_softmax,
    relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax,
    squareplus, swish, tanh, tanh_shrink, threshold,
)  # fmt: skip

__all__ = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink", "threshold",
]  # fmt: skip


def linear(x: Any) -> Any:
    """Nothing: `x` itself.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.activations.linear(3.0)
        3.0
    """
    return x


@explained
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Rectifier, `max(x, 0)`.

    In general `max_value` where `x >= max_value`, `x` where `threshold < x < max_value`, and
    `negative_slope * (x - threshold)` elsewhere.

    Args:
        x: array.
        negative_slope: slope below `threshold`.
        max_value: largest result; None for no limit.
        threshold: where the slope changes.

    Example:
        >>> import cornu
        >>> cornu.activations.relu([-2.0, 1.0, 9.0], negative_slope=0.5, max_value=6.0)
        Array([-1.,  1.,  6.], dtype=float32)
    """
    if not threshold:
        y = ops.leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    else:
        x = ops.convert_to_tensor(x) if not ops.is_tensor(x) else x
        y = ops.where(x > threshold, x, negative_slope * (x - threshold) if negative_slope else 0)
    return y if max_value is None else ops.minimum(y, ops.cast(max_value, y.dtype))


def gelu(x: Any, approximate: bool = False) -> Any:
    """`x * P(X <= x)` for a standard normal `X`.

    Args:
        x: array.
        approximate: whether to use `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x**3)))`, rather than the error
            function.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.activations.gelu([-1.0, 2.0])).round(3)
        array([-0.159,  1.954], dtype=float32)

    Source:
        Hendrycks and Gimpel, Gaussian error linear units, 2016.
    """
    return ops.gelu(x, approximate)


def exponential(x: Any) -> Any:
    """Exponential, `e ** x`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.activations.exponential([0.0, 1.0])).round(3)
        array([1.   , 2.718], dtype=float32)
    """
    return ops.exp(x)


def mish(x: Any) -> Any:
    """`x * tanh(softplus(x))`.

    Args:
        x: array.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.activations.mish([-1.0, 2.0])).round(3)
        array([-0.303,  1.944], dtype=float32)

    Source:
        Misra, Mish: a self regularized non-monotonic activation function, 2019.
    """
    return ops.multiply(x, ops.tanh(ops.softplus(x)))


table = Table("activation", "keras.activations", convert=lambda given: linear if given is None else given)
table.add(*(globals()[name] for name in __all__), swish=silu, hard_swish=hard_silu)
__all__ += ["deserialize", "get", "serialize"]

get, serialize, deserialize = table.get, table.serialize, table.deserialize
