"""Arguments of constructors: annotated attributes of a class, kept under the same names."""

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar, cast, dataclass_transform, get_origin, overload

from .docstrings import complete
from .holders import is_library, library_class
from .lookup import nearest, tables

C = TypeVar("C")

# An argument with one of these endings holds an object of that kind and may be given by name.
_LOOKUPS = {f"_{kind}": f"keras.{kind}s" for kind in ("initializer", "regularizer", "constraint")}
_LOOKUPS["activation"] = "keras.activations"
_EMPTY = inspect.Parameter.empty
_NAMED = inspect.Parameter.POSITIONAL_OR_KEYWORD
_SELF = inspect.Parameter("self", _NAMED)

# (class, arguments by position and by name, names known) -> arguments by position and by name
_Translation = Callable[[str, tuple[Any, ...], dict[str, Any], Sequence[str]], tuple[tuple[Any, ...], dict[str, Any]]]
_translations: list[_Translation] = []
WORDS: dict[str, dict[str, str]] = {}  # argument -> a word for a value -> today's; `compat` fills it


def translate_arguments(translate: _Translation) -> None:
    """Add a function that gives arguments of a class their names of today, as `compat` does."""
    _translations.append(translate)


class _Placed(NamedTuple):
    """A default that also says where the argument stands: here, or behind another one."""

    value: Any
    after: str | None


class _Declared(NamedTuple):
    """The arguments that a class itself writes or places, and its defaults for those and for arguments of its bases."""

    names: list[str]
    defaults: dict[str, Any]
    kw_only: bool


def default(value: Any, here: bool = False, after: str | None = None) -> Any:
    """The default of an argument, where the attribute is of another type than what may be passed.

    Args:
        value: the default.
        here: whether an argument that the base has behind its own takes this place.
        after: the argument that this one follows, where the order is not that of the classes.
    """
    return _Placed(value, after) if here or after else value


@overload
def arguments(cls: type[C]) -> type[C]: ...
@overload
def arguments(*, kw_only: bool = False) -> Callable[[type[C]], type[C]]: ...
@dataclass_transform(eq_default=False)
def arguments(cls: Any = None, *, kw_only: bool = False) -> Any:
    """Decorate a class: its annotated attributes are the arguments of its constructor, in that order.

    Each argument becomes the attribute of the same name; names of activations, initializers, regularizers and
    constraints are looked up on the way, so that `kernel_initializer="zeros"` is stored as the object. Before its own
    a subclass has the arguments of its bases, or behind them where a base has them by keyword only; what it sets
    without an annotation is a new default. The constructor calls the nearest one that a base writes, and whose
    arguments the class has, and then `_complete`, which checks and completes. A class may write the constructor
    itself: then the arguments of that are kept. What the docstring says about no argument it takes from the bases.

    Args:
        cls: the class.
        kw_only: whether subclasses put their own arguments first.

    Example:
        >>> import cornu
        >>> @arguments
        ... class Power(cornu.layers.Layer):
        ...     exponent: float
        ...     scale: float = 1.0
        ...     def call(self, x):
        ...         return self.scale * x**self.exponent
        >>> Power(2.0, name="square").get_config()["exponent"]
        2.0
    """
    return functools.partial(_decorated, kw_only=kw_only) if cls is None else _decorated(cls, kw_only)


@dataclass_transform(eq_default=False)
class Declared:
    """First base of a family whose classes need no `@arguments`: they get it from here, if they are the library's."""

    __slots__ = ()

    def __init_subclass__(cls, kw_only: bool = False, **kwargs: Any) -> None:
        if is_library(cls):
            arguments(kw_only=kw_only)(cls)
        super().__init_subclass__(**kwargs)


def _decorated(cls: Any, kw_only: bool) -> Any:
    """The class, with a constructor that keeps its arguments."""
    given = {name: value for name, value in vars(cls).items() if not isinstance(value, property)}
    written = [name for name, kind in inspect.get_annotations(cls).items() if ClassVar not in (kind, get_origin(kind))]
    names = [name for name in written if name not in given]
    names += [name for name, value in given.items() if name in written or isinstance(value, _Placed)]
    lineage = {c: vars(c)["_declared"] for c in reversed(cls.__mro__) if "_declared" in vars(c)}
    inherited = {name for declared in lineage.values() for name in declared.names}
    defaults = {name: given.get(name, _EMPTY) for name in (*names, *(inherited & given.keys()))}
    if not defaults and "__init__" not in given and [*_in_order(lineage.values())] == [*cls._arguments]:
        return cls  # it has those of its base
    lineage[cls] = cls._declared = _Declared(names, defaults, kw_only)
    cls._arguments = _in_order(lineage.values())
    for name in defaults.keys() & given.keys():
        delattr(cls, name)
    complete(cls)
    if "__init__" in given:
        named = [p.name for p in parameters(cls.__init__) if p.kind is not p.VAR_KEYWORD]
        cls.__init__ = _keeping(cls.__init__, [n for n in named if not isinstance(getattr(cls, n, None), property)])
        return cls
    writers = [c for c in cls.__mro__ if "__init__" in vars(c) and not hasattr(c.__init__, "_of_fields")]
    above = next(c for c in writers if _needed(c.__init__) <= cls._arguments.keys())
    base = above.__init__
    passed: dict[str, Any] = {}
    for init in (c.__init__ for c in writers[writers.index(above) :]):
        passed = {p.name: p.kind for p in parameters(init)} | passed
        if all(p.kind is not p.VAR_KEYWORD for p in parameters(init)):  # what it does not name goes no further
            break
    kept = {name for c, declared in lineage.items() if not issubclass(above, c) for name in declared.names}
    kept |= cls._arguments.keys() - passed.keys()
    listed = [
        inspect.Parameter(name, _NAMED if name in kept else passed[name], default=value)
        for name, value in cls._arguments.items()
    ]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        named = bind(__init__, args, kwargs)
        base(self, **{name: named[name] for name in passed if name in named})
        self._complete()

    __init__.__signature__ = inspect.Signature([_SELF, *listed])  # type: ignore[attr-defined]
    __init__.__qualname__, __init__.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    cls.__init__ = _keeping(__init__, [name for name in cls._arguments if name in kept])
    cls.__init__._of_fields = True
    return cls


