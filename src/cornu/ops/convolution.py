"""Convolutions: plain, grouped, depthwise, separable and transposed."""

from collections.abc import Sequence
from typing import Any

import jax

from ..core.types import DataFormat, Padding
from ..kernels import convolution
from .making import ArrayLike, SizesLike, from_channels_last, one_of, op, per_axis, steps, tensor, to_channels_last

__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv"]


@op
def conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: SizesLike = 1,
    padding: Padding | Sequence[tuple[int, int]] = "valid",
    data_format: DataFormat | None = None,
    dilation_rate: SizesLike = 1,
) -> Any:
    """Convolution over one, two or three spatial axes.

    `y[p, o] = sum over t, i of x[p * stride + t * dilation, i] * kernel[t, i, o]`

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        kernel: array `(*taps, channels / groups, filters)`.
        strides: integer, or one for each spatial axis.
        padding: `"valid"` (none), `"same"` (zeros, so that stride 1 keeps the size) or `"causal"` pairs
            `(before, after)`.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.
        dilation_rate: distance between the kernel's taps; integer, or one for each spatial axis.

    Raises:
        ValueError: channels do not fit, or the inputs are smaller than the kernel.

    Example:
        >>> import cornu
        >>> cornu.ops.conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[1.0]]])
        Array([[[3.],
                [5.]]], dtype=float32)
    """
    x, taps = _operands(inputs, kernel, data_format, grouped=True)
    return _convolved(x, taps, x.shape[-1] // taps.shape[-2], strides, padding, data_format, dilation_rate)


def _operands(
    inputs: ArrayLike, kernel: ArrayLike, data_format: str | None, axis: int = -2, grouped: bool = False
) -> tuple[jax.Array, jax.Array]:
    """The inputs, channels last and in the kernel's dtype, and the kernel, whose `axis` fits their channels."""
    kernel = tensor(kernel)
    x = to_channels_last(tensor(inputs).astype(kernel.dtype), data_format)
    if not 3 <= x.ndim <= 5 or kernel.ndim != x.ndim:
        raise ValueError(
            "A convolution takes inputs with 1, 2 or 3 spatial axes and a kernel of as many axes in all. Received "
            f"inputs of shape {x.shape} and a kernel of shape {kernel.shape}."
        )
    groups, rest = divmod(x.shape[-1], kernel.shape[axis])
    if rest or not groups or (kernel.shape[-1] % groups if grouped else groups > 1):
        also = f", or divide for groups, and groups divide the {kernel.shape[-1]} filters" if grouped else ""
        raise ValueError(
            f"The inputs have {x.shape[-1]} channels and the kernel expects {kernel.shape[axis]}: they must be "
            f"equal{also}. Check data_format: inputs have shape {x.shape} with channels last."
        )
    return x, kernel


def _convolved(
    x: jax.Array, taps: jax.Array, groups: int, strides: Any, padding: Any, data_format: str | None, dilation: Any
) -> jax.Array:
    """The convolution in the caller's layout, of which something must be left."""
    stride, gaps = steps(x.ndim - 2, strides=strides, dilation_rate=dilation)
    y = convolution.conv(x, taps, strides=stride, padding=padding, dilation=gaps, groups=groups)
    if not y.size and x.size:
        raise ValueError(
            f"The convolution leaves nothing of inputs with spatial sizes {x.shape[1:-1]}: kernel {taps.shape[:-2]} "
            f"with dilation {dilation} is larger. Use padding='same', a smaller kernel or larger inputs."
        )
    return from_channels_last(y, data_format)


@op
def depthwise_conv(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: SizesLike = 1,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
    dilation_rate: SizesLike = 1,
) -> Any:
    """Convolution of each channel by itself, with `multiplier` kernels each.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        kernel: array `(*taps, channels, multiplier)`.
        strides: integer, or one for each spatial axis.
        padding: `"valid"` (none) or `"same"` (zeros, so that stride 1 keeps the size).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.
        dilation_rate: distance between the kernel's taps; integer, or one for each spatial axis.

    Raises:
        ValueError: channels do not fit, or the kernel is larger than the inputs.

    Example:
        >>> import cornu
        >>> cornu.ops.depthwise_conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[1.0]]])
        Array([[[3.],
                [5.]]], dtype=float32)
    """
    x, taps = _operands(inputs, kernel, data_format)
    each = taps.reshape(*taps.shape[:-2], 1, -1)
    return _convolved(x, each, x.shape[-1], strides, padding, data_format, dilation_rate)


@op
def separable_conv(
    inputs: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    strides: SizesLike = 1,
    padding: Padding = "valid",
    data_format: DataFormat | None = None,
    dilation_rate: SizesLike = 1,
) -> Any:
    """Depthwise convolution, then one with kernels of size 1 that mixes the channels.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        depthwise_kernel: array `(*taps, channels, multiplier)`.
        pointwise_kernel: array `(*ones, channels * multiplier, filters)`.
        strides: integer, or one for each spatial axis.
        padding: `"valid"` (none) or `"same"` (zeros, so that stride 1 keeps the size).
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.
        dilation_rate: distance between the kernel's taps; integer, or one for each spatial axis.

    Example:
        >>> import cornu
        >>> cornu.ops.separable_conv([[[1.0], [2.0], [3.0]]], [[[1.0]], [[1.0]]], [[[2.0]]])
        Array([[[ 6.],
                [10.]]], dtype=float32)
    """
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(y, pointwise_kernel, 1, "valid", data_format)


@op
def conv_transpose(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: SizesLike = 1,
    padding: Padding = "valid",
    output_padding: SizesLike | None = None,
    data_format: DataFormat | None = None,
    dilation_rate: SizesLike = 1,
) -> Any:
    """Transposed convolution: the map of gradients through `conv`, which enlarges by the strides.

    Args:
        inputs: array `(batch, *spatial, channels)`, or `(batch, channels, *spatial)` for
            `"channels_first"`.
        kernel: array `(*taps, filters, channels)`.
        strides: integer, or one for each spatial axis.
        padding: `"valid"` (none) or `"same"` (zeros, so that stride 1 keeps the size).
        output_padding: how much longer the result is, integer or one for each spatial axis; None for the
            shortest that `strides` explains.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.
        dilation_rate: distance between the kernel's taps; integer, or one for each spatial axis.

    Raises:
        ValueError: channels do not fit, or an unknown `padding`.

    Example:
        >>> import cornu
        >>> cornu.ops.conv_transpose([[[1.0], [2.0]]], [[[1.0]], [[1.0]]], strides=2)
        Array([[[1.],
                [1.],
                [2.],
                [2.]]], dtype=float32)
    """
    x, taps = _operands(inputs, kernel, data_format, axis=-1)
    rank = x.ndim - 2
    stride, gaps = steps(rank, strides=strides, dilation_rate=dilation_rate)
    extra = (None,) * rank if output_padding is None else per_axis(output_padding, rank)
    sizes = [(size - 1) * gap + 1 for size, gap in zip(taps.shape, gaps, strict=False)]
    pads = [_transposed_padding(k, s, padding, more) for k, s, more in zip(sizes, stride, extra, strict=True)]
    letters = "DHW"[3 - rank :]
    axes = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    y = jax.lax.conv_transpose(x, taps, stride, pads, rhs_dilation=gaps, dimension_numbers=axes, transpose_kernel=True)
    return from_channels_last(y, data_format)


def _transposed_padding(size: int, stride: int, padding: str, extra: int | None) -> tuple[int, int]:
    """Zeros before and after an axis of the dilated inputs, for a kernel that spans `size`."""
    if padding.lower() == "valid":
        return size - 1, size - 1 + (max(size, stride) - size if extra is None else extra)
    one_of("valid", "same", padding=padding.lower())
    total = stride + size - 2 if extra is None else size + size % 2 - 2 + extra
    before = min(total - total // 2, size - 1)
    return before, total - before
