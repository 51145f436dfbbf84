"""The base of losses: per-sample values, weighted, masked and reduced to one number."""

from collections.abc import Callable
from typing import Any, Literal, Self, cast, get_args

import jax
import jax.numpy as jnp
import numpy as np

from ..core import codec, dtypes, names, rows
from ..core.arguments import WORDS, Declared, default, parameters
from ..core.attached import get_mask
from ..core.config import Configurable
from ..core.lookup import Table
from ..core.symbolic import unwrap
from ..core.types import DType, DTypeLike, Given, Name
from ..ops import divide_no_nan
from .alignment import behind, same_rank

__all__ = ["Loss", "LossFunctionWrapper", "as_loss", "deserialize", "get", "serialize"]

Reduction = Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]


class Named(Declared, Configurable, kw_only=True):
    """What losses and metrics share: a name, and a dtype to compute in."""

    name: Name = default(None)
    dtype: DType = default(None)

    def _complete(self) -> None:
        self.name = self.name or names.unique_name(type(self).__name__)
        self.dtype = dtypes.get_policy(self.dtype or dtypes.floatx()).compute_dtype

    def check_choice(self, name: str, words: Any) -> None:
        """Raise `ValueError` unless an argument is one of the words of a `Literal`."""
        known, value = get_args(words), getattr(self, name)
        value = WORDS.get(name, {}).get(str(value), value)
        if value not in known:
            raise ValueError(f"{name} is one of {', '.join(map(repr, known))}. Received: {name}={value!r}")
        setattr(self, name, value)


class Loss(Named, kw_only=True):
    r"""Base of losses: a subclass writes `call(y_true, y_pred)`, the loss of each sample.

    With per-sample losses :math:`l_i` and weights :math:`w_i`, the reductions are

    - `"sum_over_batch_size"` or `"mean"`: :math:`\frac{1}{n} \sum_i w_i l_i`
    - `"mean_with_sample_weight"`: :math:`\sum_i w_i l_i / \sum_i w_i`
    - `"sum"`: :math:`\sum_i w_i l_i`
    - `"none"` or None: :math:`w_i l_i`

    Where a mask is attached to the predictions, masked entries count neither in the sum nor in :math:`n`.

    Args:
        name: its name; by default the class's in snake case.
        reduction: one of the above.
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

    name = default(None, here=True)
    reduction: Given[Reduction, str | None] = default("sum_over_batch_size")

    def _complete(self) -> None:
        super()._complete()
        self.check_choice("reduction", Reduction)

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
        if values is None:
            raise TypeError(
                f"The loss {self.name!r} returned None, not a number per sample: its last line needs a return."
            )
        if rows.real_rows() is not None and not values.ndim:
            rows.refuse("a loss that is one number for the batch")
        for other in (get_mask(values), rows.mask_of(values)):  # a loss may rule out entries, as `ignore_class` does
            if other is not None:
                mask = other if mask is None else jnp.logical_and(*same_rank(mask, other))
        return reduce_weighted(values, sample_weight, mask, self.reduction, self.dtype)

    def _array(self, value: Any) -> Any:
        value = unwrap(value)
        own = isinstance(value, jax.Array) and value.dtype == self.dtype  # then it stays, with what is attached to it
        return value if own else jnp.asarray(value, self.dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the dtype only where it is not the default."""
        usual = ("dtype", None), ("dtype", dtypes.floatx())
        return {name: value for name, value in super().get_config().items() if (name, value) not in usual}


