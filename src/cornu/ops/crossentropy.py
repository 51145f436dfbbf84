"""One-hot codes and cross-entropies."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.arguments import explained
from ..core.attached import find_logits
from .making import ArrayLike, DTypeLike, existing_axes, floating, of_one_shape, op, refuse_sparse, tensor

__all__ = ["binary_crossentropy", "categorical_crossentropy", "multi_hot", "one_hot", "sparse_categorical_crossentropy"]


@op
def one_hot(x: ArrayLike, num_classes: int, axis: int = -1, dtype: DTypeLike = None, sparse: bool = False) -> Any:
    """1 at the index, 0 elsewhere; an index outside gives zeros.

    Args:
        x: integers, or floats that are whole; others give zeros.
        num_classes: size of the new axis.
        axis: place of the new axis.
        dtype: dtype of the result; None for the default one.
        sparse: accepted for compatibility; results are dense.

    Example:
        >>> import cornu
        >>> cornu.ops.one_hot([0, 2], 3)
        Array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    refuse_sparse(sparse)
    x = tensor(x)
    if not jnp.issubdtype(x.dtype, jnp.integer):  # labels such as 2.0
        whole = x.astype("int32")
        x = jnp.where(whole == x, whole, -1)
    return jax.nn.one_hot(x, num_classes, axis=axis, dtype=dtypes.standardize(dtype))


@op
@explained
def multi_hot(
    inputs: ArrayLike, num_classes: int | None = None, axis: int = -1, dtype: DTypeLike = None, sparse: bool = False
) -> Any:
    """1 at every index that occurs, 0 elsewhere.

    Args:
        inputs: integers `(..., samples)`.
        num_classes: size of the result's axis.
        axis: place of the new axis.
        dtype: dtype of the result; None for the default one.
        sparse: accepted for compatibility; results are dense.

    Raises:
        ValueError: `num_classes` is missing.

    Example:
        >>> import cornu
        >>> cornu.ops.multi_hot([0, 2], 3)
        Array([1., 0., 1.], dtype=float32)
    """
    refuse_sparse(sparse)
    if num_classes is None:
        raise ValueError("multi_hot needs num_classes, the size of its result.")
    codes = jax.nn.one_hot(tensor(inputs).astype("int32"), num_classes, axis=axis, dtype=dtypes.standardize(dtype))
    return jnp.max(codes, axis=1 if codes.ndim > 2 else 0)


@op
def categorical_crossentropy(target: ArrayLike, output: ArrayLike, from_logits: bool = False, axis: int = -1) -> Any:
    """`-sum(target * log(output))` over the classes.

    In a model, `output` straight from a softmax counts as its logits: nothing is clipped.

    Args:
        target: probabilities of the classes.
        output: predicted probabilities, normalized to sum 1, or logits.
        from_logits: whether `output` holds logits rather than probabilities.
        axis: axis of the classes.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]])).round(3)
        array([0.223], dtype=float32)
    """
    target, output = tensor(target), tensor(output)
    of_one_shape(target, output, "Targets have the outputs' shape; class indices use sparse_categorical_crossentropy.")
    existing_axes(axis, target.ndim)
    output, from_logits = predicted(output, from_logits, "softmax", axis)
    if from_logits:
        return -jnp.sum(target * jax.nn.log_softmax(output, axis=axis), axis=axis)
    return -jnp.sum(target * jnp.log(clipped(normalized(output, axis))), axis=axis)


@op
def sparse_categorical_crossentropy(
    target: ArrayLike, output: ArrayLike, from_logits: bool = False, axis: int = -1
) -> Any:
    """`-log(output[target])`, the cross-entropy for class indices, in at least float32.

    In a model, `output` straight from a softmax counts as its logits: nothing is clipped.

    Args:
        target: integers, the class of each sample.
        output: predicted probabilities, normalized to sum 1, or logits.
        from_logits: whether `output` holds logits rather than probabilities.
        axis: axis of the classes.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.sparse_categorical_crossentropy([1], [[0.2, 0.8]])).round(3)
        array([0.223], dtype=float32)
    """
    target, output = tensor(target).astype("int32"), floating(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    expected = output.shape[:axis] + output.shape[axis:][1:]
    if target.shape != expected:
        raise ValueError(
            f"For outputs of shape {output.shape}, targets are class indices of shape {expected}. Received shape "
            f"{target.shape}. For one-hot targets use categorical_crossentropy."
        )
    output, from_logits = predicted(output, from_logits, "softmax", axis)
    # One term of the sum is not zero, so the logarithm is taken of that term alone; an index outside matches no class.
    classes = jax.lax.broadcasted_iota(target.dtype, output.shape, axis % output.ndim)
    chosen = classes == jnp.expand_dims(target, axis)
    if from_logits:
        loss = -jnp.sum(jnp.where(chosen, jax.nn.log_softmax(output, axis=axis), 0), axis=axis)
    else:
        p = jnp.sum(jnp.where(chosen, output, 0), axis=axis) / jnp.sum(output, axis=axis)
        inside = (target >= 0) & (target < output.shape[axis])
        loss = jnp.where(inside, -jnp.log(clipped(p)), 0)
    return loss.astype(jnp.promote_types(loss.dtype, dtypes.floatx()))


@op
def binary_crossentropy(target: ArrayLike, output: ArrayLike, from_logits: bool = False) -> Any:
    """`-target * log(output) - (1 - target) * log(1 - output)`, elementwise.

    In a model, `output` straight from a sigmoid counts as its logits: nothing is clipped.

    Args:
        target: probabilities.
        output: predicted probabilities, or logits.
        from_logits: whether `output` holds logits rather than probabilities.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.binary_crossentropy([1.0, 0.0], [0.8, 0.3])).round(3)
        array([0.223, 0.357], dtype=float32)
    """
    target, output = tensor(target), tensor(output)
    of_one_shape(target, output, "Targets and outputs have one shape: reshape the targets, say with y[:, None].")
    output, from_logits = predicted(output, from_logits, "sigmoid")
    if from_logits:
        # -target log s(output) - (1 - target) log s(-output), without overflow
        return jnp.maximum(output, 0) - output * target + jnp.log1p(jnp.exp(-jnp.abs(output)))
    p = clipped(output)
    return -(target * jnp.log(p) + (1.0 - target) * jnp.log(1.0 - p))


def predicted(output: Any, from_logits: bool, kind: str, axis: int | None = None) -> tuple[jax.Array, bool]:
    """Logits if those of the output are known, otherwise the output as it is; and whether it is logits."""
    logits = None if from_logits else find_logits(output, kind, axis)
    return (output, from_logits) if logits is None else (logits, True)


def clipped(probabilities: Any) -> Any:
    """Probabilities kept `epsilon()` away from 0 and 1, so that logarithms are finite."""
    return jnp.clip(probabilities, dtypes.epsilon(), 1.0 - dtypes.epsilon())


def normalized(probabilities: Any, axis: int) -> Any:
    """Probabilities that sum to one along `axis`."""
    return probabilities / jnp.sum(probabilities, axis, keepdims=True)
