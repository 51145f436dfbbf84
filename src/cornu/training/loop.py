"""The loop: batches in chunks, each chunk one dispatch, with progress and callbacks in between."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import engine
from ..core import seeds
from .data import arrays
from .data.streams import Stream
from .interrupt import Interrupt
from .programs import Programs

# How long a dispatch should take. The shorter time keeps a progress bar alive and answers Ctrl-C. At each dispatch the
# CPU runtime of XLA maps its scratch space from the system anew, and touching it costs 30 to 45 ms per 100 MB: as much
# as a step of a recurrent network. Without a bar a dispatch is longer, so that this does not show.
LIVE_SECONDS, SILENT_SECONDS = 0.3, 2.0


class Resident:
    """Data that lies on the device as a whole; an epoch is steps over it.

    Args:
        data: `(x, y, weight)` on the host.
        batch_size: samples per batch.
        shuffle: whether each epoch takes the samples in an order of its own.
    """

    def __init__(self, data: Any, batch_size: int, shuffle: bool = False) -> None:
        self.batch_size, self.shuffle = batch_size, shuffle
        self.count = arrays.length(data)
        self.full, self.rest = divmod(self.count, batch_size)
        self.steps = self.full + (self.rest > 0)
        self.data = engine.current().put(data)

    def order(self) -> Any:
        """The order of an epoch's samples on the host, or None for the order they lie in."""
        return seeds.host_generator().permutation(self.count).astype("int32") if self.shuffle else None

    def rows(self, order: Any, step: int) -> Any:
        """Which samples a step takes."""
        begin, end = step * self.batch_size, min((step + 1) * self.batch_size, self.count)
        return np.arange(begin, end, dtype="int32") if order is None else order[begin:end]


class Pace:
    """How many steps to put into one dispatch, learned from how long the last ones took.

    Args:
        live: whether somebody watches.
    """

    def __init__(self, live: bool = False) -> None:
        self.seconds = LIVE_SECONDS if live else SILENT_SECONDS
        self.seconds_per_step: float | None = None
        self._chunk, self._compiled = 1, False

    def next(self, remaining: int) -> int:
        """Number of steps for the next dispatch."""
        if self.seconds_per_step is not None:
            self._chunk = max(1, min(int(self.seconds / self.seconds_per_step), 16 * self._chunk))
        return min(self._chunk, remaining)

    def took(self, steps: int, seconds: float) -> None:
        """Learn that a dispatch of so many steps took so long; the first one also compiled."""
        if self._compiled:
            self.seconds_per_step = max(seconds / steps, 1e-7)
        self._compiled = True


class Hooks:
    """What the loop tells: after every dispatch, and around every batch if somebody must act there.

    Args:
        begin: function of the number of a batch, called before it.
        end: function of the number of a batch and a function that gives its logs, called after it.
        progress: function of the steps done and a function that gives the logs.
        each: whether `begin` and `end` must be called between any two batches.
        stopped: function that tells whether to stop at once.
    """

    def __init__(
        self,
        begin: Callable[[int], None] = lambda step: None,
        end: Callable[[int, Any], None] = lambda step, logs: None,
        progress: Callable[[int, Any], None] = lambda done, logs: None,
        each: bool = False,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.begin, self.end, self.progress, self.each, self.stopped = begin, end, progress, each, stopped


def run_epoch(programs: Programs, data: Resident | Stream, pace: Pace, hooks: Hooks, steps: int | None = None) -> Any:
    """Run all batches of one epoch.

    Args:
        programs: the step, compiled.
        data: where batches come from.
        pace: what is known about the speed of a step.
        hooks: whom to tell.
        steps: stop after so many batches.

    Returns:
        The metrics' values after the last batch, on the host.
    """
    with Interrupt() as interrupt:
        if isinstance(data, Stream):
            return _run_stream(programs, data, hooks, interrupt)
        if hooks.each:
            return _run_each(programs, data, hooks, interrupt, steps)
        return _run_chunks(programs, data, pace, hooks, interrupt, steps)


def _run_chunks(
    programs: Programs, data: Resident, pace: Pace, hooks: Hooks, interrupt: Interrupt, steps: int | None
) -> Any:
    run = engine.current()
    total = data.steps if steps is None else min(steps, data.steps)
    full = min(data.full, total)
    order = data.order()
    done, result = 0, None
    if full < total:
        rest = data.rows(order, full)
        programs.prepare(programs.last, data.data, rest)  # compiles while the full batches run
    while done < full:
        chunk = pace.next(full - done)
        began = time.perf_counter()
        result = programs.run(programs.loop, data.data, order, np.int32(done), np.int32(done + chunk))
        done += chunk
        if done == full < total and pace.seconds_per_step is not None:
            break  # the last batch follows at once
        result = run.get(result)
        pace.took(chunk, time.perf_counter() - began)
        interrupt.check()
        hooks.progress(done, result)
        if hooks.stopped():
            return result
    if full < total:
        result = run.get(programs.run(programs.last, data.data, rest))
        hooks.progress(total, result)
    interrupt.check()
    return result


def _run_each(programs: Programs, data: Resident, hooks: Hooks, interrupt: Interrupt, steps: int | None) -> Any:
    order, result = data.order(), None
    for step in range(data.steps if steps is None else min(steps, data.steps)):
        hooks.begin(step)
        result = programs.run(programs.single, data.data, data.rows(order, step))
        result = engine.current().get(result)
        interrupt.check()
        hooks.end(step, result)
        hooks.progress(step + 1, result)
        if hooks.stopped():
            break
    return result


def _run_stream(programs: Programs, data: Stream, hooks: Hooks, interrupt: Interrupt) -> Any:
    run = engine.current()
    result, shown = None, 0.0
    step = -1
    for step, batch in enumerate(data.epoch(seeds.host_generator())):
        hooks.begin(step)
        result = programs.run(programs.single, run.put(batch), None)
        now = time.perf_counter()
        if hooks.each or now - shown > LIVE_SECONDS:  # only then wait for the device
            result, shown = run.get(result), now
            hooks.end(step, result)
            hooks.progress(step + 1, result)
        interrupt.check()
        if hooks.stopped():
            break
    data.steps = data.steps or step + 1
    result = run.get(result)
    hooks.progress(step + 1, result)
    return result
