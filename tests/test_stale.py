"""No program works from stale facts: what is changed between two calls holds in the second; nothing else compiles.

The oracle is Keras run eagerly, which has no program that could be stale, in the changed state.
"""

import collections
import functools

import keras
import numpy as np
import pytest
import twins

import cornu

ROWS, BATCH = 16, 8  # whole batches; what a last, smaller one takes has a test of its own
pytestmark = pytest.mark.filterwarnings("ignore:A layer's `trainable` state has changed")


def data(rows=ROWS):
    rng = np.random.default_rng(3)
    return rng.normal(size=(rows, 4)).astype("float32"), rng.normal(size=(rows, 1)).astype("float32")


# Everything that runs a program of a model; each gives what it computed and what it left behind.


def sorted_by_key(logs):
    return [logs[key] for key in sorted(logs)]


def fit(model, x, y):
    logs = model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0).history
    return [*sorted_by_key(logs), *model.get_weights()]


def evaluate(model, x, y):
    return sorted_by_key(model.evaluate(x, y, batch_size=BATCH, verbose=0, return_dict=True))


def predict(model, x, y):
    return [model.predict(x, batch_size=BATCH, verbose=0)]


def call(model, x, y):
    return [np.asarray(model(x), "float32")]


def train_on_batch(model, x, y):
    model.reset_metrics()
    return [*sorted_by_key(model.train_on_batch(x, y, return_dict=True)), *model.get_weights()]


def test_on_batch(model, x, y):
    model.reset_metrics()
    return sorted_by_key(model.test_on_batch(x, y, return_dict=True))


def predict_on_batch(model, x, y):
    return [model.predict_on_batch(x)]


test_on_batch.__test__ = False  # a method of models, not a test
RUNS = [call, predict, predict_on_batch, evaluate, test_on_batch, train_on_batch, fit]
PROGRAMS = [call, predict, evaluate, fit]  # one for each kind; what takes single batches has the same facts


def stale(mine, theirs, rng, rows=ROWS, runs=RUNS):
    """Names of the methods that do not give what Keras gives, each from the same weights."""
    wrong = []
    for run in runs:
        twins.same_weights(mine, theirs, rng)
        try:
            for ours, expected in zip(run(mine, *data(rows)), run(theirs, *data(rows)), strict=True):
                twins.close(ours, expected)
        except AssertionError:
            wrong.append(run.__name__)
    return wrong


def compiled(mine, theirs, loss="mse", metrics=("mae",), momentum=0.0, rate=0.05):
    """Compile both; a loss or metric that is a function makes it for a library."""
    for lib, model in ((cornu, mine), (keras, theirs)):
        own = [metric(lib) if callable(metric) else metric for metric in metrics]
        more = {"run_eagerly": True} if lib is keras else {}
        optimizer = lib.optimizers.SGD(rate, momentum=momentum)
        model.compile(optimizer, loss(lib) if callable(loss) else loss, metrics=own, **more)


def used(model, rows=ROWS, runs=RUNS):
    """The model, after every method."""
    for run in runs:
        run(model, *data(rows))
    return model


def changed(make, change, rng, rows=ROWS, runs=RUNS, **options):
    """Use every method, change one thing, and name the methods that do not notice."""
    mine, theirs = twins.pair(make)
    compiled(mine, theirs, **options)
    used(mine, rows, runs)
    change(cornu, mine), change(keras, theirs)
    return stale(mine, theirs, rng, rows, runs)


def dense(lib, *between):
    """A small model; the layers between its two are functions of the library."""
    layers = lib.layers
    hidden = layers.Dense(
        5,
        "tanh",
        kernel_regularizer=lib.regularizers.L2(0.01),
        kernel_constraint=lib.constraints.MaxNorm(2.0),
        name="hidden",
    )
    return lib.Sequential([layers.Input((4,)), hidden, *[make(lib) for make in between], layers.Dense(1, name="out")])


# The optimizer


def other_optimizer(lib, model):
    model.optimizer = lib.optimizers.SGD(0.5)


def schedule(lib, model):
    model.optimizer.learning_rate = lib.optimizers.schedules.InverseTimeDecay(0.5, 3, 0.7)


def another_schedule(lib, model):
    schedule(lib, model)
    model.optimizer.learning_rate = lib.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)


def setting(name, value):
    """A change of an attribute of the optimizer."""

    def change(lib, model):
        setattr(model.optimizer, name, value)

    change.__name__ = name
    return change


OPTIMIZER = [
    setting("learning_rate", 0.5), schedule, another_schedule, other_optimizer, setting("momentum", 0.9),
    setting("nesterov", True), setting("weight_decay", 0.3), setting("clipnorm", 0.01), setting("clipvalue", 0.001),
    setting("global_clipnorm", 0.02),
]  # fmt: skip


