"""Layers: the parts that models are made of."""

from typing import Any as _Any

from .. import activations as _activations
from .. import constraints as _constraints
from .. import initializers as _initializers
from ..core import codec as _codec
from ..core.public import publish as _publish
from ..core.spec import InputSpec as InputSpec
from ..core.types import Config as _Config
from .adaptive_pooling import *
from .attention.attention import *
from .attention.grouped_query import *
from .attention.multi_head import *
from .bridges.equinox_layer import *
from .bridges.flax_layer import *
from .bridges.jax_layer import *
from .bridges.tfsm_layer import *
from .bridges.torch_module import *
from .convolution import *
from .core.activation import *
from .core.dense import *
from .core.einsum_dense import *
from .core.embedding import *
from .core.input_layer import *
from .core.lambda_layer import *
from .core.reversible_embedding import *
from .layer import *
from .layer import layers as _layers
from .locally_connected import *
from .merging.functions import *
from .merging.join import *
from .merging.merge import *
from .normalization import *
from .older import *
from .pooling import *
from .recurrent.conv_lstm import *
from .recurrent.gru import *
from .recurrent.lstm import *
from .recurrent.rnn import *
from .recurrent.simple_rnn import *
from .recurrent.stacked import *
from .regularization.activity import *
from .regularization.dropout import *
from .regularization.noise import *
from .reshaping import *
from .wrappers.bidirectional import *
from .wrappers.spectral_normalization import *
from .wrappers.time_distributed import *
from .wrappers.wrapper import *

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

_classes = {name: item for name, item in list(vars().items()) if Layer in getattr(item, "__mro__", ())[1:]}
_layers.add(*_classes.values(), **_classes)


get, serialize, deserialize = _layers.get, _layers.serialize, _layers.deserialize
_publish(globals())
