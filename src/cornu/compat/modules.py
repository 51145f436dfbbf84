"""Older names of modules and of what lies in them, as scripts import them: `cornu.layers.convolutional`, `losses.mse`.

A module that has another name today is found by a finder of Python's import system and holds the same objects; a name
that a table of the library knows as an alias is found by the `__getattr__` of its module. Both say what to write today.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from ..core import public
from ..core.doubt import tell
from ..core.lookup import tables
from .merging import merge
from .tables import ALIASES, CLASSES, MODULES, WIDER


class _Older(MetaPathFinder, Loader):
    """Finds modules by their older names."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """Where a module comes from, if it is one of these."""
        return ModuleSpec(fullname, self) if fullname in MODULES else None

    def exec_module(self, module: ModuleType) -> None:
        """Give it the names of the module of today."""
        today = MODULES[module.__name__]
        tell(f"The module {module.__name__!r} is called {today!r} today.")
        found = importlib.import_module(today)
        vars(module).update({name: getattr(found, name) for name in found.__all__}, __all__=found.__all__)
        vars(module)["__getattr__"] = lambda name: _found(today, name) or getattr(found, name)
        if module.__name__ == "cornu.layers.merge":
            module.__class__ = _Merge


class _Merge(ModuleType):
    """A module that was a function in Keras 1."""

    __call__ = staticmethod(merge)


def _found(place: str, name: str) -> Any:
    """What a module has under a name; of the package itself also what its layers have. None if nothing."""
    places = (place, "cornu.layers") if place == "cornu" else (place,)
    known = (vars(importlib.import_module(each)).get(name) for each in places)
    return next((value for value in known if value is not None), None)


def _alias(module: str, name: str) -> Any:
    """What a module of the library had under a name, in an older Keras; None if nothing."""
    if f"{module}.{name}" in MODULES:
        return importlib.import_module(f"{module}.{name}")
    if module in WIDER:
        return _found(WIDER[module], name)
    kind, key = module.replace("cornu", "keras", 1), name.lower()
    if kind == "keras.metrics" and key not in ALIASES[kind]:
        kind = "keras.losses"  # `metrics.mse` was the function
    if kind == "keras.layers":  # whose classes are known by their names in snake case, too, but never were
        found = tables()[kind].entries.get(CLASSES.get(name, ""))
    else:
        found = tables()[kind].aliases.get(key) if kind in tables() else None
    if found is None or found.__name__ == name:
        return None
    tell(f"{module}.{name} is called {module}.{found.__name__} today.")
    return found


sys.meta_path.append(_Older())
public.older.append(_alias)
for _name in {*WIDER, *(name.replace("keras", "cornu", 1) for name in tables())} & sys.modules.keys():
    _names = vars(sys.modules[_name])
    public.explain_missing(_names)
    for _older in tables()[_name.replace("cornu", "keras", 1)].aliases if _name not in WIDER else ():
        if isinstance(_names.get(_older), ModuleType):  # `optimizers.adam`, a file here, was the class
            del _names[_older]
