"""A table of beginners' mistakes: what is written, and the words that must stand in the error or the warning."""

# ruff: noqa: E501

import warnings

import keras  # what is given by mistake
import numpy as np
import pytest

import cornu

# A line each: code | words of the message: the layer or argument, what was expected, what came, what to write.
ARGUMENTS = """
layers.Dense() | Dense | units
layers.Dense("64") | Dense | units | positive integer | Dense(units=8) | '64'
cornu.Input(28, 28, 1) | one tuple | Input((28, 28, 1))
cornu.Desne | 'cornu' | Did you mean cornu.layers.Dense?
cornu.Dense | 'cornu' | Did you mean cornu.layers.Dense?
layers.Dense(0) | Dense | units | positive integer | units=0
layers.Dense(-3) | Dense | units | positive integer | units=-3
layers.Dense(2.5) | Dense | units | positive integer | units=2.5
layers.Dense(10, activation="rellu") | activation | 'rellu' | 'relu'
layers.Dense(10, activations="relu") | Dense | 'activations' | Did you mean 'activation'?
layers.Dense(10, kernel_initializer="glorot") | initializer | 'glorot' | 'glorot_uniform'
layers.Dense(10, kernel_regularizer="l3") | regularizer | 'l3' | 'l2'
layers.Dense(10, kernel_constraint="positive") | constraint | 'positive' | non_neg
layers.Dense(10, activation=3) | 3 | activation | Give a name
layers.Dense(10, input_dim="4") | Sizes are non-negative integers | '4'
layers.Dense(10, name=3) | name of a layer | string | name=3
layers.Dense(10, name="a/b") | name of a layer | path separator | 'a/b'
layers.Dense(10, dtype="float33") | dtype | 'float32' | 'float33'
layers.Dropout(50) | Dropout | rate | from 0 to 1 | rate=50
layers.Dropout(-0.1) | Dropout | rate | from 0 to 1 | rate=-0.1
layers.Dropout("half") | Dropout | rate | from 0 to 1 | 'half'
layers.Dropout() | Dropout | 'rate'
layers.Conv2D(32) | Conv2D | 'kernel_size'
layers.Conv2D(32, (3, 3, 3)) | Conv2D | kernel_size | 2 of them | (3, 3, 3)
layers.Conv2D(32, 3, padding="smae") | Conv2D | padding | 'valid' or 'same' | 'smae'
layers.Conv2D(32, 3, strides=0) | Conv2D | strides | 1 or more | strides=0
layers.Conv2D(32, 3, strides=2, dilation_rate=2) | Conv2D | strides=(2, 2) | dilation_rate=(2, 2) | must be 1
layers.Conv2D(32, 3, data_format="last") | Conv2D | data_format | 'channels_last' | 'last'
layers.Conv2D(10, 3, groups=3) | groups=3 | filters=10
layers.MaxPooling2D((2, 2, 2)) | MaxPooling2D | pool_size | 2 of them | (2, 2, 2)
layers.MaxPooling2D(0) | MaxPooling2D | pool_size | 1 or more | pool_size=0
layers.MaxPooling2D(2, padding="full") | MaxPooling2D | padding | 'same' | 'full'
layers.Reshape((-1, -1)) | Reshape | target_shape | at most one | (-1, -1)
layers.Permute((0, 1)) | Permute | dims | Permute((2, 1)) | (0, 1)
layers.RepeatVector("3") | RepeatVector | n | positive integer | '3'
layers.Embedding(100) | Embedding | 'output_dim'
layers.Embedding(100, 0) | Embedding | output_dim | positive integer | output_dim=0
layers.LSTM() | LSTM | 'units'
layers.LSTM(8, dropout=2) | dropout | from 0 to 1 | dropout=2
layers.LSTM(8, return_sequence=True) | LSTM | 'return_sequence' | 'return_sequences'
layers.Bidirectional(layers.Dense(3)) | Bidirectional | recurrent | LSTM(8) | Dense | TimeDistributed
layers.Bidirectional(layers.LSTM(3), merge_mode="add") | merge_mode | 'concat' | 'add'
layers.TimeDistributed(3) | TimeDistributed | takes a layer | 3
layers.LayerNormalization(axis="last") | LayerNormalization | axis | integer | 'last'
layers.ZeroPadding2D((1, 2, 3)) | ZeroPadding2D | padding | 2 integers | (1, 2, 3)
layers.UpSampling2D(2, interpolation="cubicc") | UpSampling2D | interpolation | 'bicubic' | 'cubicc'
layers.Activation() | Activation | 'activation'
layers.Activation("softmaxx") | activation | 'softmaxx' | 'softmax'
layers.LeakyReLU(negative_slope=-1) | LeakyReLU | negative_slope | zero or more | -1
layers.GaussianNoise(-1) | GaussianNoise | stddev | from 0 to 1 | stddev=-1
layers.Lambda(3) | Lambda | function | lambda x | 3
layers.Masking("0") | Masking | mask_value | number | '0'
layers.Desne(3) | cornu.layers | 'Desne' | 'Dense'
layers.dense(3) | cornu.layers | 'dense' | 'Dense'
cornu.layrs | 'layrs' | 'layers'
cornu.Input() | Input(shape=(28, 28, 1))
cornu.Input((None, "a")) | Sizes are non-negative integers | 'a'
cornu.Input(shape=(3,), batch_shape=(2, 3)) | shape=(3,) | batch_shape=(2, 3)
cornu.initializers.RandomNormal(stddev="a") | RandomNormal | stddev | number | 'a'
cornu.regularizers.l2("a") | l2 | number | 'a'
cornu.regularizers.get("l2(0.1)") | regularizer | l2(0.1)
cornu.constraints.MaxNorm("2") | MaxNorm | max_value | number | '2'
cornu.activations.get("sofmax") | activation | 'sofmax' | 'softmax'
cornu.optimizers.Adam(learning_rate=-1) | learning_rate | not negative | 0.001 | -1
cornu.optimizers.Adam("0.01") | learning_rate | number | '0.01'
cornu.optimizers.Adam(learning_rat=0.1) | Adam | 'learning_rat' | 'learning_rate'
cornu.optimizers.SGD(momentum=2) | momentum | between 0 and 1 | 2
cornu.optimizers.Adam(clipnorm=-1) | clipnorm=-1 | above 0
cornu.optimizers.Adam(clipnorm=1.0, clipvalue=1.0) | only one of | clipnorm | clipvalue
cornu.optimizers.adm(0.1) | cornu.optimizers | 'adm' | 'Adam'
cornu.losses.MeanSquaredError(reduction="avg") | reduction | 'sum_over_batch_size' | 'avg'
cornu.callbacks.EarlyStopping(moniter="loss") | EarlyStopping | 'moniter' | 'monitor'
cornu.callbacks.EarlyStopping(mode="big") | mode | 'min' | 'big'
cornu.callbacks.ModelCheckpoint() | ModelCheckpoint | 'filepath'
cornu.utils.to_categorical([0, 5], num_classes=3) | from 0 to 2 | 0 to 5
cornu.utils.to_categorical(["a", "b"]) | class numbers | 'a' | np.unique
cornu.utils.to_categorical([0.5, 1.0]) | class numbers | 0.5
cornu.utils.set_random_seed("a") | seed | non-negative integer | 'a'
cornu.ops.summ(ones(3)) | cornu.ops | 'summ' | 'sum'
"""

