"""Trainable: a layer that can be trained, evaluated and asked for predictions; `Model` is one."""

import contextlib
import functools
import math
from collections.abc import Callable
from typing import Any, Literal, cast

import jax
import numpy as np

from .. import engine
from ..core import codec, dtypes, lookup, parts, seeds, session, state, symbolic
from ..core.arguments import explained
from ..core.doubt import tell
from ..core.lending import training
from ..core.types import Config, LossLike, MetricLike, Verbosity, WeightLike
from ..core.variable import Variable
from ..layers.layer import Layer
from ..optimizers import Optimizer
from ..optimizers import _table as optimizer_table
from . import doubts, own_steps, steps
from .callbacks import CallbackList, Callbacks, History
from .compiled import Compiled
from .data import arrays
from .data.blocks import Blocks
from .data.streams import Stream as Batches
from .data.streams import is_stream
from .loop import Loop
from .own_steps import OwnSteps
from .plan import named
from .predicting import predict_all
from .programs import Runnable, Stream, Table, making, read_elsewhere
from .progress import Progress
from .state_tree import get_state_tree, set_state_tree
from .step_functions import StepFunctions

_OVERRIDABLE = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "metrics")
_REFUSED = ("make_train_function", "make_test_function", "make_predict_function")
_OF_STEPS = ("compute_loss_and_updates", "stateless_compute_loss")  # which only a step of one's own calls


