"""Dense: a matrix product, a bias and an activation."""

from typing import Any

from ... import ops
from ...core.arguments import default
from ...core.spec import InputSpec
from ...core.types import Activation, Shape
from .. import checks
from ..family import KernelLayer

__all__ = ["Dense"]


class Dense(KernelLayer):
    """Densely connected layer: every output sees every input feature.

    `y = activation(x @ kernel + bias)`, over the last axis of `x`.

    Args:
        units: number of output features.
        kernel_initializer: initializer of the matrix, `(features, units)`.
        bias_initializer: initializer of the bias, `(units,)`.

    Shapes:
        `(batch, ..., features)` to `(batch, ..., units)`.

    Raises:
        ValueError: `units` is not a positive integer; the input has fewer than two axes, or another number of
            features than at the first call.

    Example:
        >>> import cornu
        >>> cornu.layers.Dense(4, activation="relu")(cornu.ops.ones((2, 3))).shape
        (2, 4)
    """

    units: int
    activation: Activation = default(None)
    use_bias: bool = True
    supports_masking = True

    def _complete(self) -> None:
        checks.positive(self, "units")
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        features = checks.known_size(self, input_shape, -1)
        self.kernel = self.add_weight((features, self.units), name="kernel")
        self.bias = self.add_weight((self.units,), name="bias") if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: Any) -> Any:
        """`activation(x @ kernel + bias)`."""
        y = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            y = ops.add(y, self.bias)
        return self.activation(y)
