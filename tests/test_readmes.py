"""What the READMEs and the Makefile say to run can be run."""

import pathlib
import re

import pytest

import cornu

ROOT = pathlib.Path(cornu.__file__).parents[2]
READMES = sorted(ROOT.glob("README*.md"))


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_code_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})
    assert (tmp_path / "model.h5").exists()


@pytest.mark.parametrize(
    "path", [*READMES, ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"], ids=lambda p: p.name
)
def test_the_commands_of_make_and_the_files_exist(path):
    text, makefile = path.read_text(encoding="utf-8"), (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?<![\w-])make ([a-z-]+)\b", text):
        if f"`make {target}`" in text or f"    make {target}" in text:
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"no target {target!r}"
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / name).exists(), name


def test_every_command_of_the_makefile_exists():
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    for target in phony:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for name in re.findall(r"(?:tests|examples|tools|benchmarks)/[\w/]+\.(?:py|sh)", makefile):
        assert (ROOT / name).exists(), name


def test_the_readmes_tell_the_same():
    first, second = (
        re.sub(r"#.*", "", re.search(r"```python\n(.*?)```", p.read_text(encoding="utf-8"), re.DOTALL)[1])
        for p in READMES
    )
    assert first == second
    modules = [set(re.findall(r"`from cornu\S* import [\w, ]+`", p.read_text(encoding="utf-8"))) for p in READMES]
    assert modules[0] == modules[1]
