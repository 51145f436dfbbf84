"""Every op against the real Keras on JAX: values, dtypes, gradients, and shapes of symbolic calls."""

import inspect
import operator
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import keras
import numpy as np
import pytest

import cornu.ops
from cornu.core.symbolic import KerasTensor

rng = np.random.default_rng(0)
X = rng.normal(size=(3, 4)).astype("float32")
Y = rng.normal(size=(3, 4)).astype("float32")
POSITIVE = (np.abs(X) + 0.5).astype("float32")
INSIDE = rng.uniform(-0.9, 0.9, (3, 4)).astype("float32")
INTEGERS = rng.integers(1, 9, (3, 4)).astype("int32")
OTHERS = rng.integers(1, 9, (3, 4)).astype("int32")
BOOLS = X > 0
VECTOR = rng.normal(size=6).astype("float32")
CUBE = rng.normal(size=(2, 3, 4)).astype("float32")
SQUARE = rng.normal(size=(2, 4, 4)).astype("float32")
DEFINITE = (SQUARE @ SQUARE.swapaxes(1, 2) + 2 * np.eye(4)).astype("float32")
LOWER = np.linalg.cholesky(DEFINITE[0]).astype("float32")
HOLES = X.copy()
HOLES[0, 1] = HOLES[2, 3] = np.nan
IMAGE = rng.normal(size=(2, 9, 8, 4)).astype("float32")
FIRST = np.moveaxis(IMAGE, -1, 1).copy()
SERIES = rng.normal(size=(2, 12, 4)).astype("float32")
VOLUME = rng.normal(size=(2, 5, 6, 4, 2)).astype("float32")
KERNEL = rng.normal(size=(3, 2, 4, 5)).astype("float32")
SIGNAL = rng.normal(size=(2, 32)).astype("float32")
PAIR = (rng.normal(size=(2, 4, 8)).astype("float32"), rng.normal(size=(2, 4, 8)).astype("float32"))
CLASSES = np.array([1, 0, 3], "int32")
PROBABILITIES = (np.exp(X) / np.exp(X).sum(-1, keepdims=True)).astype("float32")
TARGETS = (POSITIVE / POSITIVE.sum(-1, keepdims=True)).astype("float32")
QUERY, KEY, VALUE = rng.normal(size=(3, 2, 5, 3, 4)).astype("float32")
BIAS = rng.normal(size=(2, 3, 5, 5)).astype("float32")
LABELS = np.array([[1, 3, 3], [2, 1, 1], [1, 2, 0]], "int32")
LOGITS = (2 * rng.normal(size=(3, 9, 4))).astype("float32")
COMPLEX = (X + 1j * Y).astype("complex64")
NAN = float("nan")
pixel = np.random.default_rng(2)
PIXELS = pixel.uniform(0.05, 1, (2, 9, 7, 3)).astype("float32")
PLANES = np.moveaxis(PIXELS, -1, 1).copy()
BYTES = (255 * PIXELS).astype("uint8")
VOXELS = pixel.normal(size=(2, 6, 5, 7, 2)).astype("float32")
MAPS = (pixel.normal(size=(2, 8)) * [0.7, 0.7, 3, 0.7, 0.7, 3, 0, 0]).astype("float32")
CORNERS = (np.array([[0, 0], [0, 8], [6, 0], [6, 8]]) + pixel.normal(size=(2, 4, 2))).astype("float32")
MOVED = (CORNERS + pixel.normal(size=CORNERS.shape)).astype("float32")
PLACES = pixel.uniform(-4, 12, (4, 3, 5)).astype("float32")
HALVES, SHIFTS = np.array([0.6, 1.7], "float32"), np.array([0.5, -2], "float32")


class Case:
    """One call of an op."""

    def __init__(self, name, *args, gradient=True, symbolic=True, dtypes=True, rtol=1e-5, **kwargs):
        self.name, self.args, self.kwargs = name, args, kwargs
        self.gradient, self.symbolic, self.dtypes, self.rtol = gradient, symbolic, dtypes, rtol
        self.of = operator.attrgetter(name)  # the op among those of a library

    def __repr__(self):
        shown = [getattr(a, "dtype", a) for a in self.args]
        return f"{self.name}{shown}{self.kwargs or ''}".replace(" ", "")


def each(names, *args, **kwargs):
    return [Case(name, *args, **kwargs) for name in names.split()]


