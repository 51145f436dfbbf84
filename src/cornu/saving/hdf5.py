"""HDF5 as Keras writes it, decoded from its bytes: groups, attributes and arrays of numbers.

The HDF5 library believes what a file says of itself: one byte that was changed can make it loop without end, crash
or take all memory. Here a piece of the file is read once, within its bounds, and the sum of the pieces is bounded, so
time and memory are. What no Keras writes (links, plugins, virtual and external data, newer layouts) is not decoded.

Source: HDF5 File Format Specification 3.0, https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
"""

import dataclasses
import math
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from .limits import FOLLOWED, Budget, Damaged, Refused

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_NOWHERE = 2**64 - 1  # the address of what was never stored
_LONGEST_NAME = 1 << 16
_NEWER = "in a layout of HDF5 that no Keras writes; save it again with Keras, or with h5py's default settings"

# Messages of an object's header, by number.
_SPACE, _TYPE, _LINK, _EXTERNAL, _LAYOUT, _FILTERS, _ATTRIBUTE, _MORE, _TABLE = 1, 3, 6, 7, 8, 11, 12, 16, 17
_DENSE = (2, 21)  # links or attributes that lie elsewhere, if there are many in a newer layout
_GZIP, _SHUFFLE = 1, 2

# Floating point numbers: size, and bits of sign, exponent and mantissa: position, size, bias.
_FLOATS = {
    (2, 15, 10, 5, 0, 10, 15): "f2",
    (4, 31, 23, 8, 0, 23, 127): "f4",
    (8, 63, 52, 11, 0, 52, 1023): "f8",
    (2, 15, 7, 8, 0, 7, 127): "bfloat16",
}


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
class Space:
    """The shape of an array or attribute; None of one that holds nothing."""

    shape: tuple[int, ...] | None

    @property
    def size(self) -> int:
        """Number of elements."""
        return 0 if self.shape is None else math.prod(self.shape)


@dataclasses.dataclass
class Kind:
    """What the elements are: `number`, `truth`, `text`, `text elsewhere`, or the name of something else."""

    name: str
    size: int
    dtype: Any = None


@dataclasses.dataclass
class Attribute:
    """An attribute: its name, what it holds, and the bytes of that."""

    name: str
    kind: Kind
    space: Space
    data: bytes


@dataclasses.dataclass
class Item:
    """A group or an array: messages of its header, by number."""

    address: int
    messages: dict[int, list[bytes]]
    links: dict[str, int | str] | None = None  # once somebody asked
    attributes: dict[str, Attribute] | None = None

    def one(self, number: int) -> bytes:
        """The only message of that number."""
        found = self.messages.get(number, ())
        if len(found) != 1:
            raise Damaged(f"the object at {self.address} has {len(found)} messages {number}, where one is expected")
        return found[0]

    @property
    def is_group(self) -> bool:
        """Whether it holds other items."""
        return _TABLE in self.messages or _LINK in self.messages or _DENSE[0] in self.messages

    @property
    def is_array(self) -> bool:
        """Whether it is an array."""
        return _LAYOUT in self.messages


