"""ConvLSTM: long short-term memory whose states are images, and whose products are convolutions."""

from typing import Any

from ... import ops
from ...core.arguments import default
from ...core.spec import InputSpec
from ...core.symbolic import KerasTensor
from ...core.types import Activation, Shape
from .. import checks
from ..convolution import Filters, Window
from .cell import DropoutCell, ForgetGate, product
from .rnn import OfItsCell

__all__ = ["ConvLSTM1D", "ConvLSTM1DCell", "ConvLSTM2D", "ConvLSTM2DCell", "ConvLSTM3D", "ConvLSTM3DCell"]


class ConvArguments(Window, Filters, ForgetGate):
    r"""The arguments of a convolutional cell with gates, and of its layer.

    Args:
        filters: number of channels of the output and of each state.
        kernel_size: size of both kernels on each axis of space, one integer or several.
        strides: step of W on each axis; the states are as much smaller than the input.
        padding: `"valid"` or `"same"`, of W; U keeps the size of the state.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        dilation_rate: distance between neighbouring elements of W.
        activation: function of what is new, the tanh of the formula.
        recurrent_activation: function of the gates, the $\sigma$ of the formula.
        kernel_initializer: initializer of W, `(*kernel_size, channels, 4 * filters)`.
        recurrent_initializer: initializer of U, `(*kernel_size, filters, 4 * filters)`.
        bias_initializer: initializer of b, `(4 * filters,)`.
    """

    activation: Activation = default("tanh")
    recurrent_activation: Activation = default("sigmoid")


class ConvLSTMCell(DropoutCell, ConvArguments):
    """One step of a convolutional long short-term memory; a subclass says the rank.

    Raises:
        ValueError: a size that is not a positive integer, strides together with dilation, a rate that is not in 0 to
            1, or an input whose size is not known.

    Source: Shi et al., Convolutional LSTM Network, 2015, https://arxiv.org/abs/1506.04214
    """

    gates = 4

    def _complete(self) -> None:
        super()._complete()
        self.state_size = [self.filters, self.filters]
        self.output_size = self.filters

    def build(self, input_shape: Shape) -> None:
        """Make the kernel for the inputs, the one for the state, and the bias."""
        channels = self._checked_channels(input_shape)
        for axis in range(1, self.rank + 2):
            checks.known_size(self, input_shape, axis)
        self.input_spec = InputSpec(shape=(None, *input_shape[1:]))
        self.kernel = self.add_weight((*self.kernel_size, channels, 4 * self.filters), name="kernel")
        own = (*self.kernel_size, self.filters, 4 * self.filters)
        self.recurrent_kernel = self.add_weight(own, name="recurrent_kernel")
        self.bias: Any = self.add_bias(4 * self.filters) if self.use_bias else None

    @property
    def input_sizes(self) -> Shape:
        """Those that the cell was built for."""
        return self.input_spec.shape[1:]

    @property
    def state_sizes(self) -> Shape:
        """What the convolution of an input gives, with one channel per filter."""
        if not self.built:
            raise ValueError(f"The states of {self.name!r} are as large as its inputs make them. Build it first.")
        x = KerasTensor((1, *self.input_sizes), dtype=self.compute_dtype)
        kernel = KerasTensor((*self.kernel.shape[:-1], self.filters), dtype=self.compute_dtype)
        return self.input_conv(x, kernel).shape[1:]

    def input_conv(self, x: Any, w: Any) -> Any:
        """The convolution of the inputs, with the strides, padding and dilation of the cell."""
        window: dict[str, Any] = {"strides": self.strides, "padding": self.padding, "data_format": self.data_format}
        return ops.conv(x, w, dilation_rate=self.dilation_rate, **window)

    def recurrent_conv(self, x: Any, w: Any) -> Any:
        """The convolution of the state, which keeps its size."""
        return ops.conv(x, w, padding="same", data_format=self.data_format)

    def step(self, inputs: Any, states: list[Any], input_masks: Any, state_masks: Any) -> list[Any]:
        """The new output and cell state."""
        h, c = states
        z = product(inputs, self.kernel, input_masks, self.input_conv, self._channel_axis)
        z = self._add_to_channels(z, self.bias)
        z = z + product(h, self.recurrent_kernel, state_masks, self.recurrent_conv, self._channel_axis)
        i, f, g, o = ops.split(z, 4, axis=self._channel_axis)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        return [self.recurrent_activation(o) * self.activation(c), c]


