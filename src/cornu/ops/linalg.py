"""Linear algebra: decompositions, inverses, determinants and norms."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core.op import op
from .tensors import limits, tensor, to_axes


@op
def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangular `L` with `x = L L^T`, for a positive definite `x`.

    Args:
        x: array `(..., n, n)`.
        upper: whether to give `L^T`.

    Example:
        >>> import cornu
        >>> cornu.ops.cholesky([[4.0, 0.0], [0.0, 9.0]])
        Array([[2., 0.],
               [0., 3.]], dtype=float32)
    """
    factor = jnp.linalg.cholesky(tensor(x))
    return jnp.swapaxes(factor, -1, -2).conj() if upper else factor


@op
def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of a matrix from its Cholesky factor.

    Args:
        x: triangular matrix `(n, n)`.
        upper: whether it is the upper one.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.cholesky_inverse([[2.0, 0.0], [0.0, 4.0]])).round(3)
        array([[0.25 , 0.   ],
               [0.   , 0.062]], dtype=float32)
    """
    x = tensor(x)
    inverse = jax.scipy.linalg.solve_triangular(x, jnp.eye(x.shape[-1], dtype=x.dtype), lower=not upper)
    return inverse @ jnp.swapaxes(inverse, -1, -2) if upper else jnp.swapaxes(inverse, -1, -2) @ inverse


@op
def det(x: Any) -> Any:
    """Determinant.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> cornu.ops.det([[2.0, 0.0], [0.0, 4.0]])
        Array(8., dtype=float32)
    """
    return jnp.linalg.det(tensor(x))


@op
def slogdet(x: Any) -> Any:
    """Sign and logarithm of the absolute value of the determinant.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.slogdet([[2.0, 0.0], [0.0, 4.0]])]
        [1.0, 2.079441547393799]
    """
    return tuple(jnp.linalg.slogdet(tensor(x)))


@op
def logdet(x: Any) -> Any:
    """Logarithm of the determinant.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.logdet([[2.0, 0.0], [0.0, 4.0]])).round(3)
        np.float32(2.079)
    """
    return jnp.linalg.slogdet(tensor(x))[1]


@op
def eig(x: Any) -> Any:
    """Eigenvalues and right eigenvectors (on the CPU only).

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> [v.shape for v in cornu.ops.eig([[2.0, 0.0], [0.0, 4.0]])]
        [(2,), (2, 2)]
    """
    return tuple(jnp.linalg.eig(tensor(x)))


@op
def eigh(x: Any) -> Any:
    """Eigenvalues, growing, and eigenvectors of a symmetric matrix.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> cornu.ops.eigh([[2.0, 0.0], [0.0, 4.0]])[0]
        Array([2., 4.], dtype=float32)
    """
    return tuple(jnp.linalg.eigh(tensor(x)))


@op
def inv(x: Any) -> Any:
    """Inverse.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> cornu.ops.inv([[2.0, 0.0], [0.0, 4.0]])
        Array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    return jnp.linalg.inv(tensor(x))


@op
def pinv(x: Any, rcond: float | None = None) -> Any:
    """Pseudo-inverse, by singular values.

    Args:
        x: array `(..., m, n)`.
        rcond: singular values below this times the largest count as 0; None for a bound from the precision.

    Example:
        >>> import cornu
        >>> cornu.ops.pinv([[2.0, 0.0], [0.0, 4.0]])
        Array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    return jnp.linalg.pinv(tensor(x), rtol=rcond)


@op
def solve(a: Any, b: Any) -> Any:
    """The `x` with `a x = b`.

    Args:
        a: array `(..., n, n)`.
        b: array `(..., n)` or `(..., n, k)`.

    Example:
        >>> import cornu
        >>> cornu.ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 4.0])
        Array([1., 1.], dtype=float32)
    """
    a, b = tensor(a), tensor(b)
    return jnp.linalg.solve(a, b[..., None])[..., 0] if b.ndim == a.ndim - 1 else jnp.linalg.solve(a, b)


@op
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The `x` with `a x = b`, for a triangular `a`.

    Args:
        a: array `(..., n, n)`.
        b: array `(..., n)` or `(..., n, k)`.
        lower: whether `a` is lower triangular.

    Example:
        >>> import cornu
        >>> cornu.ops.solve_triangular([[2.0, 0.0], [1.0, 4.0]], [2.0, 5.0], lower=True)
        Array([1., 1.], dtype=float32)
    """
    a, b = tensor(a), tensor(b)
    vector = b.ndim == a.ndim - 1
    x = jax.scipy.linalg.solve_triangular(a, b[..., None] if vector else b, lower=lower)
    return x[..., 0] if vector else x


@op
def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """The `x` that makes `|a x - b|` smallest.

    Args:
        a: matrix `(m, n)`.
        b: array `(m,)` or `(m, k)`.
        rcond: singular values below this times the largest count as 0; None for a bound from the precision.

    Example:
        >>> import cornu
        >>> cornu.ops.lstsq([[1.0], [1.0]], [1.0, 3.0])
        Array([1.9999999], dtype=float32)
    """
    return jnp.linalg.lstsq(tensor(a), tensor(b), rcond)[0]


@op
def lu_factor(x: Any) -> Any:
    """LU decomposition with pivots: both factors in one matrix, and the row exchanges.

    Args:
        x: array `(..., n, n)`.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.lu_factor([[2.0, 0.0], [1.0, 4.0]])]
        [[[2.0, 0.0], [0.5, 4.0]], [0, 1]]
    """
    return tuple(jax.scipy.linalg.lu_factor(tensor(x)))


@op
def qr(x: Any, mode: str = "reduced") -> Any:
    """`x = Q R`, with orthonormal columns in `Q` and a triangular `R`.

    Args:
        x: array `(..., m, n)`.
        mode: `"reduced"` for `min(m, n)` columns of `Q`, `"complete"` for `m`.

    Raises:
        ValueError: an unknown `mode`.

    Example:
        >>> import cornu
        >>> [v.shape for v in cornu.ops.qr([[1.0], [2.0]])]
        [(2, 1), (1, 1)]
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"mode is 'reduced' or 'complete'. Received: {mode!r}")
    return tuple(jnp.linalg.qr(tensor(x), mode))


@op
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """`x = U diag(s) V^T`: gives `U`, the singular values `s`, falling, and `V^T`.

    Args:
        x: array `(..., m, n)`.
        full_matrices: whether `U` and `V` are square.
        compute_uv: whether to give `U` and `V^T` too.

    Example:
        >>> import cornu
        >>> cornu.ops.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False)
        Array([4., 3.], dtype=float32)
    """
    result = jnp.linalg.svd(tensor(x), full_matrices, compute_uv)
    return tuple(result) if compute_uv else result


@op
def matrix_rank(x: Any, tol: float | None = None) -> Any:
    """Number of singular values above a bound.

    Args:
        x: array `(..., m, n)`.
        tol: the bound; None for one from the precision.

    Example:
        >>> import cornu
        >>> cornu.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
        Array(1, dtype=int32)
    """
    x = tensor(x)
    singular = jnp.linalg.svd(x, compute_uv=False)
    bound = (
        jnp.max(singular, -1, keepdims=True) * max(x.shape[-2:]) * limits(singular.dtype).eps if tol is None else tol
    )
    return jnp.sum(singular > bound, axis=-1)


@op
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
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
    x = tensor(x)
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype("float32")
    if axis is None and ord is None:
        flat = jnp.linalg.norm(x.ravel())
        return jnp.reshape(flat, (1,) * x.ndim) if keepdims else flat
    return jnp.linalg.norm(x, ord, to_axes(axis), keepdims)
