"""Products of vectors, matrices and tensors."""

from typing import Any

import jax.numpy as jnp

from .making import ArrayLike, matrices, op, op_of, tensor

__all__ = ["cdist", "cross", "dot", "einsum", "inner", "kron", "matmul", "outer", "tensordot", "vdot"]


@op_of(lambda x1, x2: jnp.matmul(x1, x2, preferred_element_type=_wide(x1, x2)))
def matmul(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Matrix product over the last two axes; the axes before are the batch and broadcast.

    Products of int8 are summed in int32.

    Args:
        x1: first array.
        x2: second array; its last axis but one has the size of the last one of `x1`.

    Example:
        >>> import cornu
        >>> cornu.ops.matmul([[1.0, 2.0]], [[3.0], [4.0]])
        Array([[11.]], dtype=float32)
    """


@op_of(jnp.dot)
def dot(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Sum of products over the last axis of `x1` and the last but one of `x2`.

    Args:
        x1: first array.
        x2: second array.

    Example:
        >>> import cornu
        >>> cornu.ops.dot([1.0, 2.0], [3.0, 4.0])
        Array(11., dtype=float32)
    """


@op_of(jnp.inner)
def inner(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Sum of products over the last axes.

    Args:
        x1: first array.
        x2: second array.

    Example:
        >>> import cornu
        >>> cornu.ops.inner([1.0, 2.0], [3.0, 4.0])
        Array(11., dtype=float32)
    """


@op_of(jnp.outer)
def outer(x1: ArrayLike, x2: ArrayLike) -> Any:
    """All products of an element of `x1` and one of `x2`.

    Args:
        x1: first array.
        x2: second array.

    Example:
        >>> import cornu
        >>> cornu.ops.outer([1.0, 2.0], [3.0, 4.0])
        Array([[3., 4.],
               [6., 8.]], dtype=float32)
    """


@op_of(jnp.vdot)
def vdot(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Dot product of the flattened arrays, the first one conjugated.

    Args:
        x1: first array.
        x2: second array.

    Example:
        >>> import cornu
        >>> cornu.ops.vdot([1.0, 2.0], [3.0, 4.0])
        Array(11., dtype=float32)
    """


@op_of(jnp.tensordot)
def tensordot(x1: ArrayLike, x2: ArrayLike, axes: Any = 2) -> Any:
    """Sum of products over some axes of both.

    Args:
        x1: first array.
        x2: second array.
        axes: how many of the last axes of `x1` and first ones of `x2`, or a pair of lists of axes.

    Example:
        >>> import cornu
        >>> cornu.ops.tensordot([1.0, 2.0], [3.0, 4.0], axes=1)
        Array(11., dtype=float32)
    """


@op
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sum of products by Einstein's convention; those of int8 are summed in int32.

    Args:
        subscripts: axes of each operand and of the result, such as `"bij,bjk->bik"`.
        *operands: arrays.
        **kwargs: options of `jax.numpy.einsum`, such as `precision`.

    Example:
        >>> import cornu
        >>> cornu.ops.einsum("ij,j->i", [[1.0, 2.0]], [3.0, 4.0])
        Array([11.], dtype=float32)
    """
    arrays = [tensor(operand) for operand in operands]
    return jnp.einsum(subscripts, *arrays, **{"preferred_element_type": _wide(*arrays), **kwargs})


@op_of(jnp.cross)
def cross(
    x1: ArrayLike, x2: ArrayLike, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """Cross product of vectors of size 3.

    Args:
        x1: first array.
        x2: second array, broadcast against the first.
        axisa: axis of `x1` that holds the vectors.
        axisb: that of `x2`.
        axisc: that of the result.
        axis: all three at once; None leaves them.

    Example:
        >>> import cornu
        >>> cornu.ops.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        Array([0., 0., 1.], dtype=float32)
    """


@op_of(jnp.kron)
def kron(x1: ArrayLike, x2: ArrayLike) -> Any:
    """Kronecker product.

    Args:
        x1: first array.
        x2: second array.

    Example:
        >>> import cornu
        >>> cornu.ops.kron([[1.0, 2.0]], [[1.0], [1.0]])
        Array([[1., 2.],
               [1., 2.]], dtype=float32)
    """


@op
def cdist(x: ArrayLike, y: ArrayLike) -> Any:
    """Euclidean distances between all rows of `x` and of `y`.

    Args:
        x: points `(..., m, size)`.
        y: points `(..., n, size)`.

    Raises:
        ValueError: the sizes differ, or an input is no array of points.

    Example:
        >>> import cornu
        >>> cornu.ops.cdist([[0.0, 0.0]], [[3.0, 4.0]])
        Array([[5.]], dtype=float32)
    """
    x, y = matrices(x, "cdist"), matrices(y, "cdist")
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"cdist compares points of one size. Received shapes {x.shape} and {y.shape}.")
    x = x.astype(jnp.result_type(x, y, float))
    return jnp.sqrt(jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), axis=-1))


def _wide(*arrays: Any) -> Any:
    """The dtype in which products are summed: int32 if all are int8, otherwise as usual."""
    return "int32" if all(array.dtype == jnp.int8 for array in arrays) else None
