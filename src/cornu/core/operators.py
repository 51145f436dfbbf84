"""Python's operators for Variables and symbolic tensors: `a + b` is the op `add`."""

from collections.abc import Callable
from typing import Any

_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
_COMPARISONS = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal"}
_UNARY = {"neg": "negative", "abs": "absolute", "invert": "logical_not"}


class Operators:
    """Gives a class the operators of an array; each calls the op of that name."""

    __slots__ = ()
    __array_priority__ = 1000  # NumPy leaves `array + variable` to __radd__

    def __eq__(self, other: Any) -> Any:
        return _op("equal")(self, other)

    def __ne__(self, other: Any) -> Any:
        return _op("not_equal")(self, other)

    def __hash__(self) -> int:
        return id(self)

    def __getitem__(self, key: Any) -> Any:
        return _op("get_item")(self, key)


_ops: dict[str, Callable[..., Any]] = {}


def _op(name: str) -> Callable[..., Any]:
    return _ops[name]


def define(ops: dict[str, Callable[..., Any]]) -> None:
    """Give every operator its op; called once, by `cornu.ops`."""
    _ops.update(ops)


def _install() -> None:
    def forward(name: str) -> Callable[..., Any]:
        return lambda self, other: _op(name)(self, other)

    def reflected(name: str) -> Callable[..., Any]:
        return lambda self, other: _op(name)(other, self)

    def unary(name: str) -> Callable[..., Any]:
        return lambda self: _op(name)(self)

    for dunder, name in {**_BINARY, **_COMPARISONS}.items():
        setattr(Operators, f"__{dunder}__", forward(name))
    for dunder, name in _BINARY.items():
        setattr(Operators, f"__r{dunder}__", reflected(name))
    for dunder, name in _UNARY.items():
        setattr(Operators, f"__{dunder}__", unary(name))


_install()
