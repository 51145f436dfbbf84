"""Heads: attention by several heads over any axes, and which keys a query may see."""

import functools
import string
from collections.abc import Iterator
from typing import Any, ClassVar, cast

from ... import ops
from ...core.arguments import default
from ...core.attached import get_mask, set_mask
from ...core.spec import InputSpec
from ...core.symbolic import known_shape
from ...core.types import Shape
from .. import checks
from ..core.activation import Softmax
from ..core.einsum_dense import EinsumDense
from ..family import KernelLayer
from ..regularization.dropout import Dropout

_LETTERS = string.ascii_lowercase


class Heads(KernelLayer, kw_only=True):
    """Base of attention by several heads.

    Args:
        dropout: probability that a query does not see a key, in training.
        use_bias: whether the projections add a bias.
        sliding_window: how far from a query a key may be, less one; None for any distance.
        flash_attention: whether a fused kernel is wished, which knows neither dropout nor scores; it is used anyway
            where there is one.
        kernel_initializer: initializer of the kernels of the projections.
        bias_initializer: initializer of their biases.
        kernel_regularizer: penalty on their kernels.
        bias_regularizer: penalty on their biases.
        activity_regularizer: penalty on what they give.
        kernel_constraint: function applied to their kernels after each update.
        bias_constraint: function applied to their biases after each update.
        use_gate: whether what the heads read is multiplied by `sigmoid` of a further projection of the query.
        seed: integer, for the same dropout every time; None for a fresh one.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.
    """

    dropout: float = 0.0
    use_bias: bool = True
    sliding_window: int | None = None
    flash_attention: bool | None = None
    use_gate: bool = default(False, after="bias_constraint")
    seed: int | None = default(None, after="use_gate")
    supports_masking = True
    _masks_end: ClassVar[bool] = False  # whether what reads the inputs afterwards sees no masks at them
    _gate_dense = cast(Any, None)

    def _complete(self) -> None:
        checks.between(self, "dropout", 0, 1)
        if self.sliding_window is not None:
            checks.positive(self, "sliding_window")
        if self.flash_attention and self.dropout:
            raise ValueError(
                f"{type(self).__name__} knows no dropout with flash_attention=True. Received: dropout={self.dropout}"
            )
        self._activity_regularizer = self.activity_regularizer
        self.input_spec = InputSpec(min_ndim=3)

    @property
    def _axes(self) -> tuple[int, ...]:
        """The axes that attention goes along."""
        return (1,)

    def _sizes(self) -> tuple[int, int]:
        """The number of heads of the query, and the size of each."""
        raise NotImplementedError

    def _projections(self) -> tuple[Any, Any, Any, Any]:
        """The layers that project query, key, value and result."""
        raise NotImplementedError

    def _projection(self, name: str, shape: Shape, sizes: tuple[int, ...], axes: int = 1, **more: Any) -> EinsumDense:
        """A built layer that turns the last axes of an input into others.

        Args:
            name: its name.
            shape: shape of the input.
            sizes: sizes of the axes that come.
            axes: how many go.
            **more: further arguments.
        """
        free, kept = len(shape) - axes, len(shape)
        front, bound, new = _LETTERS[:free], _LETTERS[free:kept], _LETTERS[kept : kept + len(sizes)]
        for kind in ("kernel", "bias"):
            more[f"{kind}_initializer"] = _another(getattr(self, f"{kind}_initializer"))
            more |= {f"{kind}_{role}": getattr(self, f"{kind}_{role}") for role in ("regularizer", "constraint")}
        layer = EinsumDense(
            f"{front}{bound},{bound}{new}->{front}{new}",
            (*(None,) * (free - 1), *sizes),
            bias_axes=new if self.use_bias else None,
            activity_regularizer=self._activity_regularizer,
            name=name,
            dtype=self.dtype_policy,
            **more,
        )
        layer.build(shape)
        return layer

    def _project(
        self, shapes: tuple[Shape, ...], heads: tuple[int, int], sizes: tuple[int, int], out: Any
    ) -> Iterator[Any]:
        """The layers that project query, key, gate, value and result.

        Args:
            shapes: shapes of query, value and key.
            heads: number of heads of the query, and of key and value.
            sizes: size of a head of query and key, and of value.
            out: sizes of the last axes of the result.
        """
        query, value, key = shapes
        if value is None:
            raise ValueError(
                f"Layer {self.name!r} is called with a query and a value, {self.name}(query, value). To attend to "
                f"itself give the query twice: {self.name}(x, x)."
            )
        self._check_shapes(query, value, key)
        features = checks.known_size(self, query, -1)
        self.input_spec = InputSpec(ndim=len(query), axes={-1: features})
        one = len(self._axes) == 1
        self._softmax = Softmax(-1 if one else [*range(-len(self._axes), 0)], dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self.dropout, dtype=self.dtype_policy, seed=self.seed)
        yield self._projection("query", query, (heads[0], sizes[0]))
        yield self._projection("key", key, (heads[1], sizes[0]))
        gate = (heads[0], sizes[1])
        yield self._projection("gate", query, gate, activation="sigmoid") if self.use_gate else None
        yield self._projection("value", value, (heads[1], sizes[1]))
        yield self._projection("attention_output", (*query[:-1], heads[0], sizes[1]), out or (features,), axes=2)

    def _check_shapes(self, query: Shape, value: Shape, key: Shape) -> None:
        """Raise `ValueError` unless the shapes fit each other: all but the features and, of the query, the steps."""
        told = f"Received shapes: query {query}, value {value}, key {key}."
        if not len(query) == len(value) == len(key):
            raise ValueError(f"Layer {self.name!r} takes query, value and key of one number of axes. {told}")
        for axis, sizes in enumerate(zip(query[:-1], value[:-1], key[:-1], strict=True)):
            own = sizes[1:] if axis in self._axes else sizes
            if len({size for size in own if size is not None}) > 1:
                who = "value and key" if axis in self._axes else "query, value and key"
                raise ValueError(f"Layer {self.name!r} takes {who} of one size on axis {axis}. {told}")

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Let each step of the query read the values at the keys that are like it.

        Args:
            query: array (batch, time, features), or with more axes.
            value: array (batch, source, features).
            key: array (batch, source, features); the values by default.
            query_mask: booleans (batch, time), true where a step is real; by default those attached to the query.
            value_mask: the same of the values, (batch, source).
            key_mask: the same of the keys.
            attention_mask: booleans (batch, time, source), or with an axis of heads or without the batch, true where a
                query may see a key.
            return_attention_scores: whether to give also how much each query saw of each key.
            training: whether dropout is active.
            use_causal_mask: whether a query sees only keys at its own step and before.

        Returns:
            An array like the query; with `return_attention_scores` also one of shape (batch, heads, time, source).
        """
        key = value if key is None else key
        self._check_shapes(*(known_shape(x.shape) for x in (query, value, key)))
        if len(self._axes) > 1 and (use_causal_mask or self.sliding_window):
            order = f"attention_axes={self._axes} have no order, which use_causal_mask and sliding_window go by"
            raise ValueError(f"Layer {self.name!r} needs a single attention axis: {order}.")
        if return_attention_scores and self.flash_attention:
            raise ValueError(f"Layer {self.name!r} has flash_attention=True, which computes no attention scores.")
        if self._masks_end:
            query_mask = get_mask(query)
            for x in (query, value, key):
                set_mask(x, None)
        of_query, of_key, of_value, of_result = self._projections()
        fused = query.ndim == 3 and not self.dropout and not return_attention_scores
        masks = [self._along(query_mask, query, 0), self._along(value_mask, value, 1), self._along(key_mask, key, 1)]
        masks += [self._aligned(attention_mask, query, key), self._near(query, key, use_causal_mask and not fused)]
        q, k, v, scale = of_query(query), of_key(key), of_value(value), self._sizes()[1] ** -0.5
        allowed = functools.reduce(ops.logical_and, [mask for mask in masks if mask is not None] or [None])
        if fused:
            options = {"scale": scale, "is_causal": use_causal_mask, "flash_attention": self.flash_attention}
            y, scores = ops.dot_product_attention(q, k, v, mask=allowed, **options), None
        else:
            y, scores = self._attend(ops.multiply(q, ops.cast(scale, q.dtype)), k, v, allowed, training)
        y = of_result(y if self._gate_dense is None else ops.multiply(y, self._gate_dense(query)))
        return (y, scores) if return_attention_scores else y

    def _attend(self, query: Any, key: Any, value: Any, allowed: Any, training: bool | None) -> Any:
        """What the heads read, and how much of each key each query saw.

        Args:
            query: scaled projection, with axes for the heads and their features behind.
            key: the same of the keys.
            value: the same of the values.
            allowed: booleans of the scores, or None.
            training: whether dropout is active.
        """
        rank = query.ndim
        if key.shape[-2] != query.shape[-2]:
            key, value = (ops.repeat(x, query.shape[-2] // x.shape[-2], axis=-2) for x in (key, value))
        target = _LETTERS[:rank]
        source = "".join(_LETTERS[rank + i] if i in self._axes else c for i, c in enumerate(target))
        batch = "".join(target[i] for i in range(rank - 1) if i not in self._axes)
        product = batch + "".join(letters[i] for letters in (target, source) for i in self._axes)
        scores = self._softmax.call(ops.einsum(f"{source},{target}->{product}", key, query), allowed)
        kept = self._dropout_layer(scores, training=training) if self.dropout else scores
        return ops.einsum(f"{product},{source}->{target}", kept, value), scores

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data, without what concerns the machine it runs on."""
        config = super().get_config()
        config.pop("flash_attention", None)
        return config

    def _along(self, mask: Any, x: Any, side: int) -> Any:
        """A mask of the steps of queries or keys, with the axes of the scores (batch, heads, queries, keys).

        Args:
            mask: booleans with the first axes of the input, or None.
            x: the input.
            side: 0 for queries, 1 for keys.
        """
        if mask is None:
            return None
        if not 1 < mask.ndim < x.ndim or mask.shape != x.shape[: mask.ndim]:
            shapes = f"of {known_shape(mask.shape)} for an input of {known_shape(x.shape)}"
            raise ValueError(
                f"Layer {self.name!r} takes masks with the first axes of the input, and received {shapes}."
            )
        mask = ops.cast(mask, "bool")[(..., *(None,) * (x.ndim - 1 - mask.ndim))]
        batch = [axis for axis in range(x.ndim - 1) if axis not in self._axes]
        steps, none = (slice(None),) * len(self._axes), (None,) * len(self._axes)
        places = (none, steps) if side else (steps, none)
        return ops.transpose(mask, (*batch, *self._axes))[(*(slice(None),) * len(batch), None, *places[0], *places[1])]

    def _aligned(self, mask: Any, query: Any, key: Any) -> Any:
        """The mask that a call gives, with the axes of the scores."""
        if mask is None:
            return None
        sizes = [query.shape[axis] for axis in range(query.ndim - 1) if axis not in self._axes]
        steps = [x.shape[axis] for x in (query, key) for axis in self._axes]
        missing = len(sizes) + 1 + len(steps) - mask.ndim
        front = mask.ndim - len(steps)
        if missing >= 0 and front >= 0:
            shape = (*mask.shape[:front], *(1,) * missing, *mask.shape[front:])
            wanted = (*sizes, self._sizes()[0], *steps)
            if all(have in (1, want) for have, want in zip(shape, wanted, strict=True)):
                return ops.reshape(ops.cast(mask, "bool"), shape)
        told = f"that fits (batch, heads, time, source), here {known_shape((*sizes, self._sizes()[0], *steps))}"
        raise ValueError(
            f"Layer {self.name!r} takes an attention_mask {told}; the axis of the heads and axes of the batch may be "
            f"missing or 1. Received shape {known_shape(mask.shape)}."
        )

    def _near(self, query: Any, key: Any, causal: bool) -> Any:
        """Which keys are within the window, and not ahead if `causal`; with the last two axes of the scores."""
        if not causal and self.sliding_window is None:
            return None
        distance = ops.arange(query.shape[self._axes[0]])[:, None] - ops.arange(key.shape[self._axes[0]])
        near = ops.abs(distance) < self.sliding_window if self.sliding_window else distance >= 0
        return ops.logical_and(near, distance >= 0) if causal else near


def _another(initializer: Any) -> Any:
    """An initializer of the same configuration, which draws other numbers unless it has a seed."""
    return (
        type(initializer).from_config(initializer.get_config()) if hasattr(initializer, "get_config") else initializer
    )
