"""What older versions of Keras called things, and what they meant by them: names, values, defaults, formulas."""

from typing import Any, NamedTuple

import jax.numpy as jnp

from ..core import dtypes, lookup


class Era(NamedTuple):
    """Which Keras something was written in.

    Args:
        major: 1, 2 or 3.
        tf: whether it was that of TensorFlow.
    """

    major: int
    tf: bool = False


TODAY = Era(3)


def era(version: Any) -> Era:
    """The era of a version as files hold it: `"1.2.2"`, `"2.2.4"`, `"2.2.4-tf"`, `"2.15.0"`, `"3.15.1"`."""
    numbers = [int(part) if part.isdigit() else 0 for part in str(version).partition("-")[0].split(".")]
    major, minor = (*numbers, 0)[:2]
    return TODAY if major not in (1, 2) else Era(major, "tf" in str(version) or (major, minor) >= (2, 4))


# Arguments


def _merged(*groups: tuple[tuple[str, ...], dict[str, str | None]]) -> dict[str, dict[str, str | None]]:
    """Class -> old argument -> new one, of groups of classes that share some."""
    merged: dict[str, dict[str, str | None]] = {}
    for classes, names in groups:
        for cls in classes:
            merged.setdefault(cls, {}).update(names)
    return merged


_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "LocallyConnected1D", "LocallyConnected2D")
_SEPARABLE = ("SeparableConv1D", "SeparableConv2D")
_RECURRENT = ("SimpleRNN", "GRU", "LSTM")
_POOLING = tuple(f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3))
_GLOBAL = ("GlobalMaxPooling", "GlobalAveragePooling")
_KERNEL: dict[str, str | None] = {f"kernel_{what}": None for what in ("initializer", "regularizer", "constraint")}

