"""InputLayer and Input: where the graph of a model begins."""

from typing import Any, cast

from ...core import dtypes, symbolic
from ...core.spec import checked_sizes
from ...core.types import DTypeLike, Shape, ShapeLike
from ..layer import Layer

__all__ = ["Input", "InputLayer"]


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
        input_shape: `shape`, as other layers call it.
        batch_input_shape: `batch_shape`, as other layers call it.
        trainable: accepted for compatibility.

    Raises:
        ValueError: neither or both of `shape` and `batch_shape` are given, or the data should be sparse.

    Example:
        >>> import cornu
        >>> cornu.layers.InputLayer((28, 28, 1)).output.shape
        (None, 28, 28, 1)
    """

    def __init__(
        self,
        shape: ShapeLike | int | None = None,
        batch_size: int | None = None,
        dtype: DTypeLike = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: ShapeLike | None = None,
        input_tensor: symbolic.KerasTensor | None = None,
        optional: bool = False,
        name: str | None = None,
        *,
        input_shape: ShapeLike | int | None = None,
        batch_input_shape: ShapeLike | None = None,
        trainable: bool = True,
    ) -> None:
        shape = shape if input_shape is None else input_shape
        batch_shape = batch_shape if batch_input_shape is None else batch_input_shape
        super().__init__(name=name, trainable=trainable)
        if sparse or ragged:
            raise ValueError("Sparse and ragged inputs are not supported: feed dense arrays, padded and masked.")
        if input_tensor is None:
            full = _full_shape(shape, batch_size, batch_shape)
            input_tensor = symbolic.KerasTensor(full, dtypes.standardize(dtype), name=self.name)
        elif not isinstance(input_tensor, symbolic.KerasTensor):
            raise ValueError(f"Expected input_tensor to be a KerasTensor. Received: {input_tensor!r}")
        self.batch_shape, self.optional = tuple(input_tensor.shape), optional
        self._input_dtype = input_tensor.dtype
        self._nodes.append(symbolic.Node(self, (), {}, input_tensor))
        self.built = True

    sparse = ragged = False  # such data is not taken

    @property
    def dtype(self) -> str:  # type: ignore[override]  # as an argument it may be more
        """Dtype of the data."""
        return self._input_dtype

    def call(self) -> Any:
        """Nothing: the value comes from outside."""

    def get_config(self) -> dict[str, Any]:
        """Shape and dtype of the data."""
        own = {"sparse": False, "ragged": False, "name": self.name, "optional": self.optional}
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype, **own}


def Input(  # noqa: N802 - Keras's name
    shape: ShapeLike | int | None = None,
    batch_size: int | None = None,
    dtype: DTypeLike = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: ShapeLike | None = None,
    name: str | None = None,
    tensor: symbolic.KerasTensor | None = None,
    optional: bool = False,
    batch_input_shape: ShapeLike | None = None,
) -> symbolic.KerasTensor:
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
        batch_input_shape: `batch_shape`, as other layers call it.

    Returns:
        A KerasTensor of shape `(batch_size, *shape)`.

    Raises:
        TypeError: sizes were given one by one.
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
    if isinstance(dtype, int):
        raise TypeError(f"Input takes the sizes of a sample as one tuple: Input(({shape}, {batch_size}, {dtype})).")
    batch_shape = batch_shape if batch_input_shape is None else batch_input_shape
    layer: Any = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, None, optional, name)
    return cast(symbolic.KerasTensor, layer.output)


def _full_shape(shape: ShapeLike | int | None, batch_size: int | None, batch_shape: ShapeLike | None) -> Shape:
    """The shape with the batch, checked."""
    if (shape is None) == (batch_shape is None):
        raise ValueError(
            "Give the shape of one sample, as in Input(shape=(28, 28, 1)), or that of a batch, as in "
            f"Input(batch_shape=(None, 28, 28, 1)). Received: shape={shape!r}, batch_shape={batch_shape!r}"
        )
    if batch_shape is not None and batch_size is not None:
        raise ValueError(f"batch_shape={batch_shape!r} says the batch already; drop batch_size={batch_size!r}.")
    sample = (shape,) if isinstance(shape, int) else () if shape is None else tuple(shape)
    full = (batch_size, *sample) if batch_shape is None else tuple(batch_shape)
    return tuple(None if size is None else int(size) for size in checked_sizes(full))
