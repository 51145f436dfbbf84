"""Convolutions over one, two or three axes of space."""
