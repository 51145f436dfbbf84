"""The formulations of `cornu.kernels` against the plain ones: values, gradients, and the quality of dropout's bits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu.kernels import convolution, dropout, platform, pooling, recurrence, windows

rng = np.random.default_rng(7)


def randoms(*shapes, dtype=jnp.float32):
    return [jnp.asarray(rng.normal(size=shape) * 0.5, dtype) for shape in shapes]


def values_and_gradients(function, args):
    """Outputs, then the gradients of a random weighted sum of them (the same weights for every formulation)."""

    def run(*args):
        outputs, pull = jax.vjp(function, *args)
        weights = jax.tree.map(lambda y: jnp.sin(jnp.arange(y.size) * 1.7).reshape(y.shape).astype(y.dtype), outputs)
        return outputs, pull(weights)

    return jax.tree.leaves(jax.jit(run)(*args))


def assert_same(fast, plain, args, tolerance=1e-5):
    got, expected = values_and_gradients(fast, args), values_and_gradients(plain, args)
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(*(np.asarray(v, np.float32) for v in (a, b)), rtol=tolerance, atol=tolerance)


# --- Convolution. (spatial sizes, in, window, out, strides, padding, dilation, groups)

CONVOLUTIONS = {
    "pointwise": ((5, 7), 3, (1, 1), 4, (1, 1), "valid", (1, 1), 1),
    "pointwise, strides, pads": ((5, 8), 3, (1, 1), 4, (2, 3), ((1, 0), (2, 1)), (1, 1), 1),
    "first layer": ((9, 8), 1, (3, 3), 4, (1, 1), "valid", (1, 1), 1),
    "valid": ((9, 8), 9, (3, 2), 5, (1, 1), "valid", (1, 1), 1),
    "same": ((9, 8), 8, (3, 4), 5, (1, 1), "same", (1, 1), 1),
    "same, strides": ((9, 8), 8, (3, 4), 5, (2, 3), "same", (1, 1), 1),
    "strides beyond the window": ((11, 9), 9, (2, 3), 5, (3, 4), "valid", (1, 1), 1),
    "unused ends": ((10, 12), 9, (3, 3), 5, (3, 4), "valid", (1, 1), 1),
    "dilation": ((11, 12), 9, (3, 2), 5, (1, 1), "same", (2, 3), 1),
    "strides and dilation": ((13, 12), 5, (3, 3), 6, (2, 3), "same", (3, 2), 1),
    "wide pads": ((6, 5), 4, (2, 3), 5, (2, 1), ((3, 0), (1, 4)), (1, 2), 1),
    "one dimension": ((17,), 9, (5,), 4, (1,), "valid", (1,), 1),
    "causal": ((17,), 6, (3,), 4, (1,), ((4, 0),), (2,), 1),
    "one dimension, strides": ((16,), 6, (3,), 4, (2,), "same", (1,), 1),
    "three dimensions": ((5, 6, 7), 3, (2, 3, 3), 4, (1, 1, 1), "valid", (1, 1, 1), 1),
    "three dimensions, all": ((6, 5, 7), 4, (2, 3, 2), 4, (2, 1, 3), "same", (1, 2, 1), 2),
    "groups": ((7, 6), 6, (3, 2), 4, (1, 2), "same", (1, 1), 2),
    "many groups": ((5, 6), 160, (2, 2), 80, (1, 1), "valid", (1, 1), 80),
    "depthwise": ((9, 8), 5, (3, 2), 5, (1, 1), "same", (1, 1), 5),
    "depthwise, all": ((9, 11), 3, (3, 2), 6, (2, 3), "same", (1, 2), 3),
    "depthwise, one dimension": ((13,), 4, (4,), 4, (2,), "valid", (1,), 4),
    "depthwise, three dimensions": ((4, 5, 6), 3, (2, 2, 3), 3, (1, 2, 1), "same", (1, 1, 1), 3),
}


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolution(case):
    sizes, channels, window, filters, strides, padding, dilation, groups = CONVOLUTIONS[case]
    pads = windows.pad_widths(sizes, window, strides, padding, dilation)
    args = randoms((2, *sizes, channels), (*window, channels // groups, filters))
    settings = (strides, pads, dilation, groups)
    assert_same(
        lambda x, k: convolution.cpu_conv(x, k, *settings), lambda x, k: convolution.stock_conv(x, k, *settings), args
    )


@pytest.mark.parametrize("groups", [1, 4])
def test_convolution_in_half_precision(groups):
    x, kernel = randoms((2, 6, 5, 4), (3, 3, 4 // groups, 4), dtype=jnp.bfloat16)
    settings = ((1, 1), ((1, 1), (1, 1)), (1, 1), groups)
    got = values_and_gradients(lambda x, k: convolution.cpu_conv(x, k, *settings), (x, kernel))
    wide = (x.astype(jnp.float32), kernel.astype(jnp.float32))
    expected = values_and_gradients(lambda x, k: convolution.stock_conv(x, k, *settings), wide)
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == jnp.bfloat16
        np.testing.assert_allclose(np.asarray(a, np.float32), b, rtol=0.05, atol=0.05)


def test_convolution_has_a_second_gradient():
    x, kernel = randoms((2, 6, 5, 8), (3, 3, 8, 4))
    settings = ((2, 1), ((1, 1), (0, 1)), (1, 1))

    def penalty(conv):
        def norm_of_gradient(x, k):
            return jnp.sum(jax.grad(lambda x: jnp.sum(jnp.tanh(conv(x, k, *settings))))(x) ** 2)

        return jax.jit(jax.grad(norm_of_gradient, (0, 1)))

    for a, b in zip(penalty(convolution.cpu_conv)(x, kernel), penalty(convolution.stock_conv)(x, kernel), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("channels, groups", [(1, 1), (16, 1), (16, 16), (16, 2)])
@pytest.mark.parametrize("shape, size", [((2, 2, 2), 3), ((2, 3, 2), 5), ((0, 6, 6), 3), ((0, 6, 6), 1)])
def test_convolution_of_nothing_gives_nothing(shape, size, channels, groups):
    x, kernel = jnp.ones((*shape, channels)), jnp.ones((size, size, channels // groups, 32))
    settings = ((1, 1), ((0, 0), (0, 0)), (1, 1), groups)
    expected = values_and_gradients(lambda x, k: convolution.stock_conv(x, k, *settings), (x, kernel))
    got = values_and_gradients(lambda x, k: convolution.cpu_conv(x, k, *settings), (x, kernel))
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_convolution_says_what_padding_may_be():
    x, kernel = randoms((1, 5, 5, 2), (3, 3, 2, 2))
    with pytest.raises(ValueError, match="valid"):
        convolution.conv(x, kernel, strides=(1, 1), padding="full", dilation=(1, 1))
    with pytest.raises(ValueError, match="2 spatial dimensions"):
        convolution.conv(x, kernel, strides=(1, 1), padding=((1, 1),), dilation=(1, 1))


# --- Pooling. (spatial sizes, window, strides, padding)

POOLINGS = [
    ((9, 8), (2, 2), (2, 2), "valid"),
    ((9, 8), (2, 3), (2, 3), "same"),
    ((9, 8), (3, 3), (2, 2), "same"),
    ((9, 8), (3, 2), (1, 1), "valid"),
    ((9, 8), (2, 1), (3, 2), "valid"),
    ((11,), (4,), (3,), ((1, 2),)),
    ((11,), (3,), (3,), ((2, 1),)),
    ((5, 4, 7), (2, 2, 3), (2, 2, 3), "valid"),
    ((4, 5, 6), (2, 2, 3), (2, 1, 2), "same"),
]


@pytest.mark.parametrize("sizes, window, strides, padding", POOLINGS)
def test_pooling(sizes, window, strides, padding):
    pads = windows.pad_widths(sizes, window, strides, padding)
    (x,) = randoms((2, *sizes, 3))
    ties = jnp.maximum(jnp.round(2 * x), 0)  # the gradient of a tie goes to its first element
    for args in [(x,), (ties,)]:
        assert_same(
            lambda x: (pooling.cpu_max_pool(x, window, strides, pads), pooling.cpu_sum_pool(x, window, strides, pads)),
            lambda x: (
                pooling.stock_max_pool(x, window, strides, pads),
                pooling.stock_sum_pool(x, window, strides, pads),
            ),
            args,
        )


@pytest.mark.parametrize("sizes, window, strides, padding", POOLINGS)
def test_average_pool_counts_real_elements_only(sizes, window, strides, padding):
    pads = windows.pad_widths(sizes, window, strides, padding)
    (x,) = randoms((2, *sizes, 3))

    def plain(x):
        ones = jnp.ones_like(x)
        return pooling.stock_sum_pool(x, window, strides, pads) / pooling.stock_sum_pool(ones, window, strides, pads)

    assert_same(lambda x: pooling.average_pool(x, window, strides, padding), plain, (x,))


def test_max_pool_of_integers_and_empty_batches():
    x = jnp.asarray(rng.integers(-9, 9, (2, 7, 5, 3)))
    got = pooling.cpu_max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1)))
    np.testing.assert_array_equal(got, pooling.stock_max_pool(x, (3, 3), (2, 2), ((1, 1), (1, 1))))
    assert pooling.max_pool(jnp.zeros((0, 6, 6, 2)), (2, 2), (2, 2)).shape == (0, 3, 3, 2)


# --- Recurrence, against `lax.scan` of the textbook cell.


def scan_cell(cell, x, state, mask, reverse):
    mask = jnp.ones(x.shape[:2], bool) if mask is None else mask

    def step(state, inputs):
        x, m = inputs
        state = tuple(jnp.where(m[:, None], new, old) for new, old in zip(cell(x, *state), state, strict=True))
        return state, state[0]

    state, y = lax.scan(step, state, (jnp.swapaxes(x, 0, 1), mask.T), reverse=reverse)
    return jnp.swapaxes(y, 0, 1), *state


def plain_lstm(x, h, c, kernel, recurrent, bias, mask, reverse):
    def cell(x, h, c):
        i, f, g, o = jnp.split(x @ kernel + h @ recurrent + bias, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    return scan_cell(cell, x, (h, c), mask, reverse)


def plain_gru(x, h, kernel, recurrent, bias, reset_after, mask, reverse):
    outer, inner = bias if reset_after else (bias, jnp.zeros_like(bias))

    def cell(x, h):
        xz, xr, xg = jnp.split(x @ kernel + outer, 3, -1)
        hz, hr, hg = jnp.split(h @ recurrent + inner, 3, -1)
        z, r = jax.nn.sigmoid(xz + hz), jax.nn.sigmoid(xr + hr)
        hg = r * hg if reset_after else (r * h) @ jnp.split(recurrent, 3, -1)[2]
        return (z * h + (1 - z) * jnp.tanh(xg + hg),)

    return scan_cell(cell, x, (h,), mask, reverse)


def plain_rnn(x, h, kernel, recurrent, bias, mask, reverse):
    return scan_cell(lambda x, h: (jnp.tanh(x @ kernel + h @ recurrent + bias),), x, (h,), mask, reverse)


BATCH, TIME, FEATURES, UNITS = 3, 6, 4, 5
MASK = jnp.asarray(rng.random((BATCH, TIME)) > 0.4)


@pytest.mark.parametrize(
    "mask, reverse", [(None, False), (MASK, False), (MASK, True)], ids=["whole", "masked", "masked, reverse"]
)
class TestRecurrence:
    def weights(self, gates, *bias):
        shapes = (BATCH, TIME, FEATURES), (BATCH, UNITS), (FEATURES, gates * UNITS), (UNITS, gates * UNITS)
        return randoms(*shapes, (*bias, gates * UNITS))

    def test_lstm(self, mask, reverse):
        x, h, *weights = self.weights(4)
        c = randoms((BATCH, UNITS))[0]
        assert_same(
            lambda *args: recurrence.lstm(*args, mask=mask, reverse=reverse),
            lambda *args: plain_lstm(*args, mask, reverse),
            (x, h, c, *weights),
        )

    @pytest.mark.parametrize("reset_after", [True, False])
    def test_gru(self, mask, reverse, reset_after):
        assert_same(
            lambda *args: recurrence.gru(*args, reset_after, mask=mask, reverse=reverse),
            lambda *args: plain_gru(*args, reset_after, mask, reverse),
            self.weights(3, *(2,) * reset_after),
        )

    def test_simple_rnn(self, mask, reverse):
        assert_same(
            lambda *args: recurrence.simple_rnn(*args, mask=mask, reverse=reverse),
            lambda *args: plain_rnn(*args, mask, reverse),
            self.weights(1),
        )


def test_no_bias_is_a_bias_of_zeros():
    x, h, c, k, r = randoms((2, 4, 3), (2, 5), (2, 5), (3, 20), (5, 20))
    zeros = jnp.zeros(20)
    pairs = [
        (recurrence.lstm(x, h, c, k, r, None), recurrence.lstm(x, h, c, k, r, zeros)),
        (
            recurrence.simple_rnn(x, h, k[:, :5], r[:, :5], None),
            recurrence.simple_rnn(x, h, k[:, :5], r[:, :5], zeros[:5]),
        ),
    ]
    k, r, zeros = k[:, :15], r[:, :15], jnp.zeros((2, 15))
    pairs += [
        (recurrence.gru(x, h, k, r, None, True), recurrence.gru(x, h, k, r, zeros, True)),
        (recurrence.gru(x, h, k, r, None, False), recurrence.gru(x, h, k, r, zeros[0], False)),
    ]
    for without, with_zeros in pairs:
        for a, b in zip(without, with_zeros, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def test_a_masked_step_repeats_state_and_output():
    x, h, c, k, r, b = randoms((1, 4, 3), (1, 5), (1, 5), (3, 20), (5, 20), (20,))
    mask = jnp.array([[False, True, False, True]])
    y, *_ = recurrence.lstm(x, h, c, k, r, b, mask)
    short, last_h, last_c = recurrence.lstm(x[:, 1::2], h, c, k, r, b)
    np.testing.assert_allclose(y[0, 0], h[0])
    np.testing.assert_allclose(y[:, 1::2], short, rtol=1e-6)
    np.testing.assert_allclose(y[:, 2], y[:, 1])


# --- Dropout.


def seed(*words):
    return jnp.array(words, jnp.uint32)


def correlation(a, b):
    a, b = (np.asarray(v, np.float64).ravel() - np.mean(v) for v in (a, b))
    return abs(np.mean(a * b) / np.sqrt(np.mean(a * a) * np.mean(b * b)))


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.1, 0.5, 0.9, 1.0])
def test_dropout_rate(rate):
    mask = np.asarray(dropout.keep_mask(seed(3, 4), (1000, 999), rate))
    spread = np.sqrt(rate * (1 - rate) / mask.size)
    assert abs(mask.mean() - (1 - rate)) <= 4 * spread
    rows = mask.mean(1)  # each row by itself too: 999 draws, 1000 rows
    assert np.abs(rows - (1 - rate)).max() <= 5 * np.sqrt(rate * (1 - rate) / mask.shape[1])
    assert abs(rows.std() - np.sqrt(rate * (1 - rate) / mask.shape[1])) <= 0.1 * rows.std() + 1e-12


@pytest.mark.parametrize("words", [(0, 0), (0, 1), (1, 0), (123456789, 987654321)])
def test_dropout_is_independent_of_its_neighbours(words):
    mask = np.asarray(dropout.keep_mask(seed(*words), (512, 1024), 0.5))
    bound = 5 / np.sqrt(mask.size)
    for lag in [*range(1, 17), 31, 32, 33, 64, 128, 256, 512, 1023, 1024, 1025, 2048, 65536]:
        flat = mask.ravel()
        assert correlation(flat[lag:], flat[:-lag]) < bound * np.sqrt(flat.size / (flat.size - lag)), lag
    counts = np.bincount(np.packbits(mask.ravel()), minlength=256)  # every pattern of eight draws is equally likely
    expected = counts.sum() / 256
    assert ((counts - expected) ** 2 / expected).sum() < 255 + 5 * np.sqrt(2 * 255)


def test_dropout_seeds_are_independent():
    words = [(a, b) for a in (0, 1, 2, 3, 2**31, 2**32 - 1) for b in (0, 1, 2, 7)]
    masks = [np.asarray(dropout.keep_mask(seed(*pair), (64, 1024), 0.5)) for pair in words]
    for i, a in enumerate(masks):
        for b in masks[:i]:
            assert correlation(a, b) < 5.5 / np.sqrt(a.size)
            for shift in (1, 2, 3):  # nor is one a shifted or swapped copy of the other
                swapped = b.ravel()[np.arange(b.size) ^ shift]
                assert correlation(a.ravel(), swapped) < 5.5 / np.sqrt(a.size)


def test_dropout_and_its_gradient_share_the_mask():
    (x,) = randoms((6, 7, 5))
    for noise_shape in [None, (None, 1, 5)]:
        shape = (6, 1, 5) if noise_shape else x.shape
        mask = jnp.broadcast_to(dropout.keep_mask(seed(5, 6), shape, 0.3), x.shape)
        assert 0 < mask.mean() < 1
        assert_same(
            lambda x, n=noise_shape: dropout.dropout(x, seed(5, 6), 0.3, n),
            lambda x, m=mask: jnp.where(m, x / 0.7, 0),
            (x,),
        )
    assert dropout.dropout(x.astype(jnp.bfloat16), seed(5, 6), 0.3).dtype == jnp.bfloat16
    np.testing.assert_array_equal(dropout.dropout(x, seed(5, 6), 1.0), 0)
    np.testing.assert_array_equal(dropout.dropout(x, seed(5, 6), 0.0), x)


# --- The choice of formulation.


@pytest.mark.parametrize("cpu", [True, False])
def test_both_platforms_give_the_same(monkeypatch, cpu):
    for module in (convolution, pooling):
        monkeypatch.setattr(module, "on_cpu", lambda: cpu)
    x, kernel = randoms((2, 7, 6, 8), (3, 3, 8, 4))
    y = convolution.conv(x, kernel, strides=(2, 1), padding="same", dilation=(1, 1))
    expected = lax.conv_general_dilated(x, kernel, (2, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
    got = pooling.max_pool(x, (3, 3), (2, 2), "same")
    np.testing.assert_array_equal(got, lax.reduce_window(x, -np.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME"))
    got = pooling.average_pool(x, (2, 3), (2, 3))
    np.testing.assert_allclose(got, x[:, :6].reshape(2, 3, 2, 2, 3, 8).mean((2, 4)), rtol=1e-5, atol=1e-6)


def test_on_cpu_follows_the_default_device():
    assert platform.on_cpu() == (jax.default_backend() == "cpu")
    with jax.default_device(jax.devices("cpu")[0]):
        assert platform.on_cpu()
