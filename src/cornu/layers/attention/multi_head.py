"""MultiHeadAttention: each head looks for other things in a sequence."""

from collections.abc import Sequence
from typing import Any, cast

from ...core import codec
from ...core.arguments import default
from ...core.types import Given, Shape
from .. import checks
from .heads import Heads

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(Heads):
    r"""Attention by several heads: of every step in the query, a mean of the values at the keys that are like it.

    With projections `q`, `k` and `v` of query, key and value, every head gives `softmax(q k^T / sqrt(key_dim)) v`;
    a projection of all heads makes the result. Padding that masks at the inputs tell of is not seen; the inputs'
    masks end here, and the result has that of the query.

    Args:
        num_heads: number of heads.
        key_dim: size of a head of query and key.
        value_dim: size of a head of the value; None for `key_dim`.
        output_shape: size of the last axis of the result, or sizes of several; None for that of the query.
        attention_axes: axes that attention goes along; None for all between the batch and the features.

    Shapes:
        query `(batch, time, features)`, value and key `(batch, source, features)`, to a result like the query. There
        may be more axes before the features.

    Raises:
        ValueError: an argument is out of range; shapes or a mask do not fit each other.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.MultiHeadAttention(num_heads=2, key_dim=8)
        >>> x = cornu.ops.ones((3, 5, 16))
        >>> y, scores = layer(x, x, use_causal_mask=True, return_attention_scores=True)
        >>> y.shape, scores.shape
        ((3, 5, 16), (3, 2, 5, 5))

    Source: Vaswani et al. (2017), https://arxiv.org/abs/1706.03762
    """

    num_heads: int
    key_dim: int
    value_dim: int | None = None
    output_shape: Given[int | Sequence[int] | None, Any] = default(None, after="use_bias")  # type: ignore[assignment]
    attention_axes: Given[int | Sequence[int] | None, tuple[int, ...] | None] = default(None, after="output_shape")
    _masks_end = True
    _output_shape = cast(Any, None)  # the argument: `output_shape` itself is that of a call

    def _complete(self) -> None:
        super()._complete()
        self.value_dim = self.key_dim if self.value_dim is None else self.value_dim
        checks.positive(self, "num_heads", "key_dim", "value_dim")
        self.activity_regularizer = None  # that of the projections
        for name, kept in (("output_shape", "_output_shape"), ("attention_axes", "attention_axes")):
            value = getattr(self, kept)
            many = value if isinstance(value, list | tuple) else [value]
            if value is not None and not (many and all(map(checks.is_integer, many))):
                raise ValueError(f"{type(self).__name__} expects {name} to be integers or None. Received: {value!r}")
            setattr(self, kept, None if value is None else tuple(map(int, many)))
        if min(self._output_shape or (1,)) < 1:
            raise ValueError(
                f"{type(self).__name__} expects positive sizes. Received: output_shape={self._output_shape}"
            )

    def build(self, query_shape: Shape, value_shape: Shape, key_shape: Shape | None = None) -> None:
        """Make the projections."""
        last = len(query_shape) - 1
        axes = (
            range(1, last)
            if self.attention_axes is None
            else [a + last + 1 if a < 0 else a for a in self.attention_axes]
        )
        if not axes or len({*axes}) < len(axes) or not {*axes} <= {*range(last)}:
            raise ValueError(
                f"Layer {self.name!r} has attention_axes={self.attention_axes}: different axes before the features. "
                f"Received a query of shape {query_shape}."
            )
        self.attention_axes = tuple(axes)
        shapes = query_shape, value_shape, key_shape or value_shape
        sizes = self.key_dim, self.value_dim or self.key_dim
        made = self._project(shapes, (self.num_heads, self.num_heads), sizes, self._output_shape)
        self.query_dense, self.key_dense, self._gate_dense, self.value_dense, self.output_dense = made

    @property
    def _axes(self) -> tuple[int, ...]:
        return self.attention_axes or ()

    def _sizes(self) -> tuple[int, int]:
        return self.num_heads, self.key_dim

    def _projections(self) -> tuple[Any, Any, Any, Any]:
        return self.query_dense, self.key_dense, self.value_dense, self.output_dense

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        config = super().get_config()
        return config | {"activity_regularizer": codec.encode(self._activity_regularizer)}
