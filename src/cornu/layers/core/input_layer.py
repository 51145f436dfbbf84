"""InputLayer: where the graph of a model begins."""

from typing import Any

from ...core import symbolic
from ..layer import Layer


class InputLayer(Layer):
    """Holds a symbolic tensor that stands for the data a model will receive.

    Args:
        shape: shape of one sample, None for a size that varies.
        batch_size: size of the batch; None for any.
        dtype: dtype of the data; `floatx` by default.
        sparse: accepted for compatibility; must be false.
        ragged: accepted for compatibility; must be false.
        batch_shape: shape with the batch, in place of `shape` and `batch_size`.
        input_tensor: a KerasTensor to hold, in place of a new one.
        optional: whether the model may receive None here.
        name: name of the layer.
        **kwargs: `batch_input_shape` and `input_shape`, as older files call them.

    Raises:
        ValueError: neither or both of `shape` and `batch_shape` are given, or the data should be sparse.

    Example:
        >>> import cornu
        >>> cornu.layers.InputLayer((28, 28, 1)).output.shape
        (None, 28, 28, 1)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        if sparse or ragged:
            raise ValueError("Sparse and ragged inputs are not supported: feed dense arrays, padded and masked.")
        if input_tensor is None:
            input_tensor = symbolic.KerasTensor(_full_shape(shape, batch_size, batch_shape), dtype, name=self.name)
        elif not isinstance(input_tensor, symbolic.KerasTensor):
            raise ValueError(f"Expected input_tensor to be a KerasTensor. Received: {input_tensor!r}")
        self.batch_shape, self.optional = tuple(input_tensor.shape), optional
        self._input_dtype = input_tensor.dtype
        self._nodes.append(symbolic.Node(self, (), {}, input_tensor))
        self.built = True

    @property
    def dtype(self) -> str:  # type: ignore[override]  # as an argument it may be more
        """Dtype of the data."""
        return self._input_dtype

    def call(self) -> Any:
        """Nothing: the value comes from outside."""

    def get_config(self) -> dict[str, Any]:
        """Shape and dtype of the data."""
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": self.optional,
        }


def _full_shape(shape: Any, batch_size: int | None, batch_shape: Any) -> tuple[int | None, ...]:
    """The shape with the batch, checked."""
    if (shape is None) == (batch_shape is None):
        raise ValueError(
            "Give the shape of one sample, as in Input(shape=(28, 28, 1)), or that of a batch, as in "
            f"Input(batch_shape=(None, 28, 28, 1)). Received: shape={shape!r}, batch_shape={batch_shape!r}"
        )
    if batch_shape is not None and batch_size is not None:
        raise ValueError(f"batch_shape={batch_shape!r} says the batch already; drop batch_size={batch_size!r}.")
    if batch_shape is None:
        batch_shape = (batch_size, *((shape,) if isinstance(shape, int) else shape))
    for size in batch_shape:
        if size is not None and (isinstance(size, bool) or not hasattr(size, "__index__") or size < 0):
            raise ValueError(f"Sizes are non-negative integers, or None where any size goes. Received: {batch_shape!r}")
    return tuple(None if size is None else int(size) for size in batch_shape)
