"""Which dtype weights are kept in, and which one layers compute in."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from . import facts

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_state: dict[str, Any] = {"floatx": "float32", "policy": None, "epsilon": 1e-7}
facts.settings.append(lambda: tuple(_state.items()))


def standardize(dtype: Any) -> str:
    """The dtype's name: `"float32"` for `np.float32`, `jnp.float32`, `float` or None (then `floatx`)."""
    if dtype is None or dtype is float:
        return floatx()
    if dtype is int:
        return "int32"
    if hasattr(dtype, "as_numpy_dtype"):  # a TensorFlow dtype
        dtype = dtype.as_numpy_dtype
    name = str(dtype).removeprefix("torch.")
    if name == "string":
        return name
    try:
        return str(jnp.dtype(name if isinstance(dtype, str) else dtype).name)
    except TypeError:
        raise ValueError(f"Expected a dtype such as 'float32' or 'int32'. Received dtype={dtype!r}.") from None


def is_float(dtype: Any) -> bool:
    """Whether the dtype is a real floating-point one."""
    return bool(jnp.issubdtype(dtype, np.floating))


def spec(shape: Any, dtype: Any) -> jax.ShapeDtypeStruct:
    """Shape and dtype as JAX has them: 64 bits count as 32 unless x64 is on, and JAX 0.12 warns of what it has not."""
    return jax.ShapeDtypeStruct(tuple(shape), jax.dtypes.canonicalize_dtype(jnp.dtype(dtype)))


def specs(tree: Any) -> Any:
    """The `spec` of every array in a tree."""
    return jax.tree.map(lambda array: spec(array.shape, array.dtype), tree)


def _set(name: str, value: Any) -> None:
    _state[name] = value
    facts.changed()


def floatx() -> str:
    """The default float dtype, `"float32"` unless changed by `set_floatx`."""
    return str(_state["floatx"])


def set_floatx(value: str) -> None:
    """Set the default float dtype.

    Args:
        value: `"float16"`, `"bfloat16"`, `"float32"` or `"float64"`; the last also turns on 64 bits in JAX.

    Raises:
        ValueError: it is none of these.
    """
    if value not in _FLOATS:
        raise ValueError(f"floatx is one of {', '.join(_FLOATS)}. Received: {value!r}")
    if value == "float64":
        jax.config.update("jax_enable_x64", True)
    _set("floatx", value)


def epsilon() -> float:
    """The small number that keeps logarithms and quotients finite, 1e-7 unless changed."""
    return float(_state["epsilon"])


def set_epsilon(value: float) -> None:
    """Set the small number that keeps logarithms and quotients finite.

    Args:
        value: a small positive number.
    """
    _set("epsilon", float(value))


class DTypePolicy:
    """A pair of dtypes: weights are kept in one, layers compute in the other.

    Args:
        name: a float dtype (`"float32"`), used for both, or `"mixed_bfloat16"` or `"mixed_float16"`,
            which keep weights in float32.

    Raises:
        ValueError: the name is none of these.

    Example:
        >>> import cornu
        >>> cornu.DTypePolicy("mixed_bfloat16").compute_dtype
        'bfloat16'
    """

    def __init__(self, name: str | None = None) -> None:
        self.name: str = name or dtype_policy().name
        if not isinstance(self.name, str):
            raise ValueError(f"A policy is named 'float32', 'mixed_bfloat16' or 'mixed_float16'. Received: {name!r}")
        mixed = self.name in ("mixed_float16", "mixed_bfloat16")
        self.compute_dtype = self.name.removeprefix("mixed_") if mixed else standardize(self.name)
        self.variable_dtype = "float32" if mixed else self.compute_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "DTypePolicy":
        """Make a policy from what `get_config` gave."""
        return cls(config["name"])

    def of(self, layer: Any) -> "DTypePolicy":
        """The policy of a layer: this one."""
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<DTypePolicy {self.name!r}>"


def dtype_policy() -> DTypePolicy:
    """The policy that a layer gets if its constructor names no dtype."""
    return _state["policy"] or DTypePolicy(floatx())


def set_dtype_policy(policy: str | DTypePolicy | None) -> None:
    """Set the policy of layers that are made from now on.

    Args:
        policy: a policy, its name, or None for that of `floatx`.
    """
    _set("policy", None if policy is None else get_policy(policy))


policies: dict[str, type[DTypePolicy]] = dict.fromkeys(("DTypePolicy", "FloatDTypePolicy"), DTypePolicy)


def get_policy(value: Any) -> DTypePolicy:
    """A policy from None, a dtype, a policy's name, its config or itself; raises `ValueError` for anything else."""
    if value is None:
        return dtype_policy()
    if isinstance(value, DTypePolicy):
        return value
    if isinstance(value, dict):
        kind, config = value.get("class_name", "DTypePolicy"), value.get("config", value)
        if kind not in policies:
            raise ValueError(f"There is no precision policy {kind!r}. Known are {', '.join(policies)}.")
        return policies[kind].from_config(config)
    if not isinstance(value, str):
        try:
            value = standardize(value)
        except ValueError:
            raise ValueError(
                "A precision policy is a name such as 'float32' or 'mixed_bfloat16', a DTypePolicy or its config. "
                f"Received: {value!r}"
            ) from None
    return DTypePolicy(value)


def encoded_policy(policy: DTypePolicy) -> dict[str, Any]:
    """A policy as files hold it."""
    name = type(policy).__name__
    module = "keras" if name == "DTypePolicy" else "keras.dtype_policies"
    return {"module": module, "class_name": name, "config": policy.get_config(), "registered_name": None}
