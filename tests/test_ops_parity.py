"""Ops of the table against the real Keras on odd values, empty arrays, numbers and axes.

Dtypes and shapes are found by tracing, which costs little; values come from a few large programs, one for each kind of
op and dtype. A call that Keras refuses is left out: there ours may work.
"""

import operator

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from ops_table import ELEMENTWISE, MATRICES, PAIRS, PRODUCTS, REDUCTIONS

import cornu.ops

pytestmark = [  # of the real Keras
    pytest.mark.filterwarnings("ignore:jax.nn.one_hot input should be integer"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in cast"),
    pytest.mark.filterwarnings("ignore:overflow encountered in cast"),
    pytest.mark.filterwarnings("ignore:ssim gives"),  # of ours
]


def names(text):
    """Words as a list."""
    return text.split()


DTYPES = ("bool", "int8", "uint8", "int32", "float16", "bfloat16", "float32")
INF, NAN = np.inf, np.nan
ODD = {  # the values that ops are tried on
    "bool": [0, 1] * 8,
    "uint8": [0, 1, 2, 3, 4, 5, 7, 100, 126, 127, 128, 254, 255, 200, 9, 6],
    "int8": [0, 1, -1, 2, 3, -5, 7, 100, -100, 126, 127, -128, -127, 5, 6, 4],
    "int32": [0, 1, -1, 2, 3, -5, 7, 100, -100, 126, 127, -128, -127, 5, 2**31 - 1, -(2**31)],
    "float": [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1.5, 2.5, -0.3, 0.9, INF, -INF, NAN, 3e4, -1e-3, 88.0],
}

# Where Keras is wrong its values do not count. Its sparsemax is no point of the simplex; integers it computes with
# overflow in their own dtype; where a half meets a Python number it gives float32, but says half of symbols; and the
# variances of images of halves cancel in halves.
WRONG = {"sparsemax", "image.ssim"}
WRONG_FOR_INTEGERS = names("""
    softmax log_softmax softsign squareplus log_sigmoid hard_shrink cdist sparse_categorical_crossentropy
""")
HALF_AND_NUMBER = {"arctan2", "logaddexp", "logaddexp2"}

COLOURS = names("rgb_to_grayscale rgb_to_hsv hsv_to_rgb")


def odd(dtype):
    """Sixteen odd values, as a matrix."""
    return np.array(ODD.get(dtype, ODD["float"])).astype(jnp.dtype(dtype)).reshape(4, 4)


def plain(dtype, shape, seed=3):
    """Random values without infinities."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.random(shape) > 0.5
    low = 0 if dtype[0] == "u" else -100
    return (rng.normal(size=shape) if "float" in dtype else rng.integers(low, 101, shape)).astype(jnp.dtype(dtype))


def calls_of_one(dtype):
    """Calls of ops of one array: label to (op, arguments, options)."""
    x, square = odd(dtype), plain(dtype, (4, 4))
    calls = {op.name: (op.name, (x,), {}) for op in ELEMENTWISE}
    calls |= {op.name: (op.name, (square,), {}) for op in MATRICES}
    calls["clip"], calls["clip below"] = ("clip", (x, 0, 1), {}), ("clip", (x, None, 3), {})
    calls["tens"], calls["tenths"] = ("round", (square, -1), {}), ("round", (x, 1), {})
    calls["moments"], calls["one_hot"] = ("moments", (square, [0]), {}), ("one_hot", (x, 4), {})
    calls["extended"], calls["filled"] = ("pad", (x, 1), {"constant_values": 2.5}), ("full_like", (x, 2.5), {})
    calls["top_k"], calls["pools"] = ("top_k", (square, 2), {}), ("max_pool", (plain(dtype, (1, 5, 4, 2)), 2, 2), {})
    calls["product"] = ("einsum", ("ij,jk->ik", square, square), {})
    calls["scalar"], calls["no rows"] = ("argsort", (x[0, 0],), {}), ("sum", (x[:0],), {"axis": 0})
    calls["window"] = ("unfold", (plain(dtype, (1, 2, 4, 4)), 2), {})
    return calls | calls_of_images(dtype)


def calls_of_images(dtype):
    """Calls of the ops of images, on a batch of two."""
    x, corners = plain(dtype, (2, 6, 5, 3)), np.array([[[0, 0], [0, 5], [4, 0], [4, 5]]] * 2, "float32")
    calls = {name: (f"image.{name}", (x,), {}) for name in COLOURS}
    for way in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
        calls[way] = "image.resize", (x, (4, 7), way), {}
        calls[f"{way} in a frame"] = "image.resize", (x, (4, 7), way), {"pad_to_aspect_ratio": True, "fill_value": 0.5}
    for mode in ("constant", "nearest", "reflect", "mirror", "wrap"):
        maps = np.array([[1.137, 0.213, -2.019, 0.319, 0.827, 1.041, 0, 0]] * 2, "float32")
        calls[f"turned, {mode}"] = "image.affine_transform", (x, maps, "bilinear", mode, 1), {}
        calls[f"moved, {mode}"] = "image.map_coordinates", (x[0, :, :, 0], corners[0].T * 2.5 - 3, 0, mode, 1), {}
    calls["seen from elsewhere"] = "image.perspective_transform", (x, corners, corners[:, ::-1] * 0.7 + 0.3), {}
    calls["rubber"] = "image.elastic_transform", (x, 3.0, 1.0), {"seed": 3}
    how = (7, 3), np.float32([1.3]), np.float32([0.2]), (0,), "cubic"
    calls["scaled"] = "image.scale_and_translate", (x[0, 0], *how), {}
    calls["blurred"] = "image.gaussian_blur", (x,), {"data_format": "channels_last"}
    calls["alike"] = "image.ssim", (x, x[::-1]), {"filter_size": 3}
    calls["framed"] = "image.pad_images", (x, 1, 2, 0, 3), {}
    calls["cropped"] = "image.crop_images", (x, 1, 2, 0, 1), {}
    calls["patches"] = "image.extract_patches", (x, 2, 1), {}
    if dtype not in ("bool", "uint8"):  # which have no negative numbers
        calls["edges"] = "image.sobel_edges", (x,), {}
    return calls


def reductions(dtype):
    """Calls of the reductions over several axes, of odd values and of none."""
    calls = {}
    for name in map(str, REDUCTIONS):
        for options in ({}, {"axis": -1}, {"axis": 0, "keepdims": True}, {"axis": (0, 2)}, {"keepdims": True}):
            calls[f"{name} {options}"] = name, (odd(dtype).reshape(2, 4, 2),), options
        calls[f"{name} of a number"] = name, (plain(dtype, ()),), {}
        calls[f"{name} of nothing"] = name, (plain(dtype, (0, 3)),), {"axis": 0}
        calls[f"{name} of none each"] = name, (plain(dtype, (3, 0)),), {"axis": 1}
    return calls


def calls_of_two(first, second):
    """Calls of ops of two arrays, all values against all, and of an array and a number."""
    x, y = (np.broadcast_to(v, (16, 16)) for v in (odd(first).reshape(-1, 1), odd(second).reshape(1, -1)))
    calls = {}
    for name in map(str, PAIRS):
        few = "shift" in name or name in ("gcd", "lcm")  # shifts beyond the width, and overflow, are undefined
        values = [
            plain(d, (3, 3), seed) % 7 if few and d != "bool" else v for d, v, seed in ((first, x, 1), (second, y, 2))
        ]
        calls[name] = name, tuple(values), {}
        for number in (2, 2.5):
            if first == second and not few and not (number == 2.5 and name in HALF_AND_NUMBER):
                calls[f"{name} {number}"] = name, (odd(first), number), {}
                calls[f"{number} {name}"] = name, (number, odd(first)), {}
    for name in map(str, PRODUCTS):
        calls[name] = name, (plain(first, (3, 3), 1), plain(second, (3, 3), 2)), {}
    matrices = plain(first, (3, 3), 1), plain(second, (3, 3), 2)
    calls["join"], calls["choose"] = ("concatenate", (matrices,), {}), ("where", (matrices[0] > 0, *matrices), {})
    calls["weigh"], calls["einsum"] = (
        ("average", (matrices[0], 0, matrices[1]), {}),
        ("einsum", ("ij,jk", *matrices), {}),
    )
    calls["loss"] = "sparse_categorical_crossentropy", (np.array([1, 0, 2]), matrices[1]), {"from_logits": True}
    heads = [plain(d, (1, 4, 2, 3)) for d in (first, second, second)]
    calls["attend"] = "dot_product_attention", tuple(heads), {}
    return calls


def split(calls):
    """The arrays of all calls, and a function that makes the calls in a library's ops from arrays."""
    leaves, tree = jax.tree.flatten({label: (args, kwargs) for label, (_, args, kwargs) in calls.items()})
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray)]

    def run(ops, arrays, labels):
        filled = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        results = {}
        for label, (args, kwargs) in jax.tree.unflatten(tree, filled).items():
            if label in labels:
                try:
                    results[label] = jax.tree.leaves(operator.attrgetter(calls[label][0])(ops)(*args, **kwargs))
                except (TypeError, ValueError, IndexError, NotImplementedError, ZeroDivisionError, AssertionError):
                    results[label] = None
        return results

    return [leaves[i] for i in places], run