CALLS = """
layers.Flatten()(np.float32(3)) | 'flatten' | at least 1 dimensions | shape ()
layers.Reshape((3, 5))(ones(2, 16)) | 'reshape' | (16,) | (3, 5) | 16 elements, not 15
layers.Permute((2, 1))(ones(2, 3, 4, 5)) | 'permute' | 3 dimensions | (2, 3, 4, 5)
layers.RepeatVector(3)(ones(2, 3, 4)) | 'repeat_vector' | 2 dimensions | (2, 3, 4) | Flatten
layers.Embedding(10, 4)(np.array([[1, 12]])) | 'embedding' | 0 to 9 | 12 | Embedding(13, 4)
layers.Embedding(10, 4)(np.array([[-1, 2]])) | 'embedding' | 0 to 9 | -1 | from 0
layers.LSTM(8)(ones(4, 5)) | 'lstm' | 3 dimensions | (4, 5) | x[None]
cornu.Sequential([cornu.Input((9, 3)), layers.LSTM(8), layers.LSTM(8)]) | 'lstm_1' | (batch, 8) | return_sequences=True
layers.GRU(8)(ones(2, 3, 4), initial_state=[ones(2, 5)]) | 'gru' | initial_state | (2, 8) | (2, 5)
layers.SimpleRNN(8)(ones(2, 3, 4, 5)) | 'simple_rnn' | 3 dimensions | (2, 3, 4, 5)
layers.TimeDistributed(layers.Dense(3))(ones(2, 3)) | TimeDistributed | (batch, time, ...) | (2, 3)
layers.Conv2D(8, 3)(ones(28, 28, 1)) | 'conv2d' | 4 dimensions | (28, 28, 1) | x[None]
layers.Conv2D(8, 3)(ones(4, 28, 28)) | 'conv2d' | 4 dimensions | (4, 28, 28) | x[..., None]
layers.Conv2D(8, 5)(ones(4, 3, 3, 1)) | 'conv2d' | kernel_size=(5, 5) | (4, 3, 3, 1) | padding='same'
layers.Conv2D(10, 3)(cornu.Input((2, 2, 1))) | 'conv2d' | kernel_size=(3, 3) | padding='same'
layers.Conv1D(8, 3)(ones(4, 10)) | 'conv1d' | 3 dimensions | (4, 10)
layers.MaxPooling2D(4)(ones(1, 3, 3, 1)) | 'max_pooling2d' | pool_size=(4, 4) | (1, 3, 3, 1) | smaller window
layers.MaxPooling2D(4)(cornu.Input((3, 3, 1))) | 'max_pooling2d' | pool_size=(4, 4) | 3, 3, 1 | smaller window
layers.Dense(3)(3.0) | 'dense' | 1 input | 3.0 | Input(shape=...)
layers.Dense(3)("text") | 'dense' | 1 input | 'text'
layers.Dense(3)(None) | 'dense' | 1 input | none
layers.Dense(3)() | 'dense' | 1 input | none
layers.Dense(3)([[1, 2], [2, 3, 4]]) | unequal length | pad_sequences
d = layers.Dense(3); d(ones(2, 4)); d(ones(2, 5)) | 'dense' | size 4 | (2, 5)
layers.BatchNormalization(axis=5)(ones(2, 3)) | 'batch_normalization' | axis=5 | (2, 3)
layers.Add()(ones(2, 3)) | 'add' | list of inputs | Add(...)([a, b])
layers.Add()([ones(2, 3), ones(2, 4)]) | 'add' | (2, 3) | (2, 4) | Concatenate
layers.Concatenate()([ones(2, 3), ones(3, 4)]) | 'concatenate' | axis -1 | (2, 3) | (3, 4)
layers.Concatenate(axis=9)([ones(2, 3), ones(2, 4)]) | 'concatenate' | axis 9 | (2, 3)
layers.Dot(axes=1)([ones(2, 3), ones(2, 4)]) | 'dot' | axes=1 | lengths 3 and 4
layers.concatenate([]) | 'concatenate' | list of inputs | []
layers.Cropping2D(5)(ones(1, 8, 8, 1)) | 'cropping2d' | ((5, 5), (5, 5)) | (1, 8, 8, 1) | Crop less
layers.Lambda(lambda v: v if v > 0 else -v)(cornu.Input((3,))) | cannot decide | ops.where | 'lambda' | (None, 3)
layers.Lambda(lambda v: np.array(v))(cornu.Input((3,))) | NumPy | cornu.ops | 'lambda' | (None, 3)
layers.Lambda(lambda v: v.reshape(2, 5))(ones(2, 3)) | (2, 3) | (2, 5) | 'lambda'
a = cornu.Input((3,)); np.sin(a) | symbolic | NumPy | cornu.ops
a = cornu.Input((3,)); float(a) | symbolic | no value
a = cornu.Input((3,)); bool(a > 0) | no value | `if` | cornu.ops.where
a = cornu.Input((3,)); [v for v in a] | no known length | cornu.ops.shape
cornu.Input((3,)) + cornu.Input((4,)) | ops.add | (None, 3) | (None, 4)
keras.layers.Dense(3)(cornu.Input((4,))) | symbolic | cornu.ops
cornu.ops.reshape(ones(2, 3), (4, 4)) | ops.reshape | (2, 3) | (4, 4)
cornu.ops.matmul(ones(2, 3), ones(2, 3)) | ops.matmul | x1 of shape (2, 3) | x2 of shape (2, 3)
cornu.ops.concatenate([ones(2, 3), ones(3, 4)], axis=1) | ops.concatenate | (2, 3) | (3, 4)
cornu.losses.mean_squared_error(ones(2, 3), ones(2, 4)) | mean_squared_error | (2, 3) | (2, 4) | 3 units
"""

