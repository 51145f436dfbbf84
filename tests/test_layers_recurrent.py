"""Recurrent layers and wrappers against Keras 3: outputs, states and gradients, with random weights."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu.layers
from cornu.core import state
from cornu.core.parts import all_variables

BATCH, TIME, FEATURES, UNITS = 4, 6, 5, 3
RNG = np.random.default_rng(3)
X = RNG.normal(size=(BATCH, TIME, FEATURES)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 1], [0, 1, 0, 1, 1, 0]], bool)
STATES = [RNG.normal(size=(BATCH, UNITS)).astype("float32") for _ in range(4)]

LAYERS = {
    "simple_rnn": ("SimpleRNN", {}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "gru_reset_before": ("GRU", {"reset_after": False}),
}
OPTIONS = {
    "last": ({}, False, False),
    "sequences": ({"return_sequences": True}, False, False),
    "everything": ({"return_sequences": True, "return_state": True}, False, True),
    "backwards": ({"return_sequences": True, "return_state": True, "go_backwards": True}, False, True),
    "masked": ({"return_sequences": True, "return_state": True}, True, True),
    "masked_last": ({}, True, False),
    "masked_backwards": ({"return_sequences": True, "return_state": True, "go_backwards": True}, True, True),
    "masked_zero": ({"return_sequences": True, "zero_output_for_mask": True}, True, True),
    "unrolled": ({"return_sequences": True, "unroll": True}, True, False),
    "no_bias": ({"use_bias": False, "return_sequences": True}, False, False),
    "relu": ({"activation": "relu", "return_sequences": True, "return_state": True}, True, True),
    "no_activation": ({"activation": None}, False, False),
}
OF_EVERY_CELL = ("masked_backwards", "no_bias", "relu")  # the rest is the loop's, the same for all
CASES = [(k, o) for k in LAYERS for o in OPTIONS if k in ("lstm", "gru") or o in OF_EVERY_CELL]


@pytest.fixture(autouse=True)
def quick_oracle(monkeypatch):
    """Keras begins with zeros: compiling its initializers takes a second each, and random weights replace them."""
    for initializer in (keras.initializers.GlorotUniform, keras.initializers.Orthogonal):
        monkeypatch.setattr(initializer, "__call__", lambda self, shape, dtype=None: jnp.zeros(shape, dtype))


def randomize(ours, theirs, seed=5):
    """Give both layers the same random weights."""
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=w.shape).astype("float32") * 0.6 for w in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)


def ours_pure(layer, training=False):
    """The layer as a function of its weights and its arguments."""

    def call(weights, *args, **kwargs):
        return state.pure(layer, layer.trainable_variables)(weights, *args, training=training, **kwargs)[0]

    return call


def theirs_pure(layer, training=False):
    def call(weights, *args, **kwargs):
        rest = [v.value for v in layer.non_trainable_variables]
        return layer.stateless_call(weights, rest, *args, training=training, **kwargs)[0]

    return call


def results_and_gradients(call, weights, x, initial, mask):
    """Outputs, and the gradients of a random sum over them."""

    def loss(weights, x, initial):
        kwargs = {} if initial is None else {"initial_state": initial}
        if mask is not None:
            kwargs["mask"] = jnp.asarray(mask)
        outputs = jax.tree.leaves(call(weights, x, **kwargs))
        rng = np.random.default_rng(8)
        total = sum(jnp.sum(o * rng.normal(size=o.shape).astype("float32")) for o in outputs)
        return total, outputs

    wanted = (0, 1) if initial is None else (0, 1, 2)
    program = jax.jit(jax.value_and_grad(loss, wanted, has_aux=True)).lower(weights, x, initial)
    (_, outputs), gradients = program.compile({"xla_backend_optimization_level": 0})(weights, x, initial)
    return outputs, jax.tree.leaves(gradients)


def compare(ours, theirs, x=X, initial=None, mask=None, training=False):
    """Outputs and gradients of both layers agree to 1e-5."""
    shape = x.shape
    ours.build(shape)
    theirs.build(shape)
    randomize(ours, theirs)
    weights = [jnp.asarray(w) for w in ours.get_weights()]
    mine = results_and_gradients(ours_pure(ours, training), weights, x, initial, mask)
    keras_ = results_and_gradients(theirs_pure(theirs, training), weights, x, initial, mask)
    for a, b in zip(mine, keras_, strict=True):
        assert [v.shape for v in a] == [v.shape for v in b]
        for left, right in zip(a, b, strict=True):
            scale = max(1.0, float(np.abs(right).max()))
            np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize(("kind", "option"), CASES)
def test_layer_equals_keras(kind, option):
    name, own = LAYERS[kind]
    arguments, masked, begins = OPTIONS[option]
    arguments = {**own, **arguments}
    if option == "relu" and name != "SimpleRNN":
        arguments["recurrent_activation"] = "hard_sigmoid"
    initial = STATES[: 2 if name == "LSTM" else 1] if begins else None
    ours = getattr(cornu.layers, name)(UNITS, **arguments)
    theirs = getattr(keras.layers, name)(UNITS, **arguments)
    compare(ours, theirs, initial=initial, mask=MASK if masked else None)


@pytest.mark.parametrize("kind", LAYERS)
def test_formula_for_sequences_equals_the_loop(kind):
    name, own = LAYERS[kind]
    make = getattr(cornu.layers, name)
    for backwards in (False, True):
        arguments = {**own, "return_sequences": True, "return_state": True, "go_backwards": backwards}
        fast, slow = make(UNITS, **arguments), make(UNITS, **arguments, unroll=True)
        fast.build(X.shape)
        slow.build(X.shape)
        randomize(fast, slow)
        initial = STATES[: len(fast.state_size)]
        assert fast._formula_applies(False) and not slow._formula_applies(False)
        for a, b in zip(
            fast(X, initial_state=initial, mask=MASK), slow(X, initial_state=initial, mask=MASK), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", LAYERS)
def test_stateful_over_several_calls(kind):
    name, own = LAYERS[kind]
    arguments = {**own, "stateful": True, "return_sequences": True}
    ours, theirs = getattr(cornu.layers, name)(UNITS, **arguments), getattr(keras.layers, name)(UNITS, **arguments)
    ours.build(X.shape)
    theirs.build(X.shape)
    randomize(ours, theirs)
    assert len(ours.weights) == 3
    first = ours(X)
    for scale in (1.0, -0.5):
        theirs_out = theirs(X * scale)
        ours_out = first if scale == 1.0 else ours(X * scale)
        np.testing.assert_allclose(ours_out, theirs_out, rtol=1e-5, atol=1e-5)
    assert float(np.abs(np.asarray(ours.states[0])).max()) > 0
    ours.reset_states()
    np.testing.assert_allclose(ours(X), first, rtol=1e-6)
    ours.reset_state()
    assert float(np.abs(np.asarray(ours.states[0])).max()) == 0


def test_stateful_needs_and_keeps_one_batch_size():
    with pytest.raises(ValueError, match="batch size"):
        cornu.layers.LSTM(3, stateful=True)(cornu.Input((4, 5)))
    layer = cornu.layers.LSTM(3, stateful=True)
    layer(X)
    with pytest.raises(ValueError, match="batch of 4.*batch of 2"):
        layer(X[:2])


def test_states_of_a_stateful_layer_are_variables_but_no_weights():
    layer = cornu.layers.GRU(3, stateful=True)
    layer(X)
    assert layer.states[0] in [*filter(lambda v: v is layer.states[0], layer.variables)]
    assert all(w is not layer.states[0] for w in layer.weights)


CELLS = {
    "lstm_gru": lambda m: [m.LSTMCell(4), m.GRUCell(UNITS, reset_after=False)],
    "simple_lstm_lstm": lambda m: [m.SimpleRNNCell(2, activation="relu"), m.LSTMCell(4), m.LSTMCell(UNITS)],
    "simple": lambda m: m.SimpleRNNCell(UNITS, use_bias=False),
}


@pytest.mark.parametrize("cells", CELLS)
def test_cells_in_an_rnn_equal_keras(cells):
    layers = [m.RNN(CELLS[cells](m), return_sequences=True, return_state=True) for m in (cornu.layers, keras.layers)]
    compare(*layers, mask=MASK if cells != "lstm_gru" else None)


def test_stacked_cells_take_initial_states():
    cells = [m.StackedRNNCells([m.LSTMCell(UNITS), m.GRUCell(UNITS)]) for m in (cornu.layers, keras.layers)]
    layers = [m.RNN(c, return_state=True) for m, c in zip((cornu.layers, keras.layers), cells, strict=True)]
    compare(*layers, initial=[STATES[:2], STATES[2:3]])


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_one_step_of_a_cell_equals_keras(name):
    ours, theirs = getattr(cornu.layers, name)(UNITS), getattr(keras.layers, name)(UNITS)
    ours.build((BATCH, FEATURES))
    theirs.build((BATCH, FEATURES))
    randomize(ours, theirs)
    states = STATES[: 2 if name == "LSTMCell" else 1]
    mine, wanted = ours(X[:, 0], states), theirs(X[:, 0], [jnp.asarray(s) for s in states])
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert [s.shape for s in ours.get_initial_state(7)] == [s.shape for s in theirs.get_initial_state(7)]


class Leaky(cornu.layers.Layer):
    """A user's cell: one state, one output of another size, dropout and a statistic inside."""

    def __init__(self, units, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.state_size, self.output_size = units, units, 2 * units
        self.drop = cornu.layers.Dropout(rate)
        self.rate = rate

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), name="kernel")
        self.steps = self.add_weight((), "zeros", trainable=False, name="steps")

    def call(self, inputs, states):
        self.steps.assign_add(1.0)
        s = 0.5 * states[0] + jnp.tanh(inputs @ self.kernel)
        self.add_loss(jnp.mean(s**2))
        return self.drop(jnp.concatenate([s, -s], axis=-1)), s


