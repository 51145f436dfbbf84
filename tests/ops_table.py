"""Every op once, with its calls: the one table that all suites of ops run over.

A line names ops that are called alike, and then their calls. What a suite must leave out, because the real Keras is
wrong there or has nothing to compare, stands in the line, with the reason.
"""

import operator

import jax
import numpy as np

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
ODD = np.array([1.0, np.inf, -np.inf, np.nan], "float32")
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


class Call:
    """One call of an op, and how near to Keras its numbers come."""

    def __init__(self, op, args, kwargs, rtol, flat):
        self.op, self.args, self.kwargs, self.rtol = op, args, kwargs, rtol
        self.values, self.tree = jax.tree.flatten((args, kwargs))
        self.places = [i for i, value in enumerate(self.values) if is_array(value)]
        self.arrays = [self.values[i] for i in self.places]
        floats = [i for i, array in enumerate(self.arrays) if array.dtype == "float32"]
        self.differentiated = [] if flat or "gradient" in op.known else floats

    def __repr__(self):
        return f"{self.op}{[getattr(v, 'dtype', v) for v in self.args]}{self.kwargs or ''}".replace(" ", "")

    def __call__(self, library, arrays=None):
        """What the library's op gives, for other arrays or tensors if there are some."""
        filled = list(self.values)
        for place, array in zip(self.places, self.arrays if arrays is None else arrays, strict=True):
            filled[place] = array
        args, kwargs = jax.tree.unflatten(self.tree, filled)
        return operator.attrgetter(self.op.name)(library.ops)(*args, **kwargs)


class Op:
    """An op, its calls, and what is known of it.

    Args:
        name: where it is in `ops`.
        calls: what `call` gave.
        gradient: why no gradient is compared.
        symbols: why symbolic tensors give nothing.
        unknown: what Keras says otherwise of the results of unknown sizes.
        program: why it is not compared inside a program.
        whole: why not all of its sizes may be unknown.
        booleans: why it refuses them.
        values: how the values of Keras are wrong.
        file: why it is not held in files that both libraries read.
        kernels: why arrays other than the first have no batch.
        beside: what arrays other than the first are, which have neither its batch nor its dtype.
        apart: why another test than the suites has it.
    """

    def __init__(self, name, calls, **known):
        allowed = "gradient symbols unknown whole program booleans values file kernels beside apart"
        assert set(known) <= set(allowed.split()) and bool(calls) != ("apart" in known)
        self.name, self.known = name, known
        self.calls = [Call(self, *each) for each in calls]

    def __repr__(self):
        return self.name


def is_array(value):
    """Whether a value is an array that a program may take in."""
    return isinstance(value, np.ndarray) and value.ndim > 0


def call(*args, rtol=1e-5, flat=None, **kwargs):
    """The arguments of a call, and why it has no gradient if it has none."""
    return args, kwargs, rtol, flat


def ops(names, *calls, **known):
    """Ops that are called alike."""
    return [Op(name, calls, **known) for name in names.split()]


VALUES = "values decide the shape"
FUNCTION = "no file holds a function"
TUPLE = "a tuple comes back as a list, which Keras refuses"
SAID = "says what is known already"

