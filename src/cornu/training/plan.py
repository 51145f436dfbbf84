"""What `compile` was told, resolved for a model's outputs: one loss and a list of metrics for each."""

import contextlib
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import losses, metrics
from ..core import dtypes, facts, plain, rows
from ..core.attached import get_mask
from ..core.holders import is_library
from ..core.lookup import nearest, tables
from ..core.symbolic import unwrap
from ..losses.alignment import behind
from ..losses.loss import merge_mask
from .data.arrays import beginning

_KINDS = {"binary": "Binary", "sparse": "SparseCategorical", "categorical": "Categorical"}
ACCURACY, CROSSENTROPY = ("accuracy", "acc"), ("crossentropy", "ce")  # what they mean is read off loss and shapes


class Plan(facts.Watched):
    """Losses, their weights and metrics, one set per output.

    Args:
        names: names of the outputs, in order.
        y_true: targets of one batch, or their specs: what `"accuracy"` means is read off their shapes.
        y_pred: outputs of one batch, or their specs.
        loss: a loss for all outputs, or a list, a dictionary, or a structure like that of the outputs.
        loss_weights: numbers by which the losses are multiplied, given likewise.
        counting: metrics for all outputs, or a list per output, given likewise.
        weighted: the same, for metrics that count samples by their weight.

    Raises:
        ValueError: a name fits no output, or no loss or metric.
    """

    def __init__(
        self, names: Sequence[str], y_true: Any, y_pred: Any, loss: Any, loss_weights: Any, counting: Any, weighted: Any
    ) -> None:
        self.tree: Any = jax.tree.structure(_tuples(y_pred))
        by_key = isinstance(y_pred, dict) and len(y_pred) == len(jax.tree.leaves(y_pred))
        self.names = sorted(y_pred) if by_key else list(names)
        pred = jax.tree.leaves(y_pred)
        if not pred:
            raise ValueError(
                "The model gave no output, so there is nothing to compare with targets: end call() in return."
            )
        if len(self.names) != len(pred):
            self.names = [f"output_{i + 1}" for i in range(len(pred))]
        self.losses = self._per_output(loss, "loss")
        true = self.targets(y_true)
        self.losses = [_get_loss(*each) for each in zip(self.losses, true, pred, strict=True)]
        weights = self._per_output(loss_weights, "loss_weights")
        self.weights = [1.0 if weight is None else float(weight) for weight in weights]
        self.loss_metric = metrics.Mean(name="loss")
        trained = [i for i, fn in enumerate(self.losses) if fn is not None]
        self.loss_metrics = {i: metrics.Mean(name=f"{self.names[i]}_loss") for i in trained if len(trained) > 1}
        self.metrics: list[tuple[int, Any, bool]] = []  # which output, the metric, whether weights count
        self.keys = ["loss", *(metric.name for metric in self.loss_metrics.values())]
        for asked, weighs in ((counting, False), (weighted, True)):
            for index, group in enumerate(self._metric_groups(asked)):
                for item in group:
                    metric = _get_metric(item, self.losses[index], true[index], pred[index])
                    if any(metric is other for _, other, _ in self.metrics):  # one for several outputs counts for each
                        metric = type(metric).from_config(metric.get_config())
                    self.metrics.append((index, metric, weighs))
                    self.keys.append(self._key(index, metric.name, weighs))

    def _key(self, index: int, name: str, weighted: bool) -> str:
        """A key for the logs that no other metric has."""
        output = f"{self.names[index]}_" if len(self.names) > 1 else ""
        if weighted and output + name in self.keys:
            name = f"weighted_{name}"
        key, count = output + name, 1
        while key in self.keys:
            key, count = f"{output}{name}_{count}", count + 1
        return key

    def fits(self, y_pred: Any) -> bool:
        """Whether the model still has the outputs that the plan was made for."""
        return bool(jax.tree.structure(_tuples(y_pred)) == self.tree)

    def _per_output(self, value: Any, what: str) -> list[Any]:
        """One entry per output from a single value, a list, a dictionary by name, or a structure like the outputs'."""
        count = len(self.names)
        if not isinstance(value, list | tuple | dict):
            return [value] * count
        if (alike := self._alike(value)) is not None:
            return alike
        if isinstance(value, dict):
            self._check_names(value, what)
            return [value.get(name) for name in self.names]
        if any(item is not None for item in value[:count]) and all(item is None for item in value[count:]):
            value = value[:count]  # others say nothing
        if len(value) != count:
            raise ValueError(f"{what} has {len(value)} entries, but the model has {count} outputs: {self.names}.")
        return list(value)

    def _check_names(self, given: dict[str, Any], what: str) -> None:
        """Raise `ValueError` for a key that names no output."""
        for name in (name for name in given if name not in self.names):
            raise ValueError(
                f"{what}={{{name!r}: ...}} names no output. The outputs are {self.names}. "
                f"{nearest(str(name), self.names)}"
            )

    def _alike(self, value: Any) -> list[Any] | None:
        """One entry per output from a structure like that of the outputs; None if it is of another."""
        if self.tree.num_nodes > 1:  # otherwise anything is of the one output's structure
            with contextlib.suppress(ValueError):
                return list(self.tree.flatten_up_to(_tuples(value)))
        return None

    def _metric_groups(self, wanted: Any) -> list[list[Any]]:
        """The metrics asked for, by output: a flat list, if it is not one for each output, is for all of them."""
        count = len(self.names)
        if isinstance(wanted, list | tuple) and not (
            len(wanted) == count > 1 or any(isinstance(item, list | tuple | dict) for item in wanted)
        ):
            return [list(wanted) for _ in self.names]
        groups = self._per_output(wanted, "metrics")
        return [list(g) if isinstance(g, list | tuple) else [] if g is None else [g] for g in groups]

    def targets(self, y_true: Any) -> list[Any]:
        """Targets as a list, one per output, None where there is none."""
        count = len(self.names)
        if y_true is None:
            return [None] * count
        if (alike := self._alike(y_true)) is not None:
            return alike
        if isinstance(y_true, dict):
            self._check_names(y_true, "targets")
            for name, fn in zip(self.names, self.losses, strict=True):
                if fn is not None and name not in y_true:
                    raise ValueError(
                        f"The targets have {sorted(y_true)}, but nothing for output {name!r}, which has a loss. Add "
                        "it, or leave out its loss."
                    )
            return [y_true.get(name) for name in self.names]
        flat = jax.tree.leaves(y_true, is_leaf=lambda v: v is None)
        if len(flat) == count:
            return flat
        if len(flat) == sum(fn is not None for fn in self.losses):
            rest = iter(flat)
            return [None if fn is None else next(rest) for fn in self.losses]
        raise ValueError(f"The model has {count} outputs {self.names}, but {len(flat)} target arrays were given.")

    def sample_weights(self, weight: Any) -> list[Any]:
        """Sample weights as a list, one per output, None where there are none."""
        if (alike := self._alike(weight)) is not None:
            return alike
        if isinstance(weight, dict):
            self._check_names(weight, "sample_weight")
            return [weight.get(name) for name in self.names]
        flat = jax.tree.leaves(weight, is_leaf=lambda v: v is None)
        return flat if len(flat) == len(self.names) else flat[:1] * len(self.names)

    def outputs(self, y_true: Any, y_pred: Any, weight: Any = None) -> list[Any]:
        """Targets, predictions and sample weights of each output."""
        return list(zip(self.targets(y_true), jax.tree.leaves(y_pred), self.sample_weights(weight), strict=True))

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
        outputs = self.outputs(y_true, y_pred, weight)
        for fn, scale, (true, pred, own) in zip(self.losses, self.weights, outputs, strict=True):
            if fn is None or true is None:
                parts.append(None)
                continue
            if type(fn).__call__ is not losses.Loss.__call__:
                rows.refuse("a loss with a __call__ of its own")
            with (
                facts.calling(True, fn),
                _told(fn, f"It is the loss {fn.name!r}, which is called as (y_true, y_pred)."),
            ):
                value = rows.reduced(jnp.sum, fn(true, pred, sample_weight=own))
            parts.append(value)
            total = total + scale * value
        for value in added:
            total = total + value
        return total, parts

    def update_losses(self, loss: Any, parts: list[Any], count: Any) -> None:
        """Add the losses of a batch of `count` samples."""
        self.loss_metric.update_state(loss, sample_weight=count)
        for index, metric in self.loss_metrics.items():
            if parts[index] is not None:
                metric.update_state(parts[index], sample_weight=count)

    def update_metrics(self, y_true: Any, y_pred: Any, weight: Any) -> None:
        """Add a batch to the metrics."""
        outputs = self.outputs(y_true, y_pred, weight)
        for index, metric, weighted in self.metrics:
            true, pred, own = outputs[index]
            if true is None:
                continue
            mask = get_mask(pred)
            own = merge_mask(own, mask, dtypes.floatx(), mean=False) if weighted else None
            with facts.calling(True, metric), _told(metric, f"It is the metric {metric.name!r}."):
                metric.update_state(true, pred, sample_weight=_real(own, mask))

    def values_of_functions(self, y_true: Any, y_pred: Any) -> list[Any]:
        """What the metrics that are functions of the user's own give for a batch."""
        if any(not is_library(type(metric)) for _, metric, _ in self.metrics):
            rows.refuse("a metric that may not count by weights")
        outputs = self.outputs(y_true, y_pred)
        functions = [(m, *outputs[i]) for i, m, _ in self.metrics if isinstance(m, metrics.MeanMetricWrapper)]
        own = [each for each in functions if not is_library(each[0].fn)]
        return [m.of_function(true, pred) for m, true, pred, _ in own if true is not None]

    def all_metrics(self) -> list[Any]:
        """Every metric, in the order of `keys`."""
        return [self.loss_metric, *self.loss_metrics.values(), *(metric for _, metric, _ in self.metrics)]

    def check_targets(self, y_true: Any, y_pred: Any, by_class: bool, weight: Any = None) -> None:
        """Raise `ValueError` for class labels that an output has no place for, or whose classes cannot weigh samples.

        A compiled program could not report them.

        Args:
            y_true: targets on the host.
            y_pred: specs of the outputs.
            by_class: whether classes weigh samples.
            weight: sample weights on the host.
        """
        outputs = self.outputs(y_true, y_pred, weight)
        for name, loss, (labels, pred, own) in zip(self.names, self.losses, outputs, strict=True):
            sparse = known_function(loss) is losses.sparse_categorical_crossentropy
            if not sparse or not isinstance(labels, np.ndarray) or not labels.size:
                continue
            if by_class and labels.ndim > 1 and labels.shape[-1] != 1:
                raise ValueError(
                    f"class_weight weighs samples with one label each, but the targets have shape {labels.shape}. Give "
                    f"a weight for each label: sample_weight of shape {labels.shape}."
                )
            if isinstance(own, np.ndarray) and own.shape == labels.shape[: own.ndim]:
                labels = labels[own != 0]  # the others are padding
            labels = beginning(labels)
            if not labels.size:
                continue
            low, high, classes = labels.min(), labels.max(), pred.shape[-1]
            ignored = getattr(loss, "ignore_class", None)
            if high >= classes and high != ignored:
                raise ValueError(
                    f"Labels of output {name!r} go up to {int(high)}, but it has {classes} classes, numbered 0 to "
                    f"{classes - 1}. Give the last layer {int(high) + 1} units, or number the labels from 0."
                )
            if low < 0 and low != ignored:
                raise ValueError(
                    f"Labels of output {name!r} begin at {int(low)}, but classes are numbered from 0 to {classes - 1}. "
                    f"If {int(low)} marks padding, use SparseCategoricalCrossentropy(ignore_class={int(low)}), or give "
                    "it a sample_weight of 0; otherwise number the labels from 0."
                )


