"""Arguments of constructors, written as annotated attributes: order, defaults, what the base takes, wrong ones."""

import dataclasses
import inspect
from typing import ClassVar

import equinox
import keras
import pytest
from flax import linen

import cornu
from cornu import layers
from cornu.compat.classes import OLDER
from cornu.core.arguments import arguments, default


@arguments
class Power(layers.Layer):
    exponent: float
    limit: ClassVar[float] = 9.0
    scale: float = 1.0
    name = default("power", here=True)
    shift: float = 0.0

    def _complete(self):
        self.checked = self.exponent < self.limit


@arguments
class Root(Power):
    count: int = 2
    scale = 3.0


class Bare(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)


class Own(Root):
    def __init__(self, exponent, extra=1, **kwargs):
        super().__init__(exponent, **kwargs)
        self.extra = extra


def test_order_and_defaults():
    positional = [p.name for p in inspect.signature(Root).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["exponent", "scale", "name", "shift", "count"]
    root = Root(2.0)
    assert (root.exponent, root.scale, root.shift, root.count, root.name, root.checked) == (
        2.0,
        3.0,
        0,
        2,
        "power",
        True,
    )
    assert Power(2.0, 4.0, "other", 5.0).shift == 5.0 and Power(2.0, 4.0, "other").name == "other"
    assert inspect.signature(Root).parameters["input_shape"].kind is inspect.Parameter.KEYWORD_ONLY
    assert Root.limit == 9.0 and not hasattr(Root, "exponent")


@arguments(kw_only=True)
class Shared(layers.Layer):
    """What a part and its whole share.

    Args:
        bias: a number
            to add.
        seed, spare: numbers.
        **options: those of `Layer`.
    """

    bias: float = 1.0
    seed: int = 0
    spare: int = 0


@arguments
class Sized(Shared):
    size: int


@arguments(kw_only=True)
class Whole(Sized, layers.RNN):
    seed = 5

    def _complete(self):
        self._set_cell(layers.LSTMCell(self.size))


@arguments
class Gated(Sized):
    speed: float = 0.5


@arguments
class Both(Gated, Whole):
    """Gated and a whole.

    Args:
        gate: a word.

    Shapes:
        any.
    """

    gate: str = default("open", after="bias")
    spare = default(2, after="unroll")


@arguments
class Stacked(layers.RNN):
    cell: object
    extra: int = 3


def test_several_bases_and_places():
    positional = [p.name for p in inspect.signature(Both).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    of_rnn = ["return_sequences", "return_state", "go_backwards", "stateful", "unroll"]
    assert positional == ["size", "speed", "bias", "gate", "seed", *of_rnn, "spare", "zero_output_for_mask"]
    both = Both(3, gate="shut", name="both", return_sequences=True, dtype="float16")
    assert Gated(1, 2).speed == 2
    assert (both.seed, both.spare, both.bias, both.gate, both.name) == (5, 2, 1.0, "shut", "both")
    assert both([[[1.0]]]).shape == (1, 1, 3) and both.dtype == "float16"
    again = Both.from_config(both.get_config())
    assert (again.gate, again.return_sequences, again.spare) == ("shut", True, 2)


def test_a_constructor_that_takes_more_than_it_names():
    layer = Stacked(layers.LSTMCell(2), extra=4, return_sequences=True, name="mine", dtype="float16")
    assert (layer.extra, layer.name, layer.dtype) == (4, "mine", "float16") and layer([[[1.0]]]).shape == (1, 1, 2)
    assert "dtype" not in vars(layer)


def test_docstrings_are_completed_from_the_bases():
    lines = [line.split(":")[0] for line in Both.__doc__.split("\n\n")[1].splitlines()]
    flags = ["return_sequences", "        shape (batch, size).", "return_state", "go_backwards", "stateful", "unroll"]
    indented = [name if name[0] == " " else f"    {name}" for name in flags]
    ours = ["    bias", "        to add.", "    gate", "    seed, spare"]
    assert lines == ["Args", *ours, *indented, "    zero_output_for_mask", "    **options"]
    assert "\n\nShapes:\n    any.\n\nRaises:\n    ValueError: the cell has no" in Both.__doc__ and Sized.__doc__ is None


def test_the_base_gets_its_arguments():
    layer = Root(1.0, dtype="float16", input_shape=(3,), trainable=False)
    assert layer.dtype == "float16" and layer.batch_input_shape == (None, 3) and not layer.trainable
    assert "dtype" not in vars(layer)


def test_a_class_of_ones_own_passes_them_on():
    layer = Own(1.0, extra=4, shift=2.0, name="mine")
    assert (layer.extra, layer.shift, layer.name, layer.checked) == (4, 2.0, "mine", True)
    again = Own.from_config(layer.get_config())
    assert (again.extra, again.shift, again.name) == (4, 2.0, "mine")


def test_configs_hold_what_the_attributes_are_now():
    layer = Root(1.0)
    layer.exponent = 5.0
    assert layer.get_config()["exponent"] == 5.0 and Root.from_config(layer.get_config()).exponent == 5.0


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Root(1.0, exponnent=2), "Root has no argument 'exponnent'. Did you mean 'exponent'?"),
        (lambda: Own(1.0, shft=2), "Own has no argument 'shft'. Did you mean 'shift'?"),
        (lambda: layers.Layer(nme="x"), "Layer has no argument 'nme'. Did you mean 'name'"),
        (lambda: Bare(nme="x"), "Bare has no argument 'nme'. Did you mean 'name'"),
        (lambda: cornu.Model(nme="x"), "Model has no argument 'nme'. Did you mean 'name'"),
        (lambda: Root(), "Root: missing a required argument: 'exponent'"),
        (lambda: layers.Dense(1, units=2), "Dense: multiple values for argument 'units'"),
    ],
)
def test_wrong_arguments_are_told(make, told):
    with pytest.raises(TypeError) as error:
        make()
    assert told in str(error.value)


