"""Pooling: the largest value, or the mean, of each window or of all of space."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from .. import ops
from ..core.arguments import default
from ..core.symbolic import known_shape
from ..core.types import Format, Given, Padding, Sizes
from . import checks
from .family import Spatial

__all__ = [
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "MaxPooling1D",
    "MaxPooling2D", "MaxPooling3D",
]  # fmt: skip


class Pooling(Spatial):
    """Base of the pooling layers; a subclass says the rank and what it takes of a window.

    Args:
        pool_size: size of the window on each axis of space, one integer or several.
        strides: step of the window; None for its size, so that windows do not overlap.
        padding: `"valid"` drops what does not fill a window, `"same"` pads at both ends; padding does not count.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        name: its name; made from the class's name by default.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, or a window larger than the input.
    """

    pool_size: Sizes = default(2)
    strides: Given[int | Sequence[int] | None, tuple[int, ...]] = default(None)
    padding: Padding = "valid"
    data_format: Format = default(None)
    name = default(None, here=True)
    _pool: ClassVar[Callable[..., Any]]

    def _complete(self) -> None:
        super()._complete()
        if self.strides is None:
            self.strides = self.pool_size
        checks.sizes(self, "pool_size", self.rank)
        checks.sizes(self, "strides", self.rank)
        checks.choice(self, "padding", ("valid", "same"))

    def call(self, inputs: Any) -> Any:
        """One value per window."""
        sizes = zip(known_shape(inputs.shape[self._space]), self.pool_size, strict=True)
        if self.padding == "valid" and any(size is not None and size < window for size, window in sizes):
            raise ValueError(
                f"Layer {self.name!r} has pool_size={self.pool_size}, which does not fit into an input of shape "
                f"{tuple(inputs.shape)}. Use a smaller window, padding='same', or fewer pooling layers before it."
            )
        return self._pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class MaxPooling(Pooling):
    """Base: the largest value of each window."""

    _pool = staticmethod(ops.max_pool)


class AveragePooling(Pooling):
    """Base: the mean of each window."""

    _pool = staticmethod(ops.average_pool)


class MaxPooling1D(MaxPooling, rank=1):
    """The largest value of each window of steps: `y[b, t, c] = max over i of x[b, t * stride + i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
        [[[3.0], [2.0]]]
    """


class MaxPooling2D(MaxPooling, rank=2):
    """The largest value of each window of an image: `y[b, h, w, c] = max over i, j of x[b, h * s + i, w * s + j, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling2D()(cornu.ops.ones((2, 28, 28, 3))).shape
        (2, 14, 14, 3)
    """


class MaxPooling3D(MaxPooling, rank=3):
    """The largest value of each window of a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, ..., channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling3D()(cornu.ops.ones((1, 4, 6, 8, 3))).shape
        (1, 2, 3, 4, 3)
    """


class AveragePooling1D(AveragePooling, rank=1):
    """The mean of each window of steps: `y[b, t, c] = mean over i of x[b, t * stride + i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
        [[[2.0], [1.0]]]
    """


class AveragePooling2D(AveragePooling, rank=2):
    """The mean of each window of an image: `y[b, h, w, c] = mean over i, j of x[b, h * s + i, w * s + j, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling2D()(cornu.ops.ones((2, 28, 28, 3))).shape
        (2, 14, 14, 3)
    """


class AveragePooling3D(AveragePooling, rank=3):
    """The mean of each window of a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, ..., channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling3D()(cornu.ops.ones((1, 4, 6, 8, 3))).shape
        (1, 2, 3, 4, 3)
    """


class GlobalPooling(Spatial):
    """Base of the global pooling layers; a subclass says the rank and what it takes of space.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        keepdims: whether the axes of space stay, with size 1.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Raises:
        ValueError: an unknown data format, or an input of another rank.
    """

    data_format: Format = default(None)
    keepdims: bool = False
    _reduce: ClassVar[Callable[..., Any]]

    def call(self, inputs: Any) -> Any:
        """One value per channel."""
        return self._over_space(self._reduce, inputs)

    def _over_space(self, reduce: Callable[..., Any], x: Any) -> Any:
        return reduce(x, axis=tuple(range(x.ndim)[self._space]), keepdims=self.keepdims)


class GlobalMaxPooling(GlobalPooling):
    """Base: the largest value of all of space."""

    _reduce = staticmethod(ops.max)


class GlobalAveragePooling(GlobalPooling):
    """Base: the mean of all of space."""

    _reduce = staticmethod(ops.mean)


class GlobalMaxPooling1D(GlobalMaxPooling, rank=1):
    """The largest value of all steps: `y[b, c] = max over t of x[b, t, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling1D()([[[1.0], [3.0]]]).tolist()
        [[3.0]]
    """


class GlobalMaxPooling2D(GlobalMaxPooling, rank=2):
    """The largest value of an image: `y[b, c] = max over h, w of x[b, h, w, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling2D()(cornu.ops.ones((2, 7, 7, 3))).shape
        (2, 3)
    """


class GlobalMaxPooling3D(GlobalMaxPooling, rank=3):
    """The largest value of a volume: `y[b, c] = max over d, h, w of x[b, d, h, w, c]`.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling3D()(cornu.ops.ones((2, 3, 4, 5, 6))).shape
        (2, 6)
    """


class GlobalAveragePooling1D(GlobalAveragePooling, rank=1):
    """The mean of the steps: `y[b, c] = sum over t of mask[b, t] * x[b, t, c] / sum over t of mask[b, t]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, channels)`. `call` takes a `mask` of `(batch, steps)` too; what it
        rules out does not count.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling1D()([[[1.0], [3.0]]]).tolist()
        [[2.0]]
    """

    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The mean of every channel over the steps that are real."""
        if mask is None:
            return super().call(inputs)
        real = ops.cast(ops.expand_dims(mask, -1 if self.data_format == "channels_last" else 1), "bool")
        total = self._over_space(ops.sum, ops.where(real, inputs, ops.zeros_like(inputs)))
        return total / self._over_space(ops.sum, ops.cast(real, inputs.dtype))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None: no step is left to mask."""
        return None


class GlobalAveragePooling2D(GlobalAveragePooling, rank=2):
    """The mean of an image: `y[b, c] = mean over h, w of x[b, h, w, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling2D()(cornu.ops.ones((2, 7, 7, 3))).shape
        (2, 3)

    Source: Lin et al. (2013), Network In Network, https://arxiv.org/abs/1312.4400
    """


class GlobalAveragePooling3D(GlobalAveragePooling, rank=3):
    """The mean of a volume: `y[b, c] = mean over d, h, w of x[b, d, h, w, c]`.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling3D()(cornu.ops.ones((2, 3, 4, 5, 6))).shape
        (2, 6)
    """
