"""A save that fails, is interrupted or killed leaves the file that was there."""

import os
import signal
import stat
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import cornu
from cornu import layers
from cornu.saving import legacy, structure
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

    real = legacy.write_array
    monkeypatch.setattr(legacy, "write_array", fail_later)
    monkeypatch.setattr(structure, "write_array", fail_later)
    with pytest.raises(type(error)):
        make(7).save(tmp_path / name)
    monkeypatch.undo()
    assert len(calls) == 3
    assert os.listdir(tmp_path) == [name]
    again = cornu.saving.load_model(tmp_path / name)
    for a, b in zip(again.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", NAMES)
def test_kill_in_the_middle_keeps_the_old_file(name, tmp_path):
    old = make()
    old.save(tmp_path / name)
    script = textwrap.dedent(f"""
        import os, signal, sys
        import cornu
        from cornu.saving import legacy, structure
        real, calls = legacy.write_array, []
        def die_later(*args):
            calls.append(args)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args)
        legacy.write_array = structure.write_array = die_later
        model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(7), cornu.layers.Dense(1)])
        model.save({str(tmp_path / name)!r})
        """)
    result = subprocess.run([sys.executable, "-c", script], timeout=120, capture_output=True)
    assert result.returncode == -signal.SIGKILL, result.stderr.decode()
    again = cornu.saving.load_model(tmp_path / name)
    for a, b in zip(again.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


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
    with pytest.raises(PermissionError, match="no permission to write into the folder"):
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
