"""Control flow: conditions, loops, maps, and derivatives of functions."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ..core import state
from ..core.op import recorded
from .making import ArrayLike, op, op_of, positive, tensor

__all__ = [
    "associative_scan", "cond", "custom_gradient", "fori_loop", "jvp", "map", "scan", "switch", "vectorize",
    "vectorized_map", "while_loop",
]  # fmt: skip


@op
def cond(pred: ArrayLike, true_fn: Callable[..., Any], false_fn: Callable[..., Any]) -> Any:
    """`true_fn()` if `pred` is true, `false_fn()` otherwise; only one of them runs.

    Args:
        pred: a boolean.
        true_fn: function without arguments.
        false_fn: function without arguments that gives the same shapes. Dtypes that differ are promoted.

    Example:
        >>> import cornu
        >>> cornu.ops.cond(True, lambda: 1.0, lambda: 2.0)
        Array(1., dtype=float32, weak_type=True)
    """
    return jax.lax.cond(tensor(pred).astype(bool), *_of_one_dtype([true_fn, false_fn]))


@op
def switch(index: Any, branches: list[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`; only that one runs.

    Args:
        index: integer; outside the range, the nearest end counts.
        branches: list of functions that give the same shapes. Dtypes that differ are promoted.
        *operands: their arguments.

    Example:
        >>> import cornu
        >>> cornu.ops.switch(1, [lambda x: x, lambda x: 2 * x], 3.0)
        Array(6., dtype=float32, weak_type=True)
    """
    return jax.lax.switch(index, _of_one_dtype(branches, *operands), *operands)


def _of_one_dtype(branches: Sequence[Callable[..., Any]], *operands: Any) -> list[Callable[..., Any]]:
    """Branches whose results have the same dtypes; for results of other shapes JAX has an error."""
    results = [state.abstract(branch, *operands) for branch in branches]
    if len({jax.tree.structure(result) for result in results}) > 1 or all(result == results[0] for result in results):
        return list(branches)
    wanted = jax.tree.map(jnp.result_type, *results)

    def cast(branch: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: jax.tree.map(lambda value, dtype: tensor(value).astype(dtype), branch(*args), wanted)

    return [cast(branch) for branch in branches]


@op
def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """`loop_vars = body(*loop_vars)` for as long as `cond(*loop_vars)` is true.

    Args:
        cond: function that gives a boolean.
        body: function that gives the next values, of the same shapes and dtypes.
        loop_vars: first values: an array, or a list or tuple of arrays.
        maximum_iterations: most steps that are made; None for no limit.

    Example:
        >>> import cornu
        >>> cornu.ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0)
        Array(12, dtype=int32, weak_type=True)
    """
    several = isinstance(loop_vars, list | tuple)
    as_tuple: Callable[[Any], tuple[Any, ...]] = tuple if several else lambda value: (value,)

    def go_on(state: tuple[Any, Any]) -> Any:
        step, values = state
        more = cond(*values)
        return more if maximum_iterations is None else more & (step < maximum_iterations)

    def advance(state: tuple[Any, Any]) -> tuple[Any, Any]:
        step, values = state
        return step + 1, as_tuple(body(*values))

    _, values = jax.lax.while_loop(go_on, advance, (0, as_tuple(loop_vars)))
    return values if several else values[0]


@op_of(jax.lax.fori_loop)
def fori_loop(lower: Any, upper: Any, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """`value = body_fun(i, value)` for `i` from `lower` up to, but without, `upper`.

    Args:
        lower: first `i`.
        upper: end of `i`.
        body_fun: function of `i` and the value.
        init_val: first value, an array or a tree of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.fori_loop(0, 4, lambda i, total: total + i, 0)
        Array(6, dtype=int32, weak_type=True)
    """


@op
def scan(
    f: Callable[..., Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> Any:
    """`carry, y = f(carry, x)` for each `x`; gives the last carry and all `y`, stacked.

    Args:
        f: function of the carry and a slice.
        init: first carry, an array or a tree of arrays.
        xs: array, or tree of arrays, whose slices along the first axis are taken; None if `f` needs none.
        length: number of steps; needed if `xs` is None.
        reverse: whether to begin at the end.
        unroll: how many steps to write out in one turn of the loop.

    Raises:
        ValueError: `unroll` is neither a positive integer nor a truth value.

    Example:
        >>> import cornu
        >>> carry, before = cornu.ops.scan(lambda total, x: (total + x, total), 0.0, cornu.ops.array([1.0, 2.0]))
        >>> float(carry), before.tolist()
        (3.0, [0.0, 1.0])
    """
    if not isinstance(unroll, bool):
        positive(unroll=unroll)
    return jax.lax.scan(f, init, xs, length, reverse, unroll)


@op_of(jax.lax.associative_scan, f="fn")
def associative_scan(f: Callable[..., Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """All partial results of an associative function, in parallel.

    Args:
        f: associative function of two slices.
        elems: array, or tree of arrays.
        reverse: whether to begin at the end.
        axis: axis to go along.

    Example:
        >>> import cornu
        >>> cornu.ops.associative_scan(lambda a, b: a + b, cornu.ops.array([1.0, 2.0, 3.0]))
        Array([1., 3., 6.], dtype=float32)
    """


@op_of(jax.lax.map)
def map(f: Callable[..., Any], xs: Any) -> Any:
    """`f` of each slice along the first axis, one after the other; results are stacked.

    Args:
        f: function of a slice.
        xs: array, or tree of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.map(lambda x: 2 * x, cornu.ops.array([1.0, 2.0]))
        Array([2., 4.], dtype=float32)
    """


@op
def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """`function` of each slice along the first axis, all at once; results are stacked.

    Args:
        function: function of a slice.
        elements: array, or tree of arrays.

    Example:
        >>> import cornu
        >>> cornu.ops.vectorized_map(lambda x: 2 * x, cornu.ops.array([1.0, 2.0]))
        Array([2., 4.], dtype=float32)
    """
    return jax.vmap(function)(elements)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a gradient of its own.

    Args:
        f: function that gives its result and a function from the gradient of the result to those of the
            arguments.

    Example:
        >>> import cornu
        >>> float(cornu.ops.custom_gradient(lambda x: (x * x, lambda upstream: 5 * upstream))(3.0))
        9.0
    """
    return recorded(jax.custom_gradient(f))  # type: ignore[no-untyped-call]


@op
def jvp(fun: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of `fun(*primals)`, and its derivative in a direction.

    Args:
        fun: function of arrays.
        primals: its arguments.
        tangents: the direction, an array for each argument.
        has_aux: whether `fun` gives something else as well, to be passed on.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.jvp(lambda x: x * x, [3.0], [1.0])]
        [9.0, 6.0]
    """
    return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux)


def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Callable[..., Any]:
    """A function of arrays from a function of numbers or of small arrays.

    Args:
        pyfunc: the function.
        excluded: positions of arguments that are passed on as they are.
        signature: axes of the small arrays, such as `"(n),(n)->()"`; None for numbers.

    Example:
        >>> import cornu
        >>> cornu.ops.vectorize(lambda a, b: a + b)(cornu.ops.array([1, 2]), 3)
        Array([4, 5], dtype=int32)
    """
    return jnp.vectorize(pyfunc, excluded=frozenset(excluded or ()), signature=signature)
