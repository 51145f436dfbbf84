"""Classes by their names in Keras 1, which took the sides of a kernel one by one: they make layers of today."""

import inspect
from typing import Any

from .. import layers
from ..core.doubt import tell


class _Older(type):
    """What such a class is of: a call of it gives a layer of today's class, which counts as one of its own."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls not in OLDER:
            return super().__call__(*args, **kwargs)  # a subclass that a script wrote
        today, count, further = OLDER[cls]
        sides = args[1 : 1 + count]
        if len(sides) == count > 0 and all(isinstance(side, int) for side in sides):
            shown = ", ".join(map(repr, args[: 1 + count]))
            tell(f"{cls.__name__}({shown}) is written {today.__name__}({args[0]!r}, {sides}) today.")
            kwargs = dict(zip(further, args[1 + count :], strict=False)) | kwargs
            args = (args[0], sides)
        return today(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, OLDER[cls][0]) if cls in OLDER else super().__instancecheck__(instance)


# Older class -> today's, how many sides, and what followed them.
OLDER: dict[Any, tuple[Any, int, tuple[str, ...]]] = {}


def _add(name: str, today: type, sides: int, *further: str) -> None:
    doc = f"""The name of `{today.__name__}` in an older Keras, which makes one."""
    if sides:
        doc += f"""

    Integers by position are the filters and then the {sides} sides of the kernel; everything else is as in
    `{today.__name__}`, which counts them as filters, kernel size and strides.
    """
    own = {"__doc__": doc, "__module__": today.__module__, "__signature__": inspect.signature(today)}
    older = _Older(name, (today,), own)
    OLDER[older] = today, sides, further
    setattr(layers, name, older)


_LATER = ("init", "activation", "weights", "border_mode", "subsample", "dim_ordering")
_add("Convolution2D", layers.Conv2D, 2, *_LATER)
_add("Convolution3D", layers.Conv3D, 3, *_LATER)
_add("SeparableConvolution2D", layers.SeparableConv2D, 2, *_LATER)
for _name in ("AtrousConvolution", "AtrousConv"):
    _add(f"{_name}1D", layers.Conv1D, 0)
    _add(f"{_name}2D", layers.Conv2D, 2, *_LATER)
for _name in ("Deconvolution", "Deconv"):
    _add(f"{_name}2D", layers.Conv2DTranspose, 2, "output_shape", *_LATER)
    _add(f"{_name}3D", layers.Conv3DTranspose, 3, "output_shape", *_LATER)
_add("CuDNNLSTM", layers.LSTM, 0)
_add("CuDNNGRU", layers.GRU, 0)
