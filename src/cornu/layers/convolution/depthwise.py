"""DepthwiseConv: each channel by itself. SeparableConv: that, and then a mix of the channels."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from .. import checks
from ..family import Family
from .conv import add_bias, channels_of, check_fit, checked_window


class DepthwiseConv(Family):
    """Base of the depthwise convolutions; a subclass says the rank.

    Args:
        kernel_size: size of the kernel on each axis of space, one integer or several.
        strides: step of the kernel on each axis.
        padding: `"valid"` or `"same"`.
        depth_multiplier: number of filters per channel.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of the kernel.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per output channel.
        depthwise_initializer: initializer of the kernel, `(*kernel_size, channels, depth_multiplier)`.
        bias_initializer: initializer of the bias, `(channels * depth_multiplier,)`.
        depthwise_regularizer: penalty on the kernel, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: function applied to the kernel after each update.
        bias_constraint: function applied to the bias after each update.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, or a
            kernel larger than the input.
    """

    @arguments
    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "depth_multiplier")
        checked_window(self, self.rank)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make kernel and bias."""
        channels = channels_of(self, input_shape)
        check_fit(self, input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="kernel",
        )
        self.bias = self.add_weight((channels * self.depth_multiplier,), name="bias") if self.use_bias else None

    def call(self, x: Any) -> Any:
        """`activation(depthwise convolution(x, kernel) + bias)`."""
        y = ops.depthwise_conv(
            x,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.use_bias:
            y = add_bias(y, self.bias, self.data_format)
        return self.activation(y)


class DepthwiseConv1D(DepthwiseConv):
    """Convolution over one axis that keeps channels apart: `y[b, t, c] = sum over i of x[b, t + i, c] * kernel[i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels * depth_multiplier)`.

    Example:
        >>> import cornu
        >>> cornu.layers.DepthwiseConv1D(3)(cornu.ops.ones((2, 10, 8))).shape
        (2, 8, 8)

    Source: Howard et al. (2017), MobileNets, https://arxiv.org/abs/1704.04861
    """

    rank = 1


class DepthwiseConv2D(DepthwiseConv):
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

    rank = 2


class SeparableConv(Family):
    """Base of the separable convolutions; a subclass says the rank.

    Args:
        filters: number of output channels.
        kernel_size: size of the depthwise kernel on each axis of space, one integer or several.
        strides: step of the kernel on each axis.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of the kernel.
        depth_multiplier: number of depthwise filters per channel.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per filter.
        depthwise_initializer: initializer of the first kernel, `(*kernel_size, channels, depth_multiplier)`.
        pointwise_initializer: initializer of the second kernel, `(1, ..., channels * depth_multiplier, filters)`.
        bias_initializer: initializer of the bias, `(filters,)`.
        depthwise_regularizer: penalty on the first kernel, added to the loss.
        pointwise_regularizer: penalty on the second kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: function applied to the first kernel after each update.
        pointwise_constraint: function applied to the second kernel after each update.
        bias_constraint: function applied to the bias after each update.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, or a
            kernel larger than the input.
    """

    @arguments
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "filters", "depth_multiplier")
        checked_window(self, self.rank)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both kernels and the bias."""
        channels = channels_of(self, input_shape)
        check_fit(self, input_shape)
        parts = {
            "depthwise": (*self.kernel_size, channels, self.depth_multiplier),
            "pointwise": (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
        }
        self.depthwise_kernel, self.pointwise_kernel = (
            self.add_weight(
                shape,
                initializer=getattr(self, f"{part}_initializer"),
                regularizer=getattr(self, f"{part}_regularizer"),
                constraint=getattr(self, f"{part}_constraint"),
                name=f"{part}_kernel",
            )
            for part, shape in parts.items()
        )
        self.bias = self.add_weight((self.filters,), name="bias") if self.use_bias else None

    def call(self, x: Any) -> Any:
        """`activation(pointwise(depthwise(x)) + bias)`."""
        y = ops.separable_conv(
            x,
            self.depthwise_kernel,
            self.pointwise_kernel,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.use_bias:
            y = add_bias(y, self.bias, self.data_format)
        return self.activation(y)


class SeparableConv1D(SeparableConv):
    """Convolution over one axis in two steps: each channel by itself, then a mix of the channels.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, filters)`.

    Example:
        >>> import cornu
        >>> cornu.layers.SeparableConv1D(4, 3)(cornu.ops.ones((2, 10, 8))).shape
        (2, 8, 4)

    Source: Chollet (2016), Xception, https://arxiv.org/abs/1610.02357
    """

    rank = 1


class SeparableConv2D(SeparableConv):
    """Convolution over two axes in two steps: each channel by itself, then a mix of the channels.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, filters)`.

    Example:
        >>> import cornu
        >>> cornu.layers.SeparableConv2D(4, 3)(cornu.ops.ones((2, 8, 8, 3))).shape
        (2, 6, 6, 4)

    Source: Chollet (2016), Xception, https://arxiv.org/abs/1610.02357
    """

    rank = 2
