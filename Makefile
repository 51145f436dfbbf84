# Two commands for a fresh machine: `make demo` and `make test`. Everything else is for those who change the code.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test test-fast check bench docs clean

demo: $(VENV)/.demo  ## install Cornu and run the quickstart
	$(BIN)/python examples/quickstart.py

test: $(VENV)/.test  ## all tests, on both engines
	$(BIN)/python -m pytest

test-fast: $(VENV)/.test  ## the tests of a few seconds each
	$(BIN)/python -m pytest -m "not slow"

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
