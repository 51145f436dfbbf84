"""What recurrent cells share: arguments, weights, and dropout with one mask for all steps of a sequence."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol, cast

import jax

from ... import ops
from ...core import parts
from ...core.arguments import Declared, default
from ...core.seeds import SeedGenerator
from ...core.setting import Setting
from ...core.types import Activation, Constraint, Initializer, Regularizer, Shape
from ...ops.random import dropout
from .. import checks
from ..layer import Layer

_held: Setting[dict[int, Any]] = Setting("held_masks", {})  # by cell, while a sequence is read


class Cell(Protocol):
    """What RNN takes: a layer, or any other object, that knows one step and how large its states are."""

    @property
    def call(self) -> Callable[..., Any]:
        """One step, `(inputs, states) -> (output, new states)`."""

    @property
    def state_size(self) -> Any:
        """An integer, or a list of integers, one for each state."""


class KernelArguments(Declared, Layer, kw_only=True):
    """The arguments of cells and their layers that come after those for the size and the activations.

    Args:
        use_bias: whether to add a bias.
        kernel_initializer: initializer of W, `(features, n * units)`; n is 4 in an LSTM, 3 in a GRU, 1 in a SimpleRNN.
        recurrent_initializer: initializer of U, `(units, n * units)`.
        bias_initializer: initializer of b, `(n * units,)`.
        kernel_regularizer: penalty on W, added to the loss.
        recurrent_regularizer: penalty on U.
        bias_regularizer: penalty on b.
        kernel_constraint: function applied to W after each update.
        recurrent_constraint: function applied to U after each update.
        bias_constraint: function applied to b after each update.
        dropout: fraction of the inputs to drop in training, 0 to 1; the same ones at all steps.
        recurrent_dropout: fraction of the state to drop in training, 0 to 1; the same ones at all steps.
        seed: seed of the dropout.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.
    """

    use_bias: bool = True
    kernel_initializer: Initializer = default("glorot_uniform")
    recurrent_initializer: Initializer = default("orthogonal")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = default(None)
    recurrent_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    kernel_constraint: Constraint = default(None)
    recurrent_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, without `use_cudnn`, which is about speed alone."""
        config = super().get_config()
        return {k: v for k, v in config.items() if k != "use_cudnn" and (k, v) != ("implementation", 2)}


class UnitArguments(KernelArguments):
    """The arguments of a cell without gates, and of its layer.

    Args:
        units: size of the output and of each state.
        activation: function of what is new, the tanh of the formula.
    """

    units: int
    activation: Activation = default("tanh")


class GateArguments(UnitArguments):
    r"""The arguments of a cell with gates, and of its layer.

    Args:
        recurrent_activation: function of the gates, the $\sigma$ of the formula.
    """

    recurrent_activation: Activation = default("sigmoid")


