"""Arrays in memory: checked, in the dtypes that programs take, split, and weighted by class."""

import math
from typing import Any

import jax
import numpy as np

from ...core.doubt import doubt


def to_host(value: Any, what: str = "x", text: bool = False) -> Any:
    """A tree of arrays on the host from what a user passed; nothing is copied that is an array already.

    Lists of numbers, pandas objects and tensors of other libraries become arrays, sparse matrices of SciPy give dense
    rows when rows are taken of them.

    Args:
        value: an array, a list or dictionary of arrays, or None.
        what: name of the argument, for messages.
        text: whether text may be among it.

    Raises:
        TypeError: it cannot be made an array of numbers.
    """
    if value is None:
        return None
    if isinstance(value, dict):
        return {str(key): to_host(item, f"{what}[{key!r}]", text) for key, item in value.items()}
    if isinstance(value, tuple) or isinstance(value, list) and any(getattr(item, "shape", None) for item in value):
        return tuple(to_host(item, f"{what}[{i}]", text) for i, item in enumerate(value))
    if hasattr(value, "tocsr"):
        return SparseRows(value.tocsr())
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(
            f"{what} is a list of rows of unequal length. Make them one length: cornu.utils.pad_sequences(rows)."
        ) from None
    if array.dtype.kind in "OSU" and not text:
        fix = (
            "Number the classes: names, y = np.unique(y, return_inverse=True)."
            if what == "y"
            else "Turn text and categories into numbers first, and objects into an array with x.astype('float32')."
        )
        raise TypeError(f"{what} holds {'objects' if array.dtype.kind == 'O' else 'text'}, not numbers. {fix}")
    return array


def check_source(x: Any) -> None:
    """Raise `TypeError` if x is neither arrays nor something that gives batches."""
    if isinstance(x, str | bytes):
        raise TypeError(
            f"x is the text {x!r}. Read the file first, for instance with np.loadtxt or pandas.read_csv, or an image "
            "with PIL.Image.open, and pass arrays of numbers."
        )
    if callable(x) and not hasattr(x, "__getitem__") and not hasattr(x, "__iter__") and not hasattr(x, "__array__"):
        raise TypeError(f"x is a function, {getattr(x, '__name__', x)}. If it makes a generator, call it: pass x=f().")
    if x is None:
        raise ValueError("There is no data: x is None. Pass arrays, or a source of batches.")


class SparseRows:
    """A sparse matrix of SciPy, of which rows are taken as dense arrays.

    Args:
        matrix: the matrix, in the format CSR.
    """

    def __init__(self, matrix: Any) -> None:
        self.matrix, self.shape, self.dtype, self.ndim = matrix, matrix.shape, matrix.dtype, 2

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: Any) -> np.ndarray[Any, Any]:
        return np.asarray(self.matrix[rows].toarray())


def narrow(array: Any) -> np.dtype[Any]:
    """The dtype in which programs compute with an array: 64-bit numbers become 32-bit ones."""
    return np.dtype(jax.dtypes.canonicalize_dtype(array.dtype))


def length(tree: Any) -> int:
    """Number of samples of the first array in a tree."""
    leaves = jax.tree.leaves(tree)
    return int(leaves[0].shape[0]) if leaves and leaves[0].ndim else 0


_OF_SOURCE = "A source gives batches: stack many samples, or of a single one give (x[None], y[None])."


