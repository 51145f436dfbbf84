"""Transfer learning: what `trainable` says at any depth is what Keras trains, and the rest stands still to the bit."""

import warnings

import keras
import numpy as np
import pytest
import twins

import cornu

# Models that hold layers in different ways. Each has layers "first", "norm" and "last" at some depth.


def stack(lib, name="stack"):
    return lib.Sequential(
        [
            lib.layers.Input((4,)),
            lib.layers.Dense(5, activation="tanh", name="first"),
            lib.layers.BatchNormalization(momentum=0.7, name="norm"),
            lib.layers.Dense(4, name="last"),
        ],
        name=name,
    )


def head(lib, base, size=4):
    """A functional model that ends in a layer of its own."""
    x = lib.layers.Input((size,))
    return lib.Model(x, lib.layers.Dense(1, name="head")(base(x)), name="model")


def nested(lib):
    return head(lib, stack(lib))


def three_deep(lib):
    x = lib.layers.Input((4,))
    middle = lib.Model(x, lib.layers.Dense(4, name="middle")(stack(lib, "inner")(x)), name="outer")
    return head(lib, middle)


def stack_of_stacks(lib):
    inner = lib.Sequential([stack(lib, "inner"), lib.layers.Dense(3, name="middle")], name="outer")
    return lib.Sequential([lib.layers.Input((4,)), inner, lib.layers.Dense(1, name="head")], name="model")


def subclassed(lib):
    class Holder(lib.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.own = lib.layers.Dense(5, name="first")
            self.listed = [lib.layers.BatchNormalization(momentum=0.7, name="norm")]
            self.named = {"b": lib.layers.Dense(4, name="last"), "a": [lib.layers.Dense(1, name="head")]}

        def call(self, x, training=None):
            x = self.listed[0](self.own(x), training=training)
            return self.named["a"][0](self.named["b"](x))

    return Holder(name="model")


def subclassed_around_a_base(lib):
    class Around(lib.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.base = stack(lib)
            self.head = lib.layers.Dense(1, name="head")

        def call(self, x, training=None):
            return self.head(self.base(x, training=training))

    return Around(name="model")


def own_layer(lib):
    class Block(lib.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = [lib.layers.Dense(5, name="first"), lib.layers.BatchNormalization(momentum=0.7, name="norm")]
            self.more = {"last": lib.layers.Dense(4, name="last")}

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(4,), initializer="ones", name="scale")
            self.shift = self.add_weight(shape=(4,), initializer="zeros", trainable=False, name="shift")
            self.inner[0].build(input_shape)
            self.inner[1].build((None, 5))
            self.more["last"].build((None, 5))

        def call(self, x, training=None):
            x = self.inner[1](self.inner[0](x), training=training)
            return self.more["last"](x) * self.scale + self.shift

    return head(lib, Block(name="block"))


def wrapped(lib):
    layers = lib.layers
    x = layers.Input((3, 4))
    y = layers.TimeDistributed(layers.Dense(5, name="first"), name="steps")(x)
    y = layers.BatchNormalization(momentum=0.7, name="norm")(y)
    y = layers.Bidirectional(layers.GRU(2, name="last"), name="both_ways")(y)
    return lib.Model(x, layers.Dense(1, name="head")(y), name="model")


def wrapped_model(lib):
    layers = lib.layers
    x = layers.Input((3, 4))
    y = layers.TimeDistributed(stack(lib), name="steps")(x)
    y = layers.RNN([layers.LSTMCell(3, name="low"), layers.GRUCell(2, name="high")], name="cells")(y)
    return lib.Model(x, layers.Dense(1, name="head")(y), name="model")


MODELS = [
    stack, nested, three_deep, stack_of_stacks, subclassed, subclassed_around_a_base, own_layer, wrapped, wrapped_model,
]  # fmt: skip


def data_for(make, rows=12):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 3, 4) if make in (wrapped, wrapped_model) else (rows, 4)).astype("float32")
    return x, rng.normal(size=(rows, 4 if make is stack else 1)).astype("float32")


PARTS = ("layers", "layer", "forward_layer", "backward_layer", "cell", "cells", "inner", "more")


