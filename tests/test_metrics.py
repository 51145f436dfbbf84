"""Every metric over several batches, against the real Keras; configs, state and messages."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu.metrics
from cornu.core import state
from cornu.core.attached import set_mask

# The real Keras asks for int64 counts, which JAX makes int32.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype")


def draw(kind, seed, batch=12, classes=5):
    """A batch of one kind: targets, predictions, and the shape of a sample weight."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(batch, classes))
    softmax = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    index = rng.integers(0, classes, batch)
    steps = rng.normal(size=(batch, 3, classes))
    pairs = {
        "numbers": (rng.normal(size=(batch, classes)), scores),
        "positive": (rng.gamma(2.0, size=(batch, classes)), rng.gamma(2.0, size=(batch, classes))),
        "integers": (rng.integers(0, 3, (batch, classes)), rng.integers(0, 3, (batch, classes))),
        "one_hot": (np.eye(classes)[index], softmax),
        "index": (index, softmax),
        "column": (index[:, None], softmax),
        "steps": (rng.integers(0, classes, (batch, 3)), steps),
        "one_hot_steps": (np.eye(classes)[rng.integers(0, classes, (batch, 3))], steps),
        "binary": (rng.integers(0, 2, (batch, classes)), rng.random((batch, classes))),
        "coarse": (rng.integers(0, 2, batch), np.round(rng.random(batch) * 8) / 8),
        "vector": (rng.integers(0, 2, batch), rng.random(batch)),
        "mixed_rank": (rng.integers(0, 2, batch), rng.random((batch, 1))),
        "logits": (rng.integers(0, 2, (batch, classes)), 2 * scores),
        "signs": (rng.choice([-1, 1], (batch, classes)), scores),
        "sorted": (index, rng.permuted(np.tile(np.arange(classes), (batch, 1)), axis=1)),
        "segments": (rng.integers(-1, classes + 1, (batch, 4)), rng.integers(0, classes, (batch, 4))),
        "pixels": (rng.integers(0, 2, (batch, 4)), rng.random((batch, 4))),
        "regression": (rng.normal(size=(batch, 3)), rng.normal(size=(batch, 3))),
    }
    true, pred = pairs[kind]
    return (
        np.asarray(true, "int32" if true.dtype.kind == "i" else "float32"),
        np.asarray(pred, "int32" if pred.dtype.kind == "i" else "float32"),
    )


