"""Every optimizer and schedule, against the real Keras over ten steps."""

import inspect
import re

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu.optimizers
from cornu.core import state
from cornu.core.variable import Variable

SHAPES = {"kernel": (4, 3), "bias": (3,), "filters": (2, 2, 3, 5), "scale": ()}

RULES = [
    ("SGD", {"learning_rate": 0.05}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.8}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.8, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.02, "momentum": 0.7, "centered": True, "rho": 0.8, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.02}),
    ("Adam", {"learning_rate": 0.02, "amsgrad": True, "beta_1": 0.7, "beta_2": 0.8}),
    ("AdamW", {"learning_rate": 0.02, "weight_decay": 0.1}),
    ("Adagrad", {"learning_rate": 0.05}),
    ("Adadelta", {"learning_rate": 1.0, "epsilon": 1e-3}),
    ("Adamax", {"learning_rate": 0.02}),
    ("Nadam", {"learning_rate": 0.02}),
    ("Ftrl", {"learning_rate": 0.1, "l1_regularization_strength": 0.3, "l2_regularization_strength": 0.2}),
    ("Ftrl", {"learning_rate": 0.1, "l2_shrinkage_regularization_strength": 0.2, "beta": 0.3}),
    ("Lion", {"learning_rate": 0.02}),
    ("Lamb", {"learning_rate": 0.02}),
    ("Adafactor", {"learning_rate": 0.05}),
    ("Muon", {"learning_rate": 0.05}),
    ("Muon", {"learning_rate": 0.05, "nesterov": False, "rms_rate": None, "weight_decay": None}),
    ("ScheduleFreeAdamW", {"learning_rate": 0.05, "warmup_steps": 3}),
]

