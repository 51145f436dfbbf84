"""What travels with an array: its mask, and the logits that probabilities were made from.

A mask says which steps of a sequence are real and which are padding. The logarithm of a softmax, computed from the
logits, is exact where probabilities round to 0 or 1, costs half the kernels, and keeps its gradient where a probability
would be clipped; Keras on TensorFlow finds the logits likewise.

Both are attached to the array itself. A transform of JAX (a gradient, a loop, a compiled program) gives new arrays:
`pack` makes what is attached part of the tree that passes through, `unpack` attaches it again on the other side.
"""

import functools
import weakref
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from . import state


@jax.tree_util.register_dataclass
@dataclass
class Packed:
    """An array with what is attached to it, as a tree that JAX's transforms know.

    Args:
        array: the array.
        mask: its mask, or None.
        logits: what probabilities were made from, or None.
        kind: `"softmax"` or `"sigmoid"`, where there are logits.
        axis: the axis of a softmax.
    """

    array: Any = None
    mask: Any = None
    logits: Any = None
    kind: str | None = field(default=None, metadata={"static": True})
    axis: Any = field(default=None, metadata={"static": True})


_entries: dict[int, tuple[Any, Packed]] = {}


def _of(array: Any) -> Packed | None:
    found = _entries.get(id(array))
    return found[1] if found is not None and found[0]() is array else None


def _for(array: Any) -> Packed:
    """What is attached to an array, to be changed; it lives as long as the array."""
    found = _of(array)
    if found is None:
        key = id(array)
        found = Packed()
        _entries[key] = (weakref.ref(array, functools.partial(_forget, key)), found)
    return found


def _forget(key: int, ref: Any, entries: dict[int, Any] = _entries) -> None:  # which outlives the module's names
    if key in entries and entries[key][0] is ref:  # another array may have the number by now
        entries.pop(key, None)


def get_mask(array: Any) -> Any:
    """The mask attached to an array, or None."""
    found = _of(array)
    return found.mask if found is not None else None


def set_mask(array: Any, mask: Any) -> None:
    """Attach a mask to an array, for as long as the array lives; None removes it."""
    if mask is not None or _of(array) is not None:
        _for(array).mask = mask


def masked(array: Any, mask: Any, inputs: Any = ()) -> Any:
    """An array with a mask; a copy of it if it is one of the inputs, whose own mask must stay.

    Args:
        array: what a layer gave.
        mask: its mask.
        inputs: what the layer received.
    """
    if get_mask(array) is mask:
        return array
    if any(array is given for given in jax.tree.leaves(inputs)):
        array = jnp.copy(array)
    set_mask(array, mask)
    return array


def keep_logits(probabilities: Any, kind: str, logits: Any, axis: Any = None) -> Any:
    """Remember, inside a step of the library, what probabilities were made from; return them.

    Not outside, where an array's logits would stay in memory with it.

    Args:
        probabilities: `softmax(logits)` or `sigmoid(logits)`.
        kind: `"softmax"` or `"sigmoid"`.
        logits: an array of the same shape.
        axis: the axis of a softmax.
    """
    if isinstance(probabilities, jax.core.Tracer) or state.active() is not None:
        kept = _for(probabilities)
        kept.logits, kept.kind, kept.axis = logits, kind, axis
    return probabilities


def find_logits(probabilities: Any, kind: str, axis: int | None = None) -> Any:
    """The logits that probabilities were made from in that way along that axis, or None."""
    found = _of(probabilities)
    if found is None or found.kind != kind:
        return None
    same = axis is None or (isinstance(found.axis, int) and (found.axis - axis) % probabilities.ndim == 0)
    return found.logits if same else None


def pack(tree: Any, logits: bool = True) -> Any:
    """The tree with a `Packed` for every array that has something attached, which so passes through a transform.

    Args:
        tree: tree of arrays.
        logits: whether logits pass too.
    """

    def packed(array: Any) -> Any:
        found = _of(array)
        if found is None or (found.mask is None and not logits):
            return array
        return Packed(array, found.mask, *((found.logits, found.kind, found.axis) if logits else ()))

    return jax.tree.map(packed, tree)


def unpack(tree: Any) -> Any:
    """Undo `pack`: the arrays, with everything attached to them again."""

    def unpacked(kept: Any) -> Any:
        if not isinstance(kept, Packed):
            return kept
        if kept.mask is not None:
            set_mask(kept.array, kept.mask)
        if kept.logits is not None:
            keep_logits(kept.array, str(kept.kind), kept.logits, kept.axis)
        return kept.array

    if isinstance(tree, (Packed, jax.Array)):  # one array: no tree to walk
        return unpacked(tree)
    return jax.tree.map(unpacked, tree, is_leaf=lambda leaf: isinstance(leaf, Packed))
