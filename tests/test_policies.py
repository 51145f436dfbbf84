"""Precision policies and the switches of a session."""

import keras
import numpy as np
import pytest

import cornu
from cornu import dtype_policies, layers


def nested(lib, dtype):
    class Block(lib.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.first = lib.layers.Dense(4, name="first", dtype=dtype)
            self.second = lib.layers.Dense(4, name="second", dtype=dtype)

        def call(self, x):
            return self.second(self.first(x))

    return Block(name="block")


def test_a_layer_asks_a_map_for_the_policy_of_its_path():
    dtypes = []
    for lib in (cornu, keras):
        kinds = {"block/first": "bfloat16", ".*/second": "mixed_float16"}
        policies = lib.dtype_policies.DTypePolicyMap("float32", {k: lib.DTypePolicy(v) for k, v in kinds.items()})
        block = nested(lib, policies)
        outputs = block(np.ones((2, 3), "float32"))
        inner = (block.first, block.second)
        dtypes.append([str(outputs.dtype), *[(d.compute_dtype, d.variable_dtype, str(d.kernel.dtype)) for d in inner]])
    assert dtypes[0] == dtypes[1]
    assert dtypes[0][1][:2] == ("bfloat16", "bfloat16")


def test_a_map_is_a_mapping_and_its_config_is_that_of_keras():
    configs = []
    for lib in (cornu, keras):
        policies = lib.dtype_policies.DTypePolicyMap("float32")
        policies["a/.*"] = lib.dtype_policies.DTypePolicy("float16")
        policies["b"] = "mixed_bfloat16"
        with pytest.raises(ValueError, match="already"):
            policies["b"] = "float32"
        assert (len(policies), list(policies), "b" in policies) == (2, ["a/.*", "b"], True)
        assert [policies[p].name for p in ("a/x", "b", "b/x")] == ["float16", "mixed_bfloat16", "float32"]
        assert (policies.name, policies.compute_dtype) == ("map_float32", "float32")
        policies["a/x.*"] = "float32"
        with pytest.raises(ValueError, match="multiple|several"):
            policies["a/xy"]
        del policies["a/x.*"]
        configs.append(lib.dtype_policies.serialize(policies))
    for policy in configs[1]["config"]["policy_map"].values():
        policy.pop("shared_object_id", None)
    assert configs[0] == configs[1]
    again = dtype_policies.deserialize(configs[0])
    assert again == dtype_policies.get(configs[1]) and isinstance(again, dtype_policies.DTypePolicyMap)


def test_a_layer_with_a_map_is_saved_and_read_by_keras(tmp_path):
    policies = dtype_policies.DTypePolicyMap("float32", {"dense": "bfloat16"})
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2, name="dense", dtype=policies)])
    model.save(tmp_path / "model.keras")
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    for lib in (cornu, keras):
        again = lib.saving.load_model(tmp_path / "model.keras")
        assert type(again.layers[-1]._dtype_policy).__name__ == "DTypePolicyMap"
        np.testing.assert_allclose(
            np.asarray(again(x)).astype("float32"), np.asarray(model(x)).astype("float32"), atol=0.02
        )


