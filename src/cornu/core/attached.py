"""A side table of facts that travel with arrays."""

import weakref
from typing import Any


class Attached:
    """Values by array; an entry lives as long as its array.

    Example:
        >>> import jax.numpy as jnp
        >>> colors, x = Attached(), jnp.ones(2)
        >>> colors.set(x, "red")
        >>> colors.get(x), colors.get(jnp.ones(2))
        ('red', None)
    """

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Any, Any]] = {}

    def set(self, array: Any, value: Any) -> None:
        """Attach a value to an array; None removes it."""
        key = id(array)
        if value is None:
            self._entries.pop(key, None)
            return
        self._entries[key] = (weakref.ref(array, lambda _: self._entries.pop(key, None)), value)

    def get(self, array: Any) -> Any:
        """The value attached to an array, or None."""
        found = self._entries.get(id(array))
        return found[1] if found is not None and found[0]() is array else None
