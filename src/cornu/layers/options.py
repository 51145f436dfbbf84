"""What every layer takes besides its own arguments, and what of it says which input the first layer of a model has."""

from collections.abc import Sequence
from typing import Any

from ..core.arguments import arguments, default
from ..core.types import ArrayLike, DType, Given, Name, Regularizer, ShapeLike
from ..core.variable import Variable
from .holder import Holder

OF_ALL = ("name", "trainable", "dtype", "activity_regularizer", "autocast")
FIRST_LAYER = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size")


@arguments(kw_only=True)
class Options(Holder):
    """The arguments that layers share; `Layer` says what they mean."""

    activity_regularizer: Regularizer = default(None)
    trainable: bool = True
    dtype: DType = default(None)
    autocast: bool = True
    name: Name = default(None)
    input_shape: Given[ShapeLike | int | None, Any] = default(None)  # reading it gives the shape of the input
    batch_input_shape: Given[ShapeLike | None, Any] = default(None)
    batch_shape: Given[ShapeLike | None, Any] = default(None)
    input_dim: int | None = None
    input_length: int | None = None
    batch_size: int | None = None
    weights: Given[Sequence[ArrayLike] | None, list[Variable]] = default(None)  # type: ignore[assignment]
