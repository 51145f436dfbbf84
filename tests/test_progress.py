"""What people see of a run: on terminals of several widths, in a pipe, on an old console, in a notebook."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import textwrap

import nbclient
import nbformat
import numpy as np
import pyte
import pytest

import cornu
from cornu import layers
from cornu.training.progress import Line, format_value

X, Y = np.random.default_rng(0).normal(size=(96, 4)), np.arange(96) % 2
METRICS = ["accuracy", "mae", "auc", "precision"]


def small(name="small", metrics=METRICS):
    model = cornu.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")], name=name)
    model.compile("sgd", "binary_crossentropy", metrics=metrics)
    return model


@contextlib.contextmanager
def terminal(columns, monkeypatch):
    """Run what follows on a terminal; afterwards the list holds the lines that stand on its screen."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    screen, written = pyte.Screen(columns, 40), []
    stream = os.fdopen(slave, "w", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", stream)
        patched.setenv("COLUMNS", str(columns))
        patched.setenv("TERM", "xterm-256color")
        yield written
    stream.flush()
    os.set_blocking(master, False)
    got = b""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(master, 65536):
            got += piece
    stream.close()
    os.close(master)
    pyte.ByteStream(screen).feed(got.replace(b"\n", b"\r\n"))
    written.extend(line.rstrip() for line in screen.display if line.strip())


def assert_all_numbers(lines, history, epoch):
    for key, values in history.items():
        wanted = f"{key}: {format_value(values[epoch])}"
        assert any(wanted in line for line in lines), (wanted, lines)


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_no_number_is_cut_on_a_terminal(columns, monkeypatch):
    model = small()
    with terminal(columns, monkeypatch) as lines:
        history = model.fit(X, Y, epochs=2, validation_split=0.25, batch_size=16).history
    assert any("Epoch 1/2" in line for line in lines) and any("Epoch 2/2" in line for line in lines)
    for epoch in range(2):
        assert_all_numbers(lines, history, epoch)
    assert not any("…" in line for line in lines)


def test_the_bar_stays_where_there_is_room(monkeypatch):
    model = small(metrics=[])
    with terminal(80, monkeypatch) as lines:
        model.fit(X, Y, epochs=1, batch_size=16)
    assert len(lines) == 1 and "6/6 ━━━━━━━━━━━━━━━━━━━━ " in lines[0], lines


def test_what_a_callback_prints_stays_above_the_line(monkeypatch):
    class Speaks(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            print(f"batch {batch} is done")

    model = small(metrics=[])
    with terminal(80, monkeypatch) as lines:
        model.fit(X, Y, epochs=1, batch_size=32, callbacks=[Speaks()])
    assert lines[:3] == [f"batch {batch} is done" for batch in range(3)] and "Epoch 1/1 3/3" in lines[3], lines


def test_evaluate_and_predict_on_a_terminal(monkeypatch):
    model = small()
    with terminal(60, monkeypatch) as lines:
        results = model.evaluate(X, Y, return_dict=True)
        model.predict(X, verbose=1)
    assert_all_numbers(lines, {key: [value] for key, value in results.items()}, 0)
    assert "3/3" in lines[-1]


def test_a_long_prediction_shows_itself_and_a_short_one_does_not(monkeypatch):
    model, clock = small(), [0.0]
    with terminal(60, monkeypatch) as lines:
        model.predict(X)
    assert lines == []
    monkeypatch.setattr("cornu.training.progress.time.perf_counter", lambda: clock.append(clock[-1] + 0.6) or clock[-1])
    with terminal(60, monkeypatch) as lines:
        model.predict(X)
    assert len(lines) == 1 and lines[0].startswith("3/3")


def test_a_long_prediction_prints_nothing_into_a_pipe(monkeypatch, capsys):
    clock = [0.0]
    monkeypatch.setattr("cornu.training.progress.time.perf_counter", lambda: clock.append(clock[-1] + 0.6) or clock[-1])
    small().predict(X)
    assert capsys.readouterr().out == ""


def test_a_line_never_is_wider_than_the_screen():
    from rich.console import Console

    logs = {f"output_{i}_loss": 0.1234 for i in range(12)} | {"中文指标": 0.5}
    for width in (20, 33, 60, 81):
        console = Console(width=width, force_terminal=False)
        for line in (Line("Epoch 3/20", 7, 60, 1.25, logs), Line("", 7, None, 0.0, {}), Line("", 0, 60, 0.0, logs)):
            with console.capture() as capture:
                console.print(line)
            shown = capture.get()
            assert all(f"{key}: {format_value(value)}" in shown for key, value in line.logs.items() if width > 24)
            from rich.cells import cell_len

            assert max(cell_len(row) for row in shown.splitlines()) <= width


SCRIPT = """
    import numpy as np, cornu
    from cornu import layers
    model = cornu.Sequential([layers.Input((2,)), layers.Dense(1, name="{name}")], name="{name}")
    model.compile("sgd", "mse")
    model.summary()
    model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2,
              callbacks=[cornu.callbacks.EarlyStopping("loss", min_delta=9, verbose=1)])
    model.evaluate(np.ones((8, 2)), np.ones((8, 1)))
"""


def run_script(name, **environment):
    code = textwrap.dedent(SCRIPT.format(name=name))
    environment = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)


def test_a_pipe_gets_a_line_an_epoch_and_no_codes():
    done = run_script("small", FORCE_COLOR="1", PYTHONIOENCODING="utf-8")
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert "\x1b" not in text and "\r" not in text
    assert [line[:14] for line in text.splitlines() if line.startswith("Epoch")] == [
        "Epoch 1/2 - 1/",
        "Epoch 2/2 - 1/",
        "Epoch 2: early",
    ]


def test_a_console_that_knows_only_cp1252():
    done = run_script("模型", PYTHONIOENCODING="cp1252:strict")
    text = done.stdout.decode("cp1252")
    assert done.returncode == 0, done.stderr.decode()
    assert 'Model: "??"' in text and "Epoch 1/2" in text and "Epoch 2: early stopping" in text


@pytest.mark.parametrize("verbose", ["yes", None, -1, 1.5])
def test_another_verbose_is_named(verbose):
    for method in ("fit", "evaluate"):
        with pytest.raises(ValueError, match=r"verbose is 0 .*Received verbose="):
            getattr(small(), method)(X, Y, verbose=verbose)


NOTEBOOK = (
    """
    import numpy as np, cornu, os
    from cornu import layers
    x, y = np.random.default_rng(0).normal(size=(96, 4)), np.arange(96) % 2
    model = cornu.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid", name="<out>")], name="small")
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    """,
    "model.summary()",
    "model",
    "model.layers[0]",
    """
    history = model.fit(x, y, epochs=2, validation_split=0.25, batch_size=8)
    print("after")
    """,
    "history",
    "model.evaluate(x, y)",
    "model.predict(x, verbose=1).shape",
    """
    import contextlib, io
    with contextlib.redirect_stdout(io.StringIO()) as text:
        model.fit(x, y)
    text.getvalue()
    """,
    "import sys\nsys.modules['matplotlib'] = None\nhistory",
)


@pytest.fixture(scope="module")
def notebook():
    """A notebook that was executed; the outputs of each of its cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(code)) for code in NOTEBOOK])
    nbclient.NotebookClient(made, timeout=300, kernel_name="python3").execute()
    return [cell.outputs for cell in made.cells]


def test_a_notebook_keeps_what_was_shown(notebook):
    for outputs in notebook:
        assert not any("widget" in kind for output in outputs for kind in output.get("data", {})), outputs
        assert not any(output.get("name") == "stderr" for output in outputs), outputs
    fit, evaluate, predict = notebook[4], notebook[6], notebook[7]
    assert [output.output_type for output in fit] == ["display_data", "display_data", "stream"]
    for epoch, output in enumerate(fit[:2], 1):
        text = output.data["text/plain"]
        assert f"Epoch {epoch}/2 9/9" in text and "val_accuracy: " in text and "\x1b" not in text
    assert "3/3" in evaluate[0].data["text/plain"] and "loss: " in evaluate[0].data["text/plain"]
    assert "3/3" in predict[0].data["text/plain"] and predict[1].data["text/plain"] == "(96, 1)"


def test_redirected_text_in_a_notebook_goes_where_it_was_sent(notebook):
    (output,) = notebook[8]
    assert "Epoch 1/1 - 3/3 - " in output.data["text/plain"]


def test_objects_have_a_picture_in_a_notebook(notebook):
    assert "Total params: 5" in notebook[1][0].text
    model, layer, history, without = (notebook[cell][0].data["text/html"] for cell in (2, 3, 5, 9))
    assert "<table" in model and "&lt;out&gt;" in model and "Total params: 5" in model and "(None, 1)" in model
    assert "<table" in layer and "&lt;out&gt;/kernel" in layer and "sigmoid" in layer and "(4, 1)" in layer
    assert "data:image/png;base64," in history and "val_accuracy" in history
    assert "<img" not in without and without.count("<tr>") == 3 and "val_accuracy" in without
