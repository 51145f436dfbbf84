"""DepthwiseConv: each channel by itself. SeparableConv: that, and then a mix of the channels."""

from typing import Any, Literal

from ... import ops
from ...core.arguments import arguments, default
from ...core.types import Activation, Constraint, Format, Initializer, Regularizer, Shape, Sizes
from ...core.variable import Variable
from .conv import Convolution

__all__ = ["DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"]


def _weight(layer: Convolution, part: str, shape: Shape, name: str) -> Variable:
    """A kernel, with the initializer, regularizer and constraint that are called after its part."""
    own = {what: getattr(layer, f"{part}_{what}") for what in ("initializer", "regularizer", "constraint")}
    return layer.add_weight(shape, name=name, **own)


@arguments
class DepthwiseConv(Convolution):
    """Base of the depthwise convolutions; a subclass says the rank.

    Args:
        depth_multiplier: number of filters per channel.
        use_bias: whether to add a number per output channel.
        depthwise_initializer: initializer of the kernel, `(*kernel_size, channels, depth_multiplier)`.
        bias_initializer: initializer of the bias, `(channels * depth_multiplier,)`.
        depthwise_regularizer: penalty on the kernel, added to the loss.
        depthwise_constraint: function applied to the kernel after each update.
    """

    kernel_size: Sizes
    strides: Sizes = default(1)
    padding: Literal["valid", "same"] = "valid"
    depth_multiplier: int = 1
    data_format: Format = default(None)
    dilation_rate: Sizes = default(1)
    activation: Activation = default(None)
    use_bias: bool = True
    depthwise_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    depthwise_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    depthwise_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        channels = self._channels(input_shape)
        self._check_fit(input_shape)
        self.kernel = _weight(self, "depthwise", (*self.kernel_size, channels, self.depth_multiplier), "kernel")
        self.bias = self.add_weight((channels * self.depth_multiplier,), name="bias") if self.use_bias else None

    def convolve(self, x: Any, **window: Any) -> Any:
        """The depthwise convolution alone."""
        return ops.depthwise_conv(x, self.kernel, **window)


class DepthwiseConv1D(DepthwiseConv, rank=1):
    """Convolution over one axis that keeps channels apart: `y[b, t, c] = sum over i of x[b, t + i, c] * kernel[i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels * depth_multiplier)`.

    Example:
        >>> import cornu
        >>> cornu.layers.DepthwiseConv1D(3)(cornu.ops.ones((2, 10, 8))).shape
        (2, 8, 8)

    Source: Howard et al. (2017), MobileNets, https://arxiv.org/abs/1704.04861
    """


class DepthwiseConv2D(DepthwiseConv, rank=2):
    """Convolution over two axes that keeps channels apart.

    `y[b, h, w, c * depth_multiplier + m] = sum over i, j of x[b, h + i, w + j, c] * kernel[i, j, c, m]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, channels * depth_multiplier)`.

    Example:
        >>> import cornu
        >>> cornu.layers.DepthwiseConv2D(3, padding="same")(cornu.ops.ones((2, 8, 8, 4))).shape
        (2, 8, 8, 4)

    Source: Howard et al. (2017), MobileNets, https://arxiv.org/abs/1704.04861
    """


@arguments
class SeparableConv(Convolution):
    """Base of the separable convolutions; a subclass says the rank.

    Args:
        kernel_size: size of the depthwise kernel on each axis of space, one integer or several.
        depth_multiplier: number of depthwise filters per channel.
        depthwise_initializer: initializer of the first kernel, `(*kernel_size, channels, depth_multiplier)`.
        pointwise_initializer: initializer of the second kernel, `(1, ..., channels * depth_multiplier, filters)`.
        depthwise_regularizer: penalty on the first kernel, added to the loss.
        pointwise_regularizer: penalty on the second kernel.
        depthwise_constraint: function applied to the first kernel after each update.
        pointwise_constraint: function applied to the second kernel after each update.
    """

    filters: int
    kernel_size: Sizes
    strides: Sizes = default(1)
    padding: Literal["valid", "same"] = "valid"
    data_format: Format = default(None)
    dilation_rate: Sizes = default(1)
    depth_multiplier: int = 1
    activation: Activation = default(None)
    use_bias: bool = True
    depthwise_initializer: Initializer = default("glorot_uniform")
    pointwise_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    depthwise_regularizer: Regularizer = default(None)
    pointwise_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    depthwise_constraint: Constraint = default(None)
    pointwise_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)

    def build(self, input_shape: Shape) -> None:
        """Make both kernels and the bias."""
        channels = self._channels(input_shape)
        self._check_fit(input_shape)
        first = (*self.kernel_size, channels, self.depth_multiplier)
        second = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.depthwise_kernel = _weight(self, "depthwise", first, "depthwise_kernel")
        self.pointwise_kernel = _weight(self, "pointwise", second, "pointwise_kernel")
        self.bias = self.add_weight((self.filters,), name="bias") if self.use_bias else None

    def convolve(self, x: Any, **window: Any) -> Any:
        """The depthwise convolution and the mix of channels alone."""
        return ops.separable_conv(x, self.depthwise_kernel, self.pointwise_kernel, **window)


class SeparableConv1D(SeparableConv, rank=1):
    """Convolution over one axis in two steps: each channel by itself, then a mix of the channels.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, filters)`.

    Example:
        >>> import cornu
        >>> cornu.layers.SeparableConv1D(4, 3)(cornu.ops.ones((2, 10, 8))).shape
        (2, 8, 4)

    Source: Chollet (2016), Xception, https://arxiv.org/abs/1610.02357
    """


class SeparableConv2D(SeparableConv, rank=2):
    """Convolution over two axes in two steps: each channel by itself, then a mix of the channels.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, filters)`.

    Example:
        >>> import cornu
        >>> cornu.layers.SeparableConv2D(4, 3)(cornu.ops.ones((2, 8, 8, 3))).shape
        (2, 6, 6, 4)

    Source: Chollet (2016), Xception, https://arxiv.org/abs/1610.02357
    """
