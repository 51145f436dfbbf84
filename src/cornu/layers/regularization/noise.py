"""GaussianNoise, GaussianDropout, AlphaDropout: noise that keeps what the next layer expects."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.seeds import SeedGenerator
from ...ops import random
from .. import checks
from ..layer import Layer

__all__ = ["AlphaDropout", "GaussianDropout", "GaussianNoise"]


class GaussianNoise(Layer):
    """Adds noise in training: `y = x + stddev * n`, with `n` normal.

    Args:
        stddev: standard deviation, from 0 to 1.
        seed: integer, for the same noise every time; None for a fresh one.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: `stddev` is not from 0 to 1.

    Example:
        >>> import cornu
        >>> cornu.layers.GaussianNoise(0.1)([1.0, 2.0]).tolist()
        [1.0, 2.0]
    """

    supports_masking = True

    @arguments
    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.between(self, "stddev", 0, 1)
        if stddev > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, x: Any, training: bool = False) -> Any:
        """`x + stddev * n` in training, `x` otherwise."""
        if not training or self.stddev == 0:
            return x
        return x + random.normal(x.shape, 0.0, self.stddev, dtype=str(x.dtype), seed=self.seed_generator)


class GaussianDropout(Layer):
    """Multiplies by noise in training: `y = x * (1 + sqrt(rate / (1 - rate)) * n)`, with `n` normal.

    Mean and variance of the output are those of Dropout.

    Args:
        rate: probability of the Dropout that this stands for, from 0 to 1.
        seed: integer, for the same noise every time; None for a fresh one.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to below 1.

    Example:
        >>> import cornu
        >>> cornu.layers.GaussianDropout(0.1)([1.0, 2.0]).tolist()
        [1.0, 2.0]

    Source: Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html, section 10
    """

    supports_masking = True

    @arguments
    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.between(self, "rate", 0, 1)
        if rate == 1:
            raise ValueError("GaussianDropout at rate=1 has infinite variance. Give a rate below 1.")
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, x: Any, training: bool = False) -> Any:
        """`x` times noise in training, `x` otherwise."""
        if not training or self.rate == 0:
            return x
        stddev = (self.rate / (1 - self.rate)) ** 0.5
        return x * random.normal(x.shape, 1.0, stddev, dtype=str(x.dtype), seed=self.seed_generator)


class AlphaDropout(Layer):
    """Dropout for networks of SELU: dropped elements take its lowest value, then mean 0 and variance 1 are restored.

    `y = a * where(kept, x, p) + b`, with `p = -1.7581`, `a = ((1 - rate) * (1 + rate * p**2)) ** -0.5` and
    `b = -a * p * rate`.

    Args:
        rate: probability, from 0 to 1.
        noise_shape: shape of the random mask, None for a size of the input.
        seed: integer, for the same masks every time; None for a fresh one.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to below 1.

    Example:
        >>> import cornu
        >>> cornu.layers.AlphaDropout(0.1)([1.0, 2.0]).tolist()
        [1.0, 2.0]

    Source: Klambauer et al. (2017), https://arxiv.org/abs/1706.02515
    """

    supports_masking = True

    @arguments
    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.between(self, "rate", 0, 1)
        if rate == 1:
            raise ValueError("AlphaDropout at rate=1 keeps nothing to restore a variance from. Give a rate below 1.")
        if rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, x: Any, training: bool = False) -> Any:
        """`a * where(kept, x, p) + b` in training, `x` otherwise."""
        if not training or self.rate == 0:
            return x
        shape = [n or size for n, size in zip(self.noise_shape or [None] * x.ndim, x.shape, strict=True)]
        lowest = -1.6732632423543772 * 1.0507009873554805  # -alpha * scale of SELU
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        kept = random.uniform(shape, seed=self.seed_generator) >= self.rate
        return ops.cast(a * ops.where(kept, x, ops.cast(lowest, x.dtype)) - a * lowest * self.rate, x.dtype)