@pytest.mark.parametrize("change", OPTIMIZER, ids=lambda f: f.__name__)
def test_the_optimizer(change, rng):
    """Its state goes on from where it was, so both have the same past."""
    mine, theirs = twins.pair(dense)
    compiled(mine, theirs, momentum=0.5)
    assert stale(mine, theirs, rng) == []
    change(cornu, mine), change(keras, theirs)
    assert stale(mine, theirs, rng) == []


# Layers of the library


def attribute(path, value, *between):
    """A model with layers between, and a change of an attribute at a path such as "hidden.activation"."""

    def change(lib, model):
        owner = model.get_layer(path.split(".")[0])
        *inner, last = path.split(".")[1:]
        for name in inner:
            owner = getattr(owner, name)
        setattr(owner, last, value(lib) if callable(value) else value)

    return pytest.param(between, change, id=path)


def layer(name, *args, **kwargs):
    """A layer between, by its class."""
    return lambda lib: getattr(lib.layers, name)(*args, name="it", **kwargs)


def steps(name, *args, **kwargs):
    """A recurrent layer between."""
    return lambda lib: lib.Sequential(
        [lib.layers.Reshape((5, 1)), getattr(lib.layers, name)(*args, name="inner", **kwargs)], name="it"
    )


LAYERS = [
    attribute("hidden.activation", lambda lib: lib.activations.get("relu")),
    attribute("hidden.kernel_regularizer.l2", 0.5),
    attribute("hidden.kernel_constraint.max_value", 0.3),
    attribute("hidden.kernel.regularizer", lambda lib: lib.regularizers.L1(0.5)),
    attribute("hidden.kernel.constraint", lambda lib: lib.constraints.NonNeg()),
    attribute("hidden.activity_regularizer", lambda lib: lib.regularizers.L2(0.5)),
    attribute("it.negative_slope", 0.9, layer("LeakyReLU", 0.1)),
    attribute("it.epsilon", 0.7, layer("LayerNormalization")),
    attribute("it.momentum", 0.2, layer("BatchNormalization", momentum=0.9)),
    attribute("it.function", lambda lib: lambda x: x * 3.0, layer("Lambda", lambda x: x * 2.0)),
]


@pytest.mark.parametrize("between,change", LAYERS)
def test_a_layer(between, change, rng):
    assert changed(lambda lib: dense(lib, *between), change, rng) == []


def test_a_last_smaller_batch_notices_too(rng):
    def change(lib, model):
        model.get_layer("hidden").activation = lib.activations.get("relu")
        model.optimizer.learning_rate = 0.5

    assert changed(dense, change, rng, rows=20) == []


def test_a_layer_of_an_inner_model(rng):
    def inner(lib):
        return lib.Sequential([lib.layers.Input((5,)), lib.layers.Dense(3, "tanh", name="deep")], name="it")

    def change(lib, model):
        model.get_layer("it").layers[-1].activation = lib.activations.get("relu")

    assert changed(lambda lib: dense(lib, inner), change, rng) == []


@pytest.mark.parametrize("run", [call, predict, predict_on_batch], ids=lambda f: f.__name__)
def test_the_direction_of_a_recurrent_layer(run, rng):
    model = cornu.Sequential([cornu.Input((5, 2)), cornu.layers.LSTM(3, name="it")])
    x = rng.normal(size=(6, 5, 2)).astype("float32")
    run(model, x, None)
    backwards = run(model, x[:, ::-1], None)[0]
    model.get_layer("it").go_backwards = True
    twins.close(run(model, x, None)[0], backwards)


def test_the_rate_of_dropout(rng):
    """Zero in place of a half: no randomness is left that could differ from Keras's."""

    def change(lib, model):
        model.get_layer("it").rate = 0.0

    assert changed(lambda lib: dense(lib, layer("Dropout", 0.5)), change, rng) == []


def test_dropout_that_begins_later(rng):
    model = dense(cornu, layer("Dropout", 0.0))
    model.compile("sgd", "mse")
    x, y = data()
    before = model.test_on_batch(x, y)
    assert model.train_on_batch(x, y) == pytest.approx(before, rel=1e-5)
    model.get_layer("it").rate = 0.9
    before = model.test_on_batch(x, y)
    assert model.train_on_batch(x, y) != pytest.approx(before, rel=1e-3)


@pytest.mark.parametrize("run", [call, predict, predict_on_batch], ids=lambda f: f.__name__)
def test_the_dtype_policy_of_a_layer(run):
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(5, name="hidden")])
    full = run(model, *data())[0]
    model.get_layer("hidden").dtype_policy = "mixed_bfloat16"
    outputs = getattr(model, run.__name__.replace("call", "__call__"))(data()[0])
    assert str(outputs.dtype) == "bfloat16"
    twins.close(np.asarray(outputs, "float32"), full, 2e-2)
    model.get_layer("hidden").dtype_policy = "float32"
    twins.close(run(model, *data())[0], full)


