"""clone_model: the same architecture with fresh weights."""

import functools
from collections.abc import Callable
from typing import Any

import jax

from ..core import codec, graph, lookup, symbolic
from ..core.arguments import explained
from ..core.types import TensorsLike
from ..layers import Input, InputLayer
from ..layers.copying import own_objects
from .model import Model
from .sequential import Sequential


@explained
def clone_model(
    model: Model,
    input_tensors: TensorsLike = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Model:
    """A model of the same architecture with layers and weights of its own.

    Args:
        model: a Sequential or functional model, or a subclassed one whose `get_config` rebuilds it.
        input_tensors: symbolic tensors that the clone begins at, one for each input, of other sizes perhaps; by
            default new ones like the model's.
        clone_function: function from a layer to the layer that takes its place.
        call_function: function `(layer, *args, **kwargs)` that calls the new layer, for a functional model.
        recursive: whether models inside are cloned by `clone_function` layer by layer, rather than given to it whole.

    Returns:
        The new model, compiled as the model is.

    Raises:
        ValueError: a subclassed model gets more than the model, or a Sequential one a `call_function`.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        >>> copy = cornu.models.clone_model(model)
        >>> copy.layers[0] is model.layers[0]
        False
    """
    with lookup.custom_object_scope(own_objects(model)):
        if input_tensors is None and clone_function is None and call_function is None and not recursive:
            clone = codec.decode(codec.encode_object(model))
        else:
            clone = _rebuild(model, input_tensors, clone_function or _copy, call_function, recursive)
        if (compiled := model.get_compile_config()) is not None:
            clone.compile_from_config(compiled)
    return clone


def _copy(layer: Any) -> Any:
    return type(layer).from_config(layer.get_config())


def _rebuild(model: Model, begins: Any, copy: Callable[[Any], Any], call: Any, recursive: bool) -> Model:
    """The model with other layers in the places of its own, beginning at other tensors if there are some."""
    sequential, whole = isinstance(model, Sequential), model.graph
    if whole is None and not sequential or sequential and call is not None:
        raise ValueError(
            f"clone_model cannot take {model.name!r} apart: input_tensors, clone_function and recursive are for "
            "Sequential and functional models, call_function for functional ones. Write clone_model(model)."
        )

    def made(layer: Any) -> Any:
        if not (recursive and isinstance(layer, Model)):
            return copy(layer)
        return clone_model(layer, None, copy, None if isinstance(layer, Sequential) else call, True)

    layers = {id(layer): made(layer) for layer in model.layers if not isinstance(layer, InputLayer)}
    known = [] if whole is None else whole.inputs
    inputs = [_input_like(tensor, getattr(tensor.op, "name", None)) for tensor in known]
    if begins is not None:
        inputs = [t if isinstance(t, symbolic.KerasTensor) else _input_like(t) for t in jax.tree.leaves(begins)]
        if known and len(known) != len(inputs):
            raise ValueError(
                f"clone_model takes a tensor in input_tensors for each of the {len(known)} inputs of {model.name!r}. "
                f"Received {len(inputs)}."
            )
    if sequential or whole is None:
        own = [t if isinstance(t.op, InputLayer) else _input_like(t) for t in inputs]
        return Sequential([*own, *layers.values()], name=model.name)
    calls = {key: functools.partial(call, layer) for key, layer in layers.items()} if call else layers
    outputs = graph.run(whole.nodes, whole.inputs, whole.output_tree, inputs, calls)
    return Model(inputs if len(inputs) > 1 else inputs[0], outputs, name=model.name)


def _input_like(tensor: Any, name: str | None = None) -> Any:
    """A new symbolic input of the shape and dtype of a tensor."""
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)
