"""Training equals the real Keras's: losses, metrics and weights, epoch by epoch."""

import warnings

import jax
import keras
import numpy as np
import pytest

import cornu


def _mlp(lib, regularized=False):
    extra = {"kernel_regularizer": lib.regularizers.L2(0.01)} if regularized else {}
    more = {"activity_regularizer": lib.regularizers.L1(0.001)} if regularized else {}
    return lib.Sequential(
        [
            lib.layers.Input((6,)),
            lib.layers.Dense(9, activation="tanh", **extra, **more),
            lib.layers.BatchNormalization(momentum=0.8),
            lib.layers.Dense(3, activation="softmax"),
        ]
    )


def _two_outputs(lib):
    a, b = lib.layers.Input((6,), name="a"), lib.layers.Input((6,), name="b")
    shared = lib.layers.Dense(5, activation="relu", name="shared")
    both = lib.layers.Concatenate(name="both")([shared(a), shared(b)])
    first = lib.layers.Dense(1, activation="sigmoid", name="first")(both)
    second = lib.layers.Dense(3, activation="softmax", name="second")(
        lib.layers.Add(name="sum")([shared(a), shared(b)])
    )
    return lib.Model([a, b], [first, second])


def same_weights(mine, theirs, rng):
    weights = [rng.normal(size=w.shape).astype("float32") * 0.5 for w in theirs.get_weights()]
    weights = [abs(w) + 0.5 if "variance" in v.path else w for w, v in zip(weights, theirs.weights, strict=True)]
    theirs.set_weights(weights)
    mine.set_weights(weights)


def compare(mine, theirs, data, rng, tolerance=1e-4, **fit):
    same_weights(mine, theirs, rng)
    args = dict(epochs=3, batch_size=8, verbose=0, shuffle=False, **fit)
    ours = mine.fit(*data, **args).history
    expected = theirs.fit(*data, **args).history
    assert set(ours) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(ours[key], values, rtol=tolerance, atol=tolerance, err_msg=key)
    for w, e in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(w, e, rtol=tolerance, atol=tolerance)
    x, y = data[0], data[1]
    np.testing.assert_allclose(mine.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=1e-4, atol=1e-5)


