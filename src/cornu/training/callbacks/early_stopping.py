"""EarlyStopping: end training when a metric no longer improves."""

from typing import Any

from .callback import Callback, Logs
from .monitor import Monitor


class EarlyStopping(Callback):
    """Ends training when a metric has not improved for some epochs.

    Args:
        monitor: key of the metric in the logs.
        min_delta: a smaller change is no improvement.
        patience: epochs without improvement after which training ends.
        verbose: 1 prints when it acts.
        mode: `"min"`, `"max"`, or `"auto"` to tell by the metric.
        baseline: value that must be improved on.
        restore_best_weights: whether the weights of the best epoch are put back at the end.
        start_from_epoch: epochs before which nothing is watched.

    Raises:
        ValueError: another mode.

    Example:
        >>> import cornu
        >>> stop = cornu.callbacks.EarlyStopping(monitor="loss", patience=2)
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile(cornu.optimizers.SGD(0.0), "mse")
        >>> history = model.fit([[1.0], [2.0]], [[1.0], [2.0]], epochs=50, verbose=0, callbacks=[stop])
        >>> len(history.epoch)
        3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__()
        self.monitor, self.min_delta, self.patience, self.verbose = monitor, min_delta, patience, verbose
        self.baseline, self.restore_best_weights, self.start_from_epoch = (
            baseline,
            restore_best_weights,
            start_from_epoch,
        )
        self.mode = mode
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget earlier training."""
        self.watched = Monitor(self.monitor, self.mode, self.min_delta)
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best_weights: list[Any] | None = None

    @property
    def best(self) -> float | None:
        """The best value so far."""
        return self.watched.best

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare, count, and stop when patience is used up."""
        value = self.watched.value(logs, "EarlyStopping")
        if value is None or epoch < self.start_from_epoch:
            return
        self.watched.settle(self.model)
        improved = self.watched.update(value)
        if self.restore_best_weights and (improved or self.best_weights is None):
            self.best_weights = self.model.get_weights()
        if improved:
            self.best_epoch = epoch
        beats_baseline = self.baseline is None or self.watched.improves(value, self.baseline)
        self.wait = 0 if improved and beats_baseline else self.wait + 1
        if not improved and epoch > 0 and self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Say so, and put the best weights back."""
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of the best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
