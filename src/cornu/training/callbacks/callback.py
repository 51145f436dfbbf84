"""The base of callbacks, functions as one, and a list of them that is called as one."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from ...core.arguments import arguments

__all__ = ["Callback", "CallbackList", "LambdaCallback"]
Logs = dict[str, Any] | None


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
    _model: Any = None
    params: dict[str, Any] = {}
    validation_data: Any = None

    def _complete(self) -> None:
        """Check and complete what the constructor was given, in a class with `@arguments`."""

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive `verbose`, `epochs` and `steps`."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receive the model."""
        self._model = model

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
        """The older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """The older name of `on_train_batch_end`."""

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
        return any(getattr(type(self), name) is not getattr(Callback, name) or name in vars(self) for name in names)


METHODS = frozenset(name for name in vars(Callback) if name.startswith("on_"))


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
        callbacks: Iterable[Any] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = list(callbacks or ())
        if add_history:
            from .watching import History

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
        **kwargs: any other method of `Callback` by name, such as `on_batch_end`.

    Raises:
        TypeError: there is no such method.

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
        **kwargs: Callable[..., Any],
    ) -> None:
        kwargs |= {name: vars(self)[name] for name in METHODS & vars(self).keys()}  # the others, kept by `@arguments`
        vars(self).clear()
        for name, function in kwargs.items():
            if name not in METHODS:
                raise TypeError(f"Callback has no method {name!r}. Its methods: {', '.join(sorted(METHODS))}.")
            if function is not None:
                vars(self)[name] = function
