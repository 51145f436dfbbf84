"""Attention and AdditiveAttention: a mean of values, weighted by how alike each query and key are."""

from typing import Any, Literal

from ... import ops
from ...core.arguments import Declared, default
from ...core.seeds import SeedGenerator
from ...ops import random
from .. import calling, checks
from ..layer import Layer

__all__ = ["AdditiveAttention", "Attention"]


class Pairwise(Declared, Layer):
    """Base of attention without projections; a subclass says how alike a query and a key are.

    Args:
        use_scale: whether to train a scale of the scores.
        dropout: probability that a query does not see a key, in training.
        seed: integer, for the same dropout every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Raises:
        ValueError: an argument is out of range; the inputs are no list of two or three, or do not fit each other.
    """

    use_scale: bool = False
    dropout: float = 0.0
    seed: int | None = None
    supports_masking = True

    def _complete(self) -> None:
        checks.between(self, "dropout", 0, 1)
        self.seed_generator = SeedGenerator(self.seed) if self.dropout else None

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self._check_inputs(input_shape)
        self.scale: Any = None
        self._make_weights(input_shape[0][-1])

    def _make_weights(self, features: int | None) -> None:
        """Make the scale, and whatever else the scores take, for queries of that many features."""
        raise NotImplementedError

    def scores(self, query: Any, key: Any) -> Any:
        """How alike each query and each key are, `(batch, time, source)`."""
        raise NotImplementedError

    def _check_inputs(self, shapes: Any) -> None:
        """Raise `ValueError` unless there are two or three inputs whose shapes fit each other."""
        name, listed = type(self).__name__, f"{self.name!r} takes a list [query, value] or [query, value, key]"
        if not isinstance(shapes, list | tuple) or not all(isinstance(shape, list | tuple) for shape in shapes):
            raise ValueError(f"{listed}: write {name}()([query, value]). Received one input.")
        if len(shapes) not in (2, 3):
            raise ValueError(f"{listed}. Received {len(shapes)} inputs.")
        query, value, key = shapes[0], shapes[1], shapes[-1]
        ranks = {len(shape) for shape in shapes}
        fits = len(ranks) == 1 and min(ranks) > 2
        if fits:
            pairs = [
                *zip(query[:-2], value[:-2], strict=True),
                *zip(value[:-1], key[:-1], strict=True),
                (query[-1], key[-1]),
            ]
            fits = all(a == b for a, b in pairs if None not in (a, b))
        if not fits:
            raise ValueError(
                f"{listed}, of shapes (batch, time, features), (batch, source, sizes) and (batch, source, features). "
                f"Received shapes: {', '.join(str(tuple(shape)) for shape in shapes)}"
            )

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Let each step of the query read the values at the keys that are like it.

        Args:
            inputs: list of arrays, query (batch, time, features), value (batch, source, sizes) and key (batch, source,
                features); the key is the value by default.
            mask: list of booleans (batch, time) and (batch, source), each may be None: queries that are padding read
                zeros, values that are padding are not read.
            training: whether dropout is active.
            return_attention_scores: whether to give also how much each query saw of each key.
            use_causal_mask: whether a query sees only keys at its own step and before.

        Returns:
            An array (batch, time, sizes); with `return_attention_scores` also one of shape (batch, time, source).
        """
        self._check_inputs(calling.shapes_of(inputs))
        if mask is not None and (not isinstance(mask, list | tuple) or len(mask) not in (2, 3)):
            raise ValueError(f"{self.name!r} takes a list of masks, [query_mask, value_mask]. Received: {mask!r}")
        query, value, key = inputs[0], inputs[1], inputs[-1]
        of_query, of_value = (None, None) if mask is None else mask[:2]
        scores = self.scores(query, key)
        allowed = None
        if of_value is not None:
            allowed = ops.cast(of_value, "bool")
            allowed = ops.expand_dims(allowed, -2) if allowed.ndim < scores.ndim else allowed
        if use_causal_mask:
            past = ops.arange(scores.shape[-2])[:, None] >= ops.arange(scores.shape[-1])
            allowed = past if allowed is None else ops.logical_and(allowed, past)
        if allowed is not None:
            far = 65504.0 if scores.dtype == "float16" else 1e9
            scores = ops.where(allowed, scores, ops.subtract(scores, ops.cast(far, scores.dtype)))
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        y = ops.matmul(weights, value)
        if of_query is not None:
            y = ops.where(ops.expand_dims(ops.cast(of_query, "bool"), -1), y, ops.zeros_like(y))
        return (y, weights) if return_attention_scores else y

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the query."""
        return mask[0] if mask else None


class Attention(Pairwise):
    """Attention by products: `softmax(scale * query key^T) value`.

    With `score_mode="concat"` the scores are `w * sum(tanh(scale * (query + key)))` over the features.

    Args:
        use_scale: whether to train a scale of the scores, a single number.
        score_mode: `"dot"` or `"concat"`.
        dropout: probability that a query does not see a key, in training.
        seed: integer, for the same dropout every time; None for a fresh one.

    Shapes:
        a list of `(batch, time, features)`, `(batch, source, sizes)` and perhaps keys `(batch, source, features)`, to
        `(batch, time, sizes)`.

    Example:
        >>> import cornu
        >>> query, value = cornu.ops.ones((2, 3, 4)), cornu.ops.ones((2, 5, 4))
        >>> cornu.layers.Attention()([query, value]).shape
        (2, 3, 4)

    Source: Luong et al. (2015), https://arxiv.org/abs/1508.04025
    """

    score_mode: Literal["dot", "concat"] = default("dot", after="use_scale")

    def _complete(self) -> None:
        super()._complete()
        checks.choice(self, "score_mode", ("dot", "concat"))

    def _make_weights(self, features: int | None) -> None:
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        self.concat_score_weight: Any = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def scores(self, query: Any, key: Any) -> Any:
        """The product, or the sum over features of how alike each is."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        both = ops.expand_dims(query, -2) + ops.expand_dims(key, -3)
        both = both if self.scale is None else ops.multiply(self.scale, both)
        return ops.multiply(self.concat_score_weight, ops.sum(ops.tanh(both), axis=-1))


class AdditiveAttention(Pairwise):
    """Attention by sums: `softmax(sum(scale * tanh(query + key))) value`, the sum over the features.

    Args:
        use_scale: whether to train a scale, a number for each feature.

    Shapes:
        a list of `(batch, time, features)`, `(batch, source, sizes)` and perhaps keys `(batch, source, features)`, to
        `(batch, time, sizes)`.

    Example:
        >>> import cornu
        >>> query, value = cornu.ops.ones((2, 3, 4)), cornu.ops.ones((2, 5, 4))
        >>> cornu.layers.AdditiveAttention()([query, value]).shape
        (2, 3, 4)

    Source: Bahdanau et al. (2014), https://arxiv.org/abs/1409.0473
    """

    use_scale = True

    def _make_weights(self, features: int | None) -> None:
        if self.use_scale:
            self.scale = self.add_weight((features,), "glorot_uniform", name="scale")

    def scores(self, query: Any, key: Any) -> Any:
        """The sum over features of how alike each is."""
        alike = ops.tanh(ops.expand_dims(query, -2) + ops.expand_dims(key, -3))
        return ops.sum(alike if self.scale is None else ops.multiply(self.scale, alike), axis=-1)
