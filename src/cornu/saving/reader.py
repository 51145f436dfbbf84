"""The checked reader: the only code that opens HDF5 files and zip archives, and what it refuses in them.

A model file is data that may come from anywhere. Reading it never follows a link, opens another file, runs a
plugin, or takes time or memory that the file's own size does not explain.
"""

import contextlib
import difflib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from . import hdf5
from .hdf5_arrays import read_array
from .hdf5_messages import Item
from .limits import FOLLOWED, Budget, Damaged, FileError, Refused, damage

_LONGEST_NAME = 1 << 16


class Group:
    """A group of an HDF5 file: groups and arrays by name, and attributes.

    Args:
        file: the file.
        item: the group in it.
        name: its path from the top.
    """

    def __init__(self, file: hdf5.File, item: Item, name: str = "/") -> None:
        self._file, self._item, self._name = file, item, name
        self._path = file.budget.path

    @property
    def where(self) -> str:
        """File and name, for messages."""
        return f"{self._path!r}, group {self._name!r}"

    def __contains__(self, path: str) -> bool:
        return self._find(path) is not None

    def names(self) -> list[str]:
        """Names of what the group holds."""
        with damage(self._path):
            return list(self._file.links(self._item))

    def group(self, path: str) -> "Group":
        """The group at a path of names with slashes between.

        Raises:
            ValueError: there is none, or a link leads there.
        """
        found = self._find(path)
        if found is None or not found.is_group:
            raise FileError(f"{self.where} has no group {path!r}: the file is not a complete model file.")
        return Group(self._file, found, self._below(path))

    def array(self, path: str) -> np.ndarray[Any, Any]:
        """The array at a path of names with slashes between.

        Raises:
            ValueError: there is none, a link leads there, it is larger than the file explains, or it holds something
                else than numbers.
        """
        found = self._find(path)
        if found is None or not found.is_array:
            raise FileError(f"{self.where} has no array {path!r}: the file is not a complete model file.")
        with damage(self._path):
            return read_array(self._file, found, repr(self._below(path)))

    def attribute(self, name: str) -> Any:
        """The attribute: text, a list of texts, or numbers; None if there is none."""
        with damage(self._path):
            return self._file.attribute(self._item, name)

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

    def _below(self, path: str) -> str:
        return "/".join(["", *filter(None, f"{self._name}/{path}".split("/"))])

    def _find(self, path: str) -> Item | None:
        """The item at a path, every step of which is a hard link; None if a step is missing."""
        found = self._item
        with damage(self._path):
            for part in filter(None, path.split("/")):
                target = self._file.links(found).get(part)
                if target is None:
                    return None
                if isinstance(target, str):
                    raise Refused(f"The {target} {part!r} in {self.where} {FOLLOWED}")
                found = self._file.item(target)
        return found


def existing(filepath: Any) -> str:
    """The path as a string; raises `FileNotFoundError`, naming similar files, if there is no such file."""
    path = os.fspath(filepath)
    if os.path.isdir(path):
        raise ValueError(
            f"{path!r} is a folder. A model is one file, ending in .h5 or .keras; a TensorFlow SavedModel folder "
            "holds a "
            "program rather than layers and is not opened. Save the model with model.save('model.h5')."
        )
    if not os.path.exists(path):
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise FileNotFoundError(f"There is no file {path!r}: the folder {folder!r} does not exist.")
        close = difflib.get_close_matches(os.path.basename(path), os.listdir(folder), n=3, cutoff=0.5)
        hint = (
            "Did you mean " + " or ".join(repr(os.path.join(os.path.dirname(path), c)) for c in close) + "?"
            if close
            else ""
        )
        raise FileNotFoundError(
            f"There is no file {path!r}. {hint or 'Check the path; it is relative to ' + repr(os.getcwd())}"
        )
    return path


def name_of(source: Any) -> str:
    """What messages call a path or an open file."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"


@contextlib.contextmanager
def _opened(source: Any) -> Iterator[BinaryIO]:
    """The binary file at a path, or the one that is given; it stays open."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with open(existing(source), "rb") as stream:
            yield stream
    elif hasattr(source, "readinto") and hasattr(source, "seek"):
        yield source
    else:
        raise TypeError(f"Expected a path or an open binary file. Received {type(source).__name__}: {source!r}")


