"""Settings of a session: the engine, the float dtype, the precision policy, a clean start."""

from .core.doubt import tell
from .core.dtypes import dtype_policy, epsilon, floatx, set_dtype_policy, set_epsilon, set_floatx
from .core.names import reset_names
from .core.session import (
    disable_flash_attention,
    disable_interactive_logging,
    disable_traceback_filtering,
    enable_flash_attention,
    enable_interactive_logging,
    enable_traceback_filtering,
    is_flash_attention_enabled,
    is_interactive_logging_enabled,
    is_nnx_enabled,
    is_traceback_filtering_enabled,
    max_epochs,
    max_steps_per_epoch,
    set_max_epochs,
    set_max_steps_per_epoch,
)
from .engine import backend, set_backend
from .ops.making import image_data_format, set_image_data_format
from .training.data.blocks import resident_share, set_resident_share

__all__ = [
    "backend", "clear_session", "disable_flash_attention", "disable_interactive_logging", "disable_traceback_filtering",
    "dtype_policy", "enable_flash_attention", "enable_interactive_logging", "enable_traceback_filtering",
    "enable_unsafe_deserialization", "epsilon", "floatx", "image_data_format", "is_flash_attention_enabled",
    "is_interactive_logging_enabled", "is_nnx_enabled", "is_traceback_filtering_enabled", "max_epochs",
    "max_steps_per_epoch", "resident_share", "set_backend", "set_dtype_policy", "set_epsilon", "set_floatx",
    "set_image_data_format", "set_max_epochs", "set_max_steps_per_epoch", "set_resident_share",
]  # fmt: skip


def enable_unsafe_deserialization() -> None:
    """Accepted for compatibility: code that a file holds is never run here, and a warning says what to do instead."""
    tell(
        "Cornu runs no code out of a file, also after enable_unsafe_deserialization(). Write the function of a Lambda "
        "layer in the script and pass it: load_model(path, custom_objects={name_of_the_layer: function})."
    )


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
