"""What surrounds the call of a layer: the mode, the losses it adds, arguments, masks, and clear errors."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from ..core.masks import get_mask, set_mask
from ..core.symbolic import KerasTensor, unwrap
from ..core.variable import Variable


@dataclass
class CallContext:
    """What layers inside one outer call share.

    Args:
        training: the mode that layers take which are not told otherwise.
        losses: values that layers added with `add_loss`.
    """

    training: bool | None = None
    losses: list[Any] = field(default_factory=list)


_context: ContextVar[CallContext | None] = ContextVar("call_context", default=None)


def current() -> CallContext | None:
    """The context of the outermost call that is running, or None."""
    return _context.get()


@contextmanager
def calling(context: CallContext) -> Iterator[CallContext]:
    """Make `context` the current one inside the `with` block."""
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def parameters(fn: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Parameters of a method by name, without `self`."""
    return _parameters(getattr(fn, "__func__", fn))  # the bound method would keep its layer alive in the cache


@functools.cache
def _parameters(fn: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    named = dict(inspect.signature(fn).parameters)
    named.pop("self", None)
    return named


def accepts(fn: Callable[..., Any], name: str) -> bool:
    """Whether the method has a parameter of that name."""
    return name in parameters(fn)


def to_arrays(value: Any, dtype: str | None) -> Any:
    """A layer's argument with arrays in place of NumPy arrays, Variables and lists of numbers.

    Args:
        value: the argument, or a tree of such.
        dtype: what float arrays are cast to, or None to leave them.
    """
    if isinstance(value, jax.Array | KerasTensor):
        return _cast(value, dtype)
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind in "OSU":
            return value
        return _cast(jnp.asarray(value), dtype)
    if isinstance(value, Variable):
        return _cast(value.value, dtype)
    if isinstance(value, list) and value and _is_numbers(value):
        return _cast(jnp.asarray(np.asarray(value)), dtype)
    if type(value) in (list, tuple):
        return type(value)(to_arrays(item, dtype) for item in value)
    if type(value) is dict:
        return {key: to_arrays(item, dtype) for key, item in value.items()}
    foreign = unwrap(value)
    return value if foreign is value else to_arrays(foreign, dtype)


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_numbers(item) for item in value)
    return isinstance(value, bool | int | float)


def _cast(array: Any, dtype: str | None) -> Any:
    if dtype is None or array.dtype == dtype or not dtypes.is_float(array.dtype):
        return array
    mask = get_mask(array)
    if isinstance(array, KerasTensor):
        return array  # the cast happens when there are values
    array = array.astype(dtype)
    set_mask(array, mask)
    return array


def shapes_of(value: Any) -> Any:
    """The shape of every array in a tree: one tuple for one array, a list or dictionary of them otherwise."""
    if hasattr(value, "shape"):
        return tuple(value.shape)
    if isinstance(value, dict):
        return {key: shapes_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shapes_of(item) for item in value]
    return None


def masks_of(value: Any) -> Any:
    """The mask of every array in a tree, in the same structure; None for an array without one."""
    if isinstance(value, dict):
        return {key: masks_of(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masks_of(item) for item in value]
    return get_mask(value)


def any_mask(masks: Any) -> bool:
    """Whether a tree of masks holds one."""
    return any(mask is not None for mask in jax.tree.leaves(masks))


def explain(error: Exception, name: str, inputs: Any) -> Exception:
    """An error of JAX from inside a layer's mathematics as a sentence that names the layer.

    Errors that Cornu or the user's own code raised pass as they are.
    """
    trace, innermost = error.__traceback__, ""
    while trace is not None:
        innermost = trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next
    if not innermost.startswith(("jax", "numpy")):
        return error
    message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ValueError(
        f"Layer {name!r} cannot compute on an input of shape {shapes_of(inputs)}: {message} "
        "Check the shapes of what the layer receives against what it was built for (model.summary() shows them)."
    )
