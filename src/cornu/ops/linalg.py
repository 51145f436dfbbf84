"""Linear algebra: decompositions, inverses, determinants and norms."""

import functools
from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp

from .control import jvp
from .making import ArrayLike, Axis, floating, matrices, one_of, op, op_of, tensor

__all__ = [
    "cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "jvp", "logdet", "lstsq", "lu_factor", "matrix_rank",
    "norm", "pinv", "qr", "slogdet", "solve", "solve_triangular", "svd",
]  # fmt: skip


@op
def cholesky(x: ArrayLike, upper: bool = False) -> Any:
    """The triangular `L` with `x = L L^T`, for a positive definite `x`.

    Args:
        x: array `(..., n, n)`.
        upper: whether to give `L^T`.

    Raises:
        ValueError: `x` holds no square matrices; or one is not positive definite, where values are known. Inside
            a compiled program the result is then NaN.

    Example:
        >>> import cornu
        >>> cornu.ops.cholesky([[4.0, 0.0], [0.0, 9.0]])
        Array([[2., 0.],
               [0., 3.]], dtype=float32)
    """
    factor = jnp.linalg.cholesky(matrices(x, "cholesky", square=True))
    if not isinstance(factor, jax.core.Tracer) and bool(jnp.isnan(factor).any()):
        raise ValueError("cholesky expects positive definite matrices. Add a small multiple of eye(n) to nearly such.")
    return jnp.swapaxes(factor, -1, -2).conj() if upper else factor