flat = {"gradient": False}
CASES = [
    *each("abs absolute negative square exp exp2 expm1 sin cos tanh sinh cosh arctan arcsinh sinc real fabs", X),
    *each("erf erfc i0 deg2rad rad2deg relu relu6 sigmoid log_sigmoid silu swish tanh_shrink softplus softsign", X),
    *each("selu elu celu leaky_relu gelu squareplus hard_silu hard_swish hard_sigmoid softmax log_softmax", 3 * X),
    *each("sparse_sigmoid sparse_plus hard_tanh hard_shrink soft_shrink normalize", 3 * X),
    *each("log log10 log1p log2 sqrt rsqrt cbrt reciprocal", POSITIVE),
    *each("arcsin arccos arctanh tan erfinv", INSIDE),
    *each("arccosh", POSITIVE + 1),
    *each("ceil floor trunc sign round", 3 * X, **flat),
    *each("imag conj conjugate angle real abs square", COMPLEX, **flat),
    *each(
        "isfinite isinf isnan isneginf isposinf isreal signbit", np.array([1.0, np.inf, -np.inf, np.nan], "f"), **flat
    ),
    *each("abs absolute negative square exp exp2 expm1 sin cos tanh log log1p sqrt reciprocal", INTEGERS, **flat),
    *each("ceil floor trunc sign round isfinite isnan fabs cbrt sinc", INTEGERS, **flat),
    *each("logical_not", BOOLS, **flat),
    *each("logical_not", X, **flat),
    *each("bitwise_not bitwise_invert", INTEGERS, **flat),
    *each(
        "add subtract multiply divide true_divide maximum minimum fmax fmin hypot arctan2 logaddexp logaddexp2", X, Y
    ),
    *each("add subtract multiply divide maximum minimum", X, Y[0]),
    *each("add subtract multiply divide maximum minimum power mod floor_divide", X, 2.0),
    *each("add subtract multiply divide maximum minimum power mod floor_divide", INTEGERS, 2, **flat),
    *each("add subtract multiply divide maximum minimum power mod floor_divide", INTEGERS, 2.5, **flat),
    *each("add subtract multiply divide maximum minimum power floor_divide mod", INTEGERS, OTHERS, **flat),
    *each("add subtract multiply divide", INTEGERS, X, **flat),
    *each("power", POSITIVE, Y),
    *each("mod fmod floor_divide", X, POSITIVE, **flat),
    *each("fmod gcd lcm", INTEGERS, OTHERS, **flat),
    *each("divide_no_nan", X, np.where(BOOLS, Y, 0)),
    *each("ldexp", X, OTHERS, **flat),
    *each("nextafter heaviside", X, Y, **flat),
    *each("equal not_equal less less_equal greater greater_equal isclose", INTEGERS, OTHERS, **flat),
    *each("equal less greater_equal isclose", X, 0.0, **flat),
    Case("allclose", X, X + 1e-7, **flat),
    *each("logical_and logical_or logical_xor", BOOLS, Y > 0, **flat),
    *each("bitwise_and bitwise_or bitwise_xor", INTEGERS, OTHERS, **flat),
    *each("bitwise_left_shift left_shift bitwise_right_shift right_shift", INTEGERS, OTHERS % 3, **flat),
    Case("isin", INTEGERS, np.array([1, 5], "int32"), **flat),
    Case("isin", INTEGERS, np.array([1, 5], "int32"), invert=True, **flat),
    Case("nan_to_num", HOLES, nan=3.0, **flat),
    Case("clip", X, -0.5, 0.5),
    Case("clip", INTEGERS, 2, 4, **flat),
    Case("round", X, decimals=2, **flat),
    Case("threshold", X, 0.1, 2.0),
    Case("glu", X),
    Case("glu", CUBE, axis=2),
    Case("gelu", X, approximate=False),
    Case("softmax", CUBE, axis=(1, 2)),
    Case("log_softmax", CUBE, axis=1),
    Case("normalize", X, axis=0, order=3),
    *each("sum mean var std max min amax amin prod logsumexp median ptp", X),
    *each("sum mean var std max min amax amin prod logsumexp median ptp", CUBE, axis=1, keepdims=True),
    *each("sum mean max any all logsumexp", CUBE, axis=(0, 2), **flat),
    *each("sum mean var std max min prod median ptp", INTEGERS, axis=0, **flat),
    *each("any all sum mean count_nonzero", BOOLS, axis=1, **flat),
    *each("nansum nanmean nanvar nanstd nanmax nanmin nanprod nanmedian", HOLES, axis=1, **flat),
    *each("nancumsum nancumprod", HOLES, axis=1, **flat),
    *each("nanargmax nanargmin", HOLES, axis=1, **flat),
    *each("cumsum cumprod", X),
    *each("cumsum cumprod", X, axis=1),
    *each("cumsum", BOOLS, axis=0, **flat),
    *each("argmax argmin", CUBE, axis=1, **flat),
    *each("argmax argmin", X, keepdims=True, **flat),
    Case("max", X, axis=0, initial=0.5),
    Case("prod", INTEGERS, axis=0, dtype="float32", **flat),
    Case("average", X, axis=1, weights=POSITIVE),
    Case("average", INTEGERS, **flat),
    Case("diff", X, n=2),
    Case("trapezoid", X, dx=0.5),
    Case("trapezoid", X, np.cumsum(POSITIVE, 1)),
    Case("quantile", X, 0.3, axis=1),
    Case("quantile", X, np.array([0.2, 0.9], "float32"), axis=0, method="nearest", keepdims=True, **flat),
    *each("nanquantile", HOLES, 0.3, axis=1, **flat),
    *each("percentile", X, 30.0, axis=1),
    *each("nanpercentile", HOLES, 30.0, axis=1, **flat),
    Case("corrcoef", X),
    Case("correlate", VECTOR, VECTOR[:3], mode="full"),
    Case("histogram", VECTOR, bins=5, symbolic=False, **flat),
    Case("bincount", INTEGERS[0], minlength=10, symbolic=False, **flat),
    Case("bincount", INTEGERS[0], weights=POSITIVE[0], symbolic=False, **flat),
    Case("bincount", np.array([[1, 4, 4], [4, 0, 2]]), symbolic=False, **flat),
    *each("zeros ones empty", (2, 3), symbolic=False, **flat),
    *each("zeros ones", (2, 3), dtype="int32", symbolic=False, **flat),
    *each("zeros_like ones_like", INTEGERS, **flat),
    *each("zeros_like ones_like", X, dtype="int32", **flat),
    Case("empty_like", X * 0, **flat),
    Case("full", (2, 3), 7, symbolic=False, **flat),
    Case("full_like", X, 7, **flat),
    Case("array", [[1.0, 2.0]], symbolic=False, **flat),
    Case("arange", 5, symbolic=False, **flat),
    Case("arange", 1.0, 4.0, 0.5, symbolic=False, **flat),
    Case("linspace", 0, 3, 7, symbolic=False, **flat),
    Case("linspace", 0.0, 3.0, 7, endpoint=False, symbolic=False, **flat),
    Case("logspace", 0.0, 2.0, 4, symbolic=False, **flat),
    Case("geomspace", 1.0, 100.0, 4, symbolic=False, **flat),
    Case("eye", 3, 4, 1, symbolic=False, **flat),
    Case("identity", 3, symbolic=False, **flat),
    Case("tri", 3, 4, -1, symbolic=False, **flat),
    Case("vander", VECTOR, 3),
    Case("meshgrid", VECTOR, VECTOR[:2], indexing="ij"),
    *each("bartlett blackman hamming hanning", 7, symbolic=False, **flat),
    Case("kaiser", 7, 3.0, symbolic=False, **flat),
    Case("reshape", X, (2, -1)),
    *each("ravel transpose fliplr flipud flip diagonal trace tril triu diag diagflat rot90 copy", X),
    Case("transpose", CUBE, (2, 0, 1)),
    Case("swapaxes", CUBE, 0, 2),
    Case("moveaxis", CUBE, 0, -1),
    Case("moveaxis", CUBE, (0, 1), (-1, 0)),
    Case("expand_dims", X, 1),
    Case("expand_dims", X, (0, -1)),
    Case("squeeze", X[:, None], 1),
    Case("broadcast_to", X, (2, 3, 4)),
    Case("concatenate", [X, Y], axis=1),
    Case("concatenate", [X, INTEGERS], **flat),
    Case("stack", [X, Y], axis=1),
    Case("unstack", X, axis=1),
    *each("hstack vstack dstack", [X, Y]),
    Case("append", X, Y, axis=0),
    Case("split", X, 2, axis=1),
    Case("split", X, [1, 3], axis=1),
    Case("array_split", X, 3, axis=1),
    Case("hsplit", X, 2),
    Case("vsplit", X, 3),
    Case("dsplit", CUBE, 2),
    Case("repeat", X, 2, axis=1),
    Case("tile", X, (2, 1)),
    Case("flip", CUBE, axis=(0, 2)),
    Case("roll", X, 2, axis=1),
    Case("rot90", CUBE, 3, (1, 2)),
    Case("pad", X, ((1, 0), (2, 1)), constant_values=3.0),
    Case("pad", X, 1, mode="reflect"),
    Case("tril", X, 1),
    Case("triu", X, -1),
    Case("diagonal", CUBE, 1, 0, 2),
    Case("trace", CUBE, 0, 1, 2),
    Case("get_item", X, (slice(None), 1)),
    Case("get_item", X, (slice(0, 2), None)),
    Case("take", X, np.array([0, -1]), axis=1),
    Case("take", X, np.array([[5, 2]])),
    Case("take_along_axis", X, INTEGERS[:, :2] % 4, axis=1),
    Case("where", BOOLS, X, Y),
    Case("where", INTEGERS % 2, X, 0.0),
    Case("where", BOOLS, symbolic=False, **flat),
    Case("select", [BOOLS, Y > 0], [X, Y], 0.5),
    Case("slice", X, (1, 0), (2, 3)),
    Case("slice", X, (1, 0), (-1, 3)),
    Case("slice_update", X, (1, 1), Y[:2, :2]),
    Case("scatter", np.array([[0], [2], [0]]), X[:, 0], (5,), **flat),
    *[Case("scatter_update", X, [[0, 1], [2, 3]], [5.0, 6.0], reduction=r) for r in (None, "add", "max", "min", "mul")],
    Case("nonzero", INTEGERS - 1, symbolic=False, **flat),
    Case("sort", X),
    Case("sort", X, axis=0),
    *each("argsort", X, **flat),
    Case("argpartition", X, 1, dtypes=False, **flat),
    Case("top_k", X, 2),
    Case("in_top_k", CLASSES, X, 2, **flat),
    Case("searchsorted", np.sort(VECTOR), X, **flat),
    Case("searchsorted", np.sort(VECTOR), X, side="right", **flat),
    Case("digitize", X, np.array([-1.0, 0.0, 1.0], "float32"), **flat),
    Case("unique", INTEGERS, symbolic=False, **flat),
    Case("unique", INTEGERS, return_index=True, return_inverse=True, return_counts=True, symbolic=False, **flat),
    Case("unravel_index", INTEGERS, (3, 4), **flat),
    *each("segment_sum segment_max segment_min", X, np.array([0, 0, 2]), 3),
    Case("segment_prod", X, np.array([0, 0, 2]), 3, **flat),
    *each("matmul dot", X, Y.T),
    Case("inner", X, Y),
    Case("matmul", CUBE, SQUARE),
    Case("matmul", INTEGERS, INTEGERS.T, **flat),
    Case("dot", VECTOR, VECTOR[::-1].copy()),
    *each("outer vdot tensordot kron", X, Y),
    Case("tensordot", CUBE, SQUARE, axes=[[2], [1]]),
    Case("einsum", "ij,kj->ik", X, Y),
    Case("cross", X[:, :3], Y[:, :3]),
    Case("cdist", X, Y),
    Case("cast", X, "int32", **flat),
    Case("saturate_cast", 300 * X, "uint8", **flat),
    Case("saturate_cast", np.array([3e9, -3e9, 1.5], "float32"), "int32", **flat),
    Case("convert_to_tensor", [1, 2], symbolic=False, **flat),
    Case("convert_to_tensor", X, dtype="float16", symbolic=False, **flat),
    Case("convert_to_numpy", X, symbolic=False, **flat),
    Case("stop_gradient", X),
    Case("view", X, dtype="int32", **flat),
    *each("batch_normalization", X, Y[0], POSITIVE[0], axis=-1, offset=X[1], scale=Y[2]),
    Case("batch_normalization", CUBE, X[0, :3], POSITIVE[0, :3], axis=1),
    Case("layer_normalization", CUBE),
    Case("layer_normalization", CUBE, gamma=Y[0], beta=X[0]),
    Case("layer_normalization", CUBE, gamma=Y, beta=X, axis=[1, 2], epsilon=1e-3),
    Case("layer_normalization", CUBE, gamma=Y[:, 0], axis=1),
    Case("rms_normalization", CUBE, Y[0], epsilon=1e-3),
    Case("moments", CUBE, [0, 1]),
    Case("moments", CUBE.astype("float16"), [1], keepdims=True, rtol=1e-3, **flat),
    Case("one_hot", CLASSES, 4, **flat),
    Case("one_hot", INTEGERS, 5, axis=1, dtype="int32", **flat),
    Case("multi_hot", INTEGERS, 9, **flat),
    Case("categorical_crossentropy", TARGETS, PROBABILITIES),
    Case("categorical_crossentropy", TARGETS, X, from_logits=True),
    Case("sparse_categorical_crossentropy", CLASSES, PROBABILITIES, **flat),
    Case("sparse_categorical_crossentropy", CLASSES[:, None], X, from_logits=True, **flat),
    Case("sparse_categorical_crossentropy", np.array([-1, 0, 7]), X, from_logits=True, **flat),
    Case("binary_crossentropy", TARGETS, PROBABILITIES),
    Case("binary_crossentropy", TARGETS, X, from_logits=True),
    Case("psnr", X, Y, 2.0),
    Case("ctc_loss", LABELS, LOGITS, np.array([3, 0, 2]), np.array([9, 7, 9]), rtol=1e-4),
    Case("dot_product_attention", QUERY, KEY, VALUE),
    Case("dot_product_attention", QUERY, KEY[:, :, :1], VALUE[:, :, :1], is_causal=True),
    Case("dot_product_attention", QUERY, KEY, VALUE, mask=BOOLS[:2, :1, None, None], scale=0.3, bias=BIAS),
    *[
        Case("conv", IMAGE, KERNEL, strides=s, padding=p, dilation_rate=d, rtol=1e-4)
        for s, p, d in ((1, "valid", 1), (2, "same", 1), ((1, 2), "same", 1), (1, "same", 2), (1, "valid", (2, 1)))
    ],
    Case("conv", FIRST, KERNEL, padding="same", data_format="channels_first", rtol=1e-4),
    Case("conv", IMAGE, KERNEL[:, :, :2, :4], padding="same", rtol=1e-4),
    Case("conv", SERIES, KERNEL[0], padding="same", rtol=1e-4),
    Case("conv", VOLUME, rng.normal(size=(2, 3, 1, 2, 3)).astype("float32"), strides=2, padding="same", rtol=1e-4),
    *[
        Case("depthwise_conv", IMAGE, KERNEL[..., :2], strides=s, padding=p, dilation_rate=d, rtol=1e-4)
        for s, p, d in ((1, "valid", 1), (2, "same", 1), (1, "same", 2))
    ],
    Case(
        "separable_conv", IMAGE, KERNEL[..., :2], rng.normal(size=(1, 1, 8, 3)).astype("float32"), 1, "same", rtol=1e-4
    ),
    *[
        Case("conv_transpose", IMAGE, KERNEL.swapaxes(2, 3), strides=s, padding=p, output_padding=o, rtol=1e-4)
        for s in (1, 2, 3)
        for p in ("valid", "same")
        for o in (None, 0)
    ],
    Case("conv_transpose", IMAGE, KERNEL.swapaxes(2, 3), padding="same", dilation_rate=2, rtol=1e-4),
    Case("conv_transpose", FIRST, KERNEL.swapaxes(2, 3), 2, "same", data_format="channels_first", rtol=1e-4),
    Case("conv_transpose", SERIES, KERNEL[0].swapaxes(1, 2), 2, rtol=1e-4),
    *[
        Case(name, image, size, strides=s, padding=p)
        for name in ("max_pool", "average_pool")
        for image, size in ((IMAGE, (3, 2)), (SERIES, 2), (VOLUME, 2))
        for s in (2, 1)
        for p in ("valid", "same")
    ],
    *each("max_pool average_pool", FIRST, 2, strides=(2, 1), data_format="channels_first"),
    *each("adaptive_max_pool adaptive_average_pool", IMAGE, (4, 3)),
    *each("adaptive_max_pool adaptive_average_pool", SERIES, 4),
    Case("depth_to_space", IMAGE, 2),
    Case("depth_to_space", FIRST, 2, data_format="channels_first"),
    Case("space_to_depth", IMAGE[:, :8], 2),
    Case("space_to_depth", FIRST[:, :, :8], 2, data_format="channels_first"),
    Case("unfold", FIRST, (3, 2), dilation=2, padding=1, stride=2),
    Case(
        "fold",
        rng.normal(size=(2, 24, 16)).astype("float32"),
        (7, 8),
        (3, 2),
        dilation=(1, 2),
        padding=(1, 1),
        stride=(2, 2),
    ),
    Case("rearrange", CUBE, "a (b c) d -> d b (a c)", c=3),
    *each("cholesky det inv pinv", DEFINITE, rtol=1e-3),
    Case("cholesky", DEFINITE, upper=True, rtol=1e-3),
    Case("cholesky_inverse", LOWER, rtol=1e-3),
    *each("slogdet logdet", DEFINITE[0], rtol=1e-4),
    Case("eigh", DEFINITE, rtol=1e-3, **flat),
    Case("solve", DEFINITE, CUBE.swapaxes(1, 2), rtol=1e-3),
    Case("solve_triangular", LOWER, X.T, lower=True, rtol=1e-3),
    Case("lstsq", SQUARE[0, :, :2], VECTOR[:4], rtol=1e-3),
    Case("lu_factor", SQUARE, rtol=1e-4, **flat),
    *each("qr svd", CUBE, rtol=1e-3, **flat),
    Case("svd", CUBE, compute_uv=False, rtol=1e-4),
    Case("matrix_rank", CUBE, **flat),
    Case("norm", X),
    Case("norm", INTEGERS, **flat),
    Case("norm", CUBE, ord=1, axis=1),
    Case("norm", CUBE, ord="fro", axis=(1, 2), keepdims=True),
    Case("norm", CUBE, ord=3, axis=-1),
    *each("fft fft2 ifft2", PAIR, **flat),
    Case("rfft", SIGNAL, **flat),
    Case("rfft", SIGNAL, fft_length=16, **flat),
    Case("irfft", PAIR, **flat),
    Case("extract_sequences", SIGNAL, 8, 3),
    Case("stft", SIGNAL, 8, 3, 16, rtol=1e-4),
    Case("stft", SIGNAL, 6, 3, 8, window="hamming", center=False, rtol=1e-4),
    Case("istft", [rng.normal(size=(2, 9, 9)).astype("float32") for _ in range(2)], 14, 4, 16, rtol=1e-4, **flat),
    Case("view_as_complex", SQUARE[..., :2], **flat),
    Case("view_as_real", COMPLEX, **flat),
    Case("polar", POSITIVE, X, **flat),
    *each("image.rgb_to_grayscale image.rgb_to_hsv image.hsv_to_rgb image.sobel_edges", PIXELS),
    *each("image.rgb_to_grayscale image.rgb_to_hsv image.hsv_to_rgb", PLANES[0], data_format="channels_first"),
    Case("image.sobel_edges", PLANES, data_format="channels_first"),
    Case("image.rgb_to_grayscale", PIXELS[..., :1]),
    Case("image.rgb_to_grayscale", BYTES, **flat),
    *[
        Case("image.resize", PIXELS, size, interpolation, antialias, rtol=1e-4)
        for interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
        for size, antialias in (((4, 11), False), ((3, 3), True))
    ],
    *[
        Case("image.resize", image, (4, 11), way, data_format=layout, **option, **flat)
        for image, layout in ((BYTES, "channels_last"), (PLANES[0], "channels_first"))
        for way in ("bilinear", "nearest", "bicubic")
        for option in ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 0.6})
    ],
    Case("image.resize", PIXELS[:, :1], (4, 11), pad_to_aspect_ratio=True, fill_value=3),
    Case("image.resize", PIXELS, (9, 2), crop_to_aspect_ratio=True),
    Case("image.scale_and_translate", PIXELS, (2, 5, 12, 3), HALVES, SHIFTS, (1, 2), "linear", rtol=1e-4),
    *[
        Case(
            "image.scale_and_translate", BYTES[0], (5, 12, 3), HALVES, SHIFTS, (-3, 1), method, False, rtol=1e-4, **flat
        )
        for method in ("cubic", "bicubic", "lanczos3", "lanczos5")
    ],
    *[
        Case("image.affine_transform", PIXELS[..., :1], MAPS, interpolation, fill_mode, 0.5, rtol=1e-4)
        for interpolation in ("bilinear", "nearest")
        for fill_mode in ("constant", "nearest", "reflect", "mirror", "wrap")
    ],
    Case("image.affine_transform", PLANES, MAPS, fill_value=2, data_format="channels_first", **flat),
    Case("image.affine_transform", BYTES[0], MAPS[1], fill_mode="mirror", **flat),
    *[
        Case("image.map_coordinates", image, PLACES, order, fill_mode, 7, rtol=1e-4, gradient=image.dtype == "float32")
        for image, order, fill_mode in (
            (PIXELS, 1, "constant"),
            (PIXELS, 0, "reflect"),
            (BYTES, 1, "wrap"),
            (BYTES, 0, "mirror"),
            (PIXELS[:, :1], 1, "mirror"),
        )
    ],
    *[
        Case("image.perspective_transform", PIXELS, CORNERS, MOVED, interpolation, fill_value=0.5, rtol=1e-3)
        for interpolation in ("bilinear", "nearest")
    ],
    Case("image.perspective_transform", PLANES[0], MOVED[0], CORNERS[0], data_format="channels_first", rtol=1e-3),
    Case("image.perspective_transform", BYTES, CORNERS, MOVED, fill_value=3, **flat),
    Case("image.elastic_transform", PIXELS, 3.0, 1.5, seed=5, rtol=1e-4),
    Case("image.elastic_transform", PLANES, 2, 0.5, "nearest", "constant", 1, 7, "channels_first", rtol=1e-4),
    Case("image.gaussian_blur", PIXELS, (5, 3), (2.0, 0.7), "channels_last"),
    Case("image.gaussian_blur", PLANES[0], (4, 15), (1.0, 4.0), "channels_first"),
    Case("image.ssim", PIXELS, PIXELS[::-1].copy(), filter_size=5, rtol=1e-4),
    Case("image.ssim", 9 * PLANES[0], PLANES[1], 9.0, 4, 0.8, 0.02, 0.05, data_format="channels_first", rtol=1e-4),
    *[
        Case("image.extract_patches", image, size, strides, gap, padding, **flat)
        for image in (PIXELS, BYTES[0])
        for size, strides, gap in ((3, None, 1), ((2, 3), (1, 2), 1), (3, 1, 2), ((3, 1), None, (1, 3)))
        for padding in ("valid", "same")
    ],
    Case("image.extract_patches", PLANES, (3, 2), data_format="channels_first"),
    Case("image.extract_patches", PIXELS, 3, 2, padding="same"),
    Case("image.extract_patches", VOXELS, (2, 1, 3), 1),
    *each("image.extract_patches_3d", VOXELS, 2, dilation_rate=(1, 2, 1), padding="same"),
    Case("image.extract_patches_3d", VOXELS[0].swapaxes(0, -1).copy(), (2, 2, 3), 2, data_format="channels_first"),
    *[
        Case(f"image.{name}_images", image, *sides, data_format=layout)
        for name in ("pad", "crop")
        for image, layout in ((PIXELS, "channels_last"), (PLANES[0], "channels_first"))
        for sides in ((1, 2, 3, 0), (1, None, None, 2, *((11, 12) if name == "pad" else (4, 3))))
    ],
    Case("image.crop_images", BYTES, None, 2, 1, None, target_height=0, target_width=4, **flat),
]

