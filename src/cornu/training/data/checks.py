"""Mistakes in targets that a compiled program could not report."""

from typing import Any

import jax
import numpy as np

from ...losses import sparse_categorical_crossentropy
from .arrays import beginning


def check_targets(plan: Any, y: Any, y_pred: Any, by_class: bool) -> None:
    """Raise `ValueError` for class labels that the output has no place for, or whose classes cannot weigh a sample.

    Args:
        plan: losses by output.
        y: targets on the host.
        y_pred: specs of the outputs.
        by_class: whether classes weigh samples.
    """
    outputs = zip(plan.names, plan.losses, plan.targets(y), jax.tree.leaves(y_pred), strict=True)
    for name, loss, labels, pred in outputs:
        sparse = getattr(loss, "fn", None) is sparse_categorical_crossentropy
        if not sparse or not isinstance(labels, np.ndarray) or not labels.size:
            continue
        if by_class and labels.ndim > 1 and labels.shape[-1] != 1:
            raise ValueError(
                f"class_weight weighs samples with one label each, but the targets have shape {labels.shape}. Give "
                f"a weight for each label: sample_weight of shape {labels.shape}."
            )
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
