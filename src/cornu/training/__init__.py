"""Training: data in batches, pure steps, one loop, callbacks, and the methods users call."""
