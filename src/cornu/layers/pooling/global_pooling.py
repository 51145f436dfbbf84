"""GlobalMaxPooling and GlobalAveragePooling: the largest value, or the mean, of all of space."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.spec import InputSpec
from .. import checks
from ..family import Family


class GlobalPooling(Family):
    """Base of the global pooling layers; a subclass says the rank.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        keepdims: whether the axes of space stay, with size 1.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: an unknown data format, or an input of another rank.
    """

    @arguments
    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        checks.data_format(self)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _space(self) -> tuple[int, ...]:
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))


class GlobalMaxPooling(GlobalPooling):
    """Base: the largest value of all of space."""

    def call(self, x: Any) -> Any:
        """The largest value of every channel."""
        return ops.max(x, axis=self._space, keepdims=self.keepdims)


class GlobalAveragePooling(GlobalPooling):
    """Base: the mean of all of space."""

    def call(self, x: Any) -> Any:
        """The mean of every channel."""
        return ops.mean(x, axis=self._space, keepdims=self.keepdims)


class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest value of all steps: `y[b, c] = max over t of x[b, t, c]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling1D()([[[1.0], [3.0]]]).tolist()
        [[3.0]]
    """

    rank = 1


class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest value of an image: `y[b, c] = max over h, w of x[b, h, w, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling2D()(cornu.ops.ones((2, 7, 7, 3))).shape
        (2, 3)
    """

    rank = 2


class GlobalMaxPooling3D(GlobalMaxPooling):
    """The largest value of a volume: `y[b, c] = max over d, h, w of x[b, d, h, w, c]`.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalMaxPooling3D()(cornu.ops.ones((2, 3, 4, 5, 6))).shape
        (2, 6)
    """

    rank = 3


class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of the steps: `y[b, c] = sum over t of mask[b, t] * x[b, t, c] / sum over t of mask[b, t]`.

    Shapes:
        `(batch, steps, channels)` to `(batch, channels)`. `call` takes a `mask` of `(batch, steps)` too; what it
        rules out does not count.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling1D()([[[1.0], [3.0]]]).tolist()
        [[2.0]]
    """

    rank = 1
    supports_masking = True

    def call(self, x: Any, mask: Any = None) -> Any:
        """The mean of every channel over the steps that are real."""
        if mask is None:
            return super().call(x)
        real = ops.cast(ops.expand_dims(mask, 2 if self.data_format == "channels_last" else 1), "bool")
        total = ops.sum(ops.where(real, x, ops.zeros_like(x)), axis=self._space, keepdims=self.keepdims)
        return total / ops.sum(ops.cast(real, x.dtype), axis=self._space, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: no step is left to mask."""
        return None


class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of an image: `y[b, c] = mean over h, w of x[b, h, w, c]`.

    Shapes:
        `(batch, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling2D()(cornu.ops.ones((2, 7, 7, 3))).shape
        (2, 3)

    Source: Lin et al. (2013), Network In Network, https://arxiv.org/abs/1312.4400
    """

    rank = 2


class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of a volume: `y[b, c] = mean over d, h, w of x[b, d, h, w, c]`.

    Shapes:
        `(batch, depth, height, width, channels)` to `(batch, channels)`.

    Example:
        >>> import cornu
        >>> cornu.layers.GlobalAveragePooling3D()(cornu.ops.ones((2, 3, 4, 5, 6))).shape
        (2, 6)
    """

    rank = 3
