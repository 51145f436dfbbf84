"""Capture an object's configuration from the signature of its constructor."""

from typing import Any, ClassVar, Self

from . import codec, lookup
from .arguments import bind, kept_as, parameters
from .docstrings import complete
from .facts import Watched
from .holders import is_library, library_class


class Configurable(Watched):
    """An object that remembers the arguments it was made with.

    `get_config()` gives them as plain data and `from_config()` makes an equal object from them. A subclass
    writes neither, unless it holds something that its constructor did not receive.
    """

    __slots__ = ("_captured", "_made")
    _captured: tuple[tuple[Any, ...], dict[str, Any]]
    _made: list[Any]

    _arguments: ClassVar[dict[str, Any]] = {}  # with their defaults

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not is_library(cls) and vars(cls).get("__slots__"):
            raise TypeError(f"{cls.__name__} has __slots__, in which no weight or layer is found: leave them out.")
        if is_library(cls) and "__init__" not in vars(cls):
            complete(cls)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Note the arguments before any constructor runs."""
        self = super().__new__(cls)
        object.__setattr__(self, "_captured", (args, kwargs))
        object.__setattr__(self, "_made", [])  # weak references to Variables that it made
        return self

    def __getstate__(self) -> Any:
        """What `copy` and `pickle` keep: attributes and arguments; weights that it made are among the attributes."""
        return dict(vars(self)), self._captured

    def __setstate__(self, state: Any) -> None:
        vars(self).update(state[0])
        object.__setattr__(self, "_captured", state[1])
        object.__setattr__(self, "_made", [])

    def _complete(self) -> None:
        """Check and complete what the constructor was given; it ends with this."""

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; those kept by `@arguments` as they are now.

        Args:
            cls: a base class, for its arguments alone.
        """
        init: Any = (cls or type(self)).__init__  # type: ignore[misc]
        named = bind(init, *self._captured) if cls in (None, type(self)) else {}
        kept = getattr(init, "_kept", ())
        several = next((p.name for p in parameters(init) if p.kind is p.VAR_POSITIONAL), None)
        if several in named and several not in kept:
            kept = getattr(library_class(type(self)).__init__, "_kept", ())  # type: ignore[misc]
            if kept or not named[several]:  # handed on to a constructor that names them
                del named[several]
        return {**named, **{name: getattr(self, kept_as(type(self), name)) for name in kept}}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data (numbers, strings, lists, dictionaries)."""
        return {name: codec.encode(value) for name, value in self.captured().items()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make an object from what `get_config` gave.

        Args:
            config: constructor arguments by name, nested objects encoded.
            custom_objects: classes and functions of your own, by the names they have in the config.
        """
        with lookup.custom_object_scope(custom_objects):
            return cls(**{name: codec.decode_value(value) for name, value in config.items()})
