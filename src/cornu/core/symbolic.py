"""Symbolic tensors: shapes without values, and the nodes that say how each was computed."""

import functools
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import jax
import numpy as np
from jax import export

from . import attached, dtypes, names, state
from .operators import Operators
from .setting import Setting
from .variable import Variable

# Where a function cannot be traced with unknown sizes they are tried as two different numbers; what differs in the
# result is unknown there. Both divide by many integers, so that reshapes of an unknown axis go through, and they lie
# far apart, so that no stride maps both to one size.
_TRIALS = (192, 960)
# axis to the size that stands for an unknown one
_tried: Setting[Mapping[int, int]] = Setting("tried", MappingProxyType({}))


class KerasTensor(Operators):
    """A tensor of which only shape and dtype are known: what `Input` gives and layers pass on.

    Args:
        shape: tuple of sizes; None for a size that is not known, such as the batch.
        dtype: name of the dtype.
        sparse: accepted for compatibility; must be false.
        ragged: accepted for compatibility; must be false.
        record_history: accepted for compatibility.
        name: its name.
    """

    def __init__(
        self,
        shape: Sequence[int | None],
        dtype: str = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        self.shape: tuple[int | None, ...] = tuple(shape)
        self.dtype = dtypes.standardize(dtype)
        self.sparse, self.ragged = sparse, ragged
        self.name = name or names.unique_name("keras_tensor")
        self.node: Node | None = None  # the call that made it
        self.index = 0  # which of the call's outputs it is

    @property
    def op(self) -> Any:
        """The layer or operation that made it."""
        return self.node.operation if self.node else None

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} has no known length to unpack; use cornu.ops.shape(x)[0].")
        return self.shape[0]

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} has no value yet, so `if`, `and` and `while` cannot decide on it. Use cornu.ops.where or "
            "cornu.ops.cond, or put the decision into a layer's call()."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise self._without_value("NumPy", "NumPy")

    def __float__(self) -> float:
        raise self._without_value("Python", "Python")

    __int__: Any = __float__

    def __jax_array__(self) -> Any:
        raise self._without_value("JAX", "jax.numpy")

    def _without_value(self, who: str, whose: str) -> TypeError:
        return TypeError(
            f"{self!r} is symbolic and has no value that {who} could use. Use the function of the same name from "
            f"cornu.ops in place of the {whose} one, or wrap it into a layer."
        )

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


_numbers = itertools.count()