ELEMENTWISE = [
    *ops("abs square", call(X), call(COMPLEX), call(INTEGERS)),
    *ops("absolute negative exp exp2 expm1 sin cos tanh sinc fabs", call(X), call(INTEGERS)),
    *ops(
        "sinh cosh arctan arcsinh erf erfc i0 deg2rad rad2deg relu relu6 sigmoid log_sigmoid silu swish tanh_shrink "
        "softplus softsign copy",
        call(X),
    ),
    *ops("real", call(X), call(COMPLEX)),
    *ops(
        "selu elu celu leaky_relu squareplus hard_silu hard_swish hard_sigmoid sparse_sigmoid sparse_plus hard_tanh "
        "hard_shrink soft_shrink",
        call(3 * X),
    ),
    *ops("gelu", call(3 * X), call(X, approximate=False)),
    *ops("log log1p sqrt cbrt reciprocal", call(POSITIVE), call(INTEGERS)),
    *ops("log10 log2 rsqrt", call(POSITIVE)),
    *ops("arcsin arccos arctanh tan erfinv", call(INSIDE)),
    *ops("arccosh", call(POSITIVE + 1)),
    *ops("ceil floor trunc sign", call(3 * X), call(INTEGERS)),
    *ops("round", call(3 * X), call(INTEGERS), call(INTEGERS, -1), call(X, 1), call(X, decimals=2)),
    *ops("imag conj conjugate angle", call(COMPLEX)),
    *ops("isfinite isnan", call(ODD), call(INTEGERS)),
    *ops("isinf isneginf isposinf isreal signbit", call(ODD)),
    *ops("logical_not", call(BOOLS), call(X)),
    *ops("bitwise_not bitwise_invert", call(INTEGERS)),
    *ops("nan_to_num", call(HOLES, nan=3.0)),
    *ops("zeros_like ones_like", call(INTEGERS), call(X, dtype="int32")),
]

REDUCTIONS = [
    *ops(
        "sum mean",
        call(X),
        call(CUBE, axis=1, keepdims=True),
        call(CUBE, axis=(0, 2)),
        call(INTEGERS, axis=0),
        call(BOOLS, axis=1),
    ),
    *ops("var std min median ptp", call(X), call(CUBE, axis=1, keepdims=True), call(INTEGERS, axis=0)),
    *ops(
        "max",
        call(X),
        call(CUBE, axis=1, keepdims=True),
        call(CUBE, axis=(0, 2)),
        call(INTEGERS, axis=0),
        call(X, axis=0, initial=0.5),
    ),
    *ops("amax amin", call(X), call(CUBE, axis=1, keepdims=True)),
    *ops(
        "prod",
        call(X),
        call(CUBE, axis=1, keepdims=True),
        call(INTEGERS, axis=0),
        call(INTEGERS, axis=0, dtype="float32"),
    ),
    *ops("logsumexp", call(X), call(CUBE, axis=1, keepdims=True), call(CUBE, axis=(0, 2))),
    *ops("any all", call(CUBE, axis=(0, 2)), call(BOOLS, axis=1)),
    *ops("count_nonzero", call(BOOLS, axis=1)),
    *ops("nansum nanmean nanvar nanstd nanmax nanmin nanprod nanmedian nancumsum nancumprod", call(HOLES, axis=1)),
    *ops("cumsum", call(X), call(X, axis=1), call(BOOLS, axis=0)),
    *ops("cumprod", call(X), call(X, axis=1)),
    *ops("average", call(X, axis=1, weights=POSITIVE), call(INTEGERS)),
    *ops("diff", call(X, n=2)),
    *ops("trapezoid", call(X, dx=0.5), call(X, np.cumsum(POSITIVE, 1)), file="a tensor is no setting of a call"),
]

