"""Normalization of each sample by itself: LayerNormalization, GroupNormalization, RMS and unit length."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.spec import InputSpec
from .. import checks
from ..layer import Layer


def _axes(layer: Layer) -> None:
    """`axis` is an integer or a list of them."""
    axis = layer.axis
    if not checks.is_integer(axis) and not (isinstance(axis, list | tuple) and all(map(checks.is_integer, axis))):
        raise TypeError(f"{type(layer).__name__} expects axis to be an integer or a list of them. Received: {axis!r}")


def _shape_along(layer: Layer, input_shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """Sizes of the axes that are normalized."""
    axes = [layer.axis] if checks.is_integer(layer.axis) else sorted(layer.axis)
    return tuple(checks.known_size(layer, input_shape, axis) for axis in axes)


class LayerNormalization(Layer):
    """Normalizes each sample over its features: `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    Args:
        axis: axis, or several, over which mean and variance are taken.
        epsilon: added to the variance.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initializer of the offset, of the sizes of `axis`.
        gamma_initializer: initializer of the scale, of the sizes of `axis`.
        beta_regularizer: penalty on the offset, added to the loss.
        gamma_regularizer: penalty on the scale.
        beta_constraint: function applied to the offset after each update.
        gamma_constraint: function applied to the scale after each update.
        rms_scaling: accepted for older files: `y = gamma * x / sqrt(variance + epsilon)`; see RMSNormalization.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ..., features)` to the same shape.

    Raises:
        TypeError: `axis` is no integer and no list of them.
        ValueError: the input has no such axis, or its size is unknown.

    Example:
        >>> import cornu
        >>> cornu.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
        [[-1.0, 1.0]]

    Source: Ba, Kiros, Hinton (2016), https://arxiv.org/abs/1607.06450
    """

    supports_masking = True

    @arguments
    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _axes(self)
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make scale and offset."""
        shape = _shape_along(self, input_shape)
        scaled, centered = self.scale or self.rms_scaling, self.center and not self.rms_scaling
        self.gamma = self.add_weight(shape, name="gamma", autocast=False) if scaled else None
        self.beta = self.add_weight(shape, name="beta", autocast=False) if centered else None

    def call(self, x: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        axes = [self.axis] if checks.is_integer(self.axis) else sorted(self.axis)
        if self.rms_scaling:
            wide = ops.cast(x, "float32")
            shape = [size if i in {a % x.ndim for a in axes} else 1 for i, size in enumerate(x.shape)]
            scale = ops.reshape(self.gamma, shape) * ops.rsqrt(
                ops.var(wide, axis=tuple(axes), keepdims=True) + self.epsilon
            )
            return ops.cast(wide * scale, self.compute_dtype)
        y = ops.layer_normalization(x, self.gamma, self.beta, axis=axes, epsilon=self.epsilon)
        return ops.cast(y, self.compute_dtype)


class RMSNormalization(Layer):
    """Divides each sample by the root of its mean square: `y = scale * x / sqrt(mean(x ** 2) + epsilon)`.

    Args:
        axis: axis, or several, over which the mean is taken.
        epsilon: added to the mean.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ..., features)` to the same shape.

    Raises:
        TypeError: `axis` is no integer and no list of them.
        ValueError: the input has no such axis, or its size is unknown.

    Example:
        >>> import cornu
        >>> cornu.layers.RMSNormalization(epsilon=0.0)([[2.0, -2.0]]).tolist()
        [[1.0, -1.0]]

    Source: Zhang, Sennrich (2019), https://arxiv.org/abs/1910.07467
    """

    @arguments
    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _axes(self)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the scale."""
        self.scale = self.add_weight(_shape_along(self, input_shape), "ones", name="scale")

    def call(self, x: Any) -> Any:
        """`scale * x / sqrt(mean(x ** 2) + epsilon)`."""
        return ops.rms_normalization(x, scale=self.scale, axis=self.axis, epsilon=self.epsilon)


class UnitNormalization(Layer):
    """Gives each sample length 1: `y = x / sqrt(sum(x ** 2))`.

    Args:
        axis: axis, or several, over which the length is taken.
        **kwargs: `name`, `dtype`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        TypeError: `axis` is no integer and no list of them.

    Example:
        >>> import cornu
        >>> cornu.layers.UnitNormalization()([[0.0, 2.0]]).tolist()
        [[0.0, 1.0]]
    """

    supports_masking = True

    @arguments
    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _axes(self)

    def call(self, x: Any) -> Any:
        """`x / sqrt(sum(x ** 2))`."""
        axis = tuple(self.axis) if isinstance(self.axis, list | tuple) else self.axis
        return ops.normalize(x, axis=axis, order=2, epsilon=1e-12)


class GroupNormalization(Layer):
    """Normalizes each sample over groups of channels and all of space.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with mean and variance per sample and group.

    Args:
        groups: number of groups, a divisor of the number of channels; -1 for one group per channel.
        axis: axis of the channels.
        epsilon: added to the variance.
        center: whether to add `beta`.
        scale: whether to multiply by `gamma`.
        beta_initializer: initializer of the offset, `(channels,)`.
        gamma_initializer: initializer of the scale, `(channels,)`.
        beta_regularizer: penalty on the offset, added to the loss.
        gamma_regularizer: penalty on the scale.
        beta_constraint: function applied to the offset after each update.
        gamma_constraint: function applied to the scale after each update.
        **kwargs: `name`, `dtype`, ... of `Layer`.

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

    supports_masking = True

    @arguments
    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if groups != -1:
            checks.positive(self, "groups")
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make scale and offset."""
        channels = checks.known_size(self, input_shape, self.axis)
        if self.groups != -1 and channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r} has groups={self.groups}, which does not divide the {channels} channels of its "
                f"input of shape {input_shape}. Choose a divisor of {channels}."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self.gamma = self.add_weight((channels,), name="gamma", autocast=False) if self.scale else None
        self.beta = self.add_weight((channels,), name="beta", autocast=False) if self.center else None

    def call(self, x: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        axis, wide = self.axis % x.ndim, ops.cast(x, "float64" if x.dtype == "float64" else "float32")
        channels = x.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        apart = (*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])
        split = ops.reshape(wide, apart)
        mean, variance = ops.moments(split, axes=[i for i in range(1, split.ndim) if i != axis], keepdims=True)
        y = ops.reshape((split - mean) * ops.rsqrt(variance + self.epsilon), x.shape)
        along = [channels if i == axis else 1 for i in range(x.ndim)]
        if self.scale:
            y = y * ops.reshape(self.gamma, along)
        if self.center:
            y = y + ops.reshape(self.beta, along)
        return ops.cast(y, self.compute_dtype)
