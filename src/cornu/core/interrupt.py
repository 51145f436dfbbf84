"""Ctrl-C waits while weights change hands, so that none is lost."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupt:
    """While open, Ctrl-C is held back; it acts when the `with` block has ended. A second one acts at once.

    A program may overwrite the memory of its arguments, and returns new arrays: an exception raised just between the
    two would leave Variables without values. Whatever handler the script has set for the signal is called in the end.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before) and not isinstance(getattr(before, "__self__", None), Interrupt):
                self._before = before
                signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if self._asked:
                self._before(signal.SIGINT, None)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            self._before(number, frame)
        self._asked = True
