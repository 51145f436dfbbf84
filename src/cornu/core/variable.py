"""Variable: a named array that a layer, metric or optimizer reads and assigns.

What it stores and what is read of it are two things. Optimizers, programs and files take what is stored; layers,
regularizers and exports read. Between them stands at most one hook, a `Reading`.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import engine
from . import dtypes, facts, lending, names, state
from .lookup import tables
from .operators import Operators

_made = itertools.count()


class _Fact:
    """An attribute that programs are made from: a change is told.

    Args:
        kind: what the value is converted with.
    """

    def __init__(self, kind: Callable[[Any], Any] = lambda value: value) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot = f"_{name}"

    def __get__(self, variable: Any, owner: type) -> Any:
        return self if variable is None else getattr(variable, self._slot)

    def __set__(self, variable: Any, value: Any) -> None:
        value = self._kind(value)
        if getattr(variable, self._slot) is not value:
            setattr(variable, self._slot, value)
            facts.changed()


class Variable(Operators):
    r"""A named array with state.

    Its initial value is drawn when it is first needed, so a model whose weights come from a file never
    draws any.

    Args:
        initializer: an array, or a function `(shape, dtype) -> array`, or the name of an initializer.
        shape: tuple of integers; needed unless `initializer` is an array.
        dtype: dtype it is kept in; by default that of the array, or `floatx`.
        trainable: whether training changes it.
        autocast: whether a layer that computes in a lower precision reads it in that precision.
        aggregation: accepted for compatibility.
        synchronization: accepted for compatibility.
        name: last part of its path.

    Raises:
        ValueError: no shape, or one with an unknown size.

    Example:
        >>> import cornu
        >>> v = cornu.Variable([1.0, 2.0], name="v")
        >>> _ = v.assign(v + 1)
        >>> v.numpy()
        array([2., 3.], dtype=float32)
    """

    __slots__ = (
        "__weakref__", "_constraint", "_initializer", "_reading", "_regularizer", "_trainable",
        "aggregation", "autocast", "begins_trainable", "dtype", "held", "lent", "name",
        "order", "overwrite_with_gradient", "path", "shape", "stored_dtype", "stored_shape", "synchronization",
    )  # fmt: skip

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ) -> None:
        self.name = names.checked_name(name or names.unique_name("variable"), "Variable")
        self.path = names.path_of(self.name)
        self.order = next(_made)  # Variables of one object are listed as they were made
        self._trainable = self.begins_trainable = bool(trainable)
        self.autocast, self.aggregation, self.synchronization = autocast, aggregation, synchronization
        self.overwrite_with_gradient = False  # whether optimizers take its gradient for its new value
        self._regularizer = self._constraint = None
        self._reading: Any = None
        self._initializer: Callable[..., Any] | None = None
        self.held: Any = None  # the buffer: NumPy's or an engine's, None if it is still to be drawn
        self.lent = False  # whether somebody outside may hold the buffer, so that it cannot be given away
        if isinstance(initializer, str):
            initializer = tables()["keras.initializers"].get(initializer)
        if callable(initializer):
            if shape is None:
                raise ValueError(f"The Variable {self.path!r} needs a shape to draw its initial value.")
            self.shape = checked_shape(shape, self.path)
            self.dtype = dtypes.standardize(dtype)
            self._initializer = initializer
        else:
            array = np.array(initializer.value if isinstance(initializer, Variable) else initializer)
            if dtype is None:
                dtype = dtypes.floatx() if array.dtype.kind == "f" else jax.dtypes.canonicalize_dtype(array.dtype)
            self.dtype = dtypes.standardize(dtype)
            self.shape = array.shape
            self.held = array.astype(jnp.dtype(self.dtype))
        self.stored_shape, self.stored_dtype = self.shape, self.dtype

    # What is read

    @property
    def value(self) -> Any:
        """What is read: traced inside a compiled function, a concrete `jax.Array` outside."""
        value = self.stored
        if self._reading is not None:
            value = self._reading.read(value)
        cast = state.autocast.get()
        if cast and self.autocast and value.dtype != cast and dtypes.is_float(value.dtype):
            value = value.astype(cast)
        return value

    def assign(self, value: Any) -> Any:
        """Replace the value.

        Args:
            value: array of the same shape; its dtype is converted.

        Returns:
            What was assigned.

        Raises:
            ValueError: the shapes differ.
        """
        if isinstance(value, Variable):
            value = value.value
        self.store(value if self._reading is None else self._reading.store(value))
        return value

    def assign_add(self, value: Any) -> Any:
        """Add to the value."""
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract from the value."""
        return self.assign(self.value - value)

    def numpy(self) -> np.ndarray[Any, Any]:
        """A copy of the value as a NumPy array."""
        return np.array(self.value)

    # What is stored

    @property
    def stored(self) -> Any:
        """What is kept, of `stored_shape` and `stored_dtype`: traced inside a compiled function, concrete outside."""
        scope = state.active()
        return scope.read(self) if scope else self.materialize()

    def store(self, value: Any) -> None:
        """Replace what is kept.

        Args:
            value: array of the shape that is kept; its dtype is converted.

        Raises:
            ValueError: the shapes differ.
        """
        if not isinstance(value, jax.Array):
            value = np.asarray(value)
        if value.shape != self.stored_shape:
            given = f"a value of shape {value.shape} cannot be assigned"
            raise ValueError(f"The Variable {self.path!r} has shape {self.stored_shape}; {given}.")
        if value.dtype != self.stored_dtype:
            value = value.astype(jnp.dtype(self.stored_dtype))
        scope = state.active()
        if scope:
            scope.write(self, value)
        else:
            self.set(value)

    def set(self, value: Any) -> None:
        """Put a concrete array of the right shape and dtype in place."""
        if isinstance(value, jax.core.Tracer):
            raise RuntimeError(
                f"The Variable {self.path!r} was assigned inside a compiled function that does not know it. Keep it as "
                "an attribute of the layer, model, metric or optimizer that assigns it (self.total = "
                "cornu.Variable(...)), and make it in __init__ or build, not in call. In a jax.jit of your own call "
                "the layer with stateless_call."
            )
        if isinstance(value, np.ndarray):
            value = value.copy()  # the caller may go on to change theirs
        with lending.back(self):
            self.held, self.lent = value, True

    def materialize(self) -> Any:
        """`array`, for somebody who may keep it."""
        with lending.back(self):
            array, self.lent = self.array(), True
        return array

    def array(self) -> Any:
        """What is kept, as a concrete `jax.Array`; draws the initial value if there is none yet."""
        with lending.back(self):
            return self.held_by(engine.eager())

    def held_by(self, owner: engine.Engine) -> Any:
        """The buffer as one of an engine's, which keeps it from now on."""
        self.held = owner.own(self.drawn())
        return self.held

    def drawn(self) -> Any:
        """The buffer, by whomever it is held."""
        if self.held is None:
            assert self._initializer is not None
            shape = self.stored_shape
            with jax.ensure_compile_time_eval(), state.outside():
                drawn = self._initializer(shape, dtype=self.stored_dtype)
            own = getattr(self._initializer, "draws_anew", False)  # otherwise it may keep the array that it gave
            drawn = np.asarray(drawn).astype(jnp.dtype(self.stored_dtype), copy=not own)
            if drawn.shape != shape:
                raise ValueError(f"The initializer of {self.path!r} drew shape {drawn.shape}; expected {shape}.")
            self.held = drawn
        return self.held

    def spec(self) -> jax.ShapeDtypeStruct:
        """Shape and dtype of what is kept."""
        return dtypes.spec(self.stored_shape, self.stored_dtype)

    def keep(self, buffer: Any) -> None:
        """Put what a program returned in place; nobody else holds it."""
        self.held, self.lent = buffer, False

    # What programs are made from

    trainable = _Fact(bool)  # whether training changes it
    regularizer = _Fact()  # function of the value whose result is added to the loss, or None
    constraint = _Fact()  # function applied to the value after each update, or None

    @property
    def reading(self) -> Any:
        """The `Reading` between what is stored and what is read, or None."""
        return self._reading

    @reading.setter
    def reading(self, value: Any) -> None:
        self._reading = value
        self.shape = self.stored_shape if value is None else value.shape
        self.dtype = self.stored_dtype if value is None else value.dtype
        facts.changed()

    def facts(self) -> tuple[Any, ...]:
        """What a program that knows the Variable was made from."""
        return self.trainable, self.autocast, self.regularizer, self.constraint, self.reading, self.stored_dtype

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self.value, dtype=dtype)

    def __jax_array__(self) -> Any:
        return self.value

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __reduce__(self) -> Any:
        stored, others = np.array(self.stored), (self.autocast, self.aggregation, self.synchronization, self.name)
        kept = ("path", "trainable", "regularizer", "constraint", "reading", "overwrite_with_gradient")
        made = (stored, None, stored.dtype, self.begins_trainable, *others)
        return Variable, made, (None, {name: getattr(self, name) for name in kept})

    def __repr__(self) -> str:
        shown = f"path={self.path}, shape={self.shape}, dtype={self.dtype}"
        value = self.value
        return f"<Variable {shown}>" if isinstance(value, jax.core.Tracer) else f"<Variable {shown}, value={value}>"


def by_path(variables: Iterable[Variable]) -> dict[str, Variable]:
    """Variables by their paths, which are numbered where several have one: `path`, `path_1`, ..."""
    found: dict[str, Variable] = {}
    for variable in variables:
        path, count = variable.path, 1
        while path in found:
            path, count = f"{variable.path}_{count}", count + 1
        found[path] = variable
    return found


def checked_shape(shape: Any, owner: str) -> tuple[int, ...]:
    """A tuple of known, non-negative sizes, or an error that names the owner."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in shape:
        if not isinstance(size, int | np.integer) or size < 0:
            raise ValueError(
                f"{owner!r} needs known sizes, but got {shape}. Give all but the batch in Input(shape=...)."
            )
    return tuple(int(size) for size in shape)
