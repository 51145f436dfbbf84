"""Attention and its neighbours: what the grid cannot see. Masks of all kinds, order, files, long training, mistakes."""

import itertools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import twins

import cornu
from cornu import layers
from cornu.core import attached, state
from cornu.kernels import platform

pytestmark = pytest.mark.filterwarnings("ignore:.*does not support masking")
BATCH, TIME, SOURCE, SIZE, HEADS = 3, 5, 7, 4, 2
MAKERS = {
    "heads": lambda k, **more: k.layers.MultiHeadAttention(HEADS, 3, **more),
    "groups": lambda k, **more: k.layers.GroupQueryAttention(3, HEADS, 1, **more),
    "dot": lambda k, **more: k.layers.Attention(use_scale=True, **more),
    "concat": lambda k, **more: k.layers.Attention(score_mode="concat", **more),
    "sums": lambda k, **more: k.layers.AdditiveAttention(**more),
}
LISTED = ("dot", "concat", "sums")  # which take their inputs, and masks, in a list
every = pytest.mark.parametrize("name", MAKERS)


def draw(rng, *shape):
    """Normal numbers."""
    return rng.normal(size=shape).astype("float32")


def bools(rng, *shape):
    """A mask whose first step is real."""
    mask = rng.random(shape) > 0.4
    mask[..., 0] = True
    return mask


def call(name, layer, arrays, **options):
    """The layer on query, value and perhaps key."""
    return layer(list(arrays), **options) if name in LISTED else layer(*arrays, **options)


def pair(name, arrays, rng, **more):
    """The layer in both libraries, built, with the same random weights."""
    mine, theirs = MAKERS[name](cornu, name="it", **more), MAKERS[name](keras, name="it", **more)
    tensors = [[k.KerasTensor(x.shape) for x in arrays] for k in (cornu, keras)]
    call(name, mine, tensors[0]), call(name, theirs, tensors[1])
    twins.same_weights(mine, theirs, rng)
    return mine, theirs


def close(ours, expected, tolerance=1e-5):
    """Equal trees, up to rounding."""
    ours, expected = jax.tree.leaves(ours), jax.tree.leaves(expected)
    assert len(ours) == len(expected)
    for a, b in zip(ours, expected, strict=True):
        twins.close(np.asarray(a, "float32"), np.asarray(b, "float32"), tolerance)


def carrying(arrays, masks):
    """Copies of the arrays for both libraries, with masks attached."""
    copies = [[jnp.array(x) for x in arrays] for _ in range(2)]
    for mine, theirs, mask in zip(*copies, masks, strict=True):
        attached.set_mask(mine, None if mask is None else jnp.asarray(mask))
        keras.src.backend.set_keras_mask(theirs, None if mask is None else jnp.asarray(mask))
    return copies


# Masks: given and attached, of every rank, with and without an order and scores


def masks_given(name, rng):
    """Options of a call that give masks."""
    q, v = bools(rng, BATCH, TIME), bools(rng, BATCH, SOURCE)
    if name in LISTED:
        return [{}, {"mask": [q, v]}, {"mask": [None, v]}, {"mask": [q, None, v]}]
    shapes = (TIME, SOURCE), (BATCH, TIME, SOURCE), (1, TIME, SOURCE), (BATCH, 1, SOURCE), (BATCH, HEADS, TIME, SOURCE)
    pairs = [{"attention_mask": bools(rng, *shape)} for shape in shapes]
    numbers = {"attention_mask": bools(rng, BATCH, TIME, SOURCE).astype("int32"), "value_mask": v}
    return [{}, {"value_mask": v}, {"key_mask": v, "value_mask": bools(rng, BATCH, SOURCE)}, *pairs, numbers]


@every
def test_masks_order_and_scores(name, rng):
    arrays = draw(rng, BATCH, TIME, SIZE), draw(rng, BATCH, SOURCE, SIZE), draw(rng, BATCH, SOURCE, SIZE)
    mine, theirs = pair(name, arrays, rng)
    for given, causal, scores in itertools.product(masks_given(name, rng), (False, True), (False, True)):
        static = {"use_causal_mask": causal, "return_attention_scores": scores}
        run = jax.jit(lambda arrays, given, static=static: call(name, mine, arrays, **given, **static))
        close(run(arrays, given), call(name, theirs, [jnp.array(x) for x in arrays], **given, **static))


