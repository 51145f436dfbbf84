"""Normalization: activations get mean 0 and variance 1 over some axes, then a trained scale and offset."""
