"""What a training went like, for notebooks: curves of loss and metrics, or a table where there is no matplotlib."""

import base64
import importlib.util
import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ..core import html
from .progress import format_value

_COLUMNS = 3  # pictures in a row
_SIZE = 4.0, 2.8  # of a picture, in inches
_DOTS = 20  # epochs up to which each is marked


def history_html(history: Mapping[str, Sequence[Any]], epochs: Mapping[str, Sequence[int]], count: int) -> str:
    """A picture per metric, training and validation in one; below them the values of the last epoch.

    Args:
        history: values by metric.
        epochs: for each metric the epochs, from 0, that the values are of.
        count: how many epochs there were.
    """
    title = f"History: {count} epoch{'' if count == 1 else 's'}"
    known = {key: dict(zip(epochs.get(key, ()), values, strict=False)) for key, values in history.items()}
    rows = sorted({epoch for values in known.values() for epoch in values})
    drawn = importlib.util.find_spec("matplotlib") is not None and bool(rows)
    cells = [
        [str(epoch + 1), *(format_value(values[epoch]) if epoch in values else "" for values in known.values())]
        for epoch in (rows[-1:] if drawn else rows)
    ]
    table = html.table(title, ["epoch", *known], cells)
    if not drawn:
        return table
    picture = base64.b64encode(_picture(known)).decode()
    return f'<div><img src="data:image/png;base64,{picture}" alt="{title}"/>{table}</div>'


def _picture(known: Mapping[str, Mapping[int, Any]]) -> bytes:
    """A PNG of all curves; each is given as values by epoch."""
    from matplotlib.figure import Figure  # without pyplot, whose figures and settings are the user's
    from matplotlib.ticker import MaxNLocator

    metrics = [*dict.fromkeys(key.removeprefix("val_") for key in known)]
    columns, rows = min(len(metrics), _COLUMNS), -(-len(metrics) // _COLUMNS)
    figure = Figure(figsize=(_SIZE[0] * columns, _SIZE[1] * rows), layout="constrained")
    for place, metric in enumerate(metrics, 1):
        axes = figure.add_subplot(rows, columns, place)
        for key, label in ((metric, "training"), (f"val_{metric}", "validation")):
            values = known.get(key, {})
            if values:
                marker = "." if len(values) < _DOTS else ""
                axes.plot([epoch + 1 for epoch in values], [*values.values()], label=label, marker=marker)
        axes.set(title=metric, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        if len(axes.lines) > 1:
            axes.legend()
    written = io.BytesIO()
    with warnings.catch_warnings():  # a sign that the font lacks is drawn as a box
        warnings.simplefilter("ignore")
        figure.savefig(written, format="png", dpi=100)
    return written.getvalue()
