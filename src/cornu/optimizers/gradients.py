"""Clip gradients: by value, by the norm of each, by the norm of all."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp


def clip(
    grads: Sequence[Any], clipnorm: float | None, clipvalue: float | None, global_clipnorm: float | None
) -> list[Any]:
    """Gradients clipped in the one way that is not None.

    Args:
        grads: gradients.
        clipnorm: largest norm of each.
        clipvalue: largest absolute value of an entry.
        global_clipnorm: largest norm of all together.
    """
    if clipnorm:
        return [clip_by_norm(g, clipnorm) for g in grads]
    if global_clipnorm:
        return clip_by_global_norm(grads, global_clipnorm)
    if clipvalue:
        return [jnp.clip(g, -clipvalue, clipvalue) for g in grads]
    return list(grads)


def clip_by_norm(gradient: Any, largest: float) -> Any:
    r"""A gradient scaled by :math:`\min(1, c / \|g\|)`.

    Args:
        gradient: array.
        largest: :math:`c`.
    """
    norm = jnp.sqrt(jnp.sum(jnp.square(gradient)))
    return gradient * (largest / jnp.maximum(norm, largest))


def clip_by_global_norm(grads: Sequence[Any], largest: float) -> list[Any]:
    r"""Gradients scaled by :math:`\min(1, c / \|g\|)` with the norm of all; not finite if one is not.

    Args:
        grads: arrays.
        largest: :math:`c`.
    """
    norm = global_norm(grads)
    scale = largest / jnp.maximum(norm, largest)
    return [g * scale for g in grads]


def global_norm(grads: Sequence[Any]) -> Any:
    """Norm of all gradients as one vector.

    Args:
        grads: arrays.
    """
    return jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in grads))
