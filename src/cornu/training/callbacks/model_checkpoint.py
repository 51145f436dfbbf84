"""ModelCheckpoint: save the model or its weights while it trains."""

import os
from typing import Any

from .callback import Callback, Logs
from .monitor import Monitor


class ModelCheckpoint(Callback):
    """Saves the model, or its weights, after epochs or after a number of batches.

    Args:
        filepath: path; `{epoch}` and metrics in braces are filled in, as in `"w.{epoch:02d}-{val_loss:.2f}.h5"`.
        monitor: key of the metric that tells what is best.
        verbose: 1 prints when it saves.
        save_best_only: whether to save only if the metric improved.
        save_weights_only: whether to save weights alone.
        mode: `"min"`, `"max"`, or `"auto"` to tell by the metric.
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: value that the first save must improve on.
        **kwargs: `period`, the older way to save every so many epochs.

    Raises:
        ValueError: `save_freq` is neither `"epoch"` nor a number of batches; a name in `filepath` is no metric.

    Example:
        >>> import cornu, os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "best.h5")
        >>> save = cornu.callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True)
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> _ = model.fit([[1.0]], [[1.0]], verbose=0, callbacks=[save])
        >>> os.path.exists(path)
        True
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.period = int(kwargs.pop("period", 1))
        if kwargs:
            raise TypeError(f"ModelCheckpoint has no argument {next(iter(kwargs))!r}.")
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"save_freq is 'epoch' or a number of batches. Received save_freq={save_freq!r}.")
        self.filepath, self.monitor, self.verbose = os.fspath(filepath), monitor, verbose
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        self.watched = Monitor(monitor, mode, best=initial_value_threshold)
        self._batches, self._epoch = 0, 0
        if save_freq != "epoch":
            vars(self)["on_train_batch_end"] = self._after_batch

    @property
    def best(self) -> float | None:
        """The best value so far."""
        return self.watched.best

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if it is time."""
        if self.save_freq == "epoch" and (epoch + 1) % self.period == 0:
            self._save(epoch, logs)

    def _after_batch(self, batch: int, logs: Logs = None) -> None:
        self._batches += 1
        if self._batches % int(self.save_freq) == 0:
            self._save(self._epoch, logs)

    def _save(self, epoch: int, logs: Logs) -> None:
        if self.save_best_only:
            value = self.watched.value(logs, "ModelCheckpoint")
            if value is None:
                return
            self.watched.settle(self.model)
            before = self.watched.best
            if not self.watched.update(value):
                if self.verbose:
                    print(f"Epoch {epoch + 1}: {self.monitor} did not improve from {before:.5f}")
                return
            if self.verbose:
                came = "" if before is None else f" from {before:.5f}"
                print(f"Epoch {epoch + 1}: {self.monitor} improved{came} to {value:.5f}")
        path = self._path(epoch, logs or {})
        if self.verbose:
            print(f"Epoch {epoch + 1}: saving to {path}")
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _path(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return self.filepath.format(epoch=epoch + 1, batch=self._batches, **logs)
        except KeyError as error:
            raise ValueError(
                f"ModelCheckpoint cannot fill {{{error.args[0]}}} in {self.filepath!r}. Metrics: {', '.join(logs)}."
            ) from None
