"""Steps that a class writes itself: in plain code and as functions of state, beside Keras on JAX and `fit` alone."""

import jax
import keras
import numpy as np
import pytest

import cornu
from cornu import layers, ops

X = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
SETTINGS = {"loss": "binary_crossentropy", "metrics": ["mae"]}
FIT = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0}


def made(library, cls, penalty=None):
    """A model with batch normalization, of a class, with the same weights in both libraries."""
    inputs = library.Input((8,))
    x = library.layers.Dense(16, activation="relu", kernel_regularizer=penalty)(inputs)
    x = library.layers.BatchNormalization()(x)
    model = cls(inputs, library.layers.Dense(1, activation="sigmoid")(x))
    rng = np.random.default_rng(1)
    model.set_weights([np.abs(rng.normal(size=w.shape)) * 0.3 for w in model.weights])
    return model


def of_data(self, data):
    x, y = data
    scope = {}

    def loss():
        scope["y_pred"] = self(x, training=True)
        return self.compute_loss(x, y, scope["y_pred"]), scope["y_pred"]

    (value, y_pred), slopes = cornu.value_and_grad(loss, self, has_aux=True)()
    self.optimizer.apply(slopes, self.trainable_variables)
    for metric in self.metrics:
        metric.update_state(value) if metric.name == "loss" else metric.update_state(y, y_pred)
    return {metric.name: metric.result() for metric in self.metrics}


def loss_and_updates(self, trained, others, x, y, training=False):
    y_pred, others = self.stateless_call(trained, others, x, training=training)
    return self.compute_loss(x, y, y_pred), (y_pred, others)


def of_state(self, state, data):
    trained, others, slots, counts = state
    x, y = data
    slope = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
    (loss, (y_pred, others)), slopes = slope(trained, others, x, y, training=True)
    trained, slots = self.optimizer.stateless_apply(slots, slopes, trained)
    logs, new = {}, []
    for metric in self.metrics:
        own = counts[len(new) : len(new) + len(metric.variables)]
        compared = (loss,) if metric.name == "loss" else (y, y_pred)
        own = metric.stateless_update_state(own, *compared)
        logs[metric.name] = metric.stateless_result(own)
        new += own
    return logs, (trained, others, slots, new)


def by_the_library(self, data):
    return super(type(self), self).train_step(data)


def by_the_library_of_state(self, state, data):
    return super(type(self), self).train_step(state, data)


def classes():
    more = {"compute_loss_and_updates": loss_and_updates}
    steps = {"data": (of_data, {}), "state": (of_state, more)}
    steps |= {"super": (by_the_library, {}), "super_state": (by_the_library_of_state, {})}
    return {name: type("Own", (cornu.Model,), {"train_step": step, **more}) for name, (step, more) in steps.items()}


@pytest.mark.parametrize("name", ["data", "state", "super", "super_state"])
@pytest.mark.parametrize("eager", [False, True])
def test_the_library_s_step_written_again(name, eager):
    """Histories and weights are those of `fit` without a step of one's own, whoever validates; also op by op."""
    penalty = None if name == "state" else "l2"  # which that step, as the guides write it, does not differentiate
    own, plain = made(cornu, classes()[name], penalty), made(cornu, cornu.Model, penalty)
    histories = []
    for model in (own, plain):
        model.compile(cornu.optimizers.Adam(0.01), run_eagerly=eager, **SETTINGS)
        histories.append(model.fit(X, Y, validation_data=(X, Y), **(FIT if not eager else FIT | {"epochs": 1})).history)
    assert histories[0].keys() == histories[1].keys()
    for key, values in histories[1].items():
        np.testing.assert_allclose(histories[0][key], values, rtol=1e-4, err_msg=key)
    for a, b in zip(own.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    again = own.train_on_batch(X[:16], Y[:16], return_dict=True)
    np.testing.assert_allclose(again["loss"], plain.train_on_batch(X[:16], Y[:16])[0], rtol=1e-3)


def test_a_step_of_state_as_in_keras():
    """One class body, in both libraries."""
    body = {"train_step": of_state, "compute_loss_and_updates": loss_and_updates}
    histories = []
    for library in (cornu, keras):
        model = made(library, type("Own", (library.Model,), body))
        model.compile(library.optimizers.Adam(0.01), **SETTINGS)
        histories.append(model.fit(X, Y, **FIT).history)
    for key in ("loss", "mae"):
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=1e-4)


