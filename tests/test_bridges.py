"""Layers made of what other libraries compute: beside Keras, beside plain Flax, Equinox and TensorFlow, over time."""

import copy

import equinox as eqx
import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest
import tensorflow as tf
import twins
from flax import linen, nnx

import cornu
from cornu import layers

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
Y = np.stack([X[:, 0] * X[:, 1], X[:, 2]], 1)
RATE = 0.05


def init(rng, inputs):
    """A layer of 5 units in front of one of 2, and the mean that it has seen."""
    one, other = jax.random.split(rng)
    params = {"b": [jax.random.normal(one, (inputs.shape[-1], 5)), jnp.zeros(5)], "a": jax.random.normal(other, (5, 2))}
    return params, {"mean": jnp.zeros(5), "count": jnp.zeros((), "int32")}


def compute(params, state, rng, inputs, training):
    """Moving statistics, and noise in training."""
    w, b = params["b"]
    h = jnp.tanh(inputs @ w + b)
    if training:
        state = {"mean": 0.9 * state["mean"] + 0.1 * h.mean(0), "count": state["count"] + 1}
        h = h + 0.1 * jax.random.normal(rng, h.shape)
    return (h - state["mean"]) @ params["a"], state


keras.saving.register_keras_serializable("bridges")(compute)
keras.saving.register_keras_serializable("bridges")(init)
ONCE = {f"bridges>{f.__name__}": f for f in (compute, init)}


class Linen(linen.Module):
    """Dense, batch statistics, dropout, Dense."""

    rate: float = 0.0

    @linen.compact
    def __call__(self, inputs, training=False):
        h = linen.BatchNorm(use_running_average=not training, momentum=0.8)(linen.Dense(6)(inputs))
        return linen.Dense(2)(linen.Dropout(self.rate, deterministic=not training)(jnp.tanh(h)))


class Nnx(nnx.Module):
    """The same in the other interface."""

    def __init__(self, seed=0, rate=0.5):
        rngs = nnx.Rngs(seed)
        self.first, self.last = nnx.Linear(4, 6, rngs=rngs), nnx.Linear(6, 2, rngs=rngs)
        self.norm, self.drop = nnx.BatchNorm(6, momentum=0.8, rngs=rngs), nnx.Dropout(rate, rngs=rngs)

    def __call__(self, x):
        return self.last(self.drop(jnp.tanh(self.norm(self.first(x)))))


class Eqx(eqx.Module):
    """The same for one sample."""

    first: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    drop: eqx.nn.Dropout
    last: eqx.nn.Linear

    def __init__(self, key, rate=0.0):
        one, two = jax.random.split(key)
        self.first, self.last = eqx.nn.Linear(4, 6, key=one), eqx.nn.Linear(6, 2, key=two)
        self.norm, self.drop = eqx.nn.BatchNorm(6, axis_name="batch", mode="batch"), eqx.nn.Dropout(rate)

    def __call__(self, x, state, *, key=None):
        h, state = self.norm(self.first(x), state)
        return self.last(self.drop(jnp.tanh(h), key=key)), state


def mlp(seed=0):
    """A module of Equinox without a state."""
    return eqx.nn.MLP(4, 2, 6, 1, key=jax.random.key(seed))


def stateful(seed=0, rate=0.0):
    """A module of Equinox, and its state."""
    return eqx.nn.make_with_state(Eqx)(jax.random.key(seed), rate)


MAKE = {
    "jax": lambda seed=0: layers.JaxLayer(compute, init, name="it", seed=seed),
    "linen": lambda seed=0: layers.FlaxLayer(Linen(0.5), name="it", seed=seed),
    "nnx": lambda seed=0: layers.FlaxLayer(Nnx(seed), name="it"),
    "eqx": lambda seed=0: layers.EquinoxLayer(mlp(seed), name="it"),
    "stateful": lambda seed=0: layers.EquinoxLayer(*stateful(seed, 0.5), name="it", seed=seed),
}
every = pytest.mark.parametrize("kind", MAKE)


def model_of(layer, lib=cornu):
    """A model of the one layer, compiled."""
    model = lib.Sequential([lib.Input((4,)), layer])
    model.compile(lib.optimizers.SGD(RATE), "mse")
    return model