# Ops that take functions, or give no arrays; each has a test of its own below.
APART = [
    "associative_scan",
    "cond",
    "ctc_decode",
    "custom_gradient",
    "dtype",
    "eig",
    "fori_loop",
    "is_tensor",
    "jvp",
    "map",
    "ndim",
    "scan",
    "shape",
    "size",
    "sparsemax",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
]


PLACED = [name for name in dir(keras.ops) if inspect.isfunction(getattr(keras.ops, name))]
PLACED += [
    f"{module}.{name}" for module in ("image", "linalg") for name in dir(getattr(keras.ops, module)) if name[0] != "_"
]


def leaves(result):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(result)]


def is_array(value):
    return isinstance(value, np.ndarray) and value.ndim > 0


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_values_and_dtypes(case):
    ours = leaves(case.of(cornu.ops)(*case.args, **case.kwargs))
    theirs = leaves(case.of(keras.ops)(*case.args, **case.kwargs))
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype or not case.dtypes
        np.testing.assert_allclose(a, b, rtol=case.rtol, atol=1e-5)


@pytest.mark.parametrize("case", [c for c in CASES if c.gradient], ids=repr)
def test_gradients(case):
    values, tree = jax.tree.flatten((case.args, case.kwargs))
    places = [i for i, v in enumerate(values) if is_array(v) and v.dtype == np.float32]
    assert places

    def scalar(ops):
        def fn(arrays):
            filled = list(values)
            for place, array in zip(places, arrays, strict=True):
                filled[place] = array
            args, kwargs = jax.tree.unflatten(tree, filled)
            result = jax.tree.leaves(case.of(ops)(*args, **kwargs))
            weights = np.random.default_rng(1)
            floats = [r for r in result if np.issubdtype(r.dtype, np.floating)]
            return sum((r * weights.normal(size=r.shape).astype("float32")).sum() for r in floats)

        gradient = jax.grad(fn)
        if case.name not in ("rearrange", "image.elastic_transform"):  # where Keras needs numbers, not tracers
            gradient = jax.jit(gradient)
        return gradient([values[i] for i in places])

    for a, b in zip(scalar(cornu.ops), scalar(keras.ops), strict=True):
        np.testing.assert_allclose(a, b, rtol=max(case.rtol, 1e-4), atol=1e-5 * max(1.0, float(np.abs(b).max())))


