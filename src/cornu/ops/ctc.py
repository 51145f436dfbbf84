"""Connectionist temporal classification: the loss, and decoding by the best path or a beam of prefixes."""

from typing import Any, Literal

import jax
import jax.numpy as jnp

from .making import ArrayLike, one_of, op, tensor, widened

__all__ = ["ctc_decode", "ctc_loss"]

_IMPOSSIBLE = -1e5  # the logarithm of 0, finite so that gradients are


@op
def ctc_loss(
    target: ArrayLike, output: ArrayLike, target_length: ArrayLike, output_length: ArrayLike, mask_index: int = 0
) -> Any:
    """`-log` of the probability that the outputs, repeats and blanks removed, spell the target.

    Args:
        target: integers `(batch, longest target)`.
        output: logits `(batch, steps, classes)`.
        target_length: length of each target.
        output_length: number of steps of each output.
        mask_index: class that stands for no label (the blank).

    Returns:
        The loss of each sample, `(batch,)`, in nats.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import cornu, numpy
        >>> numpy.asarray(cornu.ops.ctc_loss([[1]], cornu.ops.zeros((1, 2, 2)), [1], [2])).round(3)
        array([0.288], dtype=float32)

    Source:
        Graves et al., Connectionist temporal classification, 2006.
    """
    labels, logits = tensor(target).astype("int32"), tensor(output)
    lengths = [tensor(length).astype("int32") for length in (target_length, output_length)]
    if (labels.ndim, logits.ndim) != (2, 3) or any(x.shape[:1] != labels.shape[:1] for x in (logits, *lengths)):
        raise ValueError(
            "ctc_loss expects labels (batch, labels), logits (batch, steps, classes) and lengths (batch,). Received "
            f"shapes {labels.shape}, {logits.shape}, {lengths[0].shape} and {lengths[1].shape}."
        )
    logits = widened(logits)
    batch, steps, _ = logits.shape
    count = 2 * labels.shape[1] + 1  # states: a blank before, between and behind the labels
    states = jnp.full((batch, count), mask_index, "int32").at[:, 1::2].set(labels)
    places = jnp.arange(count)  # labels stand at odd ones, whichever class they name
    may_skip = (places % 2 == 1) & (places > 1) & (states != jnp.roll(states, 2, axis=1))
    emitted = jnp.take_along_axis(jax.nn.log_softmax(logits), states[:, None], axis=2)  # (batch, steps, states)

    def shifted(alpha: Any, by: int) -> Any:
        return jnp.pad(alpha[:, :-by], ((0, 0), (by, 0)), constant_values=_IMPOSSIBLE)

    def advance(alpha: Any, step: Any) -> Any:
        log_probability, running = step
        skipped = jnp.where(may_skip, shifted(alpha, 2), _IMPOSSIBLE)
        total = jnp.logaddexp(jnp.logaddexp(alpha, shifted(alpha, 1)), skipped) + log_probability
        return jnp.where(running[:, None], total, alpha), None

    running = jnp.arange(steps)[:, None] < lengths[1]  # (steps, batch)
    alpha = jnp.full((batch, count), _IMPOSSIBLE, logits.dtype).at[:, 0].set(0.0)  # as after a blank
    alpha, _ = jax.lax.scan(advance, alpha, (jnp.moveaxis(emitted, 1, 0), running))
    last = 2 * lengths[0][:, None]
    blank = jnp.take_along_axis(alpha, last, axis=1)[:, 0]
    label = jnp.take_along_axis(alpha, jnp.maximum(last - 1, 0), axis=1)[:, 0]
    return -jnp.where(last[:, 0] > 0, jnp.logaddexp(blank, label), blank)


