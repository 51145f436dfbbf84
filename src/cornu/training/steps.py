"""The pure steps: what one batch does to the values of all Variables, and many of them as one program."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
from jax import lax

from ..core import attached, rows, state
from ..core.variable import Variable
from ..layers.calling import CallContext, calling
from .data import arrays

if TYPE_CHECKING:
    from .compiled import Compiled

Step = Callable[[Any], Any]


def train_step(compiled: "Compiled", trained: list[Variable], rest: list[Variable]) -> Step:
    """The function of a batch `(x, y, sample weights)` that makes one step of gradient descent.

    It reads and assigns Variables, so it runs inside `core.state.pure`.

    Args:
        compiled: model, optimizer, losses and metrics.
        trained: the weights to change.
        rest: every other Variable of the model.
    """
    optimizer = compiled.optimizer
    run = state.pure(state.pure_changes(lambda batch: forward(compiled, batch, True), rest), trained)

    def objective(values: list[Any], others: list[Any], batch: Any) -> tuple[Any, Any]:
        ((loss, parts, y_pred), changes), _ = run(values, others, batch)
        return optimizer.scale_loss(loss), (loss, parts, attached.pack(y_pred), changes)

    def step(batch: Any) -> Any:
        values, others = [v.stored for v in trained], [v.stored for v in rest]
        gradient = jax.value_and_grad(objective, has_aux=True)
        (_, (loss, parts, y_pred, changes)), gradients = gradient(values, others, batch)
        for index, value in changes.items():
            rest[index].store(value)
        optimizer.apply(gradients, trained)
        return compiled.update_metrics(batch, attached.unpack(y_pred), loss, parts)

    return step


def test_step(compiled: "Compiled") -> Step:
    """The function of a batch that adds it to the loss and the metrics and changes no weight."""

    def step(batch: Any) -> Any:
        loss, parts, y_pred = forward(compiled, batch, False)
        return compiled.update_metrics(batch, y_pred, loss, parts)

    return step


def forward(compiled: "Compiled", batch: Any, training: bool) -> tuple[Any, list[Any], Any]:
    """Loss, losses of the outputs, and outputs for a batch."""
    with calling(CallContext(training=training)) as context:
        y_pred = compiled.model(batch[0])
        loss, parts = compiled.loss_of(batch, y_pred, context.losses, training)
    return loss, parts, y_pred


class Programs:
    """A step as pure programs over the values of its Variables, each giving `(new values, changes, results)`.

    Args:
        step: one of the steps above.
        written: the Variables that every step assigns; a program may overwrite their buffers.
        read: those that it reads and perhaps assigns.
        results: function that reads what a program gives after its last step.
        gives: whether a step gives something itself, which then comes before the results.
    """

    def __init__(
        self, step: Step, written: list[Variable], read: list[Variable], results: Callable[[], Any], gives: bool
    ) -> None:
        self.written, self.read, self.variables, self._gives = written, read, [*written, *read], gives
        self._changed: set[int] = set()  # which values a step changes, known when it was traced
        self._step, self._results = state.pure_changes(step, self.variables), state.pure(results, self.variables)

    def loop(self, size: int) -> Callable[..., Any]:
        """Many steps as one program with a dynamic trip count, so that it serves chunks of every length.

        Args:
            size: rows per step.

        Returns:
            A function `(written, read, data, order, begin, steps)`: step `i` takes the rows `order[begin + i * size :]`
            of the data, or simply its rows from there on if `order` is None.
        """

        def many_steps(written: Any, read: Any, data: Any, order: Any, begin: Any, steps: Any) -> Any:
            values, outputs = [*written, *read], None
            if self._gives:
                shapes = jax.eval_shape(lambda: self._step(values, _batch(data, order, begin, size))[0])
                outputs = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)

            def body(i: Any, carry: Any) -> Any:
                values, _ = carry
                outputs, new = self._settled(values, _batch(data, order, begin + i * size, size))
                return new, outputs

            values, outputs = lax.fori_loop(0, steps, body, (values, outputs))
            return self._parted(values, outputs)

        return many_steps

    def one(self, size: int) -> Callable[..., Any]:
        """One step of `loop`, by itself: a loop of a single turn takes a small step half as long again."""
        single = self.single()

        def step(written: Any, read: Any, data: Any, order: Any, begin: Any, _: Any) -> Any:
            return single(written, read, _batch(data, order, begin, size))

        return step

    def single(self) -> Callable[..., Any]:
        """One step of one batch: `(written, read, batch)`."""

        def step(written: Any, read: Any, batch: Any) -> Any:
            outputs, values = self._settled([*written, *read], batch)
            return self._parted(values, outputs)

        return step

    def padded(self) -> Callable[..., Any]:
        """One step of a batch whose rows from `count` on count for nothing: `(written, read, batch, count)`.

        Tracing raises `Mixed` if it cannot tell which rows are real.
        """
        single = self.single()

        def step(written: Any, read: Any, batch: Any, count: Any) -> Any:
            with rows.padded(jnp.arange(arrays.length(batch)) < count):
                return single(written, read, batch)

        return step

    def block(self, size: int) -> Callable[..., Any]:
        """A step for each batch in a block of data, whose outputs are put together: `(written, read, data)`.

        Args:
            size: rows per step.
        """

        def many_outputs(written: Any, read: Any, data: Any) -> Any:

            def body(values: list[Any], i: Any) -> Any:
                outputs, new = self._settled(values, _batch(data, None, i * size, size))
                return new, outputs

            values, outputs = lax.scan(body, [*written, *read], jnp.arange(arrays.length(data) // size))
            return self._parted(values, jax.tree.map(lambda a: a.reshape((-1, *a.shape[2:])), outputs))

        return many_outputs

    def _settled(self, values: list[Any], batch: Any) -> tuple[Any, list[Any]]:
        """Outputs and new values of one step, in exactly their Variables' dtypes so that a loop may carry them."""
        outputs, changes = self._step(values, batch)
        self._changed.update(changes)
        new = [changes.get(i, value) for i, value in enumerate(values)]
        pairs = zip(new, self.variables, strict=True)
        return outputs, [lax.convert_element_type(value, jnp.dtype(v.stored_dtype)) for value, v in pairs]

    def _parted(self, values: list[Any], outputs: Any) -> Any:
        """New values of what every step writes, of what else has changed by its index, and the results."""
        count = len(self.written)
        changes = {i: values[i] for i in sorted(self._changed) if i >= count}
        return values[:count], changes, (outputs, self._results(values)[0])


def _batch(data: Any, order: Any, begin: Any, size: int) -> Any:
    """`size` rows of the data, from place `begin` of the order on."""
    if order is None:
        return jax.tree.map(lambda a: lax.dynamic_slice_in_dim(a, begin, size), data)
    return take_rows(data, lax.dynamic_slice_in_dim(order, begin, size))


def take_rows(data: Any, order: Any) -> Any:
    """The given rows of every array."""
    return jax.tree.map(lambda a: a.at[order].get(mode="clip"), data)
