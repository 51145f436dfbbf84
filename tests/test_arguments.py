"""Arguments of constructors, written as annotated attributes: order, defaults, what the base takes, wrong ones."""

import inspect
from typing import ClassVar

import pytest

import cornu
from cornu import layers
from cornu.core.arguments import arguments, default


@arguments
class Power(layers.Layer):
    exponent: float
    limit: ClassVar[float] = 9.0
    scale: float = 1.0
    name = default("power", here=True)
    shift: float = 0.0

    def __post_init__(self):
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

    def __post_init__(self):
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
