"""Layers that work on the host: text and lookups before the device, in every way to train, ask, save and nest."""

import threading

import numpy as np
import pytest

import cornu
from cornu import layers

WORDS = ["ab", "c", "def"]
TEXTS = np.array(["ab c", "def ab", "c c", "x"] * 9)
NUMBERS = np.array([[1, 2], [3, 1], [2, 2], [0, 0]] * 9, "int32")
Y = np.array([0, 1, 1, 0] * 9)


@cornu.saving.register_keras_serializable("tests")
class Numbered(layers.Layer):
    """Numbers of the first two words."""

    on_host = True

    def __init__(self, words=WORDS, **kwargs):
        super().__init__(**kwargs)
        self.words, self.seen, self.modes = list(words), [], []

    def call(self, x, training=None):
        self.seen.append(len(x))
        self.modes.append(training)
        assert isinstance(x, np.ndarray)
        rows = [str(text).split() + ["", ""] for text in x.reshape(-1)]
        return np.array([[self.words.index(w) + 1 if w in self.words else 0 for w in row[:2]] for row in rows], "int32")

    def compute_output_spec(self, x, training=None):
        return cornu.KerasTensor((x.shape[0], 2), "int32")

    def get_config(self):
        return {**super().get_config(), "words": self.words}


class Doubled(layers.Layer):
    """Twice the numbers, and their sum, in NumPy."""

    on_host = True

    def call(self, x):
        return np.asarray(2 * x, "float32"), x.sum(-1, keepdims=True).astype("float32")

    def compute_output_shape(self, input_shape):
        return [input_shape, (input_shape[0], 1)]


def _tail(x):
    x = layers.Flatten()(layers.Embedding(4, 3, name="table")(x))
    return layers.Dense(2, activation="softmax", name="last")(x)


def _functional():
    x = cornu.Input((), dtype="string")
    return cornu.Model(x, _tail(Numbered()(x)))


def _sequential(begins):
    first = [cornu.Input((1,), dtype="string")] if begins else []
    return cornu.Sequential(
        [*first, Numbered(), layers.Embedding(4, 3), layers.Flatten(), layers.Dense(2, activation="softmax")]
    )


def _nested():
    return cornu.Sequential([cornu.Input((), dtype="string"), _functional(), layers.Dense(2, activation="softmax")])


def _preparing():
    x = cornu.Input((), dtype="string")
    whole = cornu.Model(x, Numbered()(x))  # nothing is left to the device
    y = cornu.Input((), dtype="string")
    return cornu.Model(y, _tail(whole(y)))


MODELS = {
    "functional": _functional,
    "sequential": lambda: _sequential(True),
    "unbuilt": lambda: _sequential(False),
    "nested": _nested,
    "preparing": _preparing,
}


def _numbered_of(model):
    """The only layer of text, however deep."""
    for layer in model.layers:
        found = layer if isinstance(layer, Numbered) else _numbered_of(layer) if hasattr(layer, "layers") else None
        if found is not None:
            return found
    return None


