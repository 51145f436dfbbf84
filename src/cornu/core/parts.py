"""Parts: the Variables and objects that belong to an object, which are those it set as its own attributes.

One walk finds them, with their paths and in the order they were set. Weights, states, layers inside, places in files
and whatever else is asked of an object are filters of it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .variable import Variable

Named = Callable[[Any], Iterable[tuple[Any, Any]]]

_LONG = 1 << 13
_PLAIN = {type(None), bool, int, float, complex, str, bytes}


class Part:
    """An object whose Variables belong to whoever holds it: a layer, a metric, a stream of seeds."""

    __slots__ = ()


def attributes(owner: Any) -> Iterable[tuple[str, Any]]:
    """What an object set as its own attributes, in that order; before them its weights, as they were made."""
    made = [variable for ref in getattr(owner, "_made", ()) if (variable := ref()) is not None]
    if made:
        made += [value for value in vars(owner).values() if isinstance(value, Variable)]
        made.sort(key=lambda variable: variable.order)
    return [("weights", made), *vars(owner).items()]


def _types(container: Any) -> set[type]:
    """Types of what a container holds; of a list so long that it holds data, those of a sample."""
    values = container.values() if isinstance(container, dict) else container
    if len(container) > _LONG and isinstance(container, list | tuple):
        values = [*container[: _LONG // 2], *container[:: len(container) // _LONG]]
    return set(map(type, values))


def items(container: Any) -> Iterable[tuple[Any, Any]]:
    """What a container holds, by index or key."""
    return list(container.items()) if isinstance(container, dict) else list(enumerate(container))


def parts(owner: Any, of: Named = attributes, inside: Named = items) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The Variables and Parts that an object holds itself, inside lists, sets and dictionaries too, each once.

    Args:
        owner: the object.
        of: its attributes that count, with names.
        inside: what of a container counts, with names.

    Returns:
        Pairs of a path and a part. The path is the attribute's name, followed by the index or key in each container.
    """
    seen = {id(owner)}
    stack: list[tuple[tuple[Any, ...], Any]] = [((name,), value) for name, value in reversed(list(of(owner)))]
    while stack:
        path, value = stack.pop()
        if id(value) in seen:
            continue
        if isinstance(value, list | tuple | dict | set):
            if _types(value) - _PLAIN:
                seen.add(id(value))
                stack.extend(((*path, key), item) for key, item in reversed(list(inside(value))))
        elif isinstance(value, Variable | Part):
            seen.add(id(value))
            yield path, value


def walk(
    *owners: Any, of: Named = attributes, inside: Named = items, into: Callable[[Any], bool] = lambda part: True
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The owners and all that belongs to them at any depth, each once, with paths; an owner before its parts.

    The Variables of an owner come before what its inner parts hold.

    Args:
        *owners: objects to begin with.
        of: the attributes of an object that count, with names.
        inside: what of a container counts, with names.
        into: whether to look into a part.
    """
    seen: set[int] = set()
    stack: list[tuple[tuple[Any, ...], Any]] = [((), owner) for owner in reversed(owners)]
    while stack:
        path, owner = stack.pop()
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        yield path, owner
        if not into(owner):
            continue
        inner = []
        for name, part in parts(owner, of, inside):
            if not isinstance(part, Variable):
                inner.append((path + name, part))
            elif id(part) not in seen:
                seen.add(id(part))
                yield path + name, part
                if part.reading is not None:
                    inner.append((path + name, part.reading))
        stack.extend(reversed(inner))


def all_variables(*owners: Any) -> list[Variable]:
    """Every Variable that belongs to the owners, at any depth, each once."""
    return [part for _, part in walk(*owners) if isinstance(part, Variable)]