def test_a_policy_is_found_by_what_stands_for_it():
    get = dtype_policies.get
    assert get(None) == cornu.config.dtype_policy() and get("float16").name == get(np.float16).name == "float16"
    assert get({"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}).compute_dtype == "float16"
    assert dtype_policies.FloatDTypePolicy is cornu.DTypePolicy
    for wrong in (123, ["float32"], {"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}):
        with pytest.raises(ValueError, match="policy"):
            get(wrong)
    with pytest.raises(ValueError, match="DTypePolicy"):
        cornu.config.set_dtype_policy(123)


@pytest.fixture
def limits():
    yield cornu.config
    cornu.config.set_max_epochs(None)
    cornu.config.set_max_steps_per_epoch(None)


def fitted(data, **options):
    model = cornu.Sequential([cornu.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    seen = []
    told = cornu.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    history = model.fit(*data, verbose=0, callbacks=[told], **options)
    return model, len(history.epoch), len(seen)


def pairs(count):
    for _ in range(count):
        yield np.ones((4, 2)), np.ones((4, 1))


def test_a_session_may_be_limited(limits):
    x, y = np.ones((40, 2)), np.ones((40, 1))
    limits.set_max_epochs(2)
    limits.set_max_steps_per_epoch(3)
    for data, options in (
        ((x, y), {"batch_size": 4}),
        ((x, y), {"batch_size": 4, "validation_split": 0.5}),
        ((x, y), {"batch_size": 4, "steps_per_epoch": 5}),
        ((pairs(100),), {"steps_per_epoch": 8}),
        ((pairs(100),), {}),
    ):
        model, epochs, batches = fitted(data, epochs=5, **options)
        assert (epochs, batches) == (2, 6), options
    assert fitted((x, y), epochs=1, batch_size=20)[1:] == (1, 2)  # the limits are above
    assert model.predict(x, batch_size=4).shape == (12, 1) and model.predict((x for x, _ in pairs(9))).shape == (12, 1)
    seen = []
    told = cornu.callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: seen.append(batch))
    model.evaluate(x, y, batch_size=4, verbose=0, callbacks=[told])
    assert len(seen) == 3
    limits.set_max_epochs(None)
    limits.set_max_steps_per_epoch(None)
    assert fitted((x, y), epochs=5, batch_size=4)[1:] == (5, 50)
    for set_it in (limits.set_max_epochs, limits.set_max_steps_per_epoch):
        for wrong in (0, 2.5, "3", True):
            with pytest.raises(ValueError, match="at least 1"):
                set_it(wrong)


def test_a_log_file_gets_a_line_per_epoch(capsys):
    x, y = np.ones((8, 2)), np.ones((8, 1))
    model, _, _ = fitted((x, y))
    cornu.config.disable_interactive_logging()
    try:
        assert not cornu.config.is_interactive_logging_enabled()
        model.fit(x, y, epochs=2)
        model.predict(x)
    finally:
        cornu.config.enable_interactive_logging()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all(line.startswith("Epoch") for line in lines)


def test_a_traceback_may_show_all():
    def broken():
        with pytest.raises(ValueError, match="ops.matmul cannot compute") as error:
            cornu.ops.matmul(np.ones((2, 3)), np.ones((2, 3)))
        return error.value

    assert broken().__cause__ is None
    cornu.config.disable_traceback_filtering()
    try:
        assert isinstance(broken().__cause__, TypeError) and not cornu.config.is_traceback_filtering_enabled()
    finally:
        cornu.config.enable_traceback_filtering()
    assert broken().__cause__ is None


def test_the_other_switches():
    config = cornu.config
    assert config.is_flash_attention_enabled() is None and not config.is_nnx_enabled()
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is True
    cornu.core.session._state["flash_attention"] = None
    with pytest.warns(UserWarning, match="runs no code out of a file"):
        config.enable_unsafe_deserialization()


def test_the_data_format_of_the_session_is_that_of_layers_made_afterwards():
    shapes = []
    for lib in (cornu, keras):
        lib.config.set_image_data_format("channels_first")
        try:
            made = [
                lib.layers.Conv2D(4, 3),
                lib.layers.MaxPooling2D(2),
                lib.layers.UpSampling2D(),
                lib.layers.Flatten(),
            ]
        finally:
            lib.config.set_image_data_format("channels_last")
        assert lib.config.image_data_format() == "channels_last"
        made.append(lib.layers.Conv2D(4, 3))
        shapes.append([(layer.data_format, tuple(layer.compute_output_shape((2, 6, 9, 8)))) for layer in made])
    assert shapes[0] == shapes[1]
    with pytest.raises(ValueError, match="channels_last"):
        cornu.config.set_image_data_format("last")
