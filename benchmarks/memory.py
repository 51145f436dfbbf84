"""Whether memory stays flat: resident memory over many calls of fit, predict and model(x), and over many models.

`python benchmarks/memory.py` makes 2,000 calls and 200 models on each engine; with the argument 200, a tenth of both.
LIBS=cornu,keras-jax chooses other libraries.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environment

if __name__ == "__main__":
    environment.enter()

from libraries import environment as settings_of
from libraries import failure, load

CALLS, CALLS_PER_MODEL, GROWTH = 2_000, 10, 0.05
TASKS = {
    "fit": "calls of fit",
    "predict": "calls of predict",
    "call": "calls of model(x)",
    "build": "models built and dropped",
    "train": "models built, trained and dropped",
}


def main() -> int:
    """Measures each library in a process per task and prints the table; returns 1 if memory grew somewhere."""
    from rich.console import Console
    from rich.table import Table

    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    columns = ("library", "repeated", "times", "after warm-up", "at the end", "growth", "verdict")
    table = Table(*columns, title="Resident memory")
    grew = False
    for library in os.environ.get("LIBS", "cornu,cornu-tf").split(","):
        for task, title in TASKS.items():
            times = calls if task in ("fit", "predict", "call") else max(calls // CALLS_PER_MODEL, 1)
            sizes, error = _start(library, task, times)
            if error:
                table.add_row(library, title, str(times), "", "", "", error)
                grew = True
                continue
            growth = sizes[1] / sizes[0] - 1
            grew |= growth > GROWTH
            shown = [f"{size / 2**20:.0f} MiB" for size in sizes]
            table.add_row(library, title, str(times), *shown, f"{growth:+.1%}", "flat" if growth <= GROWTH else "grows")
    Console().print(table)
    return int(grew)


def _start(library: str, task: str, times: int) -> tuple[list[int], str]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, str(Path(__file__).resolve()), "--worker", library, task, str(times)]
        done = subprocess.run(command, env=settings_of(library, home), capture_output=True, text=True, check=False)
    if done.returncode:
        return [], failure(done)
    return json.loads(done.stdout.strip().splitlines()[-1]), ""


def worker(library: str, task: str, times: int) -> list[int]:
    """Resident bytes after a warm-up of a tenth of the times, and after all of them."""
    keras = load(library)
    from workloads import WORKLOADS

    workload = WORKLOADS["tiny"]
    x, y = workload.data()
    repeat = _task(keras, task, workload.build, x[:64], y[:64])
    for _ in range(max(times // 10, 5)):
        repeat()
    warm = _resident()
    for _ in range(times):
        repeat()
    return [warm, _resident()]


def _task(keras: Any, task: str, build: Callable[[Any], Any], x: Any, y: Any) -> Callable[[], Any]:
    if task == "build":
        return lambda: build(keras)
    if task == "train":
        return lambda: build(keras).fit(x, y, batch_size=32, verbose=0)
    model = build(keras)
    return {
        "fit": lambda: model.fit(x, y, batch_size=32, verbose=0),
        "predict": lambda: model.predict(x, batch_size=32, verbose=0),
        "call": lambda: model(x),
    }[task]


def _resident() -> int:
    gc.collect()
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(os.getpid())])) * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(worker(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
        sys.exit(0)
    sys.exit(main())
