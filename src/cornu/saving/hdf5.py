"""HDF5 as Keras writes it, decoded from its bytes: groups and attributes; `hdf5_arrays` reads the arrays.

The HDF5 library believes what a file says of itself: one byte that was changed can make it loop without end, crash
or take all memory. Here every piece of the file is read once, within its bounds, so that time and memory are bounded
by the file's size. What no Keras writes (newer layouts, links, data outside of the file) is not decoded.

Source: HDF5 File Format Specification 3.0, https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html
"""

import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from . import hdf5_messages as messages
from .hdf5_messages import NEWER, Cursor
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
        self.item = functools.cache(lambda address: Item(self, address, self._header(address)))
        self.heap, self.text = functools.cache(self._heap), functools.cache(self._text)
        top = self.block(0, 96)
        if top.data[8] > 1 or top.data[13:15] != b"\x08\x08":  # version; sizes of addresses and of lengths
            raise Damaged(f"it is {NEWER}")
        top.take(24 + 4 * top.data[8])
        begins, _, end, _, _, self.root = top.numbers("6Q")
        if begins != 0:
            raise Damaged("it does not begin at its beginning")
        if end > size:
            raise Damaged("its end is missing")

    # Bytes

    def block(self, address: int, size: int) -> Cursor:
        """Bytes of what describes the file."""
        self._count(size)
        return Cursor(bytes(self.read(address, size)))

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Damaged("blocks of it overlap")

    def read(self, address: int, size: int) -> bytearray:
        """Bytes at an address, of which an array may be made that can be written to."""
        if address + size > self.size:
            raise Damaged(f"it has {self.size:,} bytes, but something at {address:,}, {size:,} bytes long")
        self._stream.seek(self._begin + address)
        data, done = bytearray(size), 0
        while done < size:  # the system reads at most 2 GiB at once
            count = self._stream.readinto(memoryview(data)[done:])  # type: ignore[attr-defined]
            if not count:
                raise Damaged("it ends too early")
            done += count
        return data

    # Headers

    def _header(self, address: int) -> dict[int, list[bytes]]:
        """The messages of the object whose header is at an address, by number."""
        head = self.block(address, 16)
        if head.data.startswith(b"OHDR"):
            raise Damaged(f"a part of it is {NEWER}")
        head.expect(b"\x01")
        left, _, size = head.numbers("xHII")
        found: dict[int, list[bytes]] = {}
        pieces, seen = [(address + 16, size)], {address + 16}
        for place, extent in pieces:
            piece = self.block(place, extent)
            while piece.left >= 8 and left:
                number, length, flags = piece.numbers("HHB3x")
                message = piece.take(length)
                left -= 1
                if number == messages.MORE:
                    place, extent = Cursor(message).numbers("QQ")
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

    def table(self, where: Cursor) -> Iterator[tuple[str, int | str]]:
        """Names and addresses in the symbol table of a group."""
        tree, heap = where.number(8), self.block(where.number(8), 32)
        heap.expect(b"HEAP\x00")
        size, _, start = heap.numbers("3xQQQ")
        names = self.block(start, size).data
        for _, node in self.tree(tree, 0, 8):
            head = self.block(node, 8)
            head.expect(b"SNOD\x01\x00")
            entries = self.block(node + 8, 40 * head.number(2))
            while entries.left:
                place, address, what = entries.numbers("QQI20x")
                end = names.find(b"\0", place, place + _LONGEST_NAME)
                if end < 0:
                    raise Damaged("a name of it has no end")
                self._count(end - place)
                yield names[place:end].decode("utf-8"), "soft link" if what == 2 else address

    def tree(self, address: int, kind: int, key_size: int, level: int | None = None) -> Iterator[tuple[bytes, int]]:
        """Keys and addresses in a tree, in order. Its levels are counted down, so that it cannot grow into itself.

        Args:
            address: of its root.
            kind: 0 for names, 1 for chunks.
            key_size: bytes of a key.
            level: how far it is to the leaves, if that is known.
        """
        node = self.block(address, 24)
        node.expect(b"TREE" + bytes([kind]))
        own, used = node.numbers("BH")
        if level not in (None, own):
            raise Damaged("the branches of a tree of it have different lengths")
        pairs = self.block(address + 24, used * (key_size + 8))
        for _ in range(used):
            key, child = pairs.take(key_size), pairs.number(8)
            if own:
                yield from self.tree(child, kind, key_size, own - 1)
            else:
                yield key, child

    # Texts

    def _text(self, length: int, address: int, index: int) -> str:
        """A text of the global heap, made once, however often it is referred to."""
        data = self.heap(address).get(index, b"") if length else b""
        if len(data) < length:
            raise Damaged("it refers to a text that is not there")
        self._count(length)
        return messages.text(data[:length])

    def _heap(self, address: int) -> dict[int, bytes]:
        """The global heap at an address: bytes by number."""
        head = self.block(address, 16)
        head.expect(b"GCOL\x01")
        (size,) = head.numbers("3xQ")
        heap = self.block(address + 16, max(size - 16, 0))
        found = {}
        while heap.left >= 16:
            index, size = heap.numbers("H6xQ")
            if index == 0:  # the rest is free
                break
            found[index] = heap.take(size)
            heap.align()
        return found