def test_names_of_objects_are_looked_up():
    layer = layers.Dense(2, "relu", kernel_initializer="zeros")
    assert layer.activation is cornu.activations.relu and isinstance(layer.kernel_initializer, cornu.initializers.Zeros)


# Classes of one's own, as scripts for Keras write them


def handing_on(base):
    class Own(base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)

    return Own


HANDED_ON = {
    "optimizer": (lambda lib: lib.optimizers.Adam, (0.25,)),
    "optimizer_by_name": (lambda lib: lib.optimizers.Adam, {"learning_rate": 0.25, "clipnorm": 1.0}),
    "loss": (lambda lib: lib.losses.Huber, (0.25,)),
    "metric": (lambda lib: lib.metrics.BinaryAccuracy, ("mine",)),
    "regularizer": (lambda lib: lib.regularizers.L2, (0.25,)),
    "initializer": (lambda lib: lib.initializers.RandomNormal, (0.25, 0.5)),
    "layer": (lambda lib: lib.layers.Dense, (3, "relu")),
}


@pytest.mark.parametrize("name", HANDED_ON)
def test_a_constructor_that_hands_all_on(name):
    find, given = HANDED_ON[name]
    own = handing_on(find(cornu))
    made = own(**given) if isinstance(given, dict) else own(*given)
    config = made.get_config()
    known = handing_on(find(keras))
    theirs = known(**given) if isinstance(given, dict) else known(*given)
    assert "args" not in config and config.keys() >= theirs.get_config().keys() - {"quantization_config"}
    assert own.from_config(config).get_config() == config


