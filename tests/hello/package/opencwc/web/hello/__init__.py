"""The face of hello."""
