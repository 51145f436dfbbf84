"""Ctrl-C waits while weights change hands, so that none is lost."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Watch:
    """While open, this decides when Ctrl-C acts: at once, or at the end of an `Interrupt` that is open.

    Whatever handler the script has set for the signal is called in the end. One that it sets meanwhile counts from then
    on: a loop opens a new watch for every epoch.
    """

    def __init__(self, held: int = 0) -> None:
        self._before: Any = None
        self._held, self._asked = held, False

    def __enter__(self) -> Self:
        global _open
        if _open is None and threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):
                left = getattr(before, "__self__", None)  # Ctrl-C may have come while another one closed
                self._before = left._before if isinstance(left, Watch) else before
                signal.signal(signal.SIGINT, self._ask)  # before others rely on it, and until none does
                _open = self
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        global _open
        if _open is self:
            _open = None
            if signal.getsignal(signal.SIGINT) == self._ask:
                signal.signal(signal.SIGINT, self._before)

    def hold(self) -> None:
        """Ctrl-C waits from now on; a second one acts at once."""
        self._held += 1

    def release(self) -> None:
        """It acts now, if it waited and nothing else holds it."""
        self._held -= 1
        if self._asked and not self._held:
            self._asked = False
            self._before(signal.SIGINT, None)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._held and not self._asked:
            self._asked = True
        else:
            self._before(number, frame)


_open: Watch | None = None  # that of the main thread, which alone gets the signal


class Interrupt:
    """While open, Ctrl-C is held back; it acts when the `with` block has ended. A second one acts at once.

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
