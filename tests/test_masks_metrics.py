"""Padding counts in no loss and no metric: in fit as in evaluate, and as in Keras.

Keras on JAX loses the mask on the way out of the gradient, and so counts padding in the metrics of `fit` alone, not on
TensorFlow and not in `evaluate`. The oracle of `fit` is therefore Keras's `test_on_batch` before each `train_on_batch`.
"""

import keras
import numpy as np
import pytest
import twins

import cornu

STEPS, WORDS, CLASSES = 6, 9, 3
pytestmark = pytest.mark.filterwarnings("ignore:.*does not support masking")


def sentences(count=14):
    """Rows of word numbers, padded with zeros at the end; one is padding alone, and one is full."""
    rng = np.random.default_rng(6)
    x = rng.integers(1, WORDS, (count, STEPS))
    lengths = rng.integers(1, STEPS, count)
    lengths[0], lengths[1] = STEPS, 0
    return np.where(np.arange(STEPS) < lengths[:, None], x, 0)


def series(count=14):
    """The same as rows of numbers, padded with -1."""
    words = sentences(count)
    x = np.random.default_rng(7).normal(size=(*words.shape, 2)).astype("float32")
    return np.where(words[..., None] == 0, np.float32(-1), x)


def labels(count=14, shape=(STEPS,)):
    return np.random.default_rng(8).integers(0, CLASSES, (count, *shape))


def numbers(count=14, shape=(STEPS, 1)):
    return np.random.default_rng(9).normal(size=(count, *shape)).astype("float32")


# Models whose outputs have a mask


def tagger(lib, activation="softmax"):
    layers = lib.layers
    return lib.Sequential(
        [
            layers.Input((STEPS,)),
            layers.Embedding(WORDS, 4, mask_zero=True, name="words"),
            layers.SimpleRNN(5, return_sequences=True, name="rnn"),
            layers.Dense(CLASSES, activation, name="out"),
        ]
    )


def in_time(lib):
    layers = lib.layers
    x = layers.Input((STEPS,))
    y = layers.Embedding(WORDS, 4, mask_zero=True, name="words")(x)
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True, name="rnn"), name="both_ways")(y)
    y = layers.LayerNormalization(name="norm")(layers.Dropout(0.0, name="drop")(y))
    y = layers.TimeDistributed(layers.Dense(CLASSES, name="dense"), name="steps")(y)
    return lib.Model(x, layers.Activation("softmax", name="out")(y))


def encoder(lib, name="encoder"):
    layers = lib.layers
    return lib.Sequential(
        [
            layers.Input((STEPS,)),
            layers.Embedding(WORDS, 4, mask_zero=True, name="words"),
            layers.SimpleRNN(5, return_sequences=True, name="rnn"),
        ],
        name=name,
    )


def nested(lib):
    x = lib.layers.Input((STEPS,))
    return lib.Model(x, lib.layers.Dense(CLASSES, "softmax", name="out")(encoder(lib)(x)))


def three_deep(lib):
    x = lib.layers.Input((STEPS,))
    middle = lib.Model(x, lib.layers.Dense(4, "tanh", name="middle")(encoder(lib)(x)), name="outer")
    z = lib.layers.Input((STEPS,))
    return lib.Model(z, lib.layers.Dense(CLASSES, "softmax", name="out")(middle(z)))


def ends_in_a_model(lib):
    """The masked output is that of an inner model."""
    x, z = lib.layers.Input((STEPS,)), lib.layers.Input((STEPS, 5))
    end = lib.Model(z, lib.layers.Dense(CLASSES, "softmax", name="out")(z), name="end")
    return lib.Model(x, end(encoder(lib)(x)))


def merged(lib):
    layers = lib.layers
    x = layers.Input((STEPS,))
    word = layers.Embedding(WORDS, 4, mask_zero=True, name="words")(x)
    one, two = (layers.SimpleRNN(4, return_sequences=True, name=name)(word) for name in ("one", "two"))
    both = layers.Concatenate(name="both")([layers.Add(name="sum")([one, two]), word])
    return lib.Model(x, layers.Dense(CLASSES, "softmax", name="out")(both))


def subclassed(lib):
    class Own(lib.Model):
        def __init__(self):
            super().__init__()
            self.words = lib.layers.Embedding(WORDS, 4, mask_zero=True, name="words")
            self.rnn = lib.layers.LSTM(5, return_sequences=True, name="rnn")
            self.out = lib.layers.Dense(CLASSES, "softmax", name="out")

        def call(self, x):
            return self.out(self.rnn(self.words(x)))

    model = Own()
    model(sentences(2))
    return model


