"""The compilation cache skips compilation, never breaks a start, and trusts only what the user wrote, whole."""

import atexit
import importlib.util
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
import warnings
from collections import namedtuple
from pathlib import Path

import jax
import pytest

from cornu.engine import cache

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None

SCRIPT = """
import sys, numpy as np, jax, jax.numpy as jnp
from cornu import engine
events = []
jax.monitoring.register_event_listener(lambda name, **_: events.append(name))
jnp.ones(3).sum()  # JAX compiles something before Cornu does
runner = engine.current()
total = 0.0
for n in range(5):
    def run(state):
        return {"w": jax.lax.fori_loop(0, 5, lambda index, w: jnp.sin(w) + n, state["w"])}
    state = runner.put({"w": np.arange(6.0, dtype="float32").reshape(2, 3)})
    total += float(runner.get(runner.compile(run, donate=(0,))(state))["w"].sum())
count = lambda what: sum("compilation_cache/cache_" + what in name for name in events)
print(runner.name, total, count("hits"), count("misses"))
"""
Start = namedtuple("Start", "engine total hits misses")

# The module alone, without JAX, starts in a twentieth of the time.
ALONE = f"""
import importlib.util, itertools, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("cache", {cache.__file__!r})
cache = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cache)
folder = Path(sys.argv[1])
entries = cache.Entries(folder)
"""


def begin(home, script=SCRIPT, **environ):
    """Begin a start of a script with its cache under `home`."""
    environ = {"XDG_CACHE_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path), **environ}
    ours = ("JAX_", "CORNU_", "TF_", "XLA_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", script], env=clean | environ, stdout=pipe, stderr=pipe, text=True)


def end(process, says=""):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    if says:
        assert err.count(says) == 1
    else:
        assert err == ""  # nothing that a person must learn to ignore
    name, total, hits, misses = out.split()
    return Start(name, float(total), int(hits), int(misses))


def start(home, **environ):
    return end(begin(home, **environ))


def files(home):
    return sorted(path for path in Path(home, "cornu").rglob("*") if path.is_file())


def exchange(a, b):
    one, other = a.read_bytes(), b.read_bytes()
    a.write_bytes(other)
    b.write_bytes(one)


def flip(file, bit=4):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= bit
    file.write_bytes(content)


# Starts


