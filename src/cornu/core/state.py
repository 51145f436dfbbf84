"""Purity: any function that reads and assigns Variables, as a function of their values.

Users see mutable Variables. Inside a `Scope` a read takes the scope's value and an assignment changes it, so
that `pure(fn, variables)` is a function `(values, *args) -> (result, new values)` that `jax` can trace,
differentiate and compile. Every compiled program, gradient and shape inference goes through here.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

from . import facts
from .quiet import quiet
from .setting import Setting

if TYPE_CHECKING:
    from .variable import Variable

_scope: Setting["Scope | None"] = Setting("scope", None)
active = _scope.get  # the innermost open scope, or None in ordinary Python
autocast: Setting[str | None] = Setting("autocast", None)  # the dtype that float Variables are read as; None: their own


class Scope:
    """Values that stand in for those of Variables while it is open.

    Args:
        values: Variable's `id` to value.
        abstract: a Variable without a value reads as zeros, and assignments are forgotten; for tracing
            shapes, where no initial value should be drawn.
    """

    def __init__(self, values: dict[int, Any], abstract: bool = False) -> None:
        self.values, self.abstract = values, abstract
        self.parent = active()

    def read(self, variable: "Variable") -> Any:
        """The variable's value here, or in the nearest scope around that knows it."""
        if id(variable) in self.values:
            return self.values[id(variable)]
        if self.abstract:
            return jnp.zeros(variable.stored_shape, variable.stored_dtype)
        return self.parent.read(variable) if self.parent else variable.materialize()

    def write(self, variable: "Variable", value: Any) -> None:
        """Give the variable a value, in the scope that knows it."""
        if id(variable) in self.values or self.abstract:
            self.values[id(variable)] = value
        elif self.parent:
            self.parent.write(variable, value)
        else:
            variable.set(value)


class Collecting(Scope):
    """A scope that keeps what is assigned in it, and reads the rest from around it."""

    def __init__(self) -> None:
        super().__init__({})
        self.written: dict[int, Variable] = {}  # kept, so that no identity passes on to another

    def write(self, variable: "Variable", value: Any) -> None:
        """Give the variable a value here."""
        self.written[id(variable)] = variable
        self.values[id(variable)] = value


class Meeting(Scope):
    """A scope that notes which Variables are read and which are assigned, in that order, and forgets the values.

    Args:
        abstract: as of `Scope`.
    """

    def __init__(self, abstract: bool) -> None:
        super().__init__({}, abstract)
        self._met: dict[int, Variable] = {}
        self._assigned: dict[int, Variable] = {}

    def read(self, variable: "Variable") -> Any:
        """What was assigned, or else zeros where it is abstract."""
        self._met.setdefault(id(variable), variable)
        return super().read(variable)

    def write(self, variable: "Variable", value: Any) -> None:
        """Note the Variable, and what it is then."""
        self._met.setdefault(id(variable), variable)
        self._assigned.setdefault(id(variable), variable)
        self.values[id(variable)] = value

    @property
    def met(self) -> list["Variable"]:
        """All Variables that were read or assigned."""
        return list(self._met.values())

    @property
    def assigned(self) -> list["Variable"]:
        """Those that were assigned."""
        return list(self._assigned.values())


@contextmanager
def opened(scope: Scope) -> Iterator[Scope]:
    """Inside the `with` block the scope is open."""
    with _scope(scope), facts.calling(True):
        yield scope


def knows(variable: "Variable") -> bool:
    """Whether an open scope has a value for the Variable, so that it may be assigned."""
    scope = active()
    while scope is not None:
        if scope.abstract or id(variable) in scope.values:
            return True
        scope = scope.parent
    return False


def computes() -> bool:
    """Whether scopes are open that have values, and not only shapes: what is made now is gone after them."""
    scope = active()
    while scope is not None and not scope.abstract:
        if scope.parent is None:
            return True
        scope = scope.parent
    return False


@contextmanager
def outside() -> Iterator[None]:
    """Inside the `with` block no scope is open and nothing is autocast: Variables are read as they are."""
    with _scope(None), autocast(None):
        yield


def meet(fn: Callable[..., Any], *specs: Any) -> Meeting:
    """Which Variables `fn(*specs)` reads and assigns; nothing is computed, unless Python decides on numbers in it.

    Args:
        fn: a function of arrays.
        *specs: trees of `jax.ShapeDtypeStruct`; if there are none it may decide on numbers.
    """

    def run(*args: Any) -> None:
        with opened(scope):
            fn(*args)

    scope = Meeting(abstract=True)
    try:
        jax.eval_shape(run, *specs)
    except jax.errors.ConcretizationTypeError:
        if specs:
            raise
        scope = Meeting(abstract=False)
        run()
    return scope


def pure(fn: Callable[..., Any], variables: Sequence["Variable"]) -> Callable[..., Any]:
    """`fn` as a pure function of the values of `variables`.

    Args:
        fn: any function; it may read and assign the variables.
        variables: all the Variables it assigns, and those it reads that should not become constants.

    Returns:
        A function `(values, *args, **kwargs) -> (result, new values)`; `values` is a list in the order of
        `variables`.
    """
    keys = [id(v) for v in variables]

    def call(values: Sequence[Any], *args: Any, **kwargs: Any) -> tuple[Any, list[Any]]:
        given = [getattr(value, "stored", value) for value in values]
        with opened(Scope(dict(zip(keys, given, strict=True)))) as scope:
            result = fn(*args, **kwargs)
        return result, [scope.values[key] for key in keys]

    return call


def pure_changes(fn: Callable[..., Any], variables: Sequence["Variable"]) -> Callable[..., Any]:
    """`pure`, but giving back only the values that `fn` assigned.

    Args:
        fn: any function; it may read and assign the variables.
        variables: all the Variables it assigns, and those it reads that should not become constants.

    Returns:
        A function `(values, *args, **kwargs) -> (result, {index of a variable: its new value})`.
    """
    run = pure(fn, variables)

    def call(values: Sequence[Any], *args: Any, **kwargs: Any) -> tuple[Any, dict[int, Any]]:
        result, new = run(values, *args, **kwargs)
        return result, {i: value for i, value in enumerate(new) if value is not values[i]}

    return call


@quiet
def abstract(fn: Callable[..., Any], *specs: Any) -> Any:
    """Shapes and dtypes of `fn(*specs)`, as a tree of `jax.ShapeDtypeStruct`; nothing is computed.

    Args:
        fn: a function of arrays.
        *specs: trees of `jax.ShapeDtypeStruct`.
    """

    def run(*args: Any) -> Any:
        with opened(Scope({}, abstract=True)):
            return fn(*args)

    return jax.eval_shape(run, *specs)
