"""What `fit` prints: a live bar on a terminal, one line an epoch elsewhere."""

import sys
import time
from typing import Any


class Progress:
    """The display of one run over the data.

    Args:
        verbose: 0 nothing, 1 a live bar (a line an epoch where output is no terminal), 2 a line an epoch;
            `"auto"` is 1.
        epochs: number of epochs; None for evaluation and prediction.
        steps: batches per epoch, if known.
    """

    def __init__(self, verbose: Any, epochs: int | None, steps: int | None) -> None:
        verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs, self.steps, self.silent = epochs, steps, verbose == 0
        self.live = verbose == 1 and _is_terminal()
        self._bar: Any = None

    def begin(self, epoch: int) -> None:
        """An epoch, or an evaluation, begins."""
        if self.silent:
            return
        self._began = time.perf_counter()
        self._title = f"Epoch {epoch + 1}/{self.epochs}" if self.epochs is not None else ""
        if self.live:
            self._bar = _bar(self.steps)
            self._task = self._bar.add_task(self._title, total=self.steps, note="")
            self._bar.start()

    def show(self, done: int, logs: dict[str, Any]) -> None:
        """So many steps are done and the metrics stand so."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, note=_note(done, self._began, logs))
            self._bar.refresh()

    def end(self, done: int, logs: dict[str, Any]) -> None:
        """The epoch is over."""
        if self.silent:
            return
        if self._bar is not None:
            self._bar.update(self._task, total=done)
            self.show(done, logs)
            self.close()
        else:
            title = f"{self._title} - " if self._title else ""
            print(f"{title}{done}/{done} - {_note(done, self._began, logs)}", flush=True)

    def close(self) -> None:
        """Leave the terminal in order, also after an error."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _is_terminal() -> bool:
    try:
        return bool(sys.stdout.isatty()) or "ipykernel" in sys.modules
    except (AttributeError, ValueError):
        return False


def _bar(steps: int | None) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[note]}"),
        console=Console(file=sys.stdout),
        auto_refresh=False,
    )


def _note(done: int, began: float, logs: dict[str, Any]) -> str:
    seconds = time.perf_counter() - began
    parts = [f"{seconds:.0f}s" if seconds >= 10 else f"{seconds:.1f}s", f"{_per_step(seconds / max(done, 1))}/step"]
    return " - ".join([" ".join(parts), *(f"{key}: {format_value(value)}" for key, value in logs.items())])


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def format_value(value: Any) -> str:
    """A metric in few characters: `0.9731`, `1.2e-05`."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"
