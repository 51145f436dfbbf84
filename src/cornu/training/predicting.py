"""Prediction: outputs of a whole data set, written into arrays that are made once."""

from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from .. import engine
from ..core.seeds import host_generator
from .callbacks import CallbackList
from .data import arrays
from .data.streams import Stream, is_stream
from .progress import Progress

if TYPE_CHECKING:
    from .trainer import Trainer

BLOCK = 32  # batches in a dispatch


def predict_all(
    model: "Trainer", x: Any, batch_size: int, steps: int | None, called: CallbackList, progress: Progress
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
    if is_stream(x):
        outputs = _stream(model, Stream(x, steps, with_targets=False), called)
    else:
        x = arrays.to_host(x, "x")
        if steps is not None:
            x = arrays.rows(x, 0, steps * batch_size)
        arrays.check_lengths(x, None, None)
        model._output_specs(x)
        if called.acts_on("predict"):
            outputs = _stream(model, Stream(_slices(x, batch_size), None), called)
        else:
            outputs = _blocks(model, x, batch_size, progress)
    called.call("on_predict_end", {})
    return outputs


def _blocks(model: Any, x: Any, batch_size: int, progress: Progress) -> Any:
    """Many batches in a dispatch while there are many, then batch by batch.

    Blocks have one size, so that data of another length compiles nothing anew but its last batch.
    """
    programs = model._program("predict", batch_size)
    run = engine.current()
    count, begin, done, parts = arrays.length(x), 0, 0, []
    progress.begin(0)
    while begin < count:
        batches = BLOCK if count - begin >= BLOCK * batch_size else 1
        program = programs.loop if batches > 1 else programs.single
        end = min(begin + batches * batch_size, count)
        parts.append(programs.run(program, run.put((arrays.rows(x, begin, end), None, None))))
        begin, done = end, done + batches
        if progress.live:
            progress.show(done, {})
    outputs = _joined([run.get(part) for part in parts])
    progress.end(done, {})
    return outputs


def _stream(model: Any, stream: Stream, called: CallbackList) -> Any:
    run = engine.current()
    parts = []
    for step, (x, _, _) in enumerate(stream.epoch(host_generator())):
        if step == 0:
            model._output_specs(x)
            programs = model._program("predict", 0)
        called.call("on_predict_batch_begin", step, {})
        parts.append(run.get(programs.run(programs.single, run.put((x, None, None)))))
        called.call("on_predict_batch_end", step, {"outputs": parts[-1]})
    return _joined(parts)


def _slices(x: Any, batch_size: int) -> Any:
    return (arrays.rows(x, i, i + batch_size) for i in range(0, arrays.length(x), batch_size))


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return jax.tree.map(np.array, parts[0])
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)
