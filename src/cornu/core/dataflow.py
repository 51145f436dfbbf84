"""Follow the rows of a batch through a traced program: does every row stay alone?

Each value is either free of rows (None) or holds them: `Rows(axis, outer, block)` says that this axis, taken apart into
`outer` times the number of rows times `block`, counts the rows in the middle. A primitive is described by the axes that
it keeps: for each operand, where each of its axes lies in the result. Rows on an axis that is not kept meet, or might,
and so do those that come to lie in two places, or enter a primitive that is not known: `Mixed` ends the walk.
"""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import zip_longest
from typing import Any, NamedTuple

from ..engine import inner_programs

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
    """Rows of the batch meet, or something cannot tell real rows from others."""


Where = Rows | None
Kept = dict[int, int]  # axis of an operand -> that of the result


def follow(jaxpr: Any, inputs: Sequence[Where], size: int, seen: list[Any]) -> list[Where]:
    """Where the rows lie in the results of a program.

    Args:
        jaxpr: the program.
        inputs: where they lie in its arguments.
        size: how many rows there are.
        seen: gets everything by which a program could know that: its primitives in order, the numbers among their
            operands, and the lengths of what is summed or put in order.

    Raises:
        Mixed: some rows meet, or might.
    """
    where: dict[Any, Where] = dict(zip(jaxpr.invars, inputs, strict=True))

    def of(atom: Any) -> Where:
        return None if hasattr(atom, "val") else where.get(atom)

    for equation in jaxpr.eqns:
        name, atoms = equation.primitive.name, equation.invars
        lengths = [atoms[0].aval.shape[axis] for axis in _worked(equation)] if name in _ORDER else []
        seen.append((name, [str(atom.val) for atom in atoms if hasattr(atom, "val")], lengths))
        given = [of(atom) for atom in atoms]
        if any(given):
            found = _through(equation, given, size, seen)
        else:
            found = [None] * len(equation.outvars)
            for inner in inner_programs(equation):
                follow(inner, [None] * len(inner.invars), size, seen)
        where.update(zip(equation.outvars, found, strict=True))
    return [of(atom) for atom in jaxpr.outvars]


# What depends on how long an array is, or on the order in it.
_ORDER = {"rev", "sort", "argmax", "argmin", "dot_general"} | {
    f"{kind}{what}" for kind in ("cum", "reduce_") for what in ("sum", "prod", "max", "min", "logsumexp")
}


def _worked(equation: Any) -> list[int]:
    """The axes of the first operand that an equation puts in order, sums, or works along otherwise."""
    parameters = equation.params
    if "dimension_numbers" in parameters:  # of a product
        return list(parameters["dimension_numbers"][0][0])
    found = [parameters[key] for key in ("axis", "dimension", "dimensions", "axes") if key in parameters]
    return [axis for item in found for axis in (item if isinstance(item, tuple | list) else (item,))]


