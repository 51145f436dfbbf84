"""Objects to plain data and back, through the fixed tables of names: nothing is imported, nothing is run.

An encoded object is `{"module", "class_name", "config", "registered_name"}`, as in the files of Keras 3;
`{"class_name", "config"}` and bare names, as in those of Keras 1 and 2, decode too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import lookup

_file_translations: list[Callable[[dict[str, Any]], dict[str, Any]]] = []


def translate_configs(translate: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Add a function that turns an older encoded object into today's (the one hook of `compat`)."""
    _file_translations.append(translate)


def encode(value: Any) -> Any:
    """Plain data for `value`: numbers, strings, lists, dictionaries, and encoded objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, np.dtype | type) and _is_dtype(value):
        return np.dtype(value).name
    if hasattr(value, "get_config"):
        return encode_object(value)
    if callable(value):
        return encode_function(value)
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written to a config.")


def _is_dtype(value: Any) -> bool:
    return isinstance(value, np.dtype) or issubclass(value, np.generic)


def encode_object(value: Any) -> dict[str, Any]:
    """An object with `get_config` as a dictionary that names its class."""
    cls = type(value)
    if "_saved_as" in vars(cls):  # its place in the files of Keras 3, where that is no table's
        module, name = cls._saved_as
        return {"module": module, "class_name": name, "config": value.get_config(), "registered_name": None}
    registered = lookup.get_registered_name(cls)
    module = _module_of(cls)
    return {
        "module": module,
        "class_name": cls.__name__,
        "config": value.get_config(),
        "registered_name": registered if registered != cls.__name__ else (None if module else cls.__name__),
    }


def encode_function(value: Any) -> Any:
    """A function as the name that finds it again."""
    name = getattr(value, "__name__", None)
    if name is None or name == "<lambda>":
        raise TypeError(
            f"{value!r} cannot be written to a config, since it has no name. Write it as a named function "
            "(`def ...`) and decorate it with @cornu.saving.register_keras_serializable()."
        )
    registered = lookup.get_registered_name(value)
    return registered if ">" in registered else name


def _module_of(cls: type) -> str | None:
    for module, table in lookup.tables().items():
        if table.entries.get(cls.__name__) is cls:
            return module
    return None


def decode_value(value: Any) -> Any:
    """Undo `encode` inside a constructor's arguments: decode what is an encoded object, keep the rest."""
    if isinstance(value, dict) and "class_name" in value and "config" in value:
        return decode(value)
    if isinstance(value, list | tuple):
        return type(value)(decode_value(item) for item in value)
    if isinstance(value, dict):
        return {key: decode_value(item) for key, item in value.items()}
    return value


def decode(config: Any, table: lookup.Table | None = None, custom_objects: dict[str, Any] | None = None) -> Any:
    """Make the object that `config` describes.

    Args:
        config: an encoded object, or a bare name if `table` is given.
        table: kind of object that is expected; None looks through all kinds.
        custom_objects: further names the caller allows.

    Raises:
        ValueError: the name is in no table and not among the custom objects.
    """
    with lookup.custom_object_scope(custom_objects):
        if isinstance(config, str) and table is not None:
            return table.get(config)
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError(f"Expected the config of an object, with a 'class_name'. Received: {config!r}")
        for translate in _file_translations:
            config = translate(config)
        return _make(config, table)


def _table_of(module: Any) -> lookup.Table | None:
    """The table for a module that a file names: `keras.losses`, or `keras.src.losses.losses`."""
    if not isinstance(module, str):
        return None
    return lookup.tables().get(module) or lookup.tables().get(
        "keras." + module.removeprefix("keras.src.").split(".")[0]
    )


def _make(config: dict[str, Any], table: lookup.Table | None) -> Any:
    name, inner = config["class_name"], config.get("config") or {}
    registered = config.get("registered_name")
    if name in ("function", "builtin") and isinstance(config.get("config"), str):
        name = registered = config["config"]
    found = lookup.get_registered_object(registered) if registered else None
    foreign = ">" in str(registered) and not str(registered).startswith("Custom>")  # tf.keras wrote its own as Custom>
    if found is None and foreign and name not in lookup.get_custom_objects():
        raise ValueError(
            f"The config names a class that was registered as {registered!r}, which is not known here. Import the "
            "module "
            f"that registers it, or pass custom_objects={{{registered!r}: ...}}."
        )
    if found is None:
        kind = _table_of(config.get("module")) or table
        found = kind.find(name) if kind is not None else lookup.find_anywhere(name)
    if found is None:
        known = [n for t in lookup.tables().values() for n in t.entries]
        raise ValueError(
            f"There is no class called {name!r}. {lookup.nearest(name, known)} If it is your own, pass "
            f"custom_objects={{{name!r}: {name}}}."
        )
    if isinstance(found, type):
        if not hasattr(found, "from_config"):
            return found(**inner)
        return found.from_config(dict(inner) if isinstance(inner, dict) else inner)
    return found
