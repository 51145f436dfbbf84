"""Docstrings of classes that share arguments: each argument is explained once."""

import functools
import inspect
import re
from collections.abc import Iterable
from typing import Any

_TITLES = ("Args", "Shapes", "Returns", "Raises", "Example", "Source")


def described(cls: type, names: Iterable[str]) -> str | None:
    """The docstring of a class: what it does not say of its arguments its function `fn` or a base says.

    Args:
        cls: the class.
        names: its arguments, in order.
    """
    if not cls.__doc__:  # also with python -OO
        return cls.__doc__
    own, raised = dict(_sections(cls.__doc__)), ""
    said: dict[str, str] = {}
    for item in (*reversed(cls.__mro__), getattr(cls, "fn", None), cls):
        if item is cls or "__init__" not in getattr(item, "__dict__", {}) or "_declared" in vars(item):
            sections = _sections(getattr(item, "__doc__", None) or "")
            raised = sections.get("Raises", raised) if isinstance(item, type) else raised
            said |= _entries(sections)
    listed = [name for name in (*names, *_entries(own)) if name in said and name[0] != "*"]
    said = {name: entry for name, entry in said.items() if name != "**kwargs" or name in _entries(own)}
    entries = dict.fromkeys(said[name] for name in (*listed, "**options", "**kwargs") if name in said)
    own |= {"Args": "\n    ".join(["Args:", *entries]) if entries else "", "Raises": raised}
    return "\n\n".join(own[title] for title in ("", *_TITLES) if own.get(title))


@functools.cache
def _sections(doc: str) -> dict[str, str]:
    """The parts of a docstring by their titles, what stands in front without one."""
    front, *parts = re.split(rf"\n\n(?=(?:{'|'.join(_TITLES)}):)", inspect.cleandoc(doc))
    return {"": front, **{part.partition(":")[0]: part for part in parts}}


def _entries(sections: dict[str, Any]) -> dict[str, str]:
    """What a docstring says of each argument; several may share an entry."""
    items = re.split(r"\n    (?=\S)", sections.get("Args", ""))[1:]
    return {name: item for item in items for name in item.partition(":")[0].split(", ")}