def _through(equation: Any, given: list[Where], size: int, seen: list[Any]) -> list[Where]:
    name, parameters, results = equation.primitive.name, equation.params, equation.outvars
    if parameters.get("name") == TRUSTED:
        return [None] * len(results)
    if name == "optimization_barrier":
        return given
    if name == "scan":
        return _scan(equation, given, size, seen)
    if name == "cond" and given[0] is None:
        branches = [follow(branch.jaxpr, given[1:], size, seen) for branch in parameters["branches"]]
        return [reduce(_merged, found) for found in zip(*branches, strict=True)]
    if name == "reshape":
        found = _reshaped(given[0], equation.invars[0].aval.shape, results[0].aval.shape, size)
    elif name in _RULES:
        keeps = zip_longest(given, _RULES[name](equation))  # what a rule does not tell of keeps nothing
        found = reduce(_merged, [where and _moved(where, kept or {}) for where, kept in keeps])
    else:
        inner = next((parameters[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in parameters), None)
        called = getattr(inner, "jaxpr", inner)
        if called is None or [v.aval.shape for v in called.invars] != [atom.aval.shape for atom in equation.invars]:
            raise Mixed(name)
        return follow(called, given, size, seen)
    if any(found and result.aval.shape[found.axis] != found.outer * size * found.block for result in results):
        raise Mixed(name)
    return [found] * len(results)


def _scan(equation: Any, given: list[Where], size: int, seen: list[Any]) -> list[Where]:
    """A loop over an axis that holds no rows; what it carries settles after a few passes."""
    body = equation.params["jaxpr"].jaxpr
    # What it takes apart, and puts together, has an axis more outside; JAX's versions count it in different ways.
    carried = _as_many_axes(equation.outvars, body.outvars)
    consts = _as_many_axes(equation.invars, body.invars) - carried
    xs = given[consts + carried :]
    if any(where is not None and where.axis == 0 for where in xs):
        raise Mixed("scan")
    xs = [where and where.at(where.axis - 1) for where in xs]
    carry = list(given[consts : consts + carried])
    for _ in range(carried + 2):
        found = follow(body, [*given[:consts], *carry, *xs], size, seen)
        merged = [_merged(a, b) for a, b in zip(carry, found[:carried], strict=True)]
        if merged == carry:
            return [*carry, *(where and where.at(where.axis + 1) for where in found[carried:])]
        carry = merged
    raise Mixed("scan")


def _as_many_axes(outside: Sequence[Any], inside: Sequence[Any]) -> int:
    return sum(a.aval.ndim == b.aval.ndim for a, b in zip(outside, inside, strict=True))


def _merged(a: Where, b: Where) -> Where:
    if a is not None and b is not None and a != b:
        raise Mixed("two places")
    return a or b


def _moved(where: Rows, kept: Kept) -> Rows:
    if where.axis not in kept:
        raise Mixed("an axis with rows is not kept")
    return where.at(kept[where.axis])


def _reshaped(rows: Where, before: tuple[int, ...], after: tuple[int, ...], size: int) -> Where:
    """The rows on the axis that has as many elements before and behind each."""
    if rows is None:
        return None
    lead = math.prod(before[: rows.axis]) * rows.outer
    inner = math.prod(before[rows.axis + 1 :]) * rows.block
    for axis, length in enumerate(after):
        outer, behind = math.prod(after[:axis]), math.prod(after[axis + 1 :])
        if outer and behind and lead % outer == inner % behind == 0:
            found = Rows(axis, lead // outer, inner // behind)
            if length == found.outer * size * found.block:
                return found
    raise Mixed("reshape")


def _elementwise(equation: Any) -> list[Kept]:
    rank = equation.outvars[0].aval.ndim
    return [{axis: axis for axis in range(rank)} if atom.aval.ndim == rank else {} for atom in equation.invars]


def _along(equation: Any) -> list[Kept]:
    """What works along one axis, or some, and keeps all others."""
    kept = [axis for axis in range(equation.invars[0].aval.ndim) if axis not in _worked(equation)]
    return [dict(zip(kept, kept, strict=True)) for _ in equation.invars]


def _without(equation: Any) -> list[Kept]:
    """What takes the axes away that it works along."""
    return [{axis: place for place, axis in enumerate(_along(equation)[0])}]


def _uncut(equation: Any) -> list[Kept]:
    """A cut, window or border: the axes that it leaves as they are."""
    shapes = zip(equation.invars[0].aval.shape, equation.outvars[0].aval.shape, strict=True)
    kept = {axis: axis for axis, (before, after) in enumerate(shapes) if before == after}
    steps = ("strides", "window_dimensions", "window_strides", "base_dilation", "window_dilation")
    for key, whole in (*dict.fromkeys(steps, (1,)).items(), ("padding", (0, 0)), ("padding_config", (0, 0, 0))):
        for axis, value in enumerate(equation.params.get(key) or ()):
            if (value if isinstance(value, tuple) else (value,)) != whole:
                kept.pop(axis, None)
    return [kept]


def _update(equation: Any) -> list[Kept]:
    """A part that is replaced: the axes on which it is all."""
    shapes = zip(*(atom.aval.shape for atom in equation.invars[:2]), strict=True)
    return [{axis: axis for axis, (all_, part) in enumerate(shapes) if all_ == part}] * 2


def _dot(equation: Any) -> list[Kept]:
    contracted, batched = equation.params["dimension_numbers"]
    kept, place = [], len(batched[0])
    for atom, taken, shared in zip(equation.invars, contracted, batched, strict=True):
        free = [axis for axis in range(atom.aval.ndim) if axis not in (*taken, *shared)]
        kept.append({axis: i for i, axis in enumerate(shared)} | {axis: place + i for i, axis in enumerate(free)})
        place += len(free)
    return kept


def _convolution(equation: Any) -> list[Kept]:
    numbers = equation.params["dimension_numbers"]
    return [{numbers.lhs_spec[0]: numbers.out_spec[0]}] if equation.params["batch_group_count"] == 1 else []


def _gather(equation: Any) -> list[Kept]:
    numbers, sizes = equation.params["dimension_numbers"], equation.params["slice_sizes"]
    table = equation.invars[0].aval
    free = [axis for axis in range(equation.outvars[0].aval.ndim) if axis not in numbers.offset_dims]  # of the indices
    batch = numbers.operand_batching_dims
    sliced = [axis for axis in range(table.ndim) if axis not in (*numbers.collapsed_slice_dims, *batch)]
    kept = {
        axis: place
        for axis, place in zip(sliced, numbers.offset_dims, strict=True)
        if sizes[axis] == table.shape[axis] and axis not in numbers.start_index_map
    }
    kept |= {axis: free[place] for axis, place in zip(batch, numbers.start_indices_batching_dims, strict=True)}
    return [kept, dict(enumerate(free))]


_ELEMENTWISE = """
    abs acos acosh add add_any and asin asinh atan atan2 atanh bitcast_convert_type cbrt ceil clamp complex conj
    convert_element_type copy copy_p cos cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt imag
    integer_pow is_finite le lgamma log log1p logistic lt max min mul ne neg nextafter not or population_count pow
    real reduce_precision rem round rsqrt select_and select_n shift_left shift_right_arithmetic shift_right_logical
    sign sin sinh sqrt square stop_gradient sub tan tanh xor
"""
_RULES: dict[str, Callable[[Any], list[Kept]]] = {
    **dict.fromkeys(_ELEMENTWISE.split(), _elementwise),
    "broadcast_in_dim": lambda equation: [dict(enumerate(equation.params["broadcast_dimensions"]))],
    "transpose": lambda equation: [{axis: place for place, axis in enumerate(equation.params["permutation"])}],
    "dot_general": _dot,
    "conv_general_dilated": _convolution,
    "gather": _gather,
    **dict.fromkeys(("slice", "dynamic_slice", "pad", "reduce_window_max", "reduce_window_sum"), _uncut),
    "dynamic_update_slice": _update,
    **{f"reduce_{kind}": _without for kind in ("sum", "max", "min", "prod", "and", "or", "xor")},
    **dict.fromkeys(("argmax", "argmin", "squeeze"), _without),
    **dict.fromkeys(("sort", "top_k", "cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp", "rev", "split"), _along),
    "concatenate": _along,
}
