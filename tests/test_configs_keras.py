"""The real Keras makes each layer of the grid from our config, and computes the same with the same weights."""

import grid
import jax
import keras
import numpy as np
import pytest

import cornu
from cornu.core import lookup

pytestmark = [
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling"),
    pytest.mark.filterwarnings("ignore:.*does not support masking"),
]

# Our config of a Lambda names its function; the real Keras wants that name as an object, which a layer alone has not.
CASES = [case for case in grid.LAYERS if case.name != "Lambda"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_keras_makes_the_layer_from_our_config(case):
    ours, data = case.make(cornu), case.data()
    theirs = getattr(keras.layers, case.name).from_config(ours.get_config())
    values = []
    for lib, layer in ((cornu, ours), (keras, theirs)):
        layer(*grid.given(case.tensors(lib)))
        rng = np.random.default_rng(3)
        layer.set_weights([rng.uniform(0.1, 0.9, np.shape(w)).astype("float32") for w in layer.get_weights()])
        held = [[v.value for v in vs] for vs in (layer.trainable_variables, layer.non_trainable_variables)]
        values.append(jax.tree.leaves(jax.jit(layer.stateless_call)(*held, *grid.given(data))[0]))
    for a, b in zip(*values, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-4, atol=1e-4)
    back = dict(theirs.get_config())
    back.pop("quantization_config", None)
    with lookup.custom_object_scope({"twice": grid.twice}):
        assert type(ours).from_config(back).name == ours.name
