"""Hostile and damaged files: a clear error, and nothing happens.

Every file is built here. "Nothing happens" is watched by an audit hook: no other file is opened, no process is
started, no socket is made, no code is compiled; and memory stays bounded.
"""

import json
import os
import sys
import threading
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies

import cornu
from cornu import layers
from cornu.saving.limits import SLACK
from cornu.saving.opening import open_file
from cornu.saving.parsing import parse

WATCHED = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "socket.",
    "marshal.",
    "pickle.",
    "os.remove",
)
_watch: dict = {}


def _audit(event, args):
    seen = _watch.get(threading.get_ident())
    if event == "marshal.loads" and "importlib" in sys._getframe(1).f_code.co_filename:
        return  # Python imports a module of its own
    if seen is not None and (
        event.startswith(WATCHED) or event == "open" and "canary" in os.path.basename(str(args[0]))
    ):
        seen.append((event, str(args)[:200]))


sys.addaudithook(_audit)


@pytest.fixture
def quiet(tmp_path):
    """Fails the test if loading did anything but read the file it was given."""
    seen = _watch[threading.get_ident()] = []
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del _watch[threading.get_ident()]
    assert seen == []
    assert peak < 200 << 20
    assert not (tmp_path / "canary-made").exists()


def model():
    return cornu.Sequential([cornu.Input((4,)), layers.Dense(3, name="d")], name="s")


def saved(tmp_path, name="model.h5"):
    model().save(tmp_path / name)
    return tmp_path / name


def refused(path, match, weights=True):
    with pytest.raises(ValueError, match=match):
        cornu.saving.load_model(path)
    if weights:
        mine = model()
        before = mine.get_weights()
        with pytest.raises(ValueError, match=match):
            mine.load_weights(path)
        for a, b in zip(before, mine.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


KERNEL = "model_weights/d/s/d/kernel"


def replace(path, item, make):
    """Put something else in the place of one item of the file."""
    with h5py.File(path, "a") as file:
        del file[item]
        make(file)
    return path


@pytest.fixture
def canary(tmp_path):
    """A complete model file elsewhere, which nothing may open."""
    path = tmp_path / "canary.h5"
    model().save(path)
    with h5py.File(path, "a") as file:
        file["kernel"] = np.ones((4, 3), "float32")
    return path


# Links, external storage and virtual datasets


@pytest.mark.parametrize("item", [KERNEL, "model_weights/d/s/d", "model_weights/d", "model_weights"])
def test_links_are_refused_at_every_step(item, tmp_path, canary, quiet):
    def external(file):
        file[item] = h5py.ExternalLink(str(canary), item)

    def soft(file):
        file["elsewhere"] = 0
        file[item] = h5py.SoftLink("/elsewhere")

    refused(replace(saved(tmp_path), item, external), "external link .* is refused")
    refused(replace(saved(tmp_path), item, soft), "soft link .* is refused")


def test_external_storage_is_refused(tmp_path, canary, quiet):
    def external(file):
        file.create_dataset(KERNEL, (4, 3), "float32", external=[(str(canary), 0, 48)])

    refused(replace(saved(tmp_path), KERNEL, external), "external storage .* is refused")


def test_virtual_datasets_are_refused(tmp_path, canary, quiet):
    def virtual(file):
        layout = h5py.VirtualLayout((4, 3), "float32")
        layout[:] = h5py.VirtualSource(str(canary), "kernel", (4, 3))
        file.create_virtual_dataset(KERNEL, layout)

    refused(replace(saved(tmp_path), KERNEL, virtual), "virtual dataset .* is refused")


def test_the_layout_of_keras_3_is_read_by_the_same_reader(tmp_path, canary, quiet):
    for item in ("layers/dense/vars/0", "layers/dense/vars", "layers/dense", "layers"):
        path = tmp_path / "w.weights.h5"
        model().save_weights(path)
        replace(path, item, lambda file, item=item: file.__setitem__(item, h5py.ExternalLink(str(canary), "/kernel")))
        mine = model()
        with pytest.raises(ValueError, match="external link .* is refused"):
            mine.load_weights(path)


# Sizes


def test_a_declared_size_far_above_the_stored_one_is_refused(tmp_path, quiet):
    refused(
        replace(saved(tmp_path), KERNEL, lambda file: file.create_dataset(KERNEL, (1 << 20, 1 << 20), "float32")),
        "declares 4,398,046,511,104 bytes, but stores only 0",
    )


def test_a_compressed_bomb_is_refused(tmp_path, quiet):
    def bomb(file):
        data = file.create_dataset(KERNEL, (64, 1 << 20), "float32", chunks=(1, 1 << 20), compression="gzip")
        for row in range(64):
            data[row] = 0

    path = replace(saved(tmp_path), KERNEL, bomb)
    assert os.path.getsize(path) < 2 << 20
    refused(path, "declares 268,435,456 bytes, but stores only")


def test_a_chunk_larger_than_its_array_is_refused(tmp_path, quiet):
    def chunk(file):
        data = file.create_dataset(
            KERNEL, (4, 3), "float32", maxshape=(None, 3), chunks=(1 << 24, 3), compression="gzip"
        )
        data.id.write_direct_chunk((0, 0), b"\x78\x9c\x03\x00\x00\x00\x00\x01")

    refused(replace(saved(tmp_path), KERNEL, chunk), "declares 201,326,592 bytes")


def test_many_names_of_one_array_share_a_budget(tmp_path, quiet):
    path = tmp_path / "many.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("g")
        group["x"] = np.ones(1 << 20, "float32")
        for i in range(100):
            group[f"{i}"] = group["x"]
    with open_file(path) as root, pytest.raises(ValueError, match="could exhaust the memory"):
        for i in range(100):
            root.array(f"g/{i}")


@pytest.mark.parametrize("dtype", [h5py.string_dtype(), h5py.vlen_dtype("int32"), [("a", "f4")], h5py.ref_dtype])
def test_arrays_of_other_things_than_numbers_are_refused(dtype, tmp_path, quiet):
    path = replace(saved(tmp_path), KERNEL, lambda file: file.create_dataset(KERNEL, (4, 3), np.dtype(dtype)))
    refused(path, "weights are arrays of plain numbers")


def test_filters_that_are_plugins_are_refused(tmp_path, quiet):
    def plugin(file):
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk((4, 3))
        made.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, ())
        space = h5py.h5s.create_simple((4, 3))
        h5py.h5d.create(file["model_weights/d/s/d"].id, b"kernel", h5py.h5t.IEEE_F32LE, space, made)

    refused(replace(saved(tmp_path), KERNEL, plugin), r"went through the filters \[32015\]")


