"""Steps that a class may write itself: `train_step(data)` in plain code, or `train_step(state, data)` of values."""

from collections import OrderedDict  # whose order JAX keeps
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from ..core import parts, plain, state
from ..core.symbolic import unwrap
from ..core.variable import Variable
from ..layers import calling
from . import steps

_MISSING: Any = object()  # in place of the data, where a step is given that alone


class OwnSteps:
    """What `fit`, `evaluate` and `predict` do with a batch: a subclass may write each, in either of two ways.

    With one argument a step is plain code: it calls the model, asks `cornu.value_and_grad` for derivatives, lets any
    optimizers apply them, updates metrics, and returns the logs. With two, `(state, data)`, it is a function of lists
    of values, which returns the logs and the new state, as Keras has it on JAX.
    """

    __slots__ = ()
    _checked: Callable[[str], Any]
    compute_loss: Callable[..., Any]
    get_metrics_result: Callable[[], dict[str, Any]]
    stateless_call: Callable[..., Any]

    def train_step(self, state: Any, data: Any = _MISSING) -> Any:
        """One step of gradient descent on a batch. A subclass may write it, as `train_step(self, data)` for short.

        Args:
            state: lists of values of trainable and other weights, of the optimizer's and the metrics' Variables; or,
                given alone, the data.
            data: `x`, `(x, y)` or `(x, y, sample_weight)`.

        Returns:
            The logs, a dictionary of numbers by name; behind a state also the new one.

        Example:
            >>> import cornu, numpy as np
            >>> class Model(cornu.Model):
            ...     def __init__(self):
            ...         super().__init__()
            ...         self.dense = cornu.layers.Dense(1)
            ...     def train_step(self, data):
            ...         x, y = data
            ...         loss = lambda: cornu.ops.mean((self.dense(x) - y) ** 2)
            ...         value, slopes = cornu.value_and_grad(loss, self)()
            ...         self.optimizer.apply(slopes, self.trainable_variables)
            ...         return {"error": value}
            >>> model = Model()
            >>> model.compile("sgd")
            >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2, verbose=0).history
            >>> history["error"][1] < history["error"][0]
            True
        """
        if data is not _MISSING:
            return _of_values(self, "train_step", state, data)
        compiled = self._checked("train_step()")
        batch = compiled.known_in_step(unpacked(state))
        trained = compiled.trained()
        known = {id(v) for v in trained}
        rest = [v for v in self.all_variables() if id(v) not in known]  # type: ignore[attr-defined]
        steps.train_step(compiled, trained, rest)(batch)
        return self.get_metrics_result()

    def test_step(self, state: Any, data: Any = _MISSING) -> Any:
        """Add a batch to the loss and the metrics. A subclass may write it, as `test_step(self, data)` for short.

        Args:
            state: lists of values of trainable and other weights, and of the metrics' Variables; or, given alone, the
                data.
            data: as in `train_step`.

        Returns:
            The logs; behind a state also the new one.
        """
        if data is not _MISSING:
            return _of_values(self, "test_step", state, data)
        compiled = self._checked("test_step()")
        steps.test_step(compiled)(compiled.known_in_step(unpacked(state)))
        return self.get_metrics_result()

    def predict_step(self, state: Any, data: Any = _MISSING) -> Any:
        """Outputs for a batch of inputs. A subclass may write it, as `predict_step(self, data)` for short.

        Args:
            state: lists of values of trainable and other weights; or, given alone, the data.
            data: inputs.

        Returns:
            The outputs; behind a state also the new one.
        """
        if data is not _MISSING:
            return _of_values(self, "predict_step", state, data)
        return self(unpacked(state)[0])  # type: ignore[operator]

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any = None,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> tuple[Any, tuple[Any, Any, Any, Any]]:
        """The loss as a function of values, for `jax.value_and_grad(..., has_aux=True)` in a step of your own.

        Args:
            trainable_variables: values in the order of `self.trainable_variables`.
            non_trainable_variables: values in the order of `self.non_trainable_variables`.
            metrics_variables: values of the metrics' Variables.
            x: inputs.
            y: targets.
            sample_weight: weights of the samples.
            training: the mode.
            optimizer_variables: values of the optimizer's state, by which a loss may be scaled.

        Returns:
            The scaled loss, and `(loss, outputs, non_trainable_variables, metrics_variables)`.
        """
        values = (trainable_variables, non_trainable_variables, metrics_variables)
        groups = variables_of(self, "test_step")
        optimizer = self._checked("compute_loss_and_updates()").optimizer
        groups.append(list(optimizer.variables) if optimizer_variables is not None else [])

        def forward() -> Any:
            with _collecting_losses(self):
                y_pred = self(x, training=training)  # type: ignore[operator]
                loss = self.compute_loss(x, y, y_pred, sample_weight, training=training)
            return loss, y_pred, loss if optimizer is None or not training else optimizer.scale_loss(loss)

        (loss, y_pred, scaled), new = _pure(forward, groups, (*values, optimizer_variables or []))
        return scaled, (loss, y_pred, new[1], new[2])

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple[Any, tuple[Any, Any, Any]]:
        """`compute_loss` as a function of values.

        Args:
            trainable_variables: values in the order of `self.trainable_variables`.
            non_trainable_variables: values in the order of `self.non_trainable_variables`.
            metrics_variables: values of the metrics' Variables.
            x: inputs.
            y: targets.
            y_pred: outputs.
            sample_weight: weights of the samples.
            training: the mode.

        Returns:
            The loss, and the three lists as they are after it.
        """
        groups = variables_of(self, "test_step")
        values = (trainable_variables, non_trainable_variables, metrics_variables)
        loss, new = _pure(lambda: self.compute_loss(x, y, y_pred, sample_weight, training=training), groups, values)
        return loss, (new[0], new[1], new[2])

    def jax_state_sync(self) -> None:
        """Nothing: Variables always hold their values."""


