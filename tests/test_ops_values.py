"""What single ops must give: by a definition, on values of their own, or to what is no array."""

import inspect

import jax
import keras
import numpy as np
import pytest
from ops_table import BOOLS, CUBE, DEFINITE, IMAGE, INTEGERS, LOGITS, SQUARE, VECTOR, X, Y

import cornu.ops
from cornu.core.symbolic import KerasTensor

NAN = float("nan")


def test_sparsemax_is_the_projection_onto_the_simplex():
    """Keras 3.15.1 sums the running sums of the support, and is wrong wherever the support has two elements."""
    points = np.asarray(cornu.ops.sparsemax(CUBE, axis=1))
    assert (points >= 0).all() and (points == 0).any() and ((points > 0).sum(1) > 1).any()
    np.testing.assert_allclose(points.sum(1), 1, rtol=1e-5)
    cut = np.where(points > 0, CUBE - points, -np.inf).max(1, keepdims=True)
    np.testing.assert_allclose(points, np.maximum(CUBE - cut, 0), atol=1e-6)
    tangent = np.random.default_rng(1).normal(size=CUBE.shape).astype("float32")
    support = points > 0
    expected = support * (tangent - (support * tangent).sum(1, keepdims=True) / support.sum(1, keepdims=True))
    _, slope = jax.jvp(lambda x: cornu.ops.sparsemax(x, axis=1), (CUBE,), (tangent,))
    np.testing.assert_allclose(slope, expected, atol=1e-5)


def test_pools_step_by_their_size():
    for name in ("max_pool", "average_pool"):
        pool = getattr(cornu.ops, name)
        np.testing.assert_array_equal(pool(IMAGE, (3, 2)), pool(IMAGE, (3, 2), (3, 2)))


@pytest.mark.parametrize("options", [{}, {"merge_repeated": False}, {"mask_index": 2}])
def test_greedy_decoding(options):
    lengths = np.array([9, 4, 7])
    ours, theirs = (ops.ctc_decode(LOGITS, lengths, **options) for ops in (cornu.ops, keras.ops))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5)


def test_beam_search_sums_over_all_alignments():
    """With a beam that holds every prefix, the scores are those of the loss."""
    options = {"strategy": "beam_search", "beam_width": 40, "top_paths": 3, "mask_index": 1}
    logits, lengths = LOGITS[:, :4, :3], np.array([4, 3, 1])
    ours, theirs = (ops.ctc_decode(logits, lengths, **options) for ops in (cornu.ops, keras.ops))
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4)
    for path, score in zip(ours[0], ours[1].T, strict=True):
        loss = cornu.ops.ctc_loss(np.maximum(path, 0), logits, (path >= 0).sum(1), lengths, mask_index=1)
        np.testing.assert_allclose(-loss, score, rtol=1e-4)


def test_unknown_batch_stays_unknown():
    x = KerasTensor((None, 28, 28, 3))
    ops = cornu.ops
    assert ops.conv(x, KerasTensor((3, 3, 3, 8)), strides=2, padding="same").shape == (None, 14, 14, 8)
    assert ops.max_pool(x, 2).shape == (None, 14, 14, 3)
    assert ops.reshape(x, (-1, 28 * 28 * 3)).shape == (None, 2352)
    assert ops.mean(x, axis=(1, 2)).shape == (None, 3)
    assert ops.matmul(x[..., 0, :], ops.ones((3, 7))).shape == (None, 28, 7)
    assert ops.softmax(x).shape == (None, 28, 28, 3)
    assert ops.shape(x) == (None, 28, 28, 3) and ops.ndim(x) == 4 and ops.size(x) is None and ops.dtype(x) == "float32"
    assert [part.shape for part in ops.split(x, 2, axis=1)] == [(None, 14, 28, 3)] * 2
    assert ops.one_hot(KerasTensor((None,), "int32"), 5).shape == (None, 5)


