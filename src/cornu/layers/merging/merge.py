"""Add, Subtract, Multiply, Average, Maximum, Minimum: element by element, with broadcasting."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from ... import ops
from ...core.types import Shape
from ..layer import Layer

__all__ = ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"]


def checked_inputs(layer: Layer, shapes: Any, count: int | None = None) -> list[Shape]:
    """The shapes of a list of inputs, or an error that shows what to write."""
    several = isinstance(shapes, list | tuple) and all(isinstance(shape, list | tuple) for shape in shapes)
    if not several or not shapes or (count is not None and len(shapes) != count):
        wanted = "a list of inputs" if count is None else f"a list of {count} inputs"
        call = f"{type(layer).__name__}(...)([a, b])"
        raise ValueError(f"Layer {layer.name!r} merges {wanted}: write {call}. Received shapes: {shapes}")
    return [tuple(shape) for shape in shapes]


def checked_masks(layer: Layer, inputs: Any, masks: Any) -> Any:
    """The masks, if they are a list with one for each of a list of inputs, or an error."""
    if not isinstance(inputs, list | tuple) or not isinstance(masks, list | tuple) or len(inputs) != len(masks):
        raise ValueError(
            f"Layer {layer.name!r} takes a list of inputs and a list with a mask, or None, for each. "
            f"Received inputs={inputs!r} and mask={masks!r}"
        )
    return masks


class Merge(Layer):
    """Base of layers that combine a list of inputs element by element.

    Inputs of fewer axes get axes of size 1 after the batch; then they broadcast.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.
    """

    supports_masking = True
    count: int | None = None  # of inputs, where it is fixed
    combine: Callable[[Any, Any], Any]  # two arrays of one rank

    def build(self, input_shape: Any) -> None:
        """Check that the shapes fit."""
        shapes = checked_inputs(self, input_shape, self.count)
        rank = max(map(len, shapes))
        wide = [(*s[:1], *(1,) * (rank - len(s)), *s[1:]) for s in shapes]
        for axis in range(rank):
            known = {s[axis] for s in wide} - ({None} if axis == 0 else {None, 1})
            if len(known) > 1:
                raise ValueError(
                    f"Layer {self.name!r} combines its inputs element by element, but their sizes on axis {axis} "
                    f"differ: {' and '.join(str(s) for s in shapes)}. Give them equal shapes "
                    "(Dense, Conv2D 1x1, Reshape or Cropping can), or join them with Concatenate."
                )

    def call(self, inputs: Any) -> Any:
        """Combine all inputs."""
        return reduce(self.combine, _same_rank(inputs))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where any input is real; None if one has no mask."""
        if mask is None or any(each is None for each in checked_masks(self, inputs, mask)):
            return None
        return reduce(ops.logical_or, mask)


class Selection(Merge):
    """Base of the merges that choose one of the inputs; where one is masked, they choose among the others."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Choose among what is real."""
        (output, real), *others = zip(_same_rank(inputs), _masks_of_features(inputs, mask), strict=True)
        for x, m in others:
            y = x if m is None else ops.where(m, x, output)
            output = self.combine(output if real is None else ops.where(real, output, y), y)
            real = None if m is None or real is None else ops.logical_or(real, m)
        return output


def _masks_of_features(inputs: Any, masks: Any) -> list[Any]:
    """The mask of each input, or None, with an axis for the features."""
    return [None if m is None else ops.expand_dims(m, -1) for m in masks or [None] * len(inputs)]


def _same_rank(inputs: Any) -> list[Any]:
    """Arrays of one rank: those of fewer axes get axes of size 1 after the batch."""
    rank = max(x.ndim for x in inputs)
    return [ops.expand_dims(x, tuple(range(1, 1 + rank - x.ndim))) if x.ndim < rank else x for x in inputs]


class Add(Merge):
    """Sum of the inputs: `y = x[0] + x[1] + ...`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Add()([x, y]).tolist()
        [5.0, 7.0]
    """

    combine = staticmethod(ops.add)


class Subtract(Merge):
    """Difference of two inputs: `y = x[0] - x[1]`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch.

    Raises:
        ValueError: not a list of two inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Subtract()([x, y]).tolist()
        [-3.0, -3.0]
    """

    count = 2
    combine = staticmethod(ops.subtract)


class Multiply(Merge):
    """Product of the inputs: `y = x[0] * x[1] * ...`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch. What is masked
        counts as 1, and as 0 where all inputs are masked.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Multiply()([x, y]).tolist()
        [4.0, 10.0]
    """

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The product of what is real."""
        masks = _masks_of_features(inputs, mask)
        factors = zip(_same_rank(inputs), masks, strict=True)
        y = reduce(ops.multiply, [x if m is None else ops.where(m, x, ops.ones_like(x)) for x, m in factors])
        if any(m is None for m in masks):
            return y
        return ops.where(reduce(ops.logical_or, masks), y, ops.zeros_like(y))


class Average(Merge):
    """Mean of the inputs: `y = (x[0] + x[1] + ...) / n`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Average()([x, y]).tolist()
        [2.5, 3.5]
    """

    combine = staticmethod(ops.add)

    def call(self, inputs: Any) -> Any:
        """The sum divided by their number."""
        return super().call(inputs) / len(inputs)


class Maximum(Selection):
    """Largest of the inputs: `y = max(x[0], x[1], ...)`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch. What is masked
        in one input does not count.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Maximum()([x, y]).tolist()
        [4.0, 5.0]
    """

    combine = staticmethod(ops.maximum)


class Minimum(Selection):
    """Smallest of the inputs: `y = min(x[0], x[1], ...)`.

    Args:
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        a list of arrays to one array; they broadcast, those of fewer axes after the batch. What is masked
        in one input does not count.

    Raises:
        ValueError: not a list of inputs, or shapes that do not broadcast.

    Example:
        >>> import cornu
        >>> x, y = cornu.ops.array([1.0, 2.0]), cornu.ops.array([4.0, 5.0])
        >>> cornu.layers.Minimum()([x, y]).tolist()
        [1.0, 2.0]
    """

    combine = staticmethod(ops.minimum)