# Layers, losses and metrics of the user's own


class Settings:
    """A plain object that a layer asks."""

    def __init__(self):
        self.factor = 2.0
        self.deeper = {"powers": [1.0, 2.0]}


def own(lib):
    """A model with a layer that computes with everything it holds."""

    class Own(lib.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.number, self.flag, self.text, self.nothing = 0.5, False, "add", None
            self.array = np.linspace(0.5, 1.5, 5).astype("float32")
            self.listed, self.named = [1.0, 0.3], {"a": 0.7, "b": [0.2, 0.1]}
            self.settings, self.function = Settings(), lib.ops.abs

        def call(self, x):
            x = self.function(x) * self.number * self.array
            for value in self.listed:
                x = x + value
            x = x * self.named["a"] + sum(self.named["b"]) + (0.0 if self.nothing is None else self.nothing)
            x = -x if self.flag else x
            x = x + 1.0 if self.text == "add" else x * 2.0
            return x * self.settings.factor + sum(self.settings.deeper["powers"])

    return dense(lib, lambda lib: Own(name="it"))


OWN = {
    "number": lambda it: setattr(it, "number", 0.9),
    "sign": lambda it: setattr(it, "number", -0.5),
    "flag": lambda it: setattr(it, "flag", True),
    "text": lambda it: setattr(it, "text", "double"),
    "none": lambda it: setattr(it, "nothing", 2.0),
    "array": lambda it: setattr(it, "array", it.array + 1),
    "array_in_place": lambda it: it.array.__setitem__(2, 9.0),
    "array_multiplied_in_place": lambda it: it.array.__imul__(2),
    "list": lambda it: setattr(it, "listed", [3.0]),
    "list_in_place": lambda it: it.listed.__setitem__(1, 5.0),
    "longer_list": lambda it: it.listed.append(2.0),
    "dict": lambda it: setattr(it, "named", {"a": 1.0, "b": []}),
    "dict_in_place": lambda it: it.named.__setitem__("a", 3.0),
    "list_in_a_dict": lambda it: it.named["b"].__setitem__(0, 3.0),
    "own_object": lambda it: setattr(it.settings, "factor", 5.0),
    "list_in_an_own_object": lambda it: it.settings.deeper["powers"].append(4.0),
    "function": lambda it: setattr(it, "function", lambda x: x * x),
}


@pytest.mark.parametrize("change", OWN)
def test_an_attribute_of_an_own_layer(change, rng):
    assert changed(own, lambda lib, model: OWN[change](model.get_layer("it")), rng, runs=PROGRAMS, rate=1e-4) == []


def scaled(lib):
    """A subclassed model with a number of its own."""

    class Scaled(lib.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = lib.layers.Dense(5, "tanh", name="hidden"), lib.layers.Dense(1, name="out")
            self.factor, self.names = 2.0, ["hidden"]

        def call(self, x):
            return self.out(self.hidden(x) * self.factor)

    model = Scaled()
    model(data()[0])
    return model


def test_an_attribute_of_a_subclassed_model(rng):
    def change(lib, model):
        model.factor = -3.0

    assert changed(scaled, change, rng) == []


def test_an_attribute_of_a_loss(rng):
    def power(lib):
        class Power(lib.losses.Loss):
            power = 2.0

            def call(self, y_true, y_pred):
                return lib.ops.mean(lib.ops.abs(y_true - y_pred) ** self.power, axis=-1)

        return Power()

    def change(lib, model):
        model.loss.power = 1.5

    assert changed(dense, change, rng, loss=power) == []


def test_an_attribute_of_a_metric(rng):
    held = {}

    def below(lib):
        class Below(lib.metrics.Metric):
            def __init__(self):
                super().__init__(name="below")
                self.limit = 0.1
                self.total = self.add_weight(name="total", initializer="zeros")

            def update_state(self, y_true, y_pred, sample_weight=None):
                close = lib.ops.cast(lib.ops.abs(y_true - y_pred) < self.limit, "float32")
                self.total.assign_add(lib.ops.sum(close))

            def result(self):
                return self.total.value

        held[lib] = Below()
        return held[lib]

    def change(lib, model):
        held[lib].limit = 1.0

    assert changed(dense, change, rng, metrics=[below]) == []


# Weights and structure


def test_a_weight_that_is_assigned(rng):
    mine, theirs = twins.pair(dense)
    compiled(mine, theirs)
    used(mine)
    twins.same_weights(mine, theirs, rng)
    for run in RUNS:
        value = rng.normal(size=(4, 5)).astype("float32")
        for model in (mine, theirs):
            model.get_layer("hidden").kernel.assign(value)
        for ours, expected in zip(run(mine, *data()), run(theirs, *data()), strict=True):
            twins.close(ours, expected)


def pop(lib, model):
    model.pop()


def add(lib, model):
    model.add(lib.layers.Dense(1, "tanh", name="more"))


def pop_and_add(lib, model):
    model.pop()
    model.add(lib.layers.Dense(1, "tanh", name="more"))


@pytest.mark.parametrize("change", [pop, add, pop_and_add], ids=lambda f: f.__name__)
def test_layers_added_and_popped(change, rng):
    """Without compiling anew; the optimizer, which has no state here, goes on."""
    mine, theirs = twins.pair(lambda lib: dense(lib, layer("Dense", 1)))
    compiled(mine, theirs)
    used(mine)
    change(cornu, mine), change(keras, theirs)
    theirs.compile(keras.optimizers.SGD(0.05), "mse", metrics=["mae"], run_eagerly=True)
    assert stale(mine, theirs, rng) == []


class Growing(cornu.layers.Layer):
    """Gets a weight when asked."""

    extra = None

    def call(self, x):
        return x if self.extra is None else x * self.extra

    def grow(self):
        self.extra = self.add_weight((5,), "ones", name="extra")
        self.extra.assign(np.arange(1.0, 6.0))


def test_a_weight_added_later(rng):
    """Keras locks a layer once it is built; here a layer is what it holds."""
    model, fresh = (dense(cornu, lambda lib: Growing(name="it")) for _ in range(2))
    fresh.get_layer("it").grow()
    for each in (model, fresh):
        each.compile(cornu.optimizers.SGD(0.05), "mse", metrics=["mae"])
    used(model).get_layer("it").grow()
    assert stale(model, fresh, rng) == []  # it is trained as well


def test_a_layer_replaced_by_another(rng):
    model, fresh = scaled(cornu), scaled(cornu)
    for each in (model, fresh):
        each.compile(cornu.optimizers.SGD(0.05), "mse", metrics=["mae"])
    used(model)
    for each in (model, fresh):
        each.out = cornu.layers.Dense(1, "tanh", name="other")
        each(data()[0])
    assert stale(model, fresh, rng) == []


# Seeds


def noisy():
    layers = [cornu.Input((4,)), cornu.layers.Lambda(lambda x: x + cornu.random.normal((4,))), cornu.layers.Dense(1)]
    model = cornu.Sequential(layers)
    model.compile("sgd", "mse")
    return model


def test_a_seed_set_again_repeats_the_numbers():
    model, (x, y) = noisy(), data()
    start = model.get_weights()

    def once():
        cornu.utils.set_random_seed(5)
        model.set_weights(start)
        history = model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0).history["loss"]  # shuffled
        results = [
            history,
            *model.get_weights(),
            np.asarray(model(x)),
            model.predict(x),
            model.evaluate(x, y, verbose=0),
        ]
        return [*results, model.train_on_batch(x, y), model.predict_on_batch(x)]

    first, second = once(), once()
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[-1], model.predict_on_batch(x))


