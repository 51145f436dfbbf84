"""Conversion: what counts as an array, its shape and dtype, and casts."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from ..core.symbolic import KerasTensor, unwrap
from .making import ArrayLike, DTypeLike, limits, op, op_of, tensor

__all__ = [
    "cast", "convert_to_numpy", "convert_to_tensor", "copy", "dtype", "is_tensor", "ndim", "saturate_cast", "shape",
    "size", "stop_gradient", "view",
]  # fmt: skip


@op
def convert_to_tensor(x: ArrayLike, dtype: DTypeLike = None, sparse: bool | None = None, ragged: Any = None) -> Any:
    """An array from a number, list, NumPy array or Variable.

    Args:
        x: number, (nested) list, array, Variable or tensor of TensorFlow or torch.
        dtype: dtype of the result; by default that of `x`, floats of 64 bits as 32.
        sparse: accepted for compatibility.
        ragged: accepted for compatibility.

    Example:
        >>> import cornu
        >>> cornu.ops.convert_to_tensor([1, 2], dtype="float32")
        Array([1., 2.], dtype=float32)
    """
    x = tensor(x)
    return x if dtype is None else x.astype(dtypes.standardize(dtype))


def convert_to_numpy(x: ArrayLike) -> np.ndarray[Any, Any]:
    """The value as a NumPy array of its own, which may be written to.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.convert_to_numpy([1.0, 2.0])
        array([1., 2.])
    """
    return np.array(unwrap(x))


def is_tensor(x: Any) -> bool:
    """Whether `x` is an array of JAX or a symbolic tensor.

    Args:
        x: anything.

    Example:
        >>> import cornu
        >>> cornu.ops.is_tensor([1.0, 2.0])
        False
    """
    return isinstance(x, jax.Array | KerasTensor)


def shape(x: ArrayLike) -> tuple[int | None, ...]:
    """The shape, a tuple of integers; None for a size that a symbolic tensor does not know.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.shape([[1.0, 2.0]])
        (1, 2)
    """
    x = x if hasattr(x, "shape") else tensor(x)
    return tuple(x.shape)


def ndim(x: ArrayLike) -> int:
    """The number of axes.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.ndim([[1.0, 2.0]])
        2
    """
    return len(shape(x))


def size(x: ArrayLike) -> int | None:
    """The number of elements; None if a symbolic tensor does not know it.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.size([[1.0, 2.0]])
        2
    """
    sizes = shape(x)
    return None if None in sizes else math.prod(s for s in sizes if s is not None)


def dtype(x: ArrayLike) -> str:
    """The name of the dtype.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.dtype([1.0, 2.0])
        'float32'
    """
    x = x if hasattr(x, "dtype") else tensor(x)
    return dtypes.standardize(x.dtype)


@op
def cast(x: ArrayLike, dtype: DTypeLike) -> Any:
    """The array in another dtype.

    Args:
        x: array.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> cornu.ops.cast([1.7, -1.7], "int32")
        Array([ 1, -1], dtype=int32)
    """
    return tensor(x).astype(dtypes.standardize(dtype))


@op
def saturate_cast(x: ArrayLike, dtype: DTypeLike) -> Any:
    """The array in another dtype; values outside its range become its ends.

    Args:
        x: array.
        dtype: dtype of the result.

    Example:
        >>> import cornu
        >>> cornu.ops.saturate_cast([300.0, -300.0], "int8")
        Array([ 127, -128], dtype=int8)
    """
    x, dtype = tensor(x), dtypes.standardize(dtype)
    if jnp.issubdtype(x.dtype, jnp.complexfloating) or dtype == "bool":
        return x.astype(dtype)
    new, old = limits(dtype), limits("int8" if x.dtype == bool else x.dtype)
    low, high = max(float(new.min), float(old.min)), min(float(new.max), float(old.max))
    if dtypes.is_float(x.dtype):
        while float(np.asarray(high, x.dtype)) > float(new.max):  # rounded up: the largest float below it
            high = float(np.nextafter(np.asarray(high, x.dtype), np.asarray(0, x.dtype)))
    return jnp.clip(x, np.asarray(low, x.dtype), np.asarray(high, x.dtype)).astype(dtype)


@op
def stop_gradient(variable: Any) -> Any:
    """The same values, through which no gradient flows.

    Args:
        variable: array, or a tree of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.stop_gradient([1.0, 2.0])
        [TypedFloat(1.0, dtype=float32), TypedFloat(2.0, dtype=float32)]
    """
    return jax.tree.map(jax.lax.stop_gradient, variable)


@op_of(jnp.copy)
def copy(x: ArrayLike) -> Any:
    """A copy.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.copy([1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """


@op
def view(x: ArrayLike, dtype: DTypeLike = None) -> Any:
    """The same bytes read as another dtype.

    Args:
        x: array.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.view([1.0, 2.0], dtype="int32")
        Array([1065353216, 1073741824], dtype=int32)
    """
    x = tensor(x)
    return x if dtype is None else x.view(dtypes.standardize(dtype))