MODELS = """
cornu.Sequential([layers.Dense]) | Dense(...) with brackets
cornu.Sequential(["dense"]) | Dense(10) | 'dense'
m = cornu.Sequential(); m.add(3) | Dense(10) | int: 3
m = cornu.Sequential(); m.add(layers.Dense) | Dense(...) with brackets
m = cornu.Sequential(); m.add([layers.Dense(3)]) | Dense(10) | list
m = cornu.Sequential(); m.add(keras.layers.Dense(3)) | keras's Dense | cornu.layers
m = cornu.Sequential(); m.pop() | 'sequential' | no layer to pop
cornu.Sequential([layers.Dense(3, name="a"), layers.Dense(3, name="a")]) | 'a' | a name of its own
cornu.Sequential([layers.Dense(3), cornu.Input((3,))]) | 'sequential' | Input comes first
m = cornu.Sequential([layers.Dense(3)]); m.input_shape | 'sequential' | Input(shape=...)
m = cornu.Sequential([layers.Dense(3)]); m.save_weights("w.weights.h5") | 'sequential' | Input(shape=...)
mlp().get_layer() | name= or index= | 'first'
mlp().get_layer("frist") | 'frist' | 'first'
mlp().get_layer(index=10) | 2 layers | index 10
mlp().set_weights([ones(2, 2)]) | 4 weights | 1 arrays
m = mlp(); m.set_weights(m.get_weights()[::-1]) | 'mlp/first/kernel' | (4, 8) | (1,)
cornu.Model(cornu.Input((3,))) | Model(inputs=..., outputs=...)
cornu.Model(inputs=ones(2, 3), outputs=cornu.Input((3,))) | inputs=... | Input() | ndarray
a, b = cornu.Input((3,)), cornu.Input((3,)); cornu.Model(a, layers.Dense(2)(b)) | 'input_layer_1' | 'input_layer' | inputs
a = cornu.Input((3,)); cornu.Model(a, layers.Dense) | outputs=... | type
mlp()(ones(2, 7)) | 'mlp' | (4) | (7) | Input(shape=...)
mlp().predict(ones(2, 7)) | 'mlp' | (4) | (7)
mlp().predict(ones(4)) | 'mlp' | batch axis | x[None]
mlp().predict([ones(2, 4), ones(2, 4)]) | 'mlp' | 1 inputs | 2 arrays
mlp().predict("image.jpg") | text | 'image.jpg' | PIL.Image.open
mlp().predict(None) | x is None
mlp().summary(layer_range=["a", "b"]) | layer_range | 'a' | first
mlp().add_loss(cornu.Input((2,))) | add_loss | 'mlp' | no value | call()
NoCall()(X) | NoCall | call()
NoReturn().compile("sgd", "mse") or fit(NoReturn()) | no output | return
NoSuper()(X) | NoSuper.__init__ | super().__init__()
"""

