"""The merging layers as functions: `add([x, y])` is `Add()([x, y])`."""

from collections.abc import Sequence
from typing import Any, Unpack

from ...core.types import LayerOptions
from .join import Concatenate, Dot
from .merge import Add, Average, Maximum, Minimum, Multiply, Subtract

__all__ = ["add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"]


def add(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Sum of a list of inputs: see `Add`.

    Args:
        inputs: list of arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.add([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [5.0, 7.0]
    """
    return Add(**options)(inputs)


def subtract(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Difference of two inputs: see `Subtract`.

    Args:
        inputs: list of two arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.subtract([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [-3.0, -3.0]
    """
    return Subtract(**options)(inputs)


def multiply(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Product of a list of inputs: see `Multiply`.

    Args:
        inputs: list of arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.multiply([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [4.0, 10.0]
    """
    return Multiply(**options)(inputs)


def average(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Mean of a list of inputs: see `Average`.

    Args:
        inputs: list of arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.average([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [2.5, 3.5]
    """
    return Average(**options)(inputs)


def maximum(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Largest of a list of inputs: see `Maximum`.

    Args:
        inputs: list of arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.maximum([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [4.0, 5.0]
    """
    return Maximum(**options)(inputs)


def minimum(inputs: Sequence[Any], **options: Unpack[LayerOptions]) -> Any:
    """Smallest of a list of inputs: see `Minimum`.

    Args:
        inputs: list of arrays or symbolic tensors.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.minimum([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [1.0, 2.0]
    """
    return Minimum(**options)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **options: Unpack[LayerOptions]) -> Any:
    """A list of inputs side by side: see `Concatenate`.

    Args:
        inputs: list of arrays or symbolic tensors.
        axis: axis along which they are joined.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.concatenate([cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])]).tolist()
        [1.0, 2.0, 4.0, 5.0]
    """
    return Concatenate(axis=axis, **options)(inputs)


def dot(
    inputs: Sequence[Any], axes: int | Sequence[int] = -1, normalize: bool = False, **options: Unpack[LayerOptions]
) -> Any:
    """Products of vectors of two inputs: see `Dot`.

    Args:
        inputs: list of two arrays or symbolic tensors.
        axes: axis of the vectors, one integer or one for each input.
        normalize: whether vectors are scaled to length 1 first.
        **options: `name`, `dtype`, ... of the layer.

    Raises:
        ValueError: not a list, or shapes that do not fit.

    Example:
        >>> import cornu
        >>> cornu.layers.dot([cornu.ops.array([[1.0, 2.0]]), cornu.ops.array([[3.0, 4.0]])], axes=1).tolist()
        [[11.0]]
    """
    return Dot(axes=axes, normalize=normalize, **options)(inputs)
