"""Reading: what stands between the array that a Variable stores and the one that is read of it.

The place of everything that changes weights without a layer knowing: low-rank adapters, quantization, weight
normalization, a copy gathered from several devices. Set as `variable.reading`, it belongs to the Variable, and so do
the Variables that it keeps as attributes: they are trained, saved and moved with it.
"""

from typing import Any

from . import names
from .facts import Watched
from .parts import Part
from .variable import Variable


class Reading(Watched, Part):
    r"""Base of readings: a subclass writes `read`, and `store` if what is read may be assigned.

    Args:
        variable: the Variable it is for; what is read has its shape and dtype unless the subclass sets others.

    Example:
        >>> import cornu
        >>> from cornu.core.reading import Reading
        >>> class Doubled(Reading):
        ...     def read(self, stored):
        ...         return 2 * stored
        >>> v = cornu.Variable([1.0, 2.0])
        >>> v.reading = Doubled(v)
        >>> v.numpy().tolist(), v.stored.tolist()
        ([2.0, 4.0], [1.0, 2.0])
    """

    def __init__(self, variable: Variable) -> None:
        self.shape, self.dtype = variable.stored_shape, variable.stored_dtype
        self.name = variable.name
        self._scope = variable.path

    def add_variable(self, shape: Any, initializer: Any, name: str, trainable: bool = True) -> Variable:
        """Make a Variable of the reading's own; its path lies under that of the Variable it is for.

        Args:
            shape: tuple of sizes.
            initializer: name, function or array.
            name: its name.
            trainable: whether training changes it.
        """
        with names.name_scope(self._scope, self):
            return Variable(initializer, shape, self.dtype, trainable, name=name)

    def read(self, stored: Any) -> Any:
        """What is read, of `shape` and `dtype`.

        Args:
            stored: what the Variable keeps.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method read(self, stored).")

    def store(self, value: Any) -> Any:
        """What to keep so that `value` is read.

        Args:
            value: array of `shape`.
        """
        raise ValueError(f"What is read through {type(self).__name__} cannot be assigned: use variable.store(...).")
