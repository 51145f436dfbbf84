"""Activations as layers: any function, or one with parameters, which may be trained."""

from collections.abc import Sequence
from typing import Any

from ... import activations, ops
from ...core import types
from ...core.arguments import Declared, default
from ...core.spec import InputSpec
from .. import checks
from ..layer import Layer

__all__ = ["Activation", "ELU", "Identity", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


class Elementwise(Declared, Layer):
    """Base of layers whose output stands where the input stood, padding included."""

    supports_masking = True


class Activation(Elementwise):
    """Applies a function to each element or row: `y = activation(x)`.

    Args:
        activation: function, or the name of one in `cornu.activations`.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: there is no activation of that name.

    Example:
        >>> import cornu
        >>> cornu.layers.Activation("relu")([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    activation: types.Activation

    def call(self, inputs: Any) -> Any:
        """`activation(x)`."""
        return self.activation(inputs)


class Identity(Elementwise):
    """Passes its input on unchanged: `y = x`.

    Args:
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.Identity()([1.0, 2.0]).tolist()
        [1.0, 2.0]
    """

    def call(self, inputs: Any) -> Any:
        """`x`."""
        return inputs


class ReLU(Elementwise):
    """Rectified linear unit with a ceiling, a slope below and a threshold.

    `x` above `threshold` and up to `max_value`, then `max_value`; `negative_slope * (x - threshold)` otherwise.

    Args:
        max_value: ceiling, or None.
        negative_slope: slope below the threshold.
        threshold: where the linear part begins.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: an argument is negative.

    Example:
        >>> import cornu
        >>> cornu.layers.ReLU(max_value=1.0)([-1.0, 0.5, 2.0]).tolist()
        [0.0, 0.5, 1.0]
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def _complete(self) -> None:
        checks.not_negative(self, "negative_slope", "threshold", *(["max_value"] if self.max_value is not None else []))

    def call(self, inputs: Any) -> Any:
        """The piecewise linear function."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Elementwise):
    """ReLU that lets a little of the negative through: `x` if `x > 0` else `negative_slope * x`.

    Args:
        negative_slope: slope below zero.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: the slope is negative.

    Example:
        >>> import cornu
        >>> cornu.layers.LeakyReLU(0.5)([-1.0, 2.0]).tolist()
        [-0.5, 2.0]

    Source: Maas et al. (2013), Rectifier Nonlinearities Improve Neural Network Acoustic Models.
    """

    negative_slope: float = 0.3

    def _complete(self) -> None:
        checks.not_negative(self, "negative_slope")

    def call(self, inputs: Any) -> Any:
        """`x`, or `negative_slope * x` below zero."""
        return ops.leaky_relu(inputs, self.negative_slope)


class ELU(Elementwise):
    """Exponential linear unit: `x` if `x > 0` else `alpha * (exp(x) - 1)`.

    Args:
        alpha: depth of the negative part.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.ELU()([0.0, 2.0]).tolist()
        [0.0, 2.0]

    Source: Clevert et al. (2015), https://arxiv.org/abs/1511.07289
    """

    alpha: float = 1.0

    def call(self, inputs: Any) -> Any:
        """`x`, or `alpha * (exp(x) - 1)` below zero."""
        return ops.elu(inputs, self.alpha)


class PReLU(Elementwise):
    """ReLU whose slope below zero is trained: `max(x, 0) - alpha * max(-x, 0)`.

    Args:
        alpha_initializer: initializer of the slopes, one per element of a sample.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: function applied to the slopes after each update.
        shared_axes: axes (from 1) along which one slope serves all, such as `[1, 2]` after a Conv2D.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ...)` to the same shape.

    Raises:
        ValueError: the size of an axis that is not shared is unknown.

    Example:
        >>> import cornu
        >>> cornu.layers.PReLU("ones")([[-1.0, 2.0]]).tolist()
        [[-1.0, 2.0]]

    Source: He et al. (2015), https://arxiv.org/abs/1502.01852
    """

    alpha_initializer: types.Initializer = default("zeros")
    alpha_regularizer: types.Regularizer = default(None)
    alpha_constraint: types.Constraint = default(None)
    shared_axes: types.Given[types.Axis, Any] = default(None)

    def _complete(self) -> None:
        if checks.is_integer(self.shared_axes):
            self.shared_axes = [self.shared_axes]

    def build(self, input_shape: types.Shape) -> None:
        """Make the slopes."""
        shared = self.shared_axes or ()
        own = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared}
        self.alpha = self.add_weight([own.get(axis, 1) for axis in range(1, len(input_shape))], name="alpha")
        self.input_spec = InputSpec(ndim=len(input_shape), axes=own if shared else {})

    def call(self, inputs: Any) -> Any:
        """`max(x, 0) - alpha * max(-x, 0)`."""
        return ops.relu(inputs) - ops.multiply(self.alpha, ops.relu(-inputs))


class Softmax(Elementwise):
    """Makes numbers into a distribution: `exp(x) / sum(exp(x))`.

    Args:
        axis: axis, or several, that the distribution is over.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape. `call` takes a `mask` of the same shape too; what it rules out gets 0.

    Example:
        >>> import cornu
        >>> cornu.layers.Softmax()([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """

    axis: int | Sequence[int] = -1

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The distribution over what the mask lets through."""
        if mask is not None:
            mask = ops.cast(mask, "bool")
            inputs = ops.where(mask, inputs, ops.cast(-3e4 if inputs.dtype == "float16" else -1e9, inputs.dtype))
        if isinstance(self.axis, list | tuple):
            y = ops.exp(inputs - ops.logsumexp(inputs, axis=tuple(self.axis), keepdims=True))
        else:
            y = ops.softmax(inputs, axis=self.axis)
        return y if mask is None else ops.where(mask, y, ops.zeros_like(y))
