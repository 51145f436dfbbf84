"""Ops that are one function each: a declaration says what they take, and what it does not say follows."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from ..core.op import op
from ..core.types import ArrayLike, Axis
from .tensors import tensor, to_axes

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


def op_of(
    function: Callable[..., Any], convert: Callable[[Any], Any] = tensor, **names: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate the declaration of an op, which has no body: one function computes it.

    The function takes the arguments that are arrays by position, in their order, and all others by name. A
    docstring without `Args:` gets those that many ops share.

    Args:
        function: a function of arrays, such as `jax.numpy.sin`.
        convert: makes an array of what was given: `tensor` or `floating`.
        **names: what the function calls an argument that has another name here.
    """

    arrays: dict[Any, Any] = {ArrayLike: convert, Sequence[ArrayLike]: lambda given: [convert(x) for x in given]}

    def decorate(declared: Callable[P, R]) -> Callable[P, R]:
        code, kinds = declared.__code__, declared.__annotations__  # type: ignore[attr-defined]
        parameters = code.co_varnames[: code.co_argcount]
        given = declared.__defaults__ or ()  # type: ignore[attr-defined]
        defaults = {**dict.fromkeys(parameters), **dict(zip(parameters[-len(given) :], given, strict=bool(given)))}
        converters = {name: arrays.get(kinds[name]) for name in parameters}
        axes = [name for name in parameters if kinds[name] == Axis]

        @functools.wraps(declared)
        def compute(*args: Any, **kwargs: Any) -> Any:
            declared(*args, **kwargs)  # refuses arguments that do not fit
            values, options = [], {}
            for name, value in {**defaults, **dict(zip(parameters, args, strict=False)), **kwargs}.items():
                if (converted := converters[name]) is not None:
                    values.append(converted(value))
                else:
                    options[names.get(name, name)] = to_axes(value) if name in axes else value
            return function(*values, **options)

        compute.__doc__ = _documented(declared.__doc__ or "", list(parameters))
        return op(compute)

    return decorate


def _documented(doc: str, names: list[str]) -> str:
    """The docstring with the arguments described."""
    if "Args:" in doc:
        return doc
    first, _, rest = inspect.cleandoc(doc).partition("\n\n")
    return "\n\n".join([first, "\n    ".join(["Args:", *(f"{name}: {_USUAL[name]}" for name in names)]), rest])
