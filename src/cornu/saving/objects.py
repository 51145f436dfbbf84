"""Objects to plain data and back, under the names of `keras.saving`."""

from typing import Any

from ..core import codec
from ..core.lookup import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

__all__ = [
    "CustomObjectScope", "custom_object_scope", "deserialize_keras_object", "get_custom_objects", "get_registered_name",
    "get_registered_object", "register_keras_serializable", "serialize_keras_object",
]  # fmt: skip

CustomObjectScope = custom_object_scope


def serialize_keras_object(obj: Any) -> Any:
    """Plain data that describes a layer, loss, optimizer or other object of the library.

    Args:
        obj: the object, or a tree of objects, numbers and strings.

    Returns:
        `{"module", "class_name", "config", "registered_name"}` for an object.

    Raises:
        TypeError: it has no `get_config` and no name.

    Example:
        >>> import cornu
        >>> cornu.saving.serialize_keras_object(cornu.layers.Dense(3))["class_name"]
        'Dense'
    """
    return codec.encode(obj)


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool | None = True, **kwargs: Any
) -> Any:
    """The object that `serialize_keras_object` described.

    Names are looked up in fixed tables and among custom objects; nothing is imported and no code is run.

    Args:
        config: plain data.
        custom_objects: your own classes and functions by name.
        safe_mode: accepted for compatibility; a description never runs code.
        **kwargs: accepted for compatibility.

    Raises:
        ValueError: an unknown name, or Python bytecode.

    Example:
        >>> import cornu
        >>> encoded = cornu.saving.serialize_keras_object(cornu.layers.Dense(3))
        >>> cornu.saving.deserialize_keras_object(encoded).units
        3
    """
    with custom_object_scope(custom_objects):
        if isinstance(config, dict) and "class_name" not in config:
            return {key: deserialize_keras_object(value) for key, value in config.items()}
        return codec.decode_value(config)
