"""The six workloads, each defined once against the Keras API, so that every library does the same work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Workload:
    """A model, its data and how it is trained.

    `build(keras)` returns the compiled model; `keras` is any module with the Keras API. `data()` returns the same
    seeded arrays in every process. `epochs` counts the steady epochs, after the first. `target` is the goal for Cornu's
    steady epoch over the fastest Keras; `one_sample` is the goal in seconds for predicting one sample, where the
    arithmetic itself leaves room for it.
    """

    title: str
    batch: int
    epochs: int
    target: float
    build: Callable[[Any], Any]
    data: Callable[[], Arrays]
    one_sample: float | None = None


def tiny(keras: Any) -> Any:
    """An 8-12-8-1 network: almost no arithmetic, so the overhead of a step is what is measured."""
    dense = keras.layers.Dense
    model = keras.Sequential(
        [keras.Input((8,)), dense(12, activation="relu"), dense(8, activation="relu"), dense(1, activation="sigmoid")]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def tiny_data() -> Arrays:
    """768 samples of 8 features; the class is the side of a random plane."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(768, 8)).astype("float32")
    return x, (x @ rng.normal(size=8) > 0).astype("float32")[:, None]


def mlp(keras: Any) -> Any:
    """A 784-512-512-10 network with dropout."""
    dense, dropout = keras.layers.Dense, keras.layers.Dropout
    model = keras.Sequential(
        [
            keras.Input((784,)),
            dense(512, activation="relu"),
            dropout(0.2),
            dense(512, activation="relu"),
            dropout(0.2),
            dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mlp_data() -> Arrays:
    """12,800 samples of 784 features in 10 classes, named by a random linear map."""
    rng = np.random.default_rng(2)
    x = rng.random((12_800, 784), dtype="float32")
    return x, np.argmax((x - 0.5) @ rng.normal(size=(784, 10)), axis=1).astype("int32")


def cnn(keras: Any) -> Any:
    """Two convolutions with pooling, then dropout and a classifier, on 28x28 images."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def cnn_data() -> Arrays:
    """3,840 noisy images of 28x28, each brighter around one of ten places, which is its class."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 10, 3_840).astype("int32")
    x = rng.normal(size=(3_840, 28, 28, 1)).astype("float32")
    for place in range(10):
        row, column = 7 * (place // 4), 6 * (place % 4)
        x[y == place, row : row + 7, column : column + 7] += 0.5
    return x, y


def lstm(keras: Any) -> Any:
    """An embedding, two bidirectional LSTMs and a sigmoid, on sequences of 200 words."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((200,), dtype="int32"),
            layers.Embedding(20_000, 128),
            layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(64)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def lstm_data() -> Arrays:
    """640 sequences of 200 word numbers; the class says whether words below 10,000 are the majority."""
    words = np.random.default_rng(4).integers(0, 20_000, (640, 200)).astype("int32")
    return words, (np.mean(words < 10_000, axis=1) > 0.5).astype("float32")[:, None]


def gru(keras: Any) -> Any:
    """Two GRUs and a linear output, on sequences of 100 steps."""
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((100, 32)), layers.GRU(128, return_sequences=True), layers.GRU(128), layers.Dense(1)]
    )
    model.compile(optimizer="adam", loss="mse")
    return model


def gru_data() -> Arrays:
    """1,280 sequences of 100 steps and 32 features; the target is the scaled sum of the first feature."""
    x = np.random.default_rng(5).normal(size=(1_280, 100, 32)).astype("float32")
    return x, x[:, :, 0].sum(axis=1, keepdims=True) / 10


def wide(keras: Any) -> Any:
    """Three dense layers of 4,096: almost all the time is matrix products."""
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((4_096,)), *(dense(4_096, activation="relu") for _ in range(3))])
    model.compile(optimizer="sgd", loss="mse")
    return model


def wide_data() -> Arrays:
    """2,048 samples; the target is the positive part of the input, in another order."""
    x = np.random.default_rng(6).normal(size=(2_048, 4_096)).astype("float32")
    return x, np.maximum(x[:, ::-1], 0)


WORKLOADS = {
    "tiny": Workload("8-12-8-1, 768 samples, batch 10, Adam", 10, 20, 0.05, tiny, tiny_data, 0.3e-3),
    "mlp": Workload("784-512-512-10, 12,800 samples, batch 128, RMSprop", 128, 6, 0.90, mlp, mlp_data, 0.3e-3),
    "cnn": Workload("conv 32, conv 64, 3,840 images 28x28, batch 128, Adam", 128, 4, 0.75, cnn, cnn_data, 0.3e-3),
    "lstm": Workload("two bidirectional LSTM-64, 640 texts of 200 words, batch 32, Adam", 32, 3, 0.50, lstm, lstm_data),
    "gru": Workload("two GRU-128, 1,280 sequences of 100 steps, batch 64, Adam", 64, 3, 0.50, gru, gru_data),
    "wide": Workload("4096-4096-4096-4096, 2,048 samples, batch 256, SGD", 256, 3, 0.95, wide, wide_data),
}
