"""Text for people: what the stream it goes to can show of it."""

import sys


def printable(text: str, encoding: str | None) -> str:
    """Text with a question mark for what an encoding has no sign for, as cp1252 has none for a Chinese name.

    Args:
        text: any text.
        encoding: name of the encoding; None is UTF-8.
    """
    encoding = encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def say(text: str) -> None:
    """Print a line on the standard output, whatever that can show.

    Args:
        text: the line.
    """
    print(printable(text, getattr(sys.stdout, "encoding", None)), flush=True)


def in_notebook() -> bool:
    """Whether what is printed lands in a notebook, whose outputs can be changed afterwards.

    Spyder's console is a kernel too, but shows only what comes first.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    bases = [base for base in type(shell).__mro__ if not base.__module__.startswith("spyder")]
    kernel = type(shell) in bases and "ZMQInteractiveShell" in [base.__name__ for base in bases]
    return kernel and type(sys.stdout).__module__.startswith("ipykernel")
