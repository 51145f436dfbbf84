"""Lambda: a function of your own as a layer."""

import inspect
from collections.abc import Callable
from typing import Any, Self

from ...core import codec, lookup
from ...core.masks import set_mask
from ..layer import Layer


class Lambda(Layer):
    """Wraps a function of arrays: `y = function(x, **arguments)`.

    A model with a Lambda can be saved if the function has a name; it is then found again by that name among the
    registered objects or in `custom_objects`. A file never carries code.

    Args:
        function: takes the input, and `mask` and `training` if it has parameters of those names.
        output_shape: accepted for compatibility: the shape is found by tracing the function.
        mask: mask of the output, or a function `(inputs, mask) -> mask`; None drops masks.
        arguments: further keyword arguments of the function.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        whatever the function takes and gives.

    Raises:
        TypeError: `function` cannot be called; or, when the layer is saved, it has no name.

    Example:
        >>> import cornu
        >>> cornu.layers.Lambda(lambda x: x * 2)([1.0, 2.0]).tolist()
        [2.0, 4.0]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda expects a function, as in Lambda(lambda x: 2 * x). Received: {function!r}")
        self.function, self.mask, self.arguments = function, mask, dict(arguments or {})
        self.supports_masking = mask is not None
        self._takes = tuple(inspect.signature(function).parameters) if _has_signature(function) else ()

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """`function(inputs, **arguments)`."""
        offered = {"mask": mask, "training": training}
        wanted = {k: v for k, v in offered.items() if k in self._takes and k not in self.arguments}
        outputs = self.function(inputs, **self.arguments, **wanted)
        if self.mask is not None:
            set_mask(outputs, self.compute_mask(inputs, mask))
        return outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """What `mask` says."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; functions by their names."""
        return {**super().get_config(), "arguments": codec.encode(self.arguments)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the layer; the function is found by its name, never read from the file."""
        values = {key: cls._found(value, config) for key, value in config.items() if key in ("function", "mask")}
        return super().from_config({**config, **values, "output_shape": None})

    @staticmethod
    def _found(value: Any, config: dict[str, Any]) -> Any:
        name = config.get("name") or "lambda"
        if isinstance(value, list | tuple) or (isinstance(value, dict) and value.get("class_name") == "__lambda__"):
            found = lookup.find_anywhere(name)
            if found is None:
                raise ValueError(
                    f"The Lambda layer {name!r} was saved as Python bytecode, which is never run. Give its function "
                    f"again: custom_objects={{{name!r}: function}}."
                )
            return found
        if isinstance(value, dict):
            value = value.get("config", value)
        if isinstance(value, str):
            found = lookup.find_anywhere(value)
            if found is None:
                raise ValueError(
                    f"The Lambda layer {name!r} calls a function {value!r} that is not known here. Pass "
                    f"custom_objects={{{value!r}: {value}}}."
                )
            return found
        return value


def _has_signature(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C have none
        return False
    return True
