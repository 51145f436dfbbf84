"""What the header of an HDF5 object says, message by message: types, shapes, attributes, links."""

import dataclasses
from typing import Any

import numpy as np

from .limits import Damaged

NEWER = "in a layout of HDF5 that no Keras writes; save it again with Keras, or with h5py's default settings"

# Messages by number.
SPACE, TYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, MORE, TABLE = 1, 3, 6, 7, 8, 11, 12, 16, 17
MANY_LINKS, MANY_ATTRIBUTES = 2, 21  # in a newer layout they lie elsewhere

# Floating point numbers: size, place of the sign, and place and size of exponent and mantissa, and bias.
_FLOATS: dict[tuple[int, ...], str] = {
    (2, 15, 10, 5, 0, 10, 15): "f2",
    (4, 31, 23, 8, 0, 23, 127): "f4",
    (8, 63, 52, 11, 0, 52, 1023): "f8",
    (2, 15, 7, 8, 0, 7, 127): "bfloat16",
}
_OTHERS = {2: "times", 4: "bit fields", 5: "opaque", 6: "records", 7: "references", 9: "lists", 10: "arrays"}


class Cursor:
    """Bytes that are taken from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    @property
    def left(self) -> int:
        """How many bytes have not been taken."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > self.left:
            raise Damaged(f"a block of it ends after {len(self.data)} bytes, where {self.at + count} are expected")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        """The next bytes as an unsigned integer."""
        return int.from_bytes(self.take(size), "little")

    def align(self) -> None:
        """Go to the next multiple of eight, where older blocks begin what follows."""
        self.at = min(-(-self.at // 8) * 8, len(self.data))

    def expect(self, mark: bytes) -> None:
        """Take the mark that a block begins with."""
        if self.take(len(mark)) != mark:
            raise Damaged(f"a block of it does not begin with {mark!r}")


@dataclasses.dataclass
class Kind:
    """What elements are: their name, their size in bytes, and the dtype of numbers."""

    name: str
    size: int
    dtype: Any = None

    def plain(self, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Numbers in this machine's order of bytes, and truth values as such."""
        if self.name == "truth":
            return array != 0
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


@dataclasses.dataclass
class Attribute:
    """An attribute: its name, what it holds, and the bytes of that."""

    name: str
    kind: Kind
    shape: tuple[int, ...]
    data: bytes


@dataclasses.dataclass
class Item:
    """A group or an array: the messages of its header, by number."""

    address: int
    messages: dict[int, list[bytes]]
    links: dict[str, int | str] | None = None  # once somebody has asked
    attributes: dict[str, Attribute] | None = None

    def one(self, number: int) -> Cursor:
        """The only message of that number."""
        found = self.messages.get(number, ())
        if len(found) != 1:
            raise Damaged(f"the object at {self.address} has {len(found)} messages {number}, where one is expected")
        return Cursor(found[0])

    @property
    def is_group(self) -> bool:
        """Whether it holds other items."""
        return any(number in self.messages for number in (TABLE, LINK, MANY_LINKS))

    @property
    def is_array(self) -> bool:
        """Whether it is an array."""
        return LAYOUT in self.messages


def attribute(message: bytes) -> Attribute:
    """The attribute that a message holds."""
    rest = Cursor(message)
    version, flags, *sizes = rest.number(1), rest.number(1), rest.number(2), rest.number(2), rest.number(2)
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise Damaged(f"an attribute of it is {NEWER}")
    rest.take(1 if version == 3 else 0)
    pieces = []
    for size in sizes:
        pieces.append(rest.take(size))
        if version == 1:
            rest.align()
    name, what, space = pieces
    return Attribute(text(name), kind(Cursor(what)), shape(Cursor(space)), rest.take(rest.left))


def link(message: bytes) -> tuple[str, int | str]:
    """Name and address of a link that lies in the group's header; what it is, if it leads elsewhere."""
    rest = Cursor(message)
    rest.expect(b"\x01")
    flags = rest.number(1)
    what = rest.number(1) if flags & 8 else 0
    rest.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = text(rest.take(rest.number(1 << (flags & 3))))
    return name, rest.number(8) if what == 0 else {1: "soft link", 64: "external link"}.get(what, "user-defined link")


def shape(rest: Cursor) -> tuple[int, ...]:
    """The shape that a message describes; that of nothing is `(0,)`."""
    version, rank, _ = rest.number(1), rest.number(1), rest.number(1)
    if version == 1:
        rest.take(5)
    elif version != 2:
        raise Damaged(f"a shape of it is {NEWER}")
    elif rest.number(1) == 2:
        return (0,)
    return tuple(rest.number(8) for _ in range(rank))


def kind(rest: Cursor) -> Kind:
    """What elements are, from a message that describes a type."""
    first, bits, size = rest.number(1), rest.number(3), rest.number(4)
    number = first & 15
    order = ">" if bits & 1 else "<"
    if number == 0 and size in (1, 2, 4, 8) and rest.number(2) == 0 and rest.number(2) == 8 * size:
        return Kind("integers", size, np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}"))
    if number == 1 and rest.number(2) == 0 and rest.number(2) == 8 * size:
        name = _FLOATS.get((size, bits >> 8 & 255, *(rest.number(1) for _ in range(4)), rest.number(4)))
        if name == "bfloat16" and order == "<":
            return Kind("floats", size, bfloat16())
        if name is not None and name != "bfloat16":
            return Kind("floats", size, np.dtype(f"{order}{name}"))
    if number == 3:
        return Kind("text", size)
    if number == 8 and size == 1 and bits & 0xFFFF == 2 and b"FALSE\0" in rest.data and b"TRUE\0" in rest.data:
        return Kind("truth", 1, np.dtype("u1"))
    if number == 9 and bits & 15 == 1:
        return Kind("text elsewhere", size)
    return Kind(_OTHERS.get(number, "something else"), size)


def bfloat16() -> np.dtype[Any]:
    """The dtype."""
    import ml_dtypes

    return np.dtype(ml_dtypes.bfloat16)


def text(data: bytes) -> str:
    """Text, without the zeros behind it."""
    return data.split(b"\0", 1)[0].decode("utf-8")
