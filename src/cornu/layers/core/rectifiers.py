"""Activations with parameters: ReLU and its kin, PReLU with trained slopes, Softmax with a mask."""

from typing import Any

from ... import activations, ops
from ...core.arguments import arguments
from ...core.spec import InputSpec
from .. import checks
from ..layer import Layer


class ReLU(Layer):
    """Rectified linear unit with a ceiling, a slope below and a threshold.

    `x` above `threshold` and up to `max_value`, then `max_value`; `negative_slope * (x - threshold)` otherwise.

    Args:
        max_value: ceiling, or None.
        negative_slope: slope below the threshold.
        threshold: where the linear part begins.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: an argument is negative.

    Example:
        >>> import cornu
        >>> cornu.layers.ReLU(max_value=1.0)([-1.0, 0.5, 2.0]).tolist()
        [0.0, 0.5, 1.0]
    """

    supports_masking = True

    @arguments
    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        checks.not_negative(self, "negative_slope", "threshold", *(["max_value"] if max_value is not None else []))

    def call(self, x: Any) -> Any:
        """The piecewise linear function."""
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """ReLU that lets a little of the negative through: `x` if `x > 0` else `negative_slope * x`.

    Args:
        negative_slope: slope below zero.
        **kwargs: `name`, `dtype`, ... of `Layer`.

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

    supports_masking = True

    @arguments
    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.not_negative(self, "negative_slope")

    def call(self, x: Any) -> Any:
        """`x`, or `negative_slope * x` below zero."""
        return ops.leaky_relu(x, self.negative_slope)


class ELU(Layer):
    """Exponential linear unit: `x` if `x > 0` else `alpha * (exp(x) - 1)`.

    Args:
        alpha: depth of the negative part.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.ELU()([0.0, 2.0]).tolist()
        [0.0, 2.0]

    Source: Clevert et al. (2015), https://arxiv.org/abs/1511.07289
    """

    supports_masking = True

    @arguments
    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any) -> Any:
        """`x`, or `alpha * (exp(x) - 1)` below zero."""
        return ops.elu(x, self.alpha)


class PReLU(Layer):
    """ReLU whose slope below zero is trained: `max(x, 0) - alpha * max(-x, 0)`.

    Args:
        alpha_initializer: initializer of the slopes, one per element of a sample.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: function applied to the slopes after each update.
        shared_axes: axes (from 1) along which one slope serves all, such as `[1, 2]` after a Conv2D.
        **kwargs: `name`, `dtype`, ... of `Layer`.

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

    supports_masking = True

    @arguments
    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if checks.is_integer(shared_axes):
            self.shared_axes = [shared_axes]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the slopes."""
        shared = self.shared_axes or ()
        own = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared}
        self.alpha = self.add_weight([own.get(axis, 1) for axis in range(1, len(input_shape))], name="alpha")
        self.input_spec = InputSpec(ndim=len(input_shape), axes=own if shared else {})

    def call(self, x: Any) -> Any:
        """`max(x, 0) - alpha * max(-x, 0)`."""
        return ops.relu(x) - ops.multiply(self.alpha, ops.relu(-x))


class Softmax(Layer):
    """Makes numbers into a distribution: `exp(x) / sum(exp(x))`.

    Args:
        axis: axis, or several, that the distribution is over.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape. `call` takes a `mask` of the same shape too; what it rules out gets 0.

    Example:
        >>> import cornu
        >>> cornu.layers.Softmax()([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """

    supports_masking = True

    @arguments
    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any, mask: Any = None) -> Any:
        """The distribution over what the mask lets through."""
        if mask is not None:
            mask = ops.cast(mask, "bool")
            x = ops.where(mask, x, ops.cast(-3e4 if x.dtype == "float16" else -1e9, x.dtype))
        if isinstance(self.axis, list | tuple):
            y = ops.exp(x - ops.logsumexp(x, axis=tuple(self.axis), keepdims=True))
        else:
            y = ops.softmax(x, axis=self.axis)
        return y if mask is None else ops.where(mask, y, ops.zeros_like(y))
