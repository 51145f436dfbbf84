"""Operations and functions of one's own in graphs, and the scopes for pure code: beside Keras where it has one."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import cornu
from cornu import layers, ops

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def power(lib):
    class Power(lib.Operation):
        def __init__(self, exponent, name=None):
            super().__init__(name=name)
            self.exponent = exponent

        def call(self, x, shift=0.0):
            return x**self.exponent + shift

        def compute_output_spec(self, x, shift=0.0):
            return lib.KerasTensor(x.shape, x.dtype)

    return Power


def test_an_operation_computes_and_takes_its_place_in_a_graph():
    keras.utils.clear_session()  # of the names that other tests gave
    for lib in (cornu, keras):
        op = power(lib)(2)
        np.testing.assert_allclose(op(X, shift=1.0), X**2 + 1, rtol=1e-6)
        x = lib.Input((3,))
        y = lib.layers.Dense(2, kernel_initializer="ones")(op(x, shift=1.0))
        model = lib.Model(x, y)
        np.testing.assert_allclose(model(X), np.repeat((X**2 + 1).sum(-1, keepdims=True), 2, 1), rtol=1e-5)
        assert isinstance(op, lib.Operation) and isinstance(model.layers[-1], lib.Operation)
        assert isinstance(model, lib.Operation) and not isinstance(x, lib.Operation)
        assert op.input is x and tuple(op.output.shape) == (None, 3) and op.name == "power"


def test_an_operation_is_saved_with_the_model(tmp_path):
    power_of = power(cornu)
    x = cornu.Input((3,))
    model = cornu.Model(x, layers.Dense(2)(power_of(3, name="cube")(x)))
    model.save(tmp_path / "model.keras")
    again = cornu.saving.load_model(tmp_path / "model.keras", custom_objects={"Power": power_of})
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)
    assert again.operations[1].exponent == 3
    with pytest.raises(ValueError, match="Power"):
        cornu.saving.load_model(tmp_path / "model.keras")


def test_an_operation_without_a_call_or_a_constructor():
    class Empty(cornu.Operation):
        pass

    class Lost(cornu.Operation):
        def __init__(self):
            pass

    with pytest.raises(NotImplementedError, match=r"Empty has no call"):
        Empty()(X)
    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Lost()(X)
    with pytest.raises(AttributeError, match="not called on symbolic"):
        power(cornu)(2).output  # noqa: B018


def test_a_function_is_a_part_of_a_graph():
    for lib in (cornu, keras):
        a, b = lib.Input((3,), name="a"), lib.Input((3,), name="b")
        hidden = lib.layers.Dense(4, name="hidden")(a)
        outputs = {"sum": lib.ops.sum(hidden, -1), "both": a * b}
        whole = lib.Function([a, b], outputs)
        middle = lib.Function(hidden, outputs["sum"])
        got = whole([jnp.asarray(X), jnp.asarray(X)])
        np.testing.assert_allclose(got["both"], X * X, rtol=1e-6)
        layer = next(op for op in whole.operations if op.name == "hidden")
        np.testing.assert_allclose(middle(layer(X)), got["sum"], rtol=1e-5)
        spec = whole([lib.Input((3,)), lib.Input((3,))])
        assert tuple(spec["sum"].shape) == (None,)
    with pytest.raises(ValueError, match="depend on 'b'"):
        cornu.Function(a := cornu.Input((3,), name="a"), a + cornu.Input((3,), name="b"))


def test_a_stateless_scope_keeps_what_is_assigned():
    for lib in (cornu, keras):
        v, w = lib.Variable(np.ones(2, "float32")), lib.Variable(np.zeros(2, "float32"))
        with lib.StatelessScope([(v, jnp.array([2.0, 3.0]))]) as scope:
            total = v + w
            w.assign(total)
            inside = np.asarray(w * 1.0)
        np.testing.assert_array_equal(inside, [2, 3])
        np.testing.assert_array_equal(scope.get_current_value(w), [2, 3])
        np.testing.assert_array_equal(v.numpy(), [1, 1])
        np.testing.assert_array_equal(w.numpy(), [0, 0])
        assert scope.get_current_value(lib.Variable(1.0)) is None
    for wrong in ([v], [(X, 1.0)]):
        with pytest.raises(ValueError, match="pairs of a Variable"):
            cornu.StatelessScope(wrong)
    with pytest.raises(ValueError, match="has shape"):
        cornu.StatelessScope([(cornu.Variable(np.ones(2)), np.ones(3))])


def test_a_stateless_scope_makes_a_layer_pure():
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    before = [v.numpy() for v in layer.variables]

    @jax.jit
    def pure(values, x):
        with cornu.StatelessScope(list(zip(layer.variables, values, strict=True))) as scope:
            y = layer(x, training=True)
        return y, [scope.get_current_value(v) for v in layer.variables]

    y, new = pure([v.value for v in layer.variables], X)
    np.testing.assert_allclose(np.mean(y, 0), 0, atol=1e-5)
    assert not np.allclose(new[2], before[2])
    for v, old in zip(layer.variables, before, strict=True):
        np.testing.assert_array_equal(v.numpy(), old)


def test_a_symbolic_scope_assigns_nothing():
    v = cornu.Variable(1.0)
    with cornu.SymbolicScope():
        v.assign(ops.array(3.0))
    assert v.numpy() == 1.0
