"""Compiled: what a model has been told to train with, made fit for a batch."""

from collections.abc import Iterable
from typing import Any

import jax

from .. import losses, optimizers
from ..core import codec, dtypes, state
from . import steps
from .data import arrays
from .data.checks import check_targets
from .plan import Plan
from .programs import Programs


class Compiled:
    """What `compile` chose, and what follows from it when the first batch is seen: plan, optimizer state, programs."""

    optimizer: Any = None
    plan: Plan
    _compiled: dict[str, Any] | None = None

    @property
    def _programs(self) -> dict[Any, Programs]:
        """Compiled programs by kind and batch size; emptied whenever the model changes."""
        found: dict[Any, Programs] = vars(self).setdefault("_program_table", {})
        return found

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        loss_weights: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **kwargs: Any,
    ) -> None:
        """Choose optimizer, loss and metrics for training.

        Args:
            optimizer: name or optimizer.
            loss: name, function or loss; a list or dictionary of such for several outputs.
            metrics: list of names, functions or metrics; a list or dictionary of lists for several outputs.
            loss_weights: numbers by which the losses of several outputs are multiplied.
            weighted_metrics: metrics that count samples by their weight.
            run_eagerly: accepted for compatibility; training is compiled.
            steps_per_execution: accepted for compatibility; the loop finds the number itself.
            jit_compile: accepted for compatibility; training is compiled.
            auto_scale_loss: accepted for compatibility.
            **kwargs: older arguments, which are ignored: `sample_weight_mode`, `target_tensors`, `distribute`.

        Raises:
            ValueError: a name that no optimizer, loss or metric has.
            TypeError: an unknown argument.

        Example:
            >>> import cornu
            >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, activation="sigmoid")])
            >>> model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        """
        for name in ("sample_weight_mode", "target_tensors", "distribute"):
            kwargs.pop(name, None)
        if kwargs:
            raise TypeError(f"compile() has no argument {next(iter(kwargs))!r}.")
        found = optimizers.get(optimizer)
        for name in _leaves(loss):
            losses.get(name)  # a wrong name is an error here rather than at the first batch
        _check_metric_names(metrics)
        _check_metric_names(weighted_metrics)
        self.optimizer = found
        self._compiled = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        vars(self).pop("plan", None)
        self._programs.clear()

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compiled is not None

    @property
    def loss(self) -> Any:
        """The loss given to `compile`."""
        return (self._compiled or {}).get("loss")

    def _check_compiled(self, method: str) -> None:
        if self._compiled is None:
            raise RuntimeError(
                f"Model {self.name!r} must be compiled before {method}(): call "  # type: ignore[attr-defined]
                'model.compile(optimizer="adam", loss=..., metrics=[...]).'
            )

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was told, as plain data; None before."""
        if self._compiled is None:
            return None
        return {"optimizer": codec.encode(self.optimizer), **{k: codec.encode(v) for k, v in self._compiled.items()}}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` says."""
        values = {k: codec.decode_value(v) for k, v in config.items() if k != "optimizer"}
        self.compile(optimizer=codec.decode(config["optimizer"], optimizers.table), **values)
        if self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    # Metrics

    @property
    def metrics(self) -> list[Any]:
        """The metrics, the loss first; known after the first batch."""
        return self.plan.all_metrics() if "plan" in vars(self) else []

    @property
    def metrics_names(self) -> list[str]:
        """Keys of the logs, in the order of what `evaluate` returns."""
        return list(self.plan.keys) if "plan" in vars(self) else ["loss"]

    def reset_metrics(self) -> None:
        """Set every metric back to its beginning."""
        if "plan" in vars(self):
            self.plan.reset()

    # Preparation

    def _prepare(self, batch: Any) -> None:
        """Make weights, plan and optimizer state fit for such a batch."""
        x, y, weight = batch
        y_pred = self._output_specs(x)
        if "plan" not in vars(self):
            wanted = {k: self._compiled[k] for k in ("loss", "loss_weights", "metrics", "weighted_metrics")}  # type: ignore[index]
            self.plan = Plan(self._output_names(y_pred), y_true=y, y_pred=y_pred, **wanted)
            self._make_metric_state(batch, y_pred)
        check_targets(self.plan, y, y_pred)
        if not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    def _make_metric_state(self, batch: Any, y_pred: Any) -> None:
        """Some metrics make their Variables when they first see shapes: let them, before a program lists them."""
        if all(metric.variables for metric in self.plan.all_metrics()):
            return
        count = arrays.length(batch[0])
        _, y, weight = jax.tree.map(lambda a: dtypes.spec((count, *a.shape[1:]), a.dtype), batch)
        preds = jax.tree.map(lambda t: dtypes.spec((count, *t.shape[1:]), t.dtype), y_pred)
        parts = [0.0] * len(self.plan.names)
        state.abstract(lambda y, p, w: self.plan.update(y, p, w, 0.0, parts, count), y, preds, weight)

    def _output_specs(self, x: Any) -> Any:
        """Shapes of the outputs for such inputs; makes the weights where there are none yet."""
        built: Any = self
        x = jax.tree.map(lambda a: dtypes.spec(a.shape, a.dtype), x)
        if not built.built and isinstance(x, jax.ShapeDtypeStruct):
            built.build((None, *x.shape[1:]))
        graph = built.graph
        if graph is not None and built.built:
            return graph.output_tree
        outputs = state.abstract(lambda values: built(values), x)
        built._output_tree = outputs
        return outputs

    def _output_names(self, y_pred: Any) -> list[str]:
        graph = self.graph  # type: ignore[attr-defined]
        if graph is not None:
            return list(graph.output_names)
        return [f"output_{i + 1}" for i in range(len(jax.tree.leaves(y_pred)))]

    def _program(self, kind: str, batch_size: int) -> Programs:
        key = (kind, batch_size)
        if key not in self._programs:
            variables = steps.program_variables(self)
            if kind == "predict":
                self._programs[key] = Programs(steps.predict_step(self), variables, batch_size)
            else:
                variables = [*variables, *(v for m in self.plan.all_metrics() for v in m.variables)]
                if kind == "train":
                    variables = [*variables, *self.optimizer.variables]
                step = steps.train_step(self) if kind == "train" else steps.test_step(self)
                self._programs[key] = Programs(step, variables, batch_size, self.plan.results)
        return self._programs[key]


def _leaves(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _check_metric_names(wanted: Any) -> None:
    from .. import metrics

    for name in _leaves(wanted):
        if not isinstance(name, str) or name.lower() not in ("accuracy", "acc", "crossentropy", "ce"):
            metrics.get(name)
