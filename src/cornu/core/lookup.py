"""Find an object by its name; a wrong name gets the nearest right ones."""

import difflib
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

from .setting import Setting

_registered: dict[str, Any] = {}  # for the whole process
_scoped: Setting[Mapping[str, Any]] = Setting("custom_objects", MappingProxyType({}))
_tables: dict[str, "Table"] = {}


def snake_case(name: str) -> str:
    """`BatchNormalization` -> `batch_normalization`, `Conv2D` -> `conv2d`, `LSTM` -> `lstm`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: which known names look like `name`."""
    known = sorted(set(known))
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(repr(c) for c in close) + "?"
    return "Known names: " + ", ".join(known[:40]) + ("..." if len(known) > 40 else "") + "."


def of_another_library(value: Any) -> str:
    """`keras's Adam` for an object of another library of this kind, and nothing for any other object."""
    library = type(value).__module__.partition(".")[0]
    return f"{library}'s {type(value).__name__}" if library in ("keras", "tf_keras", "tensorflow", "torch") else ""


def bridge_for(value: Any) -> str:
    """`FlaxLayer` or `EquinoxLayer` for a module of Flax or Equinox, also of a class of the user's own, or nothing."""
    libraries = {cls.__module__.partition(".")[0] for cls in type(value).__mro__}
    return "FlaxLayer" if "flax" in libraries else "EquinoxLayer" if "equinox" in libraries else ""


class Table:
    """All objects of one kind (layers, losses, ...) by every name they go by.

    It is the only way from a name in a script or a file to an object: nothing is imported by name.

    Args:
        kind: singular noun for messages, such as `"loss"`.
        module: public module of the kind, such as `"keras.losses"`; it is what files record.
        base: class that instances of the kind have, or None if the kind is plain functions.
        convert: function applied to what `get` is given.
    """

    def __init__(
        self, kind: str, module: str, base: type | None = None, convert: Callable[[Any], Any] = lambda given: given
    ) -> None:
        self.kind, self.module, self.base, self.convert = kind, module, base, convert
        self.entries: dict[str, Any] = {}
        self.aliases: dict[str, Any] = {}
        _tables[module] = self

    def add(self, *objects: Any, **aliases: Any) -> None:
        """List objects under their own name and its snake case, and others under an alias."""
        for item in objects:
            self.entries[item.__name__] = self.entries[listed_as(item)] = item
            self.aliases.setdefault(snake_case(item.__name__), item)
        self.aliases.update(aliases)

    def find(self, name: str, custom: bool = True) -> Any:
        """The class or function called `name`, custom objects first if they count; raises `ValueError`."""
        known = ChainMap(_custom() if custom else {}, self.entries, self.aliases)
        for called, names in ((name, known), (name.lower(), self.aliases)):
            if called in names:
                return names[called]
        raise _unknown(self.kind, name, known)

    def get(self, identifier: Any) -> Any:
        """What a name, a config, a class, an instance or a function stands for.

        Args:
            identifier: one of these; None gives None, of activations the linear one.

        Raises:
            ValueError: nothing of this kind has that name; the message holds the nearest names.
            TypeError: `identifier` is none of these.

        Example:
            >>> import cornu
            >>> cornu.losses.get("mse").__name__, cornu.initializers.get("he_normal").scale
            ('mean_squared_error', 2.0)
        """
        identifier = self.convert(identifier)
        if identifier is None:
            return None
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        identifier = self.find(identifier) if isinstance(identifier, str) else identifier
        if isinstance(identifier, type):
            return identifier()
        if whose := of_another_library(identifier):
            raise TypeError(
                f"{whose} is no {self.kind} of Cornu. Import it from {self.module.replace('keras', 'cornu')}."
            )
        if callable(identifier) or (self.base is not None and isinstance(identifier, self.base)):
            return identifier
        raise TypeError(f"{identifier!r} stands for no {self.kind}. Give a name, an instance, a function or a config.")

    def serialize(self, item: Any = None, **named: Any) -> Any:
        """Plain data that `deserialize` takes: the class of an object and its config, or a function's name.

        Args:
            item: an object with `get_config`, or a named function; its weights or state are no part of it.
            **named: the same under the name of its kind, such as `loss=`.

        Raises:
            TypeError: a function without a name.

        Example:
            >>> import cornu
            >>> cornu.regularizers.serialize(cornu.regularizers.L2(0.5))["config"]
            {'l2': 0.5}
        """
        from . import codec

        item = named.pop(self.kind.replace(" ", "_"), item)
        if named:
            raise TypeError(f"serialize() takes one {self.kind}. Received: {', '.join(named)}=...")
        return codec.encode(item)

    def deserialize(
        self,
        config: Mapping[str, Any] | str | None = None,
        custom_objects: dict[str, Any] | None = None,
        name: str | None = None,
    ) -> Any:
        """The object that `serialize` described.

        Args:
            config: what `serialize` gave, or a name; None gives None.
            custom_objects: classes and functions of your own, by the names they have in the config.
            name: the same as `config`.

        Raises:
            ValueError: the name is in no table and not among the custom objects.

        Example:
            >>> import cornu
            >>> cornu.layers.deserialize(cornu.layers.serialize(cornu.layers.Dense(3))).units
            3
        """
        from . import codec

        config = name if config is None else config
        return None if config is None else codec.decode(config, self, custom_objects)


