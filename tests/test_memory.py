"""Memory stays flat: what a call leaves behind is nothing."""

import gc

import jax
import numpy as np
import pytest

import cornu
from cornu import layers


def resident() -> int:
    """Pages of this process that lie in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])


def make():
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.1), layers.Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


X, Y = np.ones((24, 4), "float32"), np.ones((24, 2), "float32")
MODEL = []

TASKS = {
    "fit": (150, lambda: MODEL[0].fit(X, Y, batch_size=10, verbose=0)),
    "evaluate": (150, lambda: MODEL[0].evaluate(X, Y, verbose=0)),
    "predict": (150, lambda: MODEL[0].predict(X, verbose=0)),
    "call": (150, lambda: MODEL[0](X)),
    "build and drop": (6, lambda: make().fit(X, Y, verbose=0)),
}


@pytest.mark.parametrize("task", TASKS)
def test_memory_is_flat(task):
    rounds, act = TASKS[task]
    MODEL[:] = [make()]
    for _ in range(max(rounds // 5, 2)):
        act()
    gc.collect()
    arrays, before = len(jax.live_arrays()), resident()
    for _ in range(rounds):
        act()
    gc.collect()
    assert len(jax.live_arrays()) <= arrays
    assert resident() <= 1.05 * before
