"""What JAX adds to every error that passes through it, a note about its own frames, is taken off again."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def quiet(fn: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that calls JAX with a user's own code inside.

    Args:
        fn: the function.
    """

    @functools.wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return fn(*args, **kwargs)
        except Exception as error:
            if notes := getattr(error, "__notes__", None):
                notes[:] = [note for note in notes if "JAX_TRACEBACK_FILTERING" not in note]
            raise

    return call