def test_starts_share_a_cache_and_write_damaged_entries_anew(tmp_path):
    at_once = [begin(tmp_path), begin(tmp_path)]
    first, other = map(end, at_once)
    kept = files(tmp_path)
    assert len(kept) >= 5
    assert (first.engine, first.total) == ("jax", other.total)
    assert first.hits + first.misses == other.hits + other.misses == len(kept)
    assert (tmp_path / "cornu").stat().st_mode & 0o077 == 0

    good = [path.read_bytes() for path in kept]
    exchange(kept[0], kept[1])
    kept[2].write_bytes(good[2][: len(good[2]) // 2])
    kept[3].write_bytes(b"")
    flip(kept[4])
    assert start(tmp_path) == ("jax", first.total, len(kept) - 5, 5)
    assert start(tmp_path) == ("jax", first.total, len(kept), 0)
    assert files(tmp_path) == kept


def test_a_start_that_cannot_write_whole_entries_leaves_none(tmp_path):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    assert end(begin(tmp_path, full + SCRIPT)).misses >= 5
    assert files(tmp_path) == []


def test_a_folder_given_to_jax_stays_in_use(tmp_path):
    mine = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / "mine"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    start(tmp_path / "unused", **mine)
    assert not (tmp_path / "unused" / "cornu").exists()
    assert list((tmp_path / "mine").iterdir())


def test_jax_keeps_its_own_cache_for_other_folders(tmp_path, monkeypatch):
    from jax._src import compilation_cache

    monkeypatch.setattr(compilation_cache, "get_file_cache", compilation_cache.get_file_cache)
    monkeypatch.setattr(cache, "folder", lambda engine: tmp_path / "ours")
    names = ["compilation_cache_dir", "persistent_cache_min_compile_time_secs", "persistent_cache_min_entry_size_bytes"]
    before = {f"jax_{name}": getattr(jax.config, f"jax_{name}") for name in names}
    assert before["jax_compilation_cache_dir"] is None
    try:
        cache.enable_for_jax.__wrapped__()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "ours")
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
    ours, place = compilation_cache.get_file_cache(str(tmp_path / "ours"))
    assert (type(ours), place) == (cache.Entries, str(tmp_path / "ours"))
    theirs, _ = compilation_cache.get_file_cache(str(tmp_path / "theirs"))
    assert type(theirs) is compilation_cache.LRUCache


def test_a_jax_with_another_interface_uses_its_own_files(tmp_path):
    other = "from jax._src import compilation_cache; del compilation_cache.CacheInterface\n"
    assert end(begin(tmp_path, other + SCRIPT)).misses == len(files(tmp_path)) > 0
    assert all(path.name.endswith("-cache") for path in files(tmp_path))


# Entries


@pytest.mark.parametrize("key", ["jit_run-" + "0" * 64, "jit_" + "训练" * 90 + "-" + "1" * 64, "jit_" + "f" * 300])
def test_an_entry_comes_back(key, tmp_path):
    entries = cache.Entries(tmp_path)
    assert entries.get(key) is None
    for content in (b"", b"code", bytes(100_000)):
        entries.put(key, content)
        assert entries.get(key) == content
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_damaged_entry_is_missing_and_goes(tmp_path):
    entries = cache.Entries(tmp_path)
    entries.put("a", b"content of a")
    entries.put("b", b"content of b")
    good = (tmp_path / "a").read_bytes()
    cut = [good[:size] for size in range(len(good))]
    flipped = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(len(good))]
    for bad in [*cut, *flipped, good + b"\0", (tmp_path / "b").read_bytes()]:
        (tmp_path / "a").write_bytes(bad)
        assert entries.get("a") is None
        assert not (tmp_path / "a").exists()
    entries.put("a", b"anew")
    assert (entries.get("a"), entries.get("b")) == (b"anew", b"content of b")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("step", ["_seal", "os.replace"])
def test_a_write_that_ends_in_the_middle_keeps_what_was_there(error, step, tmp_path, monkeypatch):
    entries = cache.Entries(tmp_path)
    entries.put("a", b"old")

    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(f"cornu.engine.cache.{step}", fail)
        if isinstance(error, OSError):
            entries.put("a", b"new")
        else:
            with pytest.raises(KeyboardInterrupt):
                entries.put("a", b"new")
    assert entries.get("a") == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_folder_that_vanishes_is_an_empty_one(tmp_path):
    entries = cache.Entries(tmp_path / "gone")
    entries.put("a", b"content")
    assert entries.get("a") is None


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_writers_killed_at_any_moment_leave_whole_entries(how, tmp_path):
    forever = "for n in itertools.count(): entries.put(f'k{n % 5}', bytes([n % 251]) * 3_000_000)"
    writer = f"{ALONE}\nprint(flush=True)\n{forever}"
    rng, quiet = random.Random(1), subprocess.DEVNULL
    for _ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", writer, str(tmp_path)], stdout=subprocess.PIPE, stderr=quiet, text=True
        )
        with process:
            process.stdout.readline()
            time.sleep(rng.uniform(0, 0.02))
            process.send_signal(how)
        assert process.returncode == -how
    kept = [name for name in os.listdir(tmp_path) if not name.startswith(".")]
    assert kept
    for name in kept:
        content = cache.Entries(tmp_path).get(name)
        assert content == content[:1] * 3_000_000


