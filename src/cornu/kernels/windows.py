"""Sliding windows over spatial dimensions: their padding, what each tap meets, and the way back for gradients."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

Sizes = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]
Padding = str | Sequence[tuple[int, int]]
Taps = Array | np.ndarray


def pad_widths(
    sizes: Sequence[int], window: Sequence[int], strides: Sequence[int], padding: Padding, dilation: Sequence[int] = ()
) -> Pads:
    """Resolve a padding argument into one `(low, high)` pair per spatial dimension.

    `"same"` pads `(ceil(n / s) - 1) * s + (w - 1) * d + 1 - n` zeros in all, the smaller half before.

    Args:
        sizes: spatial sizes of the input.
        window: sizes of the window.
        strides: steps between outputs.
        padding: `"valid"`, `"same"` or explicit pairs.
        dilation: steps between the taps of the window; all 1 by default.

    Returns:
        The pairs.

    Raises:
        ValueError: for any other string, or a wrong number of pairs.

    Example:
        >>> pad_widths((5, 6), (3, 3), (2, 2), "same")
        ((1, 1), (0, 1))

    Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "same":
        reach = [d * (w - 1) + 1 for w, d in zip(window, dilation or (1,) * len(sizes), strict=True)]
        total = [max((-(-n // s) - 1) * s + r - n, 0) for n, s, r in zip(sizes, strides, reach, strict=True)]
        return tuple((t // 2, t - t // 2) for t in total)
    if isinstance(padding, str) or len(padding) != len(sizes):
        raise ValueError(
            f'padding must be "valid", "same" or one (low, high) pair for each of the {len(sizes)} spatial dimensions; '
            f"received {padding!r}."
        )
    return tuple((int(low), int(high)) for low, high in padding)


def pad(x: Array, pads: Pads, value: float = 0) -> Array:
    """Pad (or, where negative, crop) the spatial dimensions of `x`.

    Args:
        x: `(batch, *spatial, channels)`.
        pads: `(low, high)` per spatial dimension.
        value: what to fill with.

    Returns:
        `(batch, *padded, channels)`.

    Example:
        >>> pad(jnp.ones((1, 4, 1)), ((1, -2),)).ravel().tolist()
        [0.0, 1.0, 1.0]
    """
    if not any(map(any, pads)):
        return x
    return lax.pad(x, jnp.asarray(value, x.dtype), ((0, 0, 0), *((low, high, 0) for low, high in pads), (0, 0, 0)))


def shifts(x: Array, window: Sizes, strides: Sizes, dilation: Sizes) -> Iterator[Array]:
    """For each tap of the window, in row-major order, the inputs that it meets.

    Args:
        x: padded input, `(batch, *spatial, channels)`.
        window: sizes of the window.
        strides: steps between outputs.
        dilation: steps between taps.

    Yields:
        One strided slice per tap, each `(batch, *outputs, channels)`.

    Example:
        >>> [s.ravel().tolist() for s in shifts(jnp.arange(5.0)[None, :, None], (2,), (2,), (1,))]
        [[0.0, 2.0], [1.0, 3.0]]
    """
    sizes = zip(x.shape[1:-1], window, strides, dilation, strict=True)
    counts = [(n - d * (w - 1) - 1) // s + 1 for n, w, s, d in sizes]
    for tap in itertools.product(*map(range, window)):
        start = [t * d for t, d in zip(tap, dilation, strict=True)]
        stop = [first + (count - 1) * s + 1 for first, count, s in zip(start, counts, strides, strict=True)]
        yield lax.slice(x, (0, *start, 0), (x.shape[0], *stop, x.shape[-1]), (1, *strides, 1))


def input_gradient(
    convolve: Callable[..., Array], g: Array, flipped: Taps, shape: Sizes, strides: Sizes, pads: Pads, dilation: Sizes
) -> Array:
    """Gradient of the input of a sliding window, as one plain convolution of `g` for each phase of the stride.

    Inputs at `q * stride + phase` meet the same taps for every `q`. Convolving `g`, spread out with zeros, by the whole
    kernel would multiply those zeros: 8x56x56x64 by 3x3x64x128 at stride 2 costs 15 ms, the four phases 7 ms.

    Args:
        convolve: `(g, taps, strides, pads, dilation) -> (batch, *outputs, in)`.
        g: gradient of the output, `(batch, *outputs, out)`.
        flipped: kernel as the way back needs it, `(*window, ...)`, each spatial dimension reversed.
        shape: shape of the input, `(batch, *spatial, in)`.
        strides: steps between outputs.
        pads: `(low, high)` pairs.
        dilation: steps between taps.

    Returns:
        `(batch, *spatial, in)`.

    Example:
        >>> def spread(g, taps, strides, pads, dilation):
        ...     return sum(s * t for s, t in zip(shifts(pad(g, pads), taps.shape, strides, dilation), taps))
        >>> g, kernel = jnp.ones((1, 2, 1)), jnp.array([1.0, 2.0, 3.0])
        >>> input_gradient(spread, g, kernel[::-1], (1, 5, 1), (2,), ((0, 0),), (1,)).ravel().tolist()
        [1.0, 2.0, 4.0, 2.0, 3.0]
    """
    sizes, rank = shape[1:-1], len(strides)
    counts = [-(-n // s) for n, s in zip(sizes, strides, strict=True)]
    dims = zip(sizes, g.shape[1:], flipped.shape, strides, pads, dilation, strict=False)
    parts = []
    for phase in itertools.product(*(list(_phases(n, m, w, s, p[0], d)) for n, m, w, s, p, d in dims)):
        taps, widths, steps = zip(*phase, strict=True)
        part = flipped[taps]
        if part.size:
            parts.append(convolve(g, part, (1,) * rank, widths, steps))
        else:
            parts.append(jnp.zeros((shape[0], *counts, shape[-1]), g.dtype))
    for axis, step in reversed(list(enumerate(strides, start=1))):  # interleaves the phases, the last axis first
        wholes = [jnp.stack(parts[i : i + step], axis + 1) for i in range(0, len(parts), step)]
        parts = [w.reshape(*w.shape[:axis], w.shape[axis] * step, *w.shape[axis + 2 :]) for w in wholes]
    return parts[0][(slice(None), *map(slice, sizes))]


def _phases(size, outputs, window, stride, low, dilation):
    """For each phase of one dimension: the taps met (of the flipped kernel), the padding of `g`, the taps' step."""
    step = stride // math.gcd(stride, dilation)
    for phase in range(stride):
        taps = [t for t in range(window) if (phase + low - t * dilation) % stride == 0]
        if not taps:
            yield slice(0, 0), (0, 0), 1
            continue
        first, last = ((phase + low - t * dilation) // stride for t in (taps[-1], taps[0]))
        met = slice(window - 1 - taps[-1], window - taps[0], step)
        yield met, (-first, -(-size // stride) - outputs + last), step * dilation // stride
