"""Optimizers for parts of a model, learning rates by layer, transformations of Optax: beside Keras and one another."""

import warnings

import keras
import numpy as np
import optax
import pytest

import cornu
from cornu.optimizers import SGD, Adam, MultiOptimizer, Optax, OptimizerMap

X = np.random.default_rng(0).normal(size=(24, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(24, 1)).astype("float32")


def net(lib=cornu):
    inner = lib.Sequential([lib.Input((4,)), lib.layers.Dense(6, "tanh", name="first")], name="body")
    a = lib.Input((4,))
    model = lib.Model(a, lib.layers.Dense(1, name="top")(lib.layers.Dense(5, "tanh", name="mid")(inner(a))))
    model.set_weights([np.random.default_rng(i).normal(size=w.shape) * 0.5 for i, w in enumerate(model.weights)])
    return model


def trained(optimizer, lib=cornu, model=None, steps=6):
    model = model or net(lib)
    model.compile(optimizer, "mse")
    history = model.fit(X, Y, epochs=steps, batch_size=24, shuffle=False, verbose=0)
    return model, history.history["loss"]


def close(mine, theirs, rtol=1e-4):
    for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-6)


def parted(lib):
    o = lib.optimizers
    rules = {"mid/.*": o.Adam(0.05), "top/bias": o.RMSprop(0.01), ".*first/kernel": o.SGD(0.2, momentum=0.9)}
    return o.MultiOptimizer(o.OptimizerMap(o.SGD(0.1), rules))


def test_each_weight_goes_by_its_own_optimizer_as_in_keras():
    mine, losses = trained(parted(cornu))
    theirs, expected = trained(parted(keras), keras)
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    close(mine, theirs)
    assert [len(o.variables) for o in mine.optimizer.optimizers] == [
        len(o.variables) for o in theirs.optimizer.optimizers
    ]
    assert [v.shape for v in mine.optimizer.variables] == [tuple(v.shape) for v in theirs.optimizer.variables]


@pytest.mark.parametrize("reader", [cornu, keras])
def test_a_file_holds_all_of_them(tmp_path, reader):
    model, _ = trained(parted(cornu))
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        again = reader.saving.load_model(tmp_path / f"model.{ending}")
        copy = cornu.models.clone_model(model)
        copy.set_weights(model.get_weights())
        assert type(again.optimizer).__name__ == "MultiOptimizer"
        if ending == "keras":
            same = cornu.saving.load_model(tmp_path / "model.keras")
            went_on = [
                m.fit(X, Y, epochs=3, batch_size=24, shuffle=False, verbose=0).history["loss"] for m in (again, same)
            ]
            np.testing.assert_allclose(*went_on, rtol=1e-4)


def test_a_function_chooses():
    slow, fast = SGD(0.01), Adam(0.1)
    model, _ = trained(MultiOptimizer(lambda v: slow if "kernel" in v.path else fast))
    other, _ = trained(MultiOptimizer(OptimizerMap(SGD(0.01), {".*bias": Adam(0.1)})))
    close(model, other)
    with pytest.raises(AttributeError, match=r"each of its .optimizers has one"):
        getattr(model.optimizer, "learning_rate")  # noqa: B009


# Learning rates by layer


def test_factors_are_shares_of_the_rate_by_layer_name_and_pattern():
    model, single = net(), net()
    first = model.get_layer("body").get_layer("first")
    rates = {first: 0.5, "mid": 0.0, "top/bias": 2.0}
    trained(MultiOptimizer(OptimizerMap(SGD(0.1), rates)), model=model, steps=1)
    trained(SGD(0.1), model=single, steps=1)
    before = net()
    shares = {"first": 0.5, "mid": 0.0, "top/bias": 2.0}
    for w, one, old in zip(model.weights, single.weights, before.weights, strict=True):
        share = next((s for key, s in shares.items() if key in w.path), 1.0)
        np.testing.assert_allclose(w.numpy() - old.numpy(), share * (one.numpy() - old.numpy()), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rule", [lambda r: Adam(r), lambda r: SGD(r, momentum=0.9, nesterov=True)])
def test_a_share_follows_schedules_and_changes(rule):
    """A factor of 1 is the default optimizer, whatever becomes of its rate."""
    for make in (lambda: rule(0.05), lambda: rule(cornu.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))):
        model, _ = trained(MultiOptimizer(OptimizerMap(make(), {"mid": 1.0, "first": 1.0})))
        single, _ = trained(make())
        close(model, single)
    model.compile(MultiOptimizer(OptimizerMap(rule(0.05), {"mid": 1.0})), "mse")
    single.compile(rule(0.05), "mse")
    for m in (model, single):
        m.fit(X, Y, batch_size=24, verbose=0)
        m.optimizer.learning_rate = 0.2
        m.fit(X, Y, batch_size=24, verbose=0)
    close(model, single)


