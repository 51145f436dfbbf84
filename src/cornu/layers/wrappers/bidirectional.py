"""Bidirectional: a recurrent layer and its mirror image, reading a sequence from both ends."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Unpack

from ... import ops
from ...core.arguments import explained
from ...core.types import ArrayLike, MostOptions
from ..layer import Layer
from .wrapper import check_layer

__all__ = ["Bidirectional"]

_MERGE: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "concat": lambda a, b: ops.concatenate([a, b], axis=-1),
}


class Bidirectional(Layer):
    """Reads a sequence forwards with one recurrent layer and backwards with another.

    Both are made from the configuration of `layer`, not from its weights. With `return_sequences` the outputs of
    both come in the order of time, and masked steps give zeros.

    Args:
        layer: recurrent layer: `LSTM`, `GRU`, `SimpleRNN`, `RNN`, or one with their attributes.
        merge_mode: how both outputs become one: `"sum"`, `"mul"`, `"ave"`, `"concat"`, or None for a pair.
        weights: list of initial arrays, those of the forward layer first.
        backward_layer: the layer that reads backwards, with `go_backwards=True`; by default made from `layer`.
        **options: `name`, `dtype`, `trainable`, ... of `Layer`.

    Shapes:
        `(batch, time, features)` to what `layer` gives, the last axis twice as long with `"concat"`.

    Raises:
        ValueError: `layer` is no layer, the merge mode is unknown, or both layers differ in what they return.

    Example:
        >>> import cornu
        >>> layer = cornu.layers.Bidirectional(cornu.layers.LSTM(4, return_sequences=True))
        >>> layer(cornu.ops.ones((2, 5, 3))).shape
        (2, 5, 8)

    Source: Schuster and Paliwal, Bidirectional Recurrent Neural Networks, 1997.
    """

    supports_masking = True

    @explained
    def __init__(
        self,
        layer: Layer,
        merge_mode: Literal["sum", "mul", "ave", "concat"] | None = "concat",
        weights: Sequence[ArrayLike] | None = None,
        backward_layer: Layer | None = None,
        **options: Unpack[MostOptions],
    ) -> None:
        check_layer(layer, "Bidirectional")
        if not hasattr(layer, "go_backwards"):
            raise ValueError(
                f"Bidirectional reads a sequence with a recurrent layer, such as LSTM(8). Received: {layer!r}. For the "
                "same layer at every step use TimeDistributed."
            )
        forward: Any = _copy(layer, "forward_")
        backward: Any = _copy(layer, "backward_", go_backwards=True) if backward_layer is None else backward_layer
        check_layer(backward, "Bidirectional")
        if merge_mode is not None and merge_mode not in _MERGE:
            raise ValueError(f"merge_mode is one of {', '.join(map(repr, _MERGE))}, or None. Received: {merge_mode!r}")
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "One layer of a Bidirectional reads forwards and the other backwards. Make the backward_layer with "
                f"go_backwards=True. Received go_backwards={forward.go_backwards} for both."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            values = getattr(forward, name), getattr(backward, name)
            if values[0] != values[1]:
                raise ValueError(f"Both layers of a Bidirectional need the same {name}. Received: {values}.")
        super().__init__(weights=weights, **options)
        self.merge_mode, self.forward_layer, self.backward_layer = merge_mode, forward, backward
        for inner in (forward, backward):
            if hasattr(inner, "zero_output_for_mask"):
                inner.zero_output_for_mask = inner.return_sequences
        self.return_sequences, self.return_state = forward.return_sequences, forward.return_state
        self.stateful = forward.stateful
        self.input_spec = layer.input_spec

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both layers for inputs of shape (batch, time, features)."""
        for inner in (self.forward_layer, self.backward_layer):
            if not inner.built:
                inner.build(sequences_shape)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool | None = None) -> Any:
        """Read in both directions.

        Args:
            sequences: array of shape (batch, time, features).
            initial_state: states of the forward layer, then those of the backward layer.
            mask: booleans of shape (batch, time), true where a step is real.
            training: whether dropout is active.

        Returns:
            The merged output, or both; with `return_state` a tuple of that and the last states of both layers.
        """
        half = len(initial_state or ()) // 2
        states = (None, None) if initial_state is None else (initial_state[:half], initial_state[half:])
        forward, backward = (
            layer(sequences, initial_state=own, mask=mask, training=training)
            for layer, own in zip((self.forward_layer, self.backward_layer), states, strict=True)
        )
        last: list[Any] = []
        if self.return_state:
            (forward, *last), (backward, *others) = forward, backward
            last += others
        if self.return_sequences:
            backward = ops.flip(backward, axis=1)
        if self.merge_mode is None:
            return (forward, backward, *last)
        output = _MERGE[self.merge_mode](forward, backward)
        return (output, *last) if self.return_state else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs where all outputs are returned."""
        mask = mask if self.return_sequences else None
        return [mask, mask] if self.merge_mode is None else [mask]

    def reset_state(self) -> None:
        """Set the states that stateful layers keep to zero."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Same as `reset_state`."""
        self.reset_state()

    @property
    def states(self) -> Any:
        """The Variables that stateful layers keep their states in; None without any."""
        forward = self.forward_layer.states
        return None if forward is None else [*forward, *self.backward_layer.states]

    def captured(self, cls: type | None = None) -> dict[str, Any]:
        """Constructor arguments by name, as they are now."""
        inner = {"layer": self.forward_layer, "backward_layer": self.backward_layer}
        return {"merge_mode": self.merge_mode, **inner}


def _copy(layer: Layer, prefix: str, **changes: Any) -> Layer:
    """A layer of the same configuration, without its weights."""
    config = {**layer.get_config(), "name": prefix + layer.name.removeprefix(prefix), **changes}
    return type(layer).from_config(config)