@pytest.mark.parametrize("unroll", [False, True])
def test_a_cell_of_the_user(unroll):
    layer = cornu.layers.RNN(Leaky(UNITS), return_sequences=True, return_state=True, unroll=unroll)
    outputs, last = layer(X, mask=MASK)
    kernel = layer.cell.kernel.numpy()
    s, previous = np.zeros((BATCH, UNITS)), np.zeros((BATCH, 2 * UNITS))
    losses = []
    for t in range(TIME):
        new = 0.5 * s + np.tanh(X[:, t] @ kernel)
        losses.append((new**2).mean())
        real = MASK[:, t, None]
        s = np.where(real, new, s)
        previous = np.where(real, np.concatenate([new, -new], -1), previous)
        np.testing.assert_allclose(outputs[:, t], previous, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(last, s, rtol=1e-5, atol=1e-6)
    assert float(layer.cell.steps) == TIME
    np.testing.assert_allclose(sum(float(v) for v in layer.losses), sum(losses), rtol=1e-5)


def test_random_layers_inside_a_cell_draw_anew_at_each_step():
    layer = cornu.layers.RNN(Leaky(40, rate=0.5), return_sequences=True)
    layer.build(X.shape)
    dropped = (
        np.asarray(
            jax.jit(
                lambda x: state.pure(lambda: layer(x, training=True), all_variables(layer))(
                    [v.value for v in all_variables(layer)]
                )[0]
            )(X)
        )
        == 0
    )
    assert 0.4 < dropped.mean() < 0.6
    assert (dropped[:, 0] != dropped[:, 1]).any()


def test_a_cell_that_is_no_layer():
    class Sum:
        state_size = FEATURES

        def call(self, inputs, states):
            return states[0] + inputs, [states[0] + inputs]

    layer = cornu.layers.RNN(Sum(), return_sequences=True, go_backwards=True)
    np.testing.assert_allclose(layer(X), np.cumsum(X[:, ::-1], axis=1), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="state_size"):
        cornu.layers.RNN(cornu.layers.Dense(3))


# Dropout


@pytest.mark.parametrize(
    ("kind", "rates"),
    [("simple_rnn", (0.3, 0.4)), ("lstm", (0.5, 0.0)), ("gru", (0.0, 0.5)), ("gru_reset_before", (0.3, 0.4))],
)
def test_dropout_is_for_training_and_the_same_at_every_step(kind, rates):
    name, own = LAYERS[kind]
    layer = getattr(cornu.layers, name)(
        20, dropout=rates[0], recurrent_dropout=rates[1], seed=4, return_sequences=True, **own
    )
    plain = layer(X)
    a, b = layer(X, training=True), layer(X, training=True)
    assert np.abs(a - plain).max() > 1e-3 and np.abs(a - b).max() > 1e-3
    clone = type(layer).from_config(layer.get_config())
    clone.build(X.shape)
    clone.set_weights(layer.get_weights())
    np.testing.assert_allclose(clone(X, training=True), a, rtol=1e-5, atol=1e-6)


def test_masks_have_the_right_mean_and_are_shared_over_time():
    layer = cornu.layers.SimpleRNN(
        50,
        activation=None,
        dropout=0.25,
        return_sequences=True,
        use_bias=False,
        recurrent_initializer="zeros",
        kernel_initializer="identity",
    )
    y = np.asarray(layer(np.ones((60, 3, 50), "float32"), training=True))
    np.testing.assert_array_equal(y[:, 0], y[:, 1])
    np.testing.assert_array_equal(y[:, 0], y[:, 2])
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.75], rtol=1e-6)
    assert abs((y[:, 0] == 0).mean() - 0.25) < 0.03


