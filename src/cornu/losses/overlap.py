"""Losses of overlap between two regions: Dice and Tversky."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import arguments
from ..core.op import recorded
from .alignment import pair
from .loss import LossFunctionWrapper

Axis = int | Sequence[int] | None


def _axis(axis: Axis) -> int | tuple[int, ...] | None:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


@recorded
def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> Any:
    r"""One minus the Dice coefficient of two regions.

    .. math:: L = 1 - \frac{2 \sum y \hat y}{\sum y + \sum \hat y + \epsilon}

    Args:
        y_true: region, values in [0, 1].
        y_pred: predicted region of the same shape.
        axis: axes of the sums; None for all.

    Returns:
        Array without these axes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.dice([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.3333
    """
    y_true, y_pred = pair(y_true, y_pred, "dice")
    axis = _axis(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    return 1 - 2.0 * both / (jnp.sum(y_true, axis=axis) + jnp.sum(y_pred, axis=axis) + dtypes.epsilon())


@recorded
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None) -> Any:
    r"""One minus the Tversky index, an overlap that weighs the two kinds of error.

    .. math:: L = 1 - \frac{\sum y \hat y}
        {\sum y \hat y + \alpha \sum y (1 - \hat y) + \beta \sum (1 - y) \hat y + \epsilon}

    With both weights 0.5 it is `dice`.

    Args:
        y_true: region, values in [0, 1].
        y_pred: predicted region of the same shape.
        alpha: weight of what was missed.
        beta: weight of what was predicted in excess.
        axis: axes of the sums; None for all.

    Returns:
        Array without these axes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.tversky([1.0, 1.0, 0.0], [1.0, 0.0, 0.0], alpha=1.0)), 4)
        0.5

    Source: Salehi et al., https://arxiv.org/abs/1706.05721
    """
    y_true, y_pred = pair(y_true, y_pred, "tversky")
    axis = _axis(axis)
    both = jnp.sum(y_true * y_pred, axis=axis)
    missed = jnp.sum(y_true * (1 - y_pred), axis=axis)
    excess = jnp.sum((1 - y_true) * y_pred, axis=axis)
    return 1 - both / (both + alpha * missed + beta * excess + dtypes.epsilon())


class Dice(LossFunctionWrapper):
    """One minus the Dice coefficient; see `dice`.

    Args:
        reduction: how losses become one, see `Loss`.
        name: its name.
        axis: axes of the sums; None for all.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Dice()([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.3333
    """

    @arguments
    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """One minus the Tversky index; see `tversky`.

    Args:
        alpha: weight of what was missed.
        beta: weight of what was predicted in excess.
        reduction: how losses become one, see `Loss`.
        name: its name.
        axis: axes of the sums; None for all.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Tversky(alpha=1.0)([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
        0.5
    """

    @arguments
    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
