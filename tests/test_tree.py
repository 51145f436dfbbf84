"""Trees: every function beside Keras's, on random trees."""

import collections
import random

import keras
import pytest

import cornu

Pair = collections.namedtuple("Pair", "left right")


def grown(rng, depth=3):
    """A random tree of lists, tuples, named tuples and dictionaries; some parts are empty, some leaves None."""
    kind = rng.randrange(7 if depth else 2)
    if kind < 2:
        return rng.choice([None, 1, "text", 2.5])
    parts = [grown(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind == 2:
        return tuple(parts)
    if kind == 3:
        return {rng.choice("abcdef"): part for part in parts}
    if kind == 4:
        return collections.OrderedDict((rng.choice("abcdef"), part) for part in parts)
    if kind == 5:
        return Pair(grown(rng, depth - 1), grown(rng, depth - 1))
    return parts


TREES = [grown(random.Random(seed)) for seed in range(200)]


def both(fn):
    mine, theirs = fn(cornu.tree), fn(keras.tree)
    assert mine == theirs and type(mine) is type(theirs)


@pytest.mark.parametrize("tree", TREES, ids=range(len(TREES)))
def test_each_function_gives_what_keras_gives(tree):
    seen = []
    both(lambda lib: lib.is_nested(tree))
    both(lambda lib: lib.flatten(tree))
    both(lambda lib: lib.map_structure(lambda leaf: (seen.append(leaf), str(leaf))[1], tree))
    both(lambda lib: lib.map_structure(lambda leaf: str(leaf), tree, none_is_leaf=False))
    both(lambda lib: lib.lists_to_tuples(tree))
    both(lambda lib: lib.pack_sequence_as(tree, range(len(lib.flatten(tree)))))
    both(lambda lib: lib.traverse(lambda part: len(part) if isinstance(part, list) else None, tree, False))
    both(lambda lib: lib.traverse(lambda part: len(part) if isinstance(part, list) else None, tree))
    both(lambda lib: lib.traverse(lambda part: lib.MAP_TO_NONE if part == 1 else None, tree))
    if "Pair" not in repr(tree):  # whose parts Keras counts, and Cornu names
        both(lambda lib: lib.flatten_with_path(tree))


@pytest.mark.parametrize("seed", range(100))
def test_two_trees_are_alike_where_keras_says_so(seed):
    first, second = TREES[seed], TREES[100 + seed]
    for name in ("assert_same_structure", "assert_same_paths"):
        verdicts = []
        for lib in (cornu, keras):
            for a, b in ((first, first), (first, second), (first, cornu.tree.lists_to_tuples(first))):
                try:
                    verdicts.append(getattr(lib.tree, name)(a, b) is None)
                except ValueError:
                    verdicts.append(False)
        assert verdicts[:3] == verdicts[3:]


def test_shapes_and_shallow_trees():
    shapes = {"a": (None, 3), "b": [(2, 3, 4), ()], "c": [None, 2]}
    both(lambda lib: lib.map_shape_structure(tuple, shapes))
    both(
        lambda lib: lib.map_structure_up_to(
            [0, {"a": 0}], lambda *parts: str(parts), [(1, 2), {"a": [3]}], [5, {"a": 6}]
        )
    )


def test_mistakes_are_named():
    for call, word in (
        (lambda: cornu.tree.map_structure(lambda a, b: a, [1], [1, 2]), "different structure"),
        (lambda: cornu.tree.map_structure(len), "at least one tree"),
        (lambda: cornu.tree.map_structure_up_to([0], len), "at least one tree"),
        (lambda: cornu.tree.map_structure_up_to([0, 0], len, [1]), "[Ll]ist"),
        (lambda: cornu.tree.pack_sequence_as([0, 0], [1]), "2 leaves, but 1"),
        (lambda: cornu.tree.assert_same_paths({"a": 1}, {"b": 1}), "'a'"),
    ):
        with pytest.raises(ValueError, match=word):
            call()
    with pytest.raises(TypeError, match="a function"):
        cornu.tree.map_structure([1], len)


def test_an_argument_that_says_nothing_any_more():
    with pytest.warns(UserWarning, match="check_types says nothing"):
        cornu.tree.assert_same_structure([1], [2], check_types=True)
