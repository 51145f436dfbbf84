"""Find the Variables and parts that an object holds as attributes, in the order they were set."""

from collections.abc import Iterator
from typing import Any

from .variable import Variable


class Tracked:
    """An object whose Variables belong to whoever holds it: a layer, a metric, a stream of seeds."""


def parts(owner: Tracked) -> Iterator[Any]:
    """Variables and Tracked objects among the attributes of `owner`, inside lists and dictionaries too."""
    seen: set[int] = set()
    stack = list(reversed(vars(owner).values()))
    while stack:
        value = stack.pop()
        if isinstance(value, Variable | Tracked):
            if id(value) not in seen and value is not owner:
                seen.add(id(value))
                yield value
        elif isinstance(value, list | tuple):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            stack.extend(reversed(value.values()))


def all_variables(*owners: Any) -> list[Variable]:
    """Every Variable that the owners hold, at any depth, each once."""
    found: dict[int, Variable] = {}
    seen: set[int] = set()

    def visit(owner: Any) -> None:
        if id(owner) in seen:
            return
        seen.add(id(owner))
        inner = []
        for part in parts(owner):
            if isinstance(part, Variable):
                found.setdefault(id(part), part)
            else:
                inner.append(part)
        for part in inner:
            visit(part)

    for owner in owners:
        visit(owner)
    return list(found.values())
