"""Whole-sequence LSTM, GRU and simple RNN whose loops hold only what depends on the previous step.

Inside the loop: one product with the state and one elementwise pass. Outside, over all steps at once: the product with
the input, the factors of the gradient that are known from the forward pass, and the gradient of the recurrent kernel.
sigmoid(x) = (tanh(x / 2) + 1) / 2 makes all gates one `tanh`; the halves are put into the kernels beforehand.

A CPU loop of at most eight kernels runs without handing work between threads; the LSTM's loops are kept to eight.
Against `lax.scan` of the cell with its automatic gradient, for an epoch in one program on two cores (jaxlib 0.10):
two bidirectional LSTM-64, 640 x 200 steps, batch 32: 0.95 s, not 1.9; two GRU-128, 1280 x 100, batch 64: 0.85 s, not
1.05, and 0.73 with products on both threads (`engine/jax.py`). Unrolling the loop by 2 or 4 gains nothing, nor does a
broadcast in place of a step's concatenations; units-by-batch layout loses a fifth.

Kernels hold the gates side by side, as Keras orders them. Outputs stand at the time of the input that made them, in
both directions. Where the mask is False, state and output repeat the previous ones.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def lstm(
    x: jax.Array,
    h: jax.Array,
    c: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None,
    mask: jax.Array | None = None,
    reverse: bool = False,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Run a long short-term memory over a sequence.

    `i, f, o = sigmoid(x K + h R + b)`, `g = tanh(x K + h R + b)`, each with its part of the kernels;
    `c' = f c + i g`, `h' = o tanh(c')`.

    Args:
        x: inputs, `(batch, time, features)`.
        h: first output state, `(batch, units)`.
        c: first cell state, `(batch, units)`.
        kernel: `(features, 4 * units)`, gates in the order i, f, g, o.
        recurrent_kernel: `(units, 4 * units)`.
        bias: `(4 * units,)`, or `None`.
        mask: `(batch, time)` of bool; `False` steps are passed over.
        reverse: whether to run from the last step to the first.

    Returns:
        The outputs `(batch, time, units)`, and the final h and c.

    Example:
        >>> y, h, c = lstm(jnp.ones((2, 5, 3)), *jnp.zeros((2, 2, 4)), jnp.ones((3, 16)), jnp.ones((4, 16)), None)
        >>> y.shape, bool((y[:, -1] == h).all())
        ((2, 5, 4), True)

    Source: Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997), doi:10.1162/neco.1997.9.8.1735.
    """
    half = _halves(h, "hh1h")
    xz = _project(x, kernel * half, None if bias is None else bias * half)
    hs, c = _lstm(xz, h, c, recurrent_kernel * half, _time_major(mask), reverse)
    return jnp.swapaxes(hs, 0, 1), hs[0 if reverse else -1], c


