"""Checks of constructor arguments that many layers share; each says what to write instead."""

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

from ..core.arguments import WORDS
from ..ops.making import image_data_format


def wrong(layer: Any, name: str, expected: str) -> ValueError:
    """An error that says what an argument is expected to be, and what it is."""
    received = f"{name}={getattr(layer, name)!r}"
    return ValueError(f"{type(layer).__name__} expects {name} to be {expected}. Received: {received}")


def is_integer(value: Any) -> bool:
    """Whether the value is an integer, of Python or NumPy, and no truth value."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def positive(layer: Any, *names: str) -> None:
    """Each of the named arguments is a positive integer."""
    for name in names:
        value = getattr(layer, name)
        if not is_integer(value) or value <= 0:
            raise wrong(layer, name, f"a positive integer, as in {type(layer).__name__}({name}=8)")
        setattr(layer, name, int(value))


def between(layer: Any, name: str, low: float, high: float) -> None:
    """The named argument is a number from `low` to `high`, both included."""
    value = getattr(layer, name)
    if not isinstance(value, Real) or not low <= float(value) <= high:
        raise wrong(layer, name, f"a number from {low:g} to {high:g}")


def not_negative(layer: Any, *names: str) -> None:
    """Each of the named arguments is a number that is zero or more."""
    for name in names:
        value = getattr(layer, name)
        if not isinstance(value, Real) or float(value) < 0:
            raise wrong(layer, name, "a number that is zero or more")


def choice(layer: Any, name: str, known: Iterable[str]) -> None:
    """The named argument is one of the known words, in any case."""
    value, known = getattr(layer, name), tuple(known)
    value = WORDS.get(name, {}).get(str(value), value)
    if not isinstance(value, str) or value.lower() not in known:
        raise wrong(layer, name, " or ".join(repr(word) for word in known))
    setattr(layer, name, value.lower())


def sizes(layer: Any, name: str, rank: int, least: int = 1) -> None:
    """The named argument is one integer or `rank` of them; it becomes a tuple."""
    value = getattr(layer, name)
    many = tuple(value) if isinstance(value, list | tuple) else (value,) * rank
    if len(many) != rank or not all(is_integer(size) and size >= least for size in many):
        word = "integer" if rank == 1 else f"integer, or {rank} of them"
        raise wrong(layer, name, f"one {word}, each {least} or more")
    setattr(layer, name, tuple(int(size) for size in many))


def borders(layer: Any, name: str, rank: int) -> None:
    """The named argument tells what to add or cut on both sides of `rank` axes; it becomes pairs.

    It is one integer for all sides, one integer per axis, or one pair (before, after) per axis.
    """
    if rank == 1:  # a single pair: `(1, 2)` is one
        sizes(layer, name, 2, least=0)
        return
    value = getattr(layer, name)
    many = tuple(value) if isinstance(value, list | tuple) else (value,) * rank
    pairs = [tuple(side) if isinstance(side, list | tuple) else (side, side) for side in many]
    if len(pairs) != rank or not all(len(p) == 2 and all(is_integer(n) and n >= 0 for n in p) for p in pairs):
        raise wrong(layer, name, f"an integer, {rank} integers, or {rank} pairs (before, after), none negative")
    setattr(layer, name, tuple((int(before), int(after)) for before, after in pairs))


def data_format(layer: Any) -> None:
    """`data_format` is `"channels_last"` or `"channels_first"`; None becomes the session's."""
    if layer.data_format is None:
        layer.data_format = image_data_format()
    choice(layer, "data_format", ("channels_last", "channels_first"))


def known_size(layer: Any, shape: tuple[int | None, ...], axis: int) -> int:
    """The size of an axis that weights depend on; raises `ValueError` if it is not known."""
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"Layer {layer.name!r} has axis={axis}, but its input has shape {shape}.")
    size = shape[axis]
    if size is None:
        raise ValueError(
            f"Layer {layer.name!r} makes weights for axis {axis} of its input, so that size must be known. "
            f"Received an input of shape {shape}: give the size in Input(shape=...)."
        )
    return size
