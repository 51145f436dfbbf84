"""Data of any length: few programs serve all, and a last, smaller batch counts exactly as in Keras."""

import jax
import numpy as np
import pytest
import twins

import cornu
from cornu.core import dataflow, rows

BATCH = 16
LENGTHS = [65, 48, 82, 51, 68, 85, 54, 71, 88, 57]  # ten numbers of samples, with last batches of ten sizes


# Few programs


def mlp(lib):
    return lib.Sequential(
        [
            lib.layers.Input((4,)),
            lib.layers.Dense(6, "relu"),
            lib.layers.BatchNormalization(),
            lib.layers.Dropout(0.3),
            lib.layers.Dense(1),
        ]
    )


def recurrent(lib):
    return lib.Sequential(
        [
            lib.layers.Input((5,)),
            lib.layers.Embedding(7, 4, mask_zero=True),
            lib.layers.LSTM(3),
            lib.layers.Dense(1),
        ]
    )


def cnn(lib):
    return lib.Sequential(
        [
            lib.layers.Input((6, 6, 2)),
            lib.layers.Conv2D(4, 3, activation="relu"),
            lib.layers.MaxPooling2D(2),
            lib.layers.Flatten(),
            lib.layers.Dense(1),
        ]
    )


def two_by_two(lib):
    a, b = lib.layers.Input((4,), name="a"), lib.layers.Input((3,), name="b")
    x = lib.layers.Concatenate()([lib.layers.Dense(3)(a), lib.layers.Dense(3)(b)])
    return lib.Model([a, b], [lib.layers.Dense(1, name="one")(x), lib.layers.Dense(2, name="two")(x)])


