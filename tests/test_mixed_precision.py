"""Training in half precision equals Keras's: the loss is scaled, gradients are not, and an overflow is skipped."""

import jax
import keras
import numpy as np
import pytest
import twins

import cornu


@pytest.fixture
def policy():
    """A function that sets the precision policy of both libraries, until the end of the test."""

    def choose(name):
        cornu.config.set_dtype_policy(name)
        keras.config.set_dtype_policy(name)

    yield choose
    choose("float32")


def mlp(lib):
    layers = lib.layers
    hidden = layers.Dense(6, "tanh", kernel_regularizer=lib.regularizers.L2(0.01), name="hidden")
    norm = layers.BatchNormalization(momentum=0.7, name="norm")
    return lib.Sequential([layers.Input((4,)), hidden, norm, layers.Dense(1, name="out")])


def plain(lib):
    return lib.Sequential([lib.layers.Input((4,)), lib.layers.Dense(1, name="out")])


def cnn(lib):
    layers = lib.layers
    return lib.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flat"),
            layers.LayerNormalization(name="norm"),
            layers.Dense(1, name="out"),
        ]
    )


def recurrent(lib):
    layers = lib.layers
    words = layers.Embedding(7, 4, mask_zero=True, name="words")
    return lib.Sequential([layers.Input((5,)), words, layers.LSTM(3, name="rnn"), layers.Dense(1, name="out")])


def functional(lib):
    x = lib.layers.Input((4,))
    y = lib.layers.Dense(4, "relu", name="hidden")(x)
    y = lib.layers.Add(name="sum")([lib.layers.Dense(4, name="more")(y), x])
    return lib.Model(x, lib.layers.Dense(1, dtype="float32", name="out")(y))


def data_for(make, count=22):
    rng = np.random.default_rng(3)
    shape = (count, 6, 6, 2) if make is cnn else (count, 4)
    x = rng.integers(0, 7, (count, 5)) if make is recurrent else rng.normal(size=shape).astype("float32")
    return x, rng.normal(size=(count, 1)).astype("float32")


def ready(make, rng, optimizer, loss="mse", **options):
    """Both models with the same weights, compiled."""
    mine, theirs = twins.pair(make)
    twins.same_weights(mine, theirs, rng)
    twins.compile_both(mine, theirs, loss, optimizer=optimizer, **options)
    return mine, theirs


def sgd(lib):
    return lib.optimizers.SGD(0.05, momentum=0.9)


def scaled(lib, **options):
    return lib.optimizers.LossScaleOptimizer(sgd(lib), **options)


def scale_of(model):
    """Scale, counter and number of updates."""
    optimizer = model.optimizer
    return [float(np.asarray(v)) for v in (optimizer.dynamic_scale, optimizer.step_counter, optimizer.iterations)]


# Policies

MODELS = [mlp, cnn, recurrent, functional]
OPTIMIZERS = {"sgd": sgd, "adam": lambda lib: lib.optimizers.Adam(0.01), "name": lambda lib: "rmsprop"}


@pytest.mark.parametrize(
    "make,name,tolerance",
    [
        *((make, "mixed_float16", 5e-3) for make in MODELS),
        *((make, "mixed_bfloat16", 4e-2) for make in (mlp, recurrent)),
    ],
    ids=lambda each: getattr(each, "__name__", each),
)
def test_fit_under_a_policy(make, name, tolerance, policy, rng):
    """Weights stay in float32, and training equals Keras's up to the rounding of the policy."""
    policy(name)
    mine, theirs = ready(make, rng, sgd, metrics=["mae"])
    twins.fit_both(mine, theirs, *data_for(make), tolerance=tolerance)
    assert all(w.dtype == "float32" for w in mine.weights)
    ours, expected = (m.predict(data_for(make)[0], verbose=0) for m in (mine, theirs))
    assert ours.dtype == expected.dtype
    twins.close(ours, expected, tolerance)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_float16_wraps_the_optimizer(optimizer, policy, rng):
    policy("mixed_float16")
    mine, theirs = ready(mlp, rng, OPTIMIZERS[optimizer])
    assert type(theirs.optimizer).__name__ == "LossScaleOptimizer"
    assert isinstance(mine.optimizer, cornu.optimizers.LossScaleOptimizer)
    assert type(mine.optimizer.inner_optimizer).__name__ == type(theirs.optimizer.inner_optimizer).__name__
    twins.fit_both(mine, theirs, *data_for(mlp), tolerance=2e-2 if optimizer == "name" else 5e-3)
    assert scale_of(mine) == scale_of(theirs)


