"""Data that need not fit: what is larger than a share of the device's memory goes there in blocks, the same numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import engine, layers
from cornu.training.data import blocks


@pytest.fixture
def streams(monkeypatch):
    """Every data set streams, in small blocks."""
    monkeypatch.setattr(blocks, "BLOCK", 1 << 12)
    before = cornu.config.resident_share()
    cornu.config.set_resident_share(0)
    yield
    cornu.config.set_resident_share(before)


def trained(x, y, **options):
    cornu.utils.set_random_seed(1)
    model = cornu.Sequential(
        [layers.Input((6,)), layers.Dense(8, "tanh"), layers.BatchNormalization(), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=3, batch_size=8, verbose=0, validation_split=0.1, **options).history
    evaluated = model.evaluate(x, y, batch_size=8, verbose=0)
    return [*model.get_weights(), *history.values(), evaluated, model.predict(x, verbose=0)]


@pytest.mark.parametrize("dtype,shuffle", [("float32", False), ("float32", True), ("float64", True), ("int64", False)])
def test_streams_give_the_same_numbers(rng, shuffle, dtype, request):
    x, y = (rng.normal(size=(533, 6)) * 3).astype(dtype), rng.normal(size=(533, 1))
    resident = trained(x, y, shuffle=shuffle, sample_weight=np.arange(533.0))
    request.getfixturevalue("streams")
    streamed = trained(x, y, shuffle=shuffle, sample_weight=np.arange(533.0))
    for a, b in zip(resident, streamed, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_memory_mapped_file_is_read_as_it_is(streams, tmp_path, rng):
    x, y = rng.normal(size=(533, 6)).astype("float32"), rng.normal(size=(533, 1)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for a, b in zip(trained(x, y), trained(mapped, y), strict=True):
        np.testing.assert_array_equal(a, b)


def test_lengths_compile_nothing_where_data_streams(streams, rng):
    model = cornu.Sequential([layers.Input((6,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(rng.normal(size=(400, 6)), rng.normal(size=(400, 1)), verbose=0)
    before = engine.counters.compiled
    for count in (333, 1024, 700, 95):
        model.fit(rng.normal(size=(count, 6)), rng.normal(size=(count, 1)), verbose=0)
    assert engine.counters.compiled - before <= 1  # the last, smaller batch


BOUNDED = """
import numpy as np, re
import cornu
x = np.lib.format.open_memmap("{path}", mode="w+", dtype="float32", shape=(300_000, 256))
x[:, 0] = 1
y = np.zeros((len(x), 1), "float32")
model = cornu.Sequential([cornu.Input((256,)), cornu.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x[:2048], y[:2048], batch_size=1024, verbose=0)
own = lambda: int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
peak, before = [0.0], own()
watch = cornu.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: peak.append(own()))
cornu.config.set_resident_share(0)
model.fit(x, y, batch_size=1024, verbose=0, epochs=2, callbacks=[watch])
print(max(peak) - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_memory_is_bounded(tmp_path):
    """Of 307 MB in a file at most a few blocks lie in memory of the process's own."""
    script = BOUNDED.format(path=tmp_path / "x.npy")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "CORNU_CACHE": "off"}
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 220


def test_the_share_is_checked():
    with pytest.raises(ValueError, match="between 0 and 1"):
        cornu.config.set_resident_share(2)
