"""Whole models: architecture, weights, compile state and optimizer, in one .h5 or .keras file."""

import contextlib
import functools
import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from typing import Any

from ..core import codec, lookup
from . import declared, plan
from .folder import CONFIG, Folder
from .layerwise import VERSION, plan_layers, read_arrays, write_arrays, write_weights
from .limits import FileError
from .parsing import parse
from .reader import Archive, Group
from .structure import at_rest, plan_structure, walk, write_structure
from .writer import new_hdf5, replacing, scratch

WEIGHTS, _METADATA = "model.weights.h5", "metadata.json"


def write_hdf5(file: Any, model: Any, include_optimizer: bool) -> None:
    """Write a model as Keras writes .h5 files.

    Args:
        file: empty h5py file.
        model: a model that `get_config` describes.
        include_optimizer: whether compile state and the optimizer's are written too.
    """
    from ..version import __version__

    compiled = model.get_compile_config() if include_optimizer else None
    file.attrs["keras_version"], file.attrs["backend"] = VERSION, "jax"
    file.attrs["cornu_version"] = __version__
    file.attrs["model_config"] = json.dumps(codec.encode_object(model))
    if compiled is not None:  # the optimizer is told apart from the rest
        rest = {key: value for key, value in compiled.items() if key != "optimizer"}
        optimizer = {key: compiled["optimizer"][key] for key in ("class_name", "config")}
        training = {**rest, "loss": _each(_long_name, rest["loss"]), "optimizer_config": optimizer}
        file.attrs["training_config"] = json.dumps(training)
    with at_rest(model):
        write_weights(file.create_group("model_weights"), model)
        if compiled is not None and model.optimizer.built:
            write_arrays(file.create_group("optimizer_weights"), list(model.optimizer.variables))


def _long_name(loss: Any) -> Any:
    """A loss under its full name: a short one in an .h5 file is what Keras cannot read."""
    with contextlib.suppress(ValueError):  # a function of the user's own
        if isinstance(loss, str):
            return lookup.snake_case(lookup.tables()["keras.losses"].find(loss).__name__)
    return loss


def _each(fn: Callable[[Any], Any], value: Any) -> Any:
    """What a function gives for each name and each encoded object in lists and dictionaries."""
    if isinstance(value, list):
        return [_each(fn, item) for item in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: _each(fn, item) for key, item in value.items()}
    return fn(value)


def read_hdf5(root: Group, compile: bool) -> Any:
    """The model in an .h5 file of any version of Keras, or of Cornu.

    Args:
        root: the file's root.
        compile: whether to restore the compile state and the optimizer.
    """
    path = root.path
    with codec.written_by(root.attribute("keras_version")):
        text = root.attribute("model_config")
        if text is None:
            raise FileError(
                f"The file {path!r} holds weights, but no architecture. Build the model in code, then call "
                f"model.load_weights({path!r})."
            )
        model = decode_model(parse(text, f"The architecture in {path!r}"))
        plan.assign(plan_layers(root.group("model_weights"), model))
        settings = root.attribute("training_config") if compile else None
        if settings is not None:
            training = parse(settings, f"The compile state in {path!r}")
            _compile(model, training, training["optimizer_config"])
            if "optimizer_weights" in root:
                arrays = read_arrays(root.group("optimizer_weights"))
                plan.assign(plan.optimizer_pairs(model.optimizer, arrays, path))
    return model


def decode_model(encoded: Any) -> Any:
    """The model that a file's JSON describes, built, with fresh weights.

    Args:
        encoded: the JSON, parsed.

    Raises:
        ValueError: it describes something else, or something that cannot be made.
    """
    layers = lookup.tables()["keras.layers"]
    own = encoded.get("keras_version") if isinstance(encoded, dict) else None
    with declared.loading(encoded) as what, codec.written_by(codec.version() or own):
        model = codec.decode(encoded, layers)
        if not isinstance(model, layers.entries["Model"]):
            raise ValueError(
                f"It describes a {type(model).__name__}, not a model. Make a layer by cornu.layers.deserialize(config)."
            )
        if not model.built and encoded.get("build_config"):
            model.build_from_config(encoded["build_config"])
    for _, layer in walk(model) if what.unrolled else ():
        name = layer.name.removeprefix("forward_").removeprefix("backward_")  # Bidirectional copies its layer
        if hasattr(layer, "unroll") and {name, layer.name} & what.unrolled:
            layer.unroll = True
    return model


