"""What a layer is made of that a file cannot hold: functions and modules. A file names them, the caller gives them."""

from typing import Any

from ...core import codec, lookup


def encoded(value: Any, place: str) -> Any:
    """How a config names a function or a module: by its own name, or by that of its layer where it has none.

    Args:
        value: the function or module; one with a `get_config` of its own is written as Keras writes it.
        place: the name where it has none.
    """
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "get_config"):
        return codec.encode_object(value)
    name = getattr(value, "__name__", "<lambda>")
    name, registered = (place, place) if name == "<lambda>" else (name, lookup.get_registered_name(value))
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": registered}


def found(value: Any, layer: Any, argument: str) -> Any:
    """What a config names, among what the caller registered or gave in `custom_objects`, and nowhere else.

    Args:
        value: what `encoded` gave, or the thing itself.
        layer: name of the layer, for messages.
        argument: of the layer, for messages.

    Raises:
        ValueError: the caller gave nothing of that name.
    """
    if not isinstance(value, dict):
        return value
    is_object = value.get("class_name") not in ("function", "builtin")
    names = [value.get(key) for key in ("registered_name", "class_name" if is_object else "config")]
    known = [lookup.get_registered_object(name) for name in names if isinstance(name, str)]
    thing = next((item for item in known if item is not None), None)
    if thing is None:
        name = next((name for name in reversed(names) if isinstance(name, str)), argument)
        raise ValueError(
            f"The {argument} of layer {layer!r} is {name!r}, which a file names and cannot hold. Give it when you "
            f"load: custom_objects={{{name!r}: ...}}; or make the model in code and call load_weights()."
        )
    return codec.decode(value) if isinstance(thing, type) and is_object else thing
