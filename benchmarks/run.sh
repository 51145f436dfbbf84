#!/bin/sh
# `make bench`: the speed tables and, unless ROWS asks for some workloads only, the memory table.
set -e
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
"$python" benchmarks/run.py
[ -n "$ROWS" ] || "$python" benchmarks/memory.py
