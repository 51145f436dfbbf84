"""Adaptive pooling: space of any size becomes space of one size."""

from collections.abc import Callable
from typing import Any, ClassVar

from .. import ops
from ..core.arguments import default
from ..core.types import Format, Shape, Sizes
from . import checks
from .family import Spatial

__all__ = [
    "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D",
]  # fmt: skip


class AdaptivePooling(Spatial):
    """Base of the adaptive pooling layers; a subclass says the rank and what it takes of each region.

    Of an axis of size `n` region `i` of `m` goes from `floor(i n / m)` to `ceil((i + 1) n / m)`.

    Args:
        output_size: size of each axis of space afterwards, one integer or several.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown data format, or an input of another rank.
    """

    output_size: Sizes
    data_format: Format = default(None)
    _pool: ClassVar[Callable[..., Any]]

    def _complete(self) -> None:
        super()._complete()
        checks.sizes(self, "output_size", self.rank)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The shape of the output, which is known where that of the input is not."""
        shape = list(input_shape)
        shape[self._space] = self.output_size
        return tuple(shape)

    def call(self, inputs: Any) -> Any:
        """One value per region and channel."""
        return self._pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling(AdaptivePooling):
    """Base: the mean of each region."""

    _pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveMaxPooling(AdaptivePooling):
    """Base: the largest value of each region."""

    _pool = staticmethod(ops.adaptive_max_pool)


class AdaptiveAveragePooling1D(AdaptiveAveragePooling, rank=1):
    """The means of as many regions of a sequence as one wants.

    Shapes:
        `(batch, steps, channels)` to `(batch, output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveAveragePooling1D(2)([[[1.0], [3.0], [5.0], [7.0]]]).tolist()
        [[[2.0], [6.0]]]
    """


class AdaptiveAveragePooling2D(AdaptiveAveragePooling, rank=2):
    """The means of as many regions of an image as one wants.

    Shapes:
        `(batch, height, width, channels)` to `(batch, *output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveAveragePooling2D((7, 5))(cornu.ops.ones((2, 30, 20, 3))).shape
        (2, 7, 5, 3)
    """


class AdaptiveAveragePooling3D(AdaptiveAveragePooling, rank=3):
    """The means of as many regions of a volume as one wants.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, *output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveAveragePooling3D(2)(cornu.ops.ones((2, 5, 6, 7, 3))).shape
        (2, 2, 2, 2, 3)
    """


class AdaptiveMaxPooling1D(AdaptiveMaxPooling, rank=1):
    """The largest values of as many regions of a sequence as one wants.

    Shapes:
        `(batch, steps, channels)` to `(batch, output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveMaxPooling1D(2)([[[1.0], [3.0], [5.0], [7.0]]]).tolist()
        [[[3.0], [7.0]]]
    """


class AdaptiveMaxPooling2D(AdaptiveMaxPooling, rank=2):
    """The largest values of as many regions of an image as one wants.

    Shapes:
        `(batch, height, width, channels)` to `(batch, *output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveMaxPooling2D((7, 5))(cornu.ops.ones((2, 30, 20, 3))).shape
        (2, 7, 5, 3)
    """


class AdaptiveMaxPooling3D(AdaptiveMaxPooling, rank=3):
    """The largest values of as many regions of a volume as one wants.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, *output_size, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AdaptiveMaxPooling3D(2)(cornu.ops.ones((2, 5, 6, 7, 3))).shape
        (2, 2, 2, 2, 3)
    """
