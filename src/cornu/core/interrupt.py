"""Ctrl-C, and every other signal that a script handles, waits while weights change hands, so that none is lost."""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

# Those that scripts handle; an alarm whose handler raises is how a time limit is set.
_NAMES = ("SIGINT", "SIGALRM", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGPROF", "SIGBREAK")
_SIGNALS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


class Watch:
    """While open, this decides when a signal acts: at once, or at the end of an `Interrupt` that is open.

    Whatever handler the script has set for the signal is called in the end. One that it sets meanwhile counts from then
    on: a loop opens a new watch for every epoch. It may be opened twice, `with Watch() as watch, watch`: the outer one
    then closes what a signal, raised as the inner one began to close, has left open.
    """

    def __init__(self, held: int = 0) -> None:
        self._before: dict[int, Callable[..., Any]] = {}
        self._asked: list[int] = []
        self._held = held

    def __enter__(self) -> Self:
        global _open
        if _open is None and threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                before: Any = signal.getsignal(number)
                if callable(before):
                    left = getattr(before, "__self__", None)  # the signal may have come while another one closed
                    self._before[number] = left._before[number] if isinstance(left, Watch) else before
                    signal.signal(number, self._ask)  # before others rely on it, and until none does
            _open = self
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        global _open
        if _open is self:
            _open = None
        for number, before in self._before.items():
            if signal.getsignal(number) == self._ask:
                signal.signal(number, before)

    def hold(self) -> None:
        """Signals wait from now on; a second one of a kind acts at once."""
        self._held += 1

    def release(self) -> None:
        """They act now, if any waited and nothing else holds them."""
        self._held -= 1
        while self._asked and not self._held:
            number = self._asked.pop(0)
            self._before[number](number, None)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._held and number not in self._asked:
            self._asked.append(number)
        else:
            self._before[number](number, frame)


_open: Watch | None = None  # that of the main thread, which alone gets the signal


class Interrupt:
    """While open, signals are held back; they act when the `with` block has ended. A second one acts at once.

    A program may overwrite the memory of its arguments, and returns new arrays: an exception raised just between the
    two would leave Variables without values.
    """

    def __enter__(self) -> Self:
        self._own: Watch | None = None
        self._watch: Any = _open if threading.current_thread() is threading.main_thread() else None
        if self._watch is not None:
            self._watch.hold()
        else:
            self._own = self._watch = Watch(held=1).__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        try:
            if self._own is not None:
                self._own.__exit__(kind, error, trace)
        finally:
            self._watch.release()
