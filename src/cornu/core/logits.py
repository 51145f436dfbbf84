"""Logits that travel with the probabilities made from them, so that a crossentropy need not undo its softmax.

The logarithm of a softmax, computed from the logits, is exact where probabilities round to 0 or 1, costs half the
kernels, and keeps its gradient where a probability would be clipped. Keras on TensorFlow finds the logits likewise.
"""

from typing import Any

import jax

from .attached import Attached

_logits = Attached()


def keep_logits(probabilities: Any, kind: str, logits: Any, axis: Any = None) -> Any:
    """Remember, while a program is traced, what probabilities were made from; return them.

    Args:
        probabilities: `softmax(logits)` or `sigmoid(logits)`.
        kind: `"softmax"` or `"sigmoid"`.
        logits: an array of the same shape.
        axis: the axis of a softmax.
    """
    if isinstance(probabilities, jax.core.Tracer):  # an array's logits would stay in memory with it
        _logits.set(probabilities, (kind, logits, axis))
    return probabilities


def find_logits(probabilities: Any, kind: str, axis: int | None = None) -> Any:
    """The logits that probabilities were made from in that way along that axis, or None."""
    found = _logits.get(probabilities)
    if found is None or found[0] != kind:
        return None
    same = axis is None or (isinstance(found[2], int) and (found[2] - axis) % probabilities.ndim == 0)
    return found[1] if same else None
