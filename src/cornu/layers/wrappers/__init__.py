"""Layers around another layer: apply it at every step, or in both directions of time."""
