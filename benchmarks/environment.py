"""The benchmarks' own Python environment: made once from requirements.txt, with this checkout installed in it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".bench-venv"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def enter() -> None:
    """Starts the running script again inside the environment, which is made or updated first.

    BENCH_PYTHON names another interpreter to use as it is. Only the standard library is imported until here, so any
    Python can run the script.
    """
    if os.environ.get("BENCH_ENTERED"):
        return
    python = os.environ.get("BENCH_PYTHON") or str(_make())
    os.environ["BENCH_ENTERED"] = "1"
    os.execv(python, [python, *sys.argv])


def _make() -> Path:
    python = FOLDER / "bin" / "python"
    stamp, wanted = FOLDER / "stamp", _fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        print("Making the benchmarks' environment (about 10 minutes and some gigabytes, once) ...", flush=True)
        venv.create(FOLDER, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(REQUIREMENTS), "-e", str(ROOT)], check=True)
        stamp.write_text(wanted)
    return python


def _fingerprint() -> str:
    files = [REQUIREMENTS, ROOT / "pyproject.toml"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
