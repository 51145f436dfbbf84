"""Fourier transforms, spectrograms, and complex numbers as pairs of real ones."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..core import dtypes
from .making import ArrayLike, floating, of_one_shape, op, op_of, positive, tensor, widened, windows

__all__ = [
    "extract_sequences", "fft", "fft2", "ifft2", "irfft", "istft", "polar", "rfft", "stft", "view_as_complex",
    "view_as_real",
]  # fmt: skip


@op
def fft(x: Sequence[ArrayLike]) -> Any:
    """Discrete Fourier transform along the last axis.

    Args:
        x: pair of arrays, real and imaginary parts.

    Returns:
        The pair of real and imaginary parts.

    Raises:
        ValueError: `x` is no pair of float arrays of one shape.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.fft(([[1.0, 2.0]], [[0.0, 0.0]]))]
        [[[3.0, -1.0]], [[0.0, 0.0]]]
    """
    return _parts(jnp.fft.fft(_complex(x)))


@op
def fft2(x: Sequence[ArrayLike]) -> Any:
    """Discrete Fourier transform over the last two axes.

    Args:
        x: pair of arrays, real and imaginary parts.

    Returns:
        The pair of real and imaginary parts.

    Raises:
        ValueError: `x` is no pair of float arrays of one shape.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.fft2(([[1.0, 2.0]], [[0.0, 0.0]]))]
        [[[3.0, -1.0]], [[0.0, 0.0]]]
    """
    return _parts(jnp.fft.fft2(_complex(x, rank=2)))


@op
def ifft2(x: Sequence[ArrayLike]) -> Any:
    """Inverse Fourier transform over the last two axes.

    Args:
        x: pair of arrays, real and imaginary parts.

    Returns:
        The pair of real and imaginary parts.

    Raises:
        ValueError: `x` is no pair of float arrays of one shape.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.ifft2(([[1.0, 2.0]], [[0.0, 0.0]]))]
        [[[1.5, -0.5]], [[0.0, 0.0]]]
    """
    return _parts(jnp.fft.ifft2(_complex(x, rank=2)))


@op
def rfft(x: ArrayLike, fft_length: int | None = None) -> Any:
    """Discrete Fourier transform of real numbers, the frequencies from 0 to the highest.

    Args:
        x: array.
        fft_length: samples that count, cut or padded with zeros; None for all.

    Returns:
        The pair of real and imaginary parts.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.rfft([1.0, 2.0])]
        [[3.0, -1.0], [0.0, 0.0]]
    """
    return _parts(jnp.fft.rfft(_axes(tensor(x), 1), fft_length))


@op
def irfft(x: Sequence[ArrayLike], fft_length: int | None = None) -> Any:
    """The real numbers of which `rfft` gives `x`.

    Args:
        x: pair of arrays, real and imaginary parts.
        fft_length: number of samples; None for the even one.

    Raises:
        ValueError: `x` is no pair of float arrays of one shape.

    Example:
        >>> import cornu
        >>> cornu.ops.irfft(([3.0, -1.0], [0.0, 0.0]))
        Array([1., 2.], dtype=float32)
    """
    return jnp.fft.irfft(_complex(x), fft_length)


@op
def extract_sequences(x: ArrayLike, sequence_length: int, sequence_stride: int) -> Any:
    """Overlapping frames of a signal, `(..., frames, sequence_length)`.

    Args:
        x: signal `(..., samples)`.
        sequence_length: samples in each frame.
        sequence_stride: samples from one frame to the next.

    Raises:
        ValueError: a length is no positive integer, or `x` is a single number.

    Example:
        >>> import cornu
        >>> cornu.ops.extract_sequences([1.0, 2.0, 3.0], 2, 1)
        Array([[1., 2.],
               [2., 3.]], dtype=float32)
    """
    x = _axes(tensor(x), 1)
    positive(sequence_length=sequence_length, sequence_stride=sequence_stride)
    return x[..., windows(x.shape[-1], sequence_length, sequence_stride)]


@op
def stft(
    x: ArrayLike,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: str | ArrayLike | None = "hann",
    center: bool = True,
) -> Any:
    """Short-time Fourier transform: the transform of each windowed frame, `(..., frames, fft_length // 2 + 1)`.

    Args:
        x: signal `(..., samples)`.
        sequence_length: samples in each frame.
        sequence_stride: samples from one frame to the next.
        fft_length: length of the transform, at least `sequence_length`.
        window: `"hann"`, `"hamming"`, a vector, or None.
        center: whether the signal was extended at both ends, so that frame `t` is centered at `t *
            sequence_stride`.

    Returns:
        The pair of real and imaginary parts.

    Raises:
        ValueError: a length is no positive integer, `fft_length` is smaller than `sequence_length`, or the window
            has another length than a frame.

    Example:
        >>> import cornu
        >>> cornu.ops.stft(cornu.ops.ones((8,)), 4, 2, 4)[0].shape
        (5, 3)
    """
    x = _axes(floating(x), 1)
    window = _window(window, sequence_length, sequence_stride, fft_length, x.dtype)
    if center:
        x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], "reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    return _parts(jnp.fft.rfft(frames * window))


@op
def istft(
    x: Sequence[ArrayLike],
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: str | ArrayLike | None = "hann",
    center: bool = True,
) -> Any:
    """The signal of which `stft` gives `x`, by overlapping and adding.

    Args:
        x: pair of arrays, real and imaginary parts.
        sequence_length: samples in each frame.
        sequence_stride: samples from one frame to the next.
        fft_length: length of the transform, at least `sequence_length`.
        length: number of samples; None for all.
        window: `"hann"`, `"hamming"`, a vector, or None.
        center: whether the signal was extended at both ends, so that frame `t` is centered at `t *
            sequence_stride`.

    Raises:
        ValueError: as `stft`; or `x` is no pair of spectrograms.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.istft(cornu.ops.stft(cornu.ops.ones((8,)), 4, 2, 4), 4, 2, 4)).round(3)
        array([1., 1., 1., 1., 1., 1., 1., 1.], dtype=float32)
    """
    spectrum = _complex(x, rank=2)
    weight = _window(window, sequence_length, sequence_stride, fft_length, spectrum.real.dtype)
    frames = jnp.fft.irfft(spectrum, fft_length)  # (..., frames, fft_length)
    total = fft_length + sequence_stride * (frames.shape[-2] - 1)
    places = windows(total, fft_length, sequence_stride)

    def overlap(parts: Any) -> Any:
        return jnp.zeros((*parts.shape[:-2], total), parts.dtype).at[..., places].add(parts)

    norm = overlap(jnp.broadcast_to(jnp.square(weight), places.shape))
    signal = overlap(frames * weight) / jnp.where(norm > 1e-10, norm, 1)
    begin = fft_length // 2 if center else 0
    end = begin + length if length is not None else total - begin
    return signal[..., begin:end]


def _complex(x: Any, rank: int = 1) -> jax.Array:
    """Complex numbers, of at least `rank` axes, from the pair of real and imaginary parts."""
    if not isinstance(x, list | tuple) or len(x) != 2:
        raise ValueError(f"Complex numbers are a pair (real parts, imaginary parts) here. Received: {type(x).__name__}")
    real, imaginary = (tensor(part) for part in x)
    of_one_shape(real, imaginary, "Real and imaginary parts have one shape.")
    if not dtypes.is_float(real.dtype) or not dtypes.is_float(imaginary.dtype):
        raise ValueError(f"Real and imaginary parts are floats, here {real.dtype} and {imaginary.dtype}: cast them.")
    return jax.lax.complex(_axes(real, rank), imaginary)


def _axes(x: jax.Array, rank: int) -> jax.Array:
    """`x`, if it has at least `rank` axes."""
    if x.ndim < rank:
        raise ValueError(f"Expected an array of at least {rank} axes. Received shape {x.shape}.")
    return x


def _parts(x: Any) -> tuple[Any, Any]:
    return jnp.real(x), jnp.imag(x)


def _window(window: Any, length: int, stride: int, fft_length: int, dtype: Any) -> jax.Array:
    """The window, in the middle of `fft_length` samples; checks all lengths."""
    positive(sequence_length=length, sequence_stride=stride, fft_length=fft_length)
    if fft_length < length:
        raise ValueError(f"fft_length is at least sequence_length. Received {fft_length} < {length}.")
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        shapes = {"hann": np.hanning, "hamming": np.hamming}
        if window not in shapes:
            raise ValueError(f"window is 'hann', 'hamming', a vector or None. Received: {window!r}")
        window = shapes[window](length + 1)[:-1]  # periodic, not symmetric
    window = jnp.asarray(window, dtype)
    if window.shape != (length,):
        raise ValueError(f"The window has sequence_length={length} values. Received shape {window.shape}.")
    before = (fft_length - length) // 2
    return jnp.pad(window, (before, fft_length - length - before))


@op
def view_as_complex(x: ArrayLike) -> Any:
    """Complex numbers from an array whose last axis holds real and imaginary part.

    Args:
        x: array `(..., 2)`.

    Raises:
        ValueError: the last axis has another size.

    Example:
        >>> import cornu
        >>> cornu.ops.view_as_complex([[1.0, 2.0]])
        Array([1.+2.j], dtype=complex64)
    """
    x = tensor(x)
    if not x.ndim or x.shape[-1] != 2:
        raise ValueError(f"The last axis holds real and imaginary part, so it has size 2. Received shape {x.shape}.")
    x = widened(x)
    return jax.lax.complex(x[..., 0], x[..., 1])


@op_of(lambda x: jnp.stack([jnp.real(x), jnp.imag(x)], axis=-1))
def view_as_real(x: ArrayLike) -> Any:
    """Real and imaginary part of complex numbers, along a new last axis.

    Args:
        x: array.

    Example:
        >>> import cornu
        >>> cornu.ops.view_as_real([1.0 + 2.0j])
        Array([[1., 2.]], dtype=float32)
    """


@op
def polar(abs_: ArrayLike, angle: ArrayLike) -> Any:
    """Complex numbers of a given modulus and angle, `abs_ * exp(i angle)`.

    Args:
        abs_: modulus.
        angle: angle in radians.

    Example:
        >>> import cornu
        >>> cornu.ops.polar([2.0], [0.0])
        Array([2.+0.j], dtype=complex64)
    """
    abs_, angle = tensor(abs_), tensor(angle)
    abs_ = abs_.astype(jnp.promote_types(jnp.result_type(abs_, angle), "float32"))
    return jax.lax.complex(abs_ * jnp.cos(angle), abs_ * jnp.sin(angle))
