"""Depth: what is done with a model takes steps in proportion to its layers. Counted in calls of Python, not seconds."""

import sys

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


RUNS = {
    "build": lambda model, make, count, path: make(count),
    "weights": lambda model, make, count, path: model.weights,
    "trainable": lambda model, make, count, path: setattr(model, "trainable", False),
    "config": lambda model, make, count, path: model.from_config(model.get_config()),
    "summary": lambda model, make, count, path: model.summary(print_fn=lambda text: None),
    "save": lambda model, make, count, path: model.save(path / "m.h5"),
    "load": lambda model, make, count, path: cornu.models.load_model(path / "m.h5"),
}


@pytest.mark.parametrize("make", [deep, functional])
def test_steps_grow_in_proportion(make, tmp_path):
    small, large = make(60), make(120)
    for name, run in RUNS.items():
        counts = [calls(lambda m=m, n=n, run=run: run(m, make, n, tmp_path)) for m, n in ((small, 60), (large, 120))]
        assert counts[1] <= 2.2 * counts[0], name


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
