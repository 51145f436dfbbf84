"""Layers that let each step of a sequence look at others: with several heads, or with none."""
