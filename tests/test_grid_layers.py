"""Every layer of the grid against Keras: outputs, gradients, states, losses, masks, config, shapes and dtypes."""

import grid
import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu
from cornu.compat.classes import OLDER
from cornu.core import attached as masks
from cornu.core import lookup, state

ABSTRACT = {"Layer", "InputSpec", "Wrapper", "get", "serialize", "deserialize", "Input"}
KERAS_ONLY = {"quantization_config", "activity_regularizer", "batch_input_shape", "ragged"}
pytestmark = [
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling"),
    pytest.mark.filterwarnings("ignore:.*does not support masking"),
]
layers = pytest.mark.parametrize("case", grid.LAYERS, ids=lambda c: c.id)


def leaves(tree):
    """All arrays of a tree."""
    return jax.tree.leaves(tree)


def close(ours, theirs, tolerance=1e-5):
    """Equal trees, up to rounding."""
    ours, theirs = leaves(ours), leaves(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert a.shape == b.shape
        a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1.0, np.abs(b).max(initial=0.0)))


def both(case, **more):
    """The layer in both libraries, built and with the same random weights."""
    ours, theirs, data = case.make(cornu, name="it", **more), case.make(keras, name="it", **more), case.data()
    ours(*grid.given(case.tensors(cornu))), theirs(*grid.given(case.tensors(keras)))
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]
    assert [v.shape for v in ours.trainable_weights] == [tuple(v.shape) for v in theirs.trainable_weights]
    rng = np.random.default_rng(11)
    values = [rng.normal(size=w.shape).astype("float32") * 0.5 for w in ours.weights]
    spread = ["var" in w.name or "std" in w.name for w in ours.weights]  # these are not negative
    values = [np.abs(v) + 0.1 if s else v for v, s in zip(values, spread, strict=True)]
    ours.set_weights(values), theirs.set_weights(values)
    return ours, theirs, data


def modes(case):
    """The modes that the layer tells apart, and in which it repeats."""
    return [False, True] if takes_training(case.make(cornu))(True) and not case.noisy else [False]


def takes_training(layer):
    """The keyword that sets the mode, where the layer knows it."""
    return lambda mode: {"training": mode} if "training" in cornu.layers.calling.parameters(layer.call) else {}


def weighted(outputs):
    """A scalar that no two elements enter alike."""
    rng = np.random.default_rng(5)
    return sum(jnp.sum(y * rng.normal(size=y.shape)) for y in leaves(outputs) if jnp.issubdtype(y.dtype, jnp.floating))


def at_once(layer, data, **mode):
    """What a layer gives as one program, its other weights afterwards, and its losses; op by op takes longer."""

    def call(trained, others, x):
        return layer.stateless_call(trained, others, *grid.given(x), return_losses=True, **mode)

    values = [[v.value for v in variables] for variables in (layer.trainable_variables, layer.non_trainable_variables)]
    return jax.jit(call)(*values, jax.tree.map(jnp.asarray, data))


@layers
def test_outputs_states_and_losses(case):
    """What the layer gives, what it remembers, and what it adds to the loss; the same op by op and as one program."""
    for training in modes(case):
        ours, theirs, data = both(case)
        mode = takes_training(ours)(training)
        x = grid.given(data)
        expected, compiled, y = theirs(*x, **mode), at_once(ours, data, **mode), ours(*x, **mode)
        states = [v.value for v in ours.non_trainable_variables]
        for outputs, others, losses in (compiled, (y, states, ours.losses)):
            close(outputs, expected)
            close(others, states)
            np.testing.assert_allclose(float(sum(losses)), float(sum(theirs.losses)), rtol=1e-4, atol=1e-5)
        close([w.numpy() for w in ours.weights], [np.asarray(w) for w in theirs.weights])


