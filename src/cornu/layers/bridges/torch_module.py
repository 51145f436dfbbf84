"""TorchModuleWrapper: why there is none here."""

from typing import Any

__all__ = ["TorchModuleWrapper"]


class TorchModuleWrapper:
    """In Keras on torch a module of torch as a layer; here making one says why there is none, and what to do.

    Args:
        module: a `torch.nn.Module`.
        name: name of the layer.
        output_shape: shape of its output.
        **options: of a layer.

    Raises:
        NotImplementedError: always.

    Example:
        >>> import cornu
        >>> cornu.layers.TorchModuleWrapper(None)
        Traceback (most recent call last):
        NotImplementedError: Cornu has no TorchModuleWrapper: ...
    """

    def __init__(self, module: Any, name: str | None = None, output_shape: Any = None, **options: Any) -> None:
        raise NotImplementedError(
            "Cornu has no TorchModuleWrapper: its programs are traced and differentiated by JAX, and torch computes "
            "outside of what JAX sees. Write the layers in Cornu and take the weights over, "
            "layer.set_weights([module.weight.detach().numpy().T, module.bias.detach().numpy()]) for a torch.nn.Linear "
            "in a Dense; or run the model in Keras with KERAS_BACKEND=torch."
        )