def test_gates_have_masks_of_their_own_with_recurrent_dropout():
    cell = cornu.layers.LSTMCell(30, recurrent_dropout=0.5)
    cell.build((None, 4))
    _, masks = cell.masks(8, True)
    assert len(masks) == 4 and (masks[0] != masks[1]).any()
    cell = cornu.layers.GRUCell(30, dropout=0.5)
    cell.build((None, 4))
    masks, none = cell.masks(8, True)
    assert len(masks) == 1 and none is None


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def reference_step(name, x, states, weights, input_masks, state_masks, reset_after=True):
    """One step of a cell in NumPy, gate by gate, each with masks of its own."""
    gates = len(input_masks)
    kernels, recurrents = (np.split(w.astype("float64"), gates, axis=1) for w in weights[:2])
    h, bias = states[0], weights[2].astype("float64")
    xs = [(x * m) @ k for m, k in zip(input_masks, kernels, strict=True)]
    hs = [(h * m) @ k for m, k in zip(state_masks, recurrents, strict=True)]
    if name == "GRU":
        input_bias, state_bias = bias if reset_after else (bias, np.zeros_like(bias))
        a, b = np.split(input_bias, 3), np.split(state_bias, 3)
        z, r = sigmoid(xs[0] + hs[0] + a[0] + b[0]), sigmoid(xs[1] + hs[1] + a[1] + b[1])
        inner = r * (hs[2] + b[2]) if reset_after else (r * h * state_masks[2]) @ recurrents[2]
        return [z * h + (1 - z) * np.tanh(xs[2] + a[2] + inner)]
    sums = [a + b + c for a, b, c in zip(xs, hs, np.split(bias, gates), strict=True)]
    if name == "SimpleRNN":
        return [np.tanh(sums[0])]
    c = sigmoid(sums[1]) * states[1] + sigmoid(sums[0]) * np.tanh(sums[2])
    return [sigmoid(sums[3]) * np.tanh(c), c]


