"""Derivatives of functions that read Variables, and models as pure functions: beside Keras and closed forms."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import pytest

import cornu
from cornu import layers, ops

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(16, 2)).astype("float32")


def net(lib=cornu, *more):
    model = lib.Sequential([lib.Input((4,)), lib.layers.Dense(8, "tanh"), *more, lib.layers.Dense(2)])
    drawn = [np.random.default_rng(i).normal(size=w.shape) * 0.3 for i, w in enumerate(model.weights)]
    model.set_weights([w.numpy() if "moving" in w.path else d for w, d in zip(model.weights, drawn, strict=True)])
    return model


def loss_of(model, training=False):
    return lambda x, y: ops.mean((model(x, training=training) - y) ** 2)


def test_derivatives_are_those_of_keras():
    mine, theirs = net(), net(keras)
    slopes = cornu.grad(loss_of(mine), mine)(X, Y)

    def loss(values):
        return jnp.mean((theirs.stateless_call(values, [], X)[0] - Y) ** 2)

    for a, b in zip(slopes, jax.grad(loss)([v.value for v in theirs.trainable_variables]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_with_respect_to_what_one_names():
    model, v = net(), cornu.Variable([1.0, 2.0])
    kernel = model.layers[0].kernel

    def fn(x):
        return ops.sum(model(x)) * ops.sum(v * v)

    value, slopes = cornu.value_and_grad(fn)(X)
    assert set(slopes) == {*model.trainable_variables, v}
    np.testing.assert_allclose(value, np.sum(model(X)) * 5, rtol=1e-5)
    for wrt, wanted in (
        (v, slopes[v]),
        ([v, kernel], [slopes[v], slopes[kernel]]),
        ({"a": kernel, "b": (v, v)}, {"a": slopes[kernel], "b": (slopes[v], slopes[v])}),
        (model.layers[-1], [slopes[w] for w in model.layers[-1].trainable_variables]),
        ([model, v], [[slopes[w] for w in model.trainable_variables], slopes[v]]),
    ):
        got = cornu.grad(fn, wrt)(X)
        assert jax.tree.structure(got) == jax.tree.structure(wanted)
        for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(wanted), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(cornu.grad(lambda x, y: ops.sum(x * x * y), 0)(3.0, 2.0), 12.0)
    np.testing.assert_allclose(cornu.grad(lambda x, y: ops.sum(x * x * y), (0, 1))(3.0, 2.0), (12.0, 9.0))
    kernel.trainable = False
    assert kernel not in cornu.grad(fn)(X) and len(cornu.grad(fn, model)(X)) == 3
    slopes, extra = cornu.grad(lambda x: (ops.sum(v * x), {"twice": x * 2}), v, has_aux=True)(3.0)
    assert slopes.tolist() == [3.0, 3.0] and extra == {"twice": 6.0}
    for wrong in ("kernel", 1.5, [v, np.ones(2)]):
        with pytest.raises(ValueError, match="wrt holds Variables"):
            cornu.grad(fn, wrong)(X)
    with pytest.raises(ValueError, match=r"one number.*\(16, 2\)"):
        cornu.grad(lambda x: model(x), model)(X)


def test_what_a_call_assigns_is_assigned_once():
    model = net(cornu, layers.BatchNormalization(), layers.Dropout(0.5, seed=3))
    other = net(cornu, layers.BatchNormalization(), layers.Dropout(0.5, seed=3))
    value, _ = cornu.value_and_grad(loss_of(model, True), model)(X, Y)
    np.testing.assert_allclose(value, loss_of(other, True)(X, Y), rtol=1e-6)
    for a, b in zip(model.variables, other.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6)
    draws = [float(cornu.value_and_grad(loss_of(model, True), model)(X, Y)[0]) for _ in range(3)]
    assert len(set(draws)) == 3


def test_a_loop_of_ones_own_trains_as_fit_does():
    model, other = net(), net()
    optimizer, slope = cornu.optimizers.Adam(0.01), cornu.grad(loss_of(model), model)
    for _ in range(5):
        optimizer.apply(slope(X, Y), model.trainable_variables)
    other.compile(cornu.optimizers.Adam(0.01), "mse")
    other.fit(X, Y, epochs=5, batch_size=16, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_derivatives_inside_a_compiled_function():
    model = net()
    eager = cornu.grad(loss_of(model), model)
    for a, b in zip(jax.jit(eager)(X, Y), eager(X, Y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    twice = cornu.grad(lambda x: ops.sum(cornu.grad(lambda z: ops.sum(z * z * z), 0)(x)), 0)
    np.testing.assert_allclose(twice(ops.array([1.0, 2.0])), [6.0, 12.0])


# Models as pure functions


def test_a_model_is_a_function_of_its_weights():
    model = net()
    apply, params = model.functional()
    np.testing.assert_allclose(apply(params, X), model(X), rtol=1e-6)
    slopes = jax.jit(jax.grad(lambda p: jnp.mean((apply(p, X) - Y) ** 2)))(params)
    for a, b in zip([slopes[v.path] for v in model.weights], cornu.grad(loss_of(model), model)(X, Y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    many = jax.tree.map(lambda p: jnp.stack([p, p * 2, p * 0]), params)
    each = jax.vmap(apply, in_axes=(0, None))(many, X)
    assert each.shape == (3, 16, 2) and not np.any(each[2])
    np.testing.assert_allclose(each[0], model(X), rtol=1e-5, atol=1e-6)


def test_optax_trains_a_model_and_the_weights_go_back():
    model = net(cornu, layers.BatchNormalization(), layers.Dropout(0.2))
    apply, params, state = model.functional(with_state=True)
    rule = optax.adam(0.01)
    slots = rule.init(params)

    @jax.jit
    def step(params, slots, state):
        def loss(params):
            outputs, new = apply(params, state, X, training=True)
            return jnp.mean((outputs - Y) ** 2), new

        (value, new), slopes = jax.value_and_grad(loss, has_aux=True)(params)
        updates, slots = rule.update(slopes, slots, params)
        return optax.apply_updates(params, updates), slots, new, value

    before = model.get_weights()
    losses = []
    for _ in range(40):
        params, slots, state, value = step(params, slots, state)
        losses.append(float(value))
    assert losses[-1] < 0.8 * losses[0] and len(set(losses)) == 40
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    model.load_params(params, state)
    assert np.mean((model(X) - Y) ** 2) < losses[0]
    for path, variable in ((v.path, v) for v in model.variables if v.path in params):
        np.testing.assert_array_equal(variable.numpy(), params[path])
    moved = next(v for v in model.non_trainable_variables if v.path.endswith("moving_mean"))
    np.testing.assert_array_equal(moved.numpy(), state[moved.path])


def test_what_does_not_fit_changes_nothing():
    model = net()
    _, params = model.functional()
    before, first = model.get_weights(), next(iter(params))
    for wrong, word in (
        ({**params, first: np.zeros((3, 3))}, r"\(4, 8\).*received one of shape \(3, 3\)"),
        ({k: v for k, v in params.items() if k != first}, "received none"),
        ({**params, "densee/kernel": np.zeros(2)}, "no weight at 'densee/kernel'"),
    ):
        with pytest.raises(ValueError, match=word):
            model.load_params({k: np.asarray(v) * 0 if k != first else v for k, v in wrong.items()})
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="no weights yet"):
        layers.Dense(1).functional()


def test_layers_of_one_name_have_paths_of_their_own():
    class Twins(cornu.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(1, name="same"), layers.Dense(1, name="same")

        def call(self, x):
            return self.first(x) + self.second(x)

    model = Twins()
    model(X)
    apply, params = model.functional()
    assert len(params) == 4
    np.testing.assert_allclose(apply(params, X), model(X), rtol=1e-6)
