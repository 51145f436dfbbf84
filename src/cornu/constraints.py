"""Constraints: what a weight is brought back to after every update."""

from typing import Any

import jax.numpy as jnp

from .core import dtypes
from .core.arguments import Declared
from .core.config import Configurable
from .core.lookup import Table
from .core.types import Axis
from .ops.making import to_axes

__all__ = ["Constraint", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "deserialize", "get", "serialize"]


class Constraint(Configurable):
    """Base of all constraints: called with a weight, it gives the nearest allowed one.

    Example:
        >>> import cornu
        >>> class Bounded(cornu.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return cornu.ops.clip(w, -1.0, 1.0)
        >>> Bounded()(cornu.ops.array([0.5, 3.0]))
        Array([0.5, 1. ], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """The constrained weight.

        Args:
            w: the weight.
        """
        return w


class _Norm(Declared, Constraint, kw_only=True):
    """Base of those that say what the norms over `axis` should be; 1 by default."""

    axis: Axis = 0

    def __call__(self, w: Any) -> Any:
        """The constrained weight."""
        w = jnp.asarray(w)
        norms = jnp.sqrt(jnp.sum(jnp.square(w), axis=to_axes(self.axis), keepdims=True))
        return w * (self.wanted(norms) / (dtypes.epsilon() + norms))

    def wanted(self, norms: Any) -> Any:
        """The norms that are wanted in place of those given."""
        return 1


class MaxNorm(_Norm):
    """Norms of at most `max_value`.

    Args:
        max_value: largest norm.
        axis: axis, or axes, over which a norm is taken: 0 for the kernel of a Dense layer, `[0, 1, 2]` for that
            of a Conv2D layer, so that each unit has one.

    Example:
        >>> import cornu
        >>> cornu.constraints.MaxNorm(1.0)(cornu.ops.array([[3.0], [4.0]])).round(3)
        Array([[0.6],
               [0.8]], dtype=float32)

    Source:
        Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
    """

    max_value: float = 2

    def wanted(self, norms: Any) -> Any:
        """At most `max_value`."""
        return jnp.clip(norms, 0, self.max_value)


class NonNeg(Constraint):
    """No negative weights.

    Example:
        >>> import cornu
        >>> cornu.constraints.NonNeg()(cornu.ops.array([-1.0, 2.0]))
        Array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """The constrained weight."""
        return jnp.maximum(jnp.asarray(w), 0)


class UnitNorm(_Norm):
    """Norms of 1.

    Args:
        axis: axis, or axes, over which a norm is taken; see `MaxNorm`.

    Example:
        >>> import cornu
        >>> cornu.constraints.UnitNorm()(cornu.ops.array([[3.0], [4.0]])).round(3)
        Array([[0.6],
               [0.8]], dtype=float32)
    """


class MinMaxNorm(_Norm):
    """Norms between two bounds.

    A norm becomes `rate * clip(norm, min_value, max_value) + (1 - rate) * norm`.

    Args:
        min_value: smallest norm.
        max_value: largest norm.
        rate: how far each update goes; 1 enforces the bounds at once.
        axis: axis, or axes, over which a norm is taken; see `MaxNorm`.

    Example:
        >>> import cornu
        >>> cornu.constraints.MinMaxNorm(1.0, 2.0)(cornu.ops.array([[0.3], [0.4]])).round(3)
        Array([[0.6],
               [0.8]], dtype=float32)
    """

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0

    def wanted(self, norms: Any) -> Any:
        """`rate` of the way to the nearest bound."""
        return self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms


table = Table("constraint", "keras.constraints", Constraint)
table.add(Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)

max_norm, min_max_norm, non_neg, unit_norm = MaxNorm, MinMaxNorm, NonNeg, UnitNorm

get, serialize, deserialize = table.get, table.serialize, table.deserialize
