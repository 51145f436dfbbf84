"""The cost of a training step when `fit` is given more than arrays: callbacks, generators, validation, weights."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from workloads import Workload

PATHS = {
    "plain": "arrays only",
    "reads": "a callback that reads the loss of every batch",
    "acts": "a callback that sets the learning rate before every batch",
    "generator": "a generator of batches",
    "validation": "validation each epoch (over plain and a separate evaluate)",
    "weights": "sample weights",
}
TURNS, EPOCHS, HELD_OUT = 2, 2, 2_560


def epoch_clock(keras: Any, ticks: list[float]) -> Any:
    """A callback that notes the time at the end of each epoch."""

    class EpochClock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            ticks.append(perf_counter())

    return EpochClock()


def reader(keras: Any) -> Any:
    """A callback that keeps the loss of every batch."""

    class Reader(keras.callbacks.Callback):
        def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
            self.losses: list[float] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.losses.append(float(logs["loss"]))

    return Reader()


def actor(keras: Any) -> Any:
    """A callback that changes the training between batches."""

    class Actor(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
            self.model.optimizer.learning_rate = 1e-3 * (1 - batch / 1_000)

    return Actor()


def batches(x: np.ndarray, y: np.ndarray, batch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The batches of the data, in order, without end."""
    while True:
        for start in range(0, len(x), batch):
            yield x[start : start + batch], y[start : start + batch]


def measure(keras: Any, workload: Workload, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Seconds per training step on each path; for `validation`, those beyond a separate `evaluate`.

    Every path trains a model of its own. The paths take turns, and the steady epochs of all turns count, so that a slow
    moment of the machine falls on every path.
    """
    size, steps = workload.batch, -(-len(x) // workload.batch)
    held_out = (x[:HELD_OUT], y[:HELD_OUT])
    arrays = {"x": x, "y": y, "batch_size": size}
    options: dict[str, dict[str, Any]] = {
        "plain": arrays,
        "reads": arrays | {"callbacks": [reader(keras)]},
        "acts": arrays | {"callbacks": [actor(keras)]},
        "generator": {"x": batches(x, y, size), "steps_per_epoch": steps, "shuffle": False},
        "validation": arrays | {"validation_data": held_out, "validation_batch_size": size},
        "weights": arrays | {"sample_weight": np.linspace(0.5, 1.5, len(x), dtype="float32")},
    }
    models = {path: workload.build(keras) for path in options}
    epochs: dict[str, list[float]] = {path: [] for path in options}
    evaluations: list[float] = []
    for _ in range(TURNS):
        for path, arguments in options.items():
            ticks: list[float] = []
            callbacks = [*arguments.get("callbacks", []), epoch_clock(keras, ticks)]
            models[path].fit(**arguments | {"callbacks": callbacks}, epochs=1 + EPOCHS, verbose=0)
            epochs[path] += np.diff(ticks).tolist()
        for _ in range(1 + EPOCHS):
            began = perf_counter()
            models["plain"].evaluate(*held_out, batch_size=size, verbose=0)
            evaluations.append(perf_counter() - began)
    seconds = {path: median(times) for path, times in epochs.items()}
    seconds["validation"] -= median(evaluations)
    return {path: time / steps for path, time in seconds.items()}
