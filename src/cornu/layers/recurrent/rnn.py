"""RNN: a cell, applied to every step of a sequence; OfItsCell takes its arguments; WholeSequence has a formula."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Unpack

import jax

from ... import ops
from ...core import lookup
from ...core.arguments import Declared, default
from ...core.parts import Part
from ...core.spec import InputSpec
from ...core.types import LayerOptions
from ...core.variable import Variable
from .. import calling
from ..layer import Layer
from ..options import Options
from .cell import Cell, DropoutCell, KernelArguments, UnitArguments, masks_of_sequence
from .loop import checked_mask, rnn
from .stacked import StackedRNNCells, check_cell, initial_state

__all__ = ["RNN"]


class RNN(Declared, Layer, kw_only=True):
    r"""A recurrent layer made from a cell.

    $$(y_t, s_t) = \mathrm{cell}(x_t, s_{t-1})$$

    A cell is a layer, or any object, with `call(inputs, states) -> (output, new states)` for one step and
    `state_size`, an integer or a list of integers. It may have `output_size` and
    `get_initial_state(batch_size)`; the state begins with zeros otherwise.

    A step where the mask is false changes no state and repeats the output before.

    Args:
        cell: cell, or a list of cells to be stacked.
        return_sequences: return the outputs of all steps, shape (batch, time, size), instead of the last one,
            shape (batch, size).
        return_state: return the last states too, after the output.
        go_backwards: begin at the end of the sequence; outputs come in the order of computation.
        stateful: begin each batch with the states that the one before ended with, until `reset_state()`.
        unroll: write the loop out instead of compiling it as one; only for short sequences.
        zero_output_for_mask: with `return_sequences`, masked steps give zeros instead of the output before.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Raises:
        ValueError: the cell has no `call` or no `state_size`.

    Example:
        >>> import cornu
        >>> import numpy as np
        >>> layer = cornu.layers.RNN([cornu.layers.LSTMCell(8), cornu.layers.LSTMCell(4)], return_sequences=True)
        >>> layer(np.zeros((2, 5, 3))).shape
        (2, 5, 4)
    """

    supports_masking = True
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    def __init__(
        self,
        cell: Cell | Sequence[Cell],
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self._set_cell(StackedRNNCells(cell) if isinstance(cell, list | tuple) else cell)

    def _set_cell(self, cell: Any) -> None:
        check_cell(cell)
        self.cell = cell
        self.state_size = list(cell.state_size) if isinstance(cell.state_size, list | tuple) else [cell.state_size]
        self._kept_states = KeptStates()

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for inputs of shape (batch, time, ...); make the states that a stateful layer keeps."""
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and self.states is None:
            if sequences_shape[0] is None:
                raise ValueError(
                    f"The stateful layer {self.name!r} keeps one state per sample, so it needs to know the batch size: "
                    "give it with Input(batch_shape=(batch, time, features))."
                )
            self._kept_states.states = jax.tree.map(self._kept_state, self.get_initial_state(sequences_shape[0]))

    def _kept_state(self, value: Any) -> Variable:
        return Variable(value, dtype=self.variable_dtype, trainable=False, autocast=False, name="rnn_state")

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Apply the cell to every step.

        Args:
            sequences: array of shape (batch, time, ...).
            initial_state: list of arrays of shape (batch, size), by default zeros or the states kept.
            mask: booleans of shape (batch, time), true where a step is real.
            training: whether dropout is active.

        Returns:
            The last output or all outputs; with `return_state` a tuple of that and the last states.

        Raises:
            ValueError: the initial state does not fit the cell.
        """
        batch_size = jax.tree.leaves(sequences)[0].shape[0]
        states = self._states_before(initial_state, batch_size)
        with masks_of_sequence(self.cell, batch_size) if training else contextlib.nullcontext():
            last, outputs, states = self.inner_loop(sequences, states, mask, training)
        if self.stateful:
            for variable, value in zip(jax.tree.leaves(self.states), jax.tree.leaves(states), strict=True):
                variable.assign(value)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> tuple[Any, Any, Any]:
        """Last output, all outputs and last states."""
        return rnn(self, sequences, initial_state, mask)

    def _states_before(self, given: Any, batch_size: int) -> list[Any]:
        """The states before the first step, as a list of arrays in the computation's dtype."""
        kept = next((variable.shape[0] for variable in jax.tree.leaves(self.states)), batch_size)
        if kept != batch_size:
            raise ValueError(
                f"The stateful layer {self.name!r} keeps states for a batch of {kept}, but received a batch of "
                f"{batch_size}. Feed batches of one size (predict(..., batch_size=...))."
            )
        if given is None:
            given = self.get_initial_state(batch_size) if self.states is None else self.states
        states = list(given) if isinstance(given, list | tuple) else [given]
        states = jax.tree.map(lambda s: ops.cast(s, self.compute_dtype), states)
        expected = jax.eval_shape(lambda: self.get_initial_state(batch_size))
        if [s.shape for s in jax.tree.leaves(states)] != [s.shape for s in jax.tree.leaves(expected)]:
            raise ValueError(
                f"Layer {self.name!r} needs an initial_state of shapes {calling.shapes_of(expected)} (batch, size). "
                f"Received shapes: {calling.shapes_of(states)}."
            )
        return states

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """The states of a new sequence."""
        state = initial_state(self.cell, batch_size, self.compute_dtype)
        return list(state) if isinstance(state, list | tuple) else [state]

    @property
    def states(self) -> Any:
        """The Variables that a stateful layer keeps its states in; None before it is built."""
        return self._kept_states.states

    def reset_state(self) -> None:
        """Set the states that a stateful layer keeps to zero."""
        for variable in jax.tree.leaves(self.states):
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def reset_states(self) -> None:
        """Same as `reset_state`."""
        self.reset_state()

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs where all outputs are returned; none for a last output or a state."""
        masks = jax.tree.leaves(mask)
        mask = masks[0] if masks and self.return_sequences else None
        return [mask, *(None for _ in self.state_size)] if self.return_state else mask


class KeptStates(Part):
    """The states of a stateful layer: Variables, but no weights."""

    states: Any = None


class OfItsCell(KernelArguments, RNN, kw_only=True):
    """An RNN whose constructor takes the arguments of its cell: SimpleRNN, LSTM, GRU and ConvLSTM.

    Args:
        activity_regularizer: penalty on the output.
    """

    cell_class: ClassVar[type[DropoutCell]]
    cell_name: ClassVar[str | None] = None  # by default that of the class
    activity_regularizer = default(None, after="bias_regularizer")

    def _complete(self) -> None:
        super()._complete()
        own = self.cell_class._arguments.keys() - Options._arguments.keys()
        shared = {name: getattr(self, name) for name in (*own, "trainable")}
        name = self.cell_name or lookup.snake_case(self.cell_class.__name__)
        self._set_cell(self.cell_class(**shared, dtype=self.dtype_policy, name=name))


class WholeSequence(UnitArguments, OfItsCell, kw_only=True):
    """One that also has a formula for all steps: SimpleRNN, LSTM and GRU.

    Args:
        implementation: with 1 each gate has dropout masks of its own, as always with recurrent dropout.
    """

    # `(sequences, *states, *formula_arguments) -> (outputs in the order of time, *last states)`. It is compiled by
    # itself, so that outside of a program too one compilation serves all calls on inputs of one shape.
    formula: ClassVar[Callable[..., Any]]
    use_cudnn = default("auto")
    implementation: int = default(2, after="zero_output_for_mask")

    def _complete(self) -> None:
        super()._complete()
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
        gates = getattr(cell, "recurrent_activation", None)
        usual = cell.activation is activations.find("tanh") and gates in (None, activations.find("sigmoid"))
        drops = training and (cell.recurrent_dropout or (cell.dropout and cell.masks_per_gate))
        return self.use_cudnn is not False and not self.unroll and usual and not drops
