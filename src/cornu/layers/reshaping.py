"""The same values in another arrangement, and space framed, cut or enlarged."""

from collections.abc import Sequence
from math import prod
from typing import Any, Literal, cast

import jax

from .. import ops
from ..core.arguments import Declared, default
from ..core.spec import InputSpec
from ..core.symbolic import KerasTensor
from ..core.types import Format, Given, Sizes
from . import calling, checks
from .family import Spatial
from .layer import Layer

__all__ = [
    "Cropping1D", "Cropping2D", "Cropping3D", "Flatten", "Permute", "RepeatVector", "Reshape", "UpSampling1D",
    "UpSampling2D", "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
]  # fmt: skip


class Flatten(Declared, Layer):
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

    def _complete(self) -> None:
        checks.data_format(self)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """All axes but the batch as one."""
        if self.data_format == "channels_first" and inputs.ndim > 1:
            inputs = ops.moveaxis(inputs, 1, -1)
        return ops.reshape(inputs, (inputs.shape[0], prod(inputs.shape[1:])))


class Reshape(Declared, Layer):
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

    def _complete(self) -> None:
        given: Any = self.target_shape
        sizes = (given,) if checks.is_integer(given) else tuple(given)
        sizes = tuple(-1 if size is None else size for size in sizes)
        if sizes.count(-1) > 1 or not all(checks.is_integer(size) and size >= -1 for size in sizes):
            raise checks.wrong(self, "target_shape", "the sizes of one sample, at most one of them -1, as in (7, -1)")
        self.target_shape = sizes

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The new shape; how many elements there are need not be known yet, where all of its sizes are."""
        x = next(iter(calling.named(self.call, args, kwargs).values()), None)
        if -1 in self.target_shape or not isinstance(x, KerasTensor) or None not in x.shape[1:]:
            return super().compute_output_spec(*args, **kwargs)
        return KerasTensor((x.shape[0], *self.target_shape), x.dtype)

    def call(self, inputs: Any) -> Any:
        """The same elements in the new shape."""
        size, rest = prod(inputs.shape[1:]), prod(s for s in self.target_shape if s != -1)
        if size != rest and (-1 not in self.target_shape or not rest or size % rest):
            raise ValueError(
                f"Layer {self.name!r} cannot give samples of shape {tuple(inputs.shape[1:])} the shape "
                f"{self.target_shape}: "
                f"they have {size} elements, not {'a multiple of ' if -1 in self.target_shape else ''}{rest}."
            )
        free = size // rest if -1 in self.target_shape else 0
        return ops.reshape(inputs, (inputs.shape[0], *(free if s == -1 else s for s in self.target_shape)))


class Permute(Declared, Layer):
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

    def _complete(self) -> None:
        self.dims = tuple(self.dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise checks.wrong(self, "dims", "each of 1, 2, ... once, as in Permute((2, 1))")
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The axes in the new order."""
        return ops.transpose(inputs, (0, *self.dims))


class RepeatVector(Declared, Layer):
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

    def _complete(self) -> None:
        checks.positive(self, "n")
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """`n` copies."""
        return ops.broadcast_to(ops.expand_dims(inputs, 1), (inputs.shape[0], self.n, inputs.shape[1]))


Border = Given[int | Sequence[int | Sequence[int]], Any]  # a pair (before, after) for one axis, pairs for several


class ZeroPadding(Spatial):
    """Base: zeros around space; a subclass says the rank.

    Args:
        padding: how many zeros: one integer for all sides, one per axis, or a pair (before, after) per axis.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **options: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: negative numbers, or a wrong count of them.
    """

    padding: Border = default(1)
    data_format: Format = default(None)

    def _complete(self) -> None:
        super()._complete()
        checks.borders(self, "padding", self.rank)

    def call(self, inputs: Any) -> Any:
        """`x` with zeros around."""
        frame = [(0, 0)] * inputs.ndim
        frame[self._space] = [self.padding] if self.rank == 1 else self.padding
        return ops.pad(inputs, frame)


class ZeroPadding1D(ZeroPadding, rank=1):
    """Zeros before and after the steps. A pair `(before, after)` is the padding of the one axis.

    Shapes:
        `(batch, steps, channels)` to `(batch, before + steps + after, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding1D((1, 2))(cornu.ops.ones((2, 5, 3))).shape
        (2, 8, 3)
    """


class ZeroPadding2D(ZeroPadding, rank=2):
    """Zeros around an image.

    Shapes:
        `(batch, height, width, channels)` to `(batch, top + height + bottom, left + width + right, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding2D(((1, 0), (2, 2)))(cornu.ops.ones((2, 5, 5, 3))).shape
        (2, 6, 9, 3)
    """