CASES = [
    ("Accuracy", {}, "integers"),
    ("BinaryAccuracy", {"threshold": 0.4}, "binary"),
    ("BinaryAccuracy", {}, "mixed_rank"),
    ("CategoricalAccuracy", {}, "one_hot"),
    ("CategoricalAccuracy", {}, "one_hot_steps"),
    ("SparseCategoricalAccuracy", {}, "index"),
    ("SparseCategoricalAccuracy", {}, "column"),
    ("SparseCategoricalAccuracy", {}, "steps"),
    ("TopKCategoricalAccuracy", {"k": 2}, "one_hot"),
    ("TopKCategoricalAccuracy", {"k": 3}, "one_hot_steps"),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, "index"),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, "steps"),
    ("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, "sorted"),
    ("MeanSquaredError", {}, "numbers"),
    ("RootMeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanAbsolutePercentageError", {}, "numbers"),
    ("MeanSquaredLogarithmicError", {}, "positive"),
    ("LogCoshError", {}, "numbers"),
    ("CosineSimilarity", {}, "numbers"),
    ("R2Score", {}, "regression"),
    ("R2Score", {"class_aggregation": None}, "regression"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "regression"),
    ("PearsonCorrelation", {}, "numbers"),
    ("ConcordanceCorrelation", {}, "numbers"),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}, "binary"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one_hot_steps"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "steps"),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}, "index"),
    ("KLDivergence", {}, "one_hot"),
    ("Poisson", {}, "positive"),
    ("Hinge", {}, "signs"),
    ("SquaredHinge", {}, "signs"),
    ("CategoricalHinge", {}, "one_hot"),
    ("TruePositives", {}, "binary"),
    ("FalsePositives", {"thresholds": [0.2, 0.7]}, "binary"),
    ("TrueNegatives", {"thresholds": 0.3}, "mixed_rank"),
    ("FalseNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "coarse"),
    ("Precision", {}, "binary"),
    ("Precision", {"thresholds": [0.1, 0.6]}, "vector"),
    ("Precision", {"top_k": 2}, "binary"),
    ("Precision", {"class_id": 1, "top_k": 3}, "binary"),
    ("Recall", {"class_id": 2}, "binary"),
    ("Recall", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, "coarse"),
    ("SensitivityAtSpecificity", {"specificity": 0.6}, "vector"),
    ("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 9}, "coarse"),
    ("PrecisionAtRecall", {"recall": 0.4, "class_id": 1}, "binary"),
    ("RecallAtPrecision", {"precision": 0.5}, "vector"),
    ("RecallAtPrecision", {"precision": 0.4, "num_thresholds": 1}, "vector"),
    ("AUC", {}, "vector"),
    ("AUC", {"num_thresholds": 9}, "coarse"),
    ("AUC", {"curve": "PR"}, "vector"),
    ("AUC", {"curve": "PR", "summation_method": "minoring"}, "vector"),
    ("AUC", {"curve": "PRGAIN", "num_thresholds": 50}, "vector"),
    ("AUC", {"thresholds": [0.5, 0.2]}, "coarse"),
    ("AUC", {"summation_method": "majoring", "thresholds": [0.2, 0.3, 0.8]}, "vector"),
    ("AUC", {"multi_label": True, "num_thresholds": 20}, "binary"),
    ("AUC", {"multi_label": True, "num_labels": 5, "label_weights": [1.0, 2.0, 0.5, 0.0, 3.0]}, "binary"),
    ("AUC", {"multi_label": True, "curve": "PR", "thresholds": [0.3, 0.6]}, "binary"),
    ("AUC", {"label_weights": [1.0, 2.0, 0.5, 0.0, 3.0], "from_logits": True}, "logits"),
    ("FBetaScore", {"beta": 2.0}, "one_hot"),
    ("FBetaScore", {"beta": 0.5, "threshold": 0.4, "average": "weighted"}, "binary"),
    ("F1Score", {"average": "macro"}, "one_hot"),
    ("F1Score", {"average": "micro", "threshold": 0.3}, "binary"),
    ("IoU", {"num_classes": 5, "target_class_ids": [0, 3]}, "segments"),
    ("MeanIoU", {"num_classes": 5, "ignore_class": 2, "dtype": "float32"}, "segments"),
    ("BinaryIoU", {"threshold": 0.6, "target_class_ids": [1]}, "pixels"),
    ("OneHotIoU", {"num_classes": 5, "target_class_ids": [1, 4]}, "one_hot"),
    ("OneHotMeanIoU", {"num_classes": 5}, "one_hot"),
]

UNWEIGHTED = {"IoU", "BinaryIoU", "OneHotIoU", "OneHotMeanIoU"}  # integer counts: weights are tested apart


def run(metric, batches, compiled=True):
    """State and result after several batches, as one compiled program per batch shape."""
    metric.update_state(*batches[0])  # some make their variables at the first batch
    metric.reset_state()
    update, result = metric.stateless_update_state, metric.stateless_result
    if compiled:
        update, result = jax.jit(update), jax.jit(result)
    values = [jnp.asarray(v.value) for v in metric.variables]
    for batch in batches:
        values = update(values, *batch)
    return values, result(values)


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-5, atol=1e-5)


THRESHOLDS = [
    *[(name, o) for name in ("Precision", "Recall", "TruePositives") for o in ({}, {"thresholds": 0.3})],
    ("FalseNegatives", {"thresholds": [0.2, 0.7]}),
    ("Precision", {"top_k": 2}),
    *[("AUC", o) for o in ({}, {"num_thresholds": 3}, {"thresholds": [0.3, 0.5]}, {"thresholds": [0.9, 0.5]})],
    ("SensitivityAtSpecificity", {"specificity": 0.5, "num_thresholds": 5}),
    ("RecallAtPrecision", {"precision": 0.5, "num_thresholds": 1}),
]


@pytest.mark.parametrize(("name", "options"), THRESHOLDS, ids=str)
def test_thresholds_are_shown_as_keras_shows_them(name, options):
    ours, theirs = getattr(cornu.metrics, name)(**options), getattr(keras.metrics, name)(**options)
    close(ours.thresholds, theirs.thresholds)
    assert type(ours.thresholds) is list
    for made in (type(ours).from_config(ours.get_config()), type(theirs).from_config(ours.get_config())):
        close(made.thresholds, theirs.thresholds)
        assert made.get_config().get("num_thresholds") == theirs.get_config().get("num_thresholds")


