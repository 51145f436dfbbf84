"""What ops are made with: conversion, checks, and the declaration of an op that one function computes."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes, facts
from ..core.op import op
from ..core.types import ArrayLike, Axis, DTypeLike, SizesLike

P = ParamSpec("P")
R = TypeVar("R")

_USUAL = {
    "x": "array.",
    "x1": "first array.",
    "y": "second array, broadcast against the first.",
    "x2": "second array, broadcast against the first.",
    "axis": "axis, or a tuple of axes; None for all.",
    "keepdims": "whether reduced axes stay, with size 1.",
    "dtype": "dtype of the result; None for the default one.",
}

_state = {"data_format": "channels_last"}
facts.settings.append(lambda: tuple(_state.items()))


def tensor(x: Any) -> jax.Array:
    """`x` as an array that the functions of `jax.numpy` take; lists become arrays, Python numbers stay weakly typed."""
    return x if isinstance(x, jax.Array) else jnp.asarray(x)


def floating(x: Any) -> jax.Array:
    """`x` as an array of floats: integers are converted to `floatx`."""
    x = tensor(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(dtypes.floatx())


def widened(x: jax.Array) -> jax.Array:
    """`x` in at least float32."""
    return x.astype(jnp.promote_types(x.dtype, "float32"))


def limits(dtype: Any) -> Any:
    """Smallest and largest number of a dtype, and more for floats, as `jax.numpy.finfo` and `iinfo` give it."""
    return jnp.finfo(dtype) if dtypes.is_float(dtype) else jnp.iinfo(dtype)  # type: ignore[no-untyped-call]


def to_axes(axis: Any) -> Any:
    """Axes or sizes as `jax.numpy` takes them: an integer, a tuple, or None."""
    return tuple(axis) if isinstance(axis, list) else axis


def refuse_sparse(sparse: Any) -> None:
    """Raise `ValueError` where a sparse result is asked for."""
    if sparse:
        raise ValueError("Results are dense arrays here: leave sparse=False. A zero costs memory, not correctness.")


def matrices(x: Any, name: str, square: bool = False) -> jax.Array:
    """`x` as an array of matrices `(..., m, n)`; `ValueError` for a vector, or for another shape than a square one."""
    x = tensor(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        expected = "square matrices (..., n, n)" if square else "matrices (..., m, n)"
        raise ValueError(f"{name} expects {expected}. Received shape {x.shape}.")
    return x


def positive(**values: Any) -> None:
    """`ValueError` for the first value that is no positive integer, by its name."""
    for name, value in values.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} is a positive integer. Received: {name}={value!r}")


def one_of(*known: Any, **values: Any) -> None:
    """`ValueError` for the first value that is not among the known ones, by its name."""
    for name, value in values.items():
        if value not in known:
            listed = ", ".join(map(repr, known[:-1]))
            raise ValueError(f"{name} is {listed} or {known[-1]!r}. Received: {name}={value!r}")


def of_two_axes(x: Any, axis1: int, axis2: int) -> jax.Array:
    """`x` as an array; `ValueError` for two axes of it that are one."""
    x = tensor(x)
    if x.ndim and axis1 % x.ndim == axis2 % x.ndim:
        raise ValueError(f"axis1 and axis2 are two axes. Received: axis1={axis1}, axis2={axis2}")
    return x


def existing_axes(axes: Any, rank: int) -> tuple[int, ...]:
    """Axes counted from 0, of one axis or several; `ValueError` for one that an array of `rank` axes has not."""
    given = (axes,) if isinstance(axes, int | np.integer) else tuple(axes)
    for axis in given:
        if not -rank <= axis < rank:
            raise ValueError(f"axis {axis} is out of bounds for an array with {rank} axes.")
    return tuple(axis % rank for axis in given)


def image_data_format() -> str:
    """The default data format, `"channels_last"` unless changed by `set_image_data_format`."""
    return _state["data_format"]


def set_image_data_format(data_format: str) -> None:
    """Set the data format of layers that are made from now on, and of ops.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: it is neither.
    """
    _state["data_format"] = check_data_format(data_format)
    facts.changed()


def check_data_format(data_format: str | None) -> str:
    """The data format, the default one for None; raises `ValueError` if it is no data format."""
    data_format = data_format or image_data_format()
    one_of("channels_last", "channels_first", data_format=data_format)
    return data_format


def to_channels_last(x: jax.Array, data_format: str | None) -> jax.Array:
    """`x` with its channels moved behind the spatial axes, if they are not there yet."""
    return x if check_data_format(data_format) == "channels_last" else jnp.moveaxis(x, 1, -1)


def from_channels_last(x: jax.Array, data_format: str | None) -> jax.Array:
    """Undo `to_channels_last`."""
    return x if check_data_format(data_format) == "channels_last" else jnp.moveaxis(x, -1, 1)


def per_axis(value: Any, count: int) -> tuple[int, ...]:
    """An integer for each of `count` spatial axes, from one for all or from a sequence."""
    values = (value,) * count if isinstance(value, int) else tuple(value)
    if len(values) != count:
        raise ValueError(f"Expected an integer, or {count} of them for {count} spatial axes. Received: {value!r}")
    return values


def steps(rank: int, **values: Any) -> list[tuple[int, ...]]:
    """Positive integers for each of `rank` spatial axes, of each of the named values."""
    found = [per_axis(value, rank) for value in values.values()]
    for name, sizes in zip(values, found, strict=True):
        for size in sizes:
            positive(**{name: size})
    return found


def of_one_shape(x1: jax.Array, x2: jax.Array, sentence: str) -> None:
    """`ValueError`, after a sentence that says so, for arrays of different shapes."""
    if x1.shape != x2.shape:
        raise ValueError(f"{sentence} Received shapes {x1.shape} and {x2.shape}.")


def windows(size: int, length: int, stride: int, gap: int = 1) -> Any:
    """The places along an axis that each window sees, `(windows, length)`."""
    return np.arange(0, size - (length - 1) * gap, stride)[:, None] + np.arange(length) * gap


def op_of(
    function: Callable[..., Any], convert: Callable[[Any], Any] = tensor, **names: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate the declaration of an op, which has no body: one function computes it.

    The function takes the arguments that are arrays by position, in their order, and all others by name, arrays
    that may be None among them. A dtype of None is `floatx` where no array is taken. A docstring without `Args:`
    gets those that many ops share.

    Args:
        function: a function of arrays, such as `jax.numpy.sin`.
        convert: makes an array of what was given: `tensor` or `floating`.
        **names: what the function calls an argument that has another name here.
    """
    arrays: dict[Any, Any] = {ArrayLike: convert, Sequence[ArrayLike]: lambda given: [convert(x) for x in given]}
    others: dict[Any, Any] = {ArrayLike | None: _unless_none(convert), Axis: to_axes, SizesLike: to_axes}

    def decorate(declared: Callable[P, R]) -> Callable[P, R]:
        code, kinds = declared.__code__, declared.__annotations__  # type: ignore[attr-defined]
        parameters = code.co_varnames[: code.co_argcount]
        given = declared.__defaults__ or ()  # type: ignore[attr-defined]
        defaults = {**dict.fromkeys(parameters), **dict(zip(parameters[-len(given) :], given, strict=bool(given)))}
        placed = {name for name in parameters if kinds[name] in arrays}
        dtype = _unless_none(dtypes.standardize) if placed else dtypes.standardize
        known = {**arrays, **others, DTypeLike: dtype}
        converters = {name: known.get(kinds[name]) for name in parameters}

        @functools.wraps(declared)
        def compute(*args: Any, **kwargs: Any) -> Any:
            declared(*args, **kwargs)  # refuses arguments that do not fit
            values, options = [], {}
            for name, value in {**defaults, **dict(zip(parameters, args, strict=False)), **kwargs}.items():
                if (converter := converters[name]) is not None:
                    value = converter(value)
                if name in placed:
                    values.append(value)
                else:
                    options[names.get(name, name)] = value
            return function(*values, **options)

        compute.__doc__ = _documented(declared.__doc__ or "", list(parameters))
        return op(compute)

    return decorate


def _unless_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


def _documented(doc: str, names: list[str]) -> str:
    """The docstring with the arguments described."""
    if "Args:" in doc:
        return doc
    first, _, rest = inspect.cleandoc(doc).partition("\n\n")
    return "\n\n".join([first, "\n    ".join(["Args:", *(f"{name}: {_USUAL[name]}" for name in names)]), rest])