def fit(model, epochs=2):
    """Steps of 8 samples, in order."""
    return model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history["loss"]


def batches(epochs=2):
    """What `fit` trains on."""
    return [(X[i : i + 8], Y[i : i + 8]) for _ in range(epochs) for i in range(0, 40, 8)]


def square(y, target):
    """The loss."""
    return jnp.mean((y - target) ** 2)


def descended(tree, slopes):
    """A tree after a step of plain descent."""
    return optax.apply_updates(tree, jax.tree.map(lambda d: -RATE * d, slopes))


def same(tree, other, tolerance=1e-5):
    """Equal trees of arrays, up to rounding."""
    one, two = jax.tree.leaves(tree), jax.tree.leaves(other)
    assert len(one) == len(two) > 0
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), tolerance, tolerance)


# Beside Keras


def both(make):
    """A model of a bridge in each library, with the same weights."""
    mine, theirs = (model_of(make(lib.layers), lib) for lib in (cornu, keras))
    assert [(w.shape, w.dtype, w.trainable) for w in mine.weights] == [
        (tuple(w.shape), w.dtype, w.trainable) for w in theirs.weights
    ]
    theirs.set_weights([w + np.float32(0.1) if w.dtype == "float32" else w for w in mine.get_weights()])
    mine.set_weights(theirs.get_weights())
    return mine, theirs


BESIDE = {
    "jax": lambda lib: lib.JaxLayer(compute, init, seed=7),
    "given": lambda lib: lib.JaxLayer(
        lambda params, inputs: inputs @ params["w"] * params["s"],
        params={"w": np.arange(8, dtype="float32").reshape(4, 2) / 9, "s": 0.7},
    ),
    "linen": lambda lib: lib.FlaxLayer(Linen(0.5), seed=7),
    "method": lambda lib: lib.FlaxLayer(Linen(), method=lambda module, inputs: 2 * module(inputs)),
    "variables": lambda lib: lib.FlaxLayer(Linen(), variables=Linen().init(jax.random.key(1), X)),
}


@pytest.mark.parametrize("case", BESIDE)
def test_the_numbers_of_keras_in_both_modes_with_the_same_draws(case):
    mine, theirs = both(BESIDE[case])
    twins.close(mine.predict(X, verbose=0), theirs.predict(X, verbose=0))
    if case in ("jax", "linen", "given"):
        twins.fit_both(mine, theirs, X, Y)
        twins.close(mine.predict(X, verbose=0), theirs.predict(X, verbose=0))


@pytest.fixture
def registered():
    """The functions are known to Cornu as they are to Keras."""
    with cornu.saving.custom_object_scope(ONCE):
        yield


def test_files_go_both_ways(tmp_path, registered):
    mine, theirs = both(BESIDE["jax"])
    fit(mine), fit(theirs)
    for writer, reader in ((mine, keras), (theirs, cornu), (mine, cornu)):
        writer.save(tmp_path / "model.keras")
        again = reader.saving.load_model(tmp_path / "model.keras")
        twins.close(again.predict(X, verbose=0), writer.predict(X, verbose=0))
        twins.same_state(again, writer)
        again.layers[-1].seed_generator.state.assign(np.array([7, 10], "uint32"))  # files of neither library hold it
        went_on = fit(again)
    twins.close(went_on, fit(mine))
    theirs = theirs.layers[-1].get_config().keys()
    assert mine.layers[-1].get_config().keys() >= theirs - {"quantization_config"}


# Beside the libraries themselves


