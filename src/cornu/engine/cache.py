"""Compiled programs are kept in the user's cache folder, so that a second start of a script skips compilation.

The folder is `$XDG_CACHE_HOME/cornu` or `~/.cache/cornu`, with one folder inside per kind of machine: executables hold
instructions that another processor may lack. `CORNU_CACHE=off` turns the cache off; so does a folder that cannot be
written. A folder that the user gave to JAX or TensorFlow (`JAX_COMPILATION_CACHE_DIR`, `TF_XLA_FLAGS`) stays in use.

What is kept is native code. It is trusted where nobody but the user can have written it, and if it is whole: an entry
that was cut off, damaged or exchanged is deleted, counts as missing, and is written anew.
"""

import atexit
import contextlib
import functools
import hashlib
import hmac
import json
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

LIMIT = 2 << 30  # bytes kept in all; the oldest files beyond it go
UNPACKED = 256 << 20  # bytes kept for a TensorFlow: a start reads and copies them all
UNFINISHED = 24 * 3600  # seconds after which the process of a temporary file is taken for dead


class UntrustedError(Exception):
    """Others may have written here; the text says why, and what to do."""


def folder(engine: str) -> Path | None:
    """Return the folder of one engine on this machine, made if needed.

    None: the cache is off, cannot be written, or others may have written there, which a warning tells.
    """
    if os.environ.get("CORNU_CACHE", "").lower() in ("off", "0", "false", "no"):
        return None
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        home.mkdir(parents=True, exist_ok=True)
        path = home.resolve()  # it may be the user's own link to another disk
        _trust(path, shared=True)
        for name in ("cornu", _machine(), engine):
            path /= name
            with contextlib.suppress(FileExistsError):
                path.mkdir(mode=0o700)  # executables: nobody else writes here
            _trust(path)
        with tempfile.TemporaryFile(dir=path):  # permissions, read-only mounts
            pass
        _trim(path.parents[1], LIMIT)
    except UntrustedError as reason:
        warnings.warn(
            f"The compilation cache, which holds native code, is off: {reason}, or name another folder in"
            " XDG_CACHE_HOME (CORNU_CACHE=off silences this).",
            stacklevel=2,
        )
        return None
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    return path