def test_variables_lists_and_foreign_tensors():
    import tensorflow as tf

    class Tensor:
        """What is known of a torch tensor: its module, and that NumPy can read it."""

        __module__ = "torch"

        def __array__(self, dtype=None, copy=None):
            return X if dtype is None else X.astype(dtype)

    v = cornu.core.variable.Variable(X)
    for value in (v, X.tolist(), tf.constant(X), Tensor()):
        np.testing.assert_allclose(cornu.ops.add(value, 1.0), X + 1, rtol=1e-6)
        np.testing.assert_allclose(cornu.ops.concatenate([value, X], axis=0), np.concatenate([X, X]), rtol=1e-6)


def test_operators():
    v = cornu.core.variable.Variable(X)
    pairs = [
        (v + Y, X + Y), (Y - v, Y - X), (v * 2, X * 2), (1 / v, 1 / X), (v**2, X**2), (v // 2, X // 2), (v % 2, X % 2),
        (v @ Y.T, X @ Y.T), (-v, -X), (abs(v), abs(X)), (v < Y, X < Y), (v >= 0, X >= 0), (v[1], X[1]),
        (v == X, X == X),
        (v != Y, X != Y), ((v > 0) & (Y > 0), (X > 0) & (Y > 0)),
    ]  # fmt: skip
    for ours, expected in pairs:
        np.testing.assert_allclose(ours, expected, rtol=1e-5)
    assert (KerasTensor((None, 4)) > 0).dtype == "bool"


def test_shape_and_dtype():
    assert cornu.ops.shape(X) == (3, 4) and cornu.ops.ndim(X) == 2 and cornu.ops.size(X) == 12
    assert cornu.ops.dtype(X) == "float32" and not cornu.ops.is_tensor(X) and cornu.ops.is_tensor(cornu.ops.array(X))


def test_eigenvalues():
    values, vectors = cornu.ops.eig(SQUARE)
    np.testing.assert_allclose(SQUARE @ vectors, vectors * np.asarray(values)[:, None], atol=1e-4)


def test_arrays_for_numpy_can_be_written_to():
    for value in (cornu.ops.ones(3), X, [1.0, 2.0], cornu.core.variable.Variable(X)):
        array = cornu.ops.convert_to_numpy(value)
        array[0] = 7.0
        assert array.flags.writeable and not np.shares_memory(array, np.asarray(value))
    assert cornu.ops.convert_to_numpy(cornu.ops.ones(2, "bfloat16")).dtype == "bfloat16"


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32"])
def test_integers_are_rounded_exactly(dtype):
    """To the even multiple where two are as near; the real Keras goes through float32 and misses 123456790."""
    values = [15, 25, 24, 26, 5, 0, 99, 104, 105, 115] + ([-15, -25, -5, -105] if dtype[0] == "i" else [])
    values += [123456789, 1999999999] if "32" in dtype else []
    for decimals in (0, -1, -2, -3, -9, -12):
        got = cornu.ops.round(np.array(values, dtype), decimals)
        expected = [round(value, decimals) for value in values]
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, np.array(expected).astype(dtype))
    if dtype == "int32":
        theirs = keras.ops.round(np.array(values, dtype), -1)
        np.testing.assert_array_equal(cornu.ops.round(np.array(values[:-2], dtype), -1), theirs[:-2])


def test_common_divisors_of_the_lowest_integer():
    """It has no absolute value of its dtype, and Euclid's algorithm of JAX never ends for it."""
    for dtype in ("int8", "int32"):
        low = np.iinfo(dtype).min
        x, y = np.array([low, low, 0, 12], dtype), np.array([100, low, low, 18], dtype)
        np.testing.assert_array_equal(cornu.ops.gcd(x, y), np.gcd(x, y))
    assert int(cornu.ops.lcm(4, -6)) == 12
    wide = cornu.ops.lcm(np.int8([-5, -128]), np.uint8([251, 255]))  # larger than what either holds
    assert (wide.dtype, wide.tolist()) == ("int16", [1255, 32640])


def test_sparsemax_of_integers_and_of_nan():
    np.testing.assert_allclose(cornu.ops.sparsemax(np.array([100, 101, -128], "int8")), [0.0, 1.0, 0.0])
    assert np.isnan(cornu.ops.sparsemax([NAN, 1.0, 2.0])).all()


