"""Masks that travel with arrays: which steps of a sequence are real and which are padding."""

from typing import Any

from .attached import Attached

_masks = Attached()


def set_mask(array: Any, mask: Any) -> None:
    """Attach a mask to an array, for as long as the array lives; None removes it."""
    _masks.set(array, mask)


def get_mask(array: Any) -> Any:
    """The mask attached to an array, or None."""
    return _masks.get(array)
