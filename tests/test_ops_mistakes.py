"""What ops refuse, and the sentence they say: what Keras refuses too, and more."""

import keras
import numpy as np
import pytest
from ops_table import CLASSES, CUBE, DEFINITE, FIRST, IMAGE, INTEGERS, KERNEL, LABELS, LOGITS, SIGNAL, VECTOR, X

import cornu.ops

SIGNALS = np.ones((2, 9, 5), "float32")
WRONG_CALLS = {
    "fft pair": (lambda o: o.fft(X), "pair"),
    "fft shapes": (lambda o: o.fft((X, X[:2])), "one shape"),
    "fft dtype": (lambda o: o.fft((INTEGERS, INTEGERS)), "floats"),
    "fft2 rank": (lambda o: o.fft2((VECTOR, VECTOR)), "at least 2 axes"),
    "irfft rank": (lambda o: o.irfft((X[0, 0], X[0, 0])), "at least 1 ax"),
    "stft stride": (lambda o: o.stft(SIGNAL, 8, 0, 8), "sequence_stride is a positive integer"),
    "stft float stride": (lambda o: o.stft(SIGNAL, 8, 1.5, 8), "sequence_stride is a positive integer"),
    "stft length": (lambda o: o.stft(SIGNAL, 8, 4, 4), "fft_length is at least"),
    "stft window": (lambda o: o.stft(SIGNAL, 8, 4, 8, window=np.ones((2, 8))), "window has sequence_length=8"),
    "stft window name": (lambda o: o.stft(SIGNAL, 8, 4, 8, window="hat"), "'hann', 'hamming'"),
    "istft stride": (lambda o: o.istft(SIGNALS, 8, -5, 8), "pair"),
    "istft negative": (lambda o: o.istft((SIGNALS, SIGNALS), 8, -5, 8), "sequence_stride is a positive integer"),
    "istft window": (lambda o: o.istft((SIGNALS, SIGNALS), 8, 4, 8, window=np.ones(5)), "window has sequence_length=8"),
    "istft rank": (lambda o: o.istft((VECTOR, VECTOR), 8, 4, 8), "at least 2 axes"),
    "frames": (lambda o: o.extract_sequences(SIGNAL, 0, 1), "sequence_length is a positive integer"),
    "complex": (lambda o: o.view_as_complex(X), "size 2"),
    "in_top_k": (lambda o: o.in_top_k(CLASSES, X[:2], 2), "one|batch"),
    "in_top_k dtype": (lambda o: o.in_top_k(X[:, 0], X, 2), "integer targets"),
    "cdist rank": (lambda o: o.cdist(VECTOR, X), "matrices"),
    "cdist size": (lambda o: o.cdist(X, X[:, :3]), "points of one size"),
    "cholesky": (lambda o: o.cholesky(-DEFINITE), "positive definite"),
    **{
        name: (lambda o, name=name: getattr(o, name)(X), "square matrices")
        for name in ("cholesky_inverse", "det", "slogdet", "logdet", "eig", "eigh", "inv")
    },
    **{
        f"{name} rank": (lambda o, name=name: getattr(o, name)(VECTOR), "matrices")
        for name in ("cholesky", "qr", "svd", "lu_factor", "matrix_rank", "pinv", "eigh")
    },
    "lstsq": (lambda o: o.lstsq(CUBE, CUBE), r"\(m, n\)"),
    "fold rank": (lambda o: o.fold(X, 4, 2), "fold expects blocks"),
    "fold size": (lambda o: o.fold(np.ones((1, 7, 9), "f"), 4, 2), r"\(batch, 4 \* channels, 9\)"),
    "unfold": (lambda o: o.unfold(FIRST, 2, stride=0), "stride is a positive integer"),
    "blocks": (lambda o: o.depth_to_space(IMAGE, 1), "block_size is an integer from 2"),
    "channels": (lambda o: o.depth_to_space(IMAGE[..., :3], 2), "does not divide the 3 channels"),
    "odd height": (lambda o: o.space_to_depth(IMAGE, 2), "does not divide height"),
    "format": (lambda o: o.space_to_depth(IMAGE[:, :8], 2, data_format="last"), "data_format"),
    "transpose": (lambda o: o.transpose(X, (0, 0)), "each of the 2 axes"),
    "transpose short": (lambda o: o.transpose(X, (0,)), "each of the 2 axes"),
    "diagonal": (lambda o: o.diagonal(X, 0, 0, -2), "two axes"),
    "trace": (lambda o: o.trace(X, 0, 1, 1), "two axes"),
    "reshape": (lambda o: o.reshape(X, (-1, -1)), "At most one"),
    "glu": (lambda o: o.glu(X[:, :3]), "even"),
    "axis": (lambda o: o.layer_normalization(X, axis=5), "out of bounds"),
    "mean": (lambda o: o.batch_normalization(X, X[0, :2], X[0], -1), "mean is a vector"),
    "offset": (lambda o: o.batch_normalization(X, X[0], X[0], -1, offset=X[0, :3]), "offset is a vector"),
    "histogram": (lambda o: o.histogram(VECTOR, bins=-1), "bins is a positive integer"),
    "range": (lambda o: o.histogram(VECTOR, range=(2, 1)), "smaller edge first"),
    "ctc": (lambda o: o.ctc_loss(LABELS, LOGITS[:2], CLASSES, CLASSES), "ctc_loss expects labels"),
    "groups": (lambda o: o.conv(IMAGE, KERNEL[:, :, :2]), "groups divide the 5 filters"),
    "strides": (lambda o: o.depthwise_conv(IMAGE, KERNEL, 0), "strides is a positive integer"),
    "kernel": (lambda o: o.conv(IMAGE, KERNEL[0]), "1, 2 or 3 spatial axes"),
    "pool": (lambda o: o.average_pool(IMAGE, 0, 2), "pool_size is a positive integer"),
    "adaptive": (lambda o: o.adaptive_max_pool(X, 2), "1, 2 or 3 spatial axes"),
    "unroll": (lambda o: o.scan(lambda c, x: (c, x), 0, X, unroll=0), "unroll is a positive integer"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_what_keras_refuses_is_refused_with_a_sentence(name):
    call, message = WRONG_CALLS[name]
    with pytest.raises(ValueError, match=message):
        call(cornu.ops)
    with pytest.raises((ValueError, TypeError, IndexError, AssertionError, RuntimeWarning)):
        call(keras.ops)


@pytest.mark.parametrize(
    ("name", "args", "options", "message"),
    [
        ("randint", ((2,), 0, 5), {"dtype": "float32"}, "randint draws integers"),
        ("uniform", ((2,),), {"dtype": "int32"}, "use randint"),
        ("normal", ((2,),), {"dtype": "int32"}, "use randint"),
        ("gamma", ((2,), 1.0), {"dtype": "int32"}, "use randint"),
        ("uniform", ((2,),), {"seed": 1.5}, "A seed is an integer"),
    ],
)
def test_random_numbers_have_the_dtypes_of_their_distribution(name, args, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(cornu.random, name)(*args, **options)
    with pytest.raises(ValueError):
        getattr(keras.random, name)(*args, **options)


def test_errors_teach():
    with pytest.raises(ValueError, match="class indices use sparse_categorical_crossentropy"):
        cornu.ops.categorical_crossentropy(CLASSES, X)
    with pytest.raises(ValueError, match="channels"):
        cornu.ops.conv(IMAGE, KERNEL[:, :, :3])
    with pytest.raises(ValueError, match="leaves nothing"):
        cornu.ops.conv(IMAGE[:, :2], KERNEL)
    for size in (3, 7):
        for channels in (1, 16):
            small, taps = np.ones((2, 2, 2, channels)), np.ones((size, size, channels, 4))
            calls = {"conv": (taps,), "depthwise_conv": (taps,), "max_pool": (size, 1), "average_pool": (size,)}
            for name, args in calls.items():
                with pytest.raises(ValueError, match="leaves nothing of inputs with spatial sizes"):
                    getattr(cornu.ops, name)(small, *args)
    with pytest.raises(ValueError, match="data_format"):
        cornu.ops.max_pool(IMAGE, 2, data_format="last")


@pytest.mark.parametrize("name", ["amax", "all", "mean", "argmax", "argmin", "nanmean", "count_nonzero"])
@pytest.mark.parametrize("axis", ["0", 5])
def test_an_axis_that_there_is_not(name, axis):
    with pytest.raises(ValueError, match=rf"ops.{name} cannot compute with x of shape \(2, 3\): axis"):
        getattr(cornu.ops, name)(np.ones((2, 3)), axis=axis)
