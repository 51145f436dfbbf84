"""Initializers: bounds, moments, fans and orthogonality against closed forms, and configs against the real Keras."""

import math

import keras
import numpy as np
import pytest

import cornu.initializers as ours
from cornu.core import lookup
from cornu.core.seeds import SeedGenerator, set_random_seed
from cornu.core.variable import Variable

NAMES = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "STFT",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
]
SHAPES = [(64, 256), (3, 3, 16, 32), (5, 40, 30), (2, 3, 3, 8, 24), (4000,)]


@pytest.mark.parametrize("shape", [(), (7,), (3, 5), (3, 4, 5), (3, 3, 4, 8), (2, 3, 4, 5, 6)])
def test_fans_equal_those_of_keras(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert ours.compute_fans(shape) == compute_fans(shape)
    if len(shape) > 3:
        assert ours.compute_fans(shape, [0, 1], [2, 3]) == compute_fans(shape, [0, 1], [2, 3])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "name, scale, fan, uniform",
    [
        ("GlorotUniform", 1, "avg", True),
        ("GlorotNormal", 1, "avg", False),
        ("HeUniform", 2, "in", True),
        ("HeNormal", 2, "in", False),
        ("LecunUniform", 1, "in", True),
        ("LecunNormal", 1, "in", False),
    ],
)
def test_variance_scaling(name, scale, fan, uniform, shape):
    values = getattr(ours, name)(seed=1)(shape)
    theirs = np.asarray(getattr(keras.initializers, name)(seed=1)(shape))
    fan_in, fan_out = ours.compute_fans(shape)
    variance = scale / {"in": fan_in, "avg": (fan_in + fan_out) / 2}[fan]
    assert values.dtype == np.float32 and values.shape == shape
    bound = math.sqrt(3 * variance) if uniform else 2 * math.sqrt(variance) / 0.8796256610342398
    assert np.abs(values).max() <= bound * 1.000001
    assert np.abs(values).max() > 0.97 * bound
    noise = 4 / math.sqrt(values.size)  # four standard errors, relative to the deviation
    assert abs(values.mean()) < noise * math.sqrt(variance)
    assert abs(values.var() / variance - 1) < 2 * noise
    assert abs(theirs.var() / values.var() - 1) < 4 * noise


def test_quantiles_follow_the_distributions():
    from scipy import stats

    uniform = ours.RandomUniform(-2.0, 3.0, seed=2)((20000,))
    assert stats.kstest(uniform, stats.uniform(-2, 5).cdf).pvalue > 0.01
    normal = ours.RandomNormal(1.0, 2.0, seed=3)((20000,))
    assert stats.kstest(normal, stats.norm(1, 2).cdf).pvalue > 0.01
    truncated = ours.TruncatedNormal(1.0, 2.0, seed=4)((20000,))
    assert stats.kstest(truncated, stats.truncnorm(-2, 2, 1, 2).cdf).pvalue > 0.01
    untruncated = ours.VarianceScaling(2.0, "fan_out", "untruncated_normal", seed=5)((500, 400))
    assert stats.kstest(untruncated.ravel()[::7], stats.norm(0, math.sqrt(2 / 400)).cdf).pvalue > 0.01


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (3, 3, 4, 20), (3, 1, 2, 10)])
def test_orthogonal(shape):
    values = ours.Orthogonal(gain=1.5, seed=1)(shape)
    assert values.shape == shape and values.dtype == np.float32
    matrix = values.reshape(-1, shape[-1]) / 1.5
    if matrix.shape[0] < matrix.shape[1]:
        matrix = matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-5)


def test_orthogonal_is_uniform_over_the_group():
    """Entries of a random orthogonal matrix have mean 0; the plain factor Q of LAPACK has a negative diagonal."""
    diagonal = [np.diag(ours.Orthogonal(seed=i)((4, 4))).mean() for i in range(300)]
    assert abs(np.mean(diagonal)) < 0.06


@pytest.mark.parametrize("name", ["zeros", "ones", "Identity"])
def test_constants_equal_those_of_keras(name):
    np.testing.assert_array_equal(ours.get(name)((3, 5)), keras.initializers.get(name)((3, 5)))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64", "int32"])
def test_dtypes(dtype):
    for name in ("zeros", "ones", "constant", "identity"):
        assert ours.get(name)((2, 2), dtype=dtype).dtype == dtype
    if "float" in dtype:
        for name in ("uniform", "normal", "he_normal", "orthogonal"):
            assert ours.get(name)((2, 2), dtype=dtype).dtype == dtype