def test_repeats_are_known_inside_programs():
    expected = np.repeat(X, [1, 2, 0], axis=0)
    np.testing.assert_array_equal(jax.jit(lambda x: cornu.ops.repeat(x, [1, 2, 0], axis=0))(X), expected)
    assert cornu.ops.repeat(KerasTensor((3, None)), (1, 2, 0), axis=0).shape == (3, None)


def test_a_single_order_and_every_nan():
    for axis in (None, -1):
        np.testing.assert_array_equal(
            cornu.ops.argpartition(INTEGERS[0], 1, axis)[1], keras.ops.argpartition(INTEGERS[0], 1, axis)[1]
        )
    np.testing.assert_array_equal(cornu.ops.argpartition(INTEGERS, 5, None)[5], np.argsort(INTEGERS, None, "stable")[5])
    nans = np.array([NAN, 1.0, NAN, 1.0], "float32")
    np.testing.assert_array_equal(cornu.ops.unique(nans), keras.ops.unique(nans))


def test_whole_floats_are_labels():
    labels = [2.0, 0.0, 1.5, -1.0, NAN]
    np.testing.assert_array_equal(cornu.ops.one_hot(labels, 3), np.array([2, 0, -1, -1, -1])[:, None] == np.arange(3))


def test_ctc_with_a_blank_among_the_labels():
    """It stands for a label there, as in the real Keras."""
    labels = np.array([[1, 0, 2], [0, 0, 3], [1, 1, 0]], "int32")
    lengths, steps = np.array([3, 2, 3], "int32"), np.array([9, 5, 9], "int32")
    ours, theirs = (ops.ctc_loss(labels, LOGITS, lengths, steps) for ops in (cornu.ops, keras.ops))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_systems_with_vectors_or_matrices():
    a = DEFINITE
    for solve in (cornu.ops.solve, lambda a, b: cornu.ops.solve_triangular(np.tril(a), b, lower=True)):
        full = np.tril(a) if solve is not cornu.ops.solve else a
        for b in (VECTOR[:4], SQUARE[:, 0], SQUARE, CUBE.swapaxes(1, 2)):
            x = solve(a, b)
            vector = b.ndim == 1 or b.shape == (2, 4)
            back = (full @ np.asarray(x)[..., None])[..., 0] if vector else full @ np.asarray(x)
            np.testing.assert_allclose(back, np.broadcast_to(b, back.shape), atol=1e-3)
    shared = cornu.ops.solve(a, X.T)  # one right side for all
    np.testing.assert_allclose(a @ np.asarray(shared), np.broadcast_to(X.T, (2, 4, 3)), atol=1e-3)


def test_what_is_not_positive_definite_gives_nan_inside_a_program():
    assert np.isnan(jax.jit(cornu.ops.cholesky)(-DEFINITE)).any()


def test_a_declared_op_takes_what_it_says_and_documents_it():
    with pytest.raises(TypeError, match=r"^sin\(\) missing 1 required positional argument: 'x'"):
        cornu.ops.sin()
    with pytest.raises(TypeError, match=r"^sum\(\) got an unexpected keyword argument 'dim'"):
        cornu.ops.sum(X, dim=0)
    np.testing.assert_array_equal(cornu.ops.sum(axis=[0], x=X), np.asarray(cornu.ops.sum(X, 0)))
    np.testing.assert_array_equal(cornu.ops.tile(repeats=2, x=VECTOR), np.tile(VECTOR, 2))
    assert list(inspect.signature(cornu.ops.sum).parameters) == ["x", "axis", "keepdims"]
    assert "Args:\n    x: array.\n    axis: axis, or" in inspect.getdoc(cornu.ops.sum)


def test_a_condition_alone_gives_its_places():
    for ours, expected in zip(cornu.ops.where(BOOLS), keras.ops.where(BOOLS), strict=True):
        np.testing.assert_array_equal(ours, expected)
        assert ours.dtype == expected.dtype
