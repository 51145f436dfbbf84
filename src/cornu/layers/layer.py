"""Layer: weights, and a function of them; what all layers have in common."""

import functools
import inspect
import json
import threading
import types
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, NoReturn, Self

import jax
import jax.numpy as jnp
import numpy as np

from .. import regularizers
from ..core import attached, codec, dtypes, facts, holders, lookup, names, parts, rows, session, state, symbolic
from ..core.arguments import explained
from ..core.lookup import Table
from ..core.operation import Operation
from ..core.spec import InputSpec, checked_sizes
from ..core.types import ArrayLike, DTypeLike, RegularizerLike, ShapeLike
from ..core.undo import undone_if_broken
from ..core.variable import Variable
from . import calling, remat
from .functional import functional, load_params
from .options import OF_ALL, Options
from .shown import layer_html

__all__ = ["Layer"]

_building = threading.RLock()  # one thread makes weights, the others wait and find them


class Layer(Options):
    """The base of all layers.

    A layer of your own has up to three methods: `__init__` takes the arguments, `build(input_shape)` makes
    the weights once the shape of the input is known, `call(inputs)` computes. Weights, layers and metrics that it
    keeps as attributes are found by themselves, in lists and dictionaries too.

    A class that says `on_host = True` computes with NumPy, text included, and is never traced. In a functional or
    Sequential model such layers come first: `fit`, `evaluate` and `predict` run them on all samples before the device
    begins. They write `compute_output_spec(inputs)`, since no tracing can find it.

    Args:
        activity_regularizer: function of the output whose value is added to the loss.
        trainable: whether training changes the weights.
        dtype: dtype or `DTypePolicy` of weights and computation.
        autocast: whether float inputs are cast to the computation's dtype.
        name: unique name; made from the class's name by default.
        input_shape: on the first layer of a Sequential model the shape of a sample.
        batch_input_shape: the same with the size of the batch in front.
        batch_shape: the same as `batch_input_shape`.
        input_dim: number of features, in place of `input_shape`.
        input_length: number of steps, beside `input_dim`.
        batch_size: size of the batch, beside `input_shape`.
        weights: initial values of the weights, arrays in the order of `get_weights`.

    Raises:
        TypeError: an unknown argument.

    Example:
        >>> import cornu
        >>> class Scale(cornu.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()([[1.0, 2.0]]).shape
        (1, 2)
    """

    __slots__ = ("_added", "_built_for", "_initial_weights", "_nodes", "_remat")
    _added: list[Any]
    _initial_weights: Sequence[ArrayLike] | None
    _nodes: list[symbolic.Node]
    _remat: remat.Mode | None
    supports_masking = False
    on_host = False  # whether `call` takes and gives NumPy arrays, and is never traced
    input_spec: Any = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls.build, "_once"):  # of the class itself, or of a mixin beside
            cls.build = _built_once(cls.build)  # type: ignore[method-assign]
        if holders.is_library(cls) and not hasattr(cls.__init__, "_of_fields"):  # a constructor written by hand
            named = dict(inspect.signature(cls.__init__).parameters)
            if named.pop("options", None):  # `help` shows what they are
                others = [p for n, p in calling.parameters(Layer.__init__).items() if n not in named]
                shown = [p.replace(annotation=p.empty) for p in (*named.values(), *others)]
                cls.__init__.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]

    @explained
    def __init__(
        self,
        *,
        activity_regularizer: RegularizerLike = None,
        trainable: bool = True,
        dtype: DTypeLike = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: ShapeLike | int | None = None,
        batch_input_shape: ShapeLike | None = None,
        batch_shape: ShapeLike | None = None,
        input_dim: int | None = None,
        input_length: int | None = None,
        batch_size: int | None = None,
        weights: Sequence[ArrayLike] | None = None,
    ) -> None:
        self._keep("_nodes", [])
        self._keep("_added", [])
        self._keep("_initial_weights", weights)
        self._keep("_remat", remat.current())
        self.name = names.checked_name(name or names.unique_name(type(self).__name__), "layer")
        if not isinstance(trainable, bool | np.bool_ | int):
            raise TypeError(
                f"{type(self).__name__}: trainable is a bool, not {trainable!r}. Several layers: Sequential([a, b])."
            )
        self._trainable = bool(trainable)
        self.dtype_policy = dtype
        self.autocast = autocast
        if activity_regularizer is not None or not hasattr(self, "activity_regularizer"):
            self.activity_regularizer = regularizers.get(activity_regularizer)
        shape = batch_shape if batch_input_shape is None else batch_input_shape
        if input_shape is None and input_dim is not None:
            input_shape = (input_dim,) if input_length is None else (input_length, input_dim)
        if shape is None and input_shape is not None:
            shape = (batch_size, *((input_shape,) if isinstance(input_shape, int) else input_shape))
        self.batch_input_shape = None if shape is None else checked_sizes(shape)

    def _keep(self, slot: str, value: Any) -> None:
        """Set what no program is made from."""
        object.__setattr__(self, slot, value)

    def _casts_inputs(self) -> bool:
        """Whether float inputs are cast to the computation's dtype; a graph casts to the dtypes of its inputs."""
        return True

    # What a layer of your own writes

    def build(self, *input_shape: Any, **kwargs: Any) -> None:
        """Make the weights for inputs of the given shape, the batch included. A layer without any needs none."""
        if input_shape:
            self._keep("_built_for", {"input_shape": input_shape[0]})
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs. Every layer writes its own."""
        raise NotImplementedError(
            f"The layer class {type(self).__name__} has no call() method. Write `def call(self, inputs): return ...`."
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the outputs: here that of the inputs, where the layer supports masking."""
        return previous_mask

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call on arrays, or on symbolic tensors to make a model; the weights are made on the first call."""
        symbolic.refuse_unmade(self)
        args, kwargs = self._converted(args, kwargs)
        given = calling.named(self.call, args, kwargs)
        self._check(next(iter(given.values()), None))
        if not self.built:
            self._build(given)
        if symbolic.is_symbolic(args) or symbolic.is_symbolic(kwargs):
            outputs = self.compute_output_spec(*args, **kwargs)
            self._nodes.append(symbolic.Node(self, args, kwargs, outputs))
            return outputs
        return self._run(*args, **kwargs)

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The call as a pure function, for transforms of JAX of your own.

        Args:
            trainable_variables: values in the order of `self.trainable_variables`.
            non_trainable_variables: values in the order of `self.non_trainable_variables`.
            *args: what the layer is called with.
            return_losses: whether to give what regularizers and `add_loss` add.
            **kwargs: what the layer is called with.

        Returns:
            The outputs, and the values of `non_trainable_variables` after the call; and a list of losses if asked for.

        Raises:
            ValueError: the layer has no weights yet, or another number of values was given.

        Example:
            >>> import cornu, jax
            >>> layer = cornu.layers.Dense(1, use_bias=False)
            >>> layer.build((None, 2))
            >>> def loss(kernel):
            ...     y, _ = layer.stateless_call([kernel], [], cornu.ops.array([[1.0, 2.0]]))
            ...     return y.sum()
            >>> jax.grad(loss)(layer.kernel.value).tolist()
            [[1.0], [2.0]]
        """
        trained, others = self.trainable_variables, self.non_trainable_variables
        if not self.built or (len(trained), len(others)) != (len(trainable_variables), len(non_trainable_variables)):
            raise ValueError(
                f"stateless_call of {self.name!r} takes {len(trained)} trainable and {len(others)} other values, of a "
                f"layer that is built. Received {len(trainable_variables)} and {len(non_trainable_variables)}, "
                f"built={self.built}."
            )

        def run() -> Any:
            outer = calling.current()
            context = calling.CallContext(outer.training if outer is not None else None)
            with calling.calling(context if return_losses else outer):
                outputs = self(*args, **kwargs)
            return outputs, [*self.regularization(), *context.losses] if return_losses else None

        values = [*trainable_variables, *non_trainable_variables]
        (outputs, losses), new = state.pure(run, [*trained, *others])(values)
        return (outputs, new[len(trained) :], *([losses] if return_losses else []))

    def rematerialized_call(self, layer_call: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The call as the `RematScope` in which the layer was made says; a layer of your own may say otherwise.

        Args:
            layer_call: the call.
            *args: what it will be called with.
            **kwargs: likewise.
        """
        return layer_call if self._remat is None else remat.of_layer(self, self._remat, layer_call)

    functional = functional
    load_params = load_params

    def _converted(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call as arrays, of floats in the dtype of the computation."""
        if self.on_host:
            return calling.to_numpy(args, self.name), calling.to_numpy(kwargs, self.name)
        cast = self.compute_dtype if self.autocast and self._casts_inputs() else None
        return tuple(calling.to_arrays(a, cast) for a in args), calling.to_arrays(kwargs, cast)

    def _converted_run(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = self._converted(args, kwargs)
        return self._run(*args, **kwargs)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        """Call on arrays: settle mode and masks, compute, and pass the mask on."""
        outer, known = calling.current(), calling.parameters(self.call)
        given = calling.named(self.call, args, kwargs)
        inputs = next(iter(given.values()), None)
        training = calling.mode(given.get("training"), outer, known)
        kwargs = {k: v for k, v in kwargs.items() if k in known or k not in ("training", "mask")}
        if "training" in known and ("training" in kwargs or "training" not in given):
            kwargs["training"] = training
        masks = calling.add_masks(given, kwargs, known)
        context = calling.CallContext(training, outer.losses if outer is not None else [])
        dtype = self.compute_dtype
        try:
            with calling.calling(context), state.autocast(dtype if self.autocast else None), self._named():
                with facts.calling(True, self):
                    call = self.call if self._remat is None else self.rematerialized_call(self.call, *args, **kwargs)
                    outputs = call(*args, **kwargs)
                if self.activity_regularizer is not None:
                    for output in jax.tree.leaves(outputs):
                        self.add_loss(rows.total(self.activity_regularizer, output) / rows.count(output))
        except (TypeError, ValueError, IndexError) as error:
            explained = calling.explain(error, self.name, inputs)
            if explained is error:
                raise
            raise explained from session.cause(error)
        self.built = True
        if outer is None:
            traced = not calling.own_step.get() and any(isinstance(v, jax.core.Tracer) for v in context.losses)
            self._keep("_added", [] if traced else context.losses)
        says = holders.is_users(type(self).compute_mask)  # a layer of one's own may make masks from nothing
        if says or (self.supports_masking and jax.tree.leaves(masks)):
            outputs = self._attach(outputs, self.compute_mask(inputs, masks), inputs)
        return outputs

    def _attach(self, outputs: Any, masks: Any, inputs: Any) -> Any:
        leaves, tree = jax.tree.flatten(outputs)
        many = list(masks) if isinstance(masks, list | tuple) else [masks]
        pairs = zip_longest(leaves, many[: len(leaves)])
        passed = [leaf if mask is None else attached.masked(leaf, mask, inputs) for leaf, mask in pairs]
        return jax.tree.unflatten(tree, passed)

    def _check(self, inputs: Any) -> None:
        specs = self.input_spec
        if specs is None:
            return
        arrays = [leaf for leaf in jax.tree.leaves(inputs) if hasattr(leaf, "shape")]
        specs = specs if isinstance(specs, list | tuple) else [specs]
        if len(specs) != len(arrays):
            received = len(arrays) if arrays else "none" if inputs is None else f"{inputs!r}, which is no array"
            raise ValueError(
                f"Layer {self.name!r} expected {len(specs)} input(s), but received {received}. Call it on an array of "
                "shape (batch, ...), or on what Input(shape=...) gives."
            )
        for spec, array in zip(specs, arrays, strict=True):
            if isinstance(spec, InputSpec):
                spec.check(symbolic.known_shape(array.shape), self.name)

    def _build(self, given: dict[str, Any]) -> None:
        """Call `build` with the shapes of the arguments that it asks for."""
        with _building, facts.calling(False):
            if self.built:
                return
            calling.with_shapes(self.build, given)
            if self._initial_weights is not None:
                self.set_weights(self._initial_weights)
                self._keep("_initial_weights", None)

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
        shapes = {name: shape for name, shape in getattr(self, "_built_for", {}).items() if shape is not None}
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
        if "input_shape" in config:
            self.build(calling.map_shapes(tuple, config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**calling.map_shapes(tuple, config["shapes_dict"]))

    # Losses and metrics

    def add_loss(self, loss: Any) -> None:
        """Add a scalar to the loss of the model that this layer is called in.

        Args:
            loss: a scalar, or a tree of scalars, computed in `call`; of an array its sum counts.
        """
        context = calling.current()
        if symbolic.is_symbolic(loss):
            raise ValueError(
                f"add_loss() of {self.name!r} takes numbers computed in a layer's call(), and received {loss!r}, which "
                "has no value. Write a layer whose call() adds the loss, and use it in the model."
            )
        for value in jax.tree.leaves(loss):
            (self._added if context is None else context.losses).append(jnp.sum(value))

    @property
    def losses(self) -> list[Any]:
        """Values of the regularizers of all weights, and what the last call added."""
        inside = (part for _, part in parts.walk(self)) if calling.own_step.get() else (self,)
        return [*self.regularization(), *(value for part in inside for value in getattr(part, "_added", ()))]

    def regularization(self) -> list[Any]:
        """The value of every weight's regularizer, for weights that are trained."""
        return [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer is not None]

    def add_metric(self, value: Any = None, name: str | None = None, aggregation: str | None = None) -> NoReturn:
        """Refuse: a metric is made once, and told of every batch.

        Args:
            value: accepted for compatibility.
            name: likewise.
            aggregation: likewise.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            f"add_metric() of {self.name!r} is gone. Make the metric in the constructor, `self.{name or 'mean'} = "
            f"cornu.metrics.Mean(name={name or 'mean'!r})`, and write `self.{name or 'mean'}.update_state(value)` in "
            "call(): fit() resets and logs it. What compares outputs with targets belongs into compile(metrics=[...])."
        )

    @property
    def metrics(self) -> list[Any]:
        """The metrics that it, or a layer inside, keeps as attributes."""
        return [part for _, part in parts.walk(self) if hasattr(part, "update_state")]

    @property
    def metrics_variables(self) -> list[Variable]:
        """The Variables of its metrics."""
        return parts.all_variables(*self.metrics)

    # Shapes and the graph

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the output for inputs of the given shape, by tracing `call`."""
        first = [symbolic_like(shape, self.compute_dtype) for shape in (*args, *kwargs.values())]
        return jax.tree.map(lambda t: t.shape, self._traced_spec(tuple(first), {}))

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Same as `compute_output_spec`."""
        return self.compute_output_spec(*args, **kwargs)

    @property
    def call_signature_parameters(self) -> list[str]:
        """Names of what `call` takes."""
        return list(calling.parameters(self.call))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, recorded nowhere.

        They have the shapes that a `compute_output_shape` of the layer's own says, and are found by tracing `call`
        otherwise.
        """
        if type(self).compute_output_shape is Layer.compute_output_shape:
            return self._traced_spec(args, kwargs)
        given = {k: v for k, v in calling.named(self.call, args, kwargs).items() if symbolic.is_symbolic(v)}
        shape = calling.with_shapes(self.compute_output_shape, given)
        return symbolic_like(shape, self.compute_dtype)

    def _traced_spec(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.on_host:
            raise NotImplementedError(
                f"The layer {self.name!r} works on the host, so its call() cannot be traced to find the shape of its "
                f"output. Write compute_output_spec(inputs) in {type(self).__name__}, which returns a KerasTensor of "
                "shape and dtype; or compute_output_shape(input_shape), if the dtype is the layer's."
            )
        if not self.built:
            self._build(calling.named(self.call, args, kwargs))
        key = self._looks(args, kwargs)
        if key is None:
            return symbolic.infer(self._converted_run, args, kwargs)
        if key not in _specs:
            _specs[key] = attached.pack(symbolic.infer(self._converted_run, args, kwargs))
        return symbolic.fresh(_specs[key])

    def _looks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the shapes of the outputs depend on; None where that is not known: a user's layer, or layers inside.

        Deep models repeat a layer many times, and tracing it takes most of the time to construct them.
        """
        own = vars(self).values()
        if holders.is_users(type(self)) or any(callable(v) and holders.is_holder(v) for v in own):  # known by name only
            return None
        if kwargs or self._sublayers():
            return None
        try:
            config = json.dumps({k: v for k, v in self.get_config().items() if k not in ("name", "trainable")})
        except TypeError:
            return None
        leaves, tree = jax.tree.flatten(attached.pack(args))
        if not all(isinstance(leaf, symbolic.KerasTensor) for leaf in leaves):
            return None
        return type(self), config, tree, tuple((leaf.shape, leaf.dtype) for leaf in leaves)

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's only call."""
        return self.get_input_at(self._only_call())

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's only call."""
        return self.get_output_at(self._only_call())

    @property
    def input_shape(self) -> Any:
        """Shape of `input`."""
        return calling.shapes_of(self.input)

    @property
    def output_shape(self) -> Any:
        """Shape of `output`."""
        return calling.shapes_of(self.output)

    def _only_call(self) -> int:
        if len(self._nodes) != 1:
            many = f"has been called {len(self._nodes)} times, so it has no single one. Use get_output_at(i)."
            none = "is not part of a model that knows its input shape."
            raise AttributeError(f"Input and output of layer {self.name!r}: it {many if self._nodes else none}")
        return 0

    def get_input_at(self, node_index: int) -> Any:
        """The symbolic input of the layer's call number `node_index`."""
        inputs = self._nodes[node_index].inputs
        return inputs[0] if len(inputs) == 1 else inputs

    def get_output_at(self, node_index: int) -> Any:
        """The symbolic output of the layer's call number `node_index`."""
        return self._nodes[node_index].outputs

    # Dtypes and configuration

    @property
    def dtype_policy(self) -> dtypes.DTypePolicy:
        """Which dtypes weights and computation have; set it to a policy, or the name of one."""
        return self._dtype_policy.of(self)

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = dtypes.get_policy(value)

    @property
    def compute_dtype(self) -> str:
        """Dtype of the computation."""
        return self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the weights."""
        return self.dtype_policy.variable_dtype

    dtype = variable_dtype  # type: ignore[assignment]  # as an argument it may be more

    @property
    def input_dtype(self) -> str:
        """Dtype that float inputs are cast to."""
        return self.compute_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data."""
        described = self._described()
        init: Any = described.__init__  # type: ignore[misc]
        kept = getattr(init, "_kept", calling.parameters(init))
        left = Options._arguments.keys() - set(kept) | {"input_length"}  # Embedding itself has an `input_dim`
        own = {k: v for k, v in self.captured(described).items() if k not in left}
        if self.activity_regularizer is not None or "activity_regularizer" in kept:
            own["activity_regularizer"] = self.activity_regularizer
        policy = dtypes.encoded_policy(self._dtype_policy)
        config = {"name": self.name, "trainable": self.trainable, "dtype": policy}
        return config | {name: codec.encode(value) for name, value in own.items()}

    def _described(self) -> type:
        """The class whose arguments `get_config` gives: a user's own that writes the method adds its own."""
        lineage = type(self).__mro__
        writer = next(i for i, cls in enumerate(lineage) if "get_config" in vars(cls))
        if holders.is_library(lineage[writer]):
            return type(self)
        return next(filter(holders.is_library, lineage[writer:]))

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make a layer from what `get_config` gave."""
        known = calling.parameters(cls.__init__)
        takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
        with lookup.custom_object_scope(custom_objects):
            values = {name: codec.decode_value(value) if name != "dtype" else value for name, value in config.items()}
        later = {} if takes_any else {n: values.pop(n) for n in OF_ALL if n in values and n not in known}
        several = next((n for n, p in known.items() if p.kind is p.VAR_POSITIONAL), None)
        layer = cls(*(values.pop(several, ()) if several else ()), **values)
        for name, value in later.items():
            setattr(layer, "dtype_policy" if name == "dtype" else name, value)
        return layer

    def __reduce__(self) -> Any:
        from .copying import reduced  # which knows how objects are made from data

        return reduced(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    _repr_html_ = layer_html


Layer.build._once = True  # type: ignore[attr-defined]
_specs: dict[Any, Any] = {}  # outputs of layers that look the same
layers = Table("layer", "keras.layers", Layer)
Operation.register(Layer)


def _built_once(build: Callable[..., None]) -> Callable[..., None]:
    """`build` within the layer's name scope; afterwards the layer is built."""

    @functools.wraps(build)
    def wrapped(self: Layer, *args: Any, **kwargs: Any) -> None:
        with _building, self._named(), undone_if_broken(self), jax.ensure_compile_time_eval():
            build(self, *args, **kwargs)
        self._keep("_built_for", calling.named(types.MethodType(build, self), args, kwargs))
        self.built = True

    wrapped._once = True  # type: ignore[attr-defined]
    return wrapped


def symbolic_like(shape: Any, dtype: str) -> Any:
    """KerasTensors for a shape, or for a list or dictionary of shapes."""
    return calling.map_shapes(lambda one: symbolic.KerasTensor(tuple(one), dtype), shape)
