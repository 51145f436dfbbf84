"""What the first layer of a Sequential model says about the input."""

from typing import Any

FIRST_LAYER = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size")


def first_shape(given: dict[str, Any]) -> tuple[int | None, ...] | None:
    """The batch shape that the arguments of a first layer describe, or None.

    Args:
        given: those of `FIRST_LAYER` that were passed.
    """
    shape = given.get("batch_input_shape", given.get("batch_shape"))
    if shape is not None:
        return tuple(shape)
    shape = given.get("input_shape")
    if shape is None and given.get("input_dim") is not None:
        shape = (given["input_dim"],)
        if "input_length" in given:
            shape = (given["input_length"], *shape)
    if shape is None:
        return None
    return (given.get("batch_size"), *((shape,) if isinstance(shape, int) else tuple(shape)))
