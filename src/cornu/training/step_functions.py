"""The functions of one batch that older scripts ask a model for: `make_train_function` and its siblings."""

from collections.abc import Callable, Iterator
from typing import Any


class StepFunctions:
    """What a model gives to scripts that take their steps from an iterator."""

    __slots__ = ()
    built: bool
    _checked: Callable[[str], Any]
    _on_batch: Callable[..., Any]
    predict_on_batch: Callable[[Any], Any]
    trainable_variables: Any

    def make_train_function(self, force: bool = False) -> Callable[[Iterator[Any]], dict[str, Any]]:
        """Make the optimizer's state for the weights that are trained now, and the function that trains.

        Programs follow the model by themselves; this is for scripts that next set the optimizer's state.

        Args:
            force: accepted for compatibility.

        Returns:
            A function that takes a step with the next `(x, y)` or `(x, y, weights)` of an iterator, and gives the logs
            since the last `reset_metrics`. `train_function` is the same.

        Example:
            >>> import cornu
            >>> model = cornu.Sequential([cornu.Input((1,)), cornu.layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> step = model.make_train_function()
            >>> sorted(step(iter([([[1.0]], [[2.0]])])))
            ['loss']
        """
        optimizer = self._checked("make_train_function()").optimizer
        if self.built and optimizer is not None:
            optimizer.build(self.trainable_variables)
        return self.train_function

    def make_test_function(self, force: bool = False) -> Callable[[Iterator[Any]], dict[str, Any]]:
        """The function that evaluates one batch: as that of `make_train_function`, but it changes no weight.

        Args:
            force: accepted for compatibility.
        """
        self._checked("make_test_function()")
        return self.test_function

    def make_predict_function(self, force: bool = False) -> Callable[[Iterator[Any]], Any]:
        """The function that predicts one batch, the next `x` of an iterator.

        Args:
            force: accepted for compatibility.
        """
        return self.predict_function

    _make_train_function = make_train_function  # as older scripts call them
    _make_test_function = make_test_function
    _make_predict_function = make_predict_function

    def train_function(self, iterator: Iterator[Any]) -> dict[str, Any]:
        """A step with the next batch of an iterator; see `make_train_function`.

        Args:
            iterator: what gives batches.
        """
        return self._next("train", iterator)

    def test_function(self, iterator: Iterator[Any]) -> dict[str, Any]:
        """Evaluate the next batch of an iterator; see `make_test_function`.

        Args:
            iterator: what gives batches.
        """
        return self._next("test", iterator)

    def predict_function(self, iterator: Iterator[Any]) -> Any:
        """Outputs for the next batch of an iterator.

        Args:
            iterator: what gives batches.
        """
        data = next(iterator)
        return self.predict_on_batch(data[0] if isinstance(data, tuple) else data)

    def _next(self, kind: str, iterator: Iterator[Any]) -> Any:
        data = next(iterator)
        data = data if isinstance(data, tuple) else (data,)
        return self._on_batch(kind, (*data, None, None)[:3], None, True, False)
