"""Docstrings of classes that share arguments: each argument is explained once."""

import functools
import inspect
import re
from typing import Any

_TITLES = ("Args", "Shapes", "Returns", "Raises", "Example", "Source")


class Docstring:
    """The docstring of a class, completed when it is read: what it does not say its function `fn` or a base says.

    Args:
        written: what the class says itself.
    """

    def __init__(self, written: str) -> None:
        self.written = written

    def __get__(self, owner: Any, cls: type) -> str:
        own, raised = dict(_sections(self.written)), ""
        said: dict[str, str] = {}
        for item in (*reversed(cls.__mro__), getattr(cls, "fn", None), cls):
            if item is cls or "__init__" not in getattr(item, "__dict__", {}) or "_declared" in vars(item):
                doc = _written(item)
                raised = _sections(doc).get("Raises", raised) if isinstance(item, type) else raised
                said |= _entries(doc)
        mine = _entries(self.written)
        names = [p.name for p in inspect.signature(cls).parameters.values() if p.name in said]
        names += [name for name in mine if name[0] != "*"]
        names += [name for name in ("**options", "**kwargs") if name in mine or name == "**options" and name in said]
        entries = dict.fromkeys(said[name] for name in names)
        own |= {"Args": "\n    ".join(["Args:", *entries]) if entries else "", "Raises": raised}
        return "\n\n".join(own[title] for title in ("", *_TITLES) if own.get(title))


def complete(cls: Any) -> None:
    """Let a class's docstring be completed."""
    if _written(cls):  # there is none with python -OO
        cls.__doc__ = Docstring(_written(cls))


def _written(item: Any) -> str:
    """What a class or function says itself."""
    doc = getattr(item, "__dict__", {}).get("__doc__")
    return doc.written if isinstance(doc, Docstring) else doc or getattr(item, "__doc__", None) or ""


@functools.cache
def _sections(doc: str) -> dict[str, str]:
    """The parts of a docstring by their titles, what stands in front without one."""
    front, *parts = re.split(rf"\n\n(?=(?:{'|'.join(_TITLES)}):)", inspect.cleandoc(doc))
    return {"": front, **{part.partition(":")[0]: part for part in parts}}


@functools.cache
def _entries(doc: str) -> dict[str, str]:
    """What a docstring says of each argument; several may share an entry."""
    items = re.split(r"\n    (?=\S)", _sections(doc).get("Args", ""))[1:]
    return {name: item for item in items for name in item.partition(":")[0].split(", ")}
