"""Regularizers and constraints against the real Keras: values, gradients, names and configs."""

import jax
import keras
import numpy as np
import pytest

import cornu.constraints
import cornu.regularizers

W = jax.numpy.asarray(np.random.default_rng(0).normal(size=(5, 4)), "float32")
CALLS = [
    ("regularizers", "L1", {}),
    ("regularizers", "L1", {"l1": 0.3}),
    ("regularizers", "L2", {}),
    ("regularizers", "L2", {"l2": 0.3}),
    ("regularizers", "L1L2", {"l1": 0.2, "l2": 0.3}),
    ("regularizers", "L1L2", {"l2": 0.3}),
    ("regularizers", "OrthogonalRegularizer", {}),
    ("regularizers", "OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
    ("constraints", "MaxNorm", {"max_value": 1.5}),
    ("constraints", "MaxNorm", {"max_value": 1, "axis": 1}),
    ("constraints", "NonNeg", {}),
    ("constraints", "UnitNorm", {}),
    ("constraints", "UnitNorm", {"axis": [0, 1]}),
    ("constraints", "MinMaxNorm", {"min_value": 1.8, "max_value": 2.0, "rate": 0.7, "axis": 1}),
]


@pytest.mark.parametrize("module, name, options", CALLS)
def test_values_gradients_and_configs(module, name, options):
    mine = getattr(getattr(cornu, module), name)(**options)
    theirs = getattr(getattr(keras, module), name)(**options)
    np.testing.assert_allclose(jax.jit(mine)(W), theirs(W), rtol=1e-5)
    weights = np.random.default_rng(1).normal(size=np.shape(theirs(W))).astype("float32")

    def gradient(fn):
        return jax.grad(lambda w: (fn(w) * weights).sum())(W)

    np.testing.assert_allclose(gradient(mine), gradient(theirs), rtol=1e-4, atol=1e-6)
    assert mine(W.astype("float16")).dtype == "float16"
    assert mine.get_config().keys() == theirs.get_config().keys()
    for argument, value in theirs.get_config().items():  # Keras keeps some of them as float32
        assert mine.get_config()[argument] == (pytest.approx(value) if isinstance(value, float) else value)
    own = getattr(cornu, module)
    config = own.serialize(mine)
    expected = getattr(keras, module).serialize(theirs)
    assert {k: v for k, v in config.items() if k != "config"} == {k: v for k, v in expected.items() if k != "config"}
    again = own.deserialize(config)
    assert type(again) is type(mine) and again.get_config() == mine.get_config()


@pytest.mark.parametrize("module", ["regularizers", "constraints"])
def test_names(module):
    own, theirs = getattr(cornu, module), getattr(keras, module)
    for name in dir(theirs):
        if not name.startswith("_"):
            assert hasattr(own, name), name
    assert own.get(None) is None
    names = {"regularizers": ["l1", "L2", "l1_l2"], "constraints": ["max_norm", "NonNeg", "unit_norm", "min_max_norm"]}
    for name in names[module]:
        assert isinstance(own.get(name), own.table.base)
    with pytest.raises(ValueError, match="Did you mean"):
        own.get("l1l" if module == "regularizers" else "maxnrm")  # "maxnorm" is what Keras 1 called it


def test_the_names_of_older_versions():
    assert cornu.regularizers.get("l1_l2").get_config() == {"l1": 0.01, "l2": 0.01}
    assert cornu.regularizers.l1_l2(l1=0.1, l2=0.2).get_config() == {"l1": 0.1, "l2": 0.2}
    assert cornu.regularizers.l2(0.1).get_config() == {"l2": 0.1}


def test_wrong_arguments():
    with pytest.raises(ValueError, match="l1"):
        cornu.regularizers.L1(-1.0)
    with pytest.raises(ValueError, match="l2"):
        cornu.regularizers.L2(float("nan"))
    with pytest.raises(ValueError, match="mode"):
        cornu.regularizers.OrthogonalRegularizer(mode="diagonals")
    with pytest.raises(ValueError, match="matrices"):
        cornu.regularizers.OrthogonalRegularizer()(np.ones((2, 3, 4), "float32"))