def _trust(path: Path, *, shared: bool = False) -> None:
    """Raise UntrustedError if others can write to a folder; one that is shared may hold their things beside ours."""
    status = path.lstat()
    mend = "make it yours alone (chown, chmod)" if shared else "delete it"
    if not stat.S_ISDIR(status.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no folder"
        raise UntrustedError(f"{str(path)!r} is {kind}; {mend}")
    if not hasattr(os, "geteuid"):  # Windows: owner and rights are elsewhere, and a profile is its user's
        return
    if status.st_uid != os.geteuid() and not (shared and status.st_uid == 0):
        raise UntrustedError(f"{str(path)!r} belongs to another user; {mend}")
    others = stat.S_IWGRP | stat.S_IWOTH
    if shared:  # many systems let the user's own group write; where the sticky bit is set, nobody replaces what is ours
        others = 0 if status.st_mode & stat.S_ISVTX else stat.S_IWOTH
    if status.st_mode & others:
        raise UntrustedError(f"{str(path)!r} can be written by other users; {mend}")


class Entries:
    """Executables by key, a file each: a digest of key and content, then the content. It is what JAX asks of a cache.

    A file appears whole or not at all, whatever happens to the process or to others that write the same key. It need
    not be on the disk when the power fails: the digest tells.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> bytes | None:
        """Return what is kept; None: there is nothing, or it was damaged and is now deleted."""
        file = self._file(key)
        with contextlib.suppress(OSError):
            entry = file.read_bytes()
            content = entry[32:]
            if entry[:32] == _seal(key, content):
                return content
            file.unlink()
        return None

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` in place of what is kept; a disk that is full keeps nothing."""
        with contextlib.suppress(OSError):
            handle, temporary = tempfile.mkstemp(prefix=".", dir=self._path)
            try:
                with open(handle, "wb") as file:
                    file.write(_seal(key, value))
                    file.write(value)
                os.replace(temporary, self._file(key))
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise

    def _file(self, key: str) -> Path:
        return self._path / key[-100:]  # a long name of a function is cut; the hash at the end stays


def _seal(key: str, content: bytes) -> bytes:
    return hmac.digest(key.encode(), content, "sha256")


@functools.cache
def enable_for_jax() -> None:
    """Turn on JAX's persistent compilation cache, unless the user has set one up."""
    import jax

    config: Any = jax.config
    if config.jax_compilation_cache_dir is not None:
        return
    path = folder(f"jax-{sys.implementation.cache_tag}")  # how JAX packs an executable depends on the Python, too
    if path is None:
        return
    config.update("jax_compilation_cache_dir", str(path))
    config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    # JAX's own cache writes files that can stay half written, and trusts them. There is no public way to put another in
    # its place; a JAX that lacks this one works with its own.
    with contextlib.suppress(ImportError, AttributeError):
        from jax._src import compilation_cache

        jax_cache: Any = compilation_cache
        plain = jax_cache.get_file_cache
        if jax_cache.CacheInterface.__abstractmethods__ == {"get", "put"}:
            jax_cache.get_file_cache = lambda place: (Entries(path), place) if place == str(path) else plain(place)


# The folder of the process that started this one: it goes when that process ends.
_OURS = re.compile(r'--tf_xla_persistent_cache_directory="[^"]*\.unpacked-\w+"')


def enable_for_tensorflow(version: str) -> Path | None:
    """Turn on the cache of TensorFlow's XLA and return the folder it uses, which is this process's own.

    TensorFlow reads its flags once, when it first looks for devices: call this before. The names of its files depend
    neither on its version nor on XLA_FLAGS; the folder's name does.
    """
    flags, inherited = _OURS.subn("", os.environ.get("TF_XLA_FLAGS", ""))
    if inherited:
        os.environ["TF_XLA_FLAGS"] = flags = flags.strip()
    is_file = flags.strip()[:1] not in ("", "-")  # the name of one with flags
    if "tf_xla_persistent_cache_directory" in flags or is_file:
        return None
    path = folder(f"tensorflow-{version}-{_digest(os.environ.get('XLA_FLAGS', ''))}")
    try:  # a program fails where TensorFlow cannot write its file
        if path is None or shutil.disk_usage(path).free < 2 * UNPACKED:
            return None
        own = _unpack(path)
    except OSError:
        return None
    quoted = json.dumps(str(own), ensure_ascii=False)  # TensorFlow reads quotes as JSON does
    os.environ["TF_XLA_FLAGS"] = f"{flags} --tf_xla_persistent_cache_directory={quoted}".strip()
    return own


def _unpack(path: Path) -> Path:
    """Return a folder of this process alone with the entries of `path`; what is added to it is kept at its end.

    TensorFlow reads and writes its files itself. One that is damaged ends the program or the process, and so may one
    that another process deletes between two looks at it.
    """
    _trim(path, UNPACKED)
    entries, given = Entries(path), dict[str, int]()
    own = Path(tempfile.mkdtemp(prefix=".unpacked-", dir=path))
    try:
        for name in os.listdir(path):
            content = None if name.startswith(".") else entries.get(name)
            if content is not None:
                (own / name).write_bytes(content)
                given[name] = (own / name).stat().st_mtime_ns
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise

    def keep() -> None:
        with contextlib.suppress(OSError):
            for file in own.iterdir():
                if file.suffix != ".tmp" and file.stat().st_mtime_ns != given.get(file.name):
                    entries.put(file.name, file.read_bytes())
        shutil.rmtree(own, ignore_errors=True)

    atexit.register(keep)
    return own


def clear(path: Path) -> None:
    """Delete what one engine has kept."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _trim(path: Path, limit: int) -> None:
    """Delete the oldest files until `limit` bytes are left, and what killed processes left unfinished."""
    files = []
    for place, folders, names in os.walk(path):
        for name in names + folders:
            file = Path(place, name)
            with contextlib.suppress(OSError):  # another process trims too
                status = file.lstat()
                if name.startswith("."):
                    if status.st_mtime < time.time() - UNFINISHED:
                        shutil.rmtree(file) if stat.S_ISDIR(status.st_mode) else file.unlink()
                elif stat.S_ISREG(status.st_mode):
                    files.append((status.st_mtime, status.st_size, file))
        folders[:] = [name for name in folders if not name.startswith(".")]
    size = sum(file[1] for file in files)
    for _, bytes_, file in sorted(files):
        if size <= limit:
            return
        with contextlib.suppress(OSError):  # Windows keeps what is open
            file.unlink(missing_ok=True)
        size -= bytes_


def _machine() -> str:
    """Name the processor and its instruction sets."""
    processor = platform.processor()
    with contextlib.suppress(OSError):
        block = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
        processor = "\n".join(line for line in block if line.startswith(("model name", "flags", "Features")))
    return f"{platform.machine()}-{_digest(processor)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
