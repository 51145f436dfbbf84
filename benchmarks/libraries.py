"""The libraries under measurement: how each is chosen by its environment, and how it is imported."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import Any

# Library -> (module, environment). The limit_* modules hold the hand-written programs.
LIBRARIES: dict[str, tuple[str, dict[str, str]]] = {
    "keras-tf": ("keras", {"KERAS_BACKEND": "tensorflow"}),
    "keras-jax": ("keras", {"KERAS_BACKEND": "jax"}),
    "keras-torch": ("keras", {"KERAS_BACKEND": "torch"}),
    "torch": ("limit_torch", {}),
    "jax": ("limit_jax", {}),
    "cornu": ("cornu", {"CORNU_BACKEND": "jax"}),
    "cornu-tf": ("cornu", {"CORNU_BACKEND": "tensorflow"}),
}
KERAS = ("keras-tf", "keras-jax", "keras-torch")
RECURRENT = ("lstm", "gru")

# Settings of the person at the machine that would give one library an advantage.
_SETTINGS = {
    "KERAS_BACKEND",
    "CORNU_BACKEND",
    "JAX_COMPILATION_CACHE_DIR",
    "JAX_PLATFORMS",
    "XLA_FLAGS",
    "TF_XLA_FLAGS",
}


def runs(library: str, workload: str) -> bool:
    """Whether the library has a program for the workload: torch.nn stands in the recurrent rows only."""
    return library != "torch" or workload in RECURRENT


def environment(library: str, home: str) -> dict[str, str]:
    """The environment of the library's process: defaults, on the CPU, with caches and settings under `home`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return kept | quiet | {"XDG_CACHE_HOME": home, "KERAS_HOME": home} | LIBRARIES[library][1]


def load(library: str) -> Any:
    """Imports the library and returns its module.

    TensorFlow is hidden from all that do not run on it, as if not installed: Keras on another backend imports it
    where it finds it (for a Bidirectional layer, say), which would be counted in its time and memory.
    """
    if not library.endswith("-tf"):
        sys.modules["tensorflow"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    return importlib.import_module(LIBRARIES[library][0])


def failure(done: subprocess.CompletedProcess[str]) -> str:
    """Why a library's process failed: the signal that ended it, or the last line of its error output."""
    if done.returncode < 0:
        return f"ended by signal {-done.returncode}"
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
