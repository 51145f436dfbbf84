"""Rows: batches that are padded to one size, so that one program serves batches of every length.

The rows behind the real ones repeat the last real row. A program that treats each row alone gives the same numbers for
the real rows as without them; what reduces over the batch asks here which rows are real. `alone` reads off a traced
function whether every row stands alone; a model of which that is not so gets a program of its own for every length.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from . import dataflow
from .holders import is_library
from .quiet import quiet
from .setting import Setting

# Inside `with padded(real):` only the rows where `real`, booleans (batch,), is true belong to the batch; None: all do.
padded: Setting[Any] = Setting("real_rows", None)
real_rows = padded.get


def refuse(reason: str) -> None:
    """Give up the padded program, if one is traced: what follows mixes rows in a way that is not known."""
    if real_rows() is not None:
        raise dataflow.Mixed(reason)


def count(array: Any) -> Any:
    """How many rows of a batch are real: a number, or traced where a batch is padded."""
    if not array.ndim:
        return 1
    real = real_rows()
    return over(jnp.sum, real) if real is not None else array.shape[0]


def mask_of(array: Any) -> Any:
    """`real_rows` as booleans that broadcast against an array; None if all rows are real."""
    real = real_rows()
    return None if real is None else real.reshape((-1,) + (1,) * (array.ndim - 1))


def reduced(fn: Callable[[Any], Any], array: Any) -> Any:
    """`fn(array)`, which sums over the batch; the array is zero in rows that only pad."""
    return fn(array) if real_rows() is None else over(fn, array)


def total(fn: Callable[[Any], Any], array: Any) -> Any:
    """`fn(array)`, a sum over the batch of what each row gives, and 0 gives 0; of the real rows alone."""
    mask = mask_of(array) if array.ndim else None
    if mask is None:
        return fn(array)
    if not is_library(type(fn)):
        refuse("an activity regularizer of the user's own")
    return over(lambda real, x: fn(jnp.where(real, x, 0)), mask, array)


def over(fn: Callable[..., Any], *arrays: Any) -> Any:
    """`fn(*arrays)`, which reduces over the batch and looks at real rows alone: `alone` takes its word for it."""

    def reduced(*arrays: Any) -> Any:
        return fn(*arrays)

    reduced.__name__ = dataflow.TRUSTED
    return jax.jit(reduced)(*arrays)


def alone(fn: Callable[..., Any], batch: Any, *others: Any) -> bool:
    """Whether `fn(batch, *others)` computes each row of its results from the same row of the batch.

    The function is traced for two sizes of the batch. In both every row must stay alone, and both traces must compute
    with the same numbers: a size of the batch that became one, as in `x / len(x)`, would show.

    Args:
        fn: a function of arrays; its results are a pair: what has a row per sample, and what has none.
        batch: tree of specs whose first axis counts samples.
        *others: trees of arrays or specs that have no samples.
    """
    size = max(2, jax.tree.leaves(batch)[0].shape[0])  # of a single row nothing could be told
    try:
        traces = [_trace(fn, batch, others, n) for n in (size, size + 1)]
    except (dataflow.Mixed, AttributeError, KeyError):  # or another version of JAX describes a primitive otherwise
        return False
    return traces[0] == traces[1]


@quiet
def _trace(fn: Callable[..., Any], batch: Any, others: Any, size: int) -> list[Any]:
    """The operations of a function and the numbers in them; raises `Mixed` unless every row stays alone."""
    batch = jax.tree.map(lambda a: jax.ShapeDtypeStruct((size, *a.shape[1:]), a.dtype), batch)
    traced, (per_row, _) = jax.make_jaxpr(fn, return_shape=True)(batch, *others)
    inputs = [dataflow.Rows(0) for _ in jax.tree.leaves(batch)] + [None for _ in jax.tree.leaves(others)]
    known = [(np.shape(c), np.asarray(c).tobytes()) for c in traced.consts if not isinstance(c, jax.core.Tracer)]
    found = dataflow.follow(traced.jaxpr, inputs, size, known)
    leaves = jax.tree.leaves(per_row)
    placed = all(where in (None, dataflow.Rows(0)) for where in found[: len(leaves)]) and not any(found[len(leaves) :])
    if not placed or any(leaf.shape[:1] != (size,) for leaf in leaves):
        raise dataflow.Mixed("results")
    return known
