"""Type checkers find a user's mistakes, and nothing wrong in what is right."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "typed"
CACHE = FOLDER.parent.parent / ".mypy_cache"


def mypy(path):
    """The lines of a script in which mypy finds an error."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        f"--cache-dir={CACHE}",
        "--no-error-summary",
        "--config-file=",
        "--follow-imports=silent",
        path.name,
    ]
    shown = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False).stdout
    return sorted({int(line) for line in re.findall(rf"^{path.name}:(\d+): error", shown, re.M)}), shown


def pyright(path):
    """The lines of a script in which pyright finds an error."""
    found = shutil.which("basedpyright", path=str(Path(sys.executable).parent))
    assert found, "pip install basedpyright, which is pyright as a wheel"
    command = [found, "--outputjson", "--pythonpath", sys.executable, path.name]
    shown = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False).stdout
    errors = [d for d in json.loads(shown)["generalDiagnostics"] if d["severity"] == "error"]
    return sorted({d["range"]["start"]["line"] + 1 for d in errors}), [d["message"] for d in errors]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_what_is_right_passes(checker):
    lines, shown = checker(FOLDER / "right.py")
    assert not lines, shown


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_every_mistake_is_found(checker):
    path = FOLDER / "wrong.py"
    wanted = [n for n, line in enumerate(path.read_text().splitlines(), 1) if line.endswith("# wrong")]
    lines, shown = checker(path)
    assert lines == wanted, shown
