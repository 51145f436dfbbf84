"""Twins: one model in each library, with the same weights and the same data, and what they must share afterwards."""

import keras
import numpy as np

import cornu
from cornu import engine


def pair(make, *args, **kwargs):
    """What a function of the library makes in each."""
    return make(cornu, *args, **kwargs), make(keras, *args, **kwargs)


def same_weights(mine, theirs, rng):
    """Give both the same random weights; variances are positive."""
    assert names(mine.weights) == names(theirs.weights)
    assert [w.shape for w in mine.weights] == [tuple(w.shape) for w in theirs.weights]
    values = [rng.normal(size=w.shape).astype("float32") * 0.5 for w in theirs.weights]
    spread = ["var" in w.name or "std" in w.name for w in theirs.weights]
    values = [np.abs(v) + 0.5 if s else v for v, s in zip(values, spread, strict=True)]
    mine.set_weights(values), theirs.set_weights(values)


def compile_one(lib, model, loss="mse", rate=0.05, **options):
    """Compile with momentum; an option that is a function of the library is what it makes there."""
    own = {key: value(lib) if callable(value) else value for key, value in {"loss": loss, **options}.items()}
    model.compile(**{"optimizer": lib.optimizers.SGD(rate, momentum=0.9), **own})


def compile_both(mine, theirs, loss="mse", rate=0.05, **options):
    """Compile one model of each library alike."""
    compile_one(cornu, mine, loss, rate, **options), compile_one(keras, theirs, loss, rate, **options)


def fit_both(mine, theirs, *data, tolerance=1e-4, **options):
    """Train both on the same data in the same order: equal histories and weights. Gives the histories."""
    options = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0, **options}
    ours, expected = mine.fit(*data, **options).history, theirs.fit(*data, **options).history
    same_logs(ours, expected, tolerance)
    same_state(mine, theirs, tolerance)
    return ours, expected


def evaluate_both(mine, theirs, *data, tolerance=1e-4, **options):
    """Evaluate both on the same data: equal logs, which are given."""
    options = {"batch_size": 8, "verbose": 0, "return_dict": True, **options}
    ours, expected = mine.evaluate(*data, **options), theirs.evaluate(*data, **options)
    same_logs(ours, expected, tolerance)
    return ours, expected


def close(ours, expected, tolerance=1e-4, what=""):
    """Equal arrays, up to rounding relative to the largest of the expected ones."""
    ours, expected = np.asarray(ours, "float64"), np.asarray(expected, "float64")
    assert ours.shape == expected.shape, what
    np.testing.assert_allclose(ours, expected, tolerance, tolerance * np.abs(expected).max(initial=1e-3), err_msg=what)


def same_logs(ours, expected, tolerance=1e-4):
    """The same keys and numbers."""
    assert set(ours) == set(expected)
    for key, values in expected.items():
        close(ours[key], values, tolerance, key)


def same_state(mine, theirs, tolerance=1e-4):
    """Equal weights, moving statistics included."""
    for ours, expected in zip(mine.weights, theirs.weights, strict=True):
        close(ours.numpy(), np.asarray(expected), tolerance, expected.path)


def names(weights):
    """Names of weights, each with that of its layer: the same in both libraries."""
    return ["/".join(w.path.split("/")[-2:]) for w in weights]


def compilations(run):
    """How many programs are compiled while `run()` runs."""
    before = engine.counters.compiled
    run()
    return engine.counters.compiled - before
