"""The core: Variables, symbolic tensors, purity, configuration, dtypes, seeds and names."""
