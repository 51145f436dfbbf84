"""The public names of a package: those it imported from its files, or defined."""

import difflib
from collections.abc import Callable
from types import ModuleType
from typing import Any

from .lookup import nearest

older: list[Callable[[str, str], Any]] = []  # functions of a module and a name that find what an older Keras had there


def publish(names: dict[str, Any], *modules: str) -> None:
    """Set `__all__` of a package. Each file lists its own public names, and the package imports all of them.

    Args:
        names: the package's `globals()`.
        *modules: names of modules in it that are public too.
    """
    explain_missing(names)
    public = [n for n, value in names.items() if n[0] != "_" and not isinstance(value, ModuleType)]
    names["__all__"] = sorted([*public, *modules])


def explain_missing(names: dict[str, Any]) -> None:
    """Let a package say, of a name that it does not have, which of its own look like it.

    Args:
        names: the package's `globals()`.
    """

    def missing(name: str) -> Any:
        found = next((value for find in older if (value := find(names["__name__"], name)) is not None), None)
        if found is not None and name[:2] != "__":
            return found
        what = f"module {names['__name__']!r} has no attribute {name!r}."
        known = [] if name.startswith("__") else names.get("__all__", ())
        own = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        inside = [] if own else [m for part in known if isinstance(m := names.get(part), ModuleType)]
        for module in inside:
            if found := difflib.get_close_matches(name, getattr(module, "__all__", ()), n=1, cutoff=0.8):
                raise AttributeError(f"{what} Did you mean {module.__name__}.{found[0]}?")
        raise AttributeError(f"{what} {nearest(name, known)}" if known else what)

    names["__getattr__"] = missing  # set, not defined, so that type checkers find a wrong name themselves
