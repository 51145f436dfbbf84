"""Settings of a session: the engine, the float dtype, the precision policy, a clean start."""

from .core.dtypes import dtype_policy, epsilon, floatx, set_dtype_policy, set_epsilon, set_floatx
from .core.names import reset_names
from .engine import backend, set_backend
from .training.data.blocks import resident_share, set_resident_share

__all__ = [
    "backend", "clear_session", "dtype_policy", "epsilon", "floatx", "resident_share", "set_backend",
    "set_dtype_policy", "set_epsilon", "set_floatx", "set_resident_share",
]  # fmt: skip


def clear_session(free_memory: bool = True) -> None:
    """Begin automatic names such as `dense_1` from the start.

    Args:
        free_memory: whether to collect garbage as well.

    Example:
        >>> import cornu
        >>> cornu.config.clear_session()
        >>> cornu.layers.Dense(1).name
        'dense'
    """
    import gc

    reset_names()
    if free_memory:
        gc.collect()
