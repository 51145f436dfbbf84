"""Data that arrives batch by batch: generators, sequences, loaders and datasets of other libraries."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from . import arrays


def is_stream(x: Any) -> bool:
    """Whether x gives batches itself rather than being an array or a structure of arrays."""
    if x is None or isinstance(x, dict | list | tuple | np.ndarray | jax.Array):
        return False
    if hasattr(x, "__array__") or hasattr(x, "tocsr"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__getitem__")


class Stream:
    """Batches `(x, y, sample weights)` from a source.

    Args:
        source: a generator, an object with `__len__` and `__getitem__` (a Sequence of batches), a
            `tf.data.Dataset`, a `torch.utils.data.DataLoader`, or any iterable of batches.
        steps: batches per epoch; by default the source's length, or until it ends.
        prepare: function that gives what programs take, of the inputs of a batch.
        inputs: for prediction, how many arrays the model takes: a list of so many is no pair of inputs and targets.
        shuffle: whether a Sequence's batches are taken in random order.
        class_weight: class index to weight.
    """

    def __init__(
        self,
        source: Any,
        steps: int | None,
        prepare: Callable[[Any], Any],
        inputs: int | None = None,
        shuffle: bool = False,
        class_weight: dict[int, float] | None = None,
    ) -> None:
        self.source, self.inputs, self.shuffle, self.class_weight = source, inputs, shuffle, class_weight
        self._prepare = prepare
        self.steps = steps if steps is not None else _length(source)
        # A generator goes on where it stopped, and so does every source that an epoch takes only a part of.
        self.ends = hasattr(source, "__next__")
        self._resumes = self.ends or steps is not None
        self._running: Iterator[Any] | None = None
        self._used = False

    def first(self, generator: np.random.Generator) -> Any:
        """The first batch, which is not lost; None if there is none."""
        self._running = self._iterate(generator)
        item = next(self._running, None)
        if item is None:
            return None
        self._running = itertools.chain([item], self._running)
        return self.standard(item)

    def rewind(self) -> None:
        """Begin at the first batch again, where the source can."""
        if self._used and not self.ends:
            self._running = None

    def epoch(self, generator: np.random.Generator) -> Iterator[Any]:
        """The batches of one epoch; fewer than asked for if the source ends."""
        self._used = True
        running = self._iterate(generator) if self._running is None else self._running
        item = next(running, None)
        if item is None and not self.ends:
            running = self._iterate(generator)
            item = next(running, None)
        running = running if item is None else itertools.chain([item], running)
        self._running = running if self._resumes else None
        count = 0
        for item in itertools.islice(running, self.steps):
            count += 1
            yield self.standard(item)
        self.steps = self.steps or count or None
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def _iterate(self, generator: np.random.Generator) -> Iterator[Any]:
        source = self.source
        if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not hasattr(source, "as_numpy_iterator"):
            indices = np.arange(len(source))
            if self.shuffle:
                generator.shuffle(indices)
            return (source[int(i)] for i in indices)
        return iter(source.as_numpy_iterator() if hasattr(source, "as_numpy_iterator") else source)

    def standard(self, item: Any) -> Any:
        """A batch as `(x, y, weight)` of arrays."""
        parts = tuple(item) if isinstance(item, tuple | list) else (item,)
        if self.inputs is not None:
            several = isinstance(item, list) and self.inputs == len(item) > 1
            parts = (item,) if several else parts[:1]
        if len(parts) > 3:
            raise ValueError(
                f"A batch is (inputs, targets) or (inputs, targets, sample_weights), but the data source gave "
                f"{len(parts)} parts. Put several inputs into one list: ([a, b], y)."
            )
        names = ("x", "y", "sample_weight")
        parts = (self._prepare(parts[0]), *parts[1:])
        x, y, weight = (*(arrays.to_host(p, n) for p, n in zip(parts, names, strict=False)), None, None)[:3]
        arrays.check_lengths(x, y, weight)
        return arrays.batch((x, y, arrays.weigh_classes(y, weight, self.class_weight)))


def _length(source: Any) -> int | None:
    if hasattr(source, "cardinality"):
        count = int(source.cardinality())
        return count if count >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None
