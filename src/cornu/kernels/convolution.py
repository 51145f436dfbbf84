"""Convolution in one, two and three dimensions, with gradients that stay fast inside a loop on the CPU."""

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from cornu.kernels.platform import on_cpu

Pairs = tuple[tuple[int, int], ...]
Sizes = tuple[int, ...]


def conv(
    x: jax.Array,
    kernel: jax.Array,
    *,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]] = "valid",
    dilation: Sequence[int],
    groups: int = 1,
) -> jax.Array:
    pads = pad_widths(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation)
    formulation = cpu_conv if on_cpu() else stock_conv
    return formulation(x, kernel, tuple(strides), pads, tuple(dilation), groups)


def pad_widths(
    sizes: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> Pairs:
    if padding == "valid":
        return tuple((0, 0) for _ in sizes)
    if padding == "same":
        reach = [d * (w - 1) + 1 for w, d in zip(window, dilation, strict=True)]
        total = [max((-(-n // s) - 1) * s + r - n, 0) for n, s, r in zip(sizes, strides, reach, strict=True)]
        return tuple((t // 2, t - t // 2) for t in total)
    if isinstance(padding, str):
        raise ValueError(f"padding must be 'valid', 'same' or one (low, high) pair per dimension; received {padding!r}.")
    return tuple((int(low), int(high)) for low, high in padding)


def stock_conv(x, kernel, strides, pads, dilation, groups=1):
    names = {1: ("NWC", "WIO"), 2: ("NHWC", "HWIO"), 3: ("NDHWC", "DHWIO")}[x.ndim - 2]
    return lax.conv_general_dilated(
        x, kernel, strides, pads, rhs_dilation=dilation, feature_group_count=groups, dimension_numbers=(*names, names[0])
    )


def cpu_conv(x, kernel, strides, pads, dilation, groups=1):
    if groups > 1:
        return (_depthwise if groups == x.shape[-1] else _grouped)(x, kernel, strides, pads, dilation, groups)
    if math.prod(kernel.shape[:-2]) == 1:
        return next(_windows(x, (1,) * len(strides), strides, pads, dilation)) @ kernel.reshape(kernel.shape[-2:])
    if len(strides) == 1:
        x = x[:, None]
        return _conv2d(x, kernel[None], (1, *strides), ((0, 0), *pads), (1, *dilation))[:, 0]
    if len(strides) == 2:
        return _conv2d(x, kernel, strides, pads, dilation)
    return _conv3d(x, kernel, strides, pads, dilation)


def _windows(x, window, strides, pads, dilation) -> Iterator[jax.Array]:
    x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *((low, high, 0) for low, high in pads), (0, 0, 0)))
    counts = [(n - d * (w - 1) - 1) // s + 1 for n, w, s, d in zip(x.shape[1:-1], window, strides, dilation, strict=True)]
    for tap in itertools.product(*map(range, window)):
        start = [t * d for t, d in zip(tap, dilation, strict=True)]
        stop = [b + (c - 1) * s + 1 for b, c, s in zip(start, counts, strides, strict=True)]
        yield lax.slice(x, (0, *start, 0), (x.shape[0], *stop, x.shape[-1]), (1, *strides, 1))


def _conv3d(x, kernel, strides, pads, dilation):
    depth, *_, channels, filters = kernel.shape
    rows = _windows(x, (depth, 1, 1), (strides[0], 1, 1), (pads[0], (0, 0), (0, 0)), (dilation[0], 1, 1))
    x = jnp.concatenate(list(rows), axis=-1)  # (batch, new depth, height, width, depth * in)
    kernel = jnp.moveaxis(kernel, 0, 2).reshape(*kernel.shape[1:3], depth * channels, filters)
    y = _conv2d(x.reshape(-1, *x.shape[2:]), kernel, strides[1:], pads[1:], dilation[1:])
    return y.reshape(*x.shape[:2], *y.shape[1:])


def _grouped(x, kernel, strides, pads, dilation, groups):
    block = math.gcd(groups, max(1, 64 // kernel.shape[-2]))
    blocks = groups // block
    inputs, outputs = kernel.shape[-2], kernel.shape[-1] // groups
    same = jnp.eye(block, dtype=kernel.dtype)[:, None, :, None]
    results = []
    for part, weights in zip(jnp.split(x, blocks, -1), jnp.split(kernel, blocks, -1), strict=True):
        weights = weights.reshape(*kernel.shape[:-2], 1, inputs, block, outputs) * same
        weights = weights.reshape(*kernel.shape[:-2], block * inputs, block * outputs)
        results.append(cpu_conv(part, weights, strides, pads, dilation))
    return jnp.concatenate(results, -1)


def _depthwise(x, kernel, strides, pads, dilation, groups):
    window = kernel.shape[:-2]
    multiplier = kernel.shape[-1] // groups
    taps = kernel.reshape(-1, kernel.shape[-1])
    x = jnp.repeat(x, multiplier, axis=-1) if multiplier > 1 else x
    return sum(part * tap for part, tap in zip(_windows(x, window, strides, pads, dilation), taps, strict=True))


def _native(x, kernel, strides, pads, dilation):
    """The runtime's own two-dimensional convolution, called the one way in which it is fast."""
    if min(map(min, pads)) < 0:
        x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *((min(a, 0), min(b, 0), 0) for a, b in pads), (0, 0, 0)))
        pads = tuple((max(a, 0), max(b, 0)) for a, b in pads)
    if max(map(max, pads)) > 0 or x.shape[-1] < 8:
        return stock_conv(x, kernel, strides, pads, dilation)
    rows = (x.shape[1] - dilation[0] * (kernel.shape[0] - 1) - 1) // strides[0] + 1
    return stock_conv(x, kernel, strides, ((0, 1), (0, 0)), dilation)[:, :rows]


@partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _conv2d(x, kernel, strides, pads, dilation):
    return _native(x, kernel, strides, pads, dilation)


def _forward(x, kernel, strides, pads, dilation):
    return _conv2d(x, kernel, strides, pads, dilation), (x, kernel)


def _backward(strides, pads, dilation, saved, g):
    x, kernel = saved
    return input_gradient(g, kernel, x.shape, strides, pads, dilation), kernel_gradient(g, x, kernel.shape, strides, pads, dilation)


_conv2d.defvjp(_forward, _backward)


def input_gradient(g, kernel, shape, strides, pads, dilation):
    flipped = kernel[::-1, ::-1].swapaxes(2, 3)
    dims = zip(shape[1:3], g.shape[1:3], kernel.shape, strides, pads, dilation, strict=False)
    rows, columns = (list(_phases(n, m, w, s, p[0], d)) for n, m, w, s, p, d in dims)
    parts = []
    for (taps_r, pad_r, step_r), (taps_c, pad_c, step_c) in itertools.product(rows, columns):
        part = flipped[taps_r, taps_c]
        if part.size == 0:
            count = [-(-n // s) for n, s in zip(shape[1:3], strides, strict=True)]
            parts.append(jnp.zeros((shape[0], *count, shape[-1]), g.dtype))
        else:
            parts.append(_native(g, part, (1, 1), (pad_r, pad_c), (step_r, step_c)))
    if len(parts) == 1:
        return parts[0]
    whole = jnp.stack(parts, 3).reshape(*parts[0].shape[:3], *strides, shape[-1])
    whole = whole.transpose(0, 1, 3, 2, 4, 5)
    whole = whole.reshape(shape[0], whole.shape[1] * strides[0], whole.shape[3] * strides[1], shape[-1])
    return whole[:, : shape[1], : shape[2]]


def _phases(size, outputs, window, stride, low, dilation):
    count = -(-size // stride)
    step = stride // math.gcd(stride, dilation)
    for phase in range(stride):
        taps = [t for t in range(window) if (phase + low - t * dilation) % stride == 0]
        if not taps:
            yield slice(0, 0), (0, 0), 1
            continue
        first, last = ((phase + low - t * dilation) // stride for t in (taps[-1], taps[0]))
        flipped = slice(window - 1 - taps[-1], window - taps[0], step)
        yield flipped, (-first, count - 1 + last - (outputs - 1)), step * dilation // stride


def kernel_gradient(g, x, shape, strides, pads, dilation):
    if math.prod(shape[:3]) <= 27:
        patches = jnp.concatenate(list(_windows(x, shape[:2], strides, pads, dilation)), axis=-1)
        return (patches.reshape(-1, patches.shape[-1]).T @ g.reshape(-1, g.shape[-1])).reshape(shape)
    ends = [(w - 1) * d + (m - 1) * s + 1 for w, d, m, s in zip(shape, dilation, g.shape[1:3], strides, strict=False)]
    pads = tuple((low, end - n - low) for (low, _), end, n in zip(pads, ends, x.shape[1:3], strict=True))
    products = _native(x.transpose(3, 1, 2, 0), g.transpose(1, 2, 0, 3), dilation, pads, strides)
    return products.transpose(1, 2, 0, 3)
