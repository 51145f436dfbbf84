"""`merge(tensors, mode="sum")` of Keras 1: one function for what are layers of their own today."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import layers
from ..core.doubt import tell
from ..core.lookup import nearest

_MODES = {"sum": "add", "mul": "multiply", "ave": "average", "max": "maximum", "concat": "concatenate"}
_MODES |= {"dot": "dot", "cos": "dot"}


def merge(
    inputs: Sequence[Any],
    mode: str | Callable[[Any], Any] = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict[str, Any] | None = None,
    name: str | None = None,
) -> Any:
    """Tensors merged into one.

    Args:
        inputs: symbolic tensors, or arrays.
        mode: `"sum"`, `"mul"`, `"concat"`, `"ave"`, `"dot"`, `"cos"`, `"max"`, or a function of the list.
        concat_axis: axis of `"concat"`.
        dot_axes: axes of `"dot"` and `"cos"`.
        output_shape: for a function, as in `Lambda`.
        output_mask: for a function, the mask of the result.
        arguments: for a function, its further arguments.
        name: name of the layer.

    Raises:
        ValueError: there is no such mode.
    """
    if callable(mode):
        layer = layers.Lambda(mode, output_shape=output_shape, mask=output_mask, arguments=arguments, name=name)
        return layer(list(inputs))
    if mode not in _MODES:
        raise ValueError(f"merge() has no mode {mode!r}. {nearest(str(mode), _MODES)}")
    today = _MODES[mode]
    more = ", normalize=True" if mode == "cos" else ""
    tell(f"merge(..., mode={mode!r}) is called cornu.layers.{today}(...{more}) today.")
    if today == "dot":
        return layers.dot(inputs, axes=dot_axes, normalize=mode == "cos", name=name)
    axis = {"axis": concat_axis} if today == "concatenate" else {}
    return getattr(layers, today)(inputs, **axis, name=name)
