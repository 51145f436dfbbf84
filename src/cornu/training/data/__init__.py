"""Data: whatever a user passes as x, y and weights, as batches."""
