"""Ops of images: closed forms, unknown sizes as the real Keras knows them, files, and mistakes.

Values, gradients and dtypes are those of the table, `ops_table.py`.
"""

import jax
import keras
import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.core.symbolic import KerasTensor

image = ops.image
X = np.random.default_rng(0).uniform(0.05, 1, (2, 8, 6, 3)).astype("float32")
BYTES = (255 * X).astype("uint8")
STILL = [1, 0, 0, 0, 1, 0, 0, 0]
SQUARE = np.array([[0, 0], [0, 7], [5, 0], [5, 7]], "float32")
INSIDE = (slice(None), slice(2, -2), slice(2, -2))
FORMATS = pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])


def close(ours, expected, tolerance=1e-5):
    np.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance)


# Closed forms.


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"])
def test_a_size_that_is_there_already_changes_nothing(interpolation):
    for x in (X, BYTES, X.astype("float16")):
        for options in ({}, {"antialias": True}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}):
            np.testing.assert_array_equal(image.resize(x, (8, 6), interpolation, **options), x)


def test_a_ramp_stays_a_ramp():
    """Between the centres of the first pixel and the last; and a constant stays one, however it is interpolated."""
    ramp = np.arange(10, dtype="float32")[:, None, None]
    got = np.asarray(image.resize(ramp, (25, 1)))[:, 0, 0]
    close(got, np.clip((np.arange(25) + 0.5) * 10 / 25 - 0.5, 0, 9))
    close(image.resize(ramp, (5, 1), antialias=True)[1:-1, 0, 0], 2 * np.arange(1, 4) + 0.5)
    for interpolation in ("nearest", "bicubic", "lanczos3", "lanczos5"):
        close(image.resize(np.full((5, 4, 1), 0.3, "float32"), (11, 3), interpolation), 0.3)


def test_nearest_repeats_pixels():
    np.testing.assert_array_equal(image.resize(X, (16, 18), "nearest"), X.repeat(2, 1).repeat(3, 2))
    np.testing.assert_array_equal(image.resize(X, (4, 2), "nearest"), X[:, 1::2, 1::3])


@FORMATS
def test_shapes_are_kept_by_margins_or_windows(data_format):
    def laid(x):
        return x if data_format == "channels_last" else np.moveaxis(x, -1, 1)

    got = image.resize(laid(X), (4, 6), pad_to_aspect_ratio=True, fill_value=7, data_format=data_format)
    wide = np.pad(X, [(0, 0), (0, 0), (3, 3), (0, 0)], constant_values=7)
    np.testing.assert_array_equal(got, laid(np.asarray(image.resize(wide, (4, 6)))))
    got = image.resize(laid(X), (4, 6), crop_to_aspect_ratio=True, data_format=data_format)
    np.testing.assert_array_equal(got, laid(np.asarray(image.resize(X[:, 2:6], (4, 6)))))


def test_bytes_stop_at_their_ends():
    """Bicubic weights overshoot at an edge."""
    edge = np.repeat(np.array([0, 255], "uint8"), 4)[:, None, None]
    got = np.asarray(image.resize(edge, (16, 1), "bicubic"))
    floats = np.asarray(image.resize(edge.astype("float32"), (16, 1), "bicubic"))
    assert got.dtype == "uint8" and floats.min() < 0 and floats.max() > 255
    np.testing.assert_array_equal(got, np.clip(np.round(floats), 0, 255))


def test_scaling_with_a_translation_of_none_is_resizing():
    got = image.scale_and_translate(X, (2, 16, 3, 3), [2.0, 0.5], [0.0, 0.0], (1, 2), "linear")
    close(got, image.resize(X, (16, 3), antialias=True))
    moved = np.asarray(image.scale_and_translate(X, X.shape, [1.0], [2.0], (1,), "cubic"))
    close(moved[:, 2:], X[:, :-2])
    assert not moved[:, :2].any()


