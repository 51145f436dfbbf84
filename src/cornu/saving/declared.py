"""What a config may declare: sizes and loops that make loading a file cost more than the file explains.

Weights are drawn when they are needed, and those of a file never are, however large a config says they are. But some
objects make arrays as long as a number in their config when they are made or called, and some write a loop out.
"""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from ..core import codec, lookup
from ..core.setting import Setting
from .parsing import nested

_LARGEST = 1 << 20  # of a number that makes an array at once
_ELEMENTS = 1 << 28  # of a batch of inputs, or of a sample where the batch is open
_AXES = 64  # NumPy's
_STATES = 1 << 26  # elements that the states of all stateful layers have
_TURNS = 1 << 13, 8  # of loops that are written out, and how many more for each object; one takes a few milliseconds
_CALL = 4  # turns that calling a layer of an inner model takes

# Class -> numbers in its config that make an array when it is made or called.
_ARRAYS = {
    **dict.fromkeys(("AUC", "PrecisionAtRecall", "RecallAtPrecision"), ("num_thresholds",)),
    **dict.fromkeys(("SensitivityAtSpecificity", "SpecificityAtSensitivity"), ("num_thresholds",)),
    **dict.fromkeys(("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"), ("num_classes",)),
    **dict.fromkeys(("STFT", "ISTFT"), ("fft_length", "sequence_length", "sequence_stride")),
    "ExtractSequences": ("sequence_length", "sequence_stride"),
    "Fold": ("output_size", "kernel_size", "padding", "dilation", "stride"),
    "Unfold": ("kernel_size", "padding", "dilation", "stride"),
}
# What a class begins with -> numbers in its config whose product is that of the turns of a loop.
_LOOPS = {
    **dict.fromkeys(("Conv3D", "Depthwise", "Separable", "Unfold", "Fold"), ("kernel_size",)),
    **dict.fromkeys(("MaxPool", "AveragePool"), ("pool_size",)),
    **dict.fromkeys(("ArraySplit", "Split"), ("indices_or_sections",)),
    "GaussianBlur": ("kernel_size",),
    "ElasticTransform": ("sigma", "sigma"),
    "SSIM": ("filter_size", "filter_size"),
    "Diff": ("n",),
    "Unstack": ("num",),
}
_BATCHES = ("batch_shape", "batch_input_shape", "build_input_shape", "input_shape")


@dataclass
class Loading:
    """What loading one file may still do.

    Args:
        batch: for how many samples, and positions in each, a stateful layer keeps a state.
        turns: of loops that may still be written out.
        states: elements of states that may still be made.
        unrolled: names of layers that are to be unrolled once all is loaded.
    """

    batch: int = 1
    turns: int = _TURNS[0]
    states: int = _STATES
    unrolled: set[str] = field(default_factory=set)


_loading: Setting[Any] = Setting("loading", None)


def loading(encoded: Any) -> AbstractContextManager[Loading]:
    """Objects decoded inside the `with` block are those of one file.

    Args:
        encoded: its JSON, parsed.

    Raises:
        ValueError: models inside models would be called without end.
    """
    what = Loading()
    for value in (value for value, _ in nested(encoded) if isinstance(value, dict)):
        what.turns += _TURNS[1] if "class_name" in value else 0
        for key in _BATCHES:
            shape = value.get(key)
            if isinstance(shape, list) and 1 < len(shape) <= _AXES and isinstance(shape[0], int):
                what.batch = max(what.batch, shape[0] * math.prod(_integers(shape[2:-1])))
    calls = _calls(encoded)
    what.turns -= _CALL * calls
    if what.turns < 0:
        _refuse("the model", "calls of layers", calls, "models inside models are called too often")
    return _loading(what)


def _calls(encoded: Any) -> int:
    """How many calls of layers one call of a model makes, those inside inner models included."""
    config = encoded.get("config") if isinstance(encoded, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        return 1
    inner = [(layer, layer.get("inbound_nodes")) for layer in layers if isinstance(layer, dict)]
    return sum(_calls(layer) * max(len(calls) if isinstance(calls, list) else 1, 1) for layer, calls in inner)


def checked(encoded: dict[str, Any]) -> dict[str, Any]:
    """An encoded object, if making it costs no more than it should; while a file is loaded it is not unrolled.

    Args:
        encoded: `{"class_name", "config", ...}`.

    Raises:
        ValueError: a number in its config is too large.
    """
    name, config, what = str(encoded.get("class_name")), encoded.get("config"), _loading.get()
    if not isinstance(config, dict):
        return encoded
    # What takes a recurrent initializer makes a matrix of its units by themselves.
    known = getattr(lookup.tables()["keras.layers"].entries.get(name), "_arguments", {})
    for key in ("units",) if "recurrent_initializer" in known else _ARRAYS.get(name, ()):
        if max(_integers(config.get(key)), default=0) > _LARGEST:
            _refuse(name, key, config[key], f"at most {_LARGEST:,} are made")
    if what is None:
        return encoded
    for key, value in (*config.items(), ("build_config", encoded.get("build_config"))):
        if "shape" in str(key) or key == "build_config":
            _check_shape(name, key, value)
    for begin, keys in _LOOPS.items():
        if name.startswith(begin):
            what.turns -= math.prod(_integers([config.get(key) for key in keys])[:_AXES])
            if what.turns < 0:
                _refuse(name, keys[0], config.get(keys[0]), "all loops of a model together are shorter")
    if config.get("stateful"):
        sizes = _integers([config.get(key) for key in ("units", "filters")])
        what.states -= what.batch * max(sizes, default=1)
        if what.states < 0:
            _refuse(name, "states for a batch of", what.batch, f"at most {_STATES:,} elements are kept")
    if config.get("unroll") is True and "unroll" in known and not encoded.get("registered_name"):
        what.unrolled.add(str(config.get("name")))
        return {**encoded, "config": {**config, "unroll": False}}
    return encoded


def _check_shape(name: str, key: str, value: Any) -> None:
    """Raise for a shape, or one among several, of more axes or elements than any array has."""
    for shape, _ in nested(value):
        several = not isinstance(shape, list) or any(isinstance(item, list | dict) for item in shape)
        if not several and (len(shape) > _AXES or math.prod(_integers(shape)) > _ELEMENTS):
            _refuse(name, key, shape, f"shapes have at most {_AXES} axes and {_ELEMENTS:,} elements")


def _integers(value: Any) -> list[int]:
    """The positive integers in nested lists."""
    return [int(min(item, 1 << 62)) for item, _ in nested(value) if isinstance(item, int | float) and item > 0]


def _refuse(name: str, key: str, value: Any, limit: str) -> None:
    raise ValueError(
        f"The config of {name[:40]!r} declares {key}: {str(value)[:60]}; {limit}. Making it could exhaust memory or "
        "time, so it is refused. The file is damaged or hostile."
    )


codec.translate_configs(checked)
