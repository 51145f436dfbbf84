"""Max and average pooling; on the CPU by elementwise operations, with gradients of their own."""

import math
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu.kernels.platform import on_cpu
from cornu.kernels.windows import Padding, Pads, Sizes, input_gradient, pad, pad_widths, shifts


def max_pool(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding = "valid") -> jax.Array:
    """Take the largest input in each window; padding never wins.

    `y[b, p, c] = max over taps t of x[b, p * stride + t - low, c]`. The gradient goes to the first largest input.

    Args:
        x: input, `(batch, *spatial, channels)`.
        window: sizes of the window, one per spatial dimension.
        strides: steps between windows.
        padding: `"valid"`, `"same"` or explicit `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Raises:
        ValueError: for an unknown `padding`.

    Example:
        >>> max_pool(jnp.arange(5.0)[None, :, None], (2,), (2,), "same").ravel().tolist()
        [1.0, 3.0, 4.0]

    Source: https://keras.io/api/layers/pooling_layers/max_pooling2d/
    """
    pads = pad_widths(x.shape[1:-1], window, strides, padding)
    formulation = cpu_max_pool if on_cpu() else stock_max_pool
    return formulation(x, tuple(window), tuple(strides), pads)


def average_pool(x: jax.Array, window: Sequence[int], strides: Sequence[int], padding: Padding = "valid") -> jax.Array:
    """Take the mean of the inputs in each window, not counting padding.

    `y[b, p, c] = sum over real taps t of x[b, p * stride + t - low, c] / number of real taps`

    Args:
        x: input, `(batch, *spatial, channels)`.
        window: sizes of the window, one per spatial dimension.
        strides: steps between windows.
        padding: `"valid"`, `"same"` or explicit `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Raises:
        ValueError: for an unknown `padding`.

    Example:
        >>> average_pool(jnp.arange(5.0)[None, :, None], (2,), (2,), "same").ravel().tolist()
        [0.5, 2.5, 4.0]

    Source: https://keras.io/api/layers/pooling_layers/average_pooling2d/
    """
    pads = pad_widths(x.shape[1:-1], window, strides, padding)
    window, strides = tuple(window), tuple(strides)
    counts = _real_taps(x.shape[1:-1], window, strides, pads)
    sums = (cpu_sum_pool if on_cpu() else stock_sum_pool)(x, window, strides, pads)
    return sums / counts[..., None].astype(x.dtype)


def _real_taps(sizes: Sizes, window: Sizes, strides: Sizes, pads: Pads) -> jax.Array:
    counts = jnp.ones(())
    for n, w, s, (low, high) in zip(sizes, window, strides, pads, strict=True):
        numpy = np if isinstance(n, int) else jnp  # a program may be traced for any size
        first = numpy.arange((n + low + high - w) // s + 1) * s - low
        taps = numpy.maximum(numpy.minimum(first + w, n) - numpy.maximum(first, 0), 1)
        counts = counts[..., None] * taps  # by jax: traced shapes stay abstract, however large
    return counts


def stock_max_pool(x: jax.Array, window: Sizes, strides: Sizes, pads: Pads) -> jax.Array:
    """Max pooling by the platform's own lowering, for GPUs and TPUs.

    Args:
        x: `(batch, *spatial, channels)`.
        window: sizes of the window.
        strides: steps between windows.
        pads: `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Example:
        >>> stock_max_pool(jnp.arange(4.0)[None, :, None], (2,), (2,), ((0, 0),)).ravel().tolist()
        [1.0, 3.0]
    """
    return lax.reduce_window(x, _lowest(x.dtype), lax.max, (1, *window, 1), (1, *strides, 1), ((0, 0), *pads, (0, 0)))


def stock_sum_pool(x: jax.Array, window: Sizes, strides: Sizes, pads: Pads) -> jax.Array:
    """Sums over windows by the platform's own lowering; arguments as `stock_max_pool`.

    Args:
        x: `(batch, *spatial, channels)`.
        window: sizes of the window.
        strides: steps between windows.
        pads: `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Example:
        >>> stock_sum_pool(jnp.arange(4.0)[None, :, None], (2,), (2,), ((0, 0),)).ravel().tolist()
        [1.0, 5.0]
    """
    zero = np.zeros((), x.dtype)
    return lax.reduce_window(x, zero, lax.add, (1, *window, 1), (1, *strides, 1), ((0, 0), *pads, (0, 0)))


def _lowest(dtype):
    return np.array(-np.inf if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype).min, dtype)


# The gradient keeps the position of the maximum in a byte instead of the input. XLA's own gradient compares in a loop
# over windows: 46 ms of processor time at 128x26x26x32 with 2x2 windows (here 4.5 ms, forward included), 141 ms at
# 8x112x112x64 with 3x3 windows and strides of 2 (here 32 ms). Forward, shifted inputs take 2.3 ms for those, XLA's own
# windows 11.7; where windows do not overlap XLA's own suit what stands before them: the cnn benchmark's predictions
# take 104 ms, not 122.


@partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def cpu_max_pool(x: jax.Array, window: Sizes, strides: Sizes, pads: Pads) -> jax.Array:
    """Max pooling with a gradient of its own, and as maxima of shifted inputs where windows overlap, for CPUs.

    Arguments as `stock_max_pool`.

    Args:
        x: `(batch, *spatial, channels)`.
        window: sizes of the window.
        strides: steps between windows.
        pads: `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Example:
        >>> cpu_max_pool(jnp.arange(4.0)[None, :, None], (2,), (2,), ((0, 0),)).ravel().tolist()
        [1.0, 3.0]
    """
    if all(stride >= size for stride, size in zip(strides, window, strict=True)):
        return stock_max_pool(x, window, strides, pads)
    y, *rest = _met(x, window, strides, pads)
    for inputs in rest:
        y = jnp.maximum(y, inputs)
    return y


def _met(x, window, strides, pads):
    return shifts(pad(x, pads, _lowest(x.dtype)), window, strides, (1,) * len(window))


def _max_forward(x, window, strides, pads):
    y = cpu_max_pool(x, window, strides, pads)
    last = math.prod(window) - 1
    first = jnp.full(y.shape, last, jnp.uint8 if last < 256 else jnp.int32)
    for tap, inputs in reversed(list(enumerate(_met(x, window, strides, pads)))):
        first = jnp.where(inputs == y, jnp.asarray(tap, first.dtype), first)
    return y, (first, x.shape)


def _max_backward(window, strides, pads, saved, g):
    first, shape = saved
    if window == strides:
        taps = np.arange(math.prod(window)).reshape([n for size in window for n in (1, size)])[..., None]
        return (_joined(jnp.where(_apart(first) == taps.astype(first.dtype), _apart(g), 0), shape, pads),)

    def route(g, taps, strides, pads, dilation):
        grads = shifts(pad(g, pads), taps.shape, strides, dilation)
        firsts = shifts(pad(first, pads), taps.shape, strides, dilation)
        return sum(jnp.where(f == t, g, 0) for g, f, t in zip(grads, firsts, taps.ravel().tolist(), strict=True))

    flipped = np.flip(np.arange(math.prod(window)).reshape(window))
    return (input_gradient(route, g, flipped, shape, strides, pads, (1,) * len(window)),)


cpu_max_pool.defvjp(_max_forward, _max_backward)


# Windows side by side, as most are: an input belongs to one of them at most, so gradients spread over windows at once,
# which XLA fuses with what follows, where the phases of a stride must be put together (5% of the cnn benchmark's step).


def _apart(x):
    """`(batch, *outputs, channels)` with room for the inputs of a window after each spatial dimension."""
    return jnp.expand_dims(x, range(2, 2 * x.ndim - 3, 2))


def _joined(windows, shape, pads):
    """`(batch, outputs, window, ..., channels)` as the input of `shape`; zeros where no window reached."""
    _, *sizes, _ = windows.shape
    met = [count * size for count, size in zip(sizes[::2], sizes[1::2], strict=True)]
    ends = tuple((-low, low + n - m) for (low, _), n, m in zip(pads, shape[1:-1], met, strict=True))
    return pad(windows.reshape(shape[0], *met, shape[-1]), ends)


# XLA's sum over windows and its gradient: 8.5 and 32 ms at 8x112x112x64, 3x3, strides of 2; here 9 and 13 ms.


@partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def cpu_sum_pool(x: jax.Array, window: Sizes, strides: Sizes, pads: Pads) -> jax.Array:
    """Sums over windows as sums of shifted inputs, for CPUs; arguments as `stock_max_pool`.

    Args:
        x: `(batch, *spatial, channels)`.
        window: sizes of the window.
        strides: steps between windows.
        pads: `(low, high)` pairs.

    Returns:
        `(batch, *new spatial, channels)`.

    Example:
        >>> cpu_sum_pool(jnp.arange(4.0)[None, :, None], (2,), (2,), ((0, 0),)).ravel().tolist()
        [1.0, 5.0]
    """
    return _sum(x, np.empty(window), strides, pads, (1,) * len(window))


def _sum(x, taps, strides, pads, dilation):
    return sum(shifts(pad(x, pads), taps.shape, strides, dilation))


def _sum_forward(x, window, strides, pads):
    return cpu_sum_pool(x, window, strides, pads), x.shape


def _sum_backward(window, strides, pads, shape, g):
    if window == strides:
        sizes = [n for pair in zip(g.shape[1:-1], window, strict=True) for n in pair]
        return (_joined(jnp.broadcast_to(_apart(g), (shape[0], *sizes, shape[-1])), shape, pads),)
    return (input_gradient(_sum, g, np.empty(window), shape, strides, pads, (1,) * len(window)),)


cpu_sum_pool.defvjp(_sum_forward, _sum_backward)
