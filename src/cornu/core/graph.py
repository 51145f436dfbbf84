"""The graph between symbolic inputs and outputs, and how to run it on arrays."""

from typing import Any

import jax

from .symbolic import KerasTensor, Node, tensors


def nodes_between(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[Node]:
    """The calls that lead from `inputs` to `outputs`, each after those it needs.

    Raises:
        ValueError: an output needs a tensor that no given input leads to.
    """
    found: dict[int, Node] = {}
    given = {id(t) for t in inputs}
    todo = list(outputs)
    while todo:
        tensor = todo.pop()
        if id(tensor) in given:
            continue
        if tensor.node is None or not tensor.node.inputs:
            names = [t.name for t in inputs]
            raise ValueError(
                f"The outputs depend on {tensor.name!r}, which is not among the model's inputs {names}. "
                "Add it to `inputs`, or take the outputs from a graph that begins at them."
            )
        if id(tensor.node) not in found:
            found[id(tensor.node)] = tensor.node
            todo.extend(tensor.node.inputs)
    return sorted(found.values(), key=lambda node: node.number)


def run(nodes: list[Node], inputs: list[KerasTensor], outputs: Any, values: list[Any], made: dict[int, Any]) -> Any:
    """Compute `outputs` from the values of `inputs`.

    Args:
        nodes: the calls in order, from `nodes_between`.
        inputs: symbolic inputs.
        outputs: tree of symbolic outputs.
        values: arrays (or other symbolic tensors) for the inputs.
        made: what is called in place of an operation, by the `id` of that.
    """
    known = {id(t): v for t, v in zip(inputs, values, strict=True)}

    def fill(leaf: Any) -> Any:
        return known[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

    for node in nodes:
        args, kwargs = jax.tree.map(fill, (node.args, node.kwargs))
        result = made.get(id(node.operation), node.operation)(*args, **kwargs)
        for tensor, value in zip(tensors(node.outputs), jax.tree.leaves(result), strict=True):
            known[id(tensor)] = value
    return jax.tree.map(fill, outputs)
