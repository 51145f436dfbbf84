"""Ops that take functions: branches, loops, maps and derivatives, beside the real Keras or what they must give."""

import jax
import keras
import numpy as np
import pytest
from ops_table import X, Y

import cornu.ops
from cornu.core.symbolic import KerasTensor


def test_control_flow():
    ops = cornu.ops
    for pick in (True, False):
        assert float(ops.cond(pick, lambda: 1.0, lambda: 2.0)) == (1.0 if pick else 2.0)
    assert float(ops.switch(1, [lambda x: x, lambda x: 2 * x], 3.0)) == 6.0
    assert int(ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0)) == 12
    assert [int(n) for n in ops.while_loop(lambda i, j: i < 10, lambda i, j: (i + 1, j + 2), (0, 0), 4)] == [4, 8]
    assert int(ops.fori_loop(0, 4, lambda i, total: total + i, 0)) == 6
    carry, outputs = ops.scan(lambda c, x: (c + x, c * x), 0.0, X[:, 0], reverse=True)
    expected = keras.ops.scan(lambda c, x: (c + x, c * x), 0.0, X[:, 0], reverse=True)
    np.testing.assert_allclose(carry, expected[0], rtol=1e-6)
    np.testing.assert_allclose(outputs, expected[1], rtol=1e-6)
    np.testing.assert_allclose(ops.associative_scan(lambda a, b: a + b, ops.array(X)), np.cumsum(X, 0), rtol=1e-5)
    for apply in (ops.map, ops.vectorized_map):
        np.testing.assert_allclose(apply(lambda row: row.sum(), ops.array(X)), X.sum(1), rtol=1e-5)
    assert ops.map(lambda row: row * 2, KerasTensor((None, 4))).shape == (None, 4)
    np.testing.assert_allclose(
        ops.vectorize(lambda a, b: a @ b, signature="(n),(n)->()")(X, Y), (X * Y).sum(1), rtol=1e-5
    )


@pytest.mark.parametrize("first", [True, False])
def test_branches_of_different_dtypes_are_promoted(first):
    ops = cornu.ops
    small = (ops.ones(2, "int8"), {"n": 1})
    large = (ops.full(2, 2.5), {"n": 3})
    for result in (
        ops.cond(first, lambda: small, lambda: large),
        jax.jit(lambda p: ops.cond(p, lambda: small, lambda: large))(first),
        ops.switch(0 if first else 1, [lambda scale: (small[0] * scale, {"n": 1}), lambda scale: large], 1),
    ):
        assert result[0].dtype == "float32" and result[1]["n"].dtype == "int32"
        np.testing.assert_array_equal(result[0], [1.0, 1.0] if first else [2.5, 2.5])
        assert int(result[1]["n"]) == (1 if first else 3)
    assert ops.cond(first, lambda: None, lambda: None) is None


def test_a_branch_draws_once():
    """Finding the dtypes of the branches leaves the stream of random numbers where it was."""
    seeds, again = (cornu.random.SeedGenerator(5) for _ in range(2))
    drawn = cornu.ops.cond(True, lambda: 1, lambda: 2.5), cornu.random.uniform((), seed=seeds)
    cornu.ops.cond(False, lambda: cornu.random.uniform((), seed=7), lambda: 0)
    assert float(drawn[1]) == float(cornu.random.uniform((), seed=again))
    assert float(cornu.random.uniform((), seed=seeds)) == float(cornu.random.uniform((), seed=again))


def test_derivatives():
    five = cornu.ops.custom_gradient(lambda x: (x * x, lambda upstream: 5.0 * upstream))
    assert float(jax.grad(five)(3.0)) == 5.0
    weight = cornu.core.variable.Variable(X)
    np.testing.assert_allclose(
        five(weight), keras.ops.custom_gradient(lambda x: (x * x, lambda up: up))(keras.Variable(X))
    )
    assert five(KerasTensor((None, 4))).shape == (None, 4)
    value, slope = cornu.ops.jvp(lambda x: x * x, (3.0,), (1.0,))
    assert (float(value), float(slope)) == (9.0, 6.0)
