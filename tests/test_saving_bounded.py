"""Hostile files are refused in bounded time and memory: each is loaded in a process that could hang, crash or swell.

Every file is built here. A process loads them one after the other and reports after each; it is killed if it needs
minutes or gigabytes, and then there is no report of the file that did it.
"""

import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib

import h5py
import numpy as np
import pytest

import cornu
from cornu import layers

SCRIPT = """
import json, resource, sys
import cornu
resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
cornu.saving.load_model(sys.argv[1])  # what the library itself takes
for path in sys.argv[1:]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        told = cornu.saving.load_model(path) and ""
    except ValueError as error:
        told = str(error)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([path, told, grown >> 10]), flush=True)
"""
MEGABYTES = 100


@pytest.fixture
def told(tmp_path):
    """A function that loads files in a process of their own and gives what was said of each."""

    def load(*paths):
        saved(tmp_path / "good.h5")
        run = [sys.executable, "-c", SCRIPT, str(tmp_path / "good.h5"), *map(str, paths)]
        environment = {**os.environ, "JAX_PLATFORMS": "cpu"}  # a GPU's driver would need all of the address space
        result = subprocess.run(run, capture_output=True, timeout=240, text=True, env=environment)
        reports = [json.loads(line) for line in result.stdout.splitlines()][1:]
        assert [path for path, _, _ in reports] == [str(path) for path in paths], result.stderr[-2000:]
        for path, message, grown in reports:
            assert grown < MEGABYTES, (path, grown)
            assert not message or path in message, message
        return [message for _, message, _ in reports]

    return load


def model():
    return cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="d")], name="s")


def saved(path, make=model):
    make().save(path)
    return path


KERNEL = "model_weights/d/s/d/kernel"


def patched(path, old, new, where=0, after=b""):
    """Change some of a file's bytes, `where` bytes after the place where `old` stands."""
    data = bytearray(path.read_bytes())
    place = data.index(old, data.rindex(after) if after else 0) + where
    data[place : place + len(new)] = new
    path.write_bytes(data)
    return path


def chunked(path, content, filters=((1, (6,)),)):
    """A file whose kernel is one chunk with the given bytes."""
    with h5py.File(saved(path), "a") as file:
        del file[KERNEL]
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk((64, 64))
        for number, values in filters:
            made.set_filter(number, h5py.h5z.FLAG_OPTIONAL, values)
        space = h5py.h5s.create_simple((4, 3), (h5py.h5s.UNLIMITED, h5py.h5s.UNLIMITED))
        data = h5py.h5d.create(file["model_weights/d/s/d"].id, b"kernel", h5py.h5t.IEEE_F32LE, space, made)
        data.write_direct_chunk((0, 0), content)
    return path


def test_filters_and_chunks_that_are_not_what_they_say(tmp_path, told):
    zeros = zlib.compress(bytes(256 << 20), 9)
    messages = told(
        chunked(tmp_path / "checksum.h5", b"ab", filters=[(3, ())]),
        chunked(tmp_path / "checksum_after_gzip.h5", b"ab", filters=[(1, (6,)), (3, ())]),
        chunked(tmp_path / "bomb.h5", zeros),
        chunked(tmp_path / "twice.h5", zlib.compress(zeros), filters=[(1, (6,)), (1, (6,))]),
        chunked(tmp_path / "cut.h5", zlib.compress(np.ones((64, 64), "float32").tobytes())[:-8]),
        chunked(tmp_path / "noise.h5", b"\x78\x9c" + bytes(range(90))),
        chunked(tmp_path / "short.h5", b"abc", filters=[]),
        chunked(tmp_path / "shuffled.h5", b"abc", filters=[(2, (4,))]),
    )
    assert "filters [3]" in messages[0] and "filters [1, 3]" in messages[1]
    assert "16,385 bytes or more, where 16,384 are expected" in messages[2]
    assert "filters [1, 1]" in messages[3]
    assert all("damaged or incomplete" in message for message in messages[4:])


def test_many_texts_of_an_attribute_that_are_one(tmp_path, told):
    path = saved(tmp_path / "texts.h5")
    length = 1 << 21
    with h5py.File(path, "a") as file:
        del file["model_weights"].attrs["layer_names"]
        texts = np.array(["d" * length, *("d" for _ in range(3999))], dtype=object)
        file["model_weights"].attrs.create("layer_names", texts, dtype=h5py.string_dtype())
    data, first = path.read_bytes(), struct.pack("<I", length)
    place = data.index(first)
    while struct.unpack_from("<I", data, place + 16) != (1,):  # where each text lies: length, address, number
        place = data.index(first, place + 1)
    path.write_bytes(data[:place] + data[place : place + 16] * 4000 + data[place + 64000 :])
    assert "lists names in 'layer_names' that are longer than any is" in told(path)[0]


