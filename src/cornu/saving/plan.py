"""Which array goes into which Variable: all checked before any changes."""

import warnings
from typing import Any

import numpy as np

from ..core import lending
from ..core.variable import Variable

Pairs = list[tuple[Variable, np.ndarray[Any, Any]]]


def matched(variables: list[Variable], arrays: list[Any], what: str, skip_mismatch: bool) -> Pairs:
    """Pairs of Variable and array.

    Args:
        variables: Variables of one layer.
        arrays: arrays in their order.
        what: the layer, for messages.
        skip_mismatch: whether what does not fit is left out with a warning.

    Raises:
        ValueError: the number or a shape differs.
    """
    ours, theirs = ([tuple(item.shape) for item in items] for items in (variables, arrays))
    if len(ours) != len(theirs):
        problem = f"{what} has {len(ours)} weights of shapes {ours}, but the file has {len(theirs)} of shapes {theirs}."
        if not ours:
            problem += " The layer has no weights yet: begin the model with Input(shape=...), or call it on data first."
        _report(problem, skip_mismatch)
        return []
    pairs: Pairs = []
    for variable, array in zip(variables, arrays, strict=True):
        if variable.stored_shape == tuple(array.shape):
            pairs.append((variable, array))
        else:
            expected = f"{what}: the weight {variable.name!r} expects shape {variable.stored_shape}"
            _report(f"{expected}, but the file has shape {tuple(array.shape)}.", skip_mismatch)
    return pairs


def _report(problem: str, skip_mismatch: bool) -> None:
    if not skip_mismatch:
        raise ValueError(
            f"{problem} No weight was changed. The file belongs to another architecture: use the model that wrote it, "
            "or pass skip_mismatch=True to leave out what does not fit."
        )
    warnings.warn(f"{problem} It was left out.", stacklevel=2)


def optimizer_pairs(optimizer: Any, arrays: list[Any], where: str) -> Pairs:
    """Pairs for an optimizer's state; none, with a warning, if it does not fit.

    Args:
        optimizer: a built optimizer.
        arrays: its state in the file.
        where: the file, for messages.
    """
    variables = list(optimizer.variables)
    if len(arrays) <= 2 and not any(array.shape for array in arrays):  # its step and rate: it has not trained yet
        return list(zip(variables, arrays, strict=False))
    rate = getattr(optimizer, "_rate", None)
    for own in (variables, [v for v in variables if v is not rate]):  # a file may keep the rate elsewhere
        if [v.stored_shape for v in own] == [tuple(a.shape) for a in arrays]:
            return list(zip(own, arrays, strict=True))
    what = f"The optimizer's state in {where!r} ({len(arrays)} arrays)"
    other = f"that of {optimizer.name!r} ({len(variables)}): training goes on with a fresh one."
    warnings.warn(f"{what} is not {other}", stacklevel=2)
    return []


def assign(pairs: Pairs) -> None:
    """Put the arrays in place, and let go of each on the way: the Variables keep copies."""
    pairs.reverse()
    with lending.back(*(variable for variable, _ in pairs)):  # all at once, for a thread that predicts meanwhile
        while pairs:
            variable, array = pairs.pop()
            variable.store(array)
