"""New arrays: constants, ranges, grids and windows."""

from typing import Any, Literal

import jax.numpy as jnp

from ..core import dtypes
from ..core.types import ShapeLike
from .making import ArrayLike, DTypeLike, op, op_of, tensor

__all__ = [
    "arange", "array", "bartlett", "blackman", "empty", "empty_like", "eye", "full", "full_like", "geomspace",
    "hamming", "hanning", "identity", "kaiser", "linspace", "logspace", "meshgrid", "ones", "ones_like", "tri",
    "vander", "zeros", "zeros_like",
]  # fmt: skip


@op_of(jnp.zeros)
def zeros(shape: int | ShapeLike, dtype: DTypeLike = None) -> Any:
    """An array of zeros.

    Args:
        shape: tuple of sizes.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.zeros((2,))
        Array([0., 0.], dtype=float32)
    """


@op_of(jnp.zeros_like)
def zeros_like(x: ArrayLike, dtype: DTypeLike = None) -> Any:
    """Zeros in the shape of `x`.

    Args:
        x: array.
        dtype: dtype of the result; None for that of `x`.

    Example:
        >>> import cornu
        >>> cornu.ops.zeros_like([1.0, 2.0])
        Array([0., 0.], dtype=float32)
    """


@op_of(jnp.ones)
def ones(shape: int | ShapeLike, dtype: DTypeLike = None) -> Any:
    """An array of ones.

    Args:
        shape: tuple of sizes.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.ones((2,))
        Array([1., 1.], dtype=float32)
    """


@op_of(jnp.ones_like)
def ones_like(x: ArrayLike, dtype: DTypeLike = None) -> Any:
    """Ones in the shape of `x`.

    Args:
        x: array.
        dtype: dtype of the result; None for that of `x`.

    Example:
        >>> import cornu
        >>> cornu.ops.ones_like([1.0, 2.0])
        Array([1., 1.], dtype=float32)
    """


@op_of(jnp.empty)
def empty(shape: int | ShapeLike, dtype: DTypeLike = None) -> Any:
    """An array whose values do not matter (they are zeros).

    Args:
        shape: tuple of sizes.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.empty((2,))
        Array([0., 0.], dtype=float32)
    """


@op_of(jnp.empty_like)
def empty_like(x: ArrayLike, dtype: DTypeLike = None) -> Any:
    """An array in the shape of `x` whose values do not matter (they are zeros).

    Args:
        x: array.
        dtype: dtype of the result; None for that of `x`.

    Example:
        >>> import cornu
        >>> cornu.ops.empty_like([1.0, 2.0])
        Array([0., 0.], dtype=float32)
    """


@op_of(jnp.full)
def full(shape: int | ShapeLike, fill_value: Any, dtype: DTypeLike = None) -> Any:
    """An array of one value.

    Args:
        shape: tuple of sizes.
        fill_value: the value, or an array that broadcasts to `shape`.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.full((2,), 7)
        Array([7., 7.], dtype=float32)
    """


@op_of(jnp.full_like)
def full_like(x: ArrayLike, fill_value: ArrayLike, dtype: DTypeLike = None) -> Any:
    """One value in the shape of `x`.

    Args:
        x: array.
        fill_value: the value, or an array that broadcasts.
        dtype: dtype of the result; None for that of `x`.

    Example:
        >>> import cornu
        >>> cornu.ops.full_like([1.0, 2.0], 7)
        Array([7., 7.], dtype=float32)
    """


@op_of(jnp.array)
def array(x: ArrayLike, dtype: DTypeLike = None) -> Any:
    """An array from a number, list or array.

    Example:
        >>> import cornu
        >>> cornu.ops.array([1.0, 2.0])
        Array([1., 2.], dtype=float32)
    """


@op
def arange(start: float, stop: float | None = None, step: float | None = None, dtype: DTypeLike = None) -> Any:
    """Numbers from `start` up to, but without, `stop`.

    Args:
        start: first value; with `stop=None` it is the end, and 0 the first value.
        stop: end, itself not included.
        step: difference of neighbours; None for 1.
        dtype: dtype of the result; None for that of the arguments.

    Example:
        >>> import cornu
        >>> cornu.ops.arange(1, 7, 2)
        Array([1, 3, 5], dtype=int32)
    """
    return jnp.arange(start, stop, step, dtype)  # type: ignore[arg-type]


