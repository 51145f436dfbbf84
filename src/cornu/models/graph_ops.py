"""How files of Keras name ops: the module and class of each, and which arguments belong to its config.

What follows from the name of an op, and of an argument, is worked out here; the tables hold the rest.
"""

from ..core.op import ops
from ..ops import image, linalg, nn, numpy

_IRREGULAR = """
    AllClose CDist CTCDecode CTCLoss FFT FFT2 HSVToRGB IFFT2 IRFFT ISTFT IsIn PSNR RFFT RGBToGrayscale RGBToHSV RMSNorm
    SSIM STFT SVD SearchSorted
"""
_CORE = "cast convert_to_tensor saturate_cast scatter scatter_update slice slice_update stop_gradient unstack"
_MATH = "cdist erf erfc erfinv in_top_k logdet logsumexp rsqrt segment_max segment_min segment_prod segment_sum top_k"
_MODULES = {
    **dict.fromkeys(vars(image), "image"),
    **dict.fromkeys(vars(linalg), "linalg"),
    **dict.fromkeys(vars(nn), "nn"),
    **dict.fromkeys(vars(numpy), "numpy"),
    **dict.fromkeys(_CORE.split(), "core"),
    **dict.fromkeys(_MATH.split(), "math"),
    "rearrange": "einops",
}
# Arguments of an op's call, by their names; the others belong to its config.
_OF_CALLS = """
    a abs_ angle array axes_lengths b beta bias bins choicelist condition condlist constant_values coordinates counts
    data default depthwise_kernel end_points fill_value gamma image1 image2 images index indices inputs kernel key
    logits mask mean offset operands output output_length output_shape pattern pointwise_kernel predictions
    probabilities q query scale segment_ids sequence_lengths sorted_sequence start start_indices start_points step
    stop target target_length targets tensor transform translation updates value values variable variance weights x x1
    x2 xs y
"""
# Where the same name means something else.
_OTHERWISE = """
    affine_transform.fill_value beta.alpha bincount.weights diagonal.offset elastic_transform.fill_value gamma.alpha
    histogram.bins isclose.atol isclose.rtol map_coordinates.fill_value perspective_transform.fill_value
    resize.fill_value squareplus.b trace.offset trapezoid.x
"""


def _plain(op: str) -> str:
    """What the name of an op and that of its class have in common."""
    return op.replace("_", "").replace("normalization", "norm")


def class_of(op: str) -> tuple[str, str]:
    """The module and the name of the class of the op called `op`."""
    regular = "".join(part.capitalize() for part in op.replace("normalization", "norm").split("_"))
    irregular = {name.lower(): name for name in _IRREGULAR.split()}
    return f"keras.src.ops.{_MODULES.get(op, 'math')}", irregular.get(_plain(op), regular)


def in_config(op: str, argument: str) -> bool:
    """Whether an argument of an op belongs to its config, and not to its call."""
    return (argument in _OF_CALLS.split()) == (f"{op}.{argument}" in _OTHERWISE.split())


def op_of(class_name: str) -> str | None:
    """The name of the op that is of that class."""
    return next((op for op in (*ops.entries, *ops.aliases) if _plain(op) == class_name.lower()), None)
