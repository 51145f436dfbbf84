"""Masks that travel with arrays: which steps of a sequence are real and which are padding."""

import weakref
from typing import Any

_masks: dict[int, tuple[Any, Any]] = {}


def set_mask(array: Any, mask: Any) -> None:
    """Attach a mask to an array, for as long as the array lives; None removes it."""
    key = id(array)
    if mask is None:
        _masks.pop(key, None)
        return
    _masks[key] = (weakref.ref(array, lambda _: _masks.pop(key, None)), mask)


def get_mask(array: Any) -> Any:
    """The mask attached to an array, or None."""
    found = _masks.get(id(array))
    return found[1] if found is not None and found[0]() is array else None
