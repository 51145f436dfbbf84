"""Losses between labels and predicted probabilities: crossentropies, divergence, likelihood of counts."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.config import arguments
from ..core.masks import set_mask
from ..core.op import recorded
from .alignment import check_equal, check_one_hot, check_sparse, pair
from .loss import LossFunctionWrapper


def clipped(probabilities: Any) -> Any:
    """Probabilities kept `epsilon()` away from 0 and 1, so that logarithms are finite."""
    return jnp.clip(probabilities, dtypes.epsilon(), 1.0 - dtypes.epsilon())


def normalized(y_pred: Any, axis: int) -> Any:
    """Predictions that sum to one along `axis`."""
    return y_pred / jnp.sum(y_pred, axis, keepdims=True)


def smoothed(y_true: Any, smoothing: float, classes: int) -> Any:
    """Labels with the share `smoothing` of their weight spread evenly over all classes."""
    return y_true * (1.0 - smoothing) + smoothing / classes if smoothing else y_true


def _arrays(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = jnp.asarray(y_pred)
    return jnp.asarray(y_true).astype(y_pred.dtype), y_pred


def _checked_axis(axis: Any) -> None:
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise ValueError(f"axis is the number of the class axis, such as -1. Received: axis={axis!r}")


@recorded
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    r"""Crossentropy between one-hot labels (or distributions) and predicted probabilities of classes.

    .. math:: L = - \sum_{c} y_c \log p_c

    where :math:`p` is `y_pred` divided by its sum and clipped to :math:`[\epsilon, 1 - \epsilon]`, or its
    softmax if `from_logits`. With smoothing :math:`s`, :math:`y_c` is :math:`(1 - s) y_c + s / C`.

    Args:
        y_true: distributions over classes, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits, that is, no softmax was applied.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    _checked_axis(axis)
    y_true, y_pred = _arrays(y_true, y_pred)
    check_one_hot(y_true, y_pred, "categorical_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        log_p = jax.nn.log_softmax(y_pred, axis=axis)
    else:
        log_p = jnp.log(clipped(normalized(y_pred, axis)))
    return -jnp.sum(y_true * log_p, axis=axis)


@recorded
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    r"""Crossentropy between class indices and predicted probabilities of classes.

    .. math:: L = - \log p_y

    where :math:`p` is `y_pred` divided by its sum and clipped to :math:`[\epsilon, 1 - \epsilon]`, or its
    softmax if `from_logits`. An index outside of the classes has loss 0.

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.
        from_logits: whether `y_pred` are logits, that is, no softmax was applied.
        ignore_class: index whose entries have loss 0 and do not count in a mean.
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    _checked_axis(axis)
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1:
        y_true = jnp.squeeze(y_true, axis)
    check_sparse(y_true, y_pred, axis, "sparse_categorical_crossentropy")
    labels = y_true.astype("int32")
    valid = None
    if ignore_class is not None:
        valid = labels != ignore_class
        labels = jnp.where(valid, labels, 0)
        y_pred = jnp.where(jnp.expand_dims(valid, axis), y_pred, 0)
    # One term of the sum is not zero, so the logarithm is taken of that term alone.
    classes = jax.lax.broadcasted_iota(labels.dtype, y_pred.shape, axis % y_pred.ndim)
    chosen = classes == jnp.expand_dims(labels, axis)
    if from_logits:
        loss = -jnp.sum(jnp.where(chosen, jax.nn.log_softmax(y_pred, axis=axis), 0), axis=axis)
    else:
        p = jnp.sum(jnp.where(chosen, y_pred, 0), axis=axis) / jnp.sum(y_pred, axis=axis)
        inside = jnp.logical_and(labels >= 0, labels < y_pred.shape[axis])
        loss = jnp.where(inside, -jnp.log(clipped(p)), 0)
    if valid is not None:
        loss = jnp.where(valid, loss, 0)
        set_mask(loss, valid)
    return loss


@recorded
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    r"""Crossentropy between labels 0 or 1 and predicted probabilities, each output on its own.

    .. math:: L = - \frac{1}{d} \sum_{j=1}^{d} y_j \log p_j + (1 - y_j) \log (1 - p_j)

    where :math:`p` is `y_pred` clipped to :math:`[\epsilon, 1 - \epsilon]`, or its sigmoid if `from_logits`.
    With smoothing :math:`s`, :math:`y` is :math:`(1 - s) y + s / 2`.

    Args:
        y_true: labels in [0, 1], `(batch, ..., d)`.
        y_pred: probabilities or logits of the same shape.
        from_logits: whether `y_pred` are logits, that is, no sigmoid was applied.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = _arrays(y_true, y_pred)
    check_equal(y_true, y_pred, "binary_crossentropy")
    return jnp.mean(_binary(smoothed(y_true, label_smoothing, 2), y_pred, from_logits), axis=axis)


def _binary(y_true: Any, y_pred: Any, from_logits: bool) -> Any:
    """Crossentropy of every entry."""
    if from_logits:
        return -y_true * jax.nn.log_sigmoid(y_pred) - (1.0 - y_true) * jax.nn.log_sigmoid(-y_pred)
    p = clipped(y_pred)
    return -(y_true * jnp.log(p) + (1.0 - y_true) * jnp.log(1.0 - p))


@recorded
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    r"""Binary crossentropy with less weight on what is already classified well.

    .. math:: L = - \frac{1}{d} \sum_j w_j (1 - q_j)^\gamma \log q_j, \qquad
        q = \begin{cases} p & y = 1 \\ 1 - p & y = 0 \end{cases}

    where :math:`w` is 1, or with class balancing :math:`\alpha` for label 1 and :math:`1 - \alpha` for label 0.

    Args:
        y_true: labels in [0, 1], `(batch, ..., d)`.
        y_pred: probabilities or logits of the same shape.
        apply_class_balancing: whether to weight the classes by `alpha`.
        alpha: weight of label 1.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733

    Source: Lin et al., Focal loss for dense object detection, https://arxiv.org/abs/1708.02002
    """
    y_true, y_pred = _arrays(y_true, y_pred)
    check_equal(y_true, y_pred, "binary_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, 2)
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    q = y_true * p + (1 - y_true) * (1 - p)
    loss = jnp.power(1.0 - q, gamma) * _binary(y_true, p, from_logits=False)
    if apply_class_balancing:
        loss = loss * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(loss, axis=axis)


@recorded
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    r"""Categorical crossentropy with less weight on what is already classified well.

    .. math:: L = - \sum_c \alpha \, (1 - p_c)^\gamma \, y_c \log p_c

    Args:
        y_true: distributions over classes, `(batch, ..., classes)`.
        y_pred: probabilities or logits of the same shape.
        alpha: weight, one number or one per class.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether `y_pred` are logits.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.0433

    Source: Lin et al., Focal loss for dense object detection, https://arxiv.org/abs/1708.02002
    """
    _checked_axis(axis)
    y_true, y_pred = _arrays(y_true, y_pred)
    check_one_hot(y_true, y_pred, "categorical_focal_crossentropy")
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = jax.nn.softmax(y_pred, axis=axis)
    p = clipped(normalized(y_pred, axis))
    weight = jnp.power(1.0 - p, gamma) * jnp.asarray(alpha, p.dtype)
    return -jnp.sum(weight * y_true * jnp.log(p), axis=axis)


@recorded
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    r"""Between crossentropy (`q` near 0) and absolute error (`q` near 1), to bear wrong labels.

    .. math:: L = \frac{1 - p_y^q}{q}

    Args:
        y_true: indices of classes, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities, `(batch, ..., classes)`.
        q: exponent, in (0, 1).

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
        [1.0]

    Source: Zhang and Sabuncu, https://arxiv.org/abs/1805.07836
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    check_sparse(y_true, y_pred, -1, "categorical_generalized_cross_entropy")
    chosen = jax.nn.one_hot(y_true.astype("int32"), y_pred.shape[-1], dtype=bool)
    return (1 - jnp.power(jnp.sum(jnp.where(chosen, y_pred, 0), axis=-1), q)) / q


@recorded
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    r"""Kullback-Leibler divergence of the predicted distribution from the target.

    .. math:: L = \sum_c y_c \log \frac{y_c}{p_c}

    with both clipped to :math:`[\epsilon, 1]`.

    Args:
        y_true: distributions, `(batch, ..., classes)`.
        y_pred: predicted distributions of the same shape.

    Returns:
        Array `(batch, ...)`, in nats.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.kl_divergence([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.6931
    """
    y_true, y_pred = pair(y_true, y_pred, "kl_divergence")
    true, pred = (jnp.clip(y, dtypes.epsilon(), 1) for y in (y_true, y_pred))
    return jnp.sum(true * jnp.log(true / pred), axis=-1)


@recorded
def poisson(y_true: Any, y_pred: Any) -> Any:
    r"""Negative log-likelihood of counts under a Poisson distribution with the predicted rate.

    .. math:: L = \frac{1}{d} \sum_{j=1}^{d} \hat y_j - y_j \log(\hat y_j + \epsilon)

    without the term that does not depend on the prediction.

    Args:
        y_true: counts, `(batch, ..., d)`.
        y_pred: rates of the same shape.

    Returns:
        Array `(batch, ...)`.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu
        >>> cornu.losses.poisson([[2.0]], [[1.0]]).round(4).tolist()
        [1.0]
    """
    y_true, y_pred = pair(y_true, y_pred, "poisson")
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + dtypes.epsilon()), axis=-1)


class CategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between one-hot labels and predicted classes, :math:`- \sum_c y_c \log p_c`.

    See `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no softmax was applied.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between class indices and predicted classes, :math:`- \log p_y`.

    See `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no softmax was applied.
        ignore_class: index whose entries have loss 0 and do not count in a mean.
        reduction: how the losses of the samples become one, see `Loss`.
        axis: axis of the classes.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)


class BinaryCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between labels 0 or 1 and predicted probabilities.

    See `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits, that is, no sigmoid was applied.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    r"""Binary crossentropy with less weight on what is classified well; see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether to weight the classes by `alpha`.
        alpha: weight of label 1.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over both classes, in [0, 1].
        axis: axis of the mean.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733
    """

    @arguments
    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        options |= {"apply_class_balancing": apply_class_balancing, "label_smoothing": label_smoothing}
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **options)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    r"""Categorical crossentropy with less weight on what is classified well; see `categorical_focal_crossentropy`.

    Args:
        alpha: weight, one number or one per class.
        gamma: how strongly well classified entries are turned down; 0 is plain crossentropy.
        from_logits: whether predictions are logits.
        label_smoothing: share of a label's weight that is spread over all classes, in [0, 1].
        axis: axis of the classes.
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    @arguments
    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        options = {"alpha": alpha, "gamma": gamma, "from_logits": from_logits, "axis": axis}
        options |= {"label_smoothing": label_smoothing}
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, **options)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    r"""Crossentropy that bears wrong labels, :math:`(1 - p_y^q) / q`.

    See `categorical_generalized_cross_entropy`.

    Args:
        q: exponent, in (0, 1).
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Raises:
        ValueError: `q` does not lie between 0 and 1.

    Example:
        >>> import cornu
        >>> float(cornu.losses.CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]]))
        1.0
    """

    @arguments
    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"q lies between 0 and 1. Received: q={q!r}")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)


class KLDivergence(LossFunctionWrapper):
    r"""Kullback-Leibler divergence, :math:`\sum_c y_c \log (y_c / p_c)`; see `kl_divergence`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "kl_divergence", dtype: Any = None
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    r"""Negative log-likelihood of counts, :math:`\hat y - y \log \hat y`; see `poisson`.

    Args:
        reduction: how the losses of the samples become one, see `Loss`.
        name: its name.
        dtype: dtype to compute in.

    Example:
        >>> import cornu
        >>> round(float(cornu.losses.Poisson()([[2.0]], [[1.0]])), 4)
        1.0
    """

    @arguments
    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = "poisson", dtype: Any = None
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