class ConvLSTM1DCell(ConvLSTMCell, rank=1):
    """One step of a convolutional long short-term memory over one axis; its formula is that of ConvLSTM2D.

    Shapes:
        `(batch, steps, channels)` and two states to `(batch, new steps, filters)` and the states.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.ConvLSTM1DCell(4, 3)
        >>> cornu.layers.RNN(cell)(cornu.ops.ones((2, 5, 8, 3))).shape
        (2, 6, 4)
    """


class ConvLSTM2DCell(ConvLSTMCell, rank=2):
    """One step of a convolutional long short-term memory over two axes; its formula is that of ConvLSTM2D.

    Shapes:
        `(batch, rows, columns, channels)` and two states to `(batch, new rows, new columns, filters)` and the states.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.ConvLSTM2DCell(4, 3, padding="same")
        >>> cell.build((2, 8, 8, 3))
        >>> output, states = cell(cornu.ops.ones((2, 8, 8, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 8, 8, 4), 2)
    """


class ConvLSTM3DCell(ConvLSTMCell, rank=3):
    """One step of a convolutional long short-term memory over three axes; its formula is that of ConvLSTM2D.

    Shapes:
        `(batch, depth, rows, columns, channels)` and two states to `(batch, ..., filters)` and the states.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.ConvLSTM3DCell(2, 3, padding="same")
        >>> cornu.layers.RNN(cell)(cornu.ops.ones((1, 2, 3, 4, 5, 1))).shape
        (1, 3, 4, 5, 2)
    """


class ConvLSTM(OfItsCell, ConvArguments):
    """Base of the convolutional LSTMs; a subclass says the rank.

    Args:
        return_sequences: return the outputs of all steps, with the axis of time, instead of the last one.

    Raises:
        ValueError: a size that is not a positive integer, strides together with dilation, a rate that is not in 0 to
            1, an input of another rank, or one whose size in space is not known.

    Source: Shi et al., Convolutional LSTM Network, 2015, https://arxiv.org/abs/1506.04214
    """

    cell_name = "conv_lstm_cell"

    def _complete(self) -> None:
        super()._complete()
        self.input_spec = InputSpec(ndim=self.rank + 3)


class ConvLSTM1D(ConvLSTM, rank=1):
    """Convolutional LSTM over time and one axis of space; its formula is that of ConvLSTM2D.

    Shapes:
        `(batch, time, steps, channels)` to `(batch, new steps, filters)`, with the axis of time behind the batch with
        `return_sequences`; with channels first, `(batch, time, channels, steps)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ConvLSTM1D(4, 3)(cornu.ops.ones((2, 5, 8, 3))).shape
        (2, 6, 4)
    """

    cell_class = ConvLSTM1DCell


class ConvLSTM2D(ConvLSTM, rank=2):
    r"""Convolutional LSTM over time and two axes of space, such as the frames of a film.

    $$z = x_t * W + h_{t-1} * U + b = (z_i, z_f, z_g, z_o)$$
    $$c_t = \sigma(z_f)\, c_{t-1} + \sigma(z_i) \tanh(z_g), \qquad h_t = \sigma(z_o) \tanh(c_t)$$

    with $*$ a convolution: of the inputs with strides, padding and dilation, of the state so that it keeps its size.
    A step where the mask is false changes no state and repeats the output before.

    Shapes:
        `(batch, time, rows, columns, channels)` to `(batch, new rows, new columns, filters)`, with the axis of time
        behind the batch with `return_sequences`; with channels first, `(batch, time, channels, rows, columns)`.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)
        >>> layer(cornu.ops.ones((2, 5, 8, 8, 3))).shape
        (2, 5, 8, 8, 4)
    """

    cell_class = ConvLSTM2DCell


class ConvLSTM3D(ConvLSTM, rank=3):
    """Convolutional LSTM over time and three axes of space; its formula is that of ConvLSTM2D.

    Shapes:
        `(batch, time, depth, rows, columns, channels)` to `(batch, ..., filters)`, with the axis of time behind the
        batch with `return_sequences`; with channels first, `(batch, time, channels, depth, rows, columns)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ConvLSTM3D(2, 3, padding="same")(cornu.ops.ones((1, 2, 3, 4, 5, 1))).shape
        (1, 3, 4, 5, 2)
    """

    cell_class = ConvLSTM3DCell
