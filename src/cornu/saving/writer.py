"""Writing that never damages: a new file takes the old one's place only when it is complete."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def replacing(filepath: Any, overwrite: bool = True) -> Iterator[str]:
    """The path of a temporary file beside `filepath`, which replaces it when the `with` block ends without an error.

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
        raise IsADirectoryError(
            f"{given!r} is a folder. Give the path of a file in it, such as {os.path.join(given, 'model.h5')!r}."
        )
    if os.path.exists(path) and not overwrite:
        raise FileExistsError(f"The file {given!r} exists. Pass overwrite=True to replace it, or give another path.")
    folder, name = os.path.split(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"Cannot write {given!r}: the folder {folder!r} does not exist. Make it first: os.makedirs({folder!r})."
        ) from None
    except PermissionError:
        raise PermissionError(f"Cannot write {given!r}: no permission to write into the folder {folder!r}.") from None
    os.close(handle)
    try:
        yield temporary
        os.chmod(temporary, _mode(path))
        _sync(temporary)
        os.replace(temporary, path)
        _sync(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


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