class File:
    """Items of a file, by address.

    Args:
        stream: binary file that can be read and sought.
        begin: where in it the HDF5 file begins.
        size: how many bytes it has.
        budget: what arrays may take.
    """

    def __init__(self, stream: BinaryIO, begin: int, size: int, budget: Budget) -> None:
        self._stream, self._begin, self.size, self.budget = stream, begin, size, budget
        self._left = 2 * size + (1 << 20)  # bytes of blocks that may still be read: each is, once
        self._items: dict[int, Item] = {}
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._texts: dict[tuple[int, int, int], str] = {}
        top = self.block(0, 96)
        top.expect(SIGNATURE)
        version = top.number(1)
        if version > 1:
            raise Damaged(f"it is {_NEWER}")
        top.take(4)
        if top.take(2) != b"\x08\x08":
            raise Damaged(f"it is {_NEWER}")
        top.take(9 if version == 0 else 13)
        if top.number(8) != 0:
            raise Damaged("it does not begin at its beginning")
        top.take(8)
        if top.number(8) > size:
            raise Damaged("its end is missing")
        top.take(16)
        self.root = top.number(8)

    def block(self, address: int, size: int) -> Cursor:
        """Bytes of what describes the file."""
        self._check(address, size)
        self._count(size)
        self._stream.seek(self._begin + address)
        return Cursor(self._stream.read(size))

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Damaged("blocks of it overlap")

    def _check(self, address: int, size: int) -> None:
        if address + size > self.size:
            raise Damaged(f"it has {self.size:,} bytes, but something at {address:,}, {size:,} bytes long")

    # Headers

    def item(self, address: int) -> Item:
        """The object whose header is at an address."""
        if address not in self._items:
            self._items[address] = self._header(address)
        return self._items[address]

    def _header(self, address: int) -> Item:
        head = self.block(address, 16)
        if head.data.startswith(b"OHDR"):
            raise Damaged(f"a part of it is {_NEWER}")
        head.expect(b"\x01")
        head.take(1)
        left, _, size = head.number(2), head.number(4), head.number(4)
        messages: dict[int, list[bytes]] = {}
        pieces, seen = [(address + 16, size)], {address + 16}
        while pieces:
            piece = self.block(*pieces.pop(0))
            while piece.left >= 8 and left:
                number, length, flags = piece.number(2), piece.number(2), piece.number(1)
                piece.take(3)
                message = piece.take(length)
                left -= 1
                if number == _MORE:
                    more = Cursor(message)
                    place, extent = more.number(8), more.number(8)
                    if place in seen:
                        raise Damaged(f"the header at {address} goes round in a circle")
                    seen.add(place)
                    pieces.append((place, extent))
                elif number != 0:
                    if flags & 2:
                        raise Damaged(f"a part of it is {_NEWER}")
                    messages.setdefault(number, []).append(message)
        return Item(address, messages)

    # Groups

    def links(self, item: Item) -> dict[str, int | str]:
        """What a group holds: the address of each item, or the kind of a link that leads elsewhere."""
        if item.links is None:
            item.links = self._links(item.messages)
        return item.links

    def _links(self, messages: dict[int, list[bytes]]) -> dict[str, int | str]:
        found: dict[str, int | str] = {}
        if _DENSE[0] in messages:
            dense = Cursor(messages[_DENSE[0]][0])
            dense.take(1)
            dense.take(8 if dense.number(1) & 1 else 0)
            if dense.number(8) != _NOWHERE:
                raise Damaged(f"a group of it is {_NEWER}")
        for name, target in [*self._table(messages.get(_TABLE, [])), *map(_link, messages.get(_LINK, []))]:
            if name in found:
                raise Damaged(f"a group of it holds {name!r} twice")
            found[name] = target
        return found

    def _table(self, messages: list[bytes]) -> Iterator[tuple[str, int | str]]:
        """Names and addresses in the symbol table of a group."""
        for message in messages:
            where = Cursor(message)
            tree, heap = where.number(8), self.block(where.number(8), 32)
            heap.expect(b"HEAP\x00")
            heap.take(3)
            size, _, start = heap.number(8), heap.number(8), heap.number(8)
            names = self.block(start, size).data
            for _, node in self._tree(tree, 0, 8):
                head = self.block(node, 8)
                head.expect(b"SNOD\x01\x00")
                entries = self.block(node + 8, 40 * head.number(2))
                while entries.left:
                    place, address, kind = entries.number(8), entries.number(8), entries.number(4)
                    entries.take(20)
                    name = _name(names, place)
                    self._count(len(name))
                    yield name, "soft link" if kind == 2 else address

    def _tree(self, address: int, kind: int, key_size: int) -> Iterator[tuple[bytes, int]]:
        """Keys and addresses in a tree, in order."""
        waiting: list[tuple[int, int | None]] = [(address, None)]
        seen = set()
        while waiting:
            address, expected = waiting.pop()
            if address in seen:
                raise Damaged("a tree of it grows into itself")
            seen.add(address)
            node = self.block(address, 24)
            node.expect(b"TREE" + bytes([kind]))
            level, used = node.number(1), node.number(2)
            if expected is not None and level != expected:
                raise Damaged("the branches of a tree of it have different lengths")
            pairs = self.block(address + 24, used * (key_size + 8))
            children = [(pairs.take(key_size), pairs.number(8)) for _ in range(used)]
            if level:
                waiting += [(child, level - 1) for _, child in reversed(children)]
            else:
                yield from children

    # Attributes

    def attribute(self, item: Item, name: str) -> Any:
        """An attribute: text, a list of texts, or numbers; None if there is none."""
        if item.attributes is None:
            if _DENSE[1] in item.messages:
                raise Damaged(f"an attribute of it is {_NEWER}")
            item.attributes = {a.name: a for a in map(_attribute, item.messages.get(_ATTRIBUTE, []))}
        return self._value(item.attributes[name]) if name in item.attributes else None

    def _value(self, attribute: Attribute) -> Any:
        kind, space, data = attribute.kind, attribute.space, Cursor(attribute.data)
        if kind.name == "text" and kind.size:
            texts = [_text(data.take(kind.size)) for _ in range(space.size)]
        elif kind.name == "text elsewhere":
            texts = [self._elsewhere(data.number(4), data.number(8), data.number(4)) for _ in range(space.size)]
        elif kind.dtype is not None:
            shape = (0,) if space.shape is None else space.shape
            return np.frombuffer(data.take(space.size * kind.size), kind.dtype).reshape(shape)[()]
        else:
            raise Damaged(f"its attribute {attribute.name!r} holds {kind.name}")
        return texts[0] if space.shape == () else texts

    def _elsewhere(self, length: int, address: int, index: int) -> str:
        """A text of the global heap, made once, however often it is referred to."""
        if not length:
            return ""
        if address not in self._heaps:
            self._heaps[address] = self._heap(address)
        place, heap = (address, index, length), self._heaps[address]
        if len(heap.get(index, b"")) < length:
            raise Damaged("it refers to a text that is not there")
        if place not in self._texts:
            self._count(length)
            self._texts[place] = _text(heap[index][:length])
        return self._texts[place]

    def _heap(self, address: int) -> dict[int, bytes]:
        """The global heap at an address: bytes by number."""
        head = self.block(address, 16)
        head.expect(b"GCOL\x01")
        head.take(3)
        heap = self.block(address + 16, max(head.number(8) - 16, 0))
        found = {}
        while heap.left >= 16:
            index, _, size = heap.number(2), heap.take(6), heap.number(8)
            if index == 0:  # the rest is free
                break
            found[index] = heap.take(size)
            heap.align()
        return found

    # Arrays

    def array(self, item: Item, what: str) -> np.ndarray[Any, Any]:
        """The numbers of an array.

        Args:
            item: the array.
            what: what to call it in messages.
        """
        path = self.budget.path
        if _EXTERNAL in item.messages:
            raise Refused(f"The external storage of {what} in {path!r} {FOLLOWED}")
        layout = Cursor(item.one(_LAYOUT))
        version, storage = layout.number(1), layout.number(1)
        if storage == 3:
            raise Refused(f"The virtual dataset {what} in {path!r} {FOLLOWED}")
        kind, space = _kind(Cursor(item.one(_TYPE))), _space(Cursor(item.one(_SPACE)))
        if kind.name == "opaque" and kind.size == 2 and self.attribute(item, "dtype") == "bfloat16":
            kind = Kind("number", 2, _bfloat16())
        if kind.dtype is None:
            raise Refused(f"Array {what} in {path!r} holds {kind.name}; weights are arrays of plain numbers.")
        if version != 3:
            raise Damaged(f"an array of it is {_NEWER}")
        if space.shape is None:
            raise Damaged(f"the array {what} of it holds nothing")
        filters = self._filters(item, what)
        if storage == 2:
            value = self._chunked(layout, filters, kind, space.shape, what)
        elif storage == 1:
            value = self._contiguous(layout, kind, space, what)
        else:
            data = layout.take(layout.number(2))
            self.budget.spend(space.size * kind.size, len(data), f"Array {what}")
            value = np.frombuffer(Cursor(data).take(space.size * kind.size), kind.dtype).reshape(space.shape).copy()
        if kind.name == "truth":
            return value != 0
        return value if value.dtype.isnative else value.astype(value.dtype.newbyteorder("="))

    def _contiguous(self, layout: Cursor, kind: Kind, space: Space, what: str) -> np.ndarray[Any, Any]:
        address, size = layout.number(8), layout.number(8)
        declared = space.size * kind.size
        self.budget.spend(declared, 0 if address == _NOWHERE else min(size, self.size), f"Array {what}")
        value = np.empty(space.shape, kind.dtype)
        if declared:
            if address == _NOWHERE or size < declared:
                raise Damaged(f"the numbers of {what} were never written")
            self._fill(address, value)
        return value

    def _fill(self, address: int, value: np.ndarray[Any, Any]) -> None:
        """Read an array's numbers from an address."""
        self._check(address, value.nbytes)
        self._stream.seek(self._begin + address)
        target = memoryview(value.reshape(-1).view(np.uint8))
        done = 0
        while done < len(target):
            count = self._stream.readinto(target[done:])  # type: ignore[attr-defined]
            if not count:
                raise Damaged("it ends too early")
            done += count

    def _filters(self, item: Item, what: str) -> list[int]:
        """Numbers of the filters that chunks went through: the shuffling of bytes, then gzip, or less."""
        found: list[int] = []
        for message in item.messages.get(_FILTERS, []):
            rest = Cursor(message)
            version, count = rest.number(1), rest.number(1)
            rest.take(6 if version == 1 else 0)
            for _ in range(count):
                number = rest.number(2)
                length = rest.number(2) if version == 1 or number >= 256 else 0
                rest.take(2)
                values = rest.number(2)
                rest.take(length if version > 1 else -(-length // 8) * 8)
                rest.take(4 * (values + values % 2 if version == 1 else values))
                found.append(number)
        if found not in ([], [_GZIP], [_SHUFFLE], [_SHUFFLE, _GZIP]):
            raise Refused(
                f"Array {what} in {self.budget.path!r} went through the filters {found} of HDF5; only gzip (1), alone "
                "or after the shuffling of bytes (2), is undone, and Keras uses none. Save it again without them."
            )
        return found

    def _chunked(
        self, layout: Cursor, filters: list[int], kind: Kind, shape: tuple[int, ...], what: str
    ) -> np.ndarray[Any, Any]:
        rank, tree = layout.number(1) - 1, layout.number(8)
        chunk = tuple(layout.number(4) for _ in range(rank))
        if rank != len(shape) or rank == 0 or 0 in chunk or layout.number(4) != kind.size:
            raise Damaged(f"the chunks of {what} do not fit its shape")
        pieces = {}
        for key, address in [] if tree == _NOWHERE else self._tree(tree, 1, 8 + 8 * (rank + 1)):
            head = Cursor(key)
            size, skipped = head.number(4), head.number(4)
            corner = tuple(head.number(8) for _ in range(rank))
            if any(c % n or c >= s for c, n, s in zip(corner, chunk, shape, strict=True)) or corner in pieces:
                raise Damaged(f"the chunks of {what} do not fit its shape")
            pieces[corner] = size, skipped, address
        stored = sum(size for size, *_ in pieces.values())
        if stored > self.size:
            raise Damaged(f"the chunks of {what} overlap")
        self.budget.spend(max(math.prod(shape), math.prod(chunk)) * kind.size, stored, f"Array {what}")
        if len(pieces) != math.prod(-(-s // n) for s, n in zip(shape, chunk, strict=True)):
            raise Damaged(f"the numbers of {what} were never written")
        value = np.empty(shape, kind.dtype)
        for corner, (size, skipped, address) in pieces.items():
            self._check(address, size)
            self._stream.seek(self._begin + address)
            used = [number for i, number in enumerate(filters) if not skipped >> i & 1]
            data = _unfiltered(self._stream.read(size), used, math.prod(chunk) * kind.size, kind.size)
            inside = tuple(slice(c, min(c + n, s)) for c, n, s in zip(corner, chunk, shape, strict=True))
            part = np.frombuffer(data, kind.dtype).reshape(chunk)
            value[inside] = part[tuple(slice(s.stop - s.start) for s in inside)]
        return value


def _attribute(message: bytes) -> Attribute:
    rest = Cursor(message)
    version = rest.number(1)
    flags, *sizes = rest.number(1), rest.number(2), rest.number(2), rest.number(2)
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise Damaged(f"an attribute of it is {_NEWER}")
    rest.take(1 if version == 3 else 0)
    pieces = []
    for size in sizes:
        pieces.append(rest.take(size))
        if version == 1:
            rest.align()
    name, kind, space = pieces
    return Attribute(_text(name), _kind(Cursor(kind)), _space(Cursor(space)), rest.take(rest.left))


def _link(message: bytes) -> tuple[str, int | str]:
    """Name and target of a link that lies in the group's header."""
    rest = Cursor(message)
    rest.expect(b"\x01")
    flags = rest.number(1)
    kind = rest.number(1) if flags & 8 else 0
    rest.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = _text(rest.take(rest.number(1 << (flags & 3))))
    return name, rest.number(8) if kind == 0 else {1: "soft link", 64: "external link"}.get(kind, "user-defined link")


def _space(rest: Cursor) -> Space:
    version, rank, _ = rest.number(1), rest.number(1), rest.number(1)
    if version == 1:
        rest.take(5)
    elif version != 2:
        raise Damaged(f"a shape of it is {_NEWER}")
    elif rest.number(1) == 2:
        return Space(None)
    return Space(tuple(rest.number(8) for _ in range(rank)))


_OTHERS = ("", "", "times", "", "bit fields", "opaque", "records", "references", "", "lists of varying length", "arrays")


def _kind(rest: Cursor) -> Kind:
    """What elements are, from a message that describes a type."""
    first, bits, size = rest.number(1), rest.number(3), rest.number(4)
    number = first & 15
    order = ">" if bits & 1 else "<"
    if number == 0 and size in (1, 2, 4, 8) and rest.number(2) == 0 and rest.number(2) == 8 * size:
        return Kind("number", size, np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}"))
    if number == 1 and rest.number(2) == 0 and rest.number(2) == 8 * size:
        layout = (size, bits >> 8 & 255, *(rest.number(1) for _ in range(4)), rest.number(4))
        name = _FLOATS.get(layout)
        if name == "bfloat16" and order == "<":
            return Kind("number", size, _bfloat16())
        if name is not None and name != "bfloat16":
            return Kind("number", size, np.dtype(f"{order}{name}"))
    if number == 3:
        return Kind("text", size)
    if number == 8 and size == 1 and bits & 0xFFFF == 2 and b"FALSE\0" in rest.data and b"TRUE\0" in rest.data:
        return Kind("truth", 1, np.dtype("u1"))
    if number == 9 and bits & 15 == 1:
        return Kind("text elsewhere", size)
    return Kind(_OTHERS[number] if number < len(_OTHERS) and _OTHERS[number] else f"numbers of a kind ({number})", size)


def _bfloat16() -> np.dtype[Any]:
    import ml_dtypes

    return np.dtype(ml_dtypes.bfloat16)


def _text(data: bytes) -> str:
    """Text, without the zeros behind it."""
    return data.split(b"\0", 1)[0].decode("utf-8")


def _name(names: bytes, place: int) -> str:
    end = names.find(b"\0", place, place + _LONGEST_NAME)
    if end < 0:
        raise Damaged("a name of it has no end")
    return names[place:end].decode("utf-8")


def _unfiltered(data: bytes, filters: list[int], size: int, item_size: int) -> bytes:
    """A chunk as it was before the filters; never more than `size` bytes are made."""
    for number in reversed(filters):
        if number == _GZIP:
            inflate = zlib.decompressobj()
            data = inflate.decompress(data, size + 1)
            if not inflate.eof and len(data) <= size:
                raise Damaged("a chunk of it is cut off")
        elif number == _SHUFFLE and len(data) == size:
            data = np.frombuffer(data, np.uint8).reshape(item_size, -1).T.tobytes()
    if len(data) != size:
        raise Damaged(f"a chunk of it has {len(data):,} bytes or more, where {size:,} are expected")
    return data
