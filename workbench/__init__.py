"""Everything a person touches: the terminal app and its headless twin."""
