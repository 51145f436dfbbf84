"""Leaves: a tree of arrays, as other libraries keep weights, as weights of a layer."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...core.variable import Variable


class Leaves(list[Any]):
    """The leaves of a tree: weights in place of arrays and numbers, and whatever else it holds as it is.

    Args:
        layer: makes the weights, each called by its path in the tree, such as `Dense_0.kernel`.
        tree: any tree of JAX.
        what: its name, which is also that of a single array.
        trainable: whether floats are trained; all else never is.
    """

    def __init__(self, layer: Any, tree: Any, what: str, trainable: bool) -> None:
        pairs, structure = flattened(tree)
        self.tree = structure.unflatten(range(len(pairs)))  # of numbers of leaves
        self.keys: dict[int, Any] = {}  # leaves that are random keys, and how they draw
        for index, (path, leaf) in enumerate(pairs):
            if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
                self.keys[index], leaf = jax.random.key_impl(leaf), jax.random.key_data(leaf)
            if not isinstance(leaf, bool | int | float | np.ndarray | np.generic | jax.Array):
                self.append(leaf)
                continue
            array = np.asarray(leaf)
            is_float = jnp.issubdtype(array.dtype, jnp.floating)
            weight = layer.add_weight(
                initializer=array,
                dtype=None if is_float else jax.dtypes.canonicalize_dtype(array.dtype),
                trainable=trainable and is_float,
                autocast=trainable,
                name=jax.tree_util.keystr(path, simple=True, separator=".").replace("/", "_") or what,
            )
            self.append(weight)

    def values(self) -> list[Any]:
        """Their values."""
        values = [leaf.value if isinstance(leaf, Variable) else leaf for leaf in self]
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
        (pairs, received), expected = flattened(new), flattened(self.tree)[1]
        if received != expected:
            raise ValueError(
                f"The call of layer {layer!r} returned a state of another structure than it received: expected "
                f"{expected}, received {received}. Return all of it, changed or not."
            )
        for index, ((_, value), old) in enumerate(zip(pairs, before, strict=True)):
            if value is not old and isinstance(self[index], Variable):
                self[index].assign(jax.random.key_data(value) if index in self.keys else value)


flattened: Any = jax.tree_util.tree_flatten_with_path  # pairs of a path and a leaf, and the structure
