"""Where parts meet: each alone was right, and together they were not."""

import copy
import pickle

import jax
import keras
import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf
import twins

import cornu
from cornu import layers
from cornu.core import parts

RNG = np.random.default_rng(7)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = RNG.normal(size=(20, 1)).astype("float32")


def small(optimizer="sgd", loss="mse", **options):
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(3), layers.Dense(1)])
    model.compile(optimizer, loss, **options)
    return model


def two_outputs():
    a = cornu.Input((4,))
    return cornu.Model(a, [layers.Dense(1, name="p")(a), layers.Dense(1, name="q")(a)])


def one_layer(k):
    """A class of models with one layer, to write methods in."""

    class OneLayer(k.Model):
        def __init__(self):
            super().__init__()
            self.out = k.layers.Dense(1)

        def call(self, x):
            return self.out(x)

    return OneLayer


def fit(model, x=X, y=Y, **options):
    return model.fit(x, y, verbose=0, **{"shuffle": False, **options}).history


# Scaled losses


@pytest.mark.parametrize(
    "scaled",
    [
        lambda: cornu.optimizers.SGD(0.1, loss_scale_factor=128),
        lambda: cornu.optimizers.LossScaleOptimizer(cornu.optimizers.SGD(0.1)),
    ],
)
def test_a_scaled_loss_trains_like_the_loss(scaled):
    mine, plain = small(scaled()), small(cornu.optimizers.SGD(0.1))
    plain.set_weights(mine.get_weights())
    before = mine.get_weights()
    fit(mine), fit(plain)
    for start, a, b in zip(before, mine.get_weights(), plain.get_weights(), strict=True):
        assert (start != a).any()
        np.testing.assert_allclose(a, b, 1e-5, 1e-6)


# What belongs to an object


def test_a_popped_layer_is_gone():
    model = small()
    model.pop()
    assert len(model.weights) == 2


def test_what_a_model_only_looked_into_is_not_its_own():
    base = small()

    class Probe(cornu.Model):
        def __init__(self, of):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, x):
            return self.out(x)

    probe = Probe(base)
    probe(X)
    assert len(probe.weights) == 2


def test_cells_are_listed_once_in_the_order_of_their_steps():
    layer = layers.RNN([layers.LSTMCell(2), layers.LSTMCell(3)])
    layer(np.zeros((2, 3, 4), "float32"))
    assert [w.shape for w in layer.weights] == [(4, 8), (2, 8), (8,), (2, 12), (3, 12), (12,)]


def test_initial_weights_of_an_embedding_are_no_weights_of_their_own():
    table = RNG.normal(size=(5, 2)).astype("float32")
    layer = layers.Embedding(5, 2, weights=[table])
    layer(np.array([1]))
    (kept,) = layer.get_weights()
    np.testing.assert_array_equal(kept, table)


def test_containers_that_hold_themselves():
    layer = layers.Dense(2)
    layer.listed, layer.named = [], {}
    layer.listed.append(layer.listed)
    layer.named["it"] = layer.named
    assert layer.weights == []


def test_large_lists_of_numbers_are_not_walked():
    layer, opened = layers.Dense(2), []
    layer.numbers, layer.words = list(range(1000)), [str(i) for i in range(1000)]
    layer.named = {"numbers": layer.numbers}
    layer(X)
    found = [part for _, part in parts.parts(layer, inside=lambda held: opened.append(held) or parts.items(held))]
    assert [variable.name for variable in found] == ["kernel", "bias"]
    assert max(map(len, opened)) < 1000


def test_several_layers_go_into_one_list():
    with pytest.raises(TypeError, match=r"Several layers: Sequential\(\[a, b\]\)"):
        cornu.Sequential(layers.Dense(3), layers.Dense(4))


def test_a_build_that_a_mixin_brings_runs_once():
    class Kernel:
        def build(self, shape):
            self.kernel = self.add_weight((shape[-1], 2), name="kernel")

    class Product(Kernel, layers.Layer):
        def call(self, x):
            return x @ self.kernel.value

    layer = Product()
    np.testing.assert_array_equal(layer(X), layer(X))
    assert len(layer.weights) == 1


