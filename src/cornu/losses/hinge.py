"""Losses of margins: right is not enough, it must be right by a margin of one."""

from typing import Any

import jax.numpy as jnp

from ..core.arguments import arguments
from ..core.op import recorded
from .alignment import pair
from .loss import LossFunctionWrapper


def signs(y_true: Any) -> Any:
    """Labels as -1 and 1; those that are all 0 or 1 are converted."""
    binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(binary, 2.0 * y_true - 1.0, y_true)


@recorded
def hinge(y_true: Any, y_pred: Any) -> Any:
    r"""Mean shortfall below a margin of one.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \max(1 - y_j \hat y_j, 0)

    Args:
        y_true: labels -1 or 1, `(batch, ..., d)`; labels 0 or 1 are converted.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "hinge")
    return jnp.mean(jnp.maximum(1.0 - signs(y_true) * y_pred, 0.0), axis=-1)


@recorded
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    r"""Mean squared shortfall below a margin of one.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \max(1 - y_j \hat y_j, 0)^2

    Args:
        y_true: labels -1 or 1, `(batch, ..., d)`; labels 0 or 1 are converted.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
        [1.25]
    """
    y_true, y_pred = pair(y_true, y_pred, "squared_hinge")
    return jnp.mean(jnp.square(jnp.maximum(1.0 - signs(y_true) * y_pred, 0.0)), axis=-1)


@recorded
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    r"""Shortfall of the right class's score below the best wrong one's plus one.

    .. math:: L = \max \left( \max_c (1 - y_c) \hat y_c - \sum_c y_c \hat y_c + 1, 0 \right)

    Args:
        y_true: one-hot labels, `(batch, ..., classes)`.
        y_pred: scores of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
        [0.5]
    """
    y_true, y_pred = pair(y_true, y_pred, "categorical_hinge")
    right = jnp.sum(y_true * y_pred, axis=-1)
    wrong = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(wrong - right + 1.0, 0.0)


class Hinge(LossFunctionWrapper):
    r"""Mean of :math:`\max(1 - y \hat y, 0)`; see `hinge`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> float(cornu.losses.Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.0
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "hinge", dtype: Any = None
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    r"""Mean of :math:`\max(1 - y \hat y, 0)^2`; see `squared_hinge`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> float(cornu.losses.SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
        1.25
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "squared_hinge", dtype: Any = None
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """Shortfall of the right class's score below the best wrong one's plus one; see `categorical_hinge`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