OPTIONS = [
    {"weight_decay": 0.05},
    {"clipnorm": 0.5},
    {"clipvalue": 0.2},
    {"global_clipnorm": 0.7},
    {"use_ema": True, "ema_momentum": 0.6},
    {"use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3},
    {"gradient_accumulation_steps": 2, "clipnorm": 0.5, "weight_decay": 0.05, "use_ema": True},
    {"loss_scale_factor": 8.0},
]


def weights(seed=0):
    rng = np.random.default_rng(seed)
    return {name: np.asarray(rng.normal(size=shape), "float32") for name, shape in SHAPES.items()}


def gradients(steps=10, seed=1):
    rng = np.random.default_rng(seed)
    return [[np.asarray(rng.normal(size=shape), "float32") for shape in SHAPES.values()] for _ in range(steps)]


def keras_run(optimizer, steps=10, finalize=False):
    variables = [keras.Variable(value, name=name) for name, value in weights().items()]
    optimizer.build(variables)
    step = jax.jit(lambda values, slots, grads: optimizer.stateless_apply(slots, grads, values))
    values, slots = [v.value for v in variables], [v.value for v in optimizer.variables]
    for grads in gradients(steps):
        values, slots = step(values, slots, grads)
    for variable, value in zip([*variables, *optimizer.variables], [*values, *slots], strict=True):
        variable.assign(value)
    if finalize:
        optimizer.finalize_variable_values(variables)
    return [np.asarray(v.value) for v in variables]


def cornu_variables():
    return [Variable(value, name=name) for name, value in weights().items()]


def cornu_run(optimizer, steps=10, finalize=False):
    """Ten steps inside one compiled loop, as training runs them."""
    variables = cornu_variables()
    optimizer.build(variables)
    every = [*variables, *optimizer.variables]
    step = state.pure(lambda grads: optimizer.apply(grads, variables), every)
    stacked = [jnp.stack(column) for column in zip(*gradients(steps), strict=True)]

    @jax.jit
    def loop(values):
        return jax.lax.fori_loop(0, steps, lambda i, v: step(v, [g[i] for g in stacked])[1], values)

    for variable, value in zip(every, loop([v.value for v in every]), strict=True):
        assert value.dtype == variable.dtype
        variable.assign(value)
    if finalize:
        optimizer.finalize_variable_values(variables)
    return [np.asarray(v.value) for v in variables]


def paths(optimizer):
    """Last parts of its variables' paths; Keras numbers those without a name through the session."""
    return [re.sub(r"variable_\d+$", "variable", v.path).split("/")[-1] for v in optimizer.variables]


def compare(name, arguments, finalize=False):
    theirs = getattr(keras.optimizers, name)(**arguments, name="rule")
    ours = getattr(cornu.optimizers, name)(**arguments, name="rule")
    expected, got = keras_run(theirs, finalize=finalize), cornu_run(ours, finalize=finalize)
    for shape, a, b in zip(SHAPES, expected, got, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5, err_msg=f"{name} {arguments} {shape}")
    assert paths(ours) == paths(theirs)
    for a, b in zip(theirs.variables, ours.variables, strict=True):
        assert tuple(a.shape) == b.shape and a.dtype == b.dtype, a.path
        np.testing.assert_allclose(np.asarray(b.value), np.asarray(a.value), rtol=1e-4, atol=1e-5, err_msg=a.path)


@pytest.mark.parametrize(("name", "arguments"), RULES, ids=lambda value: str(value))
def test_ten_steps_equal_those_of_keras(name, arguments):
    compare(name, arguments)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_composes_around_a_rule(options):
    compare("Adam", {"learning_rate": 0.02, **options}, finalize=True)


def test_accumulation_without_slots():
    compare("SGD", {"learning_rate": 0.05, "gradient_accumulation_steps": 3, "global_clipnorm": 0.7})


def test_accumulation_with_shared_state():
    compare("Nadam", {"learning_rate": 0.02, "gradient_accumulation_steps": 2})


def test_eager_steps_equal_compiled_ones():
    optimizer, variables = cornu.optimizers.Adam(0.02, clipnorm=1.0), cornu_variables()
    for grads in gradients(3):
        optimizer.apply_gradients(zip(grads, variables, strict=True))
    for a, b in zip(variables, cornu_run(cornu.optimizers.Adam(0.02, clipnorm=1.0), steps=3), strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-5, atol=1e-6)
    assert int(optimizer.iterations) == 3


def test_excluded_weights_do_not_decay():
    theirs, ours = keras.optimizers.SGD(0.1, weight_decay=0.3), cornu.optimizers.SGD(0.1, weight_decay=0.3)
    for optimizer in (theirs, ours):
        optimizer.exclude_from_weight_decay(var_names=["bias", "scale"])
    for a, b in zip(keras_run(theirs), cornu_run(ours), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="before"):
        ours.exclude_from_weight_decay(var_names=["kernel"])


def test_excluded_weights_of_muon_do_not_decay():
    theirs, ours = (lib.optimizers.Muon(0.05, weight_decay=0.3, adam_weight_decay=0.2) for lib in (keras, cornu))
    for optimizer in (theirs, ours):
        optimizer.exclude_from_weight_decay(var_names=["bias", "kernel"])
    for a, b in zip(keras_run(theirs), cornu_run(ours), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["Adam", "Adafactor", "Muon"])
def test_a_broken_build_leaves_no_slots_behind(name, monkeypatch):
    optimizer, variables = getattr(cornu.optimizers, name)(0.02), cornu_variables()
    made, add = [], optimizer.add_variable

    def breaks(*args, **kwargs):
        made.append(add(*args, **kwargs))
        if len(made) == 5:
            raise KeyboardInterrupt
        return made[-1]

    monkeypatch.setattr(type(optimizer), "add_variable", lambda self, *args, **kwargs: breaks(*args, **kwargs))
    with pytest.raises(KeyboardInterrupt):
        optimizer.build(variables)
    monkeypatch.undo()
    other = getattr(cornu.optimizers, name)(0.02)
    for a, b in zip(cornu_run(optimizer, steps=3), cornu_run(other, steps=3), strict=True):
        np.testing.assert_array_equal(a, b)


def test_constraints_hold_after_a_step():
    w = Variable(np.array([1.0, -2.0], "float32"))
    w.constraint = lambda value: jnp.maximum(value, 0)
    cornu.optimizers.SGD(0.1).apply([np.array([20.0, 1.0], "float32")], [w])
    np.testing.assert_allclose(w.numpy(), [0.0, 0.0])


def test_loss_scale_follows_keras():
    rng = np.random.default_rng(3)
    grads = [rng.normal(size=3).astype("float32") * 2.0**10 for _ in range(9)]
    grads[4][1] = np.inf
    start = rng.normal(size=3).astype("float32")
    a, b = keras.Variable(start, name="w"), Variable(start, name="w")
    arguments = {"initial_scale": 2.0**10, "dynamic_growth_steps": 3, "name": "scaled"}
    theirs = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1, name="adam"), **arguments)
    ours = cornu.optimizers.LossScaleOptimizer(cornu.optimizers.Adam(0.1, name="adam"), **arguments)
    theirs.build([a])
    ours.build([b])
    step = jax.jit(state.pure(lambda g: ours.apply([g]), [b, *ours.variables]))
    their_step = jax.jit(theirs.stateless_apply)
    for g in grads:
        values, state_ = their_step([v.value for v in theirs.variables], [jnp.asarray(g)], [a.value])
        for variable, value in zip([a, *theirs.variables], [*values, *state_], strict=True):
            variable.assign(value)
        new = step([v.value for v in [b, *ours.variables]], g)[1]
        for variable, value in zip([b, *ours.variables], new, strict=True):
            variable.assign(value)
    np.testing.assert_allclose(b.numpy(), np.asarray(a.value), rtol=1e-5)
    assert len(ours.variables) == len(theirs.variables)
    for x, y in zip(theirs.variables, ours.variables, strict=True):
        np.testing.assert_allclose(np.asarray(y.value), np.asarray(x.value), rtol=1e-4, err_msg=x.path)
    again = cornu.optimizers.deserialize(cornu.optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize(("name", "arguments"), RULES, ids=lambda value: str(value))
def test_configs_are_interchangeable(name, arguments):
    ours = getattr(cornu.optimizers, name)(**arguments)
    config = ours.get_config()
    assert cornu.optimizers.deserialize(cornu.optimizers.serialize(ours)).get_config() == config
    theirs = getattr(keras.optimizers, name).from_config(dict(config))
    assert type(ours).from_config(theirs.get_config()).get_config() == config
    assert cornu.optimizers.get(name.lower()).get_config().keys() == config.keys()


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.3, "decay_steps": 7, "decay_rate": 0.6}),
    ("ExponentialDecay", {"initial_learning_rate": 0.3, "decay_steps": 7, "decay_rate": 0.6, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.3, "decay_steps": 7, "decay_rate": 0.6, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.3, "decay_steps": 7, "decay_rate": 0.6}),
    ("PolynomialDecay", {"initial_learning_rate": 0.3, "decay_steps": 11, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.3, "decay_steps": 11, "power": 0.5, "cycle": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 9, 20], "values": [0.3, 0.1, 0.2, 0.05]}),
    ("CosineDecay", {"initial_learning_rate": 0.3, "decay_steps": 11, "alpha": 0.1}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 11, "warmup_target": 0.4, "warmup_steps": 5}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.3, "first_decay_steps": 5, "m_mul": 0.7, "alpha": 0.1}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.3, "first_decay_steps": 5, "t_mul": 1.0}),
]


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES, ids=lambda value: str(value))
def test_schedules(name, arguments):
    theirs = getattr(keras.optimizers.schedules, name)(**arguments)
    ours = getattr(cornu.optimizers.schedules, name)(**arguments)
    steps = np.arange(40, dtype="int32")
    got, expected = (jax.jit(jax.vmap(schedule))(steps) for schedule in (ours, theirs))
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)
    assert theirs.get_config() == ours.get_config()
    again = cornu.optimizers.schedules.deserialize(cornu.optimizers.schedules.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()


def test_a_schedule_drives_an_optimizer():
    arguments = {"initial_learning_rate": 0.3, "decay_steps": 4, "decay_rate": 0.5}
    theirs = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(**arguments), name="rule")
    ours = cornu.optimizers.SGD(cornu.optimizers.schedules.ExponentialDecay(**arguments), name="rule")
    for a, b in zip(keras_run(theirs), cornu_run(ours), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
    assert paths(ours) == paths(theirs)
    assert type(ours).from_config(ours.get_config()).get_config() == ours.get_config()
    with pytest.raises(TypeError, match="follows ExponentialDecay"):
        ours.learning_rate = 0.1


def test_the_learning_rate_can_be_read_and_assigned():
    optimizer = cornu.optimizers.Adam()
    assert float(optimizer.learning_rate) == pytest.approx(0.001)
    optimizer.learning_rate = 0.5
    assert float(optimizer.lr) == 0.5 and optimizer.get_config()["learning_rate"] == 0.5
    optimizer.lr = 1
    w = Variable(np.zeros(1, "float32"))
    optimizer.apply([np.ones(1, "float32")], [w])
    np.testing.assert_allclose(w.numpy(), [-1.0], rtol=1e-4)


def test_arguments_stand_where_keras_has_them():
    every = [getattr(cornu.optimizers, name) for name, _ in RULES]
    for ours in every:
        theirs = list(inspect.signature(getattr(keras.optimizers, ours.__name__)).parameters)
        assert [name for name in inspect.signature(ours).parameters if name in theirs] == [
            name for name in theirs if name != "kwargs"
        ]
    adamw = cornu.optimizers.AdamW(0.1, 0.01, 0.8, clipnorm=1.0)
    assert (adamw.weight_decay, adamw.beta_1, adamw.clipnorm) == (0.01, 0.8, 1.0)
    with pytest.raises(TypeError, match="AdamW has no argument 'weight_deca'. Did you mean 'weight_decay'"):
        cornu.optimizers.AdamW(weight_deca=0.1)


def test_a_rate_that_was_a_function_becomes_a_number():
    optimizer = cornu.optimizers.SGD(lambda: 0.25)
    assert optimizer.learning_rate == 0.25
    optimizer.learning_rate = 0.5
    assert float(optimizer.learning_rate) == 0.5 and optimizer.get_config()["learning_rate"] == 0.5


def test_a_rule_written_for_keras_runs():
    class Momentum(cornu.optimizers.Optimizer):
        def __init__(self, learning_rate=0.1, mu=0.5, name="mine", **kwargs):
            super().__init__(learning_rate=learning_rate, name=name, **kwargs)
            self.mu = mu

        def build(self, var_list):
            if self.built:
                return
            super().build(var_list)
            self.m = self.add_optimizer_variables(var_list, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            m = self.m[self._get_variable_index(variable)]
            self.assign(m, m.value * self.mu - learning_rate.value * gradient)
            self.assign_add(variable, m)

    expected = cornu_run(cornu.optimizers.SGD(0.1, momentum=0.5))
    for a, b in zip(expected, cornu_run(Momentum()), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    assert Momentum.from_config(Momentum(mu=0.25).get_config()).mu == 0.25


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cornu.optimizers.Adam("fast"), "learning_rate is a number"),
        (lambda: cornu.optimizers.SGD(-0.1), "not negative"),
        (lambda: cornu.optimizers.SGD(float("nan")), "not negative"),
        (lambda: cornu.optimizers.SGD(momentum=1.5), "momentum lies between 0 and 1"),
        (lambda: cornu.optimizers.SGD(clipnorm=1.0, clipvalue=1.0), "only one"),
        (lambda: cornu.optimizers.SGD(gradient_accumulation_steps=1), "at least 2"),
        (lambda: cornu.optimizers.SGD(use_ema=True, ema_momentum=2.0), "ema_momentum"),
        (lambda: cornu.optimizers.SGD(use_ema=True, ema_overwrite_frequency=0), "at least 1"),
        (lambda: cornu.optimizers.AdamW(weight_decay=None), "AdamW needs weight_decay"),
        (lambda: cornu.optimizers.Lion(beta_1=0.0), "beta_1"),
        (lambda: cornu.optimizers.Ftrl(learning_rate_power=0.5), "learning_rate_power"),
        (lambda: cornu.optimizers.get("adma"), "'adam'"),
        (lambda: cornu.optimizers.schedules.CosineDecay(0.1, 0), "greater than 0"),
        (lambda: cornu.optimizers.schedules.PiecewiseConstantDecay([1], [0.1]), "one value more"),
    ],
)
def test_wrong_arguments_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_wrong_calls_are_explained():
    a, b = Variable(np.zeros(2, "float32"), name="a"), Variable(np.zeros(2, "float32"), name="b")
    optimizer = cornu.optimizers.SGD()
    with pytest.raises(ValueError, match="no gradient for any"):
        optimizer.apply([None], [a])
    with pytest.raises(ValueError, match="other weights than 'b'"):
        optimizer.apply([np.ones(2, "float32")], [b])
    with pytest.warns(UserWarning, match=r"weights \['b'\]"):
        cornu.optimizers.SGD().apply([np.ones(2, "float32"), None], [a, b])


