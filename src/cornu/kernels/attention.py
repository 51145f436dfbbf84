"""Attention as one fused kernel, where the platform has one: no array of all scores is ever made."""

from typing import Any

import jax
import jax.numpy as jnp

from .platform import on_gpu


def fused(query: Any, key: Any, value: Any, bias: Any, mask: Any, scale: float, is_causal: bool) -> Any:
    """What cuDNN gives, or None where it has no kernel for such inputs: it knows 16 bits, and few layouts.

    Args:
        query: array `(batch, time, heads, size)`.
        key: array `(batch, source, heads, size)`, whose heads may be fewer.
        value: array of the same shape.
        bias: array that broadcasts to `(batch, heads, time, source)`, or None.
        mask: booleans that do, or None.
        scale: factor of the logits.
        is_causal: whether each step sees only itself and those before.

    Source: Dao et al. (2022), FlashAttention, https://arxiv.org/abs/2205.14135
    """
    if not on_gpu() or query.dtype not in (jnp.float16, jnp.bfloat16) or key.shape != value.shape:
        return None
    bias, mask = (x if x is None else x.reshape((1,) * (4 - x.ndim) + x.shape) for x in (bias, mask))
    options: Any = {"scale": scale, "is_causal": is_causal, "implementation": "cudnn"}
    try:
        return jax.nn.dot_product_attention(query, key, value, bias, mask, **options)
    except (ImportError, NotImplementedError, RuntimeError, TypeError, ValueError):  # it says which inputs it refuses
        return None