def test_metrics_inside_containers_of_a_layer():
    class Watched(layers.Layer):
        def __init__(self):
            super().__init__()
            self.kept = {"mean": [cornu.metrics.Mean(name="inner")]}

        def call(self, x):
            self.kept["mean"][0].update_state(x)
            return x

    layer = Watched()
    model = cornu.Sequential([cornu.Input((4,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    assert fit(model)["inner"][0] == pytest.approx(X.mean(), abs=1e-6)
    assert [metric.name for metric in layer.metrics] == ["inner"]


# Copies


def test_a_model_that_was_used_is_pickled_and_copied():
    model = small("adam")
    model(X), fit(model)
    expected = model.predict(X)
    copies = [pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)]
    model.set_weights([np.zeros(w.shape) for w in model.weights])
    for other in copies:
        np.testing.assert_allclose(other.predict(X), expected, 1e-6)
    fit(copies[0])  # and trains on


def test_a_clone_is_compiled_as_its_model_is():
    assert cornu.models.clone_model(small(metrics=["mae"])).evaluate(X, Y, verbose=0, return_dict=True).keys() == {
        "loss",
        "mae",
    }


# Losses, metrics and weights of several outputs


def test_one_metric_object_counts_each_output_apart():
    model, metric = two_outputs(), cornu.metrics.MeanAbsoluteError(name="mae")
    model.compile("sgd", "mse", metrics=[metric, metric])
    logs = fit(model, y=[Y, Y + 5])
    assert logs["q_mae"][0] - logs["p_mae"][0] > 1
    model.compile("sgd", "mse", weighted_metrics=[[metric], [metric]])
    assert fit(model, y=[Y, Y + 5]).keys() == {"loss", "p_loss", "q_loss", "p_mae", "q_mae"}


def test_weights_for_one_output_only():
    model, weights = two_outputs(), np.linspace(0, 1, 20)
    model.compile(cornu.optimizers.SGD(0.0), "mse")
    logs = fit(model, y=[Y, Y], sample_weight=[None, weights], batch_size=20)
    p, q = (np.square(each - Y)[:, 0] for each in model.predict(X))
    assert (logs["p_loss"][0], logs["q_loss"][0]) == (pytest.approx(p.mean()), pytest.approx((q * weights).mean()))


def test_losses_nested_as_the_outputs_are():
    a = cornu.Input((4,))
    model = cornu.Model(a, {"a": layers.Dense(1)(a), "b": [layers.Dense(1)(a), layers.Dense(1)(a)]})
    model.compile(cornu.optimizers.SGD(0.0), {"a": "mse", "b": ["mse", "mae"]})
    loss = fit(model, y={"a": Y, "b": [Y, Y]}, batch_size=20)["loss"][0]
    found = model.predict(X)
    parts = [np.square(found["a"] - Y), np.square(found["b"][0] - Y), np.abs(found["b"][1] - Y)]
    assert loss == pytest.approx(sum(part.mean() for part in parts), rel=1e-5)


def test_a_metric_listed_twice_is_logged_under_two_names():
    assert fit(small(metrics=["mse"], weighted_metrics=["mse"])).keys() == {"loss", "mse", "weighted_mse"}


def test_class_weights_are_for_training():
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(1, activation="sigmoid")])
    model.compile(cornu.optimizers.SGD(0.0), "binary_crossentropy")
    targets = (X[:, :1] > 0).astype("float32")
    logs = fit(model, y=targets, validation_split=0.5, class_weight={0: 5.0, 1: 7.0})
    assert logs["val_loss"][0] == pytest.approx(model.evaluate(X[10:], targets[10:], verbose=0), rel=1e-5)


def test_a_metric_that_finds_its_size_in_the_data():
    logs = fit(small(metrics=["r2_score", cornu.metrics.R2Score(name="own")]))
    assert np.isfinite(logs["own"][0])
    assert logs["own"] == logs["r2_score"]


# Models changed, shared and subclassed


def test_an_output_in_a_list_of_one_is_an_array():
    a = cornu.Input((4,))
    model = cornu.Model(inputs=[a], outputs=[layers.Dense(2)(a)])
    assert model.predict(X).shape == (20, 2)


def test_a_tuple_of_outputs_stays_one():
    a = cornu.Input((4,))
    model = cornu.Model(a, (layers.Dense(1)(a), layers.Dense(1)(a)))
    assert isinstance(model(X), tuple)
    assert isinstance(cornu.Model.from_config(model.get_config())(X), tuple)


def test_one_optimizer_for_two_models():
    optimizer = cornu.optimizers.Adam()
    first, second = small(optimizer), small(optimizer)
    assert all(np.isfinite(fit(model)["loss"][0]) for model in (first, second, first))


def test_layers_changed_after_training():
    model = small()
    fit(model)
    model.pop()
    model.add(layers.Dense(1, kernel_initializer="zeros"))
    fit(model)
    assert (model.layers[-1].get_weights()[0] != 0).any()


def test_a_model_with_an_attribute_called_loss():
    class Own(cornu.Model):
        def __init__(self):
            super().__init__()
            self.loss, self.out = "mine", layers.Dense(1)

        def call(self, x):
            return self.out(x)

    model = Own()
    model.compile("sgd", "mse")
    fit(model)
    assert model.loss == "mine"
    assert small(loss="mae").loss == "mae"


def test_a_subclassed_model_in_a_file(tmp_path):
    @cornu.saving.register_keras_serializable("meetings")
    class Sub(cornu.Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units, self.out = units, layers.Dense(units)

        def call(self, x):
            return self.out(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Sub(2)
    expected = model.predict(X)
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(cornu.models.load_model(tmp_path / "m.keras").predict(X), expected)


def test_a_constructor_that_takes_anything_is_made_again():
    class Anything(layers.Layer):
        def __init__(self, *args, **kwargs):
            super().__init__(**kwargs)
            self.args = args

        def call(self, x):
            return x

    again = Anything.from_config(Anything(1, 2, name="q").get_config())
    assert (again.args, again.name) == ((1, 2), "q")


def test_a_base_config_that_already_holds_the_arguments():
    class Own(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def get_config(self):
            return dict(units=self.units, **super().get_config())

    assert Own.from_config(Own(3).get_config()).units == 3


# Data


def test_sparse_data_of_scipy():
    model, sparse = small(), scipy.sparse.csr_matrix(X)
    np.testing.assert_allclose(model.predict(sparse), model.predict(X), 1e-6)
    assert np.isfinite(fit(model, sparse)["loss"][0])


def test_inputs_get_the_dtype_that_the_model_says():
    a = cornu.Input((2,), dtype="int32")
    model = cornu.Model(a, layers.Lambda(lambda v: v)(a))
    assert np.asarray(model(np.array([[1.7, 2.2]], "float32"))).tolist() == [[1, 2]]


def test_a_generator_that_ends_early_leaves_its_history():
    with pytest.warns(UserWarning, match="The data ended in epoch 2 of 3"):
        history = small().fit(((X[:5], Y[:5]) for _ in range(3)), steps_per_epoch=2, epochs=3, verbose=0)
    assert len(history.history["loss"]) == 2


def test_a_later_change_of_the_data_is_not_seen():
    model = small(cornu.optimizers.SGD(0.1))
    before = model.get_weights()
    results = []
    for offset in range(4):  # whatever the alignment of the array in memory
        room = np.zeros(X.size + 16, "float32")
        x = room[offset : offset + X.size].reshape(X.shape)
        x[:] = X
        model.set_weights(before)

        class Spoil(cornu.callbacks.Callback):
            def on_train_begin(self, logs=None, x=x):
                x[:] = 0

        fit(model, x, callbacks=[Spoil()], batch_size=5)
        results.append(model.get_weights()[0])
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)


# Callbacks, eager steps, random numbers


def test_a_callback_of_any_class():
    class Counts:
        epochs = 0

        def set_model(self, model):
            pass

        def set_params(self, params):
            pass

        def on_epoch_end(self, epoch, logs=None):
            Counts.epochs += 1

    fit(small(), callbacks=[Counts()], epochs=2)
    assert Counts.epochs == 2


def test_steps_that_run_eagerly_run_the_python_of_layers():
    ran = []

    class Prints(layers.Layer):
        def call(self, x):
            ran.append(np.asarray(x).shape if not hasattr(x, "aval") or hasattr(x, "device") else "traced")
            return x

    model = cornu.Sequential([cornu.Input((4,)), Prints(), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    del ran[:]
    fit(model, batch_size=10)
    assert len(ran) == 2
    model.predict(X, batch_size=10)
    assert len(ran) == 4


def test_a_seed_set_after_a_program_was_made():
    class Noise(layers.Layer):
        def call(self, x):
            return x + cornu.random.normal(x.shape)

    model = cornu.Sequential([cornu.Input((4,)), Noise()])
    model.predict(X)
    cornu.utils.set_random_seed(3)
    first = model.predict(X)
    cornu.utils.set_random_seed(3)
    again, other = model.predict(X), model.predict(X)
    np.testing.assert_array_equal(first, again)
    assert (again != other).any()


def test_random_numbers_inside_a_transform_of_the_users_own():
    with pytest.raises((ValueError, RuntimeError), match=r"inside jax\.jit"):
        jax.jit(lambda: cornu.random.normal((2,)))()
    dropout = layers.Dropout(0.5)
    with pytest.raises((ValueError, RuntimeError), match=r"inside|stateless_call"):
        jax.jit(lambda x: dropout(x, training=True))(X)
    assert dropout(X, training=True).shape == X.shape  # the process's state is whole
    fit(small())


def test_masks_of_positional_arguments():
    seen = []

    class Pair(layers.Layer):
        def call(self, x1, x2, x1_mask=None, x2_mask=None):
            seen.append([None if m is None else np.asarray(m).tolist() for m in (x1_mask, x2_mask)])
            return x1

    embedding = layers.Embedding(5, 2, mask_zero=True)
    Pair()(embedding(np.array([[1, 0]])), embedding(np.array([[0, 2]])))
    assert seen[-1] == [[[True, False]], [[False, True]]]


def test_every_layer_takes_training_and_mask():
    assert layers.Dense(2)(X, training=True).shape == (20, 2)
    assert layers.Flatten()(X, training=False, mask=None).shape == (20, 4)


def test_policies_are_checked_and_shown():
    assert layers.Dense(2, dtype="mixed_float16")(cornu.Input((3,))).dtype == "float16"
    try:
        cornu.config.set_dtype_policy("mixed_bfloat16")
        assert cornu.DTypePolicy(None).name == "mixed_bfloat16"
    finally:
        cornu.config.set_dtype_policy(None)
    with pytest.raises((ValueError, TypeError)):
        cornu.config.set_dtype_policy(123)


def test_a_variable_is_a_sequence():
    assert [float(item) for item in cornu.Variable([1.0, 2.0])] == [1.0, 2.0]


def test_metrics_take_their_variables_as_values():
    mean = cornu.metrics.Mean()
    assert float(mean.stateless_result(mean.stateless_update_state(mean.variables, [1.0, 3.0]))) == 2.0


# Shapes


def test_unknown_sizes_stay_unknown_and_known_ones_fit():
    assert (cornu.Input((3,)) + cornu.ops.ones((2, 3))).shape == (2, 3)
    assert cornu.ops.matmul(cornu.KerasTensor((None, None)), cornu.KerasTensor((3, 4))).shape == (None, 4)


def test_a_deferred_sequential_takes_other_lengths():
    model = cornu.Sequential([layers.LSTM(2)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 4, 3)), np.zeros((4, 2)), verbose=0)
    assert model.predict(np.zeros((4, 6, 3))).shape == (4, 2)


def test_a_shape_that_a_layer_says_itself():
    class Says(layers.Layer):
        def call(self, x):
            return x

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 7)

    assert Says()(cornu.Input((3,))).shape == (None, 7)


def test_a_loss_that_the_outputs_choose():
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile(cornu.optimizers.SGD(0.0), loss="crossentropy")
    labels = RNG.integers(0, 3, 20)
    expected = -np.log(model.predict(X)[np.arange(20), labels]).mean()
    assert fit(model, y=labels, batch_size=20)["loss"][0] == pytest.approx(expected, rel=1e-5)


def test_outputs_without_a_loss():
    a = cornu.Input((4,))
    model = cornu.Model(a, [layers.Dense(1)(a), layers.Dense(1)(a), layers.Dense(1)(a)])
    model.compile("sgd", ["mse", None, None])
    assert np.isfinite(fit(model)["loss"][0])


# Pure calls


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_a_pure_call_is_that_of_keras(rate):
    def made(k):
        a = k.Input((4,))
        hidden = k.layers.Dense(3, kernel_regularizer="l2")(a)
        return k.Model(a, k.layers.Dense(1)(k.layers.Dropout(rate, seed=1)(k.layers.BatchNormalization()(hidden))))

    mine, theirs = made(cornu), made(keras)
    mine.set_weights([RNG.normal(size=w.shape) ** 2 for w in mine.weights])
    theirs.set_weights(mine.get_weights())

    def called(model, training):
        values = [[v.value for v in part] for part in (model.trainable_variables, model.non_trainable_variables)]
        return model.stateless_call(*values, X, training=training, return_losses=True)

    for training in (False, True):
        ours, expected = jax.jit(called, static_argnums=(0, 1))(mine, training), called(theirs, training)
        if not (rate and training):  # whose random numbers are its own
            np.testing.assert_allclose(ours[0], expected[0], 1e-4, 1e-5)
        statistics = [
            [np.asarray(v) for v in part[1] if np.ndim(v) and v.dtype == np.float32] for part in (ours, expected)
        ]
        for a, b in zip(*statistics, strict=True):
            np.testing.assert_allclose(a, b, 1e-4, 1e-5)
        np.testing.assert_allclose(sum(ours[2]), sum(expected[2]), 1e-5)
    before = mine.get_weights()
    called(mine, True)
    for a, b in zip(before, mine.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_pure_call_says_what_it_takes():
    with pytest.raises(ValueError, match="takes 0 trainable and 0 other values, of a layer that is built"):
        layers.Dense(2).stateless_call([], [], X)


# Steps, streams and classes


class Centred:
    """What is left of a sample when the mean over the batch is taken away, in either library."""

    def __new__(cls, k):
        class Layer(k.layers.Layer):
            def call(self, x):
                return x - k.ops.mean(x, axis=0)

        return Layer()


@pytest.mark.parametrize(
    "inner",
    [
        lambda k: k.layers.BatchNormalization(momentum=0.5),
        lambda k: k.Sequential([k.layers.Dense(4), k.layers.BatchNormalization(momentum=0.5), k.layers.Dense(4)]),
        Centred,
    ],
    ids=["normalization", "model", "own"],
)
@pytest.mark.parametrize("batch_size", [6, 4])  # and a last batch that is smaller
def test_steps_of_a_sequence_share_no_statistics(inner, batch_size, rng):
    def made(k):
        model = k.Sequential([k.Input((5, 4)), k.layers.TimeDistributed(inner(k)), k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(0.005), "mse")
        return model

    x, y = rng.normal(size=(6, 5, 4)).astype("float32"), rng.normal(size=(6, 5, 1)).astype("float32")
    mine, theirs = made(cornu), made(keras)
    mine(x), theirs(x)
    mine.set_weights([np.abs(rng.normal(size=w.shape)) + 0.1 for w in mine.weights])
    theirs.set_weights(mine.get_weights())
    np.testing.assert_allclose(mine(x, training=True), theirs(x, training=True), 1e-4, 1e-4)
    options = {"epochs": 2, "batch_size": batch_size, "shuffle": False, "verbose": 0}
    ours, expected = mine.fit(x, y, **options).history, theirs.fit(x, y, **options).history
    np.testing.assert_allclose(ours["loss"], expected["loss"], 1e-4)
    for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, 1e-3, 1e-4)


def test_every_validation_sees_the_same_batches():
    class Batches:
        def __len__(self):
            return 3

        def __getitem__(self, index):
            return X[8 * index :][:8], Y[8 * index :][:8]

    for source in (Batches(), tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)):
        model = small(cornu.optimizers.SGD(0.0))
        losses = fit(model, epochs=4, validation_data=source, validation_steps=1)["val_loss"]
        assert losses == [losses[0]] * 4
        assert losses[0] == pytest.approx(model.evaluate(X[:8], Y[:8], verbose=0), rel=1e-5)


def test_class_weights_want_one_label_a_sample():
    model = cornu.Sequential([cornu.Input((3, 2)), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, labels = np.ones((4, 3, 2)), np.array([[0, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]])
    for train in (
        lambda y: model.fit(x, y, class_weight={0: 2.0}, verbose=0),
        lambda y: model.train_on_batch(x, y, class_weight={0: 2.0}),
    ):
        with pytest.raises(ValueError, match=r"one label each, but the targets have shape \(4, 3\)"):
            train(labels)


@pytest.mark.parametrize("batch_size", [5, 8])
def test_metrics_of_ones_own_with_a_smaller_last_batch(batch_size):
    def made(k):
        class Own(one_layer(k)):
            def compute_metrics(self, x, y, y_pred, sample_weight=None):
                return {**super().compute_metrics(x, y, y_pred, sample_weight), "extra": k.ops.mean(y_pred)}

        model = Own()
        model(X[:1])
        model.compile(k.optimizers.SGD(0.05), "mse", metrics=["mae"])
        return model

    mine, theirs = made(cornu), made(keras)
    theirs.set_weights(mine.get_weights())
    logs = [
        [
            model.fit(X, Y, batch_size=batch_size, shuffle=False, verbose=0).history,
            model.evaluate(X, Y, batch_size=batch_size, verbose=0, return_dict=True),
        ]
        for model in (mine, theirs)
    ]
    for ours, expected in zip(*logs, strict=True):
        assert ours.keys() == expected.keys()
        for key in ours:
            np.testing.assert_allclose(ours[key], expected[key], 1e-4, 1e-5, err_msg=key)


def test_methods_whose_object_is_not_called_self():
    class Product(layers.Layer):
        def build(me, input_shape):
            me.kernel = me.add_weight((input_shape[-1], 2), name="kernel")

        def call(me, x, training=None):
            return x @ me.kernel

    assert Product()(X).shape == (20, 2)
    assert cornu.Sequential([cornu.Input((4,)), Product()]).predict(X).shape == (20, 2)


# Numbers that depend on how many rows a batch has


def ramp(k, x):
    return x * np.linspace(0.5, 2, x.shape[0]).astype("float32").reshape(-1, 1)


def turned(k, x):
    return x * k.ops.reshape(k.ops.cast(k.ops.flip(k.ops.arange(x.shape[0])), "float32"), (-1, 1)) / 8


def share(k, x):
    return x / x.shape[0]


@pytest.mark.parametrize("how", [ramp, turned, share])
@pytest.mark.parametrize("place", ["layer", "loss"])
def test_numbers_made_from_the_size_of_the_batch(how, place):
    def made(k):
        class Own(k.layers.Layer):
            def call(self, x):
                return how(k, x)

            def compute_output_shape(self, shape):
                return shape

        def loss(y_true, y_pred):
            return k.ops.mean(how(k, k.ops.square(y_true - y_pred)), axis=-1)

        between = [Own()] if place == "layer" else []
        model = k.Sequential([k.Input((4,)), k.layers.Dense(3), *between, k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(0.01), loss if place == "loss" else "mse", run_eagerly=k is keras)
        return model

    mine, theirs = made(cornu), made(keras)
    theirs.set_weights(mine.get_weights())
    options = {"batch_size": 8, "verbose": 0}  # 20 rows: two batches and a smaller one
    ours, expected = (m.fit(X, Y, epochs=2, shuffle=False, **options).history["loss"] for m in (mine, theirs))
    np.testing.assert_allclose(ours, expected, 1e-4)
    np.testing.assert_allclose(mine.evaluate(X, Y, **options), theirs.evaluate(X, Y, **options), 1e-4)
    np.testing.assert_allclose(mine.predict(X, **options), theirs.predict(X, **options), 1e-3, 1e-4)


# Classes of the user's own, against Keras


def twins_of(make, *, loss="mse", **options):
    """A compiled model of each library with the same weights."""
    mine, theirs = make(cornu), make(keras)
    mine(X), theirs(X)
    theirs.set_weights(mine.get_weights())
    for k, model in ((cornu, mine), (keras, theirs)):
        model.compile(k.optimizers.SGD(0.05), loss, **options)
    return mine, theirs


def same_fit(mine, theirs, **options):
    options = {"shuffle": False, "verbose": 0, "batch_size": 8, **options}
    ours, expected = mine.fit(X, Y, **options).history, theirs.fit(X, Y, **options).history
    assert ours.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_allclose(ours[key], values, 1e-4, 1e-5, err_msg=key)


@pytest.mark.parametrize("keepdims", [False, True])
def test_an_added_loss_that_is_an_array_counts_by_its_sum(keepdims):
    def make(k):
        class Adds(k.layers.Layer):
            def build(self, shape):
                self.k = self.add_weight((shape[-1],), initializer="ones", name="k")

            def call(self, x):
                self.add_loss(k.ops.mean(k.ops.square(x * self.k), axis=1, keepdims=keepdims))
                return x * self.k

        return k.Sequential([k.Input((4,)), Adds(), k.layers.Dense(1)])

    same_fit(*twins_of(make), epochs=2)


@pytest.mark.parametrize("supports", [False, True])
def test_masks_that_a_layer_of_ones_own_makes(supports):
    def make(k):
        class Finds(k.layers.Layer):
            def __init__(self):
                super().__init__()
                if supports:
                    self.supports_masking = True

            def compute_mask(self, inputs, mask=None):
                return k.ops.any(k.ops.not_equal(inputs, 0), axis=-1)

            def call(self, x):
                return x * 1.0

        return k.Sequential([k.Input((5, 3)), Finds(), k.layers.LSTM(2)])

    x = RNG.normal(size=(4, 5, 3)).astype("float32")
    x[:, 3:] = 0
    mine, theirs = make(cornu), make(keras)
    theirs.set_weights(mine.get_weights())
    np.testing.assert_allclose(mine.predict(x), theirs.predict(x, verbose=0), 1e-4, 1e-5)


def test_weights_stand_in_the_order_in_which_they_were_made(tmp_path):
    def make(k):
        class Mixed(k.layers.Layer):
            def build(self, shape):
                self.scale = k.Variable(np.full(4, 2.0, "float32"), name="scale")
                self.shift = self.add_weight(shape=(4,), initializer="zeros", name="shift")
                self.last = k.Variable(np.ones(4, "float32"), name="last")

            def call(self, x):
                return (x * self.scale + self.shift) * self.last

        return k.Sequential([k.Input((4,)), Mixed()])

    mine, theirs = make(cornu), make(keras)
    assert [w.name for w in mine.weights] == [w.name for w in theirs.weights]
    theirs.set_weights([RNG.normal(size=4) for _ in range(3)])
    theirs.save_weights(tmp_path / "k.weights.h5")
    mine.load_weights(tmp_path / "k.weights.h5")
    np.testing.assert_allclose(mine.predict(X), theirs.predict(X, verbose=0), 1e-5)


def with_method(name, method):
    """A function of the library that makes a model whose class has one more method."""

    def make(k):
        class Own(one_layer(k)):
            pass

        def bound(self, *args, **kwargs):
            return method(super(Own, self), *args, **kwargs)

        setattr(Own, name, bound)
        return Own()

    return make


def more_logs(base):
    logs = base.get_metrics_result()
    return {**logs, "twice": 2 * logs["loss"]}


@pytest.mark.parametrize(("name", "method"), [("get_metrics_result", more_logs), ("reset_metrics", lambda base: None)])
def test_methods_about_metrics_are_called(name, method):
    same_fit(*twins_of(with_method(name, method), metrics=["mae"]), epochs=3)


def test_metrics_that_only_the_property_lists():
    outside = cornu.metrics.Mean(name="outside")

    class Own(one_layer(cornu)):
        @property
        def metrics(self):
            return [*super().metrics, outside]

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            outside.update_state(y_pred)
            return super().compute_metrics(x, y, y_pred, sample_weight)

    model = Own()
    model.compile(cornu.optimizers.SGD(0.0), "mse")
    fit(model, batch_size=20)
    assert float(outside.result()) == pytest.approx(float(model.predict(X).mean()), rel=1e-4)


def test_methods_given_to_an_object():
    model = small()
    model.compute_loss = lambda y_pred=None, **_: cornu.ops.sum(y_pred) * 0
    before = model.get_weights()
    assert fit(model)["loss"] == [0.0]
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    other = small()
    other.train_step = lambda data: {"seen": cornu.ops.max(data[0])}
    assert fit(other, batch_size=len(X)) == {"seen": [pytest.approx(X.max())]}
    other.make_train_function = lambda force=False: None
    with pytest.raises(NotImplementedError, match=r"make_train_function\(\) of its own"):
        fit(other)


def test_options_of_losses_and_metrics_are_read_when_they_count():
    loss, metric = cornu.losses.Huber(delta=10.0), cornu.metrics.BinaryAccuracy(threshold=0.5)
    model = small(cornu.optimizers.SGD(0.0), loss, metrics=[metric])
    before = model.evaluate(X, Y, verbose=0)
    loss.delta, metric.threshold = 0.1, -1e9
    after = model.evaluate(X, Y, verbose=0)
    error = np.abs(model.predict(X) - Y)
    assert after[0] == pytest.approx(np.where(error < 0.1, error**2 / 2, 0.1 * error - 0.005).mean(), rel=1e-4)
    assert before[0] != after[0]
    assert after[1] == pytest.approx((Y == 1).mean())


def test_functions_of_one_name_are_not_one():
    def crop(size):
        def cropped(x):
            return x[:, :size]

        return cropped

    i = cornu.Input((4,))
    two, three = layers.Lambda(crop(2))(i), layers.Lambda(crop(3))(i)
    assert (two.shape, three.shape) == ((None, 2), (None, 3))
    shapes = [layers.Lambda(f, name="same")(i).shape for f in (lambda x: x[:, :1], lambda x: x[:, :3])]
    assert shapes == [(None, 1), (None, 3)]


def test_metrics_losses_and_optimizers_are_pickled():
    mean = cornu.metrics.Mean()
    mean.update_state([1.0, 3.0])
    for made in (mean, copy.deepcopy(mean), pickle.loads(pickle.dumps(mean))):
        assert float(made.result()) == 2.0
    copied = copy.deepcopy(mean)
    copied.update_state([100.0])
    assert float(mean.result()) == 2.0
    for made in (cornu.metrics.AUC(), cornu.losses.Huber(0.3), cornu.optimizers.Adam(0.5), cornu.initializers.Zeros()):
        assert pickle.loads(pickle.dumps(made)).get_config() == made.get_config()


def test_a_model_frozen_after_training_is_copied():
    model = small("adam")
    fit(model)
    model.layers[0].trainable = False
    other = pickle.loads(pickle.dumps(model))
    assert [v.trainable for v in other.weights] == [v.trainable for v in model.weights]
    fit(model), fit(other)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, 1e-5, 1e-7)


OPS = {
    "einsum": lambda o, i: o.einsum("ij,ij->ij", i, i),
    "meshgrid": lambda o, i: o.meshgrid(i[0], i[0])[0],
    "pad": lambda o, i: o.pad(i, ((0, 0), (1, 1)), constant_values=3.0),
    "rot90": lambda o, i: o.rot90(o.reshape(i, (-1, 2, 2)), axes=(1, 2)),
}


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_ops_of_several_arrays_in_files(op, ending, tmp_path):
    i = cornu.Input((4,))
    model = cornu.Model(i, OPS[op](cornu.ops, i))
    model.save(tmp_path / f"m.{ending}")
    loaded = cornu.models.load_model(tmp_path / f"m.{ending}")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize("op", ["einsum", "pad"])
def test_ops_of_several_arrays_in_files_of_keras(op, tmp_path):
    i = keras.Input((4,))
    model = keras.Model(i, OPS[op](keras.ops, i))
    model.save(tmp_path / "m.keras")
    np.testing.assert_allclose(cornu.models.load_model(tmp_path / "m.keras").predict(X), model.predict(X, verbose=0))


@pytest.mark.parametrize("library", [cornu, keras])
def test_weights_of_a_trained_model_bring_the_optimizers_state(library, tmp_path):
    def made(k):
        model = k.Sequential([k.Input((4,)), k.layers.Dense(3), k.layers.Dense(1)])
        model.compile(k.optimizers.Adam(0.05), "mse")
        return model

    trained = made(library)
    trained.fit(X, Y, shuffle=False, verbose=0)
    trained.save_weights(tmp_path / "m.weights.h5")
    fresh = made(cornu)
    fresh.load_weights(tmp_path / "m.weights.h5")
    assert int(fresh.optimizer.iterations) == 1
    for model in (trained, fresh):
        model.fit(X, Y, shuffle=False, verbose=0)
    for a, b in zip(trained.get_weights(), fresh.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, 1e-4, 1e-5)


WITHOUT = {
    "Dense": lambda k: k.layers.Dense(2, use_bias=False),
    "LSTMCell": lambda k: k.layers.LSTMCell(2, use_bias=False),
    "GRUCell": lambda k: k.layers.GRUCell(2, use_bias=False),
    "SimpleRNNCell": lambda k: k.layers.SimpleRNNCell(2, use_bias=False),
    "BatchNormalization": lambda k: k.layers.BatchNormalization(center=False, scale=False),
    "LayerNormalization": lambda k: k.layers.LayerNormalization(center=False, scale=False),
}


@pytest.mark.parametrize("name", WITHOUT)
def test_weights_that_a_layer_does_without_are_none(name):
    names = ("gamma", "beta") if "Normalization" in name else ("bias",)
    for k in (cornu, keras):
        layer = WITHOUT[name](k)
        layer.build((None, 4))
        assert [getattr(layer, each) for each in names] == [None] * len(names)


@pytest.mark.parametrize(
    "name", ["Dense", "Embedding", "Flatten", "Dropout", "BatchNormalization", "Activation", "ReLU"]
)
def test_the_first_argument_goes_by_its_name(name):
    arguments = {"Dense": (2,), "Embedding": (5, 2), "Dropout": (0.5,), "Activation": ("tanh",)}.get(name, ())
    layer = getattr(layers, name)(*arguments)
    x = np.abs(X).astype("int32") % 5 if name == "Embedding" else X
    np.testing.assert_array_equal(layer(inputs=x), layer(x))


SINGLE = [
    {"loss": ["mse"]},
    {"loss": {"out": "mse"}},
    {"loss": ("mse",), "loss_weights": [0.5]},
    {"loss": "mse", "loss_weights": {"out": 0.5}},
    {"loss": "mse", "metrics": [["mae"]]},
    {"loss": ["mse"], "metrics": {"out": ["mae", "mse"]}},
    {"loss": "mse", "metrics": {"out": "mae"}, "weighted_metrics": [["mae"]]},
]


@pytest.mark.parametrize("told", SINGLE, ids=str)
def test_one_output_may_be_told_of_in_lists_and_by_name(told, rng):
    """As several are; Keras takes the names of losses only if the model's output has that name itself."""
    mine, theirs = twins.pair(lambda lib: lib.Sequential([lib.layers.Input((3,)), lib.layers.Dense(1, name="out")]))
    twins.same_weights(mine, theirs, rng)
    plain = {**told, "loss": "mse"} if isinstance(told["loss"], dict) else told
    twins.compile_one(cornu, mine, **told)
    twins.compile_one(keras, theirs, **plain)
    twins.fit_both(mine, theirs, rng.normal(size=(12, 3)), rng.normal(size=(12, 1)))


@pytest.mark.parametrize("wrong", [{"loss": ["mse", "mae"]}, {"loss": {"other": "mse"}}, {"metrics": {"other": "mae"}}])
def test_other_outputs_than_the_model_has_are_refused(wrong):
    model = cornu.Sequential([cornu.Input((3,)), cornu.layers.Dense(1, name="out")])
    model.compile("sgd", **{"loss": "mse", **wrong})
    with pytest.raises(ValueError, match="names no output|has 2 entries"):
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)


SURE = {
    "softmax": ("sparse_categorical_crossentropy", 3, lambda y: y),
    "softmax one-hot": ("categorical_crossentropy", 3, lambda y: np.eye(3, dtype="float32")[y]),
    "sigmoid": ("binary_crossentropy", 1, lambda y: (y > 1).astype("float32")[:, None]),
}


@pytest.mark.parametrize("case", SURE)
def test_op_by_op_a_model_that_is_sure_and_wrong_learns_the_same(case, rng):
    """Probabilities of 0 and 1 have no gradient of their own: the loss takes their logits, compiled or not."""
    loss, units, prepared = SURE[case]
    x, y = 40 * rng.normal(size=(9, 3)).astype("float32"), prepared(rng.integers(0, 3, 9))
    results = []
    for eagerly in (False, True):
        cornu.utils.set_random_seed(0)
        model = cornu.Sequential([cornu.Input((3,)), layers.Dense(units, activation=case.split()[0])])
        model.compile(cornu.optimizers.SGD(0.01), loss, metrics=[loss], run_eagerly=eagerly)
        logged = model.evaluate(x, y, verbose=0, return_dict=True)
        history = model.fit(x, y, batch_size=3, epochs=2, shuffle=False, verbose=0).history
        results.append([*logged.values(), *history.values(), *model.get_weights()])
    for compiled, eager in zip(*results, strict=True):
        np.testing.assert_allclose(eager, compiled, rtol=1e-5, atol=1e-6)
