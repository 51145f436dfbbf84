"""How files of Keras 3 name ops: the module and class of each, and which arguments belong to its config.

The others are arguments of its call.
"""

import functools

# module: class(arguments in its config); a class without brackets has none there.
_CLASSES = {
    "core": """
        AssociativeScan(reverse axis) Cast(dtype) Cond ConvertToTensor(dtype sparse ragged) Map SaturateCast(dtype)
        Scan(length reverse unroll) Scatter(shape) ScatterUpdate(reduction) Slice(shape) SliceUpdate StopGradient
        Switch Unstack(num axis)
    """,
    "linalg": """
        Cholesky(upper) CholeskyInverse(upper) Det Eig Eigh Inv Lstsq(rcond) LuFactor MatrixRank(tol)
        Norm(ord axis keepdims) Pinv(rcond) Qr(mode) SVD(full_matrices compute_uv) Solve SolveTriangular(lower)
    """,
    "math": """
        Erf Erfc Erfinv ExtractSequences(sequence_length sequence_stride) FFT FFT2 IFFT2 IRFFT(fft_length)
        ISTFT(sequence_length sequence_stride fft_length length window center) InTopK(k) Logdet
        Logsumexp(axis keepdims) RFFT(fft_length) Rsqrt
        STFT(sequence_length sequence_stride fft_length window center) SegmentMax(num_segments sorted)
        SegmentMin(num_segments sorted) SegmentProd(num_segments sorted) SegmentSum(num_segments sorted)
        TopK(k sorted) ViewAsComplex ViewAsReal
    """,
    "nn": """
        AveragePool(pool_size strides padding data_format) BinaryCrossentropy(from_logits) CTCLoss(mask_index)
        CategoricalCrossentropy(from_logits axis) Celu(alpha) Conv(strides padding data_format dilation_rate)
        ConvTranspose(strides padding output_padding data_format dilation_rate) DepthToSpace(block_size data_format)
        DepthwiseConv(strides padding data_format dilation_rate)
        DotProductAttention(is_causal flash_attention attn_logits_soft_cap) Elu(alpha)
        Fold(output_size kernel_size dilation padding stride) Gelu(approximate) Glu(axis) HardShrink(threshold)
        HardSigmoid HardSilu HardTanh LeakyRelu(negative_slope) LogSigmoid LogSoftmax(axis)
        MaxPool(pool_size strides padding data_format) Moments(axes keepdims synchronized)
        MultiHot(num_classes axis dtype sparse) Normalize(axis order epsilon) OneHot(num_classes axis dtype sparse)
        PSNR(max_val) Polar Relu Relu6 Selu SeparableConv(strides padding data_format dilation_rate) Sigmoid Silu
        SoftShrink(threshold) Softmax(axis) Softplus Softsign SpaceToDepth(block_size data_format)
        SparseCategoricalCrossentropy(from_logits axis) SparsePlus SparseSigmoid Sparsemax(axis) Squareplus(b)
        TanhShrink Threshold(threshold default_value) Unfold(kernel_size dilation padding stride)
    """,
    "numpy": """
        Abs Absolute Add All(axis keepdims) AllClose(rtol atol equal_nan) Amax(axis keepdims) Amin(axis keepdims) Angle
        Any(axis keepdims) Append(axis) Arange(dtype) Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh
        Argmax(axis keepdims) Argmin(axis keepdims) Argpartition(kth axis) Argsort(axis) Array(dtype)
        ArraySplit(indices_or_sections axis) Average(axis) Bincount(weights minlength sparse) BitwiseAnd BitwiseInvert
        BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo(shape) Cbrt Ceil
        Clip(x_min x_max) Concatenate(axis) Conj Conjugate Copy Corrcoef Correlate(mode) Cos Cosh CountNonzero(axis)
        Cross(axisa axisb axisc axis) Cumprod(axis dtype) Cumsum(axis dtype) Deg2rad Diag(k) Diagflat(k)
        Diagonal(offset axis1 axis2) Diff(n axis) Digitize Divide DivideNoNan Dot Dsplit(indices_or_sections) Dstack
        Einsum(subscripts) EmptyLike(dtype) Equal Exp Exp2 ExpandDims(axis) Expm1 Fabs Flip(axis) Fliplr Flipud Floor
        FloorDivide Fmax Fmin Fmod Full(shape dtype) FullLike(dtype) Gcd Geomspace(num endpoint dtype axis) GetItem
        Greater GreaterEqual Heaviside Histogram(bins range) Hsplit(indices_or_sections) Hstack Hypot I0 Imag Inner
        IsIn(assume_unique invert) Isclose(equal_nan) Isfinite Isinf Isnan Isneginf Isposinf Isreal Kron Lcm Ldexp
        LeftShift Less LessEqual Linspace(num endpoint retstep dtype axis) Log Log10 Log1p Log2 Logaddexp Logaddexp2
        LogicalAnd LogicalNot LogicalOr LogicalXor Logspace(num endpoint base dtype axis) Matmul
        Max(axis keepdims initial) Maximum Mean(axis keepdims) Median(axis keepdims) Meshgrid(indexing)
        Min(axis keepdims initial) Minimum Mod Moveaxis(source destination) Multiply NanToNum(nan posinf neginf)
        Nanargmax(axis keepdims) Nanargmin(axis keepdims) Nancumprod(axis dtype) Nancumsum(axis dtype)
        Nanmax(axis keepdims) Nanmean(axis keepdims) Nanmedian(axis keepdims) Nanmin(axis keepdims)
        Nanpercentile(axis method keepdims) Nanprod(axis keepdims) Nanquantile(axis method keepdims)
        Nanstd(axis keepdims) Nansum(axis keepdims) Nanvar(axis keepdims) Ndim Negative Nextafter Nonzero NotEqual
        OnesLike(dtype) Outer Pad(pad_width mode) Percentile(axis method keepdims) Power Prod(axis keepdims dtype)
        Ptp(axis keepdims) Quantile(axis method keepdims) Rad2deg Ravel Real Reciprocal Repeat(repeats axis)
        Reshape(newshape) RightShift Roll(shift axis) Rot90(k axes) Round(decimals) SearchSorted(side) Select Sign
        Signbit Sin Sinc Sinh Size Slogdet Sort(axis) Split(indices_or_sections axis) Sqrt Square Squeeze(axis)
        Stack(axis) Std(axis keepdims) Subtract Sum(axis keepdims) Swapaxes(axis1 axis2) Take(axis)
        TakeAlongAxis(axis) Tan Tanh Tensordot(axes) Tile(repeats) Trace(offset axis1 axis2) Transpose(axes)
        Trapezoid(x dx axis) Tril(k) Triu(k) TrueDivide Trunc UnravelIndex(shape) Vander(N increasing)
        Var(axis keepdims) Vdot View(dtype) Vsplit(indices_or_sections) Vstack Where ZerosLike(dtype)
    """,
}


@functools.cache
def _table() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Module, class and arguments of the config, by the op's name without underscores."""
    found: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    for module, text in _CLASSES.items():
        for entry in text.replace(") ", ")\n").splitlines():
            head, _, inside = entry.strip().partition("(")
            *plain, last = head.split() or [""]
            for name in plain:
                found[name.lower()] = (f"keras.src.ops.{module}", name, ())
            if last:
                found[last.lower()] = (f"keras.src.ops.{module}", last, tuple(inside.rstrip(")").split()))
    return found


def class_of(op: str) -> tuple[str, str, tuple[str, ...]]:
    """Module, class, and arguments of its config, of the op called `op`."""
    plain = op.replace("_", "")
    return _table().get(plain) or ("keras.src.ops.numpy", "".join(p.capitalize() for p in op.split("_")), ())


def is_op(class_name: str) -> bool:
    """Whether Keras 3 has an op of that class."""
    return class_name.lower() in _table()
