"""Random ops: the same numbers as the real Keras on JAX for the same seed."""

import keras
import numpy as np
import pytest

import cornu
from cornu.core.seeds import SeedGenerator, set_random_seed
from cornu.core.symbolic import KerasTensor

X = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
CALLS = [
    ("normal", ((4, 3), 1.0, 2.0), {}),
    ("truncated_normal", ((4, 3), 1.0, 2.0), {}),
    ("uniform", ((4, 3), -1.0, 2.0), {}),
    ("uniform", ((4, 3),), {"dtype": "float16"}),
    ("randint", ((4, 3), -3, 9), {}),
    ("categorical", (X, 4), {}),
    ("shuffle", (X,), {"axis": 1}),
    ("gamma", ((4, 3), 2.0), {}),
    ("beta", ((4, 3), 2.0, 3.0), {}),
    ("binomial", ((4, 3), 10.0, 0.4), {}),
]


@pytest.mark.parametrize("name, args, options", CALLS)
def test_numbers_equal_those_of_keras(name, args, options):
    mine = np.asarray(getattr(cornu.random, name)(*args, **options, seed=7))
    theirs = np.asarray(getattr(keras.random, name)(*args, **options, seed=7))
    assert mine.dtype == theirs.dtype
    np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_dropout():
    x = np.ones((2000, 5), "float32")
    y = np.asarray(cornu.random.dropout(x, 0.3, seed=1))
    assert abs((y == 0).mean() - 0.3) < 0.02
    np.testing.assert_allclose(y[y != 0], 1 / 0.7, rtol=1e-6)
    np.testing.assert_array_equal(cornu.random.dropout(x, 0.0, seed=1), x)
    rows = np.asarray(cornu.random.dropout(x, 0.5, noise_shape=(None, 1), seed=1))
    assert (rows == rows[:, :1]).all() and 0 < (rows[:, 0] == 0).mean() < 1
    assert cornu.random.dropout(KerasTensor((None, 5)), 0.3).shape == (None, 5)


def test_streams():
    stream = SeedGenerator(3)
    first, second = cornu.random.uniform((4,), seed=stream), cornu.random.uniform((4,), seed=stream)
    assert not np.array_equal(first, second)
    theirs = keras.random.SeedGenerator(3)
    np.testing.assert_allclose(first, keras.random.uniform((4,), seed=theirs), rtol=1e-6)
    np.testing.assert_allclose(second, keras.random.uniform((4,), seed=theirs), rtol=1e-6)
    set_random_seed(5)
    a, b = cornu.random.normal((4,)), cornu.random.normal((4,))
    set_random_seed(5)
    np.testing.assert_array_equal(cornu.random.normal((4,)), a)
    assert not np.array_equal(a, b)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="randint"):
        cornu.random.uniform((2,), dtype="int32")
    with pytest.raises(ValueError, match="batch, classes"):
        cornu.random.categorical(X[0], 2)
