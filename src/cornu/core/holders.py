"""Holders: objects that refer to others which a call may read, and that may change without anybody's being told.

Lists and dictionaries, arrays, plain objects and classes of the user's own, and functions, whose closures, defaults and
globals are read when they run. `refers` says what a holder refers to; `contents` is quick to make and to compare.
"""

import array
import collections
import contextvars
import dis
import functools
import itertools
import operator
import sys
import types
import weakref
import zlib
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, type(None), range, slice, np.generic, np.dtype)
_CONTAINERS = (list, tuple, dict, types.MappingProxyType, set, frozenset, collections.deque)
_POINTERS = (types.MethodType, functools.partial, weakref.ref, contextvars.ContextVar)
_BYTES = (bytearray, array.array, np.ndarray)
_LARGE = 1 << 12  # items of a container, beyond which a hash of them is compared
_SMALL_ARRAY = 1 << 20  # bytes of an array, beyond which a checksum of them is
# What classes and functions of these modules hold is theirs.
_FOREIGN = {"cornu", "numpy", "jax", "jaxlib", "tensorflow", "torch", "pandas", "h5py", "keras"}
_OPAQUE = (_FOREIGN | set(sys.stdlib_module_names)) - {"collections", "functools", "types", "__main__"}
_WATCHED = "_no_facts"  # an attribute of classes whose objects tell `facts` what is set of them
_MARKS = (_WATCHED, "facts")  # and a method of those that say themselves what they are
_READS = {"globals": ("LOAD_GLOBAL", "LOAD_NAME"), "attributes": ("LOAD_ATTR", "LOAD_METHOD")}  # instructions
_OF_CLASSES = (types.GetSetDescriptorType, types.MemberDescriptorType, classmethod, staticmethod)


def is_users(thing: Any) -> bool:
    """Whether a class or function is the user's own, or one that only wraps what is."""
    return str(thing.__module__).partition(".")[0] not in _OPAQUE


@functools.cache
def _is_own(module: str) -> bool:
    """Whether a module is a script's own: not installed, where one name leads to thousands of functions."""
    root = module.partition(".")[0]
    place = str(getattr(sys.modules.get(root), "__file__", ""))
    return root not in _OPAQUE and not any(folder in place for folder in ("site-packages", "dist-packages"))


def is_library(thing: Any) -> bool:
    """Whether a class or function is one of this library."""
    return str(getattr(thing, "__module__", "")).startswith("cornu.")


def library_class(cls: type) -> type:
    """A class of the library itself, or the nearest that a class of the user's own extends; else the class."""
    return next(filter(is_library, cls.__mro__), cls)


def is_holder(value: Any) -> bool:
    """Whether what a value refers to counts."""
    if isinstance(value, _CONTAINERS + _BYTES):
        return True
    if isinstance(value, types.FunctionType | type):
        return is_users(value)
    if isinstance(value, PLAIN + (types.ModuleType, jax.Array)):
        return False
    return isinstance(value, _POINTERS) or is_users(type(value))


def refers(holder: Any) -> list[tuple[Any, Any]]:
    """What a holder refers to now, by key, index or name."""
    if isinstance(holder, _CONTAINERS):
        items = holder.items() if isinstance(holder, dict | types.MappingProxyType) else enumerate(holder)
        return [*items, *getattr(holder, "__dict__", {}).items()]
    if isinstance(holder, _BYTES):
        held = holder.tobytes() if hasattr(holder, "tobytes") else bytes(holder)
        return [(getattr(holder, "shape", None), held if len(held) <= _SMALL_ARRAY else zlib.crc32(held))]
    if isinstance(holder, types.FunctionType):
        return list(_of_function(holder))
    if isinstance(holder, types.MethodType):
        return [("self", holder.__self__), ("function", holder.__func__)]
    if isinstance(holder, weakref.ref):
        return [("object", holder())]
    if isinstance(holder, contextvars.ContextVar):
        return [("value", holder.get(None))]
    if isinstance(holder, functools.partial):
        return [("function", holder.func), ("arguments", holder.args), ("keywords", holder.keywords)]
    if isinstance(holder, type):
        own = [(n, v) for n, v in vars(holder).items() if not isinstance(v, _OF_CLASSES)]
        return [(n, v) for n, v in own if n[:2] != "__" or n != "__init__" and isinstance(v, types.FunctionType)]
    listed = [vars(cls).get("__slots__", ()) for cls in type(holder).__mro__]
    slots = [name for names in listed for name in ((names,) if isinstance(names, str) else names)]
    named = [(name, getattr(holder, name)) for name in slots if name[:2] != "__" and hasattr(holder, name)]
    named += [("class", cls) for cls in type(holder).__mro__ if _is_own(cls.__module__)]
    return [*named, *getattr(holder, "__dict__", {}).items()]