SWITCHED = {
    "momentum": (lambda k: k.optimizers.SGD(0.05, momentum=0.9), {"momentum": [0.0, 0.5]}),
    "rmsprop": (lambda k: k.optimizers.RMSprop(0.01, momentum=0.9), {"momentum": [0.0, 0.5]}),
    "amsgrad": (lambda k: k.optimizers.Adam(0.01, amsgrad=True), {"amsgrad": [False, True]}),
}


@pytest.mark.parametrize("make, change", SWITCHED.values(), ids=SWITCHED)
def test_what_is_switched_off_and_on_again_stands_still_meanwhile(make, change, rng):
    """As in Keras: arrays that the rule does not use keep their values."""
    mine, theirs = make(cornu), make(keras)
    start = rng.normal(size=(3, 2)).astype("float32")
    w, v = cornu.Variable(start), keras.Variable(start)
    ((name, values),) = change.items()
    for value in (getattr(mine, name), *values):
        setattr(mine, name, value), setattr(theirs, name, value)
        for _ in range(3):
            g = rng.normal(size=(3, 2)).astype("float32")
            mine.apply([g], [w]), theirs.apply([keras.ops.array(g)], [v])
    np.testing.assert_allclose(w.numpy(), np.asarray(v), rtol=1e-5, atol=1e-6)