def test_a_linen_module_trains_as_in_flax_and_optax():
    module = Linen()
    variables = module.init(jax.random.key(3), X)
    model = model_of(layers.FlaxLayer(module, variables=variables))
    model.compile(optax.sgd(RATE, momentum=0.9), "mse")
    fit(model)
    params, stats = variables["params"], variables["batch_stats"]
    rule = optax.sgd(RATE, momentum=0.9)
    slots = rule.init(params)

    @jax.jit
    def step(params, stats, slots, x, y):
        def loss(params):
            held = {"params": params, "batch_stats": stats}
            out, new = module.apply(held, x, training=True, mutable=["batch_stats"])
            return square(out, y), new["batch_stats"]

        slopes, stats = jax.grad(loss, has_aux=True)(params)
        updates, slots = rule.update(slopes, slots)
        return optax.apply_updates(params, updates), stats, slots

    for x, y in batches():
        params, stats, slots = step(params, stats, slots, x, y)
    layer = model.layers[-1]
    same([layer.params["params"], layer.state["batch_stats"]], [params, stats], 1e-4)
    same(model.predict(X, verbose=0), module.apply({"params": params, "batch_stats": stats}, X), 1e-4)
    names = ["params.Dense_0.kernel", "params.Dense_1.kernel", "batch_stats.BatchNorm_0.mean"]
    assert [w.name for w in layer.weights if w.name in names] == names


def test_an_nnx_module_trains_as_in_flax_with_the_same_dropout():
    module, mine = Nnx(5), Nnx(5)
    model = model_of(layers.FlaxLayer(mine))
    fit(model)
    module.train()

    @nnx.jit
    def step(module, x, y):
        slopes = nnx.grad(lambda module: square(module(x), y))(module)
        nnx.update(module, descended(nnx.state(module, nnx.Param), slopes))

    for x, y in batches():
        step(module, x, y)
    module.eval()
    trained = model.layers[-1].module
    same(nnx.state(trained, nnx.Param, nnx.BatchStat), nnx.state(module, nnx.Param, nnx.BatchStat), 1e-4)
    assert int(trained.drop.rngs.count[...]) == int(module.drop.rngs.count[...]) == 10
    same(model.predict(X, verbose=0), module(X), 1e-4)
    same(nnx.state(mine, nnx.Param), nnx.state(Nnx(5), nnx.Param))  # what was given stands as it was


def test_an_equinox_module_trains_as_in_equinox():
    module, state = stateful(2)
    model = model_of(layers.EquinoxLayer(module, state))
    fit(model)

    @eqx.filter_jit
    def step(module, state, x, y):
        def loss(module):
            out, new = jax.vmap(module, axis_name="batch", in_axes=(0, None), out_axes=(0, None))(x, state)
            return square(out, y), new

        slopes, state = eqx.filter_grad(loss, has_aux=True)(module)
        return eqx.apply_updates(module, jax.tree.map(lambda d: -RATE * d, slopes)), state

    for x, y in batches():
        module, state = step(module, state, x, y)
    layer = model.layers[-1]
    same(eqx.filter(layer.module, eqx.is_array), eqx.filter(module, eqx.is_array), 1e-4)
    whole = eqx.nn.inference_mode(module)
    expected, _ = jax.vmap(whole, axis_name="batch", in_axes=(0, None), out_axes=(0, None))(X, state)
    same(model.predict(X, verbose=0), expected, 1e-4)
    assert [w.name for w in layer.trainable_weights][:2] == ["first.weight", "first.bias"]


def test_dropout_of_equinox_draws_for_each_sample_and_step():
    layer = layers.EquinoxLayer(eqx.nn.Dropout(0.5), seed=1)
    x = np.ones((6, 50), "float32")
    one, two = np.asarray(layer(x, training=True)), np.asarray(layer(x, training=True))
    assert len(np.unique(one, axis=0)) == 6 and not np.array_equal(one, two)
    np.testing.assert_array_equal(layer(x), x)
    np.testing.assert_array_equal(layers.EquinoxLayer(eqx.nn.Dropout(0.5), seed=1)(x, training=True), one)


@pytest.mark.parametrize(
    ("module", "draws"),
    [
        (linen.Dropout(0.5), True),
        (linen.Embed(50, 3), False),
        (linen.BatchNorm(), True),
    ],
)
def test_modules_as_flax_has_them(module, draws):
    """What they call the mode is known, and whole numbers begin as such."""
    x = np.arange(12).reshape(4, 3).astype("int32" if isinstance(module, linen.Embed) else "float32")
    layer = layers.FlaxLayer(module)
    quiet, loud = np.asarray(layer(x)), np.asarray(layer(x, training=True))
    assert np.array_equal(quiet, loud) is not draws
    if draws:  # none has learned anything
        same(quiet, x, 1e-4)


