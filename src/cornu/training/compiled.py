"""Compiled: what `compile` chose for a model, and what follows from it when the first batch is seen."""

import warnings
from collections.abc import Iterable
from typing import Any

import jax

from .. import engine, losses, metrics, optimizers
from ..core import codec, dtypes, facts, parts, rows, seeds, state
from ..core.variable import Variable
from ..optimizers.loss_scale import LossScaleOptimizer
from . import steps
from .data.checks import check_targets
from .pace import Pace
from .plan import Plan, named, results
from .programs import Runnable, Table, making


class Compiled(facts.Watched):
    """Optimizer, losses and metrics of a model, and the programs that were made from them.

    The model holds one, and asks it for what it needs to train and to be evaluated.

    Args:
        model: the model.
        optimizer: name, config or optimizer.
        auto_scale_loss: whether an optimizer is wrapped to scale the loss where the model computes in float16.
        **settings: `loss`, `loss_weights`, `metrics`, `weighted_metrics`, `run_eagerly`, `steps_per_execution`,
            `jit_compile`, as `compile` takes them.

    Raises:
        ValueError: a name that no optimizer, loss or metric has.
    """

    _no_facts = frozenset({"model", "_table", "_paces", "_ready", "_finding", "trained_at_first"})

    def __init__(self, model: Any, optimizer: Any, auto_scale_loss: bool, **settings: Any) -> None:
        self.optimizer = optimizers.get(optimizer)
        for name in _leaves(settings["loss"]):
            if str(name).lower() not in ("crossentropy", "ce"):
                losses.get(name)  # a wrong name is an error here rather than at the first batch
        for name in (*_leaves(settings["metrics"]), *_leaves(settings["weighted_metrics"])):
            if str(name).lower() not in ("accuracy", "acc", "crossentropy", "ce"):
                metrics.get(name)
        scaled = isinstance(self.optimizer, LossScaleOptimizer)
        if auto_scale_loss and model.dtype_policy.name == "mixed_float16" and self.optimizer is not None and not scaled:
            self.optimizer = LossScaleOptimizer(self.optimizer, name="loss_scale_optimizer")
        self.model, self.settings = model, settings
        self.plan: Plan | None = None
        self.trained_at_first = bool(model.trainable)
        self._table = Table()
        self._finding = False
        self._paces: dict[str, Pace] = {}
        self._ready: dict[Any, tuple[facts.Facts, Any]] = {}

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """What `compile` was told, as plain data."""
        return {"optimizer": codec.encode(self.optimizer), **{k: codec.encode(v) for k, v in self.settings.items()}}

    # What is logged

    def tracked(self) -> list[tuple[str, Any]]:
        """The metrics by the keys of the logs: the loss, those that layers keep, then those of `compile`."""
        if self.plan is None or self._finding:
            return []
        found: list[tuple[str, Any]] = self._table.get("tracked", (self.model, self), self._find_tracked)
        return found

    def _find_tracked(self) -> list[tuple[str, Any]]:
        assert self.plan is not None
        own = self.plan.all_metrics()
        known = {id(metric) for metric in own}
        listed: list[Any] = []
        if self.model.overrides("metrics"):
            self._finding = True  # its property asks the base class, which asks here
            try:
                listed = self.model.metrics
            finally:
                self._finding = False
        found = {id(metric): metric for metric in (*self.model.own_metrics(), *listed)}
        others = [(metric.name, metric) for key, metric in found.items() if key not in known]
        first, *rest = zip(self.plan.keys, own, strict=True)
        return [first, *others, *rest]

    def reset(self, runnable: Runnable) -> None:
        """Begin a new epoch: every metric at its beginning, or as the model says."""
        if self.model.overrides("reset_metrics"):
            self.model.reset_metrics()
        else:
            runnable.reset()

    def logs(self, runnable: Runnable, given: Any) -> dict[str, Any]:
        """What a program gave, as logs: metrics by key, and what an overridden method returned."""
        logs, values = given
        if self.model.overrides("get_metrics_result"):
            return {key: float(value) for key, value in self.model.get_metrics_result().items()}
        known = named([key for key, _ in runnable.metrics], values)
        return known if logs is None else {key: known.get(key, float(value)) for key, value in logs.items()}

    def pace(self, kind: str, live: bool) -> Pace:
        """What is known about the speed of a step, from this training and earlier ones.

        Args:
            kind: `"train"` or `"test"`.
            live: whether somebody watches.
        """
        pace = self._paces.setdefault(kind, Pace())
        pace.watched(live)
        return pace

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
        assert self.plan is not None
        if not self.model.overrides("compute_loss"):
            return self.plan.loss(y, y_pred, weight, [*added, *self.model.regularization()])
        rows.refuse("compute_loss")
        with self.model.adding(added):
            loss = self.model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=weight, training=training)
        return loss, [None] * len(self.plan.losses)

    def update_metrics(self, batch: Any, y_pred: Any, loss: Any, parts: list[Any]) -> Any:
        """Add a batch to the metrics; gives the logs of a model's own `compute_metrics`, or None."""
        x, y, weight = batch
        assert self.plan is not None
        if not self.model.overrides("compute_metrics"):
            self.plan.update_losses(loss, parts, rows.count(jax.tree.leaves(batch)[0]))
            self.plan.update_metrics(y, y_pred, weight)
            return None
        rows.refuse("compute_metrics")
        self.plan.update_losses(loss, parts, steps.batch_length(batch))
        return self.model.compute_metrics(x, y, y_pred, weight)

    # Preparation

    def prepare(self, batch: Any) -> None:
        """Make weights, plan and slots fit for such a batch, and check its targets.

        Args:
            batch: `(x, y, sample weights)` on the host.

        Raises:
            ValueError: the data does not fit the model or its losses.
        """
        with making:
            y_pred = self._prepared(batch)
            assert self.plan is not None
            check_targets(self.plan, batch[1], y_pred)

    def _prepared(self, batch: Any) -> Any:
        """The specs of the outputs; found once for batches of one kind while the model stays as it is."""
        key = engine.signature(jax.tree.map(lambda a: dtypes.spec(a.shape[1:], a.dtype), batch))
        known = self._ready.get(key)
        if known is not None and known[0].hold():
            return known[1]
        x, y, _ = batch
        y_pred = self.model.output_specs(x)
        if self.plan is None or not self.plan.fits(y_pred):
            wanted = {k: self.settings[k] for k in ("loss", "loss_weights", "metrics", "weighted_metrics")}
            plan = Plan(self.model.names_of_outputs(y_pred), y_true=y, y_pred=y_pred, **wanted)
            _make_metric_state(plan, batch, y_pred)
            self.plan = plan
        if self.optimizer is not None:
            self.optimizer.build(self.trained())
        self._ready[key] = (facts.Facts(self.model), y_pred)
        return y_pred

    def trained(self) -> list[Variable]:
        """The weights that training changes.

        A model that was frozen as a whole after `compile`, to be a part of another one, is trained as it was compiled:
        so are the two models of an adversarial pair written.
        """
        model = self.model
        if not model.trainable and self.trained_at_first and model.is_part():
            return [v for v in model.weights if v.begins_trainable]
        found: list[Variable] = model.trainable_variables
        return found

    def runnable(self, kind: str) -> Runnable:
        """The programs that train (`"train"`) or evaluate (`"test"`) the model as it is now.

        Args:
            kind: which.
        """
        found: Runnable = self._table.get(kind, (self.model, self), lambda: self._make(kind))
        return found

    def _make(self, kind: str) -> Runnable:
        self.model.refuse_overrides()
        tracked = self.tracked()
        of_metrics = parts.all_variables(*[metric for _, metric in tracked])
        trained = self.trained() if kind == "train" else []
        of_model = [*self.model.all_variables(), seeds.session_variable()]
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
        return Runnable(
            step,
            written,
            _without(of_model, written),
            results=lambda: results([metric for _, metric in tracked]),
            gives=self.model.overrides("compute_metrics"),
            alone=lambda batch: self._alone(batch, kind == "train"),
            eager=self.settings["run_eagerly"],
            metrics=tracked,
        )

    def _alone(self, batch: Any, training: bool) -> bool:
        """Whether outputs and loss treat every row of a batch alone, apart from what knows about rows that only pad."""
        if self.model.overrides("compute_metrics"):
            return False
        variables = [*self.model.all_variables(), seeds.session_variable()]
        forward = state.pure_changes(lambda b: steps.forward(self, b, training), variables)

        def padded(both: Any, values: Any) -> Any:
            assert self.plan is not None
            batch, real = both
            with rows.padded(real):
                (loss, _, y_pred), changes = forward(values, batch)
                of_metrics = self.plan.values_of_functions(batch[1], y_pred)
            return (y_pred, of_metrics), (loss, changes)

        real = jax.ShapeDtypeStruct((steps.batch_length(batch),), "bool")
        return rows.alone(padded, (batch, real), [v.spec() for v in variables])


def _make_metric_state(plan: Plan, batch: Any, y_pred: Any) -> None:
    """Some metrics make their Variables when they first see shapes: let them, before a program lists them."""
    if all(isinstance(metric, metrics.Mean) for metric in plan.all_metrics()):
        return
    count = steps.batch_length(batch)
    _, y, weight = jax.tree.map(lambda a: dtypes.spec((count, *a.shape[1:]), a.dtype), batch)
    preds = jax.tree.map(lambda t: dtypes.spec((count, *t.shape[1:]), t.dtype), y_pred)
    state.abstract(plan.update_metrics, y, preds, weight)


def _without(variables: list[Variable], others: list[Variable]) -> list[Variable]:
    known = {id(v) for v in others}
    return [v for v in variables if id(v) not in known]


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
