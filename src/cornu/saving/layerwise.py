"""Weights of a model in a file with a group per layer, matched by position or by name.

layer_names                 attribute: names in order
<layer>/weight_names        attribute: paths of its arrays, trainable ones first
<layer>/<path>              the arrays
top_level_model_weights     those of the model itself
"""

from typing import Any

import numpy as np

from ..core.variable import Variable
from ..layers.holder import own_variables
from .limits import FileError
from .plan import Pairs, matched
from .reader import Group

VERSION = "3.15.1"  # of Keras, whose layout is written
_ATTRIBUTE_LIMIT = 64512  # bytes; HDF5 keeps attributes in a header of 64 kB
_TOP = "top_level_model_weights"
READINGS = "readings"  # attribute: where Variables were read through something else


def write_weights(group: Any, model: Any) -> None:
    """Write all weights of a model.

    Args:
        group: empty h5py group.
        model: the model.
    """
    write_names(group, "layer_names", [layer.name for layer in model.layers])
    group.attrs["backend"], group.attrs["keras_version"] = "jax", VERSION
    for layer in sorted(model.layers, key=lambda layer: layer.name):
        write_arrays(group.create_group(layer.name), ordered_weights(layer))
    write_arrays(group.create_group(_TOP), own_variables(model))
    if read := read_through(model):
        write_names(group, READINGS, read)


def ordered_weights(layer: Any) -> list[Variable]:
    """The weights of a layer as this layout orders them: those that are trained first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def write_arrays(group: Any, variables: list[Variable]) -> None:
    """Write Variables under their paths, listed in `weight_names`."""
    names: dict[str, str] = {}  # with what paths below them would begin with
    for variable in variables:
        path, count = variable.path, 1
        while path in group or path.startswith(tuple(names.values())):  # or is below an array
            path, count = f"{variable.path.replace('/', '_')}_{count}", count + 1
        names[path] = f"{path}/"
        write_array(group, path, variable)
    write_names(group, "weight_names", list(names))


def write_array(group: Any, path: str, value: Any) -> None:
    """Write one array; bfloat16 as bytes with a mark, since HDF5 does not know it."""
    array = np.asarray(value.stored if isinstance(value, Variable) else value)
    if array.dtype.name == "bfloat16":
        group.create_dataset(path, data=array.view("V2")).attrs["dtype"] = "bfloat16"
    else:
        group.create_dataset(path, data=array)


def write_names(group: Any, name: str, values: list[str]) -> None:
    """Write a list of names as an attribute, or as several where it is too long for one."""
    encoded = np.array([value.encode("utf-8") for value in values], dtype="S")
    pieces = 1
    while any(piece.nbytes > _ATTRIBUTE_LIMIT for piece in np.array_split(encoded, pieces)):
        pieces += 1
    for index, piece in enumerate(np.array_split(encoded, pieces)):
        group.attrs[f"{name}{index}" if pieces > 1 else name] = piece


def read_arrays(group: Group) -> list[Any]:
    """The arrays that `weight_names` lists."""
    return [group.array(name) for name in group.strings("weight_names")]


def plan_layers(group: Group, model: Any, by_name: bool = False, skip_mismatch: bool = False) -> Pairs:
    """Match the layers that have weights in order, or those whose names agree, and the weights of the model itself.

    Args:
        group: the group of the weights.
        model: the model.
        by_name: whether names count, rather than the order.
        skip_mismatch: whether what does not fit is left out with a warning.

    Raises:
        ValueError: the number of layers, or what one holds, differs.
    """
    refuse_missing(group, group.strings(READINGS)[len(read_through(model)) :], skip_mismatch)
    names, layers = group.strings("layer_names"), model.layers
    own = _TOP in group and _TOP not in names
    if by_name:
        known = {layer.name: layer for layer in layers}
        names = [name for name in names if name in known]
        layers = [known[name] for name in names]
    else:
        names = [name for name in names if group.group(name).strings("weight_names")]
        layers = [layer for layer in layers if layer.weights]
    if len(names) != len(layers):
        raise ValueError(
            f"Model {model.name!r} has {len(layers)} layers with weights ({_listed([x.name for x in layers])}), but "
            f"the file has {len(names)} ({_listed(names)}). No weight was changed. Use the model that wrote the file, "
            "or pass by_name=True to load the layers whose names agree."
        )
    pairs: Pairs = []
    for name, layer in zip(names, layers, strict=True):
        what = f"Layer {layer.name!r}" + (f" (called {name!r} in the file)" if name != layer.name else "")
        pairs += matched(ordered_weights(layer), read_arrays(group.group(name)), what, skip_mismatch)
    if own:
        what = f"Model {model.name!r} itself"
        pairs += matched(own_variables(model), read_arrays(group.group(_TOP)), what, skip_mismatch)
    return pairs


def read_through(model: Any) -> list[str]:
    """Paths of the weights that are read through something, such as adapters."""
    return [v.path for v in model.weights if v.reading is not None]


def refuse_missing(group: Group, places: list[str], skip_mismatch: bool) -> None:
    """Raise `FileError` if there are places where Variables were read through something, and now are not."""
    if places and not skip_mismatch:
        raise FileError(
            f"{group.where} has weights that were read through something else, such as adapters, at {places[:3]}. Set "
            ".reading of these Variables as it was, or pass skip_mismatch=True to lose it."
        )


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
