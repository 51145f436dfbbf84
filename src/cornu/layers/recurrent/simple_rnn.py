"""SimpleRNN: a dense layer that also sees its last output, its cell and the layer."""

from typing import Any

import jax

from ...core.arguments import arguments
from ...kernels import recurrence
from .. import checks
from .dropout import DropoutCell, product
from .whole import WholeSequence

__all__ = ["SimpleRNN", "SimpleRNNCell"]

# Outside of a compiled program too, one compilation serves all calls on inputs of one shape.
_over_time = jax.jit(recurrence.simple_rnn, static_argnames="reverse")


class SimpleRNNCell(DropoutCell):
    r"""One step of a plain recurrent network, $h_t = \tanh(x_t W + h_{t-1} U + b)$.

    Args:
        units: size of the output, which is the state too.
        activation: function of the sum.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of W, `(features, units)`.
        recurrent_initializer: initializer of U, `(units, units)`.
        bias_initializer: initializer of b, `(units,)`.
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

    @arguments
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both kernels and the bias."""
        features = checks.known_size(self, input_shape, -1)
        self.add_kernels(features)
        self.bias = self.add_weight((self.units,), name="bias") if self.use_bias else None

    def call(self, sequence: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step.

        Args:
            sequence: array of shape (batch, features).
            states: a list with the output of the step before, of shape (batch, units).
            training: whether dropout is active.
        """
        h = states[0] if isinstance(states, list | tuple) else states
        input_masks, state_masks = self.masks(sequence.shape[0], training)
        z = product(sequence, self.kernel, input_masks) + product(h, self.recurrent_kernel, state_masks)
        if self.use_bias:
            z = z + self.bias
        h = self.activation(z)
        return h, [h] if isinstance(states, list | tuple) else h


class SimpleRNN(WholeSequence):
    r"""Plain recurrent network, $h_t = \tanh(x_t W + h_{t-1} U + b)$.

    A step where the mask is false changes no state and repeats the output before.

    Args:
        units: size of the output, which is the state too.
        activation: function of the sum.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of W, `(features, units)`.
        recurrent_initializer: initializer of U, `(units, units)`.
        bias_initializer: initializer of b, `(units,)`.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on b.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to b after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1; the same ones at all steps.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1; the same ones at all steps.
        return_sequences: return the outputs of all steps instead of the last one.
        return_state: return the last state too, after the output.
        go_backwards: begin at the end of the sequence; outputs come in the order of computation.
        stateful: begin each batch with the state that the one before ended with, until `reset_state()`.
        unroll: write the loop out instead of compiling it as one; only for short sequences.
        seed: seed of the dropout.
        **kwargs: `zero_output_for_mask` of `RNN`; `name`, `dtype`, `trainable`, ... of `Layer`.

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

    @arguments
    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(SimpleRNNCell, **kwargs)

    def whole_sequence(self, sequences: Any, states: Any, mask: Any) -> tuple[Any, list[Any]]:
        """All outputs and the last state."""
        outputs, h = _over_time(sequences, states[0], *self.weight_values(), mask=mask, reverse=self.go_backwards)
        return outputs, [h]
