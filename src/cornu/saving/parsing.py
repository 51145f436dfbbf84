"""JSON from a file as plain data, within limits."""

import json
from collections.abc import Iterator
from typing import Any

LARGEST = 64 << 20  # characters; the largest published models have configs of about one million
_MOST = 2 << 20  # values: each takes up to a hundred bytes, whatever it is in the text
_DEEPEST = 600  # a model inside a model adds three to six


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
    if len(text) > LARGEST:
        raise ValueError(f"{where} has {len(text):,} characters; at most {LARGEST:,} are read: it is no real model.")
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        count = sum(text.count(mark) for mark in "[{,")
        if count > _MOST:
            raise ValueError(f"it has {count:,} values; at most {_MOST:,} are read")
        data = json.loads(text)
        if any(depth > _DEEPEST for _, depth in nested(data)):
            raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
        return data
    except (ValueError, RecursionError) as error:
        reason = f"it is nested more than {_DEEPEST} levels deep" if isinstance(error, RecursionError) else str(error)
        raise ValueError(
            f"{where} cannot be read as JSON: {reason.splitlines()[0]}. The file is damaged or was not written by "
            "model.save(), model.to_json() or Keras."
        ) from None


def nested(value: Any) -> Iterator[tuple[Any, int]]:
    """The value, what its lists and dictionaries hold, what those hold, and so on; with how deep each lies."""
    waiting = [(value, 0)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if isinstance(value, dict | list):
            waiting += [(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
