"""Compiled programs: what a kind of step was made from, its variants, and how they run on a model's Variables."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import engine
from ..core import facts, lending, parts, seeds
from ..core.facts import Facts
from ..core.interrupt import Interrupt
from ..core.variable import Variable
from ..metrics import Metric
from . import steps
from .data import arrays

KEPT = 4  # sets of programs of one kind: a model that goes to and fro between two states compiles neither again
making = threading.RLock()  # one thread prepares a model at a time


class Runnable:
    """One kind of step of a model, compiled in the variants that data asks for, and what it was made from.

    Args:
        step: a function of a batch from `steps`.
        written: the Variables that every step assigns.
        read: every other Variable that it reads or assigns, the last one the session's random stream.
        results: function that reads the metrics.
        gives: whether a step gives something itself.
        alone: function of the specs of a batch that tells whether every row of it stands alone.
        eager: whether steps run op by op in Python.
        metrics: by the keys of the logs, those that it updates.
    """

    def __init__(
        self,
        step: steps.Step,
        written: list[Variable],
        read: list[Variable],
        results: Callable[[], Any] = lambda: None,
        gives: bool = False,
        alone: Callable[[Any], bool] = lambda batch: False,
        eager: bool = False,
        metrics: Sequence[tuple[str, Any]] = (),
    ) -> None:
        self.written, self.read, self.metrics, self.eager = written, read, metrics, eager
        self._alone = alone
        self._pure = steps.Programs(step, self.written, self.read, results, gives)
        self._engine = engine.current()
        self._compiled: dict[Any, engine.Program] = {}
        self._rows_alone: dict[Any, bool] = {}
        plain = [m for _, m in metrics if getattr(m.reset_state, "__func__", None) is Metric.reset_state]
        known = parts.all_variables(*plain)
        self._zeros = [(v, np.zeros(v.stored_shape, jnp.dtype(v.stored_dtype))) for v in known]
        self._reset_themselves = [m for _, m in metrics if m not in plain]
        self.facts: Facts | None = None  # what it was made from, if that is watched

    def loop(self, size: int) -> engine.Program:
        """Many steps of `size` rows: `(data, order, begin, steps)`."""
        return self._program(("loop", size), lambda: self._pure.loop(size))

    def rest(self, size: int) -> engine.Program:
        """`loop` for a size that comes once an epoch, compiled in a short time."""
        return self._program(("rest", size), lambda: self._pure.loop(size), quick=True)

    def padded(self, size: int) -> engine.Program:
        """One step of `count` rows, filled up to `size`: `(data, order, begin, count)`."""
        return self._program(("padded", size), lambda: self._pure.padded(size), quick=True)

    def block(self, size: int) -> engine.Program:
        """A step for each `size` rows of a block, all outputs together: `(data,)`."""
        return self._program(("block", size), lambda: self._pure.block(size))

    @property
    def single(self) -> engine.Program:
        """One step of one batch: `(batch,)`."""
        return self._program("single", lambda: self._pure.single)

    def _program(self, key: Any, make: Callable[[], Any], quick: bool = False) -> engine.Program:
        if key not in self._compiled:
            step = make()
            program = engine.Plain(step) if self.eager else self._engine.compile(step, donate=(0,), quick=quick)
            self._compiled[key] = program
        return self._compiled[key]

    def pads(self, batch: Any) -> bool:
        """Whether rows may be added to such a batch: each stands alone, so that the real ones give the same numbers."""
        specs = jax.tree.map(self._engine.spec, batch)
        key = engine.signature(jax.tree.map(lambda s: jax.ShapeDtypeStruct(s.shape[1:], s.dtype), specs))
        if key not in self._rows_alone:
            self._rows_alone[key] = self._alone(specs)
        return self._rows_alone[key]

    def fewer(self, batch: Any, size: int) -> tuple[engine.Program, int, Any]:
        """For a batch of fewer rows than `size`: the program, the rows it computes with, and what it takes last.

        Args:
            batch: tree of arrays or specs.
            size: rows of the other batches.
        """
        count = arrays.length(batch)
        if not self.pads(batch):
            return self.rest(count), count, np.int32(1)
        size = padded_size(count, size)
        return self.padded(size), size, np.int32(count)

    def reset(self) -> None:
        """Set the metrics to their beginning."""
        with lending.back(*(variable for variable, _ in self._zeros)):
            for variable, zero in self._zeros:
                variable.keep(zero)
        for metric in self._reset_themselves:
            metric.reset_state()

    def run(self, program: engine.Program, stream: "Stream", *args: Any) -> Any:
        """Run a program on the Variables, which then have their new values, and give its results.

        Args:
            program: one of the above.
            stream: where random numbers without a seed come from.
            *args: what the program takes after the Variables.
        """
        program.settle()
        with facts.tracing(self.facts), lending.reading(self.read[:-1], self._engine.own) as read, Interrupt():
            written, shared = lending.take(self.written, self._engine.copy)
            try:
                new, changes, outputs = program(written, [*read, stream.state], *args)
                if shared:  # others read what was before until all is done
                    jax.block_until_ready(outputs)
            except BaseException:
                lending.put_back(self.written)
                raise
            stream.state = changes.pop(len(self.written) + len(read), stream.state)
            changed = [self.read[index - len(self.written)] for index in changes]
            lending.give([*self.written, *changed], [*new, *changes.values()])
        return outputs

    def prepare(self, program: engine.Program, *args: Any) -> None:
        """Begin to compile a program for such arguments while other work goes on."""
        if not program.compiled:
            specs = [v.spec() for v in (*self.written, *self.read)]
            count = len(self.written)
            with facts.tracing(self.facts):
                program.prepare(specs[:count], specs[count:], *jax.tree.map(self._engine.spec, args))


class Stream:
    """The random numbers without a seed of one call of `fit`, `evaluate` or `predict`."""

    def __init__(self) -> None:
        self.state: Any = seeds.new_stream()


class Table:
    """The programs of a model by kind, for the last few states that it was in."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[Facts, Any]]] = {}

    def get(self, kind: str, owners: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What `make` gives for the owners as they are now.

        Args:
            kind: which programs.
            owners: the objects they are made from.
            make: function that makes them.
        """
        kept = self._kept.get(kind, ())
        if kept and kept[0][0].hold():
            return kept[0][1]
        with making:
            kept = self._kept.setdefault(kind, [])
            for index, (known, found) in enumerate(kept):
                if known.hold():
                    kept.insert(0, kept.pop(index))
                    return found
            made = make()
            kept.insert(0, (Facts(*owners), made))
            if hasattr(made, "facts"):
                made.facts = kept[0][0]
            del kept[KEPT:]
            return made


def padded_size(count: int, batch_size: int) -> int:
    """To how many rows a batch of fewer than `batch_size` is padded.

    A few sizes serve all: one row alone, and then each four times the one before, so that at most a quarter of the work
    is for real rows only where there is little of it.
    """
    size = 1
    while size < count:
        size = 8 if size == 1 else 4 * size
    return min(size, batch_size)


def padded_rows(batch: Any, size: int) -> Any:
    """The rows of a batch on the host, the last one repeated up to `size`."""

    def fill(array: Any) -> Any:
        array = np.asarray(array)
        missing = size - len(array)
        return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array

    return jax.tree.map(fill, batch)
