"""Lending: how programs get the buffers of Variables, and give new ones back, while other threads do the same.

A program that trains overwrites the buffers it is given, and nobody may read them then. Others see the state before its
steps or after them, never a mixture:

- a reader takes part in `reading` while its program runs, and no buffer that it holds is overwritten;
- `take` hands over the buffers that nobody holds, and copies of the others; a buffer that is away makes readers wait
  for `give`. Once another thread has asked, the next program works on copies, so that readers need not
  wait for it.
"""

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .variable import Variable

_lock = threading.RLock()  # guards what follows, and the buffers of all Variables
_turn = threading.Condition(_lock)
_away: dict[int, set[int]] = {}  # by thread: the Variables whose buffers its program has and overwrites
_readers: list[int] = []  # of each run that reads: its thread
_trainers: list[tuple[int, set[int]]] = []  # of each run of training: its thread, and the Variables
_asked = False  # whether another thread has read, or waited, since the last program that trains began


@contextlib.contextmanager
def back(*variables: "Variable") -> Iterator[None]:
    """Inside the `with` block the buffers are in their places, and stay there."""
    with _lock:
        _wait(variables)
        yield


def copies(variables: Sequence["Variable"]) -> list["np.ndarray[Any, Any]"]:
    """NumPy copies of what is kept, all of them before or after the same step of whoever trains."""
    with back(*variables):
        return [np.array(v.stored) for v in variables]


def store(variables: Sequence["Variable"], values: Sequence[Any]) -> None:
    """Store new values, all at once for a thread that predicts meanwhile."""
    with back(*variables):
        for variable, value in zip(variables, values, strict=True):
            variable.store(value)


def _wait(variables: Sequence["Variable"]) -> None:
    global _asked
    me, wanted = threading.get_ident(), {id(v) for v in variables} if _away else set()
    while any([thread != me and wanted & theirs for thread, theirs in _away.items()]):  # sooner than a generator
        _asked = True
        _turn.wait()


def _others(threads: Iterable[int]) -> bool:
    me = threading.get_ident()
    return any([thread != me for thread in threads])


class reading:  # noqa: N801 - used like the functions beside it; a class costs half of a generator
    """The buffers, for a program that overwrites none of them and runs inside the `with` block.

    Args:
        variables: what the program reads.
        engine: the engine that runs the program.
    """

    def __init__(self, variables: Sequence["Variable"], engine: Any) -> None:
        self._variables, self._engine = variables, engine

    def __enter__(self) -> list[Any]:
        global _asked
        self._me = threading.get_ident()
        with _lock:
            _wait(self._variables)
            if _trainers and _others([thread for thread, _ in _trainers]):
                _asked = True
            values = [v.held for v in self._variables]
            if set(map(type, values)) != self._engine.arrays:  # otherwise nothing is to be drawn or moved
                values = [v.held_by(self._engine) for v in self._variables]
            _readers.append(self._me)
            return values

    def __exit__(self, *error: Any) -> None:
        with _lock:
            _readers.remove(self._me)


def take(variables: Sequence["Variable"], engine: Any) -> tuple[list[Any], bool]:
    """Buffers for a program that overwrites them; `give` or `put_back` must follow.

    Args:
        variables: what the program overwrites.
        engine: the engine that runs the program.

    Returns:
        The buffers, and whether other threads read the Variables meanwhile, as they were before.
    """
    global _asked
    me = threading.get_ident()
    with _lock:
        _wait(variables)
        shared = _asked or _others(_readers)
        _asked = False
        buffers = [v.held for v in variables]
        if not shared and set(map(type, buffers)) <= engine.arrays and not any([v.lent for v in variables]):
            _away.setdefault(me, set()).update(map(id, variables))  # the usual case
            return buffers, shared
        away = set()
        for index, variable in enumerate(variables):
            buffer = variable.drawn()
            if isinstance(buffer, np.ndarray):  # of which a program makes its own copy, where none says where
                buffer = buffer if engine.place is None else engine.own(buffer)
            elif shared or variable.lent:
                buffer = engine.copy(buffer)
            else:
                away.add(id(variable))
            buffers[index] = buffer
        _away.setdefault(me, set()).update(away)
        return buffers, shared


def give(variables: Sequence["Variable"], buffers: Sequence[Any]) -> None:
    """Put what a program returned in place, all at once."""
    with _lock:
        for variable, buffer in zip(variables, buffers, strict=True):
            variable.keep(buffer)
        put_back(variables)


def put_back(variables: Sequence["Variable"]) -> None:
    """The buffers are no longer away; of a program that came to no end they are as they were, if not overwritten."""
    with _lock:  # a program may run inside another one, while that is traced
        _away.get(threading.get_ident(), set()).difference_update(map(id, variables))
        _turn.notify_all()


@contextlib.contextmanager
def training(variables: Sequence["Variable"], who: str) -> Iterator[None]:
    """Inside the `with` block this thread, and no other, trains the Variables.

    Args:
        variables: what training assigns.
        who: what is trained, for the message.

    Raises:
        RuntimeError: another thread trains one of them.
    """
    run = me, mine = threading.get_ident(), {id(v) for v in variables}
    with _lock:
        if any(thread != me and mine & theirs for thread, theirs in _trainers):
            raise RuntimeError(
                f"{who} is being trained in another thread. Two trainings of the same weights would overwrite each "
                "other: wait for the first to end, or train a copy from cornu.models.clone_model."
            )
        _trainers.append(run)
    try:
        yield
    finally:
        with _lock:
            _trainers.remove(run)
