"""Runs the benchmarks and writes RESULTS.md: `python benchmarks/run.py`, or `make bench`.

Settings, all in the environment: ROWS=cnn,lstm  LIBS=cornu,keras-jax  ROUNDS=3. The README beside this file says how to
read the tables.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import environment

if __name__ == "__main__":
    environment.enter()

from libraries import LIBRARIES, failure, runs
from libraries import environment as settings_of
from report import Results, Table, tables
from rich.console import Console
from rich.table import Table as RichTable
from workloads import WORKLOADS

HERE = Path(__file__).resolve().parent
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "torch", "jax", "numpy")
TIME_LIMIT = 1_800  # seconds, one process


def main() -> int:
    """Measures, prints the tables, writes them to RESULTS.md; returns the number of processes that failed."""
    rows = _chosen("ROWS", list(WORKLOADS))
    libraries = _chosen("LIBS", list(LIBRARIES))
    rounds = int(os.environ.get("ROUNDS", "3"))
    console = Console()
    results, failures = Results(), []
    for turn in range(rounds):
        # Another library goes first in each round, so that no library always meets the machine in the same state.
        shift = turn % len(libraries)
        for row in rows:
            for library in libraries[shift:] + libraries[:shift]:
                if not runs(library, row):
                    continue
                measures, error = measure(library, row)
                results.add(row, library, turn, measures)
                outcome = f"epoch {measures['steady']:.4g} s" if "steady" in measures else error
                line = f"round {turn + 1}/{rounds}  {row:5} {library:12} {outcome}"
                console.print(line, highlight=False, markup=False)
                if error:
                    failures.append(f"round {turn + 1}, {row}, {library}: {error}")
    made = tables(results, libraries)
    for table in made:
        console.print(_rich(table))
    header = _header(rounds)
    console.print(header)
    text = ["# Benchmark results", "", header, "", *(table.markdown() for table in made)]
    if failures:
        text += ["### Failures", "", *(f"- {failure}" for failure in failures), ""]
        console.print("\n".join(["Failures:", *failures]), markup=False)
    (HERE / "RESULTS.md").write_text("\n".join(text))
    return len(failures)


def measure(library: str, row: str) -> tuple[dict[str, float], str]:
    """The measures of one library on one workload, from two starts that share a new cache folder; and the error."""
    with tempfile.TemporaryDirectory() as home:
        measures, error = _start(library, row, home)
        if not error:
            again, error = _start(library, row, home, "start")
            measures |= {"second": again["first"]} if again else {}
    return measures, error


def _start(library: str, row: str, home: str, *arguments: str) -> tuple[dict[str, float], str]:
    command = [sys.executable, str(HERE / "worker.py"), library, row, *arguments]
    try:
        done = subprocess.run(
            command, env=settings_of(library, home), capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return {}, f"took more than {TIME_LIMIT} s"
    if done.returncode:
        return {}, failure(done)
    return json.loads(done.stdout.strip().splitlines()[-1]), ""


def _chosen(setting: str, known: list[str]) -> list[str]:
    names = [name for name in os.environ.get(setting, "").split(",") if name] or known
    if unknown := set(names) - set(known):
        raise SystemExit(f"{setting} names {', '.join(sorted(unknown))}; expected some of {', '.join(known)}.")
    return names


def _header(rounds: int) -> str:
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    reading = f"{rounds} round(s): medians, with the smallest and the largest beside them"
    return f"{', '.join(versions)}; {machine}; {reading}."


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(f"{text}\n[dim]{small}[/dim]" if small else text for text, small in row))
    return shown


if __name__ == "__main__":
    sys.exit(min(main(), 1))
