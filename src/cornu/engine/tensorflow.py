"""The second engine: the same programs, inside TensorFlow's runtime.

A program is traced by JAX and exported as StableHLO, the portable form of an XLA program. The op `XlaCallModule` holds
it inside a `tf.function(jit_compile=True)`; TensorFlow compiles and runs it. State stays `tf.Tensor` between calls, and
what is not a program (an input pipeline of `tf.data`, a user's own TensorFlow code) lives in the same process.

A program that calls back into Python (`jax.debug.print`, `jax.pure_callback`) cannot be exported, and the linear
algebra that `jaxlib` takes from LAPACK (`svd`, `eigh`, `qr`, `cholesky` on a CPU) has no counterpart in TensorFlow.
"""

import hashlib
from collections.abc import Callable, Hashable
from typing import Any

import jax
import numpy as np
from jax import export

from cornu.engine import Engine, Program, cache, counters
from cornu.engine.stablehlo import call_module, exported, import_tensorflow

ALIGNMENT = 64  # bytes; TensorFlow's kernels read no tensor that is less aligned


class TensorFlowEngine(Engine):
    """Runs programs in TensorFlow; arrays are eager `tf.Tensor`.

    Raises:
        ImportError: TensorFlow is not installed.
    """

    name = "tensorflow"

    def __init__(self) -> None:
        self.tf = import_tensorflow("The tensorflow engine")
        self.cache = cache.enable_for_tensorflow(self.tf.__version__)
        self.platform = "cuda" if self.tf.config.list_physical_devices("GPU") else "cpu"
        self._tensor_type = type(self.tf.constant(0))
        self.arrays = {self._tensor_type}
        self.functions: dict[bytes, Any] = {}  # by program; TensorFlow keeps executables until the process ends

    def compile(self, fn: Callable[..., Any], *, donate: tuple[int, ...] = (), quick: bool = False) -> Program:
        """Return `fn` as a Program. TensorFlow reuses the buffers of no argument: `donate` changes nothing."""
        return TensorFlowProgram(self, fn)

    def put(self, tree: Any, kind: str = "batch") -> Any:
        """Move the host arrays of `tree` into tensors."""
        counters.host_to_device += sum(not isinstance(leaf, self._tensor_type) for leaf in jax.tree.leaves(tree))
        return jax.tree.map(self.tensor, tree)

    def get(self, tree: Any) -> Any:
        """Bring the tensors of `tree` to NumPy; on a CPU they share the tensors' memory."""
        return jax.tree.map(np.asarray, tree)

    def own(self, buffer: Any) -> Any:
        """The buffer as a tensor of its own memory."""
        return buffer if type(buffer) is self._tensor_type else self.tf.constant(np.asarray(buffer))

    def copy(self, buffer: Any) -> Any:
        """A copy; TensorFlow overwrites no tensor, so that the buffer itself serves."""
        return buffer

    def devices(self) -> list[str]:
        """Names of TensorFlow's devices."""
        tf = self.tf
        found = tf.config.list_physical_devices("GPU") or tf.config.list_physical_devices("CPU")
        return [f"{device.device_type.lower()}:{index}" for index, device in enumerate(found)]

    def tensor(self, x: Any) -> Any:
        """Return an array or number as a tensor, of the dtype JAX gives it (int64 becomes int32 unless x64 is on)."""
        if type(x) is self._tensor_type:
            return x
        x = np.asarray(x)
        x = np.asarray(x, jax.dtypes.canonicalize_dtype(x.dtype))
        readable = x.flags.c_contiguous and x.ctypes.data % ALIGNMENT == 0
        if self.platform == "cpu" and x.nbytes >= 1 << 20 and readable and x.flags.writeable and x.dtype.kind in "fiu":
            return self.tf.experimental.dlpack.from_dlpack(x.__dlpack__())
        return self.tf.constant(x)

    def key(self, leaves: list[Any], structure: Any) -> Hashable:
        """Identify a program by its arguments; as in JAX, a Python number has no firm dtype and counts by its type."""
        tensor, as_dtype = self._tensor_type, self.tf.as_dtype
        leaves = [
            (x._shape_tuple(), x._datatype_enum())  # a tenth of the time that `x.shape` and `x.dtype` take
            if type(x) is tensor
            else (tuple(x.shape), as_dtype(jax.dtypes.canonicalize_dtype(x.dtype)).as_datatype_enum)
            if hasattr(x, "dtype")
            else type(x)
            for x in leaves
        ]
        return structure, tuple(leaves)


