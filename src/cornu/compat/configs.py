"""Older configs of layers, models, optimizers and metrics as today's, by the tables.

`translate` is plugged into the decoder by `core.codec.translate_configs`, `arguments` into constructors.
"""

from collections.abc import Sequence
from typing import Any

from ..core import codec, lookup
from ..core.arguments import WORDS, translate_arguments
from ..core.doubt import tell
from ..layers.options import FIRST_LAYER
from . import graphs
from .tables import (
    BECOME,
    CLASSES,
    FORMULAS,
    GONE,
    NEUTRAL,
    ORDERS,
    VALUES,
    Era,
    defaults,
    era,
    is_optimizer,
    renamed,
    told_by,
)


def translate(encoded: dict[str, Any]) -> dict[str, Any]:
    """Today's form of an encoded object.

    Args:
        encoded: `{"class_name", "config", ...}` of any era.

    Returns:
        An equal object if nothing is older than today.
    """
    name, config = encoded.get("class_name"), encoded.get("config")
    if not isinstance(name, str):
        raise ValueError(f"Expected the name of a class in a config. Received: class_name={name!r}")
    if name == "__lambda__":
        raise ValueError(
            "The file holds Python bytecode (a lambda), which is never run. Write the function again in your "
            "script and pass it in custom_objects under the name of its layer."
        )
    if name in ("Model", "Functional", "Sequential"):
        return {**encoded, "config": graphs.renewed(config)}
    name = CLASSES.get(name, name)
    if name.startswith("Custom>") and is_optimizer(name.removeprefix("Custom>")):
        name = name.removeprefix("Custom>")  # tf.keras 2.11 to 2.15 wrote its own optimizers so
    if not isinstance(config, dict):
        return {**encoded, "class_name": name}
    if name == "MeanMetricWrapper":  # tf.keras wrote metrics by their function
        name, config = _metric(name, config)
    if name.endswith("Lookup") or name == "TextVectorization":
        _refuse_paths(name, config)
    version = codec.version()
    if lookup.get_registered_object(encoded.get("registered_name") or name) is not None:
        return {**encoded, "config": _formulas(config, era(version))}  # the user's own names its arguments as it likes
    written = Era(2) if version is None and told_by(name) & config.keys() else era(version)
    return {**encoded, "class_name": name, "config": _renewed(name, config, written)}


def _renewed(name: str, config: dict[str, Any], written: Era) -> dict[str, Any]:
    """Arguments of a class of Keras, in the words of today."""
    today = renamed(name)
    for key in NEUTRAL.keys() & config.keys():
        if today.get(key, key) is None and config[key] not in NEUTRAL[key]:
            raise ValueError(f"{name} with {key}={config[key]!r}, of an older Keras, has no counterpart today.")
    named = [(today.get(key, key), value) for key, value in config.items()]
    config = {**defaults(name, written), **{key: value for key, value in named if key is not None}}
    words = {key: VALUES.get(key, {}).get(str(value), value) for key, value in config.items()}
    config = _formulas(words, written)
    special = _SPECIAL.get(name, _optimizer if is_optimizer(name) else None)
    return special(config) if special else config


def _formulas(config: dict[str, Any], written: Era) -> dict[str, Any]:
    """A config with activations by what their names meant then."""
    if written.major >= 3:
        return config
    return {key: FORMULAS.get(str(v), v) if key.endswith("activation") else v for key, v in config.items()}


def arguments(name: str, args: Any, given: dict[str, Any], known: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    """The arguments of a constructor by the names that it knows; a warning says what is called otherwise today.

    Args:
        name: the class whose constructor it is.
        args: arguments by position.
        given: arguments by name.
        known: names that its signature has, in order.
    """
    if name in ORDERS and isinstance(next(iter(args[1:]), None), str):  # behind `self`
        args, given = args[:1], dict(zip(ORDERS[name], args[1:], strict=False)) | given
    for key in (key for key in given if (name, key) in GONE):
        raise TypeError(f"{name}: the argument {key!r} is gone. {GONE[name, key]}")
    names = renamed(name)
    old = given.keys() & names.keys() - set(known) - {"implementation", "weights", *FIRST_LAYER}
    if not old:
        return args, given
    oldest = bool(old & told_by(name) - {"time_major"})
    sides = args[1 : 1 + _SIDES.get(name, 1)]
    if oldest and len(sides) > 1 and all(isinstance(side, int) for side in sides):  # (filters, rows, columns)
        args = (args[0], sides, *args[1 + len(sides) :])
    positions = [p for p, _ in zip(known, args, strict=False)]
    for key in sorted(old):
        today = names[key]
        if today != key and (today in positions or today in given):
            raise TypeError(f"{name} received {today!r} twice, the second time as {key!r}, its older name.")
        what = f"is called {today!r} today" if today else "says nothing any more, and is ignored"
        tell(f"{name}: the argument {key!r} {BECOME.get(key, what)}.")
    kept = {key: value for key, value in given.items() if key not in old and key in names}
    others = {key: value for key, value in given.items() if key not in kept}
    renewed = _renewed(name, {**dict.fromkeys(positions), **others}, Era(1) if oldest else era(None))
    return args, {key: value for key, value in {**renewed, **kept}.items() if key not in positions}


# Keras 1 took the sides of a kernel one by one.
_SIDES = {"Conv2D": 2, "Conv2DTranspose": 2, "SeparableConv2D": 2, "Conv3D": 3}


def _refuse_paths(name: str, config: dict[str, Any]) -> None:
    for key in ("vocabulary", "idf_weights"):
        if isinstance(config.get(key), str):
            raise ValueError(
                f"The config of {name} names a file, {key}={config[key]!r}. Loading a model opens no other file: load "
                f"the {key} yourself and pass it to the layer as a list."
            )


def _metric(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The class that stands for a metric's function, `CategoricalAccuracy` for `categorical_accuracy`."""
    found = "".join(part.capitalize() for part in str(config.get("fn")).split("_"))
    if found not in lookup.tables()["keras.metrics"].entries:
        return name, config
    return found, {key: value for key, value in config.items() if key in ("name", "dtype")}


def _convolution(config: dict[str, Any]) -> dict[str, Any]:
    names = ("nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3")
    sizes = [config.pop(name) for name in names if name in config]
    return {**config, "kernel_size": sizes} if sizes else config


def _separable(config: dict[str, Any]) -> dict[str, Any]:
    config = _convolution(config)
    init = config.pop("init", None)  # Keras 1 had one for both
    return {**config, "depthwise_initializer": init, "pointwise_initializer": init} if init else config


def _normalization(config: dict[str, Any]) -> dict[str, Any]:
    axis = config.get("axis", -1)
    return {**config, "axis": axis[0] if isinstance(axis, list) and len(axis) == 1 else axis}


def _optimizer(config: dict[str, Any]) -> dict[str, Any]:
    decay, rate = config.pop("decay", None), config.get("learning_rate")
    if decay and isinstance(rate, int | float):  # the rate fell as rate / (1 + decay * step)
        schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        config["learning_rate"] = {"class_name": "InverseTimeDecay", "config": schedule}
    if config.get("ema_overwrite_frequency") and not config.get("use_ema"):
        config["ema_overwrite_frequency"] = None
    return config


_SPECIAL = {
    **dict.fromkeys(("Conv2D", "Conv3D", "Conv2DTranspose"), _convolution),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), _separable),
    "BatchNormalization": _normalization,
    "Nadam": lambda config: _optimizer({**config, "decay": None}),  # tf.keras wrote its schedule_decay under this name
}

codec.translate_configs(translate)
translate_arguments(arguments)
WORDS.update(VALUES)
