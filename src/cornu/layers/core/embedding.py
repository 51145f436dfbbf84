"""Embedding: a table of vectors, read by integer."""

from typing import Any

from ... import ops
from ...core.arguments import arguments
from ...core.attached import set_mask
from .. import checks
from ..layer import Layer


class Embedding(Layer):
    """Turns integers into vectors: `y[...] = embeddings[x[...]]`.

    Args:
        input_dim: number of rows, the largest integer plus one.
        output_dim: length of each vector.
        embeddings_initializer: initializer of the table, `(input_dim, output_dim)`.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: function applied to the table after each update.
        mask_zero: whether 0 is padding, which later layers skip by a mask. Then row 0 stands for the padding.
        **kwargs: `name`, `dtype`, ... of `Layer`; `weights`, the table or a list with it; `input_length`, the
            length of the sequences, for a layer that begins a Sequential model.

    Shapes:
        `(batch, ...)` of integers to `(batch, ..., output_dim)`.

    Raises:
        ValueError: `input_dim` or `output_dim` is not a positive integer.

    Example:
        >>> import cornu
        >>> cornu.layers.Embedding(10, 4)([[1, 2, 3]]).shape
        (1, 3, 4)

    Source: Bengio et al. (2003), A Neural Probabilistic Language Model, https://jmlr.org/papers/v3/bengio03a.html
    """

    @arguments
    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        **kwargs: Any,
    ) -> None:
        length = kwargs.pop("input_length", None)
        if length is not None:
            kwargs.setdefault("input_shape", tuple(length) if isinstance(length, list | tuple) else (length,))
        if kwargs.get("weights") is not None and not isinstance(kwargs["weights"], list):
            kwargs["weights"] = [kwargs["weights"]]
        super().__init__(**kwargs)
        checks.positive(self, "input_dim", "output_dim")
        self.supports_masking = bool(mask_zero)
        self.autocast = False  # a float16 cannot hold every integer

    def build(self, input_shape: Any = None) -> None:
        """Make the table."""
        self.embeddings = self.add_weight((self.input_dim, self.output_dim), name="embeddings")

    def call(self, x: Any) -> Any:
        """`embeddings[x]`."""
        ids = ops.cast(x, "int32")
        y = ops.cast(ops.take(self.embeddings, ids, axis=0), self.compute_dtype)
        if self.mask_zero:
            set_mask(y, self.compute_mask(ids))
        return y

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True where the integer is not 0, if `mask_zero`."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None