def specs(results):
    """Shape and dtype of each result of each call."""
    return {label: r and [(x.shape, str(x.dtype)) for x in r] for label, r in results.items()}


def _wraps(name, args, kwargs):
    integers = any(np.issubdtype(getattr(x, "dtype", "f"), np.integer) for x in jax.tree.leaves((args, kwargs)))
    return integers and name in WRONG_FOR_INTEGERS


def check(calls, values=True):
    """Dtypes, shapes and, if asked for, values equal those of Keras wherever Keras gives any."""
    arrays, run = split(calls)
    ours, theirs = (
        specs(jax.eval_shape(lambda a, ops=ops: run(ops, a, calls), arrays)) for ops in (cornu.ops, keras.ops)
    )
    known = {label for label, spec in theirs.items() if spec is not None}
    assert {label: ours[label] for label in known} == {label: theirs[label] for label in known}
    if not values:
        return
    known = {label for label in known if calls[label][0] not in WRONG and not _wraps(*calls[label])}
    ours, theirs = (jax.jit(lambda a, ops=ops: run(ops, a, known))(arrays) for ops in (cornu.ops, keras.ops))
    for label in known:
        exact = not any("16" in str(getattr(x, "dtype", "")) for x in jax.tree.leaves(calls[label][1:]))
        for a, b in zip(ours[label], theirs[label], strict=True):
            a, b = (np.asarray(v).astype("complex128" if v.dtype == "complex64" else "float64") for v in (a, b))
            tolerance = 1e-5 if exact else 2e-2
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=label)