MODELS = [tagger, in_time, nested, three_deep, ends_in_a_model, merged, subclassed]
models = pytest.mark.parametrize("make", MODELS, ids=lambda f: f.__name__)


def step_by_step(theirs, *data, steps=2):
    """The history of Keras's training in steps of all data, as it stands before each step."""
    history = {}
    for _ in range(steps):
        for key, value in theirs.test_on_batch(*data, return_dict=True).items():
            history.setdefault(key, []).append(value)
        theirs.train_on_batch(*data)
    return history


def alike(make, x, y, rng, loss, weights=None, batch_size=14, **options):
    """Evaluate in batches and fit as Keras does."""
    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs, loss, rate=0.1, **options)
    twins.evaluate_both(mine, theirs, x, y, sample_weight=weights, batch_size=batch_size)
    ours = mine.fit(x, y, sample_weight=weights, batch_size=14, epochs=2, shuffle=False, verbose=0).history
    expected = step_by_step(theirs, x, y, weights)
    twins.same_state(mine, theirs)
    twins.same_logs(ours, expected)


@models
def test_losses_and_metrics(make, rng):
    """With a last, smaller batch."""
    options = {"metrics": ["accuracy"], "weighted_metrics": ["sparse_categorical_crossentropy"], "batch_size": 8}
    alike(make, sentences(), labels(), rng, "sparse_categorical_crossentropy", **options)


@pytest.mark.parametrize("make", [tagger, nested, subclassed], ids=lambda f: f.__name__)
def test_masks_together_with_weights_of_steps(make, rng):
    options = {"metrics": ["accuracy"], "weighted_metrics": ["sparse_categorical_crossentropy"]}
    alike(make, sentences(), labels(), rng, "sparse_categorical_crossentropy", rng.random((14, STEPS)), **options)


