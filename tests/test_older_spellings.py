"""A table of lines as scripts of Keras 1, 2 and tf.keras have them: each works, and says once what it is called today."""

# ruff: noqa: E501

import warnings

import numpy as np
import pytest

import cornu
from cornu import layers

# A line each: code | words of the warnings, one for each of them, in order.
TABLE = """
cornu.regularizers.l1(l=0.01).get_config() | 'l' is called 'l1'
cornu.regularizers.l2(l=0.01).get_config() | 'l' is called 'l2'
cornu.regularizers.l1l2(l1=.1,l2=.2).get_config() | cornu.regularizers.l1l2 is called cornu.regularizers.L1L2 today.
cornu.regularizers.l1_l2(.1,.2).get_config() |
cornu.regularizers.WeightRegularizer(l2=.1) | cornu.regularizers.WeightRegularizer is called cornu.regularizers.L1L2 today.
cornu.activations.relu(np.array([-1.,2]),alpha=0.1) | 'alpha' is called 'negative_slope'
cornu.activations.deserialize(name="relu") |
cornu.losses.deserialize(name="mse") |
cornu.utils.np_utils.to_categorical(y=[0,1],num_classes=2,dtype="float32") | 'y' is called 'x'
cornu.utils.np_utils.to_categorical([0,1],nb_classes=2) | 'nb_classes' is called 'num_classes'
model().fit(X,Y,nb_epoch=1,verbose=0).history | 'nb_epoch' is called 'epochs'
model().fit_generator(gen(),steps_per_epoch=2,epochs=1,verbose=0).history | fit_generator() is called fit() today.
model().fit_generator(gen(),samples_per_epoch=8,nb_epoch=1,verbose=0).history | 'nb_epoch' is called 'epochs' | fit_generator() is called fit() today.
model().fit_generator(gen(),samples_per_epoch=8,nb_epoch=1,validation_data=gen(),nb_val_samples=8,verbose=0).history | 'nb_epoch' is called 'epochs' | fit_generator() is called fit() today.
model().fit_generator(generator=gen(),steps_per_epoch=2,nb_epoch=1,verbose=0,max_q_size=5,nb_worker=1,pickle_safe=False).history | fit_generator: the argument 'max_q_size' says nothing any more, and is ignored. | 'nb_epoch' is called 'epochs' | fit_generator: the argument 'nb_worker' says nothing any more, and is ignored. | fit_generator: the argument 'pickle_safe' says nothing any more, and is ignored. | fit_generator() is called fit() today.
model().evaluate_generator(gen(),steps=2) | evaluate_generator() is called evaluate() today.
model().evaluate_generator(gen(),val_samples=8) | evaluate_generator() is called evaluate() today.
model().predict_generator((x for x in [X,X]),steps=2).shape | predict_generator() is called predict() today.
model().predict_generator((x for x in [X,X]),val_samples=16).shape | predict_generator() is called predict() today.
model().predict_proba(X).shape |
model().predict_classes(X).shape |
(lambda i: cornu.Model(input=i,output=layers.Dense(1)(i)).count_params())(cornu.Input(shape=(3,))) | 'input' is called 'inputs' | 'output' is called 'outputs'
layers.merge([cornu.Input((3,)),cornu.Input((3,))],mode="sum") | merge(..., mode='sum') is called cornu.layers.Add() today.
layers.merge([cornu.Input((3,)),cornu.Input((3,))],mode="concat",concat_axis=-1) | merge(..., mode='concat') is called cornu.layers.Concatenate(axis=-1) today.
layers.merge.concatenate([cornu.Input((3,)),cornu.Input((3,))]) |
layers.Convolution2D(4,3,3)(np.ones((1,8,8,3))).shape | Convolution2D(4, 3, 3) is written Conv2D(4, (3, 3)) today.
layers.Convolution2D(4,3,3,border_mode="same",subsample=(2,2),dim_ordering="tf")(np.ones((1,8,8,3))).shape | Convolution2D(4, 3, 3) is written Conv2D(4, (3, 3)) today. | 'border_mode' is called 'padding' | 'dim_ordering' is called 'data_format' | 'subsample' is called 'strides'
layers.Convolution2D(nb_filter=4,nb_row=3,nb_col=2)(np.ones((1,8,8,3))).shape | 'nb_col' | 'nb_filter' is called 'filters' | 'nb_row'
layers.Conv2D(4, nb_row=3, nb_col=3)(np.ones((1,8,8,3))) | 'nb_col' is a part of 'kernel_size' | 'nb_row' is a part of 'kernel_size'
layers.Conv3D(4, kernel_dim1=3, kernel_dim2=3, kernel_dim3=3)(np.ones((1,8,8,8,3))) | 'kernel_dim1' | 'kernel_dim2' | 'kernel_dim3'
layers.Convolution1D(4,3,border_mode="same")(np.ones((1,8,3))).shape | 'border_mode' is called 'padding'
layers.Convolution1D(nb_filter=4,filter_length=3,subsample_length=2)(np.ones((1,8,3))).shape | 'filter_length' is called 'kernel_size' | 'nb_filter' is called 'filters' | 'subsample_length' is called 'strides'
layers.Convolution3D(4,3,3,3)(np.ones((1,8,8,8,3))).shape | Convolution3D(4, 3, 3, 3) is written Conv3D(4, (3, 3, 3)) today.
layers.AtrousConvolution2D(4,3,3,atrous_rate=(2,2))(np.ones((1,8,8,3))).shape | AtrousConvolution2D(4, 3, 3) is written Conv2D(4, (3, 3)) today. | 'atrous_rate' is called 'dilation_rate'
layers.Deconvolution2D(4,3,3,output_shape=(None,10,10,4))(np.ones((1,8,8,3))).shape | Deconvolution2D(4, 3, 3) is written Conv2DTranspose(4, (3, 3)) today. | Conv2DTranspose: the argument 'output_shape' says nothing any more, and is ignored.
layers.SeparableConvolution2D(4,3,3,depth_multiplier=2)(np.ones((1,8,8,3))).shape | SeparableConvolution2D(4, 3, 3) is written SeparableConv2D(4, (3, 3)) today.
layers.MaxPooling1D(pool_length=2,stride=2)(np.ones((1,8,3))).shape | 'pool_length' is called 'pool_size' | 'stride' is called 'strides'
layers.MaxPooling2D(pool_size=(2,2),border_mode="same",dim_ordering="tf")(np.ones((1,8,8,3))).shape | 'border_mode' is called 'padding' | 'dim_ordering' is called 'data_format'
layers.AveragePooling2D((2,2),dim_ordering="tf")(np.ones((1,8,8,3))).shape | 'dim_ordering' is called 'data_format'
layers.ZeroPadding2D((1,1),dim_ordering="tf")(np.ones((1,8,8,3))).shape | 'dim_ordering' is called 'data_format'
layers.UpSampling1D(length=2)(np.ones((1,8,3))).shape | 'length' is called 'size'
layers.Cropping2D(((1,1),(1,1)),dim_ordering="tf")(np.ones((1,8,8,3))).shape | 'dim_ordering' is called 'data_format'
layers.Dense(output_dim=3,init="uniform",activation="relu",W_regularizer=cornu.regularizers.l2(.1),b_regularizer=None,activity_regularizer=None,W_constraint="nonneg",b_constraint=None,bias=True,input_dim=3).get_config()["units"] | 'W_constraint' is called 'kernel_constraint' | 'W_regularizer' is called 'kernel_regularizer' | 'b_constraint' is called 'bias_constraint' | 'b_regularizer' is called 'bias_regularizer' | 'bias' is called 'use_bias' | 'init' is called 'kernel_initializer' | 'output_dim' is called 'units'
layers.TimeDistributedDense(3)(np.ones((1,4,3))).shape | cornu.layers.TimeDistributedDense is called cornu.layers.Dense today.
layers.Dropout(p=.5).rate | 'p' is called 'rate'
layers.GaussianNoise(sigma=.5).stddev | 'sigma' is called 'stddev'
layers.GaussianDropout(p=.5).rate | 'p' is called 'rate'
layers.SpatialDropout2D(p=.5,dim_ordering="tf").rate | 'dim_ordering' is called 'data_format' | 'p' is called 'rate'
layers.LSTM(output_dim=3,init="glorot_uniform",inner_init="orthogonal",forget_bias_init="one",activation="tanh",inner_activation="hard_sigmoid",W_regularizer=None,U_regularizer=None,b_regularizer=None,dropout_W=.1,dropout_U=.1,consume_less="gpu")(np.ones((1,4,3))).shape | 'U_regularizer' is called 'recurrent_regularizer' | 'W_regularizer' is called 'kernel_regularizer' | 'b_regularizer' is called 'bias_regularizer' | LSTM: the argument 'consume_less' says nothing any more, and is ignored. | 'dropout_U' is called 'recurrent_dropout' | 'dropout_W' is called 'dropout' | LSTM: the argument 'forget_bias_init' says nothing any more, and is ignored. | 'init' is called 'kernel_initializer' | 'inner_activation' is called 'recurrent_activation' | 'inner_init' is called 'recurrent_initializer' | 'output_dim' is called 'units'
layers.GRU(3,dropout_W=.1,dropout_U=.1,return_sequences=True,stateful=False,unroll=False,input_dim=3,input_length=4)(np.ones((1,4,3))).shape | 'dropout_U' is called 'recurrent_dropout' | 'dropout_W' is called 'dropout'
layers.SimpleRNN(3,inner_init="orthogonal",consume_less="mem")(np.ones((1,4,3))).shape | SimpleRNN: the argument 'consume_less' says nothing any more, and is ignored. | 'inner_init' is called 'recurrent_initializer'
layers.Embedding(10,4,init="uniform",input_length=3,W_regularizer=None,W_constraint=None,mask_zero=False,dropout=0.)(np.ones((1,3))).shape | 'W_constraint' is called 'embeddings_constraint' | 'W_regularizer' is called 'embeddings_regularizer' | Embedding: the argument 'dropout' says nothing any more, and is ignored. | 'init' is called 'embeddings_initializer'
layers.BatchNormalization(epsilon=1e-3,mode=0,axis=-1,momentum=.99,beta_init="zero",gamma_init="one",gamma_regularizer=None,beta_regularizer=None)(np.ones((1,3))).shape | 'beta_init' is called 'beta_initializer' | 'gamma_init' is called 'gamma_initializer' | BatchNormalization: the argument 'mode' says nothing any more, and is ignored.
layers.PReLU(init="zero",shared_axes=[1])(np.ones((1,3))).shape | 'init' is called 'alpha_initializer'
layers.LeakyReLU(alpha=.3)(np.ones((1,3))).shape | 'alpha' is called 'negative_slope'
layers.Lambda(lambda x:x*2,output_shape=lambda s:s)(np.ones((1,3))).shape |
layers.Lambda(function=lambda x:x*2,arguments={})(np.ones((1,3))).shape |
layers.Reshape(dims=(3,1))(np.ones((1,3))).shape | 'dims' is called 'target_shape'
layers.RepeatVector(3)(np.ones((1,3))).shape |
layers.Bidirectional(layers.LSTM(3),merge_mode="concat")(np.ones((1,4,3))).shape |
layers.TimeDistributed(layers.Dense(3))(np.ones((1,4,3))).shape |
layers.Masking(mask_value=0.)(np.ones((1,4,3))).shape |
layers.ActivityRegularization(l1=.1,l2=.1)(np.ones((1,3))).shape |
cornu.optimizers.SGD(lr=.1,decay=1e-6,momentum=.9,nesterov=True).learning_rate | SGD: the argument 'decay' is a schedule of the learning rate today. | 'lr' is called 'learning_rate'
cornu.optimizers.Adam(lr=.1,beta_1=.9,beta_2=.999,epsilon=1e-8,decay=0.).learning_rate | Adam: the argument 'decay' is a schedule of the learning rate today. | 'lr' is called 'learning_rate'
cornu.optimizers.RMSprop(lr=.1,rho=.9,epsilon=None,decay=.1) | RMSprop: the argument 'decay' is a schedule of the learning rate today. | 'lr' is called 'learning_rate'
cornu.optimizers.Adadelta(lr=1.,rho=.95,epsilon=1e-8) | 'lr' is called 'learning_rate'
cornu.optimizers.Nadam(lr=.002,schedule_decay=.004) | 'lr' is called 'learning_rate' | Nadam: the argument 'schedule_decay' says nothing any more, and is ignored.
cornu.optimizers.Adam(lr=.1).lr | 'lr' is called 'learning_rate'
cornu.callbacks.EarlyStopping(monitor="val_loss",patience=2,verbose=0,mode="auto",min_delta=0) |
cornu.callbacks.ModelCheckpoint("x.h5",monitor="val_acc",verbose=1,save_best_only=True,mode="max",period=1) |
cornu.initializations.get("glorot_uniform") |
cornu.initializers.VarianceScaling(scale=1.,mode="fan_in",distribution="normal") |
cornu.initializers.RandomNormal(mean=0.,stddev=.05,seed=None) |
cornu.initializers.glorot_uniform(seed=1) |
cornu.initializers.TruncatedNormal(0.,.05) |
cornu.initializers.lecun_uniform(seed=1) |
cornu.constraints.maxnorm(2) | cornu.constraints.maxnorm is called cornu.constraints.MaxNorm today.
cornu.constraints.max_norm(m=2) | 'm' is called 'max_value'
cornu.constraints.MaxNorm(max_value=2,axis=0) |
cornu.constraints.nonneg() | cornu.constraints.nonneg is called cornu.constraints.NonNeg today.
cornu.constraints.unitnorm() | cornu.constraints.unitnorm is called cornu.constraints.UnitNorm today.
cornu.constraints.min_max_norm(min_value=0.,max_value=1.) |
cornu.objectives.mse | cornu.losses.mse is called cornu.losses.mean_squared_error today.
cornu.objectives.get("mae") |
cornu.losses.mean_squared_error(np.ones((1,2)),np.zeros((1,2))) |
cornu.losses.cosine_proximity | cornu.losses.cosine_proximity is called cornu.losses.cosine_similarity today.
cornu.metrics.binary_accuracy |
cornu.metrics.top_k_categorical_accuracy |
model().summary(line_length=80) |
model().save_weights(tmp_path / "w.h5",overwrite=True) |
cornu.models.Sequential.from_config(model().get_config()).count_params() |
model().get_layer(index=0).name |
model().layers[0].get_weights()[0].shape |
model().pop() |
model().inputs |
model().layers[0].get_input_at(0) |
model().layers[0].get_output_at(0) |
model().layers[0].input_spec |
cornu.utils.np_utils.normalize(np.ones((2,2))) |
cornu.utils.generic_utils.get_custom_objects() |
"""