# Every other dtype, and every other pair, is in the suite of the table that traces calls for their dtypes alone.
@pytest.mark.parametrize("dtype", ["int8", "float16", "float32"])
def test_ops_of_one_array(dtype):
    check(calls_of_one(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions(dtype):
    check(reductions(dtype), values=dtype in ("int8", "float32"))


@pytest.mark.parametrize("dtype", DTYPES)
def test_ops_of_two_arrays(dtype):
    check(calls_of_two(dtype, dtype), values=dtype in ("int8", "float32"))


@pytest.mark.parametrize("first, second", [("int8", "float32"), ("uint8", "int8")])
def test_ops_of_two_dtypes(first, second):
    check(calls_of_two(first, second))


def test_integers_are_counted_as_floats():
    """Where the result is a float, small integers overflow nowhere on the way to it."""
    x, y = odd("int8"), odd("int8")[::-1]
    calls = [(name, (x,), ()) for name in WRONG_FOR_INTEGERS[:6]]
    calls += [("cdist", (x, y), ()), ("psnr", (x, y), (100.0,)), ("average_pool", (x[None, :, :, None],), (2, 2))]
    for name, arrays, options in calls:
        got = getattr(cornu.ops, name)(*arrays, *options)
        expected = getattr(cornu.ops, name)(*[a.astype("float32") for a in arrays], *options)
        np.testing.assert_allclose(got, expected, rtol=1e-6, err_msg=name)