def test_the_innermost_layer_counts_and_two_patterns_are_refused():
    model = net()
    body = model.get_layer("body")
    rates = OptimizerMap(SGD(0.1), {model: 3.0, body: 0.0})
    assert rates(body.weights[0]) is not rates(model.weights[-1])
    rates = OptimizerMap(SGD(0.1), {"mid/.*": 0.1, "mid/ker.*": 0.2})
    with pytest.raises(ValueError, match=r"fits several keys"):
        trained(MultiOptimizer(rates))
    for key, value, word in (
        ("a", "adam", "is an optimizer"),
        ("a", True, "is an optimizer"),
        ("a", -1.0, "is an optimizer"),
        ("a", MultiOptimizer(lambda v: None), "no MultiOptimizer"),
        (3, 0.1, "is a layer"),
    ):
        with pytest.raises(ValueError, match=word):
            OptimizerMap(SGD(0.1), {key: value})
    with pytest.raises(ValueError, match=r"no regular expression"):
        trained(MultiOptimizer(OptimizerMap(SGD(0.1), {"mid/(": 0.1})))
    with pytest.raises(ValueError, match=r"'body/first/kernel'.*Give an optimizer|the map gives None"):
        trained(MultiOptimizer(lambda v: None))
    for wrong in ("adam", None):
        with pytest.raises(TypeError, match="default_optimizer"):
            OptimizerMap(wrong)


def test_rates_by_layer_are_saved():
    model = net()
    trained(MultiOptimizer(OptimizerMap(Adam(0.05), {model.get_layer("mid"): 0.1, "top": SGD(0.1)})), model=model)
    config = model.optimizer.get_config()
    again = MultiOptimizer.from_config(config)
    assert again.get_config()["optimizer_map"] == config["optimizer_map"]
    assert set(config["optimizer_map"]["config"]["optimizer_map"]) == {"mid", "top"}


# Everything together

OPTIONS = [
    {"use_ema": True, "ema_overwrite_frequency": 2},
    {"use_ema": True},
    {"gradient_accumulation_steps": 2},
    {"clipnorm": 0.1},
    {"clipvalue": 0.01},
    {"weight_decay": 0.1},
    {"weight_decay": 0.1, "clipvalue": 0.05, "use_ema": True, "gradient_accumulation_steps": 3},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_all_optimizers_can_they_can_in_parts(options):
    """Parts with equal rules are one optimizer: each weight for itself is averaged, clipped and decayed."""

    def rule():
        return Adam(0.05, **options)

    model, losses = trained(MultiOptimizer(OptimizerMap(rule(), {"mid": rule(), "first": 1.0})))
    single, expected = trained(rule())
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    close(model, single)


@pytest.mark.parametrize("options", [o for o in OPTIONS if "weight_decay" not in o], ids=str)
def test_what_all_optimizers_can_they_can_with_optax(options):
    model, losses = trained(Optax(optax.sgd(0.1, momentum=0.9), **options))
    single, expected = trained(SGD(0.1, momentum=0.9, **options))
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    close(model, single)


@pytest.mark.parametrize("make", [lambda: parted(cornu), lambda: optax.adam(0.01)], ids=["parts", "optax"])
def test_in_half_precision_the_loss_is_scaled(make):
    cornu.config.set_dtype_policy("mixed_float16")
    try:
        model, losses = trained(make())
    finally:
        cornu.config.set_dtype_policy("float32")
    assert type(model.optimizer).__name__ == "LossScaleOptimizer" and losses[-1] < losses[0]


# Optax


@pytest.mark.parametrize(
    "theirs, ours",
    [
        (lambda: optax.adam(0.05, eps=1e-7), lambda: Adam(0.05)),
        (lambda: optax.sgd(0.1), lambda: SGD(0.1)),
        (lambda: optax.adamw(0.05, eps=1e-7, weight_decay=0.1), lambda: cornu.optimizers.AdamW(0.05, weight_decay=0.1)),
        (lambda: optax.chain(optax.clip_by_global_norm(0.1), optax.sgd(0.1)), lambda: SGD(0.1, global_clipnorm=0.1)),
        (lambda: optax.lion(0.01, b2=0.99, weight_decay=0.0), lambda: cornu.optimizers.Lion(0.01)),
    ],
)
def test_transformations_are_what_they_are_called(theirs, ours):
    close(trained(theirs())[0], trained(ours())[0], rtol=1e-3)


def test_masks_of_optax_go_by_paths():
    rule = optax.multi_transform(
        {"slow": optax.sgd(0.01), "stop": optax.set_to_zero()},
        lambda params: {path: "stop" if "mid" in path else "slow" for path in params},
    )
    model, before = trained(rule)[0], net()
    for w, old in zip(model.weights, before.weights, strict=True):
        assert np.array_equal(w.numpy(), old.numpy()) == ("mid" in w.path)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_training_with_optax_goes_on_from_a_file(tmp_path, ending):
    model, _ = trained(Optax(optax.adam(0.05), name="mine"))
    path = tmp_path / f"model.{ending}"
    model.save(path)
    again = cornu.saving.load_model(path, custom_objects={"mine": optax.adam(0.05)})
    histories = [m.fit(X, Y, epochs=3, batch_size=24, shuffle=False, verbose=0).history["loss"] for m in (model, again)]
    np.testing.assert_array_equal(*histories)
    with pytest.raises(ValueError, match=r"custom_objects=\{'mine'"):
        cornu.saving.load_model(path)
    assert cornu.saving.load_model(path, compile=False).count_params() == model.count_params()


def test_optax_over_time():
    model, _ = trained(optax.adam(0.05))
    assert type(cornu.optimizers.get(optax.sgd(0.1))) is Optax
    model.optimizer.learning_rate = 0.0  # a factor of what the transformation gives
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    model.optimizer.learning_rate = 1.0
    model.optimizer.transformation = optax.sgd(0.1, momentum=0.9)
    with pytest.raises(ValueError, match="another transformation"):
        model.fit(X, Y, verbose=0)
    frozen = net()
    frozen.get_layer("mid").trainable = False
    trained(optax.adam(0.05), model=frozen)
    frozen.get_layer("mid").trainable = True
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frozen.fit(X, Y, epochs=2, verbose=0)
    assert any("begins anew" in str(w.message) for w in told)
    for wrong, word in (("adam", "a transformation"), (Adam(), "a transformation")):
        with pytest.raises(ValueError, match=word):
            Optax(wrong)
    with pytest.raises(ValueError, match="add_decayed_weights"):
        Optax(optax.sgd(0.1), weight_decay=0.1)


def test_keras_goes_on_with_a_scaled_loss(tmp_path):
    """It reads the state of an optimizer inside another at a place of its own."""
    cornu.config.set_dtype_policy("mixed_float16")
    try:
        model, _ = trained(Adam(0.05))
    finally:
        cornu.config.set_dtype_policy("float32")
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)


