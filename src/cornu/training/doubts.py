"""Is it what was meant? Models, losses and data that can be computed, but hardly make sense together."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import losses
from ..core import parts
from ..core.doubt import doubt
from ..core.holders import is_library
from ..core.lookup import nearest
from ..core.spec import shown
from ..layers.core.embedding import Embedding
from .data.arrays import beginning
from .plan import known_function

if TYPE_CHECKING:
    from .plan import Plan

_PROBABILITIES = {  # losses of probabilities, and the activation that gives them
    losses.binary_crossentropy: "sigmoid",
    losses.binary_focal_crossentropy: "sigmoid",
    losses.categorical_crossentropy: "softmax",
    losses.categorical_focal_crossentropy: "softmax",
    losses.sparse_categorical_crossentropy: "softmax",
}
_BINARY = (losses.binary_crossentropy, losses.binary_focal_crossentropy)
_DIFFERENCES = (  # losses that compare entry by entry, and broadcast
    *(losses.mean_squared_error, losses.mean_absolute_error, losses.mean_absolute_percentage_error),
    *(losses.mean_squared_logarithmic_error, losses.huber, losses.log_cosh),
)
_UNBOUNDED = {  # activations whose values are no probabilities
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "tanh", "softsign"),
    *("softplus", "exponential"),
}
_POSITIVE = {"softplus", "exponential"}  # which the losses of distributions divide by their sum


def about_epochs(initial_epoch: int, epochs: int) -> None:
    """Doubt about a run of no epoch.

    Args:
        initial_epoch: the number of epochs before it.
        epochs: the number of epochs after it.
    """
    if 0 < epochs < initial_epoch:  # equal they are when a run is resumed that was complete
        doubt(
            f"epochs={epochs} is the number of the last epoch, counted from the very first, and initial_epoch="
            f"{initial_epoch} leaves none to train. For {epochs} more write epochs={initial_epoch + epochs}."
        )


def about_losses(model: Any, plan: "Plan", y_true: Any, y_pred: Any) -> None:
    """Doubts about losses and the outputs that they are given.

    Args:
        model: the model.
        plan: its losses.
        y_true: targets, or their specs.
        y_pred: specs of the outputs.

    Raises:
        ValueError: a loss that compares entry by entry would broadcast its targets.
    """
    outputs = plan.outputs(y_true, y_pred)
    lasts, told = last_activations(model, len(outputs)), []
    for name, loss, last, (true, pred, _) in zip(plan.names, plan.losses, lasts, outputs, strict=True):
        fn = known_function(loss)
        if fn in _DIFFERENCES and true is not None:
            _refuse_broadcasting(name, loss.name, true.shape, pred.shape)
        if fn not in _PROBABILITIES:
            continue
        wanted, logits = _PROBABILITIES[fn], getattr(loss, "from_logits", False)
        ends = f"output {name!r} ends in the activation {last!r}"
        if pred.shape[-1:] == (1,) and wanted == "softmax":
            told.append(
                f"The loss {loss.name!r} compares classes, but output {name!r} has one unit, so the loss is always 0. "
                "For two classes use binary_crossentropy with one sigmoid unit, or give the last layer a unit per "
                "class."
            )
        elif logits and last in ("softmax", "sigmoid"):
            told.append(
                f"The loss {loss.name!r} has from_logits=True, so it applies {wanted} itself, but {ends}: it is "
                "applied twice, and training is slow. Write from_logits=False, or leave the activation out."
            )
        elif not logits and last in _UNBOUNDED - (_POSITIVE if wanted == "softmax" else set()):
            told.append(
                f"The loss {loss.name!r} expects probabilities, but {ends}. Write activation={wanted!r} in the last "
                "layer, or from_logits=True in the loss."
            )
    for message in told or _about_single_softmax(model):
        doubt(message)


def about_targets(model: Any, plan: "Plan", y_true: Any, y_pred: Any) -> None:
    """Doubts about labels that a loss or a metric has no use for.

    Args:
        model: the model.
        plan: losses and metrics.
        y_true: targets on the host.
        y_pred: specs of the outputs.

    Raises:
        ValueError: class labels that are no whole numbers.
    """
    lasts = last_activations(model, len(plan.names))
    for index, (name, loss, last) in enumerate(zip(plan.names, plan.losses, lasts, strict=True)):
        labels, fn = plan.targets(y_true)[index], known_function(loss)
        if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iuf" or not labels.size:
            continue
        seen = beginning(labels)
        if fn in _BINARY:
            low, high = seen.min(), seen.max()
            if low < 0 or high > 1 + 1e-6:
                fix = "(y + 1) / 2" if (low, high) == (-1, 1) else f"y / {high:g}"
                doubt(
                    f"The loss {loss.name!r} expects labels from 0 to 1, but those of output {name!r} go from {low:g} "
                    f"to {high:g}, with which it has no smallest value. Pass for instance {fix}."
                )
        elif fn is losses.sparse_categorical_crossentropy:
            if (wrong := _fraction(seen)) is not None:
                raise ValueError(
                    f"The loss {loss.name!r} expects class indices 0, 1, 2, ..., but labels of output {name!r} are no "
                    f"whole numbers, such as {wrong:g}. For a regression use the loss 'mse'."
                )
        elif fn in _DIFFERENCES and last not in ("softmax", "sigmoid") and (label := _fraction(seen)) is not None:
            names = [m.name for i, m, _ in plan.metrics if i == index and m.name in ("accuracy", "acc")]
            if names:
                doubt(
                    f"The metric {names[0]!r} counts predictions that equal their label, but output {name!r} is a "
                    f"regression (loss {loss.name!r}, labels such as {label:g}). Use "
                    "metrics=['mae'], or a crossentropy for classes."
                )


def about_inputs(model: Any, x: Any) -> None:
    """Refuse numbers that a model would misread in silence.

    Args:
        model: the model.
        x: inputs on the host.

    Raises:
        TypeError: complex numbers for a model of real ones.
        ValueError: an integer that an Embedding has no row for.
    """
    graph, part = model.graph, model.host_part
    if graph is None:
        return
    begins = part.passed.values() if part else graph.inputs
    arrays = [x[name] for name in part.passed] if part else graph.in_order(x, model.name)
    for tensor, array in zip(begins, arrays, strict=True):
        if not isinstance(array, np.ndarray) or not array.size:
            continue
        if array.dtype.kind == "c" and not str(tensor.dtype).startswith("complex"):
            raise TypeError(
                f"Model {model.name!r} computes with real numbers, but x holds complex ones ({array.dtype}). Pass "
                "x.real, x.imag or np.abs(x), or declare Input(..., dtype='complex64')."
            )
        for layer in graph.readers.get(id(tensor), ()):
            if isinstance(layer, Embedding):
                layer.check_indices(beginning(array))


def cleans(model: Any) -> bool:
    """Whether the user's own code meets the inputs first, and may replace what is no number.

    Args:
        model: the model.
    """
    if model.graph is None or not is_library(type(model).call):
        return True
    readers = [op for tensor in model.graph.inputs for op in model.graph.readers.get(id(tensor), ())]
    users = ("Lambda", "GraphOp", "JaxLayer", "FlaxLayer", "EquinoxLayer", "TFSMLayer")
    return any(type(op).__name__ in users or not is_library(type(op)) for op in readers)


def embeds(model: Any) -> bool:
    """Whether an input of a functional model goes to an Embedding as it is.

    Args:
        model: the model.
    """
    readers = model.graph.readers
    return any(isinstance(op, Embedding) for tensor in model.graph.inputs for op in readers.get(id(tensor), ()))


def about_progress(epoch: int, before: dict[str, Any], logs: dict[str, Any]) -> None:
    """Say once that the loss is no number any more: nothing is learned from then on.

    Args:
        epoch: the epoch that has ended.
        before: its logs before.
        logs: its logs.
    """
    loss = logs.get("loss", 0.0)
    if getattr(loss, "ndim", 0) or getattr(before.get("loss"), "ndim", 0):  # a step of one's own may log anything
        return
    if not math.isfinite(loss) and math.isfinite(before.get("loss", 0.0)):
        doubt(
            f"The loss is {loss} after epoch {epoch + 1}: the weights hold no numbers any more. Most often the "
            "learning rate is too high (try a tenth of it), the data hold very large numbers (scale them), an integer "
            "has no row in an Embedding, or a loss of your own divides by 0 or takes log(0)."
        )


def about_keys(model: Any, optimizer: Any) -> None:
    """Raise `ValueError` for a key of an `OptimizerMap` that names nothing in the model.

    Args:
        model: any model.
        optimizer: its optimizer, of any kind.
    """
    table = getattr(optimizer, "optimizer_map", None)
    if table is not None and hasattr(table, "of_nothing") and (wrong := table.of_nothing(model.weights)):
        names = sorted({part for weight in model.weights for part in weight.path.split("/")[:-1]})
        raise ValueError(
            f"The key {wrong[0]!r} of the OptimizerMap names no layer and no weight of model {model.name!r}. "
            f"{nearest(str(wrong[0]), names)}"
        )


def last_activations(model: Any, count: int) -> list[str | None]:
    """The name of the activation that each output ends in; None where that is not known.

    Args:
        model: any model.
        count: how many outputs it has.
    """
    if model.graph is None or len(model.graph.outputs) != count:
        return [None] * count
    return [_activation_of(tensor) for tensor in model.graph.outputs]


def _activation_of(tensor: Any) -> str | None:
    layer = tensor.op
    while is_library(type(layer)) and (getattr(layer, "graph", None) is not None or hasattr(layer, "layer")):
        if hasattr(layer, "layer"):  # a wrapper
            layer = layer.layer
        else:
            inner = layer.graph.outputs
            if len(inner) != 1:
                return None
            layer = inner[0].op
    if not is_library(type(layer)):
        return None  # its call may do anything
    if type(layer).__name__ == "Softmax":
        return "softmax"
    return _named(getattr(layer, "activation", None))


def _named(activation: Any) -> str | None:
    """The name of an activation of the library."""
    return getattr(activation, "__name__", None) if is_library(activation) else None


def _about_single_softmax(model: Any) -> Iterator[str]:
    for _, layer in parts.walk(model):
        units = getattr(layer, "units", getattr(layer, "filters", None)) if is_library(type(layer)) else None
        if units == 1 and _named(getattr(layer, "activation", None)) == "softmax":
            yield (
                f"Layer {layer.name!r} applies softmax to one unit, which gives 1 whatever comes in, so it learns "
                "nothing. Write activation='sigmoid' for a probability, or give it a unit per class."
            )


def _refuse_broadcasting(name: str, loss: str, true: tuple[int, ...], pred: tuple[int, ...]) -> None:
    cannot = f"The loss {loss!r} compares each number with its target, but output {name!r} has shape "
    cannot += f"{shown((None, *pred[1:]))} and the targets have {shown((None, *true[1:]))}."
    if len(true) == len(pred) - 1 and pred[-1] > 1 or len(true) == len(pred) > 1 and true[-1] == 1 < pred[-1]:
        raise ValueError(
            f"{cannot} For classes use sparse_categorical_crossentropy, or one-hot targets: "
            f"to_categorical(y, {pred[-1]}). For one number per sample give the last layer 1 unit."
        )
    if len(true) == len(pred) and any(
        one != other and 1 in (one, other) for one, other in zip(true[1:], pred[1:], strict=True)
    ):
        raise ValueError(f"{cannot} Give the last layer as many units as a sample has targets.")


def _fraction(values: Any) -> float | None:
    """The first of some values that is no whole number."""
    if values.dtype.kind != "f":
        return None
    with np.errstate(invalid="ignore"):  # of an infinity
        found = values[values % 1 != 0]
    return float(found[0]) if found.size else None
