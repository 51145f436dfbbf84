"""Save and load models and weights: the functions behind `model.save` and `cornu.saving`."""

import os
import tempfile
from typing import TYPE_CHECKING, Any

from ..core import lookup
from ..core.arguments import explained
from ..core.types import File, FilePath
from . import plan, whole
from .folder import Folder
from .layerwise import plan_layers, read_through, write_weights
from .limits import FileError, naming
from .opening import open_file
from .parsing import parse
from .reader import Archive
from .shards import ENDING, write_shards
from .structure import at_rest, write_structure
from .writer import new_hdf5, replacing

if TYPE_CHECKING:
    from ..models import Model

__all__ = ["load_model", "load_weights", "model_from_json", "save_model", "save_weights"]

_HDF5 = (".h5", ".hdf5")


@explained
def save_model(
    model: "Model", filepath: File, overwrite: bool = True, include_optimizer: bool = True, zipped: bool = True
) -> None:
    """Write architecture, weights, compile state and optimizer to one file.

    The file is complete or not there: an interrupted save leaves what was there before, and on Linux nothing else.

    Args:
        model: the model.
        filepath: path ending in `.h5` or `.hdf5` (which Keras reads, too) or `.keras`; or a binary file open
            for writing, which gets what a `.keras` file holds; or an `h5py.File`.
        overwrite: whether an existing file is replaced.
        include_optimizer: whether an `.h5` file holds the compile state and the optimizer's.
        zipped: whether a `.keras` file is one file; otherwise `filepath` becomes a folder of what it would hold.

    Raises:
        FileExistsError: the file exists and `overwrite` is false.
        FileNotFoundError: the folder does not exist.
        ValueError: another ending.

    Example:
        >>> import cornu, os, tempfile
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        >>> path = os.path.join(tempfile.mkdtemp(), "model.h5")
        >>> cornu.saving.save_model(model, path)
        >>> cornu.saving.load_model(path).count_params()
        3
    """
    import h5py

    if read := read_through(model):
        raise ValueError(
            f"The weights {read[:3]} are read through something else, such as adapters, which a file of a "
            "whole model has no place for. Keep what is read, or save the weights alone with model.save_weights(...)."
        )
    if isinstance(filepath, h5py.File):
        whole.write_hdf5(filepath, model, include_optimizer)
        return
    if hasattr(filepath, "write"):
        whole.write_keras(filepath, model, tempfile.gettempdir())
        return
    path = _writable(filepath)
    if not zipped and not path.endswith(_HDF5):
        whole.write_folder(path, model, overwrite)
        return
    if not path.endswith((*_HDF5, ".keras")) or path.endswith(".weights.h5"):
        weights = "for weights alone call model.save_weights()"
        hint = weights if path.endswith(".weights.h5") else f"such as {path + '.keras'!r}"
        raise ValueError(f"A model is saved to a path ending in .h5, .hdf5 or .keras; {hint}. Received: {path!r}")
    with replacing(path, overwrite) as temporary:
        if path.endswith(_HDF5):
            with new_hdf5(temporary) as file:
                whole.write_hdf5(file, model, include_optimizer)
        else:
            whole.write_keras(temporary, model, os.path.dirname(os.path.realpath(path)))


@explained
def load_model(
    filepath: File, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool | None = True
) -> "Model":
    """The model in a file that `save_model`, or Keras, wrote.

    A file is data: loading it opens no other file, imports nothing and runs no code.

    Args:
        filepath: path of an HDF5 file (`.h5`), or of a `.keras` archive or a folder of what it holds; the content
            decides which. Or such a file, open for reading in binary, or an `h5py.File`.
        custom_objects: your own classes and functions by name.
        compile: whether to restore the compile state and the optimizer.
        safe_mode: accepted for compatibility; code in files is never run.

    Returns:
        The model; compiled, if the file says how and `compile` is true.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, of another kind, holds a class that is not known, or asks for something
            that reading a model never needs.
    """
    if isinstance(filepath, str) and filepath.lstrip().startswith("{"):
        raise ValueError("load_model() takes the path of a file, and received JSON. Use model_from_json(text).")
    with open_file(filepath) as file, naming(f"The file {file.path!r}"), lookup.custom_object_scope(custom_objects):
        return whole.read_keras(file, compile) if isinstance(file, Archive | Folder) else whole.read_hdf5(file, compile)


