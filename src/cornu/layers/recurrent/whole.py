"""Recurrent layers with a formula for whole sequences, beside the loop over their cell."""

from collections.abc import Callable
from typing import Any, ClassVar

from ... import ops
from ...core import lookup
from ...core.arguments import arguments, default
from ...core.spec import InputSpec
from ..options import Options
from .cell import DropoutCell, UnitArguments
from .loop import checked_mask
from .rnn import RNN


@arguments(kw_only=True)
class WholeSequence(UnitArguments, RNN):
    """An RNN whose constructor takes the arguments of its cell: SimpleRNN, LSTM and GRU.

    Args:
        activity_regularizer: penalty on the output.
        implementation: with 1 each gate has dropout masks of its own, as always with recurrent dropout.
    """

    cell_class: ClassVar[type[DropoutCell]]
    # `(sequences, *states, *formula_arguments) -> (outputs in the order of time, *last states)`. It is compiled by
    # itself, so that outside of a program too one compilation serves all calls on inputs of one shape.
    formula: ClassVar[Callable[..., Any]]
    use_cudnn = default("auto")
    activity_regularizer = default(None, after="bias_regularizer")
    implementation: int = default(2, after="zero_output_for_mask")

    def __post_init__(self) -> None:
        own = self.cell_class._arguments.keys() - Options._arguments.keys()
        shared = {name: getattr(self, name) for name in (*own, "trainable")}
        name = lookup.snake_case(self.cell_class.__name__)
        self._set_cell(self.cell_class(**shared, dtype=self.dtype_policy, name=name))
        self.input_spec = InputSpec(ndim=3)
        if self.use_cudnn not in (True, False, "auto"):
            raise ValueError(f"use_cudnn is True, False or 'auto'. Received: use_cudnn={self.use_cudnn!r}")

    def formula_arguments(self) -> tuple[Any, ...]:
        """Both kernels, and the bias or None."""
        cell = self.cell
        return cell.kernel.value, cell.recurrent_kernel.value, cell.bias.value if cell.use_bias else None

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, Any]:
        """Last output, all outputs and last states, by the formula for whole sequences where it applies."""
        if not self._formula_applies(training):
            if self.use_cudnn is True:
                raise ValueError(
                    f"Layer {self.name!r} cannot compute whole sequences at once (use_cudnn=True) with unroll, "
                    "recurrent dropout or other activations than tanh and sigmoid. Use use_cudnn='auto'."
                )
            return super().inner_loop(sequences, initial_state, mask, training)
        input_masks, _ = self.cell.masks(sequences.shape[0], training)
        if input_masks is not None:
            sequences = sequences * input_masks[0][:, None]
        mask = checked_mask(mask, sequences)
        arguments = (sequences, *initial_state, *self.formula_arguments())
        outputs, *states = self.formula(*arguments, mask=mask, reverse=self.go_backwards)
        if mask is not None and self.zero_output_for_mask:
            outputs = ops.where(mask[..., None], outputs, ops.zeros_like(outputs))
        return states[0], ops.flip(outputs, axis=1) if self.go_backwards else outputs, states

    def _formula_applies(self, training: bool) -> bool:
        cell, activations = self.cell, lookup.tables()["keras.activations"]
        return (
            self.use_cudnn is not False
            and not self.unroll
            and cell.activation is activations.find("tanh")
            and getattr(cell, "recurrent_activation", None) in (None, activations.find("sigmoid"))
            and not (training and (cell.recurrent_dropout or (cell.dropout and cell.masks_per_gate)))
        )
