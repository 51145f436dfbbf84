"""Recurrent layers with a formula for whole sequences, beside the loop over their cell."""

from typing import Any

from ... import ops
from ...core import lookup
from ...core.spec import InputSpec
from .. import calling
from .dropout import DropoutCell
from .loop import checked_mask
from .rnn import RNN


class WholeSequence(RNN):
    """An RNN whose constructor takes the arguments of its cell: SimpleRNN, LSTM and GRU.

    A subclass keeps its arguments as attributes before this constructor runs.

    Args:
        cell_class: class of the cell.
        **kwargs: arguments of `RNN` and `Layer` that the subclass has not kept.
    """

    use_cudnn: bool | str = "auto"

    def __init__(self, cell_class: type[DropoutCell], **kwargs: Any) -> None:
        own = {name: getattr(self, name) for name in calling.parameters(cell_class.__init__) if hasattr(self, name)}
        shared: dict[str, Any] = {name: kwargs[name] for name in ("dtype", "trainable") if name in kwargs}
        shared["implementation"] = kwargs.pop("implementation", 2)
        cell = cell_class(**own, **shared, name=lookup.snake_case(cell_class.__name__))
        kept = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        super().__init__(cell, **{name: getattr(self, name) for name in kept}, **kwargs)
        self.input_spec = InputSpec(ndim=3)
        if self.use_cudnn not in (True, False, "auto"):
            raise ValueError(f"use_cudnn is True, False or 'auto'. Received: use_cudnn={self.use_cudnn!r}")

    def whole_sequence(self, sequences: Any, states: Any, mask: Any) -> tuple[Any, list[Any]]:
        """Outputs of all steps in the order of time, and the last states."""
        raise NotImplementedError

    def weight_values(self) -> tuple[Any, Any, Any]:
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
        outputs, states = self.whole_sequence(sequences, initial_state, mask)
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

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, without `use_cudnn`, which is about speed alone."""
        config = {**super().get_config(), "zero_output_for_mask": self.zero_output_for_mask}
        config.pop("use_cudnn", None)
        return config