@pytest.mark.parametrize("case", [c for c in CASES if c.symbolic], ids=repr)
def test_symbolic_shapes(case):
    values, tree = jax.tree.flatten((case.args, case.kwargs))
    symbols = [KerasTensor(v.shape, v.dtype) if is_array(v) else v for v in values]
    args, kwargs = jax.tree.unflatten(tree, symbols)
    inferred = jax.tree.leaves(case.of(cornu.ops)(*args, **kwargs))
    computed = leaves(case.of(cornu.ops)(*case.args, **case.kwargs))
    assert [(s.shape, s.dtype) for s in inferred] == [(c.shape, c.dtype) for c in computed]


def test_sparsemax_is_the_projection_onto_the_simplex():
    """Keras 3.15.1 sums the running sums of the support, and is wrong wherever the support has two elements."""
    points = np.asarray(cornu.ops.sparsemax(CUBE, axis=1))
    assert (points >= 0).all() and (points == 0).any() and ((points > 0).sum(1) > 1).any()
    np.testing.assert_allclose(points.sum(1), 1, rtol=1e-5)
    cut = np.where(points > 0, CUBE - points, -np.inf).max(1, keepdims=True)
    np.testing.assert_allclose(points, np.maximum(CUBE - cut, 0), atol=1e-6)
    tangent = np.random.default_rng(1).normal(size=CUBE.shape).astype("float32")
    support = points > 0
    expected = support * (tangent - (support * tangent).sum(1, keepdims=True) / support.sum(1, keepdims=True))
    _, slope = jax.jvp(lambda x: cornu.ops.sparsemax(x, axis=1), (CUBE,), (tangent,))
    np.testing.assert_allclose(slope, expected, atol=1e-5)


