"""Convolution in one, two and three dimensions, with gradients that stay fast inside a loop on the CPU.

XLA's CPU convolution is fast in one form only: two dimensions, channels last, kernel laid out (rows, columns, in, out).
Outside loops XLA brings gradients into that form; inside loops, where training steps run, it does not. So everything is
put into that form here, and the engine asks for the faster of XLA's two libraries (`engine/jax.py`). Processor
milliseconds inside a `lax.fori_loop`, for the stock lowering and then for this file (float32, jaxlib 0.10, AVX-512, no
padding):

    input, kernel, stride                   forward      input gradient   kernel gradient
    128x28x28x1,   3x3x1x32                0.7    1.4      22     5.8      22     1.7
    128x13x13x32,  3x3x32x64               5.5    3.4      29     5.7     468     5.1
    8x56x56x64,    3x3x64x64                33     10      90      11    1361      13
    8x56x56x64,    3x3x64x128, 2           6.2    4.4      26     6.0     863     8.0
    8x56x56x64,    1x1x64x256              5.2    6.5      20     6.8    1261     8.7
    4x16x16x16x16, 3x3x3x16x32              12    2.0     142     2.4     197     3.5
    8x28x28x64,    3x3x8x64 (8 groups)     3.1    2.1     9.5     2.5      37     2.7
    8x56x56x144,   3x3x1x144 (depthwise)    71    1.7     3.6     4.0    6088     6.1
"""

import math

import jax
import jax.numpy as jnp
from jax import Array, lax

from cornu.kernels.platform import on_cpu
from cornu.kernels.windows import Padding, Pads, Sizes, input_gradient, pad, pad_widths, shifts