def inside(layer):
    """A layer and those inside, at any depth, by name; without inputs and outermost models, whose names are made up."""
    found = {layer.name: layer}
    for held in (getattr(layer, name, ()) for name in PARTS):
        for part in held.values() if isinstance(held, dict) else held if isinstance(held, list) else [held]:
            found.update(inside(part) if part != () else {})
    return {name: part for name, part in found.items() if not name.startswith(("input_layer", "stacked_rnn"))}


def named(model, name):
    """The layer of that name, or the one that Bidirectional made of it, at any depth."""
    return next(layer for own, layer in inside(model).items() if own in (name, f"backward_{name}"))


# What a user does with the flags of a model: functions of the model.


def freeze(model):
    model.trainable = False


def freeze_and_thaw(model):
    model.trainable = False
    model.trainable = True


def freeze_the_first_layer(model):
    model.layers[0 if model.layers[0].weights else 1].trainable = False


def freeze_a_layer_inside(model):
    named(model, "first").trainable = False


def freeze_the_normalization(model):
    named(model, "norm").trainable = False


def freeze_all_but_the_last_layer(model):
    for layer in model.layers[:-1]:
        layer.trainable = False


def freeze_all_but_one_inside(model):
    """Trains nothing: the flag of the outermost is False."""
    model.trainable = False
    named(model, "last").trainable = True


def freeze_the_base_and_thaw_its_end(model):
    for layer in model.layers[:-1]:
        layer.trainable = False
    named(model, "last").trainable = True


def freeze_inside_and_thaw_all(model):
    named(model, "first").trainable = False
    named(model, "norm").trainable = False
    model.trainable = True


def freeze_a_weight(model):
    named(model, "last").weights[0].trainable = False


def freeze_a_weight_and_thaw_its_layer(model):
    layer = named(model, "last")
    layer.weights[0].trainable = False
    layer.trainable = True


ACTIONS = [
    freeze, freeze_and_thaw, freeze_the_first_layer, freeze_a_layer_inside, freeze_the_normalization,
    freeze_all_but_the_last_layer, freeze_all_but_one_inside, freeze_the_base_and_thaw_its_end,
    freeze_inside_and_thaw_all, freeze_a_weight, freeze_a_weight_and_thaw_its_layer,
]  # fmt: skip
models = pytest.mark.parametrize("make", MODELS, ids=lambda f: f.__name__)
actions = pytest.mark.parametrize("act", ACTIONS, ids=lambda f: f.__name__)


def which(model):
    """Which weights are trained: of the whole, and of each layer inside."""
    found = {name: (layer.trainable_weights, layer.non_trainable_weights) for name, layer in inside(model).items()}
    return {name: tuple(map(twins.names, weights)) for name, weights in found.items()}


def flags(model):
    """The flag of every weight and every layer, by name."""
    return dict(zip(twins.names(model.weights), [w.trainable for w in model.weights], strict=True)) | layer_flags(model)


def layer_flags(model):
    """The flag of every layer, by name."""
    return {name: layer.trainable for name, layer in inside(model).items()}


def built(make):
    """Both models, with weights."""
    mine, theirs = twins.pair(make)
    for model in (mine, theirs):
        if make in (subclassed, subclassed_around_a_base):
            model(data_for(make)[0])
    return mine, theirs


# What is trained


@models
@actions
def test_which_weights_are_trained(make, act):
    mine, theirs = built(make)
    act(mine), act(theirs)
    assert which(mine) == which(theirs)


@models
@actions
def test_the_flags_of_layers_and_weights(make, act):
    mine, theirs = built(make)
    act(mine), act(theirs)
    assert flags(mine) == flags(theirs)


@models
def test_flags_do_not_change_the_order_of_weights(make):
    model = make(cornu)
    model(data_for(make)[0])
    before = twins.names(model.weights)
    for act in ACTIONS:
        act(model)
        assert twins.names(model.weights) == before


def deferred(lib):
    """A Sequential model that does not know its input yet."""
    return lib.Sequential(stack(lib).layers, name="model")


@pytest.mark.parametrize("make", [deferred, subclassed, subclassed_around_a_base], ids=lambda f: f.__name__)
@pytest.mark.parametrize("act", [f for f in ACTIONS if "weight" not in f.__name__], ids=lambda f: f.__name__)
def test_flags_set_before_building(make, act):
    mine, theirs = twins.pair(make)
    for model in (mine, theirs):
        act(model)
        model(data_for(make)[0])
    assert which(mine) == which(theirs)
    for model in (mine, theirs):
        freeze_and_thaw(model)
    assert which(mine) == which(theirs)


