"""Python's operators for Variables and symbolic tensors: `a + b` is the op `add`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

_BINARY = {
    **{"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide"},
    **{"mod": "mod", "pow": "power", "matmul": "matmul"},
    **{"and": "logical_and", "or": "logical_or", "xor": "logical_xor"},
}
_OTHERS = {
    **{"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"},
    **{"neg": "negative", "abs": "absolute", "invert": "logical_not", "getitem": "get_item"},
}
_ops: dict[str, Callable[..., Any]] = {}
_ANY = cast(Callable[..., Any], None)


class Operators:
    """Gives a class the operators of an array: each is the op of that name, once `define` has told which that is."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy leaves `array + variable` to __radd__
    shape: Any
    if TYPE_CHECKING:  # what `define` sets, for those who only read
        __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _ANY
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _ANY
        __and__ = __or__ = __xor__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __invert__ = __getitem__ = _ANY

    def reshape(self, newshape: Any) -> Any:
        """The same elements in another shape.

        Args:
            newshape: tuple of sizes; one may be -1.
        """
        return _ops["reshape"](self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """Without axes of size one.

        Args:
            axis: the axis, or all.
        """
        return _ops["squeeze"](self, axis)

    @property
    def ndim(self) -> int:
        """Number of dimensions, the batch included."""
        return len(self.shape)


def define(ops: dict[str, Callable[..., Any]]) -> None:
    """Give every operator its op; called once, by `cornu.ops`."""

    def reflected(op: Callable[..., Any]) -> Callable[..., Any]:
        return lambda self, other: op(other, self)

    _ops.update(ops)
    for name, op in {**_BINARY, **_OTHERS}.items():
        setattr(Operators, f"__{name}__", ops[op])
    for name, op in _BINARY.items():
        setattr(Operators, f"__r{name}__", reflected(ops[op]))
