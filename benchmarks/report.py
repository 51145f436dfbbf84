"""From measures to tables: medians, spreads, ratios within the run, and whether the targets are met."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

from libraries import KERAS
from paths import PATHS
from workloads import WORKLOADS, Workload

MEASURES = {
    "steady": "steady epoch",
    "cpu": "steady epoch, CPU time",
    "first": "first epoch, compiling",
    "second": "first epoch, second start",
    "predict_set": "predict, whole set",
    "predict_one": "predict, one sample",
    "call_one": "model(x), one sample",
    "construct": "construct and compile()",
    "import": "import",
    "start": "import to end of first epoch",
    "peak": "peak memory",
    "loss": "loss of the last epoch",
}
FIRST_EPOCH, SECOND_START, MEMORY, PATH, TENSORFLOW = 0.7, 0.5, 1.0, 1.3, 1.2


class Results:
    """values[workload][measure][library] -> one value per round."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, dict[str, dict[int, float]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(dict))
        )

    def add(self, workload: str, library: str, turn: int, measures: dict[str, float]) -> None:
        """Keeps the measures of one process."""
        for measure, value in measures.items():
            self.values[workload][measure][library][turn] = value

    def fastest_keras(self, workload: str, measure: str) -> str | None:
        """The Keras backend with the smallest median."""
        found = self.values[workload][measure]
        return min((name for name in KERAS if found.get(name)), key=lambda name: _middle(found[name]), default=None)

    def ratio(self, workload: str, upper: tuple[str, str], lower: tuple[str | None, str]) -> float | None:
        """The median over the rounds of (library, measure) over another of the same round; None without both."""
        above = self.values[workload][upper[1]].get(upper[0])
        below = self.values[workload][lower[1]].get(lower[0]) if lower[0] else None
        if not above or not below:
            return None
        paired = [above[turn] / below[turn] for turn in above.keys() & below.keys() if below[turn] > 0]
        return median(paired) if paired else None


@dataclass
class Table:
    """A title, column names, and rows of cells; a cell is (text, small text beside it)."""

    title: str
    columns: list[str]
    rows: list[list[tuple[str, str]]] = field(default_factory=list)

    def add(self, *cells: str | tuple[str, str]) -> None:
        """Appends a row."""
        self.rows.append([cell if isinstance(cell, tuple) else (cell, "") for cell in cells])

    def markdown(self) -> str:
        """The table as GitHub Markdown."""
        lines = [self.columns, ["---"] + ["---:"] * (len(self.columns) - 1)]
        lines += [[f"{text} ({small})" if small else text for text, small in row] for row in self.rows]
        return "\n".join([f"### {self.title}", "", *("| " + " | ".join(line) + " |" for line in lines), ""])


def tables(results: Results, libraries: list[str]) -> list[Table]:
    """All the tables of a run."""
    made = [_summary(results, libraries)]
    made += [_workload(results, name, WORKLOADS[name], libraries) for name in results.values]
    if "mlp" in results.values and "path_plain" in results.values["mlp"]:
        made.append(_paths(results, libraries))
    if "cornu-tf" in libraries:
        made.append(_tensorflow(results))
    return made


def _summary(results: Results, libraries: list[str]) -> Table:
    table = Table("Steady training epoch", ["workload", *libraries, "cornu/Keras", "target", "cornu/jax"])
    for name in results.values:
        _, to_keras, target, to_jax = _comparison(results, name, "steady")
        table.add(name, *_cells(results, name, "steady", libraries), to_keras, target, to_jax)
    return table


def _workload(results: Results, name: str, workload: Workload, libraries: list[str]) -> Table:
    table = Table(f"{name}: {workload.title}", ["measure", *libraries, "cornu/Keras", "target", "cornu/jax"])
    for measure, title in MEASURES.items():
        if measure in results.values[name]:
            _, to_keras, target, to_jax = _comparison(results, name, measure)
            table.add(title, *_cells(results, name, measure, libraries), to_keras, target, to_jax)
    return table


def _paths(results: Results, libraries: list[str]) -> Table:
    libraries = [name for name in libraries if results.values["mlp"]["path_plain"].get(name)]
    table = Table("mlp: one training step, over the plain one", ["path", *libraries, "target for cornu"])
    for path, title in PATHS.items():
        cells = []
        for library in libraries:
            ratio = results.ratio("mlp", (library, f"path_{path}"), (library, "path_plain"))
            times = results.values["mlp"][f"path_{path}"].get(library)
            cells.append((_times(ratio), _seconds(_middle(times))) if times else ("", ""))
        ratio = results.ratio("mlp", ("cornu", f"path_{path}"), ("cornu", "path_plain"))
        table.add(title, *cells, "" if path == "plain" else _verdict(ratio, PATH))
    return table


def _tensorflow(results: Results) -> Table:
    columns = ["workload", "cornu-tf/cornu", "target", "cornu-tf/keras-tf", "target"]
    table = Table("The TensorFlow engine: steady training epoch", columns)
    for name in results.values:
        own = results.ratio(name, ("cornu-tf", "steady"), ("cornu", "steady"))
        keras = results.ratio(name, ("cornu-tf", "steady"), ("keras-tf", "steady"))
        table.add(name, _times(own), _verdict(own, TENSORFLOW), _times(keras), _verdict(keras, 1.0))
    return table


def _comparison(results: Results, name: str, measure: str) -> tuple[str | None, str, str, str]:
    """The fastest Keras; Cornu's ratio to it; the target and whether it is met; Cornu's ratio to hand-written JAX."""
    if measure == "loss":
        return None, "", "", ""
    keras = results.fastest_keras(name, measure)
    to_keras = results.ratio(name, ("cornu", measure), (keras, measure))
    to_jax = results.ratio(name, ("cornu", measure), ("jax", measure))
    workload, target = WORKLOADS[name], ""
    if measure == "steady":
        target = _verdict(to_keras, workload.target)
    elif measure == "first":
        target = _verdict(to_keras, FIRST_EPOCH)
    elif measure == "second":
        target = _verdict(results.ratio(name, ("cornu", "second"), ("cornu", "first")), SECOND_START, " of the first")
    elif measure == "peak":
        target = _verdict(to_keras, MEMORY)
    elif measure == "predict_one" and workload.one_sample:
        times = results.values[name][measure].get("cornu")
        target = _verdict(_middle(times) * 1e3 if times else None, workload.one_sample * 1e3, " ms")
    return keras, _times(to_keras), target, _times(to_jax)


def _cells(results: Results, name: str, measure: str, libraries: list[str]) -> list[tuple[str, str]]:
    show = {"peak": _megabytes, "loss": lambda value: f"{value:.4f}"}.get(measure, _seconds)
    cells = []
    for library in libraries:
        times = results.values[name][measure].get(library)
        spread = f"{show(min(times.values()))} - {show(max(times.values()))}" if times and len(times) > 1 else ""
        cells.append((show(_middle(times)), spread) if times else ("", ""))
    return cells


def _middle(times: dict[int, float]) -> float:
    return median(times.values())


def _verdict(value: float | None, limit: float, unit: str = "") -> str:
    if value is None:
        return f"≤ {limit:g}{unit}"
    return f"{'met' if value <= limit else 'missed'}: {value:.2f} ≤ {limit:g}{unit}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}"


def _seconds(time: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if time >= size:
            return f"{time / size:.3g} {unit}"
    return f"{time * 1e6:.3g} µs"


def _megabytes(size: float) -> str:
    return f"{size / 2**20:.0f} MiB"
