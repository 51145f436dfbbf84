"""TimeDistributed: one layer, applied at every step of a sequence."""

from typing import Any

import jax
import jax.numpy as jnp

from ... import ops
from ...core import holders, parts, rows, seeds, state
from ...core.types import Shape
from .. import calling
from ..layer import Layer
from .wrapper import Wrapper

__all__ = ["TimeDistributed"]


class TimeDistributed(Wrapper):
    """Applies one layer, with the same weights, at every step of a sequence.

    Steps are treated as further samples: inputs of shape (batch, time, ...) reach the layer as one batch of
    batch * time samples. Where samples of a batch act on one another, as in a BatchNormalization that is trained, the
    layer is called once for every step.

    Args:
        layer: the layer.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

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

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for one step."""
        super().build(calling.map_shapes(_without_time, input_shape))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Apply the layer at every step.

        Args:
            inputs: array of shape (batch, time, ...), or a tree of such.
            training: mode of the layer.
            mask: booleans of shape (batch, time, ...), which the layer gets as (batch * time, ...).
        """
        batch, time = jax.tree.leaves(inputs)[0].shape[:2]
        known = calling.parameters(self.layer.call)
        kwargs: dict[str, Any] = {"training": training} if "training" in known else {}
        if mask is not None:
            if mask.shape[:2] != (batch, time):
                raise ValueError(
                    f"The mask of {self.name!r} begins with the batch and time axes of the input, here "
                    f"{(batch, time)}. Received a mask of shape {mask.shape}."
                )
            of_steps = hasattr(self.layer, "return_sequences")  # which a mask of one number per sample does not fit
            if "mask" in known and (mask.ndim > 2 or not of_steps):
                kwargs["mask"] = mask
        if self._samples_meet(inputs, kwargs, training):
            steps = [self.layer(_at(inputs, i), **{k: _at(v, i) for k, v in kwargs.items()}) for i in range(time)]
            return jax.tree.map(lambda *each: ops.stack(each, axis=1), *steps)
        if "mask" in kwargs:
            kwargs["mask"] = _merged(mask)
        real = rows.real_rows()
        with rows.padded(None if real is None else jnp.repeat(real, time)):
            outputs = self.layer(jax.tree.map(_merged, inputs), **kwargs)
        return jax.tree.map(lambda y: ops.reshape(y, (batch, time, *y.shape[1:])), outputs)

    def _samples_meet(self, inputs: Any, kwargs: dict[str, Any], training: bool | None) -> bool:
        """Whether samples of one batch act on one another in the layer, so that two steps must not share one."""
        inside = [part for _, part in parts.walk(self.layer) if isinstance(part, Layer)]
        states = [weight for weight in self.layer.weights if not weight.begins_trainable]
        if not (training and states) and not any(holders.is_users(type(part)) for part in inside):
            return False
        variables = [*self.layer.variables, seeds.session_variable()]
        kwargs = {key: value for key, value in kwargs.items() if key != "mask"}
        call = state.pure_changes(lambda step: self.layer(step, **kwargs), variables)
        step = jax.tree.map(lambda x: jax.ShapeDtypeStruct((x.shape[0], *x.shape[2:]), x.dtype), inputs)
        with rows.padded(None):
            return not rows.alone(lambda step, values: call(values, step), step, [v.spec() for v in variables])


def _at(tree: Any, step: int) -> Any:
    """A step of arrays (batch, time, ...); other values as they are."""
    return jax.tree.map(lambda x: x[:, step] if hasattr(x, "shape") else x, tree)


def _merged(x: Any) -> Any:
    """(batch, time, ...) to (batch * time, ...)."""
    return ops.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:]))


def _without_time(shape: Shape) -> Shape:
    """The shape of one step."""
    if len(shape) < 3:
        raise ValueError(f"TimeDistributed needs an input (batch, time, ...) of three axes or more. Received: {shape}.")
    return (shape[0], *shape[2:])