@pytest.mark.parametrize("run", RUNS, ids=lambda f: f.__name__)
def test_a_seed_set_after_each_method_is_heeded(run):
    model = noisy()
    start = model.get_weights()
    model.fit(*data(), verbose=0), run(model, *data())
    results = []
    for seed in (7, 7, 8):
        cornu.utils.set_random_seed(seed)
        model.set_weights(start)
        results.append(run(model, *data())[0])
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


# Nothing compiles when nothing changed


class Busy(cornu.layers.Layer):
    """Writes down what it sees, as people do."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls, self.last, self.seen, self.table = 0, None, [], {"shape": None}
        self.array = np.arange(5.0)

    def call(self, x):
        self.calls += 1
        self.last = x
        self.seen.append(x.shape)
        self.table["shape"] = x.shape
        return x * self.array


def functional():
    a = cornu.Input((4,))
    x = cornu.layers.BatchNormalization()(cornu.layers.Dense(5, "relu")(a))
    return cornu.Model(a, cornu.layers.Dense(1)(cornu.layers.Dropout(0.5)(x)))


UNCHANGED = {
    "sequential": lambda: dense(cornu),
    "functional": functional,
    "own layer": lambda: own(cornu),
    "busy layer": lambda: dense(cornu, lambda lib: Busy(name="it")),
    "lambda": lambda: dense(cornu, layer("Lambda", lambda x: x * 2.0)),
    "subclassed": lambda: scaled(cornu),
    "recurrent": lambda: dense(cornu, steps("LSTM", 3)),
}


@pytest.mark.parametrize("make", UNCHANGED)
def test_nothing_compiles_when_nothing_changed(make):
    model = UNCHANGED[make]()
    model.compile("adam", "mse", metrics=["mae"])
    used(used(model))
    for run in RUNS:
        assert twins.compilations(lambda run=run: run(model, *data())) == 0, run.__name__


@pytest.mark.parametrize("make", UNCHANGED)
def test_the_second_use_compiles_nothing(make):
    model = UNCHANGED[make]()
    model.compile("sgd", "mse", metrics=["mae"])
    for run in RUNS:
        run(model, *data())
        assert twins.compilations(lambda run=run: run(model, *data())) == 0, run.__name__


def test_new_values_compile_nothing():
    """A rate, weights and seeds are values, not programs."""
    model = functional()
    model.compile(cornu.optimizers.SGD(0.1), "mse")
    used(model)
    changes = [
        lambda: setattr(model.optimizer, "learning_rate", 1e-4),
        lambda: model.layers[1].kernel.assign(np.ones((4, 5))),
        lambda: model.set_weights([w + 1 for w in model.get_weights()]),
        lambda: cornu.utils.set_random_seed(3),
        lambda: setattr(model.layers[1], "activation", model.layers[1].activation),
    ]
    for change in changes:
        change()
        for run in RUNS:
            assert twins.compilations(lambda run=run: run(model, *data())) == 0, run.__name__


def test_what_is_changed_back_is_as_it_was(rng):
    mine, theirs = twins.pair(dense)
    compiled(mine, theirs)
    for name in ("tanh", "relu", "tanh"):
        for lib, model in ((cornu, mine), (keras, theirs)):
            model.get_layer("hidden").activation = lib.activations.get(name)
        assert stale(mine, theirs, rng) == []


def test_two_models_that_share_a_layer_both_see_its_change(rng):
    def both(lib):
        x, shared = lib.layers.Input((4,)), lib.layers.Dense(5, name="shared")
        made = [lib.Model(x, lib.layers.Dense(1, name="out")(shared(x))) for _ in range(2)]
        return made

    mine, theirs = twins.pair(both)
    for ours, expected in zip(mine, theirs, strict=True):
        compiled(ours, expected)
        assert stale(ours, expected, rng) == []
    for lib, made in ((cornu, mine), (keras, theirs)):
        made[0].get_layer("shared").activation = lib.activations.get("tanh")
    for ours, expected in zip(mine, theirs, strict=True):
        assert stale(ours, expected, rng) == []


# What nobody is told of: what functions, classes and plain objects of the user's own refer to

FACTOR = 2.0


class Slots:
    """A plain object without a dictionary."""

    __slots__ = ("factor",)

    def __init__(self):
        self.factor = 2.0


def times(x, factor):
    return x * factor


def referring(lib):
    """A model with a layer that reads from everything that cannot be watched."""
    closed = {"factor": 2.0}

    class Refers(lib.layers.Layer):
        scale = 0.5

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.slots, self.queue, self.user_dict = Slots(), collections.deque([2.0, 3.0]), {"a": [Slots()]}
            self.partial, self.bytes = functools.partial(times, factor=2.0), bytearray([1, 2])
            self.large, self.long = np.ones((200, 200), "float32"), [1.0] * 1000
            self.larger, self.longer = np.ones((700, 700), "float32"), [1.0] * 9001
            self.lambda_ = lambda x: x * closed["factor"]
            self.lambda_.factor = 3.0

        def call(self, x):
            x = x * self.slots.factor + self.queue[1] + self.user_dict["a"][0].factor
            x = self.partial(x) + self.bytes[0] + self.large[3, 0] + self.long[502]
            x = x + self.larger[431, 267] + self.longer[4567]
            return self.lambda_(x) * self.scale * FACTOR + self.lambda_.factor

    return dense(lib, lambda lib: Refers(name="it"))


def patched(it):
    def call(x):
        return x * 3.0

    it.call = call


REFERRED = {
    "slots": lambda it: setattr(it.slots, "factor", 0.5),
    "deque": lambda it: it.queue.__setitem__(1, 7.0),
    "nested": lambda it: setattr(it.user_dict["a"][0], "factor", 9.0),
    "partial": lambda it: it.partial.keywords.update(factor=5.0),
    "bytes": lambda it: it.bytes.__setitem__(0, 3),
    "large_array": lambda it: it.large.__imul__(20.0),
    "array_item": lambda it: it.large.__setitem__((3, 0), 5.0),
    "item_of_a_large_array": lambda it: it.larger.__setitem__((431, 267), 5.0),
    "item_of_a_longer_list": lambda it: it.longer.__setitem__(4567, 5.0),
    "long_list": lambda it: it.long.__setitem__(502, 5.0),
    "closure": lambda it: it.lambda_.__closure__[0].cell_contents.__setitem__("factor", 0.3),
    "attribute_of_a_function": lambda it: setattr(it.lambda_, "factor", 30.0),
    "attribute_of_the_class": lambda it: setattr(type(it), "scale", 4.0),
    "global": lambda it: globals().update(FACTOR=0.7),
    "method": patched,
}


@pytest.mark.parametrize("change", REFERRED)
def test_what_a_layer_refers_to(change, rng, monkeypatch):
    monkeypatch.setitem(globals(), "FACTOR", 2.0)

    def change_it(lib, model):
        REFERRED[change](model.get_layer("it"))

    assert changed(referring, change_it, rng, runs=PROGRAMS, rate=1e-4) == []


@pytest.mark.parametrize("place", ["activation", "loss", "metric"])
def test_what_a_function_closes_over(place, rng):
    settings = {cornu: 2.0, keras: 2.0}

    def make(lib):
        def activation(x):
            return x * settings[lib]

        return dense(lib, layer("Activation", activation if place == "activation" else "tanh"))

    def function(lib):
        def own(y_true, y_pred):
            return lib.ops.mean(lib.ops.square(y_true - y_pred), axis=-1) * settings[lib]

        return own

    options = {"loss": {"loss": function}, "metric": {"metrics": [function]}}.get(place, {})

    def change(lib, model):
        settings[lib] = 0.3

    assert changed(make, change, rng, **options) == []


def leaving(lib):
    """A model with a layer whose call changes what the layer holds."""

    class Leaves(lib.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.factor, self.found, self.table = None, Settings(), {"calls": 0, "factor": 0.5}

        def call(self, x):
            if self.factor is None:
                self.factor = 2.0
            self.table["calls"] += 1
            self.found.deeper["powers"] = [self.table["calls"]]
            return x * self.factor * self.table["factor"] * self.found.factor

    return dense(lib, lambda lib: Leaves(name="it"))


LEFT = {
    "attribute": lambda it: setattr(it, "factor", 5.0),
    "entry": lambda it: it.table.__setitem__("factor", 3.0),
    "inner_object": lambda it: setattr(it.found, "factor", 7.0),
}


@pytest.mark.parametrize("change", LEFT)
def test_what_a_call_has_set_may_be_set_again(change, rng):
    assert changed(leaving, lambda lib, model: LEFT[change](model.get_layer("it")), rng, rate=1e-4) == []


def test_what_a_call_leaves_compiles_nothing():
    model = leaving(cornu)
    model.compile("sgd", "mse")
    used(model)
    for run in RUNS:
        assert twins.compilations(lambda run=run: run(model, *data())) == 0, run.__name__


def test_reading_and_writing_weights_compiles_nothing():
    model = dense(cornu)
    model.compile("adam", "mse", metrics=["mae"])
    used(model)
    for touch in (model.get_weights, lambda: model.set_weights(model.get_weights()), lambda: model.weights[0].value):
        kept = touch()
        for run in RUNS:
            assert twins.compilations(lambda run=run: run(model, *data())) == 0, (touch, run.__name__)
        del kept


def test_compile_begins_anew():
    ran = []
    model = dense(cornu, layer("Lambda", lambda x: ran.append(1) or x))
    model.compile("sgd", "mse")
    used(model)
    for run in (predict, evaluate):
        run(model, *data())
        before = len(ran)
        run(model, *data())
        assert len(ran) == before
        model.compile("sgd", "mse")
        run(model, *data())
        assert len(ran) > before


@pytest.mark.parametrize(
    ("name", "value"), [("use_ema", True), ("gradient_accumulation_steps", 2), ("ema_overwrite_frequency", 3)]
)
def test_options_of_an_optimizer_that_need_slots_may_come_late(name, value):
    def trained(early):
        cornu.utils.set_random_seed(1)
        model = dense(cornu)
        model.compile(cornu.optimizers.SGD(0.0), "mse")
        if early:
            setattr(model.optimizer, name, value)
        fit(model, *data()), fit(model, *data())  # an even number of steps
        setattr(model.optimizer, name, value)
        model.optimizer.learning_rate = 0.05
        for _ in range(2):
            fit(model, *data())
        return model.get_weights()

    for late, early in zip(trained(False), trained(True), strict=True):
        np.testing.assert_allclose(late, early, 1e-5, 1e-6)


def test_a_model_that_goes_back_to_earlier_outputs_gets_the_plan_for_them():
    class OneOrTwo(cornu.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.two = cornu.layers.Dense(1), False

        def call(self, x):
            y = self.dense(x)
            return [y, 2 * y] if self.two else y

    model, x, y = OneOrTwo(), np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.compile("sgd", "mse", metrics=["mae"])
    for two in (False, True, False):
        model.two = two
        logs = model.train_on_batch(x, [y, y] if two else y, return_dict=True)
        assert ("output_2_mae" in logs) == two


def test_a_metric_listed_by_a_property_is_listed_once():
    extra = cornu.metrics.Mean(name="extra")

    class Listing(cornu.Sequential):
        @property
        def metrics(self):
            return [*super().metrics, extra]

    model = Listing([cornu.Input((2,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    assert [metric.name for metric in model.metrics] == ["loss", "extra"]
    assert model.metrics_names == ["loss", "extra"]


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end"])
def test_what_is_compiled_anew_during_fit_is_refused_at_the_next_batch_or_epoch(hook):
    """It would count in the next fit only, with the new optimizer there to be seen."""
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    again = cornu.callbacks.LambdaCallback(**{hook: lambda *_: model.compile(cornu.optimizers.SGD(0.0), "mae")})
    with pytest.raises(RuntimeError, match="'sequential.*' was compiled anew during fit"):
        model.fit(*data(), batch_size=BATCH, epochs=2, verbose=0, callbacks=[again])
    before = model.get_weights()
    model.fit(*data(), verbose=0)
    for ours, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, old)  # the new one's rate


def test_what_is_compiled_anew_when_training_ends_counts_in_the_next_fit():
    model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(1)])
    model.compile("sgd", "mse")
    last = cornu.callbacks.LambdaCallback(on_train_end=lambda logs: model.compile("adam", "mae", metrics=["mse"]))
    assert list(model.fit(*data(), verbose=0, callbacks=[last]).history) == ["loss"]
    assert sorted(model.fit(*data(), verbose=0).history) == ["loss", "mse"]


class Starting(cornu.layers.Layer):
    """A layer of the user's own whose lists are empty when it is traced."""

    def __init__(self, **options):
        super().__init__(**options)
        self.factors, self.options, self.more = [], {}, ([],)
        self.settings = Empty()

    def call(self, x):
        for factor in [*self.factors, *self.more[0]]:
            x = x * factor
        return x * self.options.get("by", 1.0) * getattr(self.settings, "by", 1.0)