@pytest.mark.parametrize("kind", LAYERS)
def test_where_masks_apply(kind, monkeypatch):
    name, own = LAYERS[kind]
    layer = getattr(cornu.layers, name)(
        UNITS, dropout=0.4, recurrent_dropout=0.4, return_sequences=True, bias_initializer="random_normal", **own
    )
    layer.build(X.shape)
    masks = layer.cell.masks(BATCH, True)
    monkeypatch.setattr(layer.cell, "_draw", lambda batch: masks)
    outputs = layer(X, training=True)
    states = [np.zeros((BATCH, UNITS))] * 2
    for t in range(TIME):
        arrays = [[np.asarray(m) for m in ms] for ms in masks]
        states = reference_step(name, X[:, t], states, layer.get_weights(), *arrays, **own)
        np.testing.assert_allclose(outputs[:, t], states[0], rtol=1e-5, atol=1e-6)


# Bidirectional

BIDIRECTIONAL = {
    "lstm": lambda m, **k: m.LSTM(UNITS, **k),
    "gru": lambda m, **k: m.GRU(UNITS, **k),
    "stack": lambda m, **k: m.RNN([m.GRUCell(UNITS), m.SimpleRNNCell(UNITS)], **k),
}


@pytest.mark.parametrize(
    ("merge_mode", "masked"), [("sum", True), ("mul", True), ("ave", False), ("concat", True), (None, False)]
)
def test_bidirectional_equals_keras(merge_mode, masked):
    layers = [m.Bidirectional(m.LSTM(UNITS, return_sequences=True), merge_mode) for m in (cornu.layers, keras.layers)]
    compare(*layers, mask=MASK if masked else None)


