"""The public names of a package: those it imported from its files, or defined."""

from types import ModuleType
from typing import Any


def publish(names: dict[str, Any]) -> None:
    """Set `__all__` of a package. Each file lists its own public names, and the package imports all of them.

    Args:
        names: the package's `globals()`.
    """
    names["__all__"] = sorted(n for n, value in names.items() if n[0] != "_" and not isinstance(value, ModuleType))
