"""Lambda: a function of your own as a layer."""

import inspect
from collections.abc import Callable
from typing import Any, Self, Unpack

import jax

from ...core import codec, lookup
from ...core.arguments import explained
from ...core.attached import masked
from ...core.types import ArrayLike, LayerOptions, ShapeLike
from ..layer import Layer

__all__ = ["Lambda"]


class Lambda(Layer):
    """Wraps a function of arrays: `y = function(x, **arguments)`.

    A file never carries code: it holds the function's name, if it has one. A model is loaded with the function given
    again, `load_model(path, custom_objects={"lambda": function})`, under the function's name or that of the layer;
    only functions that are registered, activations, and ops without `arguments` are found without.

    Args:
        function: takes the input, and `mask` and `training` if it has parameters of those names.
        output_shape: accepted for compatibility: the shape is found by tracing the function.
        mask: mask of the output, or a function `(inputs, mask) -> mask`; None drops masks.
        arguments: further keyword arguments of the function.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        whatever the function takes and gives.

    Raises:
        TypeError: `function` cannot be called.

    Example:
        >>> import cornu
        >>> cornu.layers.Lambda(lambda x: x * 2)([1.0, 2.0]).tolist()
        [2.0, 4.0]
    """

    @explained
    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: ShapeLike | Callable[..., Any] | None = None,
        mask: ArrayLike | Callable[..., Any] | None = None,
        arguments: dict[str, Any] | None = None,
        **options: Unpack[LayerOptions],
    ) -> None:
        super().__init__(**options)
        if not callable(function):
            raise TypeError(f"Lambda expects a function, as in Lambda(lambda x: 2 * x). Received: {function!r}")
        self.function, self.mask, self.arguments = function, mask, dict(arguments or {})
        self.supports_masking = mask is not None
        try:
            self._takes = tuple(inspect.signature(function).parameters)
        except (TypeError, ValueError):  # some functions written in C have no signature
            self._takes = ()

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """`function(inputs, **arguments)`."""
        offered = {"mask": mask, "training": training}
        wanted = {k: v for k, v in offered.items() if k in self._takes and k not in self.arguments}
        outputs = self.function(inputs, **self.arguments, **wanted)
        return outputs if self.mask is None else masked(outputs, self.compute_mask(inputs, mask), inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """What `mask` says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; of a function without a name it is said where it will be looked for."""
        named = {**super().captured(cls), "arguments": self.arguments}
        for key, place in (("function", self.name), ("mask", f"{self.name}_mask"), ("output_shape", None)):
            if callable(named.get(key)):
                named[key] = _encoded(named[key], place)
        return named

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make the layer; functions are found by their names or that of the layer, never read from the file."""
        with lookup.custom_object_scope(custom_objects):
            return super().from_config(cls._with_functions(config))

    @staticmethod
    def _with_functions(config: dict[str, Any]) -> dict[str, Any]:
        name = config.get("name") or "lambda"
        arguments = codec.decode_value(config.get("arguments") or {})
        if any(callable(value) for value in jax.tree.leaves(arguments)):
            raise ValueError(f"The arguments of the Lambda layer {name!r} hold a function. A file holds none.")
        function = _found(config.get("function"), name, name, () if arguments else ("keras.ops",))
        kept = {**config, "function": function, "arguments": arguments, "output_shape": None}
        if not isinstance(config.get("mask"), bool | None):
            kept["mask"] = _found(config["mask"], f"{name}_mask", name)
        return kept


def _encoded(function: Callable[..., Any], place: str | None) -> Any:
    """A function's name, or, as Keras writes a function without one, but without its code, where to look for it."""
    if place is None:
        return None
    try:
        return codec.encode_function(function)
    except TypeError:
        return {"class_name": "__lambda__", "config": {"code": None, "custom_object": place}}


def _found(value: Any, place: str, layer: str, tables: tuple[str, ...] = ()) -> Any:
    """The function that a config means: one of one's own, an activation, or one of other tables.

    Args:
        value: its name, alone or as an encoded object, or bytecode.
        place: the custom object that stands for it if it has no name, or none that is known.
        layer: name of the layer, for messages.
        tables: modules of further functions that a file may name; ops only without arguments of the file's choice.
    """
    names = [value] if isinstance(value, str) else []
    if isinstance(value, dict) and value.get("class_name") in ("function", "builtin"):
        names = [n for n in (value.get("registered_name"), value.get("config")) if isinstance(n, str)]
    known = [lookup.get_registered_object(name) for name in (*names, place)]
    known += [lookup.tables()[t].entries.get(name) for t in (*tables, "keras.activations") for name in names]
    function = next((function for function in known if function is not None), None)
    if function is not None:
        return function
    missing = "a function that the file does not hold"
    if names:
        missing, place = f"a function {names[-1]!r} that is not known here", names[-1]
    elif isinstance(value, list | tuple) or (isinstance(value, dict) and (value.get("config") or {}).get("code")):
        missing = "a function that was saved as Python bytecode, which is never run"
    given = f"custom_objects={{{place!r}: function}}"
    raise ValueError(f"The Lambda layer {layer!r} calls {missing}. Give it when you load: {given}.")
