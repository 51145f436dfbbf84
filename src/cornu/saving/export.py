"""Export: a model as a SavedModel of TensorFlow, which serves it without Cornu, JAX or Keras."""

import itertools
import os
import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax import export

from ..core import dtypes, state
from ..core.arguments import explained
from ..core.console import say
from ..core.quiet import quiet
from ..core.spec import InputSpec
from ..core.types import FilePath
from ..core.variable import Variable, by_path
from ..engine import stablehlo
from ..kernels.platform import target
from ..layers.calling import CallContext, calling
from .structure import at_rest

if TYPE_CHECKING:
    from ..models import Model

_PLATFORMS = ("cpu", "cuda")
_TRIAL = 64  # the size that an unknown one is fixed to, to find out which of them must be known
_OPTIONS = {"is_static", "jax2tf_kwargs"}
_CONVERSION = {"native_serialization", "native_serialization_platforms", "polymorphic_shapes"}


@explained
def export_model(
    model: "Model",
    filepath: FilePath,
    format: str = "tf_saved_model",
    verbose: bool | None = None,
    input_signature: Any = None,
    **kwargs: Any,
) -> None:
    """Write a SavedModel of TensorFlow, which predicts without Cornu, JAX or Keras.

    It has one endpoint, `serve`, which is also the signature `serving_default`; its weights are variables. What the
    model draws or counts in inference is kept in them, too. The first axis of every input takes any size, and so do
    others that the model knows no size of. It runs on CPUs and, where every operation can, on GPUs of NVIDIA.

    Args:
        filepath: a folder, which is made.
        format: `"tf_saved_model"`.
        verbose: whether to print what was written; None prints.
        input_signature: what the model is called with, a list of its arguments: specs, or structures of specs, such as
            `InputSpec(shape=(None, 3), dtype="float32")`, a KerasTensor, a `tf.TensorSpec`, an array or a shape. By
            default the inputs of the model; of a subclassed one those that it first saw. Layers that keep their state
            keep the size of the batch.
        **kwargs: `jax2tf_kwargs`, a dictionary with `native_serialization_platforms`, such as `["cpu"]`, or
            `polymorphic_shapes`, a string for each argument, such as `"(batch, time, 8)"`; `is_static` is accepted.

    Raises:
        ImportError: TensorFlow is not installed.
        ValueError: another format, the model is not built, or a size must be known that is not.

    Example:
        >>> import cornu, tempfile, tensorflow as tf
        >>> model = cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1, kernel_initializer="ones")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.export(folder, verbose=False)
        ...     served = tf.saved_model.load(folder)
        >>> served.serve([[1.0, 2.0]]).numpy().tolist()
        [[3.0]]
    """
    conversion = _checked(model, format, kwargs)
    tf = stablehlo.import_tensorflow("model.export()")
    signature = _signature(tf, model, input_signature)
    program, variables = _program(model, signature, conversion)
    trained = {id(v) for v in model.trainable_variables}
    with at_rest(model):
        tensors = [
            tf.Variable(np.asarray(v.stored), trainable=id(v) in trained, name=_name(path))
            for path, v in by_path(variables).items()
        ]

    def serve(*args: Any) -> Any:
        given = zip(tf.nest.flatten(args), program.in_avals[len(tensors) :], strict=True)
        results = stablehlo.call_differentiable(tf, program, [*tensors, *(tf.cast(x, aval.dtype) for x, aval in given)])
        outputs, changes = jax.tree.unflatten(program.out_tree, results)
        for index, value in changes.items():
            tensors[index].assign(value)
        return outputs

    artifact = tf.__internal__.tracking.AutoTrackable()
    artifact.variables = tensors
    artifact.trainable_variables = [t for t in tensors if t.trainable]
    artifact.non_trainable_variables = [t for t in tensors if not t.trainable]
    artifact.serve = tf.function(serve, input_signature=signature, autograph=False)
    path = os.fspath(filepath)
    signatures = {"serve": artifact.serve, "serving_default": artifact.serve}
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=True)
    tf.saved_model.save(artifact, path, signatures, options)
    if verbose or verbose is None:
        known = artifact.serve.get_concrete_function().pretty_printed_signature().split("\n", 1)[1].split("\nCap")[0]
        say(f"Saved {model.name!r} as a SavedModel in {path!r}, with the endpoint 'serve':\n{known}")


