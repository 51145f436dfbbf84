"""What `fit` prints: a live line on a terminal and in a notebook, one line an epoch elsewhere."""

import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core import session
from ..core.console import in_notebook, printable, say

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_BAR = range(8, 21)  # widths, in columns, in which a bar still says something
_NOTEBOOK = 100  # columns of a line there


class Progress:
    """The display of one run over the data.

    Args:
        verbose: 0 nothing, 1 a live line (a line an epoch where output is neither terminal nor notebook), 2 a line
            an epoch; `"auto"` is 1.
        epochs: number of epochs; None for evaluation and prediction.
        steps: batches per epoch, if known.
        after: seconds that a run may take before anything is shown; then only where a line is live.

    Raises:
        ValueError: another `verbose`.
    """

    def __init__(self, verbose: Any, epochs: int | None, steps: int | None, after: float = 0.0) -> None:
        if verbose != "auto" and not (isinstance(verbose, int) and verbose >= 0):
            raise ValueError(
                "verbose is 0 (print nothing), 1 or 'auto' (a live line), or 2 (a line per epoch). "
                f"Received verbose={verbose!r}."
            )
        if verbose == "auto" and not session.is_interactive_logging_enabled():
            verbose = 2 if after == 0 else 0
        self.epochs, self.steps, self._after = epochs, steps, after
        self._screen: _Terminal | _Notebook | None = None
        self.live, self.silent = verbose in (1, "auto"), verbose == 0 or after > 0
        if self.live and not after:
            self._open()

    def _open(self) -> None:
        """Find where a line can change; there is nothing live where it cannot."""
        self._screen = _screen()
        self.live = self._screen is not None

    def begin(self, epoch: int) -> None:
        """An epoch, or an evaluation, begins."""
        self._began = time.perf_counter()
        self._title = f"Epoch {epoch + 1}/{self.epochs}" if self.epochs is not None else ""
        if self._screen is not None:
            self._screen.show(Line(self._title, 0, self.steps, 0.0, {}))

    def show(self, done: int, logs: dict[str, Any]) -> None:
        """So many steps are done and the metrics stand so."""
        if self.live and self._screen is None and time.perf_counter() - self._began >= self._after:
            self._open()
        if self._screen is not None:
            self._screen.show(self._line(done, self.steps, logs))

    def end(self, done: int, logs: dict[str, Any]) -> None:
        """The epoch is over."""
        if self._screen is not None:
            self._screen.show(self._line(done, done, logs))
            self._screen.close()
        elif not self.silent:
            say(" - ".join(self._line(done, done, logs).parts()))

    def close(self) -> None:
        """Leave the terminal in order, also after an error."""
        if self._screen is not None:
            self._screen.close()

    def _line(self, done: int, total: int | None, logs: dict[str, Any]) -> "Line":
        return Line(self._title, done, total, time.perf_counter() - self._began, logs)


class Line(NamedTuple):
    """How far a run is: `Epoch 2/5 30/60 ━━━━━━━━━━ 0.3s 9ms/step - loss: 0.41`.

    Args:
        title: what runs.
        done: steps done.
        total: steps to do, if known.
        seconds: time since the first.
        logs: metrics.
    """

    title: str
    done: int
    total: int | None
    seconds: float
    logs: dict[str, Any]

    def parts(self) -> list[str]:
        """What it says, piece by piece."""
        steps = f"{self.done}/{'?' if self.total is None else self.total}"
        took = f"{self.seconds:.0f}s" if self.seconds >= 10 else f"{self.seconds:.1f}s"
        pace = [f"{took} {_per_step(self.seconds / self.done)}/step"] if self.done else []
        return [*filter(None, [self.title]), steps, *pace, *(f"{k}: {format_value(v)}" for k, v in self.logs.items())]

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Lines that are not wider than there is room; the bar gives way first, and no number ever."""
        from rich.cells import cell_len
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        parts = [printable(part, console.encoding) for part in self.parts()]
        count = 2 if self.title else 1
        head, tail = " ".join(parts[:count]), " - ".join(parts[count:])
        bar = min(options.max_width - cell_len(f"{head}  {tail}"), _BAR[-1])
        if self.total and bar in _BAR:
            grid = Table.grid(padding=(0, 1))
            grid.add_row(Text(head), ProgressBar(self.total, self.done, width=bar), Text(tail))
            yield grid
            return
        lines = [head]
        for part in parts[count:]:
            joined = f"{lines[-1]} - {part}"
            lines = [*lines[:-1], joined] if cell_len(joined) <= options.max_width else [*lines, f"  {part}"]
        yield Text("\n".join(lines), overflow="fold")


def _screen() -> "_Terminal | _Notebook | None":
    """Where a line can change after it was printed; None if it cannot."""
    if in_notebook():
        return _Notebook()
    if not getattr(sys.stdout, "isatty", lambda: False)():
        return None  # and rich need not be imported
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False)
    return _Terminal(console) if console.is_terminal and not console.is_dumb_terminal else None


class _Terminal:
    """A line that rich draws anew; what callbacks print goes above it."""

    def __init__(self, console: "Console") -> None:
        self._console, self._live = console, None  # type: tuple[Console, Any]

    def show(self, line: Line) -> None:
        if self._live is None:
            from rich.live import Live

            self._live = Live(line, console=self._console, auto_refresh=False, vertical_overflow="visible")
            self._live.start()
        self._live.update(line, refresh=True)

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


class _Notebook:
    """An output that holds plain text, which is kept in the file and needs no widget."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, line: Line) -> None:
        from IPython.display import display
        from rich.console import Console

        console = Console(width=_NOTEBOOK, force_terminal=False, force_jupyter=False, color_system=None)
        with console.capture() as capture:
            console.print(line)
        shown = {"text/plain": "\n".join(row.rstrip() for row in capture.get().splitlines())}
        if self._handle is None:
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def close(self) -> None:
        self._handle = None


def _per_step(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def format_value(value: Any) -> str:
    """A metric in few characters: `0.9731`, `1.2e-05`."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3g}"
