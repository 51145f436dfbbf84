"""Compiled: what `compile` chose for a model, and what follows from it when the first batch is seen."""

import contextlib
import threading
import warnings
from collections.abc import Sequence
from typing import Any

import jax

from .. import engine, losses, metrics, optimizers
from ..core import codec, dtypes, facts, parts, rows, seeds, state
from ..core.holders import is_library
from ..core.variable import Variable
from ..optimizers.loss_scale import LossScaleOptimizer
from . import doubts, own_steps, steps
from .data import arrays
from .plan import ACCURACY, CROSSENTROPY, Plan, named, results
from .programs import Runnable, Table, making, read_elsewhere

_RESOLVED = ("loss", "loss_weights", "metrics", "weighted_metrics")  # settings that wait for the first batch
_OTHERS = ("run_eagerly", "steps_per_execution", "jit_compile")


class Compiled(facts.Watched):
    """Optimizer, losses and metrics of a model, and the programs that were made from them.

    The model holds one, and asks it for what it needs to train and to be evaluated.

    Args:
        model: the model.
        optimizer: name, config or optimizer.
        auto_scale_loss: whether an optimizer is wrapped to scale the loss where the model computes in float16.
        *settings: the others that `compile` takes, in its order.

    Raises:
        ValueError: a name that no optimizer, loss or metric has.
    """

    _no_facts = frozenset({"model", "_table", "frozen_at_first", "counting", "_specs"})
    plan: Plan = None  # type: ignore[assignment]  # until the first batch is seen

    def __init__(self, model: Any, optimizer: Any, auto_scale_loss: bool, *settings: Any) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.model, self.settings = model, dict(zip((*_RESOLVED, *_OTHERS), settings, strict=True))
        for name in jax.tree.leaves(self.settings["loss"]):
            if str(name).lower() not in CROSSENTROPY:
                losses.get(name)  # a wrong name is an error here rather than at the first batch
        for name in jax.tree.leaves((self.settings["metrics"], self.settings["weighted_metrics"])):
            if str(name).lower() not in (*ACCURACY, *CROSSENTROPY):
                metrics.get(name)
        scaled = isinstance(self.optimizer, LossScaleOptimizer)
        knows = not model.overrides("train_step")  # a step of its own scales no loss unless it says so
        if (
            knows
            and auto_scale_loss
            and model.dtype_policy.name == "mixed_float16"
            and self.optimizer is not None
            and not scaled
        ):
            self.optimizer = LossScaleOptimizer(self.optimizer, name="loss_scale_optimizer")
        self.frozen_at_first = [part for _, part in parts.walk(model) if not getattr(part, "trainable", True)]
        self._specs: dict[str, Any] = {}  # of the batches that steps of the model's own take
        self._table, self.counting = Table(), threading.RLock()  # one thread at a time counts into the metrics

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """What `compile` was told, as plain data."""
        return {"optimizer": codec.encode(self.optimizer), **{k: codec.encode(v) for k, v in self.settings.items()}}

    def of_library(self) -> bool:
        """Whether all losses are the library's own, so that it is known what they make of targets."""
        given = jax.tree.leaves(self.settings["loss"])
        return all(isinstance(loss, str) or is_library(loss) or is_library(type(loss)) for loss in given)

    # What is logged

    def by_key(self, others: Sequence[Any] = ()) -> list[tuple[str, Any]]:
        """The metrics by the keys of the logs: the loss, those that layers keep and others, then those of `compile`."""
        if self.plan is None:
            return []
        own = self.plan.all_metrics()
        known = {id(metric) for metric in own}
        found = {id(metric): metric for metric in (*self.model.own_metrics(), *others)}
        first, *rest = zip(self.plan.keys, own, strict=True)
        return [first, *((metric.name, metric) for key, metric in found.items() if key not in known), *rest]

    def tracked(self) -> list[tuple[str, Any]]:
        """`by_key`, with those that a model's own `metrics` lists."""
        if self.plan is None:
            return [(metric.name, metric) for metric in self.model.metrics] if self._specs else []
        return self._table.get("tracked", (self.model, self), lambda: self.by_key(self.model.metrics))

    def reset(self, runnable: Runnable) -> None:
        """Begin a new epoch: every metric at its beginning, or as the model says."""
        if self.model.overrides("reset_metrics"):
            self.model.reset_metrics()
        else:
            runnable.reset()

    def logs(self, runnable: Runnable, given: Any) -> dict[str, Any]:
        """What a program gave, as logs: metrics by key, and what an overridden method returned."""
        logs, values = given
        if runnable.own:
            first = [key for key, _ in runnable.metrics if key in logs]
            ordered = [*first, *sorted(key for key in logs if key not in first)]
            return {key: float(logs[key]) if logs[key].ndim == 0 else logs[key] for key in ordered}
        if self.model.overrides("get_metrics_result"):
            return {key: float(value) for key, value in self.model.get_metrics_result().items()}
        known = named(runnable.metrics, values)
        known = {key: float(v) if getattr(v, "ndim", 0) == 0 else v for key, v in known.items()}
        return known if logs is None else {key: known.get(key, float(value)) for key, value in logs.items()}

    # The parts of a step

    def loss_of(self, batch: Any, y_pred: Any, added: list[Any], training: bool) -> tuple[Any, list[Any]]:
        """The loss to minimise and the loss of each output, by the model's own `compute_loss` if it has one.

        Args:
            batch: `(x, y, sample weights)`.
            y_pred: outputs for it.
            added: what layers added.
            training: whether it is to be minimised.
        """
        x, y, weight = batch
        if not self.model.overrides("compute_loss"):
            total, parts = self.plan.loss(y, y_pred, weight, [*added, *self.model.regularization()])
            self._refuse_nothing(y, total, training)
            return total, parts
        rows.refuse("compute_loss")
        given = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": weight, "training": training}
        return self.model.loss_with(added, given), [None] * len(self.plan.losses)

    def _refuse_nothing(self, y: Any, total: Any, training: bool) -> None:
        """Raise `ValueError` if there is nothing to compare with, or to learn from."""
        name, loses = self.model.name, any(fn is not None for fn in self.plan.losses)
        if loses and not jax.tree.leaves(y):
            raise ValueError(
                f"Model {name!r} was compiled with a loss, but the data has no targets to compare outputs with. Pass "
                f"{'fit' if training else 'evaluate'}(x, y), or let the data source give (inputs, targets) in place of "
                "inputs alone."
            )
        if training and isinstance(total, float):
            raise ValueError(
                f"Model {name!r} has no loss to learn from. Give compile() one, for instance loss='mse' for numbers or "
                "loss='sparse_categorical_crossentropy' for classes."
            )

    def update_metrics(self, batch: Any, y_pred: Any, loss: Any, parts: list[Any]) -> Any:
        """Add a batch to the metrics; gives the logs of a model's own `compute_metrics`, or None."""
        x, y, weight = batch
        own = self.model.overrides("compute_metrics")
        if own:
            rows.refuse("compute_metrics")
        self.plan.update_losses(loss, parts, rows.count(jax.tree.leaves(batch)[0]))
        if own:
            return self.model.compute_metrics(x, y, y_pred, weight)
        self.plan.update_metrics(y, y_pred, weight)
        return None

    # Preparation

    @property
    def compares(self) -> bool:
        """Whether there are losses or metrics to be planned."""
        return any(self.settings[name] is not None for name in _RESOLVED)

    def plan_for(self, y: Any, y_pred: Any) -> Plan | None:
        """The plan; where a step of the model's own compares outputs for the first time it is made for these."""
        if self.plan is None and y_pred is not None and self.compares:
            y, y_pred = dtypes.specs((y, y_pred))
            names = self.model.names_of_outputs(y_pred)
            self.plan = Plan(names, y, y_pred, *(self.settings[name] for name in _RESOLVED))
        return self.plan

    def known_in_step(self, batch: Any) -> Any:
        """The batch of a step, for which there are weights, slots and a plan then."""
        if self.plan is None:
            _, self.plan = self._prepared(dtypes.specs(batch))
        return batch

    def prepare(self, batch: Any, class_weight: dict[int, float] | None = None, kind: str = "train") -> None:
        """Make weights, plan and slots fit for such a batch, and check its targets.

        Args:
            batch: `(x, y, sample weights)` on the host.
            class_weight: class index to weight, by which the samples were weighted.
            kind: `"train"` or `"test"`.

        Raises:
            ValueError: the data does not fit the model or its losses.
        """
        if self.model.overrides(f"{kind}_step"):
            self._specs[kind] = dtypes.specs(batch)
            return
        with making:
            looks = engine.signature(jax.tree.map(lambda a: dtypes.spec(a.shape[1:], a.dtype), batch))
            y_pred, self.plan = self._table.get(looks, (self.model,), lambda: self._prepared(batch))
            self.plan.check_targets(batch[1], y_pred, bool(class_weight), batch[2])
            doubts.about_targets(self.model, self.plan, batch[1], y_pred)

    def _prepared(self, batch: Any) -> tuple[Any, Plan]:
        """The specs of the outputs, and the plan for them."""
        x, y, _ = batch
        y_pred, plan = self.model.output_specs(x), self.plan
        if plan is None or not plan.fits(y_pred):
            plan = Plan(self.model.names_of_outputs(y_pred), y, y_pred, *(self.settings[name] for name in _RESOLVED))
            doubts.about_losses(self.model, plan, y, y_pred)
            _make_metric_state(plan, batch, y_pred)
        if self.optimizer is not None:
            doubts.about_keys(self.model, self.optimizer)
            self.optimizer.build(self.trained())
        return y_pred, plan

    def trained(self) -> list[Variable]:
        """The weights that training changes.

        A model that was frozen as a whole after `compile`, to be a part of another one, is trained as it was compiled:
        so are the two models of an adversarial pair written.
        """
        model = self.model
        if not model.trainable and model._nodes and all(part is not model for part in self.frozen_at_first):
            frozen = {id(v) for part in self.frozen_at_first for v in getattr(part, "weights", [part])}
            return [v for v in model.weights if v.begins_trainable and id(v) not in frozen]
        found: list[Variable] = model.trainable_variables
        return found

    def runnable(self, kind: str) -> Runnable:
        """The programs that train (`"train"`) or evaluate (`"test"`) the model as it is now.

        Args:
            kind: which.
        """
        return self._table.get(kind, (self.model, self), lambda: self._make(kind))

    def _make(self, kind: str) -> Runnable:
        self.model.refuse_overrides()
        if self.model.overrides(f"{kind}_step"):
            return self._made_of(own_steps.step_of(self.model, f"{kind}_step"), self._specs[kind])
        tracked = self.tracked()
        listed = [metric for _, metric in tracked]
        of_metrics = parts.all_variables(*listed)
        trained = self.trained() if kind == "train" else []
        own, session = self.model.all_variables(), [seeds.session_variable()]
        known = [*own, *of_metrics, *parts.all_variables(self.optimizer), *session]
        of_model = [*own, *read_elsewhere(known, self.model, self), *session]
        if kind == "train" and not trained and self.model.weights:
            warnings.warn(
                f"Model {self.model.name!r} has no weights to train: all are frozen (trainable=False). The loss is "
                "computed, but nothing learns. Set trainable=True on what shall learn.",
                stacklevel=2,
            )
        written = [*trained, *of_metrics]
        if kind == "train":
            self.optimizer.build(trained)
            written += self.optimizer.variables
            step = steps.train_step(self, trained, _without(of_model, trained))
        else:
            step = steps.test_step(self)
        gives = self.model.overrides("compute_metrics")
        programs = steps.Programs(step, written, _without(of_model, written), lambda: results(listed), gives)
        by_row = None if gives else lambda batch: self._by_row(batch, kind == "train")
        return Runnable(programs, by_row, self.settings["run_eagerly"], tracked)

    def _made_of(self, step: steps.Step, specs: Any) -> Runnable:
        """The programs of a step that the model's class writes: all that it reads and assigns is found by a trial.

        Layers, slots of optimizers and metrics make their Variables in the first one.
        """
        if self.plan is None and self.compares:
            with contextlib.suppress(Exception):  # the step may call it with something else: then `plan_for` serves
                self.known_in_step(specs)
        session, eager = [seeds.session_variable()], bool(self.settings["run_eagerly"])
        written: list[Variable] = []
        read: list[Variable] = []
        if not eager:
            found = state.meet(step, specs)
            written = _without(found.assigned, session)
            read = _without(found.met, [*written, *session])

        def directly(batch: Any) -> Any:
            with state.outside():
                return step(batch)

        run = directly if eager else step
        programs = steps.Programs(run, written, [*read, *session], lambda: [], gives=True)
        return Runnable(programs, None, eager, self.tracked(), own=True)

    def _by_row(self, batch: Any, training: bool) -> Any:
        """What a step computes for each row of a batch, and its loss."""
        loss, _, y_pred = steps.forward(self, batch, training)
        return (y_pred, self.plan.values_of_functions(batch[1], y_pred)), loss


def _make_metric_state(plan: Plan, batch: Any, y_pred: Any) -> None:
    """Some metrics make their Variables when they first see shapes: let them, before a program lists them."""
    if all(isinstance(metric, metrics.Mean) for metric in plan.all_metrics()):
        return
    count = arrays.length(batch)
    data = batch[1], y_pred, batch[2]
    state.abstract(plan.update_metrics, *jax.tree.map(lambda a: dtypes.spec((count, *a.shape[1:]), a.dtype), data))


def _without(variables: list[Variable], others: list[Variable]) -> list[Variable]:
    known = {id(v) for v in others}
    return [v for v in variables if id(v) not in known]
