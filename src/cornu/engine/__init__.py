"""An engine compiles pure functions of arrays and runs them; this package chooses one and is the seam to add another.

A program is a function of pytrees of arrays, written in `jax.numpy` and `jax.lax`. Everything Cornu runs (training,
evaluation, prediction) is such a function: the library is written once, and an engine is one file with one class:

- `jax` (default) compiles with `jax.jit`;
- `tensorflow` puts the same StableHLO inside a `tf.function` and runs it in TensorFlow's runtime.

The choice is the environment variable `CORNU_BACKEND`, or `set_backend` before the first use.
"""

import contextlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from jax import tree_util

BACKENDS = ("jax", "tensorflow")


@dataclass
class Counters:
    """What every engine of this process did so far: tests read it to show that nothing compiles or moves twice.

    `compiled`: programs traced and compiled; `dispatches`: program calls; `host_to_device`: host arrays moved by `put`.
    """

    compiled: int = 0
    dispatches: int = 0
    host_to_device: int = 0


counters = Counters()


class Program(ABC):
    """A function that is compiled once per structure, shapes and dtypes of its arguments, and then only dispatched.

    `compiled` counts those compilations.
    """

    def __init__(self) -> None:
        self.compiled = 0
        self._preparing: dict[Hashable, threading.Thread] = {}

    @abstractmethod
    def __call__(self, *args: Any) -> Any:
        """Run on `args` (pytrees of device arrays, NumPy arrays or scalars) and return the function's pytree."""

    @abstractmethod
    def prepare(self, *args: Any) -> None:
        """Compile for `args` (arrays or `jax.ShapeDtypeStruct`) in the background, so that a later call need not wait.

        Tracing happens here and raises here what the function raises; only the compiler runs in another thread.
        """

    def _in_background(self, key: Hashable, compile_now: Callable[[], Any]) -> None:
        def work() -> None:
            with contextlib.suppress(Exception):  # the call compiles again, and raises it where a person waits
                compile_now()

        self._preparing[key] = thread = threading.Thread(target=work, name="cornu-compile")
        thread.start()

    def _wait_for(self, key: Hashable) -> None:
        thread = self._preparing.pop(key, None)
        if thread is not None:
            thread.join()

    def _count_compilation(self) -> None:
        self.compiled += 1
        counters.compiled += 1


class Engine(Protocol):
    """What a third engine implements."""

    name: str

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> Program:
        """Return `fn(*pytrees) -> pytree` as a Program.

        `donate` names the positions of arguments whose buffers the result may take over (the training state): the
        caller does not use those arrays again. NumPy arrays of the caller are never written to. `quick` asks for a
        short compilation rather than a fast program.
        """

    def put(self, tree: Any) -> Any:
        """Move the host arrays of `tree` to the device; no copy where the device can read host memory.

        A host array may stay shared with the device: hand over a copy of what will be written to later.
        """

    def get(self, tree: Any) -> Any:
        """Bring the arrays of `tree` to NumPy (read-only): one wait, no copy where the host can read the device."""

    def devices(self) -> list[str]:
        """Names of the devices, as "cpu:0" or "gpu:1"."""


_name: str | None = None
_engine: Engine | None = None


def backend() -> str:
    """Name of the chosen engine, without starting it.

    >>> backend() in BACKENDS
    True
    """
    return _name or _checked(os.environ.get("CORNU_BACKEND") or "jax", "CORNU_BACKEND=")


def set_backend(name: str) -> None:
    """Choose the engine before the first model is used.

    Args:
        name: `"jax"` or `"tensorflow"`.

    Raises:
        ValueError: no such engine.
        RuntimeError: another engine already runs programs; arrays of two engines do not mix.
    """
    global _name
    _checked(name, "set_backend")
    if _engine is not None and _engine.name != name:
        raise RuntimeError(
            f"The engine is already {_engine.name!r}: it was chosen when the first model ran. Call"
            f" set_backend({name!r}) at the top of the script, or start it with CORNU_BACKEND={name}."
        )
    _name = name


def current() -> Engine:
    """Return the engine of this process; the first call starts it.

    Raises:
        ValueError: CORNU_BACKEND names no engine.
        ImportError: TensorFlow is chosen and not installed.
    """
    global _engine
    if _engine is None:
        if backend() == "tensorflow":
            from cornu.engine.tensorflow import TensorFlowEngine

            _engine = TensorFlowEngine()
        else:
            from cornu.engine.jax import JaxEngine

            _engine = JaxEngine()
    return _engine


def signature(args: Any) -> Hashable:
    """Structure, shapes and dtypes of a pytree: what a compiled program depends on.

    >>> import numpy as np
    >>> signature({"x": np.zeros(3)}) == signature({"x": np.ones(3)})
    True
    """
    leaves, structure = tree_util.tree_flatten(args)
    return structure, tuple((tuple(getattr(x, "shape", ())), str(getattr(x, "dtype", type(x)))) for x in leaves)


def _checked(name: str, where: str) -> str:
    if name not in BACKENDS:
        given = f"{where}{name}" if where.endswith("=") else f"{where}({name!r})"
        raise ValueError(f'{given}: the engines are "jax" (default) and "tensorflow".')
    return name