def test_a_test_step_of_ones_own():
    class Own(cornu.Model):
        def test_step(self, data):
            x, y = data
            return {"right": ops.mean(ops.cast((self(x) > 0.5) == (y > 0.5), "float32"))}

    class OfState(cornu.Model):
        def test_step(self, state, data):
            logs, state = super().test_step(state, data)
            return {**logs, "twice": 2 * logs["loss"]}, state

    model = made(cornu, Own)
    model.compile("sgd", **SETTINGS)
    right = np.mean((model.predict(X, verbose=0) > 0.5) == (Y > 0.5))
    assert model.evaluate(X, Y, batch_size=64, verbose=0, return_dict=True) == {"right": pytest.approx(right)}
    assert set(model.fit(X, Y, validation_data=(X, Y), verbose=0).history) == {"loss", "mae", "val_right"}
    model, plain = made(cornu, OfState), made(cornu, cornu.Model)
    for each in (model, plain):
        each.compile("sgd", **SETTINGS)
    found, expected = (m.evaluate(X, Y, verbose=0, return_dict=True) for m in (model, plain))
    np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-5)
    np.testing.assert_allclose(found["twice"], 2 * expected["loss"], rtol=1e-5)


@pytest.mark.parametrize("of_state", [False, True])
def test_a_predict_step_of_ones_own(of_state):
    class OfData(cornu.Model):
        def predict_step(self, data):
            return 2 * super().predict_step(data)

    class OfState(cornu.Model):
        def predict_step(self, state, data):
            outputs, others = self.stateless_call(*state, data)
            return 2 * outputs, (state[0], others)

    model, plain = made(cornu, OfState if of_state else OfData), made(cornu, cornu.Model)
    np.testing.assert_allclose(model.predict(X, verbose=0), 2 * plain.predict(X, verbose=0), rtol=1e-5)


class Adversary(cornu.Model):
    """Two networks, two optimizers, metrics of its own, no call, and gradients of gradients."""

    def __init__(self):
        super().__init__()
        self.generator = cornu.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(8)])
        self.critic = cornu.Sequential([layers.Dense(8, activation="tanh"), layers.Dropout(0.1), layers.Dense(1)])
        self.seed_generator = cornu.random.SeedGenerator(1)

    def compile(self, of_critic, of_generator):
        super().compile()
        self.of_critic, self.of_generator = of_critic, of_generator
        self.distance, self.fooled = cornu.metrics.Mean(name="distance"), cornu.metrics.Mean(name="fooled")

    @property
    def metrics(self):
        return [self.distance, self.fooled]

    def train_step(self, real):
        count = ops.shape(real)[0]
        for _ in range(2):
            fake = self.generator(cornu.random.normal((count, 3), seed=self.seed_generator))

            def distance(fake=fake):
                slopes = jax.grad(lambda x: ops.sum(self.critic(x)))(fake)
                penalty = ops.mean((ops.sqrt(ops.sum(slopes**2, axis=-1) + 1e-8) - 1) ** 2)
                return ops.mean(self.critic(fake, training=True)) - ops.mean(self.critic(real)) + 10 * penalty

            value, slopes = cornu.value_and_grad(distance, self.critic)()
            self.of_critic.apply(slopes, self.critic.trainable_variables)
        noise = cornu.random.normal((count, 3), seed=self.seed_generator)
        fooled, slopes = cornu.value_and_grad(lambda: -ops.mean(self.critic(self.generator(noise))), self.generator)()
        self.of_generator.apply_gradients(zip(slopes, self.generator.trainable_variables, strict=True))
        self.distance.update_state(value)
        self.fooled.update_state(fooled)
        return {metric.name: metric.result() for metric in self.metrics}


def test_two_networks_and_two_optimizers():
    """Everything that a step touches is carried: weights, slots, seeds, metrics; compiled, and eagerly the same."""
    histories = []
    for eager in (False, True):
        cornu.utils.set_random_seed(0)
        model = Adversary()
        model.compile(cornu.optimizers.Adam(0.01), cornu.optimizers.RMSprop(0.02))
        model.run_eagerly = eager
        histories.append(model.fit(X, epochs=2, batch_size=32, shuffle=False, verbose=0).history)
        assert int(model.of_critic.iterations) == 8 and int(model.of_generator.iterations) == 4
    assert histories[0].keys() == {"distance", "fooled"}
    for key, values in histories[1].items():
        np.testing.assert_allclose(histories[0][key], values, rtol=1e-3, err_msg=key)
    model.run_eagerly = False
    before = [w.copy() for w in model.get_weights()]
    model.of_critic.learning_rate = 0.0
    model.of_generator.learning_rate = 0.0
    model.fit(X, epochs=1, verbose=0)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.generator.trainable = False
    model.of_critic.learning_rate = 0.1
    model.critic.layers[0].trainable = False
    model.fit(X, epochs=1, verbose=0)
    moved = [w.path for a, w in zip(before, model.weights, strict=True) if not np.array_equal(a, w.numpy())]
    assert moved == [model.critic.layers[-1].kernel.path]  # the bias is in both means


