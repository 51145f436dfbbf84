"""What `compile` was told, resolved for a model's outputs: one loss and a list of metrics."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from .. import losses, metrics
from ..core.lookup import nearest
from ..core.masks import get_mask

_ACCURACY = {"binary": "BinaryAccuracy", "sparse": "SparseCategoricalAccuracy", "categorical": "CategoricalAccuracy"}
_CROSSENTROPY = {kind: name.replace("Accuracy", "Crossentropy") for kind, name in _ACCURACY.items()}


class Plan:
    """Losses, their weights and metrics, one set per output.

    Args:
        names: names of the outputs, in order.
        loss: a loss for all outputs, or a list or dictionary of losses.
        loss_weights: numbers by which the losses are multiplied, a list or dictionary.
        metrics: metrics for all outputs, or a list per output, or a dictionary.
        weighted_metrics: the same, for metrics that count samples by their weight.
        y_true: targets of one batch, or their specs: what `"accuracy"` means is read off their shapes.
        y_pred: outputs of one batch, or their specs.

    Raises:
        ValueError: a name fits no output, or no loss or metric.
    """

    def __init__(
        self,
        names: Sequence[str],
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
        y_true: Any,
        y_pred: Any,
    ) -> None:
        self.names = list(names)
        self.pred_tree = jax.tree.structure(y_pred)
        if isinstance(y_pred, dict):
            self.names = sorted(y_pred)
        many = len(self.names) > 1
        pred = jax.tree.leaves(y_pred)
        self.losses = [item and losses.as_loss(item) for item in self._per_output(loss, "loss")]
        true = self.targets(y_true)
        weights = self._per_output(loss_weights, "loss_weights", fill=None)
        self.weights = [1.0 if weight is None else float(weight) for weight in weights]
        self.loss_metric = _mean("loss")
        self.loss_metrics = [_mean(f"{name}_loss") if many else None for name in self.names]
        self.metrics: list[tuple[int, Any, bool]] = []  # which output, the metric, whether weights count
        for wanted, weighted in ((metrics, False), (weighted_metrics, True)):
            for index, group in enumerate(self._metric_groups(wanted)):
                for item in group:
                    metric = _get_metric(item, self.losses[index], true[index], pred[index])
                    self.metrics.append((index, metric, weighted))
        self.keys = ["loss"]
        self.keys += [m.name for m, fn in zip(self.loss_metrics, self.losses, strict=True) if m is not None and fn]
        taken = set(self.keys)
        for index, metric, _ in self.metrics:
            key = f"{self.names[index]}_{metric.name}" if many else metric.name
            base, count = key, 1
            while key in taken:
                key, count = f"{base}_{count}", count + 1
            taken.add(key)
            self.keys.append(key)

    def _per_output(self, value: Any, what: str, fill: Any = None) -> list[Any]:
        """One entry per output from a single value, a list or a dictionary by output name."""
        count = len(self.names)
        if isinstance(value, dict):
            for name in value:
                if name not in self.names:
                    raise ValueError(
                        f"{what}={{{name!r}: ...}} names no output. The outputs are {self.names}. "
                        f"{nearest(name, self.names)}"
                    )
            return [value.get(name, fill) for name in self.names]
        if isinstance(value, list | tuple):
            if len(value) != count:
                raise ValueError(f"{what} has {len(value)} entries, but the model has {count} outputs: {self.names}.")
            return list(value)
        return [value] * count

    def _metric_groups(self, wanted: Any) -> list[list[Any]]:
        if wanted is None:
            return [[] for _ in self.names]
        if isinstance(wanted, dict):
            return [_listed(item) for item in self._per_output(wanted, "metrics")]
        if not isinstance(wanted, list | tuple):
            wanted = [wanted]
        if len(self.names) > 1 and len(wanted) == len(self.names):
            return [_listed(item) for item in wanted]
        if any(isinstance(item, list | tuple) for item in wanted):
            return [_listed(item) for item in self._per_output(wanted, "metrics")]
        return [list(wanted) for _ in self.names]

    def targets(self, y_true: Any) -> list[Any]:
        """Targets as a list, one per output, None where there is none."""
        count = len(self.names)
        if y_true is None:
            return [None] * count
        if isinstance(y_true, dict):
            return [y_true.get(name) for name in self.names]
        if isinstance(y_true, list | tuple):
            flat = jax.tree.leaves(y_true, is_leaf=lambda v: v is None)
        else:
            flat = [y_true]
        if len(flat) != count:
            raise ValueError(f"The model has {count} outputs {self.names}, but {len(flat)} target arrays were given.")
        return flat

    def sample_weights(self, weight: Any) -> list[Any]:
        """Sample weights as a list, one per output, None where there are none."""
        if isinstance(weight, dict):
            return [weight.get(name) for name in self.names]
        if isinstance(weight, list | tuple):
            return list(weight)
        return [weight] * len(self.names)

    def loss(self, y_true: Any, y_pred: Any, weight: Any, added: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The loss to minimise, and the loss of each output.

        Args:
            y_true: targets of a batch.
            y_pred: outputs for it.
            weight: sample weights, or None.
            added: further scalars, from regularizers and `add_loss`.
        """
        parts: list[Any] = []
        total: Any = 0.0
        arrays = zip(self.targets(y_true), jax.tree.leaves(y_pred), self.sample_weights(weight), strict=True)
        for fn, scale, (true, pred, w) in zip(self.losses, self.weights, arrays, strict=True):
            if fn is None or true is None:
                parts.append(None)
                continue
            value = jnp.sum(fn(true, pred, sample_weight=w))
            parts.append(value)
            total = total + scale * value
        for value in added:
            total = total + value
        return total, parts

    def update(self, y_true: Any, y_pred: Any, weight: Any, loss: Any, parts: list[Any], count: int) -> None:
        """Add a batch of `count` samples to the loss and the metrics."""
        self.loss_metric.update_state(loss, sample_weight=count)
        for metric, part in zip(self.loss_metrics, parts, strict=True):
            if metric is not None and part is not None:
                metric.update_state(part, sample_weight=count)
        true, pred = self.targets(y_true), jax.tree.leaves(y_pred)
        weights = self.sample_weights(weight)
        for index, metric, weighted in self.metrics:
            if true[index] is not None:
                metric.update_state(
                    true[index], pred[index], sample_weight=_masked(weights[index], pred[index]) if weighted else None
                )

    def all_metrics(self) -> list[Any]:
        """Every metric, in the order of `keys`."""
        own = [m for m, fn in zip(self.loss_metrics, self.losses, strict=True) if m is not None and fn]
        return [self.loss_metric, *own, *(metric for _, metric, _ in self.metrics)]

    def results(self) -> Any:
        """The value of every metric, in the order of `keys`: as one array if all are numbers, for one transfer."""
        values = [metric.result() for metric in self.all_metrics()]
        kinds = {(getattr(value, "shape", None), getattr(value, "dtype", None)) for value in values}
        return jnp.stack(values) if len(kinds) == 1 and kinds.pop()[0] == () else values

    def named(self, values: Sequence[Any]) -> dict[str, Any]:
        """Values in the order of `keys`, by key; a metric that gives several names them itself."""
        logs: dict[str, Any] = {}
        for key, value in zip(self.keys, values, strict=True):
            logs.update({k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else {key: _plain(value)})
        return logs

    def reset(self) -> None:
        """Begin a new epoch."""
        for metric in self.all_metrics():
            metric.reset_state()


def _plain(value: Any) -> Any:
    return float(value) if getattr(value, "ndim", 0) == 0 else value


def _masked(weight: Any, pred: Any) -> Any:
    mask = get_mask(pred)
    if mask is None:
        return weight
    mask = mask.astype(pred.dtype)
    return mask if weight is None else weight * mask


def _mean(name: str) -> Any:
    return metrics.Mean(name=name)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _get_metric(identifier: Any, loss: Any, y_true: Any, y_pred: Any) -> Any:
    """A metric; `"accuracy"` and `"crossentropy"` become the kind that fits the loss and the shapes."""
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc", "crossentropy", "ce"):
        kinds = _ACCURACY if identifier.lower() in ("accuracy", "acc") else _CROSSENTROPY
        return metrics.table.find(kinds[_kind(loss, y_true, y_pred)])(name=identifier)
    metric = metrics.as_metric(identifier)
    if isinstance(identifier, str):
        metric.name = identifier  # logs have the key that the user wrote
    return metric


def _kind(loss: Any, y_true: Any, y_pred: Any) -> str:
    """Which accuracy: binary, sparse or categorical."""
    if isinstance(loss, losses.BinaryCrossentropy) or y_pred.shape[-1:] == (1,):
        return "binary"
    if getattr(loss, "fn", None) is losses.binary_crossentropy:
        return "binary"
    rank = len(y_true.shape) if y_true is not None else len(y_pred.shape)
    if rank < len(y_pred.shape) or (y_true is not None and y_true.shape[-1:] == (1,)):
        return "sparse"
    return "categorical"
