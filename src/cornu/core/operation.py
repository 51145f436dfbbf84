"""Operation: a computation without weights that takes a place of its own in the graph of a model."""

from abc import ABCMeta
from typing import Any

from . import names, symbolic
from .config import Configurable


class Operation(Configurable, metaclass=ABCMeta):
    """Base of computations of one's own that are no layers: a subclass writes `call`, over `cornu.ops`.

    Called on arrays it computes; called on symbolic tensors it becomes a part of the model's graph, and is saved with
    it by its constructor's arguments. Every layer counts as an operation.

    Args:
        name: its name.

    Example:
        >>> import cornu
        >>> class Power(cornu.Operation):
        ...     def __init__(self, exponent, name=None):
        ...         super().__init__(name=name)
        ...         self.exponent = exponent
        ...     def call(self, x):
        ...         return x ** self.exponent
        >>> x = cornu.Input((3,))
        >>> cornu.Model(x, Power(2)(x))(cornu.ops.array([[1.0, 2.0, 3.0]])).tolist()
        [[1.0, 4.0, 9.0]]
    """

    _no_facts = frozenset({"_nodes"})

    def __init__(self, name: str | None = None) -> None:
        self.name = names.checked_name(name or names.unique_name(type(self).__name__), "operation")
        self._nodes: list[symbolic.Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute on arrays, or note a call on symbolic tensors."""
        symbolic.refuse_unmade(self)
        if symbolic.is_symbolic(args) or symbolic.is_symbolic(kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*[symbolic.unwrap(a) for a in args], **{k: symbolic.unwrap(v) for k, v in kwargs.items()})

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs. Every operation writes its own."""
        raise NotImplementedError(f"The operation {type(self).__name__} has no call(). Write `def call(self, x): ...`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Note a call on symbolic tensors in the graph, and give its symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        self._nodes.append(symbolic.Node(self, args, kwargs, outputs))
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, by tracing `call`; a subclass may say them itself."""
        return symbolic.infer(self.call, args, kwargs)

    @property
    def input(self) -> Any:
        """The symbolic inputs of its first call."""
        inputs = self._first().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic outputs of its first call."""
        return self._first().outputs

    def _first(self) -> symbolic.Node:
        if not self._nodes:
            raise AttributeError(f"The operation {self.name!r} was not called on symbolic tensors yet.")
        return self._nodes[0]