class Wrapper(Named):
    """What is made of a function `fn` of targets and predictions: a loss or a metric."""

    fn = fn_kwargs = cast(Any, None)

    def of_function(self, y_true: Any, y_pred: Any) -> Any:
        """The function's value, for its further arguments as they are now."""
        return self.fn(y_true, y_pred, **{name: getattr(self, name, value) for name, value in self.fn_kwargs.items()})

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make an object from what `get_config` gave; the function is found by its name."""
        if "fn" in config:
            config = {**config, "fn": codec.decode(config["fn"], table, custom_objects)}
        return super().from_config(config, custom_objects)


class LossFunctionWrapper(Wrapper, Loss):
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

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: Reduction = "sum_over_batch_size",
        name: str | None = None,
        dtype: DTypeLike = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)  # type: ignore[call-arg]
        self.fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The function's value on targets and predictions of one rank."""
        true, tree = jax.tree.flatten(y_true)
        if bool(jax.tree.structure(y_pred) == tree):  # type: ignore[operator]
            pairs = [same_rank(t, p) for t, p in zip(true, jax.tree.leaves(y_pred), strict=True)]
            y_true, y_pred = (jax.tree.unflatten(tree, side) for side in zip(*pairs, strict=True))
        return self.of_function(y_true, y_pred)


class OfFunction:
    """What is made of one function: a subclass has it as `fn`, and arguments that the function takes as its own.

    It is called as its function is, unless it says otherwise.
    """

    fn: Any
    name: Name

    def __init__(self) -> None:
        pass  # it is not given a function, as its base is

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "fn" in vars(cls) and "name" not in vars(cls):
            cls.name = default(cls.fn.__name__)
        super().__init_subclass__(**kwargs)

    @property
    def fn_kwargs(self) -> dict[str, Any]:
        """Arguments of the function, as they are now."""
        return {p.name: vars(self)[p.name] for p in parameters(self.fn) if p.name in vars(self)}


class FunctionLoss(OfFunction, LossFunctionWrapper, kw_only=True):  # type: ignore[override]  # arguments as they are now
    """Base of the losses that are made of one function."""

    reduction = default("sum_over_batch_size", here=True)


table = Table("loss", "keras.losses", Loss)
SHORT = {  # names of losses and of metrics
    "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "bce": "binary_crossentropy", "logcosh": "log_cosh",
    "kld": "kl_divergence", "kullback_leibler_divergence": "kl_divergence",
}  # fmt: skip


def _is_array(value: Any) -> bool:
    """Whether a list stands for one array: it holds numbers, or lists of numbers, and no arrays."""
    return isinstance(value, list | tuple) and all(isinstance(x, int | float) for x in jax.tree.leaves(value))


def reduce_weighted(values: Any, sample_weight: Any, mask: Any, reduction: str | None, dtype: Any) -> Any:
    """Weight values, leave out the masked ones, and reduce them to one number.

    Args:
        values: per-sample values.
        sample_weight: weights, or None.
        mask: booleans, or None.
        reduction: see `Loss`.
        dtype: dtype of the result.

    Raises:
        ValueError: weights and values have shapes that cannot be multiplied.
    """
    values = jnp.asarray(values, dtype=dtype)
    weight = merge_mask(sample_weight, mask, values.dtype, mean=reduction in ("mean", "sum_over_batch_size"))
    if weight is not None:
        given = weight.shape
        values, weight = same_rank(values, weight)
        weight = behind(weight, values)  # one weight per sample, several losses each
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
    return behind(sample_weight, keep) * keep  # one weight per sample, a mask of its steps


def of_kind(table: Table, found: Any, wrapper: Any, name: str | None) -> Any:
    """What a table's `get` found; a function is wrapped, under its own name by default."""
    if found is None:
        raise TypeError(f"Expected a {table.kind}: a name, an instance, a function or a config. Received None.")
    if isinstance(found, table.base or ()):
        return found
    return wrapper(found, name=name or getattr(found, "name", None) or getattr(found, "__name__", None))


def as_loss(identifier: Any, name: str | None = None) -> Loss:
    """`get`, with a function wrapped into a `Loss` of its name.

    Args:
        identifier: what `get` takes, except None.
        name: name of the wrapped loss, by default the function's.

    Raises:
        ValueError: there is no loss of that name.
        TypeError: `identifier` names no loss.

    Example:
        >>> import cornu
        >>> float(cornu.losses.as_loss("mse")([[0.0]], [[2.0]]))
        4.0
    """
    return of_kind(table, get(identifier), LossFunctionWrapper, name)


get, serialize, deserialize = table.get, table.serialize, table.deserialize
