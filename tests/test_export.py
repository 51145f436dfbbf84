"""SavedModels that `export` writes: served by TensorFlow alone, by Keras's TFSMLayer and by Cornu's."""

import copy
import json
import subprocess
import sys

import jax
import numpy as np
import pytest
import tensorflow as tf

import cornu
from cornu import layers

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(size=(5, 7, 4)).astype("float32")
IDS = RNG.integers(0, 9, size=(5, 7)).astype("int32")


class Net(cornu.Model):
    """A subclassed model with a dictionary of outputs."""

    def __init__(self):
        super().__init__()
        self.embedding, self.dense = layers.Embedding(9, 3), layers.Dense(2)

    def call(self, ids):
        y = self.dense(self.embedding(ids))
        return {"all": y, "mean": y.mean(1)}


class Two(cornu.Model):
    """A subclassed model of two arguments, and noise of which each call draws its own."""

    def __init__(self, seed=3):
        super().__init__()
        self.dense, self.seeds = layers.Dense(2), cornu.random.SeedGenerator(seed)

    def build(self, x_shape, scale_shape):
        self.dense.build(x_shape)

    def call(self, x, scale):
        return self.dense(x) * scale + cornu.random.normal((2,), seed=self.seeds)


def dense():
    norm = layers.BatchNormalization(moving_mean_initializer="ones", trainable=False, name="größe 1")
    return cornu.Sequential([cornu.Input((4,), name="größe"), layers.Dense(3), norm, layers.Dropout(0.5)])


def image():
    stack = [layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(), layers.AveragePooling2D(padding="same")]
    return cornu.Sequential([cornu.Input((None, None, 1)), *stack, layers.GlobalAveragePooling2D()])


def text():
    return cornu.Sequential(
        [cornu.Input((None,), dtype="int64"), layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3)]
    )


def several():
    a, b = cornu.Input((None, 4), name="a"), cornu.Input((None, 4), name="b")
    return cornu.Model([a, b], [layers.add([a, b]), layers.GRU(2)(a)])


def named():
    a, b = cornu.Input((4,), name="a"), cornu.Input((None, 4), name="b")
    attended = layers.MultiHeadAttention(2, 3)(b, b)
    return cornu.Model({"first": a, "second": b}, {"u": layers.Dense(2)(a), "v": attended})


def subclassed():
    model = Net()
    model(IDS[:2])
    return model


def mixed():
    return cornu.Sequential([cornu.Input((4,)), layers.Dense(3, dtype="mixed_bfloat16")])


CASES = {  # a model, inputs, and the inputs and outputs of its signature
    "dense": (dense, SEQUENCES[0], {"gr__e": (None, 4)}, {"output_0": (None, 3)}),
    "image": (image, RNG.normal(size=(2, 20, 17, 1)).astype("float32"), None, {"output_0": (None, 4)}),
    "text": (text, IDS.astype("int64"), None, {"output_0": (None, 3)}),
    "several": (several, [SEQUENCES, SEQUENCES[::-1]], {"a": (None, None, 4), "b": (None, None, 4)}, None),
    "named": (named, {"first": SEQUENCES[:, 0], "second": SEQUENCES}, None, {"u": (None, 2), "v": (None, None, 4)}),
    "subclassed": (subclassed, IDS, {"args_0": (None, 7)}, {"all": (None, 7, 2), "mean": (None, 2)}),
    "mixed": (mixed, SEQUENCES[0], None, {"output_0": (None, 3)}),
}
WITHOUT_CORNU = """
import os, sys
os.environ["KERAS_BACKEND"] = "tensorflow"
sys.modules["cornu"] = sys.modules["jax"] = None
import json, keras, numpy as np, tensorflow as tf
for name in sys.argv[2:]:
    folder = os.path.join(sys.argv[1], name)
    with open(folder + ".json") as file:
        x, known = json.load(file)
    served = tf.saved_model.load(folder)
    specs = tf.nest.flatten(served.serve.concrete_functions[0].structured_input_signature)
    x = tf.nest.pack_sequence_as(x["like"], [tf.constant(a, s.dtype) for a, s in zip(x["arrays"], specs, strict=True)])
    layer = keras.layers.TFSMLayer(folder, call_endpoint="serve")
    for call in (served.serve, layer):
        for y, expected in zip(tf.nest.flatten(call(x)), known, strict=True):
            np.testing.assert_allclose(tf.cast(y, "float32"), expected, 1e-4, 1e-5)
    try:
        with tf.GradientTape() as tape:
            loss = sum(tf.reduce_sum(tf.cast(y, "float32")) for y in tf.nest.flatten(layer(x)))
        slopes = tape.gradient(loss, layer.trainable_variables)
    except LookupError:
        slopes = [None] * len(layer.trainable_variables)
    print(name, len(slopes), len(layer.non_trainable_variables), all(s is not None for s in slopes))
"""


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    """A folder of SavedModels, and the models."""
    folder, models = tmp_path_factory.mktemp("served"), {}
    for name, (make, *_) in CASES.items():
        models[name] = make()
        models[name].export(folder / name, verbose=False)
    return folder, models


