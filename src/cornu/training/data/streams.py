"""Data that arrives batch by batch: generators, sequences, loaders and datasets of other libraries."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from ...core import seeds, session
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

    finite = True  # no NaN or infinity was found

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
        length = steps if steps is not None else _length(source)
        self.steps = session.at_most(length, session.max_steps_per_epoch())
        # A generator goes on where it stopped, and so does every source that an epoch takes only a part of.
        self.ends = hasattr(source, "__next__")
        self._resumes = self.ends or steps is not None or self.steps != length
        self._running = self._iterate() if self.ends else iter(())
        self._used = False

    def first(self) -> Any:
        """The first batch, which is not lost; None if there is none."""
        item = self._peek()
        return None if item is None else self.standard(item)

    def _peek(self) -> Any:
        """The source's next item, which is not lost, be it of another pass; None if there is none."""
        item = next(self._running, None)
        if item is None and not self.ends:
            self._running = self._iterate()
            item = next(self._running, None)
        if item is not None:
            self._running = itertools.chain([item], self._running)
        return item

    def rewind(self) -> None:
        """Begin at the first batch again, where the source can."""
        if self._used and not self.ends:
            self._running = iter(())

    def epoch(self) -> Iterator[Any]:
        """The batches of one epoch; fewer than asked for if the source ends."""
        self._used = True
        self._peek()
        running, count = self._running, 0
        if not self._resumes:
            self._running = iter(())
        for item in itertools.islice(running, self.steps):
            count += 1
            yield self.standard(item)
        self.steps = self.steps or count or None
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def _iterate(self) -> Iterator[Any]:
        source = self.source
        if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not hasattr(source, "as_numpy_iterator"):
            indices = np.arange(len(source))
            if self.shuffle:
                seeds.host_generator().shuffle(indices)
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
        x, y, weight = (*parts, None, None)[:3]
        data = arrays.checked(self._prepare(x), y, weight, of_source=True)
        return arrays.batch(arrays.weigh_classes(data, self.class_weight))


def _length(source: Any) -> int | None:
    if hasattr(source, "cardinality"):
        count = int(source.cardinality())
        return count if count >= 0 else None
    try:
        return len(source)
    except TypeError:
        return None
