"""Randomness: one seed for a run, and seeds that are Variables so that they are saved and replayed."""

import random as _random
from typing import Any

import numpy as np

from .config import Configurable
from .tracking import Tracked
from .variable import Variable

_host: dict[str, Any] = {"generator": np.random.Generator(np.random.Philox()), "seed": None}


def set_random_seed(seed: int) -> None:
    """Make everything that follows repeat bit for bit: initial weights, shuffling, dropout.

    Also seeds Python's `random` and NumPy's global generator.

    Args:
        seed: non-negative integer.

    Raises:
        ValueError: `seed` is not a non-negative integer.

    Example:
        >>> import cornu
        >>> cornu.utils.set_random_seed(7)
        >>> a = cornu.random.uniform((2,))
        >>> cornu.utils.set_random_seed(7)
        >>> bool((cornu.random.uniform((2,)) == a).all())
        True
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"Expected a non-negative integer. Received seed={seed!r}")
    _random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _host["generator"] = np.random.Generator(np.random.Philox(int(seed)))
    _host["seed"] = int(seed)
    global _default
    _default = None


def make_seed() -> int:
    """A fresh seed from the run's stream."""
    return int(_host["generator"].integers(0, 2**31 - 1))


def host_generator() -> np.random.Generator:
    """The run's stream of random numbers on the host: shuffling takes from it."""
    generator: np.random.Generator = _host["generator"]
    return generator


class SeedGenerator(Configurable, Tracked):
    """A stream of seeds whose position is a Variable.

    Args:
        seed: integer where the stream begins; by default one from the run's stream.
        name: its name.

    Raises:
        ValueError: `seed` is not an integer.

    Example:
        >>> import cornu
        >>> stream = cornu.random.SeedGenerator(1)
        >>> [int(stream.next()[1]) for _ in range(3)]
        [0, 1, 2]
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is not None and not isinstance(seed, int | np.integer):
            raise ValueError(f"The seed of a SeedGenerator is an integer. Received seed={seed!r}")
        self.name = name or "seed_generator"
        begin = make_seed() if seed is None else int(seed) & 0xFFFFFFFF
        self.state = Variable(
            np.array([begin, 0], "uint32"), dtype="uint32", trainable=False, name="seed_generator_state"
        )

    def next(self) -> Any:
        """The next seed, a `(2,)` array of uint32: where the stream began, and the position in it."""
        seed = self.state.value
        self.state.assign(seed + np.array([0, 1], "uint32"))
        return seed


_default: SeedGenerator | None = None


def default_variables() -> list[Variable]:
    """The Variables of the session's stream, which any program may advance."""
    global _default
    if _default is None:
        _default = SeedGenerator()
    return [_default.state]


def draw_seed(seed: Any) -> Any:
    """A `(2,)` uint32 array from an integer, a `SeedGenerator`, or None for the session's stream."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, int | np.integer):
        return np.array([int(seed) & 0xFFFFFFFF, 0], "uint32")
    if seed is not None:
        return seed
    default_variables()
    assert _default is not None
    return _default.next()