@op
def ctc_decode(
    inputs: ArrayLike,
    sequence_lengths: ArrayLike,
    strategy: Literal["greedy", "beam_search"] = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> Any:
    """The most probable labels of outputs that were trained with `ctc_loss`.

    Args:
        inputs: logits `(batch, steps, classes)`.
        sequence_lengths: number of steps of each sample.
        strategy: `"greedy"` follows the best class of each step; `"beam_search"` sums over all ways to
            spell a prefix.
        beam_width: how many prefixes the beam search keeps.
        top_paths: how many results the beam search gives.
        merge_repeated: whether the greedy search merges equal neighbours.
        mask_index: class that stands for no label (the blank).

    Returns:
        Labels `(top_paths, batch, steps)`, -1 behind the last one; and scores `(batch, top_paths)`: the sum
        of the best logits, negated, for the greedy search, and logarithms of probabilities for the beam
        search.

    Raises:
        ValueError: an unknown `strategy`.

    Example:
        >>> import cornu
        >>> [part.tolist() for part in cornu.ops.ctc_decode([[[0.0, 3.0], [0.0, 2.0], [1.0, 0.0]]], [3])]
        [[[[1, -1, -1]]], [[-6.0]]]
    """
    inputs, lengths = widened(tensor(inputs)), tensor(sequence_lengths)
    one_of("greedy", "beam_search", strategy=strategy)
    if strategy == "greedy":
        return _best_path(inputs, lengths, merge_repeated, mask_index)
    search: Any = jax.vmap(lambda x, length: _search(x, length, beam_width, top_paths, mask_index))
    paths, scores = search(jax.nn.log_softmax(inputs), lengths)
    return jnp.swapaxes(paths, 0, 1), scores


def _best_path(inputs: Any, lengths: Any, merge_repeated: bool, blank: int) -> tuple[Any, Any]:
    steps = jnp.arange(inputs.shape[1])
    running = steps < lengths[:, None]
    labels = jnp.where(running, jnp.argmax(inputs, axis=-1), blank)
    scores = -jnp.sum(jnp.where(running, jnp.max(inputs, axis=-1), 0), axis=1, keepdims=True)
    keep = labels != blank
    if merge_repeated:
        keep &= jnp.pad(labels[:, 1:] != labels[:, :-1], ((0, 0), (1, 0)), constant_values=True)
    order = jnp.argsort(jnp.where(keep, steps, inputs.shape[1]), axis=1)  # kept labels first, in order
    return jnp.take_along_axis(jnp.where(keep, labels, -1), order, axis=1)[None], scores


def _search(inputs: Any, length: Any, width: int, top_paths: int, blank: int) -> tuple[Any, Any]:
    """Prefix beam search over the log-probabilities `(steps, classes)` of one sample.

    For every prefix in the beam it keeps the probability of all alignments that spell it, apart for those that
    end in a blank (`ended`) and those that end in its last label (`open_`).
    """
    steps, classes = inputs.shape
    nothing = jnp.full((width,), -jnp.inf, inputs.dtype)
    beam = (jnp.full((width, steps), -1, "int32"), jnp.zeros(width, "int32"), nothing.at[0].set(0.0), nothing)

    def advance(beam: Any, step: Any) -> Any:
        log_probability, running = step
        paths, sizes, ended, open_ = beam
        rows = jnp.arange(width)
        last = jnp.where(sizes > 0, paths[rows, sizes - 1], -1)
        total = jnp.logaddexp(ended, open_)
        repeats = jnp.arange(classes) == last[:, None]
        longer = jnp.where(repeats, ended[:, None], total[:, None]) + log_probability  # (width, classes)
        longer = longer.at[:, blank].set(-jnp.inf)
        # A prefix that another one in the beam becomes by one more label takes over its probability.
        shorter = paths.at[rows, sizes - 1].set(jnp.where(sizes > 0, -1, paths[rows, sizes - 1]))
        parent = (shorter[:, None] == paths).all(-1) & (sizes[:, None] == sizes + 1)  # (prefix, its parent)
        joined = jnp.where(parent, longer[rows[None, :], last[:, None]], -jnp.inf)
        taken = (parent[:, :, None] & (jnp.arange(classes) == last[:, None, None])).any(0)
        stay_ended = total + log_probability[blank]
        stay_open = jnp.where(last >= 0, open_ + log_probability[last], -jnp.inf)
        stay_open = jnp.logaddexp(stay_open, jax.scipy.special.logsumexp(joined, axis=1))
        scores = jnp.concatenate([jnp.logaddexp(stay_ended, stay_open), jnp.where(taken, -jnp.inf, longer).ravel()])
        _, best = jax.lax.top_k(scores, width)
        grown = best >= width
        source = jnp.where(grown, (best - width) // classes, best)
        label = (best - width) % classes
        paths, sizes = paths[source], sizes[source]
        paths = paths.at[rows, sizes].set(jnp.where(grown, label, paths[rows, sizes]))
        ended, open_ = jnp.where(grown, -jnp.inf, stay_ended[source]), jnp.where(grown, scores[best], stay_open[source])
        after = (paths, sizes + grown, ended, open_)
        return jax.tree.map(lambda new, old: jnp.where(running, new, old), after, beam), None

    (paths, _, ended, open_), _ = jax.lax.scan(advance, beam, (inputs, jnp.arange(steps) < length))
    scores, best = jax.lax.top_k(jnp.logaddexp(ended, open_), top_paths)
    return paths[best], scores