def test_top_k_of_nan_ties_and_labels_outside():
    """A NaN is no large score, and a label that is no class is among none."""
    scores = np.random.default_rng(1).random((6, 4)).astype("float32")
    holes, ties = scores.copy(), np.ones((6, 4), "float32")
    holes[0, 1] = holes[3] = np.nan
    labels = np.array([1, 0, 7, 2, 3, 9])
    for pred in (scores, holes, ties):
        for k in (1, 2, 9):
            options = {"k": k}
            ours = cornu.metrics.SparseTopKCategoricalAccuracy(**options)
            close(ours(labels, pred), keras.metrics.SparseTopKCategoricalAccuracy(**options)(labels, pred))
            one_hot = np.eye(10, dtype="float32")[labels][:, :4]
            ours = cornu.metrics.TopKCategoricalAccuracy(**options)
            close(ours(one_hot, pred), keras.metrics.TopKCategoricalAccuracy(**options)(one_hot, pred))


PLAIN = {"BinaryAccuracy", "RootMeanSquaredError", "R2Score", "Precision", "AUC", "FBetaScore", "MeanIoU"}
RUNS = [(*case, True) for case in CASES] + [(*case, False) for case in CASES if case[0] in PLAIN]


@pytest.mark.parametrize(("name", "options", "kind", "weighted"), RUNS, ids=str)
def test_metrics_equal_those_of_keras(name, options, kind, weighted):
    ours, theirs = getattr(cornu.metrics, name)(**options), getattr(keras.metrics, name)(**options)
    rng = np.random.default_rng(9)
    batches = []
    for seed in range(3):
        true, pred = draw(kind, seed)
        weight = None
        if weighted:
            weight = rng.random(len(true)).astype("float32")
            if name in UNWEIGHTED or name == "MeanIoU":
                weight = np.round(rng.random(true.shape if kind != "one_hot" else true.shape[:1]) * 4).astype("int32")
        batches.append((true, pred, weight))
    compilable = not {"multi_label", "thresholds"} <= options.keys()  # the real Keras fails to trace these two
    (values, result), (expected_values, expected) = run(ours, batches), run(theirs, batches, compilable)
    close(result, expected)
    assert len(values) == len(expected_values)
    for variable, reference, a, b in zip(ours.variables, theirs.variables, values, expected_values, strict=True):
        close(a, b)
        assert variable.name == reference.name and str(a.dtype) == str(b.dtype)
        assert not variable.trainable


@pytest.mark.parametrize(("name", "options", "kind"), CASES, ids=str)
def test_configs_are_interchangeable(name, options, kind):
    ours = getattr(cornu.metrics, name)(**options)
    again = cornu.metrics.deserialize(cornu.metrics.serialize(ours))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()
    theirs = getattr(keras.metrics, name).from_config(dict(ours.get_config()))
    back = type(ours).from_config(theirs.get_config())
    assert type(back) is type(ours) and back.name == ours.name == theirs.name
    for option in options:
        np.testing.assert_array_equal(getattr(back, option), getattr(ours, option))


@pytest.mark.parametrize("shape", [(), (4,), (4, 3), (4, 3, 2)])
@pytest.mark.parametrize("name", ["Sum", "Mean"])
def test_sums_and_means(name, shape):
    rng = np.random.default_rng(0)
    ours, theirs = getattr(cornu.metrics, name)(), getattr(keras.metrics, name)()
    weights = [None, *[rng.random(shape[:k]).astype("float32") for k in range(1, len(shape) + 1)]]
    for weight in weights:
        values = rng.normal(size=shape).astype("float32")
        close(ours(values, weight), theirs(values, weight))
    if shape:
        close(ours(values, rng.random((4, 1, 1)[: len(shape)])) > -9, True)


def test_masks_leave_out_predictions():
    rng = np.random.default_rng(3)
    true, pred, mask = rng.integers(0, 5, (6, 4)), rng.random((6, 4, 5)).astype("float32"), rng.random((6, 4)) > 0.4
    for weight in (None, rng.random((6, 4)).astype("float32"), rng.random((6, 1)).astype("float32")):
        a, b = jnp.array(pred), jnp.array(pred)
        set_mask(a, jnp.asarray(mask))
        keras.src.backend.set_keras_mask(b, jnp.asarray(mask))
        ours, theirs = cornu.metrics.SparseCategoricalAccuracy(), keras.metrics.SparseCategoricalAccuracy()
        close(ours(true, a, weight), theirs(true, b, weight))


def test_adjusted_r2_score():
    for regressors, samples in [(1, 4), (5, 4), (11, 4), (20, 4)]:
        rng = np.random.default_rng(regressors)
        true, pred = rng.normal(size=(samples, 3)), rng.normal(size=(samples, 3))
        ours = cornu.metrics.R2Score(num_regressors=regressors)
        theirs = keras.metrics.R2Score(num_regressors=regressors)
        if regressors < 11:
            close(ours(true, pred), theirs(true, pred))
        else:
            with pytest.warns(UserWarning):
                expected = theirs(true, pred)
            close(ours(true, pred), expected)


