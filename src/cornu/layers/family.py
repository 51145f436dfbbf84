"""Families: layers with common arguments describe them once; one class serves any number of axes of space."""

from typing import Any, ClassVar, cast

from ..core.arguments import Declared, default
from ..core.spec import InputSpec
from ..core.types import Constraint, Initializer, Regularizer
from . import checks
from .layer import Layer


class Family(Declared, Layer):
    """Base of layers with common arguments. What a docstring does not say of them is taken from that of the base."""

    rank: ClassVar[int] = 0  # number of axes of space

    def __init_subclass__(cls, rank: int | None = None, **kwargs: Any) -> None:
        cls.rank = cls.rank if rank is None else rank
        super().__init_subclass__(**kwargs)


class KernelLayer(Family, kw_only=True):
    """Base of layers with one kernel: what they take behind their own arguments.

    Args:
        activation: function of the result, or its name; None for none.
        use_bias: whether to add a bias.
        kernel_initializer: initializer of the kernel.
        bias_initializer: initializer of the bias.
        kernel_regularizer: penalty on the kernel, added to the loss.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: function applied to the kernel after each update.
        bias_constraint: function applied to the bias after each update.
        **options: `name`, `dtype`, `trainable`, `input_shape`, ... of `Layer`.
    """

    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = default(None)
    bias_regularizer: Regularizer = default(None)
    activity_regularizer = default(None, here=True)
    kernel_constraint: Constraint = default(None)
    bias_constraint: Constraint = default(None)


class Spatial(Family):
    """Base of layers that see axes of space between the batch and the channels, or behind both."""

    data_format = cast(Any, "channels_last")

    def _complete(self) -> None:
        checks.data_format(self)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _space(self) -> slice:
        """Where in a shape the axes of space are."""
        return slice(1, -1) if self.data_format == "channels_last" else slice(2, None)
