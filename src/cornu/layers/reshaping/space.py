"""UpSampling, ZeroPadding, Cropping: space enlarged, framed or cut, over one, two or three axes."""

from typing import Any

import jax

from ... import ops
from ...core.arguments import arguments
from ...core.spec import InputSpec
from .. import checks
from ..family import Family


def _first_axis(layer: Any) -> int:
    """The first axis of space."""
    return 1 if layer.data_format == "channels_last" else 2


def _border(layer: Any, name: str) -> None:
    """Normalize a border; that of one axis is a single pair, and `(1, 2)` is such a pair."""
    value = getattr(layer, name)
    if layer.rank > 1:
        return checks.borders(layer, name, layer.rank)
    if checks.is_integer(value):
        setattr(layer, name, (value, value))
    checks.sizes(layer, name, 2, least=0)


def _pairs(layer: Any, border: Any) -> list[tuple[int, int]]:
    """(before, after) for every axis of space."""
    return [border] if layer.rank == 1 else list(border)


class ZeroPadding(Family):
    """Base: zeros around space; a subclass says the rank.

    Args:
        padding: how many zeros: one integer for all sides, one per axis, or a pair (before, after) per axis.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: negative numbers, or a wrong count of them.
    """

    @arguments
    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.data_format(self)
        _border(self, "padding")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, x: Any) -> Any:
        """`x` with zeros around."""
        frame = [(0, 0)] * (self.rank + 2)
        frame[_first_axis(self) : _first_axis(self) + self.rank] = _pairs(self, self.padding)
        return ops.pad(x, frame)


class ZeroPadding1D(ZeroPadding):
    """Zeros before and after the steps. A pair `(before, after)` is the padding of the one axis.

    Shapes:
        `(batch, steps, channels)` to `(batch, before + steps + after, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding1D((1, 2))(cornu.ops.ones((2, 5, 3))).shape
        (2, 8, 3)
    """

    rank = 1


class ZeroPadding2D(ZeroPadding):
    """Zeros around an image.

    Shapes:
        `(batch, height, width, channels)` to `(batch, top + height + bottom, left + width + right, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding2D(((1, 0), (2, 2)))(cornu.ops.ones((2, 5, 5, 3))).shape
        (2, 6, 9, 3)
    """

    rank = 2


class ZeroPadding3D(ZeroPadding):
    """Zeros around a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space with its padding.

    Example:
        >>> import cornu
        >>> cornu.layers.ZeroPadding3D()(cornu.ops.ones((2, 3, 4, 5, 1))).shape
        (2, 5, 6, 7, 1)
    """

    rank = 3


class Cropping(Family):
    """Base: space cut at its border; a subclass says the rank.

    Args:
        cropping: how much: one integer for all sides, one per axis, or a pair (before, after) per axis.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: negative numbers, a wrong count of them, or nothing left.
    """

    @arguments
    def __init__(self, cropping: Any = 0, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.data_format(self)
        _border(self, "cropping")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, x: Any) -> Any:
        """The middle of `x`."""
        cut = [slice(None)] * x.ndim
        for axis, (before, after) in enumerate(_pairs(self, self.cropping), _first_axis(self)):
            if before + after >= x.shape[axis]:
                raise ValueError(
                    f"Layer {self.name!r} has cropping={self.cropping}, which leaves nothing of axis {axis} of an "
                    f"input of shape {tuple(x.shape)}. Crop less."
                )
            cut[axis] = slice(before, x.shape[axis] - after)
        return x[tuple(cut)]


class Cropping1D(Cropping):
    """The steps without the first and the last. A pair `(before, after)` is the cropping of the one axis.

    Args:
        cropping: how many: one integer for both ends, or a pair (before, after).
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, steps, channels)` to `(batch, steps - before - after, channels)`.

    Raises:
        ValueError: negative numbers, a wrong count of them, or nothing left.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping1D((1, 2))(cornu.ops.ones((2, 8, 3))).shape
        (2, 5, 3)
    """

    rank = 1

    @arguments
    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(Cropping):
    """An image without its border.

    Shapes:
        `(batch, height, width, channels)` to `(batch, height - top - bottom, width - left - right, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping2D(((1, 0), (2, 2)))(cornu.ops.ones((2, 6, 9, 3))).shape
        (2, 5, 5, 3)
    """

    rank = 2


class Cropping3D(Cropping):
    """A volume without its border.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space without its cropping.

    Example:
        >>> import cornu
        >>> cornu.layers.Cropping3D(1)(cornu.ops.ones((2, 5, 6, 7, 1))).shape
        (2, 3, 4, 5, 1)
    """

    rank = 3

    @arguments
    def __init__(self, cropping: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(cropping, data_format, **kwargs)


class UpSampling1D(Family):
    """Repeats every step: `y[b, t, c] = x[b, t // size, c]`.

    Args:
        size: how often.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, steps, channels)` to `(batch, steps * size, channels)`.

    Raises:
        ValueError: `size` is no positive integer.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling1D(2)([[[1.0], [3.0]]]).tolist()
        [[[1.0], [1.0], [3.0], [3.0]]]
    """

    rank = 1

    @arguments
    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "size")
        self.input_spec = InputSpec(ndim=3)

    def call(self, x: Any) -> Any:
        """Every step `size` times."""
        return ops.repeat(x, self.size, axis=1)


class UpSampling2D(Family):
    """Enlarges an image by repeating its points, or by interpolation between them.

    Args:
        size: factors of height and width, or one for both.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        interpolation: `"nearest"` repeats; `"bilinear"`, `"bicubic"`, `"lanczos3"` and `"lanczos5"` interpolate.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, height * size, width * size, channels)`.

    Raises:
        ValueError: sizes that are no positive integers, or an unknown interpolation.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling2D((2, 3))(cornu.ops.ones((1, 4, 5, 3))).shape
        (1, 8, 15, 3)
    """

    rank = 2

    @arguments
    def __init__(
        self, size: Any = 2, data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        checks.data_format(self)
        checks.sizes(self, "size", 2)
        checks.choice(self, "interpolation", ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))
        self.input_spec = InputSpec(ndim=4)

    def call(self, x: Any) -> Any:
        """The enlarged image."""
        axis = _first_axis(self)
        if self.interpolation == "nearest":
            return ops.repeat(ops.repeat(x, self.size[0], axis=axis), self.size[1], axis=axis + 1)
        new = list(x.shape)
        new[axis], new[axis + 1] = x.shape[axis] * self.size[0], x.shape[axis + 1] * self.size[1]
        return jax.image.resize(x, new, self.interpolation, antialias=False)


class UpSampling3D(Family):
    """Enlarges a volume by repeating its points.

    Args:
        size: factors of depth, height and width, or one for all.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, depth, height, width, channels)` to each axis of space times its size.

    Raises:
        ValueError: sizes that are no positive integers.

    Example:
        >>> import cornu
        >>> cornu.layers.UpSampling3D()(cornu.ops.ones((1, 2, 3, 4, 1))).shape
        (1, 4, 6, 8, 1)
    """

    rank = 3

    @arguments
    def __init__(self, size: Any = 2, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.data_format(self)
        checks.sizes(self, "size", 3)
        self.input_spec = InputSpec(ndim=5)

    def call(self, x: Any) -> Any:
        """The enlarged volume."""
        for axis, size in enumerate(self.size, _first_axis(self)):
            x = ops.repeat(x, size, axis=axis)
        return x
