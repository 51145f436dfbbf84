"""Images read at other places: by coordinates, affine and projective maps, and random displacements."""

from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from ...core.types import DataFormat
from ..making import ArrayLike, floating, limits, one_of, op, tensor
from ..random import SeedLike, normal
from .filtering import gaussian_blur
from .layout import as_batch, of_floats

__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform"]

Interpolation = Literal["nearest", "bilinear"]
FillMode = Literal["constant", "nearest", "reflect", "mirror", "wrap"]


@op
def map_coordinates(
    inputs: ArrayLike,
    coordinates: ArrayLike,
    order: Literal[0, 1],
    fill_mode: FillMode = "constant",
    fill_value: float = 0,
) -> Any:
    """An array read at places between its elements.

    Args:
        inputs: array.
        coordinates: array `(axes of inputs, *places)`: where to read along each axis, 0 at the first element.
        order: 0 reads the nearest element, 1 interpolates linearly.
        fill_mode: what is outside of `a b c d`: `"constant"` for `fill_value`, `"nearest"` for `a a (a b c d) d d`,
            `"reflect"` for `b a (a b c d) d c`, `"mirror"` for `c b (a b c d) c b`, `"wrap"` for `c d (a b c d) a b`.
        fill_value: number outside for `"constant"`.

    Returns:
        Array `(*places)` in the dtype of `inputs`; integers are rounded.

    Raises:
        ValueError: coordinates of another number of axes, or an unknown `order` or `fill_mode`.

    Example:
        >>> import cornu
        >>> cornu.ops.image.map_coordinates([0.0, 10.0, 20.0], [[0.5, 2.0, 3.0]], order=1)
        Array([ 5., 20.,  0.], dtype=float32)

    Source: https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.map_coordinates.html
    """
    x, places = tensor(inputs), tensor(coordinates)
    one_of(0, 1, order=order)
    _check_fill(fill_mode, fill_value, x.dtype)
    if places.ndim < 2 or places.shape[0] != x.ndim:
        raise ValueError(
            f"coordinates hold where to read along each of the {x.ndim} axes of inputs, in shape ({x.ndim}, ...) with "
            f"at least 2 axes. Received shape {places.shape}."
        )
    return jax.scipy.ndimage.map_coordinates(x, list(places), order, fill_mode, fill_value)


@op
def affine_transform(
    images: ArrayLike,
    transform: ArrayLike,
    interpolation: Interpolation = "bilinear",
    fill_mode: FillMode = "constant",
    fill_value: float = 0,
    data_format: DataFormat | None = None,
) -> Any:
    """Images turned, sheared, scaled and moved.

    The pixel `(x, y)` of the result, its column and row, reads at `(a0 x + a1 y + a2, b0 x + b1 y + b2)`.

    Args:
        images: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        transform: numbers `[a0, a1, a2, b0, b1, b2, c0, c1]` for all images, or `(batch, 8)` for each; `c0` and
            `c1` count as 0.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what is outside, as for `map_coordinates`.
        fill_value: number outside for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype; integers are rounded.

    Raises:
        ValueError: a wrong number of axes, transforms of another shape, an unknown `interpolation` or `fill_mode`.

    Example:
        >>> import cornu
        >>> cornu.ops.image.affine_transform([[[1.0], [2.0], [3.0]]], [1, 0, 1, 0, 1, 0, 0, 0])[0, :, 0]
        Array([2., 3., 0.], dtype=float32)

    Source: https://en.wikipedia.org/wiki/Affine_transformation
    """
    x, back = as_batch(images, data_format, "affine_transform")
    matrix = floating(transform)
    _check_fill(fill_mode, fill_value, x.dtype)
    if matrix.ndim not in (1, 2) or matrix.shape[-1] != 8 or not _for_each(x, matrix, 1):
        raise ValueError(
            f"transform is [a0, a1, a2, b0, b1, b2, 0, 0], or such a row for each image. Received shape {matrix.shape} "
            f"for images of shape {tensor(images).shape}."
        )
    a0, a1, a2, b0, b1, b2 = jnp.moveaxis(matrix.reshape(-1, 8)[:, :6], 1, 0)[..., None, None]
    rows, columns = _grid(x)
    places = b0 * columns + b1 * rows + b2, a0 * columns + a1 * rows + a2
    return back(_read(x, *places, interpolation, fill_mode, fill_value))


@op
def perspective_transform(
    images: ArrayLike,
    start_points: ArrayLike,
    end_points: ArrayLike,
    interpolation: Interpolation = "bilinear",
    fill_value: float = 0,
    data_format: DataFormat | None = None,
) -> Any:
    """Images seen from elsewhere: four points of an image come to four others, and straight lines stay straight.

    The pixel `(u, v)` of the result reads at `((h0 u + h1 v + h2) / w, (h3 u + h4 v + h5) / w)` with
    `w = h6 u + h7 v + 1`; the eight numbers follow from the points.

    Args:
        images: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        start_points: four points `(x, y)` of the images, `(4, 2)` for all or `(batch, 4, 2)` for each.
        end_points: where they come to, in the same shape.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_value: number outside of the images.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype; integers are rounded.

    Raises:
        ValueError: a wrong number of axes, points of another shape, an unknown `interpolation`; or three points on a
            line, where values are known.

    Example:
        >>> import cornu
        >>> corners = [[0, 0], [0, 1], [2, 0], [2, 1]]
        >>> moved = [[1, 0], [1, 1], [3, 0], [3, 1]]
        >>> cornu.ops.image.perspective_transform([[[1.0], [2.0], [3.0]]], corners, moved)[0, :, 0].round(2)
        Array([0., 1., 2.], dtype=float32)

    Source: https://en.wikipedia.org/wiki/Homography_(computer_vision)
    """
    x, back = as_batch(images, data_format, "perspective_transform")
    start, end = (tensor(points).astype("float32") for points in (start_points, end_points))
    _check_fill("constant", fill_value, x.dtype)
    if start.shape[-2:] != (4, 2) or start.ndim not in (2, 3) or start.shape != end.shape or not _for_each(x, start, 2):
        raise ValueError(
            "start_points and end_points are four points (x, y) each, (4, 2) for all images or (batch, 4, 2). Received "
            f"shapes {start.shape} and {end.shape} for images of shape {tensor(images).shape}."
        )
    h = _homography(start.reshape(-1, 4, 2), end.reshape(-1, 4, 2))[..., None, None]
    rows, columns = _grid(x)
    w = h[6] * columns + h[7] * rows + 1.0
    places = (h[3] * columns + h[4] * rows + h[5]) / w, (h[0] * columns + h[1] * rows + h[2]) / w
    return back(_read(x, *places, interpolation, "constant", fill_value))


