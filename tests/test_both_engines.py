"""Every layer on both engines: outputs, new states and gradients of one program, run by JAX and by TensorFlow."""

import grid
import jax
import numpy as np
import pytest

import cornu
from cornu import engine

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """One of each kind, which compiles in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield [engine._made(name) for name in engine.ENGINES]


def step_of(layer, mode):
    """Outputs, states and gradients for values of the weights and inputs."""

    def step(trained, others, floats, rest):
        def loss(trained, floats):
            x = jax.tree.map(lambda a, b: b if a is None else a, floats, rest, is_leaf=lambda a: a is None)
            outputs, states = layer.stateless_call(trained, others, *grid.given(x), **mode)
            return sum((leaf.astype("float32") ** 2).sum() for leaf in jax.tree.leaves(outputs)), (outputs, states)

        gradients, (outputs, states) = jax.grad(loss, argnums=(0, 1), has_aux=True)(trained, floats)
        return outputs, states, gradients

    return step


@pytest.mark.parametrize("case", grid.LAYERS, ids=lambda c: c.id)
def test_same_numbers(case, engines):
    """In training mode, where the layer draws no random numbers."""
    layer, data = case.make(cornu), case.data()
    layer(*grid.given(case.tensors(cornu)))
    rng = np.random.default_rng(3)
    for variable in layer.variables:
        if variable.dtype == "float32":
            variable.assign(np.abs(rng.normal(size=variable.shape)) * 0.3 + 0.1)
    takes = "training" in cornu.layers.calling.parameters(layer.call)
    mode = {"training": not case.noisy} if takes else {}
    is_float = jax.tree.map(lambda a: a.dtype == "float32", data)
    floats = jax.tree.map(lambda a, f: a if f else None, data, is_float)
    rest = jax.tree.map(lambda a, f: None if f else a, data, is_float)
    values = [[np.asarray(v.value) for v in vs] for vs in (layer.trainable_variables, layer.non_trainable_variables)]
    results = []
    for one in engines:
        program = one.compile(step_of(layer, mode))
        results.append(one.get(program(*one.put((*values, floats, rest)))))
    ours, theirs = map(jax.tree.leaves, results)
    assert len(ours) == len(theirs) > 0
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5 * max(1, np.abs(b).max(initial=0)))
