"""Follow the rows of a batch through a traced program: does every row stay alone?

Each value is either free of rows (None) or holds them: `Rows(axis, outer, block)` says that this axis, taken apart into
`outer` times the number of rows times `block`, counts the rows in the middle. A primitive that keeps rows apart says
where they lie in its result; one that mixes them, or that is not known, ends the walk with `Mixed`.
"""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import jax
import numpy as np

from .setting import Setting

TRUSTED = "over_real_rows"  # name of functions that reduce over the rows and look at the real ones alone


class Rows(NamedTuple):
    """Where the rows of the batch lie in a value."""

    axis: int
    outer: int = 1
    block: int = 1

    def at(self, axis: int) -> "Rows":
        """The same on another axis."""
        return Rows(axis, self.outer, self.block)


class Mixed(Exception):  # noqa: N818 - it steers, and reaches nobody
    """Rows of the batch meet."""


Where = Rows | None
Rule = Callable[[Any, list[Where], int], Where]


def follow(jaxpr: Any, inputs: Sequence[Where], size: int) -> list[Where]:
    """Where the rows lie in the results of a program.

    Args:
        jaxpr: the program.
        inputs: where they lie in its arguments.
        size: how many rows there are.

    Raises:
        Mixed: some rows meet, or might.
    """
    where: dict[Any, Where] = dict(zip(jaxpr.invars, inputs, strict=True))

    def of(atom: Any) -> Where:
        return None if hasattr(atom, "val") else where.get(atom)

    for equation in jaxpr.eqns:
        given = [of(atom) for atom in equation.invars]
        if any(given):
            found = _through(equation, given, size)
        else:
            found = [None] * len(equation.outvars)
            _ordered.get().extend(_orders(equation))
        where.update(zip(equation.outvars, found, strict=True))
    return [of(atom) for atom in jaxpr.outvars]


# What depends on how long an array is, or on the order in it.
_ORDER = {"rev", "sort", "argmax", "argmin", "dot_general"} | {
    f"{kind}{what}" for kind in ("cum", "reduce_") for what in ("sum", "prod", "max", "min", "logsumexp")
}
_ordered: Setting[list[Any]] = Setting("ordered", [])


def followed(traced: Any, inputs: Sequence[Where], size: int) -> tuple[list[Where], list[Any]]:
    """`follow`, and everything by which a program could know how many rows there are.

    Args:
        traced: the program, with its constants.
        inputs: where the rows lie in its arguments.
        size: how many there are.
    """
    known = [c for c in traced.consts if not isinstance(c, jax.core.Tracer)]
    with _ordered([]) as ordered:
        found = follow(traced.jaxpr, inputs, size)
    return found, [listing(traced.jaxpr), [(np.shape(c), np.asarray(c).tobytes()) for c in known], ordered]


def _orders(equation: Any) -> list[Any]:
    """The sizes of what is put in order or summed, of values without rows: one that is the batch's shows."""
    name = equation.primitive.name
    own = [(name, [equation.invars[0].aval.shape[axis] for axis in _worked(equation)])] if name in _ORDER else []
    return own + [found for inner in _inner(equation) for e in inner.eqns for found in _orders(e)]


def _worked(equation: Any) -> list[int]:
    """The axes of the first operand that an equation puts in order, sums, or works along otherwise."""
    parameters = equation.params
    if "dimension_numbers" in parameters:  # of a product
        return list(parameters["dimension_numbers"][0][0])
    found = [parameters[key] for key in ("axis", "dimension", "dimensions", "axes") if key in parameters]
    return [axis for item in found for axis in (item if isinstance(item, tuple | list) else (item,))]


def _inner(equation: Any) -> list[Any]:
    """The programs inside an equation."""
    values = jax.tree.leaves(list(equation.params.values()), is_leaf=lambda leaf: hasattr(leaf, "eqns"))
    return [inner for value in values if hasattr(inner := getattr(value, "jaxpr", value), "eqns")]


def listing(jaxpr: Any) -> list[Any]:
    """The primitives of a program in order, each with the numbers among its operands."""
    listed: list[Any] = []
    for equation in jaxpr.eqns:
        listed.append((equation.primitive.name, [str(a.val) for a in equation.invars if hasattr(a, "val")]))
        if equation.params.get("name") == TRUSTED:
            continue
        for inner in _inner(equation):
            listed += listing(inner)
    return listed


