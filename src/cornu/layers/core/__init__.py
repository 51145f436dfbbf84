"""Layers that most models have: dense, embedding, activation, masking, lambda, and the input."""