def known_function(loss: Any) -> Any:
    """The function of a loss of the library; None of one that a user's class may compute in another way."""
    return getattr(loss, "fn", None) if is_library(type(loss)) else None


def _told(item: Any, what: str) -> contextlib.AbstractContextManager[None]:
    """Where a loss or metric of the user's own is called, its errors say so."""
    of_library = is_library(type(item)) and is_library(getattr(item, "fn", Plan))
    return contextlib.nullcontext() if of_library else plain.told(what)


def _real(weight: Any, mask: Any) -> Any:
    """Weights that are zero for rows which only pad the batch."""
    real = rows.real_rows()
    if real is None:
        return weight
    real = real.astype(dtypes.floatx())
    if weight is not None:
        return weight * behind(real, weight)
    return real if mask is None else jnp.broadcast_to(behind(real, mask), mask.shape)


def _tuples(tree: Any) -> Any:
    """A structure with tuples for lists: the two are not told apart."""
    if isinstance(tree, list | tuple):
        return tuple(_tuples(item) for item in tree)
    return {key: _tuples(item) for key, item in tree.items()} if isinstance(tree, dict) else tree


def _get_loss(identifier: Any, y_true: Any, y_pred: Any) -> Any:
    """A loss, or None; `"crossentropy"` becomes the kind that fits the shapes."""
    if isinstance(identifier, str) and identifier.lower() in CROSSENTROPY:
        identifier = f"{_KINDS[_kind(None, y_true, y_pred)]}Crossentropy"
    return None if identifier is None else losses.as_loss(identifier)


