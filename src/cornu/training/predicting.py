"""Prediction: outputs of a whole data set, written into arrays that are made once."""

from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from .. import engine
from ..core.seeds import host_generator
from .callbacks import CallbackList
from .data import arrays
from .data.streams import Stream as Batches
from .data.streams import is_stream
from .programs import Runnable, Stream, padded_rows, padded_size
from .progress import Progress

if TYPE_CHECKING:
    from .trainable import Trainable

BLOCK = 32  # batches in a dispatch


def predict_all(
    model: "Trainable", x: Any, batch_size: int, steps: int | None, called: CallbackList, progress: Progress
) -> Any:
    """Outputs of the model for all of x as NumPy arrays.

    Args:
        model: the model.
        x: arrays, or a source of batches.
        batch_size: samples per batch, for arrays.
        steps: stop after so many batches.
        called: callbacks.
        progress: what to print.
    """
    called.call("on_predict_begin", {})
    progress.begin(0)
    if is_stream(x):
        source = Batches(x, steps, model.before_device, model.count_of_inputs())
        batches = (batch for batch, _, _ in source.epoch(host_generator()))
        parts = _one_by_one(model, batches, 0, called, progress)
    else:
        x = arrays.to_host(model.before_device(x), "x")
        arrays.check_lengths(x, None, None)
        if steps is not None:
            x = arrays.rows(x, 0, steps * batch_size)
        if called.acts_on("predict"):
            parts = _one_by_one(model, _slices(x, batch_size), batch_size, called, progress)
        else:
            parts = _in_blocks(model, x, batch_size, progress)
    outputs = _joined(parts)
    called.call("on_predict_end", {})
    return outputs


def _in_blocks(model: "Trainable", x: Any, batch_size: int, progress: Progress) -> list[Any]:
    """Many batches in a dispatch while there are many, then batch by batch.

    Blocks have one size, so that data of another length compiles nothing anew.
    """
    runnable, stream, run = model.predictor(x), Stream(), engine.current()
    count, begin, done, parts = arrays.length(x), 0, 0, []
    while begin < count:
        batches = BLOCK if count - begin >= BLOCK * batch_size else 1
        end = min(begin + batches * batch_size, count)
        batch = arrays.batch(arrays.rows(x, begin, end))
        if batches > 1:
            parts.append(runnable.run(runnable.block(batch_size), stream, run.put((batch, None, None)))[0])
        else:
            parts.append(_one(runnable, stream, batch, batch_size))
        begin, done = end, done + batches
        if progress.live:
            progress.show(done, {})
    parts = [run.get(part) for part in parts]
    progress.end(done, {})
    tail = count % batch_size
    return [*parts[:-1], jax.tree.map(lambda a: a[:tail], parts[-1])] if tail else parts


def _one_by_one(model: "Trainable", batches: Any, size: int, called: CallbackList, progress: Progress) -> list[Any]:
    stream, run, parts = Stream(), engine.current(), []
    for step, x in enumerate(batches):
        runnable, size = model.predictor(x), size or arrays.length(x)
        called.call("on_predict_batch_begin", step, {})
        outputs = run.get(_one(runnable, stream, arrays.batch(x), size))
        parts.append(jax.tree.map(lambda a, x=x: a[: arrays.length(x)], outputs))
        called.call("on_predict_batch_end", step, {"outputs": parts[-1]})
        if progress.live:
            progress.show(step + 1, {})
    progress.end(len(parts), {})
    if not parts:
        raise ValueError("The data source gave no batches to predict.")
    return parts


def _one(runnable: Runnable, stream: Stream, batch: Any, size: int) -> Any:
    """Outputs for one batch; one of fewer rows than others is padded where that changes nothing."""
    count = arrays.length(batch)
    wanted = padded_size(count, size)
    if count < wanted and runnable.pads((batch, None, None)):
        batch = padded_rows(batch, wanted)
    return runnable.run(runnable.single, stream, engine.current().put((batch, None, None)))[0]


def _slices(x: Any, batch_size: int) -> Any:
    return (arrays.rows(x, i, i + batch_size) for i in range(0, arrays.length(x), batch_size))


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return jax.tree.map(np.array, parts[0])
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)
