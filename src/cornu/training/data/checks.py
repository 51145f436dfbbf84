"""Mistakes in targets that a compiled program could not report."""

from typing import Any

import jax
import numpy as np

from ...losses import SparseCategoricalCrossentropy, sparse_categorical_crossentropy
from .arrays import beginning


def check_targets(plan: Any, y: Any, y_pred: Any) -> None:
    """Raise `ValueError` for class labels that the output has no place for.

    Args:
        plan: losses by output.
        y: targets on the host.
        y_pred: specs of the outputs.
    """
    outputs = zip(plan.names, plan.losses, plan.targets(y), jax.tree.leaves(y_pred), strict=True)
    for name, loss, labels, pred in outputs:
        if not _is_sparse(loss) or not isinstance(labels, np.ndarray) or not labels.size:
            continue
        labels = beginning(labels)
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
                "Shift them, for instance with y - y.min()."
            )


def check_class_weight(plan: Any, y: Any) -> None:
    """Raise `ValueError` for labels of several steps in a sample, whose classes cannot weigh the sample.

    Args:
        plan: losses by output.
        y: targets on the host.
    """
    for loss, labels in zip(plan.losses, plan.targets(y), strict=True):
        if _is_sparse(loss) and np.ndim(labels) > 1 and labels.shape[-1] != 1:
            raise ValueError(
                f"class_weight weighs samples with one label each, but the targets have shape {labels.shape}. Give "
                f"a weight for each label: sample_weight of shape {labels.shape}."
            )


def _is_sparse(loss: Any) -> bool:
    return (
        isinstance(loss, SparseCategoricalCrossentropy) or getattr(loss, "fn", None) is sparse_categorical_crossentropy
    )
