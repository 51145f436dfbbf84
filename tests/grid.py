"""The conformance grid: every public layer, with arguments and inputs. Adding a layer is one line.

`tests/test_grid_layers.py` runs every line through parity with Keras (outputs, gradients, states, losses, masks,
config, shapes, dtypes), compilation, mixed precision and batch independence.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One layer of the grid.

    Args:
        name: name in `cornu.layers` and `keras.layers`.
        inputs: a shape, an `Ids`, or a list of them for a layer of several inputs; a tuple of them where `call` has a
            parameter for each.
        arguments: constructor arguments; an `Inner` among them is made anew in each library.
        label: tells apart several cases of one layer.
        noisy: training draws random numbers, so that only inference is compared.
        deaf: neither library passes a mask to this case: it cannot take one.
    """

    name: str
    inputs: Any
    arguments: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    noisy: bool = False
    deaf: bool = False

    @property
    def id(self) -> str:
        """What the test is called."""
        return f"{self.name}-{self.label}" if self.label else self.name

    def make(self, library: Any, **more: Any) -> Any:
        """The layer, in `cornu` or `keras`."""
        values = {k: v.make(library.layers) if isinstance(v, Inner) else v for k, v in self.arguments.items()}
        return getattr(library.layers, self.name)(**values, **more)

    def data(self) -> Any:
        """Random inputs, the same every time."""
        rng = np.random.default_rng(zlib.crc32(self.id.encode()))
        return each(lambda spec: spec.draw(rng) if isinstance(spec, Ids) else draw(rng, spec), self.inputs)

    def tensors(self, library: Any, unknown: Callable[[int], Any] = lambda rank: ()) -> Any:
        """Symbolic inputs, without the sizes of the axes that `unknown` names for a rank."""

        def tensor(x: np.ndarray) -> Any:
            shape = [None if i in unknown(x.ndim) else size for i, size in enumerate(x.shape)]
            return library.KerasTensor(shape, dtype=str(x.dtype))

        return each(tensor, self.data())


@dataclass(frozen=True)
class Ids:
    """Integers below `high`."""

    shape: tuple[int, ...]
    high: int

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """The integers."""
        return rng.integers(0, self.high, self.shape).astype("int32")


@dataclass(frozen=True)
class Inner:
    """An argument that is itself a layer: a function of `cornu.layers` or `keras.layers`."""

    make: Callable[[Any], Any]