PAIRS = [
    *ops(
        "add subtract multiply divide",
        call(X, Y),
        call(X, Y[0]),
        call(X, 2.0),
        call(INTEGERS, 2),
        call(INTEGERS, 2.5),
        call(INTEGERS, OTHERS),
        call(INTEGERS, X),
    ),
    *ops("true_divide fmax fmin hypot arctan2 logaddexp logaddexp2 heaviside", call(X, Y)),
    *ops(
        "maximum minimum",
        call(X, Y),
        call(X, Y[0]),
        call(X, 2.0),
        call(INTEGERS, 2),
        call(INTEGERS, 2.5),
        call(INTEGERS, OTHERS),
    ),
    *ops("nextafter", call(X, Y), gradient="JAX has none"),
    *ops("power", call(X, 2.0), call(INTEGERS, 2), call(INTEGERS, 2.5), call(INTEGERS, OTHERS), call(POSITIVE, Y)),
    *ops(
        "mod floor_divide",
        call(X, 2.0),
        call(INTEGERS, 2),
        call(INTEGERS, 2.5),
        call(INTEGERS, OTHERS),
        call(X, POSITIVE),
    ),
    *ops("fmod", call(X, POSITIVE), call(INTEGERS, OTHERS)),
    *ops("gcd lcm not_equal less_equal greater bitwise_and bitwise_or bitwise_xor", call(INTEGERS, OTHERS)),
    *ops("divide_no_nan", call(X, np.where(BOOLS, Y, 0))),
    *ops("ldexp", call(X, OTHERS)),
    *ops("equal less greater_equal isclose", call(INTEGERS, OTHERS), call(X, 0.0)),
    *ops("logical_and logical_or logical_xor", call(BOOLS, Y > 0)),
    *ops("bitwise_left_shift left_shift bitwise_right_shift right_shift", call(INTEGERS, OTHERS % 3)),
    *ops("isin", call(INTEGERS, np.array([1, 5], "int32")), call(INTEGERS, np.array([1, 5], "int32"), invert=True)),
]

MATRICES = [
    *ops("softmax", call(3 * X), call(CUBE, axis=(1, 2))),
    *ops("log_softmax", call(3 * X), call(CUBE, axis=1)),
    *ops("normalize", call(3 * X), call(X, axis=0, order=3)),
    *ops("glu", call(X), call(CUBE, axis=2)),
    *ops("nanargmax nanargmin", call(HOLES, axis=1)),
    *ops("argmax", call(CUBE, axis=1), call(X, keepdims=True)),
    *ops("corrcoef ravel diag diagflat argsort", call(X)),
    *ops("vander", call(VECTOR, 3)),
    *ops("transpose", call(X), call(CUBE, (2, 0, 1))),
    *ops("flip", call(X), call(CUBE, axis=(0, 2))),
    *ops("diagonal", call(X), call(CUBE, 1, 0, 2)),
    *ops("trace", call(X), call(CUBE, 0, 1, 2)),
    *ops("tril", call(X), call(X, 1)),
    *ops("triu", call(X), call(X, -1)),
    *ops("rot90", call(X), call(CUBE, 3, (1, 2)), file=TUPLE),
    *ops("unstack", call(X, axis=1)),
    *ops("sort", call(X), call(X, axis=0)),
    *ops(
        "layer_normalization",
        call(CUBE),
        call(CUBE, gamma=Y[0], beta=X[0]),
        call(CUBE, gamma=Y, beta=X, axis=[1, 2], epsilon=1e-3),
        call(CUBE, gamma=Y[:, 0], axis=1),
    ),
    *ops("sparsemax", call(CUBE, axis=1), values="sums the running sums of the support", gradient="so is its slope"),
    *ops("rms_normalization", call(CUBE, Y[0], epsilon=1e-3)),
    *ops(
        "norm",
        call(X),
        call(INTEGERS),
        call(CUBE, ord=1, axis=1),
        call(CUBE, ord="fro", axis=(1, 2), keepdims=True),
        call(CUBE, ord=3, axis=-1),
        file=TUPLE,
    ),
]

PRODUCTS = [
    *ops("append", call(X, Y, axis=0)),
    *ops("matmul", call(X, Y.T), call(CUBE, SQUARE), call(INTEGERS, INTEGERS.T)),
    *ops("dot", call(X, Y.T), call(VECTOR, VECTOR[::-1].copy())),
    *ops("inner outer vdot kron cdist", call(X, Y)),
    *ops("tensordot", call(X, Y), call(CUBE, SQUARE, axes=[[2], [1]])),
    *ops("cross", call(X[:, :3], Y[:, :3]), whole="a vector has 2 or 3 numbers"),
]

