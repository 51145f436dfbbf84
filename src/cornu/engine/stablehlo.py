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
    with _without_locations(), target(platforms[0] if len(platforms) == 1 else "any"):
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
        Tout=[tf.as_dtype(aval.dtype) for aval in program.out_avals],
        Sout=[tuple(n if isinstance(n, int) else None for n in aval.shape) for aval in program.out_avals],
        platforms=[platform.upper() for platform in program.platforms],
    )
    return results


@contextlib.contextmanager
def _without_locations() -> Iterator[None]:
    """Export without the caller's line numbers, so that an edited script still finds its programs in the cache."""
    config: Any = jax.config
    limit = config.jax_traceback_in_locations_limit
    config.update("jax_traceback_in_locations_limit", 0)
    try:
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
