"""Whole models: architecture, weights, compile state and optimizer, in one .h5 or .keras file."""

import contextlib
import json
import os
import shutil
import time
import zipfile
from typing import Any

from ..core import codec, lookup
from . import declared, plan
from .legacy import VERSION, plan_by_position, read_arrays, write_arrays, write_weights
from .limits import FileError
from .parsing import parse
from .reader import Archive, Group, name_of, open_hdf5, open_zip
from .structure import plan_structure, walk, write_structure
from .writer import new_hdf5, scratch

_WEIGHTS, _METADATA = "model.weights.h5", "metadata.json"


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
    if compiled is not None:
        file.attrs["training_config"] = json.dumps(_training_config(compiled))
    write_weights(file.create_group("model_weights"), model)
    if compiled is not None and model.optimizer.built:
        write_arrays(file.create_group("optimizer_weights"), list(model.optimizer.variables))


def _training_config(compiled: dict[str, Any]) -> dict[str, Any]:
    """Compile state as .h5 files hold it: the optimizer apart."""
    rest = {key: value for key, value in compiled.items() if key != "optimizer"}
    rest["loss"] = _long_names(rest["loss"])
    optimizer = compiled["optimizer"]
    return {**rest, "optimizer_config": {key: optimizer[key] for key in ("class_name", "config")}}


def _long_names(loss: Any) -> Any:
    """Losses under their full names: Keras 3.15 writes `"mse"` into .h5 files, and then cannot read it."""
    if isinstance(loss, list):
        return [_long_names(item) for item in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _long_names(item) for key, item in loss.items()}
    if isinstance(loss, str) and ">" not in loss:
        return lookup.snake_case(lookup.tables()["keras.losses"].find(loss).__name__)
    return loss


def read_hdf5(source: Any, compile: bool) -> Any:
    """The model in an .h5 file of any version of Keras, or of Cornu.

    Args:
        source: path, or an open binary file.
        compile: whether to restore the compile state and the optimizer.
    """
    path = name_of(source)
    with open_hdf5(source) as root, codec.written_by(root.attribute("keras_version")):
        text = root.attribute("model_config")
        if text is None:
            raise FileError(
                f"The file {path!r} holds weights, but no architecture. Build the model in code, then call "
                f"model.load_weights({path!r})."
            )
        model = decode_model(parse(text, f"The architecture in {path!r}"))
        plan.assign(plan_by_position(root.group("model_weights"), model, skip_mismatch=False))
        settings = root.attribute("training_config") if compile else None
        if settings is not None:
            training = parse(settings, f"The compile state in {path!r}")
            _compile(model, training, training["optimizer_config"])
            if "optimizer_weights" in root:
                _restore_optimizer(model, root.group("optimizer_weights"), path)
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
                f"It describes a {type(model).__name__}, not a model. Only models are loaded; make a single layer with "
                "cornu.layers.deserialize(config)."
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
    tables = lookup.tables()
    kinds = {"loss": tables["keras.losses"], "metrics": tables["keras.metrics"]}
    kinds["weighted_metrics"] = kinds["metrics"]
    known = {key: _decoded(training[key], kind) for key, kind in kinds.items() if key in training}
    if "loss_weights" in training:
        known["loss_weights"] = training["loss_weights"]
    model.compile_from_config({**known, "optimizer": optimizer})


def _decoded(value: Any, table: lookup.Table) -> Any:
    """Objects of one kind in a tree of lists and dictionaries."""
    if isinstance(value, dict) and "class_name" in value:
        return codec.decode(value, table)
    if isinstance(value, dict):
        return {key: _decoded(item, table) for key, item in value.items()}
    return [_decoded(item, table) for item in value] if isinstance(value, list) else value


def _restore_optimizer(model: Any, group: Group, path: str) -> None:
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    plan.assign(plan.optimizer_pairs(model.optimizer, read_arrays(group), path))


def write_keras(target: Any, model: Any, folder: str) -> None:
    """Write a model as a .keras archive.

    Args:
        target: path, or a binary file.
        model: a model that `get_config` describes.
        folder: where the weights lie until they are put into the archive.
    """
    encoded = codec.encode_object(model)
    compiled = model.get_compile_config()
    if compiled is not None:
        encoded["compile_config"] = compiled
    metadata = {"keras_version": VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    with scratch(folder) as path, zipfile.ZipFile(target, "w") as archive:
        archive.writestr(_METADATA, json.dumps(metadata))
        archive.writestr("config.json", json.dumps(encoded))
        with new_hdf5(path) as file:
            write_structure(file, model)
        large = os.path.getsize(path) >= 1 << 31
        with open(path, "rb") as weights, archive.open(_WEIGHTS, "w", force_zip64=large) as member:
            shutil.copyfileobj(weights, member, 1 << 20)


def read_keras(source: Any, compile: bool) -> Any:
    """The model in a .keras archive.

    Args:
        source: path, or an open binary file.
        compile: whether to restore the compile state and the optimizer.
    """
    path = name_of(source)
    with open_zip(source) as archive, codec.written_by(_version(archive, path)):
        encoded = parse(archive.read("config.json"), f"config.json in {path!r}")
        weights = archive.hdf5(_WEIGHTS)
        model = decode_model(encoded)
        compiled = encoded.get("compile_config") or {}
        if compile and "optimizer" in compiled:
            _compile(model, compiled, compiled["optimizer"])
        load_group(weights, model)
    return model


def _version(archive: Archive, path: str) -> Any:
    """The version of Keras that an archive says wrote it, or None."""
    metadata = parse(archive.read(_METADATA), f"{_METADATA} in {path!r}") if _METADATA in archive else {}
    return metadata.get("keras_version") if isinstance(metadata, dict) else None


def load_archive(archive: Archive, model: Any, skip_mismatch: bool) -> None:
    """Put the weights of a .keras archive into a model."""
    load_group(archive.hdf5(_WEIGHTS), model, skip_mismatch)


def load_group(root: Group, model: Any, skip_mismatch: bool = False) -> None:
    """Put the weights of a file in the layout of Keras 3 into a model; an error leaves all of them as they were."""
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
