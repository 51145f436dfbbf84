"""HDF5 as Keras writes it, decoded from its bytes: groups and attributes; `hdf5_arrays` reads the arrays.

The HDF5 library believes what a file says of itself: one byte that was changed can make it loop without end, crash
or take all memory. Here every piece of the file is read once, within its bounds, so that time and memory are bounded
by the file's size. What no Keras writes (newer layouts, links, data outside of the file) is not decoded.

Source: HDF5 File Format Specification 3.0, https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
"""

import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from . import hdf5_messages as messages
from .hdf5_messages import NEWER, Attribute, Cursor, Item
from .limits import Budget, Damaged

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NOWHERE = 2**64 - 1  # the address of what was never stored
_LONGEST_NAME = 1 << 16


class File:
    """Items of a file, by address.

    Args:
        stream: binary file that can be read and sought.
        begin: where in it the HDF5 file begins.
        size: how many bytes it has.
        budget: what arrays may take.
    """

    def __init__(self, stream: BinaryIO, begin: int, size: int, budget: Budget) -> None:
        self.size, self.budget = size, budget
        self._stream, self._begin = stream, begin
        self._left = 2 * size + (1 << 20)  # bytes of blocks that may still be read: each is, once
        self._items: dict[int, Item] = {}
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._texts: dict[tuple[int, int, int], str] = {}
        top = self.block(0, 96)
        top.expect(SIGNATURE)
        version = top.number(1)
        top.take(4)
        if version > 1 or top.take(2) != b"\x08\x08":  # sizes of addresses and of lengths
            raise Damaged(f"it is {NEWER}")
        top.take(9 if version == 0 else 13)
        if top.number(8) != 0:
            raise Damaged("it does not begin at its beginning")
        top.take(8)
        if top.number(8) > size:
            raise Damaged("its end is missing")
        top.take(16)
        self.root = top.number(8)

    # Bytes

    def block(self, address: int, size: int) -> Cursor:
        """Bytes of what describes the file."""
        self._count(size)
        return Cursor(self.read(address, size))

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Damaged("blocks of it overlap")

    def read(self, address: int, size: int) -> bytes:
        """Bytes at an address."""
        self._seek(address, size)
        return self._stream.read(size)

    def read_into(self, address: int, array: np.ndarray[Any, Any]) -> None:
        """Fill an array with the bytes at an address."""
        self._seek(address, array.nbytes)
        target, done = memoryview(array.reshape(-1).view(np.uint8)), 0  # type: ignore[arg-type]
        while done < len(target):
            count = self._stream.readinto(target[done:])  # type: ignore[attr-defined]
            if not count:
                raise Damaged("it ends too early")
            done += count

    def _seek(self, address: int, size: int) -> None:
        if address + size > self.size:
            raise Damaged(f"it has {self.size:,} bytes, but something at {address:,}, {size:,} bytes long")
        self._stream.seek(self._begin + address)

    # Headers

    def item(self, address: int) -> Item:
        """The object whose header is at an address."""
        if address not in self._items:
            self._items[address] = Item(address, self._header(address))
        return self._items[address]

    def _header(self, address: int) -> dict[int, list[bytes]]:
        head = self.block(address, 16)
        if head.data.startswith(b"OHDR"):
            raise Damaged(f"a part of it is {NEWER}")
        head.expect(b"\x01")
        head.take(1)
        left, _, size = head.number(2), head.number(4), head.number(4)
        found: dict[int, list[bytes]] = {}
        pieces, seen = [(address + 16, size)], {address + 16}
        while pieces:
            piece = self.block(*pieces.pop(0))
            while piece.left >= 8 and left:
                number, length, flags = piece.number(2), piece.number(2), piece.number(1)
                piece.take(3)
                message = piece.take(length)
                left -= 1
                if number == messages.MORE:
                    more = Cursor(message)
                    place, extent = more.number(8), more.number(8)
                    if place in seen:
                        raise Damaged(f"the header at {address} goes round in a circle")
                    seen.add(place)
                    pieces.append((place, extent))
                elif number != 0:
                    if flags & 2:
                        raise Damaged(f"a part of it is {NEWER}")
                    found.setdefault(number, []).append(message)
        return found

    # Groups

    def links(self, item: Item) -> dict[str, int | str]:
        """What a group holds: the address of each item, or the kind of a link that leads elsewhere."""
        if item.links is None:
            item.links = self._links(item.messages)
        return item.links

    def _links(self, header: dict[int, list[bytes]]) -> dict[str, int | str]:
        for message in header.get(messages.MANY_LINKS, ()):
            many = Cursor(message)
            many.take(1)
            many.take(8 if many.number(1) & 1 else 0)
            if many.number(8) != NOWHERE:
                raise Damaged(f"a group of it is {NEWER}")
        found: dict[str, int | str] = {}
        for message in header.get(messages.TABLE, ()):
            for name, target in self._table(Cursor(message)):
                _put(found, name, target)
        for message in header.get(messages.LINK, ()):
            _put(found, *messages.link(message))
        return found

    def _table(self, where: Cursor) -> Iterator[tuple[str, int | str]]:
        """Names and addresses in the symbol table of a group."""
        tree, heap = where.number(8), self.block(where.number(8), 32)
        heap.expect(b"HEAP\x00")
        heap.take(3)
        size, _, start = heap.number(8), heap.number(8), heap.number(8)
        names = self.block(start, size).data
        for _, node in self.tree(tree, 0, 8):
            head = self.block(node, 8)
            head.expect(b"SNOD\x01\x00")
            entries = self.block(node + 8, 40 * head.number(2))
            while entries.left:
                place, address, what = entries.number(8), entries.number(8), entries.number(4)
                entries.take(20)
                end = names.find(b"\0", place, place + _LONGEST_NAME)
                if end < 0:
                    raise Damaged("a name of it has no end")
                self._count(end - place)
                yield names[place:end].decode("utf-8"), "soft link" if what == 2 else address

    def tree(self, address: int, kind: int, key_size: int) -> Iterator[tuple[bytes, int]]:
        """Keys and addresses in a tree, in order.

        Args:
            address: of its root.
            kind: 0 for names, 1 for chunks.
            key_size: bytes of a key.
        """
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
            if messages.MANY_ATTRIBUTES in item.messages:
                raise Damaged(f"an attribute of it is {NEWER}")
            listed = map(messages.attribute, item.messages.get(messages.ATTRIBUTE, ()))
            item.attributes = {attribute.name: attribute for attribute in listed}
        return self._value(item.attributes[name]) if name in item.attributes else None

    def _value(self, attribute: Attribute) -> Any:
        kind, data = attribute.kind, Cursor(attribute.data)
        count = math.prod(attribute.shape)
        if kind.dtype is not None:
            numbers = np.frombuffer(data.take(count * kind.size), kind.dtype)
            return kind.plain(numbers.reshape(attribute.shape))[()]
        if kind.name == "text" and kind.size:
            texts = [messages.text(data.take(kind.size)) for _ in range(count)]
        elif kind.name == "text elsewhere":
            texts = [self._text(data.number(4), data.number(8), data.number(4)) for _ in range(count)]
        else:
            raise Damaged(f"its attribute {attribute.name!r} holds {kind.name}")
        return texts if attribute.shape else texts[0]

    def _text(self, length: int, address: int, index: int) -> str:
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
            self._texts[place] = messages.text(heap[index][:length])
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


def _put(found: dict[str, int | str], name: str, target: int | str) -> None:
    if name in found or not name or "/" in name:
        raise Damaged(f"a group of it holds {name!r}, which is no name or there twice")
    found[name] = target
