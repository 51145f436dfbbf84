"""Whole models: architecture, weights, compile state and optimizer, in one .h5 or .keras file."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..core import codec, lookup
from . import plan
from .legacy import VERSION, plan_by_position, read_arrays, write_arrays, write_weights
from .parsing import parse
from .reader import Archive, Group, open_hdf5, open_zip
from .structure import plan_structure, write_structure

_WEIGHTS = "model.weights.h5"


def write_hdf5(path: str, model: Any, include_optimizer: bool) -> None:
    """Write a model as Keras writes .h5 files.

    Args:
        path: path.
        model: a model that `get_config` describes.
        include_optimizer: whether compile state and the optimizer's are written too.
    """
    import h5py

    from ..version import __version__

    encoded = codec.encode_object(model)
    attributes = {
        "keras_version": VERSION,
        "cornu_version": __version__,
        "backend": "jax",
        "model_config": json.dumps(encoded),
    }
    compiled = model.get_compile_config() if include_optimizer else None
    if compiled is not None:
        attributes["training_config"] = json.dumps(_training_config(compiled))
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
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


def read_hdf5(path: str, custom_objects: dict[str, Any] | None, compile: bool) -> Any:
    """The model in an .h5 file of any version of Keras, or of Cornu."""
    with open_hdf5(path) as root, lookup.custom_object_scope(custom_objects):
        text = root.attribute("model_config")
        if text is None:
            raise ValueError(
                f"The file {path!r} holds weights, but no architecture. Build the model in code, then call "
                f"model.load_weights({path!r})."
            )
        with _config_errors(path):
            model = codec.decode(parse(text, f"The architecture in {path!r}"), _layers())
        plan.assign(plan_by_position(root.group("model_weights"), model, skip_mismatch=False))
        settings = root.attribute("training_config") if compile else None
        if settings is not None:
            training = parse(settings, f"The compile state in {path!r}")
            with _config_errors(path):
                model.compile_from_config({**_known(training), "optimizer": training["optimizer_config"]})
            if "optimizer_weights" in root:
                _restore_optimizer(model, root.group("optimizer_weights"), path)
    return model


def _known(training: dict[str, Any]) -> dict[str, Any]:
    """What `compile` takes."""
    return {k: training[k] for k in ("loss", "loss_weights", "metrics", "weighted_metrics") if k in training}


def _restore_optimizer(model: Any, group: Group, path: str) -> None:
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    plan.assign(plan.optimizer_pairs(model.optimizer, read_arrays(group), path))


def write_keras(path: str, model: Any) -> None:
    """Write a model as a .keras archive.

    Args:
        path: path.
        model: a model that `get_config` describes.
    """
    encoded = codec.encode_object(model)
    compiled = model.get_compile_config()
    if compiled is not None:
        encoded["compile_config"] = compiled
    if model.graph is None and getattr(model, "_built_shape", None) is not None:
        encoded["build_config"] = {"input_shape": model._built_shape}
    metadata = {"keras_version": VERSION, "date_saved": time.strftime("%Y-%m-%d@%H:%M:%S")}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("config.json", json.dumps(encoded))
        archive.writestr(_WEIGHTS, structure_bytes(model))


def structure_bytes(model: Any) -> bytes:
    """The Variables of a model as an HDF5 file in memory."""
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write_structure(file, model)
    return buffer.getvalue()


def read_keras(path: str, custom_objects: dict[str, Any] | None, compile: bool) -> Any:
    """The model in a .keras archive."""
    with open_zip(path) as archive, lookup.custom_object_scope(custom_objects):
        encoded = parse(archive.read("config.json"), f"config.json in {path!r}")
        with _config_errors(path):
            model = codec.decode(encoded, _layers())
            shape = (encoded.get("build_config") or {}).get("input_shape")
            if not model.built and shape:
                model.build(tuple(shape))
            if compile and encoded.get("compile_config"):
                compiled = encoded["compile_config"]
                if "optimizer" in compiled:
                    model.compile_from_config({**_known(compiled), "optimizer": compiled["optimizer"]})
        load_structure(archive, model, path)
    return model


def load_structure(archive: Archive, model: Any, path: str, skip_mismatch: bool = False) -> None:
    """Put the weights of a .keras archive into a model."""
    with open_hdf5(archive.read(_WEIGHTS), f"{path}/{_WEIGHTS}") as root:
        load_group(root, model, skip_mismatch)


def load_group(root: Group, model: Any, skip_mismatch: bool) -> None:
    """Put the weights of a file in the layout of Keras 3 into a model."""
    pairs, custom = plan_structure(root, model, skip_mismatch)
    plan.assign(pairs)
    for layer, store in custom:
        layer.load_own_variables(store)


def _layers() -> lookup.Table:
    from ..layers.layer import layers

    return layers


@contextmanager
def _config_errors(path: str) -> Iterator[None]:
    """What a damaged config makes Python say, as a sentence."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise ValueError(
            f"The architecture in {path!r} cannot be rebuilt: {type(error).__name__}: {str(error)[:300]}. If it holds "
            "layers of your own, pass them in custom_objects and see that from_config(get_config()) works for each; "
            "otherwise the file is damaged."
        ) from error
