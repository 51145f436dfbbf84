"""Every op of the table against the real Keras on JAX: values, gradients, dtypes, shapes of symbols, and signatures.

A program holds the calls of many ops in both libraries, results and gradients together: compiling few large programs
costs a fraction of many small ones. What is said of dtypes and shapes alone is traced and computes nothing.
"""

import functools
import inspect
import operator
from collections import Counter

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from ops_table import BATCHED, FACTS, PAIRS, PRODUCTS, TABLE, VALUES

import cornu
from cornu import ops

LIBRARIES = cornu, keras
TOGETHER = 20  # ops whose calls one program makes
DTYPES = ("bool", "int8", "uint8", "int32", "float16", "bfloat16", "float32")
CALLED = [op for op in TABLE if op.calls]
WITH_ARRAYS = [op for op in CALLED if op not in FACTS and any(call.arrays for call in op.calls)]

pytestmark = [
    pytest.mark.filterwarnings("ignore:ssim gives"),  # of ours, for halves
    pytest.mark.filterwarnings("ignore:jax.nn.one_hot input should be integer"),  # of the real Keras
]


# Values and gradients.


def outcome(library, call, arrays):
    """The results of a call, and the gradients of their sum, weighted at random, where they are compared."""

    def weighted(given):
        filled = [given.get(place, array) for place, array in enumerate(arrays)]
        results = jax.tree.leaves(call(library, filled))
        rng, total = np.random.default_rng(1), jnp.zeros(())
        for result in results:
            if jnp.issubdtype(getattr(result, "dtype", bool), jnp.inexact):
                terms = result * rng.normal(size=result.shape).astype("float32")
                total += terms.real.sum() + terms.imag.sum()
        return total, results

    floats = {place: arrays[place] for place in call.differentiated}
    if not floats:
        return weighted({})[1], {}
    gradients, results = jax.grad(weighted, has_aux=True)(floats)
    return results, gradients


@functools.cache
def outcomes(batch):
    """What all calls of some ops give in each library: from one program, and without it where that cannot be."""
    calls = [call for op in TABLE[batch * TOGETHER : (batch + 1) * TOGETHER] for call in op.calls]
    found = {}

    def run(arrays):
        results = {}
        for number, given in arrays.items():
            try:
                results[number] = [outcome(library, calls[number], given) for library in LIBRARIES]
            except Exception as error:  # that of its op, not of those beside it
                found[calls[number]] = error
        return results

    inside = {n: call.arrays for n, call in enumerate(calls) if call.arrays and "program" not in call.op.known}
    found |= {calls[number]: both for number, both in jax.jit(run)(inside).items()}
    return found | {
        call: [outcome(library, call, call.arrays) for library in LIBRARIES]
        for number, call in enumerate(calls)
        if number not in inside
    }


