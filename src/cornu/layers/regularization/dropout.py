"""Dropout: random elements, or whole channels, become zero in training."""

from typing import Any, Unpack

from ...core.arguments import default
from ...core.spec import InputSpec
from ...core.types import DataFormat, DTypeLike, FewOptions, Given, Shape, ShapeLike
from ...ops import random
from .. import checks
from .noise import Noise

__all__ = ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]


class Dropout(Noise):
    """Sets each element to zero with probability `rate`, in training, and scales the rest by `1 / (1 - rate)`.

    Args:
        rate: probability, from 0 to 1.
        noise_shape: shape of the random mask, None for a size of the input; a 1 lets all of an axis share its fate.
        seed: integer, for the same masks every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to 1; `noise_shape` is no list of positive integers and None.

    Example:
        >>> import cornu
        >>> y = cornu.layers.Dropout(0.5, seed=1)(cornu.ops.ones((100,)), training=True)
        >>> sorted(set(y.tolist()))
        [0.0, 2.0]

    Source: Srivastava et al. (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """

    rate: float
    noise_shape: Given[ShapeLike | None, Shape | None] = default(None)

    def _complete(self) -> None:
        super()._complete()
        shape = self.noise_shape
        if shape is None:
            return
        if not isinstance(shape, list | tuple) or not all(n is None or (checks.is_integer(n) and n > 0) for n in shape):
            raise checks.wrong(self, "noise_shape", "positive integers and None (a size of the input), as in (None, 1)")
        self.noise_shape = tuple(shape)

    def changed(self, x: Any) -> Any:
        """`x` with elements dropped."""
        return random.dropout(x, self.rate, self._mask_shape(x.shape), seed=self.seed_generator)

    def _mask_shape(self, shape: tuple[int, ...]) -> Shape | None:
        return self.noise_shape


class SpatialDropout(Dropout):
    """Base: Dropout of whole channels; a subclass says the rank.

    Args:
        rate: probability, from 0 to 1.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        seed: integer, for the same masks every time; None for a fresh one.
        name: its name; made from the class's name by default.
        dtype: dtype or `DTypePolicy` of the computation.
        **options: `trainable`, ... of `Layer`.
    """

    rank = 0

    def __init__(
        self,
        rate: float,
        data_format: DataFormat | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: DTypeLike = None,
        **options: Unpack[FewOptions],
    ) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **options)
        self.data_format: Any = data_format
        checks.data_format(self)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; `trainable` is none of Keras's here, and means nothing without weights."""
        config = super().get_config()
        del config["trainable"]
        return config

    def _mask_shape(self, shape: tuple[int, ...]) -> Any:
        ones = (1,) * self.rank
        return (shape[0], *ones, shape[-1]) if self.data_format == "channels_last" else (*shape[:2], *ones)


class SpatialDropout1D(SpatialDropout):
    """Sets whole channels of a sequence to zero with probability `rate`, in training.

    Shapes:
        `(batch, steps, channels)` to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to 1.

    Example:
        >>> import cornu
        >>> y = cornu.layers.SpatialDropout1D(0.5, seed=1)(cornu.ops.ones((1, 7, 5)), training=True)
        >>> bool((y[:, :1] == y).all())
        True

    Source: Tompson et al. (2014), https://arxiv.org/abs/1411.4280
    """

    rank = 1

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: DTypeLike = None,
        **options: Unpack[FewOptions],
    ) -> None:
        super().__init__(rate, "channels_last", seed, name, dtype, **options)


class SpatialDropout2D(SpatialDropout):
    """Sets whole channels of an image to zero with probability `rate`, in training.

    Shapes:
        `(batch, height, width, channels)` to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to 1.

    Example:
        >>> import cornu
        >>> y = cornu.layers.SpatialDropout2D(0.5, seed=1)(cornu.ops.ones((1, 4, 4, 5)), training=True)
        >>> bool((y[:, :1, :1] == y).all())
        True

    Source: Tompson et al. (2014), https://arxiv.org/abs/1411.4280
    """

    rank = 2


class SpatialDropout3D(SpatialDropout):
    """Sets whole channels of a volume to zero with probability `rate`, in training.

    Shapes:
        `(batch, depth, height, width, channels)` to the same shape.

    Raises:
        ValueError: `rate` is not from 0 to 1.

    Example:
        >>> import cornu
        >>> y = cornu.layers.SpatialDropout3D(0.5, seed=1)(cornu.ops.ones((1, 2, 3, 4, 5)), training=True)
        >>> bool((y[:, :1, :1, :1] == y).all())
        True

    Source: Tompson et al. (2014), https://arxiv.org/abs/1411.4280
    """

    rank = 3