def _of_function(fn: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """What a function reads besides its arguments; of a module of the user's own, what it may name of that."""
    cells = zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True)
    read = [(name, cell.cell_contents) for name, cell in cells if cell != types.CellType()]  # one without a value yet
    yield from read
    yield from enumerate(fn.__defaults__ or ())  # type: ignore[misc]
    yield from {**(fn.__kwdefaults__ or {}), **vars(fn)}.items()
    named = [(name, fn.__globals__.get(name)) for name in _read(fn.__code__, "globals")]
    for _, module in [*read, *named]:
        if isinstance(module, types.ModuleType) and _is_own(module.__name__):
            named += [(name, vars(module)[name]) for name in _read(fn.__code__, "attributes") if name in vars(module)]
    for name, value in named:
        if isinstance(value, PLAIN) or is_holder(value) or any(hasattr(type(value), mark) for mark in _MARKS):
            yield name, value


@functools.cache
def _read(code: types.CodeType, kind: str) -> tuple[str, ...]:
    """Names that a function and those written inside it read: of globals, or of attributes of whatever."""
    inner = [name for const in code.co_consts if isinstance(const, types.CodeType) for name in _read(const, kind)]
    own = [step.argval for step in dis.get_instructions(code) if step.opname in _READS[kind]]
    return tuple(dict.fromkeys([*own, *inner]))


def contents(holder: Any) -> list[Any]:
    """What a holder refers to, keys and values in one list; of many the number and a hash."""
    if is_large(holder):
        items = tuple(itertools.chain(*holder.items()) if isinstance(holder, dict) else holder)
        plain = all(issubclass(kind, PLAIN) for kind in set(map(type, items)))
        return [len(items), hash(items if plain else tuple(map(id, items)))]
    return [item for pair in refers(holder) for item in pair]


def is_large(holder: Any) -> bool:
    """Whether only a hash of a container is compared, and what its items hold does not count."""
    return isinstance(holder, _CONTAINERS) and len(holder) > _LARGE


def unchanged(holder: Any, before: list[Any]) -> bool:
    """Whether a holder refers to what it did; `before` is what `contents` gave."""
    if type(holder) is list and len(holder) <= _LARGE and all(map(operator.is_, holder, before[1::2])):
        return 2 * len(holder) == len(before)  # the usual case, which need not list anything
    now = contents(holder)  # the same objects, or equal numbers, names and bytes
    return len(now) == len(before) and (all(map(operator.is_, now, before)) or all(map(alike, now, before)))


def alike(one: Any, other: Any) -> bool:
    """Whether two values are one, or equal and plain."""
    return one is other or (type(one) is type(other) and isinstance(one, PLAIN) and one == other)


def changeable(values: list[Any]) -> list[Any]:
    """The holders inside some values, not those in large containers, nor what is watched."""
    todo, found = list(values), dict[int, Any]()
    while todo:
        value = todo.pop()
        if id(value) not in found and is_holder(value) and not hasattr(type(value), _WATCHED):
            found[id(value)] = value
            todo += [] if is_large(value) else contents(value)
    return list(found.values())
