"""An engine compiles pure functions of arrays and runs them; this package chooses one and is the seam to add another.

A program is a function of pytrees of arrays, written in `jax.numpy` and `jax.lax`. Everything Cornu runs (training,
evaluation, prediction) is such a function: the library is written once, and an engine is one file with one class,
listed in `ENGINES`:

- `jax` (default) compiles with `jax.jit`;
- `tensorflow` puts the same StableHLO inside a `tf.function` and runs it in TensorFlow's runtime.

Where arrays lie is decided in one place, the engine's `put` and `own`: its `place` is a function from the kind of an
array (`"batch"`, `"order"` or `"state"`) and the array to a placement, so that many devices change no layer, loop or
optimizer.

The choice is the environment variable `CORNU_BACKEND`, or `set_backend` before the first use.
"""

import contextlib
import functools
import importlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from jax import ShapeDtypeStruct, dtypes, tree_util

# Name to the module and class of an engine. The first is the default, and the one that calls on arrays run on.
ENGINES = {"jax": ("cornu.engine.jax", "JaxEngine"), "tensorflow": ("cornu.engine.tensorflow", "TensorFlowEngine")}


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
        self._preparing: set[threading.Thread] = set()

    @abstractmethod
    def __call__(self, *args: Any) -> Any:
        """Run on `args` (pytrees of device arrays, NumPy arrays or scalars) and return the function's pytree."""

    @abstractmethod
    def prepare(self, *args: Any) -> None:
        """Compile for `args` (arrays or `jax.ShapeDtypeStruct`) in the background, so that a later call need not wait.

        Tracing happens here and raises here what the function raises; only the compiler runs in another thread.
        """

    def _in_background(self, compile_now: Callable[[], Any]) -> None:
        def work() -> None:
            with contextlib.suppress(Exception):  # the call compiles again, and raises it where a person waits
                compile_now()

        thread = threading.Thread(target=work, name="cornu-compile")
        thread.start()
        self._preparing.add(thread)

    def settle(self) -> None:
        """Wait for what `prepare` began; Ctrl-C may end the wait."""
        for thread in tuple(self._preparing):
            thread.join()
            self._preparing.discard(thread)

    def _count_compilation(self) -> None:
        self.compiled += 1
        counters.compiled += 1


class Plain(Program):
    """A function that is run as it is, op by op: its Python code acts every time.

    Args:
        fn: the function.
    """

    def __init__(self, fn: Callable[..., Any]) -> None:
        super().__init__()
        self._fn = fn

    def __call__(self, *args: Any) -> Any:
        """Run the function, on arrays of the engine that calls on arrays run on."""
        counters.dispatches += 1
        return self._fn(*tree_util.tree_map(eager().own, args))

    def prepare(self, *args: Any) -> None:
        """Nothing is to be prepared."""


class Engine(Protocol):
    """What a third engine implements, and what of it all have."""

    name: str
    arrays: set[type]  # of its arrays
    place: Callable[[str, Any], Any] | None = None

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> Program:
        """Return `fn(*pytrees) -> pytree` as a Program.

        `donate` names the positions of arguments whose buffers the result may take over (the training state): the
        caller does not use those arrays again. NumPy arrays of the caller are never written to. `quick` asks for a
        short compilation rather than a fast program.
        """

    def put(self, tree: Any, kind: str = "batch") -> Any:
        """Move the host arrays of `tree` to the device; no copy where the device can read host memory.

        A host array may stay shared with the device: hand over a copy of what will be written to later.
        """

    def get(self, tree: Any) -> Any:
        """Bring the arrays of `tree` to NumPy (read-only): one wait, no copy where the host can read the device."""

    def own(self, buffer: Any) -> Any:
        """A Variable's buffer as an array of the engine that shares memory with no other; itself if it is one."""

    def copy(self, buffer: Any) -> Any:
        """A copy of a buffer that `own` gave."""

    def spec(self, array: Any) -> ShapeDtypeStruct:
        """Shape and dtype of an array of the host or the engine, as JAX has them; a number has no firm dtype."""
        firm = hasattr(array, "dtype")
        kind = getattr(array.dtype, "as_numpy_dtype", array.dtype) if firm else type(array)  # TensorFlow's
        shape = tuple(getattr(array, "shape", ()))
        return ShapeDtypeStruct(shape, dtypes.canonicalize_dtype(kind), weak_type=not firm)

    def memory(self) -> int:
        """Bytes of memory of one device; the machine's, where an engine does not say."""
        return host_memory()

    def devices(self) -> list[str]:
        """Names of the devices, as "cpu:0" or "gpu:1"."""


_name: str | None = None
_engine: Engine | None = None


def backend() -> str:
    """Name of the chosen engine, without starting it.

    >>> backend() in ENGINES
    True
    """
    return _name or _checked(os.environ.get("CORNU_BACKEND") or next(iter(ENGINES)), "CORNU_BACKEND=")


def set_backend(backend: str) -> None:
    """Choose the engine before the first model is used.

    Args:
        backend: `"jax"` or `"tensorflow"`.

    Raises:
        ValueError: no such engine.
        RuntimeError: another engine already runs programs; arrays of two engines do not mix.
    """
    global _name
    _checked(backend, "set_backend")
    if _engine is not None and _engine.name != backend:
        raise RuntimeError(
            f"The engine is already {_engine.name!r}: it was chosen when the first model ran. Call"
            f" set_backend({backend!r}) at the top of the script, or start it with CORNU_BACKEND={backend}."
        )
    _name = backend


def current() -> Engine:
    """Return the engine of this process; the first call starts it.

    Raises:
        ValueError: CORNU_BACKEND names no engine.
        ImportError: TensorFlow is chosen and not installed.
    """
    global _engine
    if _engine is None:
        _engine = _made(backend())
    return _engine


def eager() -> Engine:
    """The engine of calls on arrays, whichever one trains: what users hold are its arrays."""
    return _made(next(iter(ENGINES)))


@functools.cache
def _made(name: str) -> Engine:
    module, cls = ENGINES[name]
    engine: Engine = getattr(importlib.import_module(module), cls)()
    return engine


def host_memory() -> int:
    """Bytes of memory of this machine; 8 GiB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def signature(args: Any) -> Hashable:
    """Structure, shapes and dtypes of a pytree: what a compiled program depends on.

    >>> import numpy as np
    >>> signature({"x": np.zeros(3)}) == signature({"x": np.ones(3)})
    True
    """
    leaves, structure = tree_util.tree_flatten(args)
    return structure, tuple((tuple(getattr(x, "shape", ())), str(getattr(x, "dtype", type(x)))) for x in leaves)


def inner_programs(equation: Any) -> list[Any]:
    """The programs inside an equation of a traced one, such as the body of a loop."""
    values = [getattr(value, "jaxpr", value) for value in tree_util.tree_leaves(list(equation.params.values()))]
    return [value for value in values if hasattr(value, "eqns")]


def _checked(name: str, where: str) -> str:
    if name not in ENGINES:
        given = f"{where}{name}" if where.endswith("=") else f"{where}({name!r})"
        default, *others = (f'"{engine}"' for engine in ENGINES)
        raise ValueError(f"{given}: the engines are {default} (default) and {', '.join(others)}.")
    return name
