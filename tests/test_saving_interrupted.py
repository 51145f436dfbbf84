"""A save that fails, is interrupted or killed leaves the file that was there."""

import os
import signal
import stat
import subprocess
import sys

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.saving import layerwise, structure
from cornu.saving.writer import replacing

NAMES = ("model.h5", "model.keras")


def make(units=3):
    return cornu.Sequential(
        [cornu.Input((4,)), layers.Dense(units, kernel_initializer="random_normal"), layers.Dense(1)]
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_error_in_the_middle_keeps_the_old_file(name, error, tmp_path, monkeypatch):
    old = make()
    old.save(tmp_path / name)
    calls = []

    def fail_later(*args):
        calls.append(args)
        if len(calls) == 3:
            raise error
        return real(*args)

    real = layerwise.write_array
    monkeypatch.setattr(layerwise, "write_array", fail_later)
    monkeypatch.setattr(structure, "write_array", fail_later)
    with pytest.raises(type(error)):
        make(7).save(tmp_path / name)
    monkeypatch.undo()
    assert len(calls) == 3
    assert os.listdir(tmp_path) == [name]
    again = cornu.saving.load_model(tmp_path / name)
    for a, b in zip(again.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


KILLS = """
import os, random, signal, sys, time, warnings
import numpy as np
import cornu
warnings.simplefilter("ignore")  # JAX warns of forks; nothing here computes afterwards

def make(value):
    model = cornu.Sequential([cornu.Input((1000,)), cornu.layers.Dense(2000), cornu.layers.Dense(1000)])
    model.set_weights([np.full(w.shape, value, "float32") for w in model.get_weights()])
    return model

folder, name = sys.argv[1:]
path, old, new = os.path.join(folder, name), make(1.0), make(2.0)
new.save(path)
began = time.perf_counter()
old.save(path)
took, draw = time.perf_counter() - began, random.Random(0)
for _ in range(30):
    child = os.fork()
    if child == 0:
        try:
            new.save(path)
        finally:
            os._exit(0)
    time.sleep(1.5 * took * draw.random())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found = {float(v) for w in cornu.saving.load_model(path).get_weights() for v in np.unique(w)}
    print(found in ({1.0}, {2.0}), len(os.listdir(folder)) - 1, flush=True)
    if found == {2.0}:
        old.save(path)
"""


@pytest.mark.parametrize("name", NAMES)
def test_kills_leave_the_old_file_or_the_new_one_and_no_other(name, tmp_path):
    """A link cannot replace a file, so for some microseconds of a save the new file has a name of its own."""
    run = [sys.executable, "-c", KILLS, str(tmp_path), name]
    result = subprocess.run(run, timeout=300, capture_output=True, text=True)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert len(lines) == 30, result.stderr[-2000:]
    assert [whole for whole, _ in lines] == ["True"] * 30
    assert int(lines[-1][1]) <= 1


@pytest.mark.parametrize("name", [*NAMES, "model.weights.h5"])
def test_ctrl_c_at_any_moment(name, tmp_path):
    """A real signal at every few lines that a save goes through, in the libraries below it too."""
    path, model, lines = tmp_path / name, make(), 0
    places = ("saving", "h5py", "zipfile", "contextlib", "shutil")

    def save():
        (model.save_weights if "weights" in name else model.save)(path)

    def count_until(stop):
        passed = 0

        def local(frame, event, arg):
            nonlocal passed
            if event == "line":
                passed += 1
                if passed == stop:
                    os.kill(os.getpid(), signal.SIGINT)
            return local

        def begin(frame, event, arg):
            return local if any(place in frame.f_code.co_filename for place in places) else None

        before = sys.gettrace()
        sys.settrace(begin)
        try:
            save()
        except KeyboardInterrupt:
            assert passed >= stop > 0
        finally:
            sys.settrace(before)
        return passed

    save()
    lines = count_until(0)
    assert lines > 500
    for number in range(1, lines, 97):
        count_until(number)
        assert os.listdir(tmp_path) == [name]
        again = make()
        again.load_weights(path)
        np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    x = np.ones((2, 4), "float32")
    before = model.predict(x, verbose=0)
    model.compile("sgd", "mse")
    model.fit(x, np.ones((2, 1)), verbose=0)
    assert not np.array_equal(model.predict(x, verbose=0), before)
    save()


def test_a_second_ctrl_c_does_not_wait(tmp_path):
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "file") as temporary:
        os.kill(os.getpid(), signal.SIGINT)
        with open(temporary, "w") as file:
            file.write("whole")
        os.kill(os.getpid(), signal.SIGINT)
    assert os.listdir(tmp_path) == []
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "file") as temporary:
        os.kill(os.getpid(), signal.SIGINT)
        with open(temporary, "w") as file:
            file.write("whole")
    assert (tmp_path / "file").read_text() == "whole"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", NAMES)
