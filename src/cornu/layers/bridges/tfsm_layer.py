"""TFSMLayer: a SavedModel of TensorFlow as a layer."""

import os
import threading
from typing import Any, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from ... import engine
from ...core.arguments import explained
from ...core.types import DTypeLike, FilePath
from ..layer import Layer

__all__ = ["TFSMLayer"]


class TFSMLayer(Layer):
    """An endpoint of a SavedModel as a layer: TensorFlow computes it, on the host, inside of JAX's programs.

    The variables that it reads are weights of the layer, and are trained: TensorFlow differentiates. What an endpoint
    assigns to its variables is kept after a call in training. A training endpoint that draws random numbers draws
    others for the derivative than for the output. A SavedModel is a program: load one only from where you trust.

    No file and no copy of a model makes one: it is made in code, and `load_weights` reads its weights.

    Args:
        filepath: folder of the SavedModel.
        call_endpoint: the endpoint, `"serve"` of an export of Keras, often `"serving_default"` of others.
        call_training_endpoint: the endpoint in training; the same by default.
        trainable: whether training changes the weights.
        name: name of the layer.
        dtype: dtype policy. What the endpoint receives is cast to what it expects.

    Shapes:
        whatever the endpoint takes and gives.

    Raises:
        ImportError: TensorFlow is not installed.
        NotImplementedError: TensorFlow is also the engine.
        ValueError: there is no SavedModel, or no such endpoint in it.

    Example:
        >>> import cornu, tempfile, tensorflow as tf
        >>> class Double(tf.Module):
        ...     @tf.function(input_signature=[tf.TensorSpec((None, 2))])
        ...     def serve(self, x):
        ...         return 2 * x
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tf.saved_model.save(Double(), folder)
        ...     layer = cornu.layers.TFSMLayer(folder)
        >>> layer([[1.0, 2.0]]).tolist()
        [[2.0, 4.0]]
    """

    _no_facts = Layer._no_facts | {"_loaded", "_endpoints", "_theirs", "_shapes"}

    @explained
    def __init__(
        self,
        filepath: FilePath,
        call_endpoint: str = "serve",
        call_training_endpoint: str | None = None,
        trainable: bool = True,
        name: str | None = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        if engine.backend() != "jax":
            raise NotImplementedError(
                "TFSMLayer calls TensorFlow from a program of JAX, which cannot be exported to the tensorflow engine. "
                "Run it with CORNU_BACKEND=jax."
            )
        try:
            import tensorflow as tf
        except ImportError:
            raise ImportError('TFSMLayer needs TensorFlow: pip install "cornu[tensorflow]"') from None
        self.filepath = os.fspath(filepath)
        if not os.path.exists(os.path.join(self.filepath, "saved_model.pb")):
            raise ValueError(
                "TFSMLayer expects filepath to be the folder of a SavedModel, with a saved_model.pb in it, as "
                f"model.export(path) of Keras writes it. Received: filepath={self.filepath!r}"
            )
        self.call_endpoint, self.call_training_endpoint = call_endpoint, call_training_endpoint
        self._loaded = tf.saved_model.load(self.filepath)  # which keeps the variables
        self._endpoints = [self._endpoint(e) for e in (call_endpoint, call_training_endpoint) if e is not None]
        used = [v for f in self._endpoints for c in getattr(f, "concrete_functions", [f]) for v in c.variables]
        self._theirs = sorted({id(v): v for v in used}.values(), key=lambda v: not v.trainable)
        with self._named():
            self._ours = [
                self.add_weight(
                    initializer=v.numpy(),
                    dtype=v.dtype.name,
                    trainable=v.trainable,
                    autocast=False,
                    name=v.name.replace("/", "_"),
                )
                for v in self._theirs
            ]
        self._shapes: dict[Any, Any] = {}
        self._build({})

    def _endpoint(self, name: str) -> Any:
        """An attribute of the SavedModel that can be called, or one of its signatures."""
        own, listed = getattr(self._loaded, name, None), self._loaded.signatures
        if not callable(own) and name not in listed:
            raise ValueError(
                f"TFSMLayer: the SavedModel {self.filepath!r} has no endpoint {name!r}. Name one of its endpoints, as "
                f"in TFSMLayer(path, call_endpoint=...): {', '.join(map(repr, listed))}."
            )
        return own if callable(own) else listed[name]

    def call(self, inputs: Any, training: bool | None = False) -> Any:
        """What the endpoint gives."""
        endpoint = self._endpoints[-1 if training else 0]
        arrays, tree = jax.tree.flatten(inputs)
        run = _differentiable(_Host(endpoint, self._theirs, tree), self._shapes)
        outputs, changed = run([weight.value for weight in self._ours], arrays)
        if training:
            for weight, value in zip(self._ours, changed, strict=True):
                if not weight.begins_trainable:
                    weight.assign(value)
        return outputs

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> NoReturn:
        """Refuse: a SavedModel is a program, and a file must not say which one to run."""
        raise ValueError(
            f"The layer {config.get('name')!r} is a TFSMLayer, which would run the program in the folder that the file "
            "names. No file makes one: make the model in code, with TFSMLayer(path), and call load_weights()."
        )


class _Host:
    """An endpoint as functions of NumPy arrays.

    Args:
        endpoint: the function of TensorFlow.
        variables: what it reads and assigns.
        tree: the structure of its inputs.
    """

    def __init__(self, endpoint: Any, variables: list[Any], tree: Any) -> None:
        self.endpoint, self.variables, self.tree = endpoint, variables, tree
        concrete = getattr(endpoint, "concrete_functions", [endpoint])[0]
        specs = jax.tree.leaves(concrete.structured_input_signature)
        self.dtypes = [s.dtype for s in specs] if len(specs) == tree.num_leaves else [None] * tree.num_leaves

    def _start(self, values: Any, arrays: Any) -> list[Any]:
        import tensorflow as tf

        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(np.asarray(value, variable.dtype.as_numpy_dtype))
        tensors = [tf.constant(np.asarray(array)) for array in arrays]
        return [t if d is None else tf.cast(t, d) for t, d in zip(tensors, self.dtypes, strict=True)]

    def run(self, values: Any, arrays: Any) -> Any:
        """The outputs, and the variables afterwards."""
        with _alone:
            outputs = self.endpoint(self.tree.unflatten(self._start(values, arrays)))
            return jax.tree.map(_array, (outputs, list(self.variables)))

    def slopes(self, values: Any, arrays: Any, above: Any) -> Any:
        """The derivatives by the variables and the inputs, of floats; `above` is the derivative by the outputs."""
        import tensorflow as tf

        with _alone, tf.GradientTape() as tape:
            tensors = self._start(values, arrays)
            pairs = zip((*self.variables, *tensors), (*values, *arrays), strict=True)
            wrt = [(tensor, array.dtype) for tensor, array in pairs if _is_float(array)]
            tape.watch([tensor for tensor, _ in wrt])
            outputs = jax.tree.leaves(self.endpoint(self.tree.unflatten(tensors)))
            known = [
                (y, tf.constant(np.asarray(d))) for y, d in zip(outputs, above, strict=True) if y.dtype.is_floating
            ]
            found = tape.gradient([y for y, _ in known], [tensor for tensor, _ in wrt], [d for _, d in known], "zero")
            slopes = zip(found, wrt, strict=True)
            return [tf.convert_to_tensor(slope).numpy().astype(dtype) for slope, (_, dtype) in slopes]


_alone = threading.Lock()  # a call sets the variables of TensorFlow first


def _array(tensor: Any) -> Any:
    array = tensor.numpy()
    return np.asarray(array, jax.dtypes.canonicalize_dtype(array.dtype))


def _spec(array: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def _is_float(array: Any) -> bool:
    return jnp.issubdtype(array.dtype, jnp.floating)


def _differentiable(host: _Host, shapes: dict[Any, Any]) -> Any:
    """`host.run` as a function of JAX, whose derivative TensorFlow computes.

    Args:
        host: the endpoint.
        shapes: what is known of outputs by the shapes of inputs; an endpoint is tried out once for each.
    """

    def specs(values: Any, arrays: Any) -> Any:
        key = (id(host.endpoint), host.tree, tuple((tuple(map(int, a.shape)), str(a.dtype)) for a in arrays))
        if key not in shapes:
            zeros = [np.zeros(a.shape, a.dtype) for a in (*values, *arrays)]
            shapes[key] = jax.tree.map(_spec, host.run(zeros[: len(values)], zeros[len(values) :]))
        return shapes[key]

    @jax.custom_vjp
    def run(values: Any, arrays: Any) -> Any:
        return jax.pure_callback(host.run, specs(values, arrays), values, arrays, vmap_method="sequential")

    def backward(held: Any, above: Any) -> Any:
        values, arrays = held
        every = [*values, *arrays]
        floats = [_spec(a) for a in every if _is_float(a)]
        outputs = jax.tree.leaves(above[0])
        found = iter(jax.pure_callback(host.slopes, floats, values, arrays, outputs, vmap_method="sequential"))
        slopes = [next(found) if _is_float(a) else np.zeros(a.shape, jax.dtypes.float0) for a in every]
        return slopes[: len(values)], slopes[len(values) :]

    run.defvjp(lambda values, arrays: (run(values, arrays), (values, arrays)), backward)
    return run
