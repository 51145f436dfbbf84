"""The loop: batches in chunks, each chunk one dispatch, with progress and callbacks in between."""

import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from .. import engine
from ..core import seeds
from .data import arrays
from .data.blocks import Blocks
from .data.streams import Stream as Batches
from .pace import LIVE_SECONDS, Pace
from .programs import Runnable, Stream, padded_rows, padded_size


class Hooks:
    """What the loop tells: after every dispatch, and around every batch if somebody must act there.

    Args:
        begin: function of the number of a batch, called before it.
        end: function of the number of a batch and what it gave, called after it.
        progress: function of the steps done and what the last one gave.
        each: whether `begin` and `end` must be called between any two batches.
        stopped: function that tells whether to stop at once.
    """

    def __init__(
        self,
        begin: Callable[[int], None] = lambda step: None,
        end: Callable[[int, Any], None] = lambda step, given: None,
        progress: Callable[[int, Any], None] = lambda done, given: None,
        each: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.begin, self.end, self.progress, self.each, self.stopped = begin, end, progress, each, stopped


class Epoch:
    """One pass of a loop over batches: what it needs, and what came of it.

    Args:
        runnable: the step, compiled; or a function that gives it, asked again before each batch.
        stream: where random numbers without a seed come from.
        pace: what is known about the speed of a step.
        hooks: whom to tell.
    """

    def __init__(self, runnable: Callable[[], Runnable], stream: Stream, pace: Pace, hooks: Hooks) -> None:
        self._runnable, self._stream, self._pace, self._hooks = runnable, stream, pace, hooks
        self.done, self.given = 0, None

    def run(self, data: Blocks | Batches, steps: int | None = None) -> Any:
        """Run all batches of one epoch, or `steps` of them.

        Returns:
            What the last step gave, on the host; None if there was no batch.
        """
        if isinstance(data, Batches):
            self._stream_of(data)
            return self.given
        data.begin()
        first = data.position
        last = data.steps if steps is None else min(first + steps, data.steps)
        if self._hooks.each:
            self._one_by_one(data, first, last)
        else:
            self._in_chunks(data, first, min(last, data.full), follows=last > data.full)
            if last > data.full and not self._hooks.stopped():
                self._one_by_one(data, max(first, data.full), last)
        data.position = first + self.done
        return self.given

    def _in_chunks(self, data: Blocks, first: int, last: int, follows: bool) -> None:
        runnable, run, pace = self._runnable(), engine.current(), self._pace
        loop = runnable.loop(data.batch_size)
        for block, order, begin, end in data.blocks(first, last):
            if not loop.compiled:
                runnable.prepare(loop, block, order, np.int32(0), np.int32(1))
                if data.rest:  # compiles while the full batches run
                    program, arguments = self._last(runnable, data.batch(data.full), data.batch_size)
                    runnable.prepare(program, *arguments)
            while begin < end:
                chunk = pace.next(end - begin)
                began = time.perf_counter()
                given = runnable.run(loop, self._stream, block, order, np.int32(begin), np.int32(begin + chunk))
                begin, self.done = begin + chunk, self.done + chunk
                if follows and first + self.done == last and pace.seconds_per_step is not None:
                    return  # nobody waits for it: the smaller batch is made while the device works
                self.given = run.get(given)
                pace.took(chunk, time.perf_counter() - began)
                self._hooks.progress(self.done, self.given)
                if self._hooks.stopped():
                    return

    def _one_by_one(self, data: Blocks, first: int, last: int) -> None:
        for step in range(first, last):
            self._hooks.begin(self.done)
            self._batch(data.batch(step), data.batch_size, step == data.full)
            self.given = engine.current().get(self.given)
            self._told()
            if self._hooks.stopped():
                return

    def _stream_of(self, data: Batches) -> None:
        """Batches as they come; only now and then, or if somebody must act, wait for the device."""
        run, shown, size = engine.current(), 0.0, 0
        for batch in data.epoch(seeds.host_generator()):
            size = size or arrays.length(batch)
            self._hooks.begin(self.done)
            self._batch(batch, size, last=False)
            now = time.perf_counter()
            if self._hooks.each or now - shown > LIVE_SECONDS:
                self.given, shown = run.get(self.given), now
                self._told()
            else:
                self.done += 1
            if self._hooks.stopped():
                break
        self.given = run.get(self.given)
        if self.done:
            self._hooks.progress(self.done, self.given)

    def _told(self) -> None:
        self._hooks.end(self.done, self.given)
        self.done += 1
        self._hooks.progress(self.done, self.given)

    def _batch(self, batch: Any, size: int, last: bool) -> None:
        """One batch on the host; one of fewer rows than others is padded where that changes nothing."""
        runnable = self._runnable()
        program, arguments = runnable.single, (batch,)
        if last or arrays.length(batch) < size:
            program, arguments = self._last(runnable, batch, size)
        self.given = runnable.run(program, self._stream, *engine.current().put(arguments))

    def _last(self, runnable: Runnable, batch: Any, size: int) -> tuple[engine.Program, tuple[Any, ...]]:
        """The program for a batch of fewer rows than others, and what it takes."""
        count = arrays.length(batch)
        if not runnable.pads(batch):
            return runnable.last, (batch,)
        return runnable.padded, (padded_rows(batch, padded_size(count, size)), np.int32(count))


def rows_of(tree: Any, count: int) -> Any:
    """The first rows of every array: what a padded batch gave for the real ones."""
    return jax.tree.map(lambda a: a[:count], tree)
