"""The built-ins, by topic."""
