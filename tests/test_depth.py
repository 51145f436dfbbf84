"""Depth: what is done with a model takes steps in proportion to its layers. Counted in calls of Python, not seconds."""

import sys

import numpy as np
import pytest

import cornu
from cornu import layers


def calls(run):
    """How many functions of Python are called."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def deep(count):
    return cornu.Sequential([layers.Input((4,)), *(layers.Dense(4, activation="relu") for _ in range(count))])


def functional(count):
    x = y = layers.Input((4,))
    for _ in range(count):
        y = layers.Dense(4)(y)
    return cornu.Model(x, y)


def nested(count):
    """Each model holds the one before."""
    model = cornu.Sequential([layers.Input((4,)), layers.Dense(4)])
    for _ in range(count):
        model = cornu.Sequential([layers.Input((4,)), model, layers.Dense(4)])
    return model


def nested_functional(count):
    model = functional(1)
    for _ in range(count):
        x = layers.Input((4,))
        model = cornu.Model(x, layers.Dense(4)(model(x)))
    return model


X = np.ones((2, 4), "float32")
RUNS = {
    "build": lambda model, make, count, path: make(count),
    "weights": lambda model, make, count, path: model.weights,
    "trainable": lambda model, make, count, path: setattr(model, "trainable", False),
    "config": lambda model, make, count, path: model.from_config(model.get_config()),
    "summary": lambda model, make, count, path: model.summary(print_fn=lambda text: None),
    "summary of all": lambda model, make, count, path: model.summary(print_fn=lambda text: None, expand_nested=True),
    "json": lambda model, make, count, path: cornu.models.model_from_json(model.to_json()),
    "save": lambda model, make, count, path: model.save(path / f"{count}.h5"),
    "load": lambda model, make, count, path: cornu.models.load_model(path / f"{count}.h5"),
    "save .keras": lambda model, make, count, path: model.save(path / f"{count}.keras"),
    "load .keras": lambda model, make, count, path: cornu.models.load_model(path / f"{count}.keras"),
    "call": lambda model, make, count, path: model(X, training=True),
}


@pytest.mark.parametrize("make", [deep, functional, nested, nested_functional])
def test_steps_grow_in_proportion(make, tmp_path):
    sizes = (25, 50) if make in (nested, nested_functional) else (40, 80)
    models = [(make(size), size) for size in sizes]
    for name, run in RUNS.items():
        counts = [calls(lambda m=m, n=n, run=run: run(m, make, n, tmp_path)) for m, n in models]
        assert counts[1] <= 2.2 * counts[0], name


@pytest.mark.parametrize("make", [nested, nested_functional])
def test_a_hundred_models_in_one_another(make, tmp_path):
    model = make(100)
    model.compile("sgd", "mse")
    model.fit(X, X, verbose=0)
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        loaded = cornu.models.load_model(tmp_path / name)
        np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


def test_thousands_of_layers():
    model = deep(2000)
    assert len(model.layers) == 2000 and model.count_params() == 2000 * 20


def test_compiled_depth_is_in_proportion():
    """The program of a training step has operations in proportion to the layers."""
    import jax

    from cornu.core import state

    def operations(count):
        model = deep(count)
        run = state.pure(lambda x: model(x, training=True), model.all_variables())
        return len(jax.make_jaxpr(run)([v.value for v in model.all_variables()], cornu.ops.ones((2, 4))).jaxpr.eqns)

    assert operations(60) <= 2.1 * operations(30)