def conv(
    x: Array, kernel: Array, *, strides: Sizes, padding: Padding = "valid", dilation: Sizes, groups: int = 1
) -> Array:
    """Convolve the spatial dimensions of `x` with `kernel` (cross-correlation, as every deep-learning library has it).

    `y[b, p, o] = sum over taps t, channels c of x[b, p * stride + t * dilation - low, c] * kernel[t, c, o]`

    Args:
        x: input, `(batch, *spatial, in)`, with one, two or three spatial dimensions.
        kernel: weights, `(*window, in // groups, out)`.
        strides: step between outputs, one per spatial dimension.
        padding: `"valid"` (none), `"same"` (`ceil(size / stride)` outputs, the odd zero at the end), or
            explicit `(low, high)` pairs, one per spatial dimension.
        dilation: step between the taps of the window, one per spatial dimension.
        groups: the channels are split into this many independent convolutions.

    Returns:
        `(batch, *new spatial, out)`, in the dtype of `x`.

    Raises:
        ValueError: for an unknown `padding`.

    Example:
        >>> conv(jnp.ones((1, 5, 5, 3)), jnp.ones((3, 3, 3, 8)), strides=(2, 2), padding="same", dilation=(1, 1)).shape
        (1, 3, 3, 8)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), arXiv:1603.07285.
    """
    pads = pad_widths(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
    formulation = cpu_conv if on_cpu() else stock_conv
    return formulation(x, kernel, tuple(strides), pads, tuple(dilation), groups).astype(x.dtype)


def stock_conv(x: Array, kernel: Array, strides: Sizes, pads: Pads, dilation: Sizes, groups: int = 1) -> Array:
    """Convolve with the platform's own lowering, for GPUs and TPUs.

    Args:
        x: `(batch, *spatial, in)`.
        kernel: `(*window, in // groups, out)`.
        strides: one per spatial dimension.
        pads: `(low, high)` pairs.
        dilation: one per spatial dimension.
        groups: number of independent convolutions.

    Returns:
        `(batch, *new spatial, out)`.

    Example:
        >>> stock_conv(jnp.ones((2, 5, 4)), jnp.ones((3, 4, 8)), (1,), ((0, 0),), (1,)).shape
        (2, 3, 8)
    """
    space = "DHW"[5 - x.ndim :]
    names = (f"N{space}C", f"{space}IO", f"N{space}C")
    return lax.conv_general_dilated(
        x, kernel, strides, pads, rhs_dilation=dilation, feature_group_count=groups, dimension_numbers=names
    )


def cpu_conv(x: Array, kernel: Array, strides: Sizes, pads: Pads, dilation: Sizes, groups: int = 1) -> Array:
    """Convolve as matrix products and two-dimensional convolutions, for CPUs; arguments as `stock_conv`.

    Args:
        x: `(batch, *spatial, in)`.
        kernel: `(*window, in // groups, out)`.
        strides: one per spatial dimension.
        pads: `(low, high)` pairs.
        dilation: one per spatial dimension.
        groups: number of independent convolutions.

    Returns:
        `(batch, *new spatial, out)`.

    Example:
        >>> cpu_conv(jnp.ones((2, 5, 4)), jnp.ones((3, 4, 8)), (1,), ((0, 0),), (1,)).shape
        (2, 3, 8)
    """
    rank = len(strides)
    dims = zip(x.shape[1:], kernel.shape, pads, dilation, strict=False)
    if x.shape[0] == 0 or any(n + sum(widths) <= d * (w - 1) for n, w, widths, d in dims):
        return stock_conv(x, kernel, strides, pads, dilation, groups)  # there is nothing to compute
    if groups > 1 and groups == x.shape[-1]:
        x = jnp.repeat(x, kernel.shape[-1] // groups, axis=-1)
        return _depthwise(x, kernel.squeeze(-2), strides, pads, dilation)
    if groups > 1:
        return _grouped(x, kernel, strides, pads, dilation, groups)
    if math.prod(kernel.shape[:-2]) == 1:
        return _pointwise(x, kernel, strides, pads)
    if rank == 1:
        return _conv2d(x[:, None], kernel[None], (1, *strides), ((0, 0), *pads), (1, *dilation))[:, 0]
    return (_conv2d if rank == 2 else _conv3d)(x, kernel, strides, pads, dilation)


# --- Reductions of other convolutions to the two-dimensional one, or to a matrix product; JAX differentiates them.


def _pointwise(x, kernel, strides, pads):
    ones = (1,) * len(strides)
    (x,) = shifts(pad(x, pads), ones, strides, ones)
    # Rows flat: contracting (batch, rows, columns) without the reshape makes the kernel gradient 7x slower.
    return (_rows(x) @ _rows(kernel)).reshape(*x.shape[:-1], kernel.shape[-1])


def _conv3d(x, kernel, strides, pads, dilation):
    """Three dimensions: the taps along the depth become channels of one two-dimensional convolution."""
    depth, *window, channels, filters = kernel.shape
    taps = shifts(pad(x, (pads[0], (0, 0), (0, 0))), (depth, 1, 1), (strides[0], 1, 1), (dilation[0], 1, 1))
    x = jnp.concatenate(list(taps), axis=-1)  # (batch, new depth, height, width, depth * in)
    kernel = jnp.moveaxis(kernel, 0, -3).reshape(*window, depth * channels, filters)
    y = _conv2d(x.reshape(-1, *x.shape[2:]), kernel, strides[1:], pads[1:], dilation[1:])
    return y.reshape(*x.shape[:2], *y.shape[1:])


def _grouped(x, kernel, strides, pads, dilation, groups):
    """Groups, merged into block-diagonal kernels of about 64 channels: zeros cost less than short products."""
    *window, channels, filters = kernel.shape
    merged = math.gcd(groups, max(1, 64 // channels))
    diagonal = jnp.eye(merged, dtype=kernel.dtype)[:, None, :, None]
    results = []
    for part, weights in zip(jnp.split(x, groups // merged, -1), jnp.split(kernel, groups // merged, -1), strict=True):
        weights = weights.reshape(*window, 1, channels, merged, filters // groups) * diagonal
        weights = weights.reshape(*window, merged * channels, -1)
        results.append(cpu_conv(part, weights, strides, pads, dilation))
    return jnp.concatenate(results, axis=-1)


# --- Gradients. That of the input is a product of the same kind.


def _with_gradients(product, back_through, kernel_gradient):
    """`product(x, kernel, strides, pads, dilation)`, differentiable: `back_through` is that of gradients."""

    def forward(x, kernel, *settings):
        return product(x, kernel, *settings), (x, kernel)

    def backward(strides, pads, dilation, saved, g):
        x, kernel = saved
        flipped = jnp.flip(kernel, range(len(strides)))
        dx = input_gradient(back_through, g, flipped, x.shape, strides, pads, dilation)
        return dx, kernel_gradient(g, x, kernel, strides, pads, dilation)

    differentiable = jax.custom_vjp(product, nondiff_argnums=(2, 3, 4))
    differentiable.defvjp(forward, backward)
    return differentiable


# --- The two-dimensional convolution.


def _plain_conv2d(x, kernel, strides, pads, dilation):
    if _reads_few(kernel.shape):
        patches = _patches(x, kernel.shape[:2], strides, pads, dilation)
        return (_rows(patches) @ _rows(kernel)).reshape(*patches.shape[:-1], kernel.shape[-1])
    return _native(x, kernel, strides, pads, dilation)


def _back_through(g, kernel, strides, pads, dilation):
    return _native(g, kernel.swapaxes(-1, -2), strides, pads, dilation)


def _native(x, kernel, strides, pads, dilation):
    """XLA's convolution, which takes no negative padding here: what is cut off is cut off before."""
    if min(map(min, pads)) < 0:
        x = pad(x, tuple((min(low, 0), min(high, 0)) for low, high in pads))
        pads = tuple((max(low, 0), max(high, 0)) for low, high in pads)
    return stock_conv(x, kernel, strides, pads, dilation)


def _kernel_gradient(g, x, kernel, strides, pads, dilation):
    shape = kernel.shape
    if _reads_few(shape):
        return (_rows(_patches(x, shape[:2], strides, pads, dilation)).T @ _rows(g)).reshape(shape)
    # The gradient is itself a convolution, of x by g, with the batch as its channels and the steps exchanged.
    ends = [(w - 1) * d + (m - 1) * s + 1 for w, d, m, s in zip(shape, dilation, g.shape[1:3], strides, strict=False)]
    pads = tuple((low, end - n - low) for (low, _), end, n in zip(pads, ends, x.shape[1:3], strict=True))
    gradient = _native(x.transpose(3, 1, 2, 0), g.transpose(1, 2, 0, 3), dilation, pads, strides)  # (in, *window, out)
    return gradient.transpose(1, 2, 0, 3)


_conv2d = _with_gradients(_plain_conv2d, _back_through, _kernel_gradient)


# A first layer sees few numbers at a time. Its patches, side by side, are a small matrix that serves the output and the
# gradient of the kernel: 128x28x28x1 by 3x3x1x32 takes 1.1 ms in place of 2.2 (7% of the cnn benchmark's step).


def _reads_few(shape):
    return math.prod(shape[:-1]) <= 27


def _patches(x, window, strides, pads, dilation):
    """What each window sees, `(batch, *outputs, rows * columns * in)`: first along the columns, then along the rows."""
    columns = shifts(pad(x, pads), (1, window[1]), (1, strides[1]), (1, dilation[1]))
    x = jnp.concatenate(list(columns), axis=-1)
    return jnp.concatenate(list(shifts(x, (window[0], 1), (strides[0], 1), (dilation[0], 1))), axis=-1)


def _rows(x):
    return x.reshape(-1, x.shape[-1])


# --- The depthwise convolution: shifted products, summed.


def _shifted_sum(x, kernel, strides, pads, dilation):
    taps = kernel.reshape(-1, kernel.shape[-1])
    met = shifts(pad(x, pads), kernel.shape[:-1], strides, dilation)
    return sum(inputs * tap for inputs, tap in zip(met, taps, strict=True))


def _depthwise_kernel_gradient(g, x, kernel, strides, pads, dilation):
    """Add the products of rows, position by position, in a loop over all rows; sum along the row once, at the end.

    The sums stay in the cache: 2 ms at 8x56x56x144 with 3x3 taps, where summing each product at once costs 46 ms.
    """
    window, lead = kernel.shape[:-1], g.shape[:-2]
    x = pad(x, pads)
    reach = [d * (w - 1) + 1 for w, d in zip(window, dilation, strict=True)]
    size = (1, *reach[:-1], *x.shape[-2:])

    def add_row(i, sums):
        batch, *rows = jnp.unravel_index(i, lead)
        start = (batch, *(row * s for row, s in zip(rows, strides[:-1], strict=True)), 0, 0)
        block = lax.dynamic_slice(x, start, size)
        met = shifts(block, window, (*(1,) * len(rows), strides[-1]), dilation)
        row = lax.dynamic_slice(g, (batch, *rows, 0, 0), (*(1,) * len(lead), *g.shape[-2:]))
        row = row.reshape(g.shape[-2:]).astype(sums[0].dtype)
        return tuple(total + inputs.reshape(row.shape) * row for total, inputs in zip(sums, met, strict=True))

    zeros = jnp.zeros(g.shape[-2:], jnp.promote_types(g.dtype, jnp.float32))
    sums = lax.fori_loop(0, math.prod(lead), add_row, (zeros,) * math.prod(window))
    return jnp.stack(sums).sum(1).reshape(kernel.shape).astype(kernel.dtype)


_depthwise = _with_gradients(_shifted_sum, _shifted_sum, _depthwise_kernel_gradient)
