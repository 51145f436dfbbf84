"""Model: layers with a beginning and an end, that can be trained and saved as one."""

import itertools
import json
import threading
from collections.abc import Callable
from typing import Any, Self, Unpack

from jax import errors, tree

from .. import engine
from ..core import attached, codec, dtypes, holders, lending, names, state, symbolic
from ..core.arguments import explained
from ..core.lookup import nearest
from ..core.spec import InputSpec
from ..core.types import MostOptions, TensorsLike
from ..layers import calling
from ..layers.layer import layers as layer_table
from ..layers.layer import symbolic_like
from ..saving import api
from ..saving.export import export_model
from ..training.trainable import Trainable
from . import graph_config
from .eager import EagerCall, concrete
from .graph_model import Graph
from .host_part import HostPart
from .summary import print_summary, summary_html


class Model(Trainable):
    """A network of layers that can be trained, saved and used as a layer of another.

    Made from tensors, `Model(inputs, outputs)`, it computes the outputs from the inputs by the calls that lead
    from one to the other. Subclassed, it computes what its `call` says.

    Args:
        inputs: what `Input()` gave, or a list or dictionary of such.
        outputs: what layers called on them gave, or a list or dictionary of such.
        **options: `name`, `trainable`, `dtype`, ... of `Layer`.

    Raises:
        ValueError: the outputs depend on an input that is not among `inputs`.

    Example:
        >>> import cornu
        >>> a, b = cornu.Input((4,)), cornu.Input((4,))
        >>> dense = cornu.layers.Dense(3)
        >>> model = cornu.Model([a, b], cornu.layers.add([dense(a), dense(b)]))
        >>> model.count_params()
        15
    """

    __slots__ = ("_first",)
    supports_masking = True
    _saved_as = ("keras.src.models.functional", "Functional")
    _graph: Graph | None = None

    @explained
    def __init__(self, inputs: TensorsLike = None, outputs: TensorsLike = None, **options: Unpack[MostOptions]) -> None:
        if options.get("name") is None and inputs is not None and type(self) is Model:
            options["name"] = names.unique_name("functional")
        super().__init__(**options)
        if (inputs is None) != (outputs is None):
            raise ValueError("A functional model needs both: Model(inputs=..., outputs=...).")
        if inputs is not None:
            self._graph = Graph(inputs, outputs)
            self._layers = self._graph.layers
            self.built = True

    @property
    def graph(self) -> Graph | None:
        """The graph of a functional model, None of another."""
        return self._graph

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call on arrays, or on symbolic tensors to make the model a part of another."""
        alone, graph = state.active() is None and calling.current() is None, self.graph
        if alone and args and (graph is None or graph.host_part) and not symbolic.is_symbolic(args[0]):
            args = (self.before_device(args[0], kwargs.get("training")), *args[1:])
            if self.host_part and kwargs.get("mask") is not None:
                raise ValueError(f"Model {self.name!r} begins on the host and takes no mask=. Attach it: use Masking.")
        inference = len(args) == 1 and (not kwargs or (kwargs.keys() == {"training"} and not kwargs["training"]))
        if alone and inference and graph is not None and concrete(args[0]):
            call: EagerCall = self.programs().get("call", (self,), lambda: EagerCall(self))  # as it is now
            if call.possible:
                return call(args[0])
        if alone and self.built and threading.active_count() > 1:  # another thread may train it, or begin to
            return self._at_once(args, kwargs)
        return super().__call__(*args, **kwargs)

    def _at_once(self, args: Any, kwargs: Any) -> Any:
        """A call op by op on weights that were all read between two steps of whoever trains them."""
        variables = self.all_variables()
        run = state.pure_changes(super().__call__, variables)
        with lending.reading(variables, engine.eager()) as values:
            result, changes = run(values, *args, **kwargs)
            lending.give([variables[index] for index in changes], list(changes.values()))
        return result

    def _casts_inputs(self) -> bool:
        return self.graph is None

    @property
    def host_part(self) -> HostPart | None:
        """What of a functional model runs on the host, before the device; None, or false, if nothing does."""
        return self.graph.host_part if self.graph is not None and self._computes_graph() else None

    def before_device(self, x: Any, training: bool | None = False) -> Any:
        """The data that the device begins with: what layers that work on the host make of the inputs.

        Args:
            x: inputs.
            training: the mode.
        """
        part = self.host_part
        return part.given(x, self.name, training) if part else x

    def _outputs_of_graph(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Outputs of a functional model; a subclass writes its own."""
        if self.graph is None:
            raise NotImplementedError(
                f"The model class {type(self).__name__} has no call() method. Write `def call(self, x): ...`, or make "
                "the model from tensors with Model(inputs=..., outputs=...)."
            )
        return self.graph.run(inputs, mask, self.name)

    call: Callable[..., Any] = _outputs_of_graph  # a subclass's takes what it likes

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: the layers inside have attached their masks to the outputs."""
        return None

    def build(self, input_shape: Any = None, **shapes: Any) -> None:
        """Make all weights for inputs of the given shape, the batch included.

        Args:
            input_shape: tuple of sizes, or a list or dictionary of such.
            **shapes: of a subclass whose `call` takes several arguments in place of it the shape of each, `x_shape=`
                for an argument `x`.
        """
        if self.graph is None and (input_shape is not None or shapes):
            first = () if input_shape is None else (symbolic_like(input_shape, self.compute_dtype),)
            others = {name.removesuffix("_shape"): shape for name, shape in shapes.items()}
            others = {name: symbolic_like(shape, self.compute_dtype) for name, shape in others.items()}
            try:
                symbolic.infer(self._run, first, others)
            except errors.ConcretizationTypeError:  # Python decides on numbers: the call itself makes the weights
                if not self.run_eagerly:
                    raise

    def _build(self, given: dict[str, Any]) -> None:
        def spec(x: Any) -> InputSpec:
            dtype = self.variable_dtype if dtypes.is_float(x.dtype) else str(x.dtype)
            return InputSpec(dtype, symbolic.known_shape(x.shape))

        arrays = itertools.takewhile(lambda v: all(hasattr(x, "shape") for x in tree.leaves(v)), given.values())
        self._keep("_first", first := tree.map(spec, list(arrays)))
        if self.graph is None and len(first) > 1 and type(self).build is Model.build and not self.built:
            alike = tree.map(lambda x: symbolic.KerasTensor(x.shape, x.dtype) if hasattr(x, "shape") else x, given)
            symbolic.infer(self._run, (), alike)  # the shape of one argument says too little
            shapes = {f"{name}_shape": calling.shapes_of(x) for name, x in given.items() if hasattr(x, "shape")}
            self._keep("_built_for", shapes)
        super()._build(given)

    def first_arguments(self) -> list[Any]:
        """Shapes and dtypes of what it was first called with, or was built for; nothing if neither is known."""
        built_for = getattr(self, "_built_for", {}).get("input_shape")
        spec = calling.map_shapes(lambda shape: InputSpec(self.variable_dtype, shape), built_for)
        return getattr(self, "_first", None) or ([] if built_for is None else [spec])

    def _traced_spec(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What tracing gives, which is known for inputs that look like those of the graph.

        So models inside models are not traced again for every one around them.
        """
        graph: Any = self.graph
        known = graph is not None and self._computes_graph() and len(args) == 1 and kwargs.keys() <= {"training"}
        same = known and symbolic.looks(graph.in_order(args[0], self.name)) == symbolic.looks(graph.inputs)
        if same or known and self.host_part:
            return symbolic.fresh(attached.pack(graph.output_tree))
        return super()._traced_spec(args, kwargs)

    # Layers, inputs and outputs

    @property
    def layers(self) -> list[Any]:  # a checker cannot know of which classes: `model.layers[0].units` is right
        """The layers, in the order in which data meets them."""
        return list(self.graph.layers) if self.graph is not None else self._sublayers()

    def output_specs(self, x: Any) -> Any:
        """Shapes of the outputs for such inputs; those of a graph are known.

        Args:
            x: tree of arrays or specs.
        """
        return self.graph.output_tree if self.graph is not None and self._computes_graph() else super().output_specs(x)

    def _computes_graph(self) -> bool:
        """Whether a call is that of the graph, and none that a subclass wrote."""
        return holders.is_library(type(self).call)

    def names_of_outputs(self, y_pred: Any) -> list[str]:
        """Names of the layers that give the outputs; `output_1`, ... of a subclassed model."""
        return self.graph.output_names if self.graph is not None else super().names_of_outputs(y_pred)

    def count_of_inputs(self) -> int:
        """How many arrays it takes."""
        return len(self.graph.inputs) if self.graph is not None else 1

    @property
    def operations(self) -> list[Any]:
        """Layers and ops of a functional model, in the order in which data meets them."""
        return list(self._known_graph().operations)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of that name or position.

        Args:
            name: its name.
            index: its position in `layers`.

        Raises:
            ValueError: there is none.
        """
        layers = self.layers
        if name is None and index is None:
            raise ValueError(f"get_layer() needs name= or index=. The layers are {[layer.name for layer in layers]}.")
        if isinstance(name, int):
            name, index = None, name
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"Model {self.name!r} has {len(layers)} layers; there is none at index {index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"Model {self.name!r} has no layer {name!r}. {nearest(str(name), [x.name for x in layers])}")

    def _known_graph(self) -> Graph:
        if self.graph is None:
            raise AttributeError(
                f"Model {self.name!r} has no inputs and outputs yet: it is not made of tensors and its input shape is "
                "not known. Begin with Input(shape=...), or call it on data."
            )
        return self.graph

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs."""
        return list(self._known_graph().inputs)

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs."""
        return list(self._known_graph().outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs, in the structure they were given in."""
        return self._known_graph().input_tree

    @property
    def output(self) -> Any:
        """The symbolic outputs, in the structure they were given in."""
        return self._known_graph().output_tree

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs."""
        return self._known_graph().input_names

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that give the outputs; `output_1`, ... of a subclassed model."""
        known = list(getattr(self, "_output_specs", {}).values())
        return self.names_of_outputs(known[-1][1] if known else [0])

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected, if it was made of tensors; or the constructor's arguments."""
        if self.graph is not None and symbolic.is_symbolic(self._captured):
            return graph_config.to_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Self:
        """Make a model from what `get_config` gave.

        Args:
            config: the configuration.
            custom_objects: your own classes and functions by name.
        """
        if "layers" in config and "output_layers" in config:
            return graph_config.from_config(cls, config, custom_objects)
        return super().from_config(config)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON, without weights.

        Args:
            **kwargs: passed to `json.dumps`.

        Returns:
            A string that `model_from_json`, and that of Keras, makes an untrained model from.
        """
        return json.dumps(codec.encode_object(self), **kwargs)

    summary = print_summary
    _repr_html_ = summary_html
    export = export_model
    save = api.save_model
    save_weights = api.save_weights
    load_weights = api.load_weights


layer_table.add(Model)
layer_table.entries["Functional"] = Model  # what files call it
