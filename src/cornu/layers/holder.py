"""Holder: what has weights. They are found, frozen, read and replaced here; `Layer` adds the call."""

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import regularizers
from ..core import dtypes, lending, names, parts, state
from ..core.arguments import explained
from ..core.config import Configurable
from ..core.holders import is_library
from ..core.lookup import tables
from ..core.parts import Part
from ..core.reading import Reading
from ..core.types import ArrayLike, ConstraintLike, DTypeLike, InitializerLike, RegularizerLike, ShapeLike
from ..core.variable import Variable, checked_shape

_ROLES = ("_regularizer", "_constraint")


class Holder(Configurable, Part):
    """An object with weights: those it made, and those of the layers that it keeps as attributes."""

    __slots__ = ("_path",)
    name: str
    built: bool = False
    _trainable: bool
    _no_facts = frozenset({"built", "input_spec"})

    def _set(self, name: str, value: Any) -> None:
        """Set an attribute; `kernel_regularizer` and its kin reach a weight that was made before."""
        super()._set(name, value)
        if self.built and name.endswith(_ROLES) and name in type(self)._arguments:
            weight, _, role = name.rpartition("_")
            for variable in (v for v in self.weights if v.name == weight):
                setattr(variable, role, tables()[f"keras.{role}s"].get(value))

    if not TYPE_CHECKING:  # as in `Watched`
        __setattr__ = _set

    @explained
    def add_weight(
        self,
        shape: ShapeLike | None = None,
        initializer: InitializerLike = None,
        dtype: DTypeLike = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: RegularizerLike = None,
        constraint: ConstraintLike = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a weight.

        A weight called `kernel` takes `self.kernel_initializer`, `self.kernel_regularizer` and
        `self.kernel_constraint` where the layer has them and the call names none; one called `recurrent_kernel` also
        `self.recurrent_initializer` and so on.

        Args:
            shape: tuple of sizes; `()` by default.
            initializer: name, function or array; Glorot uniform for floats and zeros for integers by default.
            dtype: dtype it is kept in, by default that of the layer's policy.
            trainable: whether training changes it.
            autocast: whether it is read in the computation's dtype.
            regularizer: function of the weight whose value is added to the loss.
            constraint: function applied to the weight after each update.
            aggregation: accepted for compatibility.
            overwrite_with_gradient: whether an optimizer takes its gradient for its new value.
            name: its name within the layer.
        """
        if state.computes():
            raise ValueError(
                f"Layer {self.name!r} makes a weight in each call(), which could never be trained. Make weights and "
                "layers in __init__() or build(), as attributes (self.dense = Dense(1)), and use them in call()."
            )
        short = str(name).removesuffix("_kernel")
        roles = ("initializer", "regularizer", "constraint")
        own = {k: getattr(self, f"{name}_{k}", getattr(self, f"{short}_{k}", None)) for k in roles}
        dtype = dtypes.standardize(dtype or self.variable_dtype)
        if initializer is None:
            initializer = own["initializer"] or ("glorot_uniform" if dtypes.is_float(dtype) else "zeros")
        if not hasattr(initializer, "shape"):
            initializer = tables()["keras.initializers"].get(initializer)
            shape = checked_shape(() if shape is None else shape, self.name)
        with self._named():
            variable = Variable(initializer, shape, dtype, trainable, autocast, aggregation, name=name)
        variable.trainable = trainable and self._trainable
        variable.overwrite_with_gradient = overwrite_with_gradient
        variable.regularizer = regularizers.get(regularizer) or own["regularizer"]
        variable.constraint = tables()["keras.constraints"].get(constraint) or own["constraint"]
        self._made.append(weakref.ref(variable))
        return variable

    add_variable = add_weight

    def _named(self) -> Any:
        """A `with` block in which Variables have the layer's name in their path, once."""
        if not hasattr(self, "_path"):
            object.__setattr__(self, "_path", names.path_of(self.name))
        return names.name_scope(self.name, self)

    @property
    def path(self) -> str:
        """Its name, behind those of the layers that it is in."""
        return getattr(self, "_path", None) or names.path_of(self.name)

    @property
    def variable_dtype(self) -> str:
        """Dtype of the weights."""
        return dtypes.floatx()

    # Which weights there are

    @property
    def weights(self) -> list[Variable]:
        """All weights, those of inner layers included: of each layer those made to be trained come first."""
        holders = [part for _, part in parts.walk(self, into=_holds) if _holds(part)]
        return list({id(v): v for owner in holders for v in own_variables(owner)}.values())

    def _sublayers(self) -> list[Any]:
        """The layers that it holds itself."""
        return [part for _, part in parts.parts(self) if isinstance(part, Holder)]

    @property
    def variables(self) -> list[Variable]:
        """All Variables: weights, states of random streams, and metrics."""
        return [part for _, part in parts.walk(self) if isinstance(part, Variable)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes; none of a layer with `trainable=False`."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self._trainable else self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """Same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """All Variables that training by gradient leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trained]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights. Setting it sets it for every weight and layer inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for _, part in parts.parts(self):
            if isinstance(part, Variable):
                for variable in (part, *(parts.all_variables(part.reading) if part.reading is not None else ())):
                    variable.trainable = bool(value) and variable.begins_trainable
            elif isinstance(part, Holder):
                part.trainable = value

    # Their values

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Copies of all weights, as they are kept, in the order of `weights`."""
        return lending.copies(self.weights)

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Replace all weights.

        Args:
            weights: list of arrays in the order and shapes of `get_weights`.

        Raises:
            ValueError: another number of arrays, or another shape; then no weight has changed.
        """
        own = self.weights
        if len(own) != len(weights):
            hint = "" if own or not weights else " It has none yet: build it first by calling it on data."
            raise ValueError(f"Layer {self.name!r} has {len(own)} weights, but {len(weights)} arrays were given.{hint}")
        arrays = [np.asarray(w) for w in weights]
        for variable, array in zip(own, arrays, strict=True):
            if variable.stored_shape != array.shape:
                raise ValueError(
                    f"Weight {variable.path!r} has shape {variable.stored_shape}, but the array given has "
                    f"{array.shape}. The arrays must come from a layer of the same architecture."
                )
        lending.store(own, arrays)

    def count_params(self) -> int:
        """Number of elements of all weights."""
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights to count yet: call it on data, or begin with Input(shape=...)."
            )
        return sum(v.size for v in self.weights)

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Put the Variables of the layer itself into what a file keeps of it. A subclass may write others.

        Args:
            store: dictionary to fill: names to Variables or arrays.
        """
        store.update({str(index): variable for index, variable in enumerate(own_variables(self))})

    def load_own_variables(self, store: dict[str, Any]) -> None:
        """Take the Variables of the layer itself from what a file keeps of it.

        Args:
            store: what `save_own_variables` filled.

        Raises:
            ValueError: it holds another number of arrays.
        """
        own = own_variables(self)
        if len(store) != len(own):
            raise ValueError(f"Layer {self.name!r} has {len(own)} Variables of its own, the file {len(store)} arrays.")
        for index, variable in enumerate(own):
            variable.assign(store[str(index)])


def saves_itself(owner: Any) -> bool:
    """Whether a class writes or reads its own part of a file."""
    named = ("save_own_variables", "load_own_variables")
    return any(hasattr(type(owner), name) and not is_library(getattr(type(owner), name)) for name in named)


def own_variables(owner: Any) -> list[Variable]:
    """The Variables of a layer itself, not of layers in it: those made to be trained come first."""
    own = [part for _, part in parts.parts(owner) if isinstance(part, Variable)]
    return sorted(own, key=lambda variable: not variable.begins_trainable)


def _holds(part: Any) -> bool:
    return isinstance(part, Holder | Reading)
