"""LSTM: long short-term memory, its cell and the layer."""

from typing import Any

import jax

from ... import ops
from ...core.arguments import arguments
from ...kernels import recurrence
from .. import checks
from .dropout import DropoutCell, product
from .whole import WholeSequence

__all__ = ["LSTM", "LSTMCell"]

# Outside of a compiled program too, one compilation serves all calls on inputs of one shape.
_over_time = jax.jit(recurrence.lstm, static_argnames="reverse")


class LSTMCell(DropoutCell):
    r"""One step of a long short-term memory.

    $$z = x_t W + h_{t-1} U + b = (z_i, z_f, z_g, z_o)$$
    $$c_t = \sigma(z_f)\, c_{t-1} + \sigma(z_i) \tanh(z_g), \qquad h_t = \sigma(z_o) \tanh(c_t)$$

    with $\sigma$ the recurrent activation and $\tanh$ the activation.

    Args:
        units: size of the output and of both states.
        activation: function of the candidate and of the cell state.
        recurrent_activation: function of the three gates.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of W, `(features, 4 * units)`.
        recurrent_initializer: initializer of U, `(units, 4 * units)`.
        bias_initializer: initializer of b, `(4 * units,)`.
        unit_forget_bias: begin with a bias of one at the forget gate, so that the cell remembers at first.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on b.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to b after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        `(batch, features)` and states `[(batch, units), (batch, units)]` to `(batch, units)` and states.

    Raises:
        ValueError: `units` is not a positive integer, or a rate is not in 0 to 1.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.LSTMCell(4)
        >>> output, states = cell(cornu.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 4), 2)

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997.
    """

    gates = 4

    @arguments
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.state_size = [self.units, self.units]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both kernels and the bias."""
        features = checks.known_size(self, input_shape, -1)
        self.add_kernels(features)
        self.bias: Any = None
        if self.use_bias:
            initializer = self._forget_bias if self.unit_forget_bias else self.bias_initializer
            self.bias = self.add_weight((4 * self.units,), initializer, name="bias")

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, list[Any]]:
        """One step.

        Args:
            inputs: array of shape (batch, features).
            states: output and cell state of the step before, each of shape (batch, units).
            training: whether dropout is active.
        """
        h, c = states
        input_masks, state_masks = self.masks(inputs.shape[0], training)
        z = product(inputs, self.kernel, input_masks) + product(h, self.recurrent_kernel, state_masks)
        if self.use_bias:
            z = z + self.bias
        i, f, g, o = ops.split(z, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        return h, [h, c]

    def _forget_bias(self, shape: Any, dtype: Any = None) -> Any:
        """The bias at first: one at the forget gate."""
        i, g_and_o = (self.bias_initializer((gates * self.units,), dtype=dtype) for gates in (1, 2))
        return ops.concatenate([i, ops.ones((self.units,), dtype=dtype), g_and_o])


class LSTM(WholeSequence):
    r"""Long short-term memory: a recurrent layer that keeps what it needs over many steps.

    $$z = x_t W + h_{t-1} U + b = (z_i, z_f, z_g, z_o)$$
    $$c_t = \sigma(z_f)\, c_{t-1} + \sigma(z_i) \tanh(z_g), \qquad h_t = \sigma(z_o) \tanh(c_t)$$

    A step where the mask is false changes no state and repeats the output before.

    Args:
        units: size of the output and of both states.
        activation: function of the candidate and of the cell state.
        recurrent_activation: function of the three gates.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of W, `(features, 4 * units)`.
        recurrent_initializer: initializer of U, `(units, 4 * units)`.
        bias_initializer: initializer of b, `(4 * units,)`.
        unit_forget_bias: begin with a bias of one at the forget gate, so that the cell remembers at first.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on b.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to b after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1; the same ones at all steps.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1; the same ones at all steps.
        seed: seed of the dropout.
        return_sequences: return the outputs of all steps instead of the last one.
        return_state: return the last h and c too, after the output.
        go_backwards: begin at the end of the sequence; outputs come in the order of computation.
        stateful: begin each batch with the states that the one before ended with, until `reset_state()`.
        unroll: write the loop out instead of compiling it as one; only for short sequences.
        use_cudnn: whether the formula for whole sequences may serve: True, False, or "auto" where it can.
        **kwargs: `zero_output_for_mask` of `RNN`; `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        `(batch, time, features)` to `(batch, units)`, or `(batch, time, units)` with `return_sequences`.

    Raises:
        ValueError: `units` is not a positive integer, a rate is not in 0 to 1, or the input has not three axes.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.LSTM(4, return_sequences=True, return_state=True)
        >>> outputs, h, c = layer(cornu.ops.ones((2, 5, 3)))
        >>> outputs.shape, h.shape, c.shape
        ((2, 5, 4), (2, 4), (2, 4))

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; the forget gate's bias: Jozefowicz et al., An
    Empirical Exploration of Recurrent Network Architectures, 2015.
    """

    @arguments
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(LSTMCell, **kwargs)

    def whole_sequence(self, sequences: Any, states: Any, mask: Any) -> tuple[Any, list[Any]]:
        """All outputs and the last h and c."""
        h, c = states
        outputs, h, c = _over_time(sequences, h, c, *self.weight_values(), mask=mask, reverse=self.go_backwards)
        return outputs, [h, c]
