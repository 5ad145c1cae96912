"""The face of screening: one line, a value, a file."""
