"""A functional model's layers and connections as plain data, in the format of Keras, and back."""

import inspect
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import jax
import numpy as np

from ..core import codec, lookup
from ..core.op import GraphOp, ops
from ..core.symbolic import KerasTensor, Node, is_symbolic, tensors
from ..layers.core.input_layer import InputLayer
from ..layers.layer import layers as layer_table
from ..saving import declared
from .graph_ops import class_of, in_config, op_of


def to_config(model: Any) -> dict[str, Any]:
    """The configuration of a functional model."""
    graph = model.graph
    calls: dict[int, list[Node]] = {id(operation): [] for operation in graph.operations}
    for node in graph.nodes:
        calls[id(node.operation)].append(node)

    def place(tensor: KerasTensor) -> list[Any]:
        made = calls[id(tensor.op)]
        return [tensor.op.name, made.index(tensor.node) if made and tensor.node else 0, tensor.index]

    def end(tensor: KerasTensor) -> list[Any]:
        name, call, index = place(tensor)
        return [name, call + _own_calls(tensor.op), index]

    def special(value: Any) -> Any:
        """What an argument of a call may be besides what a config holds; tensors as their places."""
        if isinstance(value, KerasTensor):
            config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": place(value)}
            return {"class_name": "__keras_tensor__", "config": config}
        if isinstance(value, dict):
            return {key: codec.encode(item, special) for key, item in value.items()}
        if isinstance(value, slice):
            return {"class_name": "__slice__", "config": {k: getattr(value, k) for k in ("start", "stop", "step")}}
        if value is Ellipsis:
            return {"class_name": "__ellipsis__", "config": {}}
        if isinstance(value, jax.Array | np.ndarray) and value.ndim:
            config = {"value": np.asarray(value).tolist(), "dtype": str(value.dtype)}
            return {"class_name": "__numpy__", "config": config}
        return value.item() if isinstance(value, jax.Array) else None

    layers = []
    for operation in graph.operations:
        nodes = calls[id(operation)]
        if isinstance(operation, GraphOp):
            entry, arguments = _encode_op(operation, nodes[0])
        else:
            entry, arguments = codec.encode_object(operation), [(node.args, node.kwargs) for node in nodes]
        inbound = [codec.encode({"args": list(args), "kwargs": kwargs}, special) for args, kwargs in arguments]
        layers.append({**entry, "name": operation.name, "inbound_nodes": inbound})
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": jax.tree.map(place, graph.input_tree),
        "output_layers": jax.tree.map(end, graph.output_tree),
    }


def _own_calls(operation: Any) -> int:
    """Among a model's outputs, Keras counts the graph an inner functional model was made from as its first call."""
    return int(getattr(operation, "graph", None) is not None and not hasattr(operation, "add"))


def _encode_op(operation: GraphOp, node: Node) -> tuple[dict[str, Any], list[Any]]:
    """An op as Keras writes it, and the arguments of its call that are not in its config."""
    name = operation.fn.__name__
    leaves = jax.tree.leaves((node.args, node.kwargs))  # the class of a number is the name of a dtype
    has_function = any(callable(leaf) and not isinstance(leaf, type) for leaf in leaves)
    if getattr(ops.entries.get(name), "__wrapped__", None) is not operation.fn or has_function:
        raise ValueError(
            f"{operation.name!r} cannot be saved: a file holds ops of cornu.ops, and none that is given a function. "
            "Put the call into a layer of your own."
        )
    bound = inspect.signature(operation.fn).bind(*node.args, **node.kwargs)
    config = {key: value for key, value in bound.arguments.items() if in_config(name, key)}
    config |= config.pop("kwargs", {})
    bound.apply_defaults()
    signature = _of_calls(name, bound.signature)
    called = {key: value for key, value in bound.arguments.items() if key in signature.parameters}
    call = inspect.BoundArguments(signature, called)  # type: ignore[arg-type]
    if tensors(config):
        raise ValueError(
            f"{operation.name!r} cannot be saved: a file has no place for a tensor among {sorted(config)}. Put the "
            "call into a layer of your own."
        )
    module, class_name = class_of(name)
    config = {"name": operation.name, **codec.encode(config)}
    entry = {"module": module, "class_name": class_name, "config": config, "registered_name": class_name}
    return entry, [(call.args, call.kwargs)]


def _of_calls(op: str, signature: inspect.Signature) -> inspect.Signature:
    """What an op takes in its calls, besides its config."""
    return inspect.Signature([p for p in signature.parameters.values() if not in_config(op, p.name)])


