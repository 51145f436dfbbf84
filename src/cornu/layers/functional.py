"""A layer or model as a pure function of its weights, for transforms of JAX and optimizers of other libraries."""

from typing import Any

import numpy as np

from ..core import seeds, state
from ..core.lookup import nearest
from ..core.variable import Variable, by_path

Params = dict[str, Any]  # path of a Variable -> array


def functional(layer: Any, with_state: bool = False) -> tuple[Any, ...]:
    """The call as plain JAX: a function of the weights, and the weights.

    `apply(params, *args, **kwargs)` gives what the layer gives for these weights, and changes nothing. What is not
    trained (moving means, the streams of random numbers) is read when `apply` is called or traced, and what a call
    assigns to it is lost; with `with_state` it goes in and comes out.

    Args:
        with_state: whether `apply` takes and gives the rest, too: `apply(params, state, ...) -> (outputs, state)`.

    Returns:
        `(apply, params)`, or `(apply, params, state)`; params and state are dictionaries from the path of a Variable to
        an array. `load_params` puts them into the layer again.

    Raises:
        ValueError: the layer has no weights yet.

    Example:
        >>> import cornu, jax
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, use_bias=False, name="top")])
        >>> apply, params = model.functional()
        >>> x = cornu.ops.array([[1.0, 2.0]])
        >>> slopes = jax.jit(jax.grad(lambda params: apply(params, x).sum()))(params)
        >>> [slope.tolist() for slope in slopes.values()]
        [[[1.0], [2.0]]]
    """
    trained, rest = _variables(layer)
    session = seeds.session_variable()
    run = state.pure(layer, [*trained.values(), *rest.values(), session])

    def values(variables: dict[str, Variable]) -> Params:
        return {path: variable.stored for path, variable in variables.items()}

    def apply_with_state(params: Params, others: Params, *args: Any, **kwargs: Any) -> Any:
        given = [params[path] for path in trained] + [others[path] for path in (*rest, _RANDOM)]
        outputs, new = run(given, *args, **kwargs)
        return outputs, dict(zip((*rest, _RANDOM), new[len(trained) :], strict=True))

    def apply(params: Params, *args: Any, **kwargs: Any) -> Any:
        return apply_with_state(params, values(rest) | {_RANDOM: seeds.new_stream()}, *args, **kwargs)[0]

    if with_state:
        return apply_with_state, values(trained), values(rest) | {_RANDOM: seeds.new_stream()}
    return apply, values(trained)


def load_params(layer: Any, params: Params, state: Params | None = None) -> None:
    """Put weights that `functional` gave, or what became of them, into the layer; all of them, or none.

    Args:
        params: the weights that are trained, by path.
        state: the others, or None to leave them.

    Raises:
        ValueError: a path or the shape of an array is not that of a weight, or one is missing.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.Dense(1)
        >>> layer.build((None, 2))
        >>> _, params = layer.functional()
        >>> layer.load_params({path: cornu.ops.ones_like(value) for path, value in params.items()})
        >>> layer.kernel.numpy().tolist()
        [[1.0], [1.0]]
    """
    pairs: list[tuple[Variable, Any]] = []
    for given, known in zip((params, state), _variables(layer), strict=True):
        if given is None:
            continue
        for path in given.keys() - known.keys() - {_RANDOM}:
            raise ValueError(f"{layer.name!r} has no weight at {path!r}. {nearest(path, known)}")
        for path, variable in known.items():
            if path not in given or np.shape(given[path]) != variable.stored_shape:
                found = f"one of shape {np.shape(given[path])}" if path in given else "none"
                raise ValueError(
                    f"{layer.name!r} expects an array of shape {variable.stored_shape} at {path!r}; received {found}."
                )
            pairs.append((variable, given[path]))
    for variable, value in pairs:
        variable.store(value)


_RANDOM = "random"  # in a state: the stream of random numbers without a seed


def _variables(layer: Any) -> tuple[dict[str, Variable], dict[str, Variable]]:
    """The Variables by path that are trained, and the others; where two have one path they are numbered."""
    if not layer.built:
        raise ValueError(f"{layer.name!r} has no weights yet. Call it on data, or build it, before functional().")
    trained = {id(variable) for variable in layer.trainable_variables}
    named = by_path(layer.variables)
    mine = {path: variable for path, variable in named.items() if id(variable) in trained}
    return mine, {path: variable for path, variable in named.items() if path not in mine}
