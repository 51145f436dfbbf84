"""The compiled programs of a model: one kind of step, as a loop over many batches and as a single one."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from .. import engine
from ..core import dtypes
from ..core.variable import Variable
from . import steps


class Programs:
    """One kind of step of a model, compiled; running it puts new values into the Variables.

    Args:
        step: a function of a batch `(x, y, weight)` from `steps`.
        variables: every Variable it reads or assigns.
        batch_size: samples per batch of the loop.
        results: function that reads the metrics.
    """

    def __init__(
        self, step: steps.Step, variables: list[Variable], batch_size: int, results: Callable[[], Any] | None = None
    ) -> None:
        self.variables, self.batch_size = variables, batch_size
        run = engine.current()
        if results is not None:
            self.loop = run.compile(steps.many_steps(step, variables, batch_size, results), donate=(0,))
            single = steps.single_step(step, variables, results)
            self.single = run.compile(single, donate=(0,))
            self.last = run.compile(single, donate=(0,), quick=True)  # runs once an epoch
        else:
            self.loop = run.compile(steps.many_predictions(step, variables, batch_size), donate=(0,))
            self.single = self.last = run.compile(steps.single_prediction(step, variables), donate=(0,))

    def run(self, program: Any, *args: Any) -> Any:
        """Run a program `(values, ...) -> (values, result)` on the Variables and give its result."""
        values, result = program([v.take() for v in self.variables], *args)
        for variable, value in zip(self.variables, values, strict=True):
            variable.give(value)
        return result

    def prepare(self, program: Any, *args: Any) -> None:
        """Begin to compile a program for such arguments while other work goes on."""
        if not program.compiled:
            program.prepare([v.spec() for v in self.variables], *jax.tree.map(spec_of, args))


def spec_of(value: Any) -> Any:
    """Shape and dtype of an array of any kind."""
    if isinstance(value, jax.ShapeDtypeStruct):
        return value
    dtype = value.dtype if isinstance(value, np.ndarray | np.generic | jax.Array) else value.dtype.as_numpy_dtype
    return dtypes.spec(value.shape, dtype)
