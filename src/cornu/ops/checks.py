"""What ops ask of their inputs, and the sentence where they do not get it."""

from typing import Any

import jax
import numpy as np

from .tensors import tensor


def matrices(x: Any, name: str, square: bool = False) -> jax.Array:
    """`x` as an array of matrices `(..., m, n)`; `ValueError` for a vector, or for another shape than a square one."""
    x = tensor(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        expected = "square matrices (..., n, n)" if square else "matrices (..., m, n)"
        raise ValueError(f"{name} expects {expected}. Received shape {x.shape}.")
    return x


def positive(**values: Any) -> None:
    """`ValueError` for the first value that is no positive integer, by its name."""
    for name, value in values.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name} is a positive integer. Received: {name}={value!r}")


def distinct_axes(axis1: int, axis2: int, rank: int) -> None:
    """`ValueError` for two axes that are one."""
    if rank and axis1 % rank == axis2 % rank:
        raise ValueError(f"axis1 and axis2 are two axes. Received: axis1={axis1}, axis2={axis2}")


def existing_axes(axes: Any, rank: int) -> tuple[int, ...]:
    """Axes counted from 0, of one axis or several; `ValueError` for one that an array of `rank` axes has not."""
    given = (axes,) if isinstance(axes, int | np.integer) else tuple(axes)
    for axis in given:
        if not -rank <= axis < rank:
            raise ValueError(f"axis {axis} is out of bounds for an array with {rank} axes.")
    return tuple(axis % rank for axis in given)