# None drops an argument that says nothing any more. "*" holds for every class of Keras.
RENAMED = _merged(
    (("*",), dict.fromkeys(("input_dtype", "time_major", "implementation", "quantization_config"))),
    (("InputLayer",), {"batch_input_shape": "batch_shape", "input_shape": "shape", "input_dtype": "dtype"}),
    (("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout"), {"p": "rate"}),
    (("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), {"noise_shape": None}),
    # Where the code of its functions was.
    (
        ("Lambda",),
        dict.fromkeys(f"{key}_{what}" for key in ("function", "output_shape", "mask") for what in ("type", "module")),
    ),
    (("Lambda",), {"module": None}),
    (("GaussianNoise",), {"sigma": "stddev"}),
    (("LeakyReLU",), {"alpha": "negative_slope"}),
    (("PReLU",), {"init": "alpha_initializer", "weights": None}),
    (("BatchNormalization",), {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"}),
    (("Embedding",), {f"W_{what}": f"embeddings_{what}" for what in ("regularizer", "constraint")}),
    (("Embedding",), {"init": "embeddings_initializer", "dropout": None}),
    (("BatchNormalization",), dict.fromkeys(("mode", "fused", "virtual_batch_size", "adjustment", "input_dim"))),
    (("UpSampling1D",), {"length": "size"}),
    (("Reshape",), {"newshape": None, "dims": "target_shape"}),
    (("MaxNorm",), {"m": "max_value"}),
    (("L1",), {"l": "l1"}),
    (("L2",), {"l": "l2"}),
    (("relu",), {"alpha": "negative_slope"}),
    (("to_categorical",), {"y": "x", "nb_classes": "num_classes"}),
    (("MultiHeadAttention",), dict.fromkeys(("query_shape", "key_shape", "value_shape"))),
    (("Softmax",), {"threshold": None}),
    (
        ("Dense", "TimeDistributedDense", "MaxoutDense", "Highway", *_CONVOLUTIONS),
        {"init": "kernel_initializer", "W_regularizer": "kernel_regularizer", "W_constraint": "kernel_constraint"},
    ),
    (
        ("Dense", "TimeDistributedDense", "MaxoutDense", "Highway", *_CONVOLUTIONS, *_SEPARABLE),
        {"bias": "use_bias", "b_regularizer": "bias_regularizer", "b_constraint": "bias_constraint"},
    ),
    (("Dense", "TimeDistributedDense", "MaxoutDense"), {"output_dim": "units", "input_dim": None}),
    (
        (*_CONVOLUTIONS, *_SEPARABLE),
        {
            **{"nb_filter": "filters", "filter_length": "kernel_size", "atrous_rate": "dilation_rate"},
            **{"border_mode": "padding", "dim_ordering": "data_format"},
            **dict.fromkeys(("subsample", "subsample_length"), "strides"),
            **dict.fromkeys(("input_length", "input_dim")),
        },
    ),
    (("Conv2D", "Conv2DTranspose", "SeparableConv2D"), {"nb_row": "nb_row", "nb_col": "nb_col"}),
    (("Conv3D",), {f"kernel_dim{side}": f"kernel_dim{side}" for side in (1, 2, 3)}),
    # tf.keras listed arguments that these layers ignore.
    (_SEPARABLE, {"groups": None, **_KERNEL}),
    (("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), {"groups": None}),
    (("Conv2DTranspose",), {"output_shape": None}),  # the padding says it
    (("DepthwiseConv1D", "DepthwiseConv2D"), {"groups": None, "filters": None, **_KERNEL}),
    (
        _RECURRENT,
        {
            **{"output_dim": "units", "init": "kernel_initializer", "inner_init": "recurrent_initializer"},
            **{"W_regularizer": "kernel_regularizer", "U_regularizer": "recurrent_regularizer"},
            **{"b_regularizer": "bias_regularizer", "inner_activation": "recurrent_activation"},
            **{"dropout_W": "dropout", "dropout_U": "recurrent_dropout"},
            **dict.fromkeys(("forget_bias_init", "consume_less", "input_dim", "input_length")),
        },
    ),
    (
        (*_RECURRENT, *[f"{name}Cell" for name in _RECURRENT], "LocallyConnected1D", "LocallyConnected2D"),
        {"implementation": "implementation"},
    ),
    (_POOLING, {"border_mode": "padding", "pool_length": "pool_size", "stride": "strides"}),
    (
        (
            *(*_POOLING, "Flatten", "SpatialDropout2D", "SpatialDropout3D"),
            *(f"{name}{rank}D" for name in (*_GLOBAL, "ZeroPadding", "UpSampling", "Cropping") for rank in (2, 3)),
        ),
        {"dim_ordering": "data_format"},
    ),
    (("Model",), {"input": "inputs", "output": "outputs"}),
    (("fit", "evaluate", "predict"), dict.fromkeys(("workers", "use_multiprocessing", "max_queue_size"))),
    (("fit", "fit_generator"), {"nb_epoch": "epochs"}),
    (
        ("fit_generator", "evaluate_generator", "predict_generator"),
        dict.fromkeys(
            ("max_q_size", "max_queue_size", "nb_worker", "workers", "pickle_safe", "use_multiprocessing"),
        ),
    ),
    (
        ("compile",),
        dict.fromkeys(("sample_weight_mode", "target_tensors", "distribute", "experimental_run_tf_function")),
    ),
    (("save_model",), dict.fromkeys(("save_format", "signatures", "options", "save_traces"))),
    (("save_weights",), dict.fromkeys(("save_format", "options"))),
    (("load_model",), {"options": None}),
    (("add_weight",), dict.fromkeys(("partitioner", "use_resource", "synchronization", "collections"))),
    (("add_weight",), {"experimental_autocast": "autocast"}),
    (("multi_hot",), {"num_tokens": "num_classes"}),
    (("load_weights",), dict.fromkeys(("options", "reshape", "objects_to_skip"))),
    (("optimizer",), {"lr": "learning_rate", "decay": "decay"}),
    (("LossScaleOptimizer",), {"dynamic": None}),
    (("optimizer",), dict.fromkeys(("jit_compile", "schedule_decay", "is_legacy_optimizer"))),
)

# Arguments of which another one is made.
BECOME = {
    "decay": "is a schedule of the learning rate today",
    **dict.fromkeys(("nb_row", "nb_col", *(f"kernel_dim{n}" for n in (1, 2, 3))), "is a part of 'kernel_size' today"),
}

# Arguments of methods that are gone -> what to write.
_IN_COMPILE = 'Write metrics=["accuracy"] in compile(): fit and evaluate then give it.'
_BY_LOSS = 'The loss says it: "categorical_crossentropy" for one-hot labels, "binary_crossentropy" for 0 and 1.'
GONE = {
    **dict.fromkeys((("fit", "show_accuracy"), ("fit_generator", "show_accuracy")), _IN_COMPILE),
    ("evaluate", "show_accuracy"): _IN_COMPILE,
    ("compile", "class_mode"): _BY_LOSS,
}

# Arguments by position, where the first is a string that today stands elsewhere.
ORDERS = {"add_weight": ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")}


# Dropped arguments that mean what no argument of today does, unless they have one of these values.
NEUTRAL: dict[str, tuple[Any, ...]] = {
    **{"mode": (0, None), "time_major": (False, None), "dynamic": (True, None)},
    "dropout": (0, 0.0, None),  # of an Embedding, whole words
}


def is_optimizer(name: str) -> bool:
    """Whether a class is one of the library's optimizers, which share their older arguments."""
    return name in lookup.tables()["keras.optimizers"].entries


def renamed(name: str) -> dict[str, str | None]:
    """Old argument -> new one, of a class."""
    return {**RENAMED["*"], **(RENAMED["optimizer"] if is_optimizer(name) else {}), **RENAMED.get(name, {})}


def told_by(name: str) -> set[str]:
    """Names of arguments of a class that only an older Keras wrote."""
    return {"implementation", "time_major"} | {old for old, new in renamed(name).items() if new}


# Class -> today's name.
CLASSES = {
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    "SeparableConvolution2D": "SeparableConv2D",
    **{"AtrousConvolution1D": "Conv1D", "AtrousConvolution2D": "Conv2D", "Deconvolution2D": "Conv2DTranspose"},
    "TimeDistributedDense": "Dense",
    **dict.fromkeys(("BatchNormalizationV1", "BatchNormalizationV2"), "BatchNormalization"),
    "OrthogonalInitializer": "Orthogonal",
}

# Argument -> old value -> today's.
VALUES: dict[str, dict[str, str]] = {
    "data_format": {"tf": "channels_last", "th": "channels_first"},
    "reduction": {"auto": "sum_over_batch_size"},
    **dict.fromkeys(
        [f"{what}_initializer" for what in ("kernel", "recurrent", "alpha", "beta", "gamma", "embeddings")],
        {"zero": "zeros", "one": "ones"},
    ),
}


# Defaults and formulas


def defaults(name: str, written: Era) -> dict[str, Any]:
    """What arguments of a class meant by saying nothing, where it is not what they mean today.

    Args:
        name: the class.
        written: the era.
    """
    if written.major >= 3:
        return {}
    return {**_DEFAULTS.get(name, {}), **({} if written.tf else _DEFAULTS_BEFORE_TENSORFLOW.get(name, {}))}


_DEFAULTS: dict[str, dict[str, Any]] = {"GRU": {"reset_after": False}}
_DEFAULTS_BEFORE_TENSORFLOW: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("GRU", "LSTM"), {"recurrent_activation": "hard_sigmoid"}),
    "Adagrad": {"learning_rate": 0.01},
    "Adadelta": {"learning_rate": 1.0},
    **dict.fromkeys(("Adamax", "Nadam"), {"learning_rate": 0.002}),
}


def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """The hard sigmoid of Keras 1, 2 and tf.keras, `min(max(0.2 x + 0.5, 0), 1)`; today's has a slope of 1/6."""
    return jnp.clip(0.2 * x + 0.5, 0.0, 1.0)


dtypes.policies.update(dict.fromkeys(("Policy", "PolicyV1"), dtypes.DTypePolicy))

lookup.tables()["keras.activations"].add(**{hard_sigmoid_of_keras_2.__name__: hard_sigmoid_of_keras_2})

# What a name of an activation meant before Keras 3.
FORMULAS = {"hard_sigmoid": hard_sigmoid_of_keras_2.__name__}

# Names that functions and classes had, by the module of today that has them -> name of today.
ALIASES = {
    "keras.constraints": {"maxnorm": "MaxNorm", "nonneg": "NonNeg", "unitnorm": "UnitNorm"},
    "keras.losses": dict.fromkeys(("cosine", "cosine_proximity"), "cosine_similarity"),
    "keras.regularizers": {
        **dict.fromkeys(("weightregularizer", "activityregularizer", "activity_l1l2"), "L1L2"),
        **{"activity_l1": "L1", "activity_l2": "L2"},
    },
    "keras.metrics": dict.fromkeys(("cosine", "cosine_proximity"), "CosineSimilarity"),
}
for _module, _names in ALIASES.items():
    _table = lookup.tables()[_module]
    _table.add(**{old: _table.find(new) for old, new in _names.items() if old not in _table.aliases})

# Modules by the names that they had -> today's. A package that has more than it has here -> where the rest is.
_LAYERS = ("advanced_activations", "convolutional", "convolutional_recurrent", "embeddings")
MODULES = {
    **{f"cornu.layers.{name}": "cornu.layers" for name in (*_LAYERS, "cudnn_recurrent", "local", "merge", "noise")},
    **{f"cornu.engine.{name}": "cornu" for name in ("base_layer", "input_layer", "input_spec", "sequential")},
    **{f"cornu.engine.{name}": "cornu" for name in ("topology", "training")},
    **{f"cornu.optimizers.{name}": "cornu.optimizers" for name in ("experimental", "legacy")},
    **{f"cornu.utils.{name}": "cornu.utils" for name in ("np_utils", "generic_utils")},
    **{"cornu.objectives": "cornu.losses", "cornu.initializations": "cornu.initializers"},
}
_FILES = ("convolution", "core", "normalization", "pooling", "recurrent", "wrappers")
WIDER = {**{f"cornu.layers.{name}": "cornu.layers" for name in _FILES}, "cornu.engine": "cornu"}
