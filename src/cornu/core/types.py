"""Types of what people pass, and of what the library keeps of it."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Generic, Literal, TypedDict, TypeVar, Union

import jax
import numpy as np

if TYPE_CHECKING:
    from .dtypes import DTypePolicy
    from .symbolic import KerasTensor
    from .variable import Variable

Config = Mapping[str, Any]  # plain data that describes an object
Shape = tuple[int | None, ...]  # None where a size is not known
ShapeLike = Sequence[int | None]
Axis = int | Sequence[int] | None
# To type checkers a bool, an int and a float are complex, too.
ArrayLike = Union[jax.Array, np.ndarray[Any, Any], np.generic, complex, Sequence[Any], "Variable", "KerasTensor"]
DTypeLike = Union[str, np.dtype[Any], type, Config, "DTypePolicy", None]
ActivationLike = str | Callable[..., Any] | Config | None
InitializerLike = ArrayLike | str | Callable[..., Any] | Config | None
RegularizerLike = str | Callable[[Any], Any] | Config | None
ConstraintLike = str | Callable[[Any], Any] | Config | None
# For several outputs a list or dictionary of these, however nested.
LossLike = str | Callable[..., Any] | Config | Sequence["LossLike"] | None
MetricLike = str | Callable[..., Any] | Config | Sequence["MetricLike"] | None
WeightLike = ArrayLike | Mapping[str, Any] | None  # of samples, or of losses
Verbosity = int | Literal["auto"]
TensorsLike = Union["KerasTensor", Sequence["TensorsLike"], Mapping[str, "TensorsLike"], None]  # ends of a graph
FilePath = str | os.PathLike[str]
File = FilePath | IO[bytes] | Mapping[str, Any]  # a path, an open file, or an `h5py.File`
DataFormat = Literal["channels_last", "channels_first"]
Padding = Literal["valid", "same"]

Taken = TypeVar("Taken")
Kept = TypeVar("Kept")


class Given(Generic[Taken, Kept]):
    """The attribute of an argument: what it takes, and what it then is. For type checkers only."""

    if TYPE_CHECKING:

        def __get__(self, owner: Any, cls: Any = None) -> Kept: ...

        def __set__(self, owner: Any, value: Taken) -> None: ...


Activation = Given[ActivationLike, Callable[..., Any]]
Initializer = Given[InitializerLike, Callable[..., Any]]
Regularizer = Given[RegularizerLike, Callable[[Any], Any] | None]
Constraint = Given[ConstraintLike, Callable[[Any], Any] | None]
Sizes = Given[int | Sequence[int], tuple[int, ...]]
Name = Given[str | None, str]
DType = Given[DTypeLike, str]
Format = Given[DataFormat | None, DataFormat]
SizesLike = int | Sequence[int]  # one for all axes, or one for each


class FewOptions(TypedDict, total=False):
    """`**options` of a layer that takes its name and dtype by position."""

    trainable: bool
    autocast: bool
    activity_regularizer: RegularizerLike
    batch_size: int | None
    input_shape: ShapeLike | int | None
    batch_input_shape: ShapeLike | None
    batch_shape: ShapeLike | None


class MostOptions(FewOptions, total=False):
    """`**options` of a layer that takes `weights` by position, or means something else by `input_dim`."""

    name: str | None
    dtype: DTypeLike


class LayerOptions(MostOptions, total=False):
    """`**options` of every other layer."""

    input_dim: int | None
    input_length: int | None
    weights: Sequence[ArrayLike] | None
