"""A script as a user writes it: type checkers find nothing wrong in it."""

from pathlib import Path
from typing import Any

import numpy as np

import cornu
from cornu import Input, Sequential, layers, ops
from cornu.callbacks import EarlyStopping
from cornu.models import Model
from cornu.optimizers import Adam

x = np.ones((8, 4), "float32")
y = np.zeros((8, 1), "float32")

model = Sequential(
    [
        layers.Dense(12, "relu", input_shape=(4,), kernel_initializer="he_normal", name="first"),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.2),
        layers.Dense(1, activation=ops.sigmoid, kernel_regularizer=cornu.regularizers.L2(0.01)),
    ]
)
model.compile(optimizer=Adam(learning_rate=0.01), loss=cornu.losses.BinaryCrossentropy(), metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=[EarlyStopping(patience=3)])
model.compile("sgd", {"dense": "mse"}, metrics=[cornu.metrics.AUC(), ops.mean], loss_weights={"dense": 2.0})
model.compile(None, ["mse", cornu.losses.Huber()], metrics={"dense": ["mae"]}, loss_weights=[1.0, 2.0])
model.fit(
    [x, x], {"dense": y}, verbose=True, sample_weight=np.ones(8), callbacks=EarlyStopping(), validation_data=(x, y)
)
best: float = max(history.history["accuracy"])
first = model.get_layer("first")
first.trainable = False
units: int = layers.Dense(3).units
name: str = layers.Dense(3).name.upper()

layers.Embedding(10, 3, input_length=4, weights=[np.ones((10, 3))], name="table")
layers.RNN([layers.LSTMCell(3)], return_sequences=True, input_shape=(4, 3), dtype="float32")
layers.Bidirectional(layers.LSTM(3), "sum", input_shape=(4, 3), name="both")
layers.Lambda(ops.abs, input_shape=(4,), trainable=False)
layers.SpatialDropout1D(0.2, 1, "holes", "float32", input_shape=(4, 3))
layers.concatenate([x, x], axis=1, name="joined")
layers.dot([x, x], 1, normalize=True)
Sequential([layers.Dense(1)], name="one")
cornu.activations.get("relu")
cornu.utils.pad_sequences([[1], [2, 3]], dtype=np.int64)

inputs = Input(shape=(8, 8, 3))
features = layers.Conv2D(4, (3, 3), strides=2, padding="same", data_format="channels_last")(inputs)
outputs = layers.Dense(2)(layers.Flatten()(features))
functional = Model(inputs=inputs, outputs=outputs)
functional.summary()


class Scale(layers.Layer):
    """A layer of one's own."""

    def __init__(self, factor: float = 2.0, **kwargs: object) -> None:
        super().__init__(name="scale")
        self.factor = factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weight."""
        self.bias = self.add_weight((input_shape[-1] or 1,), "zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """Scale and shift."""
        return ops.multiply(inputs, self.factor) + self.bias


class Own(Model):
    """A model of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.out = layers.Dense(3)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """One layer."""
        return self.out(inputs)


class Lower(cornu.callbacks.Callback):
    """A callback of one's own."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Lower the learning rate, and stop when it is small."""
        self.model.optimizer.learning_rate = 0.1 / (epoch + 1)
        self.model.stop_training = epoch > 3 and self.model.layers[0].units > 2


loaded = cornu.models.load_model("model.keras", custom_objects={"Own": Own})
widths = [layer.units for layer in loaded.layers[1:]]
loaded.get_layer("first").kernel.assign(np.ones((4, 12)))
loaded.optimizer.learning_rate.assign(0.1)
variable = cornu.Variable([1.0, 2.0])
variable.assign(2 * variable + 1 - variable[0])
with open("model.keras", "rb") as file:
    cornu.saving.load_model(file).save_weights(Path("weights") / "model.weights.h5")


class Step:
    """A cell that is no layer."""

    state_size = 3

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """One step."""
        return inputs, [inputs]


layers.RNN([Step(), layers.GRUCell(3)])
layers.RNN(Step())
two = Model([Input((3,)), Input((3,))], {"a": layers.Dense(1)(x), "b": Input((3,))})
stack = [layers.Dense(1), layers.Dense(2)]
Sequential(stack)
Sequential(two)
Sequential([Input((3,)), *stack])
image = Input((8, 8, 3))
shifted = 1 - image * 2
