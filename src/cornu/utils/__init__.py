"""Helpers around training: one-hot labels, equal lengths, seeds."""

from ..config import clear_session
from ..core.doubt import LikelyMistake
from ..core.lookup import custom_object_scope, get_custom_objects, register_keras_serializable
from ..core.public import explain_missing as _explain_missing
from ..core.seeds import set_random_seed
from .arrays import normalize, pad_sequences, to_categorical

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope", "LikelyMistake", "clear_session", "custom_object_scope", "get_custom_objects", "normalize",
    "pad_sequences", "register_keras_serializable", "set_random_seed", "to_categorical",
]  # fmt: skip

_explain_missing(globals())
