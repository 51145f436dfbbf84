"""Callbacks: what happens at the beginnings and ends of epochs and batches."""

import math
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Union

from ..core.arguments import arguments
from ..core.console import say
from ..core.doubt import tell
from ..core.lookup import nearest
from ..core.types import FilePath, Given
from .curves import history_html

if TYPE_CHECKING:
    from ..models.model import Model

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback", "ModelCheckpoint"]
Logs = dict[str, Any] | None
_HIGHER_IS_BETTER = ("acc", "auc", "precision", "recall", "fmeasure", "f1", "iou", "r2", "cosine", "hit")
_OTHER_NAMES = {"acc": "accuracy", "val_acc": "val_accuracy", "accuracy": "acc", "val_accuracy": "val_acc"}


class Callback:
    """Base of callbacks: a subclass writes the methods it wants to be called at.

    `self.model` is the model and `self.params` a dictionary with `verbose`, `epochs` and `steps`. Setting
    `self.model.stop_training = True` ends training. A callback with methods for batches is called between any
    two batches; without such, many batches run as one dispatch.

    Example:
        >>> import cornu
        >>> class Print(cornu.callbacks.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(epoch, sorted(logs))
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> _ = model.fit([[1.0], [2.0]], [[1.0], [2.0]], epochs=2, verbose=0, callbacks=[Print()])
        0 ['loss']
        1 ['loss']
    """

    _arguments: ClassVar[dict[str, Any]] = {}  # those of `@arguments`, which a subclass may use
    model: "Model" = None  # type: ignore[assignment]  # until training begins
    params: dict[str, Any] = {}
    validation_data: Any = None

    def _complete(self) -> None:
        """Check and complete what the constructor was given, in a class with `@arguments`."""

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive `verbose`, `epochs` and `steps`."""
        self.params = params

    def set_model(self, model: "Model") -> None:
        """Receive the model."""
        self.model = model

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """An epoch begins."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """An epoch ends; `logs` holds its metrics, those of validation with `val_` in front."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Training begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Training ends."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Evaluation begins."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Evaluation ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Prediction begins."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Prediction ends."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Same as `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Same as `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A batch of training begins."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A batch of training ends; `logs` holds the metrics of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A batch of evaluation begins."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A batch of evaluation ends."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """A batch of prediction begins."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """A batch of prediction ends."""

    def acts_on(self, kind: str) -> bool:
        """Whether it has a method of its own for batches of `"train"`, `"test"` or `"predict"`."""
        names = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
        names += ["on_batch_begin", "on_batch_end"] if kind == "train" else []
        return any(getattr(getattr(self, name), "__func__", None) is not getattr(Callback, name) for name in names)


METHODS = frozenset(name for name in vars(Callback) if name.startswith("on_"))


Callbacks = Union[Callback, Sequence[Callback], "CallbackList", None]  # what is passed as such


class CallbackList:
    """Callbacks that are called one after the other.

    Args:
        callbacks: the callbacks.
        add_history: whether to add a `History`.
        add_progbar: accepted for compatibility; `fit` shows its own.
        model: the model they belong to.
        **params: `verbose`, `epochs`, `steps`.
    """

    def __init__(
        self,
        callbacks: "Callbacks" = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        if isinstance(callbacks, CallbackList):
            callbacks = callbacks.callbacks
        self.callbacks: list[Any] = list(callbacks or ()) if isinstance(callbacks, Iterable | None) else [callbacks]
        if add_history:
            self.callbacks.append(History())
        for callback in self.callbacks:
            if isinstance(callback, type) or not _has(callback, METHODS):
                hint = f"write {callback.__name__}(...) with brackets" if isinstance(callback, type) else "see Callback"
                raise TypeError(f"callbacks takes objects of cornu.callbacks.Callback, not {callback!r}; {hint}.")
        self.call("set_params", params)
        if model is not None:
            self.call("set_model", model)

    def acts_on(self, kind: str) -> bool:
        """Whether one of them has methods of its own for batches."""
        names = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
        return any(c.acts_on(kind) if isinstance(c, Callback) else _has(c, names) for c in self.callbacks)

    def call(self, name: str, *args: Any) -> None:
        """Call the method of that name of each that has one."""
        for callback in self.callbacks:
            method = getattr(callback, name, None)
            if method is not None:
                method(*args)


def _has(callback: Any, names: Iterable[str]) -> bool:
    """Whether an object has one of some methods, be it a Callback or not."""
    return any(callable(getattr(callback, name, None)) for name in names)


class Record(dict[str, list[Any]]):
    """Values by metric; `acc` and `accuracy` are one key."""

    def __missing__(self, key: str) -> list[Any]:
        other = _OTHER_NAMES.get(key, "")
        if other in self:
            return self[other]
        raise KeyError(f"{key!r} was not recorded. Recorded: {', '.join(self) or 'nothing yet'}.")


class History(Callback):
    """Keeps the metrics of every epoch; `fit` returns one.

    `history.history` is a dictionary from metric to a list of values, one per epoch, and `history.epoch` the
    list of epochs.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit([[1.0], [2.0]], [[1.0], [2.0]], epochs=3, verbose=0)
        >>> len(history.history["loss"]), history.epoch
        (3, [0, 1, 2])
    """

    def __init__(self) -> None:
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.history: Record = Record()
        self.epoch: list[int] = []
        self._epochs: dict[str, list[int]] = {}  # of each metric; those of validation may skip some

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add the epoch's metrics."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)
            self._epochs.setdefault(key, []).append(epoch)

    def _repr_html_(self) -> str:
        return history_html(self.history, self._epochs, len(self.epoch))


@arguments
class LambdaCallback(Callback):
    """A callback made of functions.

    Args:
        on_epoch_begin: function `(epoch, logs)`.
        on_epoch_end: function `(epoch, logs)`.
        on_train_begin: function `(logs)`.
        on_train_end: function `(logs)`.
        on_train_batch_begin: function `(batch, logs)`.
        on_train_batch_end: function `(batch, logs)`.
        **kwargs: any other method of `Callback` by name, such as `on_batch_end`; or an attribute that another part of
            the script reads, under a name that does not begin with `on_`.

    Raises:
        TypeError: a name begins with `on_` and is no method of `Callback`.

    Example:
        >>> import cornu
        >>> shout = cornu.callbacks.LambdaCallback(on_train_begin=lambda logs: print("go"))
        >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> _ = model.fit([[1.0]], [[1.0]], verbose=0, callbacks=[shout])
        go
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs |= {name: vars(self)[name] for name in METHODS & vars(self).keys()}  # the others, kept by `@arguments`
        vars(self).clear()
        for name in (name for name in kwargs if name.startswith("on_") and name not in METHODS):
            raise TypeError(f"Callback has no method {name!r}. {nearest(name, METHODS)}")
        vars(self).update({name: function for name, function in kwargs.items() if function is not None})


