"""Errors of JAX and NumPy in plain words: what a learner can act on, without what is inside of them."""

import contextlib
import inspect
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import jax

from .symbolic import known_shape, without_trials

_FOREIGN = ("jax", "numpy", "contextlib", "functools", "flax", "equinox")

GONE = (  # what is said of a tracer that is met after its time
    "A value is used that was computed while a program was traced, or inside a function that value_and_grad or another "
    "transform ran, and that is gone since: an attribute which a call(), step, loss or metric has set to an array, or "
    "losses that layers added. In a function to be differentiated return it beside the loss, `return loss, value`, "
    "with value_and_grad(function, model, has_aux=True); what is to stay keep in a cornu.Variable, and assign() it."
)
_NO_DECISION = (
    "`if`, `and`, `not` and `while` cannot decide on an array: it holds many numbers, or, while a model is built or "
    "compiled, none yet. Use cornu.ops.where(condition, a, b), or cornu.ops.cond for one truth value."
)
_NO_NUMPY = (
    "NumPy and float() cannot compute with an array that holds no numbers yet, as while a model is built or compiled. "
    "Use the function of the same name from cornu.ops, or compile(..., run_eagerly=True) to look at numbers."
)
_IN_PLAIN_WORDS: list[tuple[type[Exception], str]] = [
    (jax.errors.TracerBoolConversionError, _NO_DECISION),
    (jax.errors.TracerArrayConversionError, _NO_NUMPY),
    (jax.errors.ConcretizationTypeError, _NO_NUMPY),
]


def origin(error: BaseException) -> tuple[bool, bool]:
    """Whether JAX or NumPy raised an error, and whether code of the user's own led there."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    known = ("cornu.", *_FOREIGN)
    return modules[-1].startswith(_FOREIGN), any(not module.startswith(known) for module in modules)


def simplified(error: BaseException) -> str:
    """Replace what JAX says about its own tracing by what to write, and return the first line of the message."""
    words = next((words for kind, words in _IN_PLAIN_WORDS if isinstance(error, kind)), None)
    if words is None and "truth value of an array" in str(error):
        words = _NO_DECISION
    if words is not None:
        error.args = (words,)
    lines = str(error).strip().splitlines()
    return without_trials(lines[0] if lines else type(error).__name__)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Add to an error of a user's own function, which is called inside the `with` block, what calls it.

    Args:
        what: a sentence, such as how a loss is called.
    """
    try:
        yield
    except Exception as error:
        simplified(error)
        error.add_note(what)
        raise


def of_op(error: Exception, fn: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Exception:
    """An error that JAX or NumPy raised inside an op, as one that names the op and the shapes that it received.

    Args:
        error: the error; one that Cornu or the user raised is returned as it is.
        fn: the function of the op.
        args: its arguments by position.
        kwargs: its arguments by name.
    """
    foreign, own = origin(error)
    if not foreign or own:
        return error
    given = inspect.signature(fn).bind(*args, **kwargs).arguments
    shapes = [(name, jax.tree.leaves(value)) for name, value in given.items()]
    shown = [f"{n} of shape {known_shape(v.shape)}" for n, vs in shapes for v in vs if hasattr(v, "shape")]
    reason, axis = simplified(error), given.get("axis")
    if isinstance(axis, str) or isinstance(error, LookupError | NameError):
        reason = f"axis={axis!r} is no axis of it." if axis is not None else reason
    explained = ValueError(f"ops.{fn.__name__} cannot compute with {', '.join(shown) or given}: {reason}")
    explained.of_op = True  # type: ignore[attr-defined]  # of which a layer around it says its name
    return explained