def gru(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None,
    reset_after: bool,
    mask: jax.Array | None = None,
    reverse: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Run a gated recurrent unit over a sequence.

    `z, r = sigmoid(x K + h R + b)`; `h' = z h + (1 - z) g`, with `g = tanh(x K + b + r * (h R + b'))` if `reset_after`
    and `g = tanh(x K + b + (r * h) R)` otherwise.

    Args:
        x: inputs, `(batch, time, features)`.
        h: first state, `(batch, units)`.
        kernel: `(features, 3 * units)`, gates in the order z, r, g.
        recurrent_kernel: `(units, 3 * units)`.
        bias: `(3 * units,)`, or `(2, 3 * units)` (of the input, of the state) with `reset_after`, or `None`.
        reset_after: whether the reset gate acts after the product with the recurrent kernel.
        mask: `(batch, time)` of bool; `False` steps are passed over.
        reverse: whether to run from the last step to the first.

    Returns:
        The outputs `(batch, time, units)`, and the final state.

    Example:
        >>> y, h = gru(jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 12)), jnp.ones((4, 12)), None, True)
        >>> y.shape, bool((y[:, -1] == h).all())
        ((2, 5, 4), True)

    Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014), arXiv:1406.1078.
    """
    half = _halves(h, "hh1")
    inner = jnp.zeros((3 * h.shape[-1],), h.dtype)
    if bias is not None:
        bias, inner = (bias[0] * half, bias[1] * half) if reset_after else (bias * half, inner)
    xz = _project(x, kernel * half, bias)
    hs = _gru(xz, h, recurrent_kernel * half, inner, _time_major(mask), reset_after, reverse)
    return jnp.swapaxes(hs, 0, 1), hs[0 if reverse else -1]


def simple_rnn(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None,
    mask: jax.Array | None = None,
    reverse: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Run a fully connected recurrence over a sequence: `h' = tanh(x K + h R + b)`.

    Args:
        x: inputs, `(batch, time, features)`.
        h: first state, `(batch, units)`.
        kernel: `(features, units)`.
        recurrent_kernel: `(units, units)`.
        bias: `(units,)`, or `None`.
        mask: `(batch, time)` of bool; `False` steps are passed over.
        reverse: whether to run from the last step to the first.

    Returns:
        The outputs `(batch, time, units)`, and the final state.

    Example:
        >>> y, h = simple_rnn(jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 4)), jnp.ones((4, 4)), None)
        >>> y.shape, bool((y[:, -1] == h).all())
        ((2, 5, 4), True)

    Source: Elman, "Finding Structure in Time" (1990), doi:10.1207/s15516709cog1402_1.
    """
    hs = _simple(_project(x, kernel, bias), h, recurrent_kernel, _time_major(mask), reverse)
    return jnp.swapaxes(hs, 0, 1), hs[0 if reverse else -1]


# --- Shared.


def _halves(h, gates):
    """The factor of each gate's kernel columns: a half before a sigmoid."""
    return jnp.asarray(np.repeat([0.5 if gate == "h" else 1.0 for gate in gates], h.shape[-1]), h.dtype)


def _project(x, kernel, bias):
    batch, time, features = x.shape
    rows = jnp.swapaxes(x, 0, 1).reshape(time * batch, features)
    z = rows @ kernel if bias is None else rows @ kernel + bias
    return z.reshape(time, batch, -1)


def _time_major(mask):
    return None if mask is None else mask.astype(bool).T[..., None]  # (time, batch, 1)


def _pick(mask, new, old):
    return new if mask is None else jnp.where(mask, new, old)


def _before(states, first, reverse):
    """The state that each step started from."""
    return jnp.concatenate([states[1:], first[None]] if reverse else [first[None], states[:-1]])


def _shift_back(gradient, reverse):
    """The gradient of the last output, where the way back starts, and for each step that of the output before it.

    Adding it at the end of a step instead of the beginning keeps the loop at eight kernels.
    """
    return gradient[0 if reverse else -1], _before(gradient, jnp.zeros_like(gradient[0]), reverse)


def _skipped(mask, dh):
    """The gradient that a masked step hands on unchanged."""
    return 0 if mask is None else jnp.where(mask, 0, dh)


def _outer(states, gradients):
    """Gradient of a kernel: `states^T gradients`, summed over time and batch, as one product."""
    return states.reshape(-1, states.shape[-1]).T @ gradients.reshape(-1, gradients.shape[-1])


def _unit(t):
    """A sigmoid from its `tanh`."""
    return 0.5 * t + 0.5


def _scan_in_place(step, state, buffer, inputs, reverse):
    """`lax.scan` whose first output takes the place of its first input.

    `step(state, row, inputs of a step) -> (state, new row, further outputs of a step)`. No second array of the buffer's
    size is made, filled with zeros, and brought into the cache: the LSTM above needs 82 MB of scratch space, not 106.
    """

    def at(carried, given):
        (state, buffer), (i, inputs) = carried, given
        state, row, more = step(state, lax.dynamic_index_in_dim(buffer, i, 0, False), inputs)
        return (state, lax.dynamic_update_index_in_dim(buffer, row, i, 0)), more

    (state, buffer), extra = lax.scan(at, (state, buffer), (jnp.arange(buffer.shape[0]), inputs), reverse=reverse)
    return state, buffer, extra


# --- LSTM. The gradient of a step's gates is linear in (dc, dh), with factors known from the forward pass.


