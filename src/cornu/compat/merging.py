"""`merge(tensors, mode="sum")` and `Merge(mode="sum")` of Keras 1: one name for what are layers of their own today."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import layers
from ..core.doubt import tell
from ..core.lookup import nearest
from ..layers.core.input_layer import Input
from ..models.model import Model

_MODES = {"sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "concat": "Concatenate"}
_MODES |= {"dot": "Dot", "cos": "Dot"}


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
    return _layer(f"merge(..., {mode=})", mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name)(
        list(inputs)
    )


def merge_layer(
    layers: Sequence[Any] | None = None,
    mode: str | Callable[[Any], Any] = "sum",
    concat_axis: int = -1,
    dot_axes: int | Sequence[int] = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict[str, Any] | None = None,
    name: str | None = None,
) -> Any:
    """The layer that merges its inputs; with `layers`, a model of several inputs that merges what those models give.

    Args:
        layers: models whose inputs are known; each gets its own inputs.
        mode: `"sum"`, `"mul"`, `"concat"`, `"ave"`, `"dot"`, `"cos"`, `"max"`, or a function of the list.
        concat_axis: axis of `"concat"`.
        dot_axes: axes of `"dot"` and `"cos"`.
        output_shape: for a function, as in `Lambda`.
        output_mask: for a function, the mask of the result.
        arguments: for a function, its further arguments.
        name: name of the layer or model.

    Raises:
        ValueError: there is no such mode, or one of the layers is no model with known inputs.
    """
    own = None if layers else name
    merging = _layer(f"Merge({mode=})", mode, concat_axis, dot_axes, output_shape, output_mask, arguments, own)
    if not layers:
        return merging
    inputs, outputs = [], []
    for branch in layers:
        if not getattr(branch, "inputs", None):
            raise ValueError(
                f"Merge(layers) takes models whose inputs are known, such as Sequential([Input((8,)), ...]). Received: "
                f"{branch!r}. For tensors write merge([a, b], mode=...)."
            )
        own_inputs = [Input(batch_shape=x.shape, dtype=x.dtype) for x in branch.inputs]
        inputs += own_inputs
        outputs.append(branch(own_inputs[0] if len(own_inputs) == 1 else own_inputs))
    return Model(inputs, merging(outputs), name=name)


def _layer(
    written: str,
    mode: Any,
    concat_axis: int,
    dot_axes: Any,
    output_shape: Any,
    output_mask: Any,
    arguments: Any,
    name: str | None,
) -> Any:
    """The layer of today that merges in this way; `written` is how a script asked for it."""
    if callable(mode):
        return layers.Lambda(mode, output_shape=output_shape, mask=output_mask, arguments=arguments, name=name)
    if mode not in _MODES:
        raise ValueError(f"merge() has no mode {mode!r}. {nearest(str(mode), _MODES)}")
    today = _MODES[mode]
    given: dict[str, Any] = {"axis": concat_axis} if mode == "concat" else {}
    if today == "Dot":
        given = {"axes": dot_axes, "normalize": mode == "cos"}
    shown = ", ".join(f"{key}={value!r}" for key, value in given.items())
    tell(f"{written} is called cornu.layers.{today}({shown}) today.")
    return getattr(layers, today)(**given, name=name)


layers.Merge = merge_layer  # type: ignore[attr-defined]