def test_bytes_that_make_the_hdf5_library_hang_or_crash(tmp_path, told):
    """Each is a change of a byte or two that fuzzing found, or of its kind."""

    def made(name):
        with h5py.File(saved(tmp_path / name), "a") as file:
            texts = np.array(["a", "bb", "ccc"], dtype=object)
            del file["model_weights"].attrs["layer_names"]
            file["model_weights"].attrs.create("layer_names", texts, dtype=h5py.string_dtype())
        return tmp_path / name

    three, name = struct.pack("<Q", 3), b"layer_names\0"
    told_of = told(
        patched(made("size_of_a_text.h5"), three + b"ccc", b"\xc3"),
        patched(made("no_size_of_a_text.h5"), three + b"ccc", b"\x00"),
        patched(made("kind_of_text.h5"), b"\x19\x01\x01\x00\x10\x00", b"\x03", where=2, after=name),
        patched(made("more_texts.h5"), three, struct.pack("<Q", 195), after=name),
        patched(made("very_many_texts.h5"), three, struct.pack("<Q", 1 << 40), after=name),
        patched(made("free_space.h5"), b"GCOL", struct.pack("<Q", 1 << 60), where=8),
        patched(made("tree.h5"), b"TREE\x00\x00", b"\x01", where=5, after=b"\x89HDF"),
    )
    assert all(told_of)
    assert ["damaged or incomplete" in message for message in told_of[3:]] == [True] * 4, told_of


def test_blocks_that_lead_back_to_themselves(tmp_path, told):
    with h5py.File(saved(tmp_path / "circle.h5"), "a") as file:
        for number in range(40):  # so many that the header goes on elsewhere
            file.attrs[f"a{number}"] = np.arange(50)
    data = bytearray((tmp_path / "circle.h5").read_bytes())
    place = data.index(b"\x10\x00\x10\x00\x00\x00\x00\x00")  # a message that says where
    begin, size = struct.unpack_from("<QQ", data, place + 8)
    inner = data.index(b"\x0c\x00", begin)
    data[inner : inner + 24] = b"\x10\x00\x10\x00\x00\x00\x00\x00" + struct.pack("<QQ", begin, size)
    (tmp_path / "circle.h5").write_bytes(data)
    with h5py.File(saved(tmp_path / "chunks.h5"), "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, data=np.ones((4, 3), "f4"), chunks=(1, 3))
        where = file[KERNEL].id.get_chunk_info(0).byte_offset
        last = file[KERNEL].id.get_chunk_info(3).byte_offset
    data = (tmp_path / "chunks.h5").read_bytes()
    (tmp_path / "chunks.h5").write_bytes(data.replace(struct.pack("<II", 12, 0), struct.pack("<II", 8000, 0)))
    assert where != last
    circle, chunks = told(tmp_path / "circle.h5", tmp_path / "chunks.h5")
    assert "goes round in a circle" in circle
    assert "overlap" in chunks


# Configs


def change(path, fn):
    """Change the architecture in a file."""
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        fn(config["config"])
        file.attrs["model_config"] = json.dumps(config)
    return path


def last_layer(class_name, **config):
    return lambda whole: whole["layers"].append({"class_name": class_name, "config": {"name": "x", **config}})


def test_json_that_costs_more_than_it_says(tmp_path, told):
    def text(name, value):
        with h5py.File(saved(tmp_path / name), "a") as file:
            file.attrs["model_config"] = value
        return tmp_path / name

    messages = told(
        text("quotes.h5", '"' + '\\"' * 50_000),
        text("long.h5", '{"class_name": "' + "x" * (4 << 20) + '"}'),
        text("lists.h5", "[" + "[]," * (5 << 20) + "0]"),
        text("deep.h5", "[" * 100_000),
    )
    assert "cannot be read as JSON: Unterminated string" in messages[0]
    assert "There is no layer called 'xxxx" in messages[1]
    assert "at most 2,097,152 are read" in messages[2]
    assert "nested more than 600 levels" in messages[3]


SIZES = {
    "batch of a stateful layer": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [10**8, 5, 2], "name": "i"}},
            {"class_name": "LSTM", "config": {"units": 3, "stateful": True, "name": "l"}},
        ]
    ),
    "states of a stateful layer": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [10**5, 5, 2], "name": "i"}},
            {"class_name": "GRU", "config": {"units": 10**5, "stateful": True, "name": "l"}},
        ]
    ),
    "batch that a Sequential is built for": lambda c: c.update(
        layers=[{"class_name": "LSTM", "config": {"units": 3, "stateful": True, "name": "l"}}],
        build_input_shape=[10**9, 5, 2],
    ),
    "units of a recurrent layer": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 5, 2], "name": "i"}},
            {"class_name": "LSTM", "config": {"units": 10**8, "name": "l"}},
        ]
    ),
    "images that are averaged": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 10**5, 10**5, 3], "name": "i"}},
            {"class_name": "AveragePooling2D", "config": {"padding": "same", "name": "l"}},
        ]
    ),
    "window": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 10**6, 2], "name": "i"}},
            {"class_name": "AveragePooling1D", "config": {"pool_size": [10**6], "name": "l"}},
        ]
    ),
    "windows of a convolution": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 999, 999, 2], "name": "i"}},
            {"class_name": "DepthwiseConv2D", "config": {"kernel_size": [900, 900], "name": "l"}},
        ]
    ),
    "window, in words of Keras 1": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 10**6, 2], "name": "i"}},
            {"class_name": "AveragePooling1D", "config": {"pool_length": 10**6, "name": "l"}},
        ]
    ),
    "windows of a convolution, in words of Keras 1": lambda c: c.update(
        layers=[
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 999, 999, 2], "name": "i"}},
            {"class_name": "SeparableConvolution2D", "config": {"nb_row": 900, "nb_col": 900, "name": "l"}},
        ]
    ),
    "axes": lambda c: c.update(
        layers=[{"class_name": "InputLayer", "config": {"batch_shape": [None, *[1] * 100_000], "name": "i"}}]
    ),
}


def test_sizes_that_the_file_does_not_explain(tmp_path, told):
    paths = [change(saved(tmp_path / f"{i}.h5"), fn) for i, fn in enumerate(SIZES.values())]
    for what, message in zip(SIZES, told(*paths), strict=True):
        assert "declares" in message and "is refused" in message, (what, message)


def metric(class_name, **config):
    def put(path):
        mine = model()
        mine.compile("adam", "mse")
        mine.save(path)
        with h5py.File(path, "a") as file:
            training = json.loads(file.attrs["training_config"])
            training["metrics"] = [{"module": "keras.metrics", "class_name": class_name, "config": config}]
            file.attrs["training_config"] = json.dumps(training)
        return path

    return put


def test_large_models_are_no_hostile_ones():
    """A vocabulary of millions, in JSON without weights, as a clone, and long windows that no loop is written for."""
    model = cornu.Sequential(
        [cornu.Input((50,)), layers.Embedding(5_000_000, 8), layers.Conv1D(2, 20_000, padding="same")]
    )
    again = cornu.models.model_from_json(model.to_json())
    assert again.count_params() == cornu.models.clone_model(model).count_params() == 40_320_002
    clone = cornu.models.clone_model(cornu.Sequential([cornu.Input((9000, 2)), layers.AveragePooling1D(9000)]))
    assert clone.output_shape == (None, 1, 2)


def test_metrics_that_count_without_end(tmp_path, told):
    messages = told(
        metric("AUC", num_thresholds=10**8)(tmp_path / "auc.h5"),
        metric("SensitivityAtSpecificity", specificity=0.5, num_thresholds=10**8)(tmp_path / "sensitivity.h5"),
        metric("MeanIoU", num_classes=10**8)(tmp_path / "iou.h5"),
    )
    assert all("at most 1,048,576 are made" in message for message in messages)


def tensor(name, shape=(None, 4)):
    config = {"shape": list(shape), "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def graph(class_name, args, module="numpy", **config):
    """A functional model in which one op is called."""
    op = {
        "module": f"keras.src.ops.{module}",
        "class_name": class_name,
        "config": {"name": "op", **config},
        "registered_name": class_name,
        "name": "op",
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }
    begin = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "i"},
        "name": "i",
        "inbound_nodes": [],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "f",
            "layers": [begin, op],
            "input_layers": [["i", 0, 0]],
            "output_layers": [["op", 0, 0]],
        },
        "registered_name": None,
    }


def numbers(value, dtype="float32"):
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": dtype}}