def subclassed(lib):
    class Own(lib.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.norm = lib.layers.Dense(6, "relu", name="hidden"), lib.layers.BatchNormalization()
            self.out = lib.layers.Dense(1, name="out")

        def call(self, x, training=None):
            return self.out(self.norm(self.hidden(x), training=training))

    model = Own()
    model(np.zeros((2, 4), "float32"))
    return model


def data_for(make, count):
    rng = np.random.default_rng(count)
    x = {
        recurrent: lambda: rng.integers(0, 7, (count, 5)),
        cnn: lambda: rng.normal(size=(count, 6, 6, 2)).astype("float32"),
        two_by_two: lambda: [rng.normal(size=(count, 4)), rng.normal(size=(count, 3))],
    }.get(make, lambda: rng.normal(size=(count, 4)).astype("float32"))()
    y = [rng.normal(size=(count, 1)), rng.normal(size=(count, 2))]
    return x, (y if make is two_by_two else y[0])


RUNS = {
    "fit": lambda model, x, y: model.fit(x, y, batch_size=BATCH, verbose=0),
    "fit with validation": lambda model, x, y: model.fit(x, y, batch_size=BATCH, validation_split=0.25, verbose=0),
    "evaluate": lambda model, x, y: model.evaluate(x, y, batch_size=BATCH, verbose=0),
    "predict": lambda model, x, y: model.predict(x, batch_size=BATCH, verbose=0),
}


MODELS = [mlp, recurrent, cnn, two_by_two, subclassed]
USES = [(make, run) for make in MODELS for run in ("fit", "evaluate", "predict")] + [(mlp, "fit with validation")]


@pytest.mark.parametrize("make,run", USES, ids=[f"{make.__name__}-{run}" for make, run in USES])
def test_other_lengths_compile_next_to_nothing(make, run):
    model = make(cornu)
    model.compile("sgd", "mse", **({} if make is two_by_two else {"metrics": ["mae"]}))
    RUNS[run](model, *data_for(make, LENGTHS[0]))
    more = [twins.compilations(lambda n=n: RUNS[run](model, *data_for(make, n))) for n in LENGTHS[1:]]
    assert sum(more) <= 2 * (1 + (run == "fit with validation")), more  # two more for each set of data


@pytest.mark.parametrize("run", ["fit", "evaluate", "predict"])
def test_lengths_on_both_sides_of_a_buffer(run):
    """The rows that lie on the device come in buffers of a few sizes: a last batch knows nothing of them."""
    model = cornu.Sequential([cornu.Input((200,)), cornu.layers.Dense(3, "relu"), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")

    def used(n):
        RUNS[run](model, np.ones((n, 200), "float32"), np.ones((n, 1), "float32"))

    used(40)
    more = [twins.compilations(lambda n=n: used(n)) for n in (41, 47, 63, 77, 100, 201, 333, 777, 1200)]
    assert sum(more) <= 2, more


def test_lengths_seen_before_compile_nothing():
    model = mlp(cornu)
    model.compile("adam", "mse")
    for _ in range(2):
        counts = [
            twins.compilations(lambda n=n, run=run: run(model, *data_for(mlp, n)))
            for n in (1, 5, BATCH, 40, 300, 1000)
            for run in RUNS.values()
            if n > 1 or run is not RUNS["fit with validation"]  # one sample cannot be split
        ]
    assert sum(counts) == 0


# Exact numbers


def normalized(lib, units=3):
    return lib.Sequential(
        [
            lib.layers.Input((4,)),
            lib.layers.Dense(6, "tanh", kernel_regularizer="l2", activity_regularizer="l2", name="hidden"),
            lib.layers.BatchNormalization(momentum=0.7, name="norm"),
            lib.layers.Dense(units, "softmax", name="out"),
        ]
    )


def classes(count):
    rng = np.random.default_rng(count)
    return rng.normal(size=(count, 4)).astype("float32"), rng.integers(0, 3, count)


WEIGHTS = {
    "plain": lambda n: {},
    "sample_weight": lambda n: {"sample_weight": np.random.default_rng(8).random(n).astype("float32")},
    "class_weight": lambda n: {"class_weight": {0: 0.2, 1: 1.0, 2: 3.0}},
    "zero_weight": lambda n: {"sample_weight": (np.arange(n) % 3 > 0).astype("float32")},
}


@pytest.mark.parametrize(
    "count,weights", [(5, "plain"), (5, "sample_weight"), (19, "class_weight"), *((17, weights) for weights in WEIGHTS)]
)
def test_a_last_batch_counts_as_in_keras(count, weights, rng):
    """Batches of 8: one that is smaller, and last ones of 1 and 3."""
    mine, theirs = twins.pair(normalized)
    twins.same_weights(mine, theirs, rng)
    options = {"metrics": ["accuracy"], "weighted_metrics": ["sparse_categorical_crossentropy"]}
    twins.compile_both(mine, theirs, "sparse_categorical_crossentropy", **options)
    x, y = classes(count)
    extra = WEIGHTS[weights](count)
    twins.fit_both(mine, theirs, x, y, validation_data=classes(count + 2), **extra)
    twins.evaluate_both(mine, theirs, x, y, **({} if "class_weight" in extra else extra))
    twins.close(mine.predict(x, batch_size=8, verbose=0), theirs.predict(x, batch_size=8, verbose=0))


@pytest.mark.parametrize("count", [5, 17, 23])
def test_masked_sequences_of_any_number(count, rng):
    def model(lib):
        layers = lib.layers
        out = layers.TimeDistributed(layers.Dense(1, name="dense"), name="out")
        return lib.Sequential(
            [
                layers.Input((5,)),
                layers.Embedding(7, 4, mask_zero=True, name="words"),
                layers.GRU(3, return_sequences=True, name="rnn"),
                out,
            ]
        )

    mine, theirs = twins.pair(model)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs)
    x = np.where(rng.random((count, 5)) < 0.4, 0, rng.integers(1, 7, (count, 5)))
    y = rng.normal(size=(count, 5, 1)).astype("float32")
    twins.fit_both(mine, theirs, x, y)
    twins.evaluate_both(mine, theirs, x, y)


@pytest.mark.parametrize("make", MODELS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("count", [1, 37])
def test_predict_gives_each_row_what_a_single_call_gives(make, count):
    model = make(cornu)
    x, _ = data_for(make, count)
    parts = x if isinstance(x, list) else [x]
    singles = []
    for i in range(count):
        row = [np.asarray(part[i : i + 1], part.dtype if part.dtype.kind == "i" else "float32") for part in parts]
        singles.append(model(row if isinstance(x, list) else row[0]))
    outputs = model.predict(x, batch_size=BATCH, verbose=0)
    if not isinstance(x, list):
        outputs, singles = [outputs], [[single] for single in singles]
    for i, output in enumerate(outputs):
        twins.close(output, np.concatenate([np.asarray(single[i]) for single in singles]), 1e-5)


# What looks at the whole batch sees the true one


def mixing(kind):
    """A function of the library that gives a layer whose rows see each other."""

    def make(lib):
        ops = lib.ops

        class Mixing(lib.layers.Layer):
            def call(self, x):
                if kind == "softmax":
                    return ops.softmax(x, axis=0)
                if kind == "size":
                    return x * ops.cast(ops.shape(x)[0], "float32")
                if kind == "static size":
                    return x / x.shape[0]
                if kind == "largest":
                    return x - ops.max(x)
                if kind == "neighbour":
                    return x + ops.roll(x, 1, axis=0)
                return x - ops.mean(x, axis=0, keepdims=True)

        if kind == "lambda":
            return lib.layers.Lambda(lambda x: x - ops.mean(x, axis=0, keepdims=True), name="mixing")
        return Mixing(name="mixing")

    return make


def with_layer(lib, layer):
    return lib.Sequential(
        [lib.layers.Input((4,)), lib.layers.Dense(5, "tanh", name="hidden"), layer, lib.layers.Dense(1, name="out")]
    )


KINDS = ["lambda", "mean", "softmax", "size", "static size", "largest", "neighbour"]


def regression(count):
    rng = np.random.default_rng(count)
    return rng.normal(size=(count, 4)).astype("float32"), rng.normal(size=(count, 1)).astype("float32")


def alike(make, rng, count=19, only_fit=False, **options):
    """Fit, evaluate and predict with a smaller last batch as Keras does; validation evaluates in any case."""
    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    fit = {key: options.pop(key) for key in ("sample_weight",) if key in options}
    twins.compile_both(mine, theirs, **options)
    x, y = regression(count)
    if not only_fit:
        twins.close(mine.predict(x, batch_size=8, verbose=0), theirs.predict(x, batch_size=8, verbose=0))
        twins.evaluate_both(mine, theirs, x, y, **fit)
    twins.fit_both(mine, theirs, x, y, validation_data=regression(11), **fit)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_that_mixes_rows(kind, rng):
    alike(lambda lib: with_layer(lib, mixing(kind)(lib)), rng)


def summed(axis):
    return lambda x: x[..., 0] + jax.lax.reduce(x, 0.0, lambda a, b: a + 1.5 * b, (axis,))[..., :1]


@pytest.mark.parametrize(
    "fn, alone",
    [
        (summed(0), False),
        (lambda x: jax.lax.reduce_window(x, 0.0, lambda a, b: a + 1.5 * b, (2, 1), (1, 1), "SAME"), False),
        (lambda x: (x[:, None] + jax.numpy.arange(len(x))[None, :, None]).sum(1), False),
        (lambda x: jax.lax.optimization_barrier((x, 1.0))[0], True),
        (lambda x: jax.lax.dynamic_update_slice(x, x[:, :1], (0, 2)), True),
    ],
)
def test_rows_are_followed_through_primitives(fn, alone):
    assert rows.alone(lambda x: (fn(x), 0.0), jax.ShapeDtypeStruct((5, 4), "float32")) is alone


def test_ops_that_mix_rows_in_a_functional_model(rng):
    def make(lib):
        x = lib.layers.Input((4,))
        y = lib.layers.Dense(5, name="hidden")(x)
        return lib.Model(x, lib.layers.Dense(1, name="out")(y - lib.ops.mean(y, axis=0, keepdims=True)))

    alike(make, rng)


def test_a_subclassed_model_that_mixes_rows(rng):
    def make(lib):
        class Own(lib.Model):
            def __init__(self):
                super().__init__()
                self.out = lib.layers.Dense(1, name="out")

            def call(self, x):
                return self.out(x - lib.ops.mean(x, axis=0, keepdims=True))

        model = Own()
        model(regression(3)[0])
        return model

    alike(make, rng)


def test_a_layer_that_adds_a_loss_per_sample(rng):
    def make(lib):
        class Penalty(lib.layers.Layer):
            def call(self, x):
                self.add_loss(lib.ops.sum(x * x) / lib.ops.cast(lib.ops.shape(x)[0], "float32"))
                return x

        return with_layer(lib, Penalty(name="penalty"))

    alike(make, rng)


def test_a_layer_that_keeps_statistics_of_its_own(rng):
    def make(lib):
        class Counter(lib.layers.Layer):
            def build(self, input_shape):
                self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False, name="seen")
                self.mean = self.add_weight(shape=(5,), initializer="zeros", trainable=False, name="mean")

            def call(self, x, training=False):
                if training:
                    self.seen.assign(self.seen + lib.ops.cast(lib.ops.shape(x)[0], "float32"))
                    self.mean.assign(0.5 * self.mean + 0.5 * lib.ops.mean(x, axis=0))
                return x - self.mean

        return with_layer(lib, Counter(name="counter"))

    alike(make, rng)


LOSSES = {
    "scalar": lambda lib: lambda y, p: lib.ops.mean(lib.ops.square(y - p)),
    "scalar_sum": lambda lib: lambda y, p: lib.ops.sum(lib.ops.square(y - p)),
    "centred": lambda lib: lambda y, p: lib.ops.square(y - p + lib.ops.mean(p, axis=0)),
    "per_row": lambda lib: lambda y, p: lib.ops.square(y - p)[:, 0],
    "sum_reduction": lambda lib: lib.losses.MeanSquaredError(reduction="sum"),
    "by_size": lambda lib: (
        lambda y, p: lib.ops.sum(lib.ops.square(y - p)) / lib.ops.cast(lib.ops.shape(p)[0], "float32")
    ),
}


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_of_any_shape(loss, weighted, rng):
    extra = {"sample_weight": rng.random(19).astype("float32") + 0.1} if weighted else {}
    alike(
        lambda lib: with_layer(lib, lib.layers.Activation("tanh", name="act")),
        rng,
        loss=LOSSES[loss],
        rate=0.01,
        only_fit=True,
        **extra,
    )


def counting(lib):
    """A metric that ignores weights and counts rows."""

    class Rows(lib.metrics.Metric):
        def __init__(self):
            super().__init__(name="rows")
            self.rows = self.add_variable(shape=(), initializer="zeros", name="rows")
            self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.rows.assign(self.rows + lib.ops.cast(lib.ops.shape(y_pred)[0], "float32"))
            self.largest.assign(lib.ops.maximum(self.largest, lib.ops.max(lib.ops.abs(y_true - y_pred))))

        def result(self):
            return self.rows * 10.0 + self.largest

        def reset_state(self):
            self.rows.assign(0.0)
            self.largest.assign(0.0)

    return Rows()


def as_function(lib):
    """A metric as a function that gives one number for the batch."""

    def spread(y_true, y_pred):
        return lib.ops.max(y_pred) - lib.ops.min(y_pred)

    return spread


METRICS = {
    "ignores_weights": lambda lib: [counting(lib)],
    "function": lambda lib: [as_function(lib)],
    "by_name": lambda lib: ["mae", "mse"],
    "of_the_whole": lambda lib: [lib.metrics.RootMeanSquaredError(), lib.metrics.R2Score()],
}


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("metrics", METRICS)
def test_metrics_of_the_true_rows(metrics, weighted, rng):
    extra = {"sample_weight": rng.random(19).astype("float32") + 0.1} if weighted else {}
    model = lambda lib: with_layer(lib, lib.layers.Activation("tanh", name="act"))  # noqa: E731
    alike(model, rng, only_fit=not weighted, metrics=METRICS[metrics], **extra)


@pytest.mark.parametrize("metric", ["of_the_whole", "ignores_weights"])
def test_weighted_metrics_of_the_true_rows(metric, rng):
    weights = rng.random(19).astype("float32") + 0.1
    model = lambda lib: with_layer(lib, lib.layers.Activation("tanh", name="act"))  # noqa: E731
    alike(model, rng, weighted_metrics=METRICS[metric], sample_weight=weights)


def test_two_inputs_and_outputs_with_a_last_batch(rng):
    def make(lib):
        a, b = lib.layers.Input((4,), name="a"), lib.layers.Input((4,), name="b")
        shared = lib.layers.Dense(5, "tanh", name="shared")
        x = lib.layers.BatchNormalization(name="norm")(lib.layers.Add(name="sum")([shared(a), shared(b)]))
        return lib.Model([a, b], [lib.layers.Dense(1, name="one")(x), lib.layers.Dense(1, "sigmoid", name="two")(x)])

    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    options = {"metrics": {"one": ["mae"], "two": ["mse"]}, "loss_weights": [0.3, 2.0]}
    twins.compile_both(mine, theirs, loss=["mse", "binary_crossentropy"], **options)
    (a, y1), (b, _) = regression(21), regression(21)
    y2 = (b[:, :1] > 0).astype("float32")
    twins.fit_both(mine, theirs, [a, b], [y1, y2])
    twins.evaluate_both(mine, theirs, [a, b], [y1, y2])


@pytest.mark.parametrize("axis,alone", [(0, False), (1, True)])
def test_a_loop_is_followed_by_shapes_whatever_names_its_parameters_have(axis, alone):
    def fn(x, w):
        return jax.lax.scan(lambda h, step: (h @ w + step, h), x.mean(0) if axis == 0 else x[0], x)

    traced = jax.make_jaxpr(fn)(np.ones((3, 5, 4), "float32"), np.ones((4, 4), "float32")).jaxpr
    parameters = {"jaxpr", "length", "reverse", "unroll"}  # JAX 0.11 has no other in common with JAX 0.10
    equations = [
        equation.replace(params={key: value for key, value in equation.params.items() if key in parameters})
        if equation.primitive.name == "scan"
        else equation
        for equation in traced.eqns
    ]
    loop = next(equation for equation in equations if equation.primitive.name == "scan")
    assert len(loop.invars) == 3
    traced = traced.replace(eqns=equations)
    if alone:
        assert dataflow.follow(traced, [dataflow.Rows(1), None], 5, []) == [dataflow.Rows(0), dataflow.Rows(1)]
    else:
        with pytest.raises(dataflow.Mixed):
            dataflow.follow(traced, [dataflow.Rows(0), None], 3, [])