def checked(
    x: Any = None, y: Any = None, sample_weight: Any = None, text: bool = False, of_source: bool = False
) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights as arrays on the host; with `text`, inputs may be such.

    Args:
        x: inputs.
        y: targets.
        sample_weight: weights of the samples.
        text: whether inputs may be text.
        of_source: whether they are a batch that a source gave, which may be a single sample by mistake.

    Raises:
        TypeError: they cannot be made arrays of numbers.
        ValueError: there are no samples, an array is a scalar, or numbers of samples differ.
    """
    data = to_host(x, "x", text), to_host(y, "y"), to_host(sample_weight, "sample_weight")
    counts: dict[str, int] = {}
    for what, tree in zip(("x", "y", "sample_weight"), data, strict=True):
        leaves = jax.tree.leaves(tree)
        for i, leaf in enumerate(leaves):
            if leaf.ndim == 0:
                fix = _OF_SOURCE if of_source else "The data needs a first axis that counts samples."
                raise ValueError(f"{what} is a single number. {fix}")
            counts[what if len(leaves) == 1 else f"{what}[{i}]"] = leaf.shape[0]
    if not counts:
        raise ValueError("There is no data: x is empty.")
    if len(set(counts.values())) > 1:
        shown = [f"{what} has {count}" for what, count in counts.items()]
        shown = shown if len(shown) < 7 else [*shown[:3], "...", *shown[-1:]]
        fix = _OF_SOURCE if of_source else "Row i of each belongs together."
        if len(jax.tree.leaves(data[0])) > 1 and isinstance(x, list):
            fix += f" A list of {len(x)} arrays is {len(x)} inputs: if they are the samples of one, pass np.array(x)."
        raise ValueError(f"All arrays need the same number of samples, but {', '.join(shown)}. {fix}")
    if 0 in counts.values():
        raise ValueError("There is no data: the arrays have 0 samples.")
    return data


def check_batch_size(batch_size: Any) -> int:
    """The batch size, or an error that says what it may be."""
    if batch_size is None:
        return 32
    if isinstance(batch_size, bool) or not isinstance(batch_size, int | np.integer) or batch_size < 1:
        received = f"an array of shape {batch_size.shape}" if getattr(batch_size, "shape", ()) else repr(batch_size)
        raise ValueError(f"batch_size is a whole number of at least 1. Received batch_size={received}.")
    return int(batch_size)


_LOOKED_AT = 256 << 20  # bytes of an array that are searched for mistakes; of a larger one its beginning


def beginning(array: Any) -> Any:
    """An array, or as many of its first rows as are searched for mistakes."""
    size = math.prod(array.shape) * array.dtype.itemsize
    return array if size <= _LOOKED_AT else array[: max(1, len(array) * _LOOKED_AT // size)]


def all_finite(tree: Any, what: str) -> bool:
    """Whether arrays of floats on the host hold no NaN or infinity; warns if one does, since it makes weights NaN."""
    for leaf in jax.tree.leaves(tree):
        if not isinstance(leaf, np.ndarray) or leaf.dtype.kind != "f" or not leaf.size:
            continue
        seen = beginning(leaf)
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(np.sum(seen)) or np.isfinite(seen).all():  # a sum may be too large for its dtype
                continue
        rows = ~np.isfinite(seen.reshape(len(seen), -1)).all(axis=1)
        kind = "NaN" if np.isnan(seen).any() else "infinite numbers"
        doubt(
            f"{what} holds {kind} (in {int(rows.sum())} of {len(seen)} samples, first in sample "
            f"{int(np.argmax(rows))}). The loss will be NaN. Clean the data, for instance with np.nan_to_num."
        )
        return False
    return True


def rows(tree: Any, begin: int, end: int | None) -> Any:
    """The samples from `begin` to `end` of every array in a tree."""
    return jax.tree.map(lambda a: a[begin:end], tree)


def batch(tree: Any) -> Any:
    """All samples of every array in a tree, as one batch that a program takes."""
    return jax.tree.map(lambda a: a[:].astype(narrow(a), copy=False), tree)


def split(data: Any, fraction: float) -> tuple[Any, Any]:
    """The first samples of all arrays for training and the last `fraction` for validation.

    Raises:
        ValueError: the fraction is not between 0 and 1, or leaves no sample on one side.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"validation_split is a number between 0 and 1, such as 0.2. Received {fraction!r}.")
    count = length(data)
    at = int(count * (1 - fraction))
    if at == 0 or at == count:
        raise ValueError(f"validation_split={fraction} of {count} samples leaves none on one side. Use more data.")
    return rows(data, 0, at), rows(data, at, None)


def weigh_classes(data: Any, class_weight: dict[int, float] | None) -> Any:
    """The data with sample weights multiplied by the weight of each sample's class.

    Args:
        data: inputs; labels: integers, one-hot rows, or 0 and 1; sample weights, or None.
        class_weight: class index to weight; classes not in it count 1.

    Raises:
        ValueError: there is more than one target array, or a class in it that is not a number.
    """
    if not class_weight:
        return data
    x, y, weight = data
    leaves = jax.tree.leaves(y)
    if not isinstance(class_weight, dict):
        raise TypeError(
            f"class_weight maps classes to weights, such as {{0: 1.0, 1: 5.0}}. Received {class_weight!r}; a list "
            "becomes one with dict(enumerate(weights))."
        )
    if len(leaves) != 1:
        raise ValueError("class_weight works for models with one output. Use sample_weight for several.")
    if not all(isinstance(key, int | np.integer) for key in class_weight):
        raise ValueError(f"class_weight maps classes to weights, such as {{0: 1.0, 1: 5.0}}. Received {class_weight}")
    labels = np.asarray(leaves[0])
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] > 1 else labels[..., 0]
    labels = labels.astype("int64")
    table = np.ones(max(int(labels.max(initial=0)), *(int(k) for k in class_weight)) + 1, "float32")
    for key, value in class_weight.items():
        table[int(key)] = value
    by_class = table[labels]
    return x, y, by_class if weight is None else np.asarray(weight) * by_class