def test_constant_and_identity():
    np.testing.assert_array_equal(ours.Constant([1.0, 2.0])((3, 2)), [[1, 2]] * 3)
    np.testing.assert_array_equal(ours.Identity(2.0)((2, 3)), [[2, 0, 0], [0, 2, 0]])
    with pytest.raises(ValueError, match="two sizes"):
        ours.Identity()((2, 3, 4))


@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("scaling", ["density", "spectrum", None])
@pytest.mark.parametrize("window, periodic", [("hann", False), ("hamming", True), (None, False)])
def test_stft_equals_that_of_keras(side, scaling, window, periodic):
    shape = (20, 1, 17)
    expected = keras.initializers.STFT(side, window, scaling, periodic)(shape)
    np.testing.assert_allclose(ours.STFT(side, window, scaling, periodic)(shape), expected, atol=2e-5)


def test_seeds():
    first, second = ours.GlorotUniform(seed=3), ours.GlorotUniform(seed=3)
    np.testing.assert_array_equal(first((4, 5)), second((4, 5)))
    np.testing.assert_array_equal(first((4, 5)), first((4, 5)))
    assert not np.array_equal(first((4, 5)), ours.GlorotUniform(seed=4)((4, 5)))
    assert not np.array_equal(ours.GlorotUniform()((4, 5)), ours.GlorotUniform()((4, 5)))
    stream = ours.GlorotUniform(seed=SeedGenerator(3))
    assert not np.array_equal(stream((4, 5)), stream((4, 5)))
    set_random_seed(9)
    before = ours.HeNormal()((4, 5))
    set_random_seed(9)
    np.testing.assert_array_equal(ours.HeNormal()((4, 5)), before)
    with pytest.raises(ValueError, match="seed"):
        ours.RandomNormal(seed="one")


@pytest.mark.parametrize("name", NAMES)
def test_configs_equal_those_of_keras(name):
    mine, theirs = getattr(ours, name)(), getattr(keras.initializers, name)()
    config, expected = ours.serialize(mine), keras.initializers.serialize(theirs)
    if name == "Identity":
        assert config["config"].pop("gain") == 1.0  # Keras 3.15.1 forgets it
    assert config == expected
    again = ours.deserialize(ours.serialize(mine))
    assert type(again) is type(mine) and again.get_config() == mine.get_config()
    if "seed" in mine.get_config():
        seeded = getattr(ours, name)(seed=5)
        clone = seeded.clone()
        assert clone.get_config()["seed"] == 5
        np.testing.assert_array_equal(clone((4, 3)), seeded((4, 3)))


def test_a_seed_generator_survives_the_config():
    initializer = ours.deserialize(ours.serialize(ours.RandomNormal(seed=SeedGenerator(4))))
    assert isinstance(initializer.seed, SeedGenerator)


def test_names():
    from keras.src.initializers import ALL_OBJECTS_DICT

    for name, cls in ALL_OBJECTS_DICT.items():
        if name not in ("initializer", "Initializer"):
            assert type(ours.get(name)).__name__ == cls.__name__
    for name in dir(keras.initializers):
        if not name.startswith("_"):
            assert hasattr(ours, name), name
    assert ours.get(None) is None and isinstance(ours.get(ours.Zeros), ours.Zeros)
    array = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(ours.get(array)((2, 3)), array)
    with pytest.raises(ValueError, match="shape"):
        ours.get(array)((3, 2))
    with pytest.raises(ValueError, match="glorot_uniform"):
        ours.get("glorot_unifrom")
    assert lookup.tables()["keras.initializers"] is ours.table


@pytest.mark.parametrize("arguments", [{"scale": 0}, {"mode": "fan"}, {"distribution": "cauchy"}])
def test_wrong_arguments(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        ours.VarianceScaling(**arguments)


def test_a_variable_keeps_what_was_drawn_for_it_and_copies_what_was_not():
    drawn = []

    class Watched(ours.GlorotUniform):
        def __call__(self, shape, dtype=None):
            drawn.append(super().__call__(shape, dtype))
            return drawn[-1]

    variable = Variable(Watched(seed=1), shape=(30, 20))
    assert np.shares_memory(variable.drawn(), drawn[0])
    kept = np.ones((30, 20), "float32")
    variable = Variable(lambda shape, dtype: kept, shape=(30, 20))
    variable.drawn()
    kept[:] = 2
    assert (variable.numpy() == 1).all()