def test_a_layer_too_large_to_exist_is_told_by_its_shape(tmp_path, quiet):
    path = saved(tmp_path)
    change(path, lambda config: config["config"]["layers"][1]["config"].update(units=1 << 40))
    refused(path, r"expects shape \(4, 1099511627776\)", weights=False)


# Archives


def archive(tmp_path, change_members):
    path = saved(tmp_path, "model.keras")
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        change_members(new, members)
        for name, content in members.items():
            new.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../canary-made", "/tmp/canary-made", "a/../../canary-made", "C:canary-made", "..\\canary-made"]
)
def test_member_names_that_lead_out_are_refused(name, tmp_path, quiet):
    refused(archive(tmp_path, lambda new, members: new.writestr(name, "x")), "member name .* is refused")


def test_links_in_archives_are_refused(tmp_path, quiet):
    def link(new, members):
        info = zipfile.ZipInfo("assets/canary")
        info.external_attr = 0o120777 << 16
        new.writestr(info, "/etc/passwd")

    refused(archive(tmp_path, link), "link 'assets/canary' .* is refused")


def test_a_zip_bomb_is_refused(tmp_path, quiet):
    path = archive(tmp_path, lambda new, members: members.update({"model.weights.h5": bytes(100 << 20)}))
    tracemalloc.reset_peak()  # building it took memory, reading it must not
    refused(path, "Member 'model.weights.h5' .* declares 104,857,600 bytes")


def test_hdf5_inside_an_archive_is_read_by_the_same_reader(tmp_path, canary, quiet):
    def link(new, members):
        inner = tmp_path / "inner.h5"
        inner.write_bytes(members["model.weights.h5"])
        replace(
            inner,
            "layers/dense/vars/0",
            lambda f: f.__setitem__("layers/dense/vars/0", h5py.ExternalLink(str(canary), "kernel")),
        )
        members["model.weights.h5"] = inner.read_bytes()

    refused(archive(tmp_path, link), "external link .* is refused")