@every
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_attached_masks(name, policy, rng):
    """Of each input; of a sample without a real step too."""
    arrays = draw(rng, BATCH, TIME, SIZE), draw(rng, BATCH, SOURCE, SIZE), draw(rng, BATCH, SOURCE, SIZE)
    masks = [bools(rng, BATCH, x.shape[1]) for x in arrays]
    masks[1][0] = False
    mine, theirs = pair(name, arrays, rng, dtype=policy)
    for which, causal, scores in itertools.product(itertools.product((0, 1), repeat=3), (False, True), (False, True)):
        options = {"use_causal_mask": causal, "return_attention_scores": scores}
        own, others = carrying(arrays, [m if w else None for m, w in zip(masks, which, strict=True)])
        y, expected = call(name, mine, own, **options), call(name, theirs, others, **options)
        close(y, expected, 1e-5 if policy == "float32" else 3e-2)
        y, expected = (y[0], expected[0]) if scores else (y, expected)
        passed, wanted = attached.get_mask(y), keras.src.backend.get_keras_mask(expected)
        assert (passed is None) == (wanted is None) == (not which[0])
        assert passed is None or np.array_equal(passed, wanted)


@every
def test_the_future_and_padding_are_not_seen(name, rng):
    arrays = [draw(rng, 2, 6, SIZE) for _ in range(3)]
    mine, _ = pair(name, arrays, rng)
    later = [np.where(np.arange(6)[:, None] > 2, 9.0, x).astype("float32") for x in arrays]
    real = np.broadcast_to(np.arange(6) < 3, (2, 6))
    given = {"mask": [None, real]} if name in LISTED else {"value_mask": real}
    for options in ({"use_causal_mask": True}, given):
        y, z = (call(name, mine, [arrays[0], *x[1:]], **options) for x in (arrays, later))
        steps = slice(0, 3) if "use_causal_mask" in options else slice(None)
        np.testing.assert_array_equal(y[:, steps], z[:, steps])
        assert np.abs(call(name, mine, arrays)[:, :2] - call(name, mine, [arrays[0], *later[1:]])[:, :2]).max() > 1e-3


@every
def test_gradients_under_masks(name, rng):
    arrays = [jnp.array(draw(rng, BATCH, TIME, SIZE)) for _ in range(3)]
    mask, weight = bools(rng, BATCH, TIME), draw(rng, BATCH, TIME, SIZE)
    options = {"mask": [None, mask]} if name in LISTED else {"value_mask": mask}
    options["use_causal_mask"] = True
    mine, theirs = pair(name, arrays, rng)
    pure = state.pure(lambda *x: call(name, mine, x, **options), mine.trainable_variables)

    def of_ours(values, x):
        return jnp.sum(weight * pure(values, *x)[0])

    def of_theirs(values, x):
        given = (list(x),) if name in LISTED else x
        return jnp.sum(weight * theirs.stateless_call(values, [], *given, **options)[0])

    values = [v.value for v in mine.trainable_variables]
    close(jax.jit(jax.grad(of_ours, (0, 1)))(values, arrays), jax.jit(jax.grad(of_theirs, (0, 1)))(values, arrays))


@pytest.mark.parametrize("name", ["heads", "groups"])
@pytest.mark.parametrize("window", [1, 3])
def test_windows(name, window, rng):
    arrays = draw(rng, BATCH, TIME, SIZE), draw(rng, BATCH, SOURCE, SIZE)
    mine, theirs = pair(name, arrays, rng, sliding_window=window, use_gate=True)
    for causal, scores in itertools.product((False, True), (False, True)):
        options = {"use_causal_mask": causal, "return_attention_scores": scores}
        close(mine(*arrays, **options), theirs(*map(jnp.array, arrays), **options))


def test_arguments_by_name_in_any_order(rng):
    q, v = draw(rng, BATCH, TIME, SIZE), draw(rng, BATCH, SOURCE, SIZE + 1)
    mine, theirs = pair("heads", (q, v), rng)
    own, others = carrying((q, v), [bools(rng, BATCH, TIME), None])
    real = attached.get_mask(own[0])
    y, expected = mine(value=own[1], query=own[0]), theirs(value=others[1], query=others[0])
    close(y, expected)
    assert np.array_equal(attached.get_mask(y), real)


