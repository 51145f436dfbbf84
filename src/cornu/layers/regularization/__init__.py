"""Regularization: noise in training, and penalties on activity."""
