"""Reshaping: the same values in another arrangement, or with a border more or less."""
