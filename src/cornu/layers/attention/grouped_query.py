"""GroupQueryAttention: attention whose heads share keys and values in groups."""

from typing import Any

from ...core.spec import InputSpec
from ...core.types import Shape
from .. import checks
from .heads import Heads

__all__ = ["GroupQueryAttention"]


class GroupedQueryAttention(Heads):
    r"""Attention by several heads, of which each group looks at the same keys and values.

    As `MultiHeadAttention`, with fewer keys and values to keep: head `i` of the query uses head
    `i // (num_query_heads / num_key_value_heads)` of those.

    Args:
        head_dim: size of a head.
        num_query_heads: number of heads of the query.
        num_key_value_heads: number of heads of key and value, which divides that of the query.

    Shapes:
        query `(batch, time, features)`, value and key `(batch, source, features)`, to a result like the query.

    Raises:
        ValueError: an argument is out of range; shapes or a mask do not fit each other.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.GroupQueryAttention(head_dim=8, num_query_heads=4, num_key_value_heads=2)
        >>> x = cornu.ops.ones((3, 5, 16))
        >>> layer(x, x).shape
        (3, 5, 16)

    Source: Ainslie et al. (2023), https://arxiv.org/abs/2305.13245
    """

    head_dim: int
    num_query_heads: int
    num_key_value_heads: int
    _listed_as = "GroupQueryAttention"  # in Keras, whose names of layers and places in files are those of the class

    def _complete(self) -> None:
        super()._complete()
        checks.positive(self, "head_dim", "num_query_heads", "num_key_value_heads")
        self.input_spec = InputSpec(ndim=3)
        if self.num_query_heads % self.num_key_value_heads:
            raise ValueError(
                f"{type(self).__name__} has num_key_value_heads={self.num_key_value_heads}, which does not divide "
                f"num_query_heads={self.num_query_heads}."
            )

    def build(self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None) -> None:
        """Make the projections."""
        heads, size = (self.num_query_heads, self.num_key_value_heads), self.head_dim
        made = self._project((query_shape, value_shape, key_shape or value_shape), heads, (size, size), None)
        self._query_dense, self._key_dense, self._gate_dense, self._value_dense, self._output_dense = made

    def _sizes(self) -> tuple[int, int]:
        return self.num_query_heads, self.head_dim

    def _projections(self) -> tuple[Any, Any, Any, Any]:
        return self._query_dense, self._key_dense, self._value_dense, self._output_dense


GroupQueryAttention = GroupedQueryAttention