@pytest.mark.parametrize(("kind", "merge_mode"), [("lstm", "concat"), ("gru", None), ("stack", "concat")])
def test_bidirectional_states_equal_keras(kind, merge_mode):
    initial = {"lstm": STATES, "gru": STATES[:2], "stack": None}[kind]
    inner = BIDIRECTIONAL[kind]
    layers = [m.Bidirectional(inner(m, return_state=True), merge_mode) for m in (cornu.layers, keras.layers)]
    compare(*layers, initial=initial, mask=MASK)


def test_bidirectional_with_a_backward_layer_of_its_own():
    layers = [
        m.Bidirectional(m.LSTM(UNITS), backward_layer=m.GRU(UNITS, activation="relu", go_backwards=True))
        for m in (cornu.layers, keras.layers)
    ]
    compare(*layers)
    with pytest.raises(ValueError, match="go_backwards"):
        cornu.layers.Bidirectional(cornu.layers.LSTM(3), backward_layer=cornu.layers.LSTM(3))
    with pytest.raises(ValueError, match="return_sequences"):
        cornu.layers.Bidirectional(
            cornu.layers.LSTM(3), backward_layer=cornu.layers.LSTM(3, go_backwards=True, return_sequences=True)
        )
    with pytest.raises(ValueError, match="merge_mode"):
        cornu.layers.Bidirectional(cornu.layers.LSTM(3), merge_mode="max")


def test_bidirectional_is_made_from_copies():
    inner = cornu.layers.LSTM(3, name="reader")
    inner(X)
    layer = cornu.layers.Bidirectional(inner)
    layer(X)
    assert len(layer.weights) == 6 and layer.forward_layer is not inner
    assert (layer.forward_layer.name, layer.backward_layer.name) == ("forward_reader", "backward_reader")
    assert not {id(v) for v in inner.variables} & {id(v) for v in layer.variables}
    weights = [RNG.normal(size=w.shape) for w in layer.weights]
    other = cornu.layers.Bidirectional(cornu.layers.LSTM(3), weights=weights)
    other(X)
    np.testing.assert_allclose(other.get_weights()[3], weights[3], rtol=1e-6)


def test_bidirectional_stateful():
    ours, theirs = (m.Bidirectional(m.GRU(UNITS, stateful=True)) for m in (cornu.layers, keras.layers))
    ours.build(X.shape)
    theirs.build(X.shape)
    randomize(ours, theirs)
    first = ours(X)
    np.testing.assert_allclose(first, theirs(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-5, atol=1e-6)
    ours.reset_states()
    np.testing.assert_allclose(ours(X), first, rtol=1e-6)


# TimeDistributed


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda m: m.Dense(7, activation="tanh"), (2, 3, 5)),
        (lambda m: m.Conv2D(4, 3, activation="relu"), (2, 3, 6, 5, 2)),
        (lambda m: m.LSTM(4), (2, 3, 5, 4)),
        (lambda m: m.Flatten(), (2, 3, 5, 4)),
    ],
    ids=["dense", "conv", "lstm", "flatten"],
)
def test_time_distributed_equals_keras(make, shape):
    x = np.random.default_rng(1).normal(size=shape).astype("float32")
    ours, theirs = (m.TimeDistributed(make(m)) for m in (cornu.layers, keras.layers))
    compare(ours, theirs, x=x)


