"""GRU: the gated recurrent unit, its cell and the layer."""

from typing import Any, Literal

import jax

from ... import ops
from ...core.arguments import default
from ...kernels import recurrence
from .cell import DenseCell, GateArguments, product
from .rnn import WholeSequence

__all__ = ["GRU", "GRUCell"]


class GRUCell(GateArguments, DenseCell):
    r"""One step of a gated recurrent unit.

    $$z_t = \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r)$$
    $$\hat h_t = \tanh(x_t W_h + r_t (h_{t-1} U_h + b'_h) + b_h), \qquad h_t = z_t h_{t-1} + (1 - z_t) \hat h_t$$

    with $\sigma$ the recurrent activation and $\tanh$ the activation. With `reset_after=False` the reset gate comes
    before the product, $(r_t h_{t-1}) U_h$, and there is one bias instead of two.

    Args:
        bias_initializer: initializer of the biases, `(2, 3 * units)`, or `(3 * units,)` with `reset_after=False`.
        reset_after: apply the reset gate after the product with U rather than before.

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
    reset_after: bool = default(True, after="recurrent_dropout")

    def add_bias(self, size: int) -> Any:
        """Make the bias, or the two that `reset_after` needs."""
        return self.add_weight((2, size) if self.reset_after else (size,), name="bias")

    def step(self, inputs: Any, states: list[Any], input_masks: Any, state_masks: Any) -> list[Any]:
        """The new output."""
        h = states[0]
        input_bias, state_bias = (0, 0) if self.bias is None else self.bias if self.reset_after else (self.bias, 0)
        x_z, x_r, x_h = ops.split(product(inputs, self.kernel, input_masks) + input_bias, 3, axis=-1)
        if self.reset_after:
            h_z, h_r, h_h = ops.split(product(h, self.recurrent_kernel, state_masks) + state_bias, 3, axis=-1)
        else:
            gates, last = ops.split(self.recurrent_kernel, [2 * self.units], axis=-1)
            h_z, h_r = ops.split(product(h, gates, state_masks and state_masks[:2]), 2, axis=-1)
        z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
        reset = r * h_h if self.reset_after else product(r * h, last, state_masks and state_masks[2:])
        return [z * h + (1 - z) * self.activation(x_h + reset)]


class GRU(GateArguments, WholeSequence):
    r"""Gated recurrent unit: a recurrent layer with two gates and one state.

    $$z_t = \sigma(x_t W_z + h_{t-1} U_z + b_z), \qquad r_t = \sigma(x_t W_r + h_{t-1} U_r + b_r)$$
    $$\hat h_t = \tanh(x_t W_h + r_t (h_{t-1} U_h + b'_h) + b_h), \qquad h_t = z_t h_{t-1} + (1 - z_t) \hat h_t$$

    With `reset_after=False` the reset gate comes before the product, $(r_t h_{t-1}) U_h$, and there is one bias
    instead of two. A step where the mask is false changes no state and repeats the output before.

    Args:
        bias_initializer: initializer of the biases, `(2, 3 * units)`, or `(3 * units,)` with `reset_after=False`.
        reset_after: apply the reset gate after the product with U rather than before.
        use_cudnn: whether the formula for whole sequences may serve: True, False, or "auto" where it can.

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

    cell_class = GRUCell
    formula = staticmethod(jax.jit(recurrence.gru, static_argnames=("reset_after", "reverse")))
    reset_after: bool = default(True, after="unroll")
    use_cudnn: bool | Literal["auto"] = default("auto", after="reset_after")

    def formula_arguments(self) -> tuple[Any, ...]:
        """Both kernels, the biases or None, and where the reset gate comes."""
        return *super().formula_arguments(), self.reset_after