def test_a_member_listed_twice_is_refused(tmp_path, quiet):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path, lambda new, members: new.writestr("config.json", "{}"))
    refused(path, "twice")


# Configs


def change(path, fn, compiled=False):
    """Change the architecture in a file, or how it is compiled."""
    if str(path).endswith(".keras"):
        with zipfile.ZipFile(path) as old:
            members = {name: old.read(name) for name in old.namelist()}
        config = json.loads(members["config.json"])
        fn(config["compile_config"] if compiled else config)
        members["config.json"] = json.dumps(config).encode()
        with zipfile.ZipFile(path, "w") as new:
            for name, content in members.items():
                new.writestr(name, content)
    else:
        with h5py.File(path, "a") as file:
            attribute = "training_config" if compiled else "model_config"
            config = json.loads(file.attrs[attribute])
            fn(config)
            file.attrs[attribute] = json.dumps(config)


def bytecode():
    """What Keras writes for a lambda, of code that would show itself."""
    import base64
    import marshal

    code = compile("__import__('os').system('touch canary-made')", "lambda", "eval")
    return base64.b64encode(marshal.dumps(code)).decode()


def inner(class_name, config, module="keras.layers", **rest):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None, **rest}


CODE = bytecode()
EVIL = {
    "lambda of keras 3": inner(
        "Lambda",
        {
            "name": "l",
            "function": {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}},
        },
    ),
    "lambda of keras 1 and 2": inner(
        "Lambda", {"name": "l", "function": [CODE, None, None], "function_type": "lambda"}, None
    ),
    "bare lambda": inner("__lambda__", {"value": CODE}, "builtins"),
    "any module": inner("system", {"command": "touch canary-made"}, "os"),
    "any function": inner("function", "system", "os"),
    "builtin": inner("function", "eval", "builtins"),
    "registered name": inner("Dense", {"units": 2}, "subprocess", registered_name="subprocess>Popen"),
    "own utility": inner("function", "get_file", "keras.utils"),
    "own loader": inner("load_model", {"filepath": "canary.h5"}, "keras.models"),
    "own switch": inner("function", "enable_unsafe_deserialization", "keras.config"),
    "utility in a lambda": inner(
        "Lambda", {"name": "l", "function": "get_file", "arguments": {"origin": "http://canary"}}
    ),
    "utility as activation": inner(
        "Dense", {"name": "x", "units": 2, "activation": inner("function", "get_file", "keras.utils")}
    ),
    "module pickled": inner(
        "TorchModuleWrapper", {"name": "t", "module": {"class_name": "__bytes__", "config": {"value": "gASV"}}}
    ),
    "saved model by path": inner("TFSMLayer", {"name": "t", "filepath": "canary-folder"}),
    "vocabulary by path": inner("StringLookup", {"name": "s", "vocabulary": "canary.txt"}),
    "vocabulary by address": inner("TextVectorization", {"name": "s", "vocabulary": "http://canary/v.txt"}),
    "separator in a name": inner("Dense", {"name": "../canary-made", "units": 2}),
    "parent as a name": inner("Dense", {"name": "..", "units": 2}),
    "nul in a name": inner("Dense", {"name": "a\0b", "units": 2}),
    "initializer": inner(
        "Dense",
        {"name": "x", "units": 2, "kernel_initializer": inner("system", {"command": "touch canary-made"}, "os")},
    ),
}


@pytest.mark.parametrize("safe_mode", [True, None, False])
@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
@pytest.mark.parametrize("evil", EVIL)
def test_configs_run_nothing(evil, name, safe_mode, tmp_path, monkeypatch, quiet):
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path, name)
    change(path, lambda config: config["config"]["layers"].append(EVIL[evil]))
    with pytest.raises(ValueError):
        cornu.saving.load_model(path, safe_mode=safe_mode)