# Over time, and with others


@every
def test_a_layer_over_time(kind, tmp_path):
    layer = MAKE[kind]()
    model = model_of(layer)
    assert model.output_shape == (None, 2)
    first = model.predict(X, verbose=0)
    losses = fit(model, 3)
    trained = model.predict(X, verbose=0)
    assert losses[-1] < losses[0] and not np.allclose(first, trained, atol=1e-2)
    model.save_weights(tmp_path / "w.weights.h5"), model.save(tmp_path / "model.keras")
    layer.trainable_weights[0].assign(layer.trainable_weights[0] * 0 + 9.0)
    assert not np.allclose(model.predict(X, verbose=0), trained, atol=1e-2)
    model.load_weights(tmp_path / "w.weights.h5")
    same(model.predict(X, verbose=0), trained)
    other = model_of(MAKE[kind](4))
    assert not all(np.array_equal(a, b) for a, b in zip(other.get_weights(), model.get_weights(), strict=True))
    other.load_weights(tmp_path / "w.weights.h5")
    same(other.get_weights(), model.get_weights(), 0)
    again = cornu.saving.load_model(tmp_path / "model.keras", custom_objects=MAKE[kind](4).given_again())
    same(again.predict(X, verbose=0), trained)
    twin = copy.deepcopy(model)
    twins.close(fit(twin), fit(model))
    same(twin.get_weights(), model.get_weights())


@every
def test_a_layer_among_others(kind):
    layer = MAKE[kind]()
    a = cornu.Input((4,))
    model = cornu.Model(a, layers.Dense(2, name="top")(layers.concatenate([layer(a), layers.Dense(3)(a)])))
    assert any(path.startswith("it/") for path in model.functional()[1])
    apply, params = model.functional()
    slopes = jax.jit(jax.grad(lambda params: square(apply(params, X), Y)))(params)
    assert all(np.abs(s).max() > 0 for path, s in slopes.items() if "weight" in path or "kernel" in path)
    layer.trainable = False
    frozen, top = [w.numpy() for w in layer.weights if "float" in w.dtype][:2], model.get_layer("top").kernel.numpy()
    model.compile("sgd", "mse")
    fit(model)
    same(frozen, [w.numpy() for w in layer.weights if "float" in w.dtype][:2], 0)
    assert not np.allclose(top, model.get_layer("top").kernel)


class Own(cornu.Model):
    """A model with a bridge inside."""

    def __init__(self, kind):
        super().__init__()
        self.inner, self.top = MAKE[kind](), layers.Dense(2)

    def call(self, x, training=None):
        return self.top(self.inner(x, training=training))


@every
def test_in_a_subclass_and_in_half_precision(kind):
    full, half = Own(kind), Own(kind)
    half.inner.dtype_policy = "mixed_float16"
    for model in (full, half):
        model.build((None, 4))
    half.set_weights(full.get_weights())
    assert len(half.weights) == len(half.inner.weights) + 2
    losses = []
    for model in (full, half):
        model.compile("sgd", "mse")
        losses.append(fit(model, 3))
    same(*losses, 0.02)
    assert losses[0][-1] < losses[0][0] and losses[0] != losses[1]
    assert {w.dtype for w in half.inner.weights if "int" not in w.dtype} == {"float32"}


@pytest.mark.parametrize(
    "make",
    [
        lambda units: layers.EquinoxLayer(eqx.nn.Linear(4, units, key=jax.random.key(0)), name="it"),
        lambda units: layers.FlaxLayer(linen.Dense(units), name="it"),
        lambda units: layers.JaxLayer(jax.jit(lambda inputs: inputs[:, :units]), name="it"),
    ],
)
def test_layers_of_one_name_are_told_apart(make):
    assert [make(units)(cornu.Input((4,))).shape for units in (2, 3)] == [(None, 2), (None, 3)]


def test_a_random_beginning_repeats():
    def begun():
        cornu.utils.set_random_seed(3)
        layer = layers.FlaxLayer(linen.Dense(3))
        layer.build((None, 4))
        return layer.get_weights()

    same(begun(), begun())


