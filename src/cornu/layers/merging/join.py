"""Concatenate: side by side. Dot: products of vectors."""

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...core.arguments import Declared
from .. import checks
from ..layer import Layer
from .merge import checked_inputs, checked_masks

__all__ = ["Concatenate", "Dot"]


class Concatenate(Declared, Layer):
    """Joins its inputs along one axis: `y = [x[0], x[1], ...]`.

    Args:
        axis: axis along which they are joined.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays whose sizes agree on all axes but `axis`, to one array with the sum of the sizes there.

    Raises:
        ValueError: not a list of inputs, or sizes that differ on another axis.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.ones((2, 3)), cornu.ops.ones((2, 4))
        >>> cornu.layers.Concatenate()([x, y]).shape
        (2, 7)
    """

    axis: int = -1
    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that the shapes fit."""
        shapes = checked_inputs(self, input_shape)
        shown = " and ".join(str(s) for s in shapes)
        rank = len(shapes[0])
        if any(len(s) != rank for s in shapes) or not -rank <= self.axis < rank:
            raise ValueError(
                f"Layer {self.name!r} joins inputs of one rank along axis {self.axis}, but received shapes {shown}. "
                "Flatten, Reshape or GlobalAveragePooling make ranks equal."
            )
        for axis in range(rank):
            sizes = {s[axis] for s in shapes} - {None}
            if axis != self.axis % rank and len(sizes) > 1:
                raise ValueError(
                    f"Layer {self.name!r} joins its inputs along axis {self.axis}; all other sizes must agree, but on "
                    f"axis {axis} the shapes {shown} differ. Crop, pad or resize one of them, or choose another axis."
                )

    def call(self, inputs: Any) -> Any:
        """The inputs side by side."""
        return ops.concatenate(list(inputs), axis=self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks side by side; an input without one is all real."""
        if mask is None or all(each is None for each in checked_masks(self, inputs, mask)):
            return None
        full = []
        for x, real in zip(inputs, mask, strict=True):
            wide = True if real is None else ops.reshape(real, (*real.shape, *(1,) * (x.ndim - real.ndim)))
            full.append(ops.broadcast_to(wide, x.shape))
        return ops.any(ops.concatenate(full, axis=self.axis), axis=-1)


class Dot(Declared, Layer):
    """Products of vectors of two inputs, for each sample: `y[b] = sum over i of x[0][b, i] * x[1][b, i]`.

    Args:
        axes: axis of the vectors, one integer or one for each input.
        normalize: whether to divide the vectors by their length first, so that the product is the cosine.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of two arrays to `(batch, other axes of the first, other axes of the second)`, or `(batch, 1)`.

    Raises:
        TypeError: `axes` is no integer and no list.
        ValueError: `axes` is not one or two integers, names the batch, or the sizes there differ.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([[1.0, 2.0]]), cornu.ops.array([[3.0, 4.0]])
        >>> cornu.layers.Dot(axes=1)([x, y]).tolist()
        [[11.0]]
    """

    axes: int | Sequence[int]
    normalize: bool = False
    supports_masking = True

    def _complete(self) -> None:
        axes = self.axes
        if not checks.is_integer(axes) and not isinstance(axes, list | tuple):
            raise TypeError(f"Dot expects axes to be an integer or two of them, as in Dot(axes=1). Received: {axes!r}")
        if isinstance(axes, list | tuple) and (len(axes) != 2 or not all(map(checks.is_integer, axes))):
            raise ValueError(f"Dot expects axes to be two integers, one for each input. Received: axes={axes!r}")

    def _positive_axes(self, ranks: list[int]) -> list[int]:
        both = self.axes if isinstance(self.axes, Sequence) else [self.axes] * 2
        return [axis % rank for axis, rank in zip(both, ranks, strict=True)]

    def build(self, input_shape: Any) -> None:
        """Check that the vectors have one length."""
        shapes = checked_inputs(self, input_shape, 2)
        axes = self._positive_axes([len(s) for s in shapes])
        lengths = [s[axis] for s, axis in zip(shapes, axes, strict=True)]
        if 0 in axes:
            raise ValueError(f"Layer {self.name!r} has axes={self.axes}, but axis 0 is the batch; count from 1.")
        if None not in lengths and lengths[0] != lengths[1]:
            raise ValueError(
                f"Layer {self.name!r} multiplies vectors of equal length, but axes={self.axes} of shapes {shapes[0]} "
                f"and {shapes[1]} have lengths {lengths[0]} and {lengths[1]}."
            )

    def call(self, inputs: Any) -> Any:
        """The product, or the cosine."""
        x, y = inputs
        a, b = self._positive_axes([x.ndim, y.ndim])
        if self.normalize:
            x, y = ops.normalize(x, axis=a), ops.normalize(y, axis=b)
        letters = "acdefghijklmnopqrstuvwxy"
        first = ["b", *letters[: x.ndim - 1]]
        second = ["b", *letters[x.ndim : x.ndim + y.ndim - 1]]
        first[a] = second[b] = "z"
        rest = [letter for letter in (*first, *second[1:]) if letter != "z"]
        product = ops.einsum(f"{''.join(first)},{''.join(second)}->{''.join(rest)}", x, y)
        return product if product.ndim > 1 else ops.expand_dims(product, -1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None: products have no steps to mask."""
        return None
