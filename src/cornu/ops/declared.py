"""Ops that are one function each: a declaration says what they take, and what it does not say follows."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from ..core.op import op
from ..core.types import ArrayLike
from .tensors import tensor, to_axes

P = ParamSpec("P")
R = TypeVar("R")

_USUAL = {
    "x": "array.",
    "x1": "first array.",
    "x2": "second array, broadcast against the first.",
    "axis": "axis, or a tuple of axes; None for all.",
    "keepdims": "whether reduced axes stay, with size 1.",
    "dtype": "dtype of the result; None for the default one.",
}


def op_of(
    function: Callable[..., Any], convert: Callable[[Any], Any] = tensor
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate the declaration of an op, which has no body: one function computes it.

    The function takes the arguments that are `ArrayLike` by position, in their order, and all others by name. A
    docstring without `Args:` gets those that many ops share.

    Args:
        function: a function of arrays, such as `jax.numpy.sin`.
        convert: makes an array of what was given: `tensor` or `floating`.
    """

    def decorate(declared: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(declared).parameters
        arrays = [name for name, parameter in parameters.items() if parameter.annotation == ArrayLike]
        others = [name for name in parameters if name not in arrays]
        defaults = {name: parameters[name].default for name in others}

        @functools.wraps(declared)
        def compute(*args: Any, **kwargs: Any) -> Any:
            declared(*args, **kwargs)  # refuses arguments that do not fit
            given = {**defaults, **dict(zip(parameters, args, strict=False)), **kwargs}
            return function(
                *[convert(given[name]) for name in arrays], **{name: to_axes(given[name]) for name in others}
            )

        compute.__doc__ = _documented(declared.__doc__ or "", list(parameters))
        return op(compute)

    return decorate


def _documented(doc: str, names: list[str]) -> str:
    """The docstring with the arguments described."""
    if "Args:" in doc:
        return doc
    first, _, rest = inspect.cleandoc(doc).partition("\n\n")
    return "\n\n".join([first, "\n    ".join(["Args:", *(f"{name}: {_USUAL[name]}" for name in names)]), rest])