def is_zip(source: Any) -> bool:
    """Whether the file begins as a zip archive does."""
    with _opened(source) as stream:
        stream.seek(0)
        return stream.read(4) == b"PK\x03\x04"


@contextlib.contextmanager
def open_hdf5(source: Any) -> Iterator[Group]:
    """The root group of an HDF5 file.

    Args:
        source: path, the file's bytes, or an open binary file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not an HDF5 file, or damaged.
    """
    path = name_of(source)
    with _opened(source) as stream:
        yield _root(stream, 0, stream.seek(0, os.SEEK_END), path)


def _root(stream: BinaryIO, begin: int, size: int, path: str) -> Group:
    stream.seek(begin)
    start = stream.read(min(size, 8))
    if start != hdf5.SIGNATURE:
        what = "is not an HDF5 file"
        what = "is empty" if not start else "is a zip archive, not HDF5" if start[:2] == b"PK" else what
        raise FileError(
            f"The file {path!r} {what}. Expected what model.save('model.h5') or model.save_weights('model.weights.h5') "
            "wrote; if it was downloaded, the download may have failed."
        )
    with damage(path):
        file = hdf5.File(stream, begin, size, Budget(size, path))
        return Group(file, file.item(file.root))


class Archive:
    """Members of a zip archive, by name.

    Args:
        stream: the archive's file.
        path: what to call it in messages.
    """

    def __init__(self, stream: BinaryIO, path: str) -> None:
        self._stream, self.path = stream, path
        self._archive = zipfile.ZipFile(stream)
        self._budget = Budget(stream.seek(0, os.SEEK_END), path)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in self._archive.infolist():
            check_member(info.filename, path)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Refused(f"The link {info.filename!r} in {path!r} {FOLLOWED}")
            if info.filename in self._members:
                raise Refused(f"{path!r} holds {info.filename!r} twice, which {FOLLOWED}")
            self._members[info.filename] = info

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        """Names of the members."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The member's bytes; raises `ValueError` if there is none or it is larger than the archive explains."""
        with damage(self.path):
            return self._archive.read(self._found(name))

    def hdf5(self, name: str) -> Group:
        """The root group of a member that is an HDF5 file, read where it lies if it is not compressed."""
        info, path = self._found(name), f"{self.path}/{name}"
        if info.compress_type != zipfile.ZIP_STORED:
            data = self.read(name)
            return _root(io.BytesIO(data), 0, len(data), path)
        with damage(self.path):
            if info.file_size != info.compress_size:
                raise Damaged(f"the sizes of {name!r} differ")
            with self._archive.open(info) as member:
                while member.read(1 << 20):  # at the end it compares the checksum
                    pass
            self._stream.seek(info.header_offset + 26)
            lengths = self._stream.read(4)
        begin = info.header_offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        return _root(self._stream, begin, info.file_size, path)

    def _found(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            raise FileError(f"{self.path!r} has no {name!r}: it is not a complete .keras file.")
        info = self._members[name]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(
                f"Member {name!r} in {self.path!r} is compressed in a way that no Keras uses. Unpack it, and pack it "
                "again as zip does by default."
            )
        self._budget.spend(info.file_size, info.compress_size, f"Member {name!r}")
        return info


def check_member(name: str, path: str) -> None:
    """Raise `Refused` for a member's name that could lead out of the folder it is put into."""
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or "\\" in name or re.match(r"^[A-Za-z]:", name):
        raise Refused(f"The member name {name!r} in {path!r} {FOLLOWED}")


@contextlib.contextmanager
def open_zip(source: Any) -> Iterator[Archive]:
    """The members of a zip archive; nothing is extracted.

    Args:
        source: path, or an open binary file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a zip archive, or damaged.
    """
    path = name_of(source)
    with _opened(source) as stream:
        if not is_zip(stream):
            raise FileError(
                f"The file {path!r} is not a .keras file (a zip archive). Expected what model.save('model.keras') "
                "wrote; if it was downloaded, the download may have failed."
            )
        with damage(path):
            archive = Archive(stream, path)
        yield archive
