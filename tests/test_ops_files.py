"""Ops in the files of functional models: the real Keras reads what we write, and the reverse.

A model holds a call of every op, on the arrays of the table, so that a direction costs one file.
"""

import jax
import keras
import numpy as np
import pytest
from ops_table import FUNCTION, TABLE, X

import cornu
from cornu import ops

pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # of the arrays in some calls


def held(call):
    """Whether Keras can hold the call in a file, and compile what it reads."""
    tuples = call.op.name.endswith("_pool") and any(isinstance(v, tuple) for v in (*call.args, *call.kwargs.values()))
    groups = call.op.name == "conv" and call.arrays[0].shape[-1] > call.arrays[1].shape[-2]
    return not ({"file", "values"} & call.op.known.keys() or tuples or groups)


def full(calls):
    """For each op the call with most arguments."""
    by_length = sorted(calls, key=lambda call: len(call.args) + len(call.kwargs))
    return list({call.op: call for call in by_length}.values())


CALLS = [
    call
    for op in TABLE
    for call in op.calls
    if call.arrays and "symbols" not in op.known and op.known.get("file") != FUNCTION
]
ALONE = [call for call in CALLS if call.op.name == "rearrange"]  # where Keras compiles none
HELD = full(call for call in CALLS if held(call) and call not in ALONE)


def made(library, calls):
    """A model that makes the calls, and the arrays that go into it."""
    inputs, outputs = {}, {}

    def symbol(array):
        known = inputs.setdefault(id(array), (library.Input(batch_shape=array.shape, dtype=array.dtype.name), array))
        return known[0]

    for number, call in enumerate(calls):
        results = jax.tree.leaves(call(library, [symbol(array) for array in call.arrays]))
        outputs.update({f"{number}, {place}: {call}": result for place, result in enumerate(results)})
    symbols, arrays = zip(*inputs.values(), strict=True)
    one = len(symbols) == 1
    return library.Model(symbols[0] if one else list(symbols), outputs), arrays[0] if one else list(arrays)


def equal(first, second):
    assert list(first) == list(second)
    for label, expected in first.items():
        np.testing.assert_allclose(second[label], expected, rtol=1e-3, atol=1e-4, err_msg=label)


@pytest.mark.parametrize("calls, compiled", [(HELD, jax.jit), (ALONE, lambda run: run)], ids=["all", "alone"])
def test_both_libraries_read_the_files_of_both(calls, compiled, tmp_path):
    ours, arrays = made(cornu, calls)
    expected = compiled(ours.call)(arrays)
    for library, model in ((cornu, ours), (keras, made(keras, calls)[0])):
        model.save(tmp_path / "m.keras")
        here, there = (reader.models.load_model(tmp_path / "m.keras") for reader in (cornu, keras))
        if library is cornu:
            assert here.get_config() == ours.get_config()
            equal(expected, compiled(there.call)(arrays))
        else:
            equal(expected, compiled(here.call)(arrays))
            model.save(tmp_path / "m.h5")
            assert cornu.models.load_model(tmp_path / "m.h5").get_config() == here.get_config()


def test_what_keras_cannot_hold_comes_back(tmp_path):
    model, arrays = made(cornu, full(call for call in CALLS if not held(call) and call.op.name != "trapezoid"))
    model.save(tmp_path / "m.keras")
    equal(*(jax.jit(m.call)(arrays) for m in (model, cornu.models.load_model(tmp_path / "m.keras"))))


def twice(x):
    return 2 * x


REFUSED = {
    "a function": lambda x: ops.map(twice, x),
    "a list of functions": lambda x: ops.switch(0, [twice, ops.relu], x),
    "a gradient": lambda x: ops.custom_gradient(lambda y: (y, twice))(x),
    "a loss": lambda x: cornu.losses.mean_squared_error(x, X),
    "a tensor among settings": lambda x: ops.trapezoid(X, x),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_files_cannot_hold_is_refused_when_saving(what, tmp_path):
    x = cornu.Input(batch_shape=X.shape)
    with pytest.raises(ValueError, match="cannot be saved: a file .* layer of your own"):
        cornu.Model(x, REFUSED[what](x)).save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())
