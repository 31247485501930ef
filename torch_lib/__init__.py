"""Deep learning in plain Python."""
