"""Blocks: arrays of any length as data of a few fixed sizes, so that one program serves them all.

A small data set lies on the device as a whole, in a buffer of a fixed number of rows, and is shuffled there by index.
So does a larger one, up to a share of the device's memory. What is larger still, a memory-mapped file for instance,
goes to the device in blocks of many batches, the next of which is gathered while the device works: it is read row by
row, and never lies in memory as a whole.
"""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

from ... import engine
from ...core import seeds
from . import arrays

SMALL, BLOCK = 1 << 16, 64 << 20  # bytes of the smallest buffer (each is 16 times the one before), and of a block
FEW = 1 << 12  # rows of the smallest order; each is 16 times the one before
_settings = {"share": 1 / 64}


def resident_share() -> float:
    """The share of the device's memory that a data set may take; a larger one streams."""
    return _settings["share"]


def set_resident_share(share: float) -> None:
    """Set the share of the device's memory that a data set may take.

    Args:
        share: from 0, where every data set streams, to 1; 1/64 by default.

    Raises:
        ValueError: it is not between 0 and 1.

    Example:
        >>> import cornu
        >>> cornu.config.set_resident_share(1 / 32)
        >>> cornu.config.resident_share()
        0.03125
        >>> cornu.config.set_resident_share(1 / 64)
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The share of the device's memory lies between 0 and 1. Received: share={share!r}")
    _settings["share"] = float(share)


class Blocks:
    """Arrays as batches, in passes over all rows.

    Args:
        data: `(x, y, weight)` on the host.
        batch_size: rows per batch.
        shuffle: whether each pass takes the rows in an order of its own.
    """

    ends = False  # a pass begins where one ends
    finite = True  # no NaN or infinity was found

    def __init__(self, data: Any, batch_size: int, shuffle: bool = False) -> None:
        self.data, self.batch_size, self.shuffle = data, batch_size, shuffle
        self.count = arrays.length(data)
        self.full, self.rest = divmod(self.count, batch_size)
        self.steps = self.full + (self.rest > 0)
        self.position = 0  # the next batch of the pass
        self._order: Any = None
        self._device_order: Any = None
        row = sum(arrays.narrow(a).itemsize * math.prod(a.shape[1:]) for a in jax.tree.leaves(data))
        most = int(resident_share() * engine.current().memory())
        sizes = [*(SMALL << (4 * i) for i in range(8) if SMALL << (4 * i) < most), most]
        self._capacity = next((rows for size in sizes if (rows := self._rows_in(size, row)) >= self.count), 0)
        self._resident: Any = None
        self._block = self._rows_in(BLOCK, row) or batch_size

    def rewind(self) -> None:
        """Begin at the first batch again."""
        self.position = 0

    def _rows_in(self, size: int, row: int) -> int:
        """How many rows of whole batches so many bytes hold."""
        return size // max(row * self.batch_size, 1) * self.batch_size

    def begin(self) -> None:
        """Go on with the pass that is under way, or begin one."""
        if self.position >= self.steps:
            self.position = 0
        if self.position == 0:
            self._order = seeds.host_generator().permutation(self.count).astype("int32") if self.shuffle else None
            self._device_order = None

    def blocks(self, first: int, last: int) -> Iterator[tuple[Any, Any, int, int]]:
        """The full batches of the pass from number `first` on, before `last`.

        Returns:
            Data on the device, the order of its rows or None, and which batches of it to take: from, before.
        """
        if first >= last:
            return
        if self._capacity:
            yield (*self._on_device(), first, last)
            return
        per_block = self._block // self.batch_size
        parts = [(begin, min(begin + per_block, last)) for begin in range(first, last, per_block)]
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self._gathered, *parts[0])
            for here, following in zip(parts, [*parts[1:], None], strict=True):
                data = coming.result()
                if following is not None:
                    coming = pool.submit(self._gathered, *following)
                yield data, None, 0, here[1] - here[0]

    def batch(self, step: int) -> Any:
        """One batch of the pass on the host."""
        begin, end = step * self.batch_size, min((step + 1) * self.batch_size, self.count)
        return self._rows(begin, end, end - begin)

    def _on_device(self) -> tuple[Any, Any]:
        if self._resident is None:
            buffer = jax.tree.map(lambda a: _filled(a, slice(0, self.count), self._capacity), self.data)
            self._resident = engine.current().put(buffer)
        if self._device_order is None:
            order = np.zeros(next(rows for i in range(16) if (rows := FEW << (4 * i)) >= self.count), "int32")
            order[: self.count] = np.arange(self.count) if self._order is None else self._order
            self._device_order = engine.current().put(order, "order")
        return self._resident, self._device_order

    def _gathered(self, first: int, last: int) -> Any:
        return engine.current().put(self._rows(first * self.batch_size, last * self.batch_size, self._block))

    def _rows(self, begin: int, end: int, capacity: int) -> Any:
        """Rows `begin` to `end` of the pass, at the beginning of buffers of `capacity` rows."""
        rows = slice(begin, end) if self._order is None else self._order[begin:end]
        return jax.tree.map(lambda a: _filled(a, rows, capacity), self.data)


def _filled(array: Any, rows: Any, capacity: int) -> np.ndarray[Any, Any]:
    """A new buffer of `capacity` rows that begins with the given ones; what lies behind them is never read.

    It is aligned so that a device which reads host memory need not copy it, and where it is not written it takes none.
    """
    dtype, shape = arrays.narrow(array), (capacity, *array.shape[1:])
    size = math.prod(shape) * dtype.itemsize
    memory = np.empty(size + 64, "uint8")
    offset = -memory.__array_interface__["data"][0] % 64
    buffer = memory[offset : offset + size].view(dtype).reshape(shape)
    count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
    if isinstance(rows, slice) or not isinstance(array, np.ndarray) or array.dtype != dtype:
        buffer[:count] = array[rows]
    else:
        np.take(array, rows, axis=0, out=buffer[:count], mode="clip")
    return buffer
