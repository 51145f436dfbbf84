"""What the header of an HDF5 object says, message by message: types, shapes, attributes, links."""

import struct
from typing import Any

import ml_dtypes
import numpy as np

from .limits import Damaged

NEWER = "in a layout of HDF5 that no Keras writes; save it again with Keras, or with h5py's default settings"
NUMBERS, TEXT, FAR_TEXT = "numbers", "text", "text elsewhere"
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)

# Messages by number.
SPACE, TYPE, LINK, EXTERNAL, LAYOUT, FILTERS, ATTRIBUTE, MORE, TABLE = 1, 3, 6, 7, 8, 11, 12, 16, 17
MANY_LINKS, MANY_ATTRIBUTES = 2, 21  # in a newer layout they lie elsewhere
GROUP = {TABLE, LINK, MANY_LINKS}

# Floating point numbers: size, place of the sign, and place and size of exponent and mantissa, and bias.
_FLOATS: dict[tuple[int, ...], np.dtype[Any]] = {
    (2, 15, 10, 5, 0, 10, 15): np.dtype("f2"),
    (4, 31, 23, 8, 0, 23, 127): np.dtype("f4"),
    (8, 63, 52, 11, 0, 52, 1023): np.dtype("f8"),
    (2, 15, 7, 8, 0, 7, 127): BFLOAT16,
}
_OTHERS = {2: "times", 4: "bit fields", 6: "records", 7: "references", 9: "lists", 10: "arrays"}


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

    def numbers(self, layout: str) -> tuple[int, ...]:
        """The next bytes as unsigned integers of one (B), two (H), four (I) and eight (Q) bytes; x skips one."""
        return struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")))

    def align(self) -> None:
        """Go to the next multiple of eight, where older blocks begin what follows."""
        self.at = min(-(-self.at // 8) * 8, len(self.data))

    def expect(self, mark: bytes) -> None:
        """Take the mark that a block begins with."""
        if self.take(len(mark)) != mark:
            raise Damaged(f"a block of it does not begin with {mark!r}")


def attribute(message: bytes) -> tuple[str, tuple[str, Any, tuple[int, ...], bytes]]:
    """The name of the attribute that a message holds; of what kind and dtype its elements are, its shape, its bytes."""
    rest = Cursor(message)
    version, flags, *sizes = rest.numbers("BBHHH")
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise Damaged(f"an attribute of it is {NEWER}")
    rest.take(1 if version == 3 else 0)
    pieces = []
    for size in sizes:
        pieces.append(rest.take(size))
        if version == 1:
            rest.align()
    return text(pieces[0]), (*kind(Cursor(pieces[1])), shape(Cursor(pieces[2])), rest.take(rest.left))


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
    version, rank = rest.numbers("BBx")
    if version == 1:
        rest.take(5)
    elif version != 2:
        raise Damaged(f"a shape of it is {NEWER}")
    elif rest.number(1) == 2:
        return (0,)
    return rest.numbers(f"{rank}Q")


def kind(rest: Cursor) -> tuple[str, Any]:
    """What elements are, from a message that describes a type, and their dtype: of numbers, text and opaque bytes."""
    first, bits, size = rest.number(1), rest.number(3), rest.number(4)
    number, order = first & 15, ">" if bits & 1 else "<"
    if number == 0 and size in (1, 2, 4, 8) and rest.numbers("HH") == (0, 8 * size):
        return NUMBERS, np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
    if number == 1 and rest.numbers("HH") == (0, 8 * size):
        dtype = _FLOATS.get((size, bits >> 8 & 255, *rest.numbers("BBBBI")))
        if dtype is not None and (dtype, order) != (BFLOAT16, ">"):
            return NUMBERS, dtype.newbyteorder(order)  # type: ignore[arg-type]
    if number == 8 and size == 1 and bits & 0xFFFF == 2 and b"FALSE\0" in rest.data and b"TRUE\0" in rest.data:
        return NUMBERS, np.dtype("?")
    if number == 9 and bits & 15 == 1:
        return FAR_TEXT, None
    if number in (3, 5):
        return (TEXT, np.dtype(f"S{size}")) if number == 3 else ("opaque", np.dtype(f"V{size}"))
    return _OTHERS.get(number, "something else"), None


def plain(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers in this machine's order of bytes; truth values may be any byte in a file."""
    return array.view("u1") != 0 if array.dtype == bool else array.astype(array.dtype.newbyteorder("="), copy=False)


def text(data: bytes) -> str:
    """Text, without the zeros behind it."""
    return data.split(b"\0", 1)[0].decode("utf-8")
