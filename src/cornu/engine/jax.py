"""The default engine: programs compiled by `jax.jit`, on whatever device JAX finds."""

import functools
from collections.abc import Callable
from typing import Any

import jax

from cornu.engine import Program, cache, counters, signature

# XLA's older code generator compiles a step of a small network in a third of the time (0.29 s of processor time in
# place of 0.85), and what it gives runs up to a quarter slower.
_QUICK = {"xla_cpu_use_fusion_emitters": False, "xla_cpu_parallel_codegen_split_count": 2}


class JaxEngine:
    """Runs programs with `jax.jit`; arrays are `jax.Array`."""

    name = "jax"

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> "JaxProgram":
        """Return `fn` as a Program that may reuse the buffers of the arguments at `donate`."""
        cache.enable_for_jax()
        return JaxProgram(fn, donate, _QUICK if quick and jax.default_backend() == "cpu" else {})

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

    def __init__(self, fn: Callable[..., Any], donate: tuple[int, ...], options: dict[str, Any]) -> None:
        super().__init__()

        @functools.wraps(fn)  # the name shows in profiles and in the cache's file names
        def traced(*args: Any) -> Any:
            self._count_compilation()  # jit traces once per signature
            return fn(*args)

        self._jit = jax.jit(traced, donate_argnums=donate, compiler_options=options or None)

    def __call__(self, *args: Any) -> Any:
        """Dispatch; JAX returns before the device has finished."""
        if self._preparing:
            self._wait_for(signature(args))
        counters.dispatches += 1
        return self._jit(*args)

    def prepare(self, *args: Any) -> None:
        """Trace now, compile in the background; jit finds the executable through the lowering they share."""
        self._in_background(signature(args), self._jit.lower(*args).compile)
