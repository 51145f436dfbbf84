"""Which formulation a kernel uses: the CPU's own, or the stock lowering of every other platform."""

import jax


def on_cpu() -> bool:
    """Whether programs traced now run on the CPU.

    Asked while tracing: the answer is a Python bool, so a program holds one formulation only.

    Returns:
        `True` if JAX's default backend (or the innermost `jax.default_device`) is the CPU.

    Example:
        >>> isinstance(on_cpu(), bool)
        True
    """
    device = getattr(jax.config, "jax_default_device", None)
    if device is None:
        return jax.default_backend() == "cpu"
    return (device if isinstance(device, str) else device.platform) == "cpu"
