"""Bring targets, predictions and weights to shapes that fit, or say how they could."""

from typing import Any

import jax.numpy as jnp

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


def pair(y_true: Any, y_pred: Any, name: str, exact: bool = False) -> tuple[Any, Any]:
    """Targets and predictions as arrays of one dtype and one rank, for an element-wise comparison.

    Args:
        y_true: targets.
        y_pred: predictions.
        name: the loss, for the message.
        exact: whether integer predictions stay integers, whose differences and products may overflow.

    Raises:
        ValueError: the shapes cannot be compared element by element.
    """
    y_pred = jnp.asarray(y_pred) if exact else floating(y_pred)
    y_true, y_pred = same_rank(jnp.asarray(y_true).astype(y_pred.dtype), y_pred)
    try:
        jnp.broadcast_shapes(y_true.shape, y_pred.shape)
    except ValueError:
        raise ValueError(f"{_shapes(name, y_true, y_pred)} {_advice(y_true.shape, y_pred.shape)}") from None
    return y_true, y_pred


def check_equal(y_true: Any, y_pred: Any, name: str) -> None:
    """Raise `ValueError` unless targets and predictions of a binary loss have one shape."""
    if y_true.shape == y_pred.shape:
        return
    if y_pred.ndim and y_pred.shape[-1] == 2 and (y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1):
        fix = (
            "For two classes either end the model in Dense(1, activation='sigmoid'), or keep its two outputs with "
            "activation='softmax' and use sparse_categorical_crossentropy."
        )
    elif y_pred.ndim and y_pred.shape[-1] > 2 and (y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1):
        fix = "For one label out of several classes use sparse_categorical_crossentropy with a softmax output."
    else:
        fix = _advice(y_true.shape, y_pred.shape)
    raise ValueError(f"{_shapes(name, y_true, y_pred)} {fix}")


def check_one_hot(y_true: Any, y_pred: Any, name: str) -> None:
    """Raise `ValueError` unless targets are distributions over the classes of the predictions."""
    if y_true.shape == y_pred.shape and y_pred.ndim:
        return
    if y_true.ndim == y_pred.ndim - 1 or (y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1):
        classes = y_pred.shape[-1]
        fix = (
            "It expects one-hot targets, and these look like class indices: use sparse_"
            f"{name.removeprefix('sparse_')}, or convert them with to_categorical(y_true, {classes})."
            if name == "categorical_crossentropy"
            else "It expects one-hot targets, and these look like class indices: convert them with "
            f"to_categorical(y_true, {classes})."
        )
    else:
        fix = _advice(y_true.shape, y_pred.shape)
    raise ValueError(f"{_shapes(name, y_true, y_pred)} {fix}")


def check_sparse(y_true: Any, y_pred: Any, axis: int, name: str) -> None:
    """Raise `ValueError` unless targets are indices: the shape of the predictions without the class axis."""
    if not y_pred.ndim:
        raise ValueError(f"{_shapes(name, y_true, y_pred)} It expects an axis of classes in y_pred.")
    axis %= y_pred.ndim
    if y_true.shape == y_pred.shape[:axis] + y_pred.shape[axis + 1 :]:
        return
    if y_true.shape == y_pred.shape:
        fix = (
            "It expects class indices, and these look one-hot: use categorical_crossentropy, or convert them with "
            "y_true.argmax(axis=-1)."
        )
    else:
        fix = (
            "It expects one index per prediction: y_true of the shape of y_pred without the class axis, "
            f"{y_pred.shape[:axis] + y_pred.shape[axis + 1 :]}. A model that still has positions or steps where the "
            "targets have none lacks a Flatten or pooling layer, or return_sequences=False."
        )
    raise ValueError(f"{_shapes(name, y_true, y_pred)} {fix}")


def _shapes(name: str, y_true: Any, y_pred: Any) -> str:
    return f"{name} cannot compare y_true of shape {y_true.shape} with y_pred of shape {y_pred.shape}."


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
