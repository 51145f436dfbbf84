"""Models: made, changed, looked into, called and cloned."""

import gc
import weakref

import jax
import keras
import numpy as np
import pytest

import cornu
from cornu import layers


def functional(lib):
    a, b = lib.Input((4,), name="a"), lib.Input((6,), name="b")
    shared = lib.layers.Dense(5, activation="tanh", name="shared")
    inner = lib.Sequential([lib.Input((5,)), lib.layers.Dense(5, name="deep")], name="inner")
    left = shared(a)
    right = inner(shared(lib.layers.Dense(4, name="down")(b)))
    joined = lib.layers.Add(name="joined")([left, right])
    return lib.Model([a, b], [lib.layers.Dense(2, name="out")(joined), joined * 2.0 + 1.0], name="both")


def test_layers_are_in_keras_order():
    mine, theirs = functional(cornu), functional(keras)
    assert [x.name for x in mine.layers] == [x.name for x in theirs.layers]
    assert [w.shape for w in mine.weights] == [tuple(w.shape) for w in theirs.weights]
    assert mine.count_params() == theirs.count_params()
    assert mine.input_names == ["a", "b"]
    assert [tuple(s) for s in mine.output_shape] == [tuple(s) for s in theirs.output_shape]


def test_a_graph_computes_what_keras_computes(rng):
    mine, theirs = functional(cornu), functional(keras)
    mine.set_weights([rng.normal(size=w.shape).astype("float32") for w in mine.weights])
    theirs.set_weights(mine.get_weights())
    x = [rng.normal(size=(3, 4)).astype("float32"), rng.normal(size=(3, 6)).astype("float32")]
    for got in (mine(x), mine.predict(x), mine.predict({"a": x[0], "b": x[1]})):
        for a, b in zip(got, theirs(x), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_a_call_sees_new_weights_and_keeps_states(rng):
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    model = cornu.Sequential([cornu.Input(batch_shape=(2, 3, 4)), layers.LSTM(5, stateful=True)])
    first, second = np.asarray(model(x)), np.asarray(model(x))
    assert not np.allclose(first, second)
    model.layers[0].reset_states()
    np.testing.assert_allclose(model(x), first, rtol=1e-6)
    model.set_weights([w * 0 for w in model.get_weights()])
    model.layers[0].reset_states()
    np.testing.assert_array_equal(model(x), np.zeros((2, 5), "float32"))


def test_a_call_runs_a_users_code_every_time():
    seen = []
    model = cornu.Sequential([cornu.Input((2,)), layers.Lambda(lambda x: (seen.append(1), x)[1])])
    before = len(seen)
    model(np.ones((1, 2)))
    model(np.ones((1, 2)))
    assert len(seen) - before == 2


def test_sequential_grows_and_shrinks(rng):
    model = cornu.Sequential(name="stack")
    model.add(layers.Dense(5, input_dim=3))
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    assert model.pop().units == 2
    assert model.output_shape == (None, 5)
    model.add(layers.Dense(7))
    assert model.predict(rng.normal(size=(4, 3))).shape == (4, 7)
    with pytest.raises(ValueError, match="already has a layer named"):
        model.add(model.layers[0])


@pytest.mark.parametrize(
    "first,shape",
    [
        (lambda: layers.Dense(2, input_shape=(3,)), (None, 3)),
        (lambda: layers.Dense(2, input_dim=3), (None, 3)),
        (lambda: layers.Dense(2, batch_input_shape=(5, 3)), (5, 3)),
        (lambda: layers.Dense(2, input_shape=(3,), batch_size=5), (5, 3)),
        (lambda: layers.LSTM(2, input_dim=3, input_length=4), (None, 4, 3)),
        (lambda: layers.LSTM(2, input_shape=(None, 3)), (None, None, 3)),
        (lambda: layers.Embedding(9, 2, input_length=4), (None, 4)),
    ],
)
def test_the_first_layer_may_tell_the_shape(first, shape):
    model = cornu.Sequential([first()])
    assert model.built and model.input_shape == shape


def test_a_deferred_model_builds_on_data(rng):
    model = cornu.Sequential([layers.Dense(4), layers.Dense(2)])
    assert not model.built
    assert model.predict(rng.normal(size=(3, 6))).shape == (3, 2)
    assert model.input_shape == (None, 6)


def test_weights_of_the_first_layer_may_be_given():
    kernel, bias = np.arange(6.0).reshape(3, 2), np.array([1.0, 2.0])
    model = cornu.Sequential([layers.Dense(2, input_dim=3, weights=[kernel, bias])])
    np.testing.assert_allclose(model.predict(np.ones((1, 3))), [[7.0, 11.0]])


def test_summary_fits_and_counts(capsys):
    functional(cornu).summary(line_length=80, show_trainable=True, expand_nested=True)
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("shared", "inner", "deep", "Connected to", "Total params: 95", "Non-trainable params: 0"):
        assert words in text, text
    lines: list[str] = []
    cornu.Sequential([layers.Dense(3)]).summary(print_fn=lines.append)
    assert "not built" in lines[0]


def test_parts_of_a_model_make_a_model(rng):
    model = functional(cornu)
    features = cornu.Model(model.inputs, model.get_layer("joined").output)
    x = [rng.normal(size=(3, 4)), rng.normal(size=(3, 6))]
    np.testing.assert_allclose(features.predict(x) * 2 + 1, model.predict(x)[1], rtol=1e-5)
    assert features.get_layer("shared") is model.get_layer("shared")


@pytest.mark.parametrize("make", [functional, lambda lib: lib.Sequential([lib.Input((3,)), lib.layers.Dense(2)])])
def test_clone_and_json(make, rng):
    model = make(cornu)
    for copy in (cornu.models.clone_model(model), cornu.models.model_from_json(model.to_json())):
        assert [x.name for x in copy.layers] == [x.name for x in model.layers]
        assert not any(a is b for a, b in zip(copy.weights, model.weights, strict=True))
        copy.set_weights(model.get_weights())
        x = [rng.normal(size=(3, *t.shape[1:])).astype("float32") for t in model.inputs]
        x = x[0] if len(x) == 1 else x
        for a, b in zip(jax.tree.leaves(copy.predict(x)), jax.tree.leaves(model.predict(x)), strict=True):
            np.testing.assert_array_equal(a, b)


def test_clone_with_a_function():
    def widen(layer):
        config = layer.get_config()
        if "units" in config:
            config["units"] *= 2
        return type(layer).from_config(config)

    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
    assert cornu.models.clone_model(model, clone_function=widen).output_shape == (None, 4)


def test_a_dropped_model_is_freed(rng):
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), verbose=0)
    model.predict(np.ones((1, 3)))
    model(np.ones((1, 3)))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_residual_blocks_and_ops_in_a_graph(rng):
    x = cornu.Input((4,))
    y = cornu.ops.relu(layers.Dense(4)(x)) + x
    model = cornu.Model(x, cornu.ops.mean(y, axis=-1, keepdims=True))
    data = rng.normal(size=(5, 4)).astype("float32")
    kernel, bias = model.get_weights()
    expected = (np.maximum(data @ kernel + bias, 0) + data).mean(-1, keepdims=True)
    np.testing.assert_allclose(model.predict(data), expected, rtol=1e-5, atol=1e-6)
    assert model.output_shape == (None, 1)


