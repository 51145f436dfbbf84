"""DTypePolicyMap: a precision policy for each layer of a model, by the paths of the layers."""

from collections.abc import Iterator, MutableMapping
from typing import Any

from . import dtypes, names
from .dtypes import DTypePolicy


class DTypePolicyMap(DTypePolicy, MutableMapping[str, DTypePolicy]):
    """Precision policies by the paths of layers; a layer asks it for that of its own path.

    A key is a path, or a regular expression for whole paths; an equal path counts first.

    Args:
        default_policy: the policy of what no key names; None for that of the session.
        policy_map: policies, or their names, by key.

    Raises:
        ValueError: a key is set twice, or a path that is asked for fits several expressions.

    Example:
        >>> import cornu
        >>> policies = cornu.dtype_policies.DTypePolicyMap("float32", {"encoder/.*": "bfloat16"})
        >>> policies["encoder/dense"].name, policies["top"].name
        ('bfloat16', 'float32')
    """

    def __init__(
        self,
        default_policy: str | DTypePolicy | None = None,
        policy_map: dict[str, str | DTypePolicy] | None = None,
    ) -> None:
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("default_policy is a single policy, such as 'float32', and no DTypePolicyMap.")
        self._default = None if default_policy is None else dtypes.get_policy(default_policy)
        self._policies = {key: dtypes.get_policy(policy) for key, policy in (policy_map or {}).items()}

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of what no key names."""
        return self._default or dtypes.dtype_policy()

    name = property(lambda self: f"map_{self.default_policy.name}")  # type: ignore[assignment]
    compute_dtype = property(lambda self: self.default_policy.compute_dtype)  # type: ignore[assignment]
    variable_dtype = property(lambda self: self.default_policy.variable_dtype)  # type: ignore[assignment]

    def of(self, layer: Any) -> DTypePolicy:
        """The policy of a layer, by its path."""
        return self[layer.path]

    def __getitem__(self, key: str) -> DTypePolicy:
        fitting = names.fitting(self._policies, key)
        if len(fitting) > 1:
            raise ValueError(f"The path {key!r} fits several keys of the DTypePolicyMap: {fitting}. Make them differ.")
        return self._policies[fitting[0]] if fitting else self.default_policy

    def __setitem__(self, key: str, policy: str | DTypePolicy) -> None:
        if key in self._policies:
            raise ValueError(f"The DTypePolicyMap has {key!r} already: {self._policies[key]!r}. Delete it first.")
        self._policies[key] = dtypes.get_policy(policy)
        dtypes.facts.changed()

    def __delitem__(self, key: str) -> None:
        del self._policies[key]
        dtypes.facts.changed()

    def __contains__(self, key: object) -> bool:
        return key in self._policies

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def __len__(self) -> int:
        return len(self._policies)

    def __bool__(self) -> bool:
        return True

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        policies = {key: dtypes.encoded_policy(policy) for key, policy in self._policies.items()}
        return {"default_policy": None if self._default is None else self._default.name, "policy_map": policies}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "DTypePolicyMap":
        """Make a map from what `get_config` gave."""
        return cls(config["default_policy"], config["policy_map"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicyMap) and other.get_config() == self.get_config()

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        named = {key: policy.name for key, policy in self._policies.items()}
        return f"<DTypePolicyMap default {self.default_policy.name!r}, {named}>"


dtypes.policies["DTypePolicyMap"] = DTypePolicyMap