TRAINING = """
mlp().compile("adm", "mse") | optimizer | 'adm' | 'adam'
mlp().compile("adam", "msee") | loss | 'msee' | 'mse'
mlp().compile("adam", "mse", metrics=["acuracy"]) | metric | 'acuracy' | 'accuracy'
mlp().compile("adam", "mse", metric=["mae"]) | compile | 'metric' | 'metrics'
mlp().compile(optimizer=0.01) | 0.01 | optimizer | Give a name
mlp().compile("adam", loss=3) | 3 | loss | Give a name
mlp().compile("mse", "adam") | optimizer | 'mse' is the name of a loss
mlp().compile(keras.optimizers.Adam(), "mse") | keras's Adam | cornu.optimizers
mlp().compile("adam", keras.losses.MeanSquaredError()) | keras's MeanSquaredError | cornu.losses
mlp(loss=["mse", "mae"]).fit(X, Y) | loss | 2 entries | 1 outputs
mlp(loss={"nope": "mse"}).fit(X, Y) | loss | 'nope' | 'last'
mlp(compiled=False).fit(X, Y) | 'mlp' | compiled before fit() | model.compile(
mlp(compiled=False).evaluate(X, Y) | 'mlp' | compiled before evaluate() | model.compile(
mlp(loss=None).fit(X, Y) | 'mlp' | no loss | loss='mse'
mlp().fit() | x is None
mlp().fit(X) | 'mlp' | no targets | fit(x, y)
mlp().fit(None, Y) | x is None
mlp().fit("data.csv", Y) | text | 'data.csv' | read_csv
mlp().fit(X, Y[:10]) | x has 32 | y has 10
mlp().fit(X[:0], Y[:0]) | 0 samples
mlp().fit(X, Y, batch_size=0) | batch_size | at least 1 | 0
mlp().fit(X, Y, batch_size="32") | batch_size | whole number | '32'
mlp().fit(X, Y, epochs="3") | epochs | whole number | '3'
mlp().fit(X, Y, epochs=3, initial_epoch=5) | epochs=3 | initial_epoch=5 | none to train | epochs=8
mlp().fit(X, Y, epochs=-1) | epochs | not negative | -1
mlp().fit(X, Y, epoch=3) | fit | 'epoch' | 'epochs'
mlp().fit(X, Y, steps_per_epoch=0) | steps_per_epoch | at least 1 | 0
mlp().fit(X, Y, validation_split=20) | validation_split | between 0 and 1 | 0.2 | 20
mlp().fit(X, Y, validation_data=X) | validation_data | (x, y)
mlp().fit(X, Y, validation_data=(X, Y[:3])) | x has 32 | y has 3
mlp().fit(X, Y, validation_data=(ones(3, 7), ones(3, 1))) | 'mlp' | (4) | (7)
mlp().fit(X, Y, callbacks=cornu.callbacks.EarlyStopping) | callbacks | EarlyStopping(...) with brackets
mlp().fit(X, Y, callbacks=["early"]) | callbacks | 'early'
mlp().fit(X, Y, verbose="yes") | verbose | 'auto' | 'yes'
mlp().fit(X, Y, class_weight=[1, 2]) | class_weight | {0: 1.0, 1: 5.0} | [1, 2] | dict(enumerate
mlp().fit(X, Y, class_weight={"a": 1}) | class_weight | {0: 1.0, 1: 5.0} | 'a'
mlp().fit(X, Y, sample_weight=ones(5)) | sample_weight has 5 | x has 32
mlp().fit(X.reshape(32, 2, 2), Y) | 'mlp' | (4) | (2, 2) | reshape
mlp().fit(X[:, :3], Y) | 'mlp' | (4) | (3)
mlp().fit(list(X), Y) | y has 32 | 32 inputs | np.array(x)
mlp().fit([[1, 2, 3, 4], [1, 2]], [1, 2]) | x | unequal length | pad_sequences
mlp().fit(np.array([["a"] * 4] * 3), ones(3)) | x | text | numbers
mlp().fit(np.array([[{}] * 4] * 3, dtype=object), ones(3)) | x | objects | astype
mlp().fit(X, np.array(["cat", "dog"] * 16)) | y | text | np.unique
mlp().fit(X + 1j, Y) | 'mlp' | complex | x.real
mlp().fit(iter([X])) | 'mlp' | no targets | (inputs, targets)
mlp().fit(lambda: iter([(X, Y)])) | x is a function | call it
words().fit(np.full((4, 3), 12), ones(4)) | 'embedding' | 0 to 9 | 12 | Embedding(13, 4)
words().predict(np.full((4, 3), 12)) | 'embedding' | 0 to 9 | 12
words()(np.full((4, 3), -1)) | 'embedding' | 0 to 9 | -1
net(10, "softmax", "mse").fit(X, LABELS) | 'mean_squared_error' | (batch, 10) | sparse_categorical_crossentropy | to_categorical | 1 unit
net(2, "linear", "mse").fit(X, Y) | 'mean_squared_error' | (batch, 2) | (batch, 1) | 1 unit
net(10, "softmax", "categorical_crossentropy").fit(X, LABELS) | one-hot | sparse_categorical_crossentropy | to_categorical
net(10, "softmax", "sparse_categorical_crossentropy").fit(X, ONE_HOT) | class indices | categorical_crossentropy | argmax
net(3, "softmax", "sparse_categorical_crossentropy").fit(X, LABELS) | 'out' | up to 9 | 3 classes | 10 units
net(10, "softmax", "sparse_categorical_crossentropy").fit(X, LABELS - 1) | 'out' | -1 | 0 to 9 | ignore_class=-1
net(10, "softmax", "sparse_categorical_crossentropy").fit(X, LABELS + 0.5) | 'out' | class indices | 0.5 | 'mse'
net(2, "softmax", "binary_crossentropy").fit(X, BITS) | binary_crossentropy | (32, 2) | Dense(1, activation='sigmoid')
net(1, "linear", lambda t, p: None).fit(X, Y) | loss | None | return
net(1, "linear", lambda t: t).fit(X, Y) | 2 were given | loss | (y_true, y_pred)
net(1, "linear", "mse", [lambda t, p: "x"]).fit(X, Y) | metric | 'x'
mlp().train_on_batch(X, Y[:3]) | x has 32 | y has 3
mlp().fit(X, Y, verbose=0, callbacks=[cornu.callbacks.ModelCheckpoint("{val_acc}.keras")]) | val_acc | loss
mlp().fit(X, Y, verbose=0).history["acc"] | 'acc' | loss
two().fit(X, {"a": Y, "bb": Y}) | targets | 'bb' | ['a', 'b'] | Did you mean 'b'
two().fit(X, {"a": Y}) | targets | nothing for output 'b'
two().evaluate(X, {"a": Y, "c": Y}) | targets | 'c' | ['a', 'b']
mlp().fit(X, {"wrong": Y}) | targets | 'wrong' | ['last']
mlp().fit(X, Y, sample_weight={"wrong": ones(32)}) | sample_weight | 'wrong' | ['last']
two().fit(X, {"a": Y, "b": Y}, sample_weight={"a": ones(32), "bb": ones(32)}) | sample_weight | 'bb' | Did you mean 'b'
mlp().predict(X, Y) | batch_size | an array of shape (32, 1)
mlp().fit(zip(X, Y), epochs=1) | x has 4 | y has 1 | batches | x[None]
mlp().fit(iter([(X[0], 3.0)])) | y is a single number | batches | x[None]
mlp().evaluate(X) | 'mlp' | no targets | evaluate(x, y)
mlp().evaluate(iter([X])) | 'mlp' | no targets | (inputs, targets)
mlp().fit(X, Y, validation_data=(X, None)) | 'mlp' | no targets
mlp().test_on_batch(X) | 'mlp' | no targets
fit(MakesLayers()) | weight in each call() | __init__() or build() | self.dense = Dense(1)
fit(cornu.Sequential([MakesWeights()])) | weight in each call() | __init__() or build()
cornu.Sequential([cornu.Input((8, 8, 3)), layers.Conv2D(2, 3)]).predict(ones(2, 3, 8, 8)) | (8, 8, 3) | another order | x.transpose(0, 2, 3, 1)
cornu.Sequential([layers.Dense(3, input_shape=X.shape)]).predict(X) | one sample | x.shape[1:]
cornu.Sequential([cornu.Input((4,)), layers.Dense(3), LayerWithoutReturn(), layers.Dense(1)]) | gives None | without a return
cornu.optimizers.SGD(0.01, 0.9, 1e-6, True) | SGD | nesterov | weight_decay | name them
net(3, "softmax", "sparse_categorical_crossentropy", ["precision"]).fit(X, np.arange(32) % 3) | labels have shape | to_categorical(y, 3)
net(3, "softmax", "sparse_categorical_crossentropy", [cornu.metrics.MeanIoU(3)]).fit(X, np.arange(32) % 3) | sparse_y_pred=False
"""

