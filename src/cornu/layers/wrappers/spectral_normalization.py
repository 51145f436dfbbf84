"""SpectralNormalization: a layer whose kernel stretches no vector to more than its length."""

from typing import Any

from ... import ops
from ...core import state
from ...initializers import TruncatedNormal
from .. import checks
from .wrapper import Wrapper

__all__ = ["SpectralNormalization"]


class SpectralNormalization(Wrapper):
    r"""Divides the kernel of a layer by its largest singular value, in training.

    With `W` the kernel as a matrix of `n` columns and `u` a row that is kept, each step does `power_iterations` times
    `v = u W^T / |u W^T|`, `u = v W / |v W|`, and then `W = W / (v W u^T)`. Gradients pass through `W` alone. An
    optimizer changes the kernel as it was before.

    Args:
        layer: a layer with a `kernel`, such as Dense or Conv2D, or with `embeddings`.
        power_iterations: how often the estimate is improved in a step.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        those of the layer.

    Raises:
        ValueError: `layer` is not a layer, or has neither; `power_iterations` is not a positive integer.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.SpectralNormalization(cornu.layers.Dense(3), power_iterations=50)
        >>> y = layer(cornu.ops.ones((2, 5)), training=True)
        >>> round(float(cornu.ops.norm(layer.layer.kernel, 2)), 3)
        1.0

    Source: Miyato et al. (2018), https://arxiv.org/abs/1802.05957
    """

    power_iterations: int = 1

    def _complete(self) -> None:
        super()._complete()
        checks.positive(self, "power_iterations")

    def build(self, input_shape: Any = None) -> None:
        """Build the layer, and make `u`."""
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        self.kernel: Any = getattr(self.layer, "embeddings", None) if kernel is None else kernel
        if self.kernel is None:
            raise ValueError(
                f"{type(self).__name__} takes a layer with a kernel, such as Dense or Conv2D, or with embeddings. "
                f"Received: {self.layer!r}"
            )
        shape, small = (1, self.kernel.shape[-1]), TruncatedNormal(stddev=0.02)
        self.vector_u = self.add_weight(shape, small, self.kernel.dtype, trainable=False, name="vector_u")

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The layer, with a kernel that is normalized first in training."""
        if training:
            with state.autocast(None):  # the kernel keeps its precision
                kernel, u = self.kernel.value, self.vector_u.value
                new = ops.cond(ops.all(ops.equal(kernel, 0)), lambda: (u, kernel), self.normalized_weights)
            self.vector_u.assign(new[0])
            self.kernel.assign(new[1])
        y = self.layer(inputs)
        return ops.cast(y, inputs.dtype) if "float" in str(inputs.dtype) else y

    def normalized_weights(self) -> tuple[Any, Any]:
        """The next `u`, and the kernel divided by its largest singular value."""
        kernel, u = self.kernel.value, self.vector_u.value
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        for _ in range(self.power_iterations):
            v = ops.normalize(ops.matmul(u, ops.transpose(matrix)), axis=None)
            u = ops.normalize(ops.matmul(v, matrix), axis=None)
        u, v = ops.stop_gradient(u), ops.stop_gradient(v)
        sigma = ops.matmul(ops.matmul(v, matrix), ops.transpose(u))
        return u, ops.reshape(ops.divide(matrix, sigma), kernel.shape)
