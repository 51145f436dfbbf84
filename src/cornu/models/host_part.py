"""The part of a graph that runs on the host: layers that cannot be traced, before the device sees the data.

Layers of text and of lookups compute with NumPy. What they give is data, as if it had been prepared beforehand: it is
made at once for all samples, and compiled programs begin with it. So all that leads to such a layer runs there too, and
has no weights: no gradient would reach them.
"""

import copy
import functools
from typing import TYPE_CHECKING, Any

from ..core import graph
from ..core.attached import get_mask
from ..core.symbolic import KerasTensor, Node, tensors
from ..layers import calling

if TYPE_CHECKING:
    from .graph_model import Graph


class HostPart:
    """The calls of a graph that run on the host, and those that are left to the device.

    Args:
        whole: the graph.

    Raises:
        ValueError: a layer with weights leads to one that works on the host.
    """

    def __init__(self, whole: "Graph") -> None:
        self._whole = whole
        self._nodes: list[Node] = []
        self.device: list[Node] = []
        wanted: set[int] = set()
        for node in reversed(whole.nodes):
            operation = node.operation
            inner: Any = getattr(operation, "host_part", None)
            begins = inner and inner.device  # a model of which only the first part runs on the host
            on_host = getattr(operation, "on_host", False) or inner and not begins
            leads = any(id(t) in wanted for t in tensors(node.outputs))
            if leads and not on_host and any(getattr(operation, what, None) for what in ("weights", "seed_generator")):
                raise ValueError(
                    "A layer that works on the host (on text, or with lookups) takes the output of "
                    f"{operation.name!r}, which has weights or draws random numbers for every step. What works on the "
                    "host comes first: it is computed once, between the inputs and the first such layer."
                )
            if begins:
                first, second = _halves(node, inner)
                self._nodes.append(first)
                self.device.append(second)
            else:
                (self._nodes if on_host or leads else self.device).append(node)
            if begins or on_host or leads:
                wanted.update(map(id, self._nodes[-1].inputs))
        self._nodes.reverse()
        self.device.reverse()
        self.needs = [t for t in whole.inputs if id(t) in wanted]
        made = {id(t) for t in (*whole.inputs, *(t for node in self._nodes for t in tensors(node.outputs)))}
        used = {id(t): t for t in (*(t for node in self.device for t in node.inputs), *whole.outputs)}
        passed = [t for t in used.values() if id(t) in made]
        self.passed = {f"{t.op.name if t.op else t.name}:{i}": t for i, t in enumerate(passed)}

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def given(self, values: Any, owner: str, training: bool | None = None) -> dict[str, Any]:
        """What the device begins with, by name; values that are so already stay as they are.

        Args:
            values: a tree of arrays like the inputs, a list in their order, or a dictionary by name.
            owner: name of the model, for messages.
            training: the mode; by default that of the call around it.
        """
        if isinstance(values, dict) and values.keys() == self.passed.keys():
            return values
        arrays = self._whole.in_order(calling.to_numpy(values, owner), owner)
        return self._run(self._whole.inputs, arrays, self.passed, owner, training)

    def made(self, values: list[Any], owner: str) -> dict[str, Any]:
        """What it makes itself, besides inputs that it passes on, of values for those that it needs."""
        inputs = set(map(id, self._whole.inputs))
        own = {name: t for name, t in self.passed.items() if id(t) not in inputs}
        return self._run(self.needs, values, own, owner, None)

    def _run(
        self, inputs: list[KerasTensor], values: list[Any], wanted: Any, owner: str, training: bool | None
    ) -> dict[str, Any]:
        arrays = [self._whole.fit(t, value, owner) for t, value in zip(inputs, values, strict=True)]
        with calling.calling(calling.current() if training is None else calling.CallContext(training)):
            found: dict[str, Any] = graph.run(self._nodes, inputs, wanted, arrays, {})
        for name, value in found.items():
            if get_mask(value) is not None:
                raise ValueError(
                    f"{name.split(':')[0]!r} works on the host and gives its output a mask, which does not reach the "
                    "device. Give the mask as a second output, and pass it on with mask=..."
                )
        return found


def _halves(node: Node, inner: HostPart) -> tuple[Node, Node]:
    """The call of a model as two: the first gives what the second begins with, besides inputs that it takes itself."""
    model = node.operation
    inputs = model.graph.in_order(node.args[0] if node.args else node.kwargs["inputs"], model.name)
    given = dict(zip(map(id, model.inputs), inputs, strict=True))
    made = {k: KerasTensor(t.shape, t.dtype, name=k) for k, t in inner.passed.items() if id(t) not in given}
    begins = {k: made[k] if k in made else given[id(t)] for k, t in inner.passed.items()}
    run = functools.partial(inner.made, owner=model.name)
    return _like(node, run, ([given[id(t)] for t in inner.needs],), made), _like(node, model, (begins,), node.outputs)


def _like(node: Node, operation: Any, args: tuple[Any, ...], outputs: Any) -> Node:
    """A call beside another one, which it stands for on one of the two sides."""
    other = copy.copy(node)
    other.operation, other.args, other.inputs, other.outputs = operation, args, tensors(args), outputs
    other.kwargs = {} if operation is not node.operation else {k: v for k, v in node.kwargs.items() if k != "inputs"}
    return other