def test_what_has_no_arrays_cannot_be_switched_on():
    for optimizer, name in [(cornu.optimizers.SGD(), "momentum"), (cornu.optimizers.Adam(), "amsgrad")]:
        w = cornu.Variable(np.ones(2, "float32"))
        optimizer.apply([np.ones(2, "float32")], [w])
        setattr(optimizer, name, True if name == "amsgrad" else 0.9)
        with pytest.raises(ValueError, match="Make a new optimizer"):
            optimizer.apply([np.ones(2, "float32")], [w])


def test_integers_have_no_gradient():
    """An integer weight that is to be trained is named before JAX meets it; without training all goes on."""

    class Shifted(cornu.layers.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight((3,), "ones", name="scale")
            self.steps = self.add_weight((3,), "ones", dtype="int32", name="steps")

        def call(self, x):
            return x * self.scale + cornu.ops.cast(self.steps, "float32")

    model = cornu.Sequential([cornu.Input((3,)), Shifted(name="shifted")])
    model.compile("sgd", "mse")
    x = np.ones((4, 3), "float32")
    with pytest.raises(TypeError, match="shifted/steps' is int32 and has no gradient: .* trainable=False"):
        model.fit(x, x, verbose=0)
    model.layers[0].steps.trainable = False
    model.fit(x, x, verbose=0)
    assert model.layers[0].steps.numpy().tolist() == [1, 1, 1]
    assert (model.layers[0].scale.numpy() < 1).all()
