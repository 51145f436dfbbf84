"""Every layer of the grid in files: a model of many layers, written by each library, read by both, trained on."""

import grid
import jax
import keras
import numpy as np
import pytest

import cornu

pytestmark = [
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling"),
    pytest.mark.filterwarnings("ignore:.*does not support masking"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5"),
]
CASES = [case for case in grid.LAYERS if case.name != "Lambda"]  # tests/test_saving_lambda.py
PARTS = 4


def made(library, cases):
    """A model with an input for each array that a layer takes, and an output for each that it gives."""
    inputs, outputs = [], []
    for number, case in enumerate(cases):
        own = grid.each(lambda x: library.Input(x.shape[1:], dtype=str(x.dtype)), case.tensors(library))
        inputs += jax.tree.leaves(own)
        outputs += jax.tree.leaves(case.make(library, name=f"{case.name.lower()}_{number}")(*grid.given(own)))
    return library.Model(inputs, outputs)


@pytest.mark.parametrize("part", range(PARTS))
def test_both_libraries_read_the_files_of_both(part, tmp_path, rng):
    cases = CASES[part::PARTS]
    models = {cornu: made(cornu, cases), keras: made(keras, cases)}
    weights = [rng.uniform(0.1, 0.9, w.shape).astype(w.dtype) for w in models[cornu].get_weights()]
    configs = [layer.get_config() for layer in models[cornu].layers]
    for model in models.values():
        model.set_weights(weights)
    read = {}
    for ending in ("keras", "h5", "weights.h5"):
        for writer, reader in ((cornu, cornu), (cornu, keras), (keras, cornu)):
            path = tmp_path / f"{writer.__name__}.{ending}"
            if ending == "weights.h5":
                models[writer].save_weights(path, overwrite=True)
                again = made(reader, cases)
                again.load_weights(path)
            else:
                if not path.exists():
                    models[writer].save(path)
                again = reader.saving.load_model(path)
                assert reader is keras or writer is keras or [layer.get_config() for layer in again.layers] == configs
            for a, b in zip(again.get_weights(), weights, strict=True):
                np.testing.assert_array_equal(a, b)
            read[reader] = again
    arrays = [x for case in cases for x in jax.tree.leaves(case.data())]
    arrays = [x[: min(map(len, arrays))] for x in arrays]
    ours, theirs = (jax.jit(read[library].call)(arrays) for library in (cornu, keras))
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-3, atol=1e-4)
