"""A program of JAX as StableHLO, the portable form of an XLA program, and as an operation of TensorFlow."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
from jax import export

from cornu.kernels.platform import target


def exported(fn: Callable[..., Any], specs: Sequence[Any], platforms: Sequence[str]) -> export.Exported:
    """The program of a function of JAX, for one platform or several.

    Args:
        fn: the function.
        specs: a tree of `jax.ShapeDtypeStruct` for each argument; sizes may be symbols.
        platforms: `"cpu"`, `"cuda"`, ...
    """
    with _traced_for(platforms):
        return export.export(jax.jit(fn), platforms=platforms)(*specs)


def call_module(tf: Any, program: export.Exported, tensors: Sequence[Any]) -> list[Any]:
    """What a program gives, as tensors in a flat list; the call becomes an operation of the `tf.function` around it.

    Args:
        tf: TensorFlow.
        program: the program.
        tensors: its arguments, flat.
    """
    from tensorflow.compiler.tf2xla.python import xla

    results: list[Any] = xla.call_module(
        [tensors[index] for index in program.module_kept_var_idx],
        version=program.calling_convention_version,
        module=program.mlir_module_serialized,
        Tout=[_dtype(tf, aval) for aval in program.out_avals],
        Sout=[tuple(n if isinstance(n, int) else None for n in aval.shape) for aval in program.out_avals],
        platforms=[platform.upper() for platform in program.platforms],
    )
    return results


def call_differentiable(tf: Any, program: export.Exported, tensors: Sequence[Any]) -> list[Any]:
    """`call_module` with a derivative for TensorFlow, which is a program, too; without one where JAX has none.

    Args:
        tf: TensorFlow.
        program: the program.
        tensors: its arguments, flat.
    """
    try:
        with _traced_for(program.platforms):
            backward = program.vjp()
    except Exception:  # of a loop whose length is not known, or a function without a derivative
        return call_module(tf, program, tensors)

    def run(*given: Any) -> Any:
        results = call_module(tf, program, given)

        def slopes(*above: Any) -> list[Any]:
            pairs = zip(results, above, strict=True)
            known = [d if y.dtype.is_floating else tf.zeros(tf.shape(y), "bool") for y, d in pairs]
            found = call_module(tf, backward, [*given, *known])
            return [d if x.dtype.is_floating else None for x, d in zip(given, found, strict=True)]

        return results, slopes

    outputs: list[Any] = tf.custom_gradient(run)(*map(tf.convert_to_tensor, tensors))
    return outputs


def _dtype(tf: Any, aval: Any) -> Any:
    """The dtype in TensorFlow; the derivative by a number that is none of floats is kept as booleans."""
    return tf.bool if aval.dtype == jax.dtypes.float0 else tf.as_dtype(aval.dtype)


@contextlib.contextmanager
def _traced_for(platforms: Sequence[str]) -> Iterator[None]:
    """Trace for platforms, without the caller's line numbers: an edited script finds its programs in the cache."""
    config: Any = jax.config
    limit = config.jax_traceback_in_locations_limit
    config.update("jax_traceback_in_locations_limit", 0)
    try:
        with target(platforms[0] if len(platforms) == 1 else "any"):
            yield
    finally:
        config.update("jax_traceback_in_locations_limit", limit)


def import_tensorflow(who: str) -> Any:
    """TensorFlow, imported without its notices.

    Args:
        who: what needs it, for the message.

    Raises:
        ImportError: it is not installed.
    """
    level = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "1")  # importing jax sets "1"; anything else is the user's
    quiet = level == "1" and "tensorflow" not in sys.modules
    if quiet:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # errors come as exceptions; a load from the cache logs a harmless one
    try:
        with _without_notices() if quiet else contextlib.nullcontext():
            import tensorflow
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise ImportError(f'{who} needs TensorFlow: pip install "cornu[tensorflow]"') from None
    return tensorflow


@contextlib.contextmanager
def _without_notices() -> Iterator[None]:
    """Hold back standard error, then pass on all but the notices that TensorFlow writes before its log level counts."""
    try:
        shown = os.dup(2)
    except OSError:  # no standard error
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(shown, 2)
            os.close(shown)
            held.seek(0)
            notice = re.compile("InitializeLog|oneDNN custom operations")
            for line in held.read().decode(errors="replace").splitlines(keepends=True):
                if not notice.search(line):
                    sys.stderr.write(line)