def listed_as(item: Any) -> str:
    """The name by which users and most files know a class or function: its own, unless it says another."""
    return str(vars(item).get("_listed_as", item.__name__))


def tables() -> dict[str, Table]:
    """Every table, by its public module."""
    return _tables


def find_anywhere(name: str) -> Any:
    """The custom object or listed class called `name`, of any kind; raises `ValueError`."""
    known = ChainMap(_custom(), *(table.entries for table in _tables.values()))
    if name not in known:
        raise _unknown("class", name, known)
    return known[name]


def _unknown(kind: str, name: str, known: Iterable[str]) -> ValueError:
    others = [t.kind for t in _tables.values() if t.kind != kind and name in {**t.entries, **t.aliases}]
    elsewhere = f"{name!r} is the name of a {' and of a '.join(others[:2])}. " if others else ""
    return ValueError(
        f"There is no {kind} called {name!r}. {elsewhere}{nearest(name, known)} If it is your own, pass "
        f"custom_objects={{{name!r}: ...}} or decorate it with @cornu.saving.register_keras_serializable()."
    )


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Class decorator that lets files name a class or function of yours.

    Args:
        package: prefix that keeps names of different projects apart.
        name: name to register under, by default the object's own.

    Returns:
        A decorator that registers its argument and returns it unchanged.

    Example:
        >>> import cornu
        >>> @cornu.saving.register_keras_serializable(package="mine")
        ... class Double(cornu.layers.Layer):
        ...     def call(self, x):
        ...         return 2 * x
        >>> cornu.saving.get_registered_name(Double)
        'mine>Double'
    """

    def register(item: Any) -> Any:
        if isinstance(item, type) and not hasattr(item, "get_config"):
            raise ValueError(f"{item.__name__} cannot be registered: it has no get_config() to rebuild it from.")
        registered = f"{package}>{name or item.__name__}"
        _registered[registered] = item
        _registered.setdefault(name or item.__name__, item)
        return item

    return register


def get_registered_name(obj: Any) -> str:
    """The name under which a class or function was registered, or its own name.

    Args:
        obj: a class or function.
    """
    return next((name for name, known in _custom().items() if known is obj and ">" in name), str(obj.__name__))


def get_registered_object(name: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The custom object of that name, or None.

    Args:
        name: a name, with its package in front or without.
        custom_objects: further names to look in.
    """
    return {**_custom(), **(custom_objects or {})}.get(name)


def get_custom_objects() -> dict[str, Any]:
    """The live dictionary of custom objects that the whole process knows: name to class or function."""
    return _registered


def _custom() -> dict[str, Any]:
    """All custom objects known here; those of a `with` block go before the process's."""
    return {**_registered, **_scoped.get()}


def custom_object_scope(
    custom_objects: dict[str, Any] | None, *others: dict[str, Any] | None
) -> AbstractContextManager[Any]:
    """Know the given custom objects inside a `with` block, in this thread.

    Args:
        custom_objects: name to class or function; None is allowed and empty.
        *others: more of such.
    """
    known = dict(_scoped.get())
    for objects in (custom_objects, *others):
        known.update(objects or {})
    return _scoped(known)
