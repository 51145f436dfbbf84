"""ActivityRegularization: a penalty on what passes through."""

from typing import Any

from ... import regularizers
from ...core.arguments import Declared
from ..layer import Layer

__all__ = ["ActivityRegularization"]


class ActivityRegularization(Declared, Layer):
    """Passes its input on, and adds `(l1 * sum(|x|) + l2 * sum(x ** 2)) / batch` to the loss.

    Args:
        l1: factor of the sum of absolute values.
        l2: factor of the sum of squares.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        any shape to the same shape.

    Raises:
        ValueError: a factor is negative or not finite.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.ActivityRegularization(l2=0.5)
        >>> layer([[2.0]]).tolist(), [float(loss) for loss in layer.losses]
        ([[2.0]], [2.0])
    """

    l1: float = 0.0
    l2: float = 0.0
    supports_masking = True

    def _complete(self) -> None:
        self.activity_regularizer = regularizers.L1L2(l1=self.l1, l2=self.l2)  # files hold it beside l1 and l2

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the penalty is in `l1` and `l2`."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config

    def call(self, inputs: Any) -> Any:
        """`x`."""
        return inputs
