"""Every engine runs a pure program to the same results, compiles it once, and never writes to a caller's array."""

import importlib.util
import sys
import threading
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from cornu import engine

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None
ENGINES = ["jax", "tensorflow"] if HAS_TENSORFLOW else ["jax"]
BATCH = 16


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        made = {"jax": engine_class("jax")()}
        if HAS_TENSORFLOW:
            made["tensorflow"] = engine_class("tensorflow")()
        for one in made.values():
            one.compile(lambda x: x)  # the cache is set up here
        yield made


@pytest.fixture(params=ENGINES)
def runner(request, engines):
    return engines[request.param]


def engine_class(name):
    if name == "jax":
        from cornu.engine.jax import JaxEngine

        return JaxEngine
    from cornu.engine.tensorflow import TensorFlowEngine

    return TensorFlowEngine


def training(seed=0):
    """A regression net with momentum and dropout, trained over whole data by index: (run, state, data, order)."""
    rng = np.random.default_rng(seed)
    weights = {"w1": rng.normal(0, 0.5, (6, 9)), "b1": rng.normal(0, 0.1, 9), "w2": rng.normal(0, 0.5, (9, 3))}
    weights = {name: value.astype("float32") for name, value in weights.items()}
    state = {
        "weights": weights,
        "momentum": {name: np.zeros_like(value) for name, value in weights.items()},
        "seed": np.array([3, 5], "uint32"),
        "step": np.array(0, "int32"),
        "loss": np.array(0, "float32"),
    }
    data = (rng.normal(size=(128, 6)).astype("float32"), rng.normal(size=(128, 3)).astype("float32"))

    def loss(weights, x, y, keep):
        hidden = jnp.tanh(x @ weights["w1"] + weights["b1"]) * keep
        return jnp.mean(jnp.square(hidden @ weights["w2"] - y))

    def step(index, state, data, order):
        rows = lax.dynamic_slice(order, (index * BATCH,), (BATCH,))
        keep = jax.random.bernoulli(jax.random.fold_in(state["seed"], state["step"]), 0.8, (BATCH, 9))
        value, slopes = jax.value_and_grad(loss)(state["weights"], data[0][rows], data[1][rows], keep)
        momentum = jax.tree.map(lambda m, g: 0.9 * m - 0.05 * g, state["momentum"], slopes)
        return {
            "weights": jax.tree.map(jnp.add, state["weights"], momentum),
            "momentum": momentum,
            "seed": state["seed"],
            "step": state["step"] + 1,
            "loss": state["loss"] + value,
        }

    def run(state, data, order, start, stop):
        return lax.fori_loop(start, stop, lambda index, state: step(index, state, data, order), state)

    return run, state, data, rng.permutation(128).astype("int32")


def bounds(start, stop):
    return np.int32(start), np.int32(stop)


def aligned(shape, value):
    """An array at a multiple of 64 bytes, which devices share instead of copying."""
    size = 4 * int(np.prod(shape))
    raw = np.zeros(size + 64, "uint8")
    offset = -raw.ctypes.data % 64
    array = raw[offset : offset + size].view("float32").reshape(shape)
    array[:] = value
    return array


# One program, every engine


def test_engine_trains_as_plain_jax_does(runner):
    run, state, data, order = training()
    expected = jax.jit(run)(state, data, order, 0, 8)
    program = runner.compile(run, donate=(0,))
    on_device = runner.put((state, data, order))
    state = program(*on_device, *bounds(0, 3))
    state = runner.get(program(state, *on_device[1:], *bounds(3, 8)))
    assert int(state["step"]) == 8
    assert state["seed"].dtype == np.uint32
    assert 0.1 < state["loss"] / 8 < 10
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), state, jax.device_get(expected))


