"""Lines whose loss no test would have seen: shuffling, constraints, averages of weights, epochs, weights of classes."""

from contextlib import nullcontext

import keras
import numpy as np
import pytest
import twins

import cornu


def mlp(lib):
    layers = lib.layers
    return lib.Sequential(
        [layers.Input((4,)), layers.Dense(5, "tanh", name="hidden"), layers.Dense(3, "softmax", name="out")]
    )


def data(count=19):
    rng = np.random.default_rng(4)
    return rng.normal(size=(count, 4)).astype("float32"), rng.integers(0, 3, count)


def ready(make, rng, optimizer=lambda lib: lib.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", **options):
    """Both models with the same weights, compiled."""
    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs, loss, optimizer=optimizer, **options)
    return mine, theirs


# Every epoch sees every sample once


def visited(model, x, y, epochs, **options):
    """By how much each epoch changed the weight of each sample.

    Sample `i` is row `i` of the identity, and the loss is linear: each visit adds its target times its weight divided
    by the size of its batch.
    """
    seen = [np.zeros(model.input_shape[1])]

    class Note(cornu.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.get_weights()[0][:, 0])

    callbacks = [Note(), *options.pop("callbacks", [])]
    model.compile(cornu.optimizers.SGD(1.0), lambda y, p: -y * p)
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    return np.diff(seen, axis=0)


def linear(count):
    layer = cornu.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    return cornu.Sequential([cornu.Input((count,)), layer])


class EachBatch(cornu.callbacks.Callback):
    """Acts between any two batches."""

    def on_train_batch_end(self, batch, logs=None):
        pass


