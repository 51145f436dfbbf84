"""The loop: batches in chunks, each chunk one dispatch, with progress and callbacks in between."""

import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from .. import engine
from ..core import seeds
from ..core.interrupt import Watch
from .data import arrays
from .data.blocks import Blocks
from .data.streams import Stream as Batches
from .pace import LIVE_SECONDS, Pace
from .programs import Runnable, Stream, padded_rows


class Hooks:
    """What the loop tells: after every dispatch, and around every batch if somebody must act there.

    Args:
        begin: function of the number of a batch, called before it.
        end: function of the number of a batch, the programs, and what they gave, called after it.
        progress: function of the steps done, the programs, and what the last step gave.
        each: whether `begin` and `end` must be called between any two batches.
        stopped: function that tells whether to stop at once.
    """

    def __init__(
        self,
        begin: Callable[[int], None] = lambda step: None,
        end: Callable[[int, Runnable, Any], None] = lambda step, runnable, given: None,
        progress: Callable[[int, Runnable, Any], None] = lambda done, runnable, given: None,
        each: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.begin, self.end, self.progress, self.each, self.stopped = begin, end, progress, each, stopped


class Loop:
    """Passes over batches: what they need, and what came of the last one.

    Args:
        find: function that gives the step, compiled; asked again after whoever might have changed the model.
        stream: where random numbers without a seed come from.
        pace: what is known about the speed of a step.
        hooks: whom to tell.
    """

    def __init__(self, find: Callable[[], Runnable], stream: Stream, pace: Pace, hooks: Hooks) -> None:
        self._find, self._stream, self._pace, self._hooks = find, stream, pace, hooks
        self._known: tuple[Any, ...] = (None, None)  # programs, data, and which program the rest of it takes

    def begin(self) -> Runnable:
        """Begin a pass; gives the programs for the model as it is now."""
        self.runnable = self._find()
        self.done, self.given = 0, None
        return self.runnable

    def run(self, data: Blocks | Batches, steps: int | None = None) -> Any:
        """Run all batches of one pass, or `steps` of them.

        Returns:
            What the last step gave, on the host; None if there was no batch.
        """
        with Watch():
            return self._run(data, steps)

    def _run(self, data: Blocks | Batches, steps: int | None) -> Any:
        if isinstance(data, Batches):
            self._stream_of(data)
            return self.given
        data.begin()
        first = data.position
        last = data.steps if steps is None else min(first + steps, data.steps)
        if self.runnable.eager:
            self._one_by_one(data, first, last)
        else:
            self._in_chunks(data, first, min(last, data.full), follows=last > data.full)
            if last > data.full and not self._hooks.stopped():
                self._rest(data)
        data.position = first + self.done
        return self.given

    def _in_chunks(self, data: Blocks, first: int, last: int, follows: bool) -> None:
        run, pace, each, size = engine.current(), self._pace, self._hooks.each, data.batch_size
        loop = self.runnable.loop(size)
        for block, order, begin, end in data.blocks(first, last):
            if not loop.compiled:
                self.runnable.prepare(loop, block, order, np.int32(0), np.int32(1))
                if data.rest:  # compiles while the full batches run
                    self.runnable.prepare(*self._rest_program(data))
            while begin < end:
                chunk = 1 if each else pace.next(end - begin)
                if each:
                    self._begins()
                    loop = self.runnable.loop(size)
                began = time.perf_counter()
                arguments = block, order, np.int32(begin * size), np.int32(chunk)
                given = self.runnable.run(loop, self._stream, *arguments)
                begin, self.done = begin + chunk, self.done + chunk
                if follows and not each and first + self.done == last and pace.seconds_per_step is not None:
                    return  # nobody waits for it: the rest is made while the device works
                self.given = run.get(given)
                pace.took(chunk, time.perf_counter() - began)
                self._told()
                if self._hooks.stopped():
                    return

    def _rest(self, data: Blocks) -> None:
        """The batch at the end of a pass that has fewer rows than the others."""
        if self._hooks.each:
            self._begins()
        program, *arguments = self._rest_program(data)
        self.given = engine.current().get(self.runnable.run(program, self._stream, *arguments))
        self.done += 1
        self._told()

    def _rest_program(self, data: Blocks) -> tuple[Any, ...]:
        """Its program and what that takes."""
        runnable, rest = self.runnable, data.rest
        if self._known[0] is not runnable or self._known[1] is not data:
            batch = jax.tree.map(lambda a: jax.ShapeDtypeStruct((rest, *a.shape[1:]), a.dtype), data.data)
            self._known = runnable, data, *runnable.fewer(batch, data.batch_size)
        program, size, count = self._known[2:]
        block, order, begin = data.rows_at(data.full * data.batch_size, size)
        return program, block, order, np.int32(begin), count

    def _one_by_one(self, data: Blocks, first: int, last: int) -> None:
        for step in range(first, last):
            self._begins()
            batch = engine.current().put((data.batch(step),))
            self.given = engine.current().get(self.runnable.run(self.runnable.single, self._stream, *batch))
            self.done += 1
            self._told()
            if self._hooks.stopped():
                return

    def _begins(self) -> None:
        """Before a batch: somebody may change the model."""
        self._hooks.begin(self.done)
        self.runnable = self._find()

    def _told(self) -> None:
        if self._hooks.each:
            self._hooks.end(self.done - 1, self.runnable, self.given)
        self._hooks.progress(self.done, self.runnable, self.given)

    def _stream_of(self, data: Batches) -> None:
        """Batches as they come; only now and then, or if somebody must act, wait for the device."""
        run, shown, size = engine.current(), 0.0, 0
        for batch in data.epoch(seeds.host_generator()):
            size = size or arrays.length(batch)
            self._begins()
            program, *arguments = self.runnable.single, batch
            if arrays.length(batch) < size and not self.runnable.eager:
                program, rows, count = self.runnable.fewer(batch, size)
                arguments = [padded_rows(batch, rows), None, np.int32(0), count]
            self.given = self.runnable.run(program, self._stream, *run.put(tuple(arguments)))
            self.done += 1
            now = time.perf_counter()
            if self._hooks.each or now - shown > LIVE_SECONDS:
                self.given, shown = run.get(self.given), now
                self._told()
            if self._hooks.stopped():
                break
        self.given = run.get(self.given)
        if self.done:
            self._hooks.progress(self.done, self.runnable, self.given)