@op_of(jnp.linspace)
def linspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances over an interval.

    Args:
        start: first value.
        stop: end of the interval.
        num: number of values.
        endpoint: whether `stop` is the last value.
        retstep: whether to give the distance too.
        dtype: dtype of the result; None for the default one.
        axis: axis of the result along which they lie.

    Example:
        >>> import cornu
        >>> cornu.ops.linspace(0.0, 1.0, 5)
        Array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """


@op_of(jnp.logspace)
def logspace(
    start: ArrayLike,
    stop: ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: DTypeLike = None,
    axis: int = 0,
) -> Any:
    """Powers `base ** e`, for exponents `e` at equal distances.

    Args:
        start: first exponent.
        stop: end of the exponents.
        num: number of values.
        endpoint: whether `stop` is the last value.
        base: the base.
        dtype: dtype of the result; None for the default one.
        axis: axis of the result along which they lie.

    Example:
        >>> import cornu
        >>> cornu.ops.logspace(0.0, 2.0, 3)
        Array([  1.,  10., 100.], dtype=float32)
    """


@op_of(jnp.geomspace)
def geomspace(
    start: ArrayLike, stop: ArrayLike, num: int = 50, endpoint: bool = True, dtype: DTypeLike = None, axis: int = 0
) -> Any:
    """Numbers with equal quotients over an interval.

    Args:
        start: first value.
        stop: end of the interval.
        num: number of values.
        endpoint: whether `stop` is the last value.
        dtype: dtype of the result; None for the default one.
        axis: axis of the result along which they lie.

    Example:
        >>> import cornu
        >>> cornu.ops.geomspace(1.0, 100.0, 3)
        Array([  1.,  10., 100.], dtype=float32)
    """


@op_of(jnp.eye)
def eye(N: int, M: int | None = None, k: int = 0, dtype: DTypeLike = None) -> Any:  # noqa: N803
    """Ones on a diagonal, zeros elsewhere.

    Args:
        N: number of rows.
        M: number of columns; None for as many as rows.
        k: which diagonal; 0 is the main one, positive ones lie above it.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.eye(2)
        Array([[1., 0.],
               [0., 1.]], dtype=float32)
    """


@op_of(jnp.identity)
def identity(n: int, dtype: DTypeLike = None) -> Any:
    """The identity matrix.

    Args:
        n: number of rows and columns.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.identity(2)
        Array([[1., 0.],
               [0., 1.]], dtype=float32)
    """


@op_of(jnp.tri)
def tri(N: int, M: int | None = None, k: int = 0, dtype: DTypeLike = None) -> Any:  # noqa: N803
    """Ones on and below a diagonal, zeros above.

    Args:
        N: number of rows.
        M: number of columns; None for as many as rows.
        k: which diagonal; 0 is the main one, positive ones lie above it.
        dtype: dtype of the result; None for the default one.

    Example:
        >>> import cornu
        >>> cornu.ops.tri(2)
        Array([[1., 0.],
               [1., 1.]], dtype=float32)
    """


@op_of(jnp.vander)
def vander(x: ArrayLike, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803
    """Vandermonde matrix: the powers of `x` as columns.

    Args:
        x: array.
        N: number of columns; None for as many as `x` has elements.
        increasing: whether powers grow to the right.

    Example:
        >>> import cornu
        >>> cornu.ops.vander([2.0, 3.0], 3)
        Array([[4., 2., 1.],
               [9., 3., 1.]], dtype=float32)
    """


@op
def meshgrid(*x: ArrayLike, indexing: Literal["xy", "ij"] = "xy") -> Any:
    """Coordinate arrays of a grid.

    Args:
        *x: vectors, one for each axis.
        indexing: `"xy"` for rows along the second vector, `"ij"` for rows along the first.

    Example:
        >>> import cornu
        >>> cornu.ops.meshgrid([1, 2], [3, 4])
        [Array([[1, 2],
               [1, 2]], dtype=int32), Array([[3, 3],
               [4, 4]], dtype=int32)]
    """
    return [*jnp.meshgrid(*map(tensor, x), indexing=indexing)]


@op
def bartlett(x: int) -> Any:
    """Bartlett (triangular) window of `x` samples.

    Args:
        x: number of samples.

    Example:
        >>> import cornu
        >>> cornu.ops.bartlett(5)
        Array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return jnp.bartlett(int(x)).astype(dtypes.floatx())


@op
def blackman(x: int) -> Any:
    """Blackman window of `x` samples.

    Args:
        x: number of samples.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.blackman(5)).round(3)
        array([-0.  ,  0.34,  1.  ,  0.34, -0.  ], dtype=float32)
    """
    return jnp.blackman(int(x)).astype(dtypes.floatx())


@op
def hamming(x: int) -> Any:
    """Hamming window of `x` samples.

    Args:
        x: number of samples.

    Example:
        >>> import cornu
        >>> cornu.ops.hamming(5)
        Array([0.08000001, 0.54      , 1.        , 0.54      , 0.08000001],      dtype=float32)
    """
    return jnp.hamming(int(x)).astype(dtypes.floatx())


@op
def hanning(x: int) -> Any:
    """Hann window of `x` samples.

    Args:
        x: number of samples.

    Example:
        >>> import cornu
        >>> cornu.ops.hanning(5)
        Array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return jnp.hanning(int(x)).astype(dtypes.floatx())


@op
def kaiser(x: int, beta: ArrayLike) -> Any:
    """Kaiser window of `x` samples.

    Args:
        x: number of samples.
        beta: how narrow it is; 0 gives a constant.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.kaiser(5, 2.0)).round(3)
        array([0.439, 0.835, 1.   , 0.835, 0.439], dtype=float32)
    """
    return jnp.kaiser(int(x), tensor(beta)).astype(dtypes.floatx())
