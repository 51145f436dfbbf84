"""Randomness: one seed for a run, and seeds that are Variables so that they are saved and replayed."""

import random as _random
import threading
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from . import state
from .config import Configurable
from .parts import Part
from .variable import Variable


class _Host:
    """The run's streams of random numbers on the host: one for shuffling and seeds, one for what has no seed."""

    def __init__(self, seed: int | None = None) -> None:
        first, second = np.random.SeedSequence(seed).spawn(2)
        self.generator = np.random.Generator(np.random.Philox(first if seed is None else seed))
        self.streams = _random.Random(int(second.generate_state(1, "uint64")[0]))


_host = _Host()
_lock = threading.Lock()


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
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"Expected a non-negative integer. Received seed={seed!r}")
    global _host
    _random.seed(int(seed))
    np.random.seed(int(seed) % 2**32)
    _host = _Host(int(seed))


def make_seed() -> int:
    """A fresh seed from the run's stream."""
    with _lock:
        return int(_host.generator.integers(0, 2**31 - 1))


def host_generator() -> np.random.Generator:
    """The run's stream of random numbers on the host: shuffling takes from it."""
    return _host.generator


class SeedGenerator(Configurable, Part):
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
        initial = np.array([begin, 0], "uint32")
        self.state = Variable(initial, dtype="uint32", trainable=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> Any:
        """The next seed, a `(2,)` array of uint32: where the stream began, and the position in it.

        Args:
            ordered: accepted for compatibility; seeds come in order.
        """
        return _next(self.state)


def _next(stream: Variable) -> Any:
    seed = stream.value
    stream.assign(seed + np.array([0, 1], "uint32"))
    return seed


_session = Variable(np.zeros(2, "uint32"), dtype="uint32", trainable=False, name="session_seed")


def session_variable() -> Variable:
    """Stands in every program for the stream of what has no seed; each run of a program begins one of its own."""
    return _session


def new_stream() -> Any:
    """Where a new stream of seeds begins, `(2,)` uint32: the run's next one for random numbers without a seed."""
    with _lock:
        return np.array([_host.streams.getrandbits(32), 0], "uint32")


def draw_seed(seed: Any) -> Any:
    """A `(2,)` uint32 array from an integer, a `SeedGenerator`, or None for a seed that nobody else gets.

    Raises:
        ValueError: there is no seed, inside a function that the user gave to a transform of JAX.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, int | np.integer):
        return np.array([int(seed) & 0xFFFFFFFF, 0], "uint32")
    if seed is not None:
        return seed
    if state.knows(_session):
        return _next(_session)
    if isinstance(jnp.zeros(()), jax.core.Tracer):
        raise ValueError(
            "A random number without a seed was drawn inside jax.jit or another transform of JAX, which would repeat "
            "it. Pass seed=cornu.random.SeedGenerator(1) and hand its state through the function, or an integer."
        )
    return new_stream()
