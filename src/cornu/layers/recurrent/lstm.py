"""LSTM: long short-term memory, its cell and the layer."""

from typing import Any, Literal

import jax

from ... import ops
from ...core.arguments import default
from ...kernels import recurrence
from .cell import DenseCell, ForgetGate, GateArguments
from .rnn import WholeSequence

__all__ = ["LSTM", "LSTMCell"]


class LSTMCell(ForgetGate, GateArguments, DenseCell):
    r"""One step of a long short-term memory.

    $$z = x_t W + h_{t-1} U + b = (z_i, z_f, z_g, z_o)$$
    $$c_t = \sigma(z_f)\, c_{t-1} + \sigma(z_i) \tanh(z_g), \qquad h_t = \sigma(z_o) \tanh(c_t)$$

    with $\sigma$ the recurrent activation and $\tanh$ the activation.

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

    def _complete(self) -> None:
        super()._complete()
        self.state_size = [self.units, self.units]

    def step(self, inputs: Any, states: list[Any], input_masks: Any, state_masks: Any) -> list[Any]:
        """The new output and cell state."""
        h, c = states
        i, f, g, o = ops.split(self.sums(inputs, h, input_masks, state_masks), 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        return [self.recurrent_activation(o) * self.activation(c), c]


class LSTM(ForgetGate, GateArguments, WholeSequence):
    r"""Long short-term memory: a recurrent layer that keeps what it needs over many steps.

    $$z = x_t W + h_{t-1} U + b = (z_i, z_f, z_g, z_o)$$
    $$c_t = \sigma(z_f)\, c_{t-1} + \sigma(z_i) \tanh(z_g), \qquad h_t = \sigma(z_o) \tanh(c_t)$$

    A step where the mask is false changes no state and repeats the output before.

    Args:
        return_state: return the last h and c too, after the output.
        stateful: begin each batch with the states that the one before ended with, until `reset_state()`.
        use_cudnn: whether the formula for whole sequences may serve: True, False, or "auto" where it can.

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

    cell_class = LSTMCell
    formula = staticmethod(jax.jit(recurrence.lstm, static_argnames="reverse"))
    use_cudnn: bool | Literal["auto"] = default("auto", after="unroll")