def untrained_by_argument(lib):
    layers = lib.layers
    x = layers.Input((3, 4))
    y = layers.TimeDistributed(layers.Dense(5, name="first", trainable=False), name="steps")(x)
    y = layers.BatchNormalization(name="norm", trainable=False)(y)
    y = layers.Bidirectional(layers.GRU(2, name="last"), name="both_ways", trainable=False)(y)
    return lib.Model(x, layers.Dense(1, name="head")(y), name="model")


@pytest.mark.parametrize("act", [lambda model: None, freeze_and_thaw], ids=["as_made", "freeze_and_thaw"])
def test_trainable_as_an_argument(act):
    mine, theirs = twins.pair(untrained_by_argument)
    act(mine), act(theirs)
    assert which(mine) == which(theirs)


def test_a_layer_added_to_a_frozen_model_is_trained():
    mine, theirs = twins.pair(stack)
    for lib, model in ((cornu, mine), (keras, theirs)):
        for layer in model.layers:
            layer.trainable = False
        model.add(lib.layers.Dense(2, name="new"))
    assert which(mine) == which(theirs)


# Files


SAVED = [
    freeze_all_but_the_last_layer, freeze_the_base_and_thaw_its_end, freeze_a_layer_inside, freeze_all_but_one_inside,
]  # fmt: skip


@pytest.mark.parametrize("ending", ["h5", "keras"])
@pytest.mark.parametrize("writer", [cornu, keras], ids=["cornu", "keras"])
@pytest.mark.parametrize("make", [stack, nested, three_deep, stack_of_stacks, wrapped], ids=lambda f: f.__name__)
@pytest.mark.parametrize("act", SAVED, ids=lambda f: f.__name__)
def test_a_file_keeps_the_flags(ending, writer, make, act, tmp_path):
    """Also where Keras, which wrote them, forgets some when it loads."""
    model = make(writer)
    act(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls .h5 old
        model.save(tmp_path / f"model.{ending}")
    loaded = cornu.models.load_model(tmp_path / f"model.{ending}")
    assert which(loaded) == which(model)
    assert layer_flags(loaded) == layer_flags(model)
    x = data_for(make)[0]
    twins.close(loaded.predict(x, verbose=0), model.predict(x, verbose=0))


# Training


def copies(model):
    return [w.copy() for w in model.get_weights()]


def moved(model, before):
    """Names of the weights that changed by at least one bit."""
    pairs = zip(twins.names(model.weights), model.get_weights(), before, strict=True)
    return {name for name, new, old in pairs if not np.array_equal(new, old)}


TRAINING = [
    (nested, freeze_all_but_the_last_layer), (nested, freeze_the_base_and_thaw_its_end),
    (three_deep, freeze_the_base_and_thaw_its_end), (three_deep, freeze_the_normalization),
    (stack_of_stacks, freeze_all_but_the_last_layer), (stack_of_stacks, freeze_the_base_and_thaw_its_end),
    (subclassed, freeze_the_normalization), (subclassed_around_a_base, freeze_the_base_and_thaw_its_end),
    (subclassed_around_a_base, freeze_all_but_the_last_layer), (own_layer, freeze_all_but_the_last_layer),
    (wrapped, freeze_all_but_the_last_layer), (wrapped_model, freeze_the_normalization),
    (stack, freeze_a_weight), (stack, freeze_a_weight_and_thaw_its_layer),
]  # fmt: skip
training = pytest.mark.parametrize("make,act", TRAINING, ids=[f"{m.__name__}-{a.__name__}" for m, a in TRAINING])


@training
def test_fit_trains_what_keras_trains(make, act, rng):
    """Frozen normalization keeps its statistics and uses them; the optimizer has slots for what it trains alone."""
    mine, theirs = built(make)
    act(mine), act(theirs)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs)
    before = copies(mine)
    twins.fit_both(mine, theirs, *data_for(make), batch_size=6)
    assert moved(mine, before) == moved(theirs, before)
    ours, reference = ([tuple(v.shape) for v in model.optimizer.variables] for model in (mine, theirs))
    assert sorted(ours) == sorted(reference)


