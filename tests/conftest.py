"""What all tests share: the oracle's backend, quiet libraries, a fresh seed before each test."""

import gc
import itertools
import os
import signal
from importlib import metadata

os.environ["KERAS_BACKEND"] = "jax"  # the real Keras, our oracle, computes on the same device
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("CORNU_CACHE", "off")  # tests count compilations
os.environ.setdefault("JAX_TRACEBACK_IN_LOCATIONS_LIMIT", "0")  # lowering takes a twentieth less time

if os.environ.get("CORNU_TESTS") == "quick":  # short compilations, slow programs
    flags = ["--xla_backend_optimization_level=0"]
    if tuple(map(int, metadata.version("jaxlib").split(".")[:2])) < (0, 11):  # a flag that XLA does not know is fatal
        flags += ["--xla_cpu_use_fusion_emitters=false", "--xla_cpu_parallel_codegen_split_count=1"]
    os.environ["XLA_FLAGS"] = " ".join(flags)

import jax
import numpy as np
import pytest

import cornu

signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores Ctrl-C

collect_ignore = ["typed"]  # scripts for type checkers, with mistakes
_tests_run = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """A doubt about correct code is a defect."""
    config.addinivalue_line("filterwarnings", "error::cornu.utils.LikelyMistake")


def pytest_collection_finish() -> None:
    """Leave what is imported out of garbage collections: there are a million objects of four libraries."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def fresh_session():
    """Names count from zero, random numbers repeat, and compiled programs of old tests are let go."""
    if next(_tests_run) % 1000 == 0:
        jax.clear_caches()
    cornu.config.clear_session(free_memory=False)
    cornu.utils.set_random_seed(0)


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that repeat."""
    return np.random.default_rng(0)
