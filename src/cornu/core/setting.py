"""Setting: a value that holds inside a `with` block, in one thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")


class Setting(Generic[T]):
    """A value that a `with` block sets for what runs inside it.

    Args:
        name: what it is, for debuggers.
        outside: the value outside of all blocks.

    Example:
        >>> depth = Setting("depth", 0)
        >>> with depth(3):
        ...     depth.get()
        3
        >>> depth.get()
        0
    """

    def __init__(self, name: str, outside: T) -> None:
        self._held: ContextVar[T] = ContextVar(name, default=outside)
        self.get = self._held.get

    @contextmanager
    def __call__(self, value: T) -> Iterator[T]:
        """Inside the `with` block the value is this one."""
        token = self._held.set(value)
        try:
            yield value
        finally:
            self._held.reset(token)
