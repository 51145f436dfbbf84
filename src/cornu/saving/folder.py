"""Files beside one another that make one: a folder in place of an archive, and shards in place of one HDF5 file."""

import contextlib
import os
from typing import Any

from .limits import FOLLOWED, FileError, Refused
from .parsing import parse
from .reader import Group, root_of

CONFIG = "config.json"  # what a folder of a model has


class Folder:
    """The files of a folder, as an `Archive` has its members.

    Args:
        path: the folder.
        opened: what closes the files.
    """

    def __init__(self, path: str, opened: contextlib.ExitStack) -> None:
        self.path, self._opened = path, opened

    def __contains__(self, name: str) -> bool:
        return os.path.exists(os.path.join(self.path, name))

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises `ValueError` if there is none or a link is in its place."""
        with open(beside(self.path, name), "rb") as file:
            return file.read()

    def hdf5(self, name: str) -> Group:
        """The root group of a file that is an HDF5 file."""
        return open_hdf5(beside(self.path, name), self._opened)


class Shards(Group):
    """A group that lies in several HDF5 files: all that it holds in any of them.

    Args:
        groups: the group in each file.
        path: what to call it in messages.
    """

    def __init__(self, groups: list[Group], path: str) -> None:
        self._groups, self.path = groups, path

    @classmethod
    def listed(cls, text: bytes, path: str, opened: contextlib.ExitStack) -> "Shards":
        """The root group of the files that a JSON file lists.

        Args:
            text: the JSON.
            path: the file's path; the others lie beside it.
            opened: what closes the files.

        Raises:
            ValueError: it lists none, or something else than files beside it.
        """
        listing = parse(text, repr(path))
        places = listing.get("weight_map") if isinstance(listing, dict) else None
        if not isinstance(places, dict):
            raise FileError(
                f"{path!r} is JSON, but lists no shards of weights. An architecture is read by "
                f"cornu.models.model_from_json(open({path!r}).read())."
            )
        named = [name for names in places.values() for name in (names if isinstance(names, list) else [names])]
        folder = os.path.dirname(path)
        return cls([open_hdf5(beside(folder, name), opened) for name in dict.fromkeys(map(str, named))], path)

    @property
    def where(self) -> str:
        """File and name, for messages."""
        return f"{self.path!r}, in {len(self._groups)} files"

    def __contains__(self, path: str) -> bool:
        return bool(self._having(path))

    def _having(self, path: str) -> list[Group]:
        return [group for group in self._groups if path in group]

    def names(self) -> list[str]:
        """Names of what the group holds."""
        return list(dict.fromkeys(name for group in self._groups for name in group.names()))

    def group(self, path: str) -> "Shards":
        """The group at a path; raises `ValueError` if there is none."""
        return Shards([group.group(path) for group in self._having(path) or self._groups], self.path)

    def array(self, path: str) -> Any:
        """The array at a path; raises `ValueError` if there is none."""
        return (self._having(path) or self._groups)[0].array(path)

    def attribute(self, name: str) -> Any:
        """The attribute in the first file that has it."""
        return next((value for group in self._groups if (value := group.attribute(name)) is not None), None)

    def strings(self, name: str) -> list[str]:
        """An attribute that lists names, in the first file that has it."""
        return next((value for group in self._groups if (value := group.strings(name))), [])


def beside(folder: str, name: str) -> str:
    """The path of a file in a folder; raises `ValueError` if there is none, or the name or a link leads elsewhere."""
    path = os.path.join(folder, name)
    if os.path.basename(name) != name or "\\" in name or "\0" in name or os.path.islink(path):
        raise Refused(f"The file {name!r} beside {folder!r} {FOLLOWED}")
    if not os.path.isfile(path):
        raise FileError(f"There is no file {name!r} in {folder!r}, which belongs to the model. Copy all of its files.")
    return path


def open_hdf5(path: str, opened: contextlib.ExitStack) -> Group:
    """The root group of an HDF5 file, which is closed with the others."""
    stream = opened.enter_context(open(path, "rb"))  # noqa: SIM115 - that is its manager
    return root_of(stream, 0, os.path.getsize(path), path)