@pytest.mark.parametrize("evil", EVIL)
def test_sibling_paths_run_nothing_either(evil, tmp_path, monkeypatch, quiet):
    monkeypatch.chdir(tmp_path)
    whole = json.loads(model().to_json())
    whole["config"]["layers"].append(EVIL[evil])
    for attempt in (
        lambda: cornu.models.model_from_json(json.dumps(whole)),
        lambda: cornu.layers.deserialize(EVIL[evil]),
        lambda: cornu.saving.deserialize_keras_object(EVIL[evil]),
        lambda: cornu.Sequential.from_config({"name": "s", "layers": [EVIL[evil]]}),
    ):
        with pytest.raises((ValueError, TypeError)):
            attempt().weights  # noqa: B018


def test_compile_state_runs_nothing(tmp_path, quiet):
    mine = model()
    mine.compile("adam", "mse")
    for evil in (EVIL["any module"], EVIL["any function"], EVIL["own utility"], "get_file", "os.system"):
        path = tmp_path / "model.h5"
        mine.save(path)
        with h5py.File(path, "a") as file:
            training = json.loads(file.attrs["training_config"])
            training["loss"] = evil
            file.attrs["training_config"] = json.dumps(training)
        with pytest.raises(ValueError):
            cornu.saving.load_model(path)


def test_a_table_decodes_only_its_own_kind():
    made = {
        "layers": layers.Dense(2),
        "losses": cornu.losses.Huber(),
        "metrics": cornu.metrics.AUC(),
        "optimizers": cornu.optimizers.Adam(),
        "initializers": cornu.initializers.HeNormal(),
        "regularizers": cornu.regularizers.L2(),
        "constraints": cornu.constraints.NonNeg(),
    }
    encoded = {kind: cornu.saving.serialize_keras_object(item) for kind, item in made.items()}
    function = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    encoded["activations"] = function
    neighbours = {("metrics", "losses"), ("activations", "layers")}  # Keras takes a loss as a metric
    for table in encoded:
        for kind, config in encoded.items():
            for bare in (config, {**config, "module": None}):
                if kind == table or (table, kind) in neighbours:
                    getattr(cornu, table).deserialize(bare)
                else:
                    with pytest.raises(ValueError, match="Expected the config of|There is no"):
                        getattr(cornu, table).deserialize(bare)

    class Own(layers.Layer):
        pass

    own = {"class_name": "Own", "config": {}}
    assert isinstance(layers.deserialize(own, custom_objects={"Own": Own}), Own)
    with pytest.raises(ValueError, match="Expected the config of a loss, but Own is a layer"):
        cornu.losses.deserialize(own, custom_objects={"Own": Own})


@pytest.mark.parametrize("what", ["loss", "metrics", "weighted_metrics"])
@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_compile_states_hold_objects_of_their_kind(name, what, tmp_path, quiet):
    mine = model()
    mine.compile("adam", "mse")
    mine.save(tmp_path / name)
    put = cornu.saving.serialize_keras_object(layers.Dense(3))
    change(tmp_path / name, lambda config: config.update({what: put if what == "loss" else [put]}), compiled=True)
    with pytest.raises(ValueError, match="Expected the config of a (loss|metric), but it names 'Dense'") as error:
        cornu.saving.load_model(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)


def test_other_objects_than_models_are_no_models(tmp_path, quiet):
    dense = cornu.saving.serialize_keras_object(layers.Dense(3))
    for name in ("model.h5", "model.keras"):
        path = saved(tmp_path, name)
        change(path, lambda config: (config.clear(), config.update(dense)))
        with pytest.raises(ValueError, match="It describes a Dense, not a model"):
            cornu.saving.load_model(path)
    with pytest.raises(ValueError, match="It describes a Dense, not a model"):
        cornu.models.model_from_json(json.dumps(dense))
    adam = cornu.saving.serialize_keras_object(cornu.optimizers.Adam())
    with pytest.raises(ValueError, match="Expected the config of a layer, but it names 'Adam'"):
        cornu.models.model_from_json(json.dumps(adam))