@partial(jax.custom_vjp, nondiff_argnums=(5,))
def _lstm(xz, h, c, recurrent, mask, reverse):
    def step(state, inputs):
        (h, c), _ = _lstm_step(recurrent, state, *inputs)
        return (h, c), h

    (_, c), hs = lax.scan(step, (h, c), (xz, mask), reverse=reverse)
    return hs, c


def _lstm_step(recurrent, state, z, m):
    h, c = state
    t = jnp.tanh(z + h @ recurrent)
    i, f, g, o = jnp.split(t, 4, -1)
    new_c = _unit(f) * c + _unit(i) * g
    return (_pick(m, _unit(o) * jnp.tanh(new_c), h), _pick(m, new_c, c)), t


def _lstm_forward(xz, h, c, recurrent, mask, reverse):
    def step(state, z, m):
        (h, c), t = _lstm_step(recurrent, state, z, m)
        return (h, c), t, (c,) if mask is None else (c, h)

    (_, last), ts, (cs, *outputs) = _scan_in_place(step, (h, c), xz, mask, reverse)
    # Without a mask the outputs follow from what is kept: computed after the loop, all at once.
    hs = outputs[0] if outputs else _unit(ts[..., 3 * h.shape[-1] :]) * jnp.tanh(cs)
    return (hs, last), (h, c, recurrent, mask, hs, cs, ts)


def _lstm_backward(reverse, saved, gradients):
    h, c, recurrent, mask, hs, cs, ts = saved
    dh_out, dc = gradients
    i, f, g, o = jnp.split(ts, 4, -1)
    tanh_c = jnp.tanh(cs)
    to_i, to_f, to_g = 0.5 * g * (1 - i * i), 0.5 * _before(cs, c, reverse) * (1 - f * f), _unit(i) * (1 - g * g)
    to_gates = jnp.concatenate([to_i, to_f, to_g, 0.5 * tanh_c * (1 - o * o)], -1)
    to_c, forget = _unit(o) * (1 - tanh_c * tanh_c), _unit(f)
    if mask is not None:
        to_gates, to_c, forget = to_gates * mask, to_c * mask, jnp.where(mask, forget, 1)
    transposed = recurrent.T

    def step(state, to_gates, inputs):
        (dh, dc), (dh_before, to_c, forget_after, m) = state, inputs
        dc = dc * forget_after + dh * to_c
        dz = jnp.concatenate([dc, dc, dc, dh], -1) * to_gates
        return (dz @ transposed + _skipped(m, dh) + dh_before, dc), dz, ()

    dh_last, dh_before = _shift_back(dh_out, reverse)
    forget_after = _before(forget, jnp.ones_like(c), not reverse)
    inputs = (dh_before, to_c, forget_after, mask)
    (dh, dc), dz, _ = _scan_in_place(step, (dh_last, dc), to_gates, inputs, not reverse)
    return dz, dh, dc * forget[-1 if reverse else 0], _outer(_before(hs, h, reverse), dz), None


_lstm.defvjp(_lstm_forward, _lstm_backward)


# --- The new state of a GRU, written twice. With one use only, XLA computes the gates inside the update of h, which is
# in place and therefore not vectorized: a step of 64 x 128 units costs 142 us forward, not 62.


def _blend(mask, z, h, g):
    return _pick(mask, z * h + (1 - z) * g, h)


def _blend_again(mask, z, h, g):
    return _pick(mask, g + z * (h - g), h)


# --- GRU. With the reset gate after the product, the whole gradient of a step is linear in dh; before it, the candidate
# and its gradient need a second product in each step.


@partial(jax.custom_vjp, nondiff_argnums=(5, 6))
def _gru(xz, h, recurrent, inner, mask, reset_after, reverse):
    step = _gru_step(recurrent, inner, reset_after)

    def last(h, inputs):
        h, _, (again, _) = step(h, *inputs)
        return h, again

    return lax.scan(last, h, (xz, mask), reverse=reverse)[1]


def _gru_step(recurrent, inner, reset_after):
    """`(h, x, m) -> (new h, gates, (new h again, what the reset gate scales after the product))`."""
    gates = 2 * recurrent.shape[0]
    to_gates, to_candidate = recurrent[:, :gates], recurrent[:, gates:]

    def step(h, x, m):
        s = h @ recurrent + inner if reset_after else h @ to_gates
        zr = _unit(jnp.tanh(x[:, :gates] + s[:, :gates]))
        z, r = jnp.split(zr, 2, -1)
        g = jnp.tanh(x[:, gates:] + (r * s[:, gates:] if reset_after else (r * h) @ to_candidate))
        return _blend(m, z, h, g), jnp.concatenate([zr, g], -1), (_blend_again(m, z, h, g), s[:, gates:])

    return step


