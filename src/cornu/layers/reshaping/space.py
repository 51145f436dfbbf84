"""UpSampling, ZeroPadding, Cropping: space enlarged, framed or cut, over one, two or three axes."""

from collections.abc import Sequence
from typing import Any, Literal

import jax

from ... import ops
from ...core.arguments import arguments, default
from ...core.types import Format, Given, Sizes
from .. import checks
from ..family import Spatial

__all__ = [
    "Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D",
    "ZeroPadding2D", "ZeroPadding3D",
]  # fmt: skip

Border = Given[int | Sequence[int | Sequence[int]], Any]  # a pair (before, after) for one axis, pairs for several


def _check_border(layer: Spatial, name: str) -> None:
    """Normalize a border; that of one axis is a single pair, and `(1, 2)` is such a pair."""
    if layer.rank > 1:
        checks.borders(layer, name, layer.rank)
    else:
        checks.sizes(layer, name, 2, least=0)


@arguments
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

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_border(self, "padding")

    def call(self, x: Any) -> Any:
        """`x` with zeros around."""
        frame = [(0, 0)] * x.ndim
        frame[self._space] = [self.padding] if self.rank == 1 else self.padding
        return ops.pad(x, frame)


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


@arguments
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

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_border(self, "cropping")

    def call(self, x: Any) -> Any:
        """The middle of `x`."""
        cut = [slice(None)] * x.ndim
        pairs = [self.cropping] if self.rank == 1 else self.cropping
        for axis, (before, after) in zip(range(x.ndim)[self._space], pairs, strict=True):
            if before + after >= x.shape[axis]:
                raise ValueError(
                    f"Layer {self.name!r} has cropping={self.cropping}, which leaves nothing of axis {axis} of an "
                    f"input of shape {tuple(x.shape)}. Crop less."
                )
            cut[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(cut)]


@arguments
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


@arguments
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


@arguments
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rank == 1:
            checks.positive(self, "size")
        else:
            checks.sizes(self, "size", self.rank)

    def call(self, x: Any) -> Any:
        """Every point several times."""
        sizes = (self.size,) if self.rank == 1 else self.size
        for axis, size in zip(range(x.ndim)[self._space], sizes, strict=True):
            x = ops.repeat(x, size, axis=axis)
        return x


@arguments
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


@arguments
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

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.choice(self, "interpolation", ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))

    def call(self, x: Any) -> Any:
        """The enlarged image."""
        if self.interpolation == "nearest":
            return super().call(x)
        new = list(x.shape)
        new[self._space] = [size * times for size, times in zip(x.shape[self._space], self.size, strict=True)]
        return jax.image.resize(x, new, self.interpolation, antialias=False)


@arguments
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
