"""The checked reader: the only code that opens HDF5 files and zip archives, and what it refuses in them.

A model file is data that may come from anywhere. Reading it never follows a link, opens another file, runs a
plugin, or takes memory that the file's own size does not explain.
"""

import contextlib
import difflib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

SLACK = 16 << 20  # bytes that any dataset or file may expand to, whatever it stores
EXPANSION = 32  # beyond that: declared bytes for each stored byte
_FILTERS = (1, 2, 3, 4, 5, 6, 32000)  # the HDF5 library's own, and h5py's lzf; others load plugins
_REFUSED = (
    "is refused: a model file is read without following anything out of it. Save the model again to one plain file."
)


class Refused(ValueError):  # noqa: N818 - it is what happened to the file
    """The file asks for something that reading a model never needs."""


class Budget:
    """Bytes that may still be read from a file.

    Args:
        stored: size of the file.
        path: its path, for messages.
    """

    def __init__(self, stored: int, path: str) -> None:
        self.left, self.path = SLACK + EXPANSION * stored, path

    def spend(self, declared: int, stored: int, what: str) -> None:
        """Take `declared` bytes; raises `Refused` if `stored` bytes or what is left do not explain them."""
        if declared > SLACK + EXPANSION * stored or declared > self.left:
            raise Refused(
                f"{what} in {self.path!r} declares {declared:,} bytes, but stores only {stored:,}. Reading it is "
                "refused, "
                "since it could exhaust the memory. The file is damaged or hostile; get it again from its source."
            )
        self.left -= declared


class Group:
    """A group of an HDF5 file: groups and arrays by name, and attributes.

    Args:
        group: the h5py object.
        budget: what may be read.
    """

    def __init__(self, group: Any, budget: Budget) -> None:
        self._group, self._budget = group, budget

    @property
    def where(self) -> str:
        """File and name, for messages."""
        return f"{self._budget.path!r}, group {self._group.name!r}"

    def __contains__(self, path: str) -> bool:
        return self._find(path) is not None

    def names(self) -> list[str]:
        """Names of what the group holds."""
        with damage(self._budget.path):
            return list(self._group.keys())

    def group(self, path: str) -> "Group":
        """The group at a path of names with slashes between.

        Raises:
            ValueError: there is none, or a link leads there.
        """
        import h5py

        found = self._find(path)
        if not isinstance(found, h5py.Group):
            raise ValueError(f"{self.where} has no group {path!r}: the file is not a complete model file.")
        return Group(found, self._budget)

    def array(self, path: str) -> np.ndarray[Any, Any]:
        """The array at a path of names with slashes between.

        Raises:
            ValueError: there is none, a link leads there, or it is larger than the file explains.
        """
        import h5py

        found = self._find(path)
        if not isinstance(found, h5py.Dataset):
            raise ValueError(f"{self.where} has no array {path!r}: the file is not a complete model file.")
        with damage(self._budget.path):
            self._check(found)
            value = np.asarray(found[()])
            if found.dtype.kind == "V" and found.attrs.get("dtype") == "bfloat16":
                import ml_dtypes

                value = value.view(ml_dtypes.bfloat16)
            return value

    def attribute(self, name: str) -> Any:
        """The attribute, text decoded, or None."""
        with damage(self._budget.path):
            if name not in self._group.attrs:
                return None
            kept = self._group.attrs.get_id(name)
            self._budget.spend(
                int(np.prod(kept.shape, dtype=object) or 1) * kept.dtype.itemsize, 1 << 16, f"Attribute {name!r}"
            )
            value = self._group.attrs[name]
            return value.decode("utf-8") if isinstance(value, bytes) else value

    def strings(self, name: str) -> list[str]:
        """An attribute that lists names; long lists are spread over `name0`, `name1`, ... (Keras splits at 64 kB)."""
        value = self.attribute(name)
        pieces = [value] if value is not None else []
        while not isinstance(value, str) and (piece := self.attribute(f"{name}{len(pieces)}")) is not None:
            pieces.append(piece)
        with damage(self._budget.path):
            listed = [item for piece in pieces for item in np.ravel(piece)]
            return [item.decode("utf-8") if isinstance(item, bytes) else str(item) for item in listed]

    def _find(self, path: str) -> Any:
        """The h5py object at a path, every step of which is a hard link; None if a step is missing."""
        import h5py

        found = self._group
        with damage(self._budget.path):
            for part in filter(None, path.split("/")):
                if not isinstance(found, h5py.Group):
                    return None
                try:
                    link = found.get(part, getlink=True)
                except TypeError:
                    raise Refused(f"A user-defined link {part!r} in {self.where} {_REFUSED}") from None
                if link is None:
                    return None
                if not isinstance(link, h5py.HardLink):
                    raise Refused(f"The {_kind(link)} {part!r} in {self.where} {_REFUSED}")
                found = found[part]
        return found

    def _check(self, dataset: Any) -> None:
        what = f"Array {dataset.name!r}"
        if dataset.is_virtual:
            raise Refused(f"The virtual dataset {dataset.name!r} in {self._budget.path!r} {_REFUSED}")
        made = dataset.id.get_create_plist()
        if made.get_external_count():
            raise Refused(f"The external storage of {dataset.name!r} in {self._budget.path!r} {_REFUSED}")
        for index in range(made.get_nfilters()):
            if made.get_filter(index)[0] not in _FILTERS:
                raise Refused(f"{what} in {self._budget.path!r} needs a plugin to be read, which {_REFUSED}")
        if dataset.dtype.kind not in "biufcSV" or dataset.dtype.fields:
            raise Refused(
                f"{what} in {self._budget.path!r} holds {dataset.dtype}; weights are arrays of plain numbers."
            )
        sizes = [dataset.shape or (), dataset.chunks or ()]
        declared = max(int(np.prod(size, dtype=object)) * dataset.dtype.itemsize for size in sizes)
        self._budget.spend(declared, dataset.id.get_storage_size(), what)


