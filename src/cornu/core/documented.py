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
    for item in items:
        if isinstance(item, type) and item.__doc__:  # there is none with python -OO
            _explain(item)


def _explain(cls: Any) -> None:
    said = _explained(cls)
    for other in (getattr(cls, "fn", None), *cls.__mro__[1:-1]):
        said = {**_explained(other), **said}
    entries = [said[p.name] for p in parameters(cls.__init__) if p.name in said]
    parts = [part for part in inspect.cleandoc(cls.__doc__).split("\n\n") if not part.startswith("Args:")]
    place = next((i for i, part in enumerate(parts) if part.startswith(_AFTER_ARGS)), len(parts))
    cls.__doc__ = "\n\n".join([*parts[:place], *(["\n".join(["Args:", *entries])] if entries else ()), *parts[place:]])


def _explained(item: Any) -> dict[str, str]:
    """What the docstring of a class or function says of each argument."""
    doc = inspect.cleandoc(vars(item).get("__doc__") or "" if isinstance(item, type) else item.__doc__ or "")
    section = doc.partition("Args:\n")[2].partition("\n\n")[0]
    return {found[1]: found[0] for found in re.finditer(r"^ {4}\**(\w+): .*(?:\n {8}.*)*", section, re.M)}