def test_a_variational_autoencoder():
    """`losses` are what layers added in this step; parts are called one by one, and the model has no call."""

    class Draw(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed_generator = cornu.random.SeedGenerator(3)

        def call(self, inputs):
            mean, spread = inputs
            self.add_loss(-0.5 * ops.mean(1 + spread - mean**2 - ops.exp(spread)))
            return mean + ops.exp(0.5 * spread) * cornu.random.normal(ops.shape(mean), seed=self.seed_generator)

    class Autoencoder(cornu.Model):
        def __init__(self):
            super().__init__()
            inputs = cornu.Input((8,))
            parts = layers.Dense(2)(inputs), layers.Dense(2)(inputs)
            self.encoder = cornu.Model(inputs, [*parts, Draw()(parts)])
            self.decoder = cornu.Sequential([layers.Dense(8)])

        def train_step(self, data):
            def loss():
                mean, spread, code = self.encoder(data)
                divergence = -0.5 * ops.mean(1 + spread - mean**2 - ops.exp(spread))
                return ops.mean((self.decoder(code) - data) ** 2) + sum(self.losses), (sum(self.losses), divergence)

            (value, (added, divergence)), slopes = cornu.value_and_grad(loss, self, has_aux=True)()
            self.optimizer.apply(slopes, self.trainable_variables)
            return {"loss": value, "added": added, "divergence": divergence}

    model = Autoencoder()
    model.compile(cornu.optimizers.Adam(0.01))
    history = model.fit(X, epochs=8, batch_size=16, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    np.testing.assert_allclose(history["added"], history["divergence"], rtol=1e-5)
    assert model.losses == [] and model.encoder.losses == []


def test_sources_and_weights_reach_the_step():
    seen = {}

    class Own(cornu.Model):
        def train_step(self, data):
            seen[len(data) if isinstance(data, tuple) else 1] = jax.tree.structure(data)
            return super().train_step(data)

    model = made(cornu, Own)
    model.compile("sgd", "mse")
    model.fit(X, Y, sample_weight=np.ones(64), verbose=0)
    model.fit(X, Y, class_weight={0: 1.0, 1: 2.0}, verbose=0)
    model.fit(((X[i : i + 8], Y[i : i + 8]) for i in range(0, 64, 8)), steps_per_epoch=8, verbose=0)
    model.fit(X[:50], Y[:50], batch_size=32, verbose=0)
    assert set(seen) == {2, 3}


def test_saved_and_gone_on(tmp_path):
    model = made(cornu, classes()["data"])
    model.compile("adam", **SETTINGS)
    model.fit(X, Y, **FIT)
    model.save_weights(tmp_path / "m.weights.h5")
    other = made(cornu, classes()["data"])
    other.compile("adam", **SETTINGS)
    other.load_weights(tmp_path / "m.weights.h5")
    other.optimizer.build(other.trainable_variables)
    other.optimizer.set_weights(model.optimizer.get_weights())
    a, b = (m.fit(X, Y, **FIT).history["loss"] for m in (model, other))
    np.testing.assert_allclose(a, b, rtol=1e-5)


def test_values_of_a_model():
    """`compute_loss_and_updates` and `stateless_compute_loss` are pure, and what the model computes."""
    model = made(cornu, cornu.Model)
    model.compile("sgd", **SETTINGS)
    values = [[v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables)]
    model.evaluate(X, Y, verbose=0)
    counts = [v.value for v in model.metrics_variables]
    loss, (plain, y_pred, others, _) = model.compute_loss_and_updates(*values, counts, X, Y, training=False)
    np.testing.assert_allclose(float(loss), model.evaluate(X, Y, batch_size=64, verbose=0)[0], rtol=1e-5)
    assert float(plain) == float(loss) and len(others) == 2
    again, _ = model.stateless_compute_loss(*values, counts, x=X, y=Y, y_pred=y_pred)
    np.testing.assert_allclose(float(again), float(loss), rtol=1e-5)
    model.jax_state_sync()


def test_mistakes_are_named():
    def fitted(step, **more):
        model = made(cornu, type("Own", (cornu.Model,), {"train_step": step, **more}))
        model.compile("sgd", "mse")
        model.fit(X, Y, verbose=0)

    with pytest.raises(ValueError, match="returns the logs, a dictionary"):
        fitted(lambda self, data: None)
    with pytest.raises(ValueError, match="return logs, state"):
        fitted(lambda self, state, data: {"loss": 0.0})
    with pytest.raises(NotImplementedError, match="make_train_function"):
        fitted(lambda self, data: {}, make_train_function=lambda self, force=False: None)
    alone = made(cornu, type("Own", (cornu.Model,), {"stateless_compute_loss": lambda self, *a, **k: None}))
    with pytest.raises(NotImplementedError, match="train_step"):
        alone.compile("sgd", "mse")


class Linear(cornu.Model):
    """A model that is one layer, for steps that classes below write."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, inputs):
        return self.dense(inputs)


def plain_step(self, data):
    x, y = data
    value, slopes = cornu.value_and_grad(lambda: self.compute_loss(x=x, y=y, y_pred=self(x)), self)()
    self.optimizer.apply(slopes, self.trainable_variables)
    return {"loss": value}


def stepping(step=plain_step, eager=False, **more):
    model = type("Own", (Linear,), {"train_step": step, **more})()
    model.compile(cornu.optimizers.SGD(0.1), "mse", run_eagerly=eager)
    return model


def test_logs_come_in_the_order_of_the_metrics():
    """As in Keras: those of metrics first, the loss before all, then the others by name."""

    class Own(Linear):
        def test_step(self, data):
            return {"zebra": 1.0, "accuracy": 2.0, "mae": 3.0, "loss": 4.0, "apple": 5.0}

    model = Own()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0) == [4.0, 3.0, 2.0, 5.0, 1.0]
    assert list(model.evaluate(X, Y, verbose=0, return_dict=True)) == ["loss", "mae", "accuracy", "apple", "zebra"]


def test_half_precision_scales_no_loss_that_a_step_does_not_scale():
    losses = []
    for policy in ("mixed_float16", "float32"):
        cornu.config.set_dtype_policy(policy)
        cornu.utils.set_random_seed(0)
        losses.append(stepping().fit(X, Y, epochs=5, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-2)
    assert losses[0][-1] < 0.5 * losses[0][0]


def test_python_decides_where_steps_run_eagerly():
    seen = []

    def step(self, data):
        logs = plain_step(self, data)
        seen.append(float(logs["loss"]))
        return {"loss": logs["loss"] * 2} if logs["loss"] > 0.1 else logs

    def call(self, inputs):
        return self.dense(inputs if ops.max(inputs) > 0 else -inputs)

    history = stepping(step, eager=True, call=call).fit(X, Y, batch_size=32, verbose=0).history
    assert len(seen) == 2 and history["loss"] == [pytest.approx(2 * seen[-1])]
    model = stepping(eager=True, call=call)
    model.fit(X, Y, verbose=0)
    assert model.predict(X, verbose=0).shape == (64, 1)
    with pytest.raises(jax.errors.ConcretizationTypeError, match="run_eagerly=True"):
        stepping(step).fit(X, Y, verbose=0)


def test_a_model_without_a_call_has_weights_in_files(tmp_path):
    def step(self, data):
        value, slopes = cornu.value_and_grad(lambda: ops.mean(self.dense(data[0]) ** 2), self)()
        self.optimizer.apply(slopes, self.trainable_variables)
        return {"loss": value}

    models = [stepping(step) for _ in range(2)]
    for model in models:
        model.fit(X, Y, verbose=0)
    models[0].save_weights(tmp_path / "m.weights.h5")
    models[1].load_weights(tmp_path / "m.weights.h5")
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "value, words",
    [("hello", "numbers by name"), (None, "numbers by name"), ({"a": 1}, "numbers by name"), ("metric", r"q\.result")],
)
def test_logs_that_are_no_numbers(value, words):
    value = cornu.metrics.Mean(name="q") if value == "metric" else value
    with pytest.raises(ValueError, match=words):
        stepping(lambda self, data: {"loss": value}).fit(X, Y, verbose=0)


def test_more_mistakes():
    def leaking(self, data):
        def loss():
            self.kept = ops.mean(self(data[0]) ** 2)
            return self.kept

        cornu.value_and_grad(loss, self)()
        return {"loss": self.kept}

    class NoSuper(cornu.Model):
        def __init__(self):
            self.dense = layers.Dense(1)

    model = stepping()
    for make, error, words in (
        (lambda: stepping(leaking).fit(X, Y, verbose=0), ValueError, "has_aux=True"),
        (lambda: stepping(predict_step=lambda s, d: None).predict(X, verbose=0), ValueError, "a row for each sample"),
        (lambda: stepping(predict_step=lambda s, d: ops.mean(s(d))).predict(X), ValueError, "a row for each sample"),
        (lambda: NoSuper().compile("sgd"), RuntimeError, r"super\(\).__init__\(\)"),
        (lambda: model.compute_loss(Y, model(X)), ValueError, "give y_pred"),
        (lambda: cornu.grad(lambda: None, model)(), ValueError, "gives one number"),
        (lambda: cornu.grad(3.0, model), ValueError, "take a function"),
        (lambda: model.optimizer.apply([X], model), ValueError, "model.trainable_variables"),
        (lambda: model.optimizer.apply([X], [X]), ValueError, "model.trainable_variables"),
        (lambda: model.optimizer.apply([X], [model.dense.bias]), ValueError, "has its shape"),
    ):
        with pytest.raises(error, match=words):
            make()