def test_file_systems_without_unnamed_files(name, tmp_path, monkeypatch):
    monkeypatch.setattr("cornu.saving.writer._unnamed", lambda folder: None)
    make().save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert cornu.saving.load_model(tmp_path / name).count_params() == make().count_params()


@pytest.mark.parametrize("name", NAMES)
def test_file_systems_where_a_file_gets_no_name_afterwards(name, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", refuse)
    make().save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert cornu.saving.load_model(tmp_path / name).count_params() == make().count_params()


def test_a_name_that_a_killed_process_left_is_in_nobodys_way(tmp_path):
    with replacing(tmp_path / "file") as temporary:
        (tmp_path / f".cornu-{os.getpid()}-{os.path.basename(temporary)}.tmp").write_text("half")
        with open(temporary, "w") as file:
            file.write("whole")
    assert os.listdir(tmp_path) == ["file"] and (tmp_path / "file").read_text() == "whole"


MEMORY = """
import re, sys
import numpy as np
import cornu

def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+)", open("/proc/self/status").read())[1])

path, load = sys.argv[1], sys.argv[2] == "load"
if load:
    cornu.Sequential([cornu.Input((10,)), cornu.layers.Dense(10)]).save(path + ".small.keras")
    cornu.saving.load_model(path + ".small.keras")
else:
    sizes = [cornu.layers.Dense(2000, kernel_initializer="zeros", use_bias=False) for _ in range(10)]
    model = cornu.Sequential([cornu.Input((2000,)), *sizes])
    for weight in model.weights:
        weight.numpy()
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
before = kilobytes("VmRSS")
kept = cornu.saving.load_model(path) if load else model.save(path)
print(kilobytes("VmHWM") - before >> 10)
"""


@pytest.mark.parametrize("name", NAMES)
def test_no_second_copy_of_the_weights_is_held(name, tmp_path):
    """The model has 10 arrays of 15 MB."""

    def grown(what):
        run = [sys.executable, "-c", MEMORY, str(tmp_path / name), what]
        return int(subprocess.run(run, check=True, timeout=200, capture_output=True, text=True).stdout)

    assert grown("save") < 50
    assert grown("load") < 152 + 50


def test_overwrite_false_raises_and_keeps(tmp_path):
    make().save(tmp_path / "model.h5")
    before = (tmp_path / "model.h5").read_bytes()
    for save in (make().save, make().save_weights):
        with pytest.raises(FileExistsError, match="overwrite=True"):
            save(tmp_path / "model.h5", overwrite=False)
    assert (tmp_path / "model.h5").read_bytes() == before
    make().save(tmp_path / "other.h5", overwrite=False)
    assert sorted(os.listdir(tmp_path)) == ["model.h5", "other.h5"]


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist. Make it first"):
        make().save(tmp_path / "none" / "model.h5")
    (tmp_path / "folder.h5").mkdir()
    with pytest.raises(IsADirectoryError, match="Give the path of a file in it"):
        make().save(tmp_path / "folder.h5")


def test_an_unwritable_folder_is_told(tmp_path, monkeypatch):
    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cornu.saving.writer._unnamed", lambda folder: None)
    monkeypatch.setattr("tempfile.mkstemp", refuse)  # root may write anywhere, so a real folder would not do
    with pytest.raises(PermissionError, match="no permission to write into"):
        make().save(tmp_path / "model.h5")


def test_permissions_and_links_stay(tmp_path):
    make().save(tmp_path / "real.h5")
    os.chmod(tmp_path / "real.h5", 0o640)
    os.symlink(tmp_path / "real.h5", tmp_path / "link.h5")
    make(9).save(tmp_path / "link.h5")
    assert os.path.islink(tmp_path / "link.h5")
    assert stat.S_IMODE(os.stat(tmp_path / "real.h5").st_mode) == 0o640
    assert cornu.saving.load_model(tmp_path / "real.h5").layers[0].units == 9


def test_a_new_file_gets_ordinary_permissions(tmp_path):
    with replacing(tmp_path / "new.txt") as temporary, open(temporary, "w") as file:
        file.write("new")
    (tmp_path / "plain.txt").write_text("plain")
    modes = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("new.txt", "plain.txt")]
    assert modes[0] == modes[1]