def compared(op):
    """Each call of an op, and what it gives in each library."""
    for call in op.calls:
        both = outcomes(TABLE.index(op) // TOGETHER)[call]
        if isinstance(both, Exception):
            raise AssertionError(f"{call} cannot be traced") from both
        yield call, *both


@pytest.mark.parametrize("op", CALLED, ids=repr)
def test_values_and_dtypes(op):
    for call, (ours, _), (theirs, _) in compared(op):
        assert len(ours) == len(theirs)
        for a, b in zip(map(np.asarray, ours), map(np.asarray, theirs), strict=True):
            assert (a.shape, a.dtype) == (b.shape, b.dtype), call
            if a.dtype.kind == "U":
                assert a == b
            elif "values" not in op.known:
                np.testing.assert_allclose(a, b, rtol=call.rtol, atol=1e-5, err_msg=repr(call))


@pytest.mark.parametrize("op", [op for op in CALLED if any(c.differentiated for c in op.calls)], ids=repr)
def test_gradients(op):
    for call, (_, ours), (_, theirs) in compared(op):
        assert ours.keys() == theirs.keys() == set(call.differentiated)
        for place, b in theirs.items():
            rtol, atol = max(call.rtol, 1e-4), 1e-5 * max(1.0, float(np.abs(b).max()))
            np.testing.assert_allclose(ours[place], b, rtol=rtol, atol=atol, err_msg=repr(call))


# Shapes and dtypes.


def described(results):
    """Shapes and dtypes."""
    return [(tuple(r.shape), str(r.dtype)) for r in jax.tree.leaves(results)]


def inferred(library, call, shape_of):
    """What a library says of symbolic tensors: shapes and dtypes, or its error."""
    symbols = [library.KerasTensor(shape_of(array), array.dtype.name) for array in call.arrays]
    try:
        return described(call(library, symbols))
    except Exception as error:
        return error


def without_batch(call):
    """A function that gives an array's shape, unknown along the axis that the first array of the call begins with."""
    first = call.arrays[0]
    alone = call.op.known.keys() & {"kernels", "beside"}

    def shape_of(array):
        shared = array is first or (not alone and len(array) == len(first))
        return (None, *array.shape[1:]) if shared else array.shape

    return shape_of


def fits(shape, other):
    """Whether a shape is another, some of whose sizes may be unknown."""
    return len(shape) == len(other) and all(b in (a, None) for a, b in zip(shape, other, strict=True))


@pytest.mark.parametrize("op", [op for op in WITH_ARRAYS if "symbols" not in op.known], ids=repr)
def test_symbolic_shapes(op):
    """Known sizes are those of the results; unknown ones say nothing wrong, and nothing that Keras knows is lost."""
    for call in op.calls:
        if not call.arrays:
            continue
        real = described(jax.eval_shape(lambda arrays, call=call: call(cornu, arrays), call.arrays))
        assert inferred(cornu, call, np.shape) == real, call
        oracle = inferred(keras, call, np.shape) == real  # otherwise Keras contradicts itself
        whole = op not in BATCHED and "whole" not in op.known
        for shape_of in (without_batch(call), *([lambda array: (None,) * array.ndim] if whole else [])):
            ours, theirs = (inferred(library, call, shape_of) for library in LIBRARIES)
            expected = theirs if oracle and isinstance(theirs, list) and "unknown" not in op.known else []
            if isinstance(ours, Exception):
                assert not expected, (call, ours)
                continue
            assert [dtype for _, dtype in ours] == [dtype for _, dtype in real], call
            assert all(fits(a, b) for (a, _), (b, _) in zip(real, ours, strict=True)), (call, ours, real)
            for (shape, dtype), (theirs_shape, theirs_dtype) in zip(ours, expected, strict=True) if expected else ():
                assert fits(shape, theirs_shape) and dtype == theirs_dtype, (call, ours, theirs)


@pytest.mark.parametrize("op", [op for op in TABLE if op.known.get("symbols") == VALUES], ids=repr)
def test_shapes_that_values_decide_are_refused(op):
    for call in op.calls:
        assert isinstance(inferred(cornu, call, np.shape), ValueError)


def numbers(call):
    """Places of the arrays of a call whose dtype varies: those of the dtype that most of them have, or all of two."""
    if "beside" in call.op.known:
        return [0]
    if call.op in PAIRS + PRODUCTS:
        return list(range(len(call.arrays)))
    count = Counter(str(array.dtype) for array in call.arrays)
    usual = max(count, key=lambda dtype: (count[dtype], dtype == "float32"))
    return [place for place, array in enumerate(call.arrays) if array.dtype == usual]


def variants(op):
    """Calls of an op for every dtype, and for every pair where there are two arrays or more, with Python's numbers."""
    found = {}
    for index, call in enumerate(op.calls):
        places = numbers(call) if call.arrays else []
        for first in DTYPES if places else ():
            for second in DTYPES if len(places) > 1 else [first]:
                given = list(call.arrays)
                for place in places:
                    dtype = jnp.dtype(first if place == places[0] else second)
                    given[place] = jax.ShapeDtypeStruct(given[place].shape, dtype)
                found[index, first, second] = call, places, given
    return found


@pytest.mark.parametrize("op", WITH_ARRAYS, ids=repr)
def test_promotion(op):
    """A call that Keras refuses is left out: there ours may work."""
    calls = variants(op)

    def run(library, arrays):
        results = {}
        for key, (call, places, given) in calls.items():
            filled = list(given)
            for place, array in zip(places, arrays[key], strict=True):
                filled[place] = array
            try:
                results[key] = jax.tree.leaves(call(library, filled))
            except Exception:
                results[key] = None
        return results

    symbols = {key: [given[place] for place in places] for key, (_, places, given) in calls.items()}
    ours, theirs = (jax.eval_shape(functools.partial(run, library), symbols) for library in LIBRARIES)
    for key, results in theirs.items():
        if results is not None and "booleans" in op.known and key[1] == "bool":
            assert ours[key] is None
        elif results is not None:
            assert ours[key] is not None, key
            assert described(ours[key]) == described(results), (calls[key][0], key)


# Names.


def public(package):
    """Names of what a package has besides modules."""
    return {name for name in dir(package) if name[0] != "_" and not inspect.ismodule(getattr(package, name))}


def test_every_op_is_in_the_table_once():
    listed = Counter(op.name for op in TABLE)
    assert set(listed) == public(ops) | {f"image.{name}" for name in public(ops.image)}
    assert max(listed.values()) == 1


@pytest.mark.parametrize("part", ["", "image", "linalg", "nn", "numpy"])
def test_every_op_of_keras_is_here_with_its_signature(part):
    def shown(function):
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    here, there = (operator.attrgetter(f"ops.{part}".rstrip("."))(library) for library in LIBRARIES)
    assert public(here) >= public(there)
    for name in public(there):
        ours, theirs = shown(getattr(here, name)), shown(getattr(there, name))
        if name in ("layer_normalization", "multi_hot"):  # Keras takes any **kwargs: a misspelt one is no error there
            assert theirs.pop()[1] is inspect.Parameter.VAR_KEYWORD and len(ours) - len(theirs) <= 1
            ours = ours[: len(theirs)]
        assert ours == theirs, name
        if part != "image":
            assert getattr(here, name) is getattr(ops, name)
