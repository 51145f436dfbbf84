"""The graph of a functional model: its layers in order, and its outputs from arrays."""

import functools
import math
from collections import Counter
from itertools import zip_longest
from typing import Any

import jax

from ..core import graph, symbolic
from ..core.attached import get_mask, masked
from ..core.symbolic import KerasTensor
from ..layers.core.input_layer import Input
from ..layers.layer import Layer
from .host_part import HostPart


class Graph:
    """Everything between symbolic inputs and outputs.

    Args:
        inputs: tree of KerasTensors.
        outputs: tree of KerasTensors.
        loose: whether data may have other sizes than the inputs, which had none of their own.

    Raises:
        ValueError: the outputs depend on other inputs, or two layers share a name.
        TypeError: something else than a KerasTensor was given.
    """

    def __init__(self, inputs: Any, outputs: Any, loose: bool = False) -> None:
        for what, tree in (("inputs", inputs), ("outputs", outputs)):
            for leaf in jax.tree.leaves(tree):
                if not isinstance(leaf, KerasTensor):
                    raise TypeError(
                        f"Model({what}=...) takes what Input() and layers called on it return. "
                        f"Received {type(leaf).__name__}: {leaf!r}"
                    )
        inputs, outputs = _begun(inputs, outputs)
        self.input_tree, self.output_tree = _single(inputs), _single(outputs)
        self.loose = loose
        self.inputs, self.outputs = symbolic.tensors(inputs), symbolic.tensors(outputs)
        self.nodes, self.operations = graph.between(self.inputs, self.outputs)
        self.layers = [o for o in self.operations if isinstance(o, Layer)]
        for name, count in Counter(o.name for o in self.operations).items():
            if count > 1:
                raise ValueError(f"{count} layers are called {name!r}. Give each a name of its own: files need it.")

    def run(self, values: Any, masks: Any, owner: str) -> Any:
        """Outputs for arrays that stand for the inputs.

        Args:
            values: a tree of arrays like the inputs, a list in their order, or a dictionary by name.
            masks: None, or a mask (or None) per input.
            owner: name of the model, for messages.
        """
        if part := self.host_part:
            values = part.given(values, owner)
            arrays = [self.fit(t, values[name], owner) for name, t in part.passed.items()]
            return graph.run(part.device, list(part.passed.values()), self.output_tree, arrays, {})
        arrays = [self.fit(t, v, owner) for t, v in zip(self.inputs, self.in_order(values, owner), strict=True)]
        given = masks[: len(arrays)] if isinstance(masks, list | tuple) else [masks]
        arrays = [a if mask is None else masked(a, mask, values) for a, mask in zip_longest(arrays, given)]
        return graph.run(self.nodes, self.inputs, self.output_tree, arrays, {})

    @functools.cached_property
    def host_part(self) -> HostPart:
        """What of it runs on the host, before the device; false if nothing does."""
        return HostPart(self)

    @functools.cached_property
    def readers(self) -> dict[int, list[Any]]:
        """What is called on a tensor, by the tensor's identity."""
        found: dict[int, list[Any]] = {}
        for node in self.nodes:
            for tensor in node.inputs:
                found.setdefault(id(tensor), []).append(node.operation)
        return found

    def in_order(self, values: Any, owner: str) -> list[Any]:
        """The values as a list in the order of the inputs; raises `ValueError` if they do not match."""
        if isinstance(values, dict) and not isinstance(self.input_tree, dict):
            missing = [n for n in self.input_names if n not in values]
            if missing:
                raise ValueError(
                    f"Model {owner!r} takes {self.input_names}; the data has {sorted(values)}, but no {missing}."
                )
            return [values[name] for name in self.input_names]
        if isinstance(values, dict) and isinstance(self.input_tree, dict):
            values = {key: values[key] for key in self.input_tree if key in values}
        flat = jax.tree.leaves(values, is_leaf=lambda v: v is None)
        if len(flat) != len(self.inputs):
            raise ValueError(f"Model {owner!r} has {len(self.inputs)} inputs, but received {len(flat)} arrays.")
        return flat

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order."""
        return [t.node.operation.name if t.node is not None and not t.node.inputs else t.name for t in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that give the outputs, in order."""
        return [t.op.name if t.op is not None else t.name for t in self.outputs]

    def fit(self, tensor: KerasTensor, value: Any, owner: str) -> Any:
        """The value with the rank and dtype of the input it stands for."""
        if value is None:
            return None
        shape, name = tuple(value.shape), tensor.op.name if tensor.op is not None else tensor.name
        if len(shape) == tensor.ndim - 1 and tensor.shape[-1] == 1:
            value = masked(value[..., None], get_mask(value))
        elif len(shape) == tensor.ndim + 1 and shape[-1] == 1:
            value = masked(value[..., 0], get_mask(value))
        fits = len(value.shape) == tensor.ndim and (
            self.loose or all(w is None or w == s for w, s in zip(tensor.shape[1:], value.shape[1:], strict=True))
        )
        if not fits:
            shown = ", ".join("any" if s is None else str(s) for s in tensor.shape[1:])
            got = ", ".join(str(s) for s in shape[1:])
            raise ValueError(
                f"Model {owner!r} expected samples of shape ({shown}) at its input {name!r}, but the data has samples "
                f"of shape ({got}) (full shape {shape}). {_advice(tensor.shape, shape)}"
            )
        if (tensor.dtype == "string") != (is_text := value.dtype.kind in "OSU"):
            holds = "text" if is_text else f"numbers ({value.dtype})"
            raise ValueError(
                f"Model {owner!r} expected data of dtype {tensor.dtype} at its input {name!r}, but it holds "
                f"{holds}. Change the data, or Input(dtype=...)."
            )
        if is_text:
            return value
        wanted = jax.dtypes.canonicalize_dtype(tensor.dtype)
        return value if value.dtype == wanted else masked(value.astype(wanted), get_mask(value))