def test_positional_arguments_of_ones_own():
    class Several(layers.Layer):
        def __init__(self, *units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

    assert Several.from_config(Several(1, 2, name="s").get_config()).units == (1, 2)
    assert "args" not in handing_on(layers.Layer)(name="x").get_config()


@pytest.mark.parametrize(
    "base", ["losses.Loss", "metrics.Metric", "layers.Dense", "optimizers.schedules.ExponentialDecay"]
)
def test_dataclasses(base):
    kind, _, name = base.rpartition(".")
    known = getattr(cornu.optimizers.schedules if "schedules" in kind else getattr(cornu, kind), name)
    given = {"Dense": (4,), "ExponentialDecay": (0.1, 10, 0.5)}.get(name, ())

    @dataclasses.dataclass(eq=False)
    class Own(known):
        k: float = 2.0

        def __post_init__(self):
            super().__init__(*given)
            self.times = getattr(self, "times", 0) + 1

    assert (Own(3.0).k, Own(3.0).times) == (3.0, 1)


class Tripled(layers.Layer):
    def __init__(self, n=2, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def call(self, x):
        return x * self.n

    def get_config(self):
        return {**super().get_config(), "n": self.n}


def test_clones_know_the_classes_of_the_model():
    class Local(Tripled):
        pass

    for cls in (Tripled, Local):
        inputs = cornu.Input((4,))
        for model in (cornu.Sequential([inputs, cls(5)]), cornu.Model(inputs, cls(5)(inputs))):
            assert cornu.models.clone_model(model).layers[-1].n == 5


def test_arguments_that_keras_takes_by_position():
    assert layers.Conv3DTranspose(2, 3, 2, "same", "channels_last", 1).data_format == "channels_last"
    assert layers.MaxPooling2D(2, 2, "valid", "channels_last", "pool").name == "pool"
    assert layers.AveragePooling1D(2, 2, "valid", "channels_last", "pool").name == "pool"
    dropout = layers.SpatialDropout1D(0.5, 3, "mine", "float16")
    assert (dropout.seed, dropout.name, dropout.dtype) == (3, "mine", "float16")
    assert layers.SpatialDropout2D(0.5, "channels_first", 3, "mine").name == "mine"
    assert len(cornu.callbacks.CallbackList([], True).callbacks) == 1


@pytest.mark.parametrize(
    "kind", ["layers", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints"]
)
def test_positional_order_is_that_of_keras(kind):
    """Every public class takes what Keras takes by position, in its order; it may take more behind that."""
    ours, theirs = getattr(cornu, kind), getattr(keras, kind)
    compared = 0
    for name in dir(theirs):
        known = getattr(theirs, name)
        cls = getattr(ours, name, None) if isinstance(known, type) else None
        if not isinstance(cls, type) or name in ("Layer", "InputSpec", "InputLayer"):
            continue
        wanted = [p.name for p in inspect.signature(known).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        found = [p.name for p in inspect.signature(cls).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        absent = [n for n in wanted if n not in inspect.signature(cls).parameters]
        wanted = [n for n in wanted if n not in absent]
        assert found[: len(wanted)] == wanted or absent, (name, wanted, found)
        compared += 1
    assert compared > 3


@pytest.mark.parametrize("name", [n for n in cornu.layers.__all__ if isinstance(getattr(cornu.layers, n), type)])
def test_help_shows_every_option_of_a_layer(name):
    """What all layers take stands in the signature of each, by name, and is known when it is misspelt."""
    cls = getattr(cornu.layers, name)
    listed = inspect.signature(cls).parameters
    if name in ("Layer", "InputLayer", "InputSpec", "Input") or not issubclass(cls, cornu.layers.Layer):
        return
    if name == "TFSMLayer":  # which has no shape to be given, and takes what it takes in Keras
        return
    modules = {"FlaxLayer": linen.Dense(1), "EquinoxLayer": equinox.nn.Identity()}
    assert all(p.kind is not p.VAR_KEYWORD for p in listed.values()), listed
    assert {"name", "trainable", "dtype", "input_shape", "batch_input_shape", "batch_size"} <= listed.keys()
    given = {"layer": layers.LSTM(1), "module": modules.get(name)}
    needed = {n: given.get(n, 1) for n, p in listed.items() if p.default is p.empty}
    today = OLDER.get(cls, (cls,))[0]
    with pytest.raises(TypeError, match=f"{today.__name__} has no argument 'input_shpe'. Did you mean 'input_shape'"):
        cls(**needed, input_shpe=3)


def test_options_that_are_not_given_are_not_in_a_config():
    """The signature of a layer that hands its options on lists them; only those that Keras knows are saved."""
    for layer in (
        cornu.layers.Embedding(3, 2),
        cornu.layers.SpatialDropout1D(0.5),
        layers.Bidirectional(layers.GRU(2)),
    ):
        config = layer.get_config()
        assert not config.keys() & {"input_shape", "batch_input_shape", "batch_size", "autocast", "weights"}
        assert type(layer).from_config(config).get_config() == config
