"""GaussianNoise, GaussianDropout, AlphaDropout: noise that keeps what the next layer expects."""

from typing import Any, ClassVar

from ... import ops
from ...core.arguments import Declared
from ...core.seeds import SeedGenerator
from ...core.types import ShapeLike
from ...ops import random
from .. import checks
from ..layer import Layer

__all__ = ["AlphaDropout", "GaussianDropout", "GaussianNoise"]


class Noise(Declared, Layer, kw_only=True):
    """Base of layers that change their input at random, in training only.

    Args:
        seed: integer, for the same noise every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.
    """

    seed: int | None = None
    strength: ClassVar[str] = "rate"  # the argument that says how much, from 0 to 1
    at_one: ClassVar[str] = ""  # why it must be below 1, if it must
    supports_masking = True

    def _complete(self) -> None:
        checks.between(self, self.strength, 0, 1)
        amount = getattr(self, self.strength)
        if self.at_one and amount == 1:
            raise ValueError(f"{type(self).__name__} at {self.strength}=1 {self.at_one}. Give a rate below 1.")
        # One that is raised from 0 later draws from the session's seed.
        self.seed_generator = SeedGenerator(self.seed) if amount > 0 else None

    def call(self, inputs: Any, training: bool = False) -> Any:
        """`x` changed at random in training, `x` otherwise."""
        return self.changed(inputs) if training and getattr(self, self.strength) else inputs

    def changed(self, x: Any) -> Any:
        """`x` changed at random."""
        raise NotImplementedError


class GaussianNoise(Noise):
    """Adds noise in training: `y = x + stddev * n`, with `n` normal.

    Args:
        stddev: standard deviation, from 0 to 1.
        seed: integer, for the same noise every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: `stddev` is not from 0 to 1.

    Example:
        >>> import cornu
        >>> cornu.layers.GaussianNoise(0.1)([1.0, 2.0]).tolist()
        [1.0, 2.0]
    """

    stddev: float
    strength = "stddev"

    def changed(self, x: Any) -> Any:
        """`x + stddev * n`."""
        return x + random.normal(x.shape, 0.0, self.stddev, dtype=str(x.dtype), seed=self.seed_generator)


class GaussianDropout(Noise):
    """Multiplies by noise in training: `y = x * (1 + sqrt(rate / (1 - rate)) * n)`, with `n` normal.

    Mean and variance of the output are those of Dropout.

    Args:
        rate: probability of the Dropout that this stands for, from 0 to 1.
        seed: integer, for the same noise every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

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

    rate: float
    at_one = "has infinite variance"

    def changed(self, x: Any) -> Any:
        """`x` times noise."""
        stddev = (self.rate / (1 - self.rate)) ** 0.5
        return x * random.normal(x.shape, 1.0, stddev, dtype=str(x.dtype), seed=self.seed_generator)


class AlphaDropout(Noise):
    """Dropout for networks of SELU: dropped elements take its lowest value, then mean 0 and variance 1 are restored.

    `y = a * where(kept, x, p) + b`, with `p = -1.7581`, `a = ((1 - rate) * (1 + rate * p**2)) ** -0.5` and
    `b = -a * p * rate`.

    Args:
        rate: probability, from 0 to 1.
        noise_shape: shape of the random mask, None for a size of the input.
        seed: integer, for the same masks every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

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

    rate: float
    noise_shape: ShapeLike | None = None
    at_one = "keeps nothing to restore a variance from"

    def changed(self, x: Any) -> Any:
        """`a * where(kept, x, p) + b`."""
        shape = [n or size for n, size in zip(self.noise_shape or [None] * x.ndim, x.shape, strict=True)]
        lowest = -1.6732632423543772 * 1.0507009873554805  # -alpha * scale of SELU
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        kept = random.uniform(shape, seed=self.seed_generator) >= self.rate
        return ops.cast(a * ops.where(kept, x, ops.cast(lowest, x.dtype)) - a * lowest * self.rate, x.dtype)