def _name(name: str | None) -> str | None:
    """A name of TensorFlow's alphabet, if any is left of it."""
    return re.sub("[^A-Za-z0-9_./>-]", "_", name or "").lstrip("_/>-") or None


def _checked(model: "Model", format: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """How to convert, or an error that says why that is not possible."""
    if format != "tf_saved_model":
        raise ValueError(
            f"model.export() writes format='tf_saved_model'. Received: format={format!r}. For another, export a "
            "SavedModel and convert it (tf2onnx, OpenVINO and TensorFlow Lite read them), or save the model with "
            "model.save('model.keras') and load it in Keras, which has exporters of its own."
        )
    options = kwargs.get("jax2tf_kwargs") or {}
    for wrong in [*(kwargs.keys() - _OPTIONS), *(options.keys() - _CONVERSION)]:
        raise TypeError(
            f"export() has no option {wrong!r}. It takes {sorted(_OPTIONS)}, the latter with {sorted(_CONVERSION)}."
        )
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} cannot be exported yet, since it has no weights: its input shape is not known. Call "
            "it on data, call model.build((None, ...)), or begin it with Input(shape=...)."
        )
    if model.host_part:
        raise ValueError(
            f"Model {model.name!r} begins with layers that work on the host (text, lookups), which no program holds. "
            "Export the model that follows them, Model(what they give, outputs), and prepare its inputs before."
        )
    return dict(options)


def _signature(tf: Any, model: "Model", given: Any) -> list[Any]:
    """A `tf.TensorSpec`, or a tree of such, for each argument of the call."""
    graph = model.graph
    known: list[Any] = list(model.first_arguments()) if graph is None else [graph.input_tree]
    names = [None] * len(jax.tree.leaves(known)) if graph is None else graph.input_names
    if given is None:
        given = known
        if not known:
            raise ValueError(
                f"Model {model.name!r} does not know what it is called with. Say it: model.export(path, "
                "input_signature=[cornu.layers.InputSpec(shape=(None, 3), dtype='float32')])."
            )
    elif not isinstance(given, list | tuple) or _is_leaf(given) or (graph is not None and len(given) > 1):
        given = [given]
    stateful = any(getattr(layer, "stateful", False) for layer in model.layers)  # which keeps the size of the batch
    leaves, tree = jax.tree.flatten(given, is_leaf=_is_leaf)
    specs = []
    for leaf, like, name in zip_longest(leaves, jax.tree.leaves(known)[: len(leaves)], names[: len(leaves)]):
        shape, dtype = getattr(leaf, "shape", leaf), getattr(leaf, "dtype", None) or getattr(like, "dtype", None)
        if not hasattr(shape, "__len__") or "string" in str(dtype):
            raise ValueError(f"input_signature: a spec needs a shape, and a dtype of numbers. Received: {leaf!r}")
        if given is known or not isinstance(leaf, InputSpec | tf.TensorSpec | tuple | list):
            shape = (shape[0] if stateful else None, *shape[1:])
        specs.append(tf.TensorSpec(shape, dtype or model.variable_dtype, _name(getattr(leaf, "name", None) or name)))
    return list(jax.tree.unflatten(tree, specs))


def _is_leaf(item: Any) -> bool:
    return hasattr(item, "shape") or (
        isinstance(item, list | tuple) and all(size is None or isinstance(size, int) for size in item)
    )