def from_config(cls: type, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """Make a functional model from a configuration.

    Nothing is computed: every call that the configuration lists is one on symbolic tensors.

    Raises:
        ValueError: a call refers to a layer or a call that is not there, or has no tensor among its arguments.
    """
    config = codec.translated({"class_name": "Functional", "config": config})["config"]
    made: dict[str, Any] = {}
    calls: list[tuple[str, Any]] = []
    with lookup.custom_object_scope(custom_objects):
        for entry in config["layers"]:
            name = entry["name"]
            if name in made:
                raise ValueError(f"The model's config lists two layers called {name!r}.")
            made[name] = _decode_layer(entry, name)
            calls += [(name, call) for call in entry.get("inbound_nodes") or ()]
    outputs = {name: [layer.output] if isinstance(layer, InputLayer) else [] for name, layer in made.items()}

    def tensor(place: Any) -> Any:
        name, call = _source(place, made)
        if not 0 <= call < len(outputs[name]):
            raise ValueError(f"The model's config refers to call {call} of the layer {name!r}, which it does not list.")
        return tensors(outputs[name][call])[place[2]]

    def end(place: Any) -> Any:
        name, call, index = place
        return tensor([name, call - _own_calls(made.get(name)), index])

    sources = [[_source(place, made) for place in _noted(call)] for _, call in calls]
    for name, call in _in_order(calls, sources, {name: len(known) for name, known in outputs.items()}):
        args, kwargs = _decode_call(call, tensor)
        if not is_symbolic((args, kwargs)):
            raise ValueError(
                f"The model's config calls {name!r} without a tensor. Its result would be a constant, which belongs "
                "into the call that needs it; loading a model computes nothing."
            )
        outputs[name].append(made[name](*args, **kwargs))
    inputs = _tensors_at(config["input_layers"], tensor)
    results = _tensors_at(config["output_layers"], end)
    more = {key: codec.decode_value(value) for key, value in config.items() if key not in _OWN}  # of a subclass
    model = cls(inputs, results, name=config.get("name"), **more)
    model._trainable = config.get("trainable", True) is not False  # the layers have flags of their own
    return model


_OWN = {"name", "trainable", "layers", "input_layers", "output_layers"}


def _noted(call: Any) -> list[Any]:
    """The places of the tensors among the arguments of a call."""
    found: list[Any] = []
    _decode_call(call, found.append)
    return found


def _source(place: Any, made: dict[str, Any]) -> tuple[str, int]:
    """The layer that gives a tensor, and in which of its calls."""
    name, call = place[:2]
    if name not in made:
        raise ValueError(f"The model's config refers to a layer {name!r} that it does not list.")
    return name, call


def _in_order(
    calls: list[tuple[str, Any]], sources: list[list[tuple[str, int]]], begun: dict[str, int]
) -> Iterator[tuple[str, Any]]:
    """The calls, each after those whose tensors it takes and after the earlier ones of its layer."""
    places: dict[tuple[str, int], int] = {}
    numbers = Counter(begun)
    for i, (name, _) in enumerate(calls):
        places[name, numbers[name]] = i
        numbers[name] += 1
    after = {
        i: [places[key] for key in ((name, n - 1), *sources[i]) if key in places] for (name, n), i in places.items()
    }
    try:
        yield from (calls[i] for i in TopologicalSorter(after).static_order())
    except CycleError as error:
        stuck = sorted({calls[i][0] for i in error.args[1]})
        fault = f"the layers {stuck[:8]} need outputs of layers that come after them"
        raise ValueError(f"The model's config cannot be put together: {fault}.") from None


def _decode_layer(entry: dict[str, Any], name: str) -> Any:
    if str(entry.get("module") or "").startswith("keras.src.ops") or _is_bare_op(entry):
        return _SavedOp(declared.checked(entry), name)
    return codec.decode(entry, layer_table)


def _is_bare_op(entry: dict[str, Any]) -> bool:
    """Whether an entry is an op as Keras writes it into .h5: without module, and a layer's config would say more."""
    name, calls = entry["class_name"], entry.get("inbound_nodes")
    if entry.get("module") or entry.get("registered_name") or lookup.get_registered_object(name) is not None:
        return False
    if op_of(name) is None or not calls or not isinstance(calls[0], dict):
        return False
    return name not in layer_table.entries or not {"trainable", "dtype"} & set(entry["config"])


class _SavedOp:
    """An op from a file: called, it records a node under its old name."""

    def __init__(self, entry: dict[str, Any], name: str) -> None:
        op = op_of(entry["class_name"]) or lookup.snake_case(entry["class_name"])
        fn = ops.find(op)
        self.operation = GraphOp(getattr(fn, "__wrapped__", fn))
        self.name = self.operation.name = name
        self.signature = inspect.signature(fn)
        known = self.signature.parameters
        static = {k: codec.decode_value(v) for k, v in entry["config"].items() if k != "name"}
        pairs = {k for k in static.keys() & known.keys() if isinstance(known[k].default, tuple)}
        self.static = {k: tuple(v) if k in pairs and isinstance(v, list) else v for k, v in static.items()}
        self.of_calls = _of_calls(op, self.signature)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = {**self.static, **self.of_calls.bind(*args, **kwargs).arguments}
        if any(callable(leaf) for leaf in jax.tree.leaves(values)):
            raise ValueError(
                f"The op {self.name!r} is given a function, which no file holds: put the op into a layer of your own."
            )
        if isinstance(values.get("key"), list):  # JSON has made a list of the index
            values["key"] = tuple(values["key"])
        others = {k: values.pop(k) for k in self.static if k not in self.signature.parameters}
        bound = inspect.BoundArguments(self.signature, values)  # type: ignore[arg-type]
        return self.operation(*bound.args, **bound.kwargs, **others)


def _decode_call(call: Any, tensor: Any) -> tuple[list[Any], dict[str, Any]]:
    return codec.decode_value(call["args"], tensor), codec.decode_value(call["kwargs"], tensor)


def _tensors_at(places: Any, tensor: Any) -> Any:
    """Tensors for a tree of places; a list of one gives that one."""
    if isinstance(places, dict):
        return {key: _tensors_at(value, tensor) for key, value in places.items()}
    if [*map(type, places)] == [str, int, int]:
        return tensor(places)
    found = [_tensors_at(place, tensor) for place in places]
    return found[0] if len(found) == 1 else type(places)(found)
