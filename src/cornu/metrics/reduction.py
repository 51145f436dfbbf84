"""Sums and means over batches, and metrics that are the mean of a function."""

from collections.abc import Callable
from typing import Any, Self

import jax.numpy as jnp

from .. import losses
from ..core import codec
from ..core.arguments import arguments
from ..core.attached import get_mask
from ..core.lookup import tables
from ..core.symbolic import unwrap
from ..losses.alignment import same_rank
from ..losses.loss import divide_no_nan, merge_mask
from .metric import Metric, table


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

    @arguments
    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable((), dtype=self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values.

        Args:
            values: array, `(batch, ...)` or a scalar.
            sample_weight: weights, one per sample or per value.
        """
        values, _ = per_sample(values, sample_weight, jnp.sum, self.dtype)
        self.total.assign_add(jnp.sum(values))

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

    @arguments
    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable((), dtype=self.dtype, name="total")
        self.count = self.add_variable((), dtype=self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values; those of one sample are averaged first.

        Args:
            values: array, `(batch, ...)` or a scalar.
            sample_weight: weights, one per sample or per value.
        """
        values, sample_weight = per_sample(values, sample_weight, jnp.mean, self.dtype)
        self.total.assign_add(jnp.sum(values))
        if sample_weight is not None:
            self.count.assign_add(jnp.sum(sample_weight))
        else:
            self.count.assign_add(float(values.shape[0] if values.ndim else 1))

    def result(self) -> Any:
        """The mean."""
        return divide_no_nan(self.total.value, self.count.value)


class MeanMetricWrapper(Mean):
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

    @arguments
    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name, dtype)
        self.fn = fn
        self.fn_kwargs = kwargs
        if isinstance(fn, losses.Loss) or fn in losses.table.entries.values():
            self._direction = "down"

    def update_state(  # type: ignore[override]  # a mean of values becomes one of a function of two
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Add a batch.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.
            sample_weight: weights, one per sample or per value of the function.
        """
        mask = get_mask(y_pred)
        kwargs = {name: getattr(self, name, value) for name, value in self.fn_kwargs.items()}  # as they are now
        values = self.fn(y_true, y_pred, **kwargs)
        super().update_state(values, merge_mask(sample_weight, mask, self.dtype, mean=False))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make a metric from what `get_config` gave; the function is found by its name."""
        if isinstance(config.get("fn"), str):
            fn = config["fn"]
            kinds = [table, tables()["keras.losses"]]
            known = next((k for k in kinds if fn in k.entries and not isinstance(k.entries[fn], type)), kinds[1])
            config = {**config, "fn": known.find(fn)}
        elif "fn" in config:
            config = {**config, "fn": codec.decode(config["fn"])}
        return super().from_config(config)


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
        if values.ndim > weight.ndim:
            values = reduce(values, axis=tuple(range(weight.ndim, values.ndim)))
        try:
            sample_weight = jnp.broadcast_to(weight, values.shape)
        except ValueError:
            raise ValueError(
                f"sample_weight of shape {weight.shape} does not fit values of shape {values.shape}. Give one weight "
                f"per sample, of shape {values.shape[:1]}, or one per value."
            ) from None
        values = values * sample_weight
        if weight.ndim > 1:
            sample_weight = reduce(sample_weight, axis=tuple(range(1, weight.ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, sample_weight