class Empty:
    """A plain object without an attribute, until somebody sets one."""


GROWTHS = {
    "list": lambda layer: layer.factors.append(2.0),
    "dictionary": lambda layer: layer.options.update(by=2.0),
    "list in a tuple": lambda layer: layer.more[0].append(2.0),
    "plain object": lambda layer: setattr(layer.settings, "by", 2.0),
}


@pytest.mark.parametrize("growth", GROWTHS.values(), ids=GROWTHS)
def test_what_is_empty_when_a_program_is_made_may_grow(growth):
    layer = Starting()
    model = cornu.Sequential([cornu.Input((2,)), layer])
    model.compile("sgd", lambda y_true, y_pred: y_pred)
    x = np.ones((4, 2), "float32")
    assert model.predict(x)[0, 0] == 1 and model.evaluate(x, x, verbose=0) == 1
    growth(layer)
    assert model.predict(x)[0, 0] == 2 and model.evaluate(x, x, verbose=0) == 2 and model(x)[0, 0] == 2


def test_a_list_of_layers_that_was_empty_is_used_and_trained():
    class Model(cornu.Model):
        def __init__(self):
            super().__init__()
            self.more, self.last = [], cornu.layers.Dense(1)

        def call(self, x):
            for layer in self.more:
                x = layer(x)
            return self.last(x)

    x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
    model, added = Model(), cornu.layers.Dense(4, kernel_initializer="ones")
    added.build((None, 4))
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    before = model.predict(x)
    model.more.append(added)
    assert np.abs(model.predict(x) - before).max() > 0.1
    model.fit(x, y, verbose=0)
    assert np.abs(added.get_weights()[0] - 1).max() > 1e-3