@op
def cholesky_inverse(x: ArrayLike, upper: bool = False) -> Any:
    """The inverse of a matrix from its Cholesky factor.

    Args:
        x: triangular matrix `(n, n)`.
        upper: whether it is the upper one.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]])).round(3)
        array([[0.25 , 0.   ],
               [0.   , 0.062]], dtype=float32)
    """
    x = matrices(x, "cholesky_inverse", square=True)
    inverse = jax.scipy.linalg.solve_triangular(x, jnp.eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    return inverse @ jnp.swapaxes(inverse, -1, -2) if upper else jnp.swapaxes(inverse, -1, -2) @ inverse


@op
def det(x: ArrayLike) -> Any:
    """Determinant.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.det([[2.0, 0.0], [0.0, 4.0]])
        Array(8., dtype=float32)
    """
    return jnp.linalg.det(matrices(x, "det", square=True))


@op
def slogdet(x: ArrayLike) -> Any:
    """Sign and logarithm of the absolute value of the determinant.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.slogdet([[2.0, 0.0], [0.0, 4.0]])]
        [1.0, 2.079441547393799]
    """
    return tuple(jnp.linalg.slogdet(matrices(x, "slogdet", square=True)))


@op
def logdet(x: ArrayLike) -> Any:
    """Logarithm of the determinant.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logdet([[2.0, 0.0], [0.0, 4.0]])).round(3)
        np.float32(2.079)
    """
    return jnp.linalg.slogdet(matrices(x, "logdet", square=True))[1]


@op
def eig(x: ArrayLike) -> Any:
    """Eigenvalues and right eigenvectors (on the CPU only).

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu
        >>> [v.shape for v in cornu.ops.eig([[2.0, 0.0], [0.0, 4.0]])]
        [(2,), (2, 2)]
    """
    return tuple(jnp.linalg.eig(matrices(x, "eig", square=True)))


@op
def eigh(x: ArrayLike) -> Any:
    """Eigenvalues, growing, and eigenvectors of a symmetric matrix.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.eigh([[2.0, 0.0], [0.0, 4.0]])[0]
        Array([2., 4.], dtype=float32)
    """
    return tuple(jnp.linalg.eigh(matrices(x, "eigh", square=True)))


@op
def inv(x: ArrayLike) -> Any:
    """Inverse.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no square matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.inv([[2.0, 0.0], [0.0, 4.0]])
        Array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    return jnp.linalg.inv(matrices(x, "inv", square=True))


@op
def pinv(x: ArrayLike, rcond: float | None = None) -> Any:
    """Pseudo-inverse, by singular values.

    Args:
        x: array `(..., m, n)`.
        rcond: singular values below this times the largest count as 0; None for a bound from the precision.

    Raises:
        ValueError: `x` holds no matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.pinv([[2.0, 0.0], [0.0, 4.0]])
        Array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    return jnp.linalg.pinv(matrices(x, "pinv"), rtol=rcond)


@op
def solve(a: ArrayLike, b: ArrayLike) -> Any:
    """The `x` with `a x = b`.

    Args:
        a: array `(..., n, n)`.
        b: array `(..., n)` or `(..., n, k)`.

    Raises:
        ValueError: `a` holds no square matrices, or `b` does not fit.

    Example:
        >>> import cornu
        >>> cornu.ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0])
        Array([1., 1.], dtype=float32)
    """
    return _solved(jnp.linalg.solve, "solve", a, b)


def _solved(solve: Callable[..., Any], name: str, a: Any, b: Any) -> Any:
    """`solve(a, b)`, also where `b` holds a vector for each matrix of `a`, not a matrix for each or one for all."""
    a, b = matrices(a, name, square=True), tensor(b)
    vectors = b.ndim == 1 or b.shape == a.shape[:-1]
    return solve(a, b[..., None])[..., 0] if vectors else solve(a, b)


@op
def solve_triangular(a: ArrayLike, b: ArrayLike, lower: bool = False) -> Any:
    """The `x` with `a x = b`, for a triangular `a`.

    Args:
        a: array `(..., n, n)`.
        b: array `(..., n)` or `(..., n, k)`.
        lower: whether `a` is lower triangular.

    Raises:
        ValueError: `a` holds no square matrices, or `b` does not fit.

    Example:
        >>> import cornu
        >>> cornu.ops.solve_triangular([[2.0, 0.0], [1.0, 4.0]], [2.0, 5.0], lower=True)
        Array([1., 1.], dtype=float32)
    """
    return _solved(functools.partial(jax.scipy.linalg.solve_triangular, lower=lower), "solve_triangular", a, b)


@op
def lstsq(a: ArrayLike, b: ArrayLike, rcond: float | None = None) -> Any:
    """The `x` that makes `|a x - b|` smallest.

    Args:
        a: matrix `(m, n)`.
        b: array `(m,)` or `(m, k)`.
        rcond: singular values below this times the largest count as 0; None for a bound from the precision.

    Raises:
        ValueError: `a` is no matrix, or `b` has another number of rows.

    Example:
        >>> import cornu
        >>> cornu.ops.lstsq([[1.0], [1.0]], [1.0, 3.0])
        Array([1.9999999], dtype=float32)
    """
    a, b = matrices(a, "lstsq"), tensor(b)
    if a.ndim > 2 or b.ndim not in (1, 2) or len(a) != len(b):
        raise ValueError(f"lstsq expects a of shape (m, n) and b (m,) or (m, k). Received {a.shape} and {b.shape}.")
    return jnp.linalg.lstsq(a, b, rcond)[0]


@op
def lu_factor(x: ArrayLike) -> Any:
    """LU decomposition with pivots: both factors in one matrix, and the row exchanges.

    Args:
        x: array `(..., n, n)`.

    Raises:
        ValueError: `x` holds no matrices.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.lu_factor([[2.0, 0.0], [1.0, 4.0]])]
        [[[2.0, 0.0], [0.5, 4.0]], [0, 1]]
    """
    return tuple(jax.scipy.linalg.lu_factor(matrices(x, "lu_factor")))


@op
def qr(x: ArrayLike, mode: Literal["reduced", "complete"] = "reduced") -> Any:
    """`x = Q R`, with orthonormal columns in `Q` and a triangular `R`.

    Args:
        x: array `(..., m, n)`.
        mode: `"reduced"` for `min(m, n)` columns of `Q`, `"complete"` for `m`.

    Raises:
        ValueError: an unknown `mode`, or `x` holds no matrices.

    Example:
        >>> import cornu
        >>> [v.shape for v in cornu.ops.qr([[1.0], [2.0]])]
        [(2, 1), (1, 1)]
    """
    one_of("reduced", "complete", mode=mode)
    return tuple(jnp.linalg.qr(matrices(x, "qr"), mode))


@op
def svd(x: ArrayLike, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """`x = U diag(s) V^T`: gives `U`, the singular values `s`, falling, and `V^T`.

    Args:
        x: array `(..., m, n)`.
        full_matrices: whether `U` and `V` are square.
        compute_uv: whether to give `U` and `V^T` too.

    Raises:
        ValueError: `x` holds no matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False)
        Array([4., 3.], dtype=float32)
    """
    result = jnp.linalg.svd(matrices(x, "svd"), full_matrices, compute_uv)
    return tuple(result) if compute_uv else result


@op
def matrix_rank(x: ArrayLike, tol: float | None = None) -> Any:
    """Number of singular values above a bound.

    Args:
        x: array `(..., m, n)`.
        tol: the bound; None for one from the precision.

    Raises:
        ValueError: `x` holds no matrices.

    Example:
        >>> import cornu
        >>> cornu.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
        Array(1, dtype=int32)
    """
    x = matrices(x, "matrix_rank")
    if tol is None:
        return jnp.linalg.matrix_rank(x)
    return jnp.sum(jnp.linalg.svd(x, compute_uv=False) > tol, axis=-1)


@op_of(jnp.linalg.norm, floating)
def norm(x: ArrayLike, ord: float | str | None = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """Norm of vectors along one axis, or of matrices along two.

    Args:
        x: array.
        ord: order: a number, `inf`, `-inf`, `"fro"` or `"nuc"`; None for the root of the sum of squares.
        axis: axis, or two of them; None for all.
        keepdims: whether reduced axes stay, with size 1.

    Example:
        >>> import cornu
        >>> cornu.ops.norm([3.0, 4.0])
        Array(5., dtype=float32)
    """
