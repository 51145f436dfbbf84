"""Function: the computation between symbolic tensors, without weights to train or anything else that a model has."""

from typing import Any

from ..core import graph, symbolic
from ..core.names import checked_name, unique_name
from ..layers.calling import to_arrays
from .graph_model import Graph


class Function:
    """Computes symbolic outputs from symbolic inputs, which may lie in the middle of a model.

    Args:
        inputs: a symbolic tensor, or a list or dictionary of such.
        outputs: what layers and ops called on them gave, likewise.
        name: its name.

    Raises:
        ValueError: the outputs depend on a tensor that is not among the inputs.

    Example:
        >>> import cornu
        >>> x = cornu.Input((2,))
        >>> double = cornu.Function(x, x * 2.0)
        >>> double(cornu.ops.array([[1.0, 2.0]])).tolist()
        [[2.0, 4.0]]
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        self.name = checked_name(name or unique_name("function"), "function")
        self._graph = Graph(inputs, outputs)

    def __call__(self, inputs: Any) -> Any:
        """The outputs for arrays in the structure of the inputs, or for other symbolic tensors."""
        own = self._graph
        if symbolic.is_symbolic(inputs):
            values = own.in_order(inputs, self.name)
            return graph.run(own.nodes, own.inputs, own.output_tree, values, {})
        return own.run(to_arrays(inputs, None), None, self.name)

    def compute_output_spec(self, inputs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        return self(inputs)

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs."""
        return list(self._graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs."""
        return list(self._graph.outputs)

    @property
    def operations(self) -> list[Any]:
        """Layers and ops, in the order in which data meets them."""
        return list(self._graph.operations)

    @property
    def layers(self) -> list[Any]:
        """Its layers, in the order in which data meets them."""
        return list(self._graph.layers)
