"""What is decoded of an HDF5 file is what the HDF5 library reads, and what it stumbles over is told."""

import io

import h5py
import keras
import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies

import cornu
from cornu import layers
from cornu.saving.limits import FileError
from cornu.saving.opening import open_file

DTYPES = ["<f2", "<f4", ">f4", "<f8", ">f8", "i1", "u1", "<i2", ">i4", "<u4", "<i8", ">u8", "?"]
STORAGE = [{}, {"chunks": True}, {"chunks": True, "compression": "gzip"}, {"compression": "gzip", "shuffle": True}]


def written(fill):
    """The bytes of a file that h5py wrote."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        fill(file)
    return buffer.getvalue()


def text(value):
    """Texts as this reader gives them: h5py gives bytes for those of a fixed length."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray) and value.dtype.kind in "OS":
        return [text(item) for item in value.ravel().tolist()]
    return value


def assert_same(theirs, ours):
    assert sorted(theirs) == ours.names()
    for name, value in theirs.attrs.items():
        np.testing.assert_array_equal(text(value), ours.attribute(name))
        assert np.asarray(text(value)).dtype == np.asarray(ours.attribute(name)).dtype
    for name, item in theirs.items():
        if isinstance(item, h5py.Group):
            assert_same(item, ours.group(name))
        else:
            value = ours.array(name)
            np.testing.assert_array_equal(value, item[()])
            assert value.shape == item.shape and value.dtype == item.dtype.newbyteorder("=")


def check(fill):
    data = written(fill)
    with h5py.File(io.BytesIO(data)) as theirs, open_file(data) as ours:
        assert_same(theirs, ours)


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays(dtype):
    rng = np.random.default_rng(0)

    def fill(file):
        for shape in [(), (0, 3), (7,), (5, 1, 300), (40, 50)]:
            for number, how in enumerate(STORAGE if shape and 0 not in shape else STORAGE[:1]):
                file.create_dataset(f"a/{shape}/{number}", data=rng.integers(0, 100, shape).astype(dtype), **how)

    check(fill)


def test_chunks_that_reach_over_the_edge_and_small_arrays_in_the_header():
    values = np.arange(35 * 21, dtype="<i4").reshape(35, 21)

    def fill(file):
        file.create_dataset("edge", data=values, chunks=(8, 5), compression="gzip", shuffle=True)
        file.create_dataset("plain", data=values, chunks=(35, 1))
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_layout(h5py.h5d.COMPACT)
        small = h5py.h5d.create(file.id, b"small", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((3, 2)), made)
        small.write(h5py.h5s.ALL, h5py.h5s.ALL, values[:3, :2].copy())

    check(fill)


def test_many_names_and_many_attributes():
    def fill(file):
        for number in range(700):
            group = file.create_group(f"group_{number:04d}_with_a_long_name")
            group.attrs["name"] = f"name {number}"
        for number in range(60):
            group.attrs[f"attribute {number}"] = np.full(200, number, "f4")
        group.attrs["long"] = "x" * 1_000_000
        group["d"] = np.arange(3)

    check(fill)


TEXTS = strategies.text(strategies.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    single=TEXTS,
    several=strategies.lists(TEXTS, max_size=5),
    fixed=strategies.lists(strategies.text("abc/:_0", min_size=1, max_size=9), min_size=1, max_size=5),
    numbers=strategies.lists(strategies.integers(-(2**31), 2**31 - 1), max_size=4),
    number=strategies.floats(allow_nan=False),
)
def test_attributes(single, several, fixed, numbers, number):
    def fill(file):
        file.attrs["single"] = single
        file.attrs.create("several", np.array(several, dtype=object), dtype=h5py.string_dtype())
        file.attrs["fixed"] = np.array([name.encode() for name in fixed])
        file.attrs["bytes"] = b"abc"
        file.attrs["numbers"] = np.array(numbers, "i8")
        file.attrs["number"] = number
        file.attrs["truth"] = True
        file.attrs["matrix"] = np.arange(6.0).reshape(2, 3)
        file.attrs["nothing"] = np.array([])

    check(fill)


@pytest.mark.parametrize("name", ["w.weights.h5", "w.keras"])
def test_bfloat16_that_keras_wrote(name, tmp_path):
    def make(k):
        return k.Sequential([k.Input((3,)), k.layers.Dense(2, dtype="bfloat16")])

    theirs, ours = make(keras), make(cornu)
    values = [np.random.default_rng(0).normal(size=w.shape).astype(ml_dtypes.bfloat16) for w in ours.get_weights()]
    theirs.set_weights(values)
    (theirs.save_weights if "weights" in name else theirs.save)(tmp_path / name)
    ours.load_weights(tmp_path / name)
    for a, b in zip(values, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def whole():
    """A file with everything that a model's file has."""

    def fill(file):
        file.attrs["model_config"], file.attrs["backend"] = "{}" * 40, b"jax"
        group = file.create_group("g")
        group.attrs["layer_names"] = np.array([b"d", b"e"])
        group.attrs.create("texts", np.array(["a", "bb"], dtype=object), dtype=h5py.string_dtype())
        for name in "de":
            group[f"{name}/kernel"] = np.ones((4, 3), "f4")
        group.create_dataset("chunks", data=np.ones((8, 3), "f4"), chunks=(2, 3), compression="gzip")

    return written(fill)


WHOLE = whole()


def read_all(group):
    for name in ("model_config", "layer_names", "texts", "backend", "dtype"):
        told(lambda name=name: group.attribute(name))
        told(lambda name=name: group.strings(name))
    for name in told(group.names) or ():
        told(lambda name=name: group.array(name))
        inner = told(lambda name=name: group.group(name))
        if inner is not None and len(inner.where) < 60:
            read_all(inner)


def told(read):
    """What is read, or None where it is told that the file is damaged."""
    try:
        return read()
    except FileError as error:
        assert "<bytes>" in str(error)
        return None


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=strategies.lists(
        strategies.tuples(strategies.integers(0, len(WHOLE) - 1), strategies.binary(min_size=1, max_size=8)),
        min_size=1,
        max_size=4,
    )
)
def test_changed_bytes_are_read_or_told(changes):
    data = bytearray(WHOLE)
    for place, new in changes:
        data[place : place + len(new)] = new
    told(lambda: open_and_read(bytes(data)))


def open_and_read(data):
    with open_file(data) as root:
        read_all(root)


@pytest.mark.parametrize("values", [np.array([b"1.0", b"2.0"]), np.array([1 + 2j, 3j]), np.array([b"ab", b"cd"], "V2")])
@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5"])
def test_weights_that_are_no_numbers_are_refused_before_any_changes(values, name, tmp_path):
    def make():
        return cornu.Sequential([cornu.Input((3,)), layers.Dense(2), layers.Dense(2)])

    first, second = make(), make()
    second.save_weights(tmp_path / name)
    with h5py.File(tmp_path / name, "a") as file:
        paths: list = []
        file.visititems(lambda path, item: paths.append(path) if isinstance(item, h5py.Dataset) else None)
        last = [path for path in paths if file[path].shape == (2,)][-1]
        del file[last]
        file[last] = values
    before = first.get_weights()
    with pytest.raises(ValueError, match="weights are arrays of plain numbers") as error:
        first.load_weights(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)
    for a, b in zip(before, first.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_that_fails_to_load_itself_leaves_all_weights_as_they_were(tmp_path):
    class Own(layers.Layer):
        fails = False

        def build(self, shape):
            self.w = self.add_weight((2,), "random_normal", name="w")

        def save_own_variables(self, store):
            store["w"] = self.w.numpy()

        def load_own_variables(self, store):
            self.w.assign(store["w"])
            if self.fails:
                raise KeyError("something")

        def call(self, x):
            return x + self.w

    def make():
        return cornu.Sequential([cornu.Input((2,)), Own(name="a"), layers.Dense(2), Own(name="b")])

    make().save_weights(tmp_path / "w.weights.h5")
    model = make()
    model.layers[2].fails = True
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"w.weights.h5' cannot be loaded. KeyError: 'something'"):
        model.load_weights(tmp_path / "w.weights.h5")
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
