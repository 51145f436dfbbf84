"""Sequential: a stack of layers, each fed by the one before."""

import inspect
import operator
from collections.abc import Sequence
from typing import Any, Self, cast

from ..core import codec, lookup, symbolic
from ..core.arguments import explained
from ..core.types import DTypeLike
from ..layers import calling
from ..layers.core.input_layer import InputLayer
from ..layers.layer import Layer
from ..layers.layer import layers as layer_table
from .graph_model import Graph
from .model import Model


class Sequential(Model):
    """A stack of layers, each fed by the one before.

    If the shape of the input is known (from `Input`, or `input_shape=` on the first layer) the weights are
    made at once, otherwise when the model first sees data.

    Args:
        layers: list of layers; more can be added with `add`.
        trainable: whether training changes the weights.
        name: name of the model.
        dtype: dtype policy.

    Raises:
        TypeError: something in the list is not a layer.

    Example:
        >>> import cornu
        >>> model = cornu.Sequential([cornu.Input((4,)), cornu.layers.Dense(3, activation="relu")])
        >>> model.add(cornu.layers.Dense(1))
        >>> [w.shape for w in model.weights]
        [(4, 3), (3,), (3, 1), (1,)]
    """

    __slots__ = ("_loose", "_tensors")
    _saved_as = ("keras", "Sequential")

    @explained
    def __init__(
        self,
        layers: Layer | symbolic.KerasTensor | Sequence[Layer | symbolic.KerasTensor] | None = None,
        trainable: bool = True,
        name: str | None = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self._input_layer: InputLayer | None = None
        self._layers: list[Layer] = []
        self._tensors: list[Any] = []  # the input and the output of each layer, once the shape is known
        self._loose = False  # whether the input's sizes are those of the first data, and not promised
        for layer in [] if layers is None else layers if isinstance(layers, list | tuple) else [cast(Any, layers)]:
            self.add(layer)

    def add(self, layer: Layer | symbolic.KerasTensor, rebuild: bool = True) -> None:
        """Put a layer on top.

        Args:
            layer: a layer, or what `Input` gave, which must come first.
            rebuild: accepted for compatibility.

        Raises:
            TypeError: it is not a layer.
            ValueError: the name is taken, or an Input is not the first.
        """
        if isinstance(layer, symbolic.KerasTensor) and isinstance(layer.op, InputLayer):
            layer = layer.op
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise TypeError(f"Sequential.add() takes a layer, not a class: write {layer.__name__}(...) with brackets.")
        if bridge := lookup.bridge_for(layer):
            raise TypeError(f"Sequential.add() takes a layer. Make one of the module: cornu.layers.{bridge}(module).")
        if not isinstance(layer, Layer):
            whose = lookup.of_another_library(layer)
            given = f"{whose}: import it from cornu.layers" if whose else f"{type(layer).__name__}: {layer!r}"
            raise TypeError(f"Sequential.add() takes a layer, such as Dense(10), not {given}")
        symbolic.refuse_unmade(layer)
        if isinstance(layer, InputLayer):
            if self._input_layer is not None or self._layers:
                raise ValueError(f"Sequential model {self.name!r} already has an input; an Input comes first and once.")
            self._start(layer)
            return
        if layer.name in map(operator.attrgetter("name"), self._layers):  # thousands of layers, each met once
            raise ValueError(
                f"Sequential model {self.name!r} already has a layer named {layer.name!r}. Give each layer a name of "
                "its own, and make a new layer object for each place."
            )
        if not self._layers and self._input_layer is None:
            if layer.batch_input_shape is not None:
                self._start(InputLayer(batch_shape=layer.batch_input_shape, dtype=_input_dtype(layer)))
            elif isinstance(layer, Model) and layer.graph is not None:
                self._start(*(InputLayer(batch_shape=x.shape, dtype=x.dtype) for x in layer.inputs))
        self._layers.append(layer)
        self._grow()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the top layer off and return it.

        Raises:
            ValueError: there is none.
        """
        if not self._layers:
            raise ValueError(f"Sequential model {self.name!r} has no layer to pop.")
        layer = self._layers.pop()
        if len(self._tensors) > len(self._layers) + 1:
            node = self._tensors.pop().node
            layer._nodes[:] = [n for n in layer._nodes if n is not node]
        self._graph = None
        self.built = len(self._tensors) > 1
        return layer

    def _start(self, *inputs: InputLayer) -> None:
        """Begin with an input, or with those of a first layer that is a model of several inputs."""
        if len(inputs) == 1:
            self._input_layer = inputs[0]
        self._tensors = [inputs[0].output if len(inputs) == 1 else [x.output for x in inputs]]
        self._grow()

    def _grow(self) -> None:
        """Call the layers that have not been called yet, if the input is known."""
        self._graph = None
        if not self._tensors:
            return
        with self._named():
            for layer in self._layers[len(self._tensors) - 1 :]:
                output = layer(self._tensors[-1])
                if output is None:
                    raise ValueError(
                        f"Layer {layer.name!r} of Sequential model {self.name!r} gives None: its call(), or its "
                        "function, ends without a return."
                    )
                if not isinstance(output, symbolic.KerasTensor):
                    raise ValueError(
                        f"Layer {layer.name!r} of Sequential model {self.name!r} gives several outputs; a Sequential "
                        "model passes one on. Use the functional Model(inputs, outputs)."
                    )
                self._tensors.append(output)
        self.built = len(self._tensors) > 1

    @property
    def graph(self) -> Graph | None:
        """The graph of the layers, None while the shape of the input is not known."""
        if self._graph is None and len(self._tensors) > 1:
            self._graph = Graph(self._tensors[0], self._tensors[-1], loose=self._loose)
        return self._graph

    def build(self, input_shape: Any = None, **shapes: Any) -> None:
        """Make the weights for inputs of the given shape, the batch included.

        Args:
            input_shape: tuple of sizes, None where a size varies.
            **shapes: nothing; a subclass of `Model` may take several.
        """
        if self._tensors or input_shape is None or not self._layers:
            return
        shape = (None, *tuple(input_shape)[1:])
        self._loose = True
        self._start(InputLayer(batch_shape=shape, dtype=_input_dtype(self._layers[0])))

    def before_device(self, x: Any, training: bool | None = False) -> Any:
        """The data that the device begins with; the first layer, if it works on the host, learns what that looks like.

        Args:
            x: inputs.
            training: the mode.
        """
        if not self._tensors and self._layers and self._layers[0].on_host:
            first = calling.to_numpy(x, self.name)
            self._loose = True
            dtype = "string" if first.dtype.kind in "OSU" else first.dtype.name
            self._start(InputLayer(batch_shape=(None, *first.shape[1:]), dtype=dtype))
        return super().before_device(x, training)

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The output of the top layer."""
        if self.graph is None:
            if not self._layers:
                raise ValueError(f"Sequential model {self.name!r} has no layers. Add one with model.add(...).")
            for layer in self._layers:
                inputs = layer(inputs, training=training)
            return inputs
        return self.graph.run(inputs, mask, self.name)

    @property
    def layers(self) -> list[Any]:
        """The layers, the input not among them."""
        return list(self._layers)

    def get_config(self) -> dict[str, Any]:
        """The layers' configurations, bottom first; the constructor's arguments where that makes the layers."""
        named = inspect.signature(type(self)).parameters.keys()
        if "layers" not in named and not named >= {"args", "kwargs"}:
            return Layer.get_config(self)
        first = [self._input_layer] if self._input_layer is not None else []
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        config["layers"] = [codec.encode_object(layer) for layer in (*first, *self._layers)]
        if self._input_layer is not None:
            config["build_input_shape"] = list(self._input_layer.output.shape)
        return config

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Self:
        """Make a model from what `get_config` gave.

        Args:
            config: the configuration.
            custom_objects: your own classes and functions by name.
        """
        if isinstance(config, dict) and "layers" not in config:
            return super().from_config(config)
        config = codec.translated({"class_name": "Sequential", "config": config})["config"]
        model = cls(**{key: config[key] for key in ("name", "trainable") if key in config})
        for layer in config["layers"]:
            model.add(codec.decode(layer, layer_table, custom_objects))
        if model.graph is None and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model


def _input_dtype(layer: Layer) -> str:
    return str(getattr(layer, "input_dtype", None) or layer.compute_dtype)


layer_table.add(Sequential)
