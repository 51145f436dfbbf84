"""Rematerialization: what a layer computed on the way is computed again for the gradient, rather than kept."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import jax

from ..core import attached, state, symbolic
from ..core.setting import Setting
from ..core.variable import Variable
from . import calling

__all__ = ["RematScope", "remat"]


class Mode(NamedTuple):
    """What a `RematScope` was told."""

    mode: str
    output_size_threshold: int
    layer_names: tuple[str, ...]


_mode: Setting[Mode | None] = Setting("remat", None)
current = _mode.get  # the mode of the innermost scope, which a layer that is made takes as its own


class RematScope:
    """Layers made inside the `with` block compute again for the gradient what they would otherwise keep.

    Args:
        mode: `"full"` for every layer; `"activations"` for all but products of matrices and convolutions, which are
            kept; `"larger_than"` for layers whose output has more elements than `output_size_threshold`;
            `"list_of_layers"` for those whose names are in `layer_names`; None for none.
        output_size_threshold: a number of elements.
        layer_names: names of layers.

    Raises:
        ValueError: there is no such mode.

    Example:
        >>> import cornu
        >>> with cornu.RematScope(mode="full"):
        ...     layer = cornu.layers.Dense(3, activation="gelu")
        >>> layer(cornu.ops.ones((2, 4))).shape
        (2, 3)

    Source: Chen et al. (2016), Training deep nets with sublinear memory cost, https://arxiv.org/abs/1604.06174
    """

    def __init__(
        self,
        mode: Literal["full", "activations", "larger_than", "list_of_layers"] | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ) -> None:
        modes = ("full", "activations", "larger_than", "list_of_layers")
        if mode is not None and mode not in modes:
            raise ValueError(f"RematScope has the modes {', '.join(modes)} and None. Received: mode={mode!r}")
        self.mode, self.output_size_threshold, self.layer_names = mode, output_size_threshold, tuple(layer_names or ())
        self._opened: list[Any] = []

    def __enter__(self) -> "RematScope":
        mode = None if self.mode is None else Mode(self.mode, self.output_size_threshold, self.layer_names)
        self._opened.append(_mode(mode))
        self._opened[-1].__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._opened.pop().__exit__(*error)


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computed again for the gradient rather than kept on the way.

    Args:
        f: a function or layer; it may read and assign Variables and draw random numbers, which are the same both times.

    Example:
        >>> import cornu
        >>> slope = cornu.grad(cornu.remat(lambda x: cornu.ops.sum(cornu.ops.sin(x))), 0)
        >>> slope(cornu.ops.zeros((2,))).tolist()
        [1.0, 1.0]

    Source: Chen et al. (2016), Training deep nets with sublinear memory cost, https://arxiv.org/abs/1604.06174
    """
    return rematerialized(f)


def rematerialized(f: Callable[..., Any], policy: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """`remat` with a rule of JAX for what is kept all the same."""

    def call(*args: Any, **kwargs: Any) -> Any:
        traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((args, kwargs)))
        if symbolic.is_symbolic((args, kwargs)) or not traced and state.active() is None:
            return f(*args, **kwargs)  # nothing differentiates it
        context, written = calling.current(), list[Variable]()

        def run() -> Any:
            scope = state.Collecting()
            with state.opened(scope), _losses_of(context) as losses:
                result = attached.pack(f(*args, **kwargs))
            written[:] = scope.written.values()
            return result, [scope.values[id(variable)] for variable in written], losses

        result, new, losses = jax.checkpoint(run, policy=policy)()
        for variable, value in zip(written, new, strict=True):
            variable.store(value)
        if context is not None:
            context.losses.extend(losses)
        return attached.unpack(result)

    return call


def of_layer(layer: Any, mode: Mode, call: Callable[..., Any]) -> Callable[..., Any]:
    """The call of a layer, rematerialized if its mode says so."""
    if mode.mode == "activations":
        return rematerialized(call, jax.checkpoint_policies.dots_saveable)
    if mode.mode == "list_of_layers" and layer.name not in mode.layer_names:
        return call
    if mode.mode != "larger_than":
        return rematerialized(call)

    def if_large(*args: Any, **kwargs: Any) -> Any:
        with _losses_of(calling.current()):
            shapes = state.abstract(lambda: attached.pack(call(*args, **kwargs)))
        size = sum(math.prod(spec.shape) for spec in jax.tree.leaves(shapes))
        return (rematerialized(call) if size > mode.output_size_threshold else call)(*args, **kwargs)

    return if_large


@contextmanager
def _losses_of(context: Any) -> Iterator[list[Any]]:
    """Losses that are added inside the `with` block, in a list of their own."""
    losses: list[Any] = []
    if context is None:
        yield losses
        return
    outer, context.losses = context.losses, losses
    try:
        yield losses
    finally:
        context.losses = outer
