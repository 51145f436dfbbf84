"""`fit_generator` and its siblings, from when `fit`, `evaluate` and `predict` took arrays alone."""

import itertools
import math
from typing import Any

import jax

from ..core.arguments import explained
from ..core.doubt import tell
from ..training.trainable import Trainable


@explained
def fit_generator(
    self: Any,
    generator: Any,
    steps_per_epoch: int | None = None,
    epochs: int = 1,
    verbose: Any = 1,
    callbacks: Any = None,
    validation_data: Any = None,
    validation_steps: int | None = None,
    validation_freq: Any = 1,
    class_weight: Any = None,
    shuffle: bool = True,
    initial_epoch: int = 0,
    samples_per_epoch: int | None = None,
    nb_val_samples: int | None = None,
) -> Any:
    """What `fit` does with a generator of batches."""
    tell("fit_generator() is called fit() today.")
    generator, steps_per_epoch = _counted(generator, steps_per_epoch, samples_per_epoch)
    validation_data, validation_steps = _counted(validation_data, validation_steps, nb_val_samples)
    return self.fit(
        generator,
        steps_per_epoch=steps_per_epoch,
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=validation_steps,
        validation_freq=validation_freq,
        class_weight=class_weight,
        shuffle=shuffle,
        initial_epoch=initial_epoch,
    )


def _of(name: str) -> Any:
    """`evaluate_generator` or `predict_generator`: what that method does with a generator of batches."""

    def method(
        self: Any,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        verbose: Any = 0,
        val_samples: int | None = None,
    ) -> Any:
        tell(f"{name}_generator() is called {name}() today.")
        generator, steps = _counted(generator, steps, val_samples)
        return getattr(self, name)(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    method.__name__ = f"{name}_generator"
    method.__doc__ = f"What `{name}` does with a generator of batches."
    return explained(method)


def _counted(data: Any, steps: int | None, samples: int | None) -> tuple[Any, int | None]:
    """The data and the number of batches, where Keras 1 counted samples: the first batch tells their size."""
    if samples is None:
        return data, steps
    size = getattr(data, "batch_size", None)
    if size is None and hasattr(data, "__next__"):
        first = next(data)
        size, data = len(jax.tree.leaves(first)[0]), itertools.chain([first], data)
    if size is None:
        raise TypeError(f"{samples} samples are how many batches? Write steps={samples} // (samples in a batch).")
    return data, math.ceil(samples / size)


for _method in (fit_generator, _of("evaluate"), _of("predict")):
    setattr(Trainable, _method.__name__, _method)