FILES = """
cornu.models.load_model("nope.h5") | nope.h5 | path
cornu.models.load_model() | filepath
cornu.models.load_model(mlp().to_json()) | JSON | model_from_json
cornu.models.model_from_json("{") | JSON
cornu.models.model_from_json("model.json") | model.json | open(path).read()
cornu.models.load_model(written("bad.h5", "hello")) | bad.h5 | not an HDF5 file
cornu.models.load_model(written("empty.keras", "")) | empty.keras | empty
m = mlp(); m.save_weights("w.weights.h5"); cornu.models.load_model("w.weights.h5") | no architecture | load_weights
m = mlp(); m.save_weights("v.weights.h5"); net(3, "softmax", "mse").load_weights("v.weights.h5") | kernel | (4, 3) | (4, 8)
mlp().save("model") | .keras | 'model.keras'
mlp().save("model.txt") | .keras | 'model.txt'
mlp().save_weights("w") | 'w.weights.h5'
mlp().load_weights("nope.h5") | nope.h5
mlp().save() | filepath
m = cornu.Sequential([cornu.Input((4,)), Unregistered()]); m.save("u.keras"); cornu.models.load_model("u.keras") | 'Unregistered' | custom_objects
"""

DOUBTS = """
mlp().fit(np.where(X > 1, np.nan, X), Y, verbose=0) | x holds NaN | first in sample | nan_to_num
mlp().fit(np.where(X > 1, np.inf, X), Y, verbose=0) | x holds infinite numbers | first in sample
mlp().fit(X, Y * np.nan, verbose=0) | y holds NaN
mlp().fit(X, Y, validation_data=(X * np.nan, Y), verbose=0) | validation x holds NaN
mlp().fit(X, Y, validation_data=(X, Y / 0), verbose=0) | validation y holds
mlp(optimizer=cornu.optimizers.SGD(1e6)).fit(X, Y * 1e6, epochs=8, verbose=0) | loss is | epoch | learning rate
net(1, "softmax", "binary_crossentropy").fit(X, BITS, verbose=0) | 'out' | softmax | one unit | sigmoid
net(1, "sigmoid", "categorical_crossentropy").fit(X, BITS, verbose=0) | 'out' | one unit | binary_crossentropy
net(1, "linear", "binary_crossentropy").fit(X, BITS, verbose=0) | 'out' | probabilities | 'linear' | 'sigmoid' | from_logits=True
net(10, "linear", "categorical_crossentropy").fit(X, ONE_HOT, verbose=0) | 'out' | probabilities | 'softmax' | from_logits=True
net(10, "relu", "sparse_categorical_crossentropy").fit(X, LABELS, verbose=0) | 'out' | probabilities | 'relu' | 'softmax'
net(10, "softmax", cornu.losses.CategoricalCrossentropy(True)).fit(X, ONE_HOT, verbose=0) | from_logits=True | 'softmax' | twice
net(1, "sigmoid", cornu.losses.BinaryCrossentropy(True)).fit(X, BITS, verbose=0) | from_logits=True | 'sigmoid' | twice
net(1, "sigmoid", "binary_crossentropy").fit(X, BITS * 255, verbose=0) | 'out' | from 0 to 1 | 0 to 255 | y / 255
net(1, "sigmoid", "binary_crossentropy").fit(X, BITS * 2 - 1, verbose=0) | 'out' | -1 to 1 | (y + 1) / 2
net(1, "linear", "mse", ["accuracy"]).fit(X, Y, verbose=0) | 'accuracy' | 'out' | regression | 'mae'
"""

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(32, 1)).astype("float32")
LABELS, BITS = np.arange(32) % 10, np.arange(32) % 2
ONE_HOT = np.eye(10)[LABELS]
layers = cornu.layers