class ZeroPadding3D(ZeroPadding, rank=3):
    """Zeros around a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space with its padding.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding3D()(cornu.ops.ones((2, 3, 4, 5, 1))).shape
        (2, 5, 6, 7, 1)
    """


class Cropping(Spatial):
    """Base: space cut at its border; a subclass says the rank.

    Args:
        cropping: how much: one integer for all sides, one per axis, or a pair (before, after) per axis.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **options: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: negative numbers, a wrong count of them, or nothing left.
    """

    cropping: Border = default(0)

    def _complete(self) -> None:
        super()._complete()
        checks.borders(self, "cropping", self.rank)

    def call(self, inputs: Any) -> Any:
        """The middle of `x`."""
        cut = [slice(None)] * inputs.ndim
        pairs = [self.cropping] if self.rank == 1 else self.cropping
        for axis, (before, after) in zip(range(inputs.ndim)[self._space], pairs, strict=True):
            if before + after >= inputs.shape[axis]:
                raise ValueError(
                    f"Layer {self.name!r} has cropping={self.cropping}, which leaves nothing of axis {axis} of an "
                    f"input of shape {tuple(inputs.shape)}. Crop less."
                )
            cut[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(cut)]


class Cropping1D(Cropping, rank=1):
    """The steps without the first and the last. A pair `(before, after)` is the cropping of the one axis.

    Args:
        cropping: how many: one integer for both ends, or a pair (before, after).

    Shapes:
        `(batch, steps, channels)` to `(batch, steps - before - after, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping1D((1, 2))(cornu.ops.ones((2, 8, 3))).shape
        (2, 5, 3)
    """

    cropping = default((1, 1))


class Cropping2D(Cropping, rank=2):
    """An image without its border.

    Shapes:
        `(batch, height, width, channels)` to `(batch, height - top - bottom, width - left - right, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping2D(((1, 0), (2, 2)))(cornu.ops.ones((2, 6, 9, 3))).shape
        (2, 5, 5, 3)
    """

    data_format: Format = default(None)


class Cropping3D(Cropping, rank=3):
    """A volume without its border.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space without its cropping.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping3D(1)(cornu.ops.ones((2, 5, 6, 7, 1))).shape
        (2, 3, 4, 5, 1)
    """

    cropping = default(1)
    data_format: Format = default(None)


class UpSampling(Spatial):
    """Base: space enlarged; a subclass says how.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **options: `name`, `dtype`, ... of `Layer`.
    """

    size = cast(Any, 2)

    def _complete(self) -> None:
        super()._complete()
        if self.rank == 1:
            checks.positive(self, "size")
        else:
            checks.sizes(self, "size", self.rank)

    def call(self, inputs: Any) -> Any:
        """Every point several times."""
        sizes = (self.size,) if self.rank == 1 else self.size
        for axis, size in zip(range(inputs.ndim)[self._space], sizes, strict=True):
            inputs = ops.repeat(inputs, size, axis=axis)
        return inputs


class UpSampling1D(UpSampling, rank=1):
    """Repeats every step: `y[b, t, c] = x[b, t // size, c]`.

    Args:
        size: how often.

    Shapes:
        `(batch, steps, channels)` to `(batch, steps * size, channels)`.

    Raises:
        ValueError: `size` is no positive integer.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling1D(2)([[[1.0], [3.0]]]).tolist()
        [[[1.0], [1.0], [3.0], [3.0]]]
    """

    size: int = 2


class UpSampling2D(UpSampling, rank=2):
    """Enlarges an image by repeating its points, or by interpolation between them.

    Args:
        size: factors of height and width, or one for both.
        interpolation: `"nearest"` repeats; `"bilinear"`, `"bicubic"`, `"lanczos3"` and `"lanczos5"` interpolate.

    Shapes:
        `(batch, height, width, channels)` to `(batch, height * size, width * size, channels)`.

    Raises:
        ValueError: sizes that are no positive integers, or an unknown interpolation.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling2D((2, 3))(cornu.ops.ones((1, 4, 5, 3))).shape
        (1, 8, 15, 3)
    """

    size: Sizes = default(2)
    data_format: Format = default(None)
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] = "nearest"

    def _complete(self) -> None:
        super()._complete()
        checks.choice(self, "interpolation", ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))

    def call(self, inputs: Any) -> Any:
        """The enlarged image."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        new = list(inputs.shape)
        new[self._space] = [size * times for size, times in zip(inputs.shape[self._space], self.size, strict=True)]
        return jax.image.resize(inputs, new, self.interpolation, antialias=False)


class UpSampling3D(UpSampling, rank=3):
    """Enlarges a volume by repeating its points.

    Args:
        size: factors of depth, height and width, or one for all.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space times its size.

    Raises:
        ValueError: sizes that are no positive integers.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling3D()(cornu.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 1)
    """

    size: Sizes = default(2)
    data_format: Format = default(None)