# Several axes


def test_axes_with_scores_and_masks(rng):
    q, v = draw(rng, 2, 3, TIME, SIZE), draw(rng, 2, 3, SOURCE, SIZE)
    mine, theirs = pair("heads", (q, v), rng, attention_axes=-2, value_dim=5, output_shape=(2, 3))
    assert mine.attention_axes == theirs.attention_axes == (2,)
    own, others = carrying((q, v), [bools(rng, 2, 3, TIME), bools(rng, 2, 3, SOURCE)])
    close(mine(*own, return_attention_scores=True), theirs(*others, return_attention_scores=True))
    mask = bools(rng, TIME, SOURCE)
    close(mine(q, v, attention_mask=mask), theirs(jnp.array(q), jnp.array(v), attention_mask=mask))
    mine, theirs = pair("heads", (q, q), rng)  # along both
    mask = bools(rng, 2, 3, TIME, 3, TIME)
    options = {"attention_mask": mask, "return_attention_scores": True}
    close(mine(q, q, **options), theirs(jnp.array(q), jnp.array(q), **options))


def test_an_axis_before_others_is_a_batch_of_sequences(rng):
    """Order and masks go along the axis that attention goes along, wherever it is: beside rows of one sequence each."""
    x = draw(rng, 2, TIME, 3, SIZE)
    mask = bools(rng, 2, TIME, 3)
    mask[:, 0] = True
    mine, _ = pair("heads", (x, x), rng, attention_axes=1)
    flat, _ = pair("heads", (x[:, :, 0], x[:, :, 0]), rng)
    flat.set_weights(mine.get_weights())
    rows, real = (np.moveaxis(a, 2, 1).reshape(6, TIME, *a.shape[3:]) for a in (x, mask))
    for options in ({}, {"use_causal_mask": True}, {"return_attention_scores": True}):
        own, other = jnp.array(x), jnp.array(rows)
        attached.set_mask(own, jnp.asarray(mask)), attached.set_mask(other, jnp.asarray(real))
        y, expected = mine(own, own, **options), flat(other, other, **{"return_attention_scores": True, **options})
        y = y[0] if isinstance(y, tuple) else y
        expected = np.moveaxis(np.asarray(expected[0]).reshape(2, 3, TIME, SIZE), 1, 2)
        close(np.where(mask[..., None], y, 0), np.where(mask[..., None], expected, 0))


def test_heads_as_many_as_samples_keep_their_own_masks(rng):
    x = draw(rng, HEADS, TIME, SIZE)
    mine, _ = pair("heads", (x, x), rng)
    real, seen = bools(rng, HEADS, TIME), bools(rng, HEADS, HEADS, TIME, TIME)
    close(mine(x, x, value_mask=real, attention_mask=seen), mine(x, x, attention_mask=seen & real[:, None, None]))


def test_a_value_of_another_size_than_the_key(rng):
    """Without scores as with them, which Keras alone computes."""
    x = draw(rng, BATCH, TIME, SIZE)
    mine, theirs = pair("heads", (x, x), rng, value_dim=6)
    expected = theirs(jnp.array(x), jnp.array(x), return_attention_scores=True)[0]
    close(mine(x, x), expected)


# In models


def block(k, mask_zero=True):
    """Words, what each says of those before, what it says of others, and one number."""
    words, others = k.Input((None,), dtype="int32", name="words"), k.Input((None, SIZE), name="others")
    x = k.layers.Embedding(9, SIZE, mask_zero=mask_zero, name="embedding")(words)
    for i in range(2):
        y = k.layers.MultiHeadAttention(HEADS, 3, name=f"heads_{i}")(x, x, use_causal_mask=i == 0)
        x = k.layers.LayerNormalization(name=f"norm_{i}")(k.layers.Add(name=f"add_{i}")([x, y]))
    y = k.layers.GroupQueryAttention(3, 4, 2, use_gate=True, name="groups")(x, others)
    z = k.layers.Attention(use_scale=True, score_mode="concat", name="concat")([y, others])
    z = k.layers.AdditiveAttention(name="sums")([z, others, others])
    z = k.layers.EinsumDense("...a,ab->...b", 6, activation="tanh", bias_axes="b", name="einsum")(z)
    z = k.layers.SpectralNormalization(k.layers.Dense(5, name="dense"), name="spectral")(z)
    z = k.layers.GlobalAveragePooling1D(name="pool")(z)
    return k.Model([words, others], k.layers.Dense(1, name="out")(z))