class Node:
    """One call of a layer or an operation on symbolic tensors.

    Args:
        operation: what was called.
        args: its positional arguments, KerasTensors among them.
        kwargs: its keyword arguments.
        outputs: the tree of KerasTensors it gave.
    """

    def __init__(self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.operation, self.args, self.kwargs, self.outputs = operation, args, kwargs, outputs
        self.inputs: list[KerasTensor] = tensors((args, kwargs))
        self.number = next(_numbers)
        for index, tensor in enumerate(tensors(outputs)):
            tensor.node, tensor.index = self, index


def is_symbolic(value: Any) -> bool:
    """Whether the value is a KerasTensor, or a list, tuple or dictionary with one inside."""
    if isinstance(value, KerasTensor):
        return True
    if type(value) in (list, tuple):
        return any(is_symbolic(item) for item in value)
    if type(value) is dict:
        return any(is_symbolic(item) for item in value.values())
    return False


def tensors(tree: Any) -> list[KerasTensor]:
    """All KerasTensors in a tree, in order."""
    return [leaf for leaf in jax.tree.leaves(tree) if isinstance(leaf, KerasTensor)]


def refuse_unmade(owner: Any) -> None:
    """Raise `RuntimeError` for a layer or operation whose class forgets the constructor of its base."""
    if not hasattr(owner, "_nodes"):
        raise RuntimeError(f"{type(owner).__name__}.__init__() must call super().__init__() before it is used.")


def infer(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The tree of KerasTensors, with their masks, that `fn(*args, **kwargs)` would give.

    Args:
        fn: a function of arrays.
        args: positional arguments; KerasTensors stand for arrays.
        kwargs: keyword arguments, likewise.
    """
    leaves, tree = jax.tree.flatten((args, kwargs))
    for tensor in tensors(leaves):
        if tensor.dtype == "string":
            raise ValueError(
                f"The tensor {tensor.name!r} holds text, which only a layer that works on the host can compute with "
                "(one whose class says on_host = True). Turn it into numbers first."
            )
    given = attached.pack(tensors(leaves))

    def run(packed: Any) -> Any:
        arrays = iter(attached.unpack(packed))
        filled = [next(arrays) if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
        inner_args, inner_kwargs = jax.tree.unflatten(tree, filled)
        return attached.pack(fn(*inner_args, **inner_kwargs))

    def traced(size_of: Callable[[int], Any]) -> Any:
        def spec(t: KerasTensor) -> jax.ShapeDtypeStruct:
            return dtypes.spec([size_of(axis) if size is None else size for axis, size in enumerate(t.shape)], t.dtype)

        return state.abstract(run, jax.tree.map(spec, given))

    axes = sorted({axis for t in jax.tree.leaves(given) for axis, size in enumerate(t.shape) if size is None})
    try:
        results = [traced(_unknown)]
    except Exception:
        if not axes:
            raise
        sizes = {size for leaf in leaves for size in getattr(leaf, "shape", (leaf,)) if type(size) is int and size > 0}
        results = _tried_out(traced, axes, sorted(sizes))
    return attached.unpack(
        jax.tree.map(lambda *out: KerasTensor(list(map(_agreed, *(o.shape for o in out))), out[0].dtype.name), *results)
    )


def fresh(packed: Any) -> Any:
    """Tensors, with their masks, that look like those which `attached.pack` has packed."""
    return attached.unpack(jax.tree.map(lambda t: KerasTensor(t.shape, t.dtype), packed))


def looks(tree: Any) -> Any:
    """Shapes and dtypes of tensors and of their masks, to be compared."""
    return jax.tree.map(lambda t: (getattr(t, "shape", None), getattr(t, "dtype", None)), attached.pack(tree))


@functools.cache
def _unknown(axis: int) -> Any:
    """The size of an axis as a symbol; unknown sizes of one axis count as equal."""
    return export.symbolic_shape(f"size{axis}")[0]


def _agreed(*sizes: Any) -> int | None:
    """The size that all trials gave, or None."""
    return int(sizes[0]) if isinstance(sizes[0], int) and len(set(sizes)) == 1 else None


def _tried_out(traced: Callable[..., Any], axes: list[int], sizes: list[int]) -> list[Any]:
    """Results for two trials; where they clash with a known size, one unknown size is taken for that."""

    def attempt(trial: int, fixed: dict[int, int]) -> Any:
        with _tried({axis: trial for axis in axes} | fixed) as tried:
            try:
                return traced(tried.__getitem__)
            except Exception as error:
                if len(error.args) == 1:
                    error.args = (without_trials(str(error)),)
                raise

    errors = []
    for fixed in [{}, *({axis: size} for axis in axes for size in sizes)]:
        try:
            return [attempt(trial, fixed) for trial in _TRIALS]
        except Exception as error:
            errors.append(error)
    raise errors[0]


def known_shape(shape: Any) -> tuple[int | None, ...]:
    """A shape with None for what is unknown, also where a trial or a symbol stands for it."""
    trials = set(_tried.get().values()) & set(_TRIALS)
    return tuple(size if isinstance(size, int) and size not in trials else None for size in shape)


def without_trials(text: str) -> str:
    """A message with None in place of the numbers that stand for unknown sizes."""
    for trial in set(_tried.get().values()) & set(_TRIALS):
        text = re.sub(rf"\b{trial}\b", "None", text)
    return text


def record(operation: Any, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `operation` on symbolic tensors: infer what `fn` gives, and note the call in a node."""
    outputs = infer(fn, args, kwargs)
    Node(operation, args, kwargs, outputs)
    return outputs


def unwrap(value: Any) -> Any:
    """Variables in an argument as their values."""
    if isinstance(value, Variable):
        return value.value
    if type(value) in (list, tuple):
        return type(value)(unwrap(item) for item in value)
    foreign = type(value).__module__.startswith(("tensorflow.", "torch"))  # a tensor of these
    return np.asarray(value) if foreign else value
