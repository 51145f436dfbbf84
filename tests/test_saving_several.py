"""Models and weights in several files: a folder in place of an archive, and shards; each read by Keras, and Keras's."""

import json
import os
import signal

import keras
import numpy as np
import pytest

import cornu

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 3)).astype("float32")


def trained(lib):
    """A model with a layer inside a layer, a shared one, and an optimizer with slots."""
    a = lib.Input((6,))
    inner = lib.Sequential([lib.Input((6,)), lib.layers.Dense(6, "tanh"), lib.layers.BatchNormalization()])
    model = lib.Model(a, lib.layers.Dense(3)(inner(inner(a))))
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    return model


def state(model):
    return [np.array(v.numpy()) for v in [*model.weights, *model.optimizer.variables]]


def same(mine, theirs):
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("writer, reader", [(cornu, cornu), (cornu, keras), (keras, cornu)])
def test_a_folder_holds_what_an_archive_holds(tmp_path, writer, reader):
    model = trained(writer)
    writer.saving.save_model(model, tmp_path / "folder", zipped=False)
    again = reader.saving.load_model(tmp_path / "folder")
    same(state(again), state(model))
    history = [m.fit(X, Y, verbose=0, shuffle=False).history["loss"] for m in (model, again)]
    np.testing.assert_allclose(*history, rtol=1e-5)


@pytest.mark.parametrize("writer, reader", [(cornu, cornu), (cornu, keras), (keras, cornu)])
def test_weights_in_shards(tmp_path, writer, reader):
    model, other = trained(writer), trained(reader)
    model.save_weights(str(tmp_path / "w.weights.json"), max_shard_size=200 / 2**30)
    assert len(os.listdir(tmp_path)) > 3
    before = state(model)
    other.load_weights(str(tmp_path / "w.weights.json"))
    same(state(other), before)


def test_shards_are_listed_as_keras_lists_them(tmp_path):
    listings = []
    for lib in (cornu, keras):
        model = trained(lib)
        model.save_weights(str(tmp_path / f"{lib.__name__}.weights.json"), max_shard_size=200 / 2**30)
        listing = json.loads((tmp_path / f"{lib.__name__}.weights.json").read_text())
        listings.append(json.loads(json.dumps(listing).replace(lib.__name__, "")))
    assert listings[0]["weight_map"].keys() == listings[1]["weight_map"].keys()
    assert listings[0]["metadata"] == listings[1]["metadata"]


def test_one_array_of_many_is_no_reason_for_a_shard_of_its_own(tmp_path):
    trained(cornu).save_weights(tmp_path / "w.weights.json")
    assert sorted(os.listdir(tmp_path)) == ["w.weights.json", "w_00000.weights.h5"]


@pytest.mark.parametrize("name", ["../other.h5", "/etc/hostname", "link.h5", "missing.h5", "a\\b"])
def test_a_listing_leads_nowhere_else(tmp_path, name):
    model = trained(cornu)
    model.save_weights(tmp_path / "w.weights.json")
    model.save_weights(tmp_path.parent / "other.weights.h5")
    (tmp_path / "link.h5").symlink_to(tmp_path / "w_00000.weights.h5")
    path = tmp_path / "w.weights.json"
    listing = json.loads(path.read_text())
    listing["weight_map"] = dict.fromkeys(listing["weight_map"], name)
    path.write_text(json.dumps(listing))
    before = state(model)
    with pytest.raises(ValueError, match=r"is refused: a model file|no file 'missing.h5'"):
        model.load_weights(path)
    same(state(model), before)


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    model = trained(cornu)
    cornu.saving.save_model(model, tmp_path / "folder", zipped=False)
    (tmp_path / "folder" / "config.json").rename(tmp_path / "config.json")
    (tmp_path / "folder" / "config.json").symlink_to(tmp_path / "config.json")
    with pytest.raises(ValueError, match="is refused: a model file"):
        cornu.saving.load_model(tmp_path / "folder")


def test_what_is_not_complete_is_named(tmp_path):
    model = trained(cornu)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"a folder without config.json"):
        cornu.saving.load_model(tmp_path / "empty")
    cornu.saving.save_model(model, tmp_path / "folder", zipped=False)
    with pytest.raises(FileExistsError):
        cornu.saving.save_model(model, tmp_path / "folder", overwrite=False, zipped=False)
    (tmp_path / "folder" / "model.weights.h5").unlink()
    with pytest.raises(ValueError, match=r"no file 'model.weights.h5'"):
        cornu.saving.load_model(tmp_path / "folder")
    (tmp_path / "config.json").write_text(model.to_json())
    with pytest.raises(ValueError, match="model_from_json"):
        cornu.saving.load_model(tmp_path / "config.json")


def test_ctrl_c_leaves_all_shards_as_they_were_or_all_new(tmp_path):
    model, other = trained(cornu), trained(cornu)
    path = tmp_path / "w.weights.json"
    model.save_weights(path, max_shard_size=200 / 2**30)
    old, new = state(model), [w + 1 for w in model.get_weights()]
    model.set_weights(new)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        for delay in np.linspace(0.0001, 0.03, 20):
            try:
                signal.setitimer(signal.ITIMER_REAL, delay)
                model.save_weights(path, max_shard_size=200 / 2**30)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                other.load_weights(path)
                first = other.get_weights()[0]
                assert any(np.array_equal(first, each) for each in (old[0], new[0]))
                whole = new if np.array_equal(first, new[0]) else old[: len(new)]
                same(other.get_weights(), whole)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]
