"""Initializers: how a weight begins. Values are drawn on the host, so that building a model compiles nothing."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast

import jax
import numpy as np

from .core import codec, dtypes, seeds
from .core.arguments import Declared, default
from .core.config import Configurable
from .core.lookup import Table
from .core.types import ArrayLike, DTypeLike, Given
from .ops.making import one_of

__all__ = [
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Initializer", "LecunNormal",
    "LecunUniform", "Ones", "Orthogonal", "RandomInitializer", "RandomNormal", "RandomUniform", "STFT",
    "TruncatedNormal", "VarianceScaling", "Zeros", "compute_fans", "deserialize", "get", "serialize",
]  # fmt: skip

# Standard deviation of a standard normal that is cut off at 2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)).
_TRUNCATED_STDDEV = 0.87962566103423978

Axes = Sequence[int] | None
SeedLike = int | np.integer | seeds.SeedGenerator | None


class Initializer(Declared, Configurable):
    """Base of all initializers: called with a shape and a dtype, it gives the values.

    Example:
        >>> import cornu
        >>> class Fives(cornu.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return cornu.ops.full(shape, 5.0, dtype)
        >>> Fives()((2,))
        Array([5., 5.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values.

        Args:
            shape: tuple of integers.
            dtype: dtype of the result; None for `floatx`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, shape, dtype=None).")

    def clone(self) -> "Initializer":
        """An equal initializer."""
        return self.from_config(self.get_config())


def _dtype(dtype: Any) -> np.dtype[Any]:
    return jax.numpy.dtype(dtypes.standardize(dtype))


class Zeros(Initializer):
    """All zeros.

    Example:
        >>> import cornu
        >>> cornu.initializers.Zeros()((2,))
        array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        return np.zeros(shape, _dtype(dtype))


class Ones(Initializer):
    """All ones.

    Example:
        >>> import cornu
        >>> cornu.initializers.Ones()((2,))
        array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        return np.ones(shape, _dtype(dtype))


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: a number, or an array that broadcasts to the shape.

    Example:
        >>> import cornu
        >>> cornu.initializers.Constant(3.0)((2,))
        array([3., 3.], dtype=float32)
    """

    value: ArrayLike = 0.0

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        return np.full(shape, np.asarray(self.value), _dtype(dtype))


class Identity(Initializer):
    """A multiple of the identity matrix.

    Args:
        gain: the multiple.

    Raises:
        ValueError: when called for a shape that is no matrix's.

    Example:
        >>> import cornu
        >>> cornu.initializers.Identity()((2, 2))
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """

    gain: float = 1.0

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        if len(shape) != 2:
            raise ValueError(f"Identity makes matrices: the shape has two sizes. Received shape={shape}.")
        return (self.gain * np.eye(shape[0], shape[1])).astype(_dtype(dtype))


class RandomInitializer(Initializer, kw_only=True):
    """Base of the random initializers: holds the seed.

    Args:
        seed: integer, for the same values in every call; a `SeedGenerator`, for others in every call; None for
            an integer from the run's stream.

    Raises:
        ValueError: `seed` is none of these.
    """

    seed: Given[SeedLike, Any] = default(None)
    draws_anew = True  # nobody else holds the array that a call gives: a Variable may keep it

    def _complete(self) -> None:
        self._given = seed = codec.decode_value(self.seed)
        if seed is not None and not isinstance(seed, int | np.integer | seeds.SeedGenerator):
            raise ValueError(f"seed is an integer, a SeedGenerator or None. Received: seed={seed!r}")
        self.seed = seeds.make_seed() if seed is None else seed

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; without a seed the config has none."""
        named = super().captured(cls)
        return {**named, "seed": self._given} if "seed" in named else named

    def generator(self) -> np.random.Generator:
        """The host's stream of random numbers for one call."""
        key = np.asarray(seeds.draw_seed(self.seed)).astype("uint64")
        return np.random.Generator(np.random.Philox(key=key))

    def uniform(self, shape: Sequence[int], low: float, high: float, dtype: DTypeLike) -> Any:
        """Values drawn from `[low, high)`."""
        values = np.asarray(self.generator().random(shape, _drawn_in(dtype)))
        values *= high - low
        values += low
        return values.astype(_dtype(dtype), copy=False)

    def normal(self, shape: Sequence[int], mean: float, stddev: float, dtype: DTypeLike, limit: float) -> Any:
        """Normal values; those further than `limit` standard deviations from the mean are drawn again."""
        rng, drawn_in = self.generator(), _drawn_in(dtype)
        values = rng.standard_normal(math.prod(shape), drawn_in)
        outside = np.flatnonzero(np.abs(values) > limit)
        while outside.size:
            values[outside] = rng.standard_normal(outside.size, drawn_in)
            outside = outside[np.abs(values[outside]) > limit]
        values *= stddev
        values += mean
        return values.reshape(shape).astype(_dtype(dtype), copy=False)


def _drawn_in(dtype: DTypeLike) -> Any:
    """The dtype to draw in: double precision only if it is asked for."""
    return np.float64 if _dtype(dtype) == np.float64 else np.float32


class _Normal(RandomInitializer):
    """Base of the normal distributions."""

    mean: float = 0.0
    stddev: float = 0.05
    limit: ClassVar[float] = math.inf

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        return self.normal(shape, self.mean, self.stddev, dtype, self.limit)


class RandomNormal(_Normal):
    """Normal distribution.

    Args:
        mean: its mean.
        stddev: its standard deviation.
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.

    Example:
        >>> import cornu
        >>> cornu.initializers.RandomNormal(seed=1)((2, 3)).shape
        (2, 3)
    """


class TruncatedNormal(_Normal):
    """Normal distribution without the values further than two standard deviations from the mean.

    Args:
        mean: mean of the normal distribution.
        stddev: standard deviation before values are left out.
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.

    Example:
        >>> import cornu
        >>> float(abs(cornu.initializers.TruncatedNormal(stddev=1.0, seed=1)((1000,))).max()) <= 2.0
        True
    """

    limit = 2.0


class RandomUniform(RandomInitializer):
    """Uniform distribution over `[minval, maxval)`.

    Args:
        minval: lower end.
        maxval: upper end.
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.

    Example:
        >>> import cornu
        >>> float(abs(cornu.initializers.RandomUniform(seed=1)((1000,))).max()) <= 0.05
        True
    """

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        return self.uniform(shape, self.minval, self.maxval, dtype)


def compute_fans(shape: Sequence[int], input_axes: Axes = None, output_axes: Axes = None) -> tuple[int, int]:
    """How many inputs each output has, and the reverse.

    A kernel `(*taps, inputs, outputs)` has `taps * inputs` and `taps * outputs`.

    Args:
        shape: shape of the weight.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> from cornu.initializers import compute_fans
        >>> compute_fans((3, 3, 16, 32))
        (144, 288)
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    taps = math.prod(shape[:-2])
    return taps * shape[-2], taps * shape[-1]


class VarianceScaling(RandomInitializer):
    """Zero mean and variance `scale / n`, so that activations or gradients keep their size.

    Args:
        scale: positive factor of the variance.
        mode: what `n` is: `"fan_in"` (inputs), `"fan_out"` (outputs) or `"fan_avg"` (their mean).
        distribution: `"truncated_normal"`, `"untruncated_normal"` or `"uniform"`.
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> import cornu
        >>> values = cornu.initializers.VarianceScaling(2.0, seed=1)((500, 100))
        >>> round(float(values.var() * 500), 1)
        2.0
    """

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform", "normal"] = "truncated_normal"
    seed = default(None, here=True)
    input_axes: Axes = None
    output_axes: Axes = None

    def _complete(self) -> None:
        super()._complete()
        self.mode, distribution = cast(Any, self.mode.lower()), self.distribution.lower()
        self.distribution = "truncated_normal" if distribution == "normal" else cast(Any, distribution)
        if self.scale <= 0:
            raise ValueError(f"scale is positive. Received: scale={self.scale!r}")
        one_of("fan_in", "fan_out", "fan_avg", mode=self.mode)
        one_of("truncated_normal", "untruncated_normal", "uniform", distribution=self.distribution)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self.uniform(shape, -limit, limit, dtype)
        truncated = self.distribution == "truncated_normal"
        stddev = math.sqrt(variance) / (_TRUNCATED_STDDEV if truncated else 1)
        return self.normal(shape, 0.0, stddev, dtype, 2.0 if truncated else math.inf)


class _Scaling(VarianceScaling):
    """Base of those whose scale, mode and distribution are fixed."""

    fixed: ClassVar[tuple[float, Any, Any]]

    def __init__(self, seed: SeedLike = None, input_axes: Axes = None, output_axes: Axes = None) -> None:
        super().__init__(*self.fixed, seed=seed, input_axes=input_axes, output_axes=output_axes)


class GlorotUniform(_Scaling):
    """Uniform within `sqrt(6 / (fan_in + fan_out))`: the default of most layers.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> float(abs(cornu.initializers.GlorotUniform(seed=1)((3, 3))).max()) <= 1.0
        True

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaling):
    """Truncated normal with variance `2 / (fan_in + fan_out)`.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> cornu.initializers.GlorotNormal(seed=1)((3, 2)).shape
        (3, 2)

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
    """

    fixed = (1.0, "fan_avg", "truncated_normal")


class LecunUniform(_Scaling):
    """Uniform within `sqrt(3 / fan_in)`.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> float(abs(cornu.initializers.LecunUniform(seed=1)((3, 2))).max()) <= 1.0
        True

    Source:
        LeCun et al., Efficient backprop, 1998.
    """

    fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaling):
    """Truncated normal with variance `1 / fan_in`; goes with `selu`.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> cornu.initializers.LecunNormal(seed=1)((3, 2)).shape
        (3, 2)

    Source:
        Klambauer et al., Self-normalizing neural networks, 2017.
    """

    fixed = (1.0, "fan_in", "truncated_normal")