@FORMATS
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_the_identity_and_shifts_by_whole_pixels(interpolation, data_format):
    x = X if data_format == "channels_last" else np.moveaxis(X, -1, 1)
    options = {"interpolation": interpolation, "data_format": data_format}
    for dtype in ("float32", "uint8"):
        given = (255 * x).astype(dtype)
        close(image.affine_transform(given, STILL, **options), given)
        close(image.perspective_transform(given, SQUARE, SQUARE, **options), given, 1e-3)
    right = [1, 0, -2, 0, 1, -1, 0, 0]
    shifted = np.zeros_like(X)
    shifted[:, 1:, 2:] = X[:, :-1, :-2]
    shifted = shifted if data_format == "channels_last" else np.moveaxis(shifted, -1, 1)
    close(image.affine_transform(x, right, **options), shifted)
    close(image.perspective_transform(x, SQUARE, SQUARE + [2, 1], **options), shifted, 1e-3)
    close(image.affine_transform(x[0], [STILL], **options), x[0])


def test_what_is_outside():
    row = np.array([1.0, 2.0, 3.0, 4.0], "float32")
    places = [np.arange(-4.0, 8.0)]
    modes = {"constant": [9] * 4, "nearest": [1] * 4, "reflect": [4, 3, 2, 1], "mirror": [3, 4, 3, 2], "wrap": row}
    behind = {"constant": [9] * 4, "nearest": [4] * 4, "reflect": [4, 3, 2, 1], "mirror": [3, 2, 1, 2], "wrap": row}
    for mode, before in modes.items():
        for order in (0, 1):
            np.testing.assert_array_equal(
                image.map_coordinates(row, places, order, mode, 9), [*before, *row, *behind[mode]], err_msg=mode
            )
    assert image.map_coordinates(np.array([1, 2], "int32"), [[0.5]], 1).tolist() == [2]  # away from zero


def test_one_transform_does_for_all_images():
    """Keras wants one for each; and it lets the last two numbers mix channels, though it says that they count as 0."""
    turned = [0.8, 0.3, 1.0, -0.3, 0.8, 2.0, 0.0, 0.0]
    each = keras.ops.image.affine_transform(X, np.float32([turned, turned]))
    close(image.affine_transform(X, turned), each)
    close(image.affine_transform(X, [[*turned[:6], 0.1, 0.2]]), each)
    moved = SQUARE + np.float32([[0.5, 1], [0.2, -1], [0, 0.3], [1, -0.4]])
    each = keras.ops.image.perspective_transform(X, np.stack([SQUARE] * 2), np.stack([moved] * 2))
    close(image.perspective_transform(X, SQUARE, moved), each, 1e-4)


def test_points_come_to_their_places():
    dot = np.zeros((8, 8, 1), "float32")
    dot[3, 2] = 1
    start = np.array([[2, 3], [0, 7], [7, 0], [7, 7]])
    end = np.array([[4, 5], [0, 7], [7, 0], [6, 6]])
    got = np.asarray(image.perspective_transform(dot, start, end))[..., 0]
    assert got[5, 4] == pytest.approx(1, abs=1e-4)


@FORMATS
def test_colours_there_and_back(data_format):
    x = X if data_format == "channels_last" else np.moveaxis(X, -1, 1)
    close(image.hsv_to_rgb(image.rgb_to_hsv(x, data_format), data_format), x)
    named = np.float32([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1], [0.5] * 3, [0] * 3])
    hsv = np.asarray(image.rgb_to_hsv(named[None]))[0]
    close(hsv[:, 0], np.array([0, 1, 2, 3, 4, 5, 0, 0]) / 6)
    close(hsv[:, 1:], [[1, 1]] * 6 + [[0, 0.5], [0, 0]])
    close(image.rgb_to_grayscale(np.ones((1, 1, 3), "float32")), 0.9999)


