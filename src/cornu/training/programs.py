"""Compiled programs: what a kind of step was made from, its variants, and how they run on a model's Variables."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from .. import engine
from ..core import facts, lending, parts, plain, rows, seeds, state
from ..core.facts import Facts
from ..core.interrupt import Interrupt
from ..core.quiet import quiet
from ..core.variable import Variable
from ..metrics import Metric
from . import steps
from .data import arrays
from .pace import Pace

KEPT = 4  # sets of programs of one kind: a model that goes to and fro between two states compiles neither again
T = TypeVar("T")
making = threading.RLock()  # one thread prepares a model at a time


class Runnable:
    """One kind of step of a model, compiled in the variants that data asks for, and what it was made from.

    Args:
        programs: the step as pure programs; the last Variable that they read is the session's random stream.
        by_row: function of a batch that gives what the step computes for each row, and what for the batch; None if rows
            meet in any case.
        eager: whether steps run op by op in Python.
        metrics: by the keys of the logs, those that it updates.
        own: whether the step is one that the model's class writes, and gives all logs itself.
    """

    def __init__(
        self,
        programs: steps.Programs,
        by_row: Callable[[Any], tuple[Any, Any]] | None,
        eager: bool,
        metrics: Sequence[tuple[str, Any]] = (),
        own: bool = False,
    ) -> None:
        self.own = own
        self.written, self.read, self.metrics, self.eager = programs.written, programs.read, metrics, eager
        self.pace = Pace()
        self._pure, self._by_row = programs, by_row
        self._engine = engine.current()
        self._compiled: dict[Any, engine.Program] = {}
        self._rows_alone: dict[Any, bool] = {}
        plain = [m for _, m in metrics if getattr(m.reset_state, "__func__", None) is Metric.reset_state]
        known = parts.all_variables(*plain)
        self._zeros = [(v, np.zeros(v.stored_shape, jnp.dtype(v.stored_dtype))) for v in known]
        self._reset_themselves = [m for _, m in metrics if m not in plain]
        self.facts: Facts | None = None  # what it was made from, if that is watched

    def program(self, kind: str, *size: int, quick: bool = False) -> engine.Program:
        """The step as the program of `steps.Programs` that has that name.

        Args:
            kind: the name.
            *size: rows per step, where the program is made for a number of them.
            quick: whether it is compiled in a short time, as for a batch that comes once an epoch.
        """
        key = kind, size, quick
        if key not in self._compiled:
            step = getattr(self._pure, kind)(*size)
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

    def _alone(self, specs: Any) -> bool:
        """Whether every row is treated alone, apart from what knows about rows that only pad."""
        if self._by_row is None or self.eager:
            return False
        run = state.pure_changes(self._by_row, self._pure.variables)

        def padded(both: Any, values: Any) -> Any:
            batch, real = both
            with rows.padded(real):
                (by_row, of_all), changes = run(values, batch)
            return by_row, (of_all, changes)

        real = jax.ShapeDtypeStruct((arrays.length(specs),), "bool")
        return rows.alone(padded, (specs, real), [v.spec() for v in self._pure.variables])

    def fewer(self, batch: Any, size: int, last: bool = True) -> tuple[engine.Program, int, tuple[Any, ...]]:
        """For a batch of fewer rows than `size`: the program, the rows it computes with, and what it takes last.

        Args:
            batch: tree of arrays or specs.
            size: rows of the other batches.
            last: whether there are others.
        """
        count = arrays.length(batch)
        if not self.pads(batch):
            return self.program("single", quick=True), count, ()
        size = padded_size(count, size, last)
        return self.program("padded", quick=True), size, (np.int32(count),)

    def reset(self) -> None:
        """Set the metrics to their beginning."""
        with lending.back(*(variable for variable, _ in self._zeros)):
            for variable, zero in self._zeros:
                variable.keep(zero)
        for metric in self._reset_themselves:
            metric.reset_state()

    @quiet
    def run(self, program: engine.Program, stream: "Stream", *args: Any) -> Any:
        """Run a program on the Variables, which then have their new values, and give its results.

        Args:
            program: one of the above.
            stream: where random numbers without a seed come from.
            *args: what the program takes after the Variables.
        """
        program.settle()
        with facts.tracing(self.facts), lending.reading(self.read[:-1], self._engine) as read, Interrupt():
            written, shared = lending.take(self.written, self._engine)
            try:
                new, changes, outputs = program(written, [*read, stream.state], *args)
                if shared:  # others read what was before until all is done
                    jax.block_until_ready(outputs)
            except BaseException as error:
                lending.put_back(self.written)
                if isinstance(error, jax.errors.UnexpectedTracerError):
                    raise ValueError(plain.GONE) from error
                raise
            stream.state = changes.pop(len(self.written) + len(read), stream.state)
            changed = [self.read[index - len(self.written)] for index in changes]
            lending.give([*self.written, *changed], [*new, *changes.values()])
        return outputs

    @quiet
    def prepare(self, program: engine.Program, *args: Any) -> None:
        """Begin to compile a program for such arguments while other work goes on."""
        if not program.compiled:
            specs = [v.spec() for v in self._pure.variables]
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
        self._kept: dict[Any, list[tuple[Facts, Any]]] = {}

    def get(self, kind: Any, owners: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives for the owners as they are now.

        Args:
            kind: which programs, or what else follows from the owners.
            owners: the objects they are made from.
            make: function that makes them.
        """
        kept = self._kept.get(kind, [])
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


def read_elsewhere(known: Sequence[Variable], *owners: Any) -> list[Variable]:
    """Variables of somebody else that the owners read; they are inputs of a program, too, read anew at each dispatch.

    Args:
        known: those that a program has in any case.
        *owners: what it is made from.
    """
    found = {id(variable) for variable in known}
    return [variable for variable in facts.mentioned(Variable, *owners) if id(variable) not in found]


def padded_size(count: int, batch_size: int, last: bool) -> int:
    """To how many rows a batch of fewer than `batch_size` is padded.

    A few sizes serve all: one row alone, and then each four times the one before, so that little work is for no row.
    For a last batch two of them do, since whole ones came before.

    Args:
        count: rows of the batch.
        batch_size: rows of a whole one.
        last: whether whole batches came before.
    """
    size, least = 1, -(-batch_size // 8) if last else count
    while size < least:
        size = 8 if size == 1 else 4 * size
    return size if count <= size < batch_size else batch_size


def padded_rows(batch: Any, size: int) -> Any:
    """The rows of a batch on the host, the last one repeated up to `size`."""

    def fill(array: Any) -> Any:
        array = np.asarray(array)
        return np.concatenate([array, np.repeat(array[-1:], size - len(array), axis=0)])

    return jax.tree.map(fill, batch)