def packed(batch: Any) -> Any:
    """A batch as steps take it: `x` alone, `(x, y)` or `(x, y, sample_weight)`."""
    x, y, weight = batch
    if y is None and weight is None:
        return (x,) if isinstance(x, list | tuple) else x
    return (x, y) if weight is None else (x, y, weight)


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """What `packed` put together, with None for what is not there."""
    data = tuple(data) if isinstance(data, list | tuple) else (data,)
    if not 1 <= len(data) <= 3:
        raise ValueError(f"The data of a step is x, (x, y) or (x, y, sample_weight). Received {len(data)} items.")
    return (*data, None, None)[:3]


def takes_state(method: Any) -> bool:
    """Whether a step is a function of state and data, and not of the data alone."""
    known = calling.parameters(method).values()
    return sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in known) > 1


def variables_of(model: Any, kind: str) -> list[list[Variable]]:
    """The state of a model as a step of that kind takes it: weights, others, the optimizer's, the metrics'."""
    groups = [model.trainable_variables, model.non_trainable_variables]
    if kind == "train_step":
        model.optimizer.build(model.trainable_variables)
        groups.append(model.optimizer.variables)
    return groups if kind == "predict_step" else [*groups, parts.all_variables(*model.metrics)]


def run(model: Any, kind: str, batch: Any) -> Any:
    """Run the step that the model's class writes, on Variables as they are here.

    Args:
        model: the model.
        kind: `"train_step"`, `"test_step"` or `"predict_step"`.
        batch: what the step takes.

    Returns:
        What the step gives, without the state.
    """
    method = getattr(model, kind)
    if not takes_state(method):
        return method(batch)
    groups = variables_of(model, kind)
    given = method(tuple([v.value for v in group] for group in groups), batch)
    new = given[1] if isinstance(given, tuple) and len(given) == 2 else None
    if not isinstance(new, list | tuple) or [*map(_count, new)] != [*map(len, groups)]:
        raise ValueError(
            f"{type(model).__name__}.{kind}(state, data) returns what the step gives and the new state, of "
            f"lists as long as those it was given, {[*map(len, groups)]}: "
            f"`return {'outputs' if kind == 'predict_step' else 'logs'}, state`."
        )
    for group, values in zip(groups, new, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)
    return given[0]


def _count(values: Any) -> int | None:
    return len(values) if isinstance(values, list | tuple) else None


def predict_step(model: Any) -> steps.Step:
    """The function of a batch `(x, ...)` that gives the model's outputs."""

    def step(batch: Any) -> Any:
        with calling.calling(calling.CallContext(training=False)):
            outputs = run(model, "predict_step", packed((batch[0], None, None)))
        if model.overrides("predict_step"):
            rows = [
                getattr(leaf, "ndim", 0) > 0 for leaf in jax.tree.leaves(outputs, is_leaf=lambda leaf: leaf is None)
            ]
            if not rows or not all(rows):
                raise ValueError(
                    f"{type(model).__name__}.predict_step() returns arrays with a row for each sample, whose rows "
                    f"predict() puts together. It returned {outputs!r}."
                )
        return outputs

    return step


def _pure(fn: Any, groups: Any, values: Any) -> tuple[Any, Any]:
    """What a function gives with these values of groups of Variables, and the values after it."""
    given, new = state.pure(fn, [v for group in groups for v in group])([v for group in values for v in group])
    found = iter(new)
    return given, tuple([next(found) for _ in group] for group in groups)


def _of_values(model: Any, kind: str, values: Any, data: Any) -> tuple[Any, Any]:
    """The library's step as a function of values."""
    step = getattr(OwnSteps, kind)
    return _pure(lambda: step(model, data), variables_of(model, kind), values)


def step_of(model: Any, kind: str) -> steps.Step:
    """The function of a batch `(x, y, sample weights)` that runs the step of the class's own and gives its logs."""

    where = f"{type(model).__name__}.{kind}"

    def step(batch: Any) -> OrderedDict[str, Any]:
        try:
            with plain.told(f"It was raised in {where}()."), _collecting_losses(model):
                logs = run(model, kind, packed(batch))
                if not isinstance(logs, dict):
                    raise ValueError(
                        f"{where}() returns the logs, a dictionary of numbers by name such as "
                        f'{{"loss": loss}}. It returned {type(logs).__name__}.'
                    )
                return OrderedDict((key, _number(value, key, where)) for key, value in logs.items())
        except jax.errors.UnexpectedTracerError as error:
            raise ValueError(plain.GONE) from error

    return step


def _number(value: Any, key: str, where: str) -> Any:
    """A value of the logs as an array; raises `ValueError` for what is none."""
    if hasattr(value, "update_state"):
        raise ValueError(f"{where}() logs the metric {key!r} itself. Log its value: {value.name}.result().")
    if isinstance(value, dict | str) or value is None:
        raise ValueError(
            f"{where}() returns logs of numbers by name, as {{{key!r}: loss}}. Received for {key!r}: {value!r}"
        )
    return jnp.asarray(unwrap(value))


@contextmanager
def _collecting_losses(model: Any) -> Iterator[None]:
    """Inside the `with` block `losses` are what layers added in their last calls, also while they are traced."""
    _forget_losses(model)
    with calling.own_step(True):
        try:
            yield
        finally:
            _forget_losses(model)


def _forget_losses(model: Any) -> None:
    for _, part in parts.walk(model):
        if getattr(part, "_added", None):
            part._keep("_added", [])
