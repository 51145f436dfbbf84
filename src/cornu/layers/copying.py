"""Copies of layers and models, by `copy` and `pickle`: the same configuration and state, and nothing shared."""

import copy
from typing import Any

import jax

from ..core import codec, lending, lookup, parts
from ..core.holders import is_users
from ..core.variable import Variable


def reduced(layer: Any) -> tuple[Any, ...]:
    """What `pickle` keeps of a layer: how to make it, and what to put into it.

    Args:
        layer: a layer or model.
    """
    compiled = layer.get_compile_config() if hasattr(layer, "get_compile_config") else None
    optimizer = layer.optimizer if compiled else None
    variables = layer.variables
    inside = {id(v) for v in parts.all_variables(*[v.reading for v in variables if v.reading is not None])}
    places = {id(variable): place for place, variable in enumerate(variables)}
    values = lending.copies([*variables, *(optimizer.variables if optimizer else ())]) if layer.built else []
    state = {
        "shapes": layer.get_build_config(),
        "values": [(value, v.trainable) for value, v in zip(values, variables, strict=False)],
        "readings": [copy.deepcopy(v.reading) for v in variables if id(v) not in inside],
        "compiled": compiled,
        "slots": values[len(places) :],
        "with_slots": [places[id(v)] for v in optimizer.updated() if id(v) in places] if optimizer else [],
    }
    return _revived, (codec.encode_object(layer), own_objects(layer), state)


def _revived(encoded: dict[str, Any], own: dict[str, Any], state: dict[str, Any]) -> Any:
    """The layer that `reduced` described."""
    with lookup.custom_object_scope(own):
        layer = codec.decode(encoded)
        if state["values"] and not layer.built:
            layer.build_from_config(state["shapes"] or {})
        for variable, reading in zip(layer.variables, state["readings"], strict=False):
            variable.reading = reading
        _put(layer.variables, [value for value, _ in state["values"]], layer.name)
        variables = layer.variables
        if state["compiled"] is not None:
            for variable in variables:
                variable.trainable = False
            layer.compile_from_config(state["compiled"])
            if state["slots"]:
                layer.optimizer.build([variables[place] for place in state["with_slots"]])
                _put(layer.optimizer.variables, state["slots"], "the optimizer")
        for variable, (_, trainable) in zip(variables, state["values"], strict=True):
            variable.trainable = trainable
    return layer


def _put(variables: list[Variable], values: list[Any], what: str) -> None:
    if [v.stored_shape for v in variables] != [value.shape for value in values]:
        raise ValueError(
            f"A copy of {what!r} cannot be made: its get_config() and build() make other weights than it has. Let "
            "get_config() return every argument of the constructor."
        )
    lending.store(variables, values)


def own_objects(layer: Any) -> dict[str, Any]:
    """The user's own classes and functions in a layer and what it was compiled with, by the names in configurations."""
    found: dict[str, Any] = {}
    owners = [part for _, part in parts.walk(layer) if not isinstance(part, Variable)]
    compiled = layer._compilation() if hasattr(layer, "_compilation") else None
    told = [compiled.optimizer, *jax.tree.leaves(compiled.settings)] if compiled else []
    for part in (*owners, *told):
        held = [part, *getattr(part, "__dict__", {}).values()]
        for item in (*held, *map(type, held)):
            known = getattr(item, "__name__", None)
            if callable(item) and known and is_users(item):
                found[lookup.get_registered_name(item)] = found[known] = item
        if hasattr(part, "given_again"):
            found |= part.given_again()
    return found
