"""clone_model: the same architecture with fresh weights."""

from collections.abc import Callable
from typing import Any, Literal

from ..core import codec, graph, lookup
from ..layers import Input, InputLayer
from ..layers.copying import own_objects
from .model import Model
from .sequential import Sequential


def clone_model(
    model: Model,
    input_tensors: None = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: None = None,
    recursive: Literal[False] = False,
) -> Model:
    """A model of the same architecture with layers and weights of its own.

    Args:
        model: a Sequential or functional model, or a subclassed one whose `get_config` rebuilds it.
        input_tensors: None; call the clone on tensors instead.
        clone_function: function from a layer to the layer that takes its place.
        call_function: None; a layer of its own class can call in another way.
        recursive: False; `clone_function` gets models inside whole, and may clone them itself.

    Returns:
        The new model, compiled as the model is.

    Raises:
        ValueError: `input_tensors`, `call_function` or `recursive` is given.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        >>> copy = cornu.models.clone_model(model)
        >>> copy.layers[0] is model.layers[0]
        False
    """
    if input_tensors is not None or call_function is not None or recursive:
        raise ValueError(
            "clone_model takes no input_tensors, call_function or recursive: call the clone on the tensors, and let "
            "clone_function clone a model inside with clone_model(inner, clone_function=...)."
        )
    with lookup.custom_object_scope(own_objects(model)):
        clone = _rebuild(model, clone_function) if clone_function else codec.decode(codec.encode_object(model))
        if (compiled := model.get_compile_config()) is not None:
            clone.compile_from_config(compiled)
    return clone


def _rebuild(model: Model, clone_function: Callable[[Any], Any]) -> Model:
    made = {id(layer): clone_function(layer) for layer in model.layers if not isinstance(layer, InputLayer)}
    known = model.inputs if model.graph is not None else []
    inputs = [Input(batch_shape=t.shape, dtype=t.dtype, name=getattr(t.op, "name", None)) for t in known]
    if model.graph is None or isinstance(model, Sequential):
        return Sequential([*inputs, *made.values()], name=model.name)
    outputs = graph.run(model.graph.nodes, model.graph.inputs, model.graph.output_tree, inputs, made)
    return Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=model.name)
