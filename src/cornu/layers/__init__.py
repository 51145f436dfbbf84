"""Layers: the parts that models are made of."""

from typing import Any

from .. import activations as _activations  # noqa: F401  (constructors look names up in their tables)
from .. import constraints as _constraints  # noqa: F401
from .. import initializers as _initializers  # noqa: F401
from ..core import codec
from ..core.spec import InputSpec
from .convolution.conv import Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose
from .convolution.depthwise import DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D
from .core.activation import ELU, Activation, Identity, LeakyReLU, PReLU, ReLU, Softmax
from .core.dense import Dense
from .core.embedding import Embedding, Masking
from .core.input_layer import Input, InputLayer
from .core.lambda_layer import Lambda
from .layer import Layer, layers
from .merging.functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from .merging.join import Concatenate, Dot
from .merging.merge import Add, Average, Maximum, Minimum, Multiply, Subtract
from .normalization.batch import BatchNormalization
from .normalization.layer_normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from .pooling.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from .recurrent.gru import GRU, GRUCell
from .recurrent.lstm import LSTM, LSTMCell
from .recurrent.rnn import RNN
from .recurrent.simple_rnn import SimpleRNN, SimpleRNNCell
from .recurrent.stacked import StackedRNNCells
from .regularization.activity import ActivityRegularization
from .regularization.dropout import Dropout, SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from .regularization.noise import AlphaDropout, GaussianDropout, GaussianNoise
from .reshaping.reshape import Flatten, Permute, RepeatVector, Reshape
from .reshaping.space import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from .wrappers.bidirectional import Bidirectional
from .wrappers.time_distributed import TimeDistributed
from .wrappers.wrapper import Wrapper

AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

_CLASSES = [
    item for item in list(vars().values()) if isinstance(item, type) and issubclass(item, Layer) and item is not Layer
]
layers.add(*_CLASSES, **{name: item for name, item in list(vars().items()) if item in _CLASSES})


def get(identifier: Any) -> Any:
    """A layer from an instance, a config, or None.

    Args:
        identifier: a `Layer`, a dictionary as `serialize` gives, or None.

    Raises:
        ValueError: the config names no layer.

    Example:
        >>> import cornu
        >>> cornu.layers.get({"class_name": "Flatten", "config": {"name": "flat"}}).name
        'flat'
    """
    return layers.get(identifier)


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer as plain data: its class and its config, without weights.

    Args:
        layer: the layer.

    Example:
        >>> import cornu
        >>> cornu.layers.serialize(cornu.layers.Flatten())["class_name"]
        'Flatten'
    """
    return codec.encode_object(layer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer that `serialize` described.

    Args:
        config: plain data.
        custom_objects: classes and functions of your own, by the names they have in the config.

    Raises:
        ValueError: the config names no layer.

    Example:
        >>> import cornu
        >>> config = cornu.layers.serialize(cornu.layers.Dense(3))
        >>> cornu.layers.deserialize(config).units
        3
    """
    return codec.decode(config, table=layers, custom_objects=custom_objects)


__all__ = [
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "ELU",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "Multiply",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RNN",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StackedRNNCells",
    "Subtract",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "get",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]