def test_processes_that_write_the_same_entries_find_whole_ones(tmp_path):
    worker = (
        ALONE
        + """
for n in range(60):
    key = f"k{n % 3}"
    entries.put(key, bytes([n]) * 300_000)
    content = entries.get(key)
    assert content == content[:1] * 300_000
    cache._trim(folder, 1 << 30)
"""
    )
    for key in ("k0", "k1", "k2"):
        cache.Entries(tmp_path).put(key, bytes(300_000))
    workers = [subprocess.Popen([sys.executable, "-c", worker, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(timeout=120) for process in workers] == [0, 0, 0]
    assert sorted(os.listdir(tmp_path)) == ["k0", "k1", "k2"]


# Trimming


def aged(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)


def test_the_oldest_files_go_first(tmp_path):
    (tmp_path / "of_xla").mkdir()
    for age, name in enumerate(["new", "of_xla/middle", "old"]):
        (tmp_path / name).write_bytes(b"x" * 100)
        aged(tmp_path / name, 100 + age)
    aged(tmp_path / "of_xla", 1000)
    cache._trim(tmp_path, 250)
    assert sorted(os.listdir(tmp_path)) == ["new", "of_xla"]
    assert os.listdir(tmp_path / "of_xla") == ["middle"]
    cache._trim(tmp_path, 0)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    cache.clear(tmp_path)
    assert os.listdir(tmp_path) == []


def test_all_engines_share_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 1000)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CORNU_CACHE", raising=False)
    cache.Entries(cache.folder("tensorflow-1")).put("a", bytes(700))
    aged(*files(tmp_path), 10)
    cache.Entries(cache.folder("jax")).put("b", bytes(700))
    assert len(files(tmp_path)) == 2
    cache.folder("jax")
    assert [path.name for path in files(tmp_path)] == ["b"]


def test_what_killed_processes_left_goes_after_a_day(tmp_path):
    for name in ("old", "young"):
        (tmp_path / f".{name}").write_text("half an entry")
        (tmp_path / f".unpacked-{name}").mkdir()
        (tmp_path / f".unpacked-{name}" / "entry").write_text("of a process")
    for name in (".old", ".unpacked-old"):
        aged(tmp_path / name, cache.UNFINISHED + 60)
    cache._trim(tmp_path, 0)
    assert sorted(os.listdir(tmp_path)) == [".unpacked-young", ".young"]
    assert os.listdir(tmp_path / ".unpacked-young") == ["entry"]


# Trust


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CORNU_CACHE", raising=False)
    (tmp_path / "home").mkdir(mode=0o755)
    return tmp_path / "home"


def components(home):
    path = cache.folder("jax")
    return [home / "cornu", path.parent, path]


def spoil(path, how, monkeypatch, tmp_path):
    if how == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        shutil.rmtree(path)
        path.symlink_to(tmp_path / "elsewhere")
    elif how == "file":
        shutil.rmtree(path)
        path.write_text("")
    elif how == "foreign" and os.geteuid() == 0:
        os.chown(path, 4242, -1)
    elif how == "foreign":
        monkeypatch.setattr(os, "geteuid", lambda: 4242)
    else:
        path.chmod(int(how, 8))


def test_the_folder_is_its_users_alone(home):
    for path in components(home):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    with warnings.catch_warnings(action="error"):
        assert cache.folder("jax") == path


@pytest.mark.parametrize(
    "how, why",
    [
        ("link", "is a symbolic link; delete it"),
        ("file", "is no folder; delete it"),
        ("foreign", "belongs to another user; "),
        ("720", "can be written by other users; delete it"),
        ("702", "can be written by other users; delete it"),
        ("1777", "can be written by other users; delete it"),
    ],
)
@pytest.mark.parametrize("place", range(3))
def test_a_folder_that_others_may_have_written_is_not_used(place, how, why, home, monkeypatch, tmp_path):
    spoil(components(home)[place], how, monkeypatch, tmp_path)
    with pytest.warns(UserWarning, match="cache.* is off: .*CORNU_CACHE=off") as caught:
        assert cache.folder("jax") is None
    (warning,) = caught
    assert why in str(warning.message)
    assert "XDG_CACHE_HOME" in str(warning.message)
    if how == "link":
        assert os.listdir(tmp_path / "elsewhere") == []
    monkeypatch.setenv("CORNU_CACHE", "off")
    with warnings.catch_warnings(action="error"):
        assert cache.folder("jax") is None


@pytest.mark.parametrize(
    "how, trusted", [("755", True), ("775", True), ("1777", True), ("777", False), ("foreign", False)]
)
@pytest.mark.parametrize("linked", [False, True])
def test_the_cache_folder_of_all_programs_must_be_ours(how, trusted, linked, home, monkeypatch, tmp_path):
    if linked:
        home.rename(tmp_path / "disk")
        home.symlink_to(tmp_path / "disk")
    spoil(home.resolve(), how, monkeypatch, tmp_path)
    if trusted:
        assert cache.folder("jax").is_relative_to(home.resolve())
    else:
        with pytest.warns(UserWarning, match="make it yours alone"):
            assert cache.folder("jax") is None
        assert os.listdir(home) == []


def test_a_folder_of_the_system_may_hold_the_users_but_not_be_it(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    cache._trust(Path("/"), shared=True)
    with pytest.raises(cache.UntrustedError, match="'/' belongs to another user"):
        cache._trust(Path("/"))


def test_a_start_without_trust_says_so_once(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "cornu").symlink_to(tmp_path / "theirs")
    assert end(begin(tmp_path), says="is a symbolic link").hits == 0
    assert os.listdir(tmp_path / "theirs") == []


def test_no_cache_where_it_is_off_or_cannot_be(home, monkeypatch):
    with warnings.catch_warnings(action="error"):
        monkeypatch.setenv("CORNU_CACHE", "off")
        assert cache.folder("jax") is None
        assert os.listdir(home) == []
        monkeypatch.delenv("CORNU_CACHE")
        (home / "file").write_text("not a folder")
        monkeypatch.setenv("XDG_CACHE_HOME", str(home / "file"))
        assert cache.folder("jax") is None


# TensorFlow reads and writes its files itself


@pytest.fixture
def at_exit(home, monkeypatch):
    """What is to be called at the end of the process, in the order of the calls that asked for it."""
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    functions = []
    monkeypatch.setattr(atexit, "register", functions.append)
    return functions


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_tensorflow_writes_is_verified_before_it_reads_it_again(at_exit):
    own = cache.enable_for_tensorflow("2")
    for name in ("a.pb", "b.pb", "c.pb", "d.pb", "half.pb123.tmp"):
        (own / name).write_bytes(b"program " + name.encode())
    at_exit[0]()
    assert not own.exists()
    kept = own.parent
    assert sorted(os.listdir(kept)) == ["a.pb", "b.pb", "c.pb", "d.pb"]

    flip(kept / "a.pb")
    exchange(kept / "b.pb", kept / "c.pb")
    (kept / "planted.pb").write_bytes(b"program planted.pb")
    assert contents(cache.enable_for_tensorflow("2")) == {"d.pb": b"program d.pb"}


def test_processes_with_tensorflow_do_not_see_each_other(at_exit):
    one, other = cache.enable_for_tensorflow("2"), cache.enable_for_tensorflow("2")
    assert one != other
    (one / "a.pb").write_bytes(b"one's a")
    (other / "a.pb").write_bytes(b"other's a")
    (other / "b.pb").write_bytes(b"other's b")
    at_exit[0]()
    assert contents(other) == {"a.pb": b"other's a", "b.pb": b"other's b"}
    at_exit[1]()
    third = cache.enable_for_tensorflow("2")
    assert contents(third) == {"a.pb": b"other's a", "b.pb": b"other's b"}
    before = (third.parent / "b.pb").stat()
    (third / "a.pb").unlink()  # TensorFlow puts a new file in the place of an old one
    (third / "a.pb").write_bytes(b"third's a")
    at_exit[2]()
    assert (third.parent / "b.pb").stat().st_mtime_ns == before.st_mtime_ns
    assert contents(cache.enable_for_tensorflow("2"))["a.pb"] == b"third's a"


def test_a_cleared_folder_takes_new_entries(at_exit):
    own = cache.enable_for_tensorflow("2")
    (own / "a.pb").write_bytes(b"does not load")
    at_exit[0]()
    own = cache.enable_for_tensorflow("2")
    cache.clear(own)
    (own / "a.pb").write_bytes(b"compiled anew")
    at_exit[1]()
    assert contents(cache.enable_for_tensorflow("2")) == {"a.pb": b"compiled anew"}


def test_only_what_a_start_can_read_is_kept_for_tensorflow(at_exit, monkeypatch):
    monkeypatch.setattr(cache, "UNPACKED", 250)
    own = cache.enable_for_tensorflow("2")
    for name in ("a.pb", "b.pb"):
        (own / name).write_bytes(bytes(100))
    at_exit[0]()
    aged(own.parent / "a.pb", 10)
    assert list(contents(cache.enable_for_tensorflow("2"))) == ["b.pb"]


def test_tensorflow_gets_no_cache_on_a_full_disk(at_exit, monkeypatch):
    own = cache.enable_for_tensorflow("2")
    (own / "a.pb").write_bytes(b"program")
    at_exit.pop()()
    monkeypatch.setenv("TF_XLA_FLAGS", "")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: namedtuple("Usage", "free")(1000))
        assert cache.enable_for_tensorflow("2") is None

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert cache.enable_for_tensorflow("2") is None
    assert (os.environ["TF_XLA_FLAGS"], at_exit, os.listdir(own.parent)) == ("", [], ["a.pb"])


def test_flags_of_the_user_stay(at_exit, home, monkeypatch):
    for flags in ("--tf_xla_persistent_cache_directory=/mine", "/a/file/with/flags"):
        monkeypatch.setenv("TF_XLA_FLAGS", flags)
        assert cache.enable_for_tensorflow("2") is None
        assert os.environ["TF_XLA_FLAGS"] == flags
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=2")
    first = cache.enable_for_tensorflow("2")
    assert os.environ["TF_XLA_FLAGS"] == f'--tf_xla_auto_jit=2 --tf_xla_persistent_cache_directory="{first}"'
    second = cache.enable_for_tensorflow("2")  # in a process that the first one starts
    assert second not in (first, None)
    assert os.environ["TF_XLA_FLAGS"].split() == [
        "--tf_xla_auto_jit=2",
        f"--tf_xla_persistent_cache_directory={json.dumps(str(second))}",
    ]
    monkeypatch.setenv("CORNU_CACHE", "off")  # and in one where it is off
    assert cache.enable_for_tensorflow("2") is None
    assert os.environ["TF_XLA_FLAGS"] == "--tf_xla_auto_jit=2"


@pytest.mark.skipif(not HAS_TENSORFLOW, reason="the cache is TensorFlow's")
def test_tensorflow_starts_silently_and_survives_a_damaged_cache(tmp_path):
    home = tmp_path / "with a space"
    first = start(home, CORNU_BACKEND="tensorflow")
    assert first.engine == "tensorflow"
    kept = files(home)
    assert len(kept) == 5
    good = [path.read_bytes() for path in kept]
    flip(kept[0])
    exchange(kept[1], kept[2])
    kept[3].write_bytes(good[3][: len(good[3]) // 2])
    inodes = [path.stat().st_ino for path in kept]
    assert start(home, CORNU_BACKEND="tensorflow").total == first.total
    assert files(home) == kept
    entries = cache.Entries(kept[0].parent)
    assert all(entries.get(path.name) for path in kept)
    same = [path.stat().st_ino == inode for path, inode in zip(kept, inodes, strict=True)]
    assert same[4]  # what is loaded is not written again
