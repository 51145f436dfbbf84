"""Switches of a session, by which a script says how the library shall talk and how far it shall go."""

from typing import Any

import jax

from . import facts

_state: dict[str, Any] = {
    "interactive_logging": True, "flash_attention": None, "max_epochs": None, "max_steps_per_epoch": None,
}  # fmt: skip
facts.settings.append(lambda: _state["flash_attention"])  # which programs read


def _set(name: str, value: Any) -> None:
    _state[name] = value
    facts.changed()


def enable_interactive_logging() -> None:
    """Let `verbose="auto"` be a live line, where there is a terminal or a notebook."""
    _state["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Let `verbose="auto"` be a line per epoch everywhere, as for a log file."""
    _state["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether `verbose="auto"` may be a live line."""
    return bool(_state["interactive_logging"])


def enable_traceback_filtering() -> None:
    """Leave JAX's own frames and errors out of tracebacks, as they are from the start."""
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Show all of a traceback, with the errors of JAX that were put into plain words."""
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    """Whether JAX's own frames and errors are left out of tracebacks."""
    return jax.config.jax_traceback_filtering != "off"  # type: ignore[attr-defined]


def cause(error: Exception) -> Exception | None:
    """What an error in plain words is raised from: the error of JAX, if tracebacks show all."""
    return None if is_traceback_filtering_enabled() else error


def enable_flash_attention() -> None:
    """Ask for the fused kernel of attention, where the platform has one."""
    _set("flash_attention", True)


def disable_flash_attention() -> None:
    """Compute attention step by step everywhere."""
    _set("flash_attention", False)


def is_flash_attention_enabled() -> bool | None:
    """Whether the fused kernel was asked for, or ruled out; None if nothing was said."""
    enabled: bool | None = _state["flash_attention"]
    return enabled


def is_nnx_enabled() -> bool:
    """False: layers are not modules of Flax here."""
    return False


def max_epochs() -> int | None:
    """The most epochs that `fit` trains for; None for as many as it is told."""
    limit: int | None = _state["max_epochs"]
    return limit


def set_max_epochs(max_epochs: int | None) -> None:
    """Set the most epochs that `fit` trains for, to try out a script quickly.

    Args:
        max_epochs: a number of at least 1, or None.

    Raises:
        ValueError: it is neither.

    Example:
        >>> import cornu
        >>> cornu.config.set_max_epochs(2)
        >>> cornu.config.max_epochs()
        2
        >>> cornu.config.set_max_epochs(None)
    """
    _state["max_epochs"] = _checked("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """The most batches that an epoch, an evaluation or a prediction takes; None for all."""
    limit: int | None = _state["max_steps_per_epoch"]
    return limit


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Set the most batches that an epoch, an evaluation or a prediction takes, to try out a script quickly.

    Args:
        max_steps_per_epoch: a number of at least 1, or None.

    Raises:
        ValueError: it is neither.

    Example:
        >>> import cornu
        >>> cornu.config.set_max_steps_per_epoch(10)
        >>> cornu.config.max_steps_per_epoch()
        10
        >>> cornu.config.set_max_steps_per_epoch(None)
    """
    _state["max_steps_per_epoch"] = _checked("max_steps_per_epoch", max_steps_per_epoch)


def at_most(count: int | None, limit: int | None) -> int | None:
    """The smaller of two numbers, where None is no number."""
    return min((number for number in (count, limit) if number is not None), default=None)


def _checked(name: str, value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"{name} is a whole number of at least 1, or None for no limit. Received: {value!r}")
    return value
