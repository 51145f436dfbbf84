"""Masking: marks the steps of a sequence that are padding."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.attached import set_mask
from ..layer import Layer


class Masking(Layer):
    """Marks steps whose features all equal one value; later layers skip them.

    The mask is `any(x != mask_value)` over the last axis; the marked steps become zero.

    Args:
        mask_value: the value that fills padded steps.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, steps, ..., features)` to the same; the mask is `(batch, steps, ...)`.

    Example:
        >>> import cornu
        >>> x = cornu.ops.array([[[1.0, 2.0], [0.0, 0.0]]])
        >>> cornu.layers.Masking().compute_mask(x).tolist()
        [[True, False]]
    """

    supports_masking = True

    @arguments
    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any) -> Any:
        """`x`, with zeros in the steps that are padding."""
        mask = self.compute_mask(x)
        y = ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))
        set_mask(y, mask)
        return y

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True where a step is real."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
