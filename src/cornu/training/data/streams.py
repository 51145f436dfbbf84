"""Data that arrives batch by batch: generators, sequences, loaders and datasets of other libraries."""

import itertools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from . import arrays


def is_stream(x: Any) -> bool:
    """Whether x gives batches itself rather than being an array or a structure of arrays."""
    if x is None or isinstance(x, dict | list | tuple | np.ndarray | jax.Array) or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__getitem__")


class Stream:
    """Batches `(x, y, sample weights)` from a source.

    Args:
        source: a generator, an object with `__len__` and `__getitem__` (a Sequence of batches), a
            `tf.data.Dataset`, a `torch.utils.data.DataLoader`, or any iterable of batches.
        steps: batches per epoch; by default the source's length, or until it ends.
        with_targets: whether batches hold targets; otherwise they are inputs alone.
        shuffle: whether a Sequence's batches are taken in random order.
        class_weight: class index to weight.
    """

    def __init__(
        self,
        source: Any,
        steps: int | None,
        with_targets: bool = True,
        shuffle: bool = False,
        class_weight: dict[int, float] | None = None,
    ) -> None:
        self.source, self.with_targets, self.shuffle, self.class_weight = source, with_targets, shuffle, class_weight
        self.steps = steps if steps is not None else _length(source)
        self.resumes = hasattr(source, "__next__")  # a generator goes on where it stopped
        self._running: Iterator[Any] | None = None

    def epoch(self, generator: np.random.Generator) -> Iterator[Any]:
        """The batches of one epoch.

        Raises:
            ValueError: the source gave no batch at all, or something that is no batch.
        """
        if self._running is None or not self.resumes:
            self._running = self._iterate(generator)
        count = 0
        for item in itertools.islice(self._running, self.steps):
            count += 1
            yield self.standard(item)
        if count == 0:
            raise ValueError(
                "The data source gave no batches. A generator must go on for steps_per_epoch * epochs batches: write "
                "`while True:` around its loop; a Sequence needs a length of at least 1."
            )
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
        parts = tuple(item) if isinstance(item, tuple | list) and self.with_targets else (item,)
        if not self.with_targets and isinstance(item, tuple):
            parts = item[:1]
        if len(parts) > 3:
            raise ValueError(
                f"A batch is (inputs, targets) or (inputs, targets, sample_weights), but the data source gave "
                f"{len(parts)} parts. Put several inputs into one list: ([a, b], y)."
            )
        names = ("x", "y", "sample_weight")
        x, y, weight = (*(arrays.to_host(p, n) for p, n in zip(parts, names, strict=False)), None, None)[:3]
        arrays.check_lengths(x, y, weight)
        return x, y, arrays.weigh_classes(y, weight, self.class_weight)


def _length(source: Any) -> int | None:
    if hasattr(source, "cardinality"):
        count = int(source.cardinality())
        return count if count >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None
