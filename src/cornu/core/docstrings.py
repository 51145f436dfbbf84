"""Docstrings of classes that share arguments: what one does not say of them is taken from its bases."""

import inspect
import re
from collections.abc import Iterable

_TITLES = ("Args", "Shapes", "Raises", "Example", "Source")


def described(cls: type, names: Iterable[str]) -> str | None:
    """The docstring of a class, with an entry for each argument, and with what its bases say that it raises.

    Args:
        cls: the class.
        names: its arguments, in order.
    """
    if not cls.__doc__:
        return cls.__doc__
    own, raised = _sections(cls), ""
    said: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        if each is cls or "__init__" not in vars(each) or "_declared" in vars(each):
            raised = _sections(each).get("Raises", raised)
            said |= _entries(_sections(each))
    listed = [name for name in (*names, *_entries(own)) if name in said and name[0] != "*"]
    entries = dict.fromkeys(said[name] for name in (*listed, "**options", "**kwargs") if name in said)
    own |= {"Args": "\n    ".join(["Args:", *entries]) if entries else "", "Raises": raised}
    return "\n\n".join(own[title] for title in ("", *_TITLES) if own.get(title))


def _sections(cls: type) -> dict[str, str]:
    """The parts of a docstring by their titles, what stands in front without one."""
    front, *parts = re.split(rf"\n\n(?=(?:{'|'.join(_TITLES)}):)", inspect.cleandoc(cls.__doc__ or ""))
    return {"": front, **{part.partition(":")[0]: part for part in parts}}


def _entries(sections: dict[str, str]) -> dict[str, str]:
    """What a docstring says of each argument; several may share an entry."""
    items = re.split(r"\n    (?=\S)", sections.get("Args", ""))[1:]
    return {name: item for item in items for name in item.partition(":")[0].split(", ")}