@layers
def test_gradients(case):
    """Gradients with respect to weights and inputs."""
    for training in modes(case):
        ours, theirs, data = both(case)
        mode = takes_training(ours)(training)
        pure = state.pure(ours, [*ours.trainable_variables, *ours.non_trainable_variables])
        rest = [v.value for v in ours.non_trainable_variables]
        frozen = [v.value for v in theirs.non_trainable_variables]
        wrt = (0,) if "int" in str(leaves(data)[0].dtype) else (0, 1)

        def of_ours(weights, x, pure=pure, rest=rest, mode=mode):
            return weighted(pure([*weights, *rest], *grid.given(x), **mode)[0])

        def of_theirs(weights, x, theirs=theirs, frozen=frozen, mode=mode):
            return weighted(theirs.stateless_call(weights, frozen, *grid.given(x), **mode)[0])

        weights = [v.value for v in ours.trainable_variables]
        arrays = jax.tree.map(jnp.asarray, data)
        ours_gradient, theirs_gradient = jax.jit(jax.grad(of_ours, wrt)), jax.jit(jax.grad(of_theirs, wrt))
        close(ours_gradient(weights, arrays), theirs_gradient(weights, arrays))


def plain(value):
    """Tuples as lists, so that configs compare as they would in a file."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, float):
        return round(value, 7)  # Keras keeps the factor of "l1" in float32
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


@layers
def test_config(case):
    """The config makes an equal layer, agrees with Keras, and Keras's makes the layer too."""
    ours, theirs = case.make(cornu, name="it"), case.make(keras, name="it")
    config, reference = plain(ours.get_config()), plain(theirs.get_config())
    with lookup.custom_object_scope({"twice": grid.twice}):
        assert plain(type(ours).from_config(config).get_config()) == config
        again = cornu.layers.deserialize(keras.saving.serialize_keras_object(theirs))
    assert plain(again.get_config()) == config
    assert set(reference) - set(config) <= KERAS_ONLY
    if case.name not in NESTED:
        shared = {key for key in set(reference) & set(config) if key not in LOOSE.get(case.name, ())}
        assert {key: config[key] for key in shared} == {key: reference[key] for key in shared}


def batch(rank):
    """The axis of the batch, whose size is not known."""
    return (0,)


@layers
def test_symbolic_call(case):
    """Shapes and dtypes without values: those of Keras, and those of the values."""
    ours, theirs, data = both(case)
    y = at_once(ours, data)[0]
    spec, reference = (layer(*grid.given(case.tensors(lib, batch))) for lib, layer in ((cornu, ours), (keras, theirs)))
    assert [t.shape[1:] for t in leaves(spec)] == [v.shape[1:] for v in leaves(y)]
    assert [t.shape for t in leaves(spec)] == [tuple(t.shape) for t in leaves(reference)]
    assert [t.dtype for t in leaves(spec)] == [str(v.dtype) for v in leaves(y)] == [t.dtype for t in leaves(reference)]
    shapes = [grid.each(lambda x: (None, *x.shape[1:]), part) for part in grid.given(data)]
    assert flat(ours.compute_output_shape(*shapes)) == flat(theirs.compute_output_shape(*shapes))


def flat(shapes):
    """All sizes of a tree of shapes, in order."""
    return sum((flat(s) for s in shapes), []) if isinstance(shapes, list | tuple) else [shapes]


@layers
def test_unknown_sizes(case):
    """Where space or time may be unknown in Keras, it may be unknown here, with the same result."""
    first = case.arguments.get("data_format") == "channels_first" or case.arguments.get("axis") == 1

    def unknown(rank):
        return set(range(rank)) - {1 if first else rank - 1}

    inputs = [grid.given(case.tensors(library, unknown)) for library in (cornu, keras)]
    try:
        reference = case.make(keras)(*inputs[1])
    except Exception:
        return  # weights or arithmetic of Keras need the size
    if case.name == "Reshape" and -1 not in case.arguments["target_shape"]:
        return  # Keras takes such sizes on trust
    assert [t.shape for t in leaves(case.make(cornu)(*inputs[0]))] == [tuple(t.shape) for t in leaves(reference)]