OPTIMIZERS = {
    "sgd": lambda lib: lib.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda lib: lib.optimizers.Adam(0.01),
    "rmsprop": lambda lib: lib.optimizers.RMSprop(0.01),
    "adagrad": lambda lib: lib.optimizers.Adagrad(0.1),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_fit_equals_keras(optimizer, rng):
    x = rng.normal(size=(43, 6)).astype("float32")
    y = rng.integers(0, 3, 43)
    mine, theirs = _mlp(cornu), _mlp(keras)
    for lib, model in ((cornu, mine), (keras, theirs)):
        model.compile(OPTIMIZERS[optimizer](lib), "sparse_categorical_crossentropy", metrics=["accuracy"])
    compare(mine, theirs, (x, y), rng, validation_data=(x[:11], y[:11]))


def test_regularizers_count_in_the_loss(rng):
    x, y = rng.normal(size=(24, 6)).astype("float32"), np.eye(3, dtype="float32")[rng.integers(0, 3, 24)]
    mine, theirs = _mlp(cornu, True), _mlp(keras, True)
    for lib, model in ((cornu, mine), (keras, theirs)):
        model.compile(lib.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy", "mse"])
    compare(mine, theirs, (x, y), rng, validation_split=0.25)


@pytest.mark.parametrize("weighting", ["sample", "class", "both"])
def test_weights_of_samples_and_classes(weighting, rng):
    x, y = rng.normal(size=(30, 6)).astype("float32"), rng.integers(0, 3, 30)
    mine, theirs = _mlp(cornu), _mlp(keras)
    for lib, model in ((cornu, mine), (keras, theirs)):
        model.compile(
            lib.optimizers.SGD(0.1),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["accuracy"],
        )
    extra = {}
    if weighting in ("sample", "both"):
        extra["sample_weight"] = rng.random(30).astype("float32")
    if weighting in ("class", "both"):
        extra["class_weight"] = {0: 1.0, 1: 3.0, 2: 0.5}
    same_weights(mine, theirs, rng)
    args = dict(epochs=2, batch_size=8, verbose=0, shuffle=False, **extra)
    if weighting == "both":  # Keras refuses both at once; their product is what Keras 2 used
        factor = np.array([1.0, 3.0, 0.5], "float32")[y] * extra["sample_weight"]
        ours, expected = (
            mine.fit(x, y, **args),
            theirs.fit(x, y, **{**args, "sample_weight": factor, "class_weight": None}),
        )
    else:
        ours, expected = mine.fit(x, y, **args), theirs.fit(x, y, **args)
    np.testing.assert_allclose(ours.history["loss"], expected.history["loss"], rtol=1e-5)
    weighted = [k for k in expected.history if k not in ("loss", "accuracy")]
    assert len(weighted) == 1
    ours_weighted = [k for k in ours.history if k not in ("loss", "accuracy")]
    np.testing.assert_allclose(ours.history[ours_weighted[0]], expected.history[weighted[0]], rtol=1e-5)


@pytest.mark.parametrize("form", ["list", "dict"])
def test_many_inputs_and_outputs(form, rng):
    xa, xb = (rng.normal(size=(20, 6)).astype("float32") for _ in range(2))
    y1, y2 = rng.integers(0, 2, (20, 1)).astype("float32"), rng.integers(0, 3, (20,))
    mine, theirs = _two_outputs(cornu), _two_outputs(keras)
    loss, weights = ["binary_crossentropy", "sparse_categorical_crossentropy"], [1.0, 0.3]
    x, y = [xa, xb], [y1, y2]
    if form == "dict":
        loss, weights = dict(zip(("first", "second"), loss, strict=True)), {"first": 1.0, "second": 0.3}
        x, y = {"a": xa, "b": xb}, {"first": y1, "second": y2}
    metrics = {"first": ["accuracy"], "second": ["accuracy", "sparse_categorical_crossentropy"]}
    for lib, model in ((cornu, mine), (keras, theirs)):
        model.compile(lib.optimizers.SGD(0.1), loss, loss_weights=weights, metrics=metrics)
    same_weights(mine, theirs, rng)
    args = dict(epochs=2, batch_size=6, verbose=0, shuffle=False)
    ours, expected = mine.fit(x, y, **args).history, theirs.fit(x, y, **args).history
    assert set(expected) == set(ours)
    for key, values in expected.items():
        np.testing.assert_allclose(ours[key], values, rtol=1e-4, atol=1e-5, err_msg=key)
    for a, b in zip(mine.predict(x, verbose=0), theirs.predict([xa, xb], verbose=0), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_masked_sequences(rng):
    def model(lib):
        return lib.Sequential(
            [
                lib.layers.Input((7,)),
                lib.layers.Embedding(11, 5, mask_zero=True),
                lib.layers.LSTM(4, return_sequences=True),
                lib.layers.Dense(1, activation="sigmoid"),
            ]
        )

    x = rng.integers(1, 11, (18, 7))
    for row, length in zip(x, rng.integers(1, 8, 18), strict=True):
        row[length:] = 0
    y = rng.integers(0, 2, (18, 7, 1)).astype("float32")
    mine, theirs = model(cornu), model(keras)
    for lib, m in ((cornu, mine), (keras, theirs)):
        m.compile(lib.optimizers.SGD(0.5), "binary_crossentropy")
    compare(mine, theirs, (x, y), rng)


def test_train_test_and_predict_on_batch(rng):
    x, y = rng.normal(size=(9, 6)).astype("float32"), rng.integers(0, 3, 9)
    mine, theirs = _mlp(cornu), _mlp(keras)
    for lib, model in ((cornu, mine), (keras, theirs)):
        model.compile(lib.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    same_weights(mine, theirs, rng)
    np.testing.assert_allclose(mine.test_on_batch(x, y), theirs.test_on_batch(x, y), rtol=1e-5)
    theirs.reset_metrics()
    np.testing.assert_allclose(mine.train_on_batch(x, y), theirs.train_on_batch(x, y), rtol=1e-5)
    np.testing.assert_allclose(mine.predict_on_batch(x), theirs.predict_on_batch(x), rtol=1e-5, atol=1e-6)
    classes = mine.predict_classes(x)
    assert classes.tolist() == theirs.predict(x, verbose=0).argmax(-1).tolist()
    np.testing.assert_array_equal(mine.predict_proba(x), mine.predict(x))


class Residual(cornu.Model):
    """A subclassed model that makes its layers in __init__ and uses one twice."""

    def __init__(self):
        super().__init__()
        self.body = [cornu.layers.Dense(6, activation="tanh") for _ in range(2)]
        self.head = {"out": cornu.layers.Dense(2)}

    def call(self, x, training=None):
        for layer in self.body:
            x = x + layer(x)
        return self.head["out"](x)


def test_subclassed_model_trains(rng):
    x = rng.normal(size=(64, 6)).astype("float32")
    y = np.stack([x.sum(-1), x[:, 0] * x[:, 1]], -1)
    model = Residual()
    model.compile(cornu.optimizers.Adam(0.01), "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=40, verbose=0)
    assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
    assert len(model.weights) == 6
    assert model.predict(x).shape == (64, 2)


def test_frozen_layers_stay(rng):
    x, y = rng.normal(size=(16, 6)).astype("float32"), rng.integers(0, 3, 16)
    model = _mlp(cornu)
    model.layers[0].trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(x, y, verbose=0)
    after = model.get_weights()
    changed = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert changed == [False, False, True, True, True, True, True, True]


def test_a_seed_repeats_a_run_bit_for_bit(rng):
    x, y = rng.normal(size=(50, 6)).astype("float32"), rng.integers(0, 3, 50)

    def run(seed):
        cornu.utils.set_random_seed(seed)
        model = cornu.Sequential(
            [
                cornu.layers.Input((6,)),
                cornu.layers.Dense(8, "relu"),
                cornu.layers.Dropout(0.5),
                cornu.layers.Dense(3, "softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(x, y, epochs=3, batch_size=7, verbose=0)
        return model.get_weights()

    first, second, other = run(3), run(3), run(4)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


# Data in other forms


class Batches:
    """A Sequence of batches, as Keras 2 knew it."""

    def __init__(self, x, y, size):
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, i):
        return self.x[i * self.size : (i + 1) * self.size], self.y[i * self.size : (i + 1) * self.size]


def _generator(x, y, size):
    while True:
        for i in range(0, len(x), size):
            yield x[i : i + size], y[i : i + size]


@pytest.mark.parametrize("form", ["sequence", "generator", "lists"])
def test_sources_of_batches_equal_arrays(form, rng):
    x, y = rng.normal(size=(21, 6)).astype("float32"), rng.integers(0, 3, 21)
    results = []
    for source in (False, True):
        cornu.utils.set_random_seed(5)
        model = _mlp(cornu)
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        if not source:
            h = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        elif form == "sequence":
            h = model.fit(Batches(x, y, 8), epochs=2, shuffle=False, verbose=0)
        elif form == "generator":
            h = model.fit(_generator(x, y, 8), epochs=2, steps_per_epoch=3, verbose=0)
        else:
            h = model.fit(x.tolist(), y.tolist(), epochs=2, batch_size=8, shuffle=False, verbose=0)
        results.append((h.history, model.get_weights()))
    for key, values in results[0][0].items():
        np.testing.assert_allclose(results[1][0][key], values, rtol=1e-6)
    for a, b in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_predict_and_evaluate_take_sources(rng):
    x, y = rng.normal(size=(21, 6)).astype("float32"), rng.integers(0, 3, 21)
    model = _mlp(cornu)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    np.testing.assert_allclose(model.predict(Batches(x, y, 8)), model.predict(x), rtol=1e-6)
    ours, expected = model.evaluate(Batches(x, y, 8), verbose=0), model.evaluate(x, y, verbose=0)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


@pytest.mark.parametrize("count", [1, 31, 32, 33, 1100])
def test_predict_any_number_of_samples(count, rng):
    x = rng.normal(size=(count, 6)).astype("float32")
    model = _mlp(cornu)
    expected = np.asarray(model(x))
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-6)


# Callbacks


def test_lambda_callback_takes_every_method():
    called = []
    callback = cornu.callbacks.LambdaCallback(
        None, lambda epoch, logs: called.append("epoch"), on_batch_end=lambda batch, logs: called.append("batch")
    )
    assert callback.acts_on("train") and not callback.acts_on("test") and vars(callback).keys() == {
        "on_epoch_end", "on_batch_end"
    }  # fmt: skip
    callback.on_train_batch_end(0, {})
    callback.on_epoch_begin(0, {})
    callback.on_epoch_end(0, {})
    assert called == ["batch", "epoch"]
    with pytest.raises(TypeError, match="no method 'on_epch_end'. Did you mean 'on_epoch_end'"):
        cornu.callbacks.LambdaCallback(on_epch_end=print)


def test_wrong_arguments_of_callbacks_are_explained():
    with pytest.raises(TypeError, match="EarlyStopping has no argument 'patiense'. Did you mean 'patience'"):
        cornu.callbacks.EarlyStopping(patiense=3)
    with pytest.raises(ValueError, match="mode is"):
        cornu.callbacks.ModelCheckpoint("m.h5", mode="best")
    assert cornu.callbacks.ModelCheckpoint("m.h5", period=2).period == 2


def test_callbacks_are_called_in_order(rng):
    x, y = rng.normal(size=(10, 6)).astype("float32"), rng.integers(0, 3, 10)
    seen = {}

    def watcher(lib, name):
        class Watch(lib.callbacks.Callback):
            pass

        def note(method):
            def call(self, *args, logs=None):
                *when, logs = (*args, logs) if logs is not None else args
                seen.setdefault(name, []).append((method, *when, sorted(logs or {})))

            return call

        for method in (
            "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_train_batch_begin",
            "on_train_batch_end", "on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end",
        ):  # fmt: skip
            setattr(Watch, method, note(method))
        return Watch()

    for lib, name in ((cornu, "mine"), (keras, "theirs")):
        model = _mlp(lib)
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(x, y, epochs=2, batch_size=4, verbose=0, validation_data=(x, y), callbacks=[watcher(lib, name)])
    strip = [entry[:-1] for entry in seen["theirs"]]
    assert [entry[:-1] for entry in seen["mine"]] == strip
    for mine, theirs in zip(seen["mine"], seen["theirs"], strict=True):
        if mine[0] in ("on_epoch_end", "on_train_batch_end"):
            assert mine == theirs


@pytest.mark.parametrize(
    "patience,baseline,restore,delta", [(0, None, False, 0), (2, None, True, 0), (1, 0.5, False, 0.05)]
)
def test_early_stopping_decides_as_keras(patience, baseline, restore, delta, rng):
    class Model:
        metrics = ()

        def __init__(self):
            self.stop_training, self.weights_set = False, None

        def get_weights(self):
            return self.epoch

        def set_weights(self, value):
            self.weights_set = value

    for trial in range(20):
        values = np.cumsum(rng.normal(-0.05, 0.2, size=15)) + 1
        results = []
        for lib in (cornu, keras):
            callback = lib.callbacks.EarlyStopping(
                "val_loss",
                patience=patience,
                baseline=baseline,
                restore_best_weights=restore,
                min_delta=delta,
                mode="min",
            )
            model = Model()
            callback.set_model(model)
            callback.on_train_begin()
            for epoch, value in enumerate(values):
                model.epoch = epoch
                callback.on_epoch_end(epoch, {"val_loss": value})
                if model.stop_training:
                    break
            callback.on_train_end()
            results.append((epoch, callback.stopped_epoch, callback.best_epoch, model.weights_set))
        assert results[0] == results[1], trial


def test_stopping_inside_an_epoch(rng):
    class Stop(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = _mlp(cornu)
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(rng.normal(size=(40, 6)), rng.integers(0, 3, 40), epochs=5, batch_size=4, verbose=0, callbacks=[Stop()])
    assert int(model.optimizer.iterations.numpy()) == 2


def test_a_callback_may_change_the_learning_rate(rng):
    x, y = rng.normal(size=(12, 6)), rng.integers(0, 3, 12)

    class Freeze(cornu.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.optimizer.learning_rate = 0.0

    model = cornu.Sequential([cornu.layers.Input((6,)), cornu.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    history = model.fit(x, y, epochs=3, batch_size=12, verbose=0, callbacks=[Freeze()]).history["loss"]
    assert history[0] > history[1]
    assert history[1] == pytest.approx(history[2], rel=1e-6)


def test_history_answers_to_the_older_key(rng):
    model = _mlp(cornu)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(rng.normal(size=(12, 6)), rng.integers(0, 3, 12), verbose=0, validation_split=0.5).history
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert history["acc"] is history["accuracy"]
    assert history["val_acc"] is history["val_accuracy"]
    with pytest.raises(KeyError, match="was not recorded"):
        history["auc"]


def test_model_checkpoint(tmp_path, rng):
    x, y = rng.normal(size=(12, 6)), rng.integers(0, 3, 12)
    model = _mlp(cornu)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    save = cornu.callbacks.ModelCheckpoint(tmp_path / "{epoch:02d}-{loss:.2f}.h5")
    best = cornu.callbacks.ModelCheckpoint(
        tmp_path / "best.weights.h5", "loss", save_best_only=True, save_weights_only=True
    )
    model.fit(x, y, epochs=2, verbose=0, callbacks=[save, best])
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names[0].startswith("01-") and names[1].startswith("02-") and names[2] == "best.weights.h5"
    again = cornu.models.load_model(tmp_path / names[1])
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


# What a run costs


def test_the_second_epoch_compiles_nothing(rng):
    from cornu import engine

    x, y = rng.normal(size=(50, 6)), rng.integers(0, 3, 50)
    model = _mlp(cornu)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    counts = []

    class Count(cornu.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            c = engine.counters
            counts.append((c.compiled, c.dispatches, c.host_to_device))

    before = engine.counters.compiled
    model.fit(x, y, epochs=6, batch_size=8, verbose=0, validation_data=(x, y), callbacks=[Count()])
    compiled = [c[0] for c in counts]
    assert compiled[0] - before == 4  # training and validation: the loop and the last, smaller batch of each
    assert len(set(compiled)) == 1
    dispatches = np.diff([c[1] for c in counts])
    assert dispatches[-1] <= 4
    copies = np.diff([c[2] for c in counts])
    assert len(set(copies[1:])) == 1 and copies[-1] <= 8  # the order of the samples, and the last, smaller batches


def test_ctrl_c_keeps_the_weights(rng):
    import os
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with it ignored

    class Press(cornu.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                os.kill(os.getpid(), signal.SIGINT)

    x, y = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    model = _mlp(cornu)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, batch_size=4, verbose=0, callbacks=[Press()])
    assert np.isfinite(model.predict(x)).all()
    assert int(model.optimizer.iterations.numpy()) == 2
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_wide_arrays_train_without_a_warning():
    ids, labels = np.arange(24).reshape(8, 3) % 5, np.arange(8) % 2  # int64
    weights, lib = np.linspace(0.5, 1.0, 8), cornu.layers  # float64
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # also what is filtered for Keras
        model = cornu.Sequential([cornu.Input((3,), dtype="int64"), lib.Embedding(5, 4), lib.Flatten(), lib.Dense(2)])
        model.compile("sgd", cornu.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        model.fit(ids, labels, sample_weight=weights, batch_size=3, epochs=2, verbose=0)
        model.fit(((ids, labels, weights) for _ in range(2)), steps_per_epoch=2, verbose=0)
        model.evaluate(ids, labels, verbose=0)
        assert model.predict(ids, batch_size=3, verbose=0).shape == (8, 2)
        assert model(ids).shape == (8, 2)
        model.train_on_batch(ids, labels)


@pytest.mark.parametrize("validation", [False, True])
def test_a_fit_inside_a_callback_leaves_the_record_of_the_outer_one(validation):
    x, y = np.ones((8, 6), "float32"), np.zeros((8, 1), "float32")
    found = []
    for lib in (keras, cornu):
        model = lib.Sequential([lib.layers.Input((6,)), lib.layers.Dense(1, kernel_initializer="ones")])
        model.compile("sgd", "mse")
        inner = lib.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs, m=model: m.fit(x[:2], y[:2], verbose=0))
        more = {"validation_data": (x, y)} if validation else {}
        history = model.fit(x, y, epochs=3, verbose=0, callbacks=[inner], **more)
        assert model.history is history
        found.append((history.epoch, history.history))
    (theirs, expected), (ours, record) = found
    assert ours == theirs == [0, 1, 2] and list(record) == list(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(record[key], values, rtol=1e-5)


def test_losses_and_metrics_nest_as_the_outputs_do():
    logs = []
    for lib in (cornu, keras):
        a = lib.Input((3,))
        b = [lib.layers.Dense(1, kernel_initializer="ones", name="b")(a)]
        model = lib.Model(a, {"a": lib.layers.Dense(1, kernel_initializer="zeros", name="a")(a), "b": b})
        model.compile("sgd", loss={"a": "mse", "b": ["mae"]}, metrics={"a": ["mae"], "b": ["mse"]})
        y = {"a": np.ones((4, 1)), "b": [np.full((4, 1), 2.0)]}
        logs.append(model.fit(np.ones((4, 3)), y, epochs=3, verbose=0).history)
    mine, theirs = logs
    for name, other in (("loss", "loss"), ("a_loss", "a_loss"), ("b_loss", "b/b_loss"), ("b_mse", "b_mse")):
        np.testing.assert_allclose(mine[name], theirs[other], rtol=1e-5)


def test_a_state_tree_is_that_of_keras_and_goes_back():
    trees = []
    for lib in (cornu, keras):
        model = lib.Sequential(
            [lib.Input((2,)), lib.layers.Dense(1, name="top"), lib.layers.BatchNormalization(name="n")]
        )
        model.name = "net"
        model.compile(lib.optimizers.Adam(name="adam"), "mse", metrics=["mae"])
        model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
        trees.append((model, model.get_state_tree("numpy_array")))
    (mine, tree), (_, theirs) = trees
    for kind in ("trainable_variables", "non_trainable_variables", "optimizer_variables"):
        ours, others = ({str(p): v.shape for p, v in jax.tree.leaves_with_path(t[kind])} for t in (tree, theirs))
        assert len(ours) == len(others) and sorted(ours.values()) == sorted(others.values())
    mine.fit(np.ones((4, 2)), np.zeros((4, 1)), verbose=0)
    mine.set_state_tree(tree)
    for a, b in zip(jax.tree.leaves(mine.get_state_tree()), jax.tree.leaves(tree), strict=True):
        np.testing.assert_array_equal(a, b)
    before = mine.get_weights()
    wrong = mine.get_state_tree()
    next(iter(wrong["trainable_variables"].values()))["top"]["bias"] = np.ones(3)
    with pytest.raises(ValueError, match=r"has shape \(1,\); received one of \(3,\)"):
        mine.set_state_tree(wrong)
    with pytest.raises(ValueError, match="Did you mean 'trainable_variables'"):
        mine.set_state_tree({"trainable_variable": {}})
    with pytest.raises(ValueError, match="nested dictionaries"):
        mine.set_state_tree({"trainable_variables": [1]})
    other = cornu.models.clone_model(mine)
    other.fit(np.ones((4, 2)), np.zeros((4, 1)), verbose=0)
    fresh = cornu.models.clone_model(other)  # compiled with an optimizer of another name, and not trained yet
    fresh.set_state_tree(other.get_state_tree())
    for a, b in zip(fresh.optimizer.get_weights(), other.optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(mine.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_functions_that_older_scripts_make():
    """`model._make_train_function()` before the optimizer's weights are set, and steps of an iterator."""
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    model._make_train_function()
    assert len(model.optimizer.get_weights()) == 6
    x, y = np.ones((4, 2)), np.ones((4, 1))
    step, test, predict = model.make_train_function(), model.make_test_function(), model.make_predict_function()
    logs = step(iter([(x, y)]))
    assert logs.keys() == {"loss", "mae"} and logs == model.get_metrics_result()
    assert int(model.optimizer.iterations) == 1
    model.reset_metrics()
    before = model.get_weights()
    np.testing.assert_allclose(test(iter([(x, y)]))["loss"], model.evaluate(x, y, verbose=0)[0], rtol=1e-6)
    np.testing.assert_array_equal(predict(iter([(x,)])), model.predict(x, verbose=0))
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    model.optimizer.learning_rate = 0.0  # the same function goes by the new rate
    step(iter([(x, y, np.ones(4))]))
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_what_a_callback_of_functions_gets_besides():
    seen = cornu.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None, custom=lambda: 3)
    assert seen.custom() == 3