def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Normal numbers of one shape."""
    return rng.normal(size=shape).astype("float32")


def each(fn: Callable[[Any], Any], specs: Any) -> Any:
    """`fn` of one input, or of each in a list or tuple."""
    if isinstance(specs, tuple) and not isinstance(specs[0], int):
        return tuple(fn(spec) for spec in specs)
    return [fn(spec) for spec in specs] if isinstance(specs, list) else fn(specs)


def given(inputs: Any) -> tuple[Any, ...]:
    """The arguments of a call: one for all inputs, or one for each in a tuple."""
    return inputs if isinstance(inputs, tuple) else (inputs,)


def case(name: str, inputs: Any, label: str = "", noisy: bool = False, deaf: bool = False, **arguments: Any) -> Case:
    """A line of the grid."""
    return Case(name, inputs, arguments, label, noisy, deaf)


def twice(x: Any) -> Any:
    """A function for Lambda."""
    return x * 2.0 + 1.0


def stack(m: Any) -> list[Any]:
    """Two recurrent cells."""
    return [m.LSTMCell(3, name="a"), m.GRUCell(2, name="b")]


ROW, STEPS, IMAGE, VOLUME = (4, 6), (3, 10, 4), (2, 9, 8, 4), (2, 5, 6, 7, 2)
FIRST1, FIRST2, FIRST3 = (3, 4, 10), (2, 4, 9, 8), (2, 2, 5, 6, 7)
FRAMES1, FRAMES2, FRAMES3 = (2, 4, 7, 3), (2, 4, 6, 5, 3), (2, 4, 3, 6, 5)
ALL = {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2"}
UNLIKE: dict[str, Any] = {"noisy": True, "deaf": True, "return_sequences": True}
CONV_LSTM: dict[str, Any] = {"strides": 2, "padding": "same", "data_format": "channels_first"}
CONV_LSTM |= {"recurrent_activation": "hard_sigmoid", "unit_forget_bias": False, "recurrent_regularizer": "l2"}

LAYERS = [
    # core
    case("Dense", ROW, units=3),
    case("Dense", STEPS, "steps", units=3, activation="tanh", kernel_constraint="max_norm", **ALL),
    case("Dense", (2, 3, 4, 5), "no_bias", units=3, use_bias=False, kernel_initializer="he_normal"),
    case("Embedding", Ids((3, 5), 7), input_dim=7, output_dim=4),
    case(
        "Embedding", Ids((3, 5), 7), "mask_zero", input_dim=7, output_dim=4, mask_zero=True, embeddings_regularizer="l2"
    ),
    case("Activation", ROW, activation="softplus"),
    case("Identity", STEPS),
    case("Masking", STEPS, mask_value=0.5),
    case("Lambda", STEPS, function=twice),
    case("ReLU", ROW),
    case("ReLU", ROW, "all", max_value=1.0, negative_slope=0.2, threshold=0.3),
    case("LeakyReLU", ROW, negative_slope=0.1),
    case("ELU", ROW, alpha=0.7),
    case("PReLU", IMAGE, alpha_regularizer="l2"),
    case("PReLU", IMAGE, "shared", shared_axes=[1, 2]),
    case("Softmax", ROW),
    case("Softmax", STEPS, "axes", axis=[1, 2], deaf=True),
    case("EinsumDense", STEPS, equation="abc,cde->abde", output_shape=(10, 2, 3), bias_axes="e", activation="tanh"),
    case("EinsumDense", STEPS, "dots", equation="...b,bc->...c", output_shape=3, bias_axes="c", **ALL),
    case("EinsumDense", IMAGE, "dots_last", equation="ab...,bc->ac...", output_shape=3, bias_axes="c", deaf=True),
    case("ReversibleEmbedding", Ids((3, 5), 7), input_dim=7, output_dim=4, tie_weights=False, mask_zero=True),
    # attention
    case("MultiHeadAttention", (STEPS, STEPS), num_heads=2, key_dim=3, **ALL),
    case("MultiHeadAttention", (STEPS, (3, 7, 5)), "cross", num_heads=2, key_dim=3, use_gate=True),
    case(
        "MultiHeadAttention", (STEPS, STEPS, STEPS), "window", num_heads=2, key_dim=3, sliding_window=3, use_bias=False
    ),
    case(
        "MultiHeadAttention",
        ((2, 3, 5, 4), (2, 3, 6, 4)),
        "axis",
        num_heads=2,
        key_dim=3,
        value_dim=4,
        attention_axes=2,
        deaf=True,
    ),
    case(
        "MultiHeadAttention",
        (IMAGE, IMAGE),
        "axes",
        num_heads=2,
        key_dim=3,
        output_shape=(2, 3),
        use_bias=False,
        deaf=True,
    ),
    case("MultiHeadAttention", (STEPS, STEPS), "dropout", num_heads=2, key_dim=3, dropout=0.4, noisy=True),
    case(
        "GroupQueryAttention",
        (STEPS, (3, 7, 4)),
        head_dim=3,
        num_query_heads=4,
        num_key_value_heads=2,
        use_bias=False,
        kernel_regularizer="l2",
        activity_regularizer="l2",
    ),
    case(
        "GroupQueryAttention",
        (STEPS, STEPS),
        "gate",
        head_dim=3,
        num_query_heads=4,
        num_key_value_heads=1,
        use_gate=True,
        dropout=0.3,
        noisy=True,
    ),
    case("Attention", [STEPS, (3, 7, 4)]),
    case("Attention", [STEPS, (3, 7, 5), (3, 7, 4)], "concat", use_scale=True, score_mode="concat"),
    case("Attention", [STEPS, STEPS], "dropout", use_scale=True, dropout=0.4, noisy=True),
    case("AdditiveAttention", [STEPS, (3, 7, 4)]),
    case("AdditiveAttention", [STEPS, (3, 7, 5), (3, 7, 4)], "keys", use_scale=False),
    # convolution
    case("Conv1D", STEPS, filters=3, kernel_size=3),
    case("Conv1D", STEPS, "causal", filters=3, kernel_size=3, padding="causal", dilation_rate=2, **ALL),
    case("Conv1D", FIRST1, "first", filters=4, kernel_size=3, groups=2, strides=2, data_format="channels_first"),
    case("Conv2D", IMAGE, filters=3, kernel_size=3),
    case("Conv2D", IMAGE, "same", filters=6, kernel_size=(3, 2), strides=2, padding="same", groups=2, **ALL),
    case("Conv2D", IMAGE, "dilated", filters=3, kernel_size=3, dilation_rate=2, activation="relu", use_bias=False),
    case("Conv2D", IMAGE, "pointwise", filters=5, kernel_size=1),
    case("Conv2D", FIRST2, "first", filters=3, kernel_size=3, padding="same", data_format="channels_first"),
    case("Conv3D", VOLUME, filters=3, kernel_size=2, strides=2),
    case("Conv3D", FIRST3, "first", filters=4, kernel_size=3, padding="same", groups=2, data_format="channels_first"),
    case("Conv1DTranspose", STEPS, filters=3, kernel_size=3, strides=2, output_padding=1),
    case("Conv1DTranspose", FIRST1, "first", filters=3, kernel_size=4, dilation_rate=2, data_format="channels_first"),
    case("Conv2DTranspose", IMAGE, filters=3, kernel_size=3, strides=2, padding="same", **ALL),
    case("Conv2DTranspose", IMAGE, "small", filters=3, kernel_size=2, strides=(3, 2), activation="relu"),
    case("Conv2DTranspose", FIRST2, "first", filters=3, kernel_size=4, strides=2, data_format="channels_first"),
    case("Conv3DTranspose", VOLUME, filters=3, kernel_size=3, strides=2, padding="same"),
    case("DepthwiseConv1D", STEPS, kernel_size=3, depth_multiplier=2),
    case("DepthwiseConv2D", IMAGE, kernel_size=3, strides=2, padding="same", depthwise_regularizer="l2"),
    case("DepthwiseConv2D", FIRST2, "first", kernel_size=3, depth_multiplier=2, data_format="channels_first"),
    case("DepthwiseConv2D", IMAGE, "dilated", kernel_size=3, dilation_rate=2, activation="relu"),
    case("SeparableConv1D", STEPS, filters=3, kernel_size=3, depth_multiplier=2),
    case("SeparableConv2D", IMAGE, filters=3, kernel_size=3, padding="same", pointwise_regularizer="l2"),
    case("SeparableConv2D", FIRST2, "first", filters=3, kernel_size=3, strides=2, data_format="channels_first"),
    # pooling
    case("MaxPooling1D", STEPS),
    case("MaxPooling1D", FIRST1, "first", pool_size=3, strides=2, padding="same", data_format="channels_first"),
    case("MaxPooling2D", IMAGE),
    case("MaxPooling2D", IMAGE, "overlap", pool_size=(3, 2), strides=(2, 1), padding="same"),
    case("MaxPooling2D", FIRST2, "first", pool_size=2, data_format="channels_first"),
    case("MaxPooling3D", VOLUME, pool_size=2),
    case("AveragePooling1D", STEPS, pool_size=3, padding="same"),
    case("AveragePooling2D", IMAGE, pool_size=2),
    case("AveragePooling2D", IMAGE, "overlap", pool_size=3, strides=2, padding="same"),
    case("AveragePooling2D", FIRST2, "first", pool_size=2, data_format="channels_first"),
    case("AveragePooling3D", VOLUME, pool_size=(2, 3, 2), strides=1),
    case("AdaptiveAveragePooling1D", STEPS, output_size=4),
    case("AdaptiveAveragePooling2D", IMAGE, output_size=(4, 3)),
    case("AdaptiveAveragePooling2D", FIRST2, "first", output_size=5, data_format="channels_first"),
    case("AdaptiveAveragePooling3D", VOLUME, output_size=(2, 3, 4)),
    case("AdaptiveMaxPooling1D", FIRST1, "first", output_size=3, data_format="channels_first"),
    case("AdaptiveMaxPooling2D", IMAGE, output_size=(4, 8)),
    case("AdaptiveMaxPooling3D", VOLUME, output_size=3),
    case("GlobalMaxPooling1D", STEPS),
    case("GlobalMaxPooling2D", FIRST2, data_format="channels_first", keepdims=True),
    case("GlobalMaxPooling3D", VOLUME),
    case("GlobalAveragePooling1D", STEPS),
    case("GlobalAveragePooling1D", STEPS, "keepdims", keepdims=True),
    case("GlobalAveragePooling2D", IMAGE),
    case("GlobalAveragePooling2D", FIRST2, "first", data_format="channels_first", keepdims=True),
    case("GlobalAveragePooling3D", VOLUME),
    # normalization
    case("BatchNormalization", ROW, gamma_regularizer="l2", beta_constraint="non_neg"),
    case("BatchNormalization", STEPS, "steps", momentum=0.9, epsilon=1e-4),
    case("BatchNormalization", IMAGE, "bare", center=False, scale=False, deaf=True),
    case("BatchNormalization", FIRST2, "first", axis=1, deaf=True),
    case("BatchNormalization", IMAGE, "frozen", trainable=False, deaf=True),
    case("BatchNormalization", ROW, "renorm", renorm=True, renorm_clipping={"rmax": 1.5, "rmin": 0.5, "dmax": 0.4}),
    case("LayerNormalization", STEPS, gamma_regularizer="l2"),
    case("LayerNormalization", IMAGE, "axes", axis=[1, 3], epsilon=1e-5, center=False),
    case("LayerNormalization", STEPS, "rms_scaling", rms_scaling=True),
    case("RMSNormalization", STEPS),
    case("UnitNormalization", STEPS, axis=[1, 2]),
    case("GroupNormalization", IMAGE, groups=2),
    case("GroupNormalization", FIRST2, "instance", groups=-1, axis=1, epsilon=1e-5),
    # merging
    case("Add", [STEPS, STEPS, STEPS]),
    case("Add", [STEPS, (3, 1, 4)], "broadcast"),
    case("Subtract", [ROW, ROW]),
    case("Multiply", [STEPS, STEPS]),
    case("Multiply", [STEPS, (3, 4)], "ranks", deaf=True),
    case("Average", [STEPS, STEPS, STEPS]),
    case("Maximum", [STEPS, STEPS]),
    case("Minimum", [STEPS, STEPS]),
    case("Concatenate", [STEPS, (3, 10, 2)]),
    case("Concatenate", [STEPS, (3, 2, 4)], "time", axis=1),
    case("Dot", [ROW, ROW], axes=1),
    case("Dot", [STEPS, (3, 7, 4)], "pairs", axes=2),
    case("Dot", [STEPS, (3, 10)], "normalized", axes=(1, 1), normalize=True),
    case("Dot", [(2, 3, 4, 5), (2, 4, 6)], "mixed", axes=[2, 1]),
    # reshaping
    case("Flatten", IMAGE),
    case("Flatten", FIRST2, "first", data_format="channels_first"),
    case("Reshape", IMAGE, target_shape=(-1, 8)),
    case("Reshape", ROW, "fixed", target_shape=(3, 2)),
    case("Permute", STEPS, dims=(2, 1)),
    case("RepeatVector", ROW, n=3),
    case("UpSampling1D", STEPS, size=3),
    case("UpSampling2D", IMAGE, size=(2, 3)),
    case("UpSampling2D", FIRST2, "bilinear", size=2, data_format="channels_first", interpolation="bilinear"),
    case("UpSampling3D", VOLUME),
    case("ZeroPadding1D", STEPS, padding=(1, 2)),
    case("ZeroPadding1D", FIRST1, "first", padding=2, data_format="channels_first"),
    case("ZeroPadding2D", IMAGE, padding=((1, 0), (2, 3))),
    case("ZeroPadding2D", FIRST2, "first", padding=(1, 2), data_format="channels_first"),
    case("ZeroPadding3D", VOLUME),
    case("Cropping1D", STEPS),
    case("Cropping2D", IMAGE, cropping=((1, 0), (2, 3))),
    case("Cropping2D", FIRST2, "first", cropping=1, data_format="channels_first"),
    case("Cropping3D", VOLUME),
    # recurrent
    case("SimpleRNN", STEPS, units=3, activation="relu", go_backwards=True, use_bias=False, kernel_regularizer="l2"),
    case("LSTM", STEPS, units=3, return_sequences=True, return_state=True, recurrent_regularizer="l2"),
    case("LSTM", STEPS, "activations", units=3, activation="elu", recurrent_activation="hard_sigmoid", **ALL),
    case("LSTM", STEPS, "dropout", units=3, dropout=0.3, recurrent_dropout=0.2, noisy=True),
    case("GRU", STEPS, units=3, return_sequences=True),
    case("GRU", STEPS, "reset_before", units=3, reset_after=False, return_state=True),
    case("RNN", STEPS, cell=Inner(lambda m: m.StackedRNNCells(stack(m), name="c"))),
    # Keras on JAX compares masks with the wrong axes of images: tests/test_layers_recurrent.py
    case("ConvLSTM1D", FRAMES1, filters=3, kernel_size=3, return_sequences=True, return_state=True, deaf=True),
    case("ConvLSTM1D", FRAMES1, "dilated", filters=2, kernel_size=2, dilation_rate=2, use_bias=False, deaf=True),
    case("ConvLSTM2D", FRAMES2, filters=3, kernel_size=(3, 2), padding="same", go_backwards=True, deaf=True, **ALL),
    case("ConvLSTM2D", FRAMES3, "first", filters=2, kernel_size=3, deaf=True, **CONV_LSTM),
    case("ConvLSTM2D", FRAMES2, "dropout", filters=2, kernel_size=3, dropout=0.3, recurrent_dropout=0.2, **UNLIKE),
    case("ConvLSTM3D", (2, 3, 4, 5, 3, 2), filters=2, kernel_size=(2, 3, 2), deaf=True),
    # wrappers
    case("Bidirectional", STEPS, layer=Inner(lambda m: m.LSTM(3, return_sequences=True, name="a"))),
    case("Bidirectional", STEPS, "sum", layer=Inner(lambda m: m.GRU(3, name="a")), merge_mode="sum"),
    case("SpectralNormalization", STEPS, layer=Inner(lambda m: m.Dense(3, name="a")), power_iterations=2),
    case("SpectralNormalization", IMAGE, "conv", layer=Inner(lambda m: m.Conv2D(3, 3, name="a")), deaf=True),
    case("TimeDistributed", STEPS, layer=Inner(lambda m: m.Dense(3, activation="tanh", name="a"))),
    case("TimeDistributed", (2, 3, 9, 8, 4), "conv", layer=Inner(lambda m: m.Conv2D(3, 3, name="a")), deaf=True),
    # regularization
    case("Dropout", STEPS, rate=0.4, seed=3, noisy=True),
    case("Dropout", STEPS, "none", rate=0.0),
    case("Dropout", STEPS, "shape", rate=0.4, noise_shape=(None, 1, None), noisy=True),
    case("SpatialDropout1D", STEPS, rate=0.4, noisy=True),
    case("SpatialDropout2D", IMAGE, rate=0.4, noisy=True),
    case("SpatialDropout3D", VOLUME, rate=0.4, noisy=True),
    case("GaussianNoise", STEPS, stddev=0.4, noisy=True),
    case("GaussianDropout", STEPS, rate=0.4, noisy=True),
    case("AlphaDropout", STEPS, rate=0.4, noisy=True),
    case("ActivityRegularization", ROW, l1=0.1, l2=0.2),
]

# The merging functions: name, inputs and arguments.
FUNCTIONS = [
    case("add", [ROW, ROW]),
    case("subtract", [ROW, ROW]),
    case("multiply", [ROW, ROW]),
    case("average", [ROW, ROW]),
    case("maximum", [ROW, ROW]),
    case("minimum", [ROW, ROW]),
    case("concatenate", [ROW, (4, 2)], axis=1),
    case("dot", [ROW, ROW], axes=1, normalize=True),
]
