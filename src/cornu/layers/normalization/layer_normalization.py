"""Normalization of each sample by itself: LayerNormalization, GroupNormalization, RMS and unit length."""

from collections.abc import Sequence
from typing import Any

from ... import ops
from ...core.arguments import arguments, default
from ...core.spec import InputSpec
from ...core.types import Constraint, Given, Initializer, Regularizer, Shape
from .. import checks
from ..family import Family

__all__ = ["GroupNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization"]


class Normalization(Family):
    """Base of the normalizations. Statistics, scale and offset are kept in float32 at least.

    Args:
        epsilon: added to the variance.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initializer of the offset, `(channels,)`.
        gamma_initializer: initializer of the scale, `(channels,)`.
        beta_regularizer: penalty on the offset, added to the loss.
        gamma_regularizer: penalty on the scale.
        beta_constraint: function applied to the offset after each update.
        gamma_constraint: function applied to the scale after each update.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.
    """

    supports_masking = True

    def _add_affine(self, shape: Shape, scale: bool, center: bool) -> None:
        """Make scale and offset, as far as they are wanted."""
        self.gamma: Any = self.add_weight(shape, name="gamma", autocast=False) if scale else None
        self.beta: Any = self.add_weight(shape, name="beta", autocast=False) if center else None


@arguments
class AlongAxes(Normalization):
    """Base of those that take their statistics along one axis or several.

    Raises:
        TypeError: `axis` is no integer and no list of them.
        ValueError: the input has no such axis, or its size is unknown.
    """

    axis: Given[int | Sequence[int], Any] = default(-1)

    def __post_init__(self) -> None:
        if not all(map(checks.is_integer, self.axis if isinstance(self.axis, list | tuple) else [self.axis])):
            raise TypeError(
                f"{type(self).__name__} expects axis to be an integer or a list of them. Received: {self.axis!r}"
            )

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(sorted(self.axis)) if isinstance(self.axis, list | tuple) else (self.axis,)

    def _sizes(self, input_shape: Shape) -> Shape:
        return tuple(checks.known_size(self, input_shape, axis) for axis in self._axes)


@arguments
class LayerNormalization(AlongAxes):
    """Normalizes each sample over its features: `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    Args:
        axis: axis, or several, over which mean and variance are taken.
        beta_initializer: initializer of the offset, of the sizes of `axis`.
        gamma_initializer: initializer of the scale, of the sizes of `axis`.
        rms_scaling: accepted for older files: `y = gamma * x / sqrt(variance + epsilon)`; see RMSNormalization.

    Shapes:
        `(batch, ..., features)` to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
        [[-1.0, 1.0]]

    Source: Ba, Kiros, Hinton (2016), https://arxiv.org/abs/1607.06450
    """

    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Initializer = default("zeros")
    gamma_initializer: Initializer = default("ones")
    beta_regularizer: Regularizer = default(None)
    gamma_regularizer: Regularizer = default(None)
    beta_constraint: Constraint = default(None)
    gamma_constraint: Constraint = default(None)
    rms_scaling: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape: Shape) -> None:
        """Make scale and offset."""
        older = self.rms_scaling
        self._add_affine(self._sizes(input_shape), self.scale or older, self.center and not older)

    def call(self, x: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        older = {"rms_scaling": True} if self.rms_scaling else {}
        y = ops.layer_normalization(x, self.gamma, self.beta, axis=self._axes, epsilon=self.epsilon, **older)
        return ops.cast(y, self.compute_dtype)


@arguments
class RMSNormalization(AlongAxes):
    """Divides each sample by the root of its mean square: `y = scale * x / sqrt(mean(x ** 2) + epsilon)`.

    Args:
        axis: axis, or several, over which the mean is taken.
        epsilon: added to the mean.

    Shapes:
        `(batch, ..., features)` to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.RMSNormalization(epsilon=0.0)([[2.0, -2.0]]).tolist()
        [[1.0, -1.0]]

    Source: Zhang, Sennrich (2019), https://arxiv.org/abs/1910.07467
    """

    epsilon: float = 1e-6
    supports_masking = False

    def build(self, input_shape: Shape) -> None:
        """Make the scale."""
        self.scale = self.add_weight(self._sizes(input_shape), "ones", name="scale")

    def call(self, x: Any) -> Any:
        """`scale * x / sqrt(mean(x ** 2) + epsilon)`."""
        return ops.rms_normalization(x, scale=self.scale, axis=self._axes, epsilon=self.epsilon)


class UnitNormalization(AlongAxes):
    """Gives each sample length 1: `y = x / sqrt(sum(x ** 2))`.

    Args:
        axis: axis, or several, over which the length is taken.

    Shapes:
        any shape to the same shape.

    Raises:
        TypeError: `axis` is no integer and no list of them.

    Example:
        >>> import cornu
        >>> cornu.layers.UnitNormalization()([[0.0, 2.0]]).tolist()
        [[0.0, 1.0]]
    """

    def call(self, x: Any) -> Any:
        """`x / sqrt(sum(x ** 2))`."""
        return ops.normalize(x, axis=self._axes, order=2, epsilon=1e-12)


@arguments
class GroupNormalization(Normalization):
    """Normalizes each sample over groups of channels and all of space.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance per sample and group.

    Args:
        groups: number of groups, a divisor of the number of channels; -1 for one group per channel.
        axis: axis of the channels.

    Shapes:
        `(batch, ..., channels)` to the same shape.

    Raises:
        ValueError: `groups` is no positive integer or -1, or does not divide the number of channels.

    Example:
        >>> import cornu
        >>> cornu.layers.GroupNormalization(2, epsilon=0.0)([[1.0, 3.0, 6.0, 4.0]]).tolist()
        [[-1.0, 1.0, 1.0, -1.0]]

    Source: Wu, He (2018), https://arxiv.org/abs/1803.08494
    """

    groups: int = 32
    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Initializer = default("zeros")
    gamma_initializer: Initializer = default("ones")
    beta_regularizer: Regularizer = default(None)
    gamma_regularizer: Regularizer = default(None)
    beta_constraint: Constraint = default(None)
    gamma_constraint: Constraint = default(None)

    def __post_init__(self) -> None:
        if self.groups != -1:
            checks.positive(self, "groups")
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape: Shape) -> None:
        """Make scale and offset."""
        channels = checks.known_size(self, input_shape, self.axis)
        if self.groups != -1 and channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} has groups={self.groups}, which does not divide the {channels} channels of its "
                f"input of shape {input_shape}. Choose a divisor of {channels}."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self._add_affine((channels,), self.scale, self.center)

    def call(self, x: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        axis, wide = self.axis % x.ndim, ops.cast(x, "float64" if x.dtype == "float64" else "float32")
        channels = x.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        split = ops.reshape(wide, (*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :]))
        mean, variance = ops.moments(split, axes=[i for i in range(1, split.ndim) if i != axis], keepdims=True)
        y = ops.reshape((split - mean) * ops.rsqrt(variance + self.epsilon), x.shape)
        along = [channels if i == axis else 1 for i in range(x.ndim)]
        if self.scale:
            y = y * ops.reshape(self.gamma, along)
        if self.center:
            y = y + ops.reshape(self.beta, along)
        return ops.cast(y, self.compute_dtype)
