"""Declared: a family of classes whose annotated attributes are the arguments of their constructors."""

from typing import Any, dataclass_transform

from .arguments import arguments
from .holders import is_library


@dataclass_transform(eq_default=False)
class Declared:
    """First base of a family whose classes need no `@arguments`: they get it from here, if they are the library's."""

    __slots__ = ()

    def __init_subclass__(cls, kw_only: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if is_library(cls):
            arguments(kw_only=kw_only)(cls)