def test_a_key_that_is_deleted_and_set_again_counts_anew():
    rates = OptimizerMap(SGD(0.1), {"mid": 0.5})
    kernel = net().get_layer("mid").kernel
    assert float(rates(kernel).learning_rate) == pytest.approx(0.05)
    del rates["mid"]
    assert rates(kernel) is rates.default_optimizer
    rates["mid"] = 0.25
    assert float(rates(kernel).learning_rate) == pytest.approx(0.025)


def test_a_map_with_an_optimizer_of_ones_own_is_made_again():
    class Half(SGD):
        pass

    config = OptimizerMap(Adam(0.1), {"mid": Half(0.2)}).get_config()
    again = OptimizerMap.from_config(config, custom_objects={"Half": Half})
    assert type(again["mid"]) is Half
    with pytest.raises(ValueError, match="Half"):
        OptimizerMap.from_config(config)


def test_an_optimizer_of_ones_own_says_what_lies_in_files(tmp_path, rng):
    """`save_own_variables` and `load_own_variables` of a subclass are called; the library's are what files hold."""

    @cornu.saving.register_keras_serializable("tests")
    class Halved(cornu.optimizers.Adam):
        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["more"] = np.float32(7.0)

        def load_own_variables(self, store):
            seen.append(float(store.pop("more")))
            super().load_own_variables(store)

    seen = []
    model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(2)])
    model.compile(Halved(0.01), "mse")
    x = rng.normal(size=(16, 3)).astype("float32")
    model.fit(x, x[:, :2], verbose=0)
    model.save(tmp_path / "m.keras")
    again = cornu.saving.load_model(tmp_path / "m.keras", custom_objects={"Halved": Halved})
    assert seen == [7.0]
    for ours, theirs in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    store = {}
    model.optimizer.save_own_variables(store)
    assert set(store) == {*map(str, range(len(model.optimizer.variables))), "more"}
    plain = cornu.optimizers.Adam()
    with pytest.raises(ValueError, match="Call build"):
        plain.load_own_variables({str(i): 0.0 for i in range(9)})


def test_a_key_that_names_nothing():
    """A misspelt key is told the nearest name; one of a layer that is frozen is right."""

    def fitted(key, trainable=True):
        model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(3, name="backbone"), cornu.layers.Dense(1)])
        model.layers[0].trainable = trainable
        rates = cornu.optimizers.OptimizerMap(cornu.optimizers.SGD(), {key: 0.1})
        model.compile(cornu.optimizers.MultiOptimizer(rates), "mse")
        model.fit(np.ones((4, 4)), np.ones((4, 1)), verbose=0)

    with pytest.raises(ValueError, match="'bakbone' of the OptimizerMap names no layer.*'backbone'"):
        fitted("bakbone")
    with pytest.raises(ValueError, match="'other' of the OptimizerMap"):
        fitted(cornu.layers.Dense(1, name="other"))
    for key in ("backbone", ".*/backbone/kernel"):
        fitted(key)
        fitted(key, trainable=False)