def test_one_program_serves_every_chunk_length(runner):
    run, state, data, order = training()
    program = runner.compile(run, donate=(0,))
    state, data, order = runner.put((state, data, order))
    before = (engine.counters.compiled, engine.counters.dispatches, engine.counters.host_to_device)
    for start, stop in [(0, 1), (1, 5), (5, 8)]:
        state = program(state, data, order, *bounds(start, stop))
    assert program.compiled == 1
    after = (engine.counters.compiled, engine.counters.dispatches, engine.counters.host_to_device)
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 3, 0]


def test_new_shape_or_dtype_compiles_once_more(runner):
    program = runner.compile(lambda x: x * 2 + 1)
    for shape, dtype in [(3, "float32"), (3, "float32"), (4, "float32"), (4, "int32"), (4, "int32")]:
        x = np.ones(shape, dtype)
        np.testing.assert_array_equal(runner.get(program(x)), x * 2 + 1)
    assert program.compiled == 3


def test_put_counts_host_arrays_and_leaves_device_arrays_alone(runner):
    before = engine.counters.host_to_device
    tree = runner.put({"a": np.ones(30_000, "float32"), "b": [np.zeros(20_000, "int32"), None]})
    assert engine.counters.host_to_device - before == 2
    again = runner.put(tree)
    assert engine.counters.host_to_device - before == 2
    assert again["b"][1] is None
    np.testing.assert_array_equal(runner.get(again)["a"], np.ones(30_000))


DTYPES = ["float32", "float16", "bfloat16", "int8", "int16", "int32", "uint8", "uint16", "uint32", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_pass_through(runner, dtype):
    x = np.array([[0, 1, 3], [1, 0, 2]]).astype(jnp.dtype(dtype))
    flipped, same = runner.get(runner.compile(lambda x: (x[:, ::-1], x))(runner.put(x)))
    assert flipped.dtype == same.dtype == x.dtype
    np.testing.assert_array_equal(flipped, x[:, ::-1])
    np.testing.assert_array_equal(same, x)


def test_wide_dtypes_follow_x64(runner):
    x = np.array([2**40, -1, 7])
    program = runner.compile(lambda x: x + 1)
    assert runner.get(program(np.array([1, 2]))).dtype == np.int32
    with jax.enable_x64(True):
        for dtype in ["int64", "uint64", "float64"]:
            wide = np.abs(x).astype(dtype)
            result = runner.get(runner.compile(lambda x: x + 1)(runner.put(wide)))
            assert result.dtype == wide.dtype
            np.testing.assert_array_equal(result, wide + wide.dtype.type(1))


def test_python_numbers_take_the_dtype_of_the_arrays(runner):
    program = runner.compile(lambda x, scale: x * scale)
    assert runner.get(program(np.ones(3, "float16"), 2.5)).dtype == np.float16
    assert runner.get(program(np.ones(3, "float32"), 2)).dtype == np.float32
    assert (
        runner.get(program(np.ones(3, "float16"), np.float64(2.5))).dtype == np.float32
    )  # NumPy's scalars have a dtype


def test_unused_arguments_and_nested_results(runner):
    program = runner.compile(lambda unused, x: {"sum": x.sum(), "parts": (x + 1, [x * 2]), "none": None})
    result = runner.get(program(np.zeros(5, "float32"), np.arange(3, dtype="float32")))
    assert result["none"] is None
    assert result["sum"] == 3
    np.testing.assert_array_equal(result["parts"][1][0], [0, 2, 4])


def test_devices_are_named(runner):
    kind, number = runner.devices()[0].split(":")
    assert kind in ("cpu", "gpu", "tpu")
    assert number == "0"


# Errors


def test_an_error_in_the_program_comes_back_plain(runner):
    class Mine(Exception):
        pass

    def fails(x):
        raise Mine("the reason")

    with pytest.raises(Mine, match="the reason"):
        runner.compile(fails)(np.ones(2, "float32"))
    with pytest.raises(Mine, match="the reason"):
        runner.compile(fails).prepare(np.ones(2, "float32"))
    with pytest.raises(TypeError, match="dot_general"):
        runner.compile(lambda a, b: a @ b)(np.ones((2, 3), "float32"), np.ones((2, 3), "float32"))


@pytest.mark.skipif(not HAS_TENSORFLOW, reason="the message is TensorFlow's engine's")
def test_what_tensorflow_cannot_run_names_the_other_engine(engines):
    program = engines["tensorflow"].compile(jnp.linalg.cholesky)
    with pytest.raises(NotImplementedError, match="CORNU_BACKEND=jax"):
        program(np.eye(3, dtype="float32"))


# Whose memory it is


@pytest.mark.parametrize("shape", [(1 << 19,), (3,)])
def test_donation_never_writes_to_the_callers_array(runner, shape):
    mine = aligned(shape, 5)
    program = runner.compile(lambda x: x + 1, donate=(0,))
    state = runner.put(mine)
    for _ in range(3):
        state = program(state)
    np.testing.assert_array_equal(runner.get(state), np.full(shape, 8, "float32"))
    np.testing.assert_array_equal(mine, np.full(shape, 5, "float32"))
    program(mine)
    np.testing.assert_array_equal(mine, np.full(shape, 5, "float32"))


def test_donation_never_writes_to_what_was_fetched(runner):
    program = runner.compile(lambda x: x * 2, donate=(0,))
    state = program(runner.put(np.full(1 << 16, 3, "float32")))
    fetched = runner.get(state)
    program(program(state))
    np.testing.assert_array_equal(fetched, np.full(1 << 16, 6, "float32"))


def test_get_returns_a_view_on_the_cpu(runner):
    if not runner.devices()[0].startswith("cpu"):
        return
    x = runner.compile(lambda x: x + 1)(np.zeros(1000, "float32"))
    assert np.shares_memory(runner.get(x), runner.get(x))


# Compiling ahead


def test_prepare_compiles_what_a_later_call_uses(runner):
    run, state, data, order = training()
    program = runner.compile(run, donate=(0,))
    spec = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), (state, data, order))
    program.prepare(*spec, *bounds(0, 0))
    assert program.compiled == 1
    state = program(*runner.put((state, data, order)), *bounds(0, 2))  # waits for the thread
    assert program.compiled == 1
    assert int(runner.get(state)["step"]) == 2
    assert not program._preparing


