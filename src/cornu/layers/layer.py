"""Layer: weights, and a function of them; what all layers have in common."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from .. import regularizers
from ..core import codec, dtypes, names, state, symbolic, tracking
from ..core.config import Configurable
from ..core.lookup import Table, nearest, tables
from ..core.masks import set_mask
from ..core.spec import InputSpec
from ..core.variable import Variable, checked_shape
from . import calling

_BASE_ARGUMENTS = ("name", "trainable", "dtype", "activity_regularizer", "autocast")
_FIRST_LAYER = ("input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size")


class Layer(Configurable, tracking.Tracked):
    """The base of all layers.

    A layer of your own has up to three methods: `__init__` takes the arguments, `build(input_shape)` makes
    the weights once the shape of the input is known, `call(x)` computes. Weights, layers and metrics that it
    keeps as attributes are found by themselves, in lists and dictionaries too.

    Args:
        activity_regularizer: function of the output whose value is added to the loss.
        trainable: whether training changes the weights.
        dtype: dtype or `DTypePolicy` of weights and computation.
        autocast: whether float inputs are cast to the computation's dtype.
        name: unique name; made from the class's name by default.
        **kwargs: on the first layer of a Sequential model `input_shape`, `input_dim`, `input_length`,
            `batch_size` or `batch_input_shape`; on any layer `weights`, a list of initial arrays.

    Raises:
        TypeError: an unknown argument.

    Example:
        >>> import cornu
        >>> class Scale(cornu.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
        ...     def call(self, x):
        ...         return x * self.factor
        >>> Scale()([[1.0, 2.0]]).shape
        (1, 2)
    """

    supports_masking = False
    input_spec: Any = None
    built = False
    _naming = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _built_once(cls.__dict__["build"])  # type: ignore[method-assign]

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.name = names.checked_name(name or names.unique_name(type(self).__name__), "layer")
        self.trainable = bool(trainable)
        self.dtype_policy = dtypes.get_policy(dtype)
        self.autocast = autocast
        if activity_regularizer is not None or not hasattr(self, "activity_regularizer"):
            self.activity_regularizer = regularizers.get(activity_regularizer)
        self.batch_input_shape = first_shape({key: kwargs.pop(key) for key in _FIRST_LAYER if key in kwargs})
        self._initial_weights = kwargs.pop("weights", None)
        self._nodes: list[symbolic.Node] = []
        self._added: list[Any] = []
        if kwargs:
            known = [*calling.parameters(type(self).__init__), *_BASE_ARGUMENTS, *_FIRST_LAYER, "weights"]
            wrong = next(iter(kwargs))
            hint = nearest(wrong, [k for k in known if k != "kwargs"])
            raise TypeError(f"{type(self).__name__} has no argument {wrong!r}. {hint}")

    # What a layer of your own writes

    def build(self, *input_shape: Any) -> None:
        """Make the weights for inputs of the given shape, the batch included. A layer without any needs none."""
        self.built = True

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for, as plain data; None if they are not known.

        A file holds them, so that a model can be made again that only knows its weights once it has seen data. A
        layer that makes weights in a way of its own overrides this and `build_from_config`.

        Returns:
            `{"input_shape": shape}`, or `{"shapes_dict": {"x_shape": shape, ...}}` for a `build` of several shapes.

        Example:
            >>> import cornu
            >>> layer = cornu.layers.Dense(2)
            >>> y = layer(cornu.Input((3,)))
            >>> layer.get_build_config()
            {'input_shape': (None, 3)}
        """
        shapes = vars(self).get("_built_for")
        if shapes is None and self._nodes:
            args, kwargs = self._nodes[0].args, self._nodes[0].kwargs
            taken = zip(calling.parameters(self.call), args, strict=False)
            shapes = {f"{name}_shape": calling.shapes_of(value) for name, value in (*taken, *kwargs.items())}
            wanted = [name for name in calling.parameters(type(self).build) if name != "kwargs"]
            wanted = wanted if len(wanted) > 1 else list(shapes)[:1]
            shapes = {name: shapes.get(name) for name in wanted}
        shapes = {name: shape for name, shape in (shapes or {}).items() if shape is not None}
        if not shapes:
            return None
        return {"shapes_dict": shapes} if len(shapes) > 1 else {"input_shape": next(iter(shapes.values()))}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the weights for the shapes that `get_build_config` gave.

        Args:
            config: `input_shape`, or `shapes_dict` by the names of the parameters of `build`.

        Example:
            >>> import cornu
            >>> layer = cornu.layers.Dense(2)
            >>> layer.build_from_config({"input_shape": [None, 3]})
            >>> layer.count_params()
            8
        """

        def shapes(value: Any) -> Any:
            """Shapes as tuples, which JSON has made lists of."""
            if isinstance(value, dict):
                return {key: shapes(item) for key, item in value.items()}
            nested = any(isinstance(item, list | tuple | dict) for item in value)
            return [shapes(item) for item in value] if nested else tuple(value)

        if "input_shape" in config:
            self.build(shapes(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**shapes(config["shapes_dict"]))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs. Every layer writes its own."""
        raise NotImplementedError(
            f"The layer class {type(self).__name__} has no call() method. Write `def call(self, x): return ...`."
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the outputs: here that of the inputs, where the layer supports masking."""
        return previous_mask

    # Weights

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        name: str | None = None,
    ) -> Variable:
        """Make a weight.

        A weight called `kernel` takes `self.kernel_initializer`, `self.kernel_regularizer` and
        `self.kernel_constraint` where the layer has them and the call names none.

        Args:
            shape: tuple of sizes; `()` by default.
            initializer: name or function; Glorot uniform for floats and zeros for integers by default.
            dtype: dtype it is kept in, by default that of the layer's policy.
            trainable: whether training changes it.
            autocast: whether it is read in the computation's dtype.
            regularizer: function of the weight whose value is added to the loss.
            constraint: function applied to the weight after each update.
            aggregation: accepted for compatibility.
            name: its name within the layer.
        """
        if isinstance(shape, str):  # Keras 2 took the name first
            shape, name, initializer = initializer, shape, dtype if callable(dtype) else None
            dtype = None
        own = {k: getattr(self, f"{name}_{k}", None) for k in ("initializer", "regularizer", "constraint")}
        dtype = dtypes.standardize(dtype or self.dtype_policy.variable_dtype)
        default = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
        with self._named():
            variable = Variable(
                tables()["keras.initializers"].get(initializer or own["initializer"] or default),
                shape=checked_shape(() if shape is None else shape, self.name),
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer) or own["regularizer"]
        variable.constraint = tables()["keras.constraints"].get(constraint) or own["constraint"]
        vars(self).setdefault("_own_weights", []).append(variable)
        return variable

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        """Variables made inside the `with` block have the layer's name in their path, once."""
        if self._naming:
            yield
            return
        self._naming = True
        try:
            with names.name_scope(self.name):
                yield
        finally:
            self._naming = False

    def _sublayers(self) -> list["Layer"]:
        return [p for p in tracking.parts(self) if isinstance(p, Layer)]

    def _weights(self, trained: bool) -> list[Variable]:
        """Own weights and then those of the layers inside, without seeds and metrics, each once."""
        found: dict[int, Variable] = {}
        seen: set[int] = set()

        def visit(layer: Layer) -> None:
            if id(layer) in seen or (trained and not layer.trainable):
                return
            seen.add(id(layer))
            own = [part for part in tracking.parts(layer) if isinstance(part, Variable)]
            found.update({id(v): v for v in own if v.trainable})
            if not trained:
                found.update({id(v): v for v in own if not v.trainable})
            for inner in layer._sublayers():
                visit(inner)

        visit(self)
        return list(found.values())

    @property
    def weights(self) -> list[Variable]:
        """All weights, those of inner layers included."""
        return self._weights(trained=False)

    @property
    def variables(self) -> list[Variable]:
        """All Variables: weights, states of random streams, and metrics."""
        return tracking.all_variables(self)

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes; none of a layer with `trainable=False`."""
        return self._weights(trained=True)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trained]

    @property
    def trainable_variables(self) -> list[Variable]:
        """Same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """All Variables that training by gradient leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.variables if id(v) not in trained]

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Copies of all weights, in the order of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Any) -> None:
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
            if variable.shape != array.shape:
                raise ValueError(
                    f"Weight {variable.path!r} has shape {variable.shape}, but the array given has {array.shape}. "
                    "The arrays must come from a layer of the same architecture."
                )
        for variable, array in zip(own, arrays, strict=True):
            variable.assign(array)

    def count_params(self) -> int:
        """Number of elements of all weights."""
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights to count before it is built. Call it on data, or give the model "
                "an Input(shape=...) first."
            )
        return sum(v.size for v in self.weights)

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call on arrays, or on symbolic tensors to make a model; the weights are made on the first call."""
        if "_nodes" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() before the layer is used."
            )
        policy = self.dtype_policy
        cast = policy.compute_dtype if self.autocast else None
        args = tuple(calling.to_arrays(a, cast) for a in args)
        kwargs = {k: calling.to_arrays(v, cast) for k, v in kwargs.items()}
        inputs = args[0] if args else next(iter(kwargs.values()), None)
        self._check(inputs)
        if not self.built:
            self._build(args, kwargs)
        if symbolic.is_symbolic(args) or symbolic.is_symbolic(kwargs):
            outputs = symbolic.infer(self._run, args, kwargs)
            self._nodes.append(symbolic.Node(self, args, kwargs, outputs))
            return outputs
        return self._run(*args, **kwargs)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        """Call on arrays: settle mode and masks, compute, and pass the mask on."""
        outer = calling.current()
        inputs = args[0] if args else next(iter(kwargs.values()), None)
        masks = calling.masks_of(inputs)
        known = calling.parameters(self.call)
        training = kwargs.get("training")
        if training is None:
            training = outer.training if outer is not None else None
            if "training" not in known:
                kwargs.pop("training", None)
            elif training is None:
                default = known["training"].default
                training = default if isinstance(default, bool) else False
        if "training" in known:
            kwargs["training"] = training
        if "mask" in known:
            if kwargs.get("mask") is not None:
                masks = kwargs["mask"]
            elif calling.any_mask(masks):
                kwargs["mask"] = masks
        context = calling.CallContext(training, outer.losses if outer is not None else [])
        dtype = self.dtype_policy.compute_dtype
        try:
            with calling.calling(context), state.autocast(dtype if self.autocast else None), self._named():
                outputs = self.call(*args, **kwargs)
                if self.activity_regularizer is not None:
                    for output in jax.tree.leaves(outputs):
                        self.add_loss(self.activity_regularizer(output) / max(output.shape[0] if output.ndim else 1, 1))
        except (TypeError, ValueError, IndexError) as error:
            explained = calling.explain(error, self.name, inputs)
            if explained is error:
                raise
            raise explained from None
        if outer is None:
            self._added = [] if _traced(context.losses) else context.losses
        if self.supports_masking and calling.any_mask(masks):
            self._attach(outputs, self.compute_mask(inputs, masks))
        return outputs

    def _attach(self, outputs: Any, masks: Any) -> None:
        leaves = jax.tree.leaves(outputs)
        if masks is None or not leaves:
            return
        many = list(masks) if isinstance(masks, list | tuple) else [masks]
        for output, mask in zip(leaves, many, strict=False):
            set_mask(output, mask)

    def _check(self, inputs: Any) -> None:
        specs = self.input_spec
        if specs is None:
            return
        arrays = [leaf for leaf in jax.tree.leaves(inputs) if hasattr(leaf, "shape")]
        specs = specs if isinstance(specs, list | tuple) else [specs]
        if len(specs) != len(arrays):
            raise ValueError(f"Layer {self.name!r} expected {len(specs)} input(s), but received {len(arrays)}.")
        for spec, array in zip(specs, arrays, strict=True):
            if isinstance(spec, InputSpec):
                spec.check(tuple(array.shape), self.name)

    def _build(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Call `build` with the shapes of the arguments that it asks for."""
        wanted = [n for n in calling.parameters(type(self).build) if n != "kwargs"]
        shapes = [calling.shapes_of(a) for a in args]
        if len(wanted) > 1:
            taken = list(calling.parameters(self.call))
            named = {f"{taken[i]}_shape": shape for i, shape in enumerate(shapes) if i < len(taken)}
            named.update({f"{key}_shape": calling.shapes_of(value) for key, value in kwargs.items()})
            self.build(**{name: named.get(name) for name in wanted})
        else:
            self.build(shapes[0] if shapes else calling.shapes_of(next(iter(kwargs.values()), None)))
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    # Losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar to the loss of the model that this layer is called in.

        Args:
            loss: a scalar, or a tree of scalars, computed in `call`.
        """
        context = calling.current()
        for value in jax.tree.leaves(loss):
            (self._added if context is None else context.losses).append(jnp.mean(value))

    @property
    def losses(self) -> list[Any]:
        """Values of the regularizers of all weights, and what the last call added."""
        return [*self.regularization(), *self._added]

    def regularization(self) -> list[Any]:
        """The value of every weight's regularizer, for weights that are trained."""
        return [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer is not None]

    # Shapes and the graph

    def compute_output_shape(self, *input_shape: Any, **kwargs: Any) -> Any:
        """The shape of the output for inputs of the given shape, by tracing `call`."""
        outputs = self.compute_output_spec(
            *[symbolic_like(s, self.dtype_policy.compute_dtype) for s in input_shape], **kwargs
        )
        return jax.tree.map(lambda t: t.shape, outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, recorded nowhere."""
        if not self.built:
            self._build(args, kwargs)
        return symbolic.infer(self._run, args, kwargs)

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's only call."""
        inputs = self._only_node().inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's only call."""
        return self._only_node().outputs

    @property
    def input_shape(self) -> Any:
        """Shape of `input`."""
        return calling.shapes_of(self.input)

    @property
    def output_shape(self) -> Any:
        """Shape of `output`."""
        return calling.shapes_of(self.output)

    def _only_node(self) -> symbolic.Node:
        if len(self._nodes) != 1:
            many = f"has been called {len(self._nodes)} times, so it has no single one. Use get_output_at(i)."
            none = "is not part of a model that knows its input shape."
            raise AttributeError(f"Input and output of layer {self.name!r}: it {many if self._nodes else none}")
        return self._nodes[0]

    def get_input_at(self, node_index: int) -> Any:
        """The symbolic input of the layer's call number `node_index`."""
        inputs = self._nodes[node_index].inputs
        return inputs[0] if len(inputs) == 1 else inputs

    def get_output_at(self, node_index: int) -> Any:
        """The symbolic output of the layer's call number `node_index`."""
        return self._nodes[node_index].outputs

    # Dtypes and configuration

    @property
    def dtype(self) -> str:
        """Dtype of the weights."""
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """Dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the weights."""
        return self.dtype_policy.variable_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        known = calling.parameters(type(self).__init__)  # `input_dim` is an argument of Embedding itself
        left = {*_BASE_ARGUMENTS, *(k for k in (*_FIRST_LAYER, "weights") if k not in known)}
        own = {k: v for k, v in self.captured().items() if k not in left}
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        config["dtype"] = {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": self.dtype_policy.get_config(),
            "registered_name": None,
        }
        if self.activity_regularizer is not None or "activity_regularizer" in known:
            own["activity_regularizer"] = self.activity_regularizer
        config.update({name: codec.encode(value) for name, value in own.items()})
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make a layer from what `get_config` gave."""
        known = calling.parameters(cls.__init__)
        takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
        values = {name: codec.decode_value(value) if name != "dtype" else value for name, value in config.items()}
        later = {} if takes_any else {n: values.pop(n) for n in _BASE_ARGUMENTS if n in values and n not in known}
        layer = cls(**values)
        for name, value in later.items():
            if name == "dtype":
                layer.dtype_policy = dtypes.get_policy(value)
            else:
                setattr(layer, name, value)
        return layer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


layers = Table("layer", "keras.layers", Layer)


def first_shape(given: dict[str, Any]) -> tuple[int | None, ...] | None:
    """The batch shape that the arguments of a first layer describe, or None.

    Args:
        given: those of `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`, `input_length` and
            `batch_size` that were passed.
    """
    shape = given.get("batch_input_shape", given.get("batch_shape"))
    if shape is not None:
        return tuple(shape)
    shape = given.get("input_shape")
    if shape is None and given.get("input_dim") is not None:
        shape = (given["input_dim"],)
        if "input_length" in given:
            shape = (given["input_length"], *shape)
    if shape is None:
        return None
    return (given.get("batch_size"), *((shape,) if isinstance(shape, int) else tuple(shape)))


def _built_once(build: Callable[..., None]) -> Callable[..., None]:
    """`build` within the layer's name scope; afterwards the layer is built."""

    @functools.wraps(build)
    def wrapped(self: Layer, *args: Any, **kwargs: Any) -> None:
        with self._named(), jax.ensure_compile_time_eval():
            build(self, *args, **kwargs)
        self.built = True

    return wrapped


def _traced(values: list[Any]) -> bool:
    return any(isinstance(v, jax.core.Tracer) for v in values)


def symbolic_like(shape: Any, dtype: str) -> Any:
    """KerasTensors for a shape, or for a list or dictionary of shapes."""
    if isinstance(shape, dict):
        return {key: symbolic_like(s, dtype) for key, s in shape.items()}
    if isinstance(shape, list | tuple) and shape and isinstance(shape[0], list | tuple):
        return [symbolic_like(s, dtype) for s in shape]
    return symbolic.KerasTensor(tuple(shape), dtype)