def _compile(model: Any, training: dict[str, Any], optimizer: Any) -> None:
    """Compile as a file says, each part of it being of its own kind."""
    kinds = {"loss": "keras.losses", "metrics": "keras.metrics", "weighted_metrics": "keras.metrics"}
    known = {key: training[key] for key in (*kinds, "loss_weights") if key in training}
    for key in kinds.keys() & known:
        known[key] = _each(functools.partial(_decoded, lookup.tables()[kinds[key]]), known[key])
    if model.overrides("compile_from_config"):  # which may keep more than is known here
        known = {key: value for key, value in training.items() if key != "optimizer_config"} | known
    model.compile_from_config({**known, "optimizer": optimizer})


def _decoded(table: lookup.Table, value: Any) -> Any:
    return codec.decode(value, table) if isinstance(value, dict) else value


def write_keras(target: Any, model: Any, folder: str) -> None:
    """Write a model as a .keras archive.

    Args:
        target: path, or a binary file.
        model: a model that `get_config` describes.
        folder: where the weights lie until they are put into the archive.
    """
    with scratch(folder) as path, zipfile.ZipFile(target, "w") as archive:
        for name, text in _texts(model).items():
            archive.writestr(name, text)
        with new_hdf5(path) as file, at_rest(model):
            write_structure(file, model)
        large = os.path.getsize(path) >= 1 << 31
        with open(path, "rb") as weights, archive.open(WEIGHTS, "w", force_zip64=large) as member:
            shutil.copyfileobj(weights, member, 1 << 20)


def write_folder(path: str, model: Any, overwrite: bool) -> None:
    """Write what a .keras archive holds as the files of a folder, each complete or not there.

    Args:
        path: the folder, which is made if it is not there.
        model: a model that `get_config` describes.
        overwrite: whether existing files are replaced.
    """
    texts = _texts(model)
    os.makedirs(path, exist_ok=overwrite)
    with replacing(os.path.join(path, WEIGHTS)) as temporary, new_hdf5(temporary) as file, at_rest(model):
        write_structure(file, model)
    for name, text in texts.items():
        with replacing(os.path.join(path, name)) as temporary, open(temporary, "w", encoding="utf-8") as written:
            written.write(text)


def _texts(model: Any) -> dict[str, str]:
    """What a .keras archive holds besides the weights, by name."""
    encoded = codec.encode_object(model)
    compiled = model.get_compile_config()
    if compiled is not None:
        encoded["compile_config"] = compiled
    metadata = {"keras_version": VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    return {_METADATA: json.dumps(metadata), CONFIG: json.dumps(encoded)}


def read_keras(archive: Archive | Folder, compile: bool) -> Any:
    """The model in a .keras archive.

    Args:
        archive: its members.
        compile: whether to restore the compile state and the optimizer.
    """
    path = archive.path
    metadata = parse(archive.read(_METADATA), f"{_METADATA} in {path!r}") if _METADATA in archive else {}
    with codec.written_by(metadata.get("keras_version") if isinstance(metadata, dict) else None):
        encoded = parse(archive.read(CONFIG), f"{CONFIG} in {path!r}")
        weights = archive.hdf5(WEIGHTS)
        model = decode_model(encoded)
        compiled = encoded.get("compile_config") or {}
        if compile and "optimizer" in compiled:
            _compile(model, compiled, compiled["optimizer"])
        load_group(weights, model)
    return model


def load_group(root: Group, model: Any, skip_mismatch: bool = False) -> None:
    """Put the weights of a file with a group per object into a model; an error leaves all of them as they were."""
    pairs, own = plan_structure(root, model, skip_mismatch)
    before = [(layer, layer.get_weights()) for layer, _ in own]
    try:
        for layer, store in own:
            layer.load_own_variables(store)
    except BaseException:
        for layer, weights in before:
            with contextlib.suppress(ValueError):  # it has made others
                layer.set_weights(weights)
        raise
    plan.assign(pairs)
