"""What every layer takes besides its own arguments, and what of it says which input the first layer of a model has."""

from collections.abc import Sequence
from typing import Any

from ..core.arguments import arguments, default
from ..core.types import ArrayLike, DType, Given, Name, Regularizer, Shape, ShapeLike
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


def first_shape(
    batch_shape: ShapeLike | None,
    shape: ShapeLike | int | None,
    features: int | None,
    steps: int | None,
    batch_size: int | None,
) -> Shape | None:
    """The shape of a batch that the arguments of a first layer describe, or None.

    Args:
        batch_shape: the shape itself.
        shape: that of a sample.
        features: number of features of a sample without a shape.
        steps: number of its steps.
        batch_size: number of samples.
    """
    if batch_shape is not None:
        return tuple(batch_shape)
    if shape is None and features is not None:
        shape = (features,) if steps is None else (steps, features)
    if shape is None:
        return None
    return (batch_size, *((shape,) if isinstance(shape, int) else shape))
