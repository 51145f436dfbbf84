"""Scaled dot-product attention."""

from typing import Any

import jax
import jax.numpy as jnp

from ..kernels.attention import fused
from .making import ArrayLike, limits, op, tensor

__all__ = ["dot_product_attention"]


@op
def dot_product_attention(
    query: ArrayLike,
    key: ArrayLike,
    value: ArrayLike,
    bias: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """`softmax(query key^T * scale + bias) value`, for every head; the softmax is computed in float32.

    Args:
        query: array `(batch, time, heads, size)`.
        key: array `(batch, source, heads, size)`; its heads may be fewer, and then several heads of the
            query share one.
        value: array `(batch, source, heads, size)`.
        bias: array that broadcasts to `(batch, heads, time, source)`, added to the logits, or None.
        mask: booleans that broadcast to that shape, true where attention is allowed, or None.
        scale: factor of the logits; None for `1 / sqrt(size)`.
        is_causal: whether each step sees only itself and those before.
        flash_attention: False to compute without a fused kernel also where the platform has one.
        attn_logits_soft_cap: if given, logits become `cap * tanh(logits / cap)`.

    Returns:
        An array of the shape of `query`, with the size of `value`.

    Raises:
        ValueError: an input has not four axes.

    Example:
        >>> import cornu
        >>> cornu.ops.dot_product_attention(*[cornu.ops.ones((1, 2, 1, 4))] * 3).shape
        (1, 2, 1, 4)

    Source:
        Vaswani et al., Attention is all you need, 2017.
    """
    arrays = [tensor(x) for x in (query, key, value)]
    query, key, value = (x.astype(jnp.result_type(*arrays)) for x in arrays)
    if not query.ndim == key.ndim == value.ndim == 4:
        raise ValueError(
            "query, key and value have shape (batch, time, heads, size). Received shapes "
            f"{query.shape}, {key.shape}, {value.shape}."
        )
    heads = query.shape[2]
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    if flash_attention is not False and attn_logits_soft_cap is None:
        added = None if bias is None else tensor(bias).astype(query.dtype)
        allowed = None if mask is None else tensor(mask).astype(bool)
        result = fused(query, key, value, added, allowed, scale, is_causal)
        if result is not None:
            return result
    if key.shape[2] != heads:  # grouped-query attention: several heads share a key and value
        key, value = (jnp.repeat(t, heads // key.shape[2], axis=2) for t in (key, value))
    wide = jnp.promote_types(query.dtype, jnp.float32)
    logits = jnp.einsum("btnh,bsnh->bnts", query, key, preferred_element_type=wide)  # (batch, heads, time, source)
    logits = logits * jnp.asarray(scale, wide)
    if attn_logits_soft_cap is not None:
        logits = jnp.tanh(logits / attn_logits_soft_cap) * attn_logits_soft_cap
    if bias is not None:
        logits = (logits + tensor(bias)).astype(wide)
    masks = [] if mask is None else [tensor(mask).astype(bool)]
    if is_causal:
        masks.append(jnp.tril(jnp.ones(logits.shape[2:], bool)))
    for seen in masks:
        logits = jnp.where(seen, logits, jnp.asarray(-0.7 * limits(wide).max, wide))
    weights = jax.nn.softmax(logits.astype(jnp.float32), axis=-1).astype(key.dtype)
    return jnp.einsum("bnts,bsnh->btnh", weights, value)