REST = [
    *ops("allclose", call(X, X + 1e-7)),
    *ops("clip", call(INTEGERS, None, 3), call(X, -0.5, 0.5), call(INTEGERS, 2, 4)),
    *ops("threshold", call(X, 0.1, 2.0)),
    *ops("argmin", call(CUBE, axis=1), call(X, keepdims=True)),
    *ops(
        "quantile",
        call(X, 0.3, axis=1),
        call(X, np.array([0.2, 0.9], "float32"), axis=0, method="nearest", keepdims=True),
        file=TUPLE,
    ),
    *ops("nanquantile", call(HOLES, 0.3, axis=1)),
    *ops("percentile", call(X, 30.0, axis=1)),
    *ops("nanpercentile", call(HOLES, 30.0, axis=1)),
    *ops("correlate", call(VECTOR, VECTOR[:3], mode="full")),
    *ops("histogram", call(VECTOR, bins=5), file="Keras does not find its own function"),
    *ops(
        "bincount",
        call(INTEGERS[0], minlength=10),
        call(INTEGERS[0], weights=POSITIVE[0]),
        call(np.array([[1, 4, 4], [4, 0, 2]])),
        program=VALUES,
        symbols=VALUES,
        gradient="JAX has none",
    ),
    *ops("zeros ones", call((2, 3)), call((2, 3), dtype="int32")),
    *ops("empty", call((2, 3))),
    *ops("empty_like", call(X * 0)),
    *ops("full", call((2, 3), 7)),
    *ops("full_like", call(X, 7), call(X, 2.5)),
    *ops("array", call([[1.0, 2.0]])),
    *ops("arange", call(5), call(1.0, 4.0, 0.5)),
    *ops("linspace", call(0, 3, 7), call(0.0, 3.0, 7, endpoint=False)),
    *ops("logspace", call(0.0, 2.0, 4)),
    *ops("geomspace", call(1.0, 100.0, 4)),
    *ops("eye", call(3, 4, 1)),
    *ops("identity", call(3)),
    *ops("tri", call(3, 4, -1)),
    *ops("meshgrid", call(VECTOR, VECTOR[:2], indexing="ij")),
    *ops("bartlett blackman hamming hanning", call(7)),
    *ops("kaiser", call(7, 3.0)),
    *ops("reshape", call(X, (2, -1))),
    *ops("fliplr flipud stop_gradient", call(X)),
    *ops("convert_to_numpy", call(X), program="gives numbers", symbols="have no numbers", gradient="none of numbers"),
    *ops("swapaxes", call(CUBE, 0, 2)),
    *ops("moveaxis", call(CUBE, 0, -1), call(CUBE, (0, 1), (-1, 0))),
    *ops("expand_dims", call(X, 1), call(X, (0, -1))),
    *ops("squeeze", call(X[:, None], 1)),
    *ops("broadcast_to", call(X, (2, 3, 4)), whole="all are those asked for"),
    *ops("concatenate", call([X, Y], axis=1), call([X, INTEGERS])),
    *ops("stack", call([X, Y], axis=1)),
    *ops("hstack vstack dstack", call([X, Y])),
    *ops("split", call(X, 2, axis=1), call(X, [1, 3], axis=1)),
    *ops("array_split", call(X, 3, axis=1)),
    *ops("hsplit top_k", call(X, 2)),
    *ops("vsplit", call(X, 3)),
    *ops("dsplit", call(CUBE, 2)),
    *ops("repeat roll", call(X, 2, axis=1)),
    *ops("tile", call(X, (2, 1))),
    *ops(
        "pad",
        call(INTEGERS, 1, constant_values=2.5),
        call(X, ((1, 0), (2, 1)), constant_values=3.0),
        call(X, 1, mode="reflect"),
    ),
    *ops("get_item", call(X, (slice(None), 1)), call(X, (slice(0, 2), None))),
    *ops("take", call(X, np.array([0, -1]), axis=1), call(X, np.array([[5, 2]]))),
    *ops("take_along_axis", call(X, INTEGERS[:, :2] % 4, axis=1)),
    *ops("where", call(BOOLS, X, Y), call(INTEGERS % 2, X, 0.0)),
    *ops("select", call([BOOLS, Y > 0], [X, Y], 0.5)),
    *ops("slice", call(X, (1, 0), (2, 3)), call(X, (1, 0), (-1, 3))),
    *ops("slice_update", call(X, (1, 1), Y[:2, :2])),
    *ops("scatter", call(np.array([[0], [2], [0]]), X[:, 0], (5,)), whole="the number of axes is one"),
    *ops(
        "scatter_update",
        *[call(X, [[0, 1], [2, 3]], [5.0, 6.0], reduction=r) for r in (None, "add", "max", "min", "mul")],
    ),
    *ops("nonzero", call(INTEGERS - 1), program=VALUES, symbols=VALUES),
    *ops("argpartition", call(X, 1)),
    *ops("in_top_k", call(CLASSES, X, 2)),
    *ops("searchsorted", call(np.sort(VECTOR), X), call(np.sort(VECTOR), X, side="right"), unknown="int64"),
    *ops("digitize", call(X, np.array([-1.0, 0.0, 1.0], "float32"))),
    *ops(
        "unique",
        call(INTEGERS),
        call(INTEGERS, return_index=True, return_inverse=True, return_counts=True),
        program=VALUES,
        symbols=VALUES,
    ),
    *ops("unravel_index", call(INTEGERS, (3, 4))),
    *ops("segment_sum segment_max segment_min", call(X, np.array([0, 0, 2]), 3)),
    *ops("segment_prod", call(X, np.array([0, 0, 2]), 3), gradient="JAX has none"),
    *ops("einsum", call("ij,kj->ik", X, Y)),
    *ops("cast", call(X, "int32")),
    *ops("saturate_cast", call(300 * X, "uint8"), call(np.array([3e9, -3e9, 1.5], "float32"), "int32")),
    *ops("convert_to_tensor", call([1, 2]), call(X, dtype="float16")),
    *ops("view", call(X, dtype="int32")),
    *ops(
        "batch_normalization",
        call(X, Y[0], POSITIVE[0], axis=-1, offset=X[1], scale=Y[2]),
        call(CUBE, X[0, :3], POSITIVE[0, :3], axis=1),
    ),
    *ops("moments", call(CUBE, [0, 1]), call(CUBE.astype("float16"), [1], keepdims=True, rtol=1e-3)),
    *ops("one_hot", call(CLASSES, 4), call(INTEGERS, 5, axis=1, dtype="int32")),
    *ops("multi_hot", call(INTEGERS, 9)),
    *ops(
        "categorical_crossentropy binary_crossentropy", call(TARGETS, PROBABILITIES), call(TARGETS, X, from_logits=True)
    ),
    *ops(
        "sparse_categorical_crossentropy",
        call(CLASSES, PROBABILITIES),
        call(CLASSES[:, None], X, from_logits=True),
        call(np.array([-1, 0, 7]), X, from_logits=True),
    ),
    *ops("psnr", call(X, Y, 2.0)),
    *ops("ctc_loss", call(LABELS, LOGITS, np.array([3, 0, 2]), np.array([9, 7, 9]), rtol=1e-4)),
    *ops("ctc_decode", call(LOGITS, np.array([9, 4, 7]))),
    *ops(
        "dot_product_attention",
        call(QUERY, KEY, VALUE),
        call(QUERY, KEY[:, :, :1], VALUE[:, :, :1], is_causal=True),
        call(QUERY, KEY, VALUE, mask=BOOLS[:2, :1, None, None], scale=0.3, bias=BIAS),
    ),
]

