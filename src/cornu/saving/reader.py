"""The checked reader: the only code that opens HDF5 files and zip archives, and what it refuses in them.

A model file is data that may come from anywhere. Reading it never follows a link, opens another file, runs a
plugin, or takes time or memory that the file's own size does not explain.
"""

import io
import re
import stat
import struct
import zipfile
from typing import Any, BinaryIO

import numpy as np

from . import hdf5
from .hdf5 import Item
from .hdf5_arrays import read_array
from .hdf5_messages import GROUP, LAYOUT
from .limits import FOLLOWED, Budget, FileError, Refused, damage

_LONGEST_NAME = 1 << 16


class Group:
    """A group of an HDF5 file: groups and arrays by name, and attributes.

    Args:
        item: the group.
        name: its path from the top.
    """

    def __init__(self, item: Item, name: str = "") -> None:
        self._item, self._name = item, name
        self.path = item.file.budget.path

    @property
    def where(self) -> str:
        """File and name, for messages."""
        return f"{self.path!r}, group {self._name or '/'!r}"

    def __contains__(self, path: str) -> bool:
        return self._find(path) is not None

    def names(self) -> list[str]:
        """Names of what the group holds."""
        with damage(self.path):
            return list(self._item.links)

    def group(self, path: str) -> "Group":
        """The group at a path of names with slashes between.

        Raises:
            ValueError: there is none, or a link leads there.
        """
        return Group(*self._found(path, "group", GROUP))

    def array(self, path: str) -> np.ndarray[Any, Any]:
        """The array at a path of names with slashes between.

        Raises:
            ValueError: there is none, a link leads there, it is larger than the file explains, or it holds something
                else than numbers.
        """
        found, name = self._found(path, "array", {LAYOUT})
        with damage(self.path):
            return read_array(found, repr(name))

    def attribute(self, name: str) -> Any:
        """The attribute: text, a list of texts, or numbers; None if there is none."""
        with damage(self.path):
            return self._item.attribute(name)

    def strings(self, name: str) -> list[str]:
        """An attribute that lists names; long lists are spread over `name0`, `name1`, ... (Keras splits at 64 kB)."""
        value = self.attribute(name)
        pieces = [value] if value is not None else []
        while not isinstance(value, str) and (piece := self.attribute(f"{name}{len(pieces)}")) is not None:
            pieces.append(piece)
        listed = [str(item) for piece in pieces for item in (np.ravel(piece) if not isinstance(piece, list) else piece)]
        if any(len(item) > _LONGEST_NAME for item in listed):
            raise Refused(f"{self.where} lists names in {name!r} that are longer than any is. The file is damaged.")
        return listed

    def _found(self, path: str, what: str, messages: set[int]) -> tuple[Item, str]:
        """What is at a path, and its path from the top; an error unless its header has one of the messages."""
        found = self._find(path)
        if found is None or not found.messages.keys() & messages:
            raise FileError(f"{self.where} has no {what} {path!r}: the file is not a complete model file.")
        return found, "/".join([self._name, *filter(None, path.split("/"))])

    def _find(self, path: str) -> Item | None:
        """The item at a path, every step of which is a hard link; None if a step is missing."""
        found = self._item
        with damage(self.path):
            for part in filter(None, path.split("/")):
                target = found.links.get(part)
                if target is None:
                    return None
                if isinstance(target, str):
                    raise Refused(f"The {target} {part!r} in {self.where} {FOLLOWED}")
                found = found.file.item(target)
        return found


def root_of(stream: BinaryIO, begin: int, size: int, path: str) -> Group:
    """The root group of an HDF5 file that lies somewhere in a file."""
    stream.seek(begin)
    start = stream.read(min(size, 8))
    if start != hdf5.SIGNATURE:
        what = "is not a .keras file (a zip archive)" if path.endswith(".keras") else "is not an HDF5 file"
        what = "is empty" if not start else "is a zip archive, not HDF5" if start[:2] == b"PK" else what
        raise FileError(
            f"The file {path!r} {what}. Expected what model.save() or model.save_weights('model.weights.h5') wrote; if "
            "it was downloaded, the download may have failed."
        )
    with damage(path):
        file = hdf5.File(stream, begin, size, Budget(size, path))
        return Group(file.item(file.root))


class Archive:
    """Members of a zip archive, by name.

    Args:
        stream: the archive's file.
        path: what to call it in messages.
    """

    def __init__(self, stream: BinaryIO, path: str) -> None:
        self._stream, self.path = stream, path
        self._budget = Budget(stream.seek(0, io.SEEK_END), path)
        self._members: dict[str, zipfile.ZipInfo] = {}
        with damage(path):
            self._archive = zipfile.ZipFile(stream)
        for info in self._archive.infolist():
            name, outside = info.filename, re.search(r"\\|\0|^/|^[A-Za-z]:|(^|/)\.\.(/|$)", info.filename)
            if outside:
                raise Refused(f"The member name {name!r} in {path!r} {FOLLOWED}")
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Refused(f"The link {name!r} in {path!r} {FOLLOWED}")
            if name in self._members:
                raise Refused(f"{path!r} holds {name!r} twice, which {FOLLOWED}")
            self._members[name] = info

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The member's bytes; raises `ValueError` if there is none or it is larger than the archive explains."""
        info = self._members.get(name)
        if info is None:
            raise FileError(f"{self.path!r} has no {name!r}: it is not a complete .keras file.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(
                f"Member {name!r} in {self.path!r} is compressed in a way that no Keras uses. Pack it as zip does."
            )
        self._budget.spend(info.file_size, info.compress_size, f"Member {name!r}")
        with damage(self.path):
            return self._archive.read(info)

    def hdf5(self, name: str) -> Group:
        """The root group of a member that is an HDF5 file, read where it lies if it is not compressed."""
        info, path = self._members.get(name), f"{self.path}/{name}"
        if info is None or info.compress_type != zipfile.ZIP_STORED:
            data = self.read(name)
            return root_of(io.BytesIO(data), 0, len(data), path)
        with damage(self.path):
            with self._archive.open(info) as member:
                while member.read(1 << 20):  # at the end it compares the checksum
                    pass
            self._stream.seek(info.header_offset + 26)
            begin = info.header_offset + 30 + sum(struct.unpack("<HH", self._stream.read(4)))  # behind name and extras
        return root_of(self._stream, begin, info.file_size, path)
