"""Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: the gradient of a convolution, which enlarges."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from .. import checks
from ..family import Family
from .conv import add_bias, channels_of, checked_window


class ConvTranspose(Family):
    """Base of the transposed convolutions; a subclass says the rank.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernel on each axis of space, one integer or several.
        strides: factor by which each axis grows.
        padding: `"valid"` or `"same"`, of the convolution whose gradient this is.
        output_padding: how much longer the output is than the shortest possible, less than the stride; None for
            what `padding` implies.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of the kernel.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per filter.
        kernel_initializer: initializer of the kernel, `(*kernel_size, filters, channels)`.
        bias_initializer: initializer of the bias, `(filters,)`.
        kernel_regularizer: penalty on the kernel, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to the kernel after each update.
        bias_constraint: function applied to the bias after each update.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, strides together with dilation, or
            an `output_padding` that is not less than the stride.
    """

    @arguments
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "filters")
        checked_window(self, self.rank)
        if self.output_padding is not None:
            checks.sizes(self, "output_padding", self.rank, least=0)
            if any(more >= stride for more, stride in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{type(self).__name__} expects output_padding to be less than the stride on every axis. "
                    f"Received: output_padding={self.output_padding}, strides={self.strides}"
                )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make kernel and bias."""
        channels = channels_of(self, input_shape)
        self.kernel = self.add_weight((*self.kernel_size, self.filters, channels), name="kernel")
        self.bias = self.add_weight((self.filters,), name="bias") if self.use_bias else None

    def call(self, x: Any) -> Any:
        """`activation(transposed convolution(x, kernel) + bias)`."""
        y = ops.conv_transpose(
            x,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.use_bias:
            y = add_bias(y, self.bias, self.data_format)
        return self.activation(y)


class Conv1DTranspose(ConvTranspose):
    """Transposed convolution over one axis: `y[b, t * stride + i, f] += x[b, t, c] * kernel[i, f, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, steps * stride, filters)` with padding "same".

    Example:
        >>> import cornu
        >>> cornu.layers.Conv1DTranspose(4, 3, strides=2, padding="same")(cornu.ops.ones((2, 5, 8))).shape
        (2, 10, 4)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """

    rank = 1


class Conv2DTranspose(ConvTranspose):
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

    rank = 2


class Conv3DTranspose(ConvTranspose):
    """Transposed convolution over three axes, which enlarges a volume by learned filters.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space times the stride, with padding "same".

    Example:
        >>> import cornu
        >>> cornu.layers.Conv3DTranspose(2, 3, strides=2, padding="same")(cornu.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 2)

    Source: Dumoulin, Visin (2016), A guide to convolution arithmetic, https://arxiv.org/abs/1603.07285
    """

    rank = 3