# Files


def test_what_a_file_cannot_hold_is_asked_for(tmp_path):
    for kind, needed in (("jax", "init_fn|call_fn"), ("linen", "module"), ("nnx", "module"), ("eqx", "module")):
        model = model_of(MAKE[kind]())
        model.save(tmp_path / "model.keras")
        with pytest.raises(ValueError, match=rf"The ({needed}) of layer 'it' is .* custom_objects="):
            cornu.saving.load_model(tmp_path / "model.keras")


@pytest.mark.parametrize(
    "named",
    [
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"},
        {"module": "keras.ops", "class_name": "function", "config": "relu", "registered_name": "function"},
        {"module": "flax.linen", "class_name": "Dense", "config": {"features": 3}, "registered_name": None},
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}, "registered_name": None},
        "system",
        {"class_name": "__lambda__", "config": {"code": "4wEAAA==", "defaults": None, "closure": None}},
    ],
)
@pytest.mark.parametrize("kind", ["JaxLayer", "FlaxLayer", "EquinoxLayer"])
def test_a_file_finds_nothing_but_what_is_given(kind, named):
    config = {"name": "it", "call_fn": named} if kind == "JaxLayer" else {"name": "it", "module": named}
    said = "which a file names and cannot hold" if isinstance(named, dict) else "expects"
    with pytest.raises(ValueError, match=said):
        layers.deserialize({"module": "keras.layers", "class_name": kind, "config": config})


def test_a_registered_module_needs_not_be_given(tmp_path):
    @cornu.saving.register_keras_serializable("bridges")
    class Kept(linen.Module):
        units: int

        @linen.compact
        def __call__(self, x):
            return linen.Dense(self.units)(x)

        def get_config(self):
            return {"units": self.units}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    model = model_of(layers.FlaxLayer(Kept(2)))
    model.save(tmp_path / "model.keras")
    same(cornu.saving.load_model(tmp_path / "model.keras").predict(X, verbose=0), model.predict(X, verbose=0))