def _through(equation: Any, given: list[Where], size: int) -> list[Where]:
    name, parameters, results = equation.primitive.name, equation.params, equation.outvars
    if name in ("jit", "pjit") and parameters["name"] == TRUSTED:
        return [None] * len(results)
    if name == "scan":
        return _scan(parameters, given, size)
    if name == "cond" and given[0] is None:
        return _agreeing([follow(branch.jaxpr, given[1:], size) for branch in parameters["branches"]])
    inner = next((parameters[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in parameters), None)
    if inner is not None and name != "while":
        return follow(getattr(inner, "jaxpr", inner), given, size)
    rule = _RULES.get(name) or (_elementwise if name in _ELEMENTWISE else None)
    if rule is None:
        raise Mixed(name)
    found = rule(equation, given, size)
    for result in results:
        if found is not None and result.aval.shape[found.axis] != found.outer * size * found.block:
            raise Mixed(name)
    return [found] * len(results)


def _scan(parameters: Any, given: list[Where], size: int) -> list[Where]:
    """A loop over an axis that holds no rows; what it carries settles after a few passes."""
    consts, carried = parameters["num_consts"], parameters["num_carry"]
    body = parameters["jaxpr"].jaxpr
    xs = [_without_axis(w, 0) for w in given[consts + carried :]]
    carry = list(given[consts : consts + carried])
    for _ in range(carried + 2):
        found = follow(body, [*given[:consts], *carry, *xs], size)
        merged = [_merged(a, b) for a, b in zip(carry, found[:carried], strict=True)]
        if merged == carry:
            return [*carry, *(w and w.at(w.axis + 1) for w in found[carried:])]
        carry = merged
    raise Mixed("scan")


def _agreeing(branches: list[list[Where]]) -> list[Where]:
    found = branches[0]
    for other in branches[1:]:
        found = [_merged(a, b) for a, b in zip(found, other, strict=True)]
    return found


def _merged(a: Where, b: Where) -> Where:
    if a is not None and b is not None and a != b:
        raise Mixed("two places")
    return a or b


def _without_axis(where: Where, axis: int) -> Where:
    """Where the rows lie when another axis is gone."""
    if where is None:
        return None
    if where.axis == axis:
        raise Mixed("an axis with rows is taken apart")
    return where.at(where.axis - (where.axis > axis))


def _only(given: list[Where]) -> Rows:
    """The place of the first operand's rows; the others hold none."""
    if given[0] is None or any(given[1:]):
        raise Mixed("operands")
    return given[0]


def _elementwise(equation: Any, given: list[Where], size: int) -> Where:
    rank = equation.outvars[0].aval.ndim
    if any(where is not None and atom.aval.ndim != rank for atom, where in zip(equation.invars, given, strict=True)):
        raise Mixed("ranks")
    return reduce(_merged, given, None)


def _broadcast(equation: Any, given: list[Where], size: int) -> Where:
    rows = _only(given)
    return rows.at(equation.params["broadcast_dimensions"][rows.axis])


def _reshape(equation: Any, given: list[Where], size: int) -> Where:
    rows = _only(given)
    before, after = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
    lead = math.prod(before[: rows.axis]) * rows.outer
    inner = math.prod(before[rows.axis + 1 :]) * rows.block
    for axis, length in enumerate(after):
        outer, behind = math.prod(after[:axis]), math.prod(after[axis + 1 :])
        if outer and behind and lead % outer == inner % behind == 0:
            found = Rows(axis, lead // outer, inner // behind)
            if length == found.outer * size * found.block:
                return found
    raise Mixed("reshape")


def _transpose(equation: Any, given: list[Where], size: int) -> Where:
    rows = _only(given)
    return rows.at(list(equation.params["permutation"]).index(rows.axis))


def _reduce(equation: Any, given: list[Where], size: int) -> Where:
    rows = _only(given[:1] + [g for g in given[1:] if g not in (None, given[0])])
    if rows.axis in equation.params["axes"]:
        raise Mixed("reduction")
    return rows.at(rows.axis - sum(axis < rows.axis for axis in equation.params["axes"]))


def _along(equation: Any, given: list[Where], size: int) -> Where:
    """What works along one axis, or some: rows lie on another."""
    rows = _only(given) if len(set(given)) > 1 else given[0]
    assert rows is not None
    if rows.axis in _worked(equation):
        raise Mixed("along")
    return rows


def _squeeze(equation: Any, given: list[Where], size: int) -> Where:
    rows = _only(given)
    return rows.at(rows.axis - sum(axis < rows.axis for axis in equation.params["dimensions"]))


def _whole_axis(equation: Any, given: list[Where], size: int) -> Where:
    """A cut, window or border that leaves the axis of the rows as it is."""
    rows, parameters = _only([given[0], *(g for g in given[1:] if g is not None)]), equation.params
    axis = rows.axis
    if equation.invars[0].aval.shape[axis] != equation.outvars[0].aval.shape[axis]:
        raise Mixed("cut")
    for key in ("strides", "window_dimensions", "window_strides", "base_dilation", "window_dilation"):
        if parameters.get(key) is not None and parameters[key][axis] != 1:
            raise Mixed(key)
    for key in ("padding", "padding_config"):
        if parameters.get(key) is not None and any(parameters[key][axis]):
            raise Mixed(key)
    return rows


def _update_slice(equation: Any, given: list[Where], size: int) -> Where:
    target, update, *starts = given
    axis = (target or update or Rows(0)).axis
    if any(starts) or equation.invars[1].aval.shape[axis] != equation.invars[0].aval.shape[axis]:
        raise Mixed("update")
    return _merged(target, update)


def _concatenate(equation: Any, given: list[Where], size: int) -> Where:
    found = reduce(_merged, given, None)
    if found is not None and found.axis == equation.params["dimension"]:
        raise Mixed("concatenate")
    return found


def _select(equation: Any, given: list[Where], size: int) -> Where:
    if given[0] is not None and not equation.invars[0].aval.shape:
        raise Mixed("select")
    return reduce(_merged, given, None)


def _dot(equation: Any, given: list[Where], size: int) -> Where:
    contracted, batched = equation.params["dimension_numbers"]
    sides = zip(given, contracted, batched, [atom.aval.ndim for atom in equation.invars], strict=True)
    found: list[Rows] = []
    before = 0
    for where, taken, shared, rank in sides:
        free = [axis for axis in range(rank) if axis not in (*taken, *shared)]
        if where is not None:
            if where.axis in taken:
                raise Mixed("product")
            inside = where.axis in shared
            found.append(
                where.at([*shared].index(where.axis) if inside else len(shared) + before + free.index(where.axis))
            )
        before += len(free)
    if len(set(found)) != 1:
        raise Mixed("product")
    return found[0]


def _convolution(equation: Any, given: list[Where], size: int) -> Where:
    rows, numbers = _only(given), equation.params["dimension_numbers"]
    if rows.axis != numbers.lhs_spec[0] or equation.params["batch_group_count"] != 1:
        raise Mixed("convolution")
    return rows.at(numbers.out_spec[0])


def _gather(equation: Any, given: list[Where], size: int) -> Where:
    table, indices = given
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    rank = equation.outvars[0].aval.ndim
    free = [axis for axis in range(rank) if axis not in numbers.offset_dims]  # of the indices, in their order
    operand_batch = tuple(getattr(numbers, "operand_batching_dims", ()))
    if table is None and indices is not None:
        return indices.at(free[indices.axis])
    if table is not None and table.axis in operand_batch:
        place = numbers.start_indices_batching_dims[operand_batch.index(table.axis)]
        if indices not in (None, table.at(place)):
            raise Mixed("gather")
        return table.at(free[place])
    if table is not None and indices is None and sizes[table.axis] == equation.invars[0].aval.shape[table.axis]:
        kept = [a for a in range(len(sizes)) if a not in (*numbers.collapsed_slice_dims, *operand_batch)]
        if table.axis in kept and table.axis not in numbers.start_index_map:
            return table.at(numbers.offset_dims[kept.index(table.axis)])
    raise Mixed("gather")


_ELEMENTWISE = {
    *("abs", "acos", "acosh", "add", "and", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clamp"),
    *("convert_element_type", "copy", "copy_p", "cos", "cosh", "digamma", "div", "eq", "erf", "erf_inv", "erfc", "exp"),
    *("exp2", "expm1", "floor", "ge", "gt", "imag", "integer_pow", "is_finite", "le", "lgamma", "log", "log1p"),
    *("logistic", "lt", "max", "min", "mul", "ne", "neg", "nextafter", "not", "optimization_barrier", "or"),
    *("population_count", "pow", "real", "reduce_precision", "rem", "round", "rsqrt", "select_and", "shift_left"),
    *("shift_right_arithmetic", "shift_right_logical", "sign", "sin", "sinh", "sqrt", "square", "stop_gradient", "sub"),
    *("tan", "tanh", "xor", "bitcast_convert_type", "complex", "conj", "add_any"),
}
_RULES: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast,
    "reshape": _reshape,
    "transpose": _transpose,
    "squeeze": _squeeze,
    "concatenate": _concatenate,
    "select_n": _select,
    "dot_general": _dot,
    "conv_general_dilated": _convolution,
    "gather": _gather,
    "dynamic_update_slice": _update_slice,
    **dict.fromkeys(
        ("slice", "dynamic_slice", "pad", "reduce_window_max", "reduce_window_sum", "reduce_window"), _whole_axis
    ),
    **{f"reduce_{kind}": _reduce for kind in ("sum", "max", "min", "prod", "and", "or", "xor")},
    "argmax": _reduce,
    "argmin": _reduce,
    **dict.fromkeys(("sort", "top_k", "cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp", "rev", "split"), _along),
}
