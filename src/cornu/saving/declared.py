"""What a config may declare: sizes and loops that a file explains, checked before anything is made from it.

Weights are drawn when they are needed, and those of a file never are. But some layers and metrics make arrays as long
as a number in their config when they are made or called, and some write a loop of Python out.
"""

import contextlib
import math
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ..core import codec

_LARGEST = 1 << 20  # a size that needs no explanation
_SAMPLE = 1 << 28  # elements of a batch, or of a sample where the batch is open
_STATES = 1 << 26  # elements of the states that all stateful layers keep
_STEPS = 1 << 14, 64  # turns of loops written out, and how many more for each object; a turn takes about a millisecond
_CALL = 8  # turns that calling a layer of an inner model takes
_RANK = 64  # NumPy's

_SIZES = {
    "units", "filters", "output_dim", "input_dim", "nb_filter", "num_classes", "num_thresholds", "fft_length",
    "sequence_length", "sequence_stride", "output_size", "padding", "stride", "dilation",
}  # fmt: skip
_WINDOWS = ("kernel_size", "pool_size", "filter_length", "pool_length", "nb_row", "nb_col")
_LOOPS = {"Diff": "n", "ArraySplit": "indices_or_sections", "Split": "indices_or_sections", "Unstack": "num"}
_BATCHES = ("batch_shape", "batch_input_shape", "build_input_shape", "input_shape")
_RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


@dataclass
class Loading:
    """What loading one file may still do.

    Args:
        stored: size of the file in bytes.
        batch: samples, and positions in them, for which a stateful layer keeps a state.
        steps: turns of loops that may still be written out.
    """

    stored: int = 0
    batch: int = 1
    steps: int = _STEPS[0]
    states: int = _STATES
    unrolled: set[str] = field(default_factory=set)  # names of layers that are to be unrolled when all is loaded


_loading: ContextVar[Loading | None] = ContextVar("loading", default=None)


@contextlib.contextmanager
def loading(encoded: Any, stored: int) -> Iterator[Loading]:
    """Objects decoded inside the `with` block are those of one file.

    Args:
        encoded: its JSON, parsed.
        stored: its size in bytes.
    """
    what = Loading(stored)
    for value in _dictionaries(encoded):
        what.steps += _STEPS[1] if "class_name" in value else 0
        for key in _BATCHES:
            shape = value.get(key)
            if isinstance(shape, list) and 1 < len(shape) <= _RANK and isinstance(shape[0], int):
                what.batch = max(what.batch, shape[0] * math.prod(_integers(shape[2:-1])))
    calls = _calls(encoded)
    what.steps -= _CALL * calls
    if what.steps < 0:
        _refuse("the model", "calls of layers", calls, "models inside models are called too often")
    token = _loading.set(what)
    try:
        yield what
    finally:
        _loading.reset(token)


def _dictionaries(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _calls(encoded: Any) -> int:
    """How many calls of layers one call of a model makes, those inside inner models included."""
    config = encoded.get("config") if isinstance(encoded, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        return 1
    inner = [(layer, layer.get("inbound_nodes")) for layer in layers if isinstance(layer, dict)]
    return sum(_calls(layer) * max(len(calls) if isinstance(calls, list) else 1, 1) for layer, calls in inner)


def checked(encoded: dict[str, Any]) -> dict[str, Any]:
    """An encoded object, if what it declares can be explained; it is not unrolled while it is loaded.

    Args:
        encoded: `{"class_name", "config", ...}`.

    Raises:
        ValueError: a number in its config is larger than any that the file explains.
    """
    name, config = encoded.get("class_name"), encoded.get("config")
    if not isinstance(config, dict):
        return encoded
    what = _loading.get() or Loading()
    for key, value in (*config.items(), *_inside(config, "arguments"), *_inside(encoded, "build_config")):
        if key in _SIZES and max(_integers(value), default=0) > max(_LARGEST, what.stored):
            _refuse(name, key, value, f"at most {max(_LARGEST, what.stored):,} are explained by the size of the file")
        if "shape" in str(key):
            _check_shape(name, key, value)
    windows = [math.prod(_integers(config[key])[:_RANK]) for key in _WINDOWS if key in config]
    what.steps -= math.prod(windows) + max(_integers(config.get(_LOOPS.get(str(name)))), default=0)
    if what.steps < 0:
        _refuse(name, "windows or loops", windows or config, "all those of a model together have fewer elements")
    if config.get("stateful"):
        what.states -= what.batch * max(_integers([config.get(key) for key in _SIZES]), default=1)
        if what.states < 0:
            _refuse(name, "states for a batch of", what.batch, f"at most {_STATES:,} elements are kept")
    if config.get("unroll") is True and _loading.get() and name in _RECURRENT and not encoded.get("registered_name"):
        what.unrolled.add(str(config.get("name")))
        return {**encoded, "config": {**config, "unroll": False}}
    return encoded


def _inside(config: dict[str, Any], key: str) -> list[tuple[str, Any]]:
    inner = config.get(key)
    return list(inner.items()) if isinstance(inner, dict) else []


def _check_shape(name: Any, key: str, value: Any) -> None:
    """Raise for a shape, or one among several, of more axes or elements than any array has."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return
    if any(isinstance(item, list | dict) for item in value):
        for item in value:
            _check_shape(name, key, item)
    elif len(value) > _RANK or math.prod(_integers(value)) > _SAMPLE:
        _refuse(name, key, value, f"shapes have at most {_RANK} axes and {_SAMPLE:,} elements")


def _integers(value: Any) -> list[int]:
    """The positive integers in nested lists."""
    found, waiting = [], [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, int | float) and value > 0:
            found.append(int(min(value, 1 << 62)))
    return found


def _refuse(name: Any, key: str, value: Any, limit: str) -> None:
    raise ValueError(
        f"The config of {str(name)[:40]!r} declares {key}: {str(value)[:60]}; {limit}. Making it could exhaust memory "
        "or time, so it is refused. The file is damaged or hostile."
    )


codec.translate_configs(checked)
