"""Unique names for layers and paths for Variables."""

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from .lookup import snake_case
from .setting import Setting

_counts: Counter[str] = Counter()
_path: Setting[tuple[tuple[str, Any], ...]] = Setting("path", ())


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


def name_scope(name: str, owner: Any = None) -> AbstractContextManager[Any]:
    """Variables made inside the `with` block have `name/` in front of their path.

    Args:
        name: part of a path.
        owner: who opens the scope; if it is the innermost one's owner, nothing is added again.

    Example:
        >>> import cornu
        >>> with cornu.name_scope("encoder"):
        ...     v = cornu.Variable(1.0, name="gain")
        >>> v.path
        'encoder/gain'
    """
    name = checked_name(name, "scope") if owner is None else name
    outer = _path.get()
    return _path(outer if owner is not None and outer and outer[-1][1] is owner else (*outer, (name, owner)))


def path_of(name: str) -> str:
    """`name` behind the open name scopes."""
    return "/".join((*(part for part, _ in _path.get()), name))


def fitting(patterns: Iterable[str], path: str) -> list[str]:
    """The patterns that are equal to a path, or else those that match the whole of it as regular expressions."""
    patterns = list(patterns)
    return [path] if path in patterns else [pattern for pattern in patterns if re.fullmatch(pattern, path)]