def test_time_distributed_hands_the_mask_on():
    x = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
    mask = RNG.random((2, 3, 4)) < 0.6
    ours, theirs = (m.TimeDistributed(m.LSTM(4)) for m in (cornu.layers, keras.layers))
    compare(ours, theirs, x=x, mask=mask)
    with pytest.raises(ValueError, match="mask"):
        ours(x, mask=mask[:, :2])
    with pytest.raises(ValueError, match="three axes"):
        cornu.layers.TimeDistributed(cornu.layers.Dense(2))(np.ones((2, 3)))


def test_time_distributed_masks_pass_through():
    x = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    outputs, weights = [], None
    for m in (cornu.layers, keras.layers):
        layers = [m.Embedding(4, 5, mask_zero=True), m.TimeDistributed(m.Dense(3)), m.LSTM(UNITS)]
        for layer, shape in zip(layers, [(2, 4), (2, 4, 5), (2, 4, 3)], strict=True):
            layer.build(shape)
        weights = weights or [[RNG.normal(size=w.shape) for w in layer.weights] for layer in layers]
        y = x
        for layer, own in zip(layers, weights, strict=True):
            layer.set_weights(own)
            y = layer(y)
        outputs.append(y)
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-5, atol=1e-6)


# Masks between layers, symbolic calls, configs, precision


def test_masks_travel_through_recurrent_layers():
    embed = cornu.layers.Embedding(5, 4, mask_zero=True)
    x = np.array([[1, 2, 0], [3, 0, 0]])
    y = cornu.layers.Bidirectional(cornu.layers.GRU(3, return_sequences=True))(embed(x))
    np.testing.assert_array_equal(np.asarray(y)[~(x > 0)], 0)
    last = cornu.layers.LSTM(2)
    full = last(y)
    np.testing.assert_allclose(full[1], last(y[1:, :1])[0], rtol=1e-5)


@pytest.mark.parametrize("time", [TIME, None])
def test_symbolic_shapes(time):
    x = cornu.Input((time, FEATURES))
    m = cornu.layers
    assert m.LSTM(3)(x).shape == (None, 3)
    assert m.GRU(3, return_sequences=True)(x).shape == (None, time, 3)
    assert [t.shape for t in m.LSTM(3, return_sequences=True, return_state=True)(x)] == [
        (None, time, 3),
        (None, 3),
        (None, 3),
    ]
    assert m.Bidirectional(m.SimpleRNN(3, return_sequences=True))(x).shape == (None, time, 6)
    assert m.TimeDistributed(m.Dense(2))(x).shape == (None, time, 2)
    assert m.RNN([m.LSTMCell(3), m.GRUCell(4)])(x).shape == (None, 4)
    assert m.LSTM(3, return_sequences=True).compute_output_shape((None, time, FEATURES)) == (None, time, 3)


def test_symbolic_initial_state():
    x, h, c = cornu.Input((TIME, FEATURES)), cornu.Input((UNITS,)), cornu.Input((UNITS,))
    layer = cornu.layers.LSTM(UNITS)
    model = cornu.Model([x, h, c], layer(x, initial_state=[h, c]))
    values = [X, *STATES[:2]]
    np.testing.assert_allclose(model(values), layer(X, initial_state=STATES[:2]), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="initial_state"):
        layer(X, initial_state=STATES[:1])


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.SimpleRNN(3, activation="relu", dropout=0.2),
        lambda m: m.LSTM(3, return_sequences=True, unit_forget_bias=False, kernel_regularizer="l2"),
        lambda m: m.GRU(3, go_backwards=True, reset_after=False, bias_constraint="non_neg", name="g"),
        lambda m: m.RNN([m.LSTMCell(3, seed=2), m.GRUCell(2)], stateful=False, unroll=True),
        lambda m: m.RNN(m.SimpleRNNCell(3), zero_output_for_mask=True),
        lambda m: m.Bidirectional(m.LSTM(3, name="l"), merge_mode="ave", name="b"),
        lambda m: m.TimeDistributed(m.Activation("relu", name="inner")),
        lambda m: m.StackedRNNCells([m.LSTMCell(3), m.LSTMCell(3)]),
    ],
)
def test_configs_are_those_of_keras(make):
    """Keras makes the same layer from our config, and we from theirs, with every argument equal."""
    ours, theirs = make(cornu.layers), make(keras.layers)
    mine = type(theirs).from_config(ours.get_config())
    back = type(ours).from_config(theirs.get_config())
    assert comparable(mine.get_config()) == comparable({**theirs.get_config(), "name": mine.name})
    assert comparable(back.get_config()) == comparable({**ours.get_config(), "name": back.name})
    assert comparable({**theirs.get_config(), "name": ours.name}).items() <= comparable(ours.get_config()).items()


