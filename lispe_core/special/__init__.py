"""The special forms, by topic."""
