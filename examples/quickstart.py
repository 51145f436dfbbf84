"""The eight steps of deep learning, on 1,797 scanned digits: from loading the data to a plot of what was learned."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import numpy as np
from sklearn.datasets import load_digits

import cornu
from cornu import layers

matplotlib.use("Agg")  # pictures go to files; no window is needed
import matplotlib.pyplot as plt

FOLDER = Path("quickstart-output")
BEGAN = time.perf_counter()


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Print a step's title before it and its time after it."""
    print(f"\n[{number}/8] {title}")
    began = time.perf_counter()
    yield
    print(f"      {time.perf_counter() - began:.1f} s")


def plot(history: dict[str, list[float]], metric: str, path: Path) -> None:
    """Draw a metric by epoch, in training and in validation."""
    epochs = range(1, len(history[metric]) + 1)
    fig, ax = plt.subplots(figsize=(6, 4))
    ax.plot(epochs, history[metric], "o-", label="training")
    ax.plot(epochs, history[f"val_{metric}"], "s--", label="validation")
    ax.set(xlabel="epoch", ylabel=metric, title=f"{metric} by epoch")
    ax.legend()
    ax.grid(alpha=0.3)
    fig.tight_layout()
    fig.savefig(path, dpi=120)
    plt.close(fig)


FOLDER.mkdir(exist_ok=True)
cornu.utils.set_random_seed(1)

with step(1, "Load the data"):
    images, labels = load_digits(return_X_y=True)
    print(f"      {len(images)} images of {images.shape[1]} pixels, digits {labels.min()} to {labels.max()}")

with step(2, "Preprocess, and split into training, validation and test sets"):
    x = (images / 16.0).astype("float32").reshape(-1, 8, 8, 1)
    y = cornu.utils.to_categorical(labels, 10)
    shuffled = np.random.default_rng(1).permutation(len(x))
    x, y = x[shuffled], y[shuffled]
    x_train, y_train, x_test, y_test = x[:1437], y[:1437], x[1437:], y[1437:]
    print(f"      {len(x_train)} images to train on (fit keeps 15% of them for validation), {len(x_test)} to test on")

with step(3, "Define the model"):
    model = cornu.Sequential(
        [
            layers.Conv2D(32, 3, activation="relu", padding="same", input_shape=(8, 8, 1)),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu", padding="same"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.summary()

with step(4, "Compile"):
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])

with step(5, "Train"):
    stop = cornu.callbacks.EarlyStopping(patience=2)
    history = model.fit(x_train, y_train, epochs=30, batch_size=32, validation_split=0.15, callbacks=[stop])

with step(6, "Evaluate on the test set"):
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"      loss {loss:.4f}, accuracy {accuracy:.4f}")

with step(7, "Predict"):
    digits = model.predict(x_test[:10]).argmax(axis=-1)
    print(f"      predicted {digits.tolist()}")
    print(f"      truth     {y_test[:10].argmax(axis=-1).tolist()}")

with step(8, "Save, reload, and plot"):
    model.save(FOLDER / "model.h5")
    reloaded = cornu.models.load_model(FOLDER / "model.h5")
    from_json = cornu.models.model_from_json(model.to_json())
    model.save_weights(FOLDER / "model.weights.h5")
    from_json.load_weights(FOLDER / "model.weights.h5")
    expected = model.predict(x_test)
    assert np.array_equal(reloaded.predict(x_test), expected), "the reloaded model predicts something else"
    assert np.array_equal(from_json.predict(x_test), expected), "the model from JSON predicts something else"
    print("      the model from model.h5, and the one from JSON and weights, predict the same bit for bit")
    plot(history.history, "accuracy", FOLDER / "accuracy.png")
    plot(history.history, "loss", FOLDER / "loss.png")

print(f"\nmodel.h5, accuracy.png and loss.png are in {FOLDER.resolve()}")
print(f"whole run: {time.perf_counter() - BEGAN:.1f} s")
print(f"test accuracy: {accuracy:.2f}")
