"""Input: the symbolic tensor that a functional model begins with."""

from typing import Any

from .input_layer import InputLayer


def Input(  # noqa: N802 - Keras's name
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
    **kwargs: Any,
) -> Any:
    """The beginning of a functional model: a tensor of known shape and no value.

    Args:
        shape: sizes without the batch; None for a size that varies.
        batch_size: size of the batch, if it is fixed.
        dtype: dtype of the data, `floatx` by default.
        sparse: accepted for compatibility; must be false.
        ragged: accepted for compatibility; must be false.
        batch_shape: sizes with the batch, in place of `shape` and `batch_size`.
        name: name of the input; data given as a dictionary is matched by it.
        tensor: a symbolic tensor to begin at.
        optional: whether None may be fed.
        **kwargs: `batch_input_shape`, the older name of `batch_shape`.

    Returns:
        A KerasTensor of shape `(batch_size, *shape)`.

    Raises:
        ValueError: no shape, or both `shape` and `batch_shape`.

    Example:
        >>> import cornu
        >>> x = cornu.Input((8,))
        >>> y = cornu.layers.Dense(3)(x)
        >>> cornu.Model(x, y).output_shape
        (None, 3)
    """
    if tensor is not None:
        return tensor
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        optional=optional,
        name=name,
        **kwargs,
    )
    return layer.output
