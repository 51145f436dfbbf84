"""Writing that never damages: a new file takes the old one's place only when it is complete."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

from ..core.interrupt import Interrupt
from ..core.types import FilePath

_OPEN = "/proc/self/fd"  # where Linux lists the files that a process has open


@contextlib.contextmanager
def replacing(filepath: FilePath, overwrite: bool = True) -> Iterator[str]:
    """The path of a temporary file, which replaces `filepath` when the `with` block ends without an error.

    On Linux the file has no name before it is complete, so that a process that is killed leaves nothing behind. Ctrl-C
    waits until the file is complete; pressed again, it does not.

    Args:
        filepath: where the file shall be.
        overwrite: whether a file that is there may be replaced.

    Raises:
        FileExistsError: there is a file, and `overwrite` is false.
        FileNotFoundError: the folder does not exist.
        PermissionError: the folder cannot be written to.
    """
    given = os.fspath(filepath)
    path = os.path.realpath(given)  # a link stays one, and what it points to is replaced
    if os.path.isdir(path):
        example = os.path.join(given, "model.h5")
        raise IsADirectoryError(f"{given!r} is a folder. Give the path of a file in it, such as {example!r}.")
    if os.path.exists(path) and not overwrite:
        raise FileExistsError(f"The file {given!r} exists. Pass overwrite=True to replace it, or give another path.")
    folder = os.path.dirname(path)
    with contextlib.ExitStack() as open_files:
        open_files.enter_context(Interrupt())  # in the middle it would leave the HDF5 library an open file
        try:
            temporary = open_files.enter_context(scratch(folder))
        except FileNotFoundError:
            raise FileNotFoundError(
                f"Cannot write {given!r}: the folder {folder!r} does not exist. Make it first: os.makedirs({folder!r})."
            ) from None
        except PermissionError:
            raise PermissionError(f"Cannot write {given!r}: no permission to write into {folder!r}.") from None
        yield temporary
        os.chmod(temporary, _mode(path))
        _sync(temporary)
        with _listed(temporary, folder) as name:
            os.replace(name, path)
        _sync(folder)


@contextlib.contextmanager
def scratch(folder: str) -> Iterator[str]:
    """The path of a new, empty file on the disk of a folder, which is gone after the `with` block.

    Where the system can, no folder lists it: then nothing of a process that is killed remains.

    Args:
        folder: the folder.
    """
    handle = _unnamed(folder)
    if handle is not None:
        try:
            yield f"{_OPEN}/{handle}"
        finally:
            os.close(handle)
        return
    handle, path = tempfile.mkstemp(prefix=".cornu-", suffix=".tmp", dir=folder)
    try:
        os.close(handle)
        yield path
    finally:
        _unlink(path)


@contextlib.contextmanager
def new_hdf5(path: str) -> Iterator[Any]:
    """A new HDF5 file, open for writing.

    Args:
        path: path; a file without a name is no path to HDF5, but Python can open it.
    """
    import h5py

    with open(path, "w+b") as stream, h5py.File(stream, "w") as file:
        yield file


def _unnamed(folder: str) -> int | None:
    """A new file that no folder lists; None where there are no such files."""
    with contextlib.suppress(AttributeError, OSError):  # this system has none, or mkstemp will say what is wrong
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600) if os.path.isdir(_OPEN) else None
    return None


@contextlib.contextmanager
def _listed(path: str, folder: str) -> Iterator[str]:
    """A name in the folder for a file without one: a link cannot replace another file, but a file can be renamed."""
    if not path.startswith(_OPEN):
        yield path
        return
    name = os.path.join(folder, f".cornu-{os.getpid()}-{os.path.basename(path)}.tmp")
    if os.path.exists(name):  # left by a process with this number that was killed here
        _unlink(name)
    try:
        try:
            os.link(path, name, dst_dir_fd=0, follow_symlinks=True)  # only with a directory it follows /proc's link
        except OSError:  # a file system where a file gets no name afterwards
            shutil.copy(path, name)
            _sync(name)
        yield name
    except BaseException:
        _unlink(name)
        raise


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _mode(path: str) -> int:
    """Permissions of the file that is there, or those a new file gets."""
    with contextlib.suppress(OSError):
        return os.stat(path).st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(path: str) -> None:
    """Have the system put the file, or the folder's list of names, on the disk."""
    with contextlib.suppress(OSError):  # not every file system can sync a folder
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
