"""Capture an object's configuration from the signature of its constructor."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from . import codec
from .facts import Watched
from .lookup import tables

P = ParamSpec("P")
R = TypeVar("R")

# An argument with one of these endings holds an object of that kind and may be given by name.
_LOOKUPS = {
    "activation": "keras.activations",
    "_initializer": "keras.initializers",
    "_regularizer": "keras.regularizers",
    "_constraint": "keras.constraints",
}


# (class, arguments by position and by name, names known) -> arguments by position and by name
_Translation = Callable[[str, tuple[Any, ...], dict[str, Any], Sequence[str]], tuple[tuple[Any, ...], dict[str, Any]]]
_translations: list[_Translation] = []


def translate_arguments(translate: _Translation) -> None:
    """Add a function that gives arguments of a class their names of today, as `compat` does."""
    _translations.append(translate)


@functools.cache
def _parameters(init: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    if init is object.__init__:  # a class that takes nothing
        return ()
    return tuple(inspect.signature(init).parameters.values())[1:]  # without self


def _bind(init: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name, defaults filled in, `**kwargs` merged."""
    named: dict[str, Any] = {}
    values = list(args)
    for parameter in _parameters(init):
        if parameter.kind is parameter.VAR_POSITIONAL:
            named[parameter.name] = tuple(values)
            values = []
        elif parameter.kind is parameter.VAR_KEYWORD:
            continue
        elif values and parameter.kind is not parameter.KEYWORD_ONLY:
            named[parameter.name] = values.pop(0)
        elif parameter.name not in kwargs and parameter.default is not parameter.empty:
            named[parameter.name] = parameter.default
    named.update(kwargs)
    return named


def arguments(init: Callable[P, R]) -> Callable[P, R]:
    """Decorate a constructor: each argument becomes the attribute of the same name.

    Names of activations, initializers, regularizers and constraints are looked up on the way, so that
    `kernel_initializer="zeros"` is stored as the object. `get_config` then reads the attributes back.
    """
    signature = inspect.signature(init)
    names = tuple(p.name for p in _parameters(init) if p.kind is not p.VAR_KEYWORD)
    known = set(names)

    @functools.wraps(init)
    def construct(self: Any, *args: Any, **kwargs: Any) -> R:
        if not kwargs.keys() <= known:
            owner = next((c.__name__ for c in type(self).__mro__ if c.__module__.startswith("cornu.")), "")
            for translate in _translations:
                args, kwargs = translate(owner, args, kwargs, names)
            if type(self).__init__ is construct:
                object.__setattr__(self, "_captured", (args, kwargs))
        signature.bind(self, *args, **kwargs)  # the plain Python error for a missing or extra argument
        named = _bind(init, args, kwargs)
        for name in names:
            value = named[name]
            for ending, module in _LOOKUPS.items():
                if name.endswith(ending):
                    value = tables()[module].get(value)
            setattr(self, name, value)
        return init(self, *args, **kwargs)

    construct._kept = names  # type: ignore[attr-defined]
    return construct  # type: ignore[return-value]


class Configurable(Watched):
    """An object that remembers the arguments it was made with.

    `get_config()` gives them as plain data and `from_config()` makes an equal object from them. A subclass
    writes neither, unless it holds something that its constructor did not receive.
    """

    __slots__ = ("_captured", "_made")

    if TYPE_CHECKING:  # attributes that `@arguments` sets

        def __getattr__(self, name: str) -> Any: ...

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

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name; those kept by `@arguments` as they are now.

        Args:
            cls: a base class, for its arguments alone.
        """
        init: Any = (cls or type(self)).__init__  # type: ignore[misc]
        named = _bind(init, *self._captured) if cls in (None, type(self)) else {}
        for name in getattr(init, "_kept", ()):
            named[name] = getattr(self, name)
        return named

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data (numbers, strings, lists, dictionaries)."""
        return {name: codec.encode(value) for name, value in self.captured().items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make an object from what `get_config` gave.

        Args:
            config: constructor arguments by name, nested objects encoded.
        """
        return cls(**{name: codec.decode_value(value) for name, value in config.items()})