class _Watching(Callback):
    """Base of those that watch one: its best value so far, and whether another value improves on that."""

    monitor: str
    mode: Literal["auto", "min", "max"]
    min_delta: float = 0

    def begin(self, best: float | None = None) -> None:
        """Forget earlier training."""
        if self.mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max'. Received mode={self.mode!r}.")
        self.best, self._warned, self._mode = best, False, self.mode

    def value(self, logs: Logs) -> float | None:
        """The metric's value; None, with a warning once, if the logs do not hold it."""
        logs = logs or {}
        for key in (self.monitor, self.monitor.replace("acc", "accuracy"), self.monitor.replace("accuracy", "acc")):
            if key in logs:
                return float(logs[key])
        if not self._warned:
            self._warned = True
            hint = " Pass validation_data or validation_split to fit." if self.monitor.startswith("val_") else ""
            known = ", ".join(logs) or "none"
            told = f"{type(self).__name__} watches {self.monitor!r}, which is not among the metrics: {known}.{hint}"
            tell(told)
        return None

    def improves(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than a reference by more than `min_delta`."""
        if self._mode == "auto":  # now the metrics are known
            name, metrics = self.monitor.removeprefix("val_"), getattr(self.model, "metrics", [])
            told = [getattr(metric, "_direction", None) for metric in metrics if metric.name == name]
            by_name = any(word in name for word in _HIGHER_IS_BETTER) and "loss" not in name
            self._mode = "max" if (told[-1] == "up" if told and told[-1] else by_name) else "min"
        if math.isnan(value) or reference is None:
            return not math.isnan(value)
        delta = abs(self.min_delta)
        return value > reference + delta if self._mode == "max" else value < reference - delta

    def update(self, value: float) -> bool:
        """Note a value; true if it is the best so far."""
        better = self.improves(value, self.best)
        self.best = value if better else self.best
        return better


@arguments
class EarlyStopping(_Watching):
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

    monitor: str = "val_loss"
    min_delta: float = 0
    patience: int = 0
    verbose: int = 0
    mode: Literal["auto", "min", "max"] = "auto"
    baseline: float | None = None
    restore_best_weights: bool = False
    start_from_epoch: int = 0

    def _complete(self) -> None:
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget earlier training."""
        self.begin()
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best_weights: list[Any] | None = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare, count, and stop when patience is used up."""
        value = self.value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        improved = self.update(value)
        if self.restore_best_weights and (improved or self.best_weights is None):
            self.best_weights = self.model.get_weights()
        if improved:
            self.best_epoch = epoch
        beats_baseline = self.baseline is None or self.improves(value, self.baseline)
        self.wait = 0 if improved and beats_baseline else self.wait + 1
        if not improved and epoch > 0 and self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Say so, and put the best weights back."""
        if self.stopped_epoch and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                say(f"Restoring the weights of the best epoch, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


@arguments
class ModelCheckpoint(_Watching):
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
        period: with `save_freq="epoch"`, how many epochs lie between two saves.

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

    filepath: Given[FilePath, str]
    monitor: str = "val_loss"
    verbose: int = 0
    save_best_only: bool = False
    save_weights_only: bool = False
    mode: Literal["auto", "min", "max"] = "auto"
    save_freq: int | Literal["epoch"] = "epoch"
    initial_value_threshold: float | None = None
    period: int = 1

    def _complete(self) -> None:
        if self.save_freq != "epoch":
            if not isinstance(self.save_freq, int) or self.save_freq < 1:
                raise ValueError(f"save_freq is 'epoch' or a number of batches. Received save_freq={self.save_freq!r}.")
            vars(self)["on_train_batch_end"] = self._after_batch
        self.filepath = os.fspath(self.filepath)
        self.begin(self.initial_value_threshold)
        self._batches, self._epoch = 0, 0

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
            value, before = self.value(logs), self.best
            if value is None:
                return
            improved, came = self.update(value), "" if before is None else f" from {before:.5f}"
            if self.verbose:
                told = f"improved{came} to {value:.5f}" if improved else f"did not improve{came}"
                say(f"Epoch {epoch + 1}: {self.monitor} {told}")
            if not improved:
                return
        path = self._path(epoch, logs or {})
        if self.verbose:
            say(f"Epoch {epoch + 1}: saving to {path}")
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)

    def _path(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return self.filepath.format(epoch=epoch + 1, batch=self._batches, **logs)
        except KeyError as error:
            raise ValueError(
                f"ModelCheckpoint cannot fill {{{error.args[0]}}} in {self.filepath!r}. Metrics: {', '.join(logs)}."
            ) from None
