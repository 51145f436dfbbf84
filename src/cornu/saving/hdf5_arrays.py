"""Arrays of an HDF5 file: in one piece or in chunks, packed or not, never larger than the file explains."""

import math
import zlib
from typing import Any

import numpy as np

from . import hdf5_messages as messages
from .hdf5 import NOWHERE, File
from .hdf5_messages import NEWER, Cursor, Item, Kind
from .limits import FOLLOWED, Damaged, Refused

_GZIP, _SHUFFLE = 1, 2  # filters of HDF5


def read_array(file: File, item: Item, what: str) -> np.ndarray[Any, Any]:
    """The numbers of an array.

    Args:
        file: the file.
        item: the array in it.
        what: what to call it in messages.

    Raises:
        ValueError: it is damaged, lies elsewhere, holds something else than numbers, or more than the file explains.
    """
    path, layout = file.budget.path, item.one(messages.LAYOUT)
    version, storage = layout.number(1), layout.number(1)
    if messages.EXTERNAL in item.messages:
        raise Refused(f"The external storage of {what} in {path!r} {FOLLOWED}")
    if storage == 3:
        raise Refused(f"The virtual dataset {what} in {path!r} {FOLLOWED}")
    kind, shape = messages.kind(item.one(messages.TYPE)), messages.shape(item.one(messages.SPACE))
    if kind.name == "opaque" and kind.size == 2 and file.attribute(item, "dtype") == "bfloat16":
        kind = Kind("floats", 2, messages.bfloat16())
    if kind.dtype is None:
        raise Refused(f"Array {what} in {path!r} holds {kind.name}; weights are arrays of plain numbers.")
    if version != 3:
        raise Damaged(f"an array of it is {NEWER}")
    filters = _filters(file, item, what)
    read = (_compact, _whole, _chunked)[storage]
    return kind.plain(read(file, layout, filters, kind, shape, what))


def _compact(file: File, layout: Cursor, filters: list[int], kind: Kind, shape: tuple[int, ...], what: str) -> Any:
    """An array that lies in the header."""
    data = Cursor(layout.take(layout.number(2)))
    return np.frombuffer(data.take(math.prod(shape) * kind.size), kind.dtype).reshape(shape).copy()


def _whole(file: File, layout: Cursor, filters: list[int], kind: Kind, shape: tuple[int, ...], what: str) -> Any:
    """An array in one piece."""
    address, size = layout.number(8), layout.number(8)
    declared, stored = math.prod(shape) * kind.size, 0 if address == NOWHERE else min(size, file.size)
    file.budget.spend(declared, stored, f"Array {what}")
    if stored < declared:
        raise Damaged(f"the numbers of {what} were never written")
    array = np.empty(shape, kind.dtype)
    if declared:
        file.read_into(address, array)
    return array


def _chunked(file: File, layout: Cursor, filters: list[int], kind: Kind, shape: tuple[int, ...], what: str) -> Any:
    """An array in chunks, each of which went through the filters."""
    rank, tree = layout.number(1) - 1, layout.number(8)
    chunk = tuple(layout.number(4) for _ in range(max(rank, 0)))
    if rank != len(shape) or rank == 0 or 0 in chunk or layout.number(4) != kind.size:
        raise Damaged(f"the chunks of {what} do not fit its shape")
    pieces: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for key, address in [] if tree == NOWHERE else file.tree(tree, 1, 8 + 8 * (rank + 1)):
        head = Cursor(key)
        size, skipped = head.number(4), head.number(4)
        corner = tuple(head.number(8) for _ in range(rank))
        if any(c % n or c >= s for c, n, s in zip(corner, chunk, shape, strict=True)) or corner in pieces:
            raise Damaged(f"the chunks of {what} do not fit its shape")
        pieces[corner] = size, skipped, address
    stored = sum(size for size, *_ in pieces.values())
    if stored > file.size:
        raise Damaged(f"the chunks of {what} overlap")
    file.budget.spend(max(math.prod(shape), math.prod(chunk)) * kind.size, stored, f"Array {what}")
    if len(pieces) != math.prod(-(-s // n) for s, n in zip(shape, chunk, strict=True)):
        raise Damaged(f"the numbers of {what} were never written")
    array = np.empty(shape, kind.dtype)
    for corner, (size, skipped, address) in pieces.items():
        used = [number for i, number in enumerate(filters) if not skipped >> i & 1]
        data = _unfiltered(file.read(address, size), used, math.prod(chunk) * kind.size, kind.size)
        inside = tuple(slice(c, min(c + n, s)) for c, n, s in zip(corner, chunk, shape, strict=True))
        part = np.frombuffer(data, kind.dtype).reshape(chunk)
        array[inside] = part[tuple(slice(s.stop - s.start) for s in inside)]
    return array


def _filters(file: File, item: Item, what: str) -> list[int]:
    """Numbers of the filters that chunks went through: the shuffling of bytes, then gzip, or less."""
    found: list[int] = []
    for message in item.messages.get(messages.FILTERS, ()):
        rest = Cursor(message)
        version, count = rest.number(1), rest.number(1)
        rest.take(6 if version == 1 else 0)
        for _ in range(count):
            number = rest.number(2)
            length = rest.number(2) if version == 1 or number >= 256 else 0
            rest.take(2)
            values = rest.number(2)
            rest.take(-(-length // 8) * 8 if version == 1 else length)
            rest.take(4 * (values + values % 2 if version == 1 else values))
            found.append(number)
    if found not in ([], [_GZIP], [_SHUFFLE], [_SHUFFLE, _GZIP]):
        raise Refused(
            f"Array {what} in {file.budget.path!r} went through the filters {found} of HDF5; only gzip (1), alone or "
            "after the shuffling of bytes (2), is undone, and Keras uses none. Save it again without them."
        )
    return found


def _unfiltered(data: bytes, filters: list[int], size: int, item_size: int) -> bytes:
    """A chunk as it was before the filters; never more than `size` bytes and one are made.

    Args:
        data: what is stored.
        filters: those it went through, in order.
        size: of the chunk in bytes.
        item_size: bytes of an element.
    """
    for number in reversed(filters):
        if number == _GZIP:
            inflate = zlib.decompressobj()
            data = inflate.decompress(data, size + 1)
            if not inflate.eof and len(data) <= size:
                raise Damaged("a chunk of it is cut off")
        elif len(data) == size:
            data = np.frombuffer(data, np.uint8).reshape(item_size, -1).T.tobytes()
    if len(data) != size:
        raise Damaged(f"a chunk of it has {len(data):,} bytes or more, where {size:,} are expected")
    return data