class NoCall(cornu.Model):
    pass


class NoReturn(cornu.Model):
    def call(self, x):
        pass


class NoSuper(cornu.Model):
    def __init__(self):
        self.dense = layers.Dense(1)


class Unregistered(layers.Layer):
    def call(self, x):
        return x


class MakesLayers(cornu.Model):
    def call(self, x):
        self.dense = layers.Dense(1)
        return self.dense(x)


class MakesWeights(layers.Layer):
    def call(self, x):
        return x @ self.add_weight((4, 1))


class LayerWithoutReturn(layers.Layer):
    def call(self, x):
        x + 1


def two():
    x = cornu.Input((4,))
    model = cornu.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
    model.compile("sgd", "mse")
    return model


def ones(*shape):
    return np.ones(shape, "float32")


def mlp(compiled=True, optimizer="sgd", loss="mse"):
    hidden = layers.Dense(8, activation="relu", name="first")
    model = cornu.Sequential([cornu.Input((4,)), hidden, layers.Dense(1, name="last")], name="mlp")
    if compiled:
        model.compile(optimizer, loss)
    return model


def net(units, activation, loss, metrics=None):
    model = cornu.Sequential([cornu.Input((4,)), layers.Dense(units, activation=activation, name="out")])
    model.compile("sgd", loss, metrics=metrics)
    return model


