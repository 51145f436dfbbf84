"""Conv1D, Conv2D, Conv3D: a small kernel slides over the input."""

from typing import Any, ClassVar, Literal

from ... import ops
from ...core.arguments import arguments, default
from ...core.spec import InputSpec
from ...core.types import Activation, Constraint, Format, Initializer, Regularizer, Shape, Sizes
from .. import checks
from ..family import Family


def checked_window(layer: Any, rank: int, *paddings: str) -> None:
    """Normalize the sizes, strides, dilation, padding and data format of a layer with a sliding window."""
    checks.sizes(layer, "kernel_size", rank)
    checks.sizes(layer, "strides", rank)
    checks.sizes(layer, "dilation_rate", rank)
    checks.choice(layer, "padding", ("valid", "same", *paddings))
    checks.data_format(layer)
    if max(layer.strides) > 1 and max(layer.dilation_rate) > 1:
        raise ValueError(
            f"{type(layer).__name__} cannot combine strides={layer.strides} with dilation_rate={layer.dilation_rate}: "
            "one of them must be 1."
        )
    layer.input_spec = InputSpec(ndim=rank + 2)


def channels_of(layer: Any, input_shape: Shape) -> int:
    """The number of input channels; later inputs must have it too."""
    axis = -1 if layer.data_format == "channels_last" else 1
    channels = checks.known_size(layer, input_shape, axis)
    layer.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})
    return channels


def check_fit(layer: Any, input_shape: Shape) -> None:
    """Raise `ValueError` if the kernel is larger than the input and there is no padding."""
    space = input_shape[1:-1] if layer.data_format == "channels_last" else input_shape[2:]
    for size, kernel, dilation in zip(space, layer.kernel_size, layer.dilation_rate, strict=True):
        reach = (kernel - 1) * dilation + 1
        if layer.padding == "valid" and size is not None and size < reach:
            raise ValueError(
                f"Layer {layer.name!r} has kernel_size={layer.kernel_size} and dilation_rate={layer.dilation_rate}, "
                f"which does not fit into an input of shape {input_shape}. Use a smaller kernel, padding='same', or "
                f"data_format other than {layer.data_format!r}."
            )


def add_bias(y: Any, bias: Any, data_format: str) -> Any:
    """`y + bias`, one number per channel."""
    if data_format == "channels_first":
        bias = ops.reshape(bias, (-1, *(1,) * (y.ndim - 2)))
    return ops.add(y, bias)


@arguments
class Conv(Family):
    """Base of the convolutions; a subclass says the rank.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernel on each axis of space, one integer or several.
        strides: step of the kernel on each axis.
        padding: `"valid"` for none, `"same"` for as much as keeps the size at stride 1, evenly on both sides;
            in one dimension also `"causal"`, all of it in front.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of the kernel.
        groups: into how many groups channels are split; each group has its own filters.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per filter.
        kernel_initializer: initializer of the kernel, `(*kernel_size, channels / groups, filters)`.
        bias_initializer: initializer of the bias, `(filters,)`.
        kernel_regularizer: penalty on the kernel, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to the kernel after each update.
        bias_constraint: function applied to the bias after each update.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, a
            number of channels or filters that the groups do not divide, or a kernel larger than the input.
    """

    filters: int
    kernel_size: Sizes
    strides: Sizes = default(1)
    padding: Literal["valid", "same", "causal"] = "valid"
    data_format: Format = default(None)
    dilation_rate: Sizes = default(1)
    groups: int = 1
    activation: Activation = default(None)
    use_bias: bool = True
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    kernel_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)
    _paddings: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        checks.positive(self, "filters", "groups")
        checked_window(self, self.rank, *self._paddings)
        self._check_groups("filters", self.filters)

    def _check_groups(self, what: str, count: int) -> None:
        if count % self.groups:
            raise ValueError(
                f"Layer {self.name!r} splits channels into groups={self.groups}, which does not divide {what}={count}."
            )

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        channels = channels_of(self, input_shape)
        self._check_groups("channels", channels)
        check_fit(self, input_shape)
        self.kernel = self.add_weight((*self.kernel_size, channels // self.groups, self.filters), name="kernel")
        self.bias = self.add_weight((self.filters,), name="bias") if self.use_bias else None

    def call(self, x: Any) -> Any:
        """`activation(convolution(x, kernel) + bias)`."""
        y = self.convolve(x)
        if self.bias is not None:
            y = add_bias(y, self.bias, self.data_format)
        return self.activation(y)

    def convolve(self, x: Any) -> Any:
        """The convolution alone."""
        padding = self.padding
        if padding == "causal":
            front = (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)
            x = ops.pad(x, ((0, 0), front, (0, 0)) if self.data_format == "channels_last" else ((0, 0), (0, 0), front))
            padding = "valid"
        return ops.conv(
            x,
            self.kernel,
            strides=self.strides,
            padding=padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )


class Conv1D(Conv):
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

    rank = 1
    _paddings = ("causal",)


class Conv2D(Conv):
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

    rank = 2


class Conv3D(Conv):
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

    rank = 3
