"""All or nothing: a change of an object that is interrupted, by an error or Ctrl-C, leaves the object as it was."""

import contextlib
from collections.abc import Iterator
from typing import Any

from . import facts


@contextlib.contextmanager
def undone_if_broken(owner: Any) -> Iterator[None]:
    """Restore the attributes of `owner`, and what its lists and dictionaries hold, if the `with` block raises.

    Args:
        owner: an object with attributes.
    """
    before = dict(vars(owner))
    made = getattr(owner, "_made", [])
    contents = [(value, value.copy()) for value in (*before.values(), made) if type(value) in (list, dict)]
    try:
        yield
    except BaseException:
        vars(owner).clear()
        vars(owner).update(before)
        for container, held in contents:
            container.clear()
            container.extend(held) if isinstance(container, list) else container.update(held)
        facts.changed()
        raise
