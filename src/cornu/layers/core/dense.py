"""Dense: a matrix product, a bias and an activation."""

from typing import Any

from ... import ops
from ...core.arguments import arguments, default
from ...core.spec import InputSpec
from ...core.types import Activation, Constraint, Initializer, Regularizer, Shape
from .. import checks
from ..layer import Layer

__all__ = ["Dense"]


@arguments
class Dense(Layer):
    """Densely connected layer: every output sees every input feature.

    `y = activation(x @ kernel + bias)`, over the last axis of `x`.

    Args:
        units: number of output features.
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of the matrix, `(features, units)`.
        bias_initializer: initializer of the bias, `(units,)`.
        kernel_regularizer: penalty on the matrix, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to the matrix after each update.
        bias_constraint: function applied to the bias after each update.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.

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
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    kernel_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)
    supports_masking = True

    def __post_init__(self) -> None:
        checks.positive(self, "units")
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Shape) -> None:
        """Make kernel and bias."""
        features = checks.known_size(self, input_shape, -1)
        self.kernel = self.add_weight((features, self.units), name="kernel")
        self.bias = self.add_weight((self.units,), name="bias") if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, x: Any) -> Any:
        """`activation(x @ kernel + bias)`."""
        y = ops.matmul(x, self.kernel)
        if self.bias is not None:
            y = ops.add(y, self.bias)
        return self.activation(y)