def test_pools_step_by_their_size():
    for name in ("max_pool", "average_pool"):
        pool = getattr(cornu.ops, name)
        np.testing.assert_array_equal(pool(IMAGE, (3, 2)), pool(IMAGE, (3, 2), (3, 2)))


@pytest.mark.parametrize("options", [{}, {"merge_repeated": False}, {"mask_index": 2}])
def test_greedy_decoding(options):
    lengths = np.array([9, 4, 7])
    ours, theirs = (ops.ctc_decode(LOGITS, lengths, **options) for ops in (cornu.ops, keras.ops))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5)


def test_beam_search_sums_over_all_alignments():
    """With a beam that holds every prefix, the scores are those of the loss."""
    options = {"strategy": "beam_search", "beam_width": 40, "top_paths": 3, "mask_index": 1}
    logits, lengths = LOGITS[:, :4, :3], np.array([4, 3, 1])
    ours, theirs = (ops.ctc_decode(logits, lengths, **options) for ops in (cornu.ops, keras.ops))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4)
    for path, score in zip(ours[0], ours[1].T, strict=True):
        loss = cornu.ops.ctc_loss(np.maximum(path, 0), logits, (path >= 0).sum(1), lengths, mask_index=1)
        np.testing.assert_allclose(-loss, score, rtol=1e-4)


def test_every_op_of_keras_is_here_and_tested():
    tested = {case.name for case in CASES} | set(APART)
    for name in PLACED:
        assert callable(operator.attrgetter(name)(cornu.ops))
        assert name.removeprefix("linalg.") in tested