@op
def elastic_transform(
    images: ArrayLike,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: Interpolation = "bilinear",
    fill_mode: FillMode = "reflect",
    fill_value: float = 0.0,
    seed: SeedLike = None,
    data_format: DataFormat | None = None,
) -> Any:
    """Images warped like rubber: each pixel reads at a place moved by smooth noise.

    The noise is normal with deviation `sigma`, blurred by a Gaussian of the same `sigma`, times `alpha`. One number
    moves a pixel along both axes, as in Keras.

    Args:
        images: floats `(height, width, channels)` or `(batch, height, width, channels)`, channels before the height
            for `"channels_first"`.
        alpha: how far pixels are moved.
        sigma: how smoothly, in pixels.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: what is outside, as for `map_coordinates`.
        fill_value: number outside for `"constant"`.
        seed: integer, for the same noise in every call; a `SeedGenerator`; or None for the session's stream.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images of the same shape and dtype.

    Raises:
        ValueError: a wrong number of axes, integers, a `sigma` that is not positive, an unknown `interpolation` or
            `fill_mode`.

    Example:
        >>> import cornu
        >>> cornu.ops.image.elastic_transform(cornu.ops.ones((8, 8, 3)), seed=1).shape
        (8, 8, 3)

    Source: Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
    analysis" (2003).
    """
    x, back = as_batch(images, data_format, "elastic_transform")
    _check_fill(fill_mode, fill_value, of_floats(x, "elastic_transform").dtype)
    deviation = np.float32(sigma)
    if not deviation > 0:
        raise ValueError(f"sigma is a positive number of pixels. Received: sigma={sigma!r}")
    side = int(6 * deviation) | 1
    noise = normal(x.shape[:3], dtype=x.dtype, seed=seed) * deviation
    noise = gaussian_blur(noise.astype("float32")[..., None], (side, side), (deviation, deviation), "channels_last")
    moved = tensor(alpha).astype("float32") * noise[..., 0]
    rows, columns = _grid(x)
    return back(_read(x, rows + moved, columns + moved, interpolation, fill_mode, fill_value))


def _check_fill(fill_mode: str, fill_value: float, dtype: Any) -> None:
    """Raise `ValueError` for an unknown way to fill, or a number that the dtype does not hold."""
    one_of("constant", "nearest", "reflect", "mirror", "wrap", fill_mode=fill_mode)
    if jnp.issubdtype(dtype, jnp.integer) and not limits(dtype).min <= fill_value <= limits(dtype).max:
        raise ValueError(f"fill_value is a number that {dtype} holds. Received: fill_value={fill_value!r}")


def _for_each(x: jax.Array, given: jax.Array, rank: int) -> bool:
    """Whether there is one of what is given, an array of `rank` axes, or one for each of the images."""
    return given.ndim == rank or given.shape[0] in (1, x.shape[0])


def _grid(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The row and the column of each pixel, to be broadcast to `(batch, height, width)`."""
    return jnp.arange(x.shape[1])[:, None], jnp.arange(x.shape[2])


def _read(
    x: jax.Array, rows: jax.Array, columns: jax.Array, interpolation: str, fill_mode: Any, fill_value: float
) -> jax.Array:
    """A batch of images read at places `(batch, height, width)`, or `(1, height, width)` for all of them."""
    one_of("nearest", "bilinear", interpolation=interpolation)
    places = jnp.stack(jnp.broadcast_arrays(rows, columns), 1)

    def read(plane: jax.Array, places: jax.Array) -> Any:
        return map_coordinates(plane, places, 1 if interpolation == "bilinear" else 0, fill_mode, fill_value)

    each: Callable[..., Any] = jax.vmap(read, in_axes=(-1, None), out_axes=-1)
    return jax.vmap(each)(x, jnp.broadcast_to(places, (x.shape[0], *places.shape[1:])))


def _homography(start: jax.Array, end: jax.Array) -> jax.Array:
    """The eight numbers `(8, batch)` of the projective map that takes the points `end` to `start`."""
    one = jnp.ones_like(end[..., :1])
    plane = jnp.concatenate([end, one], -1)
    none = jnp.zeros_like(plane)
    # start_x (h6 u + h7 v + 1) = h0 u + h1 v + h2 for the four points, and then the same of start_y.
    of_x = jnp.concatenate([plane, none, -start[..., :1] * end], -1)
    of_y = jnp.concatenate([none, plane, -start[..., 1:] * end], -1)
    right = jnp.concatenate([start[..., :1], start[..., 1:]], 1)
    numbers = jnp.linalg.solve(jnp.concatenate([of_x, of_y], 1), right)[..., 0]
    if not isinstance(numbers, jax.core.Tracer) and not bool(jnp.isfinite(numbers).all()):
        raise ValueError("No three of the four start_points or end_points lie on a line.")
    return numbers.T
