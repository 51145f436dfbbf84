"""Bring targets, predictions and weights to shapes that fit, or say how they could."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.types import ArrayLike
from ..ops.making import floating, tensor


def same_rank(first: Any, second: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Two arrays whose ranks differ by a last axis of size one, at one rank.

    Args:
        first: array.
        second: array.
        expand_rank_1: when one is a vector and the other a column, make both columns; else both vectors.

    Returns:
        The two arrays; unchanged where the ranks are equal or differ otherwise.
    """
    if first.ndim == second.ndim + 1 and first.shape[-1] == 1:
        if second.ndim == 1 and expand_rank_1:
            return first, second[..., None]
        return first[..., 0], second
    if second.ndim == first.ndim + 1:
        second, first = same_rank(second, first, expand_rank_1)
    return first, second


def behind(weight: Any, other: Any) -> Any:
    """Weights of samples with axes of size one behind, so that they multiply an array of more axes."""
    return weight.reshape(weight.shape + (1,) * (other.ndim - weight.ndim))


def pair(y_true: ArrayLike, y_pred: ArrayLike, name: str, exact: bool = False) -> tuple[jax.Array, jax.Array]:
    """Targets and predictions as arrays of one dtype and one rank, for an element-wise comparison.

    Args:
        y_true: targets.
        y_pred: predictions.
        name: the loss, for the message.
        exact: whether integer predictions stay integers, whose differences and products may overflow.

    Raises:
        ValueError: the shapes cannot be compared element by element.
    """
    true, pred = same_rank(*_floats(y_true, y_pred, exact))
    try:
        jnp.broadcast_shapes(true.shape, pred.shape)
    except ValueError:
        raise mismatch(name, true, pred) from None
    return true, pred


def binary(y_true: ArrayLike, y_pred: ArrayLike, name: str) -> tuple[jax.Array, jax.Array]:
    """Targets and predictions as arrays of one dtype, a float, for a loss of each output on its own.

    Args:
        y_true: targets.
        y_pred: predictions.
        name: the loss, for the message.

    Raises:
        ValueError: they have not one shape.
    """
    true, pred = _floats(y_true, y_pred)
    if true.shape == pred.shape:
        return true, pred
    fix = None
    if pred.ndim and (true.ndim < pred.ndim or true.shape[-1] == 1):
        if pred.shape[-1] == 2:
            fix = (
                "For two classes either end the model in Dense(1, activation='sigmoid'), or keep its two outputs with "
                "activation='softmax' and use sparse_categorical_crossentropy."
            )
        elif pred.shape[-1] > 2:
            fix = "For one label out of several classes use sparse_categorical_crossentropy with a softmax output."
    raise mismatch(name, true, pred, fix)


def one_hot(y_true: ArrayLike, y_pred: ArrayLike, name: str, exact: bool = False) -> tuple[jax.Array, jax.Array]:
    """Targets as distributions over the classes of the predictions, and those.

    Args:
        y_true: targets.
        y_pred: predictions.
        name: the loss, for the message.
        exact: whether both keep their dtypes; else they get one, a float.

    Raises:
        ValueError: they have not one shape.
    """
    true, pred = (tensor(y_true), tensor(y_pred)) if exact else _floats(y_true, y_pred)
    if true.shape == pred.shape and pred.ndim:
        return true, pred
    fix = None
    if true.ndim == pred.ndim - 1 or (true.ndim == pred.ndim and true.shape[-1] == 1):
        sparse = f"use sparse_{name}, or " if name == "categorical_crossentropy" else ""
        fix = (
            f"It expects one-hot targets, and these look like class indices: {sparse}convert them with "
            f"to_categorical(y_true, {pred.shape[-1]})."
        )
    raise mismatch(name, true, pred, fix)


def indices(y_true: ArrayLike, y_pred: ArrayLike, name: str, axis: int = -1) -> tuple[jax.Array, jax.Array]:
    """Targets as int32 indices, of the shape of the predictions without the class axis, and those.

    Args:
        y_true: targets; where the class axis is, they may have one of size one.
        y_pred: predictions.
        name: the loss, for the message.
        axis: axis of the classes.

    Raises:
        ValueError: the targets have another shape.
    """
    true, pred = tensor(y_true), tensor(y_pred)
    if not pred.ndim:
        raise mismatch(name, true, pred, "It expects an axis of classes in y_pred.")
    if true.ndim == pred.ndim and true.shape[axis] == 1:
        true = jnp.squeeze(true, axis)
    axis %= pred.ndim
    expected = pred.shape[:axis] + pred.shape[axis + 1 :]
    if true.shape == expected:
        return true.astype("int32"), pred
    if true.shape == pred.shape:
        fix = "It expects class indices, not one-hot rows: use categorical_crossentropy, or y_true.argmax(axis=-1)."
    else:
        fix = (
            f"It expects one index per prediction: y_true of the shape of y_pred without the class axis, {expected}. "
            "A model that still has positions or steps where the targets have none lacks a Flatten or pooling layer, "
            "or return_sequences=False."
        )
    raise mismatch(name, true, pred, fix)


def _floats(y_true: ArrayLike, y_pred: ArrayLike, exact: bool = False) -> tuple[jax.Array, jax.Array]:
    pred = tensor(y_pred) if exact else floating(y_pred)
    return jnp.asarray(y_true).astype(pred.dtype), pred


def mismatch(name: str, y_true: jax.Array, y_pred: jax.Array, fix: str | None = None) -> ValueError:
    """The error that a loss cannot compare targets with predictions, and what would fix it."""
    cannot = f"{name} cannot compare y_true of shape {y_true.shape} with y_pred of shape {y_pred.shape}."
    return ValueError(f"{cannot} {fix or _advice(y_true.shape, y_pred.shape)}")


def _advice(true: tuple[int, ...], pred: tuple[int, ...]) -> str:
    if len(true) == len(pred) and true and true[:-1] == pred[:-1]:
        return f"The last axes differ: give the last layer {true[-1]} units, or each target {pred[-1]} values."
    if true and pred and true[0] != pred[0]:
        return f"They hold different numbers of samples, {true[0]} and {pred[0]}: check how x and y were cut."
    if len(true) > len(pred):
        return "The targets have more axes than the model's output: reshape them, or keep those axes in the model."
    return (
        "The model's output has more axes than the targets: end the model in Flatten, pooling or "
        "return_sequences=False, or reshape the targets."
    )
