"""The loop: batches in chunks, each chunk one dispatch, with progress and callbacks in between."""

import time
from collections.abc import Iterable
from typing import Any

import jax
import numpy as np

from .. import engine
from ..core.interrupt import Watch
from .callbacks import CallbackList
from .compiled import Compiled
from .data import arrays
from .data.blocks import Blocks
from .data.streams import Stream as Batches
from .pace import LIVE_SECONDS, SILENT_SECONDS
from .programs import Runnable, Stream, padded_rows
from .progress import Progress


class Loop:
    """Passes over batches, and what came of the last one.

    Args:
        compiled: what is to be trained or evaluated.
        kind: `"train"` or `"test"`.
        called: callbacks.
        progress: where somebody may watch.
        shows: whether the progress of this loop is shown there.
    """

    def __init__(
        self, compiled: Compiled, kind: str, called: CallbackList, progress: Progress, shows: bool = True
    ) -> None:
        self._compiled, self._kind, self._called, self._progress = compiled, kind, called, progress
        self._acts = called.acts_on(kind)  # somebody must act between any two batches
        self._each = self._acts or compiled.settings["run_eagerly"]
        self._shows = shows
        self._seconds = LIVE_SECONDS if progress.live else SILENT_SECONDS
        self._stream = Stream()
        self._known: tuple[Any, ...] = (None, None)  # programs, data, and which program the rest of it takes

    def run(self, data: Blocks | Batches, steps: int | None = None) -> dict[str, Any] | None:
        """Run all batches of one pass, or `steps` of them.

        Returns:
            The logs after the last step; None if there was no batch.
        """
        self.runnable, self.done, self.given = self._programs(), 0, None
        with self._compiled.counting, Watch() as watch, watch:
            self._compiled.reset(self.runnable)
            if isinstance(data, Batches):
                self._one_by_one(data.epoch())
            else:
                self._pass(data, steps)
            return None if self.given is None else self._logs()

    def evaluate(self, data: Blocks | Batches, steps: int | None = None) -> dict[str, Any]:
        """`run` from the first batch on, of which callbacks are told."""
        self._called.call("on_test_begin", {})
        data.rewind()
        logs = self.run(data, steps)
        if logs is None:
            raise ValueError("The data source gave no batches to evaluate on.")
        if self._shows:
            self._progress.end(self.done, logs)
        self._called.call("on_test_end", logs)
        return logs

    def _pass(self, data: Blocks, steps: int | None) -> None:
        data.begin()
        first = data.position
        last = data.steps if steps is None else min(first + steps, data.steps)
        if self.runnable.eager:
            self._one_by_one(data.batch(step) for step in range(first, last))
        else:
            self._in_chunks(data, first, min(last, data.full), follows=last > data.full)
            if last > data.full and not self._stopped():
                self._rest(data)
        data.position = first + self.done

    def _in_chunks(self, data: Blocks, first: int, last: int, follows: bool) -> None:
        run, pace, size = engine.current(), self.runnable.pace, data.batch_size
        loop = self.runnable.program(kind := "one" if self._each else "loop", size)
        for block, order, begin, end in data.blocks(first, last):
            if not loop.compiled:
                self.runnable.prepare(loop, block, order, np.int32(0), np.int32(1))
                if data.rest:  # compiles while the full batches run
                    self.runnable.prepare(*self._rest_program(data))
            while begin < end:
                chunk = 1 if self._each else pace.next(end - begin, self._seconds)
                if self._each:
                    self._begins()
                    loop = self.runnable.program(kind, size)
                began = time.perf_counter()
                arguments = block, order, np.int32(begin * size), np.int32(chunk)
                given = self.runnable.run(loop, self._stream, *arguments)
                begin, self.done = begin + chunk, self.done + chunk
                if follows and not self._each and first + self.done == last and pace.seconds_per_step is not None:
                    return  # nobody waits for it: the rest is made while the device works
                self.given = run.get(given)
                pace.took(chunk, time.perf_counter() - began)
                self._told()
                if self._stopped():
                    return

    def _rest(self, data: Blocks) -> None:
        """The batch at the end of a pass that has fewer rows than the others."""
        if self._each:
            self._begins()
        program, *arguments = self._rest_program(data)
        self.given = engine.current().get(self.runnable.run(program, self._stream, *arguments))
        self.done += 1
        self._told()

    def _rest_program(self, data: Blocks) -> tuple[Any, ...]:
        """Its program, one for all sizes of the buffer that the other rows lie in, and what that takes."""
        runnable, rest = self.runnable, data.rest
        if self._known[0] is not runnable or self._known[1] is not data:
            batch = jax.tree.map(lambda a: jax.ShapeDtypeStruct((rest, *a.shape[1:]), a.dtype), data.data)
            self._known = runnable, data, *runnable.fewer(batch, data.batch_size, data.full > 0)
        program, size, extra = self._known[2:]
        return program, engine.current().put(padded_rows(data.batch(data.full), size)), *extra

    def _one_by_one(self, batches: Iterable[Any]) -> None:
        """Batches as they come; only now and then, or if somebody must act, wait for the device."""
        run, shown, size = engine.current(), 0.0, 0
        for batch in batches:
            size = size or arrays.length(batch)
            self._begins()
            program, *arguments = self.runnable.program("single"), batch
            if arrays.length(batch) < size and not self.runnable.eager:
                program, rows, extra = self.runnable.fewer(batch, size)
                arguments = [padded_rows(batch, rows), *extra]
            self.given = self.runnable.run(program, self._stream, *run.put(tuple(arguments)))
            self.done += 1
            now = time.perf_counter()
            if self._each or now - shown > LIVE_SECONDS:
                self.given, shown = run.get(self.given), now
                self._told()
            if self._stopped():
                break
        if self.done:
            self.given = run.get(self.given)
            self._show()

    def _begins(self) -> None:
        """Before a batch: somebody may change the model."""
        if self._acts:
            self._called.call(f"on_{self._kind}_batch_begin", self.done, {})
        self.runnable = self._programs()

    def _programs(self) -> Runnable:
        """Those of the model as it is now."""
        if self._compiled is not self._compiled.model._compilation():
            raise RuntimeError(
                f"Model {self._compiled.model.name!r} was compiled anew during fit() or evaluate(). Call compile() "
                "between two fits; model.optimizer, its attributes and trainable may change meanwhile."
            )
        return self._compiled.runnable(self._kind)

    def _told(self) -> None:
        if self._acts:
            self._called.call(f"on_{self._kind}_batch_end", self.done - 1, self._logs())
        self._show()

    def _show(self) -> None:
        if self._shows and self._progress.live:
            self._progress.show(self.done, self._logs())

    def _stopped(self) -> bool:
        return self._kind == "train" and bool(self._compiled.model.stop_training)

    def _logs(self) -> dict[str, Any]:
        return self._compiled.logs(self.runnable, self.given)
