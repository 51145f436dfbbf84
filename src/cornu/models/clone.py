"""clone_model: the same architecture with fresh weights."""

from collections.abc import Callable
from typing import Any

from ..core import codec
from ..layers import Input
from ..layers.copying import own_objects
from .model import Model


def clone_model(
    model: Model, input_tensors: Any = None, clone_function: Callable[[Any], Any] | None = None, **kwargs: Any
) -> Model:
    """A model of the same architecture with layers and weights of its own.

    Args:
        model: a Sequential or functional model, or a subclassed one whose `get_config` rebuilds it.
        input_tensors: accepted for compatibility; must be None.
        clone_function: function from a layer to the layer that takes its place.
        **kwargs: accepted for compatibility.

    Returns:
        The new model, compiled as the model is.

    Raises:
        ValueError: `input_tensors` is given.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        >>> copy = cornu.models.clone_model(model)
        >>> copy.layers[0] is model.layers[0]
        False
    """
    if input_tensors is not None:
        raise ValueError("clone_model(input_tensors=...) is not supported; call the clone on the tensors instead.")
    if clone_function is None:
        clone = codec.decode(codec.encode_object(model), custom_objects=own_objects(model))
    else:
        clone = _rebuild(model, clone_function)
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone


def _rebuild(model: Model, clone_function: Callable[[Any], Any]) -> Model:
    from ..core import graph as graphs
    from .sequential import Sequential

    if model.graph is None or isinstance(model, Sequential):
        return Sequential([*_first(model), *(clone_function(layer) for layer in model.layers)], name=model.name)
    made = {id(o): clone_function(o) if hasattr(o, "get_config") and not _begins(o) else o for o in model.operations}
    inputs = [_again(t) for t in model.inputs]
    outputs = graphs.run(model.graph.nodes, model.graph.inputs, model.graph.output_tree, inputs, made)
    return Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=model.name)


def _first(model: Any) -> list[Any]:
    return [_again(model.inputs[0])] if model.graph is not None else []


def _again(tensor: Any) -> Any:
    name = tensor.node.operation.name if tensor.node is not None else None
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)


def _begins(operation: Any) -> bool:
    return bool(getattr(operation, "_nodes", None)) and not operation._nodes[0].inputs