@pytest.mark.parametrize("name", PLACED)
def test_signatures(name):
    def shown(fn):
        return [(p.name, p.kind, p.default) for p in inspect.signature(fn).parameters.values()]

    ours, theirs = (shown(operator.attrgetter(name)(library.ops)) for library in (cornu, keras))
    if name in ("layer_normalization", "multi_hot"):  # where Keras takes any **kwargs, a misspelt one is no error
        assert theirs.pop()[1] is inspect.Parameter.VAR_KEYWORD and len(ours) - len(theirs) <= 1
        ours = ours[: len(theirs)]
    assert ours == theirs


def test_unknown_batch_stays_unknown():
    x = KerasTensor((None, 28, 28, 3))
    ops = cornu.ops
    assert ops.conv(x, KerasTensor((3, 3, 3, 8)), strides=2, padding="same").shape == (None, 14, 14, 8)
    assert ops.max_pool(x, 2).shape == (None, 14, 14, 3)
    assert ops.reshape(x, (-1, 28 * 28 * 3)).shape == (None, 2352)
    assert ops.mean(x, axis=(1, 2)).shape == (None, 3)
    assert ops.matmul(x[..., 0, :], ops.ones((3, 7))).shape == (None, 28, 7)
    assert ops.softmax(x).shape == (None, 28, 28, 3)
    assert ops.shape(x) == (None, 28, 28, 3) and ops.ndim(x) == 4 and ops.size(x) is None and ops.dtype(x) == "float32"
    assert [part.shape for part in ops.split(x, 2, axis=1)] == [(None, 14, 28, 3)] * 2
    assert ops.one_hot(KerasTensor((None,), "int32"), 5).shape == (None, 5)


def test_variables_lists_and_foreign_tensors():
    import tensorflow as tf

    class Tensor:
        """What is known of a torch tensor: its module, and that NumPy can read it."""

        __module__ = "torch"

        def __array__(self, dtype=None, copy=None):
            return X if dtype is None else X.astype(dtype)

    v = cornu.core.variable.Variable(X)
    for value in (v, X.tolist(), tf.constant(X), Tensor()):
        np.testing.assert_allclose(cornu.ops.add(value, 1.0), X + 1, rtol=1e-6)
        np.testing.assert_allclose(cornu.ops.concatenate([value, X], axis=0), np.concatenate([X, X]), rtol=1e-6)


def test_operators():
    v = cornu.core.variable.Variable(X)
    pairs = [
        (v + Y, X + Y), (Y - v, Y - X), (v * 2, X * 2), (1 / v, 1 / X), (v**2, X**2), (v // 2, X // 2), (v % 2, X % 2),
        (v @ Y.T, X @ Y.T), (-v, -X), (abs(v), abs(X)), (v < Y, X < Y), (v >= 0, X >= 0), (v[1], X[1]),
        (v == X, X == X),
        (v != Y, X != Y), ((v > 0) & (Y > 0), (X > 0) & (Y > 0)),
    ]  # fmt: skip
    for ours, expected in pairs:
        np.testing.assert_allclose(ours, expected, rtol=1e-5)
    assert (KerasTensor((None, 4)) > 0).dtype == "bool"


def test_shape_and_dtype():
    assert cornu.ops.shape(X) == (3, 4) and cornu.ops.ndim(X) == 2 and cornu.ops.size(X) == 12
    assert cornu.ops.dtype(X) == "float32" and not cornu.ops.is_tensor(X) and cornu.ops.is_tensor(cornu.ops.array(X))


def test_control_flow():
    ops = cornu.ops
    for pick in (True, False):
        assert float(ops.cond(pick, lambda: 1.0, lambda: 2.0)) == (1.0 if pick else 2.0)
    assert float(ops.switch(1, [lambda x: x, lambda x: 2 * x], 3.0)) == 6.0
    assert int(ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0)) == 12
    assert [int(n) for n in ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 1, j + 2), (0, 0), 4)] == [4, 8]
    assert int(ops.fori_loop(0, 4, lambda i, total: total + i, 0)) == 6
    carry, outputs = ops.scan(lambda c, x: (c + x, c * x), 0.0, X[:, 0], reverse=True)
    expected = keras.ops.scan(lambda c, x: (c + x, c * x), 0.0, X[:, 0], reverse=True)
    np.testing.assert_allclose(carry, expected[0], rtol=1e-6)
    np.testing.assert_allclose(outputs, expected[1], rtol=1e-6)
    np.testing.assert_allclose(ops.associative_scan(lambda a, b: a + b, ops.array(X)), np.cumsum(X, 0), rtol=1e-5)
    for apply in (ops.map, ops.vectorized_map):
        np.testing.assert_allclose(apply(lambda row: row.sum(), ops.array(X)), X.sum(1), rtol=1e-5)
    assert ops.map(lambda row: row * 2, KerasTensor((None, 4))).shape == (None, 4)
    np.testing.assert_allclose(
        ops.vectorize(lambda a, b: a @ b, signature="(n),(n)->()")(X, Y), (X * Y).sum(1), rtol=1e-5
    )


@pytest.mark.parametrize("first", [True, False])
def test_branches_of_different_dtypes_are_promoted(first):
    ops = cornu.ops
    small = (ops.ones(2, "int8"), {"n": 1})
    large = (ops.full(2, 2.5), {"n": 3})
    for result in (
        ops.cond(first, lambda: small, lambda: large),
        jax.jit(lambda p: ops.cond(p, lambda: small, lambda: large))(first),
        ops.switch(0 if first else 1, [lambda scale: (small[0] * scale, {"n": 1}), lambda scale: large], 1),
    ):
        assert result[0].dtype == "float32" and result[1]["n"].dtype == "int32"
        np.testing.assert_array_equal(result[0], [1.0, 1.0] if first else [2.5, 2.5])
        assert int(result[1]["n"]) == (1 if first else 3)
    assert ops.cond(first, lambda: None, lambda: None) is None


def test_a_branch_draws_once():
    """Finding the dtypes of the branches leaves the stream of random numbers where it was."""
    seeds, again = (cornu.random.SeedGenerator(5) for _ in range(2))
    drawn = cornu.ops.cond(True, lambda: 1, lambda: 2.5), cornu.random.uniform((), seed=seeds)
    cornu.ops.cond(False, lambda: cornu.random.uniform((), seed=7), lambda: 0)
    assert float(drawn[1]) == float(cornu.random.uniform((), seed=again))
    assert float(cornu.random.uniform((), seed=seeds)) == float(cornu.random.uniform((), seed=again))


def test_derivatives():
    five = cornu.ops.custom_gradient(lambda x: (x * x, lambda upstream: 5.0 * upstream))
    assert float(jax.grad(five)(3.0)) == 5.0
    weight = cornu.core.variable.Variable(X)
    np.testing.assert_allclose(
        five(weight), keras.ops.custom_gradient(lambda x: (x * x, lambda up: up))(keras.Variable(X))
    )
    assert five(KerasTensor((None, 4))).shape == (None, 4)
    value, slope = cornu.ops.jvp(lambda x: x * x, (3.0,), (1.0,))
    assert (float(value), float(slope)) == (9.0, 6.0)


