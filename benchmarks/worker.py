"""Measures one workload of one library in this process, and prints one line of JSON.

`python worker.py LIBRARY WORKLOAD` measures everything; with `start` as a third argument, only the first epoch.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from time import perf_counter, process_time
from typing import Any

from libraries import load, runs


class KerasProgram:
    """A workload in a library with the Keras API, with the face of the hand-written programs."""

    def __init__(self, keras: Any, build: Callable[[Any], Any]) -> None:
        self.keras, self.model = keras, build(keras)

    def train(self, x: Any, y: Any, batch: int, epochs: int, tick: Callable[[], None]) -> float:
        """Trains in one `fit`, calls `tick` at the end of each epoch, and returns the loss of the last."""

        callback: Any = self.keras.callbacks.Callback

        class Clock(callback):
            def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
                tick()

        history = self.model.fit(x, y, batch_size=batch, epochs=epochs, shuffle=True, verbose=0, callbacks=[Clock()])
        return float(history.history["loss"][-1])

    def predict(self, x: Any, batch: int) -> Any:
        """The outputs for all samples, computed in batches."""
        return self.model.predict(x, batch_size=batch, verbose=0)

    def call(self, x: Any) -> Any:
        """The outputs for one batch, as a NumPy array."""
        return self.keras.ops.convert_to_numpy(self.model(x))


def typical(call: Callable[[int], Any], most: int, seconds: float) -> float:
    """The median time of a warm call, over `most` calls or as many as fit in `seconds` (three at least)."""
    call(0)
    call(1)
    times: list[float] = []
    while len(times) < 3 or (len(times) < most and sum(times) < seconds):
        began = perf_counter()
        call(len(times))
        times.append(perf_counter() - began)
    return median(times)


def measure(library: str, name: str, start_only: bool) -> dict[str, Any]:
    """The measures of one workload in one library: seconds, bytes, and the final loss."""
    began = perf_counter()
    module = load(library)
    importing = perf_counter() - began

    from workloads import WORKLOADS  # after the timed import: it brings NumPy

    workload = WORKLOADS[name]
    x, y = workload.data()
    epochs = 1 if start_only else 1 + workload.epochs

    began = perf_counter()
    program = module.Program(name) if hasattr(module, "Program") else KerasProgram(module, workload.build)
    constructing = perf_counter() - began

    ticks, busy = [perf_counter()], [process_time()]

    def tick() -> None:
        ticks.append(perf_counter())
        busy.append(process_time())

    loss = program.train(x, y, workload.batch, epochs, tick)
    # The first epoch counts from the call of `fit`, each later one from the end of the one before: nothing is left out.
    first, *steady = [end - begin for begin, end in pairwise(ticks)]
    measures = {"import": importing, "construct": constructing, "first": first}
    measures["start"] = sum(measures.values())
    if not start_only:
        measures["steady"] = median(steady)
        measures["cpu"] = median(end - begin for begin, end in pairwise(busy[1:]))
        measures["predict_set"] = typical(lambda _: program.predict(x, workload.batch), 5, 4.0)
        measures["predict_one"] = typical(lambda i: program.predict(x[i : i + 1], 1), 300, 2.0)
        measures["call_one"] = typical(lambda i: program.call(x[i : i + 1]), 300, 2.0)
        unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts KiB, on macOS bytes
        measures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        measures["loss"] = loss
        if name == "mlp" and not hasattr(module, "Program"):
            import paths

            measures |= {f"path_{path}": time for path, time in paths.measure(module, workload, x, y).items()}
    return measures


if __name__ == "__main__":
    library, name, *rest = sys.argv[1:]
    if not runs(library, name):
        raise SystemExit(f"{library} has no program for {name}.")
    print(json.dumps(measure(library, name, rest == ["start"])))
