"""Embedding and Masking: how networks of sequences begin. Each marks the steps that are padding."""

from collections.abc import Sequence
from typing import Any, Unpack

import jax
import numpy as np

from ... import ops
from ...core.arguments import Declared
from ...core.attached import set_mask
from ...core.types import ArrayLike, ConstraintLike, InitializerLike, MostOptions, RegularizerLike, Shape
from .. import checks
from ..layer import Layer

__all__ = ["Embedding", "Masking"]


class Embedding(Declared, Layer):
    """Turns integers into vectors: `y[...] = embeddings[x[...]]`.

    Args:
        input_dim: number of rows, the largest integer plus one.
        output_dim: length of each vector.
        embeddings_initializer: initializer of the table, `(input_dim, output_dim)`.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: function applied to the table after each update.
        mask_zero: whether 0 is padding, which later layers skip by a mask. Then row 0 stands for the padding.
        weights: the table to begin with, or a list with it.
        input_length: length of the sequences, for a layer that begins a Sequential model.
        **options: `name`, `dtype`, ... of `Layer`.

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

    output_dim: int
    mask_zero: bool

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: InitializerLike = "uniform",
        embeddings_regularizer: RegularizerLike = None,
        embeddings_constraint: ConstraintLike = None,
        mask_zero: bool = False,
        weights: ArrayLike | Sequence[ArrayLike] | None = None,
        *,
        input_length: int | Sequence[int] | None = None,
        **options: Unpack[MostOptions],
    ) -> None:
        if input_length is not None:
            options.setdefault("input_shape", input_length)
        super().__init__(weights=weights if isinstance(weights, list | None) else [weights], **options)
        checks.positive(self, "input_dim", "output_dim")
        self.supports_masking = bool(mask_zero)
        self.autocast = False  # a float16 cannot hold every integer
        if weights is not None:
            self._build({})  # a table that is given can be read before the first call

    def build(self, input_shape: Shape | None = None) -> None:
        """Make the table."""
        self.embeddings = self.add_weight((self.input_dim, self.output_dim), name="embeddings")

    def call(self, inputs: Any) -> Any:
        """`embeddings[x]`."""
        if isinstance(inputs, jax.Array) and not isinstance(inputs, jax.core.Tracer):
            self.check_indices(np.asarray(inputs))
        ids = ops.cast(inputs, "int32")
        y = ops.cast(ops.take(self.embeddings, ids, axis=0), self.compute_dtype)
        if self.mask_zero:
            set_mask(y, self.compute_mask(ids))
        return y

    def check_indices(self, x: Any) -> None:
        """Raise `ValueError` if an integer has no row, which a compiled program could only answer with NaN.

        Args:
            x: array on the host.
        """
        if not x.size or x.dtype.kind not in "iuf":
            return
        low, high, rows = x.min(), x.max(), int(self.input_dim or 0)
        if low >= 0 and high < rows:
            return
        fix = (
            f"{low:g}. Number the words from 0, where 0 usually is the padding"
            if low < 0
            else f"{high:g}. Write Embedding({int(high) + 1}, {self.output_dim}), or keep {rows} words of the text"
        )
        raise ValueError(
            f"Layer {self.name!r} is an Embedding with rows for the integers from 0 to {rows - 1}, but its input holds "
            f"{fix}."
        )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where the integer is not 0, if `mask_zero`."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None


class Masking(Declared, Layer):
    """Marks steps whose features all equal one value; later layers skip them.

    The mask is `any(x != mask_value)` over the last axis; the marked steps become zero.

    Args:
        mask_value: the value that fills padded steps.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, steps, ..., features)` to the same; the mask is `(batch, steps, ...)`.

    Example:
        >>> import cornu
        >>> x = cornu.ops.array([[[1.0, 2.0], [0.0, 0.0]]])
        >>> cornu.layers.Masking().compute_mask(x).tolist()
        [[True, False]]
    """

    mask_value: float = 0.0
    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """`x`, with zeros in the steps that are padding."""
        mask = self.compute_mask(inputs)
        y = ops.where(ops.expand_dims(mask, -1), inputs, ops.zeros_like(inputs))
        set_mask(y, mask)
        return y

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where a step is real."""
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)
