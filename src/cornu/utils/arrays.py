"""NumPy arrays made ready for training: one-hot labels, rows of one length, unit vectors."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike

from ..core.arguments import explained
from ..core.types import ArrayLike
from ..ops.making import one_of


@explained
def to_categorical(x: ArrayLike, num_classes: int | None = None, dtype: str = "float32") -> np.ndarray[Any, Any]:
    """Labels as one-hot rows.

    Args:
        x: whole numbers from 0 on, `(samples,)` or `(samples, 1)` or any shape.
        num_classes: length of a row; by default the largest label and 1.
        dtype: dtype of the rows.

    Returns:
        Array of that dtype, `(*x.shape, num_classes)`; a last axis of size 1 is replaced.

    Raises:
        ValueError: a label is no whole number, negative, or not below `num_classes`.

    Example:
        >>> import cornu
        >>> cornu.utils.to_categorical([0, 2, 1])
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]], dtype=float32)
    """
    given = np.asarray(x)
    wrong = given[given % 1 != 0] if given.dtype.kind == "f" else np.empty(0)
    try:
        labels = given.astype("int64")  # of text, too, that is digits
    except (TypeError, ValueError):
        wrong = given
    if wrong.size:
        raise ValueError(
            f"to_categorical takes class numbers 0, 1, 2, ..., not {given.dtype.name} values such as "
            f"{wrong.flat[0].item()!r}. Number the classes: names, x = np.unique(x, return_inverse=True)."
        )
    shape = labels.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    labels = labels.reshape(-1)
    classes = int(labels.max(initial=-1)) + 1 if num_classes is None else int(num_classes)
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"Labels must lie from 0 to {classes - 1}, but go from {labels.min()} to {labels.max()}.")
    rows = np.zeros((labels.size, classes), dtype)
    rows[np.arange(labels.size), labels] = 1
    return rows.reshape((*shape, classes))


def normalize(x: ArrayLike, axis: int = -1, order: int = 2) -> np.ndarray[Any, Any]:
    """Vectors divided by their norm; zero vectors stay.

    Args:
        x: array.
        axis: axis along which a vector lies.
        order: order of the norm.

    Example:
        >>> import cornu
        >>> cornu.utils.normalize([[3.0, 4.0]])
        array([[0.6, 0.8]])
    """
    array = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return array / np.expand_dims(norm, axis)


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: DTypeLike = "int32",
    padding: Literal["pre", "post"] = "pre",
    truncating: Literal["pre", "post"] = "pre",
    value: Any = 0.0,
) -> np.ndarray[Any, Any]:
    """Sequences of different lengths as one array.

    Args:
        sequences: list of lists of numbers.
        maxlen: length of a row; by default that of the longest sequence.
        dtype: dtype of the array.
        padding: `"pre"` or `"post"`: on which side short sequences are filled up.
        truncating: `"pre"` or `"post"`: on which side long ones are cut.
        value: what they are filled with.

    Returns:
        Array `(len(sequences), maxlen)`, with further axes if the items are arrays.

    Raises:
        ValueError: `padding` or `truncating` is something else; an item is no sequence.

    Example:
        >>> import cornu
        >>> cornu.utils.pad_sequences([[1], [2, 3, 4]], maxlen=2)
        array([[0, 1],
               [3, 4]], dtype=int32)
    """
    one_of("pre", "post", padding=padding, truncating=truncating)
    for i, item in enumerate(sequences):
        if not hasattr(item, "__len__"):
            raise ValueError(f"pad_sequences takes a list of sequences, but item {i} is {item!r}.")
    lengths = [len(item) for item in sequences]
    maxlen = max(lengths, default=0) if maxlen is None else maxlen
    inner = next((np.asarray(item).shape[1:] for item in sequences if len(item)), ())
    padded = np.full((len(sequences), maxlen, *inner), value, dtype=dtype)
    for row, item in zip(padded, sequences, strict=True):
        if not len(item) or not maxlen:
            continue
        kept = item[-maxlen:] if truncating == "pre" else item[:maxlen]
        row[slice(-len(kept), None) if padding == "pre" else slice(len(kept))] = kept
    return padded