def test_prepare_returns_before_the_compiler_has_finished(runner):
    """Forty different products take XLA long enough to see."""

    def heavy(x):
        for index in range(40):
            x = jnp.sort(x @ jnp.ones((8, 8)) * (index + 1), axis=index % 2)
        return x

    before = set(threading.enumerate())
    program = runner.compile(heavy)
    x = np.ones((8, 8), "float32")
    program.prepare(x)
    working = [thread for thread in threading.enumerate() if thread not in before and thread.name == "cornu-compile"]
    assert working
    program(x)
    assert not working[0].is_alive()
    assert program.compiled == 1


def test_jit_reuses_the_prepared_executable(engines, monkeypatch):
    """JAX compiles once for `prepare` and the call; its own event says so."""
    compiled = []
    jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: compiled.append(name))

    def polynomial(x):
        return x**3 - 4 * x**2 + x

    program = engines["jax"].compile(polynomial)
    x = engines["jax"].put(np.ones(7, "float32"))
    compiled.clear()
    program.prepare(x)
    deadline = time.monotonic() + 20
    while program._preparing and any(t.is_alive() for t in tuple(program._preparing)) and time.monotonic() < deadline:
        time.sleep(0.01)
    program(x)
    assert sum("backend_compile" in name for name in compiled) == 1


# The choice of the engine


@pytest.fixture
def unchosen(monkeypatch):
    monkeypatch.setattr(engine, "_engine", None)
    monkeypatch.setattr(engine, "_name", None)
    monkeypatch.delenv("CORNU_BACKEND", raising=False)


def test_jax_is_the_default(unchosen):
    assert engine.backend() == "jax"
    assert engine.current().name == "jax"
    assert engine.current() is engine.current()


