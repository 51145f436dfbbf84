"""The loop over time: one step function, applied to every step of a sequence."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ...core import parts, state
from .. import calling
from .stacked import call_cell


def rnn(layer: Any, inputs: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
    r"""Run the cell of a recurrent layer over the time axis, in the way that the layer's arguments say.

    $$(y_t, s_t) = \mathrm{cell}(x_t, s_{t-1})$$

    and where the mask is false $y_t = y_{t-1}$, $s_t = s_{t-1}$.

    Args:
        layer: recurrent layer. The Variables of its cell that training leaves alone (seeds, statistics) may change in
            the loop.
        inputs: array or tree of arrays of shape (batch, time, ...).
        states: tree of arrays of shape (batch, ...), the states before the first step.
        mask: booleans of shape (batch, time), true where a step is real; or None.

    Returns:
        Last output of shape (batch, ...), all outputs of shape (batch, time, ...) or None, and last states.

    Raises:
        ValueError: the mask does not fit the inputs.
    """
    mask = checked_mask(mask, jax.tree.leaves(inputs)[0])
    inputs, mask = jax.tree.map(_swap_batch_and_time, (inputs, mask))
    if layer.go_backwards:
        inputs, mask = jax.tree.map(lambda x: jnp.flip(x, axis=0), (inputs, mask))
    effects = Effects(layer.cell)
    first = jax.tree.map(lambda x: x[0], inputs)
    expected, _ = jax.eval_shape(effects.pure_step, first, states, effects.begin())[0]

    def body(carry: Any, now: Any) -> tuple[Any, Any]:
        before, previous, effect = carry
        x, real = now
        (output, after), effect, losses = effects.pure_step(x, before, effect)
        olds, tree = jax.tree.flatten(before)  # a cell with one state may give it bare or in a list
        news = [new.astype(old.dtype) for new, old in zip(jax.tree.leaves(after), olds, strict=True)]
        if real is not None:
            output = _where(real, output, previous)
            news = [_where(real, new, old) for new, old in zip(news, olds, strict=True)]
        after = jax.tree.unflatten(tree, news)
        return (after, output, effect), (output if layer.return_sequences else None, losses)

    carry = (states, _output_before(states, expected), effects.begin())
    (states, last, effect), (outputs, losses) = lax.scan(body, carry, (inputs, mask), unroll=layer.unroll)
    effects.end(effect, losses)
    if outputs is not None:
        if layer.zero_output_for_mask and mask is not None:
            outputs = jax.tree.map(lambda y: _where(mask, y, jnp.zeros_like(y)), outputs)
        outputs = jax.tree.map(_swap_batch_and_time, outputs)
    return last, outputs, states


class Effects:
    """What a step does besides its result, made part of what the loop passes on.

    A layer inside may draw a seed, update a statistic or add a loss; compiled loops allow none of it.

    Args:
        cell: the cell, which holds the Variables that a step may assign.
    """

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.variables = [v for v in parts.all_variables(cell) if not v.begins_trainable]
        self.changed: set[int] = set()

    def begin(self) -> list[Any]:
        """Values of the Variables before the loop, in the dtype they are kept in."""
        with state.autocast(None):
            return [v.stored for v in self.variables]

    def pure_step(self, x: Any, states: Any, values: list[Any]) -> tuple[Any, list[Any], Any]:
        """The step without effects: its result, the Variables' values afterwards, and the losses it added."""
        outer = calling.current()
        context = calling.CallContext(outer.training if outer else None)
        with calling.calling(context):
            result, after = state.pure(call_cell, self.variables)(values, self.cell, x, states)
        pairs = zip(values, after, strict=True)
        self.changed.update(i for i, (old, new) in enumerate(pairs) if new is not old)
        return result, after, sum(context.losses) if context.losses else None

    def end(self, values: list[Any], losses: Any) -> None:
        """After the loop: assign what has changed, and hand the losses of all steps on."""
        for i in sorted(self.changed):
            self.variables[i].store(values[i])
        outer = calling.current()
        if losses is not None and outer is not None:
            outer.losses.append(jnp.sum(losses))


def checked_mask(mask: Any, inputs: Any) -> Any:
    """The mask as booleans of shape (batch, time); None stays None.

    Args:
        mask: array of shape (batch, time) or (batch, time, features), or None.
        inputs: array of shape (batch, time, ...).

    Raises:
        ValueError: batch or time differ.
    """
    if mask is None:
        return None
    mask = jnp.asarray(mask).astype(bool)
    if mask.ndim == 3:
        mask = mask.any(axis=-1)
    if mask.shape != inputs.shape[:2]:
        raise ValueError(f"The mask of a sequence has shape (batch, time), {inputs.shape[:2]}. Received: {mask.shape}.")
    return mask


def _output_before(states: Any, expected: Any) -> Any:
    """What a masked first step gives: the state of the last cell where that can be an output, else zeros."""
    own = states[-1] if isinstance(states[-1], list | tuple) else states
    if hasattr(expected, "shape") and getattr(own[0], "shape", None) == expected.shape:
        return own[0].astype(expected.dtype)
    return jax.tree.map(lambda y: jnp.zeros(y.shape, y.dtype), expected)


def _swap_batch_and_time(x: Any) -> Any:
    return jnp.swapaxes(x, 0, 1)


def _where(condition: Any, x: Any, y: Any) -> Any:
    """`jnp.where` with axes added behind those of the condition."""
    return jnp.where(condition.reshape(condition.shape + (1,) * (x.ndim - condition.ndim)), x, y)
