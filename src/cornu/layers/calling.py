"""What surrounds the call of a layer: the mode, the losses it adds, arguments, masks, and clear errors."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes, plain
from ..core.attached import get_mask, masked
from ..core.setting import Setting
from ..core.symbolic import KerasTensor, known_shape, unwrap
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


calling: Setting[Any] = Setting("call_context", None)  # the `CallContext` of the outermost call that is running
current = calling.get
own_step: Setting[bool] = Setting("own_step", False)  # whether a step that a model's class writes is running


def parameters(fn: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Parameters of a method, or of a class's function, by name, without the object itself."""
    plain = getattr(fn, "__func__", fn)  # the bound method would keep its layer alive in the cache
    return _parameters(plain, plain is not fn)


@functools.cache
def _parameters(fn: Callable[..., Any], bound: bool) -> dict[str, inspect.Parameter]:
    named = dict(inspect.signature(fn).parameters)
    first = next(iter(named), None)
    if first == "self" or (bound and first is not None and named[first].kind is not inspect.Parameter.VAR_POSITIONAL):
        del named[first]
    return named


def named(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the names of its parameters, in their order; several in one get numbers."""
    positional = [n for n, p in parameters(fn).items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    several = next((n for n, p in parameters(fn).items() if p.kind is p.VAR_POSITIONAL), "argument")
    labels = [*positional, *(several if i == 0 else f"{several}_{i}" for i in range(len(args) - len(positional)))]
    ordered = {name: kwargs[name] for name in parameters(fn) if name in kwargs} if len(kwargs) > 1 else {}
    return {**dict(zip(labels, args, strict=False)), **ordered, **kwargs}


def with_shapes(fn: Callable[..., Any], given: dict[str, Any]) -> Any:
    """What `build`, or another method of shapes, gives for arguments of a call.

    Its parameter `x_shape` gets the shape of argument `x`; a single parameter, of any name, that of the first.
    """
    shapes = {f"{name}_shape": shapes_of(value) for name, value in given.items()}
    wanted = {name: p for name, p in parameters(fn).items() if p.kind is not p.VAR_KEYWORD}
    if len(wanted) < 2:
        return fn(next(iter(shapes.values()), None))
    return fn(**{name: shapes.get(name) for name, p in wanted.items() if name in shapes or p.default is p.empty})


def mode(given: bool | None, outer: "CallContext | None", known: dict[str, inspect.Parameter]) -> bool | None:
    """Training or not: what the call says, else what the call around it says, else the layer's default."""
    if given is None and outer is not None:
        given = outer.training
    if given is None and "training" in known:
        given = known["training"].default is True
    return given


def add_masks(given: dict[str, Any], kwargs: dict[str, Any], known: dict[str, inspect.Parameter]) -> Any:
    """Give `call` the masks that come with its arguments: `mask` is the first one's, `x_mask` that of argument `x`.

    Returns:
        The mask of the first argument, given or attached; for several arrays one each.
    """
    masks = None
    for index, (name, value) in enumerate(given.items()):
        places = [f"{name}_mask", *([] if index else ["mask"])]
        own = next((given[place] for place in places if given.get(place) is not None), None)
        if own is None and (index == 0 or places[0] in known):
            own = jax.tree.map(get_mask, value)
            if jax.tree.leaves(own):
                kwargs.update({place: own for place in places if place in known})
        masks = masks if index else own
    return masks


def to_arrays(value: Any, dtype: str | None) -> Any:
    """A layer's argument with arrays in place of NumPy arrays, Variables and lists of numbers.

    Args:
        value: the argument, or a tree of such.
        dtype: what float arrays are cast to, or None to leave them.
    """
    if isinstance(value, jax.Array | KerasTensor):
        return _cast(value, dtype)
    if isinstance(value, np.ndarray | np.generic):
        return value if value.dtype.kind in "OSU" else _cast(jnp.asarray(value), dtype)
    if isinstance(value, Variable):
        return _cast(value.value, dtype)
    if isinstance(value, list) and value and _is_numbers(value):
        try:
            return _cast(jnp.asarray(np.asarray(value)), dtype)
        except ValueError:
            raise ValueError(
                "A layer was called on a list of rows of unequal length. Make them one length: "
                "cornu.utils.pad_sequences(rows)."
            ) from None
    if type(value) in (list, tuple):
        return type(value)(to_arrays(item, dtype) for item in value)
    if type(value) is dict:
        return {key: to_arrays(item, dtype) for key, item in value.items()}
    foreign = unwrap(value)
    return value if foreign is value else to_arrays(foreign, dtype)


def to_numpy(value: Any, name: str) -> Any:
    """The argument of a layer that works on the host, with NumPy arrays in place of arrays and lists.

    Args:
        value: the argument, or a tree of such.
        name: the layer, for messages.

    Raises:
        TypeError: a compiled program is being traced, in which there are no values.
    """
    if isinstance(value, jax.core.Tracer):
        raise TypeError(
            f"{name!r} works on the host with NumPy and cannot be part of a compiled program. In a functional or "
            "Sequential model such layers come first and run before it; elsewhere call it on the data beforehand."
        )
    if type(value) is dict:
        return {key: to_numpy(item, name) for key, item in value.items()}
    if type(value) is tuple or type(value) is list and any(getattr(item, "shape", None) for item in value):
        return type(value)(to_numpy(item, name) for item in value)
    is_data = isinstance(value, list | Variable) or hasattr(value, "__array__")
    if not is_data or isinstance(value, KerasTensor):
        return value
    array = np.asarray(value)
    is_bytes = array.dtype.kind == "S" or array.dtype == object and array.size and isinstance(array.flat[0], bytes)
    return np.char.decode(array.astype("S"), "utf-8") if is_bytes else array  # text of TensorFlow's, too, is str


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_numbers(item) for item in value)
    return isinstance(value, bool | int | float)


def _cast(array: Any, dtype: str | None) -> Any:
    if isinstance(array, KerasTensor):
        return array  # the cast happens when there are values
    if dtype is None or array.dtype == dtype or not dtypes.is_float(array.dtype):
        return array
    return masked(array.astype(dtype), get_mask(array))


def shapes_of(value: Any) -> Any:
    """The shape of every array in a tree: one tuple for one array, a list or dictionary of them otherwise.

    A size that is not known is None, also while the graph of a model is traced.
    """
    return jax.tree.map(lambda leaf: known_shape(leaf.shape) if hasattr(leaf, "shape") else None, value)


def map_shapes(fn: Callable[[Any], Any], shapes: Any) -> Any:
    """What a function gives for every shape in a list or dictionary of them; for one shape that alone."""

    def is_shape(value: Any) -> bool:
        return isinstance(value, list | tuple) and not any(isinstance(size, list | tuple | dict) for size in value)

    return jax.tree.map(fn, shapes, is_leaf=is_shape)


def explain(error: Exception, name: str, inputs: Any) -> Exception:
    """An error of JAX from inside a layer's mathematics as a sentence that names the layer.

    An error that Cornu or the user raised passes as it is. One of JAX that the user's own code met keeps its traceback
    and gets the layer's name as a note.
    """
    foreign, own = plain.origin(error)
    if not foreign and not hasattr(error, "of_op"):
        return error
    said = f"Layer {name!r} cannot compute on an input of shape {shapes_of(inputs)}: {plain.simplified(error)}"
    if own:
        if not getattr(error, "__notes__", None):
            error.add_note(said)
        return error
    return ValueError(
        f"{said} Check the shapes of what the layer receives against those it was built for, as model.summary() shows."
    )
