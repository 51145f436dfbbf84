"""The array language: functions over `jax.numpy` that also take Variables and symbolic tensors."""

from ..core import operators
from ..core.op import ops as _table
from . import linalg, nn, numpy
from .control import (
    associative_scan,
    cond,
    custom_gradient,
    fori_loop,
    jvp,
    map,
    scan,
    switch,
    vectorized_map,
    while_loop,
)
from .exponential import erf, erfc, erfinv
from .indexing import scatter, scatter_update, segment_max, segment_min, segment_prod, segment_sum, slice, slice_update
from .joining import unstack
from .linalg import (
    cholesky,
    cholesky_inverse,
    det,
    eig,
    eigh,
    inv,
    logdet,
    lstsq,
    lu_factor,
    matrix_rank,
    norm,
    pinv,
    qr,
    solve,
    solve_triangular,
    svd,
)
from .linear import cdist
from .nn import *
from .numpy import *
from .patches import rearrange
from .reduction import logsumexp
from .rounding import rsqrt
from .signal import extract_sequences, fft, fft2, ifft2, irfft, istft, rfft, stft, view_as_complex, view_as_real
from .sorting import in_top_k, top_k
from .tensors import cast, convert_to_numpy, convert_to_tensor, dtype, is_tensor, saturate_cast, shape, stop_gradient

_table.add(
    divide=divide,
    abs=abs,
    conj=conj,
    swish=swish,
    hard_swish=hard_swish,
    bitwise_invert=bitwise_invert,
    bitwise_left_shift=bitwise_left_shift,
    bitwise_right_shift=bitwise_right_shift,
)

operators.define(
    {
        "add": add,
        "subtract": subtract,
        "multiply": multiply,
        "true_divide": true_divide,
        "floor_divide": floor_divide,
        "mod": mod,
        "power": power,
        "matmul": matmul,
        "logical_and": logical_and,
        "logical_or": logical_or,
        "logical_xor": logical_xor,
        "logical_not": logical_not,
        "less": less,
        "less_equal": less_equal,
        "greater": greater,
        "greater_equal": greater_equal,
        "negative": negative,
        "absolute": absolute,
        "equal": equal,
        "not_equal": not_equal,
        "get_item": get_item,
    }
)

__all__ = [
    "associative_scan",
    "cast",
    "cdist",
    "cholesky",
    "cholesky_inverse",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "custom_gradient",
    "det",
    "dtype",
    "eig",
    "eigh",
    "erf",
    "erfc",
    "erfinv",
    "extract_sequences",
    "fft",
    "fft2",
    "fori_loop",
    "ifft2",
    "in_top_k",
    "inv",
    "irfft",
    "is_tensor",
    "istft",
    "jvp",
    "linalg",
    "logdet",
    "logsumexp",
    "lstsq",
    "lu_factor",
    "map",
    "matrix_rank",
    "nn",
    "norm",
    "numpy",
    "pinv",
    "qr",
    "rearrange",
    "rfft",
    "rsqrt",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "shape",
    "slice",
    "slice_update",
    "solve",
    "solve_triangular",
    "stft",
    "stop_gradient",
    "svd",
    "switch",
    "top_k",
    "unstack",
    "vectorized_map",
    "view_as_complex",
    "view_as_real",
    "while_loop",
]
__all__ += nn.__all__
__all__ += numpy.__all__