scale = cornu.Variable(1.0, name="scale")  # read as a global by what follows


class ScaledLoss(cornu.losses.Loss):
    def __init__(self, by):
        super().__init__()
        self.by = by

    def call(self, y_true, y_pred):
        return self.by * y_pred


class ScaledPenalty(cornu.regularizers.Regularizer):
    def __init__(self, by):
        self.by = by

    def __call__(self, w):
        return self.by * cornu.ops.sum(w)


class Plain:
    """A loss that is no Loss, with its weight as a class attribute."""

    by = 1.0

    def __call__(self, y_true, y_pred):
        return self.by * y_pred


def of_another(kind):
    """A model that reads a Variable which is not its own, and that Variable."""
    by, x = cornu.Variable(1.0), cornu.Input((2,))
    loss, regularizer, y = (lambda y_true, y_pred: y_pred), None, x
    if kind == "a loss's closure":
        loss = lambda y_true, y_pred: by * y_pred  # noqa: E731
    elif kind == "a global":
        by, loss = scale, lambda y_true, y_pred: scale * y_pred
    elif kind == "an attribute of a loss":
        loss = ScaledLoss(by)
    elif kind == "a Lambda":
        y = cornu.layers.Lambda(lambda z: z * by)(x)
    elif kind == "a regularizer":
        regularizer = ScaledPenalty(by)
        loss = lambda y_true, y_pred: 0 * y_pred  # noqa: E731
    dense = cornu.layers.Dense(1, use_bias=False, kernel_initializer=cornu.initializers.Constant(0.5))
    dense.kernel_regularizer = regularizer
    model = cornu.Model(x, dense(y))
    model.compile(cornu.optimizers.SGD(0.0), loss)
    return model, by


