"""The default engine: programs compiled by `jax.jit`, on whatever device JAX finds."""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax

from cornu.engine import Program, cache, counters, signature

# XLA's older code generator compiles a program in half the time. What it gives is slower by up to a half where arrays
# are large; a small program (at most so many elements computed per step) is all overhead and runs as fast.
_QUICK = {"xla_cpu_use_fusion_emitters": False, "xla_cpu_parallel_codegen_split_count": 2}
_SMALL = 2**16


class JaxEngine:
    """Runs programs with `jax.jit`; arrays are `jax.Array`."""

    name = "jax"

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> "JaxProgram":
        """Return `fn` as a Program that may reuse the buffers of the arguments at `donate`."""
        cache.enable_for_jax()
        return JaxProgram(fn, donate, quick)

    def put(self, tree: Any) -> Any:
        """Move the host arrays of `tree` to the default device, all at once."""
        counters.host_to_device += sum(not isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(tree))
        return jax.device_put(tree)

    def get(self, tree: Any) -> Any:
        """Bring the arrays of `tree` to NumPy; on a CPU they share the device's memory."""
        return jax.device_get(tree)

    def devices(self) -> list[str]:
        """Names of JAX's devices.

        >>> JaxEngine().devices()[0].split(":")[1]
        '0'
        """
        return [f"{device.platform}:{device.id}" for device in jax.devices()]


class JaxProgram(Program):
    """A jitted function. jit's own C++ cache finds the executable: a dispatch with 40 arrays takes about 60 us.

    An array that shares memory with a caller's NumPy array may be donated: the runtime sees that reference, and copies.
    """

    def __init__(self, fn: Callable[..., Any], donate: tuple[int, ...], quick: bool) -> None:
        super().__init__()

        @functools.wraps(fn)  # the name shows in profiles and in the cache's file names
        def traced(*args: Any) -> Any:
            self._count_compilation()  # jit traces once per signature
            return fn(*args)

        self._jit: Any = None
        self._make = functools.partial(jax.jit, traced, donate_argnums=donate)
        self._quick = quick

    def __call__(self, *args: Any) -> Any:
        """Dispatch; JAX returns before the device has finished."""
        if self._preparing:
            self._wait_for(signature(args))
        counters.dispatches += 1
        if self._jit is None:
            self._choose(args)
        return self._jit(*args)

    def prepare(self, *args: Any) -> None:
        """Trace now, compile in the background; jit finds the executable through the lowering they share."""
        if self._jit is None:
            self._choose(args)
        self._in_background(signature(args), self._jit.lower(*args).compile)

    def _choose(self, args: Any) -> None:
        """Choose the code generator by the first arguments; every jit of a function shares its traces."""
        self._jit = self._make()
        if jax.default_backend() == "cpu" and (self._quick or _elements(self._jit.trace(*args).jaxpr.jaxpr) <= _SMALL):
            self._jit = self._make(compiler_options=_QUICK)


def _elements(jaxpr: Any) -> int:
    """How many elements a program computes, with one pass of each loop of unknown length."""
    count = 0
    for equation in jaxpr.eqns:
        inner = [getattr(p, "jaxpr", p) for p in jax.tree.leaves(list(equation.params.values()))]
        inner = [p for p in inner if hasattr(p, "eqns")]
        if inner:
            count += equation.params.get("length", 1) * sum(map(_elements, inner))
        else:
            count += sum(math.prod(getattr(out.aval, "shape", ())) for out in equation.outvars)
    return count