def samples(rng, count=16, length=TIME):
    """Words with padding behind them, other sequences, and numbers."""
    words = rng.integers(1, 9, (count, length)) * (np.arange(length) < rng.integers(1, length + 1, (count, 1)))
    return [words.astype("int32"), draw(rng, count, SOURCE, SIZE)], draw(rng, count, 1)


def test_ten_steps_as_in_keras(rng):
    mine, theirs = twins.pair(block)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs, rate=0.02)
    x, y = samples(rng)
    twins.fit_both(mine, theirs, x, y, epochs=5, tolerance=5e-4)
    close(mine.predict(x, verbose=0), theirs.predict(x, verbose=0), 1e-3)


def test_lengths_that_are_not_known(rng):
    mine, theirs = twins.pair(block)
    twins.same_weights(mine, theirs, rng)
    assert mine.get_layer("heads_0").output.shape == (None, None, SIZE)
    for count, length in ((1, 3), (4, 8)):
        x, _ = samples(rng, count, length)
        close(mine.predict(x, verbose=0), theirs.predict(x, verbose=0), 1e-4)
        close(mine(x), mine.predict(x, verbose=0), 1e-4)


@pytest.mark.parametrize("ending", ["model.keras", "model.h5", "model.weights.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_files_both_ways(ending, tmp_path, rng):
    mine, theirs = twins.pair(block)
    twins.same_weights(mine, theirs, rng)
    x, y = samples(rng)
    twins.compile_both(mine, theirs, rate=0.02)
    twins.fit_both(mine, theirs, x, y, epochs=1, tolerance=5e-4)
    expected = theirs.predict(x, verbose=0)
    for writer, reader, name in ((mine, keras, "a"), (theirs, cornu, "b")):
        path = str(tmp_path / f"{name}_{ending}")
        if "weights" in ending:
            writer.save_weights(path)
            read = block(reader)
            read.load_weights(path)
        else:
            writer.save(path)
            read = reader.models.load_model(path)
        close(read.predict(x, verbose=0), expected, 1e-3)
        twins.same_state(writer, read, 1e-6)


@pytest.mark.parametrize("tie_weights", [True, False])
def test_reversible_embeddings_in_files(tie_weights, tmp_path, rng):
    def model(k):
        class Words(k.Model):
            def __init__(self):
                super().__init__(name="words")
                self.words = k.layers.ReversibleEmbedding(9, SIZE, tie_weights, name="it")

            def call(self, x):
                return self.words(self.words(x), reverse=True)

        return Words()

    ids = rng.integers(0, 9, (4, 5)).astype("int32")
    mine, theirs = twins.pair(model)
    mine(ids), theirs(ids)
    twins.same_weights(mine, theirs, rng)
    for writer, reader, name in ((mine, model(keras), "a"), (theirs, model(cornu), "b")):
        writer.save_weights(tmp_path / f"{name}.weights.h5")
        reader(ids)
        reader.load_weights(tmp_path / f"{name}.weights.h5")
        close(reader(ids), theirs(ids))
    for each in (mine, theirs):
        each.compile("sgd", "mse")
    y = draw(rng, 4, 5, 9)
    twins.fit_both(mine, theirs, ids, y, epochs=10, batch_size=4)


def test_a_config_of_keras_2():
    shapes = {"query_shape": [None, 5, 4], "key_shape": [None, 5, 4], "value_shape": [None, 5, 4]}
    config = {
        "name": "it",
        "trainable": True,
        "dtype": "float32",
        "num_heads": 2,
        "key_dim": 3,
        "attention_axes": [1],
        **shapes,
    }
    layer = layers.deserialize({"class_name": "MultiHeadAttention", "config": config})
    x = jnp.ones((2, 5, 4))
    assert layer(x, x).shape == (2, 5, 4) and not set(shapes) & set(layer.get_config())


# The way back, the norm, and what is drawn


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("more", [{}, {"tie_weights": False}, {"logit_soft_cap": 0.5}, {"reverse_dtype": "float32"}])
def test_embeddings_in_reverse(policy, more, rng):
    mine, theirs = (k.layers.ReversibleEmbedding(9, SIZE, name="it", dtype=policy, **more) for k in (cornu, keras))
    ids = rng.integers(0, 9, (2, 5))
    mine(ids), theirs(ids)
    twins.same_weights(mine, theirs, rng)
    x = mine(ids)
    y, expected = mine(x, reverse=True), theirs(jnp.array(x), reverse=True)
    assert y.dtype == expected.dtype
    close(y, expected, 1e-5 if policy == "float32" else 3e-2)
    spec = mine(cornu.KerasTensor((None, None, SIZE), str(x.dtype)), reverse=True)
    assert (spec.shape, spec.dtype) == ((None, None, 9), str(y.dtype))


def test_spectral_norms(rng):
    """Many steps end at a norm of one; a kernel of zeros stays; integers are embedded in floats."""
    x = draw(rng, 2, 6)
    layer = layers.SpectralNormalization(layers.Dense(4), power_iterations=3)
    for _ in range(30):
        layer(x, training=True)
    np.testing.assert_allclose(np.linalg.norm(layer.layer.kernel.numpy(), 2), 1.0, rtol=1e-4)
    before = layer.layer.kernel.numpy()
    layer(x)
    np.testing.assert_array_equal(layer.layer.kernel.numpy(), before)
    zeros = layers.SpectralNormalization(layers.Dense(4, kernel_initializer="zeros"))
    assert np.array_equal(zeros(x, training=True), np.zeros((2, 4)))
    words = layers.SpectralNormalization(layers.Embedding(9, 4))
    y = words(np.array([[1, 2]]), training=True)
    np.testing.assert_allclose(y, np.take(words.layer.embeddings.numpy(), [[1, 2]], axis=0))
    assert y.dtype == "float32" and np.abs(y).min() > 0


@every
def test_dropout(name, rng):
    """In training alone, the same for one seed, and right on average."""
    x = draw(rng, 2, 6, SIZE)
    first, second = (MAKERS[name](cornu, dropout=0.4, seed=5) for _ in range(2))
    plain = MAKERS[name](cornu)
    for layer in (first, second, plain):
        call(name, layer, (x, x))
        layer.set_weights(plain.get_weights() if plain.built else layer.get_weights())
    second.set_weights(first.get_weights()), plain.set_weights(first.get_weights())
    close(call(name, first, (x, x)), call(name, plain, (x, x)))
    draws = [call(name, first, (x, x), training=True) for _ in range(2)]
    assert np.abs(draws[0] - draws[1]).max() > 1e-3
    close(call(name, second, (x, x), training=True), draws[0])
    many = np.broadcast_to(x[:1], (4000, 6, SIZE))
    mean = np.mean(call(name, first, (many, many), training=True), axis=0)
    np.testing.assert_allclose(mean, call(name, plain, (x[:1], x[:1]))[0], atol=0.08)


def test_projections_draw_numbers_of_their_own():
    """Of the variance of their equation: 2 / (features + heads * size) by Glorot."""
    layer = layers.MultiHeadAttention(8, 40)
    layer.build((None, None, 100), (None, None, 100))
    kernels = [w.numpy() for w in layer.weights if w.name == "kernel"]
    for kernel in kernels:
        np.testing.assert_allclose(kernel.var(), 2 / (100 + 8 * 40), rtol=0.03)
    assert not np.array_equal(kernels[0], kernels[1])


def test_an_equation_that_says_a_size(rng):
    layer = layers.EinsumDense("abc,cd->abd", (None, 6))
    assert layer(cornu.KerasTensor((None, 5, 4))).shape == (None, 5, 6)
    assert layers.EinsumDense("abc,cd->abd", (None, 6))(cornu.KerasTensor((None, None, 4))).shape == (None, None, 6)
    mine, theirs = (k.layers.EinsumDense("abc,bcde->abe", (5, 3), bias_axes="be", name="it") for k in (cornu, keras))
    assert mine.get_config()["output_shape"] == [5, 3]


# One fused kernel, where the platform has one


@pytest.mark.parametrize("name", ["heads", "groups"])
@pytest.mark.parametrize("refused", [False, True])
def test_a_fused_kernel_is_asked_first(name, refused, monkeypatch, rng):
    """On a GPU, in 16 bits, and what it refuses is computed without it. The numbers are those of JAX's own."""
    real, asked = jax.nn.dot_product_attention, []

    def stand_in(*args, implementation, **options):
        asked.append(implementation)
        if refused:
            raise NotImplementedError("no such layout")
        return real(*args, implementation="xla", **options)

    x = draw(rng, BATCH, TIME, SIZE)
    mine, _ = pair(name, (x, x), rng, dtype="mixed_bfloat16")
    mask = bools(rng, BATCH, TIME)
    given = {"value_mask": mask, "use_causal_mask": True}
    expected = mine(x, x, **given)
    monkeypatch.setattr(jax.nn, "dot_product_attention", stand_in)
    mine(x, x, **given)
    assert not asked  # on the CPU there is none
    with platform.target("cuda"):
        close(mine(x, x, **given), expected, 1e-2)
        assert asked == ["cudnn"]
        mine.flash_attention = False
        mine(x, x, **given), mine(x, x, return_attention_scores=True)
    assert asked == ["cudnn"]


# Mistakes

X, V = jnp.ones((2, 5, 4)), jnp.ones((2, 7, 4))
MISTAKES = {
    "num_heads": (lambda: layers.MultiHeadAttention(0, 3), "num_heads to be a positive integer.*num_heads=0"),
    "key_dim": (lambda: layers.MultiHeadAttention(2, 0), "key_dim to be a positive integer"),
    "value_dim": (lambda: layers.MultiHeadAttention(2, 3, value_dim=0), "value_dim to be a positive integer"),
    "dropout": (lambda: layers.MultiHeadAttention(2, 3, dropout=1.5), "dropout to be a number from 0 to 1"),
    "window": (lambda: layers.MultiHeadAttention(2, 3, sliding_window=0), "sliding_window"),
    "output_shape": (lambda: layers.MultiHeadAttention(2, 3, output_shape="4"), "output_shape to be integers or None"),
    "output_size": (lambda: layers.MultiHeadAttention(2, 3, output_shape=(4, 0)), r"positive.*output_shape=\(4, 0\)"),
    "axes": (lambda: layers.MultiHeadAttention(2, 3, attention_axes="1"), "attention_axes to be integers or None"),
    "axes_range": (lambda: layers.MultiHeadAttention(2, 3, attention_axes=2)(X, X), r"attention_axes=\(2,\)"),
    "axes_twice": (lambda: layers.MultiHeadAttention(2, 3, attention_axes=(1, -2))(X, X), "different axes"),
    "flash_dropout": (lambda: layers.MultiHeadAttention(2, 3, dropout=0.1, flash_attention=True), "no dropout"),
    "flash_scores": (
        lambda: layers.GroupQueryAttention(3, 2, 1, flash_attention=True)(X, X, return_attention_scores=True),
        "no attention scores",
    ),
    "rank": (lambda: layers.MultiHeadAttention(2, 3)(X[0], X[0]), "at least 3 dimensions"),
    "ranks": (lambda: layers.MultiHeadAttention(2, 3)(X, X[0]), "one number of axes"),
    "batch": (lambda: layers.MultiHeadAttention(2, 3)(X, V[:1]), "query, value and key of one size on axis 0"),
    "steps": (lambda: layers.MultiHeadAttention(2, 3)(X, V, X), "value and key of one size on axis 1"),
    "features": (lambda: layers.MultiHeadAttention(2, 3)(cornu.Input((5, None)), V), "size must be known"),
    "mask": (
        lambda: layers.MultiHeadAttention(2, 3)(X, V, attention_mask=jnp.ones((2, 7, 5))),
        r"\(2, 2, 5, 7\).*\(2, 7, 5\)",
    ),
    "mask_rank": (lambda: layers.MultiHeadAttention(2, 3)(X, V, attention_mask=jnp.ones(7)), "attention_mask"),
    "value_mask": (
        lambda: layers.MultiHeadAttention(2, 3)(X, V, value_mask=jnp.ones((2, 5))),
        r"\(2, 5\).*\(2, 7, 4\)",
    ),
    "causal_axes": (
        lambda: layers.MultiHeadAttention(2, 3)(X[..., None], X[..., None], use_causal_mask=True),
        "single attention axis",
    ),
    "groups": (lambda: layers.GroupQueryAttention(3, 4, 3), "num_key_value_heads=3, which does not divide.*4"),
    "head_dim": (lambda: layers.GroupQueryAttention(0, 4, 2), "head_dim to be a positive integer"),
    "groups_rank": (lambda: layers.GroupQueryAttention(3, 4, 2)(X[None], X[None]), "3 dimensions"),
    "one": (lambda: layers.Attention()(X), r"list \[query, value\].*Received one input"),
    "four": (lambda: layers.Attention()([X, X, X, X]), "Received 4 inputs"),
    "pair_batch": (lambda: layers.Attention()([X, V[:1]]), r"\(2, 5, 4\), \(1, 7, 4\)"),
    "pair_features": (lambda: layers.AdditiveAttention()([X, V[..., :3]]), r"\(2, 5, 4\), \(2, 7, 3\)"),
    "pair_rank": (lambda: layers.AdditiveAttention()([X[0], V[0]]), r"\(5, 4\), \(7, 4\)"),
    "pair_mask": (lambda: layers.Attention()([X, V], mask=jnp.ones((2, 7))), "list of masks"),
    "score_mode": (lambda: layers.Attention(score_mode="cosine"), "score_mode to be 'dot' or 'concat'"),
    "equation": (lambda: layers.EinsumDense("abc", 3), "equation to be of the form"),
    "equation_dots": (lambda: layers.EinsumDense("...a,ab->b", 3), "equation to be of the form"),
    "equation_spaces": (lambda: layers.EinsumDense("ab, bc -> ac", 3), "without spaces"),
    "bias_axes": (
        lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="b"),
        "bias_axes to be letters of the result 'ac'",
    ),
    "einsum_sizes": (lambda: layers.EinsumDense("abc,cd->abd", 3)(X), "takes 2 sizes in output_shape"),
    "einsum_size": (lambda: layers.EinsumDense("abc,cd->abd", (6, 3))(X), "'b' is 6 and, in an input.*5"),
    "einsum_rank": (lambda: layers.EinsumDense("ab,bc->ac", 3)(X), "has 2 axes of the input"),
    "einsum_none": (lambda: layers.EinsumDense("abc,cd->abd", (5, None))(X), "needs the size of 'd'"),
    "einsum_alone": (lambda: layers.EinsumDense("abc,cd->abe", (5, 3))(X), "'e' in the result alone"),
    "einsum_negative": (lambda: layers.EinsumDense("ab,bc->ac", -3), "output_shape to be positive integers"),
    "spectral": (lambda: layers.SpectralNormalization(layers.ReLU())(X), "a layer with a kernel"),
    "spectral_layer": (lambda: layers.SpectralNormalization(3), "takes a layer"),
    "iterations": (lambda: layers.SpectralNormalization(layers.Dense(2), 0), "power_iterations to be a positive"),
    "cap": (lambda: layers.ReversibleEmbedding(9, 4, logit_soft_cap=-1.0), "logit_soft_cap to be positive"),
    "table": (lambda: layers.ReversibleEmbedding(0, 4), "input_dim to be a positive integer"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(mistake):
    make, said = MISTAKES[mistake]
    with pytest.raises(ValueError, match=f"(?s){said}"):
        make()


def test_a_missing_size():
    with pytest.raises(TypeError, match="key_dim"):
        layers.MultiHeadAttention(2)


def test_built_layers_refuse_other_sizes():
    layer = layers.MultiHeadAttention(2, 3)
    layer(X, V)
    for q, v in ((X[..., :3], V), (X, V[..., :3])):
        with pytest.raises(ValueError, match="expected size 4 on axis"):
            layer(q, v)


@pytest.mark.parametrize("name", ["MultiHeadAttention", "GroupQueryAttention"])
def test_a_value_that_is_missing(name):
    sizes = (2, 2) if name == "MultiHeadAttention" else (2, 2, 1)
    for x in (np.ones((2, 3, 4), "float32"), cornu.Input((3, 4))):
        with pytest.raises(ValueError, match=r"called with a query and a value.*\(x, x\)"):
            getattr(cornu.layers, name)(*sizes)(x)