def _kind(link: Any) -> str:
    return {"ExternalLink": "external link", "SoftLink": "soft link"}.get(type(link).__name__, "link")


@contextlib.contextmanager
def damage(path: str) -> Iterator[None]:
    """Errors of the HDF5 and zip libraries inside the `with` block as a sentence that names the file."""
    try:
        yield
    except Refused:
        raise
    except (
        OSError,
        RuntimeError,
        KeyError,
        TypeError,
        ValueError,
        OverflowError,
        zipfile.BadZipFile,
        EOFError,
    ) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise ValueError(
            f"The file {path!r} is damaged or incomplete "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}). "
            "Get it again from its source, or save the model again."
        ) from None


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


def is_zip(path: str) -> bool:
    """Whether the file begins as a zip archive does."""
    with open(path, "rb") as opened:
        return opened.read(4) == b"PK\x03\x04"


@contextlib.contextmanager
def open_hdf5(source: Any, name: str | None = None) -> Iterator[Group]:
    """The root group of an HDF5 file.

    Args:
        source: path, or the file's bytes.
        name: what to call it in messages, by default the path.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not an HDF5 file, or damaged.
        ImportError: h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise ImportError("Reading and writing .h5 and .keras files needs h5py: run `pip install h5py`.") from None
    if isinstance(source, bytes):
        path, size = name or "weights", len(source)
        file: io.BytesIO | None = io.BytesIO(source)
        start = source[:8]
    else:
        path = existing(source)
        size, file = os.path.getsize(path), None
        with open(path, "rb") as stream:
            start = stream.read(8)
    if start != b"\x89HDF\r\n\x1a\n" and (isinstance(source, bytes) or not h5py.is_hdf5(path)):
        what = (
            "is empty" if not start else "is a zip archive, not HDF5" if start[:2] == b"PK" else "is not an HDF5 file"
        )
        raise ValueError(
            f"The file {path!r} {what}. Expected what model.save('model.h5') or model.save_weights('model.weights.h5') "
            "wrote; if it was downloaded, the download may have failed."
        )
    with damage(path):
        opened = h5py.File(file, "r") if file is not None else h5py.File(path, "r", locking="best-effort")
    try:
        yield Group(opened, Budget(size, path))
    finally:
        opened.close()


class Archive:
    """Members of a zip archive, by name.

    Args:
        archive: the open archive.
        path: its path, for messages.
        budget: what may be read.
    """

    def __init__(self, archive: zipfile.ZipFile, path: str, budget: Budget) -> None:
        self._archive, self._budget, self.path = archive, budget, path
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            check_member(info.filename, path)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Refused(f"The link {info.filename!r} in {path!r} {_REFUSED}")
            if info.filename in self._members:
                raise Refused(f"{path!r} holds {info.filename!r} twice, which {_REFUSED}")
            self._members[info.filename] = info

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def names(self) -> list[str]:
        """Names of the members."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The member's bytes; raises `ValueError` if there is none or it is larger than the archive explains."""
        if name not in self._members:
            raise ValueError(f"{self.path!r} has no {name!r}: it is not a complete .keras file.")
        info = self._members[name]
        self._budget.spend(info.file_size, info.compress_size, f"Member {name!r}")
        with damage(self.path):
            return self._archive.read(info)


def check_member(name: str, path: str) -> None:
    """Raise `Refused` for a member's name that could lead out of the folder it is put into."""
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or "\\" in name or re.match(r"^[A-Za-z]:", name):
        raise Refused(f"The member name {name!r} in {path!r} {_REFUSED}")


@contextlib.contextmanager
def open_zip(filepath: Any) -> Iterator[Archive]:
    """The members of a zip archive; nothing is extracted.

    Args:
        filepath: path.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a zip archive, or damaged.
    """
    path = existing(filepath)
    if not is_zip(path):
        raise ValueError(
            f"The file {path!r} is not a .keras file (a zip archive). Expected what model.save('model.keras') "
            "wrote; if it "
            "was downloaded, the download may have failed."
        )
    with damage(path):
        opened = zipfile.ZipFile(path)
    with opened:
        yield Archive(opened, path, Budget(os.path.getsize(path), path))
