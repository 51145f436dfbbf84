"""Layers that Keras had once, and that scripts and files still ask for."""

from typing import Any

from .. import ops
from ..core.arguments import default
from ..core.spec import InputSpec
from ..core.types import Activation, Shape
from . import checks
from .core.activation import Elementwise
from .family import KernelLayer

__all__ = ["Highway", "MaxoutDense", "ThresholdedReLU"]


class ThresholdedReLU(Elementwise):
    """Passes on what is above a threshold: `x` if `x > theta`, and 0 otherwise.

    Args:
        theta: the threshold.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: the threshold is negative.

    Example:
        >>> import cornu
        >>> cornu.layers.ThresholdedReLU(1.0)([0.5, 2.0]).tolist()
        [0.0, 2.0]

    Source: Konda et al. (2014), https://arxiv.org/abs/1402.3337
    """

    theta: float = 1.0

    def _complete(self) -> None:
        checks.not_negative(self, "theta")

    def call(self, inputs: Any) -> Any:
        """`x`, or 0 up to the threshold."""
        return ops.where(inputs > self.theta, inputs, ops.zeros_like(inputs))


class MaxoutDense(KernelLayer):
    """The largest of several linear functions: `y = max over k of (x @ kernel[k] + bias[k])`.

    Args:
        units: size of the output.
        nb_feature: number of linear functions.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of the kernel, `(nb_feature, features, units)`.
        bias_initializer: initializer of the bias, `(nb_feature, units)`.

    Shapes:
        `(batch, features)` to `(batch, units)`.

    Raises:
        ValueError: a size that is not a positive integer, or an input of another rank.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxoutDense(3)(cornu.ops.ones((2, 5))).shape
        (2, 3)

    Source: Goodfellow et al. (2013), Maxout Networks, https://arxiv.org/abs/1302.4389
    """

    units: int
    nb_feature: int = 4
    use_bias: bool = True

    def _complete(self) -> None:
        checks.positive(self, "units", "nb_feature")
        self.input_spec = InputSpec(ndim=2)

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        features = checks.known_size(self, input_shape, -1)
        self.input_spec = InputSpec(ndim=2, axes={-1: features})
        self.kernel = self.add_weight((self.nb_feature, features, self.units), name="kernel")
        self.bias: Any = self.add_weight((self.nb_feature, self.units), name="bias") if self.use_bias else None

    def call(self, inputs: Any) -> Any:
        """The largest of the linear functions."""
        y = ops.einsum("bf,kfu->bku", inputs, self.kernel)
        return ops.max(y if self.bias is None else ops.add(y, self.bias), axis=1)


class Highway(KernelLayer):
    r"""A dense layer with a gate that lets its input pass: `y = t * activation(x @ kernel + bias) + (1 - t) * x`.

    The gate is :math:`t = \sigma(x\,W + b)`, with weights of its own.

    Args:
        activation: function of the result, or its name; None for none.
        transform_bias: what the bias of the gate begins with; below 0 the input passes at first.
        use_bias: whether to add biases.
        kernel_initializer: initializer of both kernels, `(features, features)`.
        bias_initializer: initializer of the bias.
        kernel_regularizer: penalty on both kernels.
        bias_regularizer: penalty on both biases.
        kernel_constraint: function applied to both kernels after each update.
        bias_constraint: function applied to both biases after each update.

    Shapes:
        `(batch, features)` to the same shape.

    Raises:
        ValueError: an input of another rank.

    Example:
        >>> import cornu
        >>> cornu.layers.Highway(activation="relu")(cornu.ops.ones((2, 5))).shape
        (2, 5)

    Source: Srivastava et al. (2015), Highway Networks, https://arxiv.org/abs/1505.00387
    """

    activation: Activation = default(None)
    transform_bias: float = -2.0
    use_bias: bool = True

    def _complete(self) -> None:
        self.input_spec = InputSpec(ndim=2)

    def build(self, input_shape: Shape) -> None:
        """Make the kernels and biases of the layer and of its gate."""
        features = checks.known_size(self, input_shape, -1)
        self.input_spec = InputSpec(ndim=2, axes={-1: features})
        of_kernel: dict[str, Any] = {"regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        of_bias: dict[str, Any] = {"regularizer": self.bias_regularizer, "constraint": self.bias_constraint}
        self.kernel = self.add_weight((features, features), name="kernel")
        self.gate_kernel = self.add_weight(
            (features, features), self.kernel_initializer, name="gate_kernel", **of_kernel
        )
        self.bias: Any = None
        self.gate_bias: Any = None
        if self.use_bias:
            begin = ops.full((features,), self.transform_bias, dtype=self.variable_dtype)
            self.bias = self.add_weight((features,), name="bias")
            self.gate_bias = self.add_weight((features,), begin, name="gate_bias", **of_bias)

    def call(self, inputs: Any) -> Any:
        """The gated sum of what the layer makes of its input and the input itself."""
        y, t = ops.matmul(inputs, self.kernel), ops.matmul(inputs, self.gate_kernel)
        if self.bias is not None:
            y, t = ops.add(y, self.bias), ops.add(t, self.gate_bias)
        t = ops.sigmoid(t)
        return t * self.activation(y) + (1 - t) * inputs
