"""Threads: predictions and calls while others predict or train, trainings side by side, and what is not allowed."""

import copy
import io
import threading
import zipfile

import h5py
import numpy as np
import pytest

import cornu
from cornu import engine, layers
from cornu.core import lending

X = np.random.default_rng(0).normal(size=(600, 4)).astype("float32")
Y = X[:, :1] * 2


def model():
    made = cornu.Sequential(
        [layers.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.3), layers.BatchNormalization(), layers.Dense(1)]
    )
    made.compile("sgd", "mse")
    return made


def in_threads(work, count=8):
    """Run `work(number)` in threads; the exceptions they met."""
    met = []

    def run(number):
        try:
            work(number)
        except BaseException as error:
            met.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return met


CALLS = {"predict": lambda m, x: m.predict(x, verbose=0), "call": lambda m, x: np.asarray(m(x))}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("count", [1, 8])
def test_all_are_answered_and_right(call, count):
    models = [model() for _ in range(count)]
    expected = [CALLS[call](m, X[:10]) for m in models]
    answers = []

    def work(number):
        for _ in range(200):
            answers.append(np.array_equal(CALLS[call](models[number % count], X[:10]), expected[number % count]))

    assert not in_threads(work)
    assert len(answers) == 1600 and all(answers)


def test_the_first_calls_may_come_at_once():
    made, answers = model(), []
    assert not in_threads(lambda number: answers.append(made.predict(X[:5], verbose=0)))
    assert all(np.array_equal(a, answers[0]) for a in answers)


class Twice(layers.Layer):
    """Two weights that training changes by the same amount: their difference tells of a mixture."""

    def build(self, input_shape):
        self.a = self.add_weight((input_shape[-1], 1), "zeros", name="a")
        self.b = self.add_weight((input_shape[-1], 1), "zeros", name="b")

    def call(self, inputs, training=None):
        return inputs @ (self.a + self.b) if training else inputs @ (self.a - self.b)


@pytest.mark.parametrize("call", CALLS)
def test_while_it_trains_readers_see_a_state_before_or_after_a_step(call):
    made = cornu.Sequential([layers.Input((4,)), Twice()])
    made.compile(cornu.optimizers.Adam(0.1), "mse")
    made.fit(X, Y, verbose=0)
    over = threading.Event()
    differences = []

    def work(number):
        if number == 0:
            while not over.is_set():
                made.fit(X, Y, batch_size=8, epochs=2, verbose=0)
            return
        try:
            for _ in range(200):
                differences.append(np.abs(CALLS[call](made, X[:10])).max())
        finally:
            if len(differences) >= 7 * 200 or number == 7:
                over.set()

    assert not in_threads(work)
    assert len(differences) == 1400 and max(differences) == 0.0
    assert np.abs(made.get_weights()[0]).max() > 0


def test_models_train_side_by_side():
    models = [model() for _ in range(4)]
    assert not in_threads(lambda number: models[number].fit(X, Y, epochs=2, verbose=0), 4)
    assert all(int(m.optimizer.iterations.numpy()) == 38 for m in models)


