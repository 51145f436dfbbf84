"""The one decorator of the array language: a plain function becomes an op."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from . import names, plain, session, symbolic
from .lookup import Table

P = ParamSpec("P")
R = TypeVar("R")

ops = Table("op", "keras.ops")


class GraphOp:
    """An op as the graph of a model knows it: its function and a name of its own.

    Args:
        fn: the function, of arrays.
    """

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn
        self.name = names.unique_name(fn.__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function on arrays; note a call on symbolic tensors."""
        if symbolic.is_symbolic(args) or symbolic.is_symbolic(kwargs):
            return symbolic.record(self, self.fn, args, kwargs)
        return self.fn(*args, **kwargs)


def recorded(fn: Callable[P, R]) -> Callable[P, R]:
    """Make a function of arrays take what an op takes, without listing it in `cornu.ops`.

    It then takes Variables, NumPy arrays and tensors of TensorFlow and torch too, and given a symbolic tensor it
    records a node of the model's graph, with shape and dtype by abstract evaluation.

    Args:
        fn: a function over `jax.numpy`.

    Returns:
        A function with the same name, signature and docstring.
    """

    @functools.wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if symbolic.is_symbolic(args) or (kwargs and symbolic.is_symbolic(kwargs)):
                return symbolic.record(GraphOp(fn), fn, args, kwargs)
            return fn(*[symbolic.unwrap(a) for a in args], **{k: symbolic.unwrap(v) for k, v in kwargs.items()})
        except (TypeError, ValueError, LookupError, NameError, NotImplementedError) as error:
            explained = plain.of_op(error, fn, args, kwargs)
            if explained is error:
                raise
            raise explained from session.cause(error)

    return call  # type: ignore[return-value]


def op(fn: Callable[P, R]) -> Callable[P, R]:
    """Make a function of arrays an op: `recorded`, and listed in `cornu.ops` by its name.

    Args:
        fn: a function over `jax.numpy`.

    Returns:
        The op, with the function's name, signature and docstring.
    """
    call = recorded(fn)
    ops.add(call)
    return call