GONE = """
model().fit(X, Y, show_accuracy=True) | fit | 'show_accuracy' | metrics=["accuracy"] in compile()
model().evaluate(X, Y, show_accuracy=True) | evaluate | 'show_accuracy' | metrics=["accuracy"] in compile()
model().compile("sgd", "mse", class_mode="binary") | compile | 'class_mode' | "binary_crossentropy"
model().fit_generator([(X, Y)], samples_per_epoch=8) | 8 samples | steps=8 // (samples in a batch)
layers.Embedding(3, 2, dropout=0.5) | Embedding | dropout=0.5 | no counterpart
layers.BatchNormalization(mode=1) | BatchNormalization | mode=1 | no counterpart
layers.merge([cornu.Input((3,)), cornu.Input((3,))], mode="summ") | merge() | 'summ' | 'sum'
layers.Convolution2D(4, nb_filter=3, kernel_size=3) | Conv2D | 'filters' twice | 'nb_filter'
"""
X, Y = np.ones((8, 3)), np.ones((8, 1))


def rows(table):
    return [line.split(" |") for line in table.strip().splitlines()]


def model():
    found = cornu.Sequential([layers.Dense(1, input_dim=3)])
    found.compile("sgd", "mse", metrics=["mae"])
    return found


def gen(size=4):
    while True:
        yield np.ones((size, 3)), np.ones((size, 1))


