"""The default engine: programs compiled by `jax.jit`, on whatever device JAX finds."""

import functools
import math
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine import Engine, Program, cache, counters, inner_programs

# XLA's older code generator compiles a program in half the time. What it gives is slower by up to a half where arrays
# are large; a small program (at most so many elements computed per step) is all overhead and runs as fast.
_QUICK = (("xla_cpu_use_fusion_emitters", False), ("xla_cpu_parallel_codegen_split_count", 2))
_SMALL = 2**16

# XLA's default for convolutions, YNNPACK, takes up to twice the time of its older one, Eigen: 3x3, 64 to 64 channels on
# 32x56x56, 62 ms in place of 32, with gradients 266 in place of 143. A product of 64x128 by 128x384, as in each step of
# a GRU, YNNPACK leaves to one thread: 33 us, Eigen's two take 20. Large products and sums stay with YNNPACK: weight
# gradients of 4096x256 by 256x4096 take Eigen almost twice the time.
_YNNPACK = "xla_cpu_experimental_ynn_fusion_type"
_EIGEN_CONVOLUTION = ((_YNNPACK, "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE"),)
_EIGEN_PRODUCT = ((_YNNPACK, "LIBRARY_FUSION_TYPE_REDUCE"),)
_SMALL_PRODUCT = 2**24  # multiplications
_QUICKLY = 2**16  # bytes
_Options = tuple[tuple[str, Any], ...]  # of the compiler, of which later ones count


class JaxEngine(Engine):
    """Runs programs with `jax.jit`; arrays are `jax.Array`."""

    name = "jax"

    def __init__(self) -> None:
        self.arrays = {type(jax.device_put(np.zeros(())))}

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> "JaxProgram":
        """Return `fn` as a Program that may reuse the buffers of the arguments at `donate`."""
        cache.enable_for_jax()
        return JaxProgram(fn, donate, quick)

    def put(self, tree: Any, kind: str = "batch") -> Any:
        """Move the host arrays of `tree` to where `place` says, or the default device, all at once."""
        counters.host_to_device += sum(not isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(tree))
        place = self.place
        if place is not None:
            return jax.device_put(tree, jax.tree.map(lambda leaf: place(kind, leaf), tree))
        if all(getattr(leaf, "nbytes", 0) <= _QUICKLY for leaf in jax.tree.leaves(tree)):
            return tree  # a dispatch moves them itself, in a tenth of the time
        return jax.device_put(tree)

    def get(self, tree: Any) -> Any:
        """Bring the arrays of `tree` to NumPy; on a CPU they share the device's memory. Parts are put together."""
        leaves = jax.tree.leaves(tree)
        if all([getattr(leaf, "is_fully_addressable", True) for leaf in leaves]):  # a list is made sooner
            return jax.device_get(tree) if len(leaves) > 1 else jax.tree.map(np.asarray, tree)
        from jax.experimental import multihost_utils

        return multihost_utils.process_allgather(tree, tiled=True)

    def own(self, buffer: Any) -> Any:
        """The buffer as a `jax.Array` that shares no memory with the host."""
        if isinstance(buffer, jax.Array):
            return buffer
        with jax.ensure_compile_time_eval():
            array = jnp.array(np.asarray(buffer))
        return array if self.place is None else jax.device_put(array, self.place("state", array))

    def copy(self, buffer: Any) -> Any:
        """A copy, bound to a device only if the buffer is; the runtime makes it, and nothing is compiled for it."""
        return jax.device_put(buffer, buffer.sharding if buffer.committed else None, may_alias=False)

    def memory(self) -> int:
        """What the accelerator's runtime allows, or the machine's memory."""
        return int((jax.local_devices()[0].memory_stats() or {}).get("bytes_limit") or super().memory())

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

        @functools.cache
        def make(options: _Options = ()) -> Any:
            return jax.jit(traced, donate_argnums=donate, compiler_options=dict(options) or None)

        self._make = make
        self._quick = quick
        self._small: dict[Hashable, Any] = {}  # jits of small programs, by the shapes of what is given beside the state
        self._other: Any = None

    def __call__(self, *args: Any) -> Any:
        """Dispatch; JAX returns before the device has finished."""
        self.settle()
        counters.dispatches += 1
        return self._jit_for(args)(*args)

    def prepare(self, *args: Any) -> None:
        """Trace now, compile in the background; jit finds the executable through the lowering they share."""
        self._in_background(self._jit_for(args).lower(*args).compile)

    def _jit_for(self, args: Any) -> Any:
        """The jit with the options for such arguments; what is once large shares one jit from then on.

        A program keeps its state, the first argument: the others' shapes tell, and the state's would take long to ask.
        """
        if self._small or not self._other:
            shapes = tuple([_shapes(tree) for tree in args[1:] or args])
            if shapes in self._small:
                return self._small[shapes]
        if self._other:
            return self._other
        options, small = self._options(args)
        jit = self._make(options)
        if small:
            self._small[shapes] = jit
        else:
            self._other = jit
        return jit

    def _options(self, args: Any) -> tuple[_Options, bool]:
        """Options of the compiler, and whether they suit only so small a program; every jit shares its traces."""
        if jax.default_backend() != "cpu":
            return (), False
        equations = list(_equations(self._make().trace(*args).jaxpr.jaxpr))
        small = _elements(equations) <= _SMALL
        suits: dict[_Options, bool] = {
            _QUICK: self._quick or small,
            _EIGEN_CONVOLUTION: any(equation.primitive.name == "conv_general_dilated" for equation, _ in equations),
            _EIGEN_PRODUCT: 0 < _largest_product_in_loops(equations) <= _SMALL_PRODUCT,
        }
        options = [option for group, suited in suits.items() if suited for option in _accepted(group)]
        return tuple(options), small and not self._quick


def _shapes(tree: Any) -> Any:
    """The shape of an array, or those of all in a tree."""
    shape = getattr(tree, "shape", None)
    return shape if shape is not None else tuple([getattr(leaf, "shape", ()) for leaf in jax.tree.leaves(tree)])


def _equations(jaxpr: Any, times: int = 1) -> Iterator[tuple[Any, int]]:
    """Every equation of a program, and how often it runs in one pass of each loop of unknown length."""
    for equation in jaxpr.eqns:
        inner = inner_programs(equation)
        for part in inner:
            yield from _equations(part, times * equation.params.get("length", 1))
        if not inner:
            yield equation, times


def _elements(equations: list[tuple[Any, int]]) -> int:
    """How many elements the equations compute."""
    shapes = ((getattr(out.aval, "shape", ()), times) for equation, times in equations for out in equation.outvars)
    return sum(times * math.prod(shape) for shape, times in shapes)


def _largest_product_in_loops(equations: list[tuple[Any, int]]) -> int:
    """How many multiplications the largest matrix product makes that runs more than once in a pass; 0 if none does."""
    sizes = [0]
    for equation, times in equations:
        if equation.primitive.name == "dot_general" and times > 1:
            (contracted, _), _ = equation.params["dimension_numbers"]
            shape = equation.invars[0].aval.shape
            sizes.append(math.prod(equation.outvars[0].aval.shape) * math.prod(shape[i] for i in contracted))
    return max(sizes)


@functools.cache
def _accepted(options: _Options) -> _Options:
    """The options if this version of XLA knows them (JAX 0.12 has no older code generator any more), or none."""
    try:
        jax.jit(lambda x: x, compiler_options=dict(options)).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return ()
    return options
