# Two commands for a fresh machine: `make demo` and `make test`. Everything else is for those who change the code.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS ?= 2

.PHONY: demo test test-fast check bench clean

demo: $(VENV)/.demo  ## install Cornu and run the quickstart
	$(BIN)/python examples/quickstart.py

# The oracle suites compile thousands of small programs once: there a short compilation beats a fast program, and a file's
# tests stay in one process, so that what they share is compiled once.
QUICK := CORNU_TESTS=quick
AS_USED := tests/test_kernels.py tests/test_engine.py tests/test_training.py
FAST := tests/test_errors.py tests/test_layers_core.py tests/test_saving_roundtrip.py tests/test_regularizers_constraints.py

test: $(VENV)/.test  ## all tests, training on both engines
	$(QUICK) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(addprefix --ignore=,$(AS_USED))
	$(BIN)/python -m pytest -n $(WORKERS) $(AS_USED)
	CORNU_BACKEND=tensorflow $(BIN)/python -m pytest -n $(WORKERS) tests/test_training.py

test-fast: $(VENV)/.test  ## errors, core layers and files, in less than three minutes
	$(QUICK) $(BIN)/python -m pytest -n $(WORKERS) $(FAST)

check: $(VENV)/.check  ## style, types, floors, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/docstrings.py

bench:  ## speed and memory, side by side with the peers; ROWS=cnn,lstm runs some
	PYTHON=$(PYTHON) benchmarks/run.sh

clean:  ## remove what the commands above made
	rm -rf $(VENV) .bench-venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/.%: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[$*]"
	touch $@
