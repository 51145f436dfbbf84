"""Weights of a model in a file with a group per object, found by the attribute that holds it.

layers/dense/vars/0             the first Variable of the first Dense layer
layers/dense_1/vars/0           ... of the second
layers/bidirectional/forward_layer/cell/vars/0
optimizer/vars/0                the state of the optimizer
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ..core import lending, parts
from ..core.lookup import snake_case
from ..core.reading import Reading
from ..layers.holder import own_variables, saves_itself
from ..layers.layer import Layer
from ..optimizers.optimizer import Optimizer
from .layerwise import READINGS, refuse_missing, write_array, write_names
from .plan import Pairs, matched, optimizer_pairs
from .reader import Group


def at_rest(model: Any) -> Any:
    """A `with` block in which no other thread trains the model: what is written there is one state of it."""
    optimizer = getattr(model, "optimizer", None)
    return lending.back(*model.variables, *(optimizer.variables if optimizer else ()))


def write_structure(group: Any, model: Any) -> None:
    """Write the Variables of a model, its layers and its optimizer.

    Args:
        group: empty h5py group.
        model: the model.
    """

    at = places(group)
    for path, owner in walk(model):
        inner = at(f"{path}/vars".lstrip("/"))
        inner.attrs["name"] = owner.name
        for name, value in stored(owner).items():
            write_array(inner, name, value)
    if adapted := readings(model):
        write_names(group, READINGS, adapted)


def places(group: Any) -> Callable[[str], Any]:
    """A function that makes the h5py group at a path, from the one above: paths of models inside models are long."""

    @functools.cache
    def at(path: str) -> Any:
        above, _, name = path.rpartition("/")
        return at(above).require_group(name) if path else group

    return at


def stored(owner: Any) -> dict[str, Any]:
    """What is saved of a layer or optimizer itself, by name."""
    if saves_itself(owner):
        store: dict[str, Any] = {}
        owner.save_own_variables(store)
        return store
    own = owner.variables if isinstance(owner, Optimizer) else own_variables(owner)
    return {str(i): v for i, v in enumerate(own)}


def plan_structure(group: Group, model: Any, skip_mismatch: bool) -> tuple[Pairs, list[tuple[Any, dict[str, Any]]]]:
    """Match Variables by their place in the model.

    Returns:
        Pairs of Variable and array, and pairs of a layer that loads itself and its arrays.
    """

    @functools.cache
    def at(path: str) -> Group | None:
        above, _, name = path.rpartition("/")
        return _below(at(above), name) if path else group

    refuse_missing(group, sorted(set(group.strings(READINGS)) - set(readings(model))), skip_mismatch)
    pairs: Pairs = []
    custom = []
    for path, owner in walk(model):
        found = at(f"{path}/vars".lstrip("/"))
        stored = found.names() if found is not None else []
        if saves_itself(owner):
            if isinstance(owner, Optimizer) and stored and model.built:
                owner.build(model.trainable_variables)
            custom.append((owner, {name: found.array(name) for name in stored} if found is not None else {}))
            continue
        arrays = [found.array(str(i)) for i in range(len(stored))] if found is not None else []
        if not isinstance(owner, Optimizer):
            what = f"Layer {owner.name!r} (at {path or 'the top'} in the file)"
            pairs += matched(own_variables(owner), arrays, what, skip_mismatch)
        elif arrays:
            if len(arrays) > 2 and path == "optimizer" and model.built:  # more than the number of steps and the rate
                owner.build(model.trainable_variables)  # a state that it has no slots for would be lost
            pairs += optimizer_pairs(owner, arrays, group.where) if owner.built else []
    return pairs, custom


def readings(model: Any) -> list[str]:
    """Where Variables are read through something."""
    return [path for path, owner in walk(model) if isinstance(owner, Reading)]


def _below(group: Group | None, name: str) -> Group | None:
    """The group of that name in another; some were private or public attributes in other versions."""
    other = name.removeprefix("_") if name.startswith("_") else f"_{name}"
    found = next((each for each in (name, other) if group is not None and each in group), None)
    return group.group(found) if group is not None and found is not None else None


def walk(model: Any) -> Iterator[tuple[str, Any]]:
    """The layers and optimizers in a model with their paths, each at the first place where it is met."""
    inner = parts.walk(
        model, of=_attributes, inside=_items, into=lambda part: isinstance(part, Layer | Reading | Optimizer)
    )
    for path, part in inner:
        if isinstance(part, Layer | Optimizer | Reading):
            yield "/".join(path), part


def _attributes(owner: Any) -> list[tuple[str, Any]]:
    """Attributes that may hold layers, in the order of Keras: by name, private ones last, `layers` of a graph first."""
    named = {name: value for name, value in vars(owner).items() if name not in _FRAMEWORK}
    if isinstance(owner, Optimizer):  # which may be made of others
        return [(n, named[n]) for n in ("inner_optimizer", "optimizers") if n in named]
    is_model = hasattr(type(owner), "graph")
    if is_model:
        named["layers"] = owner.layers
        if owner.optimizer is not None:
            named["optimizer"] = owner.optimizer
    first = "layers" if is_model and owner.graph is not None else None
    return sorted(named.items(), key=lambda item: (item[0] != first, "~" * item[0].startswith("_") + item[0]))


def _items(container: Any) -> list[tuple[str, Any]]:
    """What a list holds, named by its class as Keras does: `dense`, `dense_1`, ..."""
    used: Counter[str] = Counter()
    named = []
    for item in container.values() if isinstance(container, dict) else container:
        kind = _kind(item)
        if kind is not None:
            named.append((f"{kind}_{used[kind]}" if used[kind] else kind, item))
            used[kind] += 1
    return named


def _kind(item: Any) -> str | None:
    """What an item of a list is called in paths."""
    if isinstance(item, list | tuple | dict):
        return "container"
    if isinstance(item, Layer | Optimizer | Reading):
        return snake_case(vars(type(item)).get("_saved_as", (None, type(item).__name__))[1])
    return None


_FRAMEWORK = {"_layers", "_graph", "_input_layer"}  # what a model keeps for itself: its layers are found as `layers`
