"""EquinoxLayer: a module of Equinox as a layer."""

import inspect
from typing import Any, Unpack

import jax

from ...core.arguments import explained
from ...core.types import LayerOptions
from .jax_layer import JaxLayer

__all__ = ["EquinoxLayer"]

AXIS = "batch"


class EquinoxLayer(JaxLayer):
    """A module of Equinox as a layer: `y = vmap(module)(x)`.

    Arrays of floats in the module are trained, other arrays are state, and the rest stays as it is. Modules of Equinox
    take one sample; the layer maps the module over the batch, whose axis is called `"batch"`. A module with a parameter
    `key` gets one for each sample in training; outside of it `inference` is set in all its parts, and the key is None.

    A file holds the weights; the module is given again, `custom_objects={name of the layer: module}`, and a state by
    the name of the layer and `_state`. `layer.module` is the module with the weights as they are now.

    Args:
        module: an instance of `equinox.Module` that can be called on a sample.
        state: the `equinox.nn.State` of a module that has one, as `equinox.nn.make_with_state` gives both.
        seed: integer where the stream of keys begins.
        **options: `name`, `dtype`, ... of `Layer`.

    Shapes:
        `(batch, ...)`, or a tree of such -> whatever the module gives, each with `batch` in front.

    Raises:
        ImportError: Equinox is not installed.
        ValueError: `module` is no module of Equinox that can be called, or has a state that is not given.

    Example:
        >>> import cornu, equinox, jax
        >>> layer = cornu.layers.EquinoxLayer(equinox.nn.Linear(2, 3, key=jax.random.key(0)))
        >>> layer([[1.0, 2.0]]).shape, [w.name for w in layer.weights]
        ((1, 3), ['weight', 'bias'])

    Source:
        Kidger and Garcia, Equinox: neural networks in JAX via callable PyTrees and filtered transformations, 2021.
    """

    _no_facts = JaxLayer._no_facts | {"_given", "_static"}  # its values are the layer's weights, the rest is read once
    _not_in_files = ("module", "state")
    _left_out = ()

    @explained
    def __init__(
        self, module: Any, state: Any = None, seed: int | None = None, **options: Unpack[LayerOptions]
    ) -> None:
        try:
            import equinox
        except ImportError:
            raise ImportError("EquinoxLayer needs Equinox: pip install equinox") from None
        if not isinstance(module, equinox.Module) or not callable(module):
            name = module.__name__ if isinstance(module, type) else "equinox.nn.MLP"
            raise ValueError(
                "EquinoxLayer expects module to be a module of Equinox that can be called, an instance of its class: "
                f"EquinoxLayer({name}(...)). Received: {module!r}"
            )
        known = inspect.signature(module.__call__).parameters

        def is_index(part: Any) -> bool:
            return isinstance(part, equinox.nn.StateIndex)

        if state is None and any(map(is_index, jax.tree.leaves(module, is_leaf=is_index))):
            raise ValueError(
                f"EquinoxLayer: {type(module).__name__} has a state. Make both with module, state = "
                "equinox.nn.make_with_state(Class)(...), and write EquinoxLayer(module, state)."
            )
        floats, rest = equinox.partition(module, equinox.is_inexact_array)
        arrays, static = equinox.partition(rest, equinox.is_array)

        def call_fn(params: Any, state: Any, rng: Any, inputs: Any, training: bool) -> Any:
            own, held = state["module"], state["state"]
            whole = equinox.nn.inference_mode(equinox.combine(params, own, static), value=not training)
            keys = None
            if rng is not None and "key" in known:
                keys = jax.random.split(rng, jax.tree.leaves(inputs)[0].shape[0])

            def one(sample: Any, key: Any) -> Any:
                named = {"key": key} if "key" in known else {}
                return whole(sample, **named) if held is None else whole(sample, held, **named)

            if held is None:
                return jax.vmap(one, axis_name=AXIS)(inputs, keys), state
            outputs, held = jax.vmap(one, axis_name=AXIS, out_axes=(0, None))(inputs, keys)
            return outputs, {"module": own, "state": held}

        super().__init__(call_fn, params=floats, state={"module": arrays, "state": state}, seed=seed, **options)
        self._given = {"module": module, "state": state}
        self._static = static

    @property
    def module(self) -> Any:
        """The module with the weights as they are now."""
        import equinox

        assert self._params is not None and self._state is not None
        arrays = self._state.whole(self._state.values())["module"]
        return equinox.combine(self._params.whole(self._params.values()), arrays, self._static)
