"""FlaxLayer: a module of Flax, of either of its two interfaces, as a layer."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import jax

from ...core.arguments import explained
from ...core.types import LayerOptions
from .jax_layer import JaxLayer

__all__ = ["FlaxLayer"]

# How modules of Flax call the mode, and what they mean by it.
_MODES = {"training": True, "train": True, "deterministic": False, "use_running_average": False}


class FlaxLayer(JaxLayer):
    """A module of Flax as a layer: its parameters are trained, all other variables are state.

    Of a module of `flax.linen` the weights are made when the layer is built, or taken from `variables`. A module of
    `flax.nnx` has them: the layer begins with copies of its values, the streams of its `rngs` included, and calls it in
    `train()` or `eval()` mode. A method with a parameter `training` or `train`, or, of the opposite meaning,
    `deterministic` or `use_running_average`, is told the mode.

    `layer.params` and `layer.state` are the trees of weights, `layer.module` of nnx is the module with these.

    A file holds the weights, and a module that is registered and has `get_config()`; any other is given again:
    `custom_objects={name of the layer: module}`.

    Args:
        module: an instance of `flax.linen.Module` or `flax.nnx.Module`.
        method: what to call in place of `__call__`: a method, its name, or a function of the module and the inputs.
        variables: of a linen module, what `module.init(...)` gave: collections by name, `"params"` among them.
        seed: integer where the stream of the linen module's `"dropout"` begins.
        native_serialization_platforms: accepted for compatibility.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        whatever the module takes and gives.

    Raises:
        ImportError: Flax is not installed.
        ValueError: `module` is no module of Flax.

    Example:
        >>> import cornu
        >>> from flax import linen
        >>> layer = cornu.layers.FlaxLayer(linen.Dense(3))
        >>> layer([[1.0, 2.0]]).shape, [w.name for w in layer.weights]
        ((1, 3), ['params.bias', 'params.kernel'])

    Source:
        Heek et al., Flax: a neural network library and ecosystem for JAX, 2020.
    """

    _no_facts = JaxLayer._no_facts | {"_given", "_whole"}  # its values are the layer's weights, the rest is read once
    _not_in_files = ("module", "method")
    _left_out = ("variables",)

    @explained
    def __init__(
        self,
        module: Any,
        method: str | Callable[..., Any] | None = None,
        variables: Mapping[str, Any] | None = None,
        seed: int | None = None,
        native_serialization_platforms: Sequence[str] | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        try:
            from flax import linen, nnx
        except ImportError:
            raise ImportError("FlaxLayer needs Flax: pip install flax") from None
        if not isinstance(module, linen.Module | nnx.Module):
            name = module.__name__ if isinstance(module, type) else "linen.Dense"
            raise ValueError(
                "FlaxLayer expects module to be a module of flax.linen or flax.nnx, an instance of its class: "
                f"FlaxLayer({name}(...)). Received: {module!r}"
            )
        named = method.__name__ if getattr(method, "__self__", None) is module else method  # type: ignore[union-attr]
        hidden = isinstance(named, str) and named.startswith("_") and named != "__call__"
        if hidden or isinstance(named, str) and not callable(getattr(module, named, None)):
            raise ValueError(f"FlaxLayer: {type(module).__name__} has no method {named!r}, as method= says.")
        called = getattr(module, named or "__call__") if named is None or isinstance(named, str) else named
        known = inspect.signature(called).parameters

        def mode(training: bool) -> dict[str, bool]:
            return {name: training is same for name, same in _MODES.items() if name in known}

        self._whole: Callable[[Any, Any], Any] | None = None
        if isinstance(module, linen.Module):
            made = _of_linen(module, named, variables, mode)
        elif variables is None:
            made, self._whole = _of_nnx(module, named, mode)
        else:
            raise ValueError("FlaxLayer: a module of flax.nnx has its values itself, so that it takes no variables=.")
        platforms = native_serialization_platforms
        super().__init__(**made, seed=seed, native_serialization_platforms=platforms, **options)
        self.method = named
        self._given = {"module": module, "method": named}

    @property
    def module(self) -> Any:
        """The module; of nnx with the weights as they are now."""
        if self._whole is None:
            return self._given["module"]
        assert self._params is not None and self._state is not None
        return self._whole(self._params.whole(self._params.values()), self._state.whole(self._state.values()))

    def _get_init_rng(self) -> Any:
        return {"params": self._get_init_seed(), "dropout": self._get_init_seed()}

    def _get_call_rng(self, training: bool) -> Any:
        if not training:
            return {}
        key = self._get_call_seed()
        return {"dropout": key, "params": jax.random.fold_in(key, 1)}  # whence all streams of other names come


def _of_linen(module: Any, method: Any, variables: Any, mode: Callable[[bool], dict[str, bool]]) -> dict[str, Any]:
    """Arguments of a `JaxLayer` for a module of linen."""

    def split(variables: Any) -> Any:
        held = dict(variables)
        return {k: v for k, v in held.items() if k == "params"}, {k: v for k, v in held.items() if k != "params"}

    def call_fn(params: Any, state: Any, rng: Any, inputs: Any, training: bool) -> Any:
        collections = {"mutable": list(state), "method": method, **mode(training)}
        return module.apply({**params, **state}, inputs, rngs=rng, **collections)

    def init_fn(rng: Any, inputs: Any) -> Any:
        made = jax.jit(lambda rng, inputs: module.init(rng, inputs, method=method, **mode(True)))  # op by op: seconds
        return split(made(rng, inputs))

    params, state = split(variables) if variables is not None else (None, None)
    return {"call_fn": call_fn, "init_fn": init_fn, "params": params, "state": state}


def _of_nnx(module: Any, method: Any, mode: Callable[[bool], dict[str, bool]]) -> tuple[dict[str, Any], Any]:
    """Arguments of a `JaxLayer` for a module of nnx, and what makes a module of params and state."""
    from flax import nnx

    def split(module: Any) -> Any:
        return nnx.split(module, nnx.Param, nnx.Intermediate, ...)

    graph, *states = split(module)
    params, seen, rest = (nnx.to_pure_dict(state) for state in states)

    def whole(params: Any, state: Any) -> Any:
        given = [nnx.clone(held) for held in states]
        for held, values in zip(given, (params, seen, state), strict=True):
            nnx.replace_by_pure_dict(held, values)
        return nnx.merge(graph, *given)

    def call_fn(params: Any, state: Any, inputs: Any, training: bool) -> Any:
        copy = whole(params, state)
        copy.train() if training else copy.eval()
        if method is None or isinstance(method, str):
            outputs = getattr(copy, method or "__call__")(inputs, **mode(training))
        else:
            outputs = method(copy, inputs, **mode(training))
        return outputs, nnx.to_pure_dict(split(copy)[-1])

    return {"call_fn": call_fn, "params": params, "state": rest}, whole
