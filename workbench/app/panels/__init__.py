"""The panels beside the editor."""
