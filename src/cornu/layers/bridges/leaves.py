"""Leaves: a tree of arrays, as other libraries keep weights, as weights of a layer."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


class Leaves(list[Any]):
    """The leaves of a tree: weights in place of arrays and numbers, and whatever else it holds as it is.

    Args:
        layer: makes the weights, each called by its path in the tree, such as `Dense_0.kernel`.
        tree: any tree of JAX.
        what: its name, which is also that of a single array.
        trainable: whether floats are trained; all else never is.
    """

    def __init__(self, layer: Any, tree: Any, what: str, trainable: bool) -> None:
        pairs: Any
        structure: Any
        pairs, structure = jax.tree_util.tree_flatten_with_path(tree)
        self.tree = structure.unflatten(range(len(pairs)))  # of numbers of leaves
        self.keys: dict[int, Any] = {}  # leaves that are random keys, and how they draw
        for index, (path, leaf) in enumerate(pairs):
            if not isinstance(leaf, bool | int | float | np.ndarray | np.generic | jax.Array):
                self.append(leaf)
                continue
            if jnp.issubdtype(getattr(leaf, "dtype", bool), jax.dtypes.prng_key):
                self.keys[index] = jax.random.key_impl(leaf)
                leaf = jax.random.key_data(leaf)
            array = np.asarray(leaf)
            is_float = jnp.issubdtype(array.dtype, jnp.floating)
            name = jax.tree_util.keystr(path, simple=True, separator=".").replace("/", "_")
            weight = layer.add_weight(
                initializer=array,
                dtype=None if is_float else jax.dtypes.canonicalize_dtype(array.dtype),
                trainable=trainable and is_float,
                autocast=trainable,
                name=name or what,
            )
            self.append(weight)

    def values(self) -> list[Any]:
        """Their values."""
        values = [getattr(leaf, "value", leaf) for leaf in self]
        for index, kind in self.keys.items():
            values[index] = jax.random.wrap_key_data(values[index], impl=kind)
        return values

    def whole(self, values: list[Any]) -> Any:
        """The tree with these values."""
        return jax.tree.map(values.__getitem__, self.tree)

    def assign(self, new: Any, before: list[Any], layer: str) -> None:
        """Put the values of another tree in place, where they are others than before.

        Args:
            new: a tree of the same structure.
            before: what `values` gave.
            layer: its name, for messages.

        Raises:
            ValueError: the structure differs.
        """
        expected: Any
        received: Any
        expected, received = jax.tree.structure(self.tree), jax.tree.structure(new)
        if received != expected:
            raise ValueError(
                f"The call of layer {layer!r} returned a state of another structure than it received: expected "
                f"{expected}, received {received}. Return all of it, changed or not."
            )
        for index, (value, old) in enumerate(zip(jax.tree.leaves(new), before, strict=True)):
            if value is not old:
                self[index].assign(jax.random.key_data(value) if index in self.keys else value)
