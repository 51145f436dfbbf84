"""Facts: what a compiled program was made from, and whether it still is so.

A program holds numbers and decisions that it read from Python objects while it was traced: an activation, a rate, which
weights are trained. Every object of the library is `Watched`: setting an attribute moves one counter. While the counter
stands still, and what cannot be watched (`holders`: lists, plain objects, what functions read) is what it was, a
program is up to date; otherwise what the program was made from is listed again and compared. So an unchanged model
costs a comparison of two integers.

Not facts: names that a class lists as `_no_facts`, and what a call leaves behind, for as long as nobody else changes
it: a layer that counts its calls would never be up to date.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from .holders import PLAIN, alike, changeable, contents, is_holder, is_large, is_users, refers, unchanged
from .setting import Setting

T = TypeVar("T")

_MISSING = object()
_PLAIN_TYPES = {bool, int, float, complex, str, bytes, type(None)}
_versions = itertools.count(1)
_version = 0
_in_call = Setting("in_call", False)
_calls = threading.local()
settings: list[Callable[[], Any]] = []  # the session's settings that programs read, such as epsilon


def changed() -> None:
    """Something that programs may have been made from is another now."""
    global _version
    _version = next(_versions)


@contextmanager
def calling(now: bool, owner: "Watched | None" = None) -> Iterator[None]:
    """Inside the `with` block something computes (or, with false, is being built): what it sets are no facts.

    Args:
        now: whether it computes.
        owner: the object that does; what it holds may change as well.
    """
    before = [(holder, _by_key(holder)) for holder in owner._holders_of_users()] if owner is not None else []
    _calls.count = calls() + 1
    try:
        with _in_call(now):
            yield
    finally:
        for holder, held in before:
            found = _by_key(holder)
            new = {key: item for key, item in found.items() if key not in held or not alike(held[key], item)}
            if new or len(found) < len(held):
                _left_by(owner).setdefault(id(holder), (holder, {}))[1].update(new)


def _by_key(holder: Any) -> dict[Any, Any]:
    """What a holder refers to, by key or index; what is large, by its hash."""
    return dict(refers(holder)) if not is_large(holder) else {"large": contents(holder)[1]}


def calls() -> int:
    """How much was computed by Python in this thread: more after a program was traced than before."""
    return getattr(_calls, "count", 0)


class Watched:
    """An object whose attributes programs are made from. What it keeps for itself lies in slots, not in `vars`."""

    __slots__ = ("__dict__", "__weakref__", "_left")
    _left: dict[Any, Any]  # what a call has set, by name; the same for what it holds, by identity
    _no_facts: frozenset[str] = frozenset()

    def _set(self, name: str, value: Any) -> None:
        own = self.__dict__
        before = own.get(name, _MISSING)
        object.__setattr__(self, name, value)
        if own.get(name, _MISSING) is not before and name not in self._no_facts:
            if _in_call.get():
                _left_by(self)[name] = value
            else:
                changed()

    if not TYPE_CHECKING:  # which takes any name as right where it sees this method
        __setattr__ = _set

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        changed()

    def _holders_of_users(self) -> list[Any]:
        """What the object refers to that code of the user's own may change while it computes."""
        values = list(vars(self).values())
        if not is_users(type(self)):
            return changeable([value for value in values if type(value) is FunctionType and is_users(value)])
        return changeable([*values, *(cls for cls in type(self).__mro__ if is_users(cls))])


def _left_by(owner: Any) -> dict[Any, Any]:
    if not hasattr(owner, "_left"):
        object.__setattr__(owner, "_left", {})
    left: dict[Any, Any] = owner._left
    return left