RELU = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
WITHOUT_TENSORS = {
    "endless loop": graph("WhileLoop", [RELU, RELU, [numbers([1.0])]], "core"),
    "long loop": graph("ForiLoop", [0, 10**12, RELU, numbers([1.0])], "core"),
    "tile": graph("Tile", [numbers([1.0])], repeats=[10**9]),
    "window": graph("Kaiser", [10**9, 14.0]),
    "decomposition": graph("SVD", [numbers(np.eye(300).tolist())], "linalg"),
    "zeros": graph("Zeros", [[10**9]]),
    "range": graph("Arange", [10**10]),
    "random": graph("Normal", [[10**9]], "random"),
}
WITH_TENSORS = {
    "function": graph("Map", [RELU, tensor("i")], "core"),
    "loop with a function": graph("WhileLoop", [RELU, RELU, [tensor("i")]], "core"),
    "text of any length": graph("Add", [tensor("i"), numbers("x", "S500000000")]),
    "texts of one length": graph("Add", [tensor("i"), numbers(["x" * 10**6, *["x"] * 10**4], "float32")]),
    "text as numbers": graph("Add", [tensor("i"), numbers(["1.0"])]),
    "lists of other lengths": graph("Add", [tensor("i"), numbers([[1.0], [1.0, 2.0]])]),
    "objects": graph("Add", [tensor("i"), numbers([1.0], "object")]),
    "differences": graph("Diff", [tensor("i")], n=10**8),
    "parts": graph("ArraySplit", [tensor("i")], indices_or_sections=10**8, axis=-1),
    "spectrum": graph("STFT", [tensor("i")], "math", sequence_length=4, sequence_stride=2, fft_length=10**9),
    "patches": graph("Unfold", [tensor("i")], "nn", kernel_size=10**8),
}


def test_graphs_compute_nothing(tmp_path, told):
    paths = []
    for name, config in {**WITHOUT_TENSORS, **WITH_TENSORS}.items():
        paths.append(saved(tmp_path / f"{name}.h5"))
        with h5py.File(paths[-1], "a") as file:
            file.attrs["model_config"] = json.dumps(config)
    messages = told(*paths)
    for what, message in zip(WITHOUT_TENSORS, messages, strict=False):
        assert "without a tensor" in message, (what, message)
    reasons = ["function", "function", *["An array in a config is"] * 5, *["declares"] * 4]
    for what, reason, message in zip(WITH_TENSORS, reasons, messages[len(WITHOUT_TENSORS) :], strict=True):
        assert reason in message, (what, message)


def test_models_inside_models_are_not_called_without_end(tmp_path, told):
    """Each calls the one inside twice, so that a call of the outermost is a million of the innermost."""
    inner = {"class_name": "Dense", "name": "m", "config": {"name": "m", "units": 4}}
    for number in range(20):
        first, second = (0, 1) if number == 0 else (1, 2)
        calls = [[["i", 0, 0, {}]], [["m", first, 0, {}]]]
        begin = {"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [None, 4], "name": "i"}}
        config = {
            "name": "m",
            "layers": [{**begin, "inbound_nodes": []}, {**inner, "inbound_nodes": calls}],
            "input_layers": [["i", 0, 0]],
            "output_layers": [["m", second, 0]],
        }
        inner = {"class_name": "Model", "name": "m", "config": config}
    path = saved(tmp_path / "deep.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps(inner)
    assert "called too often" in told(path)[0]


def test_a_long_loop_written_out_is_loaded_as_a_short_one(tmp_path, told):
    def make(steps=3000):
        return cornu.Sequential(
            [cornu.Input((steps, 2)), layers.Bidirectional(layers.LSTM(2, unroll=True)), layers.Dense(1)]
        )

    path = saved(tmp_path / "unroll.h5", lambda: make(3))
    assert [layer.unroll for layer in walk(cornu.saving.load_model(path))] == [True, True]
    change(path, lambda config: config["layers"][0]["config"].update(batch_shape=[None, 20_000, 2]))
    change(path, lambda config: config.pop("build_input_shape"))
    assert told(path) == [""]


def walk(model):
    both = model.layers[0]
    return both.forward_layer, both.backward_layer


def test_archives_that_are_not_what_they_say(tmp_path, told):
    def archive(name, compression, change=lambda members: None):
        saved(tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as old:
            members = {item: old.read(item) for item in old.namelist()}
        change(members)
        with zipfile.ZipFile(tmp_path / name, "w", compression) as new:
            for item, content in members.items():
                new.writestr(item, content)
        return tmp_path / name

    lzma = archive("lzma.keras", zipfile.ZIP_LZMA)
    bzip = archive("bzip.keras", zipfile.ZIP_BZIP2)
    broken = archive("broken.keras", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(broken) as file:
        info = file.getinfo("config.json")
    data = bytearray(broken.read_bytes())
    data[info.header_offset + 60 : info.header_offset + 80] = bytes(20)
    broken.write_bytes(data)
    weights = archive("weights.keras", zipfile.ZIP_STORED)
    data = bytearray(weights.read_bytes())
    data[data.index(b"\x89HDF") + 3000] ^= 1  # the checksum sees it
    weights.write_bytes(data)
    good = archive("good.keras", zipfile.ZIP_DEFLATED)
    messages = told(lzma, bzip, broken, weights, good)
    assert all("compressed in a way that no Keras uses" in message for message in messages[:2])
    assert all("damaged or incomplete" in message for message in messages[2:4])
    assert messages[4] == ""
