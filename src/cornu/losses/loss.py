"""The base of losses: per-sample values, weighted, masked and reduced to one number."""

from collections.abc import Callable
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes, names, rows
from ..core.arguments import arguments
from ..core.attached import get_mask
from ..core.config import Configurable
from ..core.lookup import Table
from ..core.symbolic import unwrap
from .alignment import same_rank

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


class Loss(Configurable):
    r"""Base of losses: a subclass writes `call(y_true, y_pred)`, the loss of each sample.

    With per-sample losses :math:`l_i` and weights :math:`w_i`, the reductions are

    - `"sum_over_batch_size"` or `"mean"`: :math:`\frac{1}{n} \sum_i w_i l_i`
    - `"mean_with_sample_weight"`: :math:`\sum_i w_i l_i / \sum_i w_i`
    - `"sum"`: :math:`\sum_i w_i l_i`
    - `"none"` or None: :math:`w_i l_i`

    Where a mask is attached to the predictions, masked entries count neither in the sum nor in :math:`n`.

    Args:
        name: its name; by default the class's in snake case.
        reduction: one of the above. `"auto"`, of Keras 2, is `"sum_over_batch_size"`.
        dtype: dtype to compute in, by default `floatx`.

    Raises:
        ValueError: there is no such reduction.

    Example:
        >>> import cornu
        >>> class Quartic(cornu.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return cornu.ops.mean((y_true - y_pred) ** 4, axis=-1)
        >>> float(Quartic()([[0.0], [1.0]], [[2.0], [1.0]]))
        8.0
    """

    @arguments
    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or names.unique_name(type(self).__name__)
        self.reduction = checked_reduction(reduction)
        self.dtype: str = dtypes.get_policy(dtype or dtypes.floatx()).compute_dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.

        Returns:
            Array with the batch as first axis.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method call(self, y_true, y_pred).")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        """The reduced loss.

        Args:
            y_true: targets, `(batch, ...)`.
            y_pred: predictions, `(batch, ...)`.
            sample_weight: one weight per sample, or per entry of what `call` gives.
            mask: booleans, false where a prediction is padding; by default the mask attached to `y_pred`.

        Returns:
            A scalar; an array if the reduction is `"none"`.
        """
        if mask is None and not isinstance(y_pred, dict | list | tuple):
            mask = get_mask(y_pred)
        y_true, y_pred = (jax.tree.map(self._array, y, is_leaf=_is_array) for y in (y_true, y_pred))
        values = self.call(y_true, y_pred)
        own = get_mask(values)  # a loss may rule out entries itself, as `ignore_class` does
        if rows.real_rows() is not None and not values.ndim:
            rows.refuse("a loss that is one number for the batch")
        for other in (own, rows.mask_of(values)):
            if other is not None:
                mask = other if mask is None else jnp.logical_and(*same_rank(mask, other))
        return reduce_weighted(values, sample_weight, mask, self.reduction, self.dtype)

    def _array(self, value: Any) -> Any:
        return jnp.asarray(unwrap(value), dtype=self.dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the dtype only where it is not the default."""
        config = super().get_config()
        if config.get("dtype") in (None, dtypes.floatx()):
            config.pop("dtype", None)
        return config


