"""Layers one by one: what the grid cannot see (randomness, masks, names, files) and what wrong arguments say."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.compat.classes import OLDER
from cornu.core import attached as masks
from cornu.core import lookup, state, symbolic
from cornu.layers.options import Options

ROW, STEPS, IMAGE = jnp.ones((2, 6)), jnp.ones((2, 5, 4)), jnp.ones((2, 8, 8, 3))


def double(x, factor=2.0):
    """A function that a Lambda can be saved with."""
    return x * factor


# Wrong arguments and inputs: the error names the argument or the layer, what was expected and what came.

WRONG = {
    "units": (lambda: layers.Dense(-3), "Dense expects units to be a positive integer.*units=-3"),
    "units_float": (lambda: layers.Dense(3.5), "positive integer.*3.5"),
    "units_bool": (lambda: layers.Dense(True), "positive integer.*True"),
    "unknown": (lambda: layers.Dense(3, activaton="relu"), "no argument 'activaton'.*'activation'"),
    "activation": (lambda: layers.Dense(3, activation="rellu"), "no activation called 'rellu'.*'relu'"),
    "dense_rank": (lambda: layers.Dense(3)(jnp.ones(4)), "at least 2 dimensions"),
    "dense_unknown": (lambda: layers.Dense(3)(symbolic.KerasTensor((None, None))), "size must be known"),
    "embedding": (lambda: layers.Embedding(0, 4), "input_dim to be a positive integer"),
    "lambda": (lambda: layers.Lambda("relu"), "Lambda expects a function"),
    "padding": (lambda: layers.Conv2D(3, 3, padding="full"), "padding to be 'valid' or 'same'.*'full'"),
    "causal": (lambda: layers.Conv2D(3, 3, padding="causal"), "'causal'"),
    "kernel_size": (lambda: layers.Conv2D(3, (3, 3, 3)), r"kernel_size.*\(3, 3, 3\)"),
    "kernel_zero": (lambda: layers.Conv2D(3, 0), "kernel_size"),
    "strides": (lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2), "strides.*dilation_rate"),
    "groups": (lambda: layers.Conv2D(3, 3, groups=2), "groups=2, which does not divide filters=3"),
    "channels": (lambda: layers.Conv2D(4, 3, groups=2)(IMAGE), "groups=2, which does not divide channels=3"),
    "too_large": (lambda: layers.Conv2D(4, 9)(IMAGE), r"kernel_size=\(9, 9\).*does not fit.*\(2, 8, 8, 3\)"),
    "data_format": (lambda: layers.Conv2D(4, 3, data_format="last"), "data_format to be 'channels_last'"),
    "conv_rank": (lambda: layers.Conv2D(4, 3)(STEPS), "4 dimensions"),
    "output_padding": (lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), "less than the stride"),
    "pool": (lambda: layers.MaxPooling2D(9)(IMAGE), r"pool_size=\(9, 9\), which does not fit"),
    "pool_padding": (lambda: layers.MaxPooling2D(padding="causal"), "padding"),
    "axis": (lambda: layers.BatchNormalization(axis=5)(ROW), "axis=5"),
    "renorm": (lambda: layers.BatchNormalization(renorm_clipping={"max": 1}), "'rmin'"),
    "bn_mask": (lambda: layers.BatchNormalization()(STEPS, training=True, mask=jnp.ones((2,), bool)), "one axis less"),
    "layer_axis": (lambda: layers.LayerNormalization(axis="last"), "axis to be an integer"),
    "group_count": (lambda: layers.GroupNormalization(3)(STEPS), "groups=3, which does not divide the 4 channels"),
    "add_one": (lambda: layers.Add()(ROW), r"a list of inputs: write Add\(...\)\(\[a, b\]\)"),
    "add_shapes": (lambda: layers.Add()([ROW, STEPS]), r"axis 2 differ: \(2, 6\) and \(2, 5, 4\)"),
    "subtract_three": (lambda: layers.Subtract()([ROW, ROW, ROW]), "a list of 2 inputs"),
    "concatenate": (lambda: layers.Concatenate()([STEPS, jnp.ones((2, 6, 4))]), r"\(2, 5, 4\) and \(2, 6, 4\) differ"),
    "concatenate_rank": (lambda: layers.Concatenate()([STEPS, ROW]), r"\(2, 5, 4\) and \(2, 6\)"),
    "dot_sizes": (lambda: layers.Dot(1)([ROW, STEPS]), "lengths 6 and 5"),
    "dot_batch": (lambda: layers.Dot(0)([ROW, ROW]), "axis 0 is the batch"),
    "dot_axes": (lambda: layers.Dot((1, 2, 3)), "two integers"),
    "dot_type": (lambda: layers.Dot("1"), "integer or two"),
    "reshape": (lambda: layers.Reshape((4, 2))(ROW), r"\(6,\) the shape \(4, 2\): they have 6 elements, not 8"),
    "reshape_free": (lambda: layers.Reshape((4, -1))(ROW), "not a multiple of 4"),
    "reshape_two": (lambda: layers.Reshape((-1, -1)), "at most one of them -1"),
    "permute": (lambda: layers.Permute((0, 1)), "each of 1, 2, ... once"),
    "repeat": (lambda: layers.RepeatVector(0), "n to be a positive integer"),
    "crop": (lambda: layers.Cropping1D((3, 2))(STEPS), "leaves nothing of axis 1"),
    "pad": (lambda: layers.ZeroPadding2D(-1), "none negative"),
    "pad_count": (lambda: layers.ZeroPadding2D((1, 2, 3)), "2 pairs"),
    "interpolation": (lambda: layers.UpSampling2D(interpolation="linear"), "interpolation"),
    "rate": (lambda: layers.Dropout(1.5), "rate to be a number from 0 to 1.*1.5"),
    "rate_text": (lambda: layers.Dropout("a lot"), "rate"),
    "noise_shape": (lambda: layers.Dropout(0.5, noise_shape=(0, 1)), "noise_shape"),
    "slope": (lambda: layers.LeakyReLU(-1.0), "negative_slope"),
    "no_shape": (lambda: layers.InputLayer(), "shape of one sample"),
    "two_shapes": (lambda: layers.InputLayer((3,), batch_shape=(None, 3)), "shape of one sample"),
    "negative_shape": (lambda: layers.InputLayer((-3,)), "non-negative"),
    "sparse": (lambda: layers.InputLayer((3,), sparse=True), "dense arrays"),
    "tensor": (lambda: layers.InputLayer(input_tensor=ROW), "KerasTensor"),
}


@pytest.mark.parametrize("wrong, message", WRONG.values(), ids=WRONG)
def test_errors_teach(wrong, message):
    with pytest.raises((ValueError, TypeError), match=f"(?s){message}"):
        wrong()


def test_size_changes_after_build():
    layer = layers.Dense(3, name="head")
    layer(ROW)
    with pytest.raises(ValueError, match="'head' expected size 6 on axis -1"):
        layer(jnp.ones((2, 7)))


# Core


def test_dense_is_what_it_says():
    x = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
    layer = layers.Dense(2, "relu", bias_initializer="ones")
    expected = np.maximum(np.einsum("abc,cd->abd", x, layer(x) is not None and layer.kernel.numpy()) + 1, 0)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-5)


def test_embedding_weights_and_length():
    table = np.arange(12, dtype="float32").reshape(4, 3)
    assert np.array_equal(layers.Embedding(4, 3, weights=table)([[2, 0]])[0], table[[2, 0]])
    assert np.array_equal(layers.Embedding(4, 3, weights=[table])([[1]])[0, 0], table[1])
    assert layers.Embedding(4, 3, input_length=7).batch_input_shape == (None, 7)


def test_embedding_keeps_large_integers_in_mixed_precision():
    table = np.arange(1000, dtype="float32")[:, None]
    layer = layers.Embedding(1000, 1, weights=[table], dtype="mixed_bfloat16")
    assert float(layer(np.array([[999.0]], "float32"))[0, 0, 0]) == float(jnp.bfloat16(999))


def test_masks_begin_and_pass():
    y = layers.Embedding(9, 4, mask_zero=True)([[3, 0, 2]])
    assert masks.get_mask(y).tolist() == [[True, False, True]]
    assert masks.get_mask(layers.Dense(2)(y)).tolist() == [[True, False, True]]
    assert masks.get_mask(layers.Flatten()(y)) is None
    y = layers.Masking(0.0)(jnp.array([[[1.0, 0.0], [0.0, 0.0]]]))
    assert masks.get_mask(y).tolist() == [[True, False]]
    assert masks.get_mask(layers.GlobalAveragePooling1D()(y)) is None
    assert layers.GlobalAveragePooling1D()(y).tolist() == [[1.0, 0.0]]


def test_lambda_arguments_mode_and_mask():
    layer = layers.Lambda(lambda x, training, k: x * k if training else x, arguments={"k": 3.0})
    assert layer(ROW, training=True)[0, 0] == 3 and layer(ROW)[0, 0] == 1
    y = layers.Lambda(double, mask=lambda x, m: jnp.ones(x.shape[:2], bool))(STEPS)
    assert masks.get_mask(y).shape == (2, 5)


def test_lambda_is_saved_by_name_and_never_as_code():
    config = layers.Lambda(double, arguments={"factor": 3.0}, name="d").get_config()
    assert config["function"] == "double" and config["arguments"] == {"factor": 3.0}
    with lookup.custom_object_scope({"double": double}):
        assert layers.Lambda.from_config(config)(ROW)[0, 0] == 3
    with pytest.raises(ValueError, match="custom_objects={'double'"):
        layers.Lambda.from_config(config)
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}
    with pytest.raises(ValueError, match="never run.*custom_objects={'d': function}"):
        layers.Lambda.from_config({"name": "d", "function": code})
    with lookup.custom_object_scope({"d": double}):
        assert layers.Lambda.from_config({"name": "d", "function": code})(ROW)[0, 0] == 2


def test_input_layer():
    layer = layers.InputLayer((4, None), batch_size=8, dtype="int32", name="ids")
    assert layer.output.shape == (8, 4, None) and layer.output.dtype == "int32" == layer.dtype
    assert layer.output.node.operation is layer and layer.output.node.inputs == []
    config = layer.get_config()
    expected = {"batch_shape": [8, 4, None], "dtype": "int32", "sparse": False, "ragged": False, "name": "ids"}
    assert config == {**expected, "optional": False}
    assert layers.InputLayer.from_config(config).get_config() == config
    assert layers.InputLayer(batch_input_shape=(None, 3)).batch_shape == (None, 3)
    assert layers.InputLayer(input_shape=(3,)).batch_shape == (None, 3)
    tensor = symbolic.KerasTensor((None, 2))
    assert layers.InputLayer(input_tensor=tensor).output is tensor


@pytest.mark.parametrize("max_value", [None, 8.0])
@pytest.mark.parametrize("slope", [0.0, 0.5])
@pytest.mark.parametrize("threshold", [0.0, 5.0])
def test_relu_at_its_corners(max_value, slope, threshold):
    x = np.array([-np.inf, -3.0, 0.0, 4.0, 5.0, 5.1, 8.0, 9.0, np.inf], "float32")
    below = slope * (x - threshold) if slope else np.zeros_like(x)
    expected = np.minimum(np.where(x > threshold, x, below), np.inf if max_value is None else max_value)
    y = layers.ReLU(max_value=max_value, negative_slope=slope, threshold=threshold)(x)
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    theirs = keras.layers.ReLU(max_value=max_value, negative_slope=slope, threshold=threshold)(x[1:-1])
    np.testing.assert_allclose(y[1:-1], theirs, rtol=1e-6)


@pytest.mark.parametrize("kind", ["Add", "Multiply", "Maximum", "Concatenate"])
def test_merges_say_what_masks_they_take(kind):
    layer, x, mask = getattr(layers, kind)(), jnp.ones((2, 3, 4)), jnp.ones((2, 3), bool)
    for inputs, given in ((x, [mask]), ([x, x], mask), ([x, x], [mask])):
        with pytest.raises(ValueError, match="a list with a mask, or None, for each"):
            layer.compute_mask(inputs, given)
        with pytest.raises(ValueError, match="list"):
            getattr(keras.layers, kind)().compute_mask(inputs, given)
    assert layer.compute_mask([x, x], mask=[None, None]) is None
    assert layer.compute_mask([x, x], mask=[mask, mask]).shape == (2, 3)


def test_merges_are_built_from_shapes_in_a_tuple_too():
    layer = layers.Add()
    layer.build(((2, 3), (2, 3)))
    assert layer([ROW, ROW])[0, 0] == 2
    with pytest.raises(ValueError, match="merges a list of inputs"):
        layers.Add().build((2, 3))


NOT_MADE = {
    "Conv2D": ({"filters": 2, "kernel_size": 3, "use_bias": False}, ["bias"]),
    "Conv2DTranspose": ({"filters": 2, "kernel_size": 3, "use_bias": False}, ["bias"]),
    "DepthwiseConv2D": ({"kernel_size": 3, "use_bias": False}, ["bias"]),
    "SeparableConv2D": ({"filters": 2, "kernel_size": 3, "use_bias": False}, ["bias"]),
    "LayerNormalization": ({"scale": False, "center": False}, ["gamma", "beta"]),
    "GroupNormalization": ({"groups": 3, "scale": False, "center": False}, ["gamma", "beta"]),
}


@pytest.mark.parametrize("name", NOT_MADE)
def test_weights_that_are_not_made_are_none(name):
    options, absent = NOT_MADE[name]
    layer = getattr(layers, name)(**options)
    layer(IMAGE)
    assert all(getattr(layer, weight) is None for weight in absent)
    assert not any(weight.name in absent for weight in layer.weights)


# Normalization


def test_batch_normalization_statistics():
    x = np.random.default_rng(1).normal(2.0, 3.0, size=(64, 5)).astype("float32")
    layer = layers.BatchNormalization(momentum=0.8)
    y = layer(x, training=True)
    np.testing.assert_allclose(y, (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.2 * x.mean(0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.8 + 0.2 * x.var(0), rtol=1e-4)
    before = layer.moving_mean.numpy()
    layer.trainable = False
    layer(x, training=True)
    assert np.array_equal(layer.moving_mean.numpy(), before) and layer.trainable_weights == []


def test_batch_normalization_ignores_masked_steps():
    x = np.random.default_rng(2).normal(size=(4, 6, 3)).astype("float32")
    mask = np.arange(6)[None] < np.array([6, 2, 3, 1])[:, None]
    other = np.where(mask[..., None], x, 100.0).astype("float32")
    a, b = layers.BatchNormalization(), layers.BatchNormalization()
    close = a(x, training=True, mask=jnp.asarray(mask)), b(other, training=True, mask=jnp.asarray(mask))
    np.testing.assert_allclose(close[0][mask], close[1][mask], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(a.moving_mean.numpy(), 0.01 * x[mask].mean(0), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("axis", [-1, 1, -2, (1, 2), [2, 1]])
def test_rms_normalization_along_any_axis(axis):
    """The real Keras broadcasts the scale from the last axis, whichever it is for, and fails or grows the result."""
    x = np.random.default_rng(4).normal(size=(3, 4, 5)).astype("float32")
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    layer = layers.RMSNormalization(axis=axis, epsilon=1e-3)
    layer(x)
    scale = np.random.default_rng(5).normal(size=layer.scale.shape).astype("float32")
    layer.set_weights([scale])
    along = [size if i in {a % 3 for a in axes} else 1 for i, size in enumerate(x.shape)]
    expected = x / np.sqrt((x**2).mean(axes, keepdims=True) + 1e-3) * scale.reshape(along)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"])
def test_convolutions_compute_in_the_dtype_of_their_kernel(name):
    options = {"kernel_size": 2} if name == "DepthwiseConv2D" else {"filters": 2, "kernel_size": 2}
    for policy, dtype in (("mixed_bfloat16", "bfloat16"), ("float16", "float16"), ("float32", "float32")):
        layer = getattr(layers, name)(**options, dtype=policy)
        theirs = getattr(keras.layers, name)(**options, dtype=policy)(keras.KerasTensor((2, 8, 8, 3), "float32"))
        for given in ("float32", "float16", "uint8"):
            symbol = layer(symbolic.KerasTensor((None, 8, 8, 3), given))
            assert symbol.dtype == dtype == theirs.dtype and layer(IMAGE.astype(given)).dtype == dtype
            assert (2, *symbol.shape[1:]) == layer(IMAGE.astype(given)).shape == tuple(theirs.shape)


def test_batch_normalization_of_large_means():
    x = (np.random.default_rng(3).normal(size=(256, 2)) + 3000.0).astype("float32")
    y = np.asarray(layers.BatchNormalization(epsilon=1e-6)(x, training=True))
    np.testing.assert_allclose(y.std(0), 1.0, rtol=1e-2)


def test_half_precision_statistics_do_not_overflow():
    x = jnp.full((8, 4), 300.0, "float16") * jnp.arange(1, 9, dtype="float16")[:, None]
    assert bool(jnp.isfinite(layers.BatchNormalization(dtype="float16")(x, training=True)).all())
    assert bool(jnp.isfinite(layers.LayerNormalization(dtype="float16")(x * jnp.arange(4, dtype="float16"))).all())


# Randomness

NOISY = {
    "Dropout": (layers.Dropout, {"rate": 0.3}, 1.0, 0.3 / 0.7),
    "GaussianNoise": (layers.GaussianNoise, {"stddev": 0.5}, 1.0, 0.25),
    "GaussianDropout": (layers.GaussianDropout, {"rate": 0.3}, 1.0, 0.3 / 0.7),
}


@pytest.mark.parametrize("cls, arguments, mean, variance", NOISY.values(), ids=NOISY)
def test_noise_has_its_mean_and_variance(cls, arguments, mean, variance):
    x = jnp.ones((200, 500))
    y = cls(**arguments, seed=1)(x, training=True)
    assert abs(float(y.mean()) - mean) < 0.01 and abs(float(y.var()) - variance) < 0.01
    assert np.array_equal(cls(**arguments, seed=1)(x), x)


def test_alpha_dropout_keeps_mean_and_variance():
    x = jax.random.normal(jax.random.key(0), (400, 500))
    y = layers.AlphaDropout(0.2, seed=1)(x, training=True)
    assert abs(float(y.mean())) < 0.02 and abs(float(y.var()) - 1.0) < 0.02


def test_dropout_seeds():
    x = jnp.ones((50, 20))
    a, b = layers.Dropout(0.5, seed=4), layers.Dropout(0.5, seed=4)
    first = a(x, training=True)
    assert np.array_equal(first, b(x, training=True))
    assert not np.array_equal(first, a(x, training=True))
    assert a.weights == [] and len(a.variables) == 1
    assert layers.Dropout(0.0).variables == []


def test_dropout_gradient_uses_the_mask_of_the_forward_pass():
    layer, x = layers.Dropout(0.5, seed=2), jnp.ones((30, 10))
    pure = state.pure(layer, layer.variables)
    values = [v.value for v in layer.variables]
    y, back = jax.vjp(lambda x: pure(values, x, training=True)[0], x)
    assert np.array_equal(back(jnp.ones_like(y))[0], y)
    again = jax.jit(lambda values, x: pure(values, x, training=True))(values, x)
    assert np.array_equal(again[0], y) and not np.array_equal(again[1][0], values[0])


@pytest.mark.parametrize("first", [False, True])
def test_spatial_dropout_drops_whole_channels(first):
    x = jnp.ones((4, 3, 5, 6))
    layer = layers.SpatialDropout2D(0.5, data_format="channels_first" if first else "channels_last", seed=3)
    y = layer(x, training=True)
    assert np.array_equal(y, jnp.broadcast_to(y[:, :, :1, :1] if first else y[:, :1, :1], y.shape))
    assert set(np.unique(y)) == {0.0, 2.0}


def test_noise_shape_shares_the_mask():
    y = layers.Dropout(0.5, noise_shape=(None, 1, None), seed=1)(jnp.ones((4, 5, 6)), training=True)
    assert np.array_equal(y, jnp.broadcast_to(y[:, :1], y.shape)) and len(np.unique(y)) == 2


# Names in files


def test_names_and_aliases():
    assert layers.MaxPool2D is layers.MaxPooling2D and type(layers.Convolution2D(2, (3, 3))) is layers.Conv2D
    assert layers.get({"class_name": "MaxPool2D", "config": {}}).pool_size == (2, 2)
    assert layers.serialize(layers.Conv2D(2, 3, name="c"))["module"] == "keras.layers"
    assert layers.layer.layers.find("conv2d") is layers.Conv2D
    with pytest.raises(ValueError, match="'Dens'.*'Dense'"):
        layers.deserialize({"class_name": "Dens", "config": {}})


def test_every_layer_documents_its_arguments_in_order():
    for name in layers.__all__:
        item = getattr(layers, name)
        if name in ("InputSpec",) or not isinstance(item, type) or item in OLDER:
            continue
        shared = {} if item is layers.Layer else Options._arguments.keys()
        signature = cornu.layers.calling.parameters(item.__init__).values()
        known = [
            p.name
            for p in signature
            if p.kind is not p.VAR_KEYWORD and (p.kind is not p.KEYWORD_ONLY or p.name not in shared)
        ]
        doc = item.__doc__ or ""
        places = [doc.find(f"\n    {p}: ") for p in known]
        places = places if min(places, default=0) >= 0 else [doc.find(f"        {p}: ") for p in known]
        assert all(p >= 0 for p in places) and places == sorted(places), name
        assert ">>> " in doc, name


def test_a_pure_call_gives_what_layers_add_to_the_loss():
    """Also while it is traced, where nothing of it is kept on the layer."""

    class Penalty(layers.Layer):
        def call(self, x):
            self.add_loss(3.0 * cornu.ops.mean(x))
            return x

    dense = layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l2")
    model = cornu.Sequential([cornu.Input((4,)), dense, Penalty()])
    x = np.ones((2, 4), "float32")
    model(x)
    expected = [float(loss) for loss in model.losses]
    assert len(expected) == 3
    trained, others = ([v.value for v in vs] for vs in (model.trainable_variables, model.non_trainable_variables))

    def call(trained, others, x):
        return model.stateless_call(trained, others, x, return_losses=True)

    for run in (call, jax.jit(call)):
        np.testing.assert_allclose([float(loss) for loss in run(trained, others, x)[2]], expected, rtol=1e-6)
        np.testing.assert_allclose([float(loss) for loss in model.losses], expected, rtol=1e-6)
    gradient = jax.grad(lambda kernel: sum(call([kernel, trained[1]], others, x)[2]))(trained[0])
    assert np.abs(gradient).min() > 1e-6
    alone = dense.stateless_call(trained, others, x, return_losses=True)[2]
    np.testing.assert_allclose([float(loss) for loss in alone], expected[:2], rtol=1e-6)


@pytest.mark.parametrize("return_losses", [False, True])
def test_a_pure_call_inside_a_call_has_its_mode(return_losses):
    """As a plain call has: dropout inside acts in training, and in nothing else."""

    class Around(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = layers.Dropout(0.5)

        def call(self, x):
            others = [v.value for v in self.inner.non_trainable_variables]
            return self.inner.stateless_call([], others, x, return_losses=return_losses)[0]

    layer, x = Around(), np.ones((4, 50), "float32")
    layer.inner.build(x.shape)
    assert (np.asarray(layer(x, training=True)) == 0).any()
    assert (np.asarray(layer(x, training=False)) == 1).all()


@pytest.mark.parametrize("kind", ["Average", "Max"])
def test_adaptive_pooling_to_the_same_size_changes_nothing(kind, rng):
    """Keras's means of a volume are NaN there."""
    for rank in (1, 2, 3):
        x = rng.normal(size=(2, 5, 6, 7, 2)[: rank + 2]).astype("float32")
        layer = getattr(layers, f"Adaptive{kind}Pooling{rank}D")(x.shape[1:-1])
        np.testing.assert_allclose(layer(x), x, rtol=1e-6)
        unknown = layer(cornu.Input((*(None,) * rank, 2)))
        assert unknown.shape == (None, *x.shape[1:-1], 2)


def test_what_else_a_layer_can_be_asked():
    layer = cornu.layers.LSTM(3)
    assert layer.call_signature_parameters == ["sequences", "initial_state", "mask", "training"]
    assert layer.symbolic_call(cornu.Input((5, 2))).shape == (None, 3)
    assert layer._nodes == []  # it is no part of a graph
    with pytest.raises(NotImplementedError, match=r"self.norm = cornu.metrics.Mean\(name='norm'\)"):
        layer.add_metric(1.0, name="norm")
