"""Nested lists, tuples and dictionaries: flattened, mapped, put together again. None is a leaf like any other."""

from collections.abc import Callable, Iterable
from typing import Any

import jax
from jax.tree_util import tree_flatten_with_path

from .core.doubt import tell

__all__ = [
    "MAP_TO_NONE", "assert_same_paths", "assert_same_structure", "flatten", "flatten_with_path", "is_nested",
    "lists_to_tuples", "map_shape_structure", "map_structure", "map_structure_up_to", "pack_sequence_as", "traverse",
]  # fmt: skip


class MAP_TO_NONE:  # noqa: N801 - Keras's name
    """What a function gives to `traverse` to put None in a place: None itself says that the place stays."""


def _is_none(value: Any) -> bool:
    return value is None


def _structure(tree: Any) -> Any:
    return jax.tree.structure(tree, is_leaf=_is_none)


def is_nested(structure: Any) -> bool:
    """Whether the value is a list, tuple, dictionary or another node of a tree, rather than a leaf.

    Args:
        structure: any value.

    Example:
        >>> import cornu
        >>> cornu.tree.is_nested([1]), cornu.tree.is_nested("text")
        (True, False)
    """
    tree = _structure(structure)
    return (tree.num_nodes, tree.num_leaves) != (1, 1)


def flatten(structure: Any) -> list[Any]:
    """The leaves in order; those of a dictionary by its sorted keys.

    Args:
        structure: a tree.

    Example:
        >>> import cornu
        >>> cornu.tree.flatten({"b": [1, None], "a": 2})
        [2, 1, None]
    """
    return jax.tree.leaves(structure, is_leaf=_is_none)


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves in order, each with the keys and indices that lead to it.

    Args:
        structure: a tree.

    Example:
        >>> import cornu
        >>> cornu.tree.flatten_with_path([{"a": 3}])
        [((0, 'a'), 3)]
    """
    pairs, _ = tree_flatten_with_path(structure, is_leaf=_is_none)
    return [(tuple(_of_path(key) for key in path), leaf) for path, leaf in pairs]


def _of_path(key: Any) -> Any:
    """The index, the key or the name of an attribute that a step of a path is."""
    return next(getattr(key, name) for name in ("idx", "key", "name") if hasattr(key, name))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """A tree like the given ones, with what a function gives for their leaves.

    Args:
        func: function of a leaf of each tree.
        *structures: trees of one structure.
        none_is_leaf: whether None is passed to the function, rather than left as it is.

    Raises:
        ValueError: there is no tree, or they differ in structure.

    Example:
        >>> import cornu
        >>> cornu.tree.map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2})
        {'x': 3}
    """
    if not callable(func):
        raise TypeError(f"map_structure takes a function and then trees. Received {func!r} as the function.")
    if not structures:
        raise ValueError("map_structure takes at least one tree behind the function.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return jax.tree.map(func, *structures, is_leaf=_is_none if none_is_leaf else None)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """A tree like the shallow one, with what a function gives for what stands in its leaves' places in the others.

    Args:
        shallow_structure: a tree whose leaves say how deep to go.
        func: function of a part of each of the other trees.
        *structures: trees that begin like the shallow one.

    Raises:
        ValueError: there is no tree, or one does not begin like the shallow one.

    Example:
        >>> import cornu
        >>> cornu.tree.map_structure_up_to([0, 0], len, [(1, 2), (3,)])
        [2, 1]
    """
    if not structures:
        raise ValueError("map_structure_up_to takes at least one tree behind the function.")
    shallow = _structure(shallow_structure)
    return jax.tree.unflatten(shallow, map(func, *(shallow.flatten_up_to(tree) for tree in structures)))


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise `ValueError` unless two trees differ in nothing but their leaves.

    Args:
        a: a tree.
        b: another one.
        check_types: says nothing any more; `assert_same_paths` does not tell lists and tuples apart.

    Example:
        >>> import cornu
        >>> cornu.tree.assert_same_structure([1, (2, 3)], ["a", ("b", None)])
    """
    if check_types is not None:
        tell(
            "assert_same_structure: check_types says nothing any more. Lists and tuples are alike to assert_same_paths."
        )
    first, second = _structure(a), _structure(b)
    if first != second:
        raise ValueError(f"The two trees are of different structure: {first} and {second}, where * is a leaf.")


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise `ValueError` unless the same keys and indices lead to the leaves of two trees; lists and tuples are alike.

    Args:
        a: a tree.
        b: another one.

    Example:
        >>> import cornu
        >>> cornu.tree.assert_same_paths([1, (2, 3)], (1, [2, 3]))
    """
    first, second = ({path for path, _ in flatten_with_path(tree)} for tree in (a, b))
    if first != second:
        raise ValueError(
            f"The two trees have different paths: only the first has {sorted(first - second, key=str)}, only the "
            f"second {sorted(second - first, key=str)}."
        )


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any]) -> Any:
    """A tree of the given structure with other leaves.

    Args:
        structure: a tree; its leaves say nothing.
        flat_sequence: as many leaves, in the order of `flatten`.

    Raises:
        ValueError: there are more or fewer.

    Example:
        >>> import cornu
        >>> cornu.tree.pack_sequence_as({"a": 0, "b": (0, 0)}, [1, 2, 3])
        {'a': 1, 'b': (2, 3)}
    """
    leaves, tree = list(flat_sequence), _structure(structure)
    if len(leaves) != tree.num_leaves:
        raise ValueError(f"The tree has {tree.num_leaves} leaves, but {len(leaves)} were given: {tree}.")
    return jax.tree.unflatten(tree, leaves)


def lists_to_tuples(structure: Any) -> Any:
    """The tree with a tuple for every list.

    Args:
        structure: a tree.

    Example:
        >>> import cornu
        >>> cornu.tree.lists_to_tuples([1, {"a": [2]}])
        (1, {'a': (2,)})
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """A tree with what a function gives for the shapes in it: lists and tuples of nothing but sizes.

    Args:
        func: function of a shape.
        structure: a tree of shapes.

    Example:
        >>> import cornu
        >>> cornu.tree.map_shape_structure(len, {"a": (None, 3), "b": [(2, 3, 4)]})
        {'a': 2, 'b': [3]}
    """

    def is_shape(part: Any) -> bool:
        return isinstance(part, list | tuple) and all(isinstance(size, int | None) for size in part)

    if not callable(func):
        raise TypeError(f"map_shape_structure takes a function first. Received {func!r}.")
    return jax.tree.map(func, structure, is_leaf=is_shape)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """A tree whose parts, leaves and nodes alike, a function has seen and may replace.

    Args:
        func: function of a part that gives what takes its place, None to leave it and look at what it holds, or
            `MAP_TO_NONE`.
        structure: a tree.
        top_down: whether a node comes before what it holds; otherwise after.

    Example:
        >>> import cornu
        >>> cornu.tree.traverse(lambda part: sum(part) if isinstance(part, tuple) else None, [(1, 2), {"a": (3,)}])
        [3, {'a': 3}]
    """

    def parts(whole: Any) -> Any:
        if not is_nested(whole):
            return whole
        children, tree = jax.tree.flatten(whole, is_leaf=lambda part: part is not whole)
        return jax.tree.unflatten(tree, [traverse(func, child, top_down) for child in children])

    whole = structure if top_down else parts(structure)
    given = func(whole)
    if given is None:
        return parts(whole) if top_down else whole
    return None if given is MAP_TO_NONE else given