def comparable(value):
    """A config without the names that a session counts up, and without what both write differently by habit."""
    if isinstance(value, dict):
        unlike = ("registered_name", "input_axes", "output_axes")
        inner = {k: comparable(v) for k, v in value.items() if k not in unlike}
        if "units" in inner or "cell" in inner or "cells" in inner:
            inner.pop("name", None)
        if "layer" in inner and len(inner) < 4:
            inner.pop("name", None)
        return inner
    return [comparable(v) for v in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("kind", LAYERS)
def test_paths_and_first_weights(kind):
    name, own = LAYERS[kind]
    ours, theirs = (getattr(m, name)(4, name="layer", **own) for m in (cornu.layers, keras.layers))
    ours.build(X.shape)
    theirs.build(X.shape)
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    np.testing.assert_array_equal(ours.get_weights()[2], theirs.get_weights()[2])
    recurrent = ours.get_weights()[1]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)


def test_paths_inside_wrappers():
    for make in (
        lambda m: m.Bidirectional(m.LSTM(3, name="l"), name="b"),
        lambda m: m.TimeDistributed(m.Dense(3, name="d"), name="t"),
        lambda m: m.RNN([m.GRUCell(3, name="c"), m.LSTMCell(2, name="e")], name="r"),
    ):
        ours, theirs = make(cornu.layers), make(keras.layers)
        ours.build(X.shape)
        theirs.build(X.shape)
        first, second = ([w.path for w in layer.weights] for layer in (ours, theirs))
        assert [p.replace("stacked_rnn_cells_", "") for p in first][0].split("/")[-1] == second[0].split("/")[-1]
        assert [p.split("/")[0] for p in first] == [p.split("/")[0] for p in second]
        assert [p.split("/")[-2:] for p in first] == [p.split("/")[-2:] for p in second]


@pytest.mark.parametrize("kind", LAYERS)
def test_mixed_precision(kind):
    name, own = LAYERS[kind]
    for unroll in (False, True):
        layer = getattr(cornu.layers, name)(UNITS, dtype="mixed_bfloat16", return_state=True, unroll=unroll, **own)
        outputs = layer(X, mask=MASK)
        assert {str(o.dtype) for o in outputs} == {"bfloat16"} and layer.weights[0].dtype == "float32"


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="units"):
        cornu.layers.LSTM(0)
    with pytest.raises(ValueError, match="dropout"):
        cornu.layers.GRU(3, dropout=1.5)
    with pytest.raises(TypeError, match="return_sequence"):
        cornu.layers.LSTM(3, return_sequence=True)
    with pytest.raises(ValueError, match="expected an input of 3 dimensions"):
        cornu.layers.LSTM(3)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="mask"):
        cornu.layers.LSTM(3)(X, mask=MASK[:, :3])
    with pytest.raises(ValueError, match="use_cudnn"):
        cornu.layers.LSTM(3, use_cudnn=True, activation="relu")(X)
    with pytest.raises(ValueError, match="layer"):
        cornu.layers.TimeDistributed("dense")


