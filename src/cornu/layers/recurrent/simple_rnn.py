"""SimpleRNN: a dense layer that also sees its last output, its cell and the layer."""

from typing import Any

import jax

from ...core.arguments import default
from ...kernels import recurrence
from .cell import DenseCell
from .rnn import WholeSequence

__all__ = ["SimpleRNN", "SimpleRNNCell"]


class SimpleRNNCell(DenseCell):
    r"""One step of a plain recurrent network, $h_t = \tanh(x_t W + h_{t-1} U + b)$.

    Shapes:
        `(batch, features)` and a state `[(batch, units)]` to `(batch, units)` and the state.

    Raises:
        ValueError: `units` is not a positive integer, or a rate is not in 0 to 1.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.SimpleRNNCell(4)
        >>> output, states = cell(cornu.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape
        (2, 4)

    Source: Elman, Finding Structure in Time, 1990.
    """

    def call(self, sequence: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step: see `DenseCell`."""
        return super().call(sequence, states, training)

    def step(self, inputs: Any, states: list[Any], input_masks: Any, state_masks: Any) -> list[Any]:
        """The new output."""
        return [self.activation(self.sums(inputs, states[0], input_masks, state_masks))]


class SimpleRNN(WholeSequence):
    r"""Plain recurrent network, $h_t = \tanh(x_t W + h_{t-1} U + b)$.

    A step where the mask is false changes no state and repeats the output before.

    Shapes:
        `(batch, time, features)` to `(batch, units)`, or `(batch, time, units)` with `return_sequences`.

    Raises:
        ValueError: `units` is not a positive integer, a rate is not in 0 to 1, or the input has not three axes.

    Example:
        >>> import cornu
        >>> cornu.layers.SimpleRNN(4, return_sequences=True)(cornu.ops.ones((2, 5, 3))).shape
        (2, 5, 4)

    Source: Elman, Finding Structure in Time, 1990.
    """

    cell_class = SimpleRNNCell
    formula = staticmethod(jax.jit(recurrence.simple_rnn, static_argnames="reverse"))
    seed = default(None, after="unroll")
