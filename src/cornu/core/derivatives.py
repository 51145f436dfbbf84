"""Derivatives of functions that read Variables."""

from collections.abc import Callable
from typing import Any

import jax

from . import seeds, state
from .quiet import quiet
from .variable import Variable

__all__ = ["grad", "value_and_grad"]


def value_and_grad(fn: Callable[..., Any], wrt: Any = None, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives what `fn` gives, and the derivatives of that.

    `fn` may assign Variables, as batch normalization and random layers do; they have their new values afterwards, as
    after a call of `fn` itself.

    Args:
        fn: function whose value is one number, such as a loss.
        wrt: with respect to what: a Variable, a layer or model (its `trainable_variables`), or a list or dictionary of
            such; numbers of arguments of `fn`, as in `jax.grad`; None for all Variables that it reads and that are
            trained.
        has_aux: whether `fn` gives a pair, of which only the first is differentiated.

    Returns:
        A function of the arguments of `fn` that gives its value, and derivatives in the structure of `wrt`; for None
        a dictionary from Variable to derivative.

    Raises:
        ValueError: `wrt` is something else, or `fn` gives more than one number.

    Example:
        >>> import cornu
        >>> w = cornu.Variable([1.0, 2.0])
        >>> value, slope = cornu.value_and_grad(lambda x: cornu.ops.sum(w * w * x), w)(3.0)
        >>> float(value), slope.tolist()
        (15.0, [6.0, 12.0])
    """
    if not callable(fn):
        raise ValueError(f"grad and value_and_grad take a function, such as lambda: loss(model(x)). Received: {fn!r}")
    positions = isinstance(wrt, int) or (isinstance(wrt, tuple) and wrt != () and all(isinstance(n, int) for n in wrt))

    @quiet
    def call(*args: Any, **kwargs: Any) -> Any:
        met = state.meet(lambda: fn(*args, **kwargs)).met
        if positions:
            chosen, tree = [], None
        elif wrt is None:
            chosen = [v for v in met if v.trainable and v is not seeds.session_variable()]
            tree = {v: v for v in chosen}
        else:
            tree = jax.tree.map(_variables_of, wrt, is_leaf=lambda part: hasattr(part, "trainable_variables"))
            chosen = list({id(v): v for v in jax.tree.leaves(tree)}.values())
        known = {id(v) for v in chosen}
        variables = [*chosen, *(v for v in met if id(v) not in known)]
        run = state.pure_changes(fn, variables)
        values = [v.stored for v in variables]

        def scalar(differentiated: Any, *args: Any) -> Any:
            result, changes = run([*differentiated, *values[len(chosen) :]], *args, **kwargs)
            value = result[0] if has_aux else result
            if getattr(value, "shape", ()) != () or not hasattr(value, "shape") and not isinstance(value, float | int):
                gives = getattr(value, "shape", value)
                raise ValueError(
                    f"A function is differentiated that gives one number, such as a mean. This one gives {gives}."
                )
            return value, (result, changes)

        numbers = wrt if positions else None
        argnums = 0 if numbers is None else jax.tree.map(lambda n: n + 1, numbers)
        slope = jax.value_and_grad(scalar, argnums, has_aux=True)
        (_, (result, changes)), slopes = slope(values[: len(chosen)], *args)
        for index, new in changes.items():
            variables[index].store(new)
        if positions:
            return result, slopes
        by_id = dict(zip(map(id, chosen), slopes, strict=True))
        return result, {v: by_id[id(v)] for v in chosen} if wrt is None else jax.tree.map(lambda v: by_id[id(v)], tree)

    return call


def grad(fn: Callable[..., Any], wrt: Any = None, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the derivatives of `fn`; see `value_and_grad`.

    Args:
        fn: function whose value is one number.
        wrt: with respect to what.
        has_aux: whether `fn` gives a pair; the second is given behind the derivatives.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, use_bias=False)])
        >>> slopes = cornu.grad(lambda x: cornu.ops.sum(model(x)), model)(cornu.ops.array([[1.0, 2.0]]))
        >>> slopes[0].tolist()
        [[1.0], [2.0]]
    """
    both = value_and_grad(fn, wrt, has_aux)

    def call(*args: Any, **kwargs: Any) -> Any:
        result, slopes = both(*args, **kwargs)
        return (slopes, result[1]) if has_aux else slopes

    return call


def _variables_of(part: Any) -> Any:
    """A Variable, or the list of those of a layer that are trained."""
    if hasattr(part, "trainable_variables"):
        return list(part.trainable_variables)
    if not isinstance(part, Variable):
        raise ValueError(f"wrt holds Variables, layers and models, or numbers of arguments. Received: {part!r}")
    return part