@pytest.mark.parametrize(
    "make", [nested, three_deep, subclassed_around_a_base, own_layer, wrapped_model], ids=lambda f: f.__name__
)
def test_a_frozen_model_called_in_training_mode_normalizes_as_in_inference(make, rng):
    mine, theirs = built(make)
    freeze(mine), freeze(theirs)
    twins.same_weights(mine, theirs, rng)
    before, x = copies(mine), data_for(make)[0]
    twins.close(mine(x, training=True), theirs(x, training=True))
    twins.close(mine(x, training=True), mine(x, training=False))
    assert moved(mine, before) == set()


@pytest.mark.parametrize("make", [nested, three_deep, subclassed_around_a_base], ids=lambda f: f.__name__)
def test_fine_tuning_in_two_stages(make, rng):
    """The head first, and then all of it, compiled anew."""
    mine, theirs = built(make)
    twins.same_weights(mine, theirs, rng)
    for act in (freeze_all_but_the_last_layer, freeze_and_thaw):
        act(mine), act(theirs)
        twins.compile_both(mine, theirs)
        twins.fit_both(mine, theirs, *data_for(make), batch_size=6)
        assert len(mine.optimizer.variables) == len(theirs.optimizer.variables)


# Flags changed without compiling anew: what the user asked for last holds from the next call on


@pytest.mark.parametrize("make", [stack, nested, three_deep, subclassed], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "acts",
    [
        (freeze_the_normalization, freeze_and_thaw),
        (freeze_and_thaw, freeze_a_layer_inside),
        (freeze_all_but_the_last_layer, freeze_the_base_and_thaw_its_end),
    ],
    ids=["thaw", "freeze", "thaw_inside"],
)
def test_a_flag_changed_after_fit_is_honoured(make, acts, rng):
    mine, theirs = built(make)
    twins.same_weights(mine, theirs, rng)
    mine.compile(cornu.optimizers.SGD(0.05), "mse")
    for act in acts:
        act(mine), act(theirs)
        theirs.compile(keras.optimizers.SGD(0.05), "mse")
        twins.fit_both(mine, theirs, *data_for(make), batch_size=6)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_what_is_thawed_without_compiling_gets_its_slots(optimizer):
    model = nested(cornu)
    freeze_all_but_the_last_layer(model)
    model.compile(optimizer, "mse")
    model.fit(*data_for(nested), verbose=0)
    alone, before = len(model.optimizer.variables), copies(model)
    model.trainable = True
    model.fit(*data_for(nested), verbose=0)
    assert moved(model, before) == set(twins.names(model.weights))
    assert len(model.optimizer.variables) > alone


@pytest.mark.parametrize("method", ["train_on_batch", "fit"])
def test_frozen_without_compiling_stands_still(method):
    model, (x, y) = nested(cornu), data_for(nested)
    model.compile("adam", "mse")
    model.train_on_batch(x, y)
    model.layers[1].trainable = False
    before = copies(model)
    getattr(model, method)(x, y)
    assert moved(model, before) == {"head/kernel", "head/bias"}


def test_a_callback_may_freeze_between_epochs():
    class Freeze(cornu.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.layers[1].trainable = False
                self.before = copies(self.model)

    model, callback = nested(cornu), Freeze()
    model.compile("sgd", "mse")
    model.fit(*data_for(nested), epochs=3, verbose=0, callbacks=[callback])
    assert moved(model, callback.before) == {"head/kernel", "head/bias"}


@pytest.mark.parametrize("built", [True, False])
def test_what_was_frozen_when_a_part_was_compiled_stays_frozen(built):
    """The critic of an adversarial pair trains as it was compiled: not the base that was frozen inside it."""
    first = [cornu.Input((4,))] if built else []
    base = cornu.Sequential([*first, cornu.layers.Dense(3, name="base")])
    base.trainable = False
    critic = cornu.Sequential([*first, base, cornu.layers.Dense(1, name="head")])
    critic.compile("sgd", "mse")
    critic.trainable = False
    z = cornu.Input((2,))
    pair = cornu.Model(z, critic(cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(4, name="maker")])(z)))
    pair.compile("sgd", "mse")
    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
    before = copies(pair)
    critic.train_on_batch(x, y)
    assert moved(pair, before) == {"head/kernel", "head/bias"}
    before = copies(pair)
    pair.train_on_batch(x[:, :2], y)
    assert moved(pair, before) == {"maker/kernel", "maker/bias"}
