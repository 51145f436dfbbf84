"""Filters: the blur of a Gaussian, edges, and the similarity that is seen through one."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from ...core import dtypes
from ...core.doubt import doubt
from ...core.symbolic import known_shape
from ...core.types import ArrayLike, DataFormat
from ..convolution import depthwise_conv
from ..making import floating, of_one_shape, op, positive, tensor, widened
from .layout import as_batch, of_floats, pair

__all__ = ["gaussian_blur", "sobel_edges", "ssim"]


@op
def gaussian_blur(
    images: ArrayLike,
    kernel_size: Sequence[int] = (3, 3),
    sigma: ArrayLike = (1.0, 1.0),
    data_format: DataFormat | None = None,
) -> Any:
    """Each pixel becomes the mean of those around it, weighted by `exp(-distance^2 / (2 sigma^2))`.

    Outside of the images are zeros. The first number of each pair is along the width, as Keras computes it.

    Args:
        images: floats `(height, width, channels)` or `(batch, height, width, channels)`, channels before the height
            for `"channels_first"`.
        kernel_size: how many columns and rows count; an even number moves the image by half a pixel.
        sigma: standard deviation along the width and the height, in pixels.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: a wrong number of axes, integers, or no pairs of positive numbers.

    Example:
        >>> import cornu
        >>> cornu.ops.image.gaussian_blur(cornu.ops.ones((3, 3, 1)))[1, 1]
        Array([1.], dtype=float32)

    Source: https://en.wikipedia.org/wiki/Gaussian_blur
    """
    x, back = as_batch(images, data_format, "gaussian_blur")
    of_floats(x, "gaussian_blur")
    columns, rows = (
        _bell(size, spread, x.dtype)
        for size, spread in zip(pair(kernel_size=kernel_size), pair(sigma=sigma), strict=True)
    )
    return back(_filtered(x, rows, columns, "same"))


@op
def sobel_edges(images: ArrayLike, data_format: DataFormat | None = None) -> Any:
    """How steeply images rise along height and width: the difference of neighbours, averaged across it.

    Outside of the images are zeros.

    Args:
        images: batch `(batch, height, width, channels)`, or `(batch, channels, height, width)` for
            `"channels_first"`.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Array with a new last axis `[along the height, along the width]`.

    Raises:
        ValueError: another number of axes, or a dtype without negative numbers.

    Example:
        >>> import cornu
        >>> cornu.ops.image.sobel_edges(cornu.ops.reshape([0.0, 1.0, 2.0], (1, 1, 3, 1)))[0, 0, 1, 0]
        Array([0., 4.], dtype=float32)

    Source: https://en.wikipedia.org/wiki/Sobel_operator
    """
    x = tensor(images)
    if x.ndim != 4:
        raise ValueError(f"sobel_edges takes a batch of images, an array of 4 axes. Received shape {x.shape}.")
    if not dtypes.is_float(x.dtype) and not jnp.issubdtype(x.dtype, jnp.signedinteger):
        raise ValueError(f"sobel_edges gives negative numbers, which {x.dtype} has not: cast the images to float32.")
    x, back = as_batch(x, data_format, "sobel_edges")
    slope, mean = jnp.asarray([-1, 0, 1], x.dtype), jnp.asarray([1, 2, 1], x.dtype)
    return jnp.stack([back(_filtered(x, *taps, "same")) for taps in ((slope, mean), (mean, slope))], -1)


@op
def ssim(
    image1: ArrayLike,
    image2: ArrayLike,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: DataFormat | None = None,
) -> Any:
    """Structural similarity of two images: 1 for equal ones, less the more they differ.

    `(2 m1 m2 + c1) (2 s12 + c2) / ((m1^2 + m2^2 + c1) (s1^2 + s2^2 + c2))` with `c = (k * max_val)^2`, where `m` and
    `s` are means and covariances under a Gaussian window; the mean over all windows inside of the images.

    Args:
        image1: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        image2: the others, in the same shape.
        max_val: the largest value a pixel may have: 1.0, or 255 for bytes.
        filter_size: rows and columns of the window.
        filter_sigma: standard deviation of the window, in pixels.
        k1: keeps the comparison of means finite.
        k2: keeps the comparison of deviations finite.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        A number for each image, in the dtype of `image1`.

    Raises:
        ValueError: different shapes, a wrong number of axes, or images smaller than the window.

    Example:
        >>> import cornu
        >>> x = cornu.ops.reshape(cornu.ops.arange(144.0), (12, 12, 1)) / 144
        >>> float(cornu.ops.image.ssim(x, x)), float(cornu.ops.image.ssim(x, 1 - x)) < 0
        (1.0, True)

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
    similarity" (2004), https://doi.org/10.1109/TIP.2003.819861
    """
    first, second = tensor(image1), tensor(image2)
    of_one_shape(first, second, "ssim compares images of one shape.")
    if not dtypes.is_float(first.dtype):
        doubt(f"ssim gives {first.dtype}, the dtype of image1, and cuts off the fraction: cast the images to float32.")
    (x, _), (y, _) = (as_batch(widened(floating(image)), data_format, "ssim") for image in (first, second))
    bell = _bell(filter_size, filter_sigma, x.dtype, "filter")
    if any(size is not None and size < filter_size for size in known_shape(x.shape)[1:3]):
        raise ValueError(
            f"The images {first.shape} are smaller than the window of filter_size={filter_size}. Use a smaller one."
        )
    moments = _filtered(jnp.concatenate([x, y, x * x + y * y, x * y], -1), bell, bell, "valid")
    m1, m2, squares, product = jnp.split(moments, 4, -1)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    means, together = m1 * m1 + m2 * m2, m1 * m2
    alike = (2 * together + c1) * (2 * (product - together) + c2) / ((means + c1) * (squares - means + c2))
    result = alike.mean((1, 2, 3))
    return (result if first.ndim == 4 else result[0]).astype(first.dtype)


def _bell(size: Any, spread: Any, dtype: Any, kind: str = "kernel") -> jax.Array:
    """Weights of a Gaussian at `size` places around its middle."""
    positive(**{f"{kind}_size": size})
    spread = jnp.asarray(spread, dtype)
    if not isinstance(spread, jax.core.Tracer) and not bool(spread > 0):
        name = "sigma" if kind == "kernel" else f"{kind}_sigma"
        raise ValueError(f"{name} is positive. Received: {spread}")
    weights = jnp.exp(-0.5 * jnp.square((jnp.arange(size, dtype=dtype) - (size - 1) / 2) / spread))
    return weights / weights.sum()


def _filtered(x: jax.Array, rows: jax.Array, columns: jax.Array, padding: Any) -> jax.Array:
    """Each channel of a batch filtered by the outer product of weights along the height and along the width."""
    for taps in (rows[:, None], columns[None]):
        each = jnp.broadcast_to(taps[..., None, None], (*taps.shape, x.shape[-1], 1))
        x = depthwise_conv(x, each, 1, padding, "channels_last")
    return x
