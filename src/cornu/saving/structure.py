"""Weights of a model in the layout of Keras 3: a group per object, found by the attribute that holds it.

layers/dense/vars/0             the first Variable of the first Dense layer
layers/dense_1/vars/0           ... of the second
layers/bidirectional/forward_layer/cell/vars/0
optimizer/vars/0                the state of the optimizer
"""

import functools
from collections.abc import Iterator
from typing import Any

from ..core.lookup import snake_case
from ..layers.layer import Layer
from ..optimizers.optimizer import Optimizer
from .legacy import own_variables, write_array
from .plan import Pairs, matched, optimizer_pairs
from .reader import Group


def write_structure(group: Any, model: Any) -> None:
    """Write the Variables of a model, its layers and its optimizer.

    Args:
        group: empty h5py group.
        model: the model.
    """
    for path, owner in walk(model):
        inner = group.require_group(f"{path}/vars".lstrip("/"))
        inner.attrs["name"] = owner.name
        for name, value in _stored(owner).items():
            write_array(inner, name, value)


def _stored(owner: Any) -> dict[str, Any]:
    """What is saved of a layer or optimizer itself, by name."""
    if isinstance(owner, Optimizer):
        return {str(i): v for i, v in enumerate(owner.variables)}
    if hasattr(type(owner), "save_own_variables"):
        store: dict[str, Any] = {}
        owner.save_own_variables(store)
        return store
    return {str(i): v for i, v in enumerate(own_variables(owner))}


def plan_structure(group: Group, model: Any, skip_mismatch: bool) -> tuple[Pairs, list[tuple[Any, dict[str, Any]]]]:
    """Match Variables by their place in the model.

    Returns:
        Pairs of Variable and array, and pairs of a layer that loads itself and its arrays.
    """
    pairs: Pairs = []
    custom = []
    for path, owner in walk(model):
        found = _find(group, path)
        stored = found.names() if found is not None else []
        what = f"Layer {owner.name!r} (at {path or 'the top'} in the file)"
        if isinstance(owner, Optimizer):
            if found is not None and owner.built and stored:
                arrays = [found.array(str(i)) for i in range(len(stored))]
                pairs += optimizer_pairs(owner, arrays, group.where)
        elif hasattr(type(owner), "load_own_variables"):
            custom.append((owner, {name: found.array(name) for name in stored} if found is not None else {}))
        elif stored or own_variables(owner):
            arrays = [found.array(str(i)) for i in range(len(stored))] if found is not None else []
            pairs += matched(own_variables(owner), arrays, what, skip_mismatch)
    return pairs, custom


def _find(group: Group, path: str) -> Group | None:
    """The `vars` group at a path, some parts of which were private or public attributes in other versions."""
    for name in filter(None, path.split("/")):
        other = name.removeprefix("_") if name.startswith("_") else f"_{name}"
        if name not in group and other not in group:
            return None
        group = group.group(name if name in group else other)
    return group.group("vars") if "vars" in group else None


def walk(owner: Any, path: str = "", seen: dict[int, Any] | None = None) -> Iterator[tuple[str, Any]]:
    """The layers and optimizers in a model with their paths, each at the first place where it is met."""
    seen = {} if seen is None else seen  # holds what it has seen, so that no other object gets the same id
    if id(owner) in seen:
        return
    seen[id(owner)] = owner
    yield path, owner
    for name, value in _attributes(owner):
        yield from _inside(value, f"{path}/{name}".lstrip("/"), seen)


def _inside(value: Any, path: str, seen: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Layer | Optimizer):
        yield from walk(value, path, seen)
    elif isinstance(value, list | tuple | dict) and id(value) not in seen:
        seen[id(value)] = value
        used: dict[str, int] = {}
        for item in value.values() if isinstance(value, dict) else value:
            kind = _kind(item)
            if kind is not None:
                count = used[kind] = used.get(kind, -1) + 1
                yield from _inside(item, f"{path}/{kind}_{count}" if count else f"{path}/{kind}", seen)


def _kind(item: Any) -> str | None:
    """What an item of a list is called in paths."""
    if isinstance(item, list | tuple | dict):
        return "container"
    if isinstance(item, Layer | Optimizer):
        return snake_case(vars(type(item)).get("_saved_as", (None, type(item).__name__))[1])
    return None


def _attributes(owner: Any) -> list[tuple[str, Any]]:
    """Attributes that may hold layers, in the order of Keras: by name, private ones last, `layers` of a graph first."""
    named = {name: value for name, value in vars(owner).items() if name not in _framework()}
    is_model = hasattr(type(owner), "graph")
    if is_model:
        named["layers"] = owner.layers
        if owner.optimizer is not None:
            named["optimizer"] = owner.optimizer
    ordered = sorted(named.items(), key=lambda item: "~" + item[0] if item[0].startswith("_") else item[0])
    if is_model and owner.graph is not None:
        ordered.sort(key=lambda item: item[0] != "layers")
    return ordered


@functools.cache
def _framework() -> frozenset[str]:
    """Attributes that every layer and model has; what they hold is found otherwise."""
    models = {"_layers", "_graph", "_tensors", "_input_layer", "_own_weights", "_compiled", "optimizer", "plan"}
    return frozenset({*vars(Layer(name="layer")), *models})