@pytest.mark.parametrize("name,auto", [("mixed_float16", False), ("mixed_bfloat16", True), ("float32", True)])
def test_other_policies_and_choices_wrap_nothing(name, auto, policy, rng):
    policy(name)
    mine, theirs = ready(mlp, rng, sgd, auto_scale_loss=auto)
    assert type(mine.optimizer).__name__ == type(theirs.optimizer).__name__ == "SGD"


def test_what_is_wrapped_is_not_wrapped_again(policy, rng):
    policy("mixed_float16")
    mine, theirs = ready(mlp, rng, lambda lib: scaled(lib, initial_scale=64.0))
    assert [type(m.optimizer.inner_optimizer).__name__ for m in (mine, theirs)] == ["SGD", "SGD"]
    twins.fit_both(mine, theirs, *data_for(mlp), tolerance=5e-3)
    assert scale_of(mine) == scale_of(theirs)


def test_the_rate_of_what_is_wrapped(policy, rng):
    policy("mixed_float16")
    mine, theirs = ready(plain, rng, sgd)
    for model in (mine, theirs):
        model.optimizer.learning_rate = 0.01
    twins.fit_both(mine, theirs, *data_for(plain), tolerance=5e-3)
    assert float(np.asarray(mine.optimizer.inner_optimizer.learning_rate)) == pytest.approx(0.01)


@pytest.mark.parametrize("auto", [False, True])
def test_scaling_saves_small_gradients(auto, policy, rng):
    """Gradients of 1e-8 vanish in float16; multiplied by 2**15 they do not."""
    policy("mixed_float16")
    x, y = data_for(plain)
    small = lambda lib: lambda y, p: 1e-9 * lib.ops.mean(lib.ops.square(y - lib.ops.cast(p, "float32")))  # noqa: E731
    mine, theirs = ready(plain, rng, lambda lib: lib.optimizers.SGD(1e6), loss=small, auto_scale_loss=auto)
    before = mine.get_weights()[0]
    twins.fit_both(mine, theirs, x, y, tolerance=2e-2)
    assert np.array_equal(mine.get_weights()[0], before) != auto


# Scaling in float32, where a power of two changes no digit


def test_a_scaled_run_is_the_plain_run(rng):
    """The logged loss is not scaled, and neither is the step."""
    x, y = data_for(mlp)
    start, runs = mlp(cornu).get_weights(), []
    for make in (sgd, scaled, lambda lib: lib.optimizers.SGD(0.05, momentum=0.9, loss_scale_factor=128.0)):
        model = mlp(cornu)
        model.set_weights(start)
        model.compile(make(cornu), "mse", metrics=["mae"])
        history = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
        runs.append([*history["loss"], *history["mae"], *model.evaluate(x, y, verbose=0), *model.get_weights()])
    for run in runs[1:]:
        for value, expected in zip(run, runs[0], strict=True):
            twins.close(value, expected, 1e-5)


FACTORS = {
    "sgd": lambda lib: lib.optimizers.SGD(0.05, momentum=0.9, loss_scale_factor=128.0),
    "clipped": lambda lib: lib.optimizers.SGD(0.05, clipnorm=0.1, loss_scale_factor=128.0),
    "globally": lambda lib: lib.optimizers.SGD(0.05, global_clipnorm=0.1, loss_scale_factor=3.0),
    "accumulated": lambda lib: lib.optimizers.SGD(0.05, gradient_accumulation_steps=2, loss_scale_factor=128.0),
    "averaged": lambda lib: lib.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5, loss_scale_factor=128.0),
    "decayed": lambda lib: lib.optimizers.AdamW(0.01, weight_decay=0.1, loss_scale_factor=128.0),
    "dynamic": scaled,
    "dynamic_clipped": lambda lib: lib.optimizers.LossScaleOptimizer(lib.optimizers.SGD(0.05, clipvalue=0.01)),
    "dynamic_growing": lambda lib: scaled(lib, initial_scale=4.0, dynamic_growth_steps=2),
    "dynamic_averaged": lambda lib: lib.optimizers.LossScaleOptimizer(
        lib.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.5)
    ),
}