class HeUniform(_Scaling):
    """Uniform within `sqrt(6 / fan_in)`.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> float(abs(cornu.initializers.HeUniform(seed=1)((6, 2))).max()) <= 1.0
        True

    Source:
        He et al., Delving deep into rectifiers, 2015.
    """

    fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Scaling):
    """Truncated normal with variance `2 / fan_in`; goes with `relu`.

    Args:
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.
        input_axes: axes of the inputs; None for the last but one.
        output_axes: axes of the outputs; None for the last.

    Example:
        >>> import cornu
        >>> cornu.initializers.HeNormal(seed=1)((3, 2)).shape
        (3, 2)

    Source:
        He et al., Delving deep into rectifiers, 2015.
    """

    fixed = (2.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns, or rows if there are fewer of them.

    A kernel of more than two axes is one over the matrix of its last axis and all others.

    Args:
        gain: factor of the matrix.
        seed: integer, `SeedGenerator` or None; see `RandomInitializer`.

    Raises:
        ValueError: when called for a shape of fewer than two sizes.

    Example:
        >>> import cornu
        >>> q = cornu.initializers.Orthogonal(seed=1)((4, 2))
        >>> abs(q.T @ q).round(3)
        array([[1., 0.],
               [0., 1.]], dtype=float32)

    Source:
        Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear networks, 2014.
    """

    gain: float = 1.0

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of two sizes or more. Received shape={shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        matrix = self.generator().standard_normal((max(rows, columns), min(rows, columns)), _drawn_in(dtype))
        q, r = np.linalg.qr(matrix)
        q *= np.where(np.diag(r) < 0, -1, 1)  # makes the distribution uniform over orthogonal matrices
        return (self.gain * (q.T if rows < columns else q)).reshape(shape).astype(_dtype(dtype))


class STFT(Initializer):
    r"""The kernel of a short-time Fourier transform, for a convolution over time.

    With `N` samples in a frame, `w` the window and frequency `k`, the kernel is `w[n] cos(2 pi k n / F)` for the
    real part and `w[n] sin(2 pi k n / F)`, negated, for the imaginary one, with `F = 2 (frequencies - 1)`.

    Args:
        side: `"real"` or `"imag"`.
        window: name of a window of `scipy.signal`, an array, or None.
        scaling: `"density"` divides a window by `sqrt(sum(w**2))`, `"spectrum"` by `sum(abs(w))`; None by nothing.
        periodic: whether the window is made for spectral analysis rather than filter design.

    Raises:
        ValueError: an argument is none of these.

    Example:
        >>> import cornu
        >>> cornu.initializers.STFT("real")((16, 1, 9)).shape
        (16, 1, 9)
    """

    side: Literal["real", "imag"] = "real"
    window: ArrayLike | str | None = "hann"
    scaling: Literal["density", "spectrum"] | None = "density"
    periodic: bool = False

    def _complete(self) -> None:
        one_of("real", "imag", side=self.side)
        one_of("density", "spectrum", None, scaling=self.scaling)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike = None) -> Any:
        """The values."""
        length, _, frequencies = shape
        angles = 2 * np.pi * np.outer(np.arange(length), np.arange(frequencies)) / ((frequencies - 1) * 2)
        kernel = np.cos(angles) if self.side == "real" else -np.sin(angles)
        if self.window is not None:
            kernel = kernel * self._scaled_window(length)[:, None]
        return kernel[:, None].astype(_dtype(dtype))

    def _scaled_window(self, length: int) -> Any:
        import scipy.signal

        named = isinstance(self.window, str)
        window = scipy.signal.get_window(self.window, length, self.periodic) if named else np.asarray(self.window)
        if window.shape != (length,):
            raise ValueError(f"The window has shape {window.shape}; the kernel has {length} samples.")
        size = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window)), None: 1.0}[self.scaling]
        return window / size


def _of_array(identifier: Any) -> Any:
    """An array as the function that initializes with it; all else as it is."""
    if not isinstance(identifier, np.ndarray | np.generic | jax.Array):
        return identifier

    def values(shape: Any, dtype: Any = None) -> Any:
        own, wanted = identifier.shape, tuple(shape)
        if wanted != own:
            raise ValueError(f"The initial value has shape {own}; the weight has shape {wanted}.")
        return np.asarray(identifier).astype(_dtype(dtype))

    return values


table = Table("initializer", "keras.initializers", Initializer, _of_array)
table.add(
    Initializer, Constant, Identity, Ones, STFT, Zeros, GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal,
    LecunUniform, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling,
    IdentityInitializer=Identity, OrthogonalInitializer=Orthogonal, STFTInitializer=STFT,
    normal=RandomNormal, uniform=RandomUniform, one=Ones, zero=Zeros,
)  # fmt: skip

IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
constant, identity, ones, orthogonal, stft, zeros = Constant, Identity, Ones, Orthogonal, STFT, Zeros
glorot_normal, glorot_uniform, he_normal, he_uniform = GlorotNormal, GlorotUniform, HeNormal, HeUniform
lecun_normal, lecun_uniform, variance_scaling = LecunNormal, LecunUniform, VarianceScaling
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal

get, serialize, deserialize = table.get, table.serialize, table.deserialize
