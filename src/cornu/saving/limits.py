"""What a file may cost to read: a budget of bytes, and errors that name the file."""

import contextlib
import struct
import traceback
import zipfile
import zlib
from collections.abc import Iterator

SLACK = 16 << 20  # bytes that any dataset or file may expand to, whatever it stores
EXPANSION = 32  # beyond that: declared bytes for each stored byte
FOLLOWED = "is refused: a model file is read without following anything out of it. Save the model again to one file."


class FileError(ValueError):
    """A sentence that names the file."""


class Refused(FileError):  # noqa: N818 - it is what happened to the file
    """The file asks for something that reading a model never needs."""


class Damaged(ValueError):  # noqa: N818 - it is what happened to the file
    """Why the bytes cannot be what they say they are, in a few words; `damage` makes a sentence of it."""


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
                "refused, since it could exhaust the memory: the file is damaged or hostile. Get it from its source."
            )
        self.left -= declared


# What says all that there is to say, and what broken bytes lead to.
_TOLD = (FileError, FileNotFoundError, PermissionError, IsADirectoryError)
_BROKEN: tuple[type[Exception], ...] = (OSError, RuntimeError, LookupError, TypeError, ValueError, OverflowError)
_BROKEN += (EOFError, struct.error, zipfile.BadZipFile, zlib.error)


@contextlib.contextmanager
def damage(path: str) -> Iterator[None]:
    """Errors from the bytes of a file inside the `with` block as a sentence that names it."""
    try:
        yield
    except _TOLD:
        raise
    except _BROKEN as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(
            f"The file {path!r} is damaged or incomplete ({reason}). Get it again, or save the model again."
        ) from None


@contextlib.contextmanager
def naming(what: str) -> Iterator[None]:
    """Every error inside the `with` block as a sentence that names the file.

    Args:
        what: the file, as it is called in the sentence.
    """
    try:
        yield
    except (*_TOLD, Warning):
        raise
    except Exception as error:
        reason = str(error)[:2000]
        if isinstance(error, RecursionError):
            reason = "It is nested too deeply to be put together."
        elif not _is_sentence(error):
            reason = (
                f"{type(error).__name__}: {reason}. If it holds layers of your own, pass them in custom_objects and "
                "see that from_config(get_config()) works for each; otherwise it is damaged."
            )
        raise FileError(f"{what} cannot be loaded. {reason}") from error


def _is_sentence(error: Exception) -> bool:
    """Whether the error was written here for a reader, rather than by Python, NumPy or JAX."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return isinstance(error, ValueError) and modules[-1].startswith("cornu.") and str(error).endswith(".")
