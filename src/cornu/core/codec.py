"""Objects to plain data and back, through the fixed tables of names: nothing is imported, nothing is run.

An encoded object is `{"module", "class_name", "config", "registered_name"}`, as in the files of Keras;
`{"class_name", "config"}` and bare names decode too.
"""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from . import holders, lookup
from .setting import Setting

_version: Setting[str | None] = Setting("keras_version", None)
_file_translations: list[Callable[[dict[str, Any]], dict[str, Any]]] = []


def translate_configs(translate: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Add a function that turns an older encoded object into today's, or refuses one, as `compat` and `saving` do.

    What is added last comes first, so that what may refuse sees the words of today.
    """
    _file_translations.insert(0, translate)


def version() -> str | None:
    """The version of Keras that wrote what is decoded, if that is known."""
    return _version.get()


def written_by(version: Any) -> AbstractContextManager[Any]:
    """Inside the `with` block configs are decoded that a version of Keras wrote; None where that is not known.

    Args:
        version: text such as `"2.2.4"`.
    """
    return _version(str(version) if isinstance(version, str) else _version.get())


def encode(value: Any, special: Callable[[Any], Any] = lambda value: None) -> Any:
    """Plain data for `value`: numbers, strings, lists, dictionaries, and encoded objects.

    Args:
        value: anything with a place in a config.
        special: function that gives another encoding of a value, or None to leave it as it is everywhere.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    found = special(value)
    if found is not None:
        return found
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [encode(item, special) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item, special) for key, item in value.items()}
    if isinstance(value, np.dtype) or isinstance(value, type) and issubclass(value, np.generic):
        return np.dtype(value).name
    if hasattr(value, "get_config"):
        return encode_object(value)
    if callable(value):
        return encode_function(value)
    raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written to a config.")


def encode_object(value: Any) -> dict[str, Any]:
    """An object with `get_config` as a dictionary that names its class."""
    cls = type(value)
    try:
        config = value.get_config() if holders.is_library(cls) else encode(value.get_config())  # may hold anything
    except TypeError as error:
        raise TypeError(f"get_config() of {getattr(value, 'name', cls.__name__)!r}: {error}") from error
    if "_saved_as" in vars(cls):  # its place in the files of Keras, where that is no table's
        module, name = cls._saved_as
        return {"module": module, "class_name": name, "config": config, "registered_name": None}
    registered, listed = lookup.get_registered_name(cls), lookup.listed_as(cls)
    module = next((module for module, t in lookup.tables().items() if t.entries.get(listed) is cls), None)
    encoded = {
        "module": module,
        "class_name": listed,
        "config": config,
        "registered_name": registered if registered != cls.__name__ else (None if module else cls.__name__),
    }
    shapes = value.get_build_config() if hasattr(value, "get_build_config") else None
    return {**encoded, "build_config": encode(shapes)} if shapes else encoded


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


def decode_value(value: Any, tensor: Callable[[Any], Any] | None = None) -> Any:
    """Undo `encode` inside a constructor's arguments: decode what is an encoded object, keep the rest.

    Args:
        value: plain data.
        tensor: function that finds a tensor by its place in a graph, where there is one.
    """
    if isinstance(value, dict) and "class_name" in value and "config" in value:
        name, config = value["class_name"], value["config"]
        if name == "__keras_tensor__" and tensor is not None:
            return tensor(config["keras_history"])
        return _PLAIN[name](config) if name in _PLAIN else decode(value)
    if isinstance(value, list | tuple):
        return type(value)(decode_value(item, tensor) for item in value)
    if isinstance(value, dict):
        return {key: decode_value(item, tensor) for key, item in value.items()}
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
        return _make(translated(config), table)


def translated(config: dict[str, Any]) -> dict[str, Any]:
    """An encoded object in the form of today."""
    for translate in _file_translations:
        config = translate(config)
    return config


