"""Trainer: fit, evaluate and predict."""

import itertools
from typing import Any

import numpy as np

from .. import engine
from .callbacks import CallbackList, History
from .compiled import Compiled
from .data import arrays
from .data.streams import Stream, is_stream
from .loop import Hooks, Pace, Resident, run_epoch
from .predicting import predict_all
from .progress import Progress


class Trainer(Compiled):
    """What a model needs to be trained. `Model` has it."""

    stop_training = False

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | list[int] = 1,
        **kwargs: Any,
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: inputs, `(samples, ...)`; a list or dictionary of arrays for several inputs; or a generator,
                Sequence, `tf.data.Dataset` or loader that gives batches `(inputs, targets)`.
            y: targets, `(samples, ...)`; none if x gives them.
            batch_size: samples per step of gradient descent, 32 by default.
            epochs: number of the epoch at which training ends.
            verbose: 0 silent, 1 a progress bar, 2 a line per epoch; `"auto"` is 1.
            callbacks: list of callbacks.
            validation_split: fraction of the samples, taken from the end, that is kept for validation.
            validation_data: `(x, y)` or `(x, y, sample_weight)` for validation, or a source of batches.
            shuffle: whether every epoch takes the samples in another order.
            class_weight: class index to weight in the loss.
            sample_weight: a weight in the loss for every sample.
            initial_epoch: number of the epoch to begin with.
            steps_per_epoch: batches per epoch; needed for a generator that does not end.
            validation_steps: batches of validation.
            validation_batch_size: samples per batch of validation.
            validation_freq: validate every so many epochs, or after the epochs listed.
            **kwargs: older arguments, which are ignored: `workers`, `use_multiprocessing`, `max_queue_size`.

        Returns:
            A `History`, whose `history` maps each metric to its values by epoch.

        Raises:
            RuntimeError: the model is not compiled.
            ValueError: data that does not fit the model, or is empty, or of unequal length.

        Example:
            >>> import cornu, numpy as np
            >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2, verbose=0)
            >>> history.history["loss"][1] < history.history["loss"][0]
            True
        """
        _ignore_older(kwargs, "fit")
        self._check_compiled("fit")
        batch_size = arrays.check_batch_size(batch_size)
        if not isinstance(epochs, int | np.integer) or epochs < 0:
            raise ValueError(f"epochs is a whole number. Received epochs={epochs!r}.")
        data, validation = self._training_data(
            x, y, sample_weight, batch_size, shuffle, class_weight, steps_per_epoch, validation_split
        )
        if validation_data is not None:
            validation = _unpack_validation(validation_data)
        tester = None
        if validation is not None:
            val_x, val_y, val_weight = validation
            tester = self._data(val_x, val_y, val_weight, validation_batch_size or batch_size, validation_steps)
        programs = self._program("train", batch_size)
        history = History()
        params = {"verbose": verbose, "epochs": epochs, "steps": data.steps}
        called = CallbackList([*_callback_list(callbacks), history], self, **params)
        self.history, self.stop_training = history, False
        progress = Progress(verbose, epochs, data.steps)
        pace, test_pace = Pace(progress.live), Pace(progress.live)
        hooks = self._hooks(called, "train", progress)
        logs: dict[str, Any] = {}
        called.call("on_train_begin", {})
        try:
            for epoch in range(initial_epoch, epochs):
                called.call("on_epoch_begin", epoch, {})
                progress.begin(epoch)
                self.plan.reset()
                logs = self.plan.named(run_epoch(programs, data, pace, hooks, steps_per_epoch))
                done = _steps(data, steps_per_epoch)
                if tester is not None and _validates(epoch, validation_freq):
                    results = self._evaluate(tester, batch_size, test_pace, called, None, validation_steps)
                    logs.update({f"val_{key}": value for key, value in results.items()})
                progress.end(done, logs)
                called.call("on_epoch_end", epoch, logs)
                if self.stop_training:
                    break
        finally:
            progress.abort()
        self.optimizer.finalize_variable_values(self.trainable_variables)  # type: ignore[attr-defined]
        called.call("on_train_end", logs)
        return history

    def _training_data(
        self,
        x: Any,
        y: Any,
        weight: Any,
        batch_size: int,
        shuffle: bool,
        class_weight: dict[int, float] | None,
        steps_per_epoch: int | None,
        validation_split: float,
    ) -> tuple[Resident | Stream, Any]:
        """The data of `fit`, and what `validation_split` kept of it."""
        if is_stream(x):
            if y is not None or validation_split:
                raise ValueError(
                    "A source of batches gives targets itself and cannot be split: leave out y, and pass "
                    "validation_data in place of validation_split."
                )
            stream = Stream(x, steps_per_epoch, shuffle=bool(shuffle), class_weight=class_weight)
            return self._peeked(stream), None
        x, y, weight = arrays.to_host(x, "x"), arrays.to_host(y, "y"), arrays.to_host(weight, "sample_weight")
        arrays.check_lengths(x, y, weight)
        if y is None and self.loss is not None:
            raise ValueError("fit() needs targets: fit(x, y). Only a model whose loss comes from add_loss has none.")
        arrays.warn_if_nan(x, "x")
        arrays.warn_if_nan(y, "y")
        weight = arrays.weigh_classes(y, weight, class_weight)
        weight = arrays.to_host(weight, "sample_weight")
        kept = None
        data = (x, y, weight)
        if validation_split:
            data, kept = arrays.split(x, y, weight, validation_split)
        batch = arrays.rows(data, 0, min(batch_size, arrays.length(data)))
        self._prepare((*batch[:1], data[1], batch[2]))
        return Resident(data, batch_size, bool(shuffle)), kept

    def _peeked(self, stream: Stream) -> Stream:
        """Prepare the model with the first batch of a stream, which is not lost."""
        source = stream._iterate(np.random.default_rng(0))
        first = next(source, None)
        if first is None:
            raise ValueError("The data source gave no batches: it is empty.")
        if stream.resumes:
            stream._running = itertools.chain([first], source)
        batch = stream.standard(first)
        for part, name in ((batch[0], "x"), (batch[1], "y")):
            arrays.warn_if_nan(part, name)
        self._prepare(batch)
        return stream

    def _data(self, x: Any, y: Any, weight: Any, batch_size: int, steps: int | None = None) -> Resident | Stream:
        """The data of an evaluation."""
        if is_stream(x):
            return self._peeked(Stream(x, steps))
        data = (arrays.to_host(x, "x"), arrays.to_host(y, "y"), arrays.to_host(weight, "sample_weight"))
        arrays.check_lengths(*data)
        batch = arrays.rows(data, 0, min(batch_size, arrays.length(data)))
        self._prepare((batch[0], data[1], batch[2]))
        return Resident(data, arrays.check_batch_size(batch_size))

    def _hooks(self, called: CallbackList, kind: str, progress: Progress | None) -> Hooks:
        plan = self.plan
        each = called.acts_on(kind)
        show = progress is not None and progress.live
        return Hooks(
            begin=(lambda i: called.call(f"on_{kind}_batch_begin", i, {})) if each else lambda i: None,
            end=(lambda i, v: called.call(f"on_{kind}_batch_end", i, plan.named(v))) if each else lambda i, v: None,
            progress=(lambda i, v: progress.show(i, plan.named(v))) if show else lambda i, v: None,  # type: ignore[union-attr]
            each=each,
            stopped=lambda: self.stop_training and kind == "train",
        )

    def _evaluate(
        self,
        data: Resident | Stream,
        batch_size: int,
        pace: Pace,
        called: CallbackList,
        progress: Progress | None,
        steps: int | None = None,
    ) -> dict[str, Any]:
        size = data.batch_size if isinstance(data, Resident) else batch_size
        programs = self._program("test", size)
        called.call("on_test_begin", {})
        self.plan.reset()
        logs = self.plan.named(run_epoch(programs, data, pace, self._hooks(called, "test", progress), steps))
        called.call("on_test_end", logs)
        return logs

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics on data, in inference mode.

        Args:
            x: inputs, as in `fit`.
            y: targets.
            batch_size: samples per batch, 32 by default.
            verbose: 0 silent, 1 a progress bar, 2 a line.
            sample_weight: a weight for every sample.
            steps: stop after so many batches.
            callbacks: list of callbacks.
            return_dict: return a dictionary by metric in place of a list.
            **kwargs: older arguments, which are ignored.

        Returns:
            The loss, or a list of the loss and the metrics in the order of `metrics_names`.

        Raises:
            RuntimeError: the model is not compiled.
            ValueError: data that does not fit the model.
        """
        _ignore_older(kwargs, "evaluate")
        self._check_compiled("evaluate")
        batch_size = arrays.check_batch_size(batch_size)
        data = self._data(x, y, sample_weight, batch_size, steps)
        called = CallbackList(_callback_list(callbacks), self, verbose=verbose, epochs=1, steps=data.steps)
        progress = Progress(verbose, None, data.steps)
        progress.begin(0)
        try:
            logs = self._evaluate(data, batch_size, Pace(progress.live), called, progress, steps)
            progress.end(_steps(data, steps), logs)
        finally:
            progress.abort()
        return _returned(logs, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Outputs for data, in inference mode.

        Args:
            x: inputs, as in `fit`.
            batch_size: samples per batch, 32 by default.
            verbose: 0 or `"auto"` silent, 1 a progress bar, 2 a line.
            steps: stop after so many batches.
            callbacks: list of callbacks.
            **kwargs: older arguments, which are ignored.

        Returns:
            NumPy arrays in the structure of the outputs, `(samples, ...)`.

        Raises:
            ValueError: data that does not fit the model.

        Example:
            >>> import cornu, numpy as np
            >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(3)])
            >>> model.predict(np.ones((5, 2))).shape
            (5, 3)
        """
        _ignore_older(kwargs, "predict")
        called = CallbackList(_callback_list(callbacks), self, verbose=verbose, epochs=1, steps=None)
        progress = Progress(0 if verbose == "auto" else verbose, None, None)
        return predict_all(self, x, arrays.check_batch_size(batch_size), steps, called, progress)

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: Any = 0) -> Any:
        """The class of each sample: the largest output, or whether a single one is above 0.5.

        Args:
            x: inputs, as in `fit`.
            batch_size: samples per batch.
            verbose: as in `predict`.
        """
        scores = self.predict(x, batch_size=batch_size, verbose=verbose)
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: Any = 0) -> Any:
        """The outputs, where they are probabilities; the older name of `predict`.

        Args:
            x: inputs, as in `fit`.
            batch_size: samples per batch.
            verbose: as in `predict`.
        """
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    # Single batches

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """One step of gradient descent on one batch.

        Args:
            x: inputs.
            y: targets.
            sample_weight: a weight for every sample.
            class_weight: class index to weight.
            return_dict: return a dictionary by metric.
            reset_metrics: whether the metrics are of this batch alone.

        Returns:
            The loss before the step, or a list of it and the metrics.
        """
        return self._on_batch("train", x, y, sample_weight, class_weight, return_dict, reset_metrics)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False, reset_metrics: bool = True
    ) -> Any:
        """Loss and metrics of one batch.

        Args:
            x: inputs.
            y: targets.
            sample_weight: a weight for every sample.
            return_dict: return a dictionary by metric.
            reset_metrics: whether the metrics are of this batch alone.
        """
        return self._on_batch("test", x, y, sample_weight, None, return_dict, reset_metrics)

    def _on_batch(
        self, kind: str, x: Any, y: Any, weight: Any, class_weight: Any, return_dict: bool, reset_metrics: bool
    ) -> Any:
        self._check_compiled(f"{kind}_on_batch")
        x, y, weight = arrays.to_host(x, "x"), arrays.to_host(y, "y"), arrays.to_host(weight, "sample_weight")
        arrays.check_lengths(x, y, weight)
        batch = (x, y, arrays.to_host(arrays.weigh_classes(y, weight, class_weight), "sample_weight"))
        self._prepare(batch)
        if reset_metrics:
            self.plan.reset()
        programs = self._program(kind, 0)
        run = engine.current()
        result = run.get(programs.run(programs.single, run.put(batch), None))
        return _returned(self.plan.named(result), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch.

        Args:
            x: inputs.
        """
        x = arrays.to_host(x, "x")
        return predict_all(self, x, max(arrays.length(x), 1), None, CallbackList([]), Progress(0, None, None))


def _steps(data: Resident | Stream, limit: int | None) -> int:
    steps = data.steps or 0
    return min(steps, limit) if limit is not None else steps


def _returned(logs: dict[str, Any], return_dict: bool) -> Any:
    if return_dict:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _callback_list(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    if isinstance(callbacks, CallbackList):
        return callbacks.callbacks
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _unpack_validation(data: Any) -> tuple[Any, Any, Any]:
    if is_stream(data):
        return data, None, None
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise ValueError("validation_data is (x, y) or (x, y, sample_weight), or a source of batches.")
    return (*data, None)[:3]


def _validates(epoch: int, frequency: int | list[int]) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _ignore_older(kwargs: dict[str, Any], method: str) -> None:
    for name in ("workers", "use_multiprocessing", "max_queue_size"):
        kwargs.pop(name, None)
    if kwargs:
        raise TypeError(f"{method}() has no argument {next(iter(kwargs))!r}.")
