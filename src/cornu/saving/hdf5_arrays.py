"""Arrays of an HDF5 file: in one piece or in chunks, packed or not, never larger than the file explains."""

import math
import zlib
from typing import Any

import numpy as np

from . import hdf5_messages as messages
from .hdf5 import NOWHERE, Item
from .hdf5_messages import NEWER, Cursor
from .limits import FOLLOWED, Damaged, Refused

_GZIP, _SHUFFLE = 1, 2  # filters of HDF5


def read_array(item: Item, what: str) -> np.ndarray[Any, Any]:
    """The numbers of an array.

    Args:
        item: the array.
        what: what to call it in messages.

    Raises:
        ValueError: it is damaged, lies elsewhere, holds something else than numbers, or more than the file explains.
    """
    path, layout = item.file.budget.path, item.one(messages.LAYOUT)
    version, storage = layout.numbers("BB")
    if messages.EXTERNAL in item.messages:
        raise Refused(f"The external storage of {what} in {path!r} {FOLLOWED}")
    if storage == 3:
        raise Refused(f"The virtual dataset {what} in {path!r} {FOLLOWED}")
    (kind, dtype), shape = messages.kind(item.one(messages.TYPE)), messages.shape(item.one(messages.SPACE))
    if kind == "opaque" and dtype.itemsize == 2 and item.attribute("dtype") == "bfloat16":
        kind, dtype = messages.NUMBERS, messages.BFLOAT16
    if kind != messages.NUMBERS:
        raise Refused(f"Array {what} in {path!r} holds {kind}; weights are arrays of plain numbers.")
    if version != 3 or storage > 3:
        raise Damaged(f"an array of it is {NEWER}")
    filters = _filters(item, what)
    if storage == 2:
        return messages.plain(_chunked(item, layout, filters, dtype, shape, what))
    count = math.prod(shape)
    data = _whole(item, layout, count * dtype.itemsize, what) if storage else layout.take(layout.number(2))
    return messages.plain(np.frombuffer(data, dtype, count).reshape(shape))


def _whole(item: Item, layout: Cursor, declared: int, what: str) -> bytearray:
    """The bytes of an array in one piece."""
    address, size = layout.numbers("QQ")
    stored = 0 if address == NOWHERE else min(size, item.file.size)
    item.file.budget.spend(declared, stored, f"Array {what}")
    if stored < declared:
        raise Damaged(f"the numbers of {what} were never written")
    return item.file.read(address, declared) if declared else bytearray()


def _chunked(item: Item, layout: Cursor, filters: list[int], dtype: Any, shape: tuple[int, ...], what: str) -> Any:
    """An array in chunks, each of which went through the filters."""
    file, (rank, tree) = item.file, layout.numbers("BQ")
    *chunk, item_size = layout.numbers(f"{rank}I")
    if rank != len(shape) + 1 or not shape or 0 in chunk or item_size != dtype.itemsize:
        raise Damaged(f"the chunks of {what} do not fit its shape")
    pieces: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for key, address in [] if tree == NOWHERE else file.tree(tree, 1, 8 + 8 * rank):
        (size, skipped), corner = Cursor(key[:8]).numbers("II"), Cursor(key[8:]).numbers(f"{len(shape)}Q8x")
        if any(c % n or c >= s for c, n, s in zip(corner, chunk, shape, strict=True)) or corner in pieces:
            raise Damaged(f"the chunks of {what} do not fit its shape")
        pieces[corner] = size, skipped, address
    stored = sum(size for size, *_ in pieces.values())
    if stored > file.size:
        raise Damaged(f"the chunks of {what} overlap")
    full = math.prod(chunk) * dtype.itemsize
    file.budget.spend(max(math.prod(shape) * dtype.itemsize, full), stored, f"Array {what}")
    if len(pieces) != math.prod(-(-s // n) for s, n in zip(shape, chunk, strict=True)):
        raise Damaged(f"the numbers of {what} were never written")
    array = np.empty(shape, dtype)
    for corner, (size, skipped, address) in pieces.items():
        used = [number for i, number in enumerate(filters) if not skipped >> i & 1]
        data = _unfiltered(file.read(address, size), used, full, dtype.itemsize)
        inside = tuple(slice(c, min(c + n, s)) for c, n, s in zip(corner, chunk, shape, strict=True))
        part = np.frombuffer(data, dtype).reshape(chunk)
        array[inside] = part[tuple(slice(s.stop - s.start) for s in inside)]
    return array


def _filters(item: Item, what: str) -> list[int]:
    """Numbers of the filters that chunks went through: the shuffling of bytes, then gzip, or less."""
    found: list[int] = []
    for message in item.messages.get(messages.FILTERS, ()):
        rest = Cursor(message)
        version, count = rest.numbers("BB")
        rest.take(6 if version == 1 else 0)
        for _ in range(count):
            number = rest.number(2)
            length = rest.number(2) if version == 1 or number >= 256 else 0
            _, values = rest.numbers("HH")
            rest.take(-(-length // 8) * 8 if version == 1 else length)
            rest.take(4 * (values + values % 2 if version == 1 else values))
            found.append(number)
    if found not in ([], [_GZIP], [_SHUFFLE], [_SHUFFLE, _GZIP]):
        raise Refused(
            f"Array {what} in {item.file.budget.path!r} went through the filters {found} of HDF5; only gzip (1), alone "
            "or after the shuffling of bytes (2), is undone, and Keras uses none. Save it again without them."
        )
    return found


def _unfiltered(data: bytes | bytearray, filters: list[int], size: int, item_size: int) -> bytes | bytearray:
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
