"""Bring targets, predictions and weights to shapes that fit, or say how they could."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.types import ArrayLike
from ..ops.tensors import floating


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
    if second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1 and expand_rank_1:
            return first[..., None], second
        return first, second[..., 0]
    return first, second


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
    pred = jnp.asarray(y_pred) if exact else floating(y_pred)
    true, pred = same_rank(jnp.asarray(y_true).astype(pred.dtype), pred)
    try:
        jnp.broadcast_shapes(true.shape, pred.shape)
    except ValueError:
        raise mismatch(name, true, pred) from None
    return true, pred


def arrays(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[jax.Array, jax.Array]:
    """Targets and predictions as arrays of the dtype of the predictions, a float."""
    pred = floating(y_pred)
    return jnp.asarray(y_true).astype(pred.dtype), pred


def check_equal(y_true: jax.Array, y_pred: jax.Array, name: str) -> None:
    """Raise `ValueError` unless targets and predictions of a binary loss have one shape."""
    if y_true.shape == y_pred.shape:
        return
    fix = None
    if y_pred.ndim and (y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1):
        if y_pred.shape[-1] == 2:
            fix = (
                "For two classes either end the model in Dense(1, activation='sigmoid'), or keep its two outputs with "
                "activation='softmax' and use sparse_categorical_crossentropy."
            )
        elif y_pred.shape[-1] > 2:
            fix = "For one label out of several classes use sparse_categorical_crossentropy with a softmax output."
    raise mismatch(name, y_true, y_pred, fix)


def check_one_hot(y_true: jax.Array, y_pred: jax.Array, name: str) -> None:
    """Raise `ValueError` unless targets are distributions over the classes of the predictions."""
    if y_true.shape == y_pred.shape and y_pred.ndim:
        return
    fix = None
    if y_true.ndim == y_pred.ndim - 1 or (y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1):
        sparse = f"use sparse_{name}, or " if name == "categorical_crossentropy" else ""
        fix = (
            f"It expects one-hot targets, and these look like class indices: {sparse}convert them with "
            f"to_categorical(y_true, {y_pred.shape[-1]})."
        )
    raise mismatch(name, y_true, y_pred, fix)


def indices(y_true: ArrayLike, y_pred: jax.Array, name: str, axis: int = -1) -> jax.Array:
    """Targets as int32 indices, of the shape of the predictions without the class axis.

    Args:
        y_true: targets; where the class axis is, they may have one of size one.
        y_pred: predictions.
        name: the loss, for the message.
        axis: axis of the classes.

    Raises:
        ValueError: the targets have another shape.
    """
    true = jnp.asarray(y_true)
    if not y_pred.ndim:
        raise mismatch(name, true, y_pred, "It expects an axis of classes in y_pred.")
    if true.ndim == y_pred.ndim and true.shape[axis] == 1:
        true = jnp.squeeze(true, axis)
    axis %= y_pred.ndim
    expected = y_pred.shape[:axis] + y_pred.shape[axis + 1 :]
    if true.shape == expected:
        return true.astype("int32")
    if true.shape == y_pred.shape:
        fix = (
            "It expects class indices, and these look one-hot: use categorical_crossentropy, or convert them with "
            "y_true.argmax(axis=-1)."
        )
    else:
        fix = (
            f"It expects one index per prediction: y_true of the shape of y_pred without the class axis, {expected}. "
            "A model that still has positions or steps where the targets have none lacks a Flatten or pooling layer, "
            "or return_sequences=False."
        )
    raise mismatch(name, true, y_pred, fix)


def mismatch(name: str, y_true: jax.Array, y_pred: jax.Array, fix: str | None = None) -> ValueError:
    """The error that a loss cannot compare targets with predictions, and what would fix it."""
    cannot = f"{name} cannot compare y_true of shape {y_true.shape} with y_pred of shape {y_pred.shape}."
    return ValueError(f"{cannot} {fix or _advice(y_true.shape, y_pred.shape)}")


def _advice(true: tuple[int, ...], pred: tuple[int, ...]) -> str:
    if len(true) == len(pred) and true and true[:-1] == pred[:-1]:
        return (
            f"The last axes differ: give the model's last layer {true[-1]} units, or the targets "
            f"{pred[-1]} values per sample."
        )
    if true and pred and true[0] != pred[0]:
        return f"They hold different numbers of samples, {true[0]} and {pred[0]}: check how x and y were cut."
    if len(true) > len(pred):
        return "The targets have more axes than the model's output: reshape them, or keep those axes in the model."
    return (
        "The model's output has more axes than the targets: end the model in Flatten, pooling or "
        "return_sequences=False, or reshape the targets."
    )