def test_shapes_that_are_not_known_yet():
    x = cornu.Input((10,))
    assert cornu.ops.reshape(x, (cornu.ops.shape(x)[0], 5, 2)).shape == (None, 5, 2)
    assert layers.Reshape((3, 5))(cornu.KerasTensor((2, None))).shape == (2, 3, 5)
    assert layers.Reshape((-1, 5))(cornu.KerasTensor((2, None, 5))).shape == (2, None, 5)
    model = cornu.Model(x, cornu.ops.reshape(x, (None, 5, 2)))
    assert model.predict(np.ones((3, 10))).shape == (3, 5, 2)
    some = cornu.Input((None,))
    model = cornu.Model(some, layers.Reshape((2, 3))(some))
    assert model.predict(np.arange(12).reshape(2, 6)).tolist() == np.arange(12).reshape(2, 2, 3).tolist()
    assert not cornu.layers.InputLayer((3,)).sparse
    assert x.reshape((-1, 2)).shape == (None, 2) and cornu.KerasTensor((2, 1)).squeeze(1).shape == (2,)


def test_a_model_that_begins_in_the_middle_of_another_has_an_input_there(rng):
    """Its weights, layers and config held the layer that gave its input."""
    made = []
    for lib in (cornu, keras):
        a = lib.Input((3,))
        middle = lib.layers.Dense(4, "tanh", name="before")(a)
        beside = lib.Input((4,), name="beside")
        outputs = [lib.layers.Dense(2, name="after")(middle + beside), middle * 2.0]
        made.append(lib.Model([middle, beside], outputs))
    mine, theirs = made
    mine.set_weights([rng.normal(size=w.shape).astype("float32") for w in mine.weights])
    theirs.set_weights(mine.get_weights())
    assert [type(x).__name__ for x in mine.layers] == [type(x).__name__ for x in theirs.layers]
    assert mine.count_params() == theirs.count_params() == 10
    x = [rng.normal(size=(5, 4)).astype("float32") for _ in range(2)]
    again = cornu.Model.from_config(mine.get_config())
    again.set_weights(mine.get_weights())
    for model in (mine, again):
        for got, expected in zip(model(x), theirs(x), strict=True):
            np.testing.assert_allclose(got, expected, atol=1e-6)


