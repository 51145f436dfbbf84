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
