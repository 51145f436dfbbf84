"""GRU: the gated recurrent unit, its cell and the layer."""

from typing import Any

import jax

from ... import ops
from ...core.arguments import arguments
from ...kernels import recurrence
from .. import checks
from .dropout import DropoutCell, product
from .whole import WholeSequence

__all__ = ["GRU", "GRUCell"]

# Outside of a compiled program too, one compilation serves all calls on inputs of one shape.
_over_time = jax.jit(recurrence.gru, static_argnames=("reset_after", "reverse"))


class GRUCell(DropoutCell):
    r"""One step of a gated recurrent unit.

    $$z_t = \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r)$$
    $$\hat h_t = \tanh(x_t W_h + r_t (h_{t-1} U_h + b'_h) + b_h), \qquad h_t = z_t h_{t-1} + (1 - z_t) \hat h_t$$

    with $\sigma$ the recurrent activation and $\tanh$ the activation. With `reset_after=False` the reset gate comes
    before the product, $(r_t h_{t-1}) U_h$, and there is one bias instead of two.

    Args:
        units: size of the output and of the state.
        activation: function of the candidate.
        recurrent_activation: function of the two gates.
        use_bias: whether to add biases.
        kernel_initializer: initializer of W, `(features, 3 * units)`.
        recurrent_initializer: initializer of U, `(units, 3 * units)`.
        bias_initializer: initializer of the biases, `(2, 3 * units)`, or `(3 * units,)` with `reset_after=False`.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on the biases.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to the biases after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1.
        reset_after: apply the reset gate after the product with U rather than before.
        seed: seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        `(batch, features)` and a state `[(batch, units)]` to `(batch, units)` and the state.

    Raises:
        ValueError: `units` is not a positive integer, or a rate is not in 0 to 1.

    Example:
        >>> import cornu
        >>> cell = cornu.layers.GRUCell(4)
        >>> output, states = cell(cornu.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape, len(states)
        ((2, 4), 1)

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
    """

    gates = 3

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
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make both kernels and the biases."""
        features = checks.known_size(self, input_shape, -1)
        self.add_kernels(features)
        sizes = (2, 3 * self.units) if self.reset_after else (3 * self.units,)
        self.bias: Any = self.add_weight(sizes, name="bias") if self.use_bias else None

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step.

        Args:
            inputs: array of shape (batch, features).
            states: a list with the output of the step before, of shape (batch, units).
            training: whether dropout is active.
        """
        h = states[0] if isinstance(states, list | tuple) else states
        input_masks, state_masks = self.masks(inputs.shape[0], training)
        input_bias, state_bias = self._biases()
        x_z, x_r, x_h = ops.split(product(inputs, self.kernel, input_masks) + input_bias, 3, axis=-1)
        if self.reset_after:
            h_z, h_r, h_h = ops.split(product(h, self.recurrent_kernel, state_masks) + state_bias, 3, axis=-1)
            z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
            candidate = self.activation(x_h + r * h_h)
        else:
            gates, last = ops.split(self.recurrent_kernel, [2 * self.units], axis=-1)
            h_z, h_r = ops.split(product(h, gates, state_masks and state_masks[:2]), 2, axis=-1)
            z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
            candidate = self.activation(x_h + product(r * h, last, state_masks and state_masks[2:]))
        h = z * h + (1 - z) * candidate
        return h, [h] if isinstance(states, list | tuple) else h

    def _biases(self) -> tuple[Any, Any]:
        """What is added to the inputs' product and to the state's."""
        if not self.use_bias:
            return 0, 0
        return (self.bias[0], self.bias[1]) if self.reset_after else (self.bias, 0)


class GRU(WholeSequence):
    r"""Gated recurrent unit: a recurrent layer with two gates and one state.

    $$z_t = \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r)$$
    $$\hat h_t = \tanh(x_t W_h + r_t (h_{t-1} U_h + b'_h) + b_h), \qquad h_t = z_t h_{t-1} + (1 - z_t) \hat h_t$$

    With `reset_after=False` the reset gate comes before the product, $(r_t h_{t-1}) U_h$, and there is one bias
    instead of two. A step where the mask is false changes no state and repeats the output before.

    Args:
        units: size of the output and of the state.
        activation: function of the candidate.
        recurrent_activation: function of the two gates.
        use_bias: whether to add biases.
        kernel_initializer: initializer of W, `(features, 3 * units)`.
        recurrent_initializer: initializer of U, `(units, 3 * units)`.
        bias_initializer: initializer of the biases, `(2, 3 * units)`, or `(3 * units,)` with `reset_after=False`.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on the biases.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to the biases after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1; the same ones at all steps.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1; the same ones at all steps.
        seed: seed of the dropout.
        return_sequences: return the outputs of all steps instead of the last one.
        return_state: return the last state too, after the output.
        go_backwards: begin at the end of the sequence; outputs come in the order of computation.
        stateful: begin each batch with the state that the one before ended with, until `reset_state()`.
        unroll: write the loop out instead of compiling it as one; only for short sequences.
        reset_after: apply the reset gate after the product with U rather than before.
        use_cudnn: whether the formula for whole sequences may serve: True, False, or "auto" where it can.
        **kwargs: `zero_output_for_mask` of `RNN`; `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        `(batch, time, features)` to `(batch, units)`, or `(batch, time, units)` with `return_sequences`.

    Raises:
        ValueError: `units` is not a positive integer, a rate is not in 0 to 1, or the input has not three axes.

    Example:
        >>> import cornu
        >>> cornu.layers.GRU(4, return_sequences=True)(cornu.ops.ones((2, 5, 3))).shape
        (2, 5, 4)

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
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
        reset_after: bool = True,
        use_cudnn: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(GRUCell, **kwargs)

    def whole_sequence(self, sequences: Any, states: Any, mask: Any) -> tuple[Any, list[Any]]:
        """All outputs and the last state."""
        outputs, h = _over_time(
            sequences, states[0], *self.weight_values(), self.reset_after, mask=mask, reverse=self.go_backwards
        )
        return outputs, [h]