def _in_order(lineage: Collection[_Declared]) -> dict[str, Any]:
    """The arguments of a class, with defaults, from what its bases and itself declare."""
    front: dict[str, Any] = {}
    behind: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for declared in lineage:
        own = dict.fromkeys(declared.names)
        front, behind = (front, own | behind) if declared.kw_only else (front | own, behind)
        defaults |= declared.defaults
    names = list(front | behind)
    for name, value in [item for declared in lineage for item in declared.defaults.items()]:
        if isinstance(value, _Placed) and value.after:
            names.remove(name)
            names.insert(names.index(value.after) + 1, name)
    return {name: value.value if isinstance(value := defaults[name], _Placed) else value for name in names}


def _needed(init: Any) -> set[str]:
    """The arguments that a constructor cannot do without."""
    return {p.name for p in parameters(init) if p.default is _EMPTY and p.kind in (p.KEYWORD_ONLY, _NAMED)}


def explained(fn: C) -> C:
    """Decorate a function: an older word for an argument counts as today's, and a wrong one is told the nearest."""
    plain: Any = fn
    if plain.__name__ == "__init__":
        return cast(C, _keeping(plain, ()))
    listed = inspect.signature(plain).parameters.values()
    known = [p.name for p in listed if p.kind is not p.VAR_KEYWORD]

    @functools.wraps(plain)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys() <= set(known) or isinstance(next(iter(args[1:]), None), str):  # maybe in another order
            args, kwargs = _understood(plain.__name__, args, kwargs, known, strict=len(known) == len(listed))
        return plain(*args, **kwargs)

    return cast(C, call)


def _understood(name: str, args: Any, kwargs: Any, known: Sequence[str], others: Any = (), strict: bool = True) -> Any:
    """Arguments in the words of today; raises `TypeError` for one that nobody knows."""
    for translate in _translations:
        args, kwargs = translate(name, args, kwargs, known)
    wrong = next((key for key in kwargs if key not in known), None)
    if strict and wrong is not None:
        shown = [*known, *(p.name for p in others if p.kind is _NAMED)]
        raise TypeError(f"{name} has no argument {wrong!r}. {nearest(wrong, [n for n in shown if n != 'self'])}")
    return args, kwargs


def _keeping(init: Any, kept: Iterable[str]) -> Any:
    """A constructor that first sets its arguments as attributes.

    Args:
        init: the constructor.
        kept: which.
    """
    known = [p.name for p in parameters(init) if p.kind is not p.VAR_KEYWORD]
    strict = len(known) == len(parameters(init))
    names = tuple(kept)

    @functools.wraps(init)
    def construct(self: Any, *args: Any, **kwargs: Any) -> Any:
        cls = type(self)
        if not kwargs.keys() <= set(known):  # in the words of the library's class, with errors of the class itself
            args, kwargs = _understood(library_class(cls).__name__, args, kwargs, known, strict=False)
            args, kwargs = _understood(cls.__name__, args, kwargs, known, parameters(cls.__init__), strict)
            if cls.__init__ is construct:
                object.__setattr__(self, "_captured", (args, kwargs))
        try:
            named = bind(init, args, kwargs)
        except TypeError as error:
            raise TypeError(f"{cls.__name__}: {error}") from None
        for name in names:
            value = named[name]
            for ending, module in _LOOKUPS.items():
                if name.endswith(ending):
                    value = tables()[module].get(value)
            setattr(self, kept_as(cls, name), value)
        result = init(self, *args, **kwargs)
        for name in names:
            if isinstance(named[name], str) and name in _numbers(cls):  # type: ignore[arg-type]
                raise ValueError(f"{cls.__name__} expects {name} to be a number. Received: {name}={named[name]!r}")
        return result

    construct._kept = names  # type: ignore[attr-defined]
    return construct


def kept_as(cls: type, name: str) -> str:
    """The attribute that holds an argument: of its name, with an underscore in front where that can only be read."""
    known = getattr(cls, name, None)
    return f"_{name}" if isinstance(known, property) and known.fset is None else name


@functools.cache
def _numbers(cls: Any) -> frozenset[str]:
    """The arguments of a class that are numbers, by its annotations."""
    kinds = {name: kind for base in reversed(cls.__mro__) for name, kind in inspect.get_annotations(base).items()}
    kinds |= {p.name: p.annotation for p in parameters(cls.__init__) if p.annotation is not _EMPTY}
    return frozenset(name for name, kind in kinds.items() if kind in (int, float, int | None, float | None))


@functools.cache
def _signature(init: Callable[..., Any]) -> inspect.Signature:
    return inspect.Signature([_SELF]) if init is object.__init__ else inspect.signature(init)  # which takes nothing


@functools.cache
def parameters(init: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """The parameters of a constructor, without self."""
    return tuple(_signature(init).parameters.values())[1:]


def bind(init: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name, defaults filled in, `**kwargs` merged."""
    bound = _signature(init).bind(None, *args, **kwargs)
    bound.apply_defaults()
    _, *named = bound.arguments.items()
    last = (parameters(init) or [_SELF])[-1]
    return {**dict(named[:-1]), **named[-1][1]} if last.kind is last.VAR_KEYWORD else dict(named)
