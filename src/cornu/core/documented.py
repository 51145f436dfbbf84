"""Docstrings of classes that share arguments: each argument is explained once."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

from .arguments import parameters

_AFTER_ARGS = ("Returns:", "Raises:", "Shapes:", "Example:", "Source:")


def explain_arguments(items: Iterable[Any]) -> None:
    """Complete the Args of the docstrings of classes: what one does not say, its function `fn` or a base says.

    Args:
        items: the classes; functions among them stay as they are.
    """
    for cls in (item for item in items if isinstance(item, type)):
        said: dict[str, str] = {}
        for item in (*reversed(cls.__mro__[:-1]), getattr(cls, "fn", None), cls):
            said |= _explained(item)
        entries = [said[p.name] for p in parameters(cls.__init__) if p.name in said]  # type: ignore[misc]
        parts = [part for part in inspect.cleandoc(cls.__doc__ or "").split("\n\n") if not part.startswith("Args:")]
        place = next((i for i, part in enumerate(parts) if part.startswith(_AFTER_ARGS)), len(parts))
        if entries:  # there are none with python -OO
            parts.insert(place, "\n".join(["Args:", *entries]))
            cls.__doc__ = "\n\n".join(parts)


def _explained(item: Any) -> dict[str, str]:
    """What the docstring of a class or function says of each argument."""
    section = inspect.cleandoc(item.__doc__ or "").partition("Args:\n")[2].partition("\n\n")[0]
    return {found[1]: found[0] for found in re.finditer(r"^ {4}\**(\w+): .*(?:\n {8}.*)*", section, re.M)}
