"""Fast formulations of hot operations: pure functions of arrays, chosen for the platform while tracing."""
