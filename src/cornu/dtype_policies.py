"""Precision policies: in which dtype layers keep their weights, and in which they compute."""

from typing import Any

from .core.dtypes import DTypePolicy, encoded_policy, get_policy
from .core.policy_map import DTypePolicyMap

__all__ = ["DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "deserialize", "get", "serialize"]

FloatDTypePolicy = DTypePolicy


def get(identifier: Any) -> DTypePolicy:
    """The policy that a name, a dtype, a config or a policy stands for; None for that of the session.

    Args:
        identifier: one of these.

    Raises:
        ValueError: it stands for none.

    Example:
        >>> import cornu
        >>> cornu.dtype_policies.get("mixed_bfloat16").variable_dtype
        'float32'
    """
    return get_policy(identifier)


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Plain data that `deserialize` takes.

    Args:
        dtype_policy: a policy.

    Example:
        >>> import cornu
        >>> cornu.dtype_policies.serialize(cornu.DTypePolicy("float16"))["config"]
        {'name': 'float16'}
    """
    return encoded_policy(dtype_policy)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> DTypePolicy:
    """The policy that `serialize` described.

    Args:
        config: what `serialize` gave.
        custom_objects: accepted for compatibility.

    Raises:
        ValueError: it describes none.

    Example:
        >>> import cornu
        >>> cornu.dtype_policies.deserialize(cornu.dtype_policies.serialize(cornu.DTypePolicy("float16"))).name
        'float16'
    """
    return get_policy(config)
