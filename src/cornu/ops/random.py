"""Random numbers: from an integer, from a `SeedGenerator`, or from the session's stream."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..core import dtypes
from ..core.lookup import Table
from ..core.seeds import SeedGenerator, draw_seed
from ..core.types import ShapeLike
from ..kernels import dropout as kernels
from .making import ArrayLike, DTypeLike, op, tensor

SeedLike = int | SeedGenerator | None

Table("seed generator", "keras.random", SeedGenerator).add(SeedGenerator)


def _key(seed: SeedLike) -> jax.Array:
    return jax.random.wrap_key_data(_words(seed), impl="threefry2x32")


def _words(seed: SeedLike) -> jax.Array:
    if isinstance(seed, str | float):
        raise ValueError(f"A seed is an integer, a SeedGenerator or None. Received: seed={seed!r}")
    return jnp.asarray(draw_seed(seed), "uint32")


def _float(dtype: Any) -> str:
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_float(dtype):
        raise ValueError(f"This distribution has floats; for integers use randint. Received: dtype={dtype!r}")
    return dtype


@op
def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: DTypeLike = None, seed: SeedLike = None
) -> Any:
    """Normal distribution.

    Args:
        shape: tuple of sizes.
        mean: its mean.
        stddev: its standard deviation.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> cornu.random.normal((2, 3), seed=1).shape
        (2, 3)
    """
    return jax.random.normal(_key(seed), shape, _float(dtype)) * stddev + mean


@op
def truncated_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: DTypeLike = None, seed: SeedLike = None
) -> Any:
    """Normal distribution without the values further than two standard deviations from the mean.

    Args:
        shape: tuple of sizes.
        mean: mean of the normal distribution.
        stddev: standard deviation before values are left out.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> float(abs(cornu.random.truncated_normal((1000,), seed=1)).max()) <= 2.0
        True
    """
    return jax.random.truncated_normal(_key(seed), -2.0, 2.0, shape, _float(dtype)) * stddev + mean


@op
def uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, dtype: DTypeLike = None, seed: SeedLike = None
) -> Any:
    """Uniform distribution over `[minval, maxval)`.

    Args:
        shape: tuple of sizes.
        minval: lower end.
        maxval: upper end.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> bool((cornu.random.uniform((1000,), seed=1) < 1).all())
        True
    """
    return jax.random.uniform(_key(seed), shape, _float(dtype), minval, maxval)


@op
def randint(shape: Sequence[int], minval: int, maxval: int, dtype: DTypeLike = "int32", seed: SeedLike = None) -> Any:
    """Integers from `minval` up to, but without, `maxval`, all equally probable.

    Args:
        shape: tuple of sizes.
        minval: smallest one.
        maxval: end, itself not included.
        dtype: integer dtype of the result.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> int(cornu.random.randint((1000,), 0, 6, seed=1).max())
        5
    """
    dtype = dtypes.standardize(dtype)
    if not jnp.issubdtype(dtype, jnp.integer):
        raise ValueError(f"randint draws integers; for floats use uniform. Received: dtype={dtype!r}")
    return jax.random.randint(_key(seed), shape, minval, maxval, dtype)


@op
def categorical(logits: ArrayLike, num_samples: int, dtype: DTypeLike = "int32", seed: SeedLike = None) -> Any:
    """Class indices, each drawn with probability `softmax(logits)`.

    Args:
        logits: array `(batch, classes)` of unnormalized log-probabilities.
        num_samples: how many to draw for each row.
        dtype: integer dtype of the result.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Returns:
        Array `(batch, num_samples)`.

    Example:
        >>> import cornu
        >>> cornu.random.categorical([[0.0, 100.0]], 3, seed=1)
        Array([[1, 1, 1]], dtype=int32)
    """
    logits = tensor(logits)
    if logits.ndim != 2:
        raise ValueError(f"logits have shape (batch, classes). Received shape {logits.shape}.")
    drawn = jax.random.categorical(_key(seed), logits[..., None], axis=1, shape=(logits.shape[0], num_samples))
    return drawn.astype(dtypes.standardize(dtype))


@op
def dropout(inputs: ArrayLike, rate: float, noise_shape: ShapeLike | None = None, seed: SeedLike = None) -> Any:
    """Each element is 0 with probability `rate`, and multiplied by `1 / (1 - rate)` otherwise.

    Args:
        inputs: array.
        rate: probability of 0, in [0, 1].
        noise_shape: shape in which to draw, broadcast to that of `inputs`; None entries mean the input's size.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> sorted(set(cornu.random.dropout([1.0] * 50, 0.5, seed=1).tolist()))
        [0.0, 2.0]

    Source:
        Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014.
    """
    x = tensor(inputs)
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is a probability, from 0 to 1. Received: rate={rate!r}")
    if rate == 0:
        return x
    return kernels.dropout(x, _words(seed), rate, None if noise_shape is None else tuple(noise_shape))


@op
def shuffle(x: ArrayLike, axis: int = 0, seed: SeedLike = None) -> Any:
    """Elements in random order along an axis.

    Args:
        x: array.
        axis: the axis.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> sorted(cornu.random.shuffle([1, 2, 3], seed=1).tolist())
        [1, 2, 3]
    """
    return jax.random.permutation(_key(seed), tensor(x), axis, independent=True)


@op
def gamma(shape: Sequence[int], alpha: ArrayLike, dtype: DTypeLike = None, seed: SeedLike = None) -> Any:
    """Gamma distribution, density `x**(alpha - 1) exp(-x) / Gamma(alpha)`.

    Args:
        shape: tuple of sizes.
        alpha: shape parameter, broadcast to `shape`.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> bool((cornu.random.gamma((100,), 2.0, seed=1) > 0).all())
        True
    """
    return jax.random.gamma(_key(seed), tensor(alpha), shape, _float(dtype))


@op
def beta(
    shape: Sequence[int], alpha: ArrayLike, beta: ArrayLike, dtype: DTypeLike = None, seed: SeedLike = None
) -> Any:
    """Beta distribution, density proportional to `x**(alpha - 1) (1 - x)**(beta - 1)`.

    Args:
        shape: tuple of sizes.
        alpha: first parameter, broadcast to `shape`.
        beta: second parameter, broadcast to `shape`.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> bool((cornu.random.beta((100,), 2.0, 3.0, seed=1) < 1).all())
        True
    """
    return jax.random.beta(_key(seed), tensor(alpha), tensor(beta), shape, _float(dtype))


@op
def binomial(
    shape: Sequence[int], counts: ArrayLike, probabilities: ArrayLike, dtype: DTypeLike = None, seed: SeedLike = None
) -> Any:
    """How many of `counts` trials succeed.

    Args:
        shape: tuple of sizes.
        counts: number of trials, broadcast to `shape`.
        probabilities: probability of success, broadcast to `shape`.
        dtype: dtype of the result; None for `floatx`.
        seed: integer, for the same values in every call; a `SeedGenerator`; or None for the session's stream.

    Example:
        >>> import cornu
        >>> bool((cornu.random.binomial((100,), 10, 0.5, seed=1) <= 10).all())
        True
    """
    return jax.random.binomial(_key(seed), tensor(counts), tensor(probabilities), shape, _float(dtype))


__all__ = [
    "SeedGenerator", "beta", "binomial", "categorical", "dropout", "gamma", "normal", "randint", "shuffle",
    "truncated_normal", "uniform",
]  # fmt: skip
