"""summary: a model as a table of layers, shapes, parameters and connections."""

import shutil
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.lookup import nearest
from ..core.symbolic import tensors
from ..layers.calling import shapes_of
from ..layers.layer import Layer


def print_summary(
    model: Any,
    line_length: int | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: list[str] | None = None,
) -> None:
    """Print the table that `Model.summary` describes."""
    from rich.console import Console
    from rich.table import Table

    rows = _rows(model, expand_nested, _chosen(model, layer_range))
    connected = any(len(row["from"]) != 1 or row["skips"] for row in rows if not row["input"])
    table = Table(title=f'Model: "{model.name}"', title_justify="left", expand=False)
    table.add_column("Layer (type)", overflow="fold")
    table.add_column("Output shape", overflow="fold")
    table.add_column("Params", justify="right", no_wrap=True)
    if connected:
        table.add_column("Connected to", overflow="fold")
    if show_trainable:
        table.add_column("Trained", justify="center")
    for row in rows:
        cells = [f"{'  ' * row['depth']}{row['name']} ({row['type']})", row["shape"], row["params"]]
        cells += [", ".join(row["from"])] if connected else []
        cells += [row["trained"]] if show_trainable else []
        table.add_row(*cells)
    live = print_fn is None and _is_terminal()
    width = line_length or (shutil.get_terminal_size((100, 24)).columns if live else 100)
    console = Console(width=width, file=sys.stdout, force_terminal=None if live else False)
    with console.capture() as capture:
        console.print(table)
        for line in _totals(model):
            console.print(line, highlight=False)
    text = capture.get()
    if print_fn is None:
        print(text, end="")
    else:
        print_fn(text)


def _is_terminal() -> bool:
    return bool(getattr(sys.stdout, "isatty", lambda: False)())


def _chosen(model: Any, layer_range: list[str] | None) -> list[Any]:
    """The layers (and ops, where a graph has some) to list."""
    listed = model.operations if model.graph is not None and not hasattr(model, "_tensors") else model.layers
    if layer_range is None:
        return list(listed)
    names = [layer.name for layer in listed]
    for name in layer_range:
        if name not in names:
            raise ValueError(f"layer_range names {name!r}, which is no layer of the model. {nearest(name, names)}")
    first, last = (names.index(name) for name in layer_range)
    return list(listed)[first : last + 1]


def _rows(model: Any, expand_nested: bool, listed: list[Any], depth: int = 0) -> list[dict[str, Any]]:
    calls: dict[int, list[Any]] = {}
    for node in model.graph.nodes if model.graph is not None else ():
        calls.setdefault(id(node.operation), []).append(node)
    rows = []
    previous = None
    for layer in listed:
        nodes = calls.get(id(layer), [])
        sources = [t.node.operation for node in nodes for t in node.inputs if t.node is not None]
        begins = bool(getattr(layer, "_nodes", None)) and not layer._nodes[0].inputs
        weights = getattr(layer, "weights", [])
        known = weights or getattr(layer, "built", True)
        trained = any(v.trainable for v in weights) and layer.trainable
        rows.append(
            {
                "depth": depth,
                "name": layer.name,
                "type": type(layer).__name__ if isinstance(layer, Layer) else "op",
                "shape": _shape(layer, nodes, begins),
                "params": f"{sum(v.size for v in weights):,}" if known else "not built",
                "from": list(dict.fromkeys(s.name for s in sources)),
                "skips": len(nodes) > 1 or any(s is not previous for s in sources) and previous is not None,
                "input": begins or not nodes,
                "trained": "yes" if trained else "no" if weights else "",
            }
        )
        previous = layer
        if expand_nested and hasattr(layer, "graph"):
            rows.extend(_rows(layer, True, _chosen(layer, None), depth + 1))
    return rows


def _shape(layer: Any, nodes: list[Any], begins: bool) -> str:
    outputs = (
        nodes[0].outputs if nodes else layer._nodes[0].outputs if begins or getattr(layer, "_nodes", None) else None
    )
    if outputs is None:
        return "?"
    shapes = [shapes_of(t) for t in tensors(outputs)]
    shown = ["(" + ", ".join("None" if s is None else str(s) for s in shape) + ")" for shape in shapes]
    return ", ".join(shown)


def _totals(model: Any) -> list[str]:
    trained = sum(v.size for v in model.trainable_weights)
    frozen = sum(v.size for v in model.non_trainable_weights)
    size = sum(v.size * np.dtype(v.spec().dtype).itemsize for v in model.weights)
    if not model.built:
        return ["The model is not built yet: call it on data, or begin with Input(shape=...)."]
    return [
        f"Total params: {trained + frozen:,} ({_bytes(size)})",
        f"Trainable params: {trained:,}",
        f"Non-trainable params: {frozen:,}",
    ]


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