WRONG = {
    "an array of lists": lambda c: c["layers"][1]["config"].update(weights=[[[1.0], [1.0, 2.0]], [0.0]]),
    "no layers": lambda c: c.pop("layers"),
    "layers of another kind": lambda c: c.update(layers=3),
    "a layer of another kind": lambda c: c.update(layers=[3]),
    "a layer without a config": lambda c: c.update(layers=[{"class_name": "Dense"}]),
    "a class that is a list": lambda c: c.update(layers=[{"class_name": [], "config": {}}]),
    "units that are text": lambda c: c["layers"][1]["config"].update(units="many"),
    "units below zero": lambda c: c["layers"][1]["config"].update(units=-1),
    "a dtype that is none": lambda c: c["layers"][1]["config"].update(dtype="float99"),
    "a shape that is none": lambda c: c["layers"][0]["config"].update(batch_shape=[None, "x"]),
    "a shape of shapes": lambda c: c["layers"][0]["config"].update(batch_shape=[[None], [4, [5]]]),
    "a name that is a number": lambda c: c["layers"][1]["config"].update(name=3),
    "an argument that is unknown": lambda c: c["layers"][1]["config"].update(unit=3),
    "an activation that is unknown": lambda c: c["layers"][1]["config"].update(activation="rely"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ["model.h5", "model.keras"])
def test_every_error_is_a_sentence_that_names_the_file(wrong, name, tmp_path, quiet):
    path = saved(tmp_path, name)
    change(path, lambda config: WRONG[wrong](config["config"]))
    with pytest.raises(ValueError) as error:
        cornu.saving.load_model(path)
    assert str(error.value).startswith(f"The file {str(path)!r} cannot be loaded. ")
    assert str(error.value).endswith(".")
    assert error.value.__cause__ is not None  # the line that it happened in is shown


def test_an_error_of_ones_own_layer_is_shown(tmp_path):
    class Own(layers.Layer):
        def __init__(self, **kwargs):
            raise RuntimeError("today is Sunday")

    path = saved(tmp_path)
    change(path, lambda config: config["config"]["layers"].append({"class_name": "Own", "config": {}}))
    with pytest.raises(ValueError, match="RuntimeError: today is Sunday. If it holds layers of your own") as error:
        cornu.saving.load_model(path, custom_objects={"Own": Own})
    assert isinstance(error.value.__cause__, RuntimeError)


def test_a_graph_calls_no_layer_on_numbers(tmp_path):
    """Not even layers of one's own, which would compute while the model is loaded."""
    calls = []

    class Loud(layers.Layer):
        def call(self, x):
            calls.append(x)
            return x

    begin = cornu.Input((4,))
    mine = cornu.Model(begin, Loud(name="loud")(begin))
    config = json.loads(mine.to_json())
    calls.clear()
    cornu.models.model_from_json(json.dumps(config), custom_objects={"Loud": Loud})
    assert calls  # its shape is traced
    number = {"class_name": "__numpy__", "config": {"value": [[1.0]], "dtype": "float32"}}
    config["config"]["layers"][1]["inbound_nodes"][0]["args"] = [number]
    calls.clear()
    with pytest.raises(ValueError, match="calls 'loud' without a tensor"):
        cornu.models.model_from_json(json.dumps(config), custom_objects={"Loud": Loud})
    assert calls == []


@pytest.mark.parametrize("order", [1, -1])
def test_layers_in_any_order_are_put_together_in_one_go(order, monkeypatch):
    """Each call is decoded twice, wherever it stands: once for what it needs, once to be made."""
    from cornu.models import graph_config

    begin = x = cornu.Input((2,), name="begin")
    for number in range(100):
        x = layers.Activation("tanh", name=f"a{number}")(x)
    mine = cornu.Model(begin, layers.Add(name="sum")([x, begin]))
    config = json.loads(mine.to_json())
    config["config"]["layers"] = config["config"]["layers"][::order]
    decoded = []
    real = graph_config._decode_call
    monkeypatch.setattr(graph_config, "_decode_call", lambda *args: decoded.append(1) or real(*args))
    again = cornu.models.model_from_json(json.dumps(config))
    assert [layer.name for layer in again.layers] == [layer.name for layer in mine.layers]
    assert len(decoded) == 2 * 101


def test_json_within_limits(quiet):
    for text, match in (
        ("[" * 1_000_000 + "]" * 1_000_000, "nested more than 600"),
        ('{"a":' * 1_000_000, "nested more than 600"),
        ("{", "cannot be read as JSON"),
        ("", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        ("[" + "0," * (33 << 20) + "0]", "at most"),
        (3, "JSON text"),
    ):
        with pytest.raises(ValueError, match=match):
            parse(text, "The config")
    assert parse('{"a": ["[[[[", "\\"{"]}', "The config") == {"a": ["[[[[", '"{']}


def objects(depth):
    """A layer around a layer, and so on."""
    config = {"class_name": "Dense", "config": {"units": 2}}
    for _ in range(depth):
        config = {"class_name": "TimeDistributed", "config": {"layer": config}}
    return config


def lists(depth):
    """Lists inside lists, as an argument."""
    units = [1]
    for _ in range(depth):
        units = [units]
    return {"class_name": "Dense", "config": {"units": units}}


@pytest.mark.parametrize("make, depth", [(objects, 60), (objects, 290), (lists, 190), (lists, 580)])
def test_configs_without_end(make, depth, quiet):
    config = {"class_name": "Sequential", "config": {"layers": [make(depth)]}}
    try:
        cornu.models.model_from_json(json.dumps(config))
    except ValueError as error:
        assert any(word in str(error) for word in ("damaged", "nested too deeply", "nested more than"))
        assert "RecursionError" not in str(error)


def test_models_inside_models_without_end(quiet):
    config = {"class_name": "Dense", "config": {"units": 2}}
    for _ in range(190):
        config = {"class_name": "Sequential", "config": {"layers": [config]}}
    try:
        cornu.models.model_from_json(json.dumps(config))
    except ValueError as error:
        assert "damaged" in str(error) or "nested" in str(error)


# Damage


def test_other_files_are_told(tmp_path):
    for name, content, match in (
        ("empty.h5", b"", "is empty"),
        ("text.h5", b"hello world, this is text", "is not an HDF5 file"),
        ("zip.h5", b"PK\x05\x06" + bytes(18), "is a zip archive"),
        ("page.keras", b"<html>404</html>", "is not a .keras file"),
        ("zip.keras", b"PK\x03\x04garbage", "damaged or incomplete"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=match):
            cornu.saving.load_model(tmp_path / name)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(ValueError, match="holds no weights of a model"):
        model().load_weights(tmp_path / "other.h5")
    with open_file(saved(tmp_path, "model.keras")) as opened, pytest.raises(ValueError, match="no 'x'"):
        opened.read("x")


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    mine = model()
    mine.compile("adam", "mse")
    for name in ("model.h5", "model.keras", "model.weights.h5"):
        (mine.save_weights if "weights" in name else mine.save)(folder / name)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


slow = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def tried(path, content):
    path.write_bytes(content)
    target = model()
    for attempt in (lambda: cornu.saving.load_model(path), lambda: target.load_weights(path)):
        try:
            attempt()
        except ValueError as error:
            assert str(path) in str(error) and len(str(error)) > 60


@slow
@given(name=strategies.sampled_from(["model.h5", "model.keras", "model.weights.h5"]), part=strategies.floats(0, 1))
def test_truncated_files_raise_only_value_errors(whole_files, tmp_path_factory, name, part):
    content = whole_files[name]
    tried(tmp_path_factory.getbasetemp() / name, content[: int(part * (len(content) - 1))])


@slow
@given(
    content=strategies.binary(max_size=300), begin=strategies.sampled_from([b"", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"])
)
def test_random_bytes_raise_only_value_errors(tmp_path_factory, content, begin):
    tried(tmp_path_factory.getbasetemp() / "random.h5", begin + content)


@slow
@given(
    value=strategies.recursive(
        strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=8),
        lambda inner: (
            strategies.lists(inner, max_size=4)
            | strategies.dictionaries(
                strategies.sampled_from(
                    ["class_name", "config", "layers", "module", "name", "units", "inbound_nodes", "input_layers"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    ),
    name=strategies.sampled_from(["Sequential", "Functional", "Dense", "InputLayer", "Bidirectional"]),
)
def test_random_configs_raise_only_value_errors(value, name):
    for config in (value, {"class_name": name, "config": value}):
        try:
            cornu.models.model_from_json(json.dumps(config))
        except ValueError as error:
            assert len(str(error)) > 20


def test_the_slack_is_modest():
    assert SLACK <= 64 << 20
