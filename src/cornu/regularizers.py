"""Regularizers: penalties on weights that are added to the loss."""

import math
from typing import Any, Literal

import jax.numpy as jnp

from .core.arguments import Declared, default
from .core.config import Configurable
from .core.lookup import Table
from .core.types import Given
from .ops import normalize
from .ops.making import one_of

__all__ = ["L1", "L1L2", "L2", "OrthogonalRegularizer", "Regularizer", "deserialize", "get", "serialize"]

Factor = Given[float | None, float]


class Regularizer(Configurable):
    """Base of all regularizers: called with a weight, it gives its penalty.

    Example:
        >>> import cornu
        >>> class Fourth(cornu.regularizers.Regularizer):
        ...     def __call__(self, x):
        ...         return cornu.ops.sum(x**4)
        >>> float(Fourth()(cornu.ops.array([2.0])))
        16.0
    """

    def __call__(self, x: Any) -> Any:
        """The penalty, a scalar.

        Args:
            x: the weight.
        """
        return 0.0


class _Penalty(Declared, Regularizer):
    """Base of those whose numbers are factors; None stands for the default."""

    def _complete(self) -> None:
        for name, usual in self._arguments.items():
            value = usual if getattr(self, name) is None else getattr(self, name)
            if isinstance(usual, float) and not (isinstance(value, int | float) and 0 <= value < math.inf):
                raise ValueError(f"{name} is a finite number from 0 on. Received: {name}={value!r}")
            setattr(self, name, float(value) if isinstance(usual, float) else value)


class L1(_Penalty):
    """`l1 * sum(abs(x))`: drives weights to 0.

    Args:
        l1: factor.

    Raises:
        ValueError: the factor is negative or no number.

    Example:
        >>> import cornu
        >>> round(float(cornu.regularizers.L1(0.1)(cornu.ops.array([1.0, -2.0]))), 3)
        0.3
    """

    l1: Factor = default(0.01)

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        return self.l1 * jnp.sum(jnp.abs(jnp.asarray(x)))


class L2(_Penalty):
    """`l2 * sum(x**2)`: keeps weights small.

    Args:
        l2: factor.

    Raises:
        ValueError: the factor is negative or no number.

    Example:
        >>> import cornu
        >>> round(float(cornu.regularizers.L2(0.1)(cornu.ops.array([1.0, -2.0]))), 3)
        0.5
    """

    l2: Factor = default(0.01)

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        return self.l2 * jnp.sum(jnp.square(jnp.asarray(x)))


class L1L2(_Penalty):
    """`l1 * sum(abs(x)) + l2 * sum(x**2)`.

    The name `"l1_l2"` stands for 0.01 and 0.01.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.

    Raises:
        ValueError: a factor is negative or no number.

    Example:
        >>> import cornu
        >>> round(float(cornu.regularizers.L1L2(0.1, 0.2)(cornu.ops.array([1.0, -2.0]))), 3)
        1.3
    """

    l1: Factor = default(0.0)
    l2: Factor = default(0.0)

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        x = jnp.asarray(x)
        return self.l1 * jnp.sum(jnp.abs(x)) + self.l2 * jnp.sum(jnp.square(x))


class OrthogonalRegularizer(_Penalty):
    """`factor` times the mean of `abs(cos)` over the angles between all pairs of rows, or columns.

    Args:
        factor: factor.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: an argument is none of these, or a weight is no matrix.

    Example:
        >>> import cornu
        >>> float(cornu.regularizers.OrthogonalRegularizer(0.5)(cornu.ops.array([[1.0, 0.0], [2.0, 0.0]])))
        0.5
    """

    factor: Factor = default(0.01)
    mode: Literal["rows", "columns"] = "rows"

    def _complete(self) -> None:
        super()._complete()
        one_of("rows", "columns", mode=self.mode)

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        x = jnp.asarray(x)
        if x.ndim != 2:
            raise ValueError(f"OrthogonalRegularizer takes matrices. Received a weight of shape {x.shape}.")
        rows = normalize(x if self.mode == "rows" else x.T, axis=1)
        count = rows.shape[0]
        cosines = (rows @ rows.T) * (1 - jnp.eye(count, dtype=rows.dtype))
        return self.factor * jnp.sum(jnp.abs(cosines)) / (count * (count - 1))


table = Table("regularizer", "keras.regularizers", Regularizer)
table.add(Regularizer, L1, L2, L1L2, OrthogonalRegularizer, l1_l2=L1L2(0.01, 0.01))

l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

get, serialize, deserialize = table.get, table.serialize, table.deserialize
