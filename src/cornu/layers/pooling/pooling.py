"""MaxPooling and AveragePooling: the largest value, or the mean, of each window."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.spec import InputSpec
from .. import checks
from ..family import Family


class Pooling(Family):
    """Base of the pooling layers; a subclass says the rank and what it takes of a window.

    Args:
        pool_size: size of the window on each axis of space, one integer or several.
        strides: step of the window; None for its size, so that windows do not overlap.
        padding: `"valid"` drops what does not fill a window, `"same"` pads at both ends; padding does not count.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: a size that is not a positive integer, an unknown padding, or a window larger than the input.
    """

    strides: Any

    @arguments
    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if self.strides is None:
            self.strides = self.pool_size
        checks.sizes(self, "pool_size", self.rank)
        checks.sizes(self, "strides", self.rank)
        checks.choice(self, "padding", ("valid", "same"))
        checks.data_format(self)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, x: Any) -> Any:
        """One value per window."""
        space = x.shape[1:-1] if self.data_format == "channels_last" else x.shape[2:]
        if self.padding == "valid" and any(s < p for s, p in zip(space, self.pool_size, strict=True)):
            raise ValueError(
                f"Layer {self.name!r} has pool_size={self.pool_size}, which does not fit into an input of shape "
                f"{tuple(x.shape)}. Use a smaller window, padding='same', or fewer pooling layers before it."
            )
        return self.pool(
            x, pool_size=self.pool_size, strides=self.strides, padding=self.padding, data_format=self.data_format
        )

    def pool(self, x: Any, **window: Any) -> Any:
        """What it takes of a window."""
        raise NotImplementedError


class MaxPooling(Pooling):
    """Base: the largest value of each window."""

    def pool(self, x: Any, **window: Any) -> Any:
        """The largest value."""
        return ops.max_pool(x, **window)


class AveragePooling(Pooling):
    """Base: the mean of each window."""

    def pool(self, x: Any, **window: Any) -> Any:
        """The mean."""
        return ops.average_pool(x, **window)


class MaxPooling1D(MaxPooling):
    """The largest value of each window of steps: `y[b, t, c] = max over i of x[b, t * stride + i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
        [[[3.0], [2.0]]]
    """

    rank = 1


class MaxPooling2D(MaxPooling):
    """The largest value of each window of an image: `y[b, h, w, c] = max over i, j of x[b, h * s + i, w * s + j, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling2D()(cornu.ops.ones((2, 28, 28, 3))).shape
        (2, 14, 14, 3)
    """

    rank = 2


class MaxPooling3D(MaxPooling):
    """The largest value of each window of a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, ..., channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.MaxPooling3D()(cornu.ops.ones((1, 4, 6, 8, 3))).shape
        (1, 2, 3, 4, 3)
    """

    rank = 3


class AveragePooling1D(AveragePooling):
    """The mean of each window of steps: `y[b, t, c] = mean over i of x[b, t * stride + i, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling1D(2)([[[1.0], [3.0], [2.0], [0.0]]]).tolist()
        [[[2.0], [1.0]]]
    """

    rank = 1


class AveragePooling2D(AveragePooling):
    """The mean of each window of an image: `y[b, h, w, c] = mean over i, j of x[b, h * s + i, w * s + j, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling2D()(cornu.ops.ones((2, 28, 28, 3))).shape
        (2, 14, 14, 3)
    """

    rank = 2


class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, ..., channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.AveragePooling3D()(cornu.ops.ones((1, 4, 6, 8, 3))).shape
        (1, 2, 3, 4, 3)
    """

    rank = 3
