"""Compiled programs are kept in the user's cache folder, so that a second start of a script skips compilation.

The folder is `$XDG_CACHE_HOME/cornu` or `~/.cache/cornu`, with one folder inside per kind of machine: executables hold
instructions that another processor may lack. `CORNU_CACHE=off` turns the cache off; so does a folder that cannot be
written. A folder that the user gave to JAX or TensorFlow (`JAX_COMPILATION_CACHE_DIR`, `TF_XLA_FLAGS`) stays in use.
"""

import functools
import hashlib
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Any

LIMIT = 2 << 30  # bytes kept per engine; the oldest files beyond it go


def folder(engine: str) -> Path | None:
    """Return the folder of one engine on this machine, made if needed; None: the cache is off or cannot be written."""
    if os.environ.get("CORNU_CACHE", "").lower() in ("off", "0", "false", "no"):
        return None
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        home.mkdir(parents=True, exist_ok=True)
        path = home
        for name in ("cornu", _machine(), engine):
            path /= name
            path.mkdir(exist_ok=True, mode=0o700)  # executables: nobody else writes here
        with tempfile.TemporaryFile(dir=path):  # permissions, read-only mounts, full disks
            pass
        _trim(path, LIMIT)
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    return path


@functools.cache
def enable_for_jax() -> None:
    """Turn on JAX's persistent compilation cache, unless the user has set one up."""
    import jax

    config: Any = jax.config
    if config.jax_compilation_cache_dir is not None:
        return
    path = folder("jax")
    if path is None:
        return
    config.update("jax_compilation_cache_dir", str(path))
    config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def enable_for_tensorflow(version: str) -> Path | None:
    """Turn on the cache of TensorFlow's XLA and return its folder.

    TensorFlow reads its flags once, when it first looks for devices: call this before. The names of its files depend
    neither on its version nor on XLA_FLAGS; the folder's name does.
    """
    flags = os.environ.get("TF_XLA_FLAGS", "")
    if "tf_xla_persistent_cache_directory" in flags:
        return None
    path = folder(f"tensorflow-{version}-{_digest(os.environ.get('XLA_FLAGS', ''))}")
    if path is not None:
        os.environ["TF_XLA_FLAGS"] = f"{flags} --tf_xla_persistent_cache_directory={path}".strip()
    return path


def clear(path: Path) -> None:
    """Delete what one engine has kept."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _trim(path: Path, limit: int) -> None:
    """Delete the oldest files until `limit` bytes are left."""
    files = []
    for entry in os.scandir(path):
        try:
            files.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
        except FileNotFoundError:  # another process trims too
            continue
    size = sum(file[1] for file in files)
    for _, bytes_, name in sorted(files):
        if size <= limit:
            return
        Path(name).unlink(missing_ok=True)
        size -= bytes_


def _machine() -> str:
    """Name the processor and its instruction sets."""
    processor = platform.processor()
    try:
        with open("/proc/cpuinfo") as info:
            block = info.read().split("\n\n")[0].splitlines()
        processor = "\n".join(line for line in block if line.startswith(("model name", "flags", "Features")))
    except OSError:
        pass
    return f"{platform.machine()}-{_digest(processor)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
