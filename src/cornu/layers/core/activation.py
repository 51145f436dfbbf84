"""Activation: any function of one array as a layer. Identity: none."""

from typing import Any

from ...core.arguments import arguments
from ..layer import Layer


class Activation(Layer):
    """Applies a function to each element or row: `y = activation(x)`.

    Args:
        activation: function, or the name of one in `cornu.activations`.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: there is no activation of that name.

    Example:
        >>> import cornu
        >>> cornu.layers.Activation("relu")([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    supports_masking = True

    @arguments
    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any) -> Any:
        """`activation(x)`."""
        return self.activation(x)


class Identity(Layer):
    """Passes its input on unchanged: `y = x`.

    Args:
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.Identity()([1.0, 2.0]).tolist()
        [1.0, 2.0]
    """

    supports_masking = True

    @arguments
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any) -> Any:
        """`x`."""
        return x