class TensorFlowProgram(Program):
    """A function, and one `tf.function` per structure, shapes and dtypes of its arguments."""

    def __init__(self, engine: TensorFlowEngine, fn: Callable[..., Any]) -> None:
        super().__init__()
        self._engine, self._fn = engine, fn
        self._runs: dict[Hashable, Callable[[list[Any]], Any]] = {}

    def __call__(self, *args: Any) -> Any:
        """Run to the end; TensorFlow runs eagerly."""
        self.settle()
        counters.dispatches += 1
        leaves, structure = jax.tree.flatten(args)
        key = self._engine.key(leaves, structure)
        run = self._runs.get(key) or self._export(key, leaves, structure)
        return run([self._engine.tensor(leaf) for leaf in leaves])

    def prepare(self, *args: Any) -> None:
        """Trace now, compile in the background.

        TensorFlow compiles at a first run: the program runs once on zeros (a training loop, from step 0 to step 0).
        """
        leaves, structure = jax.tree.flatten(args)
        key = self._engine.key(leaves, structure)
        if key not in self._runs:
            run, zeros = self._export(key, leaves, structure), self._engine.tf.zeros
            specs = [self._engine.spec(leaf) for leaf in leaves]
            self._in_background(lambda: run([zeros(spec.shape, spec.dtype) for spec in specs]))

    def _export(self, key: Hashable, leaves: list[Any], structure: Any) -> Callable[[list[Any]], Any]:
        self._count_compilation()
        specs = structure.unflatten(map(self._engine.spec, leaves))
        program = exported(self._fn, specs, [self._engine.platform])
        self._runs[key] = run = _tf_function(self._engine, program)
        return run


def _tf_function(engine: TensorFlowEngine, program: export.Exported) -> Callable[[list[Any]], Any]:
    """Put an exported program into a `tf.function` and return it as a function from a list of tensors to a pytree."""
    tf = engine.tf

    def run_module(*tensors: Any) -> Any:
        return call_module(tf, program, tensors)

    specs = [tf.TensorSpec(aval.shape, aval.dtype) for aval in program.in_avals]

    arguments = f"{program.in_avals} {program.module_kept_var_idx}"
    digest = hashlib.sha256(program.mlir_module_serialized + arguments.encode()).digest()

    def build() -> Callable[[list[Any]], Any]:
        concrete = tf.function(run_module, jit_compile=True, autograph=False).get_concrete_function(*specs)
        engine.functions[digest] = concrete  # a model like an earlier one takes no more memory, and compiles nothing
        return concrete.inference_fn.call_preflattened  # 0.2 ms with 40 tensors; calling `concrete` itself: 0.5 ms

    known = engine.functions.get(digest)
    call = known.inference_fn.call_preflattened if known is not None else build()
    structure: Any = program.out_tree
    first = True

    def run(tensors: list[Any]) -> Any:
        nonlocal first, call
        try:
            results = call(tensors)
        except (tf.errors.OutOfRangeError, tf.errors.DataLossError):
            if not first or engine.cache is None:
                raise
            cache.clear(engine.cache)  # it held a damaged file, and TensorFlow does not compile anew by itself
            call = build()
            results = call(tensors)
        except (tf.errors.NotFoundError, tf.errors.InvalidArgumentError) as error:
            # A routine that jaxlib registers, or an operation that is newer than this TensorFlow.
            if "FFI handler" not in error.message and "Cannot deserialize computation" not in error.message:
                raise
            reason = error.message.splitlines()[0]
            raise NotImplementedError(
                f"TensorFlow lacks a routine that this program uses ({reason}); run it with CORNU_BACKEND=jax."
            ) from None
        first = False
        return structure.unflatten(results)

    return run
