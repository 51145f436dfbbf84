"""The public names of a package: those it imported from its files, or defined."""

from types import ModuleType
from typing import Any


def publish(names: dict[str, Any], *modules: str) -> None:
    """Set `__all__` of a package. Each file lists its own public names, and the package imports all of them.

    Args:
        names: the package's `globals()`.
        *modules: names of modules in it that are public too.
    """
    public = [n for n, value in names.items() if n[0] != "_" and not isinstance(value, ModuleType)]
    names["__all__"] = sorted([*public, *modules])
