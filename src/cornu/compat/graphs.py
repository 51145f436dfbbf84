"""Models of Keras 1 and 2 in the form of today: each call by its arguments, each tensor by its place in a call."""

from collections.abc import Callable
from typing import Any


def renewed(config: Any) -> Any:
    """Today's form of a model's config.

    Args:
        config: a functional model's, or the bare list of layers that a Sequential of Keras 1 is.

    Returns:
        An equal config if it is one of today.

    Example:
        >>> old = {"layers": [{"config": {"name": "a"}, "inbound_nodes": [[["x", 0, 0, {}]]]}],
        ...        "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]]}
        >>> renewed(old)["layers"][0]["inbound_nodes"]
        [{'args': [{'class_name': '__keras_tensor__', 'config': {'keras_history': ['x', 0, 0]}}], 'kwargs': {}}]
    """
    if isinstance(config, list):
        return {"layers": config}
    if "output_layers" not in config:
        return config
    entries = [_named(entry) for entry in config["layers"]]
    calls = [call for entry in entries for call in entry.get("inbound_nodes") or ()]
    ends = {key: config[key] for key in ("input_layers", "output_layers")}
    if not any(isinstance(call, dict) and "args" in call for call in calls):
        models = {entry["name"]: entry["config"] for entry in entries if "layers" in entry["config"]}
        first: dict[str, int] = {}  # the number of a model's first call: its own graph counted as call 0

        def noted(place: list[Any]) -> None:
            name, call = place[:2]
            first[name] = min(call, first.get(name, call)) if name in models else 0
            _mapped(noted, place[3:])

        def tensor(place: list[Any]) -> dict[str, Any]:
            name, call, index = place[:3]
            history = [name, call - first[name], index]
            return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}

        def output(place: list[Any]) -> list[Any]:
            name, call, index = place[:3]
            return [name, call - first[name] + ("output_layers" in models.get(name, ())), index]  # it counts still

        _mapped(noted, [calls, *ends.values()])
        for entry in entries:
            entry["inbound_nodes"] = [_call(call, tensor) for call in entry.get("inbound_nodes") or ()]
        ends["output_layers"] = _mapped(output, ends["output_layers"])
    return {**config, "layers": entries, **ends}


def _named(entry: dict[str, Any]) -> dict[str, Any]:
    """A layer's entry with its name, and a config that has it too."""
    config = {"layers": entry["config"]} if isinstance(entry["config"], list) else entry["config"]
    name = entry.get("name") or config["name"]
    return {**entry, "name": name, "config": {"name": name, **config}}


def _mapped(fn: Callable[[list[Any]], Any], tree: Any) -> Any:
    """The tree with what `fn` gives in place of every place of a tensor."""
    if isinstance(tree, list) and len(tree) in (3, 4) and [*map(type, tree[:3])] == [str, int, int]:
        return fn(tree)
    if isinstance(tree, dict):
        return {key: _mapped(fn, item) for key, item in tree.items()}
    return [_mapped(fn, item) for item in tree] if isinstance(tree, list) else tree


def _call(call: Any, tensor: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """One call: its tensors, and the arguments that were written behind each of them."""
    more: dict[str, Any] = {}

    def taken(place: list[Any]) -> Any:
        more.update(place[3] if len(place) > 3 and isinstance(place[3], dict) else {})
        return tensor(place)

    inputs = _mapped(taken, call)
    inputs = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else inputs
    return {"args": [inputs], "kwargs": _mapped(tensor, more)}
