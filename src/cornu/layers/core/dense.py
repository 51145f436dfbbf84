"""Dense: a matrix product, a bias and an activation."""

from typing import Any

from ... import ops
from ...core.config import arguments
from ...core.spec import InputSpec
from .. import checks
from ..layer import Layer


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
        **kwargs: `name`, `dtype`, `trainable`, ... of `Layer`.

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

    supports_masking = True

    @arguments
    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        checks.positive(self, "units")
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make kernel and bias."""
        features = checks.known_size(self, input_shape, -1)
        self.kernel = self.add_weight((features, self.units), name="kernel")
        self.bias = self.add_weight((self.units,), name="bias") if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, x: Any) -> Any:
        """`activation(x @ kernel + bias)`."""
        y = ops.matmul(x, self.kernel)
        if self.use_bias:
            y = ops.add(y, self.bias)
        return self.activation(y)