@pytest.mark.parametrize("name", CASES)
def test_tensorflow_serves_what_the_model_predicts(name, artifacts):
    folder, models = artifacts
    _, x, inputs, outputs = CASES[name]
    served = tf.saved_model.load(folder / name)
    signature = served.signatures["serving_default"]
    takes = {k: tuple(v.shape) for k, v in signature.structured_input_signature[1].items()}
    assert (
        inputs is None
        or list(takes.values()) == list(inputs.values())
        and takes.keys() == inputs.keys()
        or name == "dense"
    )
    assert outputs is None or {k: tuple(v.shape) for k, v in signature.structured_outputs.items()} == outputs
    assert served.signatures.keys() == {"serve", "serving_default"}
    for some in (x, jax.tree.map(lambda a: a[:1], x)):
        y, expected = served.serve(some), models[name].predict(some, verbose=0)
        assert jax.tree.structure(expected) == jax.tree.structure(y)
        for mine, theirs in zip(jax.tree.leaves(expected), tf.nest.flatten(y), strict=True):
            assert theirs.dtype.name == mine.dtype.name
            np.testing.assert_allclose(tf.cast(theirs, "float32"), mine.astype("float32"), 1e-4, 1e-5)


def test_other_sizes_than_ever_seen(artifacts):
    folder, models = artifacts
    longer = np.tile(IDS, (3, 4)).astype("int64")
    served = tf.saved_model.load(folder / "text")
    np.testing.assert_allclose(served.serve(longer), models["text"].predict(longer, verbose=0), 1e-4, 1e-5)


def test_weights_are_variables_with_their_flags(artifacts):
    folder, models = artifacts
    served, model = tf.saved_model.load(folder / "dense"), models["dense"]
    assert [v.trainable for v in served.variables] == [True, True, False, False, False, False]
    for name in ("weights", "trainable_weights", "non_trainable_weights"):
        variables = getattr(served, name.replace("weights", "variables"))
        for mine, theirs in zip(getattr(model, name), variables, strict=True):
            np.testing.assert_array_equal(theirs, mine.numpy())
    before = served.serve(SEQUENCES[0])
    served.variables[0].assign_add(tf.ones_like(served.variables[0]))
    assert abs(served.serve(SEQUENCES[0]) - before).numpy().max() > 0.1


def test_without_cornu_and_jax_also_keras_serves_and_differentiates(artifacts):
    folder, models = artifacts
    some = ("dense", "image", "text", "named")
    for name, (_, x, *_) in [(name, CASES[name]) for name in some]:
        known = [y.astype("float32").tolist() for y in jax.tree.leaves(models[name].predict(x, verbose=0))]
        given = {"like": jax.tree.map(lambda _: 0, x), "arrays": [a.tolist() for a in jax.tree.leaves(x)]}
        (folder / f"{name}.json").write_text(json.dumps([given, known]))
    done = subprocess.run([sys.executable, "-c", WITHOUT_CORNU, folder, *some], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith(some)]
    # trainable weights, others, and whether there is a derivative: of convolutions JAX has none for every size
    assert told == ["dense 2 4 True", "image 2 0 False", "text 4 0 True", "named 10 0 True"]


