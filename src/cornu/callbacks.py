"""Callbacks, under the name that Keras gives them."""

from .training.callbacks import Callback, CallbackList, EarlyStopping, History, LambdaCallback, ModelCheckpoint

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback", "ModelCheckpoint"]