def _get_metric(identifier: Any, loss: Any, y_true: Any, y_pred: Any) -> Any:
    """A metric; `"accuracy"` and `"crossentropy"` become the kind that fits the loss and the shapes."""
    for words, ending in ((ACCURACY, "Accuracy"), (CROSSENTROPY, "Crossentropy")):
        if isinstance(identifier, str) and identifier.lower() in words:
            return tables()["keras.metrics"].find(_KINDS[_kind(loss, y_true, y_pred)] + ending)(name=identifier)
    metric = metrics.as_metric(identifier)
    if isinstance(identifier, str):
        metric.name = identifier  # logs have the key that the user wrote
    return metric


def _kind(loss: Any, y_true: Any, y_pred: Any) -> str:
    """Which accuracy or crossentropy: binary, sparse or categorical."""
    if y_pred.shape[-1:] == (1,) or getattr(loss, "fn", None) is losses.binary_crossentropy:
        return "binary"
    rank = len(y_true.shape) if y_true is not None else len(y_pred.shape)
    if rank < len(y_pred.shape) or (y_true is not None and y_true.shape[-1:] == (1,)):
        return "sparse"
    return "categorical"


def named(tracked: Sequence[tuple[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    """Values of metrics by key; a metric that gives several names them itself."""
    logs: dict[str, Any] = {}
    for (key, _), value in zip(tracked, values, strict=True):
        logs.update(value if isinstance(value, dict) else {key: value})
    return logs


def results(tracked: Sequence[Any]) -> Any:
    """The value of every metric: as one array if all are numbers, for one transfer."""
    values = [jax.tree.map(unwrap, metric.result()) for metric in tracked]
    kinds = {(getattr(value, "shape", None), getattr(value, "dtype", None)) for value in values}
    return jnp.stack(values) if len(kinds) == 1 and kinds.pop()[0] == () else values
