"""The state of a model as nested dictionaries: what `get_state_tree` gives and `set_state_tree` takes."""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from ..core.lookup import nearest
from ..core.variable import Variable

Tree = dict[str, Any]  # name -> tree or array


def get_state_tree(model: Any, value_format: Literal["backend_tensor", "numpy_array"] = "backend_tensor") -> Tree:
    """The values of weights, optimizer and metrics, nested by the paths of their Variables.

    Args:
        value_format: `"backend_tensor"` for arrays of the engine, or `"numpy_array"`.

    Returns:
        Trees under the keys `trainable_variables`, `non_trainable_variables`, `optimizer_variables` and
        `metrics_variables`.

    Raises:
        ValueError: two Variables of a kind have the same path.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, name="top")], name="net")
        >>> model.get_state_tree("numpy_array")["trainable_variables"]["net"]["top"]["bias"]
        array([0.], dtype=float32)
    """
    if value_format not in ("backend_tensor", "numpy_array"):
        raise ValueError(f"value_format is 'backend_tensor' or 'numpy_array'. Received: {value_format!r}")
    trees: Tree = {}
    for kind, variables in _kinds(model).items():
        tree: Tree = trees.setdefault(kind, {})
        for variable in variables:
            *above, name = variable.path.split("/")
            at = tree
            for step in above:
                at = at.setdefault(step, {})
            if not isinstance(at, dict) or name in at:
                raise ValueError(f"Two of the {kind} have the path {variable.path!r}: give their owners other names.")
            at[name] = np.array(variable.stored) if value_format == "numpy_array" else variable.stored
    return trees


def set_state_tree(model: Any, state_tree: Tree) -> None:
    """Put values that `get_state_tree` gave into weights, optimizer and metrics; all of them, or none if one is wrong.

    The optimizer may have another name. Metrics that are not made yet, before the first batch, begin anew.

    Args:
        state_tree: such trees; what is not in them stays as it is.

    Raises:
        ValueError: a key, a path or the shape of a value is not one of the model's.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, name="top")], name="net")
        >>> model.set_state_tree({"trainable_variables": {"net": {"top": {"bias": [3.0]}}}})
        >>> model.get_weights()[1].tolist()
        [3.0]
    """
    if model.built and model.optimizer is not None:
        model.optimizer.build(model.trainable_variables)
    kinds, pairs = _kinds(model), []
    for kind, tree in state_tree.items():
        if kind not in kinds:
            raise ValueError(f"A state tree has no {kind!r}. {nearest(str(kind), kinds)}")
        if not isinstance(tree, dict):
            raise ValueError(f"A state tree holds nested dictionaries. Received under {kind!r}: {type(tree).__name__}.")
        if kind == "metrics_variables" and not kinds[kind]:
            continue
        own = kind == "optimizer_variables"  # whose paths begin with the optimizer's name
        known = {v.path.partition("/")[2] if own else v.path: v for v in kinds[kind]}
        for path, value in _leaves(tree):
            path = path.partition("/")[2] if own else path
            if path not in known:
                raise ValueError(f"Model {model.name!r} has none of the {kind} at {path!r}. {nearest(path, known)}")
            if np.shape(value) != known[path].stored_shape:
                raise ValueError(f"{path!r} has shape {known[path].stored_shape}; received one of {np.shape(value)}.")
            pairs.append((known[path], value))
    for variable, value in pairs:
        variable.store(value)


def _kinds(model: Any) -> dict[str, list[Variable]]:
    return {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
        "optimizer_variables": list(model.optimizer.variables) if model.optimizer is not None else [],
        "metrics_variables": model.metrics_variables,
    }


def _leaves(tree: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of what is not a dictionary."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}/")
        else:
            yield above + name, value
