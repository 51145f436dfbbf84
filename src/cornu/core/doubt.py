"""Warnings, told at the user's own line: what will hardly be what was meant."""

import contextlib
import functools
import os
import sys
import warnings
from types import FrameType

import jax

__all__ = ["LikelyMistake"]

_INSIDE = (
    *(os.path.dirname(os.path.dirname(__file__)), os.path.dirname(jax.__file__)),
    *(contextlib.__file__, functools.__file__),
)


class LikelyMistake(UserWarning):
    """Something that can be computed, but is hardly what was meant.

    The message says what is odd, why it matters, and what to write. Where it is meant after all, it is silenced with
    `warnings.filterwarnings("ignore", category=cornu.utils.LikelyMistake)`.
    """


def tell(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line outside of the library that led here.

    Args:
        message: what to say.
        category: class of the warning.
    """
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def doubt(message: str) -> None:
    """Warn of a likely mistake.

    Args:
        message: what is odd, why it matters, what to write.
    """
    tell(message, LikelyMistake)
