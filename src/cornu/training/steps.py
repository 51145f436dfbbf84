"""The pure steps: what one batch does to the values of all Variables."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ..core import seeds, state, tracking
from ..core.variable import Variable
from ..layers.calling import CallContext, calling

Step = Callable[[Any], Any]


def train_step(model: Any) -> Step:
    """The function of a batch `(x, y, sample weights)` that makes one step of gradient descent.

    It reads and assigns Variables, so it runs inside `core.state.pure`.
    """
    trained = model.trainable_variables
    rest = _without(program_variables(model), trained)
    forward = state.pure(lambda batch: _forward(model, batch, True), [*trained, *rest])

    def objective(values: list[Any], others: list[Any], batch: Any) -> tuple[Any, Any]:
        (loss, parts, y_pred), new = forward([*values, *others], batch)
        return loss, (parts, y_pred, new[len(trained) :])

    def step(batch: Any) -> None:
        values, others = [v.value for v in trained], [v.value for v in rest]
        (loss, (parts, y_pred, new)), gradients = jax.value_and_grad(objective, has_aux=True)(values, others, batch)
        for variable, value in zip(rest, new, strict=True):
            variable.assign(value)
        model.optimizer.apply(gradients, trained)
        _, y, weight = batch
        model.plan.update(y, y_pred, weight, loss, parts, batch_length(batch))

    return step


def test_step(model: Any) -> Step:
    """The function of a batch that adds it to the loss and the metrics and changes no weight."""

    def step(batch: Any) -> None:
        loss, parts, y_pred = _forward(model, batch, False)
        _, y, weight = batch
        model.plan.update(y, y_pred, weight, loss, parts, batch_length(batch))

    return step


def predict_step(model: Any) -> Step:
    """The function of a batch that gives the model's outputs."""

    def step(batch: Any) -> Any:
        with calling(CallContext(training=False)):
            return model(batch[0])

    return step


def _forward(model: Any, batch: Any, training: bool) -> tuple[Any, list[Any], Any]:
    x, y, weight = batch
    with calling(CallContext(training=training)) as context:
        y_pred = model(x)
        added = [*context.losses, *model.regularization()]
        loss, parts = model.plan.loss(y, y_pred, weight, added)
    return loss, parts, y_pred


def batch_length(batch: Any) -> int:
    """Number of samples in a batch."""
    return int(jax.tree.leaves(batch)[0].shape[0])


def program_variables(model: Any) -> list[Variable]:
    """Every Variable that a step of the model may read or assign, optimizer and metrics apart."""
    return [*tracking.all_variables(model), *seeds.default_variables()]


def _without(variables: list[Variable], others: list[Variable]) -> list[Variable]:
    known = {id(v) for v in others}
    return [v for v in variables if id(v) not in known]


def many_steps(
    step: Step, variables: list[Variable], batch_size: int, results: Callable[[], Any]
) -> Callable[..., Any]:
    """Many steps as one pure program with a dynamic trip count, so that it serves chunks of every length.

    Args:
        step: one of the steps above.
        variables: all Variables it reads or assigns.
        batch_size: samples per step.
        results: function that reads the metrics after the last step.

    Returns:
        A function `(values, data, order, start, stop) -> (new values, results)`: steps `start` to `stop - 1`,
        where step `i` takes the rows `order[i * batch_size : (i + 1) * batch_size]` of the data, or simply
        the rows from `i * batch_size` on if `order` is None.
    """
    pure_step, pure_results = state.pure(step, variables), state.pure(results, variables)

    def program(values: list[Any], data: Any, order: Any, start: Any, stop: Any) -> Any:
        def body(i: Any, values: list[Any]) -> list[Any]:
            return _settled(pure_step(values, _batch(data, order, i * batch_size, batch_size))[1], variables)

        values = lax.fori_loop(start, stop, body, values)
        return values, pure_results(values)[0]

    return program


def single_step(step: Step, variables: list[Variable], results: Callable[[], Any]) -> Callable[..., Any]:
    """One step as a pure program: `(values, data, rows) -> (new values, results)`.

    It takes the given rows of the data, or all of it if `rows` is None.
    """
    pure_step, pure_results = state.pure(step, variables), state.pure(results, variables)

    def program(values: list[Any], data: Any, rows: Any) -> Any:
        values = _settled(pure_step(values, take_rows(data, rows))[1], variables)
        return values, pure_results(values)[0]

    return program


def many_predictions(step: Step, variables: list[Variable], batch_size: int) -> Callable[..., Any]:
    """Predictions of a block of batches: `(values, data) -> (new values, outputs)`."""
    pure_step = state.pure(step, variables)

    def program(values: list[Any], data: Any) -> Any:
        def body(values: list[Any], i: Any) -> Any:
            outputs, values = pure_step(values, _batch(data, None, i * batch_size, batch_size))
            return _settled(values, variables), outputs

        values, outputs = lax.scan(body, values, jnp.arange(batch_length(data) // batch_size))
        return values, jax.tree.map(lambda a: a.reshape((-1, *a.shape[2:])), outputs)

    return program


def single_prediction(step: Step, variables: list[Variable]) -> Callable[..., Any]:
    """The prediction of one batch: `(values, data) -> (new values, outputs)`."""
    pure_step = state.pure(step, variables)

    def program(values: list[Any], data: Any) -> Any:
        outputs, values = pure_step(values, data)
        return _settled(values, variables), outputs

    return program


def _batch(data: Any, order: Any, begin: Any, size: int) -> Any:
    """`size` samples of the data, from place `begin` of the order on."""
    if order is None:
        return jax.tree.map(lambda a: lax.dynamic_slice_in_dim(a, begin, size), data)
    return take_rows(data, lax.dynamic_slice_in_dim(order, begin, size))


def take_rows(data: Any, rows: Any) -> Any:
    """The given samples of every array; all of them if `rows` is None."""
    if rows is None:
        return data
    return jax.tree.map(lambda a: a.at[rows].get(mode="clip"), data)


def _settled(values: list[Any], variables: list[Variable]) -> list[Any]:
    """Values in exactly their Variables' dtypes, so that a loop may carry them."""
    return [lax.convert_element_type(value, jnp.dtype(v.dtype)) for value, v in zip(values, variables, strict=True)]
