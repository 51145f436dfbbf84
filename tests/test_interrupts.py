"""Ctrl-C at any moment leaves a model that works, and files that are whole."""

import os
import signal
import threading
import time
import timeit

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.core import interrupt
from cornu.core.interrupt import Watch

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

X = np.random.default_rng(0).normal(size=(300, 4)).astype("float32")
Y = X[:, :1] * 2
MOMENTS = 50


def model():
    made = cornu.Sequential(
        [layers.Input((4,)), layers.Dense(8, "relu"), layers.BatchNormalization(), layers.Dropout(0.1), layers.Dense(1)]
    )
    made.compile("adam", "mse", metrics=["mae"])
    return made


RUNS = {
    "fit": lambda m, path: m.fit(X, Y, epochs=3, batch_size=7, validation_split=0.1, verbose=0),
    "evaluate": lambda m, path: m.evaluate(X, Y, batch_size=7, verbose=0),
    "predict": lambda m, path: m.predict(X, batch_size=7, verbose=0),
    "train_on_batch": lambda m, path: [m.train_on_batch(X[:9], Y[:9]) for _ in range(5)],
    "save": lambda m, path: m.save(path / "m.keras"),
    "save h5": lambda m, path: m.save(path / "m.h5"),
}


def pressed(run, after):
    """Run, and press Ctrl-C after so many seconds; whether it came through.

    Python drops an exception that arises in the callback of a weak reference, which tracing makes many of.
    """

    def press():
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    try:
        thread.start()
        run()
        thread.join()
        time.sleep(0.002)
    except KeyboardInterrupt:
        thread.join()
        return True
    return False


@pytest.fixture(autouse=True)
def ctrl_c_acts():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with it ignored
    yield
    signal.signal(signal.SIGINT, before)


def works(made, tmp_path):
    """A model does all that a model does, and has no weight or slot too many."""
    assert len(made.weights) == 8 and all(np.isfinite(w).all() for w in made.get_weights())
    made.fit(X[:20], Y[:20], verbose=0)
    assert np.isfinite(made.predict(X[:3], verbose=0)).all() and np.isfinite(np.asarray(made(X[:2]))).all()
    assert np.isfinite(made.evaluate(X[:30], Y[:30], verbose=0)).all()
    assert len(made.optimizer.variables) == 2 + 2 * 6
    assert not [name for name in os.listdir(tmp_path) if not name.startswith("m.")]
    for name in os.listdir(tmp_path):
        assert cornu.models.load_model(tmp_path / name).count_params() == made.count_params()


@pytest.mark.parametrize("name", RUNS)
def test_at_any_moment(name, tmp_path, rng):
    made = model()
    run = RUNS[name]
    run(made, tmp_path)
    began = time.perf_counter()
    run(made, tmp_path)
    takes = time.perf_counter() - began
    through = 0
    for _ in range(MOMENTS):
        through += pressed(lambda: run(made, tmp_path), rng.uniform(0, takes))
        works(made, tmp_path)
    assert through >= 0.8 * MOMENTS


class Late(Exception):
    """A time limit has passed."""


@pytest.mark.parametrize("name", ["fit", "train_on_batch", "save h5"])
def test_an_alarm_whose_handler_raises(name, tmp_path, rng):
    """A time limit as scripts set it: what Ctrl-C leaves whole, any signal does."""

    def late(number, frame):
        raise Late

    made = model()
    run = RUNS[name]
    run(made, tmp_path)
    takes = min(timeit.repeat(lambda: run(made, tmp_path), number=1, repeat=10))  # so that alarms come before the end
    through = 0
    before = signal.signal(signal.SIGALRM, late)
    for _ in range(2 * MOMENTS):
        try:
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.0001, takes))
            run(made, tmp_path)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Exception:  # JAX may catch it, and raise another of its own
            through += 1
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert signal.signal(signal.SIGALRM, before) is late
    works(made, tmp_path)
    assert through >= MOMENTS


def test_while_a_new_model_is_built_and_compiled(tmp_path, rng):
    began = time.perf_counter()
    RUNS["fit"](model(), tmp_path)
    takes = time.perf_counter() - began
    for _ in range(8):
        made = model()
        pressed(lambda made=made: RUNS["fit"](made, tmp_path), rng.uniform(0, takes / 2))
        works(made, tmp_path)


def test_a_handler_of_the_script_is_called(tmp_path):
    called = []
    signal.signal(signal.SIGINT, lambda number, frame: called.append(number))
    made = model()
    made.fit(X, Y, verbose=0)
    thread = threading.Thread(target=lambda: (time.sleep(0.02), os.kill(os.getpid(), signal.SIGINT)))
    thread.start()
    made.fit(X, Y, epochs=200, verbose=0)
    thread.join()
    assert called == [signal.SIGINT]
    works(made, tmp_path)


def test_a_signal_that_comes_as_a_watch_begins_to_close(monkeypatch):
    """Its handler raises before anything is put back; a watch that stayed open would leave the next call unguarded."""
    close, came = Watch.__exit__, []

    def late_once(self, *error):
        if not came:
            came.append(True)
            raise Late
        return close(self, *error)

    made = model()
    made.fit(X, Y, verbose=0)
    handlers = [signal.getsignal(number) for number in interrupt._SIGNALS]
    monkeypatch.setattr(Watch, "__exit__", late_once)
    with pytest.raises(Late):
        made.fit(X, Y, verbose=0)
    assert interrupt._open is None
    assert [signal.getsignal(number) for number in interrupt._SIGNALS] == handlers
