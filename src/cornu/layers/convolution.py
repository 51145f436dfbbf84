"""Convolutions: a small kernel slides over the input; transposed ones enlarge; depthwise ones keep channels apart."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from .. import ops
from ..core.arguments import default
from ..core.spec import InputSpec
from ..core.types import Activation, Constraint, Format, Given, Initializer, Padding, Regularizer, Shape, Sizes
from . import checks
from .family import Family, KernelLayer, Spatial

__all__ = [
    "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "DepthwiseConv1D",
    "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
]  # fmt: skip


class Filters(Spatial):
    """Base of the convolutions that mix channels: what they take first."""

    filters: int


class Window(Spatial):
    """Base of the layers whose kernel slides over space.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernel on each axis of space, one integer or several.
        strides: step of the kernel on each axis.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of the kernel.
    """

    _paddings: ClassVar[tuple[str, ...]] = ("valid", "same")
    _shrinks: ClassVar[bool] = True  # without padding, so that a kernel may be too large
    kernel_size: Sizes
    strides: Sizes = default(1)
    padding: Padding = "valid"
    data_format: Format = default(None)
    dilation_rate: Sizes = default(1)

    def _complete(self) -> None:
        super()._complete()
        checks.positive(self, *(n for n in ("filters", "groups", "depth_multiplier") if n in self._arguments))
        for name in ("kernel_size", "strides", "dilation_rate"):
            checks.sizes(self, name, self.rank)
        checks.choice(self, "padding", self._paddings)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{type(self).__name__} cannot combine strides={self.strides} with "
                f"dilation_rate={self.dilation_rate}: one of them must be 1."
            )

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _checked_channels(self, input_shape: Shape) -> int:
        """The number of channels, if the kernel fits into the input."""
        for size, kernel, dilation in zip(input_shape[self._space], self.kernel_size, self.dilation_rate, strict=True):
            unpadded = self._shrinks and self.padding == "valid"
            if unpadded and size is not None and size < (kernel - 1) * dilation + 1:
                raise ValueError(
                    f"Layer {self.name!r} has kernel_size={self.kernel_size} and dilation_rate={self.dilation_rate}, "
                    f"which does not fit into an input of shape {input_shape}. Use a smaller kernel, padding='same', "
                    f"or data_format other than {self.data_format!r}."
                )
        return checks.known_size(self, input_shape, self._channel_axis)

    def _add_to_channels(self, y: Any, bias: Any) -> Any:
        """`y` plus a number for each channel; None for nothing."""
        if bias is None:
            return y
        return ops.add(y, ops.reshape(bias, (-1, *(1,) * self.rank)) if self._channel_axis == 1 else bias)


class Convolution(Window):
    """Base of all convolutions: a kernel slides over space, then come a bias and an activation.

    Args:
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per filter.
        bias_initializer: initializer of the bias, `(filters,)`.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        bias_constraint: function applied to the bias after each update.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, or a
            kernel larger than the input.
    """

    activation: Activation = default(None)
    use_bias: bool = True

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        channels = self._checked_channels(input_shape)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self._channel_axis: channels})
        outputs = self._make_kernels(channels)
        self.bias: Any = self.add_weight((outputs,), name="bias") if self.use_bias else None

    def _make_kernels(self, channels: int) -> int:
        """Make what slides over inputs of that many channels; returns how many come out."""
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        """`activation(convolution(x, kernel) + bias)`."""
        names = ("strides", "padding", "data_format", "dilation_rate")
        y = self.convolve(inputs, **{name: getattr(self, name) for name in names})
        return self.activation(self._add_to_channels(y, self.bias))

    def convolve(self, x: Any, **window: Any) -> Any:
        """The convolution alone."""
        raise NotImplementedError


class Conv(Convolution, Filters, KernelLayer):
    """Base of the convolutions; a subclass says the rank.

    Args:
        padding: `"valid"` for none, `"same"` for as much as keeps the size at stride 1, evenly on both sides;
            in one dimension also `"causal"`, all of it in front.
        groups: into how many groups channels are split; each group has its own filters.
        kernel_initializer: initializer of the kernel, `(*kernel_size, channels / groups, filters)`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, a
            number of channels or filters that the groups do not divide, or a kernel larger than the input.
    """

    padding: Padding | Literal["causal"] = "valid"  # type: ignore[assignment]  # one more than others
    groups: int = default(1, after="dilation_rate")

    def _complete(self) -> None:
        super()._complete()
        self._check_groups("filters", self.filters)

    def _check_groups(self, what: str, count: int) -> None:
        if count % self.groups:
            raise ValueError(f"Layer {self.name!r} has groups={self.groups}, which does not divide {what}={count}.")

    def _make_kernels(self, channels: int) -> int:
        """Make the kernel."""
        self._check_groups("channels", channels)
        self.kernel = self.add_weight((*self.kernel_size, channels // self.groups, self.filters), name="kernel")
        return self.filters

    def convolve(self, x: Any, **window: Any) -> Any:
        """The convolution alone."""
        if self.padding == "causal":
            border = [(0, 0)] * x.ndim
            border[self._space] = [(self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)]
            x, window["padding"] = ops.pad(x, border), "valid"
        return ops.conv(x, self.kernel, **window)


class Conv1D(Conv, rank=1):
    """Convolution over one axis, such as time.

    `y[b, t, f] = activation(sum over i, c of x[b, t * stride + i * dilation, c] * kernel[i, c, f] + bias[f])`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, filters)`; with channels first, the channels are axis 1.

    Example:
        >>> import cornu
        >>> cornu.layers.Conv1D(4, 3, padding="causal")(cornu.ops.ones((2, 10, 8))).shape
        (2, 10, 4)

    Source: van den Oord et al. (2016), WaveNet, https://arxiv.org/abs/1609.03499 (for causal padding)
    """

    _paddings = ("valid", "same", "causal")


class Conv2D(Conv, rank=2):
    """Convolution over two axes, such as the height and width of an image.

    `y[b, h, w, f] = activation(sum over i, j, c of x[b, h + i, w + j, c] * kernel[i, j, c, f] + bias[f])`, at
    stride and dilation 1.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, filters)`; with channels first, the
        channels are axis 1.

    Example:
        >>> import cornu
        >>> cornu.layers.Conv2D(4, 3, activation="relu")(cornu.ops.ones((2, 28, 28, 1))).shape
        (2, 26, 26, 4)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """


class Conv3D(Conv, rank=3):
    """Convolution over three axes, such as a volume or the frames of a film; the sum is that of Conv2D.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, ..., filters)`; with channels first, the channels are
        axis 1.

    Example:
        >>> import cornu
        >>> cornu.layers.Conv3D(2, 3)(cornu.ops.ones((1, 5, 6, 7, 1))).shape
        (1, 3, 4, 5, 2)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """


class ConvTranspose(Convolution, Filters, KernelLayer):
    """Base of the transposed convolutions; a subclass says the rank.

    Args:
        strides: factor by which each axis grows.
        padding: `"valid"` or `"same"`, of the convolution whose gradient this is.
        output_padding: how much longer the output is than the shortest possible, less than the stride; None for
            what `padding` implies.
        kernel_initializer: initializer of the kernel, `(*kernel_size, filters, channels)`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, or
            an `output_padding` that is not less than the stride.
    """

    _shrinks = False
    output_padding: Given[int | Sequence[int] | None, tuple[int, ...] | None] = default(None, after="padding")

    def _complete(self) -> None:
        super()._complete()
        if self.output_padding is not None:
            checks.sizes(self, "output_padding", self.rank, least=0)
            if any(more >= stride for more, stride in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{type(self).__name__} expects output_padding to be less than the stride on every axis. "
                    f"Received: output_padding={self.output_padding}, strides={self.strides}"
                )

    def _make_kernels(self, channels: int) -> int:
        """Make the kernel."""
        self.kernel = self.add_weight((*self.kernel_size, self.filters, channels), name="kernel")
        return self.filters

    def convolve(self, x: Any, **window: Any) -> Any:
        """The transposed convolution alone."""
        return ops.conv_transpose(x, self.kernel, output_padding=self.output_padding, **window)


class Conv1DTranspose(ConvTranspose, rank=1):
    """Transposed convolution over one axis: `y[b, t * stride + i, f] += x[b, t, c] * kernel[i, f, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, steps * stride, filters)` with padding "same".

    Example:
        >>> import cornu
        >>> cornu.layers.Conv1DTranspose(4, 3, strides=2, padding="same")(cornu.ops.ones((2, 5, 8))).shape
        (2, 10, 4)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """


class Conv2DTranspose(ConvTranspose, rank=2):
    """Transposed convolution over two axes, which enlarges an image by learned filters.

    Shapes:
        `(batch, height, width, channels)` to `(batch, height * stride, width * stride, filters)` with padding
        "same".

    Example:
        >>> import cornu
        >>> cornu.layers.Conv2DTranspose(4, 3, strides=2, padding="same")(cornu.ops.ones((2, 5, 5, 8))).shape
        (2, 10, 10, 4)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """


class Conv3DTranspose(ConvTranspose, rank=3):
    """Transposed convolution over three axes, which enlarges a volume by learned filters.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space times the stride, with padding "same".

    Example:
        >>> import cornu
        >>> cornu.layers.Conv3DTranspose(2, 3, strides=2, padding="same")(cornu.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 2)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """

    output_padding = default(None, after="data_format")  # as in Keras, in this one alone


class ByChannel(Family, kw_only=True):
    """Base of the convolutions with a kernel for each channel: what they take behind their own arguments."""

    depthwise_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    depthwise_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    depthwise_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)


class DepthwiseConv(Convolution, ByChannel):
    """Base of the depthwise convolutions; a subclass says the rank.

    Args:
        depth_multiplier: number of filters per channel.
        use_bias: whether to add a number per output channel.
        depthwise_initializer: initializer of the kernel, `(*kernel_size, channels, depth_multiplier)`.
        bias_initializer: initializer of the bias, `(channels * depth_multiplier,)`.
        depthwise_regularizer: penalty on the kernel, added to the loss.
        depthwise_constraint: function applied to the kernel after each update.
    """

    depth_multiplier: int = default(1, after="padding")

    def _make_kernels(self, channels: int) -> int:
        """Make the kernel, which is called after its place here, and its initializer after what it does."""
        own = {what: getattr(self, f"depthwise_{what}") for what in ("initializer", "regularizer", "constraint")}
        self.kernel = self.add_weight((*self.kernel_size, channels, self.depth_multiplier), name="kernel", **own)
        return channels * self.depth_multiplier

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


class SeparableConv(Convolution, Filters, ByChannel):
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

    depth_multiplier: int = default(1, after="dilation_rate")
    pointwise_initializer: Initializer = default("glorot_uniform", after="depthwise_initializer")
    pointwise_regularizer: Regularizer = default(None, after="depthwise_regularizer")
    pointwise_constraint: Constraint = default(None, after="depthwise_constraint")

    def _make_kernels(self, channels: int) -> int:
        """Make both kernels."""
        first = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = self.add_weight(first, name="depthwise_kernel")
        second = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = self.add_weight(second, name="pointwise_kernel")
        return self.filters

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
