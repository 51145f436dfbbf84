"""Families: layers with common arguments describe them once; one class serves any number of axes of space."""

import inspect
import re
from typing import Any, ClassVar

from ..core.arguments import arguments, default
from ..core.spec import InputSpec
from ..core.types import Constraint, Initializer, Regularizer
from . import checks
from .layer import Layer

_TITLES = ("Args", "Shapes", "Raises", "Example", "Source")


def _sections(cls: type) -> dict[str, str]:
    """The parts of a docstring by their titles, what stands in front without one."""
    front, *parts = re.split(rf"\n\n(?=(?:{'|'.join(_TITLES)}):)", inspect.cleandoc(cls.__doc__ or ""))
    return {"": front, **{part.partition(":")[0]: part for part in parts}}


def _descriptions(sections: dict[str, str]) -> dict[str, str]:
    """What a docstring says of each argument."""
    return {item.partition(":")[0]: item for item in re.split(r"\n    (?=\S)", sections.get("Args", ""))[1:]}


class Family(Layer):
    """Base of layers with common arguments. What a docstring does not say of them is taken from that of the base."""

    rank: ClassVar[int] = 0  # number of axes of space

    def __init_subclass__(cls, rank: int | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.rank = cls.rank if rank is None else rank
        if not cls.__doc__ or "__init__" in vars(cls):
            return
        own = _sections(cls)
        shared: dict[str, str] = {}
        texts: dict[str, str] = {}
        for family in reversed(cls.__mro__[: cls.__mro__.index(Family)]):
            shared |= _sections(family)
            texts |= _descriptions(_sections(family))
        front = [name for name in cls._arguments if name not in cls._behind]
        required = [name for name in inspect.get_annotations(cls) if name not in vars(cls)]
        order = dict.fromkeys([*front, *required, *vars(cls), *cls._arguments, *_descriptions(own), "**options"])
        listed = [texts[name] for name in order if name in texts]
        own.setdefault("Raises", shared.get("Raises", ""))
        own["Args"] = "\n    ".join(["Args:", *listed]) if listed else ""
        cls.__doc__ = "\n\n".join(own[title] for title in ("", *_TITLES) if own.get(title))


@arguments(kw_only=True)
class KernelLayer(Family):
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

    data_format: Any = "channels_last"

    def __post_init__(self) -> None:
        checks.data_format(self)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _space(self) -> slice:
        """Where in a shape the axes of space are."""
        return slice(1, -1) if self.data_format == "channels_last" else slice(2, None)