class Facts:
    """What some objects are now.

    Args:
        *owners: objects; all that they refer to counts.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.Dropout(0.5)
        >>> facts = Facts(layer)
        >>> layer.rate = 0.1
        >>> facts.hold()
        False
    """

    def __init__(self, *owners: Any) -> None:
        self._owners = owners
        self.renew()

    def renew(self) -> None:
        """Take them as they are now: tracing has changed them, and the program is up to date all the same."""
        self._version, self._listed = _version, _Listing(self._owners)

    def hold(self) -> bool:
        """Whether they are still the same."""
        if self._version == _version and all([unchanged(*held) for held in self._listed.holders]):
            return True
        version, now = _version, _Listing(self._owners)
        if now.tokens != self._listed.tokens:
            return False
        self._version, self._listed = version, now
        return True


def mentioned(kind: type[T], *owners: Any) -> list[T]:
    """All objects of a kind that the owners refer to, in functions, plain objects and globals too, each once.

    Args:
        kind: a class.
        *owners: the objects.
    """
    found = (value for value in _Listing(owners).known if isinstance(value, kind))
    return list({id(value): value for value in found}.values())


class tracing:  # noqa: N801 - used like the function `calling`
    """A `with` block that may trace a program: what layers change meanwhile does not make the program stale.

    Args:
        known: what the program was made from, if that is watched.
    """

    def __init__(self, known: Facts | None) -> None:
        self._known = known

    def __enter__(self) -> None:
        self._before = calls()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None and self._known is not None and calls() != self._before:
            self._known.renew()


class _Listing:
    """All facts of some objects as one list of tokens, and the holders that may change unnoticed."""

    def __init__(self, owners: Any) -> None:
        self.tokens: list[Any] = [setting() for setting in settings]
        self.holders: list[tuple[Any, list[Any]]] = []
        self.known: list[Any] = []  # objects that tokens tell by their identity, alive so that no other gets it
        self._todo: list[Any] = list(owners)
        self._seen: set[int] = set()
        self._left: dict[Any, Any] = {}
        while self._todo:
            self._list(self._todo.pop())
        del self._todo, self._seen, self._left

    def _list(self, owner: Any) -> None:
        if id(owner) in self._seen:
            return
        self._seen.add(id(owner))
        if not isinstance(owner, Watched):
            if hasattr(type(owner), "facts"):  # it says when they change
                for value in owner.facts():
                    self._value(value)
            else:
                self._holder(owner)
            return
        left = getattr(owner, "_left", {})
        self._left.update(left)
        for name, value in list(vars(owner).items()):
            if name not in owner._no_facts:
                self.tokens.append(name)
                if name in left and left[name] is value:
                    self.tokens.append(_MISSING)
                else:
                    self._value(value)
        for cls in type(owner).__mro__:
            if is_users(cls):
                self._value(cls)

    def _value(self, value: Any) -> None:
        if isinstance(value, PLAIN):
            self.tokens.append((type(value), repr(value) if value != value else value))
        elif isinstance(value, list | tuple | dict | set | frozenset):
            self.tokens.append(type(value))
            if id(value) not in self._seen:
                self._seen.add(id(value))
                self._holder(value)
        else:
            self.known.append(getattr(value, "__func__", value))
            self.tokens.append(id(self.known[-1]))
            if getattr(value, "on_host", False):
                return  # it computes outside of programs
            if isinstance(value, Watched) or hasattr(type(value), "facts") or is_holder(value):
                self._todo.append(value)

    def _holder(self, holder: Any) -> None:
        held = contents(holder)
        if not isinstance(holder, tuple | frozenset) and (held or not isinstance(holder, FunctionType)):
            self.holders.append((holder, held))
        _, left = self._left.get(id(holder), (None, {}))
        if is_large(holder):
            self.tokens.append(_MISSING if left.get("large") == held[1] else tuple(held))
        elif isinstance(holder, list | tuple) and not left and set(map(type, holder)) <= _PLAIN_TYPES:
            self.tokens.append(tuple(holder))
        else:
            for key, value in refers(holder):
                if key not in left or not alike(left[key], value):
                    self._value(key)
                    self._value(value)
            self.tokens.append(len)  # here it ends
