"""TimeDistributed: one layer, applied at every step of a sequence."""

from typing import Any

import jax

from ... import ops
from ...core.config import arguments
from .. import calling
from ..layer import Layer
from .wrapper import Wrapper


class TimeDistributed(Wrapper):
    """Applies one layer, with the same weights, at every step of a sequence.

    Steps are treated as further samples: inputs of shape (batch, time, ...) reach the layer as one batch of
    batch * time samples.

    Args:
        layer: the layer.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, time, ...)` to `(batch, time, ...)`, the rest as the layer makes it.

    Raises:
        ValueError: `layer` is not a layer, or the input has no time axis.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.TimeDistributed(cornu.layers.Conv2D(4, 3))
        >>> layer(cornu.ops.ones((2, 5, 8, 8, 3))).shape
        (2, 5, 6, 6, 4)
    """

    supports_masking = True

    @arguments
    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for one step."""
        super().build(_without_time(input_shape))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layer at every step.

        Args:
            inputs: array of shape (batch, time, ...), or a tree of such.
            training: mode of the layer.
            mask: booleans of shape (batch, time, ...); axes after time are for the layer.
        """
        batch, time = jax.tree.leaves(inputs)[0].shape[:2]
        kwargs: dict[str, Any] = {}
        if calling.accepts(self.layer.call, "training"):
            kwargs["training"] = training
        if mask is not None and calling.accepts(self.layer.call, "mask"):
            self._check_mask(mask, batch, time)
            if mask.ndim > 2:
                kwargs["mask"] = _merged(mask)
        outputs = self.layer(jax.tree.map(_merged, inputs), **kwargs)
        return jax.tree.map(lambda y: ops.reshape(y, (batch, time, *y.shape[1:])), outputs)

    def _check_mask(self, mask: Any, batch: int, time: int) -> None:
        if mask.shape[:2] != (batch, time):
            raise ValueError(
                f"The mask of {self.name!r} begins with the batch and time axes of the input, here {(batch, time)}. "
                f"Received a mask of shape {mask.shape}."
            )


def _merged(x: Any) -> Any:
    """(batch, time, ...) to (batch * time, ...)."""
    return ops.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:]))


def _without_time(shape: Any) -> Any:
    """The shape of one step, for a shape or a tree of shapes."""
    if isinstance(shape, dict):
        return {key: _without_time(inner) for key, inner in shape.items()}
    if shape and isinstance(shape[0], list | tuple):
        return [_without_time(inner) for inner in shape]
    if len(shape) < 3:
        raise ValueError(
            f"TimeDistributed needs an input of shape (batch, time, ...) with three axes or more. Received: {shape}."
        )
    return (shape[0], *shape[2:])