class ForgetGate(KernelArguments, kw_only=True):
    """The argument of cells with a gate that forgets, and of their layers.

    Args:
        unit_forget_bias: begin with a bias of one at the forget gate, so that the cell remembers at first.
    """

    unit_forget_bias: bool = default(True, after="bias_initializer")

    def add_bias(self, size: int) -> Any:
        """Make the bias, which is one at the second of the four gates at first."""

        def forget_bias(shape: Any, dtype: Any = None) -> Any:
            i, g_and_o = (self.bias_initializer((gates * size // 4,), dtype=dtype) for gates in (1, 2))
            return ops.concatenate([i, ops.ones((size // 4,), dtype=dtype), g_and_o])

        return self.add_weight((size,), forget_bias if self.unit_forget_bias else None, name="bias")


class DropoutCell(KernelArguments, kw_only=True):
    """A cell that drops inputs with rate `dropout` and its own state with `recurrent_dropout`.

    The masks stay the same from step to step.

    Source: Gal and Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent Neural Networks, 2016.
    """

    gates: ClassVar[int] = 1
    masks_per_gate = True
    state_size = cast(Any, None)  # a subclass says it

    def _complete(self) -> None:
        super()._complete()
        checks.between(self, "dropout", 0, 1)
        checks.between(self, "recurrent_dropout", 0, 1)
        self.seed_generator = SeedGenerator(self.seed)

    @property
    def input_sizes(self) -> Shape:
        """Shape of one sample of the inputs, without the batch."""
        raise NotImplementedError

    @property
    def state_sizes(self) -> Shape:
        """Shape of each state of one sample, without the batch."""
        raise NotImplementedError

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step.

        Args:
            inputs: array of shape (batch, ...).
            states: a list of the states after the step before, each of shape (batch, ...); a single one also bare.
            training: whether dropout is active.

        Returns:
            The output, and the new states in the form of the old.
        """
        several = isinstance(states, list | tuple)
        masks = self.masks(inputs.shape[0], training)
        new = self.step(inputs, list(states) if several else [states], *masks)
        return new[0], new if several else new[0]

    def step(self, inputs: Any, states: list[Any], input_masks: Any, state_masks: Any) -> list[Any]:
        """The new states, of which the first is the output."""
        raise NotImplementedError

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros, an array for each state."""
        shape = (batch_size, *self.state_sizes)
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in jax.tree.leaves(self.state_size)]

    def masks(self, batch_size: int, training: bool) -> tuple[Any, Any]:
        """Masks for inputs and state: lists of one, or of one per gate; None where nothing is dropped."""
        if not training:
            return None, None
        return _held.get().get(id(self)) or self._draw(batch_size)

    def _draw(self, batch_size: int) -> tuple[Any, Any]:
        def draw(rate: float, shape: Shape) -> list[Any] | None:
            ones = ops.ones((batch_size, *shape), dtype=self.compute_dtype)
            count = self.gates if self.masks_per_gate else 1
            return [dropout(ones, rate, seed=self.seed_generator) for _ in range(count)] if rate else None

        return draw(self.dropout, self.input_sizes), draw(self.recurrent_dropout, self.state_sizes)


class DenseCell(UnitArguments, DropoutCell, kw_only=True):
    """A cell of vectors: `x W + h U + b` with one column for each unit of each gate.

    Args:
        implementation: with 1 each gate has dropout masks of its own, as always with recurrent dropout.
    """

    implementation: int = default(2, after="seed")

    def _complete(self) -> None:
        checks.positive(self, "units")
        super()._complete()
        self.masks_per_gate = self.gates > 1 and (self.implementation == 1 or self.recurrent_dropout > 0)
        self.state_size = self.units
        self.output_size = self.units

    def build(self, input_shape: Shape) -> None:
        """Make the matrix for the inputs, the one for the state, and the bias."""
        columns = self.gates * self.units
        self.kernel = self.add_weight((checks.known_size(self, input_shape, -1), columns), name="kernel")
        self.recurrent_kernel = self.add_weight((self.units, columns), name="recurrent_kernel")
        self.bias: Any = self.add_bias(columns) if self.use_bias else None

    def add_bias(self, size: int) -> Any:
        """Make the bias."""
        return self.add_weight((size,), name="bias")

    @property
    def input_sizes(self) -> Shape:
        """A vector that fits the kernel."""
        return (self.kernel.shape[0],)

    @property
    def state_sizes(self) -> Shape:
        """A vector of one number per unit."""
        return (self.units,)

    def sums(self, inputs: Any, h: Any, input_masks: Any, state_masks: Any) -> Any:
        """`x W + h U + b`."""
        z = product(inputs, self.kernel, input_masks) + product(h, self.recurrent_kernel, state_masks)
        return z if self.bias is None else z + self.bias


def masks_of_sequence(cell: Any, batch_size: int) -> AbstractContextManager[Any]:
    """Inside the `with` block every cell in `cell`, at any depth, sees the same masks at all steps."""
    cells = [part for _, part in parts.walk(cell) if isinstance(part, DropoutCell)] if hasattr(cell, "__dict__") else []
    return _held({**_held.get(), **{id(inner): inner._draw(batch_size) for inner in cells}})


def product(x: Any, kernel: Any, masks: Any, multiply: Any = ops.matmul, axis: int = -1) -> Any:
    """`x @ kernel`, where the columns of each gate see `x` through that gate's dropout mask.

    Args:
        x: array of shape (batch, ...).
        kernel: array of shape (..., gates * units).
        masks: None, or a list of one mask for all columns, or of one for each gate.
        multiply: the product of one gate.
        axis: where in the product the columns are.
    """
    if masks is None:
        return multiply(x, kernel)
    columns = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([multiply(x * mask, k) for mask, k in zip(masks, columns, strict=True)], axis=axis)
