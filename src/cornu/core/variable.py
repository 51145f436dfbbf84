"""Variable: a named array that a layer, metric or optimizer reads and assigns."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from . import dtypes, names, state
from .lookup import tables
from .operators import Operators


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
        >>> v.assign(v + 1)
        >>> v.numpy()
        array([2., 3.], dtype=float32)
    """

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
        self.trainable, self.autocast = trainable, autocast
        self.aggregation, self.synchronization = aggregation, synchronization
        self.regularizer: Callable[[Any], Any] | None = None
        self.constraint: Callable[[Any], Any] | None = None
        self._buffer: Any = None
        self._lent = False  # whether somebody outside may hold the buffer, so that it cannot be given away
        self._initializer: Callable[..., Any] | None = None
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
            self._buffer = array.astype(jnp.dtype(self.dtype))

    @property
    def value(self) -> Any:
        """The array: traced inside a compiled function, a concrete `jax.Array` outside."""
        scope = state.active()
        value = scope.read(self) if scope else self.materialize()
        cast = state.autocast_dtype()
        if cast and self.autocast and value.dtype != cast and dtypes.is_float(value.dtype):
            value = value.astype(cast)
        return value

    def assign(self, value: Any) -> None:
        """Replace the value.

        Args:
            value: array of the same shape; its dtype is converted.

        Raises:
            ValueError: the shapes differ.
        """
        if isinstance(value, Variable):
            value = value.value
        if not isinstance(value, jax.Array):
            value = np.asarray(value)
        if value.shape != self.shape:
            raise ValueError(
                f"The Variable {self.path!r} has shape {self.shape}; a value of shape {value.shape} cannot be assigned."
            )
        if value.dtype != self.dtype:
            value = value.astype(jnp.dtype(self.dtype))
        scope = state.active()
        if scope:
            scope.write(self, value)
        else:
            self.set(value)

    def assign_add(self, value: Any) -> None:
        """Add to the value."""
        self.assign(self.value + value)

    def assign_sub(self, value: Any) -> None:
        """Subtract from the value."""
        self.assign(self.value - value)

    def set(self, value: Any) -> None:
        """Put a concrete array of the right shape and dtype in place."""
        if isinstance(value, np.ndarray):
            value = value.copy()  # the caller may go on to change theirs
        self._buffer, self._lent = value, True

    def materialize(self) -> Any:
        """`array`, for somebody who may keep it."""
        self._lent = True
        return self.array()

    def array(self) -> Any:
        """The concrete value as a `jax.Array`; draws the initial value if there is none yet."""
        if not isinstance(self._buffer, jax.Array):
            with jax.ensure_compile_time_eval():
                self._buffer = jnp.array(np.asarray(self.buffer()))  # a copy: the program may keep the other
        return self._buffer

    def buffer(self) -> Any:
        """The concrete value as it is held, by NumPy or by an engine."""
        if self._buffer is None:
            assert self._initializer is not None
            with jax.ensure_compile_time_eval():
                drawn = self._initializer(self.shape, dtype=self.dtype)
            own = getattr(self._initializer, "draws_anew", False)  # otherwise it may keep the array that it gave
            self._buffer = np.asarray(drawn).astype(jnp.dtype(self.dtype), copy=not own)
            if self._buffer.shape != self.shape:
                raise ValueError(
                    f"The initializer of {self.path!r} drew shape {self._buffer.shape}; expected {self.shape}."
                )
        return self._buffer

    def spec(self) -> jax.ShapeDtypeStruct:
        """Shape and dtype."""
        return dtypes.spec(self.shape, self.dtype)

    def take(self) -> Any:
        """The concrete value for a program that may overwrite it; `give` must follow."""
        buffer = self.buffer()
        return buffer.copy() if self._lent and not isinstance(buffer, np.ndarray) else buffer

    def give(self, buffer: Any) -> None:
        """Put what a program returned in place; nobody else holds it."""
        self._buffer, self._lent = buffer, False

    def numpy(self) -> np.ndarray[Any, Any]:
        """A copy of the value as a NumPy array."""
        return np.array(self.value)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

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

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"


def checked_shape(shape: Any, owner: str) -> tuple[int, ...]:
    """A tuple of known, non-negative sizes, or an error that names the owner."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in shape:
        if not isinstance(size, int | np.integer) or size < 0:
            raise ValueError(
                f"{owner!r} needs a shape of known sizes, but got {shape}. Give the size of every axis except the "
                "batch in the model's Input(shape=...)."
            )
    return tuple(int(size) for size in shape)
