"""Watch one metric: whether less or more is better, and whether a value improves on the best."""

import math
import warnings
from typing import Any

_HIGHER_IS_BETTER = ("acc", "auc", "precision", "recall", "fmeasure", "f1", "iou", "r2", "cosine", "hit")


class Monitor:
    """The best value so far of one metric.

    Args:
        key: its key in the logs.
        mode: `"min"`, `"max"`, or `"auto"` to tell by the metric and its name.
        min_delta: a smaller change is no improvement.
        best: a value to begin with.

    Raises:
        ValueError: another mode.
    """

    def __init__(self, key: str, mode: str = "auto", min_delta: float = 0.0, best: float | None = None) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max'. Received mode={mode!r}.")
        self.key, self.mode, self.min_delta = key, mode, abs(min_delta)
        self.best = best
        self._warned = False

    def value(self, logs: dict[str, Any] | None, owner: str) -> float | None:
        """The metric's value; None, with a warning once, if the logs do not hold it."""
        logs = logs or {}
        for key in (self.key, self.key.replace("acc", "accuracy"), self.key.replace("accuracy", "acc")):
            if key in logs:
                return float(logs[key])
        if not self._warned:
            self._warned = True
            hint = " Pass validation_data or validation_split to fit." if self.key.startswith("val_") else ""
            warnings.warn(
                f"{owner} watches {self.key!r}, which is not among the metrics: {', '.join(logs) or 'none'}.{hint}",
                stacklevel=3,
            )
        return None

    def settle(self, model: Any) -> None:
        """Decide what is better, now that the metrics are known."""
        if self.mode != "auto":
            return
        name = self.key.removeprefix("val_")
        direction = None
        for metric in getattr(model, "metrics", []):
            if metric.name == name:
                direction = getattr(metric, "_direction", None)
        if direction is None:
            direction = "up" if any(word in name for word in _HIGHER_IS_BETTER) and "loss" not in name else "down"
        self.mode = "max" if direction == "up" else "min"

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference` by more than `min_delta`."""
        if math.isnan(value):
            return False
        if reference is None:
            return True
        return value > reference + self.min_delta if self.mode == "max" else value < reference - self.min_delta

    def update(self, value: float) -> bool:
        """Note a value; true if it is the best so far."""
        better = self.improves(value, self.best)
        if better:
            self.best = value
        return better
