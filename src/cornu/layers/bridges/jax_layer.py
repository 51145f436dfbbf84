"""JaxLayer: a function of JAX, with weights that it is given, as a layer."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Self, Unpack

import jax
import jax.numpy as jnp
import numpy as np

from ...core import lookup, plain, seeds
from ...core.arguments import explained
from ...core.dtypes import is_float
from ...core.state import outside
from ...core.types import LayerOptions
from .. import calling
from ..layer import Layer
from . import given
from .leaves import Leaves

__all__ = ["JaxLayer"]

_OF_CALL = ("params", "state", "rng", "inputs", "training")
_OF_INIT = ("rng", "inputs", "training")


class JaxLayer(Layer):
    """A function of JAX as a layer: `y = call_fn(params, inputs)`.

    `call_fn` and `init_fn` take what they need of the following, by these names: `params`, a tree of arrays that are
    trained; `state`, a tree of arrays that are not; `rng`, a key of `jax.random`, or None outside of training;
    `inputs`, an array or a tree of arrays; `training`, a bool. With a state `call_fn` returns `(outputs, state)`. Each
    array is a weight, called by its path in the tree. In mixed precision `params` and `inputs` are cast, `state` keeps
    its own precision.

    A file holds the weights and the names of the functions: register those, or load with
    `custom_objects={"name": function}`; a function without a name goes by `"<layer>_call_fn"`.

    Args:
        call_fn: the function; it takes `inputs`, and of `params`, `state`, `rng`, `training` what it needs.
        init_fn: makes the weights: of `inputs` (ones in the shape of the data), `rng` and `training` it takes what it
            needs, and gives the params, or `(params, state)` where `call_fn` takes a state.
        params: initial params, in place of `init_fn`.
        state: initial state, likewise.
        seed: integer where the stream of `rng` begins.
        native_serialization_platforms: accepted for compatibility.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        whatever the function takes and gives.

    Raises:
        ValueError: a function takes other arguments, or nothing says what the weights are.

    Example:
        >>> import cornu, jax
        >>> def init(rng, inputs):
        ...     return {"w": jax.random.normal(rng, (inputs.shape[-1], 3))}
        >>> layer = cornu.layers.JaxLayer(lambda params, inputs: inputs @ params["w"], init)
        >>> layer([[1.0, 2.0]]).shape, layer.weights[0].name
        ((1, 3), 'w')

    Source:
        Bradbury et al., JAX: composable transformations of Python+NumPy programs, 2018.
    """

    @explained
    def __init__(
        self,
        call_fn: Callable[..., Any],
        init_fn: Callable[..., Any] | None = None,
        params: Any = None,
        state: Any = None,
        seed: int | None = None,
        native_serialization_platforms: Sequence[str] | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        self.call_fn, self.init_fn = call_fn, init_fn
        self._given: dict[str, Any] = {"call_fn": call_fn, "init_fn": init_fn}
        self._takes = self._checked("call_fn", call_fn, _OF_CALL)
        self._init_takes = () if init_fn is None else self._checked("init_fn", init_fn, _OF_INIT)
        self._params: Leaves | None = None
        self._state: Leaves | None = None
        self.seed_generator = seeds.SeedGenerator(seed) if "rng" in self._takes else None
        for name, value in (("params", params), ("state", state)):
            if value is not None and name not in self._takes:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} is given {name}, but its call_fn takes none. Write "
                    f"call_fn({', '.join([name, *self._takes])}), or leave out {name}=."
                )
        if params is not None or state is not None:
            self._make(params, state)
            self._build({})
        elif init_fn is None and {"params", "state"} & set(self._takes):
            raise ValueError(
                f"{type(self).__name__} {self.name!r} expects init_fn, a function that makes the weights, or their "
                f"values: call_fn takes {', '.join(self._takes)}. Write JaxLayer(call_fn, init_fn), with init_fn(rng, "
                "inputs), or JaxLayer(call_fn, params=...)."
            )

    def _checked(self, argument: str, function: Any, known: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the parameters of a function; raises `ValueError` for others than are known."""
        expected = f"a function that takes `inputs` and, by these names, any of {', '.join(known)}"
        kind = f"{type(self).__name__} {self.name!r}"
        try:
            takes = tuple(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            example = "JaxLayer(lambda params, inputs: inputs @ params, init_fn)"
            raise ValueError(
                f"{kind} expects {argument} to be {expected}, as in {example}. Received: {function!r}"
            ) from None
        wrong = [name for name in takes if name not in known]
        if wrong or "inputs" not in takes:
            near = lookup.nearest(wrong[0], known) if wrong else "Call its data `inputs`."
            raise ValueError(
                f"{kind} expects {argument} to be {expected}. Received {argument}({', '.join(takes)}). {near}"
            )
        return takes

    def _make(self, params: Any, state: Any) -> None:
        """Make the weights of two trees; where there is none there are no weights of the kind."""
        with self._named():
            self._params = Leaves(self, params, "params", trainable=True)
            self._state = Leaves(self, state, "state", trainable=False)

    def _build(self, given: dict[str, Any]) -> None:
        dtypes = [str(leaf.dtype) for leaf in jax.tree.leaves(given.get("inputs")) if hasattr(leaf, "dtype")]
        self._keep("_dtypes", ["float32" if is_float(dtype) else dtype for dtype in dtypes])
        super()._build(given)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights with `init_fn`, unless they were given."""
        if self._params is not None:
            return
        if not {"params", "state"} & set(self._takes):
            return self._make(None, None)
        assert self.init_fn is not None
        kinds = iter(getattr(self, "_dtypes", []))
        inputs = calling.map_shapes(
            lambda shape: jnp.ones([size or 1 for size in shape], next(kinds, "float32")), input_shape
        )
        offered = {"rng": self._get_init_rng(), "inputs": inputs, "training": True}
        with outside(), plain.told(f"It was called by layer {self.name!r} to make weights for {input_shape}."):
            made = self.init_fn(**{name: offered[name] for name in self._init_takes})
        self._make(*self._pair(made, "init_fn", "(params, state)") if "state" in self._takes else (made, None))

    def _pair(self, made: Any, function: str, expected: str) -> Any:
        if isinstance(made, tuple | list) and len(made) == 2:
            return made
        raise ValueError(
            f"The call_fn of {type(self).__name__} {self.name!r} takes a state, so that {function} returns {expected}. "
            f"It returned {type(made).__name__}."
        )

    def call(self, inputs: Any, training: bool | None = False) -> Any:
        """`call_fn` of the weights and the inputs."""
        assert self._params is not None and self._state is not None
        params, state = self._params.values(), self._state.values()
        offered = {"params": self._params.whole(params), "state": self._state.whole(state)}
        offered |= {"inputs": inputs, "training": bool(training)}
        if self.seed_generator is not None:
            offered["rng"] = self._get_call_rng(bool(training))
        with plain.told(f"It was called by layer {self.name!r} on inputs of shape {calling.shapes_of(inputs)}."):
            outputs = self.call_fn(**{name: offered[name] for name in self._takes})
        if "state" in self._takes:
            outputs, new = self._pair(outputs, "call_fn", "(outputs, state)")
            self._state.assign(new, state, self.name)
        if outputs is None:
            raise ValueError(
                f"The call_fn of {type(self).__name__} {self.name!r} gives None: it ends without a return."
            )
        return outputs

    @property
    def params(self) -> Any:
        """The tree of weights that are trained; None before there are any."""
        return None if self._params is None else self._params.whole(list(self._params))

    @property
    def state(self) -> Any:
        """The tree of weights that the function itself changes, or None."""
        return None if self._state is None else self._state.whole(list(self._state))

    # What a subclass may change: which keys the functions get

    def _get_init_rng(self) -> Any:
        return self._get_init_seed()

    def _get_call_rng(self, training: bool) -> Any:
        return self._get_call_seed() if training else None

    def _get_init_seed(self) -> Any:
        return jnp.asarray(np.array([seeds.make_seed(), 0], "uint32"))

    def _get_call_seed(self) -> Any:
        assert self.seed_generator is not None
        return self.seed_generator.next()

    # Files

    _not_in_files: tuple[str, ...] = ("call_fn", "init_fn")  # arguments that a file names and cannot hold
    _left_out: tuple[str, ...] = ("params", "state")  # arguments that are weights, and lie where those do

    def _encoded(self) -> dict[str, Any]:
        places = {name: self.name if name == "module" else f"{self.name}_{name}" for name in self._not_in_files}
        return {name: given.encoded(self._given[name], place) for name, place in places.items()}

    def given_again(self) -> dict[str, Any]:
        """What a config names and cannot hold, by those names."""
        named = {name: e for name, e in self._encoded().items() if isinstance(e, dict)}
        return {e["registered_name"]: self._given[name] for name, e in named.items()}

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; functions and modules by theirs, and no values of weights."""
        named = {name: value for name, value in super().captured(cls).items() if name not in self._left_out}
        return named | {n: v for n, v in self._encoded().items() if n in named or cls not in (None, type(self))}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make the layer; functions and modules are found among those registered or given, never imported."""
        with lookup.custom_object_scope(custom_objects):
            named = {
                name: given.found(config[name], config.get("name"), name)
                for name in cls._not_in_files
                if name in config
            }
            return super().from_config({**config, **named})

    def _looks(self, args: Any, kwargs: Any) -> Any:
        return None  # functions of one name may differ
