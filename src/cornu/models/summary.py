"""summary: a model as a table of layers, shapes, parameters and connections."""

import itertools
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core import html
from ..core.console import say
from ..core.lookup import nearest
from ..core.symbolic import tensors
from ..layers.calling import shapes_of
from ..layers.holder import own_variables
from ..layers.layer import Layer

_COLUMNS: dict[str, Any] = {  # and how each is laid out
    **dict.fromkeys(("Layer (type)", "Output shape"), {"overflow": "fold"}),
    "Params": {"justify": "right", "no_wrap": True},
    "Connected to": {"overflow": "fold"},
    "Trained": {"justify": "center"},
}


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print a table of the layers: name and class, output shape, parameters, and what feeds them.

    Args:
        model: the model.
        line_length: width in characters; the terminal's by default.
        positions: accepted for compatibility.
        print_fn: function that takes the text, in place of printing it.
        expand_nested: whether layers of inner models are listed.
        show_trainable: whether a column tells which layers are trained.
        layer_range: names of the first and the last layer to list.

    Raises:
        ValueError: a layer named in `layer_range` does not exist.
    """
    from rich.console import Console
    from rich.table import Table

    title, titles, rows = _cells(model, expand_nested, show_trainable, layer_range)
    table = Table(title=title, title_justify="left", expand=False)
    for name in titles:
        table.add_column(name, **_COLUMNS[name])
    for cells in rows:
        table.add_row(*cells)
    live = print_fn is None and bool(getattr(sys.stdout, "isatty", lambda: False)())
    width = line_length or (shutil.get_terminal_size((100, 24)).columns if live else 100)
    console = Console(width=width, file=sys.stdout, force_terminal=None if live else False, force_jupyter=False)
    with console.capture() as capture:
        console.print(table)
        for line in _totals(model):
            console.print(line, highlight=False)
    if print_fn is None:
        say(capture.get().removesuffix("\n"))
    else:
        print_fn(capture.get())


def summary_html(model: Any) -> str:
    """The same table for a notebook.

    Args:
        model: the model.
    """
    title, titles, rows = _cells(model, expand_nested=False, show_trainable=True)
    return html.table(title, titles, rows, _totals(model))


def _cells(
    model: Any, expand_nested: bool, show_trainable: bool, layer_range: Sequence[str] | None = None
) -> tuple[str, list[str], list[list[str]]]:
    """The table: its title, the titles of its columns, and its rows."""
    rows = _rows(model, expand_nested, _chosen(model, layer_range), {})
    shown = {**_COLUMNS, "Connected to": any(branches for _, branches in rows), "Trained": show_trainable}
    cells = [[*itertools.compress(row, shown.values())] for row, _ in rows]
    return f'Model: "{model.name}"', [title for title in shown if shown[title]], cells


def _chosen(model: Any, layer_range: Sequence[str] | None) -> list[Any]:
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


def _rows(
    model: Any, expand_nested: bool, listed: list[Any], found: dict[int, dict[int, Any]], depth: int = 0
) -> list[tuple[list[str], bool]]:
    """The cells of all columns for each layer, and whether it is fed by something else than the layer above."""
    calls: dict[int, list[Any]] = {}
    for node in model.graph.nodes if model.graph is not None else ():
        calls.setdefault(id(node.operation), []).append(node)
    rows = []
    previous = None
    for layer in listed:
        nodes = calls.get(id(layer), [])
        sources = [t.op for node in nodes for t in node.inputs if t.op is not None]
        fed = list(dict.fromkeys(source.name for source in sources))
        skips = len(nodes) > 1 or any(s is not previous for s in sources) and previous is not None
        weights = list(_weights(layer, found).values())
        known = weights or getattr(layer, "built", True)
        trained = any(v.trainable for v in weights) and layer.trainable
        kind = type(layer).__name__ if isinstance(layer, Layer) else "op"
        cells = [
            f"{'  ' * min(depth, 12)}{layer.name} ({kind})",
            _shape(nodes or getattr(layer, "_nodes", [])),
            f"{sum(v.size for v in weights):,}" if known else "not built",
            ", ".join(fed),
            "yes" if trained else "no" if weights else "",
        ]
        rows.append((cells, bool(nodes) and (len(fed) != 1 or skips)))
        previous = layer
        if expand_nested and hasattr(layer, "graph"):
            rows.extend(_rows(layer, True, _chosen(layer, None), found, depth + 1))
    return rows


def _weights(layer: Any, found: dict[int, dict[int, Any]]) -> dict[int, Any]:
    """The weights of a layer by identity; those of a model from what its layers have, so that each is met once."""
    if id(layer) not in found:
        models = hasattr(layer, "graph")
        found[id(layer)] = {id(v): v for v in (own_variables(layer) if models else getattr(layer, "weights", []))}
        for inner in layer._sublayers() if models else ():
            found[id(layer)] |= _weights(inner, found)
    return found[id(layer)]


def _shape(nodes: list[Any]) -> str:
    """The shapes that the first call gave."""
    shapes = [shapes_of(t) for node in nodes[:1] for t in tensors(node.outputs)]
    shown = ["(" + ", ".join("None" if s is None else str(s) for s in shape) + ")" for shape in shapes]
    return ", ".join(shown) or "?"


def _totals(model: Any) -> list[str]:
    from rich.filesize import decimal

    trained = sum(v.size for v in model.trainable_weights)
    frozen = sum(v.size for v in model.non_trainable_weights)
    size = sum(v.size * np.dtype(v.spec().dtype).itemsize for v in model.weights)
    if not model.built:
        return ["The model is not built yet: call it on data, or begin with Input(shape=...)."]
    return [
        f"Total params: {trained + frozen:,} ({decimal(size)})",
        f"Trainable params: {trained:,}",
        f"Non-trainable params: {frozen:,}",
    ]
