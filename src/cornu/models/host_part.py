"""The part of a graph that runs on the host: layers that cannot be traced, before the device sees the data.

Layers of text and of lookups compute with NumPy. What they give is data, as if it had been prepared beforehand: it is
made at once for all samples, and compiled programs begin with it. So all that leads to such a layer runs there too, and
has no weights: no gradient would reach them.
"""

import copy
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
        self._inputs = whole.inputs
        self._nodes: list[Node] = []
        self.device: list[Node] = []
        wanted: set[int] = set()
        for node in reversed(whole.nodes):
            operation, inner = node.operation, getattr(node.operation, "host_part", None)
            leads = any(id(t) in wanted for t in tensors(node.outputs))
            if not (leads or inner or getattr(operation, "on_host", False)):
                self.device.append(node)
                continue
            wanted.update(map(id, node.inputs))
            if not (inner and inner.device):
                if leads and getattr(operation, "weights", None):
                    raise ValueError(_late(operation))
                self._nodes.append(node)
            elif leads:
                raise ValueError(_late(operation))
            else:  # its first part gives what its second begins with
                passed = {name: KerasTensor(t.shape, t.dtype, name=name) for name, t in inner.passed.items()}
                self._nodes.append(_like(node, operation.before_device, (node.inputs[0],), passed))
                self.device.append(_like(node, operation, (passed,), node.outputs))
        self._nodes.reverse()
        self.device.reverse()
        made = {id(t) for t in (*whole.inputs, *(t for node in self._nodes for t in tensors(node.outputs)))}
        used = {id(t): t for t in (*(t for node in self.device for t in node.inputs), *whole.outputs)}
        begins = [t for t in used.values() if id(t) in made]
        self.passed = {f"{t.op.name if t.op else t.name}:{i}": t for i, t in enumerate(begins)}

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def gave(self, values: Any) -> bool:
        """Whether the values are what it gives: what the device begins with, by name."""
        return isinstance(values, dict) and values.keys() == self.passed.keys()

    def run(self, values: list[Any], training: bool | None) -> dict[str, Any]:
        """What the device begins with, by name.

        Args:
            values: arrays in the order of the inputs.
            training: the mode.
        """
        with calling.calling(calling.CallContext(training)):
            given: dict[str, Any] = graph.run(self._nodes, self._inputs, self.passed, values, {})
        for name, value in given.items():
            if get_mask(value) is not None:
                raise ValueError(
                    f"{name.split(':')[0]!r} works on the host and gives its output a mask, which does not reach the "
                    "device. Give the mask as a second output, and pass it on with mask=..."
                )
        return given


def _like(node: Node, operation: Any, args: tuple[Any, ...], outputs: Any) -> Node:
    """A call beside another one, which it stands for on one of the two sides."""
    other = copy.copy(node)
    other.operation, other.args, other.outputs = operation, args, outputs
    other.inputs, other.kwargs = tensors(args), {k: v for k, v in node.kwargs.items() if k != "inputs"}
    return other


def _late(operation: Any) -> str:
    return (
        f"A layer that works on the host (on text, or with lookups) takes the output of {operation.name!r}, which has "
        "weights and computes on the device. What works on the host comes first: between the inputs and the first "
        "layer with weights."
    )
