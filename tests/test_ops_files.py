"""Ops in the files of functional models: the real Keras reads what we write, and the reverse.

A model holds a call of every op, on the arrays of the oracle suite, so that a direction costs one file.
"""

import jax
import keras
import numpy as np
import pytest
from test_ops import CASES, DEFINITE, LOGITS, Case, X, is_array

import cornu
from cornu import ops

pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # of the arrays in some calls

# Keras 3.15.1 computes these wrongly or not at all once they come from a file, be it of its own: a tuple has become a
# list there, an axis is no integer, what it wants of a transposed convolution it does not find, and it compiles no
# elastic_transform.
WEAK = ["adaptive_average_pool", "adaptive_max_pool", "conv_transpose", "image.elastic_transform", "norm", "quantile"]
WEAK += ["rot90", "trapezoid"]


def held(case):
    """Whether Keras can hold the call in a file, and compile what it reads."""
    tuples = case.name.endswith("_pool") and any(isinstance(v, tuple) for v in (*case.args, *case.kwargs.values()))
    groups = case.name == "conv" and case.kwargs == {"padding": "same"} and case.args[0].shape[-1] == case.args[1].size
    return not (case.name in WEAK or tuples or groups)


def full(cases):
    """For each op the call with most arguments."""
    by_length = sorted(cases, key=lambda case: len(case.args) + len(case.kwargs))
    return list({case.name: case for case in by_length}.values())


SYMBOLIC = [
    *(case for case in CASES if case.symbolic),
    Case("eig", DEFINITE),
    Case("ctc_decode", LOGITS, np.array([9, 4, 7])),
]
ALONE = [case for case in SYMBOLIC if case.name == "rearrange"]  # where Keras compiles none
HELD = full(case for case in SYMBOLIC if held(case) and case not in ALONE)


def made(library, cases):
    """A model that makes the calls, and the arrays that go into it."""
    inputs, outputs = {}, {}

    def symbol(value):
        if not is_array(value):
            return value
        known = inputs.setdefault(id(value), (library.Input(batch_shape=value.shape, dtype=value.dtype.name), value))
        return known[0]

    for number, case in enumerate(cases):
        args, kwargs = jax.tree.map(symbol, (case.args, case.kwargs))
        results = jax.tree.leaves(case.of(library.ops)(*args, **kwargs))
        outputs.update({f"{number}, {place}: {case}": result for place, result in enumerate(results)})
    symbols, arrays = zip(*inputs.values(), strict=True)
    one = len(symbols) == 1
    return library.Model(symbols[0] if one else list(symbols), outputs), arrays[0] if one else list(arrays)


def equal(first, second):
    assert list(first) == list(second)
    for label, expected in first.items():
        np.testing.assert_allclose(second[label], expected, rtol=1e-3, atol=1e-4, err_msg=label)


@pytest.mark.parametrize("cases, compiled", [(HELD, jax.jit), (ALONE, lambda run: run)], ids=["all", "alone"])
def test_both_libraries_read_the_files_of_both(cases, compiled, tmp_path):
    ours, arrays = made(cornu, cases)
    expected = compiled(ours.call)(arrays)
    for library, model in ((cornu, ours), (keras, made(keras, cases)[0])):
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
    model, arrays = made(cornu, full(case for case in SYMBOLIC if not held(case) and case.name != "trapezoid"))
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