def test_a_tfsm_layer_trains_what_was_exported(artifacts):
    folder, models = artifacts
    model = cornu.Sequential([cornu.Input((None,), dtype="int32"), layers.TFSMLayer(folder / "text")])
    np.testing.assert_allclose(model.predict(IDS, verbose=0), models["text"].predict(IDS, verbose=0), 1e-4, 1e-5)
    y = np.ones((5, 3), "float32")
    own = text()
    own.set_weights(models["text"].get_weights())
    for each in (model, own):
        each.compile(cornu.optimizers.SGD(0.1), "mse")
        each.fit(IDS, y, epochs=2, verbose=0)
    for mine, theirs in zip(own.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(theirs, mine, 1e-3, 1e-4)


def test_what_a_call_draws_goes_on(tmp_path):
    model, x, scale = Two(), SEQUENCES[0], np.full((7, 1), 2, "float32")
    model(x, scale)
    model.export(tmp_path, verbose=False)
    served = tf.saved_model.load(tmp_path)
    for _ in range(2):
        np.testing.assert_allclose(served.serve(x[:3], scale[:3]), model(x[:3], scale[:3]), 1e-5, 1e-5)


def test_states_go_on_in_batches_of_one_size(tmp_path):
    model = cornu.Sequential([cornu.Input((7, 4), batch_size=5), layers.LSTM(2, stateful=True)])
    model.export(tmp_path, verbose=False)
    served = tf.saved_model.load(tmp_path)
    first, second = served.serve(SEQUENCES), served.serve(SEQUENCES)
    assert abs(first - second).numpy().max() > 1e-3
    for y in (first, second):
        np.testing.assert_allclose(y, model.predict(SEQUENCES, batch_size=5, verbose=0), 1e-4, 1e-5)


def test_a_copy_and_a_file_know_shapes_and_take_floats(tmp_path):
    model = subclassed()
    model.save(tmp_path / "it.keras")
    loaded = cornu.saving.load_model(tmp_path / "it.keras", custom_objects={"Net": Net})
    for name, each in (("copy", copy.deepcopy(model)), ("loaded", loaded)):
        each.export(tmp_path / name, verbose=False)
        served = tf.saved_model.load(tmp_path / name)
        np.testing.assert_allclose(served.serve(IDS.astype("float32"))["all"], model(IDS)["all"], 1e-5, 1e-5)


SIGNATURES = {
    "a spec": lambda: cornu.layers.InputSpec(shape=(3, 4), dtype="float32"),
    "specs": lambda: [tf.TensorSpec((3, 4), "float32", name="mine")],
    "a shape": lambda: (3, 4),
    "shapes": lambda: [(3, 4)],
    "a symbolic tensor": lambda: [cornu.KerasTensor((3, 4), "float32")],
    "an array": lambda: np.zeros((3, 4), "float32"),
    "float64": lambda: [tf.TensorSpec((None, 4), "float64")],
}


@pytest.mark.parametrize("kind", SIGNATURES)
def test_a_signature_may_be_given(kind, artifacts, tmp_path):
    model, given = artifacts[1]["mixed"], SIGNATURES[kind]()
    model.export(tmp_path, verbose=False, input_signature=given)
    served = tf.saved_model.load(tmp_path)
    (spec,) = served.signatures["serve"].structured_input_signature[1].values()
    assert spec.shape[0] == (3 if kind in ("a spec", "specs", "a shape", "shapes") else None)
    assert spec.dtype == ("float64" if kind == "float64" else "float32")
    assert (spec.name == "mine") == (kind == "specs")
    x = tf.cast(SEQUENCES[0, :3], spec.dtype)
    np.testing.assert_allclose(tf.cast(served.serve(x), "float32"), model.predict(x, verbose=0).astype("float32"), 1e-2)


def test_options_of_the_conversion(artifacts, tmp_path, capsys):
    options = {
        "polymorphic_shapes": ["(b, 4)"],
        "native_serialization_platforms": ["cpu"],
        "native_serialization": True,
    }
    artifacts[1]["mixed"].export(tmp_path, jax2tf_kwargs=options, is_static=False)
    graph = tf.saved_model.load(tmp_path).serve.concrete_functions[0].graph
    (call,) = [op for op in graph.get_operations() if op.type == "XlaCallModule"]
    assert call.get_attr("platforms") == [b"CPU"]
    shown = capsys.readouterr().out
    assert "endpoint 'serve'" in shown and "(None, 4)" in shown and "bfloat16" in shown and str(tmp_path) in shown


def test_an_artifact_runs_on_gpus_and_names_no_file_of_this_machine(artifacts):
    folder, _ = artifacts
    for name in CASES:
        for op in tf.saved_model.load(folder / name).serve.concrete_functions[0].graph.get_operations():
            assert op.type != "XlaCallModule" or op.get_attr("platforms") == [b"CPU", b"CUDA"]
        content = b"".join(path.read_bytes() for path in (folder / name).rglob("*") if path.is_file())
        assert b"cornu/" not in content and b"tests/" not in content and str(folder).encode() not in content


# Mistakes


def unknown_axis():
    x = cornu.Input((None, 4), name="x")
    return cornu.Model(x, layers.Lambda(lambda x: x * float(int(x.shape[1])), output_shape=(None, 4))(x))


def of(function):
    class Own(cornu.Model):
        def call(self, x):
            return function(x)

    model = Own()
    model(np.ones((2, 3), "float32"))
    return model


class Lengths(layers.Layer):
    """How long each text is."""

    on_host = True

    def call(self, inputs):
        return np.char.str_len(inputs.astype("str")).astype("float32")

    def compute_output_spec(self, inputs):
        return cornu.KerasTensor(inputs.shape)


def host():
    words = cornu.Input((1,), dtype="string")
    return cornu.Model(words, layers.Dense(1)(Lengths()(words)))


WRONG = {
    "format": (mixed, {"format": "onnx"}, ValueError, r"format='tf_saved_model'.*'onnx'.*tf2onnx.*model\.save"),
    "litert": (mixed, {"format": "litert"}, ValueError, "TensorFlow Lite"),
    "option": (mixed, {"opset_version": 3}, TypeError, "no option 'opset_version'.*jax2tf_kwargs"),
    "conversion": (mixed, {"jax2tf_kwargs": {"enable_xla": 0}}, TypeError, "no option 'enable_xla'"),
    "unbuilt": (lambda: cornu.Sequential([layers.Dense(1)]), {}, ValueError, r"no weights.*model\.build"),
    "unbuilt class": (Net, {}, ValueError, "cannot be exported yet"),
    "host": (host, {}, ValueError, "works? on the host"),
    "spec": (mixed, {"input_signature": [3.0]}, ValueError, "needs a shape.*3.0"),
    "no shape": (mixed, {"input_signature": layers.InputSpec(ndim=2)}, ValueError, "needs a shape"),
    "too many": (mixed, {"input_signature": [(3, 4), (3, 4)]}, ValueError, "1 inputs.*2 arrays"),
    "axis": (unknown_axis, {}, ValueError, r"axis 1 of 'x'.*input_signature.*\(None, 64, 4\)"),
    "batch": (lambda: of(lambda x: x * float(int(x.shape[0]))), {}, ValueError, r"size of the batch.*\(64, 3\)"),
    "print": (lambda: of(lambda x: jax.debug.print("{}", x) or x), {}, ValueError, "calls back into Python"),
    "svd": (lambda: of(lambda x: cornu.ops.svd(x)[1]), {}, ValueError, r"calls 'lapack_\w+', a routine of linear"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_mistakes_are_told(mistake, tmp_path):
    make, given, kind, said = WRONG[mistake]
    model = make()
    with pytest.raises(kind, match=f"(?s){said}"):
        model.export(tmp_path / "it", verbose=False, **given)
    assert not (tmp_path / "it").exists()


def test_a_known_size_is_the_way_out(tmp_path):
    model = unknown_axis()
    model.export(tmp_path, verbose=False, input_signature=[layers.InputSpec(shape=(None, 7, 4), dtype="float32")])
    np.testing.assert_allclose(tf.saved_model.load(tmp_path).serve(SEQUENCES), 7 * SEQUENCES, 1e-6)


def test_tensorflow_is_named_where_it_is_missing(artifacts, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r'pip install "cornu\[tensorflow\]"'):
        artifacts[1]["mixed"].export(tmp_path)