def test_clones_begin_where_they_are_told():
    model = functional(cornu)
    begins = [cornu.Input((4,), name="other"), cornu.layers.Dense(6)(cornu.Input((2,)))]
    clone = cornu.models.clone_model(model, input_tensors=begins)
    assert clone.inputs[0] is begins[0] and clone.count_params() == model.count_params()
    assert clone.layers[0] is not model.layers[0] and [w.shape for w in clone.weights] == [
        w.shape for w in model.weights
    ]
    with pytest.raises(ValueError, match="each of the 2 inputs"):
        cornu.models.clone_model(model, input_tensors=begins[:1])
    line = cornu.Sequential([cornu.Input((3,)), layers.Dense(2)])
    clone = cornu.models.clone_model(line, input_tensors=cornu.Input((3,), name="mine"))
    assert clone.input.name == "mine" and clone.count_params() == 8
    wider = cornu.models.clone_model(line, input_tensors=np.zeros((2, 5)))
    assert wider.input_shape == (2, 5) and wider.count_params() == 12


def test_clones_call_and_go_down_as_they_are_told():
    model = functional(cornu)
    seen = []

    def call(layer, *args, **kwargs):
        seen.append(layer.name)
        return layer(*args, **kwargs)

    def copy(layer):
        return type(layer).from_config(layer.get_config() | {"trainable": False})

    clone = cornu.models.clone_model(model, clone_function=copy, call_function=call, recursive=True)
    assert seen == ["shared", "down", "shared", "inner", "inner", "joined"][: len(seen)] or "joined" in seen
    assert not clone.get_layer("inner").get_layer("deep").trainable
    assert clone.get_layer("inner").get_layer("deep") is not model.get_layer("inner").get_layer("deep")

    class Own(cornu.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match=r"cannot take .* apart"):
        cornu.models.clone_model(Own(), clone_function=copy)
    with pytest.raises(ValueError, match=r"cannot take .* apart"):
        cornu.models.clone_model(cornu.Sequential([layers.Dense(1)]), call_function=call)


def test_a_call_of_several_arguments_makes_all_weights(tmp_path, rng):
    """Called, or called on symbolic tensors; in files the shapes of all of them are known."""

    @cornu.saving.register_keras_serializable("tests")
    class Two(cornu.Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.a, self.b = cornu.layers.Dense(2), cornu.layers.Dense(2)

        def call(self, x, z, training=False):
            return self.a(x) + self.b(z)

    x, z = (rng.normal(size=(2, n)).astype("float32") for n in (3, 4))
    model = Two()
    expected = model(x, z)
    assert [w.shape for w in model.weights] == [(3, 2), (2,), (4, 2), (2,)]
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(cornu.saving.load_model(tmp_path / "m.keras")(x, z), expected)
    inputs = cornu.Input((3,)), cornu.Input((4,))
    assert cornu.Model(list(inputs), Two()(*inputs)).predict([x, z], verbose=0).shape == (2, 2)
    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        cornu.Sequential([type("Odd", (cornu.layers.Layer,), {"__init__": lambda self: None})()])
