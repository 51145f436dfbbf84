"""Older configs of layers, models, optimizers and metrics as today's: what was renamed and what was dropped.

The tables are data. `translate` is plugged into the decoder by `core.codec.translate_configs`.
"""

from typing import Any

from ..core import codec, lookup

# Class -> old argument -> new one; None drops the argument. "*" holds for every class.
RENAMED: dict[str, dict[str, str | None]] = {
    "*": {
        "input_dtype": None,
        "time_major": None,
        "implementation": None,
        "is_legacy_optimizer": None,
        "quantization_config": None,
    },
    "InputLayer": {"batch_input_shape": "batch_shape", "input_dtype": "dtype"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "PReLU": {"init": "alpha_initializer", "weights": None},
    "BatchNormalization": {
        "mode": None,
        "fused": None,
        "virtual_batch_size": None,
        "adjustment": None,
        "input_dim": None,
    },
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate", "noise_shape": None},
    "SpatialDropout2D": {"p": "rate", "noise_shape": None},
    "SpatialDropout3D": {"p": "rate", "noise_shape": None},
    "GaussianNoise": {"sigma": "stddev"},
    "GaussianDropout": {"p": "rate"},
    "UpSampling1D": {"length": "size"},
    "Reshape": {"newshape": None},
    "MultiHeadAttention": {"query_shape": None, "key_shape": None, "value_shape": None},
    "Softmax": {"threshold": None},
}
for _name in ("Dense", "TimeDistributedDense"):
    RENAMED[_name] = {
        "output_dim": "units",
        "init": "kernel_initializer",
        "W_regularizer": "kernel_regularizer",
        "b_regularizer": "bias_regularizer",
        "W_constraint": "kernel_constraint",
        "b_constraint": "bias_constraint",
        "bias": "use_bias",
        "input_dim": None,
    }
for _name in (
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "SeparableConv1D",
    "SeparableConv2D",
    "LocallyConnected1D",
    "LocallyConnected2D",
):
    RENAMED[_name] = {
        **RENAMED["Dense"],
        "nb_filter": "filters",
        "filter_length": "kernel_size",
        "subsample": "strides",
        "subsample_length": "strides",
        "border_mode": "padding",
        "dim_ordering": "data_format",
        "atrous_rate": "dilation_rate",
        "input_length": None,
    }
for _name in ("SeparableConv1D", "SeparableConv2D"):  # tf.keras listed arguments that the layer ignores
    RENAMED[_name] = {"groups": None, **{f"kernel_{k}": None for k in ("initializer", "regularizer", "constraint")}}
for _name in ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"):
    RENAMED[_name] = {"groups": None}
for _name in ("DepthwiseConv1D", "DepthwiseConv2D"):
    RENAMED[_name] = {
        "groups": None,
        "filters": None,
        **{f"kernel_{k}": None for k in ("initializer", "regularizer", "constraint")},
    }
for _name in ("SimpleRNN", "GRU", "LSTM"):
    RENAMED[_name] = {
        "output_dim": "units",
        "init": "kernel_initializer",
        "inner_init": "recurrent_initializer",
        "inner_activation": "recurrent_activation",
        "W_regularizer": "kernel_regularizer",
        "U_regularizer": "recurrent_regularizer",
        "b_regularizer": "bias_regularizer",
        "dropout_W": "dropout",
        "dropout_U": "recurrent_dropout",
        "forget_bias_init": None,
        "consume_less": None,
        "input_dim": None,
        "input_length": None,
    }
for _name in (
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
):
    RENAMED[_name] = {
        "border_mode": "padding",
        "dim_ordering": "data_format",
        "pool_length": "pool_size",
        "stride": "strides",
    }
for _name in ("ZeroPadding2D", "UpSampling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D", "Flatten"):
    RENAMED[_name] = {"dim_ordering": "data_format"}
for _name in ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Nadam", "Ftrl", "Adafactor", "Lion"):
    RENAMED[_name] = {"lr": "learning_rate", "jit_compile": None, "schedule_decay": None}

# Class -> today's name.
CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "TimeDistributedDense": "Dense",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "OrthogonalInitializer": "Orthogonal",
}

# Argument -> old value -> today's.
VALUES: dict[str, dict[str, str]] = {
    "data_format": {"tf": "channels_last", "th": "channels_first"},
    "kernel_initializer": {"zero": "zeros", "one": "ones"},
    "recurrent_initializer": {"zero": "zeros", "one": "ones"},
    "alpha_initializer": {"zero": "zeros", "one": "ones"},
}


