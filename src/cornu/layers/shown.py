"""A layer as a table, for notebooks."""

from typing import TYPE_CHECKING, Any

from ..core import html
from ..core.arguments import parameters
from .options import OF_ALL

if TYPE_CHECKING:
    from .layer import Layer


def layer_html(layer: "Layer") -> str:
    """Its arguments and its weights.

    Args:
        layer: any layer.
    """
    shared = {*OF_ALL, "input_shape", "weights"}  # by all layers
    named = [p.name for p in parameters(type(layer).__init__) if p.name not in shared]
    names = [name for name in named if getattr(layer, name, None) is not None]
    rows = [(name, _word(getattr(layer, name))) for name in names]
    rows += [(v.path, f"{v.shape}, {v.dtype}{'' if v.trainable else ', not trained'}") for v in layer.weights]
    notes = [] if layer.built else ["Its weights are made when it is first called."]
    return html.table(f'{type(layer).__name__} "{layer.name}"', (), rows, notes)


def _word(value: Any) -> str:
    """A value in a few characters: `relu`, `GlorotUniform`, `(3, 3)`."""
    if callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
