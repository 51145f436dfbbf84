"""Pooling: a window, or the whole space, becomes one value per channel."""
