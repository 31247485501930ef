"""The evaluator and the boundary to it."""