def _advice(wanted: tuple[int | None, ...], got: tuple[int, ...]) -> str:
    if len(got) == len(wanted) - 1 and all(w in (None, g) for w, g in zip(wanted[1:], got, strict=True)):
        single = "The batch axis is missing: for a single sample write x[None]."
        several = "Of several, Input(shape=...) or input_shape= is the shape of one sample: x.shape[1:]."
        return f"{single} {several}" if len(got) > 1 else single
    if None not in wanted[1:] and sorted(got[1:]) == sorted(size or 0 for size in wanted[1:]):
        left = list(range(1, len(got)))
        order = [left.pop(next(i for i, axis in enumerate(left) if got[axis] == size)) for size in wanted[1:]]
        return f"The axes stand in another order: transpose the data with x.transpose(0, {', '.join(map(str, order))})."
    if None not in wanted[1:] and math.prod(got[1:]) == math.prod(size or 1 for size in wanted[1:]):
        return f"The sizes agree: reshape the data with x.reshape((len(x), {', '.join(map(str, wanted[1:]))}))."
    return "Change the data, or the Input(shape=...) of the model."


def _begun(inputs: Any, outputs: Any) -> Any:
    """Inputs and outputs of a model that may begin in the middle of another: it has an Input of its own there.

    The layers are those of the other model, called on the new inputs. So what comes before belongs to neither weights
    nor config.
    """
    given, tree = jax.tree.flatten(inputs)
    own = [Input(batch_shape=t.shape, dtype=t.dtype) if t.node is not None and t.node.inputs else t for t in given]
    if all(new is old for new, old in zip(own, given, strict=True)):
        return inputs, outputs
    nodes, _ = graph.between(given, symbolic.tensors(outputs))
    return jax.tree.unflatten(tree, own), graph.run(nodes, given, outputs, own, {})


def _single(tree: Any) -> Any:
    """A list or tuple of one tensor as that tensor, as Keras gives it."""
    return tree[0] if isinstance(tree, list | tuple) and len(tree) == 1 else tree
