"""Family: a base layer whose subclasses share its arguments, and say so in their documentation."""

import inspect
from typing import Any

from .layer import Layer


class Family(Layer):
    """Base of layers that differ in their rank only. A subclass's docstring gets the sections it does not write."""

    rank = 0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own, shared = (inspect.cleandoc(c.__doc__ or "") for c in (cls, cls.__mro__[1]))
        if "Args:" in own or "Args:" not in shared:
            return
        sections = [part for part in shared.split("\n\n") if part.startswith(("Args:", "Raises:"))]
        before, shapes, after = own.partition("Shapes:")
        cls.__doc__ = "\n\n".join([before.strip(), *sections, shapes + after])