class Batches:
    """A Sequence of batches of four."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return -(-len(self.x) // 4)

    def __getitem__(self, i):
        return self.x[4 * i : 4 * i + 4], self.y[4 * i : 4 * i + 4]


@pytest.mark.parametrize("callbacks", [[], [EachBatch()]], ids=["in_chunks", "one_by_one"])
def test_a_shuffled_epoch_sees_every_sample_once(callbacks):
    """Batches of 4 of 11 samples: 8 change by a quarter and 3, others in each epoch, by a third."""
    changes = visited(linear(11), np.eye(11), np.ones((11, 1)), 6, batch_size=4, callbacks=callbacks)
    for change in changes:
        np.testing.assert_allclose(np.sort(change), [1 / 4] * 8 + [1 / 3] * 3, rtol=1e-5)
    last = {tuple(np.flatnonzero(change > 0.3)) for change in changes}
    assert len(last) > 2, last


def test_a_shuffled_epoch_of_full_batches_sees_every_sample_once():
    changes = visited(linear(12), np.eye(12), np.ones((12, 1)), 3, batch_size=4)
    np.testing.assert_allclose(changes, 1 / 4, rtol=1e-5)


def test_a_batch_larger_than_the_data():
    np.testing.assert_allclose(visited(linear(5), np.eye(5), np.ones((5, 1)), 2, batch_size=32), 1 / 5, rtol=1e-5)


def test_unshuffled_epochs_keep_the_order():
    changes = visited(linear(11), np.eye(11), np.ones((11, 1)), 2, batch_size=4, shuffle=False)
    np.testing.assert_allclose(changes, [[1 / 4] * 8 + [1 / 3] * 3] * 2, rtol=1e-5)


def test_shuffling_keeps_targets_and_weights_with_their_samples():
    targets, weights = np.arange(1.0, 13.0)[:, None], np.linspace(0.5, 1.5, 12)
    changes = visited(linear(12), np.eye(12), targets, 3, batch_size=4, sample_weight=weights)
    np.testing.assert_allclose(changes, [targets[:, 0] * weights / 4] * 3, rtol=1e-5)


@pytest.mark.parametrize("shuffle", [True, False])
def test_an_epoch_of_a_sequence_sees_every_batch_once(shuffle):
    changes = visited(linear(11), Batches(np.eye(11), np.ones((11, 1))), None, 3, shuffle=shuffle)
    np.testing.assert_allclose(changes, [[1 / 4] * 8 + [1 / 3] * 3] * 3, rtol=1e-5)


def test_epochs_have_orders_of_their_own():
    """Momentum tells in which order the samples came."""
    x, y = np.eye(8), np.ones((8, 1))
    model, orders = linear(8), []

    class Note(cornu.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.before = self.model.get_weights()[0]

        def on_train_batch_end(self, batch, logs=None):
            orders[-1].append(int(np.argmax(self.model.get_weights()[0] - self.before)))

        def on_epoch_begin(self, epoch, logs=None):
            orders.append([])

    model.compile(cornu.optimizers.SGD(1.0), lambda y, p: -y * p)
    model.fit(x, y, batch_size=1, epochs=4, verbose=0, callbacks=[Note()])
    assert all(sorted(order) == list(range(8)) for order in orders)
    assert len(set(map(tuple, orders))) == 4


def test_validation_is_of_the_last_samples_and_these_are_not_trained(rng):
    changes = visited(linear(12), np.eye(12), np.ones((12, 1)), 3, batch_size=4, validation_split=0.25)
    np.testing.assert_allclose(changes[:, :9].sum(), 3 * (8 / 4 + 1 / 1), rtol=1e-5)
    assert not changes[:, 9:].any()


# Constraints and regularizers that a layer of the user's own asks for


def own(lib):
    class Own(lib.layers.Layer):
        def __init__(self, kernel_constraint=None, kernel_regularizer=None, **kwargs):
            super().__init__(**kwargs)
            self.kernel_constraint = lib.constraints.get(kernel_constraint)
            self.kernel_regularizer = lib.regularizers.get(kernel_regularizer)

        def build(self, input_shape):
            limits = {"constraint": self.kernel_constraint, "regularizer": self.kernel_regularizer}
            self.kernel = self.add_weight(shape=(input_shape[-1], 3), name="kernel", **limits)
            self.gain = self.add_weight(shape=(3,), name="gain", constraint="non_neg", regularizer="l1")
            self.free = self.add_weight(shape=(3,), name="free")

        def call(self, x):
            return lib.ops.matmul(x, self.kernel) * self.gain + self.free

    return lib.Sequential(
        [lib.layers.Input((4,)), Own("unit_norm", "l2", name="own"), lib.layers.Activation("softmax", name="out")]
    )


def test_what_add_weight_is_told_holds(rng):
    mine, theirs = ready(own, rng)
    twins.fit_both(mine, theirs, *data())
    kernel, gain, free = mine.get_weights()
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1.0, rtol=1e-5)
    assert gain.min() >= 0 > free.min()


LIMITS = ["max_norm", "unit_norm", "non_neg", "min_max_norm"]


@pytest.mark.parametrize("limit", LIMITS)
def test_constraints_of_arguments_hold(limit, rng):
    def make(lib):
        layers = lib.layers
        hidden = layers.Dense(5, "tanh", kernel_constraint=limit, bias_constraint="non_neg", name="hidden")
        norm = layers.BatchNormalization(gamma_constraint=limit, beta_constraint="non_neg", name="norm")
        out = layers.Dense(3, "softmax", bias_constraint=limit, name="out")
        return lib.Sequential([layers.Input((4,)), hidden, norm, out])

    mine, theirs = ready(make, rng, lambda lib: lib.optimizers.Adam(0.1))
    twins.fit_both(mine, theirs, *data(), tolerance=1e-3)  # Adam divides small gradients by small gradients
    assert mine.layers[0].get_weights()[1].min() >= 0


# Averages of weights


@pytest.mark.parametrize("frequency", [None, 2, 5])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_fit_ends_with_the_average(optimizer, frequency, rng):
    options = {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": frequency}
    make = lambda lib: getattr(lib.optimizers, optimizer)(0.05, **options)  # noqa: E731
    mine, theirs = ready(mlp, rng, make)
    for _ in range(2):  # the second begins with the average of the first
        twins.fit_both(mine, theirs, *data())
        theirs.set_weights(theirs.get_weights())  # Keras has weights and averages share buffers, and gives them away


def test_the_average_is_not_the_last_weight(rng):
    weights = []
    for use in (True, False):
        model = mlp(cornu)
        model.set_weights([np.full(w.shape, 0.1) for w in model.weights])
        model.compile(cornu.optimizers.SGD(0.5, use_ema=use, ema_momentum=0.9), "sparse_categorical_crossentropy")
        model.fit(*data(), epochs=3, shuffle=False, verbose=0)
        weights.append(model.get_weights()[2])
    assert np.abs(weights[0] - weights[1]).max() > 1e-3


def test_single_batches_leave_the_average_aside(rng):
    mine, theirs = ready(mlp, rng, lambda lib: lib.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.5))
    for _ in range(3):
        mine.train_on_batch(*data()), theirs.train_on_batch(*data())
    twins.same_state(mine, theirs)


# Epochs


FREQUENCIES = [{"validation_freq": 2}, {"validation_freq": 3}, {"validation_freq": [1, 4]}, {"validation_freq": 9}]


@pytest.mark.parametrize("options", FREQUENCIES, ids=lambda o: str(o["validation_freq"]))
def test_validation_comes_as_often_as_asked(options, rng):
    mine, theirs = ready(mlp, rng, metrics=["accuracy"])
    validations = {"mine": [], "theirs": []}

    def watch(lib, name):
        class Watch(lib.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.epoch = epoch

            def on_test_begin(self, logs=None):
                validations[name].append(self.epoch)

        return Watch()

    fit = {"epochs": 5, "batch_size": 8, "shuffle": False, "verbose": 0, "validation_data": data(9), **options}
    ours = mine.fit(*data(), callbacks=[watch(cornu, "mine")], **fit)
    expected = theirs.fit(*data(), callbacks=[watch(keras, "theirs")], **fit)
    assert validations["mine"] == validations["theirs"]
    twins.same_logs(ours.history, expected.history)
    assert ours.epoch == expected.epoch


@pytest.mark.parametrize("initial,epochs", [(0, 2), (1, 3), (2, 3), (3, 3), (5, 3)])
def test_training_begins_with_the_epoch_asked_for(initial, epochs, rng):
    mine, theirs = ready(mlp, rng)
    numbers = {"mine": [], "theirs": []}

    def watch(lib, name):
        class Watch(lib.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                numbers[name].append(("begin", epoch))

            def on_epoch_end(self, epoch, logs=None):
                numbers[name].append(("end", epoch))

        return Watch()

    fit = {"initial_epoch": initial, "epochs": epochs, "batch_size": 8, "shuffle": False, "verbose": 0}
    doubted = pytest.warns(cornu.utils.LikelyMistake, match="none to train") if initial > epochs else nullcontext()
    with doubted:
        ours = mine.fit(*data(), callbacks=[watch(cornu, "mine")], **fit)
    expected = theirs.fit(*data(), callbacks=[watch(keras, "theirs")], **fit)
    assert numbers["mine"] == numbers["theirs"]
    assert list(ours.epoch) == list(expected.epoch)
    twins.same_logs(ours.history, expected.history)
    twins.same_state(mine, theirs)
    assert int(mine.optimizer.iterations) == 3 * max(0, epochs - initial)


# Weights of classes


def stream(x, y, *more, size=8):
    """Batches of a generator that does not end."""
    while True:
        for i in range(0, len(x), size):
            yield tuple(part[i : i + size] for part in (x, y, *more))


CLASS_WEIGHT = {0: 0.2, 1: 1.0, 2: 4.0}


@pytest.mark.parametrize("form", ["generator", "one_hot", "with_weights"])
def test_class_weights_count_in_streams(form, rng):
    """As they count in arrays, where Keras takes them."""
    x, y = data(16)
    targets, loss = y, "sparse_categorical_crossentropy"
    if form == "one_hot":
        targets, loss = np.eye(3, dtype="float32")[y], "categorical_crossentropy"
    extra = [np.linspace(0.5, 1.5, 16).astype("float32")] if form == "with_weights" else []
    factor = np.array([CLASS_WEIGHT[int(label)] for label in y], "float32")
    mine, theirs = ready(
        mlp, rng, loss=loss, metrics=["accuracy"], weighted_metrics=["mse"] if form == "one_hot" else None
    )
    fit = {"epochs": 2, "verbose": 0}
    ours = mine.fit(stream(x, targets, *extra), steps_per_epoch=2, class_weight=CLASS_WEIGHT, **fit)
    whole = factor * extra[0] if extra else factor
    expected = theirs.fit(x, targets, sample_weight=whole, batch_size=8, shuffle=False, **fit)
    twins.same_logs(ours.history, expected.history)
    twins.same_state(mine, theirs)


def test_class_weights_count_in_a_sequence(rng):
    x, y = data(16)
    mine, theirs = ready(mlp, rng)
    ours = mine.fit(Batches(x, y), class_weight=CLASS_WEIGHT, epochs=2, shuffle=False, verbose=0)
    expected = theirs.fit(x, y, class_weight=CLASS_WEIGHT, batch_size=4, epochs=2, shuffle=False, verbose=0)
    twins.same_logs(ours.history, expected.history)
    twins.same_state(mine, theirs)


@pytest.mark.parametrize("source", [{"validation_split": 0.25}, {"validation_data": data(9)}], ids=["split", "data"])
def test_class_weights_do_not_count_in_validation(source, rng):
    mine, theirs = ready(mlp, rng, weighted_metrics=["sparse_categorical_accuracy"])
    twins.fit_both(mine, theirs, *data(20), class_weight=CLASS_WEIGHT, **source)


def test_class_weights_in_train_on_batch(rng):
    mine, theirs = ready(mlp, rng)
    ours, expected = (m.train_on_batch(*data(), class_weight=CLASS_WEIGHT) for m in (mine, theirs))
    twins.close(ours, expected)
    twins.same_state(mine, theirs)


def test_sample_weights_count_in_streams_and_in_validation(rng):
    x, y = data(16)
    weights = np.linspace(0.1, 2.0, 16).astype("float32")
    mine, theirs = ready(mlp, rng)
    ours = mine.fit(stream(x, y, weights), steps_per_epoch=2, validation_data=(x, y, weights), verbose=0)
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    expected = theirs.fit(x, y, sample_weight=weights, validation_data=(x, y, weights), **options)
    twins.same_logs(ours.history, expected.history)
    twins.same_state(mine, theirs)