def test_a_blur_keeps_a_constant_and_moves_no_mass():
    flat = np.full((1, 9, 9, 2), 0.7, "float32")
    close(image.gaussian_blur(flat, (5, 5), (1.5, 1.0))[INSIDE], 0.7)
    dot = np.zeros((1, 9, 9, 1), "float32")
    dot[0, 4, 4] = 1
    got = np.asarray(image.gaussian_blur(dot, (3, 5), (1.0, 2.0)))[0, ..., 0]
    along = [np.exp(-0.5 * (np.arange(n) - n // 2) ** 2 / s**2) for n, s in ((5, 2.0), (3, 1.0))]
    rows, columns = (weights / weights.sum() for weights in along)
    close(got[2:7, 3:6], np.outer(rows, columns))
    assert got.sum() == pytest.approx(1, abs=1e-5)


def test_the_default_format_of_a_blur_is_that_of_images():
    """Keras takes None for channels_first when it is called with numbers, and reads its default in a model."""
    inputs = keras.Input((8, 6, 3))
    close(image.gaussian_blur(X), keras.Model(inputs, keras.ops.image.gaussian_blur(inputs))(X))


def test_edges_of_a_slope():
    slope = np.broadcast_to(3 * np.arange(7)[:, None] - 2 * np.arange(6), (1, 7, 6))[..., None]
    for dtype in ("float32", "int32"):
        got = np.asarray(image.sobel_edges(slope.astype(dtype)))
        assert got.dtype == dtype
        np.testing.assert_array_equal(got[0, 1:-1, 1:-1, 0], np.broadcast_to([24, -16], (5, 4, 2)))


def test_similarity():
    x, y = X.repeat(2, 1).repeat(2, 2), X[::-1].repeat(2, 1).repeat(2, 2)
    close(image.ssim(x, x), [1, 1])
    close(image.ssim(x, y), image.ssim(y, x))
    close(image.ssim(x, y), image.ssim(255 * x, 255 * y, 255.0), 1e-4)
    darker = float(image.ssim(np.full((11, 11, 1), 0.6, "float32"), np.full((11, 11, 1), 0.2, "float32"), k2=1.0))
    assert darker == pytest.approx((2 * 0.6 * 0.2 + 1e-4) / (0.36 + 0.04 + 1e-4), abs=1e-5)
    half = image.ssim(x.astype("float16"), y.astype("float16"))
    assert half.dtype == "float16"
    close(half, image.ssim(x, y), 1e-2)  # Keras is off by more: the variances cancel in halves
    with pytest.warns(cornu.utils.LikelyMistake, match="cast the images to float32"):
        assert image.ssim(BYTES, BYTES, 255, 5).dtype == "uint8"


def test_patches_are_windows_of_the_image():
    got = np.asarray(image.extract_patches(X, (3, 2), (2, 1), padding="valid"))
    for row, column in ((0, 0), (2, 4), (1, 3)):
        expected = X[:, 2 * row : 2 * row + 3, column : column + 2].reshape(2, -1)
        np.testing.assert_array_equal(got[:, row, column], expected)
    blocks = X[:, :, :, None].reshape(2, 4, 2, 3, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 3, 12)
    np.testing.assert_array_equal(image.extract_patches(X, 2), blocks)
    assert np.isfinite(image.extract_patches(np.where(X > 0.9, np.inf, X), 2)[blocks.max(-1) <= 0.9]).all()


def test_crops_and_margins():
    np.testing.assert_array_equal(image.crop_images(X, 1, 2, 3, 0), X[:, 1:5, 2:])
    np.testing.assert_array_equal(image.pad_images(X[0], 1, 2, 3, 0), np.pad(X[0], [(1, 3), (2, 0), (0, 0)]))
    back = image.crop_images(image.pad_images(X, 1, 2, target_height=20, target_width=9), 1, 2, None, None, 8, 6)
    np.testing.assert_array_equal(back, X)


def test_noise_repeats_with_its_seed_alone():
    same = [image.elastic_transform(X, 2.0, 1.0, seed=3) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other = [image.elastic_transform(X, 2.0, 1.0) for _ in range(2)]
    assert not np.allclose(*other) and not np.allclose(other[0], same[0])
    stream = cornu.random.SeedGenerator(3)
    assert not np.allclose(*(image.elastic_transform(X, 2.0, 1.0, seed=stream) for _ in range(2)))
    twice = np.asarray(image.elastic_transform(X[[0, 0]], 2.0, 1.0, seed=3))
    assert not np.allclose(twice[0], twice[1])
    close(image.elastic_transform(X, 0.0, 1.0, seed=3), X)
    line = image.elastic_transform(X[:, :1], 2.0, 1.0, seed=3)  # where Keras mixes up the axes
    assert line.shape == (2, 1, 6, 3)


# Unknown sizes.

ANY = (None, None, None, 3)
UNKNOWN = {
    "gray": (lambda i: i.rgb_to_grayscale, [ANY], {}),
    "gray, any channels": (lambda i: i.rgb_to_grayscale, [(None, None, 5, None)], {}),
    "hsv": (lambda i: i.rgb_to_hsv, [(None, 3, None, 5)], {"data_format": "channels_first"}),
    "rgb": (lambda i: i.hsv_to_rgb, [(None, None, 3)], {}),
    "resize": (lambda i: i.resize, [ANY], {"size": (4, 5), "interpolation": "bicubic", "antialias": True}),
    "resize any": (lambda i: i.resize, [(None, None, None, None)], {"size": (4, 5)}),
    "resize one": (lambda i: i.resize, [(3, None, 7)], {"size": (4, 5), "data_format": "channels_first"}),
    "resize, crop": (lambda i: i.resize, [ANY], {"size": (4, 5), "crop_to_aspect_ratio": True}),
    "resize, pad": (lambda i: i.resize, [ANY], {"size": (300, 500), "pad_to_aspect_ratio": True}),
    "affine": (lambda i: i.affine_transform, [ANY, (None, 8)], {}),
    "affine, known batch": (lambda i: i.affine_transform, [(5, None, 7, 3), (5, 8)], {"fill_mode": "wrap"}),
    "perspective": (lambda i: i.perspective_transform, [ANY, (None, 4, 2), (None, 4, 2)], {}),
    "coordinates": (lambda i: i.map_coordinates, [(None, 5, 6), (3, None, 7)], {"order": 1}),
    "elastic": (lambda i: i.elastic_transform, [ANY], {}),
    "blur": (lambda i: i.gaussian_blur, [ANY], {"kernel_size": (5, 3)}),
    "blur any": (lambda i: i.gaussian_blur, [(None, None, None, None)], {}),
    "sobel": (lambda i: i.sobel_edges, [ANY], {}),
    "ssim": (lambda i: i.ssim, [ANY, ANY], {}),
    "ssim one": (lambda i: i.ssim, [(None, 30, 3)] * 2, {}),
    "patches": (lambda i: i.extract_patches, [ANY], {"size": 4}),
    "patches same": (lambda i: i.extract_patches, [(None, 30, None, 3)], {"size": 4, "strides": 2, "padding": "same"}),
    "patches 3d": (lambda i: i.extract_patches_3d, [(None, None, 9, 8, 2)], {"size": 2, "dilation_rate": 2}),
    "pad": (lambda i: i.pad_images, [ANY], {
        "top_padding": 1, "left_padding": 1, "target_height": 20, "target_width": 9}),
    "pad sides": (lambda i: i.pad_images, [(None, 5, None, 3)], dict.fromkeys(
        ("top_padding", "bottom_padding", "left_padding", "right_padding"), 2)),
    "crop": (lambda i: i.crop_images, [ANY], {
        "bottom_cropping": 1, "left_cropping": 1, "target_height": 224, "target_width": 300}),
    "crop sides": (lambda i: i.crop_images, [(None, 9, None, 3)], {
        "top_cropping": 1, "bottom_cropping": 1, "left_cropping": 2, "target_width": 3}),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_sizes_are_those_of_keras(name):
    op, shapes, options = UNKNOWN[name]
    for dtype in ("float32", "float16"):
        ours = op(image)(*(KerasTensor(shape, dtype) for shape in shapes), **options)
        theirs = op(keras.ops.image)(*(keras.KerasTensor(shape, dtype) for shape in shapes), **options)
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)


def test_scaling_leaves_the_batch_open():
    x = KerasTensor((None, 8, 8, 3), "uint8")
    got = image.scale_and_translate(x, (None, 4, 5, 3), [0.5, 0.6], [0.0, 0.0], (1, 2), "linear")
    assert (got.shape, got.dtype) == ((None, 4, 5, 3), "float32")


# Files.


def chain(library):
    """A model of images of any size, through ops of every file."""
    x = library.Input((None, None, 3))
    i = library.ops.image
    y = i.gaussian_blur(i.hsv_to_rgb(i.rgb_to_hsv(x)), (5, 3), sigma=(1.0, 0.5))
    y = i.pad_images(y, 1, target_height=20, left_padding=2, right_padding=3)
    y = i.affine_transform(y, np.float32([[0.9, 0.2, 1, -0.2, 0.9, 1, 0, 0]] * 2), fill_mode="reflect", fill_value=0)
    y = i.resize(y, (12, 9), "bicubic", pad_to_aspect_ratio=True, fill_value=0.5)
    y = i.crop_images(y, 1, bottom_cropping=1, target_width=8, right_cropping=0)
    edges = i.sobel_edges(i.rgb_to_grayscale(y))
    return library.Model(x, [i.extract_patches(y, 3, 2, padding="same"), edges, i.ssim(y, 0.9 * y, filter_size=4)])


def test_a_model_of_images_of_any_size_goes_both_ways(tmp_path):
    for maker, suffix in ((cornu, "keras"), (keras, "keras"), (cornu, "h5"), (keras, "h5")):
        path = str(tmp_path / f"m.{suffix}")
        model = chain(maker)
        model.save(path)
        for reader in (cornu, keras) if suffix == "keras" else (cornu,):  # Keras reads no ops in .h5, its own neither
            again = reader.models.load_model(path, compile=False)
            for x in (X, X[:, :5, :4]):
                for ours, expected in zip(again(x), model(x), strict=True):
                    close(ours, expected, 1e-4)


def test_volumes_are_saved_as_patches(tmp_path):
    x = cornu.Input((4, 6, 4, 2))
    model = cornu.Model(x, image.extract_patches_3d(x, 2, strides=1))
    model.save(tmp_path / "m.keras")
    volumes = np.random.default_rng(1).normal(size=(2, 4, 6, 4, 2)).astype("float32")
    there = keras.models.load_model(tmp_path / "m.keras")
    close(there(volumes), model(volumes))


def test_noise_in_a_model_is_new_each_time():
    x = cornu.Input((8, 6, 3))
    model = cornu.Model(x, image.elastic_transform(x, 2.0, 1.0))
    first, second = model.predict(X, verbose=0), model.predict(X, verbose=0)
    assert not np.allclose(first, second)


def test_a_kernel_of_a_file_has_a_bound(tmp_path):
    x = cornu.Input((8, 6, 3))
    huge = {
        "blur": image.gaussian_blur(x, (3, 3)), "rubber": image.elastic_transform(x, sigma=3.0),
        "ssim": image.ssim(x, x, filter_size=3),
    }  # fmt: skip
    for name, y in huge.items():
        text = cornu.Model(x, y).to_json().replace("[3, 3]", "[1000000000, 3]")
        text = text.replace('"sigma": 3.0', '"sigma": 1e9').replace('"filter_size": 3', '"filter_size": 1000000000')
        with pytest.raises(ValueError, match="The file is damaged or hostile|larger|smaller"):
            path = tmp_path / f"{name}.keras"
            cornu.Model(x, y).save(path)
            rewrite(path, text)
            cornu.models.load_model(path)


def rewrite(path, config):
    """Put another config into a file."""
    import zipfile

    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["config.json"] = config.encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)


# Mistakes.

WRONG = {
    "rank": (lambda i: i.resize(X[0, 0], (4, 4)), "3 or 4 axes. Received shape"),
    "rank of colours": (lambda i: i.rgb_to_hsv(X[None]), "rgb_to_hsv takes one image"),
    "rank of edges": (lambda i: i.sobel_edges(X[0]), "takes a batch of images"),
    "two channels": (lambda i: i.rgb_to_hsv(X[..., :2]), "Received 2 channels: check data_format"),
    "two channels, gray": (lambda i: i.rgb_to_grayscale(X[..., :2]), r"or 1 \(gray\)"),
    "channels elsewhere": (lambda i: i.hsv_to_rgb(X, "channels_first"), "Received 8 channels"),
    "colours of integers": (lambda i: i.rgb_to_hsv(BYTES), "takes images of floats"),
    "blur of integers": (lambda i: i.gaussian_blur(BYTES, data_format="channels_last"), "takes images of floats"),
    "rubber of integers": (lambda i: i.elastic_transform(BYTES), "takes images of floats"),
    "edges of bytes": (lambda i: i.sobel_edges(BYTES), "negative numbers, which uint8"),
    "size of one": (lambda i: i.resize(X, (4,)), "size is a pair"),
    "size of three": (lambda i: i.resize(X, (4, 4, 3)), "size is a pair"),
    "size a number": (lambda i: i.resize(X, 4), "size is a pair"),
    "negative size": (lambda i: i.resize(X, (4, -1)), "width is a positive integer"),
    "no size": (lambda i: i.resize(X, (0, 4)), "height is a positive integer"),
    "interpolation": (lambda i: i.resize(X, (4, 4), "cubic"), "'bicubic'.*Received: interpolation='cubic'"),
    "fill_mode of resize": (lambda i: i.resize(X, (4, 4), fill_mode="wrap"), "fill_mode is 'constant'"),
    "both": (lambda i: i.resize(X, (4, 4), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "cropped or padded"),
    "format": (lambda i: i.resize(X, (4, 4), data_format="last"), "data_format"),
    "order": (lambda i: i.map_coordinates(X[0, 0], X[0, 0, :2], 2), "order is 0 or 1"),
    "axes": (lambda i: i.map_coordinates(X[0, 0], X[0, 0, :1], 1), "each of the 2 axes"),
    "no places": (lambda i: i.map_coordinates(X[0, 0, 0], X[0, 0, 0, :1], 1), "at least 2 axes"),
    "fill_mode": (lambda i: i.map_coordinates(X[0, 0], X[0, 0, :2], 1, "same"), "'mirror' or 'wrap'"),
    "fill_value": (lambda i: i.affine_transform(BYTES, [STILL] * 2, fill_value=-1), "a number that uint8 holds"),
    "transform": (lambda i: i.affine_transform(X, np.eye(3)), r"\[a0, a1, a2, b0, b1, b2, 0, 0\]"),
    "transforms": (lambda i: i.affine_transform(X, [STILL] * 3), r"Received shape \(3, 8\)"),
    "how": (lambda i: i.affine_transform(X, np.float32([STILL] * 2), "cubic"), "'nearest' or 'bilinear'"),
    "outside": (lambda i: i.affine_transform(X, np.float32([STILL] * 2), fill_mode="edge"), "'mirror' or 'wrap'"),
    "points": (lambda i: i.perspective_transform(X, SQUARE[:3], SQUARE[:3]), "four points"),
    "points of batches": (lambda i: i.perspective_transform(X, SQUARE, np.stack([SQUARE] * 2)), "four points"),
    "points of three": (lambda i: i.perspective_transform(X, *[np.stack([SQUARE] * 3)] * 2), "four points"),
    "kernel": (lambda i: i.gaussian_blur(X, 3, data_format="channels_last"), "kernel_size is a pair"),
    "no kernel": (lambda i: i.gaussian_blur(X, (3, 0), data_format="channels_last"), "kernel_size is a positive"),
    "one sigma": (lambda i: i.gaussian_blur(X, sigma=1.0, data_format="channels_last"), "sigma is a pair"),
    "shapes": (lambda i: i.ssim(X, X[:, :-1]), "images of one shape"),
    "format of one": (lambda i: i.ssim(X[0, 0], X[0, 0]), "ssim takes one image"),
    "patches": (lambda i: i.extract_patches(X[0], (2, 2, 2)), "an array of 4 axes, or 5"),
    "patch of one": (lambda i: i.extract_patches(X, (2,)), "size is an integer, two"),
    "no patch": (lambda i: i.extract_patches(X, 0), "size is a positive integer"),
    "no stride": (lambda i: i.extract_patches(X, 2, (1, 0)), "strides is a positive integer"),
    "padding": (lambda i: i.extract_patches(X, 2, padding="full"), "padding is 'valid' or 'same'"),
    "crop": (lambda i: i.crop_images(X, 5, 0, 4, 0), "The height of the images is 8, and the result would be larger"),
    "crop target": (lambda i: i.crop_images(X, 0, 0, None, 0, 9), "target_height=9"),
    "pad target": (lambda i: i.pad_images(X, 0, 0, None, 0, 7), "height of the images is 8"),
    "three": (lambda i: i.pad_images(X, 1, 0, 1, 0, 10), "Give two of top_padding, bottom_padding and target_height"),
    "one": (lambda i: i.crop_images(X, 1, 0, 1), "Give two of left_cropping, right_cropping and target_width"),
    "negative": (lambda i: i.pad_images(X, -1, 0, 1, 0), "not negative"),
    "method": (lambda i: i.scale_and_translate(X, X.shape, [1.0], [0.0], (1,), "nearest"), "'lanczos5'"),
    "shape": (lambda i: i.scale_and_translate(X, (2, 4), [1.0], [0.0], (1,), "linear"), "each of the 4 axes"),
    "scales": (lambda i: i.scale_and_translate(X, X.shape, [1.0, 1.0], [0.0], (1,), "linear"), "a number for each"),
}  # fmt: skip
OURS = {  # what Keras computes, with no number in the result, or with another crop than the one asked for
    "sigma": (lambda i: i.gaussian_blur(X, sigma=(1.0, 0.0), data_format="channels_last"), "sigma is positive"),
    "rubber": (lambda i: i.elastic_transform(X, sigma=0.0), "sigma is a positive number"),
    "window": (lambda i: i.ssim(X, X), r"smaller than the window of filter_size=11"),
    "line": (lambda i: i.perspective_transform(X, SQUARE, SQUARE * [1, 0]), "No three"),
    "big patch": (lambda i: i.extract_patches(X, 9), "larger than an axis of 8"),
    "crop behind": (lambda i: i.crop_images(X, 5, 0, None, 0, 4), "bottom_cropping=None, target_height=4"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*WRONG, *OURS])
def test_mistakes_are_told(name):
    call, message = {**WRONG, **OURS}[name]
    with pytest.raises(ValueError, match=message):
        call(image)
    if name in WRONG:
        with pytest.raises(
            (ValueError, TypeError, LookupError, ArithmeticError, AssertionError, RuntimeError, Warning)
        ):
            call(keras.ops.image)


@pytest.mark.parametrize("call", [lambda x: image.pad_images(x, 1, 1, None, 1, 7), lambda x: image.ssim(x, x)])
def test_known_sizes_are_checked_beside_unknown_ones(call):
    with pytest.raises(ValueError, match="height of the images is 8|smaller than the window"):
        call(KerasTensor((None, 8, None, 3)))


def test_a_traced_deviation_is_taken():
    blurred = jax.jit(lambda s: image.gaussian_blur(X, (3, 5), s))(np.float32([1.0, 2.0]))
    close(blurred, image.gaussian_blur(X, (3, 5), (1.0, 2.0)))
