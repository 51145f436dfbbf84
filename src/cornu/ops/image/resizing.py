"""Images of other sizes: resized, scaled and moved, cropped and padded."""

from collections.abc import Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from ...core.symbolic import known_shape
from ...core.types import DataFormat
from ..making import ArrayLike, existing_axes, one_of, op, positive, tensor
from ..tensors import saturate_cast
from .layout import as_batch, pair, with_axes, with_margins

__all__ = ["crop_images", "pad_images", "resize", "scale_and_translate"]


@op
def resize(
    images: ArrayLike,
    size: Sequence[int],
    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: Literal["constant"] = "constant",
    fill_value: float = 0.0,
    data_format: DataFormat | None = None,
) -> Any:
    """Images of another height and width, interpolated between the centres of pixels.

    The pixel `i` of `n` reads at `(i + 1/2) * old / n - 1/2`; weights of neighbours outside the image go to the others.

    Args:
        images: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        size: height and width of the result.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        antialias: whether a smaller image averages over all pixels that fall into one.
        crop_to_aspect_ratio: whether the largest window in the middle with the shape of `size` is resized alone.
        pad_to_aspect_ratio: whether the image gets margins at both ends of an axis, to have the shape of `size`.
        fill_mode: `"constant"`.
        fill_value: number in these margins.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Returns:
        Images in the dtype given; integers are rounded, and cut off at the ends of their dtype.

    Raises:
        ValueError: a wrong number of axes, `size` is no pair of positive integers, an unknown `interpolation` or
            `fill_mode`, or the image is to be cropped and padded.

    Example:
        >>> import cornu
        >>> cornu.ops.image.resize([[[0.0], [2.0]]], (1, 4))
        Array([[[0. ],
                [0.5],
                [1.5],
                [2. ]]], dtype=float32)

    Source: Keys, "Cubic convolution interpolation for digital image processing" (1981); Duchon, "Lanczos filtering
    in one and two dimensions" (1979).
    """
    x, back = as_batch(images, data_format, "resize")
    dtype = x.dtype
    height, width = pair(size=size)
    positive(height=height, width=width)
    one_of("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", interpolation=interpolation)
    if fill_mode != "constant":
        raise ValueError(f"fill_mode is 'constant': margins hold fill_value. Received: fill_mode={fill_mode!r}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("An image is cropped or padded: set one of crop_to_aspect_ratio and pad_to_aspect_ratio.")
    old = x.shape[1:3]
    shaped = old[1] * height // width, old[0] * width // height  # beside the whole width, and the whole height
    if crop_to_aspect_ratio:
        whole = [max(min(n, m), 1) for n, m in zip(old, shaped, strict=True)]
        before = [(n - m) // 2 for n, m in zip(old, whole, strict=True)]
        margins = [(-b, m + b - n) for n, m, b in zip(old, whole, before, strict=True)]
        x = with_margins(x, (1, 2), margins)
    elif pad_to_aspect_ratio:
        x = x.astype(jnp.result_type(x, 1.0))  # which can hold the value
        before = [(max(n, m) - n) // 2 for n, m in zip(old, shaped, strict=True)]
        x = with_margins(x, (1, 2), [(b, b) for b in before], fill_value)
    resized = jax.image.resize(x, (x.shape[0], height, width, x.shape[3]), interpolation, antialias)
    if resized.dtype != dtype:
        resized = saturate_cast(jnp.round(resized) if jnp.issubdtype(dtype, jnp.integer) else resized, dtype)
    return back(resized)


@op
def scale_and_translate(
    images: ArrayLike,
    output_shape: Sequence[int],
    scale: ArrayLike,
    translation: ArrayLike,
    spatial_dims: Sequence[int],
    method: Literal["linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5"],
    antialias: bool = True,
) -> Any:
    """Images scaled and moved: what is at `x` comes to `x * scale + translation`, along each of some axes.

    The centre of the pixel `i` is at `i + 1/2`. What comes from outside is 0.

    Args:
        images: array.
        output_shape: shape of the result; along axes that are not among `spatial_dims` it is that of the images.
        scale: a number for each of `spatial_dims`.
        translation: a number for each of `spatial_dims`, in pixels of the result.
        spatial_dims: axes that are scaled and moved.
        method: `"linear"` or `"cubic"`, also by the names `"bilinear"`, `"trilinear"`, `"bicubic"` and `"tricubic"`,
            `"lanczos3"` or `"lanczos5"`.
        antialias: whether a smaller image averages over all pixels that fall into one.

    Returns:
        An array of floats.

    Raises:
        ValueError: sizes, scales, translations and axes are not as many as they should be, or an unknown `method`.

    Example:
        >>> import cornu
        >>> cornu.ops.image.scale_and_translate([1.0, 2.0, 3.0], (3,), [1.0], [1.0], (0,), "linear")
        Array([0., 1., 2.], dtype=float32)

    Source: https://docs.jax.dev/en/latest/_autosummary/jax.image.scale_and_translate.html
    """
    x, scale, translation = tensor(images), tensor(scale), tensor(translation)
    one_of(*("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5"), method=method)
    axes = existing_axes(spatial_dims, x.ndim)
    if len(output_shape) != x.ndim:
        raise ValueError(
            f"output_shape has a size for each of the {x.ndim} axes of the images. Received: {tuple(output_shape)}"
        )
    if scale.shape != (len(axes),) or translation.shape != scale.shape:
        raise ValueError(
            f"scale and translation have a number for each of spatial_dims={tuple(spatial_dims)}. Received shapes "
            f"{scale.shape} and {translation.shape}."
        )
    for axis in axes:
        positive(output_shape=output_shape[axis])
    shape = [output_shape[axis] if axis in axes else size for axis, size in enumerate(x.shape)]
    return jax.image.scale_and_translate(x, shape, axes, scale, translation, method, antialias)


@op
def pad_images(
    images: ArrayLike,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: DataFormat | None = None,
) -> Any:
    """Images with margins of zeros. Two of top, bottom and height are given, and two of left, right and width.

    Args:
        images: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        top_padding: rows added before the first.
        left_padding: columns added before the first.
        bottom_padding: rows added behind the last.
        right_padding: columns added behind the last.
        target_height: height of the result.
        target_width: width of the result.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: a wrong number of axes, not two of three are given, or the target is smaller than the image.

    Example:
        >>> import cornu
        >>> cornu.ops.image.pad_images(cornu.ops.ones((2, 2, 1)), 1, 0, 0, target_width=5).shape
        (3, 5, 1)
    """
    rows, columns = (top_padding, bottom_padding, target_height), (left_padding, right_padding, target_width)
    return _reframed(images, rows, columns, data_format, "padding")


@op
def crop_images(
    images: ArrayLike,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: DataFormat | None = None,
) -> Any:
    """Images without their margins. Two of top, bottom and height are given, and two of left, right and width.

    Args:
        images: image `(height, width, channels)` or batch `(batch, height, width, channels)`, channels before the
            height for `"channels_first"`.
        top_cropping: rows cut off at the top.
        left_cropping: columns cut off on the left.
        bottom_cropping: rows cut off at the bottom.
        right_cropping: columns cut off on the right.
        target_height: height of the result.
        target_width: width of the result.
        data_format: `"channels_last"` or `"channels_first"`; None for the default one.

    Raises:
        ValueError: a wrong number of axes, not two of three are given, or more is cut off than there is.

    Example:
        >>> import cornu
        >>> cornu.ops.image.crop_images(cornu.ops.ones((4, 6, 1)), 1, 0, 0, target_width=5).shape
        (3, 5, 1)
    """
    rows, columns = (top_cropping, bottom_cropping, target_height), (left_cropping, right_cropping, target_width)
    return _reframed(images, rows, columns, data_format, "cropping")


_Frame = tuple[int | None, int | None, int | None]  # what is added or cut off before and after, and the target


def _reframed(images: Any, rows: _Frame, columns: _Frame, data_format: str | None, kind: str) -> jax.Array:
    """Images with margins added (padding) or cut off (cropping), of which what is None follows from the others."""
    x, axes = with_axes(images, data_format, "pad_images" if kind == "padding" else "crop_images")
    sign = 1 if kind == "padding" else -1
    margins = []
    for axis, given, words in (
        (axes[0], rows, ("top", "bottom", "height")),
        (axes[1], columns, ("left", "right", "width")),
    ):
        names = f"{words[0]}_{kind}", f"{words[1]}_{kind}", f"target_{words[2]}"
        shown = ", ".join(f"{name}={value!r}" for name, value in zip(names, given, strict=True))
        numbers = [value for value in given if value is not None]
        if len(numbers) != 2 or any(not isinstance(n, int | np.integer) or n < 0 for n in numbers):
            raise ValueError(
                f"Give two of {', '.join(names[:2])} and {names[2]}, not negative; the third follows. Received: {shown}"
            )
        first, last, target = given
        both = 0 if target is None else sign * (target - x.shape[axis])  # what the margins have together
        before = both - (last or 0) if first is None else first
        after = both - before if last is None else last
        size = known_shape(x.shape)[axis]
        if size is not None and min(before, after, size + sign * (before + after)) < 0:
            what = "smaller" if kind == "padding" else "larger"
            raise ValueError(f"The {words[2]} of the images is {size}, and the result would be {what}: {shown}")
        margins.append((sign * before, sign * after))
    return with_margins(x, axes[:2], margins)