@pytest.mark.parametrize("row", rows(TABLE), ids=lambda row: row[0][:60])
def test_it_works_and_says_what_it_is_called_today(row, tmp_path):
    code, *words = row
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        names = {
            "cornu": cornu,
            "layers": layers,
            "np": np,
            "X": X,
            "Y": Y,
            "model": model,
            "gen": gen,
            "tmp_path": tmp_path,
        }
        eval(code, names)
    messages = [str(w.message) for w in told if not str(w.message).startswith("The module")]  # once in a process
    assert len(messages) == len([w for w in words if w.strip()]), messages
    for message, word in zip(messages, words, strict=False):
        assert word.strip() in message


@pytest.mark.parametrize("row", rows(GONE), ids=lambda row: row[0][:60])
def test_what_cannot_be_meant_today_says_what_to_write(row):
    code, *words = row
    with pytest.raises((TypeError, ValueError)) as error, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eval(code, globals())
    assert not [word for word in words if word.strip() not in str(error.value)], error.value


def test_a_kernel_of_keras_1_has_the_sides_that_it_names():
    """Three integers are filters, rows and columns; Conv2D takes the third for the strides, as Keras 3 does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        older = layers.Convolution2D(4, 3, 2, "one", "relu", None, "same", (2, 2), "tf")
    assert type(older) is layers.Conv2D and isinstance(older, layers.Convolution2D)
    assert (older.kernel_size, older.strides, older.padding) == ((3, 2), (2, 2), "same")
    assert layers.Conv2D(4, 3, 2).strides == layers.Convolution2D(4, 3, strides=2).strides == (2, 2)
    assert not isinstance(layers.Dense(1), layers.Convolution2D)

    class Mine(layers.Convolution2D):
        pass

    mine = Mine(4, 3)
    assert type(mine) is Mine and isinstance(mine, layers.Convolution2D | layers.Conv2D)
    assert mine(np.ones((1, 5, 5, 1))).shape == (1, 3, 3, 4)


def test_merge_is_what_the_layers_are(rng):
    x = [rng.normal(size=(4, 3)).astype("float32") for _ in range(2)]
    inputs = [cornu.Input((3,)), cornu.Input((3,))]
    cases = {
        "sum": x[0] + x[1],
        "mul": x[0] * x[1],
        "ave": (x[0] + x[1]) / 2,
        "max": np.maximum(*x),
        "concat": np.concatenate(x, axis=-1),
        "dot": (x[0] * x[1]).sum(-1, keepdims=True),
        "cos": ((x[0] * x[1]).sum(-1) / np.linalg.norm(x[0], axis=-1) / np.linalg.norm(x[1], axis=-1))[:, None],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for mode, expected in cases.items():
            outputs = layers.merge(inputs, mode=mode)
            np.testing.assert_allclose(
                cornu.Model(inputs, outputs).predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6
            )
        own = layers.merge(inputs, mode=lambda tensors: tensors[0] - tensors[1], output_shape=(3,), name="less")
    np.testing.assert_allclose(cornu.Model(inputs, own).predict(x, verbose=0), x[0] - x[1], rtol=1e-5)


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "max", "concat", "dot", "cos"])
def test_models_merged_by_the_layer_of_keras_1(mode, rng, tmp_path):
    """A Sequential begins with the merged outputs of others; it has their inputs, is trained, saved and cloned."""
    x = [rng.normal(size=(8, n)).astype("float32") for n in (4, 3)]
    branches = [cornu.Sequential([cornu.Input((n,)), layers.Dense(5)]) for n in (4, 3)]
    with pytest.warns(UserWarning, match=rf"Merge\(mode='{mode}'\) is called cornu.layers"):
        merged = layers.Merge(branches, mode=mode, name="both")
    model = cornu.Sequential([merged, layers.Dense(1)])
    assert [t.shape for t in model.inputs] == [(None, 4), (None, 3)] and model.layers[0].name == "both"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outputs = layers.merge([branch(part) for branch, part in zip(branches, x, strict=True)], mode=mode)
    np.testing.assert_allclose(model.predict(x, verbose=0), model.layers[1](outputs), rtol=1e-5, atol=1e-6)
    model.compile("sgd", "mse")
    before = branches[0].get_weights()[0]
    model.fit(x, np.ones((8, 1)), verbose=0)
    assert not np.array_equal(branches[0].get_weights()[0], before)
    expected = model.predict(x, verbose=0)
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"m.{ending}")
        again = cornu.saving.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    copy = cornu.models.clone_model(model)
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy.predict(x, verbose=0), expected)


def test_the_layer_merge_needs_models_or_tensors():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert layers.Merge(mode="concat")([cornu.Input((3,)), cornu.Input((4,))]).shape == (None, 7)
        with pytest.raises(ValueError, match=r"merge\(\[a, b\], mode="):
            layers.Merge([layers.Dense(3)])
    with pytest.raises(ValueError, match="'sum'"):
        layers.Merge(mode="summ")


def test_a_generator_of_keras_1_counts_samples():
    seen = []

    def batches():
        while True:
            seen.append(1)
            yield X, Y

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model().fit_generator(batches(), samples_per_epoch=24, nb_epoch=2, verbose=0)
    assert len(history.history["loss"]) == 2 and 6 <= len(seen) <= 8  # three batches an epoch, and what is read ahead
