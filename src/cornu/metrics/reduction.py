"""Sums and means over batches, and metrics that are the mean of a function."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from ..core.arguments import default
from ..core.attached import get_mask
from ..core.symbolic import unwrap
from ..core.types import ArrayLike, DType, DTypeLike, Name
from ..losses.alignment import same_rank
from ..losses.loss import Loss, OfFunction, Wrapper, merge_mask, of_kind
from ..losses.loss import table as losses_table
from ..ops import divide_no_nan
from .metric import Metric, get, table

__all__ = ["Mean", "MeanMetricWrapper", "Sum", "as_metric"]


class Sum(Metric):
    r"""Weighted sum of values, :math:`\sum_i w_i v_i`.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> float(cornu.metrics.Sum()([1, 3, 5]))
        9.0
    """

    name: Name = default("sum")
    dtype: DType = default(None)

    def _complete(self) -> None:
        super()._complete()
        self.total = self.add_variable((), dtype=self.dtype, name="total")

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add values.

        Args:
            values: array, `(batch, ...)` or a scalar.
            sample_weight: weights, one per sample or per value.
        """
        self.total.assign_add(jnp.sum(per_sample(values, sample_weight, jnp.sum, self.dtype)[0]))

    def result(self) -> Any:
        """The sum."""
        return self.total.value


class Mean(Metric):
    r"""Weighted mean of values, :math:`\sum_i w_i v_i / \sum_i w_i`; 0 before the first.

    Args:
        name: its name.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> mean = cornu.metrics.Mean()
        >>> mean.update_state([1, 3])
        >>> mean.update_state([8])
        >>> float(mean.result())
        4.0
    """

    name: Name = default("mean")
    dtype: DType = default(None)

    def _complete(self) -> None:
        super()._complete()
        self.total = self.add_variable((), dtype=self.dtype, name="total")
        self.count = self.add_variable((), dtype=self.dtype, name="count")

    def update_state(self, values: ArrayLike, sample_weight: ArrayLike | None = None) -> None:
        """Add values; those of one sample are averaged first.

        Args:
            values: array, `(batch, ...)` or a scalar.
            sample_weight: weights, one per sample or per value.
        """
        means, weights = per_sample(values, sample_weight, jnp.mean, self.dtype)
        self.total.assign_add(jnp.sum(means))
        self.count.assign_add(float(means.size) if weights is None else jnp.sum(weights))

    def result(self) -> Any:
        """The mean."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Wrapper, Mean):
    """Mean of a function `(y_true, y_pred) -> value of each sample`.

    Args:
        fn: the function.
        name: its name.
        dtype: dtype of the result.
        **kwargs: further arguments of `fn`.

    Example:
        >>> import cornu
        >>> def worst(y_true, y_pred):
        ...     return cornu.ops.max(cornu.ops.absolute(y_true - y_pred), axis=-1)
        >>> metric = cornu.metrics.MeanMetricWrapper(worst)
        >>> float(metric(cornu.ops.array([[0.0, 1.0]]), cornu.ops.array([[0.5, 3.0]])))
        2.0
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: DTypeLike = None, **kwargs: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self.fn_kwargs = kwargs

    def _complete(self) -> None:
        super()._complete()
        if isinstance(self.fn, Loss) or self.fn in losses_table.entries.values():
            self._direction = "down"  # type: ignore[misc]

    # A mean of values becomes one of a function of two.
    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> None:  # type: ignore[override]
        """Add a batch.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.
            sample_weight: weights, one per sample or per value of the function.
        """
        weight = merge_mask(sample_weight, get_mask(y_pred), self.dtype, mean=False)
        super().update_state(self.of_function(y_true, y_pred), weight)


class FunctionMetric(OfFunction, MeanMetricWrapper):  # type: ignore[override]  # arguments as they are now
    """Base of the metrics that are the mean of one function; larger is better, unless it is a loss."""

    _direction = "up"


def as_metric(identifier: Any, name: str | None = None) -> Metric:
    """`get`, with a function wrapped into a mean of its values.

    Args:
        identifier: what `get` takes, except None.
        name: name of the wrapped metric, by default the function's.

    Raises:
        ValueError: there is no metric of that name.
        TypeError: `identifier` names no metric.

    Example:
        >>> import cornu
        >>> cornu.metrics.as_metric(lambda y_true, y_pred: abs(y_true - y_pred), name="gap")
        <MeanMetricWrapper name=gap>
    """
    return of_kind(table, get(identifier), MeanMetricWrapper, name)


def per_sample(values: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: Any) -> tuple[Any, Any]:
    """Weighted values and weights, each reduced to one per sample.

    Args:
        values: array, `(batch, ...)` or a scalar.
        sample_weight: weights of lower or equal rank, or None.
        reduce: `jnp.mean` or `jnp.sum`, for what a sample holds.
        dtype: dtype of both.
    """
    mask = get_mask(values)
    values = jnp.asarray(unwrap(values), dtype=dtype)
    if sample_weight is not None:
        weight = merge_mask(sample_weight, mask, dtype, mean=False)
        values, weight = same_rank(values, weight)
        values = reduce(values, axis=tuple(range(weight.ndim, values.ndim)))
        try:
            sample_weight = jnp.broadcast_to(weight, values.shape)
        except ValueError:
            raise ValueError(
                f"sample_weight of shape {weight.shape} does not fit values of shape {values.shape}. Give one weight "
                f"per sample, of shape {values.shape[:1]}, or one per value."
            ) from None
        values = values * sample_weight
        sample_weight = reduce(sample_weight, axis=tuple(range(1, values.ndim)))
    return reduce(values, axis=tuple(range(1, values.ndim))), sample_weight
