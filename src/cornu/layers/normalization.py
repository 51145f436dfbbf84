"""Normalization: mean 0 and variance 1 over the batch, or of each sample by itself, then a trained scale and offset."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from .. import ops
from ..core import dtypes, rows
from ..core.arguments import default
from ..core.spec import InputSpec
from ..core.types import Constraint, Given, Initializer, Regularizer, Shape
from . import checks
from .family import Family

__all__ = ["BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization"]


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


class AlongAxes(Normalization):
    """Base of those that take their statistics along one axis or several.

    Raises:
        TypeError: `axis` is no integer and no list of them.
        ValueError: the input has no such axis, or its size is unknown.
    """

    axis: Given[int | Sequence[int], Any] = default(-1)

    def _complete(self) -> None:
        if not all(map(checks.is_integer, self.axis if isinstance(self.axis, list | tuple) else [self.axis])):
            raise TypeError(f"{type(self).__name__} expects axis to be an integer, or several. Received: {self.axis!r}")

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(sorted(self.axis)) if isinstance(self.axis, list | tuple) else (self.axis,)

    def _sizes(self, input_shape: Shape) -> Shape:
        return tuple(checks.known_size(self, input_shape, axis) for axis in self._axes)


class OfGroups(Normalization):
    """Base that says what GroupNormalization takes first."""

    groups: int = 32
    axis: int = -1


class Moving(Normalization):
    """Base that says what BatchNormalization takes first."""

    axis: Given[int | Sequence[int], int] = default(-1)
    momentum: float = 0.99


class Affine(Normalization):
    """Base of those that end with a scale and an offset."""

    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Initializer = default("zeros")
    gamma_initializer: Initializer = default("ones")
    beta_regularizer: Regularizer = default(None)
    gamma_regularizer: Regularizer = default(None)
    beta_constraint: Constraint = default(None)
    gamma_constraint: Constraint = default(None)

    def _add_affine(self, shape: Shape, scale: bool, center: bool) -> None:
        """Make scale and offset, as far as they are wanted."""
        self.gamma: Any = self.add_weight(shape, name="gamma", autocast=False) if scale else None
        self.beta: Any = self.add_weight(shape, name="beta", autocast=False) if center else None


class LayerNormalization(Affine, AlongAxes):
    """Normalizes each sample over its features: `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`.

    Args:
        axis: axis, or several, over which mean and variance are taken.
        beta_initializer: initializer of the offset, of the sizes of `axis`.
        gamma_initializer: initializer of the scale, of the sizes of `axis`.
        rms_scaling: whether to leave out mean and offset: `y = gamma * x / sqrt(variance + epsilon)`.

    Shapes:
        `(batch, ..., features)` to the same shape.

    Example:
        >>> import cornu
        >>> cornu.layers.LayerNormalization(epsilon=0.0)([[1.0, 3.0]]).tolist()
        [[-1.0, 1.0]]

    Source: Ba, Kiros, Hinton (2016), https://arxiv.org/abs/1607.06450
    """

    rms_scaling: bool = False

    def _complete(self) -> None:
        super()._complete()
        self.autocast = False  # statistics are taken in float32 at least

    def build(self, input_shape: Shape) -> None:
        """Make scale and offset."""
        self._add_affine(self._sizes(input_shape), self.scale or self.rms_scaling, self.center and not self.rms_scaling)

    def call(self, inputs: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        y = ops.layer_normalization(inputs, self.gamma, self.beta, self._axes, self.epsilon, self.rms_scaling)
        return ops.cast(y, self.compute_dtype)


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

    def call(self, inputs: Any) -> Any:
        """`x / sqrt(sum(x ** 2))`."""
        return ops.normalize(inputs, axis=self._axes, order=2, epsilon=1e-12)


class GroupNormalization(Affine, OfGroups):
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

    def _complete(self) -> None:
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

    def call(self, inputs: Any) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        axis, wide = self.axis % inputs.ndim, ops.cast(inputs, "float64" if inputs.dtype == "float64" else "float32")
        channels = inputs.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        split = ops.reshape(wide, (*inputs.shape[:axis], groups, channels // groups, *inputs.shape[axis + 1 :]))
        mean, variance = ops.moments(split, axes=[i for i in range(1, split.ndim) if i != axis], keepdims=True)
        y = ops.reshape((split - mean) * ops.rsqrt(variance + self.epsilon), inputs.shape)
        along = [channels if i == axis else 1 for i in range(inputs.ndim)]
        if self.scale:
            y = y * ops.reshape(self.gamma, along)
        if self.center:
            y = y + ops.reshape(self.beta, along)
        return ops.cast(y, self.compute_dtype)


class BatchNormalization(Affine, Moving):
    """Normalizes each channel over the batch and all other axes.

    `y = gamma * (x - mean) / sqrt(variance + epsilon) + beta`. In training, mean and variance are those of the
    batch, and the moving ones follow them: `moving = momentum * moving + (1 - momentum) * batch`. In inference,
    and if `trainable` is false, they are the moving ones.

    Args:
        axis: axis of the channels: -1, or 1 for channels first.
        momentum: how slowly the moving statistics follow, from 0 to 1.
        moving_mean_initializer: initializer of the moving mean.
        moving_variance_initializer: initializer of the moving variance.
        renorm: whether to correct the batch's statistics towards renormalization statistics (batch renormalization).
        renorm_clipping: bounds `"rmin"`, `"rmax"` and `"dmax"` of that correction.
        renorm_momentum: how slowly the renormalization statistics follow.
        synchronized: accepted for compatibility: the batch's statistics are those of the whole batch on any number
            of devices.

    Shapes:
        `(batch, ..., channels)` to the same shape. `call` takes a `mask` of one axis less too; what it rules out
        does not count in the statistics.

    Raises:
        ValueError: the input has no such axis, or its size is unknown; unknown bounds in `renorm_clipping`.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.BatchNormalization(epsilon=0.0)
        >>> layer([[1.0], [3.0]], training=True).tolist()
        [[-1.0], [1.0]]

    Source: Ioffe, Szegedy (2015), https://arxiv.org/abs/1502.03167; Ioffe (2017), Batch Renormalization,
    https://arxiv.org/abs/1702.03275
    """

    moving_mean_initializer: Initializer = default("zeros", after="gamma_initializer")
    moving_variance_initializer: Initializer = default("ones", after="moving_mean_initializer")
    renorm: bool = False
    renorm_clipping: Mapping[str, float] | None = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    def _complete(self) -> None:
        if isinstance(self.axis, list | tuple) and len(self.axis) == 1:  # one axis in a list
            self.axis = self.axis[0]
        unknown = set(self.renorm_clipping or {}) - {"rmin", "rmax", "dmax"}
        if unknown:
            raise ValueError(f"renorm_clipping has the keys 'rmin', 'rmax' and 'dmax'. Received: {sorted(unknown)}")

    def build(self, input_shape: Shape) -> None:
        """Make scale, offset and the moving statistics."""
        channels = checks.known_size(self, input_shape, self.axis)

        def moving(name: str, initializer: Any = None) -> Any:
            return self.add_weight((channels,), initializer, name=name, trainable=False, autocast=False)

        self._add_affine((channels,), self.scale, self.center)
        self.moving_mean, self.moving_variance = moving("moving_mean"), moving("moving_variance")
        if self.renorm:
            self.moving_stddev = moving("moving_stddev", self._initial_stddev)
            self.renorm_mean = moving("renorm_mean", self.moving_mean_initializer)
            self.renorm_stddev = moving("renorm_stddev", self._initial_stddev)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def _initial_stddev(self, shape: Any, dtype: Any = None) -> Any:
        return ops.sqrt(self.moving_variance_initializer(shape, dtype=dtype))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`."""
        wide = "float64" if inputs.dtype == "float64" else "float32"
        inputs = ops.cast(inputs, wide)  # statistics of half precision overflow
        gamma = self.gamma.value if self.scale else None
        beta = self.beta.value if self.center else None
        if training and self.trainable:
            mean, variance = self._moments(inputs, mask)
            _follow(self.moving_mean, mean, self.momentum)
            if self.renorm:
                gamma, beta = self._renormalized(mean, variance, gamma, beta)
            else:
                _follow(self.moving_variance, variance, self.momentum)
        else:
            mean, variance = self.moving_mean.value, self.moving_variance.value
        y = ops.batch_normalization(inputs, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon)
        return ops.cast(y, self.compute_dtype)

    def _moments(self, x: Any, mask: Any) -> tuple[Any, Any]:
        """Mean and variance of every channel, over what the mask lets through."""
        axes = tuple(i for i in range(x.ndim) if i != self.axis % x.ndim)
        counted = rows.mask_of(x)
        if mask is not None:
            if mask.ndim != x.ndim - 1:
                raise ValueError(
                    f"Layer {self.name!r} expects a mask of one axis less than its input. Received a mask of shape "
                    f"{tuple(mask.shape)} and an input of shape {tuple(x.shape)}."
                )
            let_through = jnp.expand_dims(mask, -1).astype(bool)
            counted = let_through if counted is None else jnp.logical_and(let_through, counted)
        if counted is None:
            return ops.moments(x, axes=axes)
        epsilon = 0.0 if mask is None else dtypes.epsilon()
        return rows.over(lambda counted, x: _moments(x, counted, axes, epsilon), counted, x)

    def _renormalized(self, mean: Any, variance: Any, gamma: Any, beta: Any) -> tuple[Any, Any]:
        """Scale and offset corrected by `r` and `d` towards the renormalization statistics, which follow."""
        stddev, bounds = ops.sqrt(variance + self.epsilon), self.renorm_clipping or {}
        known = ops.maximum(self.renorm_stddev.value, self.epsilon**0.5)
        r, d = stddev / known, (mean - self.renorm_mean.value) / known
        r = ops.clip(r, bounds.get("rmin", 0.0), bounds.get("rmax", float("inf")))
        if bounds.get("dmax") is not None:
            d = ops.clip(d, -bounds["dmax"], bounds["dmax"])
        r, d = ops.stop_gradient(r), ops.stop_gradient(d)
        _follow(self.renorm_mean, mean, self.renorm_momentum)
        _follow(self.renorm_stddev, stddev, self.renorm_momentum)
        _follow(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(ops.relu(ops.square(self.moving_stddev.value) - self.epsilon))
        scale, offset = (r, d) if gamma is None else (r * gamma, d * gamma)
        return scale, offset if beta is None else offset + beta


def _moments(x: Any, counted: Any, axes: tuple[int, ...], epsilon: float) -> tuple[Any, Any]:
    """Mean and variance along some axes, of the entries that count."""
    counted = jnp.broadcast_to(counted, x.shape)
    count = jnp.sum(counted, axis=axes, keepdims=True, dtype=x.dtype) + epsilon
    mean = jnp.sum(jnp.where(counted, x, 0), axis=axes, keepdims=True) / count
    variance = jnp.sum(jnp.where(counted, jnp.square(x - mean), 0), axis=axes, keepdims=True) / count
    return jnp.squeeze(mean, axis=axes), jnp.squeeze(variance, axis=axes)


def _follow(moving: Any, value: Any, momentum: float) -> None:
    """Move a moving average towards a value."""
    moving.assign(moving.value * momentum + value * (1.0 - momentum))