def _gru_forward(xz, h, recurrent, inner, mask, reset_after, reverse):
    _, gates, (hs, s) = _scan_in_place(_gru_step(recurrent, inner, reset_after), h, xz, mask, reverse)
    return hs, (h, recurrent, mask, hs, gates, s)


def _gru_backward(reset_after, reverse, saved, dh_out):
    h, recurrent, mask, hs, gates, s = saved
    units = h.shape[-1]
    z, r, g = jnp.split(gates, 3, -1)
    before = _before(hs, h, reverse)
    to_z = 2 * (before - g) * z * (1 - z)  # twice, since the sigmoid's argument was halved
    to_g = (1 - z) * (1 - g * g)
    if mask is not None:
        to_z, to_g, z = to_z * mask, to_g * mask, jnp.where(mask, z, 1)
    to_r = 2 * (to_g * s if reset_after else before) * r * (1 - r)
    back, back_gates, back_candidate = recurrent.T, recurrent[:, : 2 * units].T, recurrent[:, 2 * units :].T

    def step_after(dh, to_state, inputs):
        dh_before, z, _ = inputs
        d_state = jnp.concatenate([dh, dh, dh], -1) * to_state
        return d_state @ back + dh * z + dh_before, d_state, dh

    def step_before(dh, to_state, inputs):
        (dh_before, z, r), (to_z, to_r, to_g) = inputs, jnp.split(to_state, 3, -1)
        dg = dh * to_g
        d_reset = dg @ back_candidate
        d_gates = jnp.concatenate([dh * to_z, d_reset * to_r], -1)
        return d_gates @ back_gates + d_reset * r + dh * z + dh_before, jnp.concatenate([d_gates, dg], -1), ()

    step, to_candidate = (step_after, to_g * r) if reset_after else (step_before, to_g)
    dh_last, dh_before = _shift_back(dh_out, reverse)
    inputs = (dh_before, z, None if reset_after else r)
    to_state = jnp.concatenate([to_z, to_r, to_candidate], -1)
    dh, d_state, dhs = _scan_in_place(step, dh_last, to_state, inputs, not reverse)
    d_gates, d_candidate = d_state[..., : 2 * units], d_state[..., 2 * units :]
    if reset_after:
        d_input = jnp.concatenate([d_gates, dhs * to_g], -1)
        return d_input, dh, _outer(before, d_state), d_state.sum((0, 1)), None
    d_recurrent = jnp.concatenate([_outer(before, d_gates), _outer(r * before, d_candidate)], -1)
    return d_state, dh, d_recurrent, None, None


_gru.defvjp(_gru_forward, _gru_backward)


# --- Simple RNN.


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def _simple(xz, h, recurrent, mask, reverse):
    def step(h, inputs):
        z, m = inputs
        h = _pick(m, jnp.tanh(z + h @ recurrent), h)
        return h, h

    return lax.scan(step, h, (xz, mask), reverse=reverse)[1]


def _simple_forward(xz, h, recurrent, mask, reverse):
    hs = _simple(xz, h, recurrent, mask, reverse)
    return hs, (h, recurrent, mask, hs)


def _simple_backward(reverse, saved, dh_out):
    h, recurrent, mask, hs = saved
    slope = _pick(mask, 1 - hs * hs, jnp.zeros_like(hs))
    transposed = recurrent.T

    def step(dh, inputs):
        dh_before, slope, m = inputs
        dz = dh * slope
        return dz @ transposed + _skipped(m, dh) + dh_before, dz

    dh_last, dh_before = _shift_back(dh_out, reverse)
    dh, dz = lax.scan(step, dh_last, (dh_before, slope, mask), reverse=not reverse)
    return dz, dh, _outer(_before(hs, h, reverse), dz), None


_simple.defvjp(_simple_forward, _simple_backward)
