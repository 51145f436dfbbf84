"""JSON from a file as plain data, within limits."""

import json
import re
from typing import Any

_LARGEST = 64 << 20  # characters; the largest published models have configs of about one million
_DEEPEST = 200  # a model inside a model adds about six


def parse(text: Any, where: str) -> Any:
    """Plain data from JSON.

    Args:
        text: the JSON.
        where: what it is, for messages.

    Raises:
        ValueError: it is not JSON, too large, or nested too deeply.
    """
    if not isinstance(text, str | bytes):
        raise ValueError(f"Expected {where} to be JSON text. Received {type(text).__name__}.")
    if len(text) > _LARGEST:
        raise ValueError(
            f"{where} has {len(text):,} characters; at most {_LARGEST:,} are read. It describes no real model."
        )
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        if _depth(text) > _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{where} cannot be read as JSON: {str(error).splitlines()[0]}. The file is damaged or was not written by "
            "model.save(), model.to_json() or Keras."
        ) from None


def _depth(text: str) -> int:
    """How deeply brackets are nested, those inside strings left out."""
    deepest = depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest
