"""ReversibleEmbedding: an Embedding that also turns vectors back into a number per word."""

from collections.abc import Sequence
from typing import Any, Unpack

from ... import ops
from ...core.types import (
    ArrayLike,
    ConstraintLike,
    DTypeLike,
    Initializer,
    InitializerLike,
    MostOptions,
    RegularizerLike,
    Shape,
)
from .embedding import Embedding

__all__ = ["ReversibleEmbedding"]


class ReversibleEmbedding(Embedding):
    """Turns integers into vectors, and called with `reverse=True` vectors into logits of the integers.

    `y[...] = embeddings[x[...]]`, and in reverse `y = x @ embeddings.T`, or `x @ reverse_embeddings` with a matrix of
    its own; with a cap `c` that is `c * tanh(y / c)`.

    Args:
        input_dim: number of rows, the largest integer plus one.
        output_dim: length of each vector.
        tie_weights: whether one table serves both ways.
        embeddings_initializer: initializer of the table, `(input_dim, output_dim)`, and of the matrix of the way back.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: function applied to the table after each update.
        mask_zero: whether 0 is padding, which later layers skip by a mask.
        reverse_dtype: dtype of the way back; None for that of the computation.
        logit_soft_cap: what no logit exceeds, or None.
        weights: the table to begin with, or a list with all weights.
        input_length: length of the sequences, for a layer that begins a Sequential model.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ...)` of integers to `(batch, ..., output_dim)`; in reverse `(batch, ..., output_dim)` to
        `(batch, ..., input_dim)`.

    Raises:
        ValueError: `input_dim` or `output_dim` is not a positive integer, or `logit_soft_cap` is not positive.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.ReversibleEmbedding(10, 4)
        >>> vectors = layer([[1, 2, 3]])
        >>> layer(vectors, reverse=True).shape
        (1, 3, 10)

    Source: Press and Wolf (2016), https://arxiv.org/abs/1608.05859
    """

    tie_weights: bool
    embeddings_initializer: Initializer
    reverse_dtype: str | None
    logit_soft_cap: float | None

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: InitializerLike = "uniform",
        embeddings_regularizer: RegularizerLike = None,
        embeddings_constraint: ConstraintLike = None,
        mask_zero: bool = False,
        reverse_dtype: DTypeLike = None,
        logit_soft_cap: float | None = None,
        *,
        weights: ArrayLike | Sequence[ArrayLike] | None = None,
        input_length: int | Sequence[int] | None = None,
        **options: Unpack[MostOptions],
    ) -> None:
        table = embeddings_initializer, embeddings_regularizer, embeddings_constraint
        super().__init__(input_dim, output_dim, *table, mask_zero, weights, input_length=input_length, **options)
        if logit_soft_cap is not None and not logit_soft_cap > 0:
            raise ValueError(f"{type(self).__name__} expects logit_soft_cap to be positive. Received: {logit_soft_cap}")

    def build(self, input_shape: Shape | None = None) -> None:
        """Make the table, and the matrix of the way back if that has its own."""
        super().build(input_shape)
        if not self.tie_weights:
            shape = self.output_dim, self.input_dim
            self.reverse_embeddings = self.add_weight(shape, self.embeddings_initializer, name="reverse_embeddings")

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """`embeddings[x]`, or in reverse the logits of `x`.

        Args:
            inputs: array of integers, or in reverse of vectors.
            reverse: which way.
        """
        if not reverse:
            return super().call(inputs)
        kernel = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        dtype = self.reverse_dtype or self.compute_dtype
        logits = ops.matmul(ops.cast(inputs, dtype), ops.cast(kernel, dtype))
        cap = self.logit_soft_cap
        return logits if cap is None else ops.multiply(ops.tanh(ops.divide(logits, cap)), cap)