# Convolutional LSTMs: what the grid cannot compare, since Keras on JAX compares masks with the wrong axes.


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_masked_frames_change_nothing(data_format, go_backwards, rng):
    """As by hand, step after step; the mask of a sequence goes on with all outputs."""
    x = rng.normal(size=(2, 5, 4, 4, 4)).astype("float32")
    mask = np.array([[1, 1, 0, 1, 1], [0, 0, 1, 1, 0]], bool)
    options = {"padding": "same", "data_format": data_format, "go_backwards": go_backwards}
    layer = cornu.layers.ConvLSTM2D(3, 3, return_sequences=True, return_state=True, **options)
    outputs, *last = layer(x, mask=mask)
    h, c = layer.cell.get_initial_state(2)
    for t, step in enumerate(reversed(range(5)) if go_backwards else range(5)):
        now, (_, carry) = layer.cell(x[:, step], [h, c])
        real = mask[:, step, None, None, None]
        h, c = np.where(real, now, h), np.where(real, carry, c)
        np.testing.assert_allclose(outputs[:, t], h, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(last[0], h, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(last[1], c, rtol=1e-4, atol=1e-6)
    layer.zero_output_for_mask = True
    zeros = layer(x, mask=mask)[0] == 0
    assert np.array_equal(np.asarray(zeros.all(axis=(2, 3, 4))), ~mask[:, ::-1] if go_backwards else ~mask)


def test_states_that_are_images(rng):
    """Kept from batch to batch, given, stacked, in both directions and at every step of another axis."""
    x = rng.normal(size=(2, 6, 5, 4, 3)).astype("float32")
    layers = cornu.layers
    layer = layers.ConvLSTM2D(3, 3, stateful=True, return_state=True)
    whole = layer(x)
    layer.reset_state()
    layer(x[:, :4])
    for ours, expected in zip(layer(x[:, 4:]), whole, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)
    given = layers.ConvLSTM2D(3, 3)
    given.build(x.shape)
    given.set_weights(layer.get_weights())
    layer.reset_state()
    states = layer(x[:, :4])[1:]
    np.testing.assert_allclose(given(x[:, 4:], initial_state=states), whole[0], rtol=1e-4, atol=1e-6)
    cells = [layers.ConvLSTM2DCell(2, 3, padding="same"), layers.ConvLSTM2DCell(4, 2)]
    assert layers.RNN(cells)(x).shape == (2, 4, 3, 4)
    both = layers.Bidirectional(layers.ConvLSTM2D(3, 3, return_sequences=True))
    assert both(x).shape == (2, 6, 3, 2, 6)
    assert layers.TimeDistributed(layers.ConvLSTM1D(3, 3))(x).shape == (2, 6, 2, 3)


def test_convolutional_cells_drop_whole_gates(rng):
    """Masks stay the same at all steps, are drawn for every gate, and only in training."""
    x = np.repeat(rng.normal(size=(2, 1, 5, 4, 3)), 6, axis=1).astype("float32")
    layer = cornu.layers.ConvLSTM2D(3, 3, dropout=0.5, recurrent_dropout=0.5, seed=0)
    layer.build(x.shape)
    masks, state_masks = layer.cell.masks(2, training=True)
    assert [m.shape for m in masks] == [(2, 5, 4, 3)] * 4 and [m.shape for m in state_masks] == [(2, 3, 2, 3)] * 4
    assert not np.array_equal(masks[0], masks[1]) and set(np.unique(masks)) == {0.0, 2.0}
    assert np.array_equal(layer(x), layer(x))
    assert not np.array_equal(layer(x, training=True), layer(x, training=True))


def test_convolutional_mistakes():
    layers = cornu.layers
    x = np.ones((2, 3, 8, 8, 2), "float32")
    for make, words in (
        (lambda: layers.ConvLSTM2D(0, 3), "filters"),
        (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "cannot combine"),
        (lambda: layers.ConvLSTM2D(2, 3, dropout=2.0), "dropout"),
        (lambda: layers.ConvLSTM2D(2, 9)(x), "does not fit"),
        (lambda: layers.ConvLSTM2D(2, 3)(x[0]), "expected an input of 5 dimensions"),
        (lambda: layers.ConvLSTM2D(2, 3)(cornu.Input((3, None, 8, 2))), "size must be known"),
        (lambda: layers.ConvLSTM2D(2, 3)(x, initial_state=[x[:, 0], x[:, 0]]), "initial_state"),
        (lambda: layers.ConvLSTM2DCell(2, 3).get_initial_state(2), "Build it first"),
    ):
        with pytest.raises(ValueError, match=words):
            make()
    layer = layers.ConvLSTM2D(2, 3)
    layer(x)
    with pytest.raises(ValueError, match="expected size 8"):
        layer(x[:, :, :7])
