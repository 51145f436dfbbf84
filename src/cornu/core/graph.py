"""The graph between symbolic inputs and outputs, and how to run it on arrays."""

from collections import defaultdict
from typing import Any

import jax

from .symbolic import KerasTensor, Node, tensors


def between(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> tuple[list[Node], list[Any]]:
    """What leads from `inputs` to `outputs`: the calls, each after those it needs, and the layers and ops.

    The latter are ordered as Keras does, by distance from the outputs, the farthest first, then as a walk from the
    outputs meets them: files that list weights by position rely on it.

    Raises:
        ValueError: an output needs a tensor that no given input leads to.
    """
    given = {id(t) for t in inputs}
    met: dict[tuple[int, bool], Node] = {}  # with whether it gives an input, and is not called
    left: list[Node] = []  # each after all it needs
    stack = [(tensor, False) for tensor in reversed(outputs)]
    while stack:  # depth first
        tensor, done = stack.pop()
        node, begins = tensor.node, id(tensor) in given
        if not begins and (node is None or not node.inputs):
            names = [t.name for t in inputs]
            raise ValueError(
                f"The outputs depend on {tensor.name!r}, which is not among the model's inputs {names}. "
                "Add it to `inputs`, or take the outputs from a graph that begins at them."
            )
        if node is not None and done:
            left.append(node)
        elif node is not None and (id(node), begins) not in met:
            met[id(node), begins] = node
            stack.append((tensor, True))
            stack.extend((t, False) for t in (() if begins else reversed(node.inputs)))
    of_call: dict[int, int] = defaultdict(int)  # distances from the outputs
    of_operation: dict[int, int] = defaultdict(int)
    for node in reversed(left):
        here = max(of_call[id(node)], of_operation[id(node.operation)])
        of_call[id(node)] = of_operation[id(node.operation)] = here
        for tensor in node.inputs:
            of_call[id(tensor.node)] = max(here + 1, of_call[id(tensor.node)])
    used = {id(node.operation) for node in met.values()}
    unused = [t.op for t in inputs if t.node is not None and id(t.op) not in used]
    operations = {id(o): o for o in (*unused, *(node.operation for node in met.values()))}
    called = sorted((node for (_, begins), node in met.items() if not begins), key=lambda node: node.number)
    return called, sorted(operations.values(), key=lambda operation: -of_operation[id(operation)])


def run(nodes: list[Node], inputs: list[KerasTensor], outputs: Any, values: list[Any], made: dict[int, Any]) -> Any:
    """Compute `outputs` from the values of `inputs`.

    Args:
        nodes: the calls in order, from `between`.
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