@explained
def save_weights(
    model: "Model", filepath: FilePath, overwrite: bool = True, max_shard_size: float | None = None
) -> None:
    """Write the weights to an HDF5 file, or to several of limited size.

    Args:
        model: a model that is built.
        filepath: `name.weights.h5` gets a group per object, with the optimizer's state; another `.h5` or `.hdf5` a
            group per layer, which can be matched by name; `name.weights.json` lists the files beside it that hold the
            weights, as `name.weights.h5` would.
        overwrite: whether an existing file is replaced.
        max_shard_size: for `name.weights.json`, how many GB (of 2**30 bytes) of arrays a file may hold; 5 by default.

    Raises:
        FileExistsError: the file exists and `overwrite` is false.
        ValueError: another ending, the model has no weights yet, or an array is larger than `max_shard_size`.
    """
    path = _writable(filepath)
    if max_shard_size is not None and not path.endswith(ENDING):
        raise ValueError(f"Weights in several files are saved to a path ending in {ENDING}. Received: {path!r}")
    if path.endswith(ENDING):
        _check_built(model, "save")
        with at_rest(model):
            write_shards(path, model, (5 if max_shard_size is None else max_shard_size) * 2**30, overwrite)
        return
    if not path.endswith(_HDF5):
        raise ValueError(f"Weights are saved to a path ending in .weights.h5 or .h5, such as {path + '.weights.h5'!r}.")
    _check_built(model, "save")
    with replacing(path, overwrite) as temporary, new_hdf5(temporary) as file, at_rest(model):
        (write_structure if path.endswith(".weights.h5") else write_weights)(file, model)


@explained
def load_weights(model: "Model", filepath: File, by_name: bool = False, skip_mismatch: bool = False) -> None:
    """Read weights that Cornu, or any version of Keras, wrote; the content tells the layout.

    Everything is read and checked before any weight changes.

    Args:
        model: a model that is built.
        filepath: path of an HDF5 file or a `.keras` archive, or such a file that is open for reading in binary.
        by_name: match layers by name and leave the rest, in a file with a group per layer.
        skip_mismatch: leave out what does not fit, with a warning.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or belongs to another architecture.
    """
    with open_file(filepath) as file:
        _check_built(model, "load")
        with naming(f"The file {file.path!r}"):
            root = file.hdf5(whole.WEIGHTS) if isinstance(file, Archive | Folder) else file
            group = root.group("model_weights") if "model_weights" in root else root
            if group.strings("layer_names"):
                plan.assign(plan_layers(group, model, by_name, skip_mismatch))
            elif "vars" not in root and "layers" not in root:
                raise FileError(
                    f"The HDF5 file {root.path!r} holds no weights of a model. Expected what model.save_weights() or "
                    f"model.save() wrote; it has {root.names()[:8]}."
                )
            elif by_name:
                raise ValueError(
                    f"{file.path!r} keeps its weights by their place in the model, not by the names of layers. "
                    "Load it without by_name=True into the model that wrote it, or save the weights to a "
                    "path ending in .h5 but not in .weights.h5."
                )
            else:
                whole.load_group(root, model, skip_mismatch)


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> "Model":
    """A model with fresh weights from what `model.to_json()` gave, in Cornu or any version of Keras.

    Args:
        json_string: the JSON.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: it is not JSON, or holds a class that is not known.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        >>> cornu.models.model_from_json(model.to_json()).count_params()
        3
    """
    if isinstance(json_string, str) and not json_string.lstrip().startswith("{"):
        raise ValueError(
            f"model_from_json() takes the text that model.to_json() gave, and received {json_string[:40]!r}. Of a file "
            "pass what it holds: open(path).read(); a whole model is read by load_model(path)."
        )
    with naming("The JSON"), lookup.custom_object_scope(custom_objects):
        return whole.decode_model(parse(json_string, "The model's JSON"))


def _writable(filepath: File) -> str:
    if not isinstance(filepath, str | os.PathLike):
        raise TypeError(f"Expected a path, a string or pathlib.Path. Received {type(filepath).__name__}: {filepath!r}")
    return os.fspath(filepath)


def _check_built(model: "Model", verb: str) -> None:
    if not model.built and not model.weights:  # a step of its own may have made them, part by part
        raise ValueError(
            f"Model {model.name!r} has no weights to {verb} yet, since its input shape is not known. Call it on data, "
            "call model.build((None, ...)), or begin it with Input(shape=...)."
        )
