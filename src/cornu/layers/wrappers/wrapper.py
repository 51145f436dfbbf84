"""Wrapper: the base of layers that hold one other layer."""

from typing import Any

from ...core.arguments import Declared
from ..layer import Layer

__all__ = ["Wrapper"]


class Wrapper(Declared, Layer):
    """The base of layers that apply another layer in their own way.

    Args:
        layer: the layer inside.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Raises:
        ValueError: `layer` is not a layer.

    Example:
        >>> import cornu
        >>> class Twice(cornu.layers.Wrapper):
        ...     def call(self, x):
        ...         return self.layer(self.layer(x))
        >>> Twice(cornu.layers.Dense(3))(cornu.ops.ones((2, 3))).shape
        (2, 3)
    """

    layer: Layer

    def _complete(self) -> None:
        check_layer(self.layer, type(self).__name__)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside for the same input."""
        if not self.layer.built:
            self.layer.build(input_shape)


def check_layer(layer: Any, owner: str) -> None:
    """Raise `ValueError` unless `layer` is a layer."""
    if not isinstance(layer, Layer):
        raise ValueError(f"{owner} takes a layer, as in {owner}(layers.LSTM(4)) or one of yours. Received: {layer!r}")
