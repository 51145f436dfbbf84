"""History: the metrics of every epoch."""

from typing import Any

from .callback import Callback, Logs

_OTHER_NAMES = {"acc": "accuracy", "val_acc": "val_accuracy", "accuracy": "acc", "val_accuracy": "val_acc"}


class Record(dict[str, list[Any]]):
    """Values by metric; `acc`, the key of older Keras, answers with `accuracy` and the other way round."""

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
        super().__init__()
        self.history = Record()
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.history, self.epoch = Record(), []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add the epoch's metrics."""
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)