@pytest.mark.parametrize("optimizer", FACTORS)
def test_scaled_training_equals_keras(optimizer, rng):
    mine, theirs = ready(mlp, rng, FACTORS[optimizer], metrics=["mae"])
    twins.fit_both(mine, theirs, *data_for(mlp))
    if "dynamic" in optimizer:
        assert scale_of(mine) == scale_of(theirs)


def test_scaling_with_weights_and_added_losses(rng):
    def make(lib):
        class Penalty(lib.layers.Layer):
            def call(self, x):
                self.add_loss(0.1 * lib.ops.mean(lib.ops.square(x)))
                return x

        x = lib.layers.Input((4,))
        y = Penalty(name="penalty")(lib.layers.Dense(5, "tanh", name="hidden")(x))
        return lib.Model(x, [lib.layers.Dense(1, name="one")(y), lib.layers.Dense(1, name="two")(y)])

    x, y = data_for(mlp)
    mine, theirs = ready(make, rng, scaled, ["mse", "mae"], loss_weights=[0.3, 2.0])
    twins.fit_both(mine, theirs, x, [y, y + 1], class_weight=None, sample_weight=[rng.random(22), rng.random(22)])


# Overflow


def steps(mine, theirs, batches, tolerance=1e-4):
    """One step for each batch; afterwards weights, scale and counter are equal. Gives the scales."""
    scales = []
    for x, y in batches:
        for model in (mine, theirs):
            model.train_on_batch(x, y)
        twins.same_state(mine, theirs, tolerance)
        assert scale_of(mine) == scale_of(theirs)
        scales.append(scale_of(mine)[0])
    return scales


def test_an_overflow_is_skipped_and_halves_the_scale(rng):
    mine, theirs = ready(plain, rng, lambda lib: scaled(lib, initial_scale=8.0))
    good = data_for(plain)
    bad = good[0], np.where(np.arange(22)[:, None] == 3, np.float32(np.inf), good[1])
    before = mine.get_weights()
    assert steps(mine, theirs, [bad]) == [4.0]
    assert all(np.array_equal(a, b) for a, b in zip(before, mine.get_weights(), strict=True))
    assert steps(mine, theirs, [good, bad, bad, good]) == [4.0, 2.0, 1.0, 1.0]
    assert int(np.asarray(mine.optimizer.inner_optimizer.iterations)) == 2


def test_the_scale_grows_after_finite_steps_in_a_row(rng):
    mine, theirs = ready(plain, rng, lambda lib: scaled(lib, initial_scale=8.0, dynamic_growth_steps=2))
    good = data_for(plain)
    bad = good[0], np.full_like(good[1], np.inf)
    assert steps(mine, theirs, [good, good, good, bad, good, good]) == [8.0, 16.0, 16.0, 8.0, 8.0, 16.0]


@pytest.mark.parametrize("make", [mlp, plain], ids=lambda f: f.__name__)
def test_float16_finds_its_scale(make, policy, rng):
    """A scale that is far too high halves until gradients are finite; the steps until then are skipped."""
    policy("mixed_float16")
    mine, theirs = ready(make, rng, lambda lib: scaled(lib, initial_scale=2.0**24))
    scales = steps(mine, theirs, [data_for(make)] * 14, tolerance=5e-3)
    assert scales[0] == 2.0**23 and scales[-1] == scales[-2]


def test_fit_goes_on_after_an_overflow(policy, rng):
    policy("mixed_float16")
    mine, theirs = ready(plain, rng, lambda lib: scaled(lib, initial_scale=2.0**24))
    x, y = data_for(plain, 40)
    twins.fit_both(mine, theirs, x, y, epochs=6, tolerance=5e-3)
    assert scale_of(mine) == scale_of(theirs)
    assert 0 < scale_of(mine)[2] < 30  # some of the 30 steps were skipped


def test_scaling_by_hand():
    """In a loop of one's own: `scale_loss` before the gradient, `apply` after it."""
    weight = cornu.Variable(np.array([1.0, 2.0], "float32"))
    optimizer = cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.25), initial_scale=8.0)
    optimizer.build([weight])
    gradient = jax.grad(lambda w: optimizer.scale_loss((w**2).sum()))(weight.value)
    np.testing.assert_array_equal(gradient, [16.0, 32.0])
    optimizer.apply([gradient], [weight])
    np.testing.assert_array_equal(weight.numpy(), [0.5, 1.0])