def words():
    model = cornu.Sequential([cornu.Input((3,)), layers.Embedding(10, 4), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit(model):
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)


def written(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    return name


def table(text):
    rows = [row.split(" | ") for row in text.splitlines() if row]
    return [pytest.param(code, words, id=code[:60]) for code, *words in rows]


@pytest.mark.parametrize(("code", "words"), table(ARGUMENTS + CALLS + MODELS + TRAINING + FILES))
def test_a_mistake_is_explained(code, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception) as caught:
        exec(code, globals(), {})
    message = "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])
    missing = [word for word in words if word not in message]
    assert not missing, f"{missing} not in: {message}"
    for inside in ("Tracer", "jaxpr", "jax.errors", "JAX_TRACEBACK", "192", "960", "__array__", "/cornu/"):
        assert inside not in message, message


@pytest.mark.parametrize(("code", "words"), table(DOUBTS))
def test_an_odd_thing_is_doubted_once(code, words):
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always", cornu.utils.LikelyMistake)
        exec(code, globals(), {})
    (doubt,) = [warning for warning in caught if warning.category is cornu.utils.LikelyMistake]
    missing = [word for word in words if word not in str(doubt.message)]
    assert not missing, f"{missing} not in: {doubt.message}"
    assert doubt.filename == "<string>", "told at the user's own line"


def test_there_are_enough_of_them():
    rows = [row for row in (ARGUMENTS + CALLS + MODELS + TRAINING + FILES + DOUBTS).splitlines() if row]
    assert len(rows) > 200 and len(set(rows)) == len(rows)


def test_an_error_in_a_call_keeps_the_users_line_and_its_type():
    class Wrong(layers.Layer):
        def call(self, x):
            return x.no_such_thing

    class Whole(cornu.Model):
        def __init__(self):
            super().__init__()
            self.wrong = Wrong()

        def call(self, x):
            return self.wrong(x)

    def wrong_loss(y_true, y_pred):
        return y_pred.no_such_thing

    whole = Whole()
    whole.compile("sgd", "mse")
    uses = [
        lambda: whole(X),
        lambda: whole.predict(X),
        lambda: whole.fit(X, Y, verbose=0),
        lambda: net(1, "linear", wrong_loss).fit(X, Y, verbose=0),
        lambda: net(1, "linear", "mse", [wrong_loss]).fit(X, Y, verbose=0),
    ]
    for use in uses:
        with pytest.raises(AttributeError, match="no_such_thing") as caught:
            use()
        assert "no_such_thing" in str(caught.traceback[-1].statement) or any(
            "no_such_thing" in str(entry.statement) for entry in caught.traceback
        )
        notes = "".join(getattr(caught.value, "__notes__", []))
        assert "JAX" not in notes


def test_text_of_digits_and_a_single_number_are_class_numbers():
    np.testing.assert_array_equal(cornu.utils.to_categorical(["1", "0"]), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(cornu.utils.to_categorical(3, 5), keras.utils.to_categorical(3, 5))


def own_loss(base):
    """A loss that treats some labels in a way of its own."""

    class Own(base):
        def call(self, y_true, y_pred):
            real = y_true != -100
            return super().call(cornu.ops.where(real, y_true, 0), y_pred) * cornu.ops.cast(real, "float32")

    return Own()


class Ends(layers.Dense):
    def call(self, x):
        return cornu.ops.softmax(super().call(x))


class Pools(layers.Layer):
    """Attention over steps: one unit, and a softmax over another axis."""

    def __init__(self):
        super().__init__()
        self.units, self.activation, self.score = 1, cornu.activations.softmax, layers.Dense(1)

    def call(self, x):
        return cornu.ops.sum(self.activation(self.score(x), axis=1) * x, axis=1)


def linear(x):
    return cornu.activations.sigmoid(x)


L, M = layers, cornu.losses
CLASSES = np.arange(32) % 3
HOLES = np.where(X > 1, np.nan, X)
RIGHT = {
    "a layer that replaces NaN": ([L.Lambda(lambda x: cornu.ops.nan_to_num(x)), L.Dense(1)], "mse", HOLES, Y),
    "a loss that leaves NaN out": (
        [L.Dense(1)],
        lambda t, p: cornu.ops.mean(cornu.ops.where(cornu.ops.isnan(t), 0.0, cornu.ops.nan_to_num(t) - p) ** 2),
        X,
        np.where(Y > 1, np.nan, Y),
    ),
    "a layer that ends in its own softmax": ([Ends(3)], "sparse_categorical_crossentropy", X, CLASSES),
    "attention pooling": ([L.Reshape((2, 2)), Pools(), L.Dense(1)], "mse", X, Y),
    "an activation of one's own name": ([L.Dense(1, activation=linear)], "binary_crossentropy", X, CLASSES % 2),
    "softmax, mse and soft labels": ([L.Dense(3, activation="softmax")], "mse", X, np.eye(3)[CLASSES] * 0.9 + 0.03),
    "exponential": ([L.Dense(3, activation="exponential")], "categorical_crossentropy", X, np.eye(3)[CLASSES]),
    "labels of 1 and a little": ([L.Dense(1, "sigmoid")], "binary_crossentropy", X, (CLASSES % 2) * 1.0000001),
    "a loss that masks": (
        [L.Dense(1, "sigmoid")],
        own_loss(M.BinaryCrossentropy),
        X,
        np.where(CLASSES == 2, -100, CLASSES),
    ),
    "a sparse loss that masks": (
        [L.Dense(3, "softmax")],
        own_loss(M.SparseCategoricalCrossentropy),
        X,
        np.where(CLASSES == 2, -100, CLASSES),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_not_doubted(name):
    """LikelyMistake is an error in these tests."""
    parts, loss, x, y = RIGHT[name]
    model = cornu.Sequential([cornu.Input((4,)), *parts])
    model.compile("sgd", loss, metrics=["accuracy"] if name.startswith("softmax") else None)
    assert np.isfinite(model.fit(x, y, epochs=2, verbose=0).history["loss"]).all()


def test_padded_labels_with_no_weight_train_as_in_keras():
    losses = []
    for lib in (cornu, keras):
        model = lib.Sequential([lib.Input((4,)), lib.layers.RepeatVector(5), lib.layers.Dense(3, "softmax")])
        model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
        model.compile("sgd", "sparse_categorical_crossentropy")
        y = np.tile([0, 1, 2, -1, -1], (32, 1))
        weight = np.tile([1.0, 1.0, 1.0, 0.0, 0.0], (32, 1))
        losses.append(model.fit(X, y, sample_weight=weight, epochs=2, batch_size=32, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-5)