@pytest.mark.parametrize(
    "kind", ["a loss's closure", "a global", "an attribute of a loss", "a Lambda", "a regularizer"]
)
def test_a_variable_of_somebody_else_is_read_anew(kind):
    model, by = of_another(kind)
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    by.assign(1.0)
    for value in (1.0, 3.0, 2.0):
        by.assign(value)
        assert model.fit(x, y, verbose=0).history["loss"] == [value]
        assert model.evaluate(x, y, verbose=0) == value
    by.assign(5.0)
    runs = (lambda: model.fit(x, y, verbose=0), lambda: model.evaluate(x, y, verbose=0))
    assert all(twins.compilations(run) == 0 for run in runs), "a value, not a program"


def test_a_rate_that_is_a_variable_of_somebody_else():
    rate = cornu.Variable(0.0)

    class Schedule(cornu.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return rate.value

    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    for given in (lambda: rate, Schedule()):
        model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])
        model.compile(cornu.optimizers.SGD(given), "mse")
        rate.assign(0.0)
        model.fit(x, y, verbose=0)
        before = model.get_weights()
        rate.assign(0.1)
        model.fit(x, y, verbose=0)
        assert np.abs(before[0] - model.get_weights()[0]).max() > 1e-4


def test_a_weight_of_a_class_that_is_no_loss():
    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, kernel_initializer="ones")])
    loss = Plain()
    model.compile(cornu.optimizers.SGD(0.0), loss)
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    assert model.evaluate(x, y, verbose=0) == 2
    loss.by = 3.0
    assert model.evaluate(x, y, verbose=0) == 6
    del loss.by
    Plain.by = 2.0
    try:
        assert model.evaluate(x, y, verbose=0) == 4
    finally:
        Plain.by = 1.0