@layers
def test_mixed_precision(case):
    """Computes in bfloat16, keeps weights in float32, and agrees with Keras up to bfloat16's rounding."""
    cornu.core.dtypes.set_dtype_policy("mixed_bfloat16"), keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        ours, theirs, data = both(case)
    finally:
        cornu.core.dtypes.set_dtype_policy(None), keras.config.set_dtype_policy("float32")
    y, reference = at_once(ours, data)[0], theirs(*grid.given(data))  # whose stateless_call computes in float32
    assert [str(v.dtype) for v in leaves(y)] == [str(v.dtype) for v in leaves(reference)]
    assert all(str(v.dtype) == "bfloat16" for v in leaves(y))
    assert all(w.dtype == "float32" for w in ours.weights if "float" in w.dtype)
    close(y, reference, 2e-2)


@layers
def test_masks(case):
    """A mask reaches the layer, changes what it changes in Keras, and passes on where Keras passes it on."""
    data = case.data()
    if case.deaf or any(x.ndim < 3 for x in leaves(data)):
        return
    ours, theirs, data = both(case)
    rng = np.random.default_rng(2)
    ours_in, theirs_in = jax.tree.map(jnp.array, data), jax.tree.map(jnp.array, data)
    for a, b in zip(leaves(ours_in), leaves(theirs_in), strict=True):
        mask = jnp.asarray(rng.random(a.shape[:2]) > 0.4).at[:, 0].set(True)
        masks.set_mask(a, mask)
        keras.src.backend.set_keras_mask(b, mask)
    for training in modes(case):
        mode = takes_training(ours)(training)
        y, reference = ours(*grid.given(ours_in), **mode), theirs(*grid.given(theirs_in), **mode)
        close(y, reference)
        for a, b in zip(leaves(y), leaves(reference), strict=True):
            mine, wanted = masks.get_mask(a), keras.src.backend.get_keras_mask(b)
            assert (mine is None) == (wanted is None)
            assert mine is None or np.array_equal(mine, wanted)


@layers
def test_samples_are_independent(case):
    """In inference a sample's output does not depend on the rest of its batch."""
    ours, _, data = both(case)
    first, rest = (at_once(ours, jax.tree.map(lambda x, n=n: x[:n], data))[0] for n in (1, None))
    close(first, jax.tree.map(lambda y: y[:1], rest))


@pytest.mark.parametrize("case", grid.FUNCTIONS, ids=lambda c: c.id)
def test_functions(case):
    """The merging functions, on arrays and on symbolic tensors."""
    close(getattr(cornu.layers, case.name)(case.data(), **case.arguments), case_of_keras(case))
    inputs = case.tensors(cornu, batch)
    assert getattr(cornu.layers, case.name)(inputs, **case.arguments).shape == (None, *case_of_keras(case).shape[1:])


def case_of_keras(case):
    """What Keras gives."""
    return getattr(keras.layers, case.name)([jnp.asarray(x) for x in case.data()], **case.arguments)


def test_grid_is_complete():
    """Every public layer is in the grid; an alias counts as its layer."""
    listed = {getattr(cornu.layers, c.name) for c in (*grid.LAYERS, *grid.FUNCTIONS)}
    listed |= {older for older, (today, *_) in OLDER.items() if today in listed}
    missing = [n for n in cornu.layers.__all__ if getattr(cornu.layers, n) not in listed and n not in ABSTRACT]
    elsewhere = {
        # which Keras has no more: tests/test_layers_older.py
        *("Highway", "LocallyConnected1D", "LocallyConnected2D", "MaxoutDense", "ThresholdedReLU"),
        *("JaxLayer", "FlaxLayer", "EquinoxLayer", "TFSMLayer", "TorchModuleWrapper"),  # tests/test_bridges.py
        "InputLayer",  # computes nothing: tests/test_layers_core.py
        *("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"),  # take states: tests/test_layers_recurrent.py
        *(f"ConvLSTM{rank}DCell" for rank in (1, 2, 3)),
    }
    assert set(missing) == elsewhere


# Layers whose config holds other layers: those say their dtype once more in Keras.
NESTED = {"Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells", "SpectralNormalization"}
# Keys whose values mean the same and are written differently.
LOOSE = {
    "Lambda": ("function",),  # a bare name here, an encoded function there
    **{f"SpatialDropout{n}D": ("dtype",) for n in (1, 2, 3)},  # a bare name there
}