# Of what these compute with, the batch alone may be unknown.
BATCHED = [
    *ops(
        "conv",
        *[
            call(IMAGE, KERNEL, strides=s, padding=p, dilation_rate=d, rtol=1e-4)
            for s, p, d in ((1, "valid", 1), (2, "same", 1), ((1, 2), "same", 1), (1, "same", 2), (1, "valid", (2, 1)))
        ],
        call(FIRST, KERNEL, padding="same", data_format="channels_first", rtol=1e-4),
        call(IMAGE, KERNEL[:, :, :2, :4], padding="same", rtol=1e-4),
        call(SERIES, KERNEL[0], padding="same", rtol=1e-4),
        call(VOLUME, rng.normal(size=(2, 3, 1, 2, 3)).astype("float32"), strides=2, padding="same", rtol=1e-4),
        kernels="have no batch",
    ),
    *ops(
        "depthwise_conv",
        *[
            call(IMAGE, KERNEL[..., :2], strides=s, padding=p, dilation_rate=d, rtol=1e-4)
            for s, p, d in ((1, "valid", 1), (2, "same", 1), (1, "same", 2))
        ],
        kernels="have no batch",
    ),
    *ops(
        "separable_conv",
        call(IMAGE, KERNEL[..., :2], rng.normal(size=(1, 1, 8, 3)).astype("float32"), 1, "same", rtol=1e-4),
        kernels="have no batch",
    ),
    *ops(
        "conv_transpose",
        *[
            call(IMAGE, KERNEL.swapaxes(2, 3), strides=s, padding=p, output_padding=o, rtol=1e-4)
            for s in (1, 2, 3)
            for p in ("valid", "same")
            for o in (None, 0)
        ],
        call(IMAGE, KERNEL.swapaxes(2, 3), padding="same", dilation_rate=2, rtol=1e-4),
        call(FIRST, KERNEL.swapaxes(2, 3), 2, "same", data_format="channels_first", rtol=1e-4),
        call(SERIES, KERNEL[0].swapaxes(1, 2), 2, rtol=1e-4),
        kernels="have no batch",
        file="Keras does not find what it was given",
    ),
    *ops(
        "max_pool average_pool",
        *[
            call(image, size, strides=s, padding=p)
            for image, size in ((IMAGE, (3, 2)), (SERIES, 2), (VOLUME, 2))
            for s in (2, 1)
            for p in ("valid", "same")
        ],
        call(FIRST, 2, strides=(2, 1), data_format="channels_first"),
    ),
    *ops("adaptive_max_pool adaptive_average_pool", call(IMAGE, (4, 3)), call(SERIES, 4), file=TUPLE),
    *ops("depth_to_space", call(IMAGE, 2), call(FIRST, 2, data_format="channels_first")),
    *ops("space_to_depth", call(IMAGE[:, :8], 2), call(FIRST[:, :, :8], 2, data_format="channels_first")),
    *ops("unfold", call(FIRST, (3, 2), dilation=2, padding=1, stride=2)),
    *ops(
        "fold",
        call(
            rng.normal(size=(2, 24, 16)).astype("float32"),
            (7, 8),
            (3, 2),
            dilation=(1, 2),
            padding=(1, 1),
            stride=(2, 2),
        ),
    ),
    *ops("rearrange", call(CUBE, "a (b c) d -> d b (a c)", c=3), program="Keras needs known sizes"),
    *ops("cholesky", call(DEFINITE, rtol=1e-3), call(DEFINITE, upper=True, rtol=1e-3)),
    *ops("det inv pinv eigh", call(DEFINITE, rtol=1e-3)),
    *ops("cholesky_inverse", call(LOWER, rtol=1e-3)),
    *ops("slogdet logdet", call(DEFINITE[0], rtol=1e-4)),
    *ops("solve", call(DEFINITE, CUBE.swapaxes(1, 2), rtol=1e-3)),
    *ops("solve_triangular", call(LOWER, X.T, lower=True, rtol=1e-3)),
    *ops("lstsq", call(SQUARE[0, :, :2], VECTOR[:4], rtol=1e-3)),
    *ops("lu_factor", call(SQUARE, rtol=1e-4)),
    *ops("qr", call(CUBE, rtol=1e-3)),
    *ops("svd", call(CUBE, rtol=1e-3, flat="of full matrices JAX has none"), call(CUBE, compute_uv=False, rtol=1e-4)),
    *ops("matrix_rank", call(CUBE)),
    *ops("fft fft2 ifft2 irfft", call(PAIR)),
    *ops("rfft", call(SIGNAL), call(SIGNAL, fft_length=16)),
    *ops("extract_sequences", call(SIGNAL, 8, 3)),
    *ops("stft", call(SIGNAL, 8, 3, 16, rtol=1e-4), call(SIGNAL, 6, 3, 8, window="hamming", center=False, rtol=1e-4)),
    *ops("istft", call([rng.normal(size=(2, 9, 9)).astype("float32") for _ in range(2)], 14, 4, 16, rtol=1e-4)),
    *ops("eig", call(DEFINITE, rtol=1e-3), gradient="JAX has none of eigenvectors"),
    *ops("view_as_complex", call(SQUARE[..., :2])),
    *ops("view_as_real", call(COMPLEX)),
    *ops("polar", call(POSITIVE, X)),
    *ops(
        "image.rgb_to_grayscale",
        call(PIXELS),
        call(PLANES[0], data_format="channels_first"),
        call(PIXELS[..., :1]),
        call(BYTES),
    ),
    *ops("image.rgb_to_hsv image.hsv_to_rgb", call(PIXELS), call(PLANES[0], data_format="channels_first")),
    *ops("image.sobel_edges", call(PIXELS), call(PLANES, data_format="channels_first"), booleans="edges have signs"),
    *ops(
        "image.resize",
        *[
            call(PIXELS, size, interpolation, antialias, rtol=1e-4)
            for interpolation in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
            for size, antialias in (((4, 11), False), ((3, 3), True))
        ],
        *[
            call(image, (4, 11), way, data_format=layout, **option)
            for image, layout in ((BYTES, "channels_last"), (PLANES[0], "channels_first"))
            for way in ("bilinear", "nearest", "bicubic")
            for option in ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True, "fill_value": 0.6})
        ],
        call(PIXELS[:, :1], (4, 11), pad_to_aspect_ratio=True, fill_value=3),
        call(PIXELS, (9, 2), crop_to_aspect_ratio=True),
    ),
    *ops(
        "image.scale_and_translate",
        call(PIXELS, (2, 5, 12, 3), HALVES, SHIFTS, (1, 2), "linear", rtol=1e-4),
        *[
            call(BYTES[0], (5, 12, 3), HALVES, SHIFTS, (-3, 1), method, False, rtol=1e-4)
            for method in ("cubic", "bicubic", "lanczos3", "lanczos5")
        ],
        beside="scales",
        unknown="has the batch that is asked for",
    ),
    *ops(
        "image.affine_transform",
        *[
            call(PIXELS[..., :1], MAPS, interpolation, fill_mode, 0.5, rtol=1e-4)
            for interpolation in ("bilinear", "nearest")
            for fill_mode in ("constant", "nearest", "reflect", "mirror", "wrap")
        ],
        call(PLANES, MAPS, fill_value=2, data_format="channels_first"),
        call(BYTES[0], MAPS[1], fill_mode="mirror"),
        beside="maps",
    ),
    *ops(
        "image.map_coordinates",
        *[
            call(image, PLACES, order, fill_mode, 7, rtol=1e-4)
            for image, order, fill_mode in (
                (PIXELS, 1, "constant"),
                (PIXELS, 0, "reflect"),
                (BYTES, 1, "wrap"),
                (BYTES, 0, "mirror"),
                (PIXELS[:, :1], 1, "mirror"),
            )
        ],
        beside="places",
    ),
    *ops(
        "image.perspective_transform",
        *[
            call(PIXELS, CORNERS, MOVED, interpolation, fill_value=0.5, rtol=1e-3)
            for interpolation in ("bilinear", "nearest")
        ],
        call(PLANES[0], MOVED[0], CORNERS[0], data_format="channels_first", rtol=1e-3),
        call(BYTES, CORNERS, MOVED, fill_value=3),
        beside="corners",
    ),
    *ops(
        "image.elastic_transform",
        call(PIXELS, 3.0, 1.5, seed=5, rtol=1e-4),
        call(PLANES, 2, 0.5, "nearest", "constant", 1, 7, "channels_first", rtol=1e-4),
        program="Keras makes a number of sigma",
        file="Keras compiles none",
    ),
    *ops(
        "image.gaussian_blur",
        call(PIXELS, (5, 3), (2.0, 0.7), "channels_last"),
        call(PLANES[0], (4, 15), (1.0, 4.0), "channels_first"),
    ),
    *ops(
        "image.ssim",
        call(PIXELS, PIXELS[::-1].copy(), filter_size=5, rtol=1e-4),
        call(9 * PLANES[0], PLANES[1], 9.0, 4, 0.8, 0.02, 0.05, data_format="channels_first", rtol=1e-4),
    ),
    *ops(
        "image.extract_patches",
        *[
            call(image, size, strides, gap, padding)
            for image in (PIXELS, BYTES[0])
            for size, strides, gap in ((3, None, 1), ((2, 3), (1, 2), 1), (3, 1, 2), ((3, 1), None, (1, 3)))
            for padding in ("valid", "same")
        ],
        call(PLANES, (3, 2), data_format="channels_first"),
        call(PIXELS, 3, 2, padding="same"),
        call(VOXELS, (2, 1, 3), 1),
    ),
    *ops(
        "image.extract_patches_3d",
        call(VOXELS, 2, dilation_rate=(1, 2, 1), padding="same"),
        call(VOXELS[0].swapaxes(0, -1).copy(), (2, 2, 3), 2, data_format="channels_first"),
    ),
    *ops(
        "image.pad_images",
        *[
            call(image, *sides, data_format=layout)
            for image, layout in ((PIXELS, "channels_last"), (PLANES[0], "channels_first"))
            for sides in ((1, 2, 3, 0), (1, None, None, 2, 11, 12))
        ],
    ),
    *ops(
        "image.crop_images",
        *[
            call(image, *sides, data_format=layout)
            for image, layout in ((PIXELS, "channels_last"), (PLANES[0], "channels_first"))
            for sides in ((1, 2, 3, 0), (1, None, None, 2, 4, 3))
        ],
        call(BYTES, None, 2, 1, None, target_height=0, target_width=4),
    ),
]