def translate(encoded: dict[str, Any]) -> dict[str, Any]:
    """Today's form of an encoded object.

    Args:
        encoded: `{"class_name", "config", ...}` of any era.

    Returns:
        The same object if nothing is older than today.
    """
    name, config = encoded.get("class_name"), encoded.get("config")
    if not isinstance(name, str):
        raise ValueError(f"Expected the name of a class in a config. Received: class_name={name!r}")
    if name == "__lambda__":
        raise ValueError(
            "The file holds Python bytecode (a lambda), which is never run. Write the function again in your "
            "script and "
            "pass it in custom_objects under the name of its layer."
        )
    name = CLASSES.get(name, name)
    if name.startswith("Custom>") and name.removeprefix("Custom>") in RENAMED:
        name = name.removeprefix("Custom>")  # tf.keras 2.11 to 2.15 wrote its own optimizers so
    if not isinstance(config, dict):
        return {**encoded, "class_name": name}
    if name == "MeanMetricWrapper":  # tf.keras wrote metrics by their function
        name, config = _metric(name, config)
    if name.endswith("Lookup") or name == "TextVectorization":
        _refuse_paths(name, config)
    if config is not encoded["config"]:
        encoded = {**encoded, "class_name": name, "config": config}
    renamed = {**RENAMED["*"], **RENAMED.get(name, {})}
    if not (
        set(renamed) & set(config) or set(VALUES) & set(config) or name in _SPECIAL or name != encoded["class_name"]
    ):
        return encoded
    named = [(renamed.get(key, key), value) for key, value in config.items()]
    translated = {key: value for key, value in named if key is not None}
    for key, values in VALUES.items():
        if isinstance(translated.get(key), str):
            translated[key] = values.get(translated[key], translated[key])
    if name in _SPECIAL:
        translated = _SPECIAL[name](translated)
    return {**encoded, "class_name": name, "config": translated}


def _refuse_paths(name: str, config: dict[str, Any]) -> None:
    for key in ("vocabulary", "idf_weights"):
        if isinstance(config.get(key), str):
            raise ValueError(
                f"The config of {name} names a file, {key}={config[key]!r}. Loading a model opens no other file: load "
                "the "
                f"{key} yourself and pass it to the layer as a list."
            )


def _metric(name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The class that stands for a metric's function, `CategoricalAccuracy` for `categorical_accuracy`."""
    found = "".join(part.capitalize() for part in str(config.get("fn")).split("_"))
    if found not in lookup.tables()["keras.metrics"].entries:
        return name, config
    return found, {key: value for key, value in config.items() if key in ("name", "dtype")}


def _convolution(config: dict[str, Any]) -> dict[str, Any]:
    sizes = [config.pop(k) for k in ("nb_row", "nb_col") if k in config]
    sizes = sizes or [config.pop(k) for k in ("kernel_dim1", "kernel_dim2", "kernel_dim3") if k in config]
    return {**config, "kernel_size": sizes} if sizes else config


def _normalization(config: dict[str, Any]) -> dict[str, Any]:
    axis = config.get("axis", -1)
    return {**config, "axis": axis[0] if isinstance(axis, list) and len(axis) == 1 else axis}


def _gru(config: dict[str, Any]) -> dict[str, Any]:
    return {"reset_after": False, **config}  # Keras 1 and early Keras 2 knew no other


def _optimizer(config: dict[str, Any]) -> dict[str, Any]:
    decay, rate = config.pop("decay", None), config.get("learning_rate")
    if decay and isinstance(rate, int | float):  # the rate fell as rate / (1 + decay * step)
        schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
        config["learning_rate"] = {"class_name": "InverseTimeDecay", "config": schedule}
    if config.get("ema_overwrite_frequency") and not config.get("use_ema"):
        config["ema_overwrite_frequency"] = None
    return config


def _nadam(config: dict[str, Any]) -> dict[str, Any]:
    config.pop("decay", None)  # tf.keras wrote its schedule_decay under this name
    return _optimizer(config)


_SPECIAL = {
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "BatchNormalization": _normalization,
    "GRU": _gru,
    "Nadam": _nadam,
    **{name: _optimizer for name in ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "AdamW", "Adamax", "Ftrl")},
}

codec.translate_configs(translate)