def test_eigenvalues():
    values, vectors = cornu.ops.eig(SQUARE)
    np.testing.assert_allclose(SQUARE @ vectors, vectors * np.asarray(values)[:, None], atol=1e-4)


def test_arrays_for_numpy_can_be_written_to():
    for value in (cornu.ops.ones(3), X, [1.0, 2.0], cornu.core.variable.Variable(X)):
        array = cornu.ops.convert_to_numpy(value)
        array[0] = 7.0
        assert array.flags.writeable and not np.shares_memory(array, np.asarray(value))
    assert cornu.ops.convert_to_numpy(cornu.ops.ones(2, "bfloat16")).dtype == "bfloat16"


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32"])
def test_integers_are_rounded_exactly(dtype):
    """To the even multiple where two are as near; the real Keras goes through float32 and misses 123456790."""
    values = [15, 25, 24, 26, 5, 0, 99, 104, 105, 115] + ([-15, -25, -5, -105] if dtype[0] == "i" else [])
    values += [123456789, 1999999999] if "32" in dtype else []
    for decimals in (0, -1, -2, -3, -9, -12):
        got = cornu.ops.round(np.array(values, dtype), decimals)
        expected = [round(value, decimals) for value in values]
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, np.array(expected).astype(dtype))
    if dtype == "int32":
        theirs = keras.ops.round(np.array(values, dtype), -1)
        np.testing.assert_array_equal(cornu.ops.round(np.array(values[:-2], dtype), -1), theirs[:-2])


def test_common_divisors_of_the_lowest_integer():
    """It has no absolute value of its dtype, and Euclid's algorithm of JAX never ends for it."""
    for dtype in ("int8", "int32"):
        low = np.iinfo(dtype).min
        x, y = np.array([low, low, 0, 12], dtype), np.array([100, low, low, 18], dtype)
        np.testing.assert_array_equal(cornu.ops.gcd(x, y), np.gcd(x, y))
    assert int(cornu.ops.lcm(4, -6)) == 12
    wide = cornu.ops.lcm(np.int8([-5, -128]), np.uint8([251, 255]))  # larger than what either holds
    assert (wide.dtype, wide.tolist()) == ("int16", [1255, 32640])


def test_sparsemax_of_integers_and_of_nan():
    np.testing.assert_allclose(cornu.ops.sparsemax(np.array([100, 101, -128], "int8")), [0.0, 1.0, 0.0])
    assert np.isnan(cornu.ops.sparsemax([NAN, 1.0, 2.0])).all()


def test_repeats_are_known_inside_programs():
    expected = np.repeat(X, [1, 2, 0], axis=0)
    np.testing.assert_array_equal(jax.jit(lambda x: cornu.ops.repeat(x, [1, 2, 0], axis=0))(X), expected)
    assert cornu.ops.repeat(KerasTensor((3, None)), (1, 2, 0), axis=0).shape == (3, None)


def test_a_single_order_and_every_nan():
    for axis in (None, -1):
        np.testing.assert_array_equal(
            cornu.ops.argpartition(INTEGERS[0], 1, axis)[1], keras.ops.argpartition(INTEGERS[0], 1, axis)[1]
        )
    np.testing.assert_array_equal(cornu.ops.argpartition(INTEGERS, 5, None)[5], np.argsort(INTEGERS, None, "stable")[5])
    nans = np.array([NAN, 1.0, NAN, 1.0], "float32")
    np.testing.assert_array_equal(cornu.ops.unique(nans), keras.ops.unique(nans))


def test_whole_floats_are_labels():
    labels = [2.0, 0.0, 1.5, -1.0, NAN]
    np.testing.assert_array_equal(cornu.ops.one_hot(labels, 3), np.array([2, 0, -1, -1, -1])[:, None] == np.arange(3))


def test_ctc_with_a_blank_among_the_labels():
    """It stands for a label there, as in the real Keras."""
    labels = np.array([[1, 0, 2], [0, 0, 3], [1, 1, 0]], "int32")
    lengths, steps = np.array([3, 2, 3], "int32"), np.array([9, 5, 9], "int32")
    ours, theirs = (ops.ctc_loss(labels, LOGITS, lengths, steps) for ops in (cornu.ops, keras.ops))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_systems_with_vectors_or_matrices():
    a = DEFINITE
    for solve in (cornu.ops.solve, lambda a, b: cornu.ops.solve_triangular(np.tril(a), b, lower=True)):
        full = np.tril(a) if solve is not cornu.ops.solve else a
        for b in (VECTOR[:4], SQUARE[:, 0], SQUARE, CUBE.swapaxes(1, 2)):
            x = solve(a, b)
            vector = b.ndim == 1 or b.shape == (2, 4)
            back = (full @ np.asarray(x)[..., None])[..., 0] if vector else full @ np.asarray(x)
            np.testing.assert_allclose(back, np.broadcast_to(b, back.shape), atol=1e-3)
    shared = cornu.ops.solve(a, X.T)  # one right side for all
    np.testing.assert_allclose(a @ np.asarray(shared), np.broadcast_to(X.T, (2, 4, 3)), atol=1e-3)


