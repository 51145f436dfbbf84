"""LocallyConnected: a convolution that has a kernel of its own at every place."""

import math
from typing import Any

import numpy as np

from .. import ops
from ..core.arguments import default
from ..core.spec import InputSpec
from ..core.types import Activation, Format, Padding, Shape, Sizes
from . import checks
from .family import KernelLayer, Spatial

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]


class LocallyConnected(Spatial, KernelLayer):
    """Base of the locally connected layers; a subclass says the rank.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernels on each axis of space, one integer or several.
        strides: step from one place to the next on each axis.
        padding: `"valid"`, or with another `implementation` than 1 also `"same"`.
        data_format: `"channels_last"` or `"channels_first"`; by default the session's.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a number per place and filter.
        kernel_initializer: initializer of the kernels.
        bias_initializer: initializer of the bias, `(*places, filters)`.
        implementation: how the kernels are kept: 1 for `(number of places, size of a window, filters)`; 2 for
            `(*input, *output)`, where what connects nothing counts as zero; 3 for a vector of what connects something.

    Raises:
        ValueError: a size that is not a positive integer, an implementation that does not exist or does not go with
            the padding, a kernel larger than the input, or an input whose size is not known.

    Source: Taigman et al., DeepFace, 2014
    """

    filters: int
    kernel_size: Sizes
    strides: Sizes = default(1)
    padding: Padding = "valid"
    data_format: Format = default(None)
    activation: Activation = default(None)
    use_bias: bool = True
    implementation: int = default(1, after="bias_constraint")

    def _complete(self) -> None:
        super()._complete()
        checks.positive(self, "filters")
        for name in ("kernel_size", "strides"):
            checks.sizes(self, name, self.rank)
        checks.choice(self, "padding", ("valid", "same"))
        if self.implementation not in (1, 2, 3):
            raise checks.wrong(self, "implementation", "1, 2 or 3")
        if self.padding == "same" and self.implementation == 1:
            raise checks.wrong(self, "padding", "'valid' with implementation=1; write implementation=2")

    def build(self, input_shape: Shape) -> None:
        """Make kernels and a bias for each place."""
        sizes = tuple(checks.known_size(self, input_shape, axis) for axis in range(1, self.rank + 2))
        self.input_spec = InputSpec(shape=(None, *sizes))
        self._windows, self._places = self._looked_at(sizes)
        places, window = self._windows.shape
        inputs, outputs = math.prod(sizes), places * self.filters
        number = np.arange(outputs)  # of each output, as those of one sample lie in memory
        number = number.reshape(places, 1, -1) if self._last else number.reshape(-1, 1, places).T
        self._order: Any = None  # where in the kernel the numbers for each place, element of its window and filter are
        if self.implementation == 1:
            shape: tuple[int, ...] = (places, window, self.filters)
        elif self.implementation == 2:
            shape = (*sizes, *(self._places if self._last else ()), self.filters, *(() if self._last else self._places))
            self._order = (self._windows[..., None] * outputs + number).clip(max=inputs * outputs - 1)
        else:  # sorted by the output, then by the input
            pairs = number * (inputs + 1) + self._windows[..., None]
            connected = np.sort(pairs[pairs % (inputs + 1) < inputs])
            shape = connected.shape
            self._order = np.searchsorted(connected, pairs).clip(max=connected.size - 1)
        self.kernel = self.add_weight(shape, name="kernel")
        self.bias: Any = self.add_weight((*self._places, self.filters), name="bias") if self.use_bias else None

    @property
    def _last(self) -> bool:
        return self.data_format == "channels_last"

    def _looked_at(self, sizes: tuple[int, ...]) -> tuple[Any, tuple[int, ...]]:
        """For each place the numbers of the elements in its window, by which a flat sample is taken; the places' axes.

        Beyond the border the number is that of an element behind the last, which is zero.
        """
        numbers = np.arange(math.prod(sizes)).reshape(sizes)
        axes = range(self.rank) if self._last else range(1, self.rank + 1)
        if self.padding == "same":
            border = dict(zip(axes, ((k // 2, k - k // 2 - 1) for k in self.kernel_size), strict=True))
            numbers = np.pad(
                numbers, [border.get(axis, (0, 0)) for axis in range(len(sizes))], constant_values=numbers.size
            )
        space = [numbers.shape[axis] for axis in axes]
        if any(size < kernel for size, kernel in zip(space, self.kernel_size, strict=True)):
            raise checks.wrong(self, "kernel_size", f"no larger than the input of shape {sizes}")
        windows = np.lib.stride_tricks.sliding_window_view(numbers, self.kernel_size, tuple(axes))
        windows = np.moveaxis(windows, *((self.rank, -1) if self._last else (0, self.rank)))
        windows = windows[tuple(slice(None, None, step) for step in self.strides)]
        places = windows.shape[: self.rank]
        return windows.reshape(math.prod(places), -1), places

    def call(self, inputs: Any) -> Any:
        """`activation(x kernel + bias)`, place by place."""
        flat = (inputs.shape[0], math.prod(inputs.shape[1:]))
        x = ops.pad(ops.reshape(inputs, flat), [(0, 0), (0, 1)])
        kernel = self.kernel
        if self._order is not None:
            kernel = ops.take(ops.reshape(kernel, -1), self._order)
        y = ops.einsum("bpk,pkf->bpf" if self._last else "bpk,pkf->bfp", ops.take(x, self._windows, axis=1), kernel)
        shape = (*self._places, self.filters) if self._last else (self.filters, *self._places)
        y = ops.reshape(y, (inputs.shape[0], *shape))
        # With channels first the bias lies in memory as it is added, not as its shape says: that is how Keras reads it.
        return self.activation(y if self.bias is None else ops.add(y, ops.reshape(self.bias, shape)))


class LocallyConnected1D(LocallyConnected, rank=1):
    """Convolution over one axis with a kernel of its own at every step.

    `y[b, t, f] = activation(sum over i, c of x[b, t * stride + i, c] * kernel[t, i, c, f] + bias[t, f])`.

    Shapes:
        `(batch, steps, channels)` to `(batch, new steps, filters)`; with channels first, the channels are axis 1.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.LocallyConnected1D(4, 3)
        >>> layer(cornu.ops.ones((2, 10, 8))).shape, layer.kernel.shape
        ((2, 8, 4), (8, 24, 4))
    """


class LocallyConnected2D(LocallyConnected, rank=2):
    """Convolution over two axes with a kernel of its own at every place.

    `y[b, h, w, f] = activation(sum over i, j, c of x[b, h + i, w + j, c] * kernel[h, w, i, j, c, f] + bias[h, w, f])`,
    at stride 1.

    Shapes:
        `(batch, height, width, channels)` to `(batch, new height, new width, filters)`; with channels first, the
        channels are axis 1.

    Example:
        >>> import cornu
        >>> cornu.layers.LocallyConnected2D(4, 3)(cornu.ops.ones((2, 6, 5, 1))).shape
        (2, 4, 3, 4)
    """