class _Told:
    """What `compile` was told under that name; None before. A subclass may keep something else by the name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: Any, owner: type) -> Any:
        compiled = None if model is None else model._compilation()
        return self if model is None else compiled and compiled.settings[self._name]


class Trainable(OwnSteps, StepFunctions, Layer):
    """A layer with what training needs: `compile`, `fit`, `evaluate`, `predict` and their siblings for one batch."""

    __slots__ = ("_compiled", "_output_specs", "_programs")
    _programs: Table
    _no_facts = Layer._no_facts | {"stop_training", "history"}
    stop_training = False
    loss, loss_weights = _Told(), _Told()

    def _compilation(self) -> Compiled | None:
        return getattr(self, "_compiled", None)

    @explained
    def compile(
        self,
        optimizer: str | Config | Optimizer | None = "rmsprop",
        loss: LossLike = None,
        metrics: MetricLike = None,
        loss_weights: WeightLike = None,
        weighted_metrics: MetricLike = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | Literal["auto"] | None = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose optimizer, loss and metrics for training.

        Args:
            optimizer: name or optimizer.
            loss: name, function or loss; a list, dictionary or structure of such for several outputs.
            metrics: list of names, functions or metrics; a list or dictionary of lists for several outputs.
            loss_weights: numbers by which the losses of several outputs are multiplied.
            weighted_metrics: metrics that count samples by their weight.
            run_eagerly: whether every step runs op by op in Python, so that prints and breakpoints in layers act.
            steps_per_execution: accepted for compatibility; the loop finds the number itself.
            jit_compile: accepted for compatibility; training is compiled unless `run_eagerly`.
            auto_scale_loss: whether a model of policy `mixed_float16` gets its optimizer wrapped in a
                `LossScaleOptimizer`.

        Raises:
            ValueError: a name that no optimizer, loss or metric has.
            TypeError: an unknown argument.
            NotImplementedError: the class writes a step of its own.

        Example:
            >>> import cornu
            >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, activation="sigmoid")])
            >>> model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
        """
        symbolic.refuse_unmade(self)
        self.refuse_overrides()
        self.forget_programs()
        settings = (loss, loss_weights, metrics, weighted_metrics, run_eagerly, steps_per_execution, jit_compile)
        self._keep("_compiled", Compiled(self, optimizer, auto_scale_loss, *settings))

    def refuse_overrides(self) -> None:
        """Raise `NotImplementedError` if a method was written, in the class or on the object, that `fit` ignores."""
        for name in (*_REFUSED, *(_OF_STEPS if not self.overrides("train_step") else ())):
            if self.overrides(name):
                raise NotImplementedError(
                    f"{type(self).__name__} has a {name}() of its own, which fit() would not call. What fit() "
                    f"calls are {', '.join(_OVERRIDABLE)} and a custom loss, metric or optimizer. Write a "
                    "train_step(data)."
                )

    def forget_programs(self) -> None:
        """Trace anew at the next use, whatever the programs were made from."""
        self._keep("_programs", None)
        self._keep("_output_specs", {})

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compilation() is not None

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; another one may take its place at any time."""
        return cast(Optimizer, getattr(self._compilation(), "optimizer", None))  # None before `compile`

    @optimizer.setter
    def optimizer(self, value: Optimizer) -> None:
        self._checked("an optimizer is set").optimizer = value

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run op by op in Python; it may be set at any time."""
        compiled = self._compilation()
        return compiled is not None and bool(compiled.settings["run_eagerly"])

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._checked("run_eagerly is set").settings["run_eagerly"] = bool(value)

    @property
    def jit_compile(self) -> bool:
        """Whether steps run as compiled programs."""
        return self.compiled and not self.run_eagerly

    def _checked(self, what: str) -> Compiled:
        compiled = self._compilation()
        if compiled is None:
            raise RuntimeError(
                f"Model {self.name!r} must be compiled before {what}: call "
                'model.compile(optimizer="adam", loss=..., metrics=[...]).'
            )
        return compiled

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was told, as plain data; None before."""
        compiled = self._compilation()
        return None if compiled is None else compiled.get_config()

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` says."""
        values = {k: codec.decode_value(v) for k, v in config.items() if k != "optimizer"}
        own = lookup.get_registered_object  # of what is told by name
        values = jax.tree.map(lambda leaf: own(leaf) or leaf if isinstance(leaf, str) else leaf, values)
        self.compile(optimizer=codec.decode(config["optimizer"], optimizer_table), **values)
        if self.built and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    # Metrics

    @property
    def metrics(self) -> list[Any]:
        """The metrics: the loss, those that its layers keep, and those of `compile` once the first batch was seen."""
        compiled = self._compilation()
        known = [] if compiled is None else compiled.by_key()
        return [metric for _, metric in known] or self.own_metrics()

    def own_metrics(self) -> list[Any]:
        """The metrics that the model or a layer inside keeps as attributes."""
        return super().metrics

    @property
    def metrics_names(self) -> list[str]:
        """Keys of the logs, in the order of what `evaluate` returns."""
        return [key for key, _ in self._tracked()] or ["loss"]

    def _tracked(self) -> list[tuple[str, Any]]:
        compiled = self._compilation()
        return [] if compiled is None else compiled.tracked()

    def reset_metrics(self) -> None:
        """Set every metric back to its beginning."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The value of every metric by name."""
        tracked = self._tracked()
        return named(tracked, [metric.result() for _, metric in tracked])

    # What a subclass may write

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: WeightLike = None, training: bool = True
    ) -> Any:
        """The loss to minimise: that of `compile`, and what regularizers and `add_loss` add. A subclass may write it.

        Args:
            x: inputs of a batch.
            y: targets.
            y_pred: outputs.
            sample_weight: weights of the samples.
            training: whether it is to be minimised.

        Returns:
            A scalar.
        """
        if y_pred is None and y is not None:
            raise ValueError("compute_loss(x, y, y_pred) compares outputs with targets: give y_pred, best by name.")
        plan = self._checked("compute_loss()").plan_for(y, y_pred)
        added = self.losses
        return sum(added, 0.0) if plan is None else plan.loss(y, y_pred, sample_weight, added)[0]

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: WeightLike = None) -> dict[str, Any]:
        """Add a batch to the metrics of `compile`, and give all values. A subclass may write it.

        Args:
            x: inputs of a batch.
            y: targets.
            y_pred: outputs.
            sample_weight: weights of the samples.

        Returns:
            The logs: name to value.
        """
        plan = self._checked("compute_metrics()").plan_for(y, y_pred)
        if plan is not None:
            plan.update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def overrides(self, name: str) -> bool:
        """Whether the class writes that method itself, or the object was given one."""
        method = getattr(self, name, None)
        return getattr(method, "__func__", method) is not getattr(Trainable, name, None)

    def loss_with(self, added: list[Any], given: dict[str, Any]) -> Any:
        """What `compute_loss` gives; `self.losses` holds meanwhile what layers added in the step that is traced."""
        self._keep("_added", added)
        try:
            return self.compute_loss(**given)
        finally:
            self._keep("_added", [])

    def rematerialized_call(self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The call as it is: of a model, the layers inside are rematerialized one by one."""
        return layer_call

    # What programs are made from

    def all_variables(self) -> list[Variable]:
        """Every Variable that a program of this model may read or assign."""
        return parts.all_variables(self)

    def before_device(self, x: Any, training: bool | None = False) -> Any:
        """The data that programs take: what layers that work on the host make of the inputs, where there are any.

        Args:
            x: inputs.
            training: the mode.
        """
        return x

    def count_of_inputs(self) -> int:
        """How many arrays it takes; 1 where that is not known."""
        return 1

    def names_of_outputs(self, y_pred: Any) -> list[str]:
        """Names of the outputs, in order."""
        return [f"output_{i + 1}" for i in range(len(jax.tree.leaves(y_pred)))]

    def output_specs(self, x: Any) -> Any:
        """Shapes of the outputs for such inputs.

        Args:
            x: tree of arrays or specs.
        """
        x = dtypes.specs(x)
        with making:
            try:
                outputs = state.abstract(lambda values: self(values), x)
            except jax.errors.ConcretizationTypeError:  # Python decides on numbers
                if not self.run_eagerly:
                    raise
                one = self(jax.tree.map(lambda a: np.zeros((1, *a.shape[1:]), a.dtype), x))
                rows = len(jax.tree.leaves(x)[0].shape) and jax.tree.leaves(x)[0].shape[0]
                outputs = jax.tree.map(lambda a: dtypes.spec((rows, *a.shape[1:]), a.dtype), one)
            self._keep("_output_specs", {"last": (x, outputs)})
        return outputs

    def predictor(self, x: Any) -> Runnable:
        """The programs that predict, for the model as it is now.

        Args:
            x: inputs, for which weights are made where there are none yet.
        """
        if not self.built:
            self.output_specs(x)
        kind = "eager" if self.run_eagerly else "compiled"
        return self.programs().get(kind, (self,), self._make_predictor)

    def programs(self) -> Table:
        """The programs that were made from the model alone, compiled or not."""
        if getattr(self, "_programs", None) is None:
            with making:
                self._keep("_programs", getattr(self, "_programs", None) or Table())
        return self._programs

    def _make_predictor(self) -> Runnable:
        step = own_steps.predict_step(self)
        own, session = self.all_variables(), seeds.session_variable()
        variables = [*own, *read_elsewhere([*own, session], self), session]
        programs = steps.Programs(step, [], variables, lambda: None, gives=True)
        return Runnable(programs, lambda batch: (step(batch), None), self.run_eagerly)

    # Training

    @explained
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Verbosity = "auto",
        callbacks: Callbacks = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: WeightLike = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | list[int] = 1,
    ) -> History:
        """Train for a number of epochs.

        The arrays are read while it runs: change them only before and after.

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
            shuffle: whether every pass over the data takes the samples in another order.
            class_weight: class index to weight in the loss.
            sample_weight: a weight in the loss for every sample.
            initial_epoch: number of the epoch to begin with.
            steps_per_epoch: batches per epoch; the next epoch goes on where it ends. Needed for a generator that does
                not end.
            validation_steps: batches of validation.
            validation_batch_size: samples per batch of validation.
            validation_freq: validate every so many epochs, or after the epochs listed.

        Returns:
            A `History`, whose `history` maps each metric to its values by epoch.

        Raises:
            RuntimeError: the model is not compiled, or is being trained in another thread.
            ValueError: data that does not fit the model, or is empty, or of unequal length.

        Example:
            >>> import cornu, numpy as np
            >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2, verbose=0)
            >>> history.history["loss"][1] < history.history["loss"][0]
            True
        """
        compiled = self._checked("fit()")
        if not isinstance(epochs, int | np.integer) or epochs < 0:
            raise ValueError(f"epochs is a whole number that is not negative. Received epochs={epochs!r}.")
        for what, count in (("steps_per_epoch", steps_per_epoch), ("validation_steps", validation_steps)):
            if count is not None and not (isinstance(count, int | np.integer) and count > 0):
                raise ValueError(f"{what} is a whole number of at least 1, or None for all. Received {what}={count!r}.")
        epochs = min(epochs, session.max_epochs() or epochs)
        arrays.check_source(x)
        given, validation = (x, y, sample_weight), None
        if validation_split and not is_stream(x):
            given, validation = arrays.split(arrays.checked(*given, text=True), validation_split)
        elif is_stream(x) and (y is not None or validation_split):
            raise ValueError(
                "A source of batches gives targets itself and cannot be split: leave out y, and pass "
                "validation_data in place of validation_split."
            )
        data = self._data(given, batch_size, steps_per_epoch, bool(shuffle), class_weight, "training")
        steps_per_epoch = _limited(steps_per_epoch, data)
        if validation_data is not None:
            validation = _unpack_validation(validation_data)
        tester = None
        if validation is not None:
            size = validation_batch_size or batch_size
            tester = self._data(validation, size, validation_steps, role="validation")
            validation_steps = _limited(validation_steps, tester)
        doubts.about_epochs(initial_epoch, epochs)
        validated = range(0, epochs + 1, validation_freq) if isinstance(validation_freq, int) else validation_freq
        steps = steps_per_epoch or data.steps
        called = CallbackList(callbacks, add_history=True, model=self, verbose=verbose, epochs=epochs, steps=steps)
        self.history, self.stop_training = called.callbacks[-1], False
        progress = Progress(verbose, epochs, steps)
        loop, testing = (Loop(compiled, kind, called, progress, kind == "train") for kind in ("train", "test"))
        logs: dict[str, Any] = {}
        weights = compiled.runnable("train").written
        with training(weights, f"Model {self.name!r}"), contextlib.closing(progress):
            called.call("on_train_begin", {})
            for epoch in range(initial_epoch, epochs):
                called.call("on_epoch_begin", epoch, {})
                progress.begin(epoch)
                if session.max_steps_per_epoch() is not None:
                    data.rewind()  # where an epoch is cut short, each takes the beginning
                found = loop.run(data, steps_per_epoch)
                if found is None:
                    _warn_of_end(epoch, epochs)
                    break
                if data.finite:
                    doubts.about_progress(epoch, logs, found)
                logs = found
                if tester is not None and epoch + 1 in validated:
                    results = testing.evaluate(tester, validation_steps)
                    logs.update({f"val_{key}": value for key, value in results.items()})
                progress.end(loop.done, logs)
                called.call("on_epoch_end", epoch, logs)
                if self.stop_training:
                    break
                if steps_per_epoch is not None and loop.done < steps_per_epoch:
                    _warn_of_end(epoch, epochs)
                    if data.ends:
                        break
            if self.optimizer is not None:
                self.optimizer.finalize_variable_values(compiled.trained())
            self.history = called.callbacks[-1]  # a callback may have called fit, too
            called.call("on_train_end", logs)
        return self.history

    def _data(
        self,
        data: Any,
        batch_size: Any,
        steps: Any,
        shuffle: bool = False,
        classes: Any = None,
        role: Literal["training", "validation", "test"] = "test",
    ) -> Blocks | Batches:
        """Data as batches, for which the model is made fit; mistakes are looked for where it learns from them."""
        compiled, batch_size, source = self._checked("fit()"), arrays.check_batch_size(batch_size), data[0]
        learns = role == "training"
        comes = is_stream(source)
        prepare = functools.partial(self.before_device, training=learns)
        made: Blocks | Batches
        if comes:
            made = Batches(source, steps, prepare, shuffle=shuffle, class_weight=classes)
            data = made.first()
            if data is None:
                raise ValueError(
                    "The data source gave no batches. A generator must go on for steps_per_epoch * epochs batches: "
                    "write `while True:` around its loop; a Sequence needs a length of at least 1."
                )
        else:
            data = arrays.checked(prepare(source), *data[1:])
        of = "validation " if role == "validation" else ""
        looks = role != "test" or comes
        finite = True
        kind = "train" if learns else "test"
        own = self.overrides(f"{kind}_step")
        if looks and not own and not doubts.cleans(self):
            finite = arrays.all_finite(data[0], f"{of}x")
        if looks and not own and compiled.of_library():
            finite = arrays.all_finite(data[1], f"{of}y") and finite
        if not own:
            doubts.about_inputs(self, data[0])
        if not comes:
            data = arrays.weigh_classes(data, classes)
            made = Blocks(data, batch_size, shuffle)
        made.finite = finite
        compiled.prepare(data, classes, kind)
        return made

    @explained
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Verbosity = "auto",
        sample_weight: WeightLike = None,
        steps: int | None = None,
        callbacks: Callbacks = None,
        return_dict: bool = False,
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

        Returns:
            The loss, or a list of the loss and the metrics in the order of `metrics_names`.

        Raises:
            RuntimeError: the model is not compiled.
            ValueError: data that does not fit the model.
        """
        compiled = self._checked("evaluate()")
        arrays.check_source(x)
        data = self._data((x, y, sample_weight), batch_size, steps)
        steps = _limited(steps, data)
        length = steps or data.steps
        called = CallbackList(callbacks, model=self, verbose=verbose, epochs=1, steps=length)
        with contextlib.closing(Progress(verbose, None, length)) as progress:
            progress.begin(0)
            logs = Loop(compiled, "test", called, progress).evaluate(data, steps)
        return _returned(logs, return_dict)

    @explained
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Verbosity = "auto",
        steps: int | None = None,
        callbacks: Callbacks = None,
    ) -> Any:
        """Outputs for data, in inference mode.

        Args:
            x: inputs, as in `fit`.
            batch_size: samples per batch, 32 by default.
            verbose: 0 silent, 1 a progress bar, 2 a line; `"auto"` a bar if it takes more than a second.
            steps: stop after so many batches.
            callbacks: list of callbacks.

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
        arrays.check_source(x)
        steps = session.at_most(steps, session.max_steps_per_epoch())
        called = CallbackList(callbacks, model=self, verbose=verbose, epochs=1, steps=None)
        with contextlib.closing(Progress(verbose, None, steps, 1.0 if verbose == "auto" else 0.0)) as progress:
            return predict_all(self, x, arrays.check_batch_size(batch_size), steps, called, progress)

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: Verbosity = 0) -> Any:
        """The class of each sample: the largest output, or whether a single one is above 0.5.

        Args:
            x: inputs, as in `fit`.
            batch_size: samples per batch.
            verbose: as in `predict`.
        """
        scores = self.predict(x, batch_size=batch_size, verbose=verbose)
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    predict_proba = predict  # the name that scikit-learn has for probabilities

    # Single batches

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: WeightLike = None,
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
        return self._on_batch("train", (x, y, sample_weight), class_weight, return_dict, reset_metrics)

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: WeightLike = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """Loss and metrics of one batch.

        Args:
            x: inputs.
            y: targets.
            sample_weight: a weight for every sample.
            return_dict: return a dictionary by metric.
            reset_metrics: whether the metrics are of this batch alone.
        """
        return self._on_batch("test", (x, y, sample_weight), None, return_dict, reset_metrics)

    def _on_batch(self, kind: str, data: Any, class_weight: Any, return_dict: bool, reset_metrics: bool) -> Any:
        compiled = self._checked(f"{kind}_on_batch()")
        data = arrays.checked(self.before_device(data[0], kind == "train"), *data[1:])
        batch = arrays.batch(arrays.weigh_classes(data, class_weight))
        compiled.prepare(batch, class_weight, kind)
        runnable, run = compiled.runnable(kind), engine.current()
        with training(runnable.written if kind == "train" else [], f"Model {self.name!r}"), compiled.counting:
            if reset_metrics:
                compiled.reset(runnable)
            given = run.get(runnable.run(runnable.program("single"), Stream(), *run.put((batch,))))
            return _returned(compiled.logs(runnable, given), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch.

        Args:
            x: inputs.
        """
        x = arrays.to_host(x, "x", True)
        return predict_all(self, x, max(arrays.length(x), 1), None, CallbackList([]), Progress(0, None, None))

    get_state_tree = get_state_tree
    set_state_tree = set_state_tree


def _limited(steps: int | None, data: Blocks | Batches) -> int | None:
    """How many steps a pass takes, where the session has a limit; None for all."""
    limit = session.max_steps_per_epoch()
    return limit if limit is not None and limit < (steps or data.steps or math.inf) else steps


def _warn_of_end(epoch: int, epochs: int) -> None:
    tell(
        f"The data ended in epoch {epoch + 1} of {epochs}. A generator must go on for steps_per_epoch * epochs "
        "batches: write `while True:` around its loop; of arrays or a Sequence an epoch takes what is left."
    )


def _returned(logs: dict[str, Any], return_dict: bool) -> Any:
    if return_dict:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _unpack_validation(data: Any) -> tuple[Any, Any, Any]:
    if is_stream(data):
        return data, None, None
    if not isinstance(data, tuple | list) or len(data) not in (2, 3):
        raise ValueError("validation_data is (x, y) or (x, y, sample_weight), or a source of batches.")
    return (*data, None)[:3]