def test_an_installed_module_is_not_searched():
    """One name of such a module leads to thousands of functions, which would be compared at every dispatch."""

    def asserting(z):
        with pytest.raises(ValueError):
            raise ValueError
        return z

    model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Lambda(asserting)])
    model.predict(np.ones((2, 2)))
    (known,) = [kept[0][0] for kept in model._programs._kept.values()]
    assert len(known._listed.holders) < 50


def test_settings_in_a_module_of_the_users_own(tmp_path, monkeypatch):
    (tmp_path / "settings_of_mine.py").write_text("ALPHA = 1.0\n\ndef alpha():\n    return ALPHA\n")
    monkeypatch.syspath_prepend(tmp_path)
    import settings_of_mine

    x = np.ones((2, 2), "float32")
    for function in (lambda z: z * settings_of_mine.ALPHA, lambda z: z * settings_of_mine.alpha()):
        settings_of_mine.ALPHA = 1.0
        model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Lambda(function)])
        assert model.predict(x)[0, 0] == 1
        settings_of_mine.ALPHA = 3.0
        assert model.predict(x)[0, 0] == 3


@pytest.mark.parametrize("made", [lambda: cornu.layers.Dense(1), lambda: cornu.layers.LSTM(1)], ids=["own", "cell's"])
def test_a_regularizer_and_a_constraint_after_the_weights_were_made(made):
    layer = made()
    shape = (2,) if isinstance(layer, cornu.layers.Dense) else (3, 2)
    model = cornu.Sequential([cornu.Input(shape), layer])
    model.compile(cornu.optimizers.SGD(0.1), "mse")
    x, y = np.ones((8, *shape), "float32"), np.ones((8, 1), "float32")
    kernel = next(v for v in layer.weights if v.name == "kernel")
    before = model.evaluate(x, y, verbose=0)
    layer.kernel_regularizer = "l2"
    penalty = 0.01 * (kernel.numpy() ** 2).sum()
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), before + penalty, 1e-4)
    layer.kernel_regularizer = None
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), before, 1e-5)
    layer.kernel_constraint = cornu.constraints.MaxNorm(1e-3)
    model.fit(x, y, verbose=0)
    assert np.abs(kernel.numpy()).max() < 2e-3
