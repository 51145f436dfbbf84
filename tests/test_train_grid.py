"""Every layer of the grid trains as in Keras: ten steps inside a model, every loss and every weight."""

import dataclasses
import inspect

import grid
import keras
import numpy as np
import pytest
import twins

import cornu

pytestmark = [
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling"),
    pytest.mark.filterwarnings("ignore:.*does not support masking"),
]
STEADY = [case for case in grid.LAYERS if not case.noisy]


def arguments(case, ending):
    """The constructor's arguments that end so: those of its constraints, or of its regularizers."""
    known = inspect.signature(getattr(keras.layers, case.name).__init__).parameters
    return [name for name in known if name.endswith(ending) and name != "activity_regularizer"]


def first_of_each(cases):
    """One case of every layer, and each BatchNormalization: only that has weights which no gradient moves."""
    firsts = {case.name: case for case in reversed(cases)}
    return [case for case in cases if case is firsts[case.name] or case.name == "BatchNormalization"]


BOUND = [case for case in STEADY if arguments(case, "_constraint")]
OTHERS_WITH_WEIGHTS = ("RMSNormalization", "RNN", "Bidirectional", "TimeDistributed")
WITH_WEIGHTS = [case for case in STEADY if case in BOUND or case.name in OTHERS_WITH_WEIGHTS]


def leaves(tree):
    """Its parts as a list."""
    return list(tree) if isinstance(tree, list | tuple) else [tree]


def small(lib, shape):
    """Layers that make one short row per sample of an output, so that steps of one size suit all."""
    if len(shape) == 3:
        return [lib.layers.GlobalAveragePooling1D()]  # counts with the mask, where there is one
    if len(shape) > 3:
        return [lib.layers.Flatten(), lib.layers.UnitNormalization()]
    return [lib.layers.UnitNormalization()] if shape[-1] > 12 else []


def stack(lib, case):
    """A trained layer, the layer, and a number per sample, as a Sequential model."""
    x = case.data()
    before = [lib.layers.Dense(x.shape[-1], name="before")] if x.dtype == "float32" else []
    model = lib.Sequential([lib.layers.Input(x.shape[1:], dtype=str(x.dtype)), *before, case.make(lib, name="it")])
    for layer in [*small(lib, model.output_shape), lib.layers.Dense(1, name="after")]:
        model.add(layer)
    return model


def graph(lib, case):
    """The same as a functional model, for any number of inputs and outputs."""
    inputs = [lib.layers.Input(x.shape[1:], dtype=str(x.dtype)) for x in leaves(case.data())]
    tensors = inputs
    if inputs[0].dtype == "float32":
        tensors = [lib.layers.Dense(x.shape[-1], name=f"before_{i}")(x) for i, x in enumerate(inputs)]
    outputs, several = [], isinstance(case.data(), list | tuple)
    for y in leaves(case.make(lib, name="it")(*grid.given(type(case.data())(tensors) if several else tensors[0]))):
        for layer in small(lib, y.shape):
            y = layer(y)
        outputs.append(y)
    y = lib.layers.Concatenate(name="joined")(outputs) if len(outputs) > 1 else outputs[0]
    return lib.Model(inputs, lib.layers.Dense(1, name="after")(y))


def trained_alike(mine, theirs, x):
    """Ten steps of gradient descent with momentum, in both libraries."""
    rng = np.random.default_rng(4)
    y = rng.normal(size=(len(leaves(x)[0]), 1)).astype("float32")
    twins.same_weights(mine, theirs, rng)
    assert twins.names(mine.trainable_weights) == twins.names(theirs.trainable_weights)
    x = list(x) if isinstance(x, tuple) else x  # to `fit` a tuple is data and labels
    twins.compile_both(mine, theirs, loss="mse", rate=0.03)
    losses = twins.fit_both(mine, theirs, x, y, epochs=10, batch_size=64)[1]["loss"]
    assert losses[-1] < 50, losses  # no explosion, which would hide differences


@pytest.mark.parametrize("case", first_of_each(STEADY), ids=lambda c: c.id)
def test_trains_as_in_keras(case):
    """One case of each layer: that the gradients of all are right, the grid of layers has shown."""
    make = graph if isinstance(case.data(), list | tuple) or case.arguments.get("return_state") else stack
    trained_alike(make(cornu, case), make(keras, case), case.data())


@pytest.mark.parametrize("case", first_of_each(WITH_WEIGHTS), ids=lambda c: c.id)
def test_a_frozen_layer_stands_still_and_lets_gradients_through(case):
    mine, theirs = graph(cornu, case), graph(keras, case)
    mine.get_layer("it").trainable = theirs.get_layer("it").trainable = False
    trained_alike(mine, theirs, case.data())


@pytest.mark.parametrize("case", first_of_each(BOUND), ids=lambda c: c.id)
def test_constraints_and_regularizers(case):
    """On samples in another order, behind a frozen layer."""
    more = dict.fromkeys(arguments(case, "_constraint"), "unit_norm")
    more |= dict.fromkeys(arguments(case, "_regularizer"), "l2")
    bound = dataclasses.replace(case, arguments={**case.arguments, **more})
    mine, theirs = graph(cornu, bound), graph(keras, bound)
    for model in (mine, theirs):
        model.layers[1].trainable = model.layers[1].name == "it"
    trained_alike(mine, theirs, grid.each(lambda x: x[np.random.default_rng(9).permutation(len(x))], case.data()))
