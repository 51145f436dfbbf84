"""Lambda layers in files: never as code; the function is given again under its name or the layer's."""

import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

import cornu
from cornu import layers

X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def double(x):
    return x * 2


def model(function, **kwargs):
    return cornu.Sequential([cornu.Input((4,)), layers.Dense(4), layers.Lambda(function, name="mine", **kwargs)])


class Caller:
    def __call__(self, x):
        return x * 2


@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
@pytest.mark.parametrize("function", [lambda x: x * 2, Caller(), double])
def test_a_lambda_is_saved_and_loaded_with_its_function(function, name, tmp_path):
    mine = model(function)
    mine.save(tmp_path / name)
    for objects in ({"mine": double}, {"mine": lambda x: x * 2}):
        again = cornu.saving.load_model(tmp_path / name, custom_objects=objects)
        np.testing.assert_array_equal(mine.predict(X, verbose=0), again.predict(X, verbose=0))
    key = "double" if function is double else "mine"
    with pytest.raises(ValueError, match=f"custom_objects={{'{key}': function}}") as error:
        cornu.saving.load_model(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)
    assert b"marshal" not in (tmp_path / name).read_bytes()


def test_named_functions_are_found_by_their_names(tmp_path):
    model(double).save(tmp_path / "m.keras")
    again = cornu.saving.load_model(tmp_path / "m.keras", custom_objects={"double": double})
    assert again.layers[1].function is double
    model(cornu.ops.relu).save(tmp_path / "m.keras")
    assert cornu.saving.load_model(tmp_path / "m.keras").layers[1].function is cornu.ops.relu


def test_masks_and_output_shapes_without_a_name(tmp_path):
    mine = model(lambda x, k: x * k, mask=lambda x, m: m, arguments={"k": 3.0}, output_shape=lambda shape: shape)
    mine.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="custom_objects={'mine': function}"):
        cornu.saving.load_model(tmp_path / "m.keras", custom_objects={"mine_mask": lambda x, m: m})
    with pytest.raises(ValueError, match="custom_objects={'mine_mask': function}"):
        cornu.saving.load_model(tmp_path / "m.keras", custom_objects={"mine": lambda x, k: x * k})
    both = {"mine": lambda x, k: x * k, "mine_mask": lambda x, m: m}
    again = cornu.saving.load_model(tmp_path / "m.keras", custom_objects=both)
    np.testing.assert_array_equal(mine.predict(X, verbose=0), again.predict(X, verbose=0))


def test_the_real_keras_refuses_our_lambda_as_its_own(tmp_path):
    model(lambda x: x * 2).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="`function` is a Python lambda"):
        keras.saving.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize("safe_mode", [True, False])
@pytest.mark.parametrize("name", ["m.h5", "m.keras"])
def test_lambdas_of_keras_3(name, safe_mode, tmp_path):
    theirs = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(4),
            keras.layers.Lambda(lambda x: x * 2, output_shape=lambda shape: shape, name="mine"),
        ]
    )
    theirs.save(tmp_path / name)
    with pytest.raises(ValueError, match="bytecode, which is never run. .*custom_objects={'mine': function}"):
        cornu.saving.load_model(tmp_path / name, safe_mode=safe_mode)
    ours = cornu.saving.load_model(tmp_path / name, custom_objects={"mine": double}, safe_mode=safe_mode)
    np.testing.assert_allclose(ours.predict(X, verbose=0), theirs.predict(X, verbose=0), rtol=1e-5, atol=1e-6)


OLDER = {
    "keras 1": {"function": ["\u00e3\x01", None, None], "function_type": "lambda", "output_shape": None,
                "output_shape_type": "raw", "arguments": {}},
    "keras 2 by name": {"function": "double", "function_type": "function", "output_shape": [4],
                        "output_shape_type": "raw", "arguments": {}},
    "tf.keras": {"function": ["4wEAAAAA\n", None, None], "function_type": "lambda", "module": "__main__",
                 "output_shape": ["4wEAAAAA\n", None, None], "output_shape_type": "lambda",
                 "output_shape_module": "__main__", "arguments": {}, "dtype": "float32"},
    "tf.keras with a mask": {"function": "double", "function_type": "function", "module": "elsewhere", "mask": None,
                             "mask_type": "raw", "mask_module": None, "output_shape": None,
                             "output_shape_type": "raw", "output_shape_module": None, "arguments": {}},
}  # fmt: skip


@pytest.mark.parametrize("era", OLDER)
def test_lambdas_of_older_files(era, tmp_path):
    mine = model(double)
    mine.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][2] = {"class_name": "Lambda", "config": {"name": "mine", **OLDER[era]}}
        file.attrs["model_config"] = json.dumps(config)
    with pytest.raises(ValueError, match=r"custom_objects={'(mine|double)': function}"):
        cornu.saving.load_model(tmp_path / "m.h5")
    again = cornu.saving.load_model(tmp_path / "m.h5", custom_objects={"mine": double})
    np.testing.assert_array_equal(mine.predict(X, verbose=0), again.predict(X, verbose=0))


def test_a_function_is_no_other_object_of_its_name(tmp_path):
    """Bytecode in a layer that is called like one of our own functions or classes does not become that."""
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None, "closure": None}}
    for config in (
        {"name": "relu", "function": code},
        {"name": "x", "function": "Dense"},
        {"name": "x", "function": {"class_name": "function", "config": "Adam", "module": "keras.optimizers"}},
        {
            "name": "x",
            "function": "stft",
            "arguments": {"sequence_length": 4, "sequence_stride": 2, "fft_length": 10**9},
        },
        {"name": "x", "function": "relu", "arguments": {"f": {"class_name": "function", "config": "relu"}}},
        {"name": "x", "function": None},
    ):
        with pytest.raises(ValueError, match="Lambda layer"):
            layers.deserialize({"class_name": "Lambda", "config": config})


def test_no_code_is_written(tmp_path):
    model(lambda x: x * 2).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config = json.loads(archive.read("config.json"))["config"]["layers"][2]["config"]
    assert config["function"] == {"class_name": "__lambda__", "config": {"code": None, "custom_object": "mine"}}