@pytest.mark.parametrize("name", MODELS)
def test_as_with_numbers_prepared_beforehand(name):
    """History, evaluation and outputs are those of the same model on the numbers that the layer gives."""
    model = MODELS[name]()
    model(TEXTS[:1])
    x = cornu.Input((2,), dtype="int32")
    y = _tail(x)
    twin = cornu.Model(x, layers.Dense(2, activation="softmax")(y) if name == "nested" else y)
    twin.set_weights(model.get_weights())
    results = []
    for one, data in ((model, TEXTS), (twin, NUMBERS)):
        one.compile(cornu.optimizers.Adam(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = one.fit(data, Y, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_split=0.25).history
        on_batch = one.train_on_batch(data[:5], Y[:5])
        history |= one.fit(data, Y, verbose=0, shuffle=False, validation_data=(data, Y)).history
        tested = one.evaluate(data, Y, verbose=0, batch_size=7)
        called = [np.asarray(one(data[:3])), one.predict(data, batch_size=7), one.predict_on_batch(data)]
        results.append((history, on_batch, tested, one.test_on_batch(data[:5], Y[:5]), *called))
    for ours, expected in zip(*results, strict=True):
        np.testing.assert_equal(ours, expected)


@pytest.mark.parametrize("name,ending", [*((name, "keras") for name in MODELS), ("functional", "h5"), ("nested", "h5")])
def test_saved_and_loaded(name, ending, tmp_path):
    """A file knows the layer's words; the loaded model trains on."""
    model = MODELS[name]()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(list(TEXTS), Y, verbose=0)
    model.save(tmp_path / f"model.{ending}")
    loaded = cornu.models.load_model(tmp_path / f"model.{ending}")
    np.testing.assert_array_equal(loaded.predict(TEXTS), model.predict(TEXTS))
    for one in (model, loaded):
        one.fit(TEXTS, Y, verbose=0, shuffle=False)
    np.testing.assert_array_equal(loaded.predict(TEXTS), model.predict(TEXTS))


@pytest.mark.parametrize("name", ["functional", "nested"])
def test_cloned(name):
    """A clone has a layer of text of its own."""
    model = MODELS[name]()
    clone = cornu.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone.predict(TEXTS), model.predict(TEXTS))
    assert _numbered_of(clone) is not _numbered_of(model)


def test_once_for_all_samples_and_in_which_mode():
    """The layer sees all samples at once, in training mode those that the model is trained on."""
    model = _functional()
    layer = _numbered_of(model)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(TEXTS, Y, epochs=4, batch_size=4, verbose=0, validation_split=0.25)
    assert (layer.seen, layer.modes) == ([27, 9], [True, False])
    model.predict(TEXTS, batch_size=4)
    model(TEXTS[:3])
    model(TEXTS[:3], training=True)
    assert (layer.seen[2:], layer.modes[2:]) == ([36, 3, 3], [False, False, True])


def test_other_words_take_effect_and_compile_nothing():
    """What the layer knows is no fact of a program: another vocabulary counts at the next call."""
    model = _functional()
    layer = _numbered_of(model)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(TEXTS, Y, verbose=0)
    before = model.predict(TEXTS)
    programs = model.predictor(None), model._checked("").runnable("train")
    swapped = np.array(["def c", "ab def", "c c", "x"] * 9)
    assert not np.allclose(model.predict(swapped), before)
    layer.words = ["def", "c", "ab"]
    np.testing.assert_array_equal(model.predict(swapped), before)
    model.fit(TEXTS, Y, verbose=0)
    assert programs == (model.predictor(None), model._checked("").runnable("train"))


@pytest.mark.parametrize("kind", ["generator", "sequence"])
def test_batches_as_they_come(kind):
    """A generator or a Sequence may give text."""

    class Batches:
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return TEXTS[9 * index : 9 * index + 9], Y[9 * index : 9 * index + 9]

    def generator():
        while True:
            yield from (Batches()[i] for i in range(4))

    model = _functional()
    model.compile("sgd", "sparse_categorical_crossentropy")
    source = (generator, Batches)[kind == "sequence"]
    model.fit(source(), steps_per_epoch=4, epochs=2, verbose=0, validation_data=source(), validation_steps=4)
    expected = model.evaluate(TEXTS, Y, verbose=0)
    assert model.evaluate(source(), steps=4, verbose=0) == pytest.approx(expected, rel=1e-6)
    np.testing.assert_array_equal(model.predict(source(), steps=4), model.predict(TEXTS, batch_size=9))


def test_beside_inputs_of_the_device():
    """Text, and numbers by way of the host, through ops, and straight to the device, in one model; by list and name."""
    text, a, b = (
        cornu.Input((), dtype="string", name="text"),
        cornu.Input((2,), name="a"),
        cornu.Input((2,), name="b"),
    )
    twice, total = Doubled()(a + 1.0)
    parts = [layers.Flatten()(layers.Embedding(4, 2)(Numbered()(text))), twice, total, b, a]
    both = layers.Concatenate()(parts)
    model = cornu.Model([text, a, b], [layers.Dense(1)(both), total])
    rng = np.random.default_rng(0)
    data = [TEXTS, *(rng.normal(size=(36, 2)).astype("float32") for _ in range(2))]
    model.compile("sgd", "mse")
    model.fit(data, [Y, Y], verbose=0)
    by_name = model.predict(dict(zip(("text", "a", "b"), data, strict=True)))
    dense, embedding = model.layers[-1], next(x for x in model.layers if isinstance(x, layers.Embedding))
    table = np.asarray(embedding.embeddings)[NUMBERS].reshape(36, -1)
    sums = (data[1] + 1).sum(-1, keepdims=True)
    x = np.concatenate([table, 2 * (data[1] + 1), sums, data[2], data[1]], -1)
    expected = x @ np.asarray(dense.kernel) + np.asarray(dense.bias)
    for given in (by_name, model.predict(data), model(data)):
        np.testing.assert_allclose(given[0], expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(given[1], sums, rtol=1e-6)


@pytest.mark.parametrize("as_dict", [False, True])
def test_a_model_of_two_inputs_inside_another(as_dict):
    """The inner one's text runs on the host, while its other input may come from weights of the outer one."""

    def inputs():
        found = {"text": cornu.Input((), dtype="string", name="text"), "a": cornu.Input((3,), name="a")}
        return found if as_dict else list(found.values())

    def values(tree):
        return list(tree.values()) if as_dict else tree

    inner_inputs = inputs()
    text, a = values(inner_inputs)
    words = layers.Flatten()(layers.Embedding(4, 2)(Numbered()(text)))
    inner = cornu.Model(inner_inputs, layers.Dense(2, name="inner_last")(layers.Concatenate()([words, a])))
    outer_inputs = inputs()
    text, a = values(outer_inputs)
    x = {"text": text, "a": layers.Dense(3, name="outer_first")(a)}
    outer = cornu.Model(outer_inputs, layers.Dense(1, name="outer_last")(inner(x if as_dict else list(x.values()))))
    outer.compile("sgd", "mse")
    numbers = np.random.default_rng(0).normal(size=(36, 3)).astype("float32")
    data = {"text": TEXTS, "a": numbers} if as_dict else [TEXTS, numbers]
    before = [np.asarray(w) for w in outer.get_layer("outer_first").get_weights()]
    outer.fit(data, Y, verbose=0)
    first, last, own = (outer.get_layer("outer_first"), outer.get_layer("outer_last"), inner.get_layer("inner_last"))
    assert not np.allclose(first.get_weights()[0], before[0])  # a gradient has reached it
    table = np.asarray(next(x for x in inner.layers if isinstance(x, layers.Embedding)).embeddings)
    expected = np.concatenate([table[NUMBERS].reshape(36, -1), np.asarray(first(numbers))], -1)
    expected = np.asarray(last(own(expected)))
    np.testing.assert_allclose(outer.predict(data), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(outer(data), expected, rtol=1e-5, atol=1e-6)


def test_called_alone_it_gives_numpy():
    """A call on lists, arrays or Variables gives what `call` gives."""
    layer = Numbered()
    for texts in (["ab c", "x"], np.array(["ab c", "x"]), np.array(["ab c", "x"], object)):
        given = layer(texts)
        assert isinstance(given, np.ndarray)
        np.testing.assert_array_equal(given, [[1, 2], [0, 0]])
    twice, total = Doubled()(cornu.ops.array([[1.0, 2.0]]))
    np.testing.assert_array_equal(twice, [[2, 4]])
    np.testing.assert_array_equal(total, [[3]])


def test_eagerly_and_with_a_step_of_ones_own():
    """`run_eagerly`, and a `predict_step` that calls the model, meet what the host has prepared."""

    class Own(cornu.Model):
        def predict_step(self, data):
            return 1 - self(data)

    x = cornu.Input((), dtype="string")
    model = Own(x, _tail(Numbered()(x)))
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    model.fit(TEXTS, Y, verbose=0)
    np.testing.assert_allclose(model.predict(TEXTS), 1 - np.asarray(model(TEXTS)), rtol=1e-6)
    assert len(_numbered_of(model).seen) == 3


def test_eight_threads():
    """Threads that predict at once get each their own."""
    model = _functional()
    expected = model.predict(TEXTS)
    wrong = []

    def ask():
        for i in range(20):
            rows = slice(i % 9, i % 9 + 4)
            if not np.allclose(model.predict(TEXTS[rows]), expected[rows]) or not np.allclose(
                model(TEXTS[rows]), expected[rows], atol=1e-6
            ):
                wrong.append(i)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# What is refused


def test_after_weights_is_refused():
    """No gradient would reach weights in front of it."""
    x = cornu.Input((2,))
    y, _ = Doubled(name="doubled")(layers.Dense(2, name="before")(x))
    with pytest.raises(ValueError, match="'before', which has weights"):
        cornu.Model(x, y).predict(np.ones((2, 2)))


def test_inside_a_compiled_program_is_refused():
    """A subclassed model's call is traced as a whole; the message says where such a layer may be."""

    class Own(cornu.Model):
        def __init__(self):
            super().__init__()
            self.first, self.last = Doubled(name="doubled"), layers.Dense(2)

        def call(self, x):
            return self.last(self.first(x)[0])

    model = Own()
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="'doubled' works on the host .* call it on the data beforehand"):
        model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)


def test_a_mask_that_would_be_lost_is_refused():
    """Masks are attached to arrays of the device."""

    class Masking(Doubled):
        supports_masking = True

        def compute_mask(self, inputs, previous_mask=None):
            return [inputs[:, 0] > 0, None]

    x = cornu.Input((2,))
    model = cornu.Model(x, layers.Dense(1)(Masking(name="masking")(x)[0]))
    with pytest.raises(ValueError, match="'masking' works on the host and gives its output a mask"):
        model.predict(np.ones((2, 2)))


def test_shapes_must_be_said():
    """They cannot be found by tracing."""

    class Silent(layers.Layer):
        on_host = True

        def call(self, x):
            return x

    with pytest.raises(NotImplementedError, match=r"Write compute_output_spec\(inputs\) in Silent"):
        Silent(name="silent")(cornu.Input((2,)))


def test_text_and_numbers_are_told_apart():
    """Text for numbers, numbers for text, and text for a model without such layers."""
    with pytest.raises(ValueError, match="expected data of dtype string .* holds numbers"):
        _functional().predict(np.ones(3))
    x = cornu.Input((2,))
    with pytest.raises(ValueError, match="expected data of dtype float32 .* holds text"):
        cornu.Model(x, layers.Dense(1)(Doubled()(x)[0])).predict(np.array([["a", "b"]]))
    with pytest.raises(TypeError, match="not numbers"):
        cornu.Model(x, layers.Dense(1)(x)).predict(np.array([["a", "b"]]))
    with pytest.raises(ValueError, match="'words' holds text"):
        layers.Dense(1)(cornu.Input((2,), dtype="string", name="words"))
    with pytest.raises(ValueError, match="'words' holds text"):
        cornu.Input((2,), dtype="string", name="words") + 1


def test_a_mask_that_is_given_is_refused():
    """A call that begins on the host has no place for it: silence would lose it."""
    text, steps = cornu.Input((), dtype="string"), cornu.Input((5, 3))
    model = cornu.Model([text, steps], layers.concatenate([_tail(Numbered()(text)), layers.LSTM(2)(steps)]))
    data = [TEXTS[:2], np.ones((2, 5, 3), "float32")]
    assert np.asarray(model(data)).shape == (2, 4)
    with pytest.raises(ValueError, match="begins on the host and takes no mask"):
        model(data, mask=[None, np.ones((2, 5), bool)])


@pytest.mark.parametrize("layer", [layers.Dropout(0.5), layers.GaussianNoise(0.1)], ids=lambda layer: layer.name)
def test_after_what_draws_for_every_step_is_refused(layer):
    """It would be drawn once, for all epochs."""
    x = cornu.Input((2,))
    y, _ = Doubled(name="doubled")(layer(x))
    with pytest.raises(ValueError, match=f"{layer.name!r}, which has weights or draws random numbers"):
        cornu.Model(x, y).predict(np.ones((2, 2)))


def test_text_is_text_whoever_brings_it():
    tf = pytest.importorskip("tensorflow")
    model = _functional()
    expected = model.predict(TEXTS, verbose=0)
    assert len(np.unique(expected)) > 4
    several = tf.data.Dataset.from_tensor_slices(TEXTS).batch(12)
    for x in (tf.constant(TEXTS), several, TEXTS.astype("S"), TEXTS.astype(object)):
        np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
    umlauts = np.array(["ü ab", "c ü"])
    np.testing.assert_array_equal(model.predict(tf.constant(umlauts), verbose=0), model.predict(umlauts, verbose=0))
