"""Which formulation a kernel uses: the CPU's own, or the stock lowering of every other platform."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import jax

_target: ContextVar[str | None] = ContextVar("platform", default=None)


@contextlib.contextmanager
def target(platform: str | None) -> Iterator[None]:
    """Programs traced inside the `with` block run on a platform.

    Args:
        platform: `"cpu"`, `"cuda"`, ...; `"any"` for a program that must run on several and takes the stock lowering;
            None for JAX's own.
    """
    token = _target.set(platform)
    try:
        yield
    finally:
        _target.reset(token)


def on_cpu() -> bool:
    """Whether programs traced now run on the CPU.

    Asked while tracing: the answer is a Python bool, so a program holds one formulation only.

    Returns:
        `True` if the platform that the engine traces for is the CPU; outside of an engine, JAX's default backend or
        the innermost `jax.default_device`.

    Example:
        >>> isinstance(on_cpu(), bool)
        True
        >>> with target("any"):
        ...     on_cpu()
        False
    """
    return _platform() == "cpu"


def on_gpu() -> bool:
    """Whether programs traced now run on a GPU of NVIDIA and nowhere else; asked while tracing, as `on_cpu` is."""
    return _platform() in ("cuda", "gpu")


def _platform() -> str:
    device = _target.get() or getattr(jax.config, "jax_default_device", None) or jax.default_backend()
    return device if isinstance(device, str) else str(device.platform)