SIGNALS = np.ones((2, 9, 5), "float32")
WRONG_CALLS = {
    "fft pair": (lambda o: o.fft(X), "pair"),
    "fft shapes": (lambda o: o.fft((X, X[:2])), "one shape"),
    "fft dtype": (lambda o: o.fft((INTEGERS, INTEGERS)), "floats"),
    "fft2 rank": (lambda o: o.fft2((VECTOR, VECTOR)), "at least 2 axes"),
    "irfft rank": (lambda o: o.irfft((X[0, 0], X[0, 0])), "at least 1 ax"),
    "stft stride": (lambda o: o.stft(SIGNAL, 8, 0, 8), "sequence_stride is a positive integer"),
    "stft float stride": (lambda o: o.stft(SIGNAL, 8, 1.5, 8), "sequence_stride is a positive integer"),
    "stft length": (lambda o: o.stft(SIGNAL, 8, 4, 4), "fft_length is at least"),
    "stft window": (lambda o: o.stft(SIGNAL, 8, 4, 8, window=np.ones((2, 8))), "window has sequence_length=8"),
    "stft window name": (lambda o: o.stft(SIGNAL, 8, 4, 8, window="hat"), "'hann', 'hamming'"),
    "istft stride": (lambda o: o.istft(SIGNALS, 8, -5, 8), "pair"),
    "istft negative": (lambda o: o.istft((SIGNALS, SIGNALS), 8, -5, 8), "sequence_stride is a positive integer"),
    "istft window": (lambda o: o.istft((SIGNALS, SIGNALS), 8, 4, 8, window=np.ones(5)), "window has sequence_length=8"),
    "istft rank": (lambda o: o.istft((VECTOR, VECTOR), 8, 4, 8), "at least 2 axes"),
    "frames": (lambda o: o.extract_sequences(SIGNAL, 0, 1), "sequence_length is a positive integer"),
    "complex": (lambda o: o.view_as_complex(X), "size 2"),
    "in_top_k": (lambda o: o.in_top_k(CLASSES, X[:2], 2), "one|batch"),
    "in_top_k dtype": (lambda o: o.in_top_k(X[:, 0], X, 2), "integer targets"),
    "cdist rank": (lambda o: o.cdist(VECTOR, X), "matrices"),
    "cdist size": (lambda o: o.cdist(X, X[:, :3]), "points of one size"),
    "cholesky": (lambda o: o.cholesky(-DEFINITE), "positive definite"),
    **{
        name: (lambda o, name=name: getattr(o, name)(X), "square matrices")
        for name in ("cholesky_inverse", "det", "slogdet", "logdet", "eig", "eigh", "inv")
    },
    **{
        f"{name} rank": (lambda o, name=name: getattr(o, name)(VECTOR), "matrices")
        for name in ("cholesky", "qr", "svd", "lu_factor", "matrix_rank", "pinv", "eigh")
    },
    "lstsq": (lambda o: o.lstsq(CUBE, CUBE), r"\(m, n\)"),
    "fold rank": (lambda o: o.fold(X, 4, 2), "fold expects blocks"),
    "fold size": (lambda o: o.fold(np.ones((1, 7, 9), "f"), 4, 2), r"\(batch, 4 \* channels, 9\)"),
    "unfold": (lambda o: o.unfold(FIRST, 2, stride=0), "stride is a positive integer"),
    "blocks": (lambda o: o.depth_to_space(IMAGE, 1), "block_size is an integer from 2"),
    "channels": (lambda o: o.depth_to_space(IMAGE[..., :3], 2), "does not divide the 3 channels"),
    "odd height": (lambda o: o.space_to_depth(IMAGE, 2), "does not divide height"),
    "format": (lambda o: o.space_to_depth(IMAGE[:, :8], 2, data_format="last"), "data_format"),
    "transpose": (lambda o: o.transpose(X, (0, 0)), "each of the 2 axes"),
    "transpose short": (lambda o: o.transpose(X, (0,)), "each of the 2 axes"),
    "diagonal": (lambda o: o.diagonal(X, 0, 0, -2), "two axes"),
    "trace": (lambda o: o.trace(X, 0, 1, 1), "two axes"),
    "reshape": (lambda o: o.reshape(X, (-1, -1)), "At most one"),
    "glu": (lambda o: o.glu(X[:, :3]), "even"),
    "axis": (lambda o: o.layer_normalization(X, axis=5), "out of bounds"),
    "mean": (lambda o: o.batch_normalization(X, X[0, :2], X[0], -1), "mean is a vector"),
    "offset": (lambda o: o.batch_normalization(X, X[0], X[0], -1, offset=X[0, :3]), "offset is a vector"),
    "histogram": (lambda o: o.histogram(VECTOR, bins=-1), "bins is a positive integer"),
    "range": (lambda o: o.histogram(VECTOR, range=(2, 1)), "smaller edge first"),
    "ctc": (lambda o: o.ctc_loss(LABELS, LOGITS[:2], CLASSES, CLASSES), "ctc_loss expects labels"),
    "groups": (lambda o: o.conv(IMAGE, KERNEL[:, :, :2]), "groups divide the 5 filters"),
    "strides": (lambda o: o.depthwise_conv(IMAGE, KERNEL, 0), "strides is a positive integer"),
    "kernel": (lambda o: o.conv(IMAGE, KERNEL[0]), "1, 2 or 3 spatial axes"),
    "pool": (lambda o: o.average_pool(IMAGE, 0, 2), "pool_size is a positive integer"),
    "adaptive": (lambda o: o.adaptive_max_pool(X, 2), "1, 2 or 3 spatial axes"),
    "unroll": (lambda o: o.scan(lambda c, x: (c, x), 0, X, unroll=0), "unroll is a positive integer"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_what_keras_refuses_is_refused_with_a_sentence(name):
    call, message = WRONG_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call(cornu.ops)
    with pytest.raises((ValueError, TypeError, IndexError, AssertionError, RuntimeWarning)):
        call(keras.ops)


@pytest.mark.parametrize(
    ("name", "args", "options", "message"),
    [
        ("randint", ((2,), 0, 5), {"dtype": "float32"}, "randint draws integers"),
        ("uniform", ((2,),), {"dtype": "int32"}, "use randint"),
        ("normal", ((2,),), {"dtype": "int32"}, "use randint"),
        ("gamma", ((2,), 1.0), {"dtype": "int32"}, "use randint"),
        ("uniform", ((2,),), {"seed": 1.5}, "A seed is an integer"),
    ],
)
def test_random_numbers_have_the_dtypes_of_their_distribution(name, args, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(cornu.random, name)(*args, **options)
    with pytest.raises(ValueError):
        getattr(keras.random, name)(*args, **options)


def test_what_is_not_positive_definite_gives_nan_inside_a_program():
    assert np.isnan(jax.jit(cornu.ops.cholesky)(-DEFINITE)).any()


def test_a_declared_op_takes_what_it_says_and_documents_it():
    with pytest.raises(TypeError, match=r"^sin\(\) missing 1 required positional argument: 'x'"):
        cornu.ops.sin()
    with pytest.raises(TypeError, match=r"^sum\(\) got an unexpected keyword argument 'dim'"):
        cornu.ops.sum(X, dim=0)
    np.testing.assert_array_equal(cornu.ops.sum(axis=[0], x=X), np.asarray(cornu.ops.sum(X, 0)))
    np.testing.assert_array_equal(cornu.ops.tile(repeats=2, x=VECTOR), np.tile(VECTOR, 2))
    assert list(inspect.signature(cornu.ops.sum).parameters) == ["x", "axis", "keepdims"]
    assert "Args:\n    x: array.\n    axis: axis, or" in inspect.getdoc(cornu.ops.sum)


def test_errors_teach():
    with pytest.raises(ValueError, match="class indices use sparse_categorical_crossentropy"):
        cornu.ops.categorical_crossentropy(CLASSES, X)
    with pytest.raises(ValueError, match="channels"):
        cornu.ops.conv(IMAGE, KERNEL[:, :, :3])
    with pytest.raises(ValueError, match="leaves nothing"):
        cornu.ops.conv(IMAGE[:, :2], KERNEL)
    for size in (3, 7):
        for channels in (1, 16):
            small, taps = np.ones((2, 2, 2, channels)), np.ones((size, size, channels, 4))
            calls = {"conv": (taps,), "depthwise_conv": (taps,), "max_pool": (size, 1), "average_pool": (size,)}
            for name, args in calls.items():
                with pytest.raises(ValueError, match="leaves nothing of inputs with spatial sizes"):
                    getattr(cornu.ops, name)(small, *args)
    with pytest.raises(ValueError, match="data_format"):
        cornu.ops.max_pool(IMAGE, 2, data_format="last")