class Item:
    """A group or an array: the messages of its header, by number.

    Args:
        file: the file.
        address: where in it the header is.
        messages: what that holds.
    """

    def __init__(self, file: File, address: int, messages: dict[int, list[bytes]]) -> None:
        self.file, self.address, self.messages = file, address, messages

    def one(self, number: int) -> Cursor:
        """The only message of that number."""
        found = self.messages.get(number, ())
        if len(found) != 1:
            raise Damaged(f"the object at {self.address} has {len(found)} messages {number}, where one is expected")
        return Cursor(found[0])

    @functools.cached_property
    def links(self) -> dict[str, int | str]:
        """What a group holds: the address of each item, or the kind of a link that leads elsewhere."""
        for message in self.messages.get(messages.MANY_LINKS, ()):
            many = Cursor(message[2 + 8 * (message[1] & 1) :])
            if many.number(8) != NOWHERE:
                raise Damaged(f"a group of it is {NEWER}")
        tables = [self.file.table(Cursor(message)) for message in self.messages.get(messages.TABLE, ())]
        found: dict[str, int | str] = {}
        for name, target in itertools.chain(*tables, map(messages.link, self.messages.get(messages.LINK, ()))):
            if name in found or not name or "/" in name:
                raise Damaged(f"a group of it holds {name!r}, which is no name or there twice")
            found[name] = target
        return found

    @functools.cached_property
    def _attributes(self) -> dict[str, tuple[str, Any, tuple[int, ...], bytes]]:
        if messages.MANY_ATTRIBUTES in self.messages:
            raise Damaged(f"an attribute of it is {NEWER}")
        return dict(map(messages.attribute, self.messages.get(messages.ATTRIBUTE, ())))

    def attribute(self, name: str) -> Any:
        """An attribute: text, a list of texts, or numbers; None if there is none."""
        if name not in self._attributes:
            return None
        kind, dtype, shape, data = self._attributes[name]
        if kind in (messages.NUMBERS, messages.TEXT):
            array = np.frombuffer(data, dtype, math.prod(shape))
            if kind == messages.NUMBERS:
                return messages.plain(array.reshape(shape))[()]
            texts = [messages.text(item) for item in array.tolist()]
        elif kind == messages.FAR_TEXT:
            places = Cursor(data)
            texts = [self.file.text(*places.numbers("IQI")) for _ in range(math.prod(shape))]
        else:
            raise Damaged(f"its attribute {name!r} holds {kind}")
        return texts if shape else texts[0]
