"""Flatten, Reshape, Permute, RepeatVector: axes merged, split, exchanged or added."""

from collections.abc import Sequence
from math import prod
from typing import Any

from ... import ops
from ...core.arguments import arguments, default
from ...core.spec import InputSpec
from ...core.types import Format, Given
from .. import checks
from ..layer import Layer

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]


@arguments
class Flatten(Layer):
    """Merges all axes but the batch into one.

    Args:
        data_format: `"channels_last"` or `"channels_first"`: the order of the result is that of channels last.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, a, b, ...)` to `(batch, a * b * ...)`.

    Raises:
        ValueError: an unknown data format.

    Example:
        >>> import cornu
        >>> cornu.layers.Flatten()(cornu.ops.ones((2, 3, 4))).shape
        (2, 12)
    """

    data_format: Format = default(None)

    def __post_init__(self) -> None:
        checks.data_format(self)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, x: Any) -> Any:
        """All axes but the batch as one."""
        if self.data_format == "channels_first" and x.ndim > 1:
            x = ops.moveaxis(x, 1, -1)
        return ops.reshape(x, (x.shape[0], prod(x.shape[1:])))


@arguments
class Reshape(Layer):
    """Gives each sample another shape of the same number of elements.

    Args:
        target_shape: the new shape without the batch; one size may be -1, which is found from the others.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ...)` to `(batch, *target_shape)`.

    Raises:
        ValueError: more than one -1, a size below -1, or another number of elements than the input has.

    Example:
        >>> import cornu
        >>> cornu.layers.Reshape((2, -1))(cornu.ops.ones((5, 6))).shape
        (5, 2, 3)
    """

    target_shape: Given[int | Sequence[int | None], tuple[int, ...]]

    def __post_init__(self) -> None:
        given: Any = self.target_shape
        sizes = (given,) if checks.is_integer(given) else tuple(given)
        self.target_shape = tuple(-1 if size is None else size for size in sizes)
        if self.target_shape.count(-1) > 1 or not all(checks.is_integer(s) and s >= -1 for s in self.target_shape):
            raise ValueError(
                "Reshape expects the sizes of one sample, at most one of them -1, as in Reshape((7, 7, -1)). "
                f"Received: target_shape={given!r}"
            )

    def call(self, x: Any) -> Any:
        """The same elements in the new shape."""
        size, rest = prod(x.shape[1:]), prod(s for s in self.target_shape if s != -1)
        if size != rest and (-1 not in self.target_shape or not rest or size % rest):
            raise ValueError(
                f"Layer {self.name!r} cannot give samples of shape {tuple(x.shape[1:])} the shape {self.target_shape}: "
                f"they have {size} elements, not {'a multiple of ' if -1 in self.target_shape else ''}{rest}."
            )
        free = size // rest if -1 in self.target_shape else 0
        return ops.reshape(x, (x.shape[0], *(free if s == -1 else s for s in self.target_shape)))


@arguments
class Permute(Layer):
    """Exchanges the axes of each sample.

    Args:
        dims: for each new axis the old one, counted from 1: `(2, 1)` exchanges two axes.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, a, b)` to `(batch, b, a)` for `dims=(2, 1)`.

    Raises:
        ValueError: `dims` is no permutation of 1, 2, ...; the input has another number of axes.

    Example:
        >>> import cornu
        >>> cornu.layers.Permute((2, 1))(cornu.ops.ones((5, 2, 3))).shape
        (5, 3, 2)
    """

    dims: Given[Sequence[int], tuple[int, ...]]

    def __post_init__(self) -> None:
        self.dims = tuple(self.dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute expects each of 1, 2, ... once, as in Permute((2, 1)). Received: dims={self.dims!r}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, x: Any) -> Any:
        """The axes in the new order."""
        return ops.transpose(x, (0, *self.dims))


@arguments
class RepeatVector(Layer):
    """Repeats each sample along a new axis: `y[b, t] = x[b]` for `t` below `n`.

    Args:
        n: how often.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, features)` to `(batch, n, features)`.

    Raises:
        ValueError: `n` is no positive integer, or the input does not have two axes.

    Example:
        >>> import cornu
        >>> cornu.layers.RepeatVector(3)([[1.0, 2.0]]).shape
        (1, 3, 2)
    """

    n: int

    def __post_init__(self) -> None:
        checks.positive(self, "n")
        self.input_spec = InputSpec(ndim=2)

    def call(self, x: Any) -> Any:
        """`n` copies."""
        return ops.broadcast_to(ops.expand_dims(x, 1), (x.shape[0], self.n, x.shape[1]))