# SavedModels


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A SavedModel with a statistic, and an endpoint each for inference and training."""

    class Net(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(np.linspace(-1, 1, 8).reshape(4, 2).astype("float32"), name="w")
            self.mean = tf.Variable(tf.zeros(2), trainable=False, name="mean")

        @tf.function(input_signature=[tf.TensorSpec((None, 4))])
        def serve(self, x):
            return tf.tanh(x @ self.w) - self.mean

        @tf.function(input_signature=[tf.TensorSpec((None, 4))])
        def train(self, x):
            y = tf.tanh(x @ self.w)
            self.mean.assign(0.9 * self.mean + 0.1 * tf.reduce_mean(y, 0))
            return y - self.mean

    folder, net = str(tmp_path_factory.mktemp("saved")), Net()
    tf.saved_model.save(net, folder, signatures={"serving_default": net.serve})
    return folder


def test_a_saved_model_trains_as_in_tensorflow(saved, tmp_path):
    net = tf.saved_model.load(saved)
    a = cornu.Input((4,))
    layer = layers.TFSMLayer(saved, call_training_endpoint="train")
    inner = layers.Dense(4, use_bias=False, kernel_initializer=np.eye(4, dtype="float32") * 1.5)
    model = cornu.Model(a, layer(inner(a)))
    assert model.output_shape == (None, 2) and [w.name for w in layer.weights] == ["w:0", "mean:0"]
    same(model.predict(X, verbose=0), net.serve(1.5 * X))
    model.compile(cornu.optimizers.SGD(RATE), "mse")
    fit(model)
    kernel = tf.Variable(1.5 * np.eye(4, dtype="float32"))
    for x, y in batches():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((net.train(x @ kernel) - y) ** 2)
        for v, slope in zip((kernel, net.w), tape.gradient(loss, (kernel, net.w)), strict=True):
            v.assign_sub(RATE * slope)
    same(model.get_weights(), [kernel.numpy(), net.w.numpy(), net.mean.numpy()], 1e-4)
    same(model.predict(X[:7], verbose=0), net.serve(X[:7] @ kernel), 1e-4)
    model.save_weights(tmp_path / "w.weights.h5")
    before = model.predict(X, verbose=0)
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(tmp_path / "w.weights.h5")
    same(model.predict(X, verbose=0), before)
    layer.trainable = False
    model.compile("sgd", "mse")
    fit(model)
    same(layer.get_weights()[0], net.w.numpy(), 1e-4)
    assert layers.TFSMLayer(saved, "serving_default", dtype="mixed_float16")(X)["output_0"].shape == (40, 2)


@pytest.mark.parametrize("safe_mode", [True, None, False])
def test_no_file_makes_one(saved, safe_mode, tmp_path):
    model = cornu.Sequential([cornu.Input((4,)), layers.TFSMLayer(saved, name="served")])
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        with pytest.raises(ValueError, match="'served' is a TFSMLayer.* load_weights"):
            cornu.saving.load_model(tmp_path / name, safe_mode=safe_mode)


# Mistakes


def wrong():
    """Mistakes of a beginner, and what is said."""
    f, e, j = layers.FlaxLayer, layers.EquinoxLayer, layers.JaxLayer
    return {
        "no function": (lambda: j("relu"), "expects call_fn to be a function that takes `inputs`"),
        "no inputs": (lambda: j(lambda x: x), r"Received call_fn\(x\)\. Did you mean|Known names"),
        "params misspelt": (lambda: j(lambda param, inputs: inputs, init), "mean 'params'"),
        "no init": (lambda: j(lambda params, inputs: inputs, name="it"), "'it' expects init_fn"),
        "init of a shape": (lambda: j(lambda params, inputs: inputs, lambda shape: 0), "expects init_fn"),
        "params for none": (
            lambda: j(lambda inputs: inputs, params=[X]),
            r"Write call_fn\(params, inputs",
        ),
        "no pair": (
            lambda: j(lambda params, state, inputs: inputs, lambda inputs: X)(X),
            "returns .params,",
        ),
        "no state": (lambda: j(lambda state, inputs: inputs, state=X)(X), "returns .outputs, state"),
        "other state": (
            lambda: j(lambda state, inputs: (inputs, {}), state={"a": X})(X),
            "another structure than it received",
        ),
        "linen class": (lambda: f(Linen), r"instance of its class: FlaxLayer\(Linen\(\.\.\.\)\)"),
        "no module": (lambda: f(lambda x: x), "expects module to be a module of flax.linen or flax.nnx"),
        "no method": (lambda: f(Linen(), method="forwards"), "has no method 'forwards'"),
        "values twice": (lambda: f(Nnx(), variables={}), "takes no variables="),
        "equinox class": (lambda: e(eqx.nn.MLP), r"EquinoxLayer\(MLP\(\.\.\.\)\)"),
        "flax in equinox": (lambda: e(Linen()), "expects module to be a module of Equinox"),
        "state not given": (lambda: e(stateful()[0]), r"write EquinoxLayer\(module, state\)"),
        "in a model": (lambda: cornu.Sequential([mlp()]), r"cornu\.layers\.EquinoxLayer\(module\)"),
        "linen in a model": (lambda: cornu.Sequential([Linen()]), r"cornu\.layers\.FlaxLayer\(module\)"),
        "no folder": (lambda: layers.TFSMLayer("nowhere"), "folder of a SavedModel.*'nowhere'"),
        "torch": (lambda: layers.TorchModuleWrapper(None), "traced and differentiated by JAX.*set_weights"),
    }


@pytest.mark.parametrize("mistake", wrong())
def test_mistakes_are_told(mistake):
    act, said = wrong()[mistake]
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=f"(?s){said}"):
        act()


def test_an_endpoint_is_named(saved, monkeypatch):
    with pytest.raises(ValueError, match="no endpoint 'call'.*'serving_default'"):
        layers.TFSMLayer(saved, "call")
    monkeypatch.setenv("CORNU_BACKEND", "tensorflow")
    with pytest.raises(NotImplementedError, match="CORNU_BACKEND=jax"):
        layers.TFSMLayer(saved)