def _program(model: "Model", signature: list[Any], options: dict[str, Any]) -> tuple[export.Exported, list[Variable]]:
    """The program of a call in inference, and the Variables that are its first argument.

    It gives the outputs and, by the index of the Variable, what it assigns.
    """

    def call(*args: Any) -> Any:
        with calling(CallContext(training=False)):
            return model(*args)

    @quiet
    def traced(sizes: Any, platforms: Sequence[str]) -> tuple[export.Exported, list[Variable]]:
        specs = export.symbolic_args_specs(avals, sizes)
        with target("any"):
            met = {id(v): v for v in state.meet(call, *specs).met}
        mine = {id(v): v for v in model.variables if id(v) in met}
        variables = [*mine.values(), *(v for key, v in met.items() if key not in mine)]
        values = [dtypes.spec(v.stored_shape, v.stored_dtype) for v in variables]
        program = stablehlo.exported(state.pure_changes(call, variables), (values, *specs), platforms)
        if found := re.search(rb"lapack_\w+", program.mlir_module_serialized):
            raise ValueError(
                f"Model {model.name!r} cannot be exported: it calls {found.group().decode()!r}, a routine of linear "
                "algebra that TensorFlow has no counterpart for. Leave it out of what is served."
            )
        return program, variables

    avals = tuple(jax.tree.map(_aval, signature))
    trials = [_sizes(signature, "x{0}_{1}"), _sizes(signature, "axis_{1}")]
    if "polymorphic_shapes" in options:
        trials = [tuple(options["polymorphic_shapes"])]
    platforms = options.get("native_serialization_platforms")
    errors: list[Exception] = []
    for sizes, on in itertools.product(trials, [platforms] if platforms else [_PLATFORMS, _PLATFORMS[:1]]):
        try:
            return traced(sizes, on)
        except Exception as error:
            errors.append(error)
    raise _refusal(model.name, signature, traced, errors) from None


def _aval(spec: Any) -> jax.ShapeDtypeStruct:
    return dtypes.spec([_TRIAL if n is None else n for n in spec.shape], spec.dtype.as_numpy_dtype)


def _sizes(signature: list[Any], name: str, batch: str = "batch") -> tuple[Any, ...]:
    """Shapes for JAX, with a name in place of each unknown size: a `name` for input and axis, and `batch`."""
    numbers = itertools.count()

    def shape(spec: Any) -> str:
        number = next(numbers)
        sizes = [n if n is not None else name.format(number, i) if i else batch for i, n in enumerate(spec.shape)]
        return f"({', '.join(map(str, sizes))})"

    return tuple(jax.tree.map(shape, signature))


def _refusal(owner: str, signature: list[Any], traced: Callable[..., Any], errors: list[Exception]) -> Exception:
    """Why there is no program: what an error says in plain words, or which sizes must be known for one."""
    specs = jax.tree.leaves(signature)
    unknown = [(i, f"axis {i} of {s.name or 'the input'!r}") for s in specs for i, n in enumerate(s.shape) if n is None]
    for batch, axes in (("batch", [axis for i, axis in unknown if i]), (str(_TRIAL), ["the size of the batch"])):
        try:
            traced(_sizes(signature, str(_TRIAL), batch), _PLATFORMS[:1])
        except Exception as error:
            errors.append(error)
            continue
        shapes = [
            tuple(_TRIAL if n is None and (i or batch != "batch") else n for i, n in enumerate(s.shape)) for s in specs
        ]
        return ValueError(
            f"Model {owner!r} cannot be exported for any size: what it computes depends on {' or '.join(axes)}. "
            f"Fix the size with model.export(path, input_signature=[...]) and specs of shape "
            f"{', '.join(map(str, shapes))}, for instance. JAX says: {str(errors[0]).splitlines()[0]}"
        )
    if any("callback" in str(error) for error in errors):
        return ValueError(
            f"Model {owner!r} cannot be exported: its program calls back into Python, as jax.pure_callback, "
            "jax.debug.print and TFSMLayer do, and a SavedModel holds no Python. Compute this with cornu.ops."
        )
    return next((error for error in errors if "cannot be exported" in str(error)), errors[0])
