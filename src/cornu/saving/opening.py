"""Opening what holds a model or weights: an HDF5 file, a zip archive, a folder, a list of shards."""

import contextlib
import difflib
import io
import os
from collections.abc import Iterator
from typing import Any

from ..core.types import FilePath
from .folder import CONFIG, Folder, Shards
from .parsing import LARGEST
from .reader import Archive, Group, root_of


def existing(filepath: FilePath) -> str:
    """The path as a string; raises `FileNotFoundError`, naming similar files, if there is no such file."""
    path = os.fspath(filepath)
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, CONFIG)):
        raise ValueError(
            f"{path!r} is a folder without {CONFIG}. A model is a file ending in .h5 or .keras, or a folder of what "
            "such a file holds; a TensorFlow SavedModel folder holds a program rather than layers and is not opened. "
            "Save the model with model.save('model.h5')."
        )
    if not os.path.exists(path):
        folder, name = os.path.split(path)
        if not os.path.isdir(folder or "."):
            raise FileNotFoundError(f"There is no file {path!r}: the folder {folder!r} does not exist.")
        close = difflib.get_close_matches(name, os.listdir(folder or "."), n=3, cutoff=0.5)
        shown = " or ".join(repr(os.path.join(folder, each)) for each in close)
        hint = f"Did you mean {shown}?" if close else f"Check the path; it is relative to {os.getcwd()!r}"
        raise FileNotFoundError(f"There is no file {path!r}. {hint}")
    return path


@contextlib.contextmanager
def open_file(source: Any) -> Iterator[Group | Archive | Folder]:
    """The root group of an HDF5 file, or of several, or the members of a zip archive or a folder.

    The first bytes tell.

    Args:
        source: path of a file or folder, the file's bytes, a binary file that is open for reading, or an `h5py.File`.

    Raises:
        FileNotFoundError: there is no such file.
        TypeError: it is none of these.
        ValueError: it is a file of another kind, or damaged.
    """
    name = getattr(source, "filename", None) or getattr(source, "name", None)
    with contextlib.ExitStack() as opened:
        if isinstance(source, str | os.PathLike):
            name = existing(source)
            if os.path.isdir(name):
                yield Folder(name, opened)
                return
            source = opened.enter_context(open(name, "rb"))
        elif isinstance(source, bytes):
            name, source = "<bytes>", io.BytesIO(source)
        elif hasattr(source, "id") and hasattr(source, "attrs"):  # an h5py.File
            source.flush()
            source = io.BytesIO(source.file.id.get_file_image())
        elif not hasattr(source, "readinto") or not hasattr(source, "seek"):
            raise TypeError(f"Expected a path or an open binary file. Received {type(source).__name__}: {source!r}")
        path = name if isinstance(name, str) else f"<{type(source).__name__}>"
        source.seek(0)
        begin = source.read(4)
        source.seek(0)
        if begin == b"PK\x03\x04":
            yield Archive(source, path)
        elif begin[:1] == b"{" and os.path.isfile(path):
            yield Shards.listed(source.read(LARGEST + 1), path, opened)
        else:
            yield root_of(source, 0, source.seek(0, os.SEEK_END), path)