class LossFunctionWrapper(Loss):
    """A loss made of a function `(y_true, y_pred) -> loss of each sample`.

    Args:
        fn: the function.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.
        **kwargs: further arguments of `fn`.

    Example:
        >>> import cornu
        >>> def cubic(y_true, y_pred):
        ...     return cornu.ops.mean(abs(y_true - y_pred) ** 3, axis=-1)
        >>> loss = cornu.losses.LossFunctionWrapper(cubic, name="cubic")
        >>> float(loss([[0.0]], [[2.0]]))
        8.0
    """

    @arguments
    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.fn = fn
        self.fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's value on targets and predictions of one rank."""
        true, tree = jax.tree.flatten(y_true)
        if bool(jax.tree.structure(y_pred) == tree):  # type: ignore[operator]
            pairs = [same_rank(t, p) for t, p in zip(true, jax.tree.leaves(y_pred), strict=True)]
            y_true, y_pred = (jax.tree.unflatten(tree, side) for side in zip(*pairs, strict=True))
        kwargs = {name: getattr(self, name, value) for name, value in self.fn_kwargs.items()}  # as they are now
        return self.fn(y_true, y_pred, **kwargs)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make a loss from what `get_config` gave; the function is found by its name."""
        if "fn" in config:
            config = {**config, "fn": codec.decode(config["fn"], table)}
        return super().from_config(config)


table = Table("loss", "keras.losses", Loss)


def _is_array(value: Any) -> bool:
    """Whether a list stands for one array: it holds numbers, or lists of numbers, and no arrays."""
    return isinstance(value, list | tuple) and all(isinstance(x, int | float) for x in jax.tree.leaves(value))


def checked_reduction(reduction: Any) -> str | None:
    """The reduction, or an error that lists all."""
    if reduction == "auto":
        return "sum_over_batch_size"
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction is one of {', '.join(map(repr, REDUCTIONS))}. Received: reduction={reduction!r}")
    return reduction  # type: ignore[no-any-return]


def reduce_weighted(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Any:
    """Weight values, leave out the masked ones, and reduce them to one number.

    Args:
        values: per-sample values.
        sample_weight: weights, or None.
        mask: booleans, or None.
        reduction: see `Loss`.
        dtype: dtype of the result, by default that of the values.

    Raises:
        ValueError: weights and values have shapes that cannot be multiplied.
    """
    values = jnp.asarray(values, dtype=dtype)
    weight = merge_mask(sample_weight, mask, values.dtype, mean=reduction in ("mean", "sum_over_batch_size"))
    if weight is not None:
        given = weight.shape
        values, weight = same_rank(values, weight)
        if values.ndim > weight.ndim:  # one weight per sample, several losses each
            weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim))
        try:
            values = values * weight
        except (ValueError, TypeError):
            raise ValueError(
                f"sample_weight of shape {given} does not fit losses of shape {values.shape}. Give one weight "
                f"per loss, or one per sample with shape {(values.shape[0],) + (1,) * (values.ndim - 1)}."
            ) from None
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    if reduction == "sum":
        return rows.reduced(jnp.sum, values)
    if reduction == "mean_with_sample_weight" and weight is not None:
        return divide_no_nan(rows.reduced(jnp.sum, values), rows.reduced(jnp.sum, weight))
    return rows.reduced(lambda v: jnp.sum(v) / max(v.size, 1), values)


def merge_mask(sample_weight: Any, mask: Any, dtype: Any, mean: bool) -> Any:
    """Sample weights that are zero where the mask is false.

    Args:
        sample_weight: weights, or None.
        mask: booleans, or None.
        dtype: dtype of the result.
        mean: whether a mean follows; then the weights of valid entries grow by all / valid, so that the mean
            is over the valid ones.

    Returns:
        The weights, or None if there are neither weights nor a mask.
    """
    if sample_weight is not None:
        sample_weight = jnp.asarray(unwrap(sample_weight), dtype=dtype)
    if mask is None:
        return sample_weight
    keep = jnp.asarray(unwrap(mask)).astype(dtype)
    if mean:
        keep = keep * rows.reduced(lambda k: divide_no_nan(jnp.asarray(np.prod(k.shape), dtype), jnp.sum(k)), keep)
    if sample_weight is None:
        return keep
    keep, sample_weight = same_rank(keep, sample_weight)
    if keep.ndim > sample_weight.ndim:  # one weight per sample, a mask of its steps
        sample_weight = sample_weight.reshape(sample_weight.shape + (1,) * (keep.ndim - sample_weight.ndim))
    return sample_weight * keep


def divide_no_nan(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where `y` is 0, with a finite gradient there too."""
    safe = jnp.where(y == 0, 1, y)
    return jnp.where(y == 0, 0, x / safe)
