"""Prediction: outputs of a whole data set, written into arrays that are made once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from .. import engine
from . import doubts
from .callbacks import CallbackList
from .data import arrays
from .data.streams import Stream as Batches
from .data.streams import is_stream
from .programs import Stream, padded_rows, padded_size
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
    comes, acts = is_stream(x), called.acts_on("predict")
    pieces: Iterator[tuple[Any, int]]  # inputs, and how many batches they are
    if comes:
        source = Batches(x, steps, model.before_device, model.count_of_inputs())
        pieces, size = ((batch, 1) for batch, _, _ in source.epoch()), 0
    else:
        x, _, _ = arrays.checked(model.before_device(x))
        doubts.about_inputs(model, x)
        x = x if steps is None else arrays.rows(x, 0, steps * batch_size)
        pieces, size = _pieces(x, batch_size, 1 if acts else BLOCK), batch_size
        progress.steps = -(-arrays.length(x) // batch_size)
    stream, run, runnable, done, parts = Stream(), engine.current(), None, 0, []
    for piece, batches in pieces:
        count = arrays.length(piece)
        size = size or count
        if acts:
            called.call("on_predict_batch_begin", done, {})
        if runnable is None or acts or comes:  # somebody may have changed the model
            runnable = model.predictor(piece)
        batch = arrays.batch(piece), None, None
        wanted = padded_size(count, size, done > 0)
        padded = count < wanted and runnable.pads(batch)  # where that changes nothing
        if padded:
            batch = padded_rows(batch, wanted)
        program = runnable.program("single") if batches == 1 else runnable.program("block", size)
        outputs = runnable.run(program, stream, *run.put((batch,)))[0]
        if padded or acts or comes:
            outputs = run.get(outputs)
        if padded:
            outputs = arrays.rows(outputs, 0, count)
        parts.append(outputs)
        if acts:
            called.call("on_predict_batch_end", done, {"outputs": parts[-1]})
        done += batches
        if progress.live:
            progress.show(done, {})
    parts = [run.get(part) for part in parts]
    progress.end(done, {})
    if not parts:
        raise ValueError("The data source gave no batches to predict.")
    called.call("on_predict_end", {})
    return jax.tree.map(np.array if len(parts) == 1 else lambda *arrays: np.concatenate(arrays), *parts)


def _pieces(x: Any, batch_size: int, most: int) -> Iterator[tuple[Any, int]]:
    """Many batches together while there are many, then batch by batch, with how many they are.

    What has many has one size, so that data of another length compiles nothing anew.
    """
    count, begin = arrays.length(x), 0
    while begin < count:
        batches = most if count - begin >= most * batch_size else 1
        yield arrays.rows(x, begin, begin + batches * batch_size), batches
        begin += batches * batch_size