def test_unknown_engine_names_the_two(unchosen, monkeypatch):
    with pytest.raises(ValueError, match='"jax" .*"tensorflow"'):
        engine.set_backend("torch")
    monkeypatch.setenv("CORNU_BACKEND", "theano")
    with pytest.raises(ValueError, match='CORNU_BACKEND=theano.*"jax" .*"tensorflow"'):
        engine.current()


def test_the_choice_comes_before_the_first_use(unchosen):
    engine.set_backend("tensorflow")
    assert engine.backend() == "tensorflow"
    engine.set_backend("jax")
    engine.current()
    engine.set_backend("jax")
    with pytest.raises(RuntimeError, match="CORNU_BACKEND=tensorflow"):
        engine.set_backend("tensorflow")


def test_missing_tensorflow_says_what_to_install(unchosen, monkeypatch):
    monkeypatch.setenv("CORNU_BACKEND", "tensorflow")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match=r'pip install "cornu\[tensorflow\]"'):
        engine.current()


# What the compiler is asked for


def test_a_program_counts_what_it_computes():
    from cornu.engine.jax import _elements, _equations

    def elements(program, *args):
        return _elements(list(_equations(jax.make_jaxpr(program)(*args).jaxpr)))

    def program(x):
        y = jnp.sin(x)  # 6
        _, ys = lax.scan(lambda c, v: (c + v, v * 2), 0.0, y)  # six times 1 + 1
        return lax.fori_loop(0, ys.astype(int)[0], lambda i, z: jnp.cos(z), ys)  # once 6 and a counter

    assert 24 <= elements(program, np.ones(6, "float32")) <= 50
    assert elements(lambda x: x @ x, np.ones((300, 300))) == 90_000


def test_the_largest_product_that_runs_in_a_loop_is_found():
    from cornu.engine.jax import _equations, _largest_product_in_loops

    def largest(program, *args):
        return _largest_product_in_loops(list(_equations(jax.make_jaxpr(program)(*args).jaxpr)))

    x, w = np.ones((4, 8)), np.ones((8, 8))
    assert largest(lambda x, w: x @ w, x, w) == 0
    assert largest(lambda x, w: lax.fori_loop(0, 3, lambda i, h: jnp.tanh(h @ w), x @ w @ w), x, w) == 4 * 8 * 8
    assert largest(lambda x, n: lax.fori_loop(0, n, lambda i, h: h @ h, x), w, 3) == 0  # a loop over batches


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="the options are for the compiler of CPUs")
def test_a_program_that_was_small_at_first_is_compiled_well_for_large_arguments(engines):
    program = engines["jax"].compile(lambda x: jnp.tanh(x) @ x.T)
    one, many = np.ones((1, 8), "float32"), np.ones((500, 8), "float32")
    for x in (one, many, one, many):
        assert program(x).shape == (len(x), len(x))
    assert program.compiled == 2
    quick, good = program._options((one,)), program._options((many,))
    assert quick[1] and not good[1]
    assert (program._jit_for((one,)) is program._jit_for((many,))) == (quick[0] == good[0])  # JAX 0.12 has no quick way


def test_compiler_options_that_xla_does_not_know_are_left_out():
    from cornu.engine.jax import _accepted

    assert _accepted((("xla_cpu_parallel_codegen_split_count", 2),))
    assert _accepted((("xla_cpu_no_such_option", "x"),)) == ()


@pytest.mark.skipif(not HAS_TENSORFLOW, reason="TensorFlow is not installed")
def test_a_program_like_an_earlier_one_is_not_compiled_again_by_tensorflow(engines):
    run, x = engines["tensorflow"], np.arange(6, dtype="float32")
    known = []
    for unused in (x, x, x[:3]):
        result = run.compile(lambda a, b: jnp.cos(a) + 17.0)(x, unused)
        np.testing.assert_allclose(run.get(result), np.cos(x) + 17, rtol=1e-6)
        known.append(len(run.functions))
    assert np.diff(known).tolist() == [0, 1]  # the same program; one for other arguments