def test_two_trainings_of_one_model_are_refused():
    made = model()
    made.fit(X, Y, verbose=0)

    class Meanwhile(cornu.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.met = in_threads(lambda number: made.fit(X, Y, verbose=0), 1)

    callback = Meanwhile()
    made.fit(X, Y, verbose=0, callbacks=[callback])
    assert "is being trained in another thread" in str(callback.met[0])
    assert isinstance(callback.met[0], RuntimeError)


def test_custom_objects_of_threads_do_not_meet():
    barrier, seen = threading.Barrier(8), []

    def work(number):
        with cornu.saving.custom_object_scope({"mine": number}):
            barrier.wait()
            cornu.saving.register_keras_serializable("threads", f"f{number}")(lambda: number)
            seen.append(cornu.saving.get_registered_object("mine") == number)
            barrier.wait()

    assert not in_threads(work)
    assert all(seen) and len(seen) == 8
    assert cornu.saving.get_registered_object("mine") is None
    assert all(f"threads>f{i}" in cornu.saving.get_custom_objects() for i in range(8))


class Counting(cornu.optimizers.Optimizer):
    """Every step adds 1 to every weight."""

    def update(self, gradient, weight, rate, step):
        return weight + 1.0, ()


def _numbers(path):
    """The first number of every array of weights, and the step, in a file."""
    found = {}
    archived = path.suffix == ".keras"
    with h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5")) if archived else path) as file:
        file.visititems(lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None)
        values = {name: float(np.ravel(item)[0]) for name, item in found.items()}
    step = next(v for n, v in values.items() if n.endswith(("iteration", "optimizer/vars/0")))
    return {step + 1, *(v for n, v in values.items() if "optimizer" not in n)}


def test_what_is_saved_or_copied_while_another_thread_trains_is_one_state(tmp_path):
    def dense():
        return layers.Dense(1, use_bias=False, kernel_initializer="ones")

    model = cornu.Sequential([layers.Input((1,)), dense(), dense(), dense()])
    model.compile(Counting(0.1), "mse")
    x, done = np.ones((64, 1), "float32"), threading.Event()

    def train():
        while not done.is_set():
            model.fit(x, x, batch_size=1, verbose=0, steps_per_epoch=7)

    thread = threading.Thread(target=train)
    thread.start()
    try:
        for turn in range(8):
            model.save_weights(tmp_path / f"{turn}.weights.h5")
            model.save(tmp_path / f"{turn}.h5"), model.save(tmp_path / f"{turn}.keras")
            for path in tmp_path.iterdir():
                assert len(_numbers(path)) == 1, path
                path.unlink()
            for weights in (model.get_weights(), copy.deepcopy(model).get_weights()):
                assert len({float(w[0, 0]) for w in weights}) == 1
    finally:
        done.set()
        thread.join()


def test_what_is_away_stays_away_while_another_program_runs_inside():
    """A layer may ask another model while it is traced."""
    outer, inner = (cornu.Variable(np.ones(2, "float32")) for _ in range(2))
    outer.array(), inner.array()
    run = engine.current()
    lending.give([outer], lending.take([outer], run)[0])  # whoever asked before has been heard
    taken, shared = lending.take([outer], run)
    assert not shared
    lending.give([inner], lending.take([inner], run)[0])
    read = threading.Event()
    thread = threading.Thread(target=lambda: (outer.numpy(), read.set()))
    thread.start()
    assert not read.wait(0.2)
    lending.give([outer], taken)
    assert read.wait(10)
    thread.join()


def still():
    """A model that training does not change, and whose loss and accuracy differ from batch to batch."""
    made = cornu.Sequential([layers.Input((4,)), layers.Dense(3, "softmax")])
    made.compile(cornu.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made, np.random.default_rng(1).integers(0, 3, 600)


def test_passes_that_count_into_the_same_metrics_take_turns():
    one, y = still()
    parts = [slice(150 * i, 150 * i + 150) for i in range(4)]
    expected = [one.evaluate(X[part], y[part], batch_size=10, verbose=0) for part in parts]
    assert len({tuple(values) for values in expected}) == 4

    def work(number):
        part, right = parts[number], pytest.approx(expected[number], abs=1e-5)
        for turn in range(60):
            if number == 3:
                history = one.fit(X[part], y[part], batch_size=10, shuffle=False, epochs=3, verbose=0).history
                assert [history["loss"][-1], history["accuracy"][-1]] == right
            elif turn % 3 == 2:
                assert one.test_on_batch(X[part], y[part]) == right
            else:
                assert one.evaluate(X[part], y[part], batch_size=10, verbose=0) == right

    assert not in_threads(work, 4)


@pytest.mark.parametrize("how", ["set_weights", "load_weights", "load_weights by layer"])
@pytest.mark.parametrize("call", CALLS)
def test_weights_are_restored_all_at_once(call, how, tmp_path):
    made = cornu.Sequential([layers.Input((4,)), *(layers.Dense(4, use_bias=False) for _ in range(6))])
    states = [[np.full((4, 4), value, "float32")] * 6 for value in (1, 2)]
    paths = [tmp_path / f"{i}{'.h5' if 'layer' in how else '.weights.h5'}" for i in range(2)]
    for state, path in zip(states, paths, strict=True):
        made.set_weights(state)
        made.save_weights(path)
    seen, done = set(), threading.Event()

    def work(number):
        try:
            for turn in range(0 if number else 150):
                made.set_weights(states[turn % 2]) if how == "set_weights" else made.load_weights(paths[turn % 2])
        finally:
            if not number:
                done.set()
        while number and not done.is_set():
            seen.add(float(CALLS[call](made, np.ones((1, 4), "float32"))[0, 0]))

    assert not in_threads(work, 4)
    assert seen <= {4.0**6, 8.0**6}