@pytest.mark.parametrize("make", [tagger, subclassed], ids=lambda f: f.__name__)
def test_a_weight_per_sample_is_one_for_each_of_its_steps(make, rng):
    """As in Keras 2; Keras 3 refuses these together with a mask."""
    weights, logs = rng.random(14), []
    model, options = make(cornu), {"shuffle": False, "verbose": 0, "batch_size": 8}
    model.compile(cornu.optimizers.SGD(0.0), "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    for given in (weights, np.repeat(weights[:, None], STEPS, 1)):
        history = model.fit(sentences(), labels(), sample_weight=given, **options).history
        values = model.evaluate(sentences(), labels(), sample_weight=given, batch_size=8, verbose=0)
        logs.append([*history["loss"], *history["accuracy"], *values])
    twins.close(logs[0], logs[1], 1e-5)


def one_hot():
    return np.eye(CLASSES, dtype="float32")[labels()]


LOSSES = {
    "sparse_categorical_crossentropy": (labels, "softmax", ["accuracy", "sparse_top_k_categorical_accuracy"]),
    "categorical_crossentropy": (one_hot, "softmax", ["accuracy", "categorical_crossentropy", "mse"]),
    "binary_crossentropy": (one_hot, "sigmoid", ["binary_accuracy", "mae"]),
    "mse": (one_hot, None, ["mae", "mse"]),
    "kl_divergence": (one_hot, "softmax", ["kl_divergence"]),
    "huber": (one_hot, "tanh", ["cosine_similarity"]),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_kind_of_loss(loss, rng):
    """Those that compute with logits behind the activation as well."""
    y, activation, metrics = LOSSES[loss]
    alike(lambda lib: tagger(lib, activation), sentences(), y(), rng, loss, metrics=metrics)


def test_logits(rng):
    loss = lambda lib: lib.losses.SparseCategoricalCrossentropy(from_logits=True)  # noqa: E731
    metrics = lambda lib: [lib.metrics.SparseCategoricalCrossentropy(from_logits=True, name="ce")]  # noqa: E731
    alike(lambda lib: tagger(lib, None), sentences(), labels(), rng, loss, metrics=metrics)


def test_a_masking_layer_on_numbers(rng):
    def make(lib):
        layers = lib.layers
        masking = layers.Masking(-1.0, name="masking")
        rnn = layers.SimpleRNN(4, return_sequences=True, name="rnn")
        return lib.Sequential([layers.Input((STEPS, 2)), masking, rnn, layers.Dense(1, name="out")])

    alike(make, series(), numbers(), rng, "mse", metrics=["mae"])


def test_a_masked_output_without_a_recurrent_layer(rng):
    def make(lib):
        layers = lib.layers
        return lib.Sequential([layers.Input((STEPS, 2)), layers.Masking(-1.0), layers.Dense(1, name="out")])

    alike(make, series(), numbers(), rng, "mse", metrics=["mae"])


def test_no_mask_after_the_last_step(rng):
    def make(lib):
        layers = lib.layers
        words = layers.Embedding(WORDS, 4, mask_zero=True, name="words")
        rnn = layers.LSTM(4, name="rnn")
        return lib.Sequential([layers.Input((STEPS,)), words, rnn, layers.Dense(1, name="out")])

    alike(make, sentences(), numbers(shape=(1,)), rng, "mse", metrics=["mae"])


def test_a_pooled_mask(rng):
    def make(lib):
        layers = lib.layers
        words = layers.Embedding(WORDS, 4, mask_zero=True, name="words")
        return lib.Sequential(
            [layers.Input((STEPS,)), words, layers.GlobalAveragePooling1D(), layers.Dense(1, name="out")]
        )

    x = sentences()
    x[1] = x[0]  # a row without any word has no average
    alike(make, x, numbers(shape=(1,)), rng, "mse", metrics=["mae"])


# Several outputs


def two_outputs(lib):
    """One with a mask, one without."""
    layers = lib.layers
    x = layers.Input((STEPS,), name="x")
    y = encoder(lib)(x)
    tags = layers.Dense(CLASSES, "softmax", name="tags")(y)
    score = layers.Dense(1, name="score")(layers.SimpleRNN(3, name="last")(y))
    return lib.Model(x, [tags, score])


def two_masks(lib):
    """Each with a mask of its own."""
    layers = lib.layers
    a, b = layers.Input((STEPS,), name="a"), layers.Input((STEPS,), name="b")
    words = layers.Embedding(WORDS, 4, mask_zero=True, name="words")
    tags = layers.Dense(CLASSES, "softmax", name="tags")(
        layers.SimpleRNN(4, return_sequences=True, name="one")(words(a))
    )
    score = layers.Dense(1, name="score")(layers.SimpleRNN(4, return_sequences=True, name="two")(words(b)))
    return lib.Model([a, b], [tags, score])


SEVERAL = {
    "lists": {"metrics": [["accuracy"], ["mae"]]},
    "by_name": {"metrics": {"tags": ["accuracy"], "score": ["mae", "mse"]}},
    "weighted": {"weighted_metrics": {"tags": ["accuracy"], "score": ["mae"]}},
    "both": {"metrics": {"tags": ["accuracy"]}, "weighted_metrics": {"score": ["mae"]}, "loss_weights": [0.5, 2.0]},
}


@pytest.mark.parametrize(
    "make,options",
    [(two_outputs, "lists"), (two_outputs, "both"), (two_masks, "by_name"), (two_masks, "weighted")],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_several_outputs(make, options, rng):
    x = sentences() if make is two_outputs else [sentences(), sentences()[::-1].copy()]
    y = [labels(), numbers(shape=(1,) if make is two_outputs else (STEPS, 1))]
    alike(make, x, y, rng, ["sparse_categorical_crossentropy", "mse"], **SEVERAL[options])


def test_several_outputs_with_weights_for_each(rng):
    y = [labels(), numbers(shape=(1,))]
    weights = [rng.random((14, STEPS)).astype("float32"), rng.random(14).astype("float32")]
    options = {"metrics": [["accuracy"], ["mae"]], "weighted_metrics": [["sparse_categorical_crossentropy"], ["mse"]]}
    losses = ["sparse_categorical_crossentropy", "mse"]
    alike(two_outputs, sentences(), y, rng, losses, weights, batch_size=8, **options)


# Fit counts what evaluate counts

COUNTED = {
    "accuracy": lambda: "accuracy",
    "crossentropy": lambda: "sparse_categorical_crossentropy",
    "top_k": lambda: cornu.metrics.SparseTopKCategoricalAccuracy(2),
    "function": lambda: lambda y, p: cornu.ops.mean(p, axis=-1),
}


CASES = [(make, "accuracy") for make in MODELS] + [(tagger, metric) for metric in COUNTED if metric != "accuracy"]


@pytest.mark.parametrize("make,metric", CASES, ids=[f"{make.__name__}-{metric}" for make, metric in CASES])
def test_fit_counts_what_evaluate_counts(make, metric):
    """With a rate of zero nothing moves in between."""
    model = make(cornu)
    both = {kind: [COUNTED[metric]()] for kind in ("metrics", "weighted_metrics")}
    model.compile(cornu.optimizers.SGD(0.0), "sparse_categorical_crossentropy", **both)
    x, y = sentences(), labels()
    history = model.fit(x, y, batch_size=5, shuffle=False, validation_data=(x, y), verbose=0).history
    logs = model.evaluate(x, y, batch_size=5, verbose=0, return_dict=True)
    assert len(logs) == 3
    for key, value in logs.items():
        twins.close(history[key][-1], value, 1e-5, key)
        twins.close(history[f"val_{key}"][-1], value, 1e-5, key)


@pytest.mark.parametrize("kind", ["metrics", "weighted_metrics"])
def test_single_batches(kind, rng):
    mine, theirs = twins.pair(nested)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs, "sparse_categorical_crossentropy", **{kind: ["accuracy"]})
    data = sentences(), labels()
    for _ in range(2):
        expected = theirs.test_on_batch(*data, return_dict=True)
        theirs.train_on_batch(*data)
        twins.same_logs(mine.test_on_batch(*data, return_dict=True), expected)
        twins.same_logs(mine.train_on_batch(*data, return_dict=True), expected)


def test_batches_from_a_generator(rng):
    mine, theirs = twins.pair(nested)
    twins.same_weights(mine, theirs, rng)
    options = {"metrics": ["accuracy"], "weighted_metrics": ["sparse_categorical_crossentropy"]}
    twins.compile_both(mine, theirs, "sparse_categorical_crossentropy", **options)
    data = sentences(), labels()
    ours = mine.fit((data for _ in range(2)), steps_per_epoch=1, epochs=2, verbose=0).history
    twins.same_logs(ours, step_by_step(theirs, *data))
    twins.same_state(mine, theirs)


def test_padding_changes_nothing(rng):
    """Longer padding, with whatever targets, gives the same losses, metrics and weights."""
    models, histories = [tagger(cornu), cornu.Sequential([cornu.Input((STEPS + 3,)), *tagger(cornu).layers])], []
    x, y = sentences(), labels()
    wide = np.pad(x, ((0, 0), (0, 3))), np.pad(y, ((0, 0), (0, 3)), constant_values=2)
    models[1].set_weights(models[0].get_weights())
    for model, data in zip(models, [(x, y), wide], strict=True):
        model.compile(cornu.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(*data, batch_size=14, epochs=3, shuffle=False, verbose=0)
        histories.append(model.history.history["accuracy"])
    twins.close(histories[1], histories[0], 1e-5)


# Names in the logs


@pytest.mark.parametrize(
    "options",
    [
        {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]},
        {"metrics": ["mse"], "weighted_metrics": ["mse", "mae"]},
        {"metrics": ["acc"], "weighted_metrics": ["sparse_categorical_accuracy"]},
    ],
    ids=["accuracy", "mse", "acc"],
)
def test_names_of_metrics_listed_twice(options, rng):
    classes = np.random.default_rng(3).integers(0, CLASSES, (14, 1))

    def make(lib):
        return lib.Sequential([lib.layers.Input((4,)), lib.layers.Dense(CLASSES, "softmax", name="out")])

    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    if options["metrics"] == ["mse"]:
        classes = np.eye(CLASSES, dtype="float32")[classes[:, 0]]
    loss = "mse" if options["metrics"] == ["mse"] else "sparse_categorical_crossentropy"
    twins.compile_both(mine, theirs, loss, **options)
    fit = {"sample_weight": rng.random(14).astype("float32")}
    twins.fit_both(mine, theirs, rng.normal(size=(14, 4)).astype("float32"), classes, **fit)


@pytest.mark.parametrize("kind", ["metrics", "weighted_metrics"])
def test_one_metric_object_for_several_outputs_counts_each(kind, rng):
    """Each output has a copy of its own, as in Keras 2."""

    def make(lib):
        x = lib.layers.Input((4,))
        return lib.Model(x, [lib.layers.Dense(1, name="one")(x), lib.layers.Dense(1, name="two")(x)])

    x, y = rng.normal(size=(14, 4)).astype("float32"), [numbers(shape=(1,)), 5 + numbers(shape=(1,))]
    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    shared = cornu.metrics.MeanAbsoluteError(name="mae")
    mine.compile(cornu.optimizers.SGD(0.05, momentum=0.9), "mse", **{kind: [shared]})
    separate = [[keras.metrics.MeanAbsoluteError(name="mae")], [keras.metrics.MeanAbsoluteError(name="mae")]]
    theirs.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", **{kind: separate})
    twins.fit_both(mine, theirs, x, y)
    twins.evaluate_both(mine, theirs, x, y)


def test_a_metric_may_give_its_variable():
    class Counts(cornu.metrics.Metric):
        def __init__(self, name="counts", **kwargs):
            super().__init__(name=name, **kwargs)
            self.seen = self.add_weight(name="seen", shape=(), initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.seen.assign(self.seen + 1.0)

        def result(self):
            return self.seen

    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=[Counts()])
    history = model.fit(np.ones((8, 2)), np.ones((8, 1)), batch_size=4, verbose=0)
    assert history.history["counts"] == [2.0]