def _array(config: dict[str, Any]) -> np.ndarray[Any, Any]:
    numbers, dtype = config["value"], config["dtype"]
    if dtype in _NUMBERS and _is_numbers(numbers):  # text would be read as numbers, or take its longest for each
        with contextlib.suppress(ValueError):  # lists of different lengths
            return np.array(numbers).astype(np.dtype(dtype))
    raise ValueError(
        "An array in a config is a number or lists of numbers of one length, with the name of a dtype such as "
        f"'float32'. Received dtype {str(dtype)[:40]!r} and {str(numbers)[:40]}"
    )


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_numbers(item) for item in value)
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 1 << 63)


_INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_NUMBERS = {"bool", "bfloat16", "float16", "float32", "float64", *_INTEGERS}
_PLAIN: dict[Any, Callable[[Any], Any]] = {  # what Keras writes like objects
    "__numpy__": _array,
    "__tensor__": _array,
    "__ellipsis__": lambda config: ...,
    "__slice__": lambda config: slice(*(config.get(key) for key in ("start", "stop", "step"))),
}


def _table_of(module: Any) -> lookup.Table | None:
    """The table for a module that a file names: `keras.losses`, or `keras.src.losses.losses`."""
    public = "keras." + str(module).removeprefix("keras.src.").split(".")[0]
    return lookup.tables().get(str(module)) or lookup.tables().get(public)


_LIBRARIES = ("keras", "tf_keras", "tensorflow")  # modules of all others are the user's own
# Whose objects a table takes besides its own: a loss may serve as a metric, and a layer as an activation.
_NEIGHBOURS = {"keras.metrics": "keras.losses", "keras.activations": "keras.layers"}


def _taken(table: lookup.Table) -> list[lookup.Table]:
    return [table, *(other for module, other in lookup.tables().items() if module == _NEIGHBOURS.get(table.module))]


def _listed(name: str, config: dict[str, Any], table: lookup.Table | None) -> Any:
    """What a table lists under a name: that of the module which the config names, if it is of the kind expected."""
    named = _table_of(config.get("module"))
    if table is None:
        return named.find(name, custom=False) if named is not None else lookup.find_anywhere(name)
    kinds = _taken(table)
    if named is not None and named not in kinds:
        raise ValueError(f"Expected the config of a {table.kind}, but it names {name!r} of {named.module}.")
    return (named or next((kind for kind in kinds if name in kind.entries), table)).find(name, custom=named is None)


def _check_kind(found: Any, table: lookup.Table) -> None:
    """Raise if a class of one's own is of another kind than expected."""
    cls = found if isinstance(found, type) else type(found)
    own = tuple(kind.base for kind in _taken(table) if kind.base is not None)
    for other in lookup.tables().values():
        if other.base is not None and issubclass(cls, other.base) and not issubclass(cls, own):
            raise ValueError(f"Expected the config of a {table.kind}, but {cls.__name__} is a {other.kind}.")


def _make(config: dict[str, Any], table: lookup.Table | None) -> Any:
    name, inner = config["class_name"], config.get("config") or {}
    registered: Any = config.get("registered_name")
    function = name in ("function", "builtin") and isinstance(config.get("config"), str)
    if function:
        name = registered = config["config"]
    own = registered and not function and not str(config.get("module")).startswith(_LIBRARIES)
    found = lookup.get_registered_object(registered) or (own and lookup.get_registered_object(name)) or None
    if found is None and own:
        raise ValueError(
            f"The config names a class that was registered as {registered!r}, which is not known here. Import the "
            f"module that registers it, or pass custom_objects={{{registered!r}: ...}}."
        )
    if found is None:
        found = _listed(name, config, table)
    if table is not None:
        _check_kind(found, table)
    if not isinstance(found, type):
        return found
    if not hasattr(found, "from_config"):
        return found(**inner)
    made: Any = found.from_config(dict(inner) if isinstance(inner, dict) else inner)
    layer: Any = lookup.tables()["keras.layers"].base
    own = isinstance(made, layer) and type(made).build_from_config is not layer.build_from_config
    if config.get("build_config") and own and not made.built:  # others are built by the call that needs them
        made.build_from_config(config["build_config"])
    return made
