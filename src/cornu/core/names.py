"""Unique names for layers and paths for Variables."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from .lookup import snake_case

_counts: Counter[str] = Counter()
_path: ContextVar[tuple[tuple[str, Any], ...]] = ContextVar("path", default=())


def unique_name(prefix: str) -> str:
    """`dense`, then `dense_1`, `dense_2`, ... within a session."""
    prefix = snake_case(prefix) if not prefix.islower() else prefix
    count = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Begin counting from zero again."""
    _counts.clear()


def checked_name(name: Any, what: str) -> str:
    """`name` if it can serve as one; names become parts of paths in files, so separators are refused."""
    if not isinstance(name, str) or not name:
        raise ValueError(f"The name of a {what} is a non-empty string. Received name={name!r}.")
    if "/" in name or "\\" in name or "\0" in name or name in (".", ".."):
        raise ValueError(f"The name of a {what} cannot contain a path separator. Received name={name!r}.")
    return name


@contextlib.contextmanager
def name_scope(name: str, owner: Any = None) -> Iterator[None]:
    """Variables made inside the `with` block have `name/` in front of their path.

    Args:
        name: part of a path.
        owner: who opens the scope; if it is the innermost one's owner, nothing is added again.
    """
    outer = _path.get()
    if owner is not None and outer and outer[-1][1] is owner:
        yield
        return
    token = _path.set((*outer, (name, owner)))
    try:
        yield
    finally:
        _path.reset(token)


def path_of(name: str) -> str:
    """`name` behind the open name scopes."""
    return "/".join((*(part for part, _ in _path.get()), name))