def doubled(x):
    return 2 * x


def added(x, y):
    return x + y


def both(carry, x):
    return carry + x, carry * x


FUNCTIONS = [
    *ops("map vectorized_map", call(doubled, X), file=FUNCTION),
    *ops("associative_scan", call(added, X), file=FUNCTION),
    *ops("scan", call(both, X[0], Y, reverse=True), file=FUNCTION),
    *ops("fori_loop", call(0, 4, lambda i, total: total * total + i, X), file=FUNCTION),
    *ops("while_loop", call(lambda x: x.sum() < 99, doubled, POSITIVE), file=FUNCTION, gradient="JAX has none"),
    *ops("switch", call(1, [abs, doubled], X), file=FUNCTION),
    *ops("cond", call(BOOLS[0, 0], lambda: 1.5, lambda: 2.5), file=FUNCTION),
    *ops("jvp", call(lambda x: x * x, (X,), (Y,)), file=FUNCTION),
    *ops("vectorize custom_gradient", apart="gives a function: test_ops_control"),
]

FACTS = [*ops("shape size ndim dtype is_tensor", call(X), program=SAID, symbols=SAID, gradient=SAID)]

TABLE = [*ELEMENTWISE, *REDUCTIONS, *PAIRS, *MATRICES, *PRODUCTS, *REST, *BATCHED, *FUNCTIONS, *FACTS]