def test_state_is_pure_in_a_loop():
    metric = cornu.metrics.SparseCategoricalAccuracy()
    true, pred = draw("index", 0)
    update = state.pure(metric.update_state, metric.variables)

    @jax.jit
    def loop(values):
        return jax.lax.fori_loop(0, 5, lambda i, v: update(v, true, jnp.roll(pred, i, axis=1))[1], values)

    values = loop([v.value for v in metric.variables])
    assert float(values[1]) == 60 and float(metric.result()) == 0.0
    for i in range(5):
        metric.update_state(true, np.roll(pred, i, axis=1))
    close(metric.result(), metric.stateless_result(values))
    metric.reset_states()
    assert float(metric.result()) == 0.0 and [float(v) for v in metric.stateless_reset_state()] == [0, 0]


def test_names_and_functions():
    for name in ("mse", "MSE", "mae", "mape", "msle", "bce", "mean_squared_error", "AUC", "auc", "R2Score", "Hinge"):
        assert isinstance(cornu.metrics.get(name), cornu.metrics.Metric)
    assert {n for n in vars(keras.metrics) if not n.startswith("_")} <= set(vars(cornu.metrics))

    def gap(y_true, y_pred):
        return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)

    metric = cornu.metrics.as_metric(gap)
    theirs = keras.metrics.MeanMetricWrapper(gap, name="gap")
    true, pred = draw("numbers", 0)
    close(metric(true, pred, np.arange(12.0)), theirs(true, pred, np.arange(12.0)))
    assert metric.name == "gap" and cornu.metrics.get(gap) is gap
    again = cornu.metrics.deserialize(cornu.metrics.serialize(metric), {"gap": gap})
    close(again(true, pred), cornu.metrics.as_metric(gap)(true, pred))
    wrapped = cornu.metrics.MeanMetricWrapper(cornu.losses.huber, name="huber", delta=0.3)
    close(cornu.metrics.deserialize(cornu.metrics.serialize(wrapped))(true, pred), wrapped(true, pred))
    with pytest.raises(ValueError, match="'mean_absolute_error'"):
        cornu.metrics.get("mean_absolut_error")


def test_metrics_of_the_user():
    class Both(cornu.metrics.Metric):
        def __init__(self, name="both", **kwargs):
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight(name="total")
            self.mean = cornu.metrics.Mean()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(1.0)
            self.mean.update_state(y_pred)

        def result(self):
            return {"total": self.total.value, "mean": self.mean.result()}

    metric = Both()
    assert [v.path for v in metric.variables] == ["both/total", "mean/total", "mean/count"]
    assert {k: float(v) for k, v in metric([0.0], [3.0]).items()} == {"total": 1.0, "mean": 3.0}
    assert Both.from_config(metric.get_config()).name == "both"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cornu.metrics.Precision(thresholds=1.5), "between 0 and 1"),
        (lambda: cornu.metrics.AUC(curve="PROC"), "'ROC', 'PR', 'PRGAIN'"),
        (lambda: cornu.metrics.AUC(num_thresholds=1), "greater than 1"),
        (lambda: cornu.metrics.AUC(num_labels=3), "multi_label"),
        (lambda: cornu.metrics.FBetaScore(average="mean"), "'micro'"),
        (lambda: cornu.metrics.FBetaScore(beta=0.0), "greater than 0"),
        (lambda: cornu.metrics.FBetaScore(beta=2), "such as 2.0.*beta=2"),
        (lambda: cornu.metrics.F1Score(threshold=1), "threshold is a float"),
        (lambda: cornu.metrics.IoU(3, [3]), "below num_classes=3"),
        (lambda: cornu.metrics.SensitivityAtSpecificity(2.0), "between 0 and 1"),
        (lambda: cornu.metrics.R2Score("mean"), "class_aggregation is one of"),
        (lambda: cornu.metrics.F1Score()(np.ones(4), np.ones(4)), r"\(batch, classes\)"),
        (lambda: cornu.metrics.CategoricalAccuracy()(np.ones(4), np.ones((4, 3))), "look like class indices"),
        (lambda: cornu.metrics.SparseCategoricalAccuracy()(np.ones((4, 3)), np.ones((4, 3))), "not one-hot rows"),
        (lambda: cornu.metrics.Mean()(np.ones((4, 3)), np.ones(3)), r"per sample, of shape \(4,\)"),
    ],
)
def test_wrong_arguments_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()
