"""Convolution and pooling as XLA's own operations."""

import jax
import jax.numpy as jnp


def conv(x, kernel, *, strides, padding, dilation, groups):
    """Convolution, channels last."""
    s = "DHW"[3 - (x.ndim - 2) :]
    return jax.lax.conv_general_dilated(
        x, kernel, strides, padding.upper() if isinstance(padding, str) else padding, rhs_dilation=dilation,
        dimension_numbers=(f"N{s}C", f"{s}IO", f"N{s}C"), feature_group_count=groups,
    )


def max_pool(x, window, strides, padding):
    """Largest element of each window."""
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, *window, 1), (1, *strides, 1), padding.upper())


def average_pool(x, window, strides, padding):
    """Mean of each window."""
    def total(v):
        return jax.lax.reduce_window(v, 0.0, jax.lax.add, (1, *window, 1), (1, *strides, 1), padding.upper())
    return total(x) / total(jnp.ones_like(x))
