"""Mistakes that type checkers find: one in every line that says so."""

import numpy as np

import cornu
from cornu import Input, Sequential, layers, ops
from cornu.optimizers import Adam

x = np.ones((8, 4), "float32")

model = Sequential([layers.Dense(12, input_shape=(4,))])
layers.Dense(12, activaton="relu")  # wrong
layers.Dense("12")  # wrong
layers.Conv2D(4, 3, paddding="same")  # wrong
layers.Conv2D(4, 3, padding="smae")  # wrong
layers.LSTM(4, return_sequence=True)  # wrong
layers.Embedding(5, 3, input_lenght=4)  # wrong
layers.Embedding(5, 3, input_shpe=(3,))  # wrong
layers.RNN(layers.LSTMCell(3), return_sequence=True)  # wrong
layers.Bidirectional(layers.LSTM(3), merge_mod="sum")  # wrong
layers.Lambda(len, nmae="x")  # wrong
layers.SpatialDropout1D(0.2, sead=3)  # wrong
layers.concatenate([x, x], axes=1)  # wrong
layers.add([x, x], nmae="x")  # wrong
Sequential([], nmae="x")  # wrong
cornu.Model(nmae="x")  # wrong
ops.layer_normalization(x, gama=x)  # wrong
ops.multi_hot([1], 3, axes=0)  # wrong
cornu.losses.deserialize({}, custom_object={})  # wrong
layers.Dense(3).unit  # wrong
model.add(3)  # wrong
layers.Dense(3).bild((None, 2))  # wrong
layers.Denes(3)  # wrong
Adam(learning_rat=0.1)  # wrong
cornu.losses.BinaryCrossentropy(from_logit=True)  # wrong
cornu.metrics.AUC(num_threshold=3)  # wrong
cornu.metrics.AUC(curve="RCO")  # wrong
cornu.initializers.VarianceScaling(mode="fan_on")  # wrong
ops.max_pool(x, 2, padding="smae")  # wrong
cornu.callbacks.Callback().model.stop_trainig = True  # wrong
cornu.callbacks.EarlyStopping(patiense=3)  # wrong
cornu.initializers.HeNormal(sead=1)  # wrong
cornu.regularizers.L2(l3=0.1)  # wrong
model.compile(optimiser="adam")  # wrong
model.compile("adam", "mse", metric=["mae"])  # wrong
model.compile(optimizer=3)  # wrong
model.compile(loss=0.5)  # wrong
model.fit(x, verbose="loud")  # wrong
model.fit(x, callbacks=["early_stopping"])  # wrong
model.fti(x)  # wrong
model.fit(x, epoch=3)  # wrong
model.predict(x, batchsize=3)  # wrong
model.evaluate(x, verbos=0)  # wrong
model.save("model.keras", overwite=True)  # wrong
model.add_layer(layers.Dense(3))  # wrong
ops.reduce_mean(x)  # wrong
ops.sum(x, axes=1)  # wrong
model.trainble = False  # wrong
model.optimizer.lerning_rate  # wrong
cornu.models.load_model("m.keras").fti(x)  # wrong
cornu.Variable([1.0]).assing([2.0])  # wrong
Input(shap=(3,))  # wrong
Input((3,)).shpe  # wrong
cornu.models.clone_model(model, input_tensor=None)  # wrong
cornu.models.load_model(3)  # wrong
model.save_weights(b"model.weights.h5")  # wrong
Sequential(["dense"])  # wrong
layers.RNN(3)  # wrong
cornu.Model(x, 3)  # wrong
